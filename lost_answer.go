package porting

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/numberporting/porting/internal/mask"
	"github.com/numberporting/porting/internal/transport"
)

// An OutcomeUnknownError says that an operation that must not be repeated was sent,
// and that its answer doesn't tell whether the server acted: the connection broke,
// time ran out, or the answer was a 303, a 408 or a 5xx. It was not sent again. Look
// at the server's state before doing so.
//
// It wraps what is known, so [errors.As] finds the [*APIError] of such an answer in it:
// ask for the OutcomeUnknownError first.
type OutcomeUnknownError struct {
	Operation string
	Method    string
	Route     string
	Path      string // as it was sent
	Body      []byte `json:"-"` // as it was sent, with each [Secret] as [redacted]; nil if there was none
	Attempts  int    // how often the call was tried; on the last try only may the server have acted
	RequestID string // of the answer, if there was one; to quote to support
	Check     string // what to look at, for a person
	Err       error  // what is known: a typed API error, or why there is no answer

	mask mask.Mask
}

// Error names the operation, what to look at, and what is known.
func (e *OutcomeUnknownError) Error() string {
	s := "porting: " + e.Operation + ": outcome unknown, the server may have acted" + after("; ", e.Check) + ": "
	if _, ok := errors.AsType[*APIError](e.Err); ok {
		return s + strings.TrimPrefix(fmt.Sprint(e.Err), "porting: "+e.Operation+": ")
	}
	return s + e.mask.Text(fmt.Sprint(e.Err)) + inParentheses(e.Method+after(" ", e.Route))
}

// Unwrap returns what is known of the failure.
func (e *OutcomeUnknownError) Unwrap() error { return e.Err }

// lostAnswer makes an error of an outcome that leaves open whether the server acted. The
// error err says what is known.
func lostAnswer(op *Operation, out *transport.Outcome, err error) *OutcomeUnknownError {
	return &OutcomeUnknownError{
		Operation: op.Name,
		Method:    op.Method,
		Route:     op.Route,
		Path:      out.Call.URL.EscapedPath(),
		Attempts:  out.Attempts,
		RequestID: requestID(out.Header, out.Call.Header),
		Check:     op.Check,
		Err:       err,
		mask:      newMask(out),
	}
}

// isUnknown tells whether a status leaves open what became of a change. A 303 says that the
// server has done something, and that the answer is elsewhere.
func isUnknown(status int) bool {
	return status < 200 || status == http.StatusSeeOther || status == http.StatusRequestTimeout || status >= 500
}
