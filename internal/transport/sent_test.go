package transport_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/internal/transport"
)

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
