package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	keptOfError = 1 << 20  // bytes of an error's body that are kept
	drained     = 64 << 10 // bytes read of a redirect's body, to keep the connection
	presized    = 1 << 20  // bytes allocated on the word of a Content-Length
	pooled      = 8 << 20  // bytes of the largest buffer that is kept for another answer
)

// RoundTrip makes one try: it waits for the limiter, sends, follows the redirects
// that may be followed, and reads the answer. What came of it is in r.Outcome;
// what it returns only serves the http.Client around it.
func (r *run) RoundTrip(req *http.Request) (*http.Response, error) {
	r.waiting = false
	if err := r.admit(req.Context()); err != nil {
		r.final = true
		r.WaitErr = err
		return nil, closeBody(req, err)
	}
	r.tried = time.Now()
	r.Release()
	r.Outcome = Outcome{Call: r.call, Attempts: r.Attempts + 1, Sent: true}

	ctx, cancel := r.tryContext(req.Context())
	ctx, r.wire = watch(ctx, cancel, r.call)
	defer r.wire.settle()
	if r.call.HeadTimeout > 0 {
		defer time.AfterFunc(r.call.HeadTimeout, cancel).Stop()
	}
	sent := req.WithContext(ctx)
	if r.jar() != nil {
		sent = req.Clone(ctx) // net/http may go on reading the header of a try that is over
	}
	if r.call.Foreign {
		body := newForeignBody(ctx, req.Body)
		defer body.settle(req.Context())
		sent.Body, sent.GetBody = body, nil
	}
	resp, err := r.send(sent)
	if err != nil {
		defer cancel()
		r.Sent = !r.wire.neverSent(err)
		r.Err = r.explain(ctx, err)
		return nil, closeBody(req, r.Err)
	}
	r.StatusCode = resp.StatusCode
	r.Header = resp.Header
	r.RetryAfter = retryAfter(resp.Header)
	if r.call.Stream && r.Success() {
		r.stream = &stream{ReadCloser: resp.Body, run: r, ctx: ctx, cancel: cancel}
		resp.Body = r.stream
		return resp, nil
	}
	defer cancel()
	if err := r.read(resp, r.limit()); err != nil {
		r.Err = r.explain(ctx, err)
	}
	return answered(req, resp), nil
}

// admit waits until a try may begin.
func (r *run) admit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !r.call.Limited || r.client.Limiter == nil {
		return nil
	}
	return r.client.Limiter.Wait(ctx)
}

// tryContext is the context of one try: the call's, and the time a try may take.
func (r *run) tryContext(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := r.call.TryTimeout
	if user := r.client.HTTP.Timeout; user > 0 && (limit == 0 || user < limit) {
		limit = user
	}
	if limit > 0 {
		return context.WithTimeout(ctx, limit)
	}
	return context.WithCancel(ctx)
}

// closeBody closes the request's body, as a RoundTripper must, and returns err.
func closeBody(req *http.Request, err error) error {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return err
}

// limit is how much of the current answer's body is read.
func (r *run) limit() int64 {
	if r.Success() {
		return r.call.MaxBytes
	}
	return keptOfError
}

// send sends the request, and again for each redirect that may be followed.
func (r *run) send(req *http.Request) (*http.Response, error) {
	base := r.client.HTTP.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	for hops := 0; ; hops++ {
		resp, err := base.RoundTrip(req)
		switch {
		case err != nil:
			return nil, err
		case resp == nil:
			return nil, errors.New("the HTTP transport returned neither an answer nor an error")
		case resp.Body == nil:
			resp.Body = http.NoBody
		}
		switch {
		case resp.StatusCode < 100:
			_ = resp.Body.Close()
			return nil, fmt.Errorf("an answer with the status %d", resp.StatusCode)
		case resp.StatusCode == http.StatusSwitchingProtocols: // the body is the bare connection, which no context ends
			_ = resp.Body.Close()
			resp.Body = http.NoBody
		}
		next := r.redirected(req, resp, hops)
		if next == nil {
			return resp, nil
		}
		_, _ = io.CopyN(io.Discard, resp.Body, drained)
		_ = resp.Body.Close()
		req = next
	}
}

// explain puts a context's end in front of what the transport made of it, and
// tells a try's own timeout from the caller's.
func (r *run) explain(try context.Context, err error) error {
	err = clean(err)
	switch {
	case r.ctx.Err() != nil:
		if errors.Is(err, r.ctx.Err()) {
			return err
		}
		return fmt.Errorf("%w (%w)", r.ctx.Err(), err)
	case r.wire.tooMany.Load():
		return errTooMany
	case try.Err() != nil:
		return tryTimeoutError{time.Since(r.tried).Round(time.Millisecond)}
	}
	return err
}

// tryTimeoutError is the error of a try that took longer than a try may take. It is
// a net.Error.
type tryTimeoutError struct{ after time.Duration }

