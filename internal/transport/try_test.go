package transport_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/internal/transport"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	data, err := io.ReadAll(r)
	assert.NoError(t, err)
	return string(data)
}

// serve starts a server and returns its address and how many connections it had.
func serve(t *testing.T, h http.HandlerFunc) (address string, connections *atomic.Int32) {
	t.Helper()
	connections = new(atomic.Int32)
	server := httptest.NewUnstartedServer(h)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server.URL, connections
}

// raw starts a listener that reads each request's head and then does what it is told.
func raw(t *testing.T, do func(conn net.Conn)) (address string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a test's own listener
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					requests.Add(1)
					do(conn)
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String(), requests
}

// quick is a client with a pool of its own and waits of a millisecond.
func quick(t *testing.T) *transport.Client {
	t.Helper()
	pool := transport.NewPool(nil)
	t.Cleanup(pool.CloseIdleConnections)
	return &transport.Client{Pool: pool, Policy: transport.Policy{
		MaxAttempts: 4, MinWait: time.Millisecond, MaxWait: time.Millisecond, MaxElapsed: time.Minute,
	}}
}

// TestHeadersOfPastTries has a transport go on reading a request's header after its try has ended, as net/http's does over
// HTTP/2: nothing may change it then, which the race detector sees.
func TestHeadersOfPastTries(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	for name, jar := range map[string]http.CookieJar{"with cookies": jar, "without": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var readers sync.WaitGroup
			var tries atomic.Int32
			c := client(roundTripper(func(r *http.Request) (*http.Response, error) {
				readers.Go(func() { _ = r.Header.Clone() })
				header := http.Header{"Set-Cookie": {"a=b"}}
				tries.Add(1)
				return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: header, Body: http.NoBody, Request: r}, nil
			}))
			c.Pool.HTTP.Jar = jar
			c.Policy.MinWait, c.Policy.MaxWait = 1, 1
			c.Do(t.Context(), safe(t, anywhere))
			readers.Wait()
			assert.Equal(t, int32(4), tries.Load())
		})
	}
}

// TestTryTimeouts checks which of two limits a try gets: the shorter one.
func TestTryTimeouts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		call, users time.Duration // the call's limit, and the http.Client's
		want        time.Duration // 0: none
	}{
		{"none", 0, 0, 0},
		{"the call's", time.Minute, 0, time.Minute},
		{"the client's", 0, time.Minute, time.Minute},
		{"the call's is shorter", time.Minute, time.Hour, time.Minute},
		{"the client's is shorter", time.Hour, time.Minute, time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var left time.Duration
				c := client(roundTripper(func(r *http.Request) (*http.Response, error) {
					if deadline, ok := r.Context().Deadline(); ok {
						left = time.Until(deadline)
					}
					return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: r}, nil
				}))
				c.Pool.HTTP.Timeout = test.users
				call := safe(t, anywhere)
				call.TryTimeout = test.call
				assert.Equal(t, 204, c.Do(t.Context(), call).StatusCode)
				assert.Equal(t, test.want, left)
			})
		})
	}
}

func TestAnswerLimits(t *testing.T) {
	t.Parallel()
	const limit = 1000
	tests := []struct {
		name   string
		limit  int64
		status int
		size   int
		kept   int
		err    error
	}{
		{"below", limit, 200, limit - 1, limit - 1, nil},
		{"exactly", limit, 200, limit, limit, nil},
		{"above", limit, 200, limit + 1, limit, transport.ErrTooLarge},
		{"none", 0, 200, 2 << 20, 2 << 20, nil},
		{"the largest", math.MaxInt64, 200, 2 << 20, 2 << 20, nil},
		{"an error's body has its own limit", limit, 404, 1 << 20, 1 << 20, nil},
		{"an error's body above it", limit, 404, 1<<20 + 1, 1 << 20, transport.ErrTooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, strings.Repeat("x", test.size))
			})
			call := safe(t, address)
			call.MaxBytes = test.limit
			out := quick(t).Do(t.Context(), call)
			assert.Len(t, out.Body, test.kept)
			assert.ErrorIs(t, out.Err, test.err)
			assert.Equal(t, 1, out.Attempts, "a large answer is no reason to ask again")
		})
	}
}

// TestEndlessAnswers checks that no more of an answer is read than is kept.
func TestEndlessAnswers(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 500} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			address, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = io.Copy(w, zeros{}) // until the client goes away
			})
			out := quick(t).Do(t.Context(), unsafe(t, address))
			assert.ErrorIs(t, out.Err, transport.ErrTooLarge)
		})
	}
}

