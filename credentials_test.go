package porting_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		creds porting.Credentials
		want  http.Header
		field string // of the error
	}{
		{"user and token", porting.UserToken("me@example.com", "abc"), http.Header{"X-Api-User": {"me@example.com"}, "X-Api-Token": {"abc"}}, ""},
		{"token", porting.Token("abc"), http.Header{"Authorization": {"Token abc"}}, ""},
		{"key", porting.BearerKey("abc"), http.Header{"Authorization": {"Bearer abc"}}, ""},
		{"none", porting.Credentials{}, nil, "credentials"},
		{"no user", porting.UserToken("", "abc"), nil, "credentials.x-api-user"},
		{"blank user", porting.UserToken(" ", "abc"), nil, "credentials.x-api-user"},
		{"no token of the user", porting.UserToken("me@example.com", ""), nil, "credentials.x-api-token"},
		{"space around", porting.UserToken("me@example.com", " hush"), nil, "credentials.x-api-token"},
		{"no token", porting.Token(""), nil, "credentials.authorization"},
		{"line break", porting.Token("hush\n"), nil, "credentials.authorization"},
		{"two lines", porting.Token("hush\r\nX-Api-User: b"), nil, "credentials.authorization"},
		{"space in front", porting.Token(" hush"), nil, "credentials.authorization"},
		{"no key", porting.BearerKey(""), nil, "credentials.authorization"},
		{"control character", porting.BearerKey("hush\x00"), nil, "credentials.authorization"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t)
			client, err := porting.NewClient(tt.creds, porting.WithHTTPClient(&http.Client{Transport: mock}))
			if tt.field != "" {
				assert.Nil(t, client)
				requireArgument(t, err, "NewClient", tt.field)
				assert.NotContains(t, err.Error(), "hush")
				return
			}
			require.NoError(t, err)
			expect(t, mock, "GET", baseURL+"/a", 1, func(r *http.Request) (*http.Response, error) {
				r.Header.Del("Accept")
				r.Header.Del("User-Agent")
				assert.Equal(t, tt.want, r.Header)
				return answer(200, "")(r)
			})
			require.NoError(t, client.Do(t.Context(), "GET", "/a", nil, nil, nil))
		})
	}
}
