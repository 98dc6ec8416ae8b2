package transport_test

import (
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
// off with PROTOCOL_ERROR, as a proxy does whose upstream answered nonsense. It returns
// its address, a transport that trusts it and how often it acted.
func breakingHTTP2(t *testing.T) (address string, rt *http.Transport, acted *atomic.Int32) {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	defer certified.Close()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certified.TLS.Certificates, NextProtos: []string{"h2"}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	acted = new(atomic.Int32)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go breakStreams(conn, acted)
		}
	}()
	trust := certified.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	rt = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}, ForceAttemptHTTP2: true}
	t.Cleanup(rt.CloseIdleConnections)
	return "https://" + listener.Addr().String(), rt, acted
}

func breakStreams(conn net.Conn, acted *atomic.Int32) {
	const (
		data, headers, resetStream, settings = 0, 1, 3, 4 // frames
		endStream, ack                       = 1, 1       // flags
		protocolError                        = 1
	)
	defer func() { _ = conn.Close() }()
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
			write(resetStream, 0, binary.BigEndian.Uint32(head[5:]), 0, 0, 0, protocolError)
		}
	}
}

// TestHTTP2DoesNotRepeatByItself breaks streams off after the server acted: net/http
// would send the request again and again.
func TestHTTP2DoesNotRepeatByItself(t *testing.T) {
	t.Parallel()
	t.Run("unsafe", func(t *testing.T) {
		t.Parallel()
		address, rt, acted := breakingHTTP2(t)
		out := client(rt).Do(t.Context(), unsafe(t, address))
		assert.EqualValues(t, 1, acted.Load())
		assert.True(t, out.Sent)
		require.Error(t, out.Err)
	})
	t.Run("unsafe, without a body", func(t *testing.T) {
		t.Parallel()
		address, rt, acted := breakingHTTP2(t)
		call := unsafe(t, address)
		call.Body, call.BodySize = nil, 0
		out := client(rt).Do(t.Context(), call)
		assert.EqualValues(t, 1, acted.Load())
		assert.True(t, out.Sent)
		require.Error(t, out.Err)
	})
	t.Run("safe", func(t *testing.T) {
		t.Parallel()
		address, rt, acted := breakingHTTP2(t)
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
