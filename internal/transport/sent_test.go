package transport_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/internal/transport"
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

// breakStreams acts on each request, asks for the next one on another connection, and
// breaks the stream off.
func breakStreams(conn net.Conn, acted *atomic.Int32) {
	serveHTTP2(conn, func(f framer, stream uint32) {
		acted.Add(1)
		f.goAway(stream, noError)
		f.reset(stream, protocolError)
	})
}

// serveHTTP2 calls respond for each request, once it has come whole.
func serveHTTP2(conn net.Conn, respond func(f framer, stream uint32)) {
	f := framer{conn}
	preface := make([]byte, 24)
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	f.write(settings, 0, 0)
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
			f.write(settings, ack, 0)
		case (frame == headers || frame == data) && flags&endStream != 0:
			respond(f, binary.BigEndian.Uint32(head[5:]))
		}
	}
}

const (
	data, headers, resetStream, settings, goAway  = 0, 1, 3, 4, 7 // frames
	endStream, ack, endHeaders                    = 1, 1, 4       // flags
	noError, protocolError, internalError, refuse = 0, 1, 2, 7    // codes
)

// A framer writes frames.
type framer struct{ conn net.Conn }

func (f framer) write(frame, flags byte, stream uint32, payload ...byte) {
	head := []byte{0, 0, byte(len(payload)), frame, flags, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[5:], stream)
	_, _ = f.conn.Write(append(head, payload...))
}

func (f framer) answer(stream uint32) { f.write(headers, endHeaders|endStream, stream, 0x88) } // :status 200
func (f framer) reset(stream uint32, code byte) {
	f.write(resetStream, 0, stream, 0, 0, 0, code)
}

func (f framer) goAway(last uint32, code byte) {
	f.write(goAway, 0, 0, append(binary.BigEndian.AppendUint32(nil, last), 0, 0, 0, code)...)
}

// TestHTTP2Refusals has a server refuse requests that it has not processed, and others
// that it may have: only the former are sent again.
func TestHTTP2Refusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		refuse    func(f framer, stream uint32) // what is done to the first request of a connection
		processed bool
	}{
		{"the stream is refused", func(f framer, stream uint32) { f.reset(stream, refuse) }, false},
		{"a graceful shutdown before the stream", func(f framer, stream uint32) { f.goAway(stream-2, noError) }, false},
		{"a shutdown for an error before the stream", func(f framer, stream uint32) { f.goAway(stream-2, internalError) }, false},
		{"a shutdown after the stream, and the end", func(f framer, stream uint32) { f.goAway(stream, noError); _ = f.conn.Close() }, true},
		{"the end", func(f framer, _ uint32) { _ = f.conn.Close() }, true},
		{"an internal error", func(f framer, stream uint32) { f.reset(stream, internalError) }, true},
		{"a protocol error", func(f framer, stream uint32) { f.reset(stream, protocolError) }, true},
	}
	for _, test := range tests {
		for _, body := range []string{"with a body", "without a body"} {
			t.Run(test.name+", "+body, func(t *testing.T) {
				t.Parallel()
				var requests, acted atomic.Int32
				listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
				require.NoError(t, err)
				t.Cleanup(func() { _ = listener.Close() })
				go accept(listener, func(conn net.Conn) {
					serveHTTP2(conn, func(f framer, stream uint32) {
						if requests.Add(1) == 2 { // the first only says that this is HTTP/2
							if test.processed {
								acted.Add(1)
							}
							test.refuse(f, stream)
							return
						}
						acted.Add(1)
						f.answer(stream)
					})
				})
				rt := transport.NewTransport()
				rt.Protocols = new(http.Protocols)
				rt.Protocols.SetUnencryptedHTTP2(true)
				t.Cleanup(rt.CloseIdleConnections)
				c := client(rt)
				address := "http://" + listener.Addr().String()
				require.Equal(t, 200, c.Do(t.Context(), safe(t, address)).StatusCode)
				acted.Store(0)

				call := unsafe(t, address)
				if body == "without a body" {
					call.Body, call.BodySize = nil, 0
				}
				out := c.Do(t.Context(), call)
				assert.EqualValues(t, 1, acted.Load())
				assert.Equal(t, 1, out.Attempts)
				if test.processed {
					assert.True(t, out.Sent)
					require.Error(t, out.Err)
					return
				}
				require.NoError(t, out.Err)
				assert.Equal(t, 200, out.StatusCode)
			})
		}
	}
}

// TestConnectionsThatWereNeverUsed has net/http give up after several connections that turned out
// to be closed before anything was written.
func TestConnectionsThatWereNeverUsed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"http2: client conn not usable",
		"http2: client conn could not be established",
		"net/http: cannot rewind body after connection loss",
	} {
		for _, written := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, written %v", text, written), func(t *testing.T) {
				t.Parallel()
				tries := 0
				out := client(roundTripper(func(r *http.Request) (*http.Response, error) {
					trace := httptrace.ContextClientTrace(r.Context())
					trace.GotConn(httptrace.GotConnInfo{Conn: new(closable)})
					if tries++; tries == 1 && !written {
						return nil, errors.New(text)
					}
					trace.WroteRequest(httptrace.WroteRequestInfo{})
					if tries == 1 {
						return nil, errors.New(text)
					}
					return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
				})).Do(t.Context(), unsafe(t, anywhere))
				assert.True(t, out.Sent)
				assert.Equal(t, 1, out.Attempts)
				if written {
					assert.Equal(t, 1, tries)
					require.EqualError(t, out.Err, text)
					return
				}
				assert.Equal(t, 2, tries)
				require.NoError(t, out.Err)
			})
		}
	}
}

