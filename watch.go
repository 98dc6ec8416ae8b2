package porting

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/numberporting/porting/internal/transport"
)

// What of a request's query and an answer's header may be logged. A search can be a
// phone number, a Location a signed URL.
var (
	loggedQuery   = []string{"page", "per_page", "status", "include_phone_numbers", "include_sub_requests"}
	loggedHeaders = []string{
		"Content-Type", "Content-Length", "Date", "Retry-After", "Total", "Total-Pages",
		"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset",
	}
)

// A watch tells the logger and the observer of one call.
type watch struct {
	ctx      context.Context //nolint:containedctx // a watch is the call's own, and ends with it
	op       *Operation
	call     *transport.Call
	logger   *slog.Logger
	observer Observer
	started  time.Time
}

// watch returns nil if nobody watches.
func (c *Client) watch(ctx context.Context, op *Operation, call *transport.Call) *watch {
	if c.config.logger == nil && c.config.observer == nil {
		return nil
	}
	return &watch{ctx, op, call, c.config.logger, c.config.observer, time.Now()}
}

// tried is called after each try.
func (w *watch) tried(t transport.Try) {
	level := slog.LevelDebug
	if t.Wait > 0 || t.Spent {
		level = slog.LevelWarn
	}
	w.tell(level, t.Header, Event{
		Kind:       EventTry,
		Attempt:    t.Attempt,
		StatusCode: t.StatusCode,
		Duration:   t.Duration,
		Wait:       t.Wait,
		Spent:      t.Spent,
		Class:      classifyTry(t.StatusCode, t.Err),
	})
}

// done is called at the end of the call.
func (w *watch) done(out *transport.Outcome, err error) {
	level := slog.LevelDebug
	if err != nil {
		level = slog.LevelWarn
	}
	w.tell(level, out.Header, Event{
		Kind:       EventCall,
		Attempt:    out.Attempts,
		StatusCode: out.StatusCode,
		Duration:   time.Since(w.started),
		Class:      classify(err),
	})
}

func (w *watch) tell(level slog.Level, header http.Header, e Event) {
	e.Operation, e.Method, e.Route = w.op.Name, w.op.Method, w.op.Route
	e.RequestID = requestID(header, w.call.Header)
	if w.observer != nil {
		w.observer.Observe(w.ctx, e)
	}
	if w.logger == nil || !w.logger.Enabled(w.ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("operation", e.Operation),
		slog.String("method", e.Method),
		slog.String("route", e.Route),
		slog.Int("attempt", e.Attempt),
		slog.Int("status", e.StatusCode),
		slog.Duration("duration", e.Duration),
	}
	if e.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", e.RequestID))
	}
	if e.Wait > 0 {
		attrs = append(attrs, slog.Duration("wait", e.Wait))
	}
	if e.Spent {
		attrs = append(attrs, slog.Bool("budget_spent", true))
	}
	if e.Class != "" {
		attrs = append(attrs, slog.String("class", string(e.Class)))
	}
	if w.logger.Enabled(w.ctx, slog.LevelDebug) {
		attrs = append(attrs,
			allowed("query", w.call.URL.Query(), loggedQuery),
			allowed("header", header, loggedHeaders))
	}
	w.logger.LogAttrs(w.ctx, level, "porting "+string(e.Kind), attrs...)
}

// allowed is a group of those values whose keys may be logged; without any it is left out.
func allowed(group string, values map[string][]string, keys []string) slog.Attr {
	var attrs []slog.Attr
	for _, key := range keys {
		if len(values[key]) > 0 {
			attrs = append(attrs, slog.String(key, values[key][0]))
		}
	}
	return slog.Attr{Key: group, Value: slog.GroupValue(attrs...)}
}
