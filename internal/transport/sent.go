package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http/httptrace"
	"reflect"
	"strings"
	"sync/atomic"
)

// A sent is what is known of a try's request: whether it may have reached the server, and
// whether somebody is about to send it a second time. It knows from net/http/httptrace,
// which calls it on several goroutines.
type sent struct {
	trace  httptrace.ClientTrace
	call   *Call
	pool   *Pool
	cancel context.CancelFunc

	bare bool // the request has no body, and goes out before it is known that the server speaks HTTP/2

	asked   atomic.Int32             // how many connections were asked for
	conn    atomic.Pointer[net.Conn] // the one that the try uses
	got     atomic.Int32             // how many connections it got, without those that were closed unused
	closed  atomic.Int32             // how many connections were closed unused
	unused  atomic.Bool              // whether the last connection was closed unused
	written atomic.Bool              // the whole request has been written
	twice   atomic.Bool              // it was about to be sent again by somebody else
}

func newSent(call *Call, pool *Pool, cancel context.CancelFunc) *sent {
	s := &sent{call: call, pool: pool, cancel: cancel}
	s.trace = httptrace.ClientTrace{GetConn: s.getConn, GotConn: s.gotConn}
	if !call.Repeatable {
		s.trace.WroteRequest = s.wroteRequest
	}
	return s
}

// reset forgets a request that nobody has processed, before it is sent again.
func (s *sent) reset() {
	s.got.Store(0)
	s.unused.Store(false)
	s.written.Store(false)
}

func (s *sent) getConn(string) { s.asked.Add(1) }

func (s *sent) wroteRequest(info httptrace.WroteRequestInfo) {
	if info.Err == nil {
		s.written.Store(true)
	}
}

// maxConns is how many connections a try may get: one for each redirect, and a few more
// for what net/http repeats by itself.
const maxConns = maxHops + 5

var errTwice = errors.New("the connection broke after the request was sent, and the HTTP transport was about to send it again")

// gotConn is called before a request is written to a connection. It is the last moment at
// which that can be kept from happening: a connection that is closed here carries nothing.
func (s *sent) gotConn(info httptrace.GotConnInfo) {
	s.asked.CompareAndSwap(0, 1) // over HTTP/2, not every try that gets one has asked
	switch {
	case !s.call.Repeatable && s.written.Load(), s.got.Load() == maxConns:
		s.twice.Store(true)
		s.cancel()
		if info.Conn != nil { // an HTTP transport may not look at the context
			_ = info.Conn.Close()
		}
	case !s.take(info):
		_ = info.Conn.Close()
		s.closed.Add(1)
		s.unused.Store(true)
	default:
		s.got.Add(1)
		s.unused.Store(false)
	}
}

// take tells whether the request may go over a connection, and then counts it as used.
func (s *sent) take(info httptrace.GotConnInfo) bool {
	if info.Conn == nil || s.closed.Load() == maxIdle || !reflect.TypeOf(info.Conn).Comparable() {
		return true
	}
	repeated := s.bare && speaksHTTP2(info.Conn)
	if repeated {
		s.pool.speaksHTTP2.Store(true) // so that the next request isn't bare
	}
	if !s.pool.take(info, s.call.Repeatable, repeated) {
		return false
	}
	s.use(&info.Conn)
	return true
}

func speaksHTTP2(conn net.Conn) bool {
	secure, ok := conn.(*tls.Conn)
	return ok && secure.ConnectionState().NegotiatedProtocol == "h2"
}

// use says which connection the try uses from now on.
func (s *sent) use(conn *net.Conn) {
	if before := s.conn.Swap(conn); before != nil {
		s.pool.leave(*before)
	}
}

// end ends the try, and lets go of its connection.
func (s *sent) end() {
	s.cancel()
	s.use(nil)
}

// onlyClosed tells whether a request failed because its connection was closed unused. If the
// request had an earlier connection, it wasn't written to that one either.
func (s *sent) onlyClosed() bool { return s.unused.Load() && !s.written.Load() && !s.twice.Load() }

// never tells whether the server has provably not processed a failed request: a connection
// was asked for and never got, the error is one of getting it, or the server says so. A
// transport that doesn't report to httptrace is believed only if its error is a dial error.
func (s *sent) never(err error) bool {
	if s.got.Load() == 0 && !s.twice.Load() && (s.asked.Load() > 0 || isDialError(err)) {
		return true
	}
	return s.refused(err)
}

// refused tells whether the request was certainly not processed, although a connection was
// got: over HTTP/2, a server can refuse a stream, or name in a GOAWAY the last one that it
// will process, and a connection can turn out to be closed before anything is written. Only
// the text of net/http's error tells.
func (s *sent) refused(err error) bool {
	if s.twice.Load() || s.got.Load() == 0 {
		return false
	}
	text := err.Error()
	switch text {
	case "net/http: cannot rewind body after connection loss", "http2: client conn not usable", "http2: client conn could not be established":
		return !s.written.Load()
	}
	cause, _ := strings.CutPrefix(text, "http2: Transport: cannot retry err [")
	return strings.HasPrefix(cause, "http2: Transport received Server's graceful shutdown GOAWAY") ||
		strings.HasPrefix(cause, "http2: Transport received GOAWAY from server") ||
		strings.HasPrefix(cause, "stream error: stream ID ") && strings.Contains(cause, "; REFUSED_STREAM;")
}

// isDialError tells whether the error is one of getting a connection: looking up the host,
// dialling it, shaking hands with it, or being refused by the proxy in front of it.
func isDialError(err error) bool {
	op, isOp := errors.AsType[*net.OpError](err)
	return isOp && op.Op == "dial" || is[*net.DNSError](err) || is[*proxyError](err) || isFinalDialError(err)
}

// isFinalDialError tells whether it is one that another try won't change: the server's
// certificate was refused, or the proxy doesn't let the client through.
func isFinalDialError(err error) bool {
	proxy, isProxy := errors.AsType[*proxyError](err)
	return isProxy && proxy.final() || is[*tls.CertificateVerificationError](err) ||
		is[x509.UnknownAuthorityError](err) || is[x509.HostnameError](err) || is[x509.CertificateInvalidError](err)
}

// is tells whether there is an error of a type in another.
func is[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}