func TestDecompressedSizeIsLimited(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		_, _ = io.CopyN(zip, zeros{}, 10<<20)
		_ = zip.Close()
	})
	call := safe(t, address)
	call.MaxBytes = 1 << 20
	out := quick(t).Do(t.Context(), call)
	assert.ErrorIs(t, out.Err, transport.ErrTooLarge)
	assert.Len(t, out.Body, 1<<20)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestBrokenAnswers loses the answer at several places, on a real connection.
func TestBrokenAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		do       func(net.Conn)
		status   int
		attempts int // of a repeatable call
	}{
		{"closed without an answer", func(net.Conn) {}, 0, 4},
		{"closed within the head", func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 O") }, 0, 4},
		{"closed within the body", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")
		}, 200, 4},
		{"closed within a chunk", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{")
		}, 201, 4},
		{"an error closed within its body", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 422 No\r\nContent-Length: 10\r\n\r\n{")
		}, 422, 1},
		{"closed within a body without a length", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n{")
		}, 200, 4},
		{"not HTTP", func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n") }, 0, 4},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address, requests := raw(t, test.do)
			call := safe(t, address)
			call.Whole = json.Valid
			out := quick(t).Do(t.Context(), call)
			assert.EqualValues(t, test.attempts, requests.Load(), "repeatable")
			assert.Equal(t, test.status, out.StatusCode)
			assert.Error(t, out.Err)

			requests.Store(0)
			call = unsafe(t, address)
			call.Whole = json.Valid
			out = quick(t).Do(t.Context(), call)
			assert.EqualValues(t, 1, requests.Load(), "unsafe")
			assert.True(t, out.Sent)
			assert.Error(t, out.Err)
		})
	}
	t.Run("whole, without a length", func(t *testing.T) {
		t.Parallel()
		address, _ := raw(t, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\n{}") })
		call := safe(t, address)
		call.Whole = json.Valid
		out := quick(t).Do(t.Context(), call)
		require.NoError(t, out.Err)
		assert.Equal(t, "{}", string(out.Body))
	})
}

// TestCompressedAnswers has a server compress, and a transport that leaves it so.
func TestCompressedAnswers(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		if r.URL.Path == "/broken" {
			_, _ = io.WriteString(w, "not gzip")
			return
		}
		zip := gzip.NewWriter(w)
		_, _ = io.WriteString(zip, r.URL.Path)
		_ = zip.Close()
	})
	rt := transport.NewTransport()
	rt.DisableCompression = true
	t.Cleanup(rt.CloseIdleConnections)
	assert.Equal(t, "/a", string(client(rt).Do(t.Context(), safe(t, address+"/a")).Body))
	assert.Equal(t, "/a", string(quick(t).Do(t.Context(), safe(t, address+"/a")).Body))
	c := client(rt)
	c.Policy.MaxAttempts = 1
	assert.Error(t, c.Do(t.Context(), safe(t, address+"/broken")).Err)
}

// TestContents sends contents that can't be read to their end: that isn't the network's
// failure, and nobody tries again.
func TestContents(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	errDisk := errors.New("no disk")
	for name, content := range map[string]io.Reader{
		"a reader that fails":   io.MultiReader(strings.NewReader("con"), iotest.ErrReader(errDisk)),
		"one that ends earlier": strings.NewReader("con"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call := unsafe(t, address)
			call.Repeatable = true
			call.Body = func() io.Reader { return content }
			call.BodySize = 1 << 20
			out := quick(t).Do(t.Context(), call)
			assert.Equal(t, 1, out.Attempts)
			_, ok := errors.AsType[*transport.ContentError](out.Err)
			assert.True(t, ok, out.Err)
		})
	}
}

func TestRefusedConnectionIsTriedAgain(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a test's own listener
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	out := quick(t).Do(t.Context(), unsafe(t, "http://"+listener.Addr().String()))
	assert.Equal(t, 4, out.Attempts)
	assert.False(t, out.Sent)
	assert.Error(t, out.Err)
}

// TestStaleConnection kills an idle connection: net/http may only dial again for a
// POST of which nothing was written.
func TestStaleConnection(t *testing.T) {
	t.Parallel()
	var handled atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		handled.Add(1)
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()
	c := quick(t)
	require.Equal(t, 200, c.Do(t.Context(), unsafe(t, server.URL)).StatusCode)
	server.CloseClientConnections()
	out := c.Do(t.Context(), unsafe(t, server.URL))
	if out.StatusCode == 0 {
		assert.True(t, out.Sent, "the connection was there")
		assert.EqualValues(t, 1, handled.Load())
		return
	}
	assert.EqualValues(t, 2, handled.Load())
}

