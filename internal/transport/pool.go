package transport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// maxIdle is how many idle connections to a host are kept.
const maxIdle = 256

// NewTransport returns the library's own HTTP transport. Its pool serves many callers at
// once: net/http's own keeps two idle connections per host, and so dials again for nearly
// every call when more than two callers share it.
func NewTransport() *http.Transport {
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: proxyRefusal,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    maxIdle,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		HTTP2: &http.HTTP2Config{ // a connection that is silently dead is given up
			SendPingTimeout: 10 * time.Second,
			PingTimeout:     5 * time.Second,
		},
	}
	if runtime.GOOS != "js" { // there, a transport that dials by itself doesn't use the browser's fetch
		t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	return t
}

// A Pool is an HTTP client, and what is known of the connections that it keeps.
type Pool struct {
	HTTP        *http.Client
	speaksHTTP2 atomic.Bool // the last answer of the API came over HTTP/2

	mu          sync.Mutex
	tries       map[net.Conn]int // how many tries use each connection; over HTTP/2 it can be several
	closed      [8]net.Conn      // the last ones that were closed unused
	closings    int
	lastTimeout time.Time // when a try last timed out
	suspect     net.Conn  // that try's connection
}

// NewPool returns the pool of an HTTP client, which it doesn't change. Nil: the library's own.
func NewPool(client *http.Client) *Pool {
	if client == nil {
		client = &http.Client{Transport: NewTransport()}
	}
	return &Pool{HTTP: client, tries: map[net.Conn]int{}}
}

// CloseIdleConnections closes the connections that no call uses.
func (p *Pool) CloseIdleConnections() { p.HTTP.CloseIdleConnections() }

// take tells whether a try may use the connection that it got. If not, the try must close the
// connection: it may be gone, another try has just closed it, or net/http would repeat the
// request over it. A connection that another try is using may be used, unless it is closed.
func (p *Pool) take(info httptrace.GotConnInfo, repeatable, repeated bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case slices.Contains(p.closed[:], info.Conn):
		return false
	case p.tries[info.Conn] == 0 && (repeated || p.mayBeGone(info, repeatable)):
		p.closed[p.closings%len(p.closed)] = info.Conn
		p.closings++
		return false
	}
	p.tries[info.Conn]++
	return true
}

// leave is called when a try needs its connection no more.
func (p *Pool) leave(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tries[conn]--; p.tries[conn] == 0 {
		delete(p.tries, conn)
	}
}

// timedOut is called after a try that timed out: its connection may be dead without a
// word, and so may be those that idle beside it. It is nil if the try never had one.
func (p *Pool) timedOut(conn *net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastTimeout = time.Now()
	if conn != nil {
		p.suspect = *conn
	}
}

// freshFor is how long a connection may have been idle for a call that must not be
// repeated. A server that is about to close it for having been idle may do so while the
// request is on its way, and then nobody knows what became of the request. Servers are
// known to close after one second; a new connection takes less than that.
const freshFor = 500 * time.Millisecond

// mayBeGone tells whether a connection that a try is about to use may be one that the
// server has closed, or that is dead.
func (p *Pool) mayBeGone(info httptrace.GotConnInfo, repeatable bool) bool {
	switch {
	case info.Conn == p.suspect:
		return true
	case !info.WasIdle:
		return false
	}
	return !repeatable && info.IdleTime > freshFor || !time.Now().Add(-info.IdleTime).After(p.lastTimeout)
}

// A proxyError says that a proxy refused to connect to the server.
type proxyError struct {
	proxy  string // its host and port
	status int
}

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy %s refused to connect: %d %s", e.proxy, e.status, http.StatusText(e.status))
}

// final tells whether asking the proxy again is of no use.
func (e *proxyError) final() bool { return e.status < 500 && e.status != http.StatusTooManyRequests }

// proxyRefusal makes a [proxyError] of a proxy's answer, where net/http only has its status.
func proxyRefusal(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{proxy.Host, resp.StatusCode}
}
