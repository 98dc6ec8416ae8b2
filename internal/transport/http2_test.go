package transport_test

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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

// accept serves each connection on a goroutine of its own.
func accept(listener net.Listener, serve func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			serve(conn)
		}()
	}
}

// answerOnce acts on an HTTP/1 request.
func answerOnce(conn net.Conn, acted *atomic.Int32) {
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	acted.Add(1)
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
}

func breakStreams(conn net.Conn, acted *atomic.Int32) {
	const (
		data, headers, resetStream, settings, goAway = 0, 1, 3, 4, 7 // frames
		endStream, ack                               = 1, 1          // flags
		protocolError                                = 1
	)
	write := func(frame, flags byte, stream uint32, payload ...byte) {
		head := []byte{0, 0, byte(len(payload)), frame, flags, 0, 0, 0, 0}
		binary.BigEndian.PutUint32(head[5:], stream)
		_, _ = conn.Write(append(head, payload...))
	}
	preface := make([]byte, 24)
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	write(settings, 0, 0)
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		size := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, conn, size); err != nil {
			return
		}
		switch frame, flags := head[3], head[4]; {
		case frame == settings && flags&ack == 0:
			write(settings, ack, 0)
		case (frame == headers || frame == data) && flags&endStream != 0:
			acted.Add(1)
			write(goAway, 0, 0, append(head[5:9:9], 0, 0, 0, 0)...) // the next request comes on another connection
			write(resetStream, 0, binary.BigEndian.Uint32(head[5:]), 0, 0, 0, protocolError)
		}
	}
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
		assert.Equal(t, int32(10), acted.Load(), "in one try")
		require.Error(t, out.Err)
	})
}

// TestEmptyBodyLooksLikeNone checks what the server sees of an unsafe call without a body.
func TestEmptyBodyLooksLikeNone(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Zero(t, r.ContentLength)
		assert.Empty(t, r.TransferEncoding)
		assert.Empty(t, readAll(t, r.Body))
	})
	call := unsafe(t, address)
	call.Body, call.BodySize = nil, 0
	assert.Equal(t, 200, quick(t).Do(t.Context(), call).StatusCode)
}
