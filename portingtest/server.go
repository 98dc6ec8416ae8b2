package portingtest

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is a sandbox: an API host and a storage host on loopback, and what
// they know. It is safe for concurrent use.
//
// It is also an [http.Handler], for tests without sockets: a request for the
// host of [Server.StorageURL] goes to the storage, every other one to the API.
//
// Both hosts speak HTTP/1.1, and HTTP/2 without TLS to clients that begin with it
// ("prior knowledge", as with curl --http2-prior-knowledge). A request to upgrade
// from HTTP/1.1 to HTTP/2 is answered in HTTP/1.1. Where an effect closes the
// connection of HTTP/1.1, it resets the stream of HTTP/2.
type Server struct {
	config     config
	apiURL     string
	storageURL string
	hosts      []*http.Server
	serving    sync.WaitGroup
	closing    sync.Once
	quit       chan struct{} // closed by Close

	mu      sync.Mutex // guards all below
	box     *sandbox
	faults  faults
	record  record
	closers []func()
}

// NewServer starts a sandbox. It panics if it can't listen on loopback, as
// [net/http/httptest] does.
func NewServer(opts ...Option) *Server {
	s, err := Listen("127.0.0.1:0", opts...)
	if err != nil {
		s, err = Listen("[::1]:0", opts...)
	}
	if err != nil {
		panic(fmt.Sprintf("portingtest: can't listen on loopback: %v", err))
	}
	return s
}

// Listen starts a sandbox whose API host has an address of its own, such as
// "127.0.0.1:8642"; the storage host takes any free port next to it, unless
// [WithStorageAddress] says otherwise. An address that isn't on loopback is an
// error without [WithNetwork]: the sandbox is for one machine.
func Listen(address string, opts ...Option) (*Server, error) {
	c := newConfig(opts)
	api, err := c.listen(address)
	if err != nil {
		return nil, err
	}
	if c.storageAddress == "" {
		host, _, _ := net.SplitHostPort(api.Addr().String()) // it is one
		c.storageAddress = net.JoinHostPort(host, "0")
	}
	storage, err := c.listen(c.storageAddress)
	if err != nil {
		_ = api.Close()
		return nil, err
	}
	s := &Server{
		config:     c,
		apiURL:     c.url(api),
		storageURL: c.url(storage),
		quit:       make(chan struct{}),
	}
	s.box = newSandbox(s.config, s.storageURL)
	s.start(api, s.serveAPI)
	s.start(storage, s.serveStorage)
	return s, nil
}

// URL is the base URL of the API, without a slash at its end.
func (s *Server) URL() string { return s.apiURL }

// StorageURL is the base URL of the storage host, which takes uploads, serves
// downloads, and must never see a credential of the API.
func (s *Server) StorageURL() string { return s.storageURL }

// Now is the time on the sandbox's clock.
func (s *Server) Now() time.Time {
	s.lock()
	defer s.mu.Unlock()
	return s.box.Clock
}

// Advance moves the sandbox's clock by d, and with it everything that was due
// until then, in order. It panics if d is negative.
func (s *Server) Advance(d time.Duration) {
	if d < 0 {
		panic(fmt.Sprintf("portingtest: Advance(%v): the clock moves only forward", d))
	}
	s.lock()
	defer s.mu.Unlock()
	s.box.advance(d)
}

// ServeHTTP answers a request in process.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil { // made for a client
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	if "http://"+r.Host == s.storageURL {
		s.serveStorage(w, r)
		return
	}
	s.serveAPI(w, r)
}

// Close ends the sandbox: it waits a moment for the requests that are being
// answered, and closes every connection.
func (s *Server) Close() {
	s.closing.Do(func() {
		close(s.quit)
		s.mu.Lock()
		closers := s.closers
		s.mu.Unlock()
		for _, closer := range closers {
			closer()
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		for _, host := range s.hosts {
			if host.Shutdown(ctx) != nil {
				_ = host.Close() // the moment is over
			}
		}
		s.serving.Wait()
	})
}

// start starts a host.
func (s *Server) start(listener net.Listener, handler http.HandlerFunc) {
	host := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		Protocols:         new(http.Protocols),
	}
	host.Protocols.SetHTTP1(true)
	host.Protocols.SetUnencryptedHTTP2(true)
	s.hosts = append(s.hosts, host)
	s.serving.Go(func() { _ = host.Serve(listener) }) // until it is closed
}
