package portingtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// authorize checks the credentials of a request to the API. Each form that is
// there has to be right, and one has to be there.
func authorize(c config, header http.Header) error {
	user, token := header.Values("X-Api-User"), header.Values("X-Api-Token")
	authorization := header.Values("Authorization")
	pair := len(user)+len(token) > 0
	switch {
	case !pair && len(authorization) == 0:
		return refuse(http.StatusUnauthorized, "no credentials: send x-api-user with x-api-token, or Authorization")
	case pair && len(user) == 0:
		return refuse(http.StatusUnauthorized, "x-api-user is missing")
	case pair && len(token) == 0:
		return refuse(http.StatusUnauthorized, "x-api-token is missing")
	case pair && (len(user) > 1 || len(token) > 1 || user[0] != c.user || token[0] != c.token):
		return refuse(http.StatusUnauthorized, "x-api-user and x-api-token are not right")
	case len(authorization) > 1:
		return refuse(http.StatusUnauthorized, "Authorization is there more than once")
	case len(authorization) == 1 && !authorizes(c, authorization[0]):
		return refuse(http.StatusUnauthorized, "Authorization is neither the right Token nor the right Bearer")
	}
	return nil
}

// authorizes tells whether a value of Authorization is right. Its scheme has no
// case.
func authorizes(c config, value string) bool {
	scheme, secret, _ := strings.Cut(value, " ")
	secret = strings.TrimLeft(secret, " ")
	return strings.EqualFold(scheme, "Token") && secret == c.token || strings.EqualFold(scheme, "Bearer") && secret == c.key
}

// credentialIn names the place in which a request carries a credential of the
// API; it is empty if there is none.
func credentialIn(c config, header http.Header, query url.Values) string {
	for _, name := range []string{"Authorization", "X-Api-User", "X-Api-Token"} {
		if header.Get(name) != "" {
			return "header " + name
		}
	}
	for name, values := range header {
		if secretIn(c, values) {
			return "header " + name
		}
	}
	for name, values := range query {
		if secretIn(c, values) {
			return "query key " + name
		}
	}
	return ""
}

// secretIn tells whether a token or key is one of the words of the values.
func secretIn(c config, values []string) bool {
	for _, value := range values {
		for _, secret := range []string{c.token, c.key} {
			if slices.Contains(strings.Fields(value), secret) {
				return true
			}
		}
	}
	return false
}
