// Package transport carries one call to the server and says what became of it.
//
// It knows how often a call may be tried, how long to wait in between, how much
// of an answer to read, which redirects to follow and what may be shown of an
// error. It knows nothing of the API: the caller says whether a call may be
// repeated, and makes results and errors of the [Outcome].
//
// The loop of tries is go-retryablehttp's; this is the only package that knows it.
package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// A Client is what all calls have in common. It is not changed by them.
type Client struct {
	HTTP    *http.Client
	Policy  Policy
	Limiter Limiter // nil: none
	Budget  *Budget // nil: none
}

// Limiter is waited for before each try of a call that is [Call.Limited].
type Limiter interface {
	// Wait returns when a try may be made, or an error if none may.
	Wait(ctx context.Context) error
}

// A Call is one request, whole, so that it can be sent more than once.
type Call struct {
	Method      string
	URL         *url.URL
	Header      http.Header
	Body        func() io.Reader // a new reader of the same bytes for each try; nil: no body
	BodySize    int64
	Foreign     bool          // reading the body may hang or panic; none begins when the call is over
	Repeatable  bool          // sending it twice does no harm
	Limited     bool          // the limiter is waited for
	TryTimeout  time.Duration // 0: none
	HeadTimeout time.Duration // of the part of a try before the body of a success; 0: none
	MaxBytes    int64         // of an answer's body, decompressed; 0: no limit
	Stream      bool          // the body of a success is handed over unread
	AnyHost     bool          // redirects may lead to other hosts; cookies are neither sent nor kept
	OnTry       func(Try)     // called after each try; may be nil

	Texts iter.Seq[string] // what the body says, for the caller's errors; not used here
}

// A Try is one sending of a call, as told to [Call.OnTry].
type Try struct {
	Attempt    int // from 1
	StatusCode int // 0: no answer
	Header     http.Header
	Duration   time.Duration
	Wait       time.Duration // before the next try; 0: there is none
	Spent      bool          // there is none because the budget is spent
	Err        error         // why there is no answer, or no whole one
}

// An Outcome is what is known when a call is over.
type Outcome struct {
	Call       *Call // that it is the outcome of
	Attempts   int
	StatusCode int // of the last answer; 0: the last try had none
	Header     http.Header
	Body       []byte        // of the last answer, as far as it was read; until Release
	Stream     io.ReadCloser // instead of Body, if [Call.Stream] and a success
	Hops       []*url.URL    // the redirects that the last try followed
	Err        error         // why there is no answer, or why Body isn't whole, as [ErrTooLarge]
	Sent       bool          // the last try may have reached the server
	WaitErr    error         // why a wait for the next try, or for the limiter, ended early
	RetryAfter time.Duration // the wait that the last answer asked for

	buffer *bytes.Buffer // of Body
}

// Success tells whether the last answer is a 2xx.
func (o *Outcome) Success() bool { return o.StatusCode >= 200 && o.StatusCode < 300 }

// ErrTooLarge is the error of an answer whose body exceeds [Call.MaxBytes].
var ErrTooLarge = errors.New("the answer is larger than the limit")

// Do sends the call until it succeeds, fails for good, or may not be tried again.
func (c *Client) Do(ctx context.Context, call *Call) *Outcome {
	r := &run{client: c, call: call, ctx: ctx, started: time.Now(), Outcome: Outcome{Call: call}}
	req, err := retryablehttp.FromRequest((&http.Request{
		Method:     call.Method,
		URL:        call.URL,
		Host:       call.URL.Host,
		Header:     call.Header,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
	}).WithContext(ctx))
	if err == nil && call.Body != nil {
		err = req.SetBody(retryablehttp.ReaderFunc(func() (io.Reader, error) { return call.Body(), nil }))
		req.ContentLength = call.BodySize
	}
	if err != nil {
		return &Outcome{Call: call, Err: err}
	}
	httpClient := *c.HTTP
	httpClient.Transport = r
	httpClient.Timeout = 0 // a try's context has it
	httpClient.Jar = r.jar()
	loop := retryablehttp.Client{
		HTTPClient:   &httpClient,
		RetryMax:     c.Policy.MaxAttempts - 1,
		CheckRetry:   r.judge,
		Backoff:      r.startWait,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	defer r.closeStream() // also if OnTry panics
	resp, err := loop.Do(req)
	if resp != nil && r.stream == nil {
		_ = resp.Body.Close()
	}
	if err == nil && r.stream != nil {
		r.Stream, r.stream = r.stream, nil
	}
	switch {
	case r.Attempts == 0:
		r.Err = clean(err)
	case r.waiting && err != nil:
		r.WaitErr = ctx.Err()
	}
	return &r.Outcome
}

// A run is one call on its way: the transport of its HTTP client and the judge
// of its tries.
type run struct {
	client  *Client
	call    *Call
	ctx     context.Context //nolint:containedctx // a run is the call's own, and ends with it
	started time.Time       // when the first try began
	tried   time.Time       // when the last try began
	final   bool            // another try was not admitted
	waiting bool            // a wait has begun and no try since
	wait    time.Duration   // before the next try
	wire    *wire           // of the last try
	stream  io.ReadCloser   // of the last try, until the caller has it
	Outcome
}

// closeStream ends a try whose answer the caller doesn't get to read.
func (r *run) closeStream() {
	if r.stream != nil {
		_ = r.stream.Close()
	}
}

// judge is asked after each try whether there is another.
func (r *run) judge(context.Context, *http.Response, error) (bool, error) {
	if r.Attempts == 0 || r.final {
		return false, nil
	}
	if r.Success() && r.Err == nil {
		r.client.Budget.succeed()
	}
	again := r.mayRepeat() && r.planWait()
	spent := again && !r.client.Budget.take()
	again = again && !spent
	if r.call.OnTry != nil {
		t := Try{
			Attempt:    r.Attempts,
			StatusCode: r.StatusCode,
			Header:     r.Header,
			Duration:   time.Since(r.tried),
			Spent:      spent,
			Err:        r.Err,
		}
		if again {
			t.Wait = r.wait
		}
		r.call.OnTry(t)
	}
	return again, nil
}

// startWait begins the wait that judge has planned.
func (r *run) startWait(_, _ time.Duration, _ int, _ *http.Response) time.Duration {
	r.waiting = true
	if r.jar() != nil {
		r.call.Header.Del("Cookie") // the http.Client adds them for each try
	}
	return r.wait
}

// jar is where the call's cookies are, or nil.
func (r *run) jar() http.CookieJar {
	if r.call.AnyHost {
		return nil
	}
	return r.client.HTTP.Jar
}
