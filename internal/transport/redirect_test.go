package transport_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRedirects(t *testing.T) {
	t.Parallel()
	elsewhere, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "elsewhere") })
	overTLS := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "over TLS")
	}))
	t.Cleanup(overTLS.Close)
	var address string
	address, _ = serve(t, func(w http.ResponseWriter, r *http.Request) {
		status, to := 302, r.URL.Query().Get("to")
		_, _ = fmt.Sscan(r.URL.Query().Get("status"), &status)
		switch {
		case r.URL.Path == "/target":
			_, _ = io.WriteString(w, "target")
		case r.URL.Path == "/loop":
			w.Header().Set("Location", "/loop")
			w.WriteHeader(302)
		default:
			if to != "" {
				w.Header().Set("Location", to)
			}
			w.WriteHeader(status)
		}
	})
	tests := []struct {
		name    string
		method  string
		query   string
		anyHost bool
		status  int
		body    string
	}{
		{"same host, relative", "GET", "to=/target", false, 200, "target"},
		{"same host, absolute", "GET", "to=" + address + "/target", false, 200, "target"},
		{"301", "GET", "status=301&to=/target", false, 200, "target"},
		{"303", "GET", "status=303&to=/target", false, 200, "target"},
		{"307", "GET", "status=307&to=/target", false, 200, "target"},
		{"308", "GET", "status=308&to=/target", false, 200, "target"},
		{"300 is none", "GET", "status=300&to=/target", false, 300, ""},
		{"a POST", "POST", "to=/target", false, 302, ""},
		{"a POST with 307", "POST", "status=307&to=/target", false, 307, ""},
		{"a PUT with 308", "PUT", "status=308&to=/target", false, 308, ""},
		{"another host", "GET", "to=" + elsewhere + "/", false, 302, ""},
		{"another host, allowed", "GET", "to=" + elsewhere + "/", true, 200, "elsewhere"},
		{"another scheme", "GET", "to=" + strings.Replace(address, "http:", "https:", 1) + "/target", false, 302, ""},
		{"to another protocol, allowed hosts", "GET", "to=ftp://127.0.0.1/", true, 302, ""},
		{"with a user", "GET", "to=http://user@" + strings.TrimPrefix(address, "http://") + "/target", false, 302, ""},
		{"no Location", "GET", "", false, 302, ""},
		{"an unreadable Location", "GET", "to=http://%25zz%25/", false, 302, ""},
		{"an endless loop", "GET", "to=/loop", false, 302, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			call := safe(t, address+"/?"+test.query)
			call.Method = test.method
			call.AnyHost = test.anyHost
			out := quick(t).Do(t.Context(), call)
			assert.NoError(t, out.Err)
			assert.Equal(t, test.status, out.StatusCode)
			assert.Equal(t, test.body, string(out.Body))
			assert.Equal(t, test.status == 200, out.Success())
			assert.Equal(t, 1, out.Attempts)
		})
	}
	t.Run("from https to http", func(t *testing.T) {
		t.Parallel()
		plain, requests := serve(t, func(http.ResponseWriter, *http.Request) {})
		secure := httptest.NewTLSServer(http.RedirectHandler(plain, http.StatusFound))
		t.Cleanup(secure.Close)
		c := client(secure.Client().Transport)
		call := safe(t, secure.URL)
		call.AnyHost = true
		assert.Equal(t, 302, c.Do(t.Context(), call).StatusCode)
		assert.Zero(t, requests.Load())
	})
	t.Run("the answer keeps its Location", func(t *testing.T) {
		t.Parallel()
		out := quick(t).Do(t.Context(), safe(t, address+"/?to="+elsewhere+"/x"))
		require.Equal(t, 302, out.StatusCode)
		assert.Equal(t, elsewhere+"/x", out.Header.Get("Location"))
	})
}

// TestRedirectHops counts the requests of an endless redirect.
func TestRedirectHops(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	address, connections := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		http.Redirect(w, r, "/", http.StatusFound)
	})
	out := quick(t).Do(t.Context(), safe(t, address))
	assert.Equal(t, 302, out.StatusCode)
	assert.EqualValues(t, 6, requests.Load(), "the first request and five redirects")
	assert.EqualValues(t, 1, connections.Load())
}

// TestDefaultPorts follows redirects that name the scheme's own port, or leave it out.
func TestDefaultPorts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, to string
		status   int
	}{
		{"https://api.example.com/a", "https://api.example.com:443/b", 200},
		{"https://api.example.com:443/a", "https://API.example.com/b", 200},
		{"http://localhost/a", "http://localhost:80/b", 200},
		{"https://api.example.com/a", "https://api.example.com:444/b", 302},
		{"https://api.example.com/a", "https://api.example.com:80/b", 302},
		{"http://localhost/a", "http://localhost:443/b", 302},
	}
	for _, test := range tests {
		t.Run(test.from+" to "+test.to, func(t *testing.T) {
			t.Parallel()
			rt := &script{answers: []answer{{status: 302, header: "Location: " + test.to}, {status: 200}}}
			assert.Equal(t, test.status, client(rt).Do(t.Context(), safe(t, test.from)).StatusCode)
		})
	}
}
