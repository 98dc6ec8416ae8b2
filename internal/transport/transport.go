// Package transport carries one call to the server and says what became of it.
//
// It knows how often a call may be tried, how long to wait in between, how much of an
// answer to read and which redirects to follow. It knows nothing of the API: the caller
// says whether a call may be repeated, and makes results and errors of the [Outcome].
//
// Read transport.go for the order of things, try.go for one try, sent.go for what is
// known to have been sent, and retry.go for when there is another try.
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

// A Client is what all calls have in common. Calls don't change it.
type Client struct {
	Pool    *Pool
	Policy  Policy
	Limiter Limiter // nil: none
	Budget  *Budget // nil: none
}

// A Limiter is waited for before each try of a call that is [Call.Limited].
type Limiter interface {
	// Wait returns when a try may be made, or an error if none may.
	Wait(ctx context.Context) error
}

// A Call is one request, whole, so that it can be sent more than once.
type Call struct {
	Method     string
	URL        *url.URL
	Header     http.Header
	Body       func() io.Reader // a new reader of the same bytes for each try; nil: no body
	BodySize   int64
	Repeatable bool              // sending it twice does no harm
	Limited    bool              // each try waits for the limiter
	EndOn429   bool              // a 429 is not tried again
	TryTimeout time.Duration     // 0: none
	MaxBytes   int64             // of an answer's body, decompressed; 0: no limit
	Stream     bool              // the body of a success is handed over unread
	Whole      func([]byte) bool // tells whether the body of a success is whole, where HTTP doesn't; nil: it is
	AnyHost    bool              // redirects may lead to other hosts; cookies are neither sent nor kept
	OnTry      func(Try)         // called after each try; may be nil

	Texts iter.Seq[string] // what the body says, for the caller's errors; not used here
}

// A Try is one sending of a call, as told to [Call.OnTry].
type Try struct {
	Attempt     int // from 1
	StatusCode  int // 0: no answer
	Header      http.Header
	Duration    time.Duration
	Wait        time.Duration // before the next try; 0: there is none
	BudgetSpent bool          // there is no other because the budget is spent
	Err         error         // why there is no answer, or no whole one
}

// An Outcome is what is known when a call is over.
type Outcome struct {
	Call       *Call // that it is the outcome of
	Attempts   int
	StatusCode int // of the last answer; 0: the last try had none
	Header     http.Header
	Body       []byte        // of the last answer, as far as it was read; until Release
	Stream     io.ReadCloser // instead of Body, if [Call.Stream] and a success; what ends it early is in Err
	Hops       []*url.URL    // the redirects that the last try followed
	Err        error         // why there is no answer, or why its body isn't whole, as [ErrTooLarge]
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
	over := false
	defer func() {
		if !over { // a limiter or an observer panics
			r.Release()
		}
	}()
	r.takeTurns()
	over = true
	return &r.Outcome
}

// A run is one call on its way.
type run struct {
	Outcome
	client  *Client
	call    *Call
	ctx     context.Context  //nolint:containedctx // a run is the call's own, and ends with it
	started time.Time        // when the call began
	tried   time.Time        // when the last try began
	sent    *sent            // what is known of the last try's request
	again   bool             // there is another try
	wait    time.Duration    // before it
	limited io.LimitedReader // over the last try's body

	// What go-retryablehttp is fed with, here so that it is allocated together.
	loop    retryablehttp.Client
	http    http.Client
	turns   retryablehttp.Request
	nothing http.Response
}

// turn is one turn of the loop: the limiter, a try, the judgement, and the wait that the
// loop begins after it.
func (r *run) turn() {
	r.again = false
	if r.WaitErr = r.admit(); r.WaitErr != nil {
		if r.Attempts == 0 {
			r.Err = r.WaitErr
		}
		return
	}
	r.try()
	if r.Success() && r.Err == nil {
		r.client.Budget.succeed()
	}
	wanted := r.mayRepeat() && r.planWait()
	r.again = wanted && r.client.Budget.take()
	if !r.again {
		r.wait = 0
	}
	if r.call.OnTry != nil {
		r.call.OnTry(Try{
			Attempt:     r.Attempts,
			StatusCode:  r.StatusCode,
			Header:      r.Header,
			Duration:    time.Since(r.tried),
			Wait:        r.wait,
			BudgetSpent: wanted && !r.again,
			Err:         r.Err,
		})
	}
}

// admit waits until a try may begin.
func (r *run) admit() error {
	if r.ctx.Err() != nil {
		return ended(r.ctx)
	}
	if !r.call.Limited || r.client.Limiter == nil {
		return nil
	}
	return limited(r.ctx, r.client.Limiter.Wait(r.ctx))
}

// takeTurns runs the turns in the loop of go-retryablehttp, which is made for an http.Client.
// Each request that the loop sends takes one turn and gets an empty answer; the turn decides
// whether, and after which wait, the loop goes on.
func (r *run) takeTurns() {
	r.http.Transport = r
	r.nothing = http.Response{StatusCode: http.StatusNoContent, Header: noHeader, Body: http.NoBody}
	r.turns.Request = (&http.Request{Method: http.MethodGet, URL: r.call.URL, Header: noHeader}).WithContext(r.ctx)
	r.loop = retryablehttp.Client{
		HTTPClient:   &r.http,
		RetryMax:     r.client.Policy.MaxAttempts - 1,
		CheckRetry:   func(context.Context, *http.Response, error) (bool, error) { return r.again, nil },
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return r.wait },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	resp, err := r.loop.Do(&r.turns)
	if err != nil { // the context ended a wait
		r.WaitErr = ended(r.ctx)
		return
	}
	_ = resp.Body.Close()
}

var noHeader = http.Header{}

// RoundTrip takes a turn for go-retryablehttp.
func (r *run) RoundTrip(*http.Request) (*http.Response, error) {
	r.turn()
	return &r.nothing, nil
}