// TestClosedAfterAnotherConnection has net/http pass from a connection that it can't use to an idle
// one, which the try closes.
func TestClosedAfterAnotherConnection(t *testing.T) {
	t.Parallel()
	requests := 0
	out := client(roundTripper(func(r *http.Request) (*http.Response, error) {
		trace := httptrace.ContextClientTrace(r.Context())
		trace.GotConn(httptrace.GotConnInfo{Conn: new(closable)})
		if requests++; requests == 1 {
			idle := new(closable)
			trace.GotConn(httptrace.GotConnInfo{Conn: idle, Reused: true, WasIdle: true, IdleTime: time.Second})
			assert.True(t, idle.closed)
			return nil, net.ErrClosed
		}
		trace.WroteRequest(httptrace.WroteRequestInfo{})
		return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
	})).Do(t.Context(), unsafe(t, anywhere))
	require.NoError(t, out.Err)
	assert.Equal(t, 2, requests)
}

// A pooled transport reports an idle connection to httptrace, and sends over it, or over
// another one if that has been closed. It counts what it has sent.
type pooled struct {
	idle []time.Duration // how long each connection has been idle, in the order of their use
	sent []int           // over which connection each request went; len(idle): a new one
}

func (p *pooled) RoundTrip(r *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(r.Context())
	trace.GetConn("example.com:443")
	if len(p.idle) > 0 {
		idle := p.idle[0]
		p.idle = p.idle[1:]
		conn := new(closable)
		trace.GotConn(httptrace.GotConnInfo{Conn: conn, Reused: true, WasIdle: true, IdleTime: idle})
		if conn.closed {
			return nil, net.ErrClosed
		}
	} else {
		trace.GotConn(httptrace.GotConnInfo{Conn: new(closable)})
	}
	if trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
	p.sent = append(p.sent, len(p.idle))
	return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
}

type closable struct {
	net.Conn
	closed bool
}

func (c *closable) Close() error {
	c.closed = true
	return nil
}

// TestIdleConnections has connections in the pool that the server may be closing just now:
// what must not be sent twice isn't sent over them.
func TestIdleConnections(t *testing.T) {
	t.Parallel()
	const second = time.Second
	tests := []struct {
		name string
		call func(*testing.T, string) *transport.Call
		idle []time.Duration
		left int // how many of them are left untouched
	}{
		{"unsafe, fresh", unsafe, []time.Duration{second / 4, second}, 1},
		{"unsafe, idle for too long", unsafe, []time.Duration{second, second, second / 4, second}, 1},
		{"unsafe, all idle for too long", unsafe, []time.Duration{second, second, second}, 0},
		{"safe", safe, []time.Duration{second, second}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				pool := &pooled{idle: test.idle}
				out := client(pool).Do(t.Context(), test.call(t, anywhere))
				require.NoError(t, out.Err)
				assert.Equal(t, []int{test.left}, pool.sent)
				assert.Equal(t, 1, out.Attempts)
			})
		})
	}
}

// TestSharedConnections has two tries get the same idle connection, as over HTTP/2, the second
// of them when it has been idle for too long: no request is on a connection that a try closes.
func TestSharedConnections(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]bool{"the first goes ahead": true, "the first stops before it may": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				conn := new(closable)
				idle := 400 * time.Millisecond
				var sent atomic.Int32
				c := client(roundTripper(func(r *http.Request) (*http.Response, error) {
					trace := httptrace.ContextClientTrace(r.Context())
					info := httptrace.GotConnInfo{Conn: conn, Reused: true, WasIdle: true, IdleTime: idle}
					if conn.closed {
						info = httptrace.GotConnInfo{Conn: new(closable)}
					}
					stop := func() {
						if idle < time.Second {
							idle = time.Second
							time.Sleep(time.Minute) //nolint:forbidigo // the bubble's time
						}
					}
					if !first {
						stop()
					}
					trace.GotConn(info)
					if first {
						stop()
					}
					if info.Conn.(*closable).closed {
						return nil, net.ErrClosed
					}
					sent.Add(1)
					trace.WroteRequest(httptrace.WroteRequestInfo{})
					return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
				}))
				done := make(chan *transport.Outcome)
				call := unsafe(t, anywhere)
				go func() { done <- c.Do(t.Context(), call) }()
				synctest.Wait()
				require.NoError(t, c.Do(t.Context(), unsafe(t, anywhere)).Err)
				require.NoError(t, (<-done).Err)
				assert.EqualValues(t, 2, sent.Load())
				assert.Equal(t, !first, conn.closed)
			})
		})
	}
}

// TestConnectionsAfterATimeout has a try time out: the connections that idled meanwhile may
// be as dead as that try's, and are not used again.
func TestConnectionsAfterATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pool := new(pooled)
		silent := true
		c := client(roundTripper(func(r *http.Request) (*http.Response, error) {
			if silent {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return pool.RoundTrip(r)
		}))
		c.Policy.MaxAttempts = 1
		call := safe(t, anywhere)
		call.TryTimeout = 10 * time.Second
		require.Error(t, c.Do(t.Context(), call).Err)

		silent = false
		pool.idle = []time.Duration{0, 5 * time.Second, time.Hour}
		require.NoError(t, c.Do(t.Context(), call).Err)
		assert.Equal(t, []int{0}, pool.sent, "over a new connection")

		time.Sleep(10 * time.Second) //nolint:forbidigo // the bubble's time
		pool.idle = []time.Duration{5 * time.Second, time.Hour}
		require.NoError(t, c.Do(t.Context(), call).Err)
		assert.Equal(t, []int{0, 1}, pool.sent, "over one that has become idle since")
	})
}

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
