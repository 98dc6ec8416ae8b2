package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/internal/transport"
)

// TestTriesWaitForDials has two callers share one connection while another hangs in its handshake. They wait for each
// other rather than open one for each call.
func TestTriesWaitForDials(t *testing.T) {
	t.Parallel()
	s := serveSlowly(t)
	s.leaveDialBehind(t)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for range 25 {
				assert.Equal(t, 200, s.get(t.Context(), "/"))
			}
		})
	}
	group.Wait()
	assert.LessOrEqual(t, s.opened.Load(), int32(10), "connections")
}

// TestHeldDials is about a call that finds the only connection busy, and another one hanging in its handshake.
func TestHeldDials(t *testing.T) { //nolint:paralleltest // it measures
	tests := []struct {
		name   string
		then   func(s *slowServer, cancel context.CancelFunc)
		status int
		opened int32 // connections
		within time.Duration
	}{
		{"the handshake ends well", func(s *slowServer, _ context.CancelFunc) { s.gates[2] <- true }, 200, 2, time.Second},
		{"the handshake fails", func(s *slowServer, _ context.CancelFunc) { s.gates[3] <- true; s.gates[2] <- false }, 200, 3, time.Second},
		{"the handshake lasts", func(s *slowServer, _ context.CancelFunc) { s.gates[3] <- true }, 200, 3, 5 * time.Second},
		{"the connection gets free", func(s *slowServer, _ context.CancelFunc) { s.free <- true }, 200, 2, time.Second},
		{"the context ends", func(_ *slowServer, cancel context.CancelFunc) { cancel() }, 0, 2, time.Second},
	}
	for _, test := range tests { //nolint:paralleltest // likewise
		t.Run(test.name, func(t *testing.T) {
			s := serveSlowly(t)
			s.leaveDialBehind(t)
			go s.get(t.Context(), "/busy")
			<-s.busy

			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			time.AfterFunc(50*time.Millisecond, func() { test.then(s, cancel) }) // the call waits by then
			began := time.Now()
			assert.Equal(t, test.status, s.get(ctx, "/"))
			assert.Equal(t, test.opened, s.opened.Load(), "connections")
			assert.Less(t, time.Since(began), test.within)
		})
	}
}

// TestDialsThatAreNotWaitedFor has a dial hang without holding up the calls that come after it.
func TestDialsThatAreNotWaitedFor(t *testing.T) { //nolint:paralleltest // it measures
	t.Run("its own try has given up", func(t *testing.T) { //nolint:paralleltest // likewise
		s := serveSlowly(t)
		for _, gate := range s.gates[2:] {
			gate <- true
		}
		call := safe(t, s.URL)
		call.TryTimeout = 100 * time.Millisecond
		began := time.Now()
		for s.client.Do(t.Context(), call).StatusCode != 200 {
			require.Less(t, time.Since(began), time.Second)
		}
		assert.Less(t, time.Since(began), time.Second)
	})
	t.Run("it is old", func(t *testing.T) { //nolint:paralleltest // likewise
		s := serveSlowly(t)
		s.leaveDialBehind(t)
		s.gates[3] <- true
		s.gates[4] <- true
		go s.get(t.Context(), "/busy")
		<-s.busy
		go s.get(t.Context(), "/busy") // waits until it is old
		<-s.busy
		began := time.Now()
		assert.Equal(t, 200, s.get(t.Context(), "/"))
		assert.Less(t, time.Since(began), time.Second)
		assert.Equal(t, int32(4), s.opened.Load(), "connections")
	})
	t.Run("it goes to another host behind the proxy", func(t *testing.T) { //nolint:paralleltest // likewise
		s := serveSlowly(t)
		proxy, err := url.Parse(s.URL)
		require.NoError(t, err)
		s.client.HTTP.Transport.(*http.Transport).Proxy = http.ProxyURL(proxy)
		host := func() string {
			server := httptest.NewTLSServer(s.Config.Handler)
			t.Cleanup(server.Close)
			return server.URL
		}
		s.address = host()
		s.leaveDialBehind(t)
		s.address = host()
		s.gates[3] <- true
		began := time.Now()
		assert.Equal(t, 200, s.get(t.Context(), "/"))
		assert.Less(t, time.Since(began), time.Second)
	})
}

// TestHandshakesEnd checks that a server that is silent in the handshake holds up no call for ever.
func TestHandshakesEnd(t *testing.T) {
	t.Parallel()
	s := serveSlowly(t)
	s.client.Policy.MaxAttempts = 1
	out := s.client.Do(t.Context(), unsafe(t, s.URL))
	assert.ErrorContains(t, out.Err, "TLS handshake")
	assert.False(t, out.Sent)
}

// A slowServer speaks TLS and HTTP/1.
type slowServer struct {
	*httptest.Server
	client  *transport.Client
	address string // of the calls
	opened  atomic.Int32
	began   chan bool      // a handshake has begun
	gates   [100]chan bool // whether the handshake of the nth connection, from 1, ends well
	busy    chan bool      // a call of /busy has begun
	free    chan bool      // it may end
}

func serveSlowly(t *testing.T) *slowServer {
	t.Helper()
	s := &slowServer{client: quick(t), began: make(chan bool, 100), busy: make(chan bool), free: make(chan bool)}
	for n := range s.gates {
		s.gates[n] = make(chan bool, 1)
	}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodConnect:
			tunnel(t, w, r)
		case r.URL.Path == "/busy":
			s.busy <- true
			select {
			case <-s.free:
			case <-r.Context().Done():
			}
		}
	}))
	s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		gate := s.gates[s.opened.Add(1)]
		s.began <- true
		if !<-gate {
			return nil, errors.New("refused")
		}
		return nil, nil //nolint:nilnil // the usual config
	}}
	s.StartTLS()
	s.address = s.URL
	trust(s.client, s.Server)
	t.Cleanup(func() {
		for _, gate := range s.gates {
			close(gate)
		}
		s.Close()
	})
	return s
}

// leaveDialBehind opens a connection, and has another one hang in its handshake that no call waits for any more.
func (s *slowServer) leaveDialBehind(t *testing.T) {
	t.Helper()
	s.gates[1] <- true
	go s.get(t.Context(), "/busy")
	<-s.began
	<-s.busy
	done := make(chan int)
	go func() { done <- s.get(t.Context(), "/") }()
	<-s.began
	s.free <- true
	assert.Equal(t, 200, <-done)
}

// get makes a call and returns the answer's status, or 0.
func (s *slowServer) get(ctx context.Context, path string) int {
	u, _ := url.Parse(s.address + path) // a URL
	return s.client.Do(ctx, &transport.Call{Method: http.MethodGet, URL: u, Header: http.Header{}, Repeatable: true}).StatusCode
}

// tunnel answers a CONNECT.
func tunnel(t *testing.T, w http.ResponseWriter, r *http.Request) {
	t.Helper()
	there, err := new(net.Dialer).DialContext(r.Context(), "tcp", r.Host)
	if !assert.NoError(t, err) {
		return
	}
	defer func() { _ = there.Close() }()
	w.WriteHeader(http.StatusOK)
	here, sent, err := http.NewResponseController(w).Hijack()
	if !assert.NoError(t, err) {
		return
	}
	defer func() { _ = here.Close() }()
	go func() { _, _ = io.Copy(there, sent) }()
	_, _ = io.Copy(here, there)
}

// trust makes the client's pool trust the server's certificate.
func trust(c *transport.Client, server *httptest.Server) {
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c.HTTP.Transport.(*http.Transport).TLSClientConfig.RootCAs = roots
}
