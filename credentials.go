package porting

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
)

// Credentials are what a client proves itself with. Make them with [UserToken],
// [Token] or [BearerKey]. They print and log as [redacted].
type Credentials struct {
	headers [2]struct{ name, value string }
}

// UserToken authenticates with the headers x-api-user and x-api-token. User is the
// portal's e-mail address or the 24-character API access key, token the V1 API token.
func UserToken(user, token string) Credentials {
	var c Credentials
	c.headers[0].name, c.headers[0].value = "X-Api-User", user
	c.headers[1].name, c.headers[1].value = "X-Api-Token", token
	return c
}

// Token authenticates with "Authorization: Token …", the V1 API token alone.
func Token(token string) Credentials { return authorization("Token ", token) }

// BearerKey authenticates with "Authorization: Bearer …", an API key of the
// vendor's newer API. That it works with V1 isn't documented.
func BearerKey(key string) Credentials { return authorization("Bearer ", key) }

func authorization(scheme, secret string) Credentials {
	var c Credentials
	if secret != "" {
		secret = scheme + secret
	}
	c.headers[0].name, c.headers[0].value = "Authorization", secret
	return c
}

// Format prints [redacted].
func (c Credentials) Format(f fmt.State, verb rune) { formatString(f, verb, redacted) }

// LogValue logs [redacted].
func (c Credentials) LogValue() slog.Value { return slog.StringValue(redacted) }

func (c Credentials) check() error {
	for i, h := range c.headers {
		switch {
		case i == 0 && h.name == "":
			return badOption("credentials", "are missing; use UserToken, Token or BearerKey")
		case h.name == "":
		case strings.TrimSpace(h.value) == "":
			return badOption("credentials."+strings.ToLower(h.name), "is empty")
		case !isHeaderValue(h.value) || h.value != strings.TrimSpace(h.value):
			return badOption("credentials."+strings.ToLower(h.name), "has a line break, a control character or space around it")
		}
	}
	return nil
}

// set adds the credentials to a request's header.
func (c Credentials) set(h http.Header) {
	for _, header := range c.headers {
		if header.name != "" {
			h.Set(header.name, header.value)
		}
	}
}

// credentialsFromEnv reads the variables that [NewClientFromEnv] names.
func credentialsFromEnv() (Credentials, error) {
	user, token, key := os.Getenv("TELNYX_API_USER"), os.Getenv("TELNYX_API_TOKEN"), os.Getenv("TELNYX_API_KEY")
	switch {
	case user != "" && token != "":
		return UserToken(user, token), nil
	case token != "":
		return Token(token), nil
	case user != "":
		return Credentials{}, badOption("TELNYX_API_TOKEN", "is not set, and TELNYX_API_USER needs it")
	case key != "":
		return BearerKey(key), nil
	}
	return Credentials{}, badOption("credentials",
		"set TELNYX_API_USER and TELNYX_API_TOKEN, or TELNYX_API_TOKEN alone, or TELNYX_API_KEY; none of them is set")
}