func TestTryTimeout(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{
		"before the head": "",
		"within the body": "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hang := make(chan struct{})
			t.Cleanup(func() { close(hang) })
			address, requests := raw(t, func(c net.Conn) {
				_, _ = io.WriteString(c, head)
				<-hang
			})
			call := safe(t, address)
			call.TryTimeout = 200 * time.Millisecond
			out := quick(t).Do(t.Context(), call)
			assert.EqualValues(t, 4, requests.Load(), "a try that took too long is repeated")
			assert.ErrorIs(t, out.Err, context.DeadlineExceeded)
			assert.ErrorContains(t, out.Err, "no whole answer within")
			timeout, ok := errors.AsType[net.Error](out.Err)
			assert.True(t, ok && timeout.Timeout())

			call = unsafe(t, address)
			call.TryTimeout = 200 * time.Millisecond
			out = quick(t).Do(t.Context(), call)
			assert.EqualValues(t, 5, requests.Load())
			assert.True(t, out.Sent)
		})
	}
}

// TestCancel ends the context in each phase of a try: the call is over at once, and
// its error is the context's.
func TestCancel(t *testing.T) {
	t.Parallel()
	cause := errors.New("the user went home")
	for name, head := range map[string]string{
		"waiting for the head": "",
		"reading the body":     "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			hang := make(chan struct{})
			t.Cleanup(func() { close(hang) })
			address, requests := raw(t, func(c net.Conn) {
				_, _ = io.WriteString(c, head)
				cancel(cause)
				<-hang
			})
			out := quick(t).Do(ctx, safe(t, address))
			assert.ErrorIs(t, out.Err, context.Canceled)
			assert.EqualValues(t, 1, requests.Load())
		})
	}
	t.Run("while dialling", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		pool := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		out := client(pool).Do(ctx, unsafe(t, "http://127.0.0.1:1"))
		assert.ErrorIs(t, out.Err, context.Canceled)
		assert.False(t, out.Sent)
		assert.Equal(t, 1, out.Attempts)
	})
	t.Run("before", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		out := client(http.DefaultTransport).Do(ctx, unsafe(t, "http://127.0.0.1:1"))
		assert.ErrorIs(t, out.Err, context.Canceled)
		assert.False(t, out.Sent)
	})
}

func TestUsersTimeout(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	address, _ := raw(t, func(net.Conn) { <-hang })
	c := quick(t)
	c.Pool.HTTP.Timeout = 20 * time.Millisecond
	c.Policy.MaxAttempts = 2
	out := c.Do(t.Context(), safe(t, address))
	assert.Equal(t, 2, out.Attempts)
	assert.ErrorIs(t, out.Err, context.DeadlineExceeded)
}

// TestConnectionsAreReused makes 200 calls in a row on one connection, whatever
// their answers are.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		h    http.HandlerFunc
	}{
		{"200", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }},
		{"404", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(404)
			_, _ = io.WriteString(w, strings.Repeat("x", 100<<10))
		}},
		{"500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }},
		{"a last chunk that comes late", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "{}")
			w.(http.Flusher).Flush()
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var opened int32
			for range 3 { // net/http gives a connection up if the machine is too busy to tell it for 50 ms that the request was written
				address, connections := serve(t, test.h)
				c := quick(t)
				c.Policy.MaxAttempts = 1
				for range 200 {
					c.Do(t.Context(), safe(t, address))
				}
				if opened = connections.Load(); opened == 1 {
					break
				}
			}
			assert.EqualValues(t, 1, opened)
		})
	}
}

// TestSwitchingProtocols has an answer whose body is the bare connection, which nothing ends.
func TestSwitchingProtocols(t *testing.T) {
	t.Parallel()
	address, _ := raw(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
	for _, call := range []*transport.Call{safe(t, address), unsafe(t, address)} {
		call.TryTimeout = 10 * time.Second
		began := time.Now()
		out := quick(t).Do(t.Context(), call)
		assert.Equal(t, 101, out.StatusCode)
		assert.Empty(t, out.Body)
		assert.Less(t, time.Since(began), 5*time.Second)
	}
}

// TestPanicsCloseStreams has who is told of a try panic while its body is open.
func TestPanicsCloseStreams(t *testing.T) {
	t.Parallel()
	gone := make(chan bool)
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "{")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(gone)
	})
	call := safe(t, address)
	call.Stream = true
	call.OnTry = func(transport.Try) { panic("the user's own") }
	assert.PanicsWithValue(t, "the user's own", func() { quick(t).Do(t.Context(), call) })
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Error("the connection is still open")
	}
}

