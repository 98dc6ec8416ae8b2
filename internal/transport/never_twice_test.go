package transport_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/internal/transport"
)

// TestTransportsThatRepeat has an HTTP transport send a request again by itself, over
// HTTP/1 and with contexts that don't end: nothing unsafe acts twice.
func TestTransportsThatRepeat(t *testing.T) {
	t.Parallel()
	var acted atomic.Int32
	address, _ := raw(t, func(conn net.Conn) {
		acted.Add(1)
		_, _ = io.WriteString(conn, "HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	})
	rt := transport.NewTransport()
	t.Cleanup(rt.CloseIdleConnections)
	c := client(roundTripper(func(r *http.Request) (resp *http.Response, err error) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		for range 5 {
			again := r.Clone(context.WithoutCancel(r.Context()))
			again.Body = io.NopCloser(bytes.NewReader(body))
			again.Header.Set("Idempotency-Key", "1") // with it, net/http repeats as well
			if resp, err = rt.RoundTrip(again); err == nil && resp.StatusCode < 500 {
				break
			}
		}
		return resp, err
	}))
	out := c.Do(t.Context(), unsafe(t, address))
	assert.EqualValues(t, 1, acted.Load())
	assert.True(t, out.Sent)
	require.Error(t, out.Err)
	assert.ErrorContains(t, out.Err, "send it again")
}

// TestHTTP2DoesNotRepeatByItself breaks streams off after the server acted: net/http
// would send the request again and again.
func TestHTTP2DoesNotRepeatByItself(t *testing.T) {
	t.Parallel()
	for _, later := range []string{"h2", "http/1.1"} {
		t.Run("unsafe, then "+later, func(t *testing.T) {
			t.Parallel()
			address, rt, acted := breakingHTTP2(t, later)
			out := client(rt).Do(t.Context(), unsafe(t, address))
			assert.EqualValues(t, 1, acted.Load())
			assert.True(t, out.Sent)
			require.Error(t, out.Err)
		})
	}
	t.Run("unsafe, without TLS", func(t *testing.T) {
		t.Parallel()
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		var acted atomic.Int32
		go accept(listener, func(conn net.Conn) { breakStreams(conn, &acted) })
		rt := &http.Transport{Protocols: new(http.Protocols)}
		rt.Protocols.SetUnencryptedHTTP2(true)
		out := client(rt).Do(t.Context(), unsafe(t, "http://"+listener.Addr().String()))
		assert.EqualValues(t, 1, acted.Load())
		assert.True(t, out.Sent)
		require.Error(t, out.Err)
	})
	t.Run("unsafe, without a body", func(t *testing.T) {
		t.Parallel()
		address, rt, acted := breakingHTTP2(t, "h2")
		call := unsafe(t, address)
		call.Body, call.BodySize = nil, 0
		out := client(rt).Do(t.Context(), call)
		assert.EqualValues(t, 1, acted.Load())
		assert.True(t, out.Sent)
		require.Error(t, out.Err)
	})
	t.Run("safe", func(t *testing.T) {
		t.Parallel()
		address, rt, acted := breakingHTTP2(t, "h2")
		c := client(rt)
		c.Policy.MaxAttempts = 1
		out := c.Do(t.Context(), safe(t, address))
		assert.Positive(t, acted.Load())
		assert.LessOrEqual(t, acted.Load(), int32(10), "in one try; Go 1.27 doesn't repeat at all")
		require.Error(t, out.Err)
	})
}

// breakingHTTP2 is a server that reads each request whole, acts, and breaks the stream
// off with PROTOCOL_ERROR, as a proxy does whose upstream answered nonsense. Connections
// after the first speak the protocol later, and are answered. It returns its address, a
// transport that trusts it and how often it acted.
func breakingHTTP2(t *testing.T, later string) (address string, rt *http.Transport, acted *atomic.Int32) {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	defer certified.Close()
	var opened atomic.Int32
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		config := &tls.Config{Certificates: certified.TLS.Certificates, NextProtos: []string{"h2"}}
		if opened.Add(1) > 1 {
			config.NextProtos = []string{later}
		}
		return config, nil
	}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	acted = new(atomic.Int32)
	go accept(listener, func(conn net.Conn) {
		secure := conn.(*tls.Conn)
		if secure.HandshakeContext(t.Context()) == nil && secure.ConnectionState().NegotiatedProtocol != "h2" {
			answerOnce(conn, acted)
			return
		}
		breakStreams(conn, acted)
	})
	trust := certified.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	rt = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}, ForceAttemptHTTP2: true}
	t.Cleanup(rt.CloseIdleConnections)
	return "https://" + listener.Addr().String(), rt, acted
}
