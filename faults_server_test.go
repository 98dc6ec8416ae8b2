package porting_test

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// A cell is one operation under one fault, with servers of its own.
type cell struct {
	fault  *fault
	http2  bool
	secure bool
	op     *operation
	class  porting.RetryClass
	file   string // the answer

	stranger  tls.Certificate
	elsewhere string // another host

	api, storage *httptest.Server
	armed        atomic.Bool  // the fault waits for the next connection
	faulty       atomic.Int32 // connections that it waited for
	tries        atomic.Int32 // of the operation, as the client tells
	seen         atomic.Int32 // requests for it, as the server tells
	acted        atomic.Int32
	documents    atomic.Int32 // how often the last step of an upload acted where it isn't the operation
	said         atomic.Value // the body of the last answer to the operation
	reopened     net.Listener
	done         chan struct{} // closed at the end, to free handlers that hang
	rest         func()        // from here on, the cell mostly waits

	got expected
}

func (c *cell) String() string {
	return fmt.Sprintf("%s, %s: %s", c.fault.name, c.protocol(), cmp.Or(c.op.route(), string(c.class)))
}

func (c *cell) protocol() string {
	if c.http2 {
		return "HTTP/2"
	}
	return "HTTP/1.1"
}

// run makes the call, and compares what came of it with what the fault says.
func (c *cell) run(t *testing.T) {
	t.Helper()
	c.api = c.listen(t, c.serveAPI, c.op.route() != "")
	c.storage = c.listen(t, c.serveStorage, c.op.route() == "")
	if c.op.after != nil {
		c.file = strings.ReplaceAll(c.file, storageURL, c.address(c.storage))
	}
	opts := []porting.Option{porting.WithBaseURL(c.address(c.api)), porting.WithRetry(fast), porting.WithObserver(c)}
	if c.secure { // the same pool as without the option, but it trusts the test's certificate
		own := porting.NewTransport()
		own.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "example.com"}
		own.TLSClientConfig.RootCAs.AddCert(c.api.Certificate())
		opts = append(opts, porting.WithHTTPClient(&http.Client{Transport: own}))
	}
	client, err := porting.NewClient(porting.UserToken(apiUser, apiToken), append(opts, c.fault.opts...)...)
	if !assert.NoError(t, err) {
		return
	}
	if c.op.before == nil {
		c.arm()
	}
	value, err := c.op.call(t.Context(), client, c.op.ids)
	client.CloseIdleConnections()
	close(c.done)
	c.storage.Close()
	c.api.Close()
	if c.reopened != nil {
		_ = c.reopened.Close()
	}

	want := c.fault.want(c.op, c.class)
	c.got = expected{resultOf(err), int(c.tries.Load()), int(c.acted.Load())}
	assert.Equal(t, want, c.got, "%v: %v", c, err)
	if c.class == porting.RetryUnsafe { // whatever is expected
		assert.LessOrEqual(t, c.acted.Load(), int32(1), "%v: an unsafe operation acted twice", c)
	}
	assert.LessOrEqual(t, c.documents.Load(), int32(1), "%v: a document was added twice", c)
	seen := want.tries
	if c.fault.serve == nil {
		seen-- // the first was never read
	}
	if want.result == succeeded {
		seen += c.fault.follow
	}
	assert.EqualValues(t, seen, c.seen.Load(), "%v: requests", c)
	switch {
	case err != nil && c.class == toStorage:
		assert.Equal(t, porting.UploadStepStore, errorOf[*porting.UploadError](err).Step, "%v: %v", c, err)
	case err == nil && c.class == fromStorage:
		assert.Equal(t, c.said.Load(), value, "%v", c)
	case err == nil:
		assert.Equal(t, c.op.want(known), value, "%v", c)
	}
}