func TestPoolServesManyCallers(t *testing.T) {
	t.Parallel()
	const callers, calls = 64, 100
	address, connections := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	c := quick(t)
	done := make(chan int)
	for range callers {
		call := safe(t, address)
		go func() {
			succeeded := 0
			for range calls {
				if c.Do(t.Context(), call).StatusCode == 200 {
					succeeded++
				}
			}
			done <- succeeded
		}()
	}
	total := 0
	for range callers {
		total += <-done
	}
	assert.Equal(t, callers*calls, total)
	assert.LessOrEqual(t, connections.Load(), int32(128))
}

// TestIdleConnectionsSurvive checks that neither a final error nor a cancelled call
// empties the pool.
func TestIdleConnectionsSurvive(t *testing.T) {
	t.Parallel()
	address, connections := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/500" {
			w.WriteHeader(500)
		}
	})
	c := quick(t)
	for range 20 {
		c.Do(t.Context(), safe(t, address+"/500"))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c.Do(ctx, safe(t, address))
		c.Do(t.Context(), safe(t, address))
	}
	assert.EqualValues(t, 1, connections.Load())
}

func TestStream(t *testing.T) {
	t.Parallel()
	t.Run("is handed over unread", func(t *testing.T) {
		t.Parallel()
		address, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "content") })
		call := safe(t, address)
		call.Stream = true
		out := quick(t).Do(t.Context(), call)
		require.NotNil(t, out.Stream)
		defer out.Stream.Close()
		assert.Equal(t, "content", readAll(t, out.Stream))
	})
	t.Run("an error is read", func(t *testing.T) {
		t.Parallel()
		address, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "expired", 403) })
		call := safe(t, address)
		call.Stream = true
		out := quick(t).Do(t.Context(), call)
		assert.Nil(t, out.Stream)
		assert.Equal(t, "expired\n", string(out.Body))
	})
	t.Run("a try's time ends it", func(t *testing.T) {
		t.Parallel()
		hang := make(chan struct{})
		t.Cleanup(func() { close(hang) })
		address, _ := raw(t, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")
			<-hang
		})
		call := safe(t, address)
		call.Stream = true
		call.TryTimeout = 500 * time.Millisecond
		out := quick(t).Do(t.Context(), call)
		require.NotNil(t, out.Stream)
		_, err := io.ReadAll(out.Stream)
		assert.ErrorContains(t, err, "no whole answer within")
		assert.NoError(t, out.Stream.Close())
	})
	t.Run("is not ended by the user's timeout for nothing", func(t *testing.T) {
		t.Parallel()
		address, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "content") })
		c := quick(t)
		c.Pool.HTTP.Timeout = time.Minute
		call := safe(t, address)
		call.Stream = true
		out := c.Do(t.Context(), call)
		require.NotNil(t, out.Stream)
		defer out.Stream.Close()
		assert.Equal(t, "content", readAll(t, out.Stream))
	})
}

func TestCookiesAreTheHTTPClients(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
		if cookie, err := r.Cookie("session"); err == nil {
			_, _ = fmt.Fprint(w, cookie.Value)
		}
	})
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	c := quick(t)
	c.Pool.HTTP.Jar = jar
	c.Do(t.Context(), safe(t, address))
	assert.Equal(t, "1", string(c.Do(t.Context(), safe(t, address)).Body))
}

func TestOddTransports(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		rt   roundTripper
		want string // part of the error; "": success
	}{
		{"neither answer nor error", func(*http.Request) (*http.Response, error) { return nil, nil }, "neither an answer nor an error"}, //nolint:nilnil // that is the case
		{"no body", func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200}, nil }, ""},
		{"a URL in its error", func(*http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("outer: %w", &url.Error{Op: "Get", URL: "https://x/?sig=canary", Err: errReset})
		}, "connection reset by peer"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				out := client(test.rt).Do(t.Context(), safe(t, anywhere))
				if test.want == "" {
					assert.NoError(t, out.Err)
					assert.Equal(t, 200, out.StatusCode)
					return
				}
				assert.ErrorContains(t, out.Err, test.want)
				assert.NotContains(t, out.Err.Error(), "canary")
			})
		})
	}
}