func (e tryTimeoutError) Error() string        { return fmt.Sprintf("no whole answer within %v", e.after) }
func (e tryTimeoutError) Timeout() bool        { return true }
func (e tryTimeoutError) Temporary() bool      { return true }
func (e tryTimeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// read reads the body into a buffer of the pool, at most limit bytes of it (0: all).
// Read to its end, it leaves a connection that can be used again.
func (r *run) read(resp *http.Response, limit int64) error {
	defer resp.Body.Close()
	r.buffer = buffers.Get().(*bytes.Buffer)
	r.buffer.Reset()
	if n := min(resp.ContentLength, presized); n > 0 {
		r.buffer.Grow(int(n) + bytes.MinRead)
	}
	body := io.Reader(resp.Body)
	if limit > 0 && limit < math.MaxInt64 {
		body = io.LimitReader(body, limit+1)
	}
	_, err := r.buffer.ReadFrom(body)
	if limit > 0 && int64(r.buffer.Len()) > limit {
		r.buffer.Truncate(int(limit))
		err = ErrTooLarge
	}
	r.Body = r.buffer.Bytes()
	return err
}

// buffers holds what bodies are read into.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Release gives the body's memory back, and closes the stream. Nothing may hold them then.
func (o *Outcome) Release() {
	if o.Stream != nil {
		_ = o.Stream.Close()
	}
	if o.buffer != nil && o.buffer.Cap() <= pooled {
		buffers.Put(o.buffer)
	}
	o.buffer, o.Body = nil, nil
}

// answered is a response without its body and its Location: the http.Client
// shall see its status and its cookies, and follow nothing.
func answered(req *http.Request, resp *http.Response) *http.Response {
	seen := *resp
	seen.Body = http.NoBody
	seen.Request = req
	if resp.Header.Get("Location") != "" {
		seen.Header = resp.Header.Clone()
		seen.Header.Del("Location")
	}
	return &seen
}

// A stream is the unread body of a success. Closing it ends the try.
type stream struct {
	io.ReadCloser
	run    *run
	ctx    context.Context //nolint:containedctx // the try's, which lasts as long as the body
	cancel context.CancelFunc
}

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // readers return io.EOF itself
		err = s.run.explain(s.ctx, err)
	}
	return n, err
}

func (s *stream) Close() error {
	err := s.ReadCloser.Close()
	s.cancel()
	return err
}

// net/http sends a request again by itself. Over HTTP/1 it only does so if it has
// written nothing of it, over HTTP/2 also after the server broke off a stream whose
// request it has acted on, and as often as that happens. So a try of an unsafe call may
// get no other connection once it was sent over HTTP/2, and any other try may get one for
// each redirect and a few more.
const maxConns = maxHops + 5

var errTooMany = errors.New("the server broke off the connection after the request was sent")

// A wire is a try's context, and follows what connections the try gets.
type wire struct {
	context.Context //nolint:containedctx // it is one
	cancel          context.CancelFunc
	call            *Call

	asked, got atomic.Int32 // connections
	http2      atomic.Bool  // the request has been sent over it; known of unsafe calls only
	tooMany    atomic.Bool
	first      atomic.Pointer[dial] // of the wait for the first connection
	settled    atomic.Bool          // that wait is over
}

type wireKey struct{}

// Value returns the wire itself for its key.
func (w *wire) Value(key any) any {
	if key == (wireKey{}) {
		return w
	}
	return w.Context.Value(key)
}

// watch returns a context with which a try tells the wire, and which is cancelled
// before the try is sent over one connection too many.
func watch(ctx context.Context, cancel context.CancelFunc, call *Call) (context.Context, *wire) {
	w := &wire{Context: ctx, cancel: cancel, call: call}
	trace := &httptrace.ClientTrace{GetConn: w.getConn, GotConn: w.gotConn}
	if !call.Repeatable {
		trace.WroteHeaderField = w.wroteHeaderField
	}
	return httptrace.WithClientTrace(w, trace), w
}

func (w *wire) getConn(string) { w.asked.Add(1) }

func (w *wire) gotConn(httptrace.GotConnInfo) {
	w.asked.CompareAndSwap(0, 1) // over HTTP/2, not every try that gets one has asked
	if w.got.Add(1) > maxConns || w.http2.Load() {
		w.tooMany.Store(true)
		w.cancel()
	}
	w.settle()
}

// wroteHeaderField tells HTTP/2 by its pseudo-headers, whatever the connection is.
func (w *wire) wroteHeaderField(key string, _ []string) {
	if strings.HasPrefix(key, ":") {
		w.http2.Store(true)
	}
}

// waitsFor tells whether a dial to an address is for the try's first connection. The
// dials for later ones, after a redirect or on a connection that broke, can't be told
// apart, and what is dialed at a proxy serves only one of the hosts behind it.
func (w *wire) waitsFor(address string) bool {
	return w.asked.Load() == 1 && address == hostPort(w.call.URL)
}

// settle ends the wait for the first connection.
func (w *wire) settle() {
	w.settled.Store(true)
	if d := w.first.Swap(nil); d != nil {
		d.settle(w.got.Load() > 0)
	}
}

// neverSent tells whether the failed try provably didn't reach the server:
// a connection was asked for and never got, or the error is one of getting it.
// A transport that doesn't tell is not believed to have sent nothing.
func (w *wire) neverSent(err error) bool {
	if w.got.Load() > 0 {
		return false
	}
	return w.asked.Load() > 0 || isDialError(err)
}