// Observe counts the tries of the operation, and rests in a long wait. When the first has failed, a port that
// refused it is open again.
func (c *cell) Observe(ctx context.Context, e porting.Event) {
	if e.Wait > 100*time.Millisecond {
		c.rest()
	}
	if e.Kind != porting.EventTry || e.Method+" "+e.Route != c.op.key || c.tries.Add(1) > 1 || !c.fault.refuse {
		return
	}
	server := c.target()
	var err error
	if c.reopened, err = new(net.ListenConfig).Listen(ctx, "tcp", server.Listener.Addr().String()); err != nil {
		panic(err)
	}
	go func() { _ = server.Config.Serve(c.reopened) }()
}

// target is the server that the fault waits at.
func (c *cell) target() *httptest.Server {
	if c.op.route() == "" {
		return c.storage
	}
	return c.api
}

// address is a server's URL, with a name for a host if the fault is about that.
func (c *cell) address(server *httptest.Server) string {
	if c.fault.unresolved && server == c.target() {
		_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
		return "https://" + c.host() + ":" + port
	}
	return server.URL
}

// host is a name that nobody has, but the cell's own.
func (c *cell) host() string { return fmt.Sprintf("cell-%p.invalid", c) }

// listen starts a server, if need be one that the fault can get at.
func (c *cell) listen(t *testing.T, handler http.HandlerFunc, faulty bool) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = c.http2
	switch {
	case !faulty:
	case c.fault.refuse:
		_ = server.Listener.Close()
		server.Listener = listenAside(t)
	case c.fault.accept != nil:
		server.Listener = &faultyListener{server.Listener, c}
	case c.fault.verify:
		server.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			if c.armed.Load() {
				return &tls.Config{Certificates: []tls.Certificate{c.stranger}}, nil
			}
			return nil, nil //nolint:nilnil // the usual config
		}}
	}
	if c.secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	return server
}

// arm has the fault wait for the next connection.
func (c *cell) arm() {
	switch {
	case c.fault.refuse:
		_ = c.target().Listener.Close()
	case c.fault.unresolved:
		names().forget(c.host())
	}
	c.armed.Store(true)
}

// serveAPI answers the operation, and the steps that a call makes besides.
func (c *cell) serveAPI(w http.ResponseWriter, r *http.Request) {
	path, _, _ := strings.Cut(c.op.url, "?")
	if r.Method == c.op.method() && r.URL.Path == path {
		c.serve(w, r)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	if !c.http2 {
		w.Header().Set("Connection", "close") // the fault waits for a new one
	}
	switch name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]; name {
	case "upload_requests":
		fmt.Fprintf(w, `{"url":%q,"form_fields":{"key":%q}}`, c.address(c.storage), storageKey)
	case "download_links":
		fmt.Fprintf(w, `{"url":%q}`, c.address(c.storage))
	case "supporting_documents":
		c.documents.Add(1)
		for _, s := range c.op.after {
			c.pass(w, r, s)
		}
		if c.op.after == nil {
			_, _ = io.WriteString(w, c.file)
		}
	default:
		w.WriteHeader(http.StatusTeapot)
	}
}

// pass answers as the step does, if it is the one.
func (c *cell) pass(w http.ResponseWriter, r *http.Request, s step) {
	if s.url != r.URL.Path {
		return
	}
	resp, err := s.responder(r)
	if err != nil {
		panic(err)
	}
	_, _ = io.Copy(w, resp.Body)
	_ = resp.Body.Close()
}

// serveStorage answers what goes to storage. The last step of an upload comes next.
func (c *cell) serveStorage(w http.ResponseWriter, r *http.Request) {
	if c.op.route() == "" {
		c.serve(w, r)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	if c.op.before != nil {
		c.arm()
	}
	w.WriteHeader(http.StatusNoContent)
}

// serve has the fault answer the operation's first request, and answers all others.
func (c *cell) serve(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	if r.Proto[:len("HTTP/x")] != c.protocol()[:len("HTTP/x")] {
		w.WriteHeader(http.StatusHTTPVersionNotSupported)
		return
	}
	if c.seen.Add(1) == 1 && c.fault.serve != nil {
		c.fault.serve(c, w, r)
		return
	}
	c.act(c.file)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, c.file)
}

