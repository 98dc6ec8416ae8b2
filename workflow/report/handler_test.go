package report_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/report"
)

func TestHandler(t *testing.T) {
	t.Parallel()
	some := func(context.Context) ([]report.Port, error) { return small(), nil }
	partly := func(context.Context) ([]report.Port, error) { return small(), errors.New("the list broke off") }
	none := func(context.Context) ([]report.Port, error) { return nil, errors.New("<b>refused") }
	for _, c := range []struct {
		name, method, path, host string
		collect                  func(context.Context) ([]report.Port, error)
		status                   int
		body                     string
	}{
		{"page", http.MethodGet, "/", "", some, http.StatusOK, "Example Florist"},
		{"reload", http.MethodGet, "/", "", some, http.StatusOK, `<a href="">Reload</a>`},
		{"in part", http.MethodGet, "/", "", partly, http.StatusOK, "the list broke off"},
		{"head", http.MethodHead, "/", "", some, http.StatusOK, ""},
		{"nothing", http.MethodGet, "/", "", none, http.StatusBadGateway, "<b>refused"},
		{"another path", http.MethodGet, "/favicon.ico", "", some, http.StatusNotFound, "not found"},
		{"another method", http.MethodPost, "/", "", some, http.StatusMethodNotAllowed, "GET"},
		{"localhost", http.MethodGet, "/", "localhost:80", some, http.StatusOK, "Example Florist"},
		{"IPv6", http.MethodGet, "/", "[::1]:80", some, http.StatusOK, "Example Florist"},
		{"another site's name", http.MethodGet, "/", "rebound.example:80", some, http.StatusMisdirectedRequest, "loopback"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(report.Handler(c.collect, onMonday()))
			defer server.Close()
			r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, nil)
			require.NoError(t, err)
			r.Host = c.host
			answer, err := server.Client().Do(r)
			require.NoError(t, err)
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			assert.Equal(t, c.status, answer.StatusCode)
			assert.Contains(t, string(body), c.body)
			for key, value := range map[string]string{
				"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				"X-Frame-Options": "DENY", "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
			} {
				assert.Equal(t, value, answer.Header.Get(key), key)
			}
			policy := answer.Header.Get("Content-Security-Policy")
			assert.True(t, strings.HasPrefix(policy, "default-src 'none';") && strings.HasSuffix(policy, "frame-ancestors 'none'"), policy)
			if c.status == http.StatusOK {
				assert.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"))
			} else {
				assert.Equal(t, "text/plain; charset=utf-8", answer.Header.Get("Content-Type"))
			}
		})
	}
}
