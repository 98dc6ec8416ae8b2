package porting

import (
	"context"
	"errors"
	"time"
)

// An Observer is told of every try, as it ends, and of every call, once its last
// try has. A call that ends in an [*ArgumentError] isn't reported. It is called on the
// call's goroutine, so what it does takes the call's time; it must be safe for
// concurrent use.
type Observer interface {
	// Observe is called with the context of the call.
	Observe(ctx context.Context, event Event)
}

// An Event is a try or a call that has ended. Its texts are few: an operation, a
// method, a route and an error class can be labels of a metric.
type Event struct {
	Kind       EventKind
	Operation  string        // such as "Drafts.Create"
	Method     string        // the HTTP method
	Route      string        // with parameters in braces; empty for Client.Do and for storage
	Attempt    int           // of a try: its number, from 1; of a call: how many tries it took
	StatusCode int           // of the answer; 0: there was none
	RequestID  string        // the server's id of the answer
	Duration   time.Duration // of a call: with its waits
	Wait       time.Duration // of a try: the wait before the next; 0: there is none
	Spent      bool          // of a try: there is no other because the client's budget of retries is spent
	Class      ErrorClass    // empty: success
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
	ErrorClassLimiter  ErrorClass = "limiter"         // of a call: the limiter refused its first try
	ErrorClassCanceled ErrorClass = "canceled"        // the context was canceled
	ErrorClassTimeout  ErrorClass = "timeout"         // of the context, the call or the try
	ErrorClassNetwork  ErrorClass = "network"         // no whole answer
	ErrorClassClient   ErrorClass = "client"          // 3xx, and 4xx other than 429
	ErrorClassRate     ErrorClass = "rate_limited"    // 429
	ErrorClassServer   ErrorClass = "server"          // 5xx
	ErrorClassUnknown  ErrorClass = "outcome_unknown" // of a call: an OutcomeUnknownError
	ErrorClassDecode   ErrorClass = "decode"          // of a call: a DecodeError
)

// classify returns the class of an error that a call returns.
func classify(err error) ErrorClass {
	var unknown *OutcomeUnknownError
	var decode *DecodeError
	var api *APIError
	var connection *ConnectionError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &unknown):
		return ErrorClassUnknown
	case errors.As(err, &decode):
		return ErrorClassDecode
	case errors.As(err, &api):
		return classifyTry(api.StatusCode, nil)
	}
	class := classifyTry(0, err)
	if class == ErrorClassNetwork && errors.As(err, &connection) && connection.Attempts == 0 {
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
