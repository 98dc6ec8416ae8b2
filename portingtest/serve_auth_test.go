package portingtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := open(t)
	own := open(t, portingtest.WithCredentials("me", "t0", "k0"))
	for name, test := range map[string]struct {
		server  *portingtest.Server
		headers []string // name, value, …
		message string   // empty: let in
	}{
		"user and token":     {s, []string{"x-api-user", portingtest.User, "x-api-token", portingtest.Token}, ""},
		"token":              {s, []string{"Authorization", "Token " + portingtest.Token}, ""},
		"bearer":             {s, []string{"Authorization", "Bearer " + portingtest.Key}, ""},
		"token, lower case":  {s, []string{"Authorization", "token " + portingtest.Token}, ""},
		"token, upper case":  {s, []string{"Authorization", "TOKEN  " + portingtest.Token}, ""},
		"bearer, lower case": {s, []string{"Authorization", "bearer " + portingtest.Key}, ""},
		"own user and token": {own, []string{"x-api-user", "me", "x-api-token", "t0"}, ""},
		"own token":          {own, []string{"Authorization", "Token t0"}, ""},
		"own bearer":         {own, []string{"Authorization", "Bearer k0"}, ""},
		"others' token":      {own, []string{"Authorization", "Token " + portingtest.Token}, "Authorization is neither"},
		"none":               {s, nil, "no credentials"},
		"no user":            {s, []string{"x-api-token", portingtest.Token}, "x-api-user is missing"},
		"no token":           {s, []string{"x-api-user", portingtest.User}, "x-api-token is missing"},
		"wrong user":         {s, []string{"x-api-user", "you", "x-api-token", portingtest.Token}, "are not right"},
		"wrong token":        {s, []string{"x-api-user", portingtest.User, "x-api-token", "secret-x"}, "are not right"},
		"token as bearer":    {s, []string{"Authorization", "Bearer " + portingtest.Token}, "Authorization is neither"},
		"token, other case":  {s, []string{"Authorization", "Token " + strings.ToUpper(portingtest.Token)}, "Authorization is neither"},
		"basic":              {s, []string{"Authorization", "Basic " + portingtest.Token}, "Authorization is neither"},
		"bare token":         {s, []string{"Authorization", portingtest.Token}, "Authorization is neither"},
		"one right, one not": {s, []string{"x-api-user", portingtest.User, "x-api-token", portingtest.Token, "Authorization", "Token secret-x"}, "Authorization is neither"},
		"two authorizations": {s, []string{"Authorization", "Token " + portingtest.Token, "Authorization", "Token " + portingtest.Token}, "more than once"},
		"two tokens":         {s, []string{"x-api-user", portingtest.User, "x-api-token", portingtest.Token, "x-api-token", "secret-x"}, "are not right"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, test.server.URL()+draftsPath, nil)
			require.NoError(t, err)
			for i := 0; i < len(test.headers); i += 2 {
				r.Header.Add(test.headers[i], test.headers[i+1])
			}
			answer := do(t, r)
			if test.message == "" {
				assert.Equal(t, http.StatusOK, answer.Status, answer.Body)
				return
			}
			assert.Equal(t, http.StatusUnauthorized, answer.Status)
			assert.Contains(t, answer.message(t), test.message)
			assert.NotContains(t, answer.Body, "secret-x")
		})
	}
}
