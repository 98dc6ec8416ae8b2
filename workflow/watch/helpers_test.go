package watch_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/watch"
)

// A clock is a sandbox's: to wait moves it.
type clock struct {
	server *portingtest.Server
	waits  []time.Duration
	onWait func(d time.Duration) error // unless nil, called after the clock was moved
}

func (c *clock) Now() time.Time { return c.server.Now() }

func (c *clock) Wait(ctx context.Context, d time.Duration) error {
	c.waits = append(c.waits, d)
	c.server.Advance(d)
	if c.onWait != nil {
		if err := c.onWait(d); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// client tries again without a wait.
func client(server *portingtest.Server, opts ...porting.Option) *porting.Client {
	retry := porting.RetryPolicy{MaxAttempts: 2, MinWait: time.Millisecond, MaxWait: time.Millisecond}
	return server.Client(append([]porting.Option{porting.WithRetry(retry)}, opts...)...)
}

// until collects events up to the one that ends it, which is taken, and one poll more, in
// which it is saved.
func until(ctx context.Context, c *porting.Client, opts *watch.Options, end func(watch.Event) bool) ([]watch.Event, error) {
	var events []watch.Event
	for e, err := range watch.Events(ctx, c, opts) {
		if err != nil {
			return events, err
		}
		events = append(events, e)
		if end(e) {
			break
		}
	}
	return events, nil
}

func kind(kind watch.Kind) func(watch.Event) bool {
	return func(e watch.Event) bool { return e.Kind == kind }
}

// lines say what has happened, without the comments and documents, of which there are many,
// and without the support keys.
func lines(events []watch.Event) []string {
	var list []string
	for _, e := range events {
		if e.Kind != watch.CommentAdded && e.Kind != watch.DocumentAdded {
			c := e.Change
			c.SupportKey = ""
			list = append(list, c.String())
		}
	}
	return list
}

// number is the ith of numbers that are ported without any trouble.
func number(i int) string { return fmt.Sprintf("+1%03d55501%02d", 201+i/40%799, i%40) }

// answers has a body for each path that is answered with 200.
type answers map[string]string

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(a[r.URL.Path])), Request: r}, nil
}
