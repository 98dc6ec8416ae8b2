package porting

import (
	"context"
	"log/slog"
	"time"

	"github.com/numberporting/porting/internal/transport"
)

// A watch tells the logger and the observer of one call.
type watch struct {
	ctx      context.Context //nolint:containedctx // a watch is the call's own, and ends with it
	op       *Operation
	logger   *slog.Logger
	observer Observer
	started  time.Time
}

// watch returns nil if nobody watches.
func (c *Client) watch(ctx context.Context, op *Operation) *watch {
	if c.config.logger == nil && c.config.observer == nil {
		return nil
	}
	return &watch{ctx, op, c.config.logger, c.config.observer, time.Now()}
}

// tried is called after each try.
func (w *watch) tried(t transport.Try) {
	w.tell(slog.LevelDebug, Event{
		Kind:       EventTry,
		Attempt:    t.Attempt,
		StatusCode: t.StatusCode,
		RequestID:  requestID(t.Header),
		Duration:   t.Duration,
		Wait:       t.Wait,
		Class:      classifyTry(t.StatusCode, t.Err),
	})
}

// done is called at the end of the call.
func (w *watch) done(out *transport.Outcome, err error) {
	level := slog.LevelDebug
	if err != nil {
		level = slog.LevelWarn
	}
	w.tell(level, Event{
		Kind:       EventCall,
		Attempt:    out.Attempts,
		StatusCode: out.StatusCode,
		RequestID:  requestID(out.Header),
		Duration:   time.Since(w.started),
		Class:      classify(err),
	})
}

func (w *watch) tell(level slog.Level, e Event) {
	e.Operation, e.Method, e.Route = w.op.Name, w.op.Method, w.op.Route
	if w.observer != nil {
		w.observer.Observe(w.ctx, e)
	}
	if w.logger == nil {
		return
	}
	if e.Wait > 0 {
		level = slog.LevelWarn
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
	if e.Class != "" {
		attrs = append(attrs, slog.String("class", string(e.Class)))
	}
	w.logger.LogAttrs(w.ctx, level, "porting "+string(e.Kind), attrs...)
}
