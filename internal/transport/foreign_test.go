package transport_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting/internal/transport"
)

// A foreign is a body that does what its function does.
type foreign func(p []byte) (int, error)

func (f foreign) Read(p []byte) (int, error) { return f(p) }

// foreignCall sends a body that is the user's.
func foreignCall(t *testing.T, address string, body func() io.Reader, size int64) *transport.Call {
	t.Helper()
	call := unsafe(t, address)
	call.Foreign, call.Repeatable = true, true
	call.Body, call.BodySize = body, size
	return call
}

// TestForeignBodies sends what is read elsewhere, whole and again in each try.
func TestForeignBodies(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("0123456789"), 20_000)
	var tries atomic.Int32
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.True(t, bytes.Equal(content, []byte(readAll(t, r.Body))))
		if tries.Add(1) == 1 {
			w.WriteHeader(503)
		}
	})
	c := quick(t)
	out := c.Do(t.Context(), foreignCall(t, address, func() io.Reader { return bytes.NewReader(content) }, int64(len(content))))
	assert.Equal(t, 200, out.StatusCode)
	assert.Equal(t, 2, out.Attempts)
}

// TestForeignBodiesThatHang leaves a Read behind when the context ends, or the try's time.
func TestForeignBodiesThatHang(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"the context ends", "the try's time ends", "the answer comes early"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if name == "the answer comes early" {
					w.Header().Set("Connection", "close")
					w.WriteHeader(403)
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
			})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			hung, free := make(chan bool, 10), make(chan bool)
			defer close(free)
			call := foreignCall(t, address, func() io.Reader {
				return foreign(func(p []byte) (int, error) {
					hung <- true
					<-free
					return copy(p, "late"), io.EOF
				})
			}, 4)
			switch name {
			case "the context ends":
				go func() {
					<-hung
					cancel()
				}()
			case "the try's time ends":
				call.TryTimeout = 20 * time.Millisecond
			}
			c := quick(t)
			c.Policy.MaxAttempts = 1
			began := time.Now()
			out := c.Do(ctx, call)
			assert.True(t, out.Err != nil || out.StatusCode == 403)
			assert.Less(t, time.Since(began), 5*time.Second)
		})
	}
}

// TestForeignBodiesAreWaitedFor has the answer come while a Read is under way.
func TestForeignBodiesAreWaitedFor(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	reading, answered := make(chan bool), make(chan bool)
	address, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		<-reading
		w.Header().Set("Connection", "close")
		w.WriteHeader(403)
		close(answered)
	})
	var reads int
	var ended atomic.Bool
	c := quick(t)
	c.Policy.MaxAttempts = 1
	c.Do(t.Context(), foreignCall(t, address, func() io.Reader {
		return foreign(func(p []byte) (int, error) {
			if reads++; reads > 1 {
				close(reading)
				<-answered
				<-time.After(2 * time.Millisecond)
				ended.Store(true)
				return 0, io.ErrUnexpectedEOF
			}
			return len(p), nil
		})
	}, size))
	assert.True(t, ended.Load())
}

// TestForeignBodiesThatPanic has the panic come where it can be recovered.
func TestForeignBodiesThatPanic(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	call := foreignCall(t, address, func() io.Reader {
		return foreign(func([]byte) (int, error) { panic("the user's own") })
	}, 4)
	assert.PanicsWithValue(t, "the user's own", func() { quick(t).Do(t.Context(), call) })
}

// TestForeignBodiesAreLeftAlone reads nothing of a body any more when the call is over,
// neither if the answer came first nor if time ran out.
func TestForeignBodiesAreLeftAlone(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/early" {
			w.Header().Set("Connection", "close")
			w.WriteHeader(403)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
	})
	for _, path := range []string{"/early", "/late"} {
		for i := range 10 {
			content := make([]byte, 4<<20)
			var over, late atomic.Bool
			c := quick(t)
			c.Policy.MaxAttempts = 1
			call := foreignCall(t, address+path, func() io.Reader {
				r := bytes.NewReader(content)
				return foreign(func(p []byte) (int, error) {
					late.CompareAndSwap(false, over.Load())
					return r.Read(p)
				})
			}, int64(len(content)))
			if path == "/late" {
				call.TryTimeout = time.Duration(i+1) * 200 * time.Microsecond
			}
			c.Do(t.Context(), call)
			over.Store(true)
			for i := range content { // the race detector sees who still reads it
				content[i] = 1
			}
			assert.False(t, late.Load(), path)
		}
	}
}
