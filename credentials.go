package porting

import (
	"cmp"
	"net/http"
	"os"
	"strings"
)

// Credentials are what a client authenticates with. Make them with [UserToken],
// [Token] or [BearerKey]. They print and log as [redacted].
type Credentials struct {
	set func(http.Header) // a function, because nothing can print what it holds
	err error
}

// UserToken authenticates with the headers x-api-user and x-api-token. User is the
// portal's e-mail address or the 24-character API access key, token the V1 API token.
func UserToken(user, token string) Credentials {
	return Credentials{
		set: func(h http.Header) {
			h.Set("X-Api-User", user)
			h.Set("X-Api-Token", token)
		},
		err: cmp.Or(checkCredential("x-api-user", user), checkCredential("x-api-token", token)),
	}
}

// Token authenticates with "Authorization: Token …", the V1 API token alone.
func Token(token string) Credentials { return authorization("Token ", token) }

// BearerKey authenticates with "Authorization: Bearer …", an API key of the
// vendor's newer API. That it works with V1 isn't documented.
func BearerKey(key string) Credentials { return authorization("Bearer ", key) }

func authorization(scheme, secret string) Credentials {
	return Credentials{
		set: func(h http.Header) { h.Set("Authorization", scheme+secret) },
		err: checkCredential("authorization", secret),
	}
}

func checkCredential(name, value string) error {
	const spoilt = "has a line break, a control character or space around it"
	trimmed := strings.TrimSpace(value)
	return firstBroken("NewClient",
		rule{trimmed == "", "credentials." + name, "is empty"},
		rule{!isHeaderValue(value) || value != trimmed, "credentials." + name, spoilt})
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
