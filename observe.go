package porting

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/numberporting/porting/internal/transport"
)

// An Observer is told of every try, as it ends, and of every call, once its last try has,
// unless the call ends in an [*ArgumentError]. It is called on the call's goroutine, so what
// it does takes the call's time; it must be safe for concurrent use.
type Observer interface {
	// Observe is called with the context of the call.
	Observe(ctx context.Context, event Event)
}

// A Starter is an [Observer] that is also told when a call begins.
type Starter interface {
	Observer

	// Start is called before a call's first try, with the event as far as it is known: its
	// Operation, Method and Route. The call, its tries and their events have the context
	// that it returns, which must be made from ctx.
	Start(ctx context.Context, event Event) context.Context
}

// An Event is a try or a call that has ended. Its texts are few: an operation, a
// method, a route and an error class can be labels of a metric.
type Event struct {
	Kind        EventKind
	Operation   string        // such as "Drafts.Create"
	Method      string        // the HTTP method
	Route       string        // with parameters in braces; empty for Client.Do and for storage
	Attempt     int           // of a try: its number, from 1; of a call: how many tries it took
	StatusCode  int           // of the answer; 0: there was none
	RequestID   string        // the server's id of the answer
	Duration    time.Duration // of a call: with its waits
	Wait        time.Duration // of a try: the wait before the next; 0: there is none
	BudgetSpent bool          // of a try: there is no other because the client's budget of retries is spent
	Class       ErrorClass    // empty: success
}

// An EventKind tells tries from calls.
type EventKind string

// The kinds of events. An upload is three calls, all named Documents.Upload: to count
// uploads, count those whose route ends in /supporting_documents. A download is a call
// Documents.CreateDownloadLink and a call Documents.Download without a route. What goes
// to storage isn't in [Operations].
const (
	EventTry  EventKind = "try"
	EventCall EventKind = "call"
)

// An ErrorClass is a kind of failure, for metrics.
type ErrorClass string

// The error classes.
const (
	ErrorClassLimiter        ErrorClass = "limiter"         // of a call: the limiter refused its first try
	ErrorClassCanceled       ErrorClass = "canceled"        // the context was canceled
	ErrorClassTimeout        ErrorClass = "timeout"         // of the context, the call or the try
	ErrorClassNetwork        ErrorClass = "network"         // no whole answer
	ErrorClassClient         ErrorClass = "client"          // 3xx, and 4xx other than 429
	ErrorClassRate           ErrorClass = "rate_limited"    // 429
	ErrorClassServer         ErrorClass = "server"          // 5xx
	ErrorClassOutcomeUnknown ErrorClass = "outcome_unknown" // of a call: an OutcomeUnknownError
	ErrorClassDecode         ErrorClass = "decode"          // of a call: a DecodeError
)

// classify returns the class of an error that a call returns.
func classify(err error) ErrorClass {
	if _, ok := errors.AsType[*OutcomeUnknownError](err); ok {
		return ErrorClassOutcomeUnknown
	}
	if _, ok := errors.AsType[*DecodeError](err); ok {
		return ErrorClassDecode
	}
	if api, ok := errors.AsType[*APIError](err); ok {
		return classifyTry(api.StatusCode, nil)
	}
	class := classifyTry(0, err)
	connection, ok := errors.AsType[*ConnectionError](err)
	if ok && class == ErrorClassNetwork && connection.Attempts == 0 {
		return ErrorClassLimiter
	}
	return class
}

// classifyTry returns the class of a try that ended with the status, or with err.
func classifyTry(status int, err error) ErrorClass {
	var timeout interface{ Timeout() bool }
	switch {
	case status == 429:
		return ErrorClassRate
	case status >= 500:
		return ErrorClassServer
	case status >= 300:
		return ErrorClassClient
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return ErrorClassCanceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return ErrorClassTimeout
	}
	return ErrorClassNetwork
}

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

// watch returns what watches a call, and the call's context. It is nil if nobody watches.
func (c *Client) watch(ctx context.Context, op *Operation, call *transport.Call) (*watch, context.Context) {
	if c.config.logger == nil && c.config.observer == nil {
		return nil, ctx
	}
	started := time.Now()
	if starter, ok := c.config.observer.(Starter); ok {
		ctx = starter.Start(ctx, Event{Kind: EventCall, Operation: op.Name, Method: op.Method, Route: op.Route})
	}
	return &watch{ctx, op, call, c.config.logger, c.config.observer, started}, ctx
}

// tried is called after each try.
func (w *watch) tried(t transport.Try) {
	w.tell(t.Wait > 0 || t.BudgetSpent, t.Header, Event{
		Kind:        EventTry,
		Attempt:     t.Attempt,
		StatusCode:  t.StatusCode,
		Duration:    t.Duration,
		Wait:        t.Wait,
		BudgetSpent: t.BudgetSpent,
		Class:       classifyTry(t.StatusCode, t.Err),
	})
}

// done is called at the end of the call.
func (w *watch) done(out *transport.Outcome, err error) {
	w.tell(err != nil, out.Header, Event{
		Kind:       EventCall,
		Attempt:    out.Attempts,
		StatusCode: out.StatusCode,
		Duration:   time.Since(w.started),
		Class:      classify(err),
	})
}

// tell completes the event, and logs it at the level Warn or Debug.
func (w *watch) tell(warn bool, header http.Header, e Event) {
	e.Operation, e.Method, e.Route = w.op.Name, w.op.Method, w.op.Route
	e.RequestID = requestID(header, w.call.Header)
	if w.observer != nil {
		w.observer.Observe(w.ctx, e)
	}
	level := slog.LevelDebug
	if warn {
		level = slog.LevelWarn
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
	if e.BudgetSpent {
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
