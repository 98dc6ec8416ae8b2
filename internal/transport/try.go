package transport

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	keptOfError = 1 << 20  // bytes of an error's body that are kept
	drained     = 64 << 10 // bytes read of a redirect's body, to keep the connection
	presized    = 1 << 20  // bytes allocated on the word of a Content-Length
	pooled      = 8 << 20  // bytes of the largest buffer that is kept for another answer
)

// try makes one try: it sends the request, follows the redirects that may be followed,
// and reads the answer. What came of it is the run's Outcome.
func (r *run) try() {
	r.tried = time.Now()
	r.Release()
	r.Outcome = Outcome{Call: r.call, Attempts: r.Attempts + 1}
	ctx, cancel := r.tryContext()
	r.sent = newSent(r.call, r.client.Pool, cancel)
	ctx = httptrace.WithClientTrace(ctx, &r.sent.trace)
	resp, err := r.send(ctx)
	if err != nil {
		defer r.sent.end()
		r.Sent = !r.sent.never(err)
		r.Err = r.explain(ctx.Err(), err)
		return
	}
	r.Sent = true
	r.StatusCode = resp.StatusCode
	r.Header = resp.Header
	r.RetryAfter = askedWait(resp.StatusCode, resp.Header)
	if r.call.Stream && r.Success() {
		r.Stream = &stream{ReadCloser: resp.Body, run: r, ctx: ctx}
		return
	}
	defer r.sent.end()
	if err := r.read(resp); err != nil {
		r.Err = r.explain(ctx.Err(), err)
	}
}

// tryContext is the context of one try: the call's, and the time that a try may take.
func (r *run) tryContext() (context.Context, context.CancelFunc) {
	limit := r.call.TryTimeout
	if user := r.client.Pool.HTTP.Timeout; user > 0 && (limit == 0 || user < limit) {
		limit = user
	}
	if limit > 0 {
		return context.WithTimeout(r.ctx, limit)
	}
	return context.WithCancel(r.ctx)
}

// send sends the call's request, and another one for each redirect that may be followed.
func (r *run) send(ctx context.Context) (*http.Response, error) {
	target := r.call.URL
	for hops := 0; ; hops++ {
		resp, err := r.sendUntilTaken(ctx, target)
		if err != nil {
			return nil, err
		}
		next := r.redirected(target, resp, hops)
		if next == nil {
			return resp, nil
		}
		_, _ = io.CopyN(io.Discard, resp.Body, drained)
		_ = resp.Body.Close()
		target = next
	}
}

// sendUntilTaken sends a request again, within the same try, while it is certain that no
// server has processed it. As in net/http, which does so for calls that can be repeated,
// the first repeat is immediate, the others wait, and after the seventh it gives up.
func (r *run) sendUntilTaken(ctx context.Context, target *url.URL) (*http.Response, error) {
	const most = 7
	wait := time.Duration(0)
	for refusals := 0; ; {
		resp, err := r.client.Pool.roundTrip(r.request(ctx, target))
		switch {
		case err == nil:
			r.receive(target, resp)
			return resp, nil
		case r.sent.onlyClosed():
		case !r.sent.refused(err) || refusals == most || !pause(ctx, wait):
			return nil, err
		default:
			refusals++
			wait = max(time.Second, 2*wait)
		}
		r.sent.reset()
	}
}

// roundTrip puts a request on the wire.
func (p *Pool) roundTrip(req *http.Request) (*http.Response, error) {
	rt := p.HTTP.Transport
	if rt == nil {
		rt = http.DefaultTransport
	}
	resp, err := rt.RoundTrip(req)
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
	return resp, nil
}