// act does what the operation asks for, and counts it. The answer is about to be said.
func (c *cell) act(answer string) {
	c.acted.Add(1)
	c.said.Store(answer)
}

// hang holds the answer back until the caller gives up.
func (c *cell) hang(r *http.Request) {
	c.rest()
	select {
	case <-r.Context().Done():
	case <-c.done:
	}
}

// errorOf returns the error of type E in err, or none.
func errorOf[E error](err error) (target E) {
	target, _ = errors.AsType[E](err)
	return target
}

// A faultyListener does something to the first connection that the fault waits for.
type faultyListener struct {
	net.Listener
	cell *cell
}

func (l *faultyListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil && l.cell.armed.Load() && l.cell.faulty.Add(1) == 1 {
		l.cell.fault.accept(conn)
		return l.Accept()
	}
	return conn, err
}

// asidePort is the last port that listenAside took.
var asidePort atomic.Int32

// listenAside listens on a port that can be closed and opened again: it is below those
// that systems give to whoever asks for any.
func listenAside(t *testing.T) net.Listener {
	t.Helper()
	asidePort.CompareAndSwap(0, int32(os.Getpid()%10_000))
	for range 1000 {
		port := 12_000 + asidePort.Add(1)%18_000
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))))
		if err == nil {
			return listener
		}
	}
	panic("no free port")
}

// newStranger makes a certificate that nobody trusts.
func newStranger(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"example.com"}, NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

// A nameServer knows that every name under .invalid is 127.0.0.1, unless it is told otherwise.
type nameServer struct {
	net.PacketConn
	mutex     sync.Mutex
	forgotten map[string]bool   // names that it doesn't know, once
	mute      map[string]func() // names about which it says nothing; it calls the function
}

// No test asks another name server than this one.
func init() {
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", names().LocalAddr().String())
	}}
}

// names is the name server of all tests.
var names = sync.OnceValue(func() *nameServer {
	conn, err := new(net.ListenConfig).ListenPacket(context.Background(), "udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s := &nameServer{PacketConn: conn, forgotten: map[string]bool{}, mute: map[string]func(){}}
	go s.serve()
	return s
})

// forget answers the next question for a name with NXDOMAIN.
func (s *nameServer) forget(name string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.forgotten[name] = true
}

// silence answers no question for a name, but calls asked.
func (s *nameServer) silence(name string, asked func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.mute[name] = asked
}

// ask tells whether a name's address is known, and what to call instead of an answer.
func (s *nameServer) ask(name string) (known bool, asked func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	forgotten := s.forgotten[name]
	delete(s.forgotten, name)
	return strings.HasSuffix(name, ".invalid") && !forgotten, s.mute[name]
}

// serve answers the questions that come, as RFC 1035 has it.
func (s *nameServer) serve() {
	const typeA, head, tail = 1, 12, 4 // a question has a head before it, and type and class behind the name
	buffer := make([]byte, 1<<10)
	for {
		n, from, err := s.ReadFrom(buffer)
		if err != nil {
			return
		}
		var labels []string
		end := head
		for buffer[end] != 0 {
			next := end + 1 + int(buffer[end])
			labels = append(labels, string(buffer[end+1:next]))
			end = next
		}
		end += 1 + tail
		if end > n {
			continue
		}
		answer := append([]byte{buffer[0], buffer[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, buffer[head:end]...)
		if buffer[end-3] == typeA { // there is nothing of another type
			known, asked := s.ask(strings.Join(labels, "."))
			switch {
			case asked != nil:
				asked()
				continue
			case known:
				answer[7] = 1 // answers
				answer = append(answer, 0xc0, head, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
			default:
				answer[3] |= 3 // NXDOMAIN
			}
		}
		_, _ = s.WriteTo(answer, from)
	}
}
