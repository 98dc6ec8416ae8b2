package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"

	"golang.org/x/time/rate"

	"github.com/numberporting/porting"
)

// openOurs returns a function that opens a client of ours with these options.
func openOurs(opts ...porting.Option) func(base string, hc *http.Client) (client, error) {
	return func(base string, hc *http.Client) (client, error) {
		all := append([]porting.Option{porting.WithBaseURL(base)}, opts...)
		if hc != nil {
			all = append(all, porting.WithHTTPClient(hc))
		}
		c, err := porting.NewClient(porting.Token(token), all...)
		return ourClient{c}, err
	}
}

type ourClient struct{ *porting.Client }

func (c ourClient) get(ctx context.Context, id string) (int, error) {
	r, err := c.PortRequests.Get(ctx, porting.PortRequestID(id), nil)
	if err != nil {
		return 0, err
	}
	return len(r.PhoneNumbers), nil
}

func (c ourClient) list(ctx context.Context) (int, error) {
	count := 0
	for _, err := range c.PortRequests.All(ctx, &porting.PortRequestListOptions{Page: 1, PerPage: perPage}) {
		if err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}

func (c ourClient) check(ctx context.Context, numbers []string) (int, error) {
	results, err := c.Portability.Check(ctx, numbers...)
	return len(results), err
}

// watched are our client with one thing set that costs something.
var watched = []contender{
	{name: "limiter", open: openOurs(porting.WithLimiter(rate.NewLimiter(1e9, 1e9)))},
	{name: "observer", open: openOurs(porting.WithObserver(discard{}))},
	{name: "logger at info level", open: openOurs(porting.WithLogger(logger(slog.LevelInfo)))},
	{name: "logger at debug level", open: openOurs(porting.WithLogger(logger(slog.LevelDebug)))},
}

func logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(io.Discard, //nolint:sloglint // what it costs to write is measured
		&slog.HandlerOptions{Level: level}))
}

// discard observes nothing.
type discard struct{}

// Observe implements [porting.Observer].
func (discard) Observe(context.Context, porting.Event) {}