// pause waits, and reports false if the context ends first.
func pause(ctx context.Context, wait time.Duration) bool {
	select {
	case <-time.After(jitter(wait)):
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// request makes the HTTP request of one try. Those of calls that must not be repeated
// have no GetBody: with it, net/http sends them again by itself after a broken HTTP/2
// stream, without it the error says why.
func (r *run) request(ctx context.Context, target *url.URL) *http.Request {
	r.sent.bare = false
	req := (&http.Request{
		Method:     r.call.Method,
		URL:        target,
		Host:       target.Host,
		Header:     r.call.Header,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
	}).WithContext(ctx)
	switch {
	case r.call.Body != nil:
		req.Body = open(r.call)
		req.ContentLength = r.call.BodySize
		if r.call.Repeatable {
			req.GetBody = func() (io.ReadCloser, error) { return open(r.call), nil }
		}
	case r.call.Repeatable:
	case r.client.Pool.speaksHTTP2.Load():
		req.Body = io.NopCloser(strings.NewReader("")) // without a body, net/http repeats it, too
	default: // over HTTP/1, an empty body would be sent in chunks
		r.sent.bare = true
	}
	if jar := r.jar(); jar != nil {
		req.Header = req.Header.Clone()
		req.Header.Del("Cookie")
		for _, cookie := range jar.Cookies(target) {
			req.AddCookie(cookie)
		}
		r.call.Header = req.Header // what was sent; errors hide it
	}
	return req
}

// receive takes note of an answer's head.
func (r *run) receive(target *url.URL, resp *http.Response) {
	if !r.call.AnyHost {
		r.client.Pool.speaksHTTP2.Store(resp.ProtoMajor == 2)
	}
	if jar := r.jar(); jar != nil {
		if cookies := resp.Cookies(); len(cookies) > 0 {
			jar.SetCookies(target, cookies)
		}
	}
}

// jar is where the call's cookies are, or nil.
func (r *run) jar() http.CookieJar {
	if r.call.AnyHost {
		return nil
	}
	return r.client.Pool.HTTP.Jar
}

// explain says why a try failed; tryErr is the error of the try's context. If the call's
// context has ended, that is the reason, whatever the network reported. A timeout of the try
// alone gets an error of its own.
func (r *run) explain(tryErr, err error) error {
	const impatient = time.Second // a shorter timeout doesn't show that the connection is dead
	if errors.Is(tryErr, context.DeadlineExceeded) && time.Since(r.tried) > impatient {
		r.client.Pool.timedOut(r.sent.conn.Load())
	}
	switch {
	case r.ctx.Err() != nil:
		if errors.Is(err, r.ctx.Err()) || errors.Is(err, context.Cause(r.ctx)) {
			return ended(r.ctx)
		}
		return join(ended(r.ctx), withoutURL(err))
	case r.sent.twice.Load():
		return errTwice
	case tryErr != nil:
		return tryTimeoutError{time.Since(r.tried).Round(time.Millisecond)}
	}
	return withoutURL(err)
}

// ended is the error of a context that is over, with its cause if it has one.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return join(err, cause)
}

// join puts one error behind another; a nil one is left out.
func join(first, second error) error {
	if second == nil {
		return first
	}
	return fmt.Errorf("%w (%w)", first, second)
}

// withoutURL takes the URL out of an error: a query can hold phone numbers, and a signed
// URL opens a document.
func withoutURL(err error) error {
	if withURL, ok := errors.AsType[*url.Error](err); ok {
		return withoutURL(withURL.Err)
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

// read reads the body into a buffer of the pool, as far as its limit. A body that was read
// to its end leaves a connection that can be used again.
func (r *run) read(resp *http.Response) error {
	defer resp.Body.Close()
	limit := int64(keptOfError)
	if r.Success() {
		limit = r.call.MaxBytes
	}
	r.buffer = buffers.Get().(*bytes.Buffer)
	r.buffer.Reset()
	if n := min(resp.ContentLength, presized); n > 0 {
		r.buffer.Grow(int(n) + bytes.MinRead)
	}
	body, err := decompressed(resp)
	if err == nil {
		if limit > 0 && limit < math.MaxInt64 {
			r.limited = io.LimitedReader{R: body, N: limit + 1}
			body = &r.limited
		}
		_, err = r.buffer.ReadFrom(body)
	}
	if limit > 0 && int64(r.buffer.Len()) > limit {
		r.buffer.Truncate(int(limit))
		err = ErrTooLarge
	}
	r.Body = r.buffer.Bytes()
	if err == nil && r.Success() && endsWithConnection(resp) && r.call.Whole != nil && !r.call.Whole(r.Body) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// decompressed returns the body, and undoes a gzip that the transport left in place.
func decompressed(resp *http.Response) (io.Reader, error) {
	if resp.Header.Get("Content-Encoding") != "gzip" || resp.Uncompressed {
		return resp.Body, nil
	}
	return gzip.NewReader(resp.Body)
}

// endsWithConnection tells whether the end of the connection is all that ends a body. One
// that broke off then looks like a whole one.
func endsWithConnection(resp *http.Response) bool {
	return resp.ProtoMajor == 1 && resp.ContentLength < 0 && len(resp.TransferEncoding) == 0 && !resp.Uncompressed
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

// A stream is the unread body of a success. Closing it ends the try.
type stream struct {
	io.ReadCloser
	run  *run
	ctx  context.Context //nolint:containedctx // the try's, which lasts as long as the body
	read int64
}

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	limit := s.run.call.MaxBytes
	if s.read += int64(n); limit > 0 && s.read > limit {
		n -= int(s.read - limit)
		s.read = limit
		err = ErrTooLarge
	}
	if err != nil && err != io.EOF { //nolint:errorlint // readers return io.EOF itself
		err = s.run.explain(s.ctx.Err(), err)
		s.run.Err = err
	}
	return n, err
}

func (s *stream) Close() error {
	err := s.ReadCloser.Close()
	s.run.sent.end()
	return err
}
