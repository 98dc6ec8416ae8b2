package portingtest

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Server is a sandbox: an API host and a storage host on loopback, and what
// they know. It is safe for concurrent use.
//
// It is also an [http.Handler], for tests without sockets: a request for the
// host of [Server.StorageURL] goes to the storage, every other one to the API.
type Server struct {
	config     config
	apiURL     string
	storageURL string
	hosts      []*http.Server
	serving    sync.WaitGroup
	closing    sync.Once

	mu      sync.Mutex // guards all below
	box     *sandbox
	closers []func()
}

// NewServer starts a sandbox. It panics if it can't listen on loopback, as
// [net/http/httptest] does.
//
// What it knows of a number depends on the number alone. The fictional numbers
// +1 NPA 555 01xx take their facts from their last two digits:
//
//	00–49  portable, wireline
//	50–54  portable, wireline, a second carrier
//	55–59  portable, wireline, a third carrier
//	60–64  portable, wireless
//	65–69  portable, VOIP, of the second carrier
//	70–74  portable, wireline, pending, later confirmed
//	75–79  portable, wireline, provisional
//	80     not portable: invalid_phone_number
//	81     not portable: lrn_data_not_found
//	82     not portable: no_coverage
//	83     not portable: already_being_ported
//	84     not portable: telnyx_number
//	85–99  reserved; as 00–49 for now
//
// Every other North American number is portable and confirmed: toll-free if its
// area code is 800, 833, 844, 855, 866, 877 or 888, and otherwise wireline,
// with a carrier that follows from the area code. Any other E.164 number is
// international and has no coverage; anything else is invalid.
func NewServer(opts ...Option) *Server {
	api, storage := listen(), listen()
	s := &Server{
		config:     newConfig(opts),
		apiURL:     "http://" + api.Addr().String(),
		storageURL: "http://" + storage.Addr().String(),
	}
	s.box = newSandbox(s.config, s.storageURL)
	s.serve(api, s.serveAPI)
	s.serve(storage, s.serveStorage)
	return s
}

// URL is the base URL of the API, without a slash at its end.
func (s *Server) URL() string { return s.apiURL }

// StorageURL is the base URL of the storage host, which takes uploads, serves
// downloads, and must never see a credential of the API.
func (s *Server) StorageURL() string { return s.storageURL }

// Now is the time on the sandbox's clock.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.box.Clock
}

// Advance moves the sandbox's clock by d, and with it everything that was due
// until then, in order. It panics if d is negative.
func (s *Server) Advance(d time.Duration) {
	if d < 0 {
		panic(fmt.Sprintf("portingtest: Advance(%v): the clock moves only forward", d))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.box.advance(d)
}

// Violations lists the requests that brought credentials of the API to the
// storage host. The credentials themselves aren't in it.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.box.Violations)
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

// listen takes a port of the loopback interface.
func listen() net.Listener {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		listener, err = config.Listen(context.Background(), "tcp6", "[::1]:0")
	}
	if err != nil {
		panic(fmt.Sprintf("portingtest: can't listen on loopback: %v", err))
	}
	return listener
}

// serve starts a host.
func (s *Server) serve(listener net.Listener, handler http.HandlerFunc) {
	host := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	s.hosts = append(s.hosts, host)
	s.serving.Go(func() { _ = host.Serve(listener) }) // until it is closed
}
