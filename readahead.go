package porting

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// A readAhead asks for pages before they are needed.
type readAhead[T any] struct {
	client  *Client
	list    func(ctx context.Context, c *Client, number int) (*Page[T], error)
	limited *atomic.Bool
	number  int                // of the last page that was taken
	coming  []chan answered[T] // the pages after it, as far as they were asked for
	calls   sync.WaitGroup
}

// answered is a page, or an error, and the answer it came in.
type answered[T any] struct {
	page     *Page[T]
	err      error
	response Response
	panicked any             // what the call panicked with: a limiter or an observer of the user's
	limited  *RateLimitError // the 429 that the page got while others were under way
	at       time.Time       // when the page came
}

// errEnded is the error of a page whose goroutine an observer or a limiter has ended.
var errEnded = errors.New("porting: runtime.Goexit was called")

// next returns the next page. Those after it are asked for at the same
// time, as far as it is known that there are any. Such pages compete for what the server
// allows, so that after a 429 there is only one at a time.
func (r *readAhead[T]) next(ctx context.Context, totalPages int) (*Page[T], error) {
	r.number++
	last := r.number
	if !r.limited.Load() {
		last = max(last, min(last+r.client.config.readAhead-1, totalPages))
	}
	for number := r.number + len(r.coming); number <= last; number++ {
		r.coming = append(r.coming, r.ask(ctx, number, last > r.number))
	}
	got := <-r.coming[0]
	r.coming = r.coming[1:]
	if got.limited != nil {
		if got.err = r.wait(ctx, &got); got.err == nil {
			got = <-r.ask(ctx, r.number, false)
		}
	}
	if into := captured(ctx); into != nil {
		*into = got.response
	}
	if got.panicked != nil {
		panic(got.panicked) // where the caller can recover it
	}
	return got.page, got.err
}

// ask asks for a page. If others are under way, a 429 ends the call.
func (r *readAhead[T]) ask(ctx context.Context, number int, others bool) chan answered[T] {
	coming := make(chan answered[T], 1)
	a := new(answered[T])
	if captured(ctx) != nil {
		ctx = CaptureResponse(ctx, &a.response)
	}
	client := *r.client
	client.config.endOn429 = others
	r.calls.Go(func() {
		defer func() {
			a.panicked = recover()
			if a.page == nil && a.err == nil {
				a.err = errEnded
			}
			coming <- *a
		}()
		a.page, a.err = r.list(ctx, &client, number)
		if limited, ok := errors.AsType[*RateLimitError](a.err); ok && others {
			r.limited.Store(true)
			a.limited, a.at = limited, time.Now()
		}
	})
	return coming
}

// wait waits after a page's 429 until no other page is under way, and as long as the
// server asked. It returns an error if ctx ends, or if the wait is too long to begin.
func (r *readAhead[T]) wait(ctx context.Context, page *answered[T]) error {
	r.calls.Wait()
	until := page.at.Add(page.limited.RetryAfter)
	policy := r.client.config.retry
	deadline, ok := ctx.Deadline()
	if ok && until.After(deadline) || page.limited.RetryAfter > min(policy.MaxElapsed, max(time.Minute, policy.MaxWait)) {
		return page.limited
	}
	select {
	case <-ctx.Done():
		return &interrupted{page.limited, ctx.Err(), page.limited.mask}
	case <-time.After(time.Until(until)):
		return nil
	}
}
