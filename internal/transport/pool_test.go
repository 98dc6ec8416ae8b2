package transport_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/internal/transport"
)

// TestPoolSpeaksHTTP2 sends all calls over one connection where the server has HTTP/2.
func TestPoolSpeaksHTTP2(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.Proto)
	}))
	server.EnableHTTP2 = true
	var opened atomic.Int32
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	c := quick(t)
	trust(c, server)
	for range 3 {
		assert.Equal(t, "HTTP/2.0", string(c.Do(t.Context(), safe(t, server.URL)).Body))
	}
	assert.EqualValues(t, 1, opened.Load(), "connections")
}

// TestPoolWithoutHTTP2 has it switched off from outside.
func TestPoolWithoutHTTP2(t *testing.T) {
	t.Setenv("GODEBUG", "http2client=0")
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	c := quick(t)
	trust(c, server)
	assert.Equal(t, "HTTP/1.1", string(c.Do(t.Context(), safe(t, server.URL)).Body))
}

// TestPoolWaitsForNothingForEver checks that each limit of time is there.
func TestPoolWaitsForNothingForEver(t *testing.T) {
	t.Parallel()
	pool := transport.NewTransport()
	for name, limit := range map[string]time.Duration{
		"an idle connection": pool.IdleConnTimeout,
		"a handshake":        pool.TLSHandshakeTimeout,
		"100 Continue":       pool.ExpectContinueTimeout,
		"silence":            pool.HTTP2.SendPingTimeout,
		"a ping's answer":    pool.HTTP2.PingTimeout,
	} {
		assert.GreaterOrEqual(t, limit, time.Second, name)
	}
}

// TestProxiesThatRefuse has a proxy refuse to connect: its answer isn't the server's.
func TestProxiesThatRefuse(t *testing.T) {
	t.Parallel()
	for status, attempts := range map[int]int{407: 1, 403: 1, 429: 4, 502: 4} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			address, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.WriteHeader(status)
			})
			proxy, err := url.Parse(address)
			require.NoError(t, err)
			c := quick(t)
			c.Pool.HTTP.Transport.(*http.Transport).Proxy = http.ProxyURL(proxy)
			out := c.Do(t.Context(), unsafe(t, anywhere))
			assert.EqualError(t, out.Err, fmt.Sprintf("the proxy %s refused to connect: %d %s", proxy.Host, status, http.StatusText(status)))
			assert.False(t, out.Sent)
			assert.EqualValues(t, attempts, asked.Load())
		})
	}
}

func TestHeadersAreLimited(t *testing.T) {
	t.Parallel()
	address, _ := raw(t, func(conn net.Conn) {
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nX-Long: %s\r\nContent-Length: 0\r\n\r\n", strings.Repeat("x", 2<<20))
	})
	c := quick(t)
	c.Policy.MaxAttempts = 1
	out := c.Do(t.Context(), safe(t, address))
	assert.Zero(t, out.StatusCode)
	assert.ErrorContains(t, out.Err, "exceeded")
}

// TestUsersClientStaysAsItIs checks that a call changes nothing of it.
func TestUsersClientStaysAsItIs(t *testing.T) {
	t.Parallel()
	rt := &script{answers: []answer{{status: 200, body: "{}"}}}
	users := &http.Client{Transport: rt, Timeout: 1 << 40, CheckRedirect: nil}
	before := *users
	c := &transport.Client{Pool: transport.NewPool(users), Policy: policy}
	c.Do(t.Context(), safe(t, anywhere))
	assert.Equal(t, before.Transport, users.Transport)
	assert.Equal(t, before.Timeout, users.Timeout)
	assert.Nil(t, users.CheckRedirect)
	assert.Nil(t, users.Jar)
}

// trust makes the client's pool trust the server's certificate.
func trust(c *transport.Client, server *httptest.Server) {
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c.Pool.HTTP.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}
}
