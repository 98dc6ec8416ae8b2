package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
)

// A problem is the answer to a request that failed. It says what the caller can do, and
// nothing of credentials, of other customers or of the API behind.
type problem struct {
	Status int      `json:"status"`
	Title  string   `json:"title"`
	Field  string   `json:"field,omitzero"`  // that is wrong
	Fields []string `json:"fields,omitzero"` // that are wrong, if there are several
	Check  string   `json:"check,omitzero"`  // what a person has to look at before the request is repeated

	retryAfter time.Duration // when the same request may go well; 0: that isn't known
}

// problemOf says in this service's words what an error of the library means. An unknown outcome
// comes first, since it wraps what is known.
func problemOf(err error) problem {
	if unknown, ok := errors.AsType[*porting.OutcomeUnknownError](err); ok {
		return problem{Status: http.StatusConflict, Title: "it isn't known whether this was done; don't repeat it", Check: unknown.Check}
	}
	if unknown, ok := errors.AsType[*drafts.SubmitUnknownError](err); ok {
		return problem{Status: http.StatusConflict, Title: "it isn't known whether the draft was submitted", Check: "the draft " + string(unknown.Draft)}
	}
	if bad, ok := errors.AsType[*porting.ArgumentError](err); ok {
		return problem{Status: http.StatusBadRequest, Title: bad.Reason, Field: bad.Field}
	}
	if preflight, ok := errors.AsType[*drafts.PreflightError](err); ok {
		p := problem{Status: http.StatusUnprocessableEntity, Title: "the draft isn't ready"}
		for _, found := range preflight.Report.Errors() {
			p.Fields = append(p.Fields, fmt.Sprintf("%s %s", found.Path, found.Hint))
		}
		return p
	}
	if refused, ok := errors.AsType[*porting.ValidationError](err); ok {
		p := problem{Status: http.StatusUnprocessableEntity, Title: "the request was refused"}
		for _, field := range refused.Fields {
			p.Fields = append(p.Fields, field.Field)
		}
		return p
	}
	if limit, ok := errors.AsType[*porting.RateLimitError](err); ok {
		return problem{Status: http.StatusServiceUnavailable, Title: "too many requests at the moment", retryAfter: cmp.Or(limit.RetryAfter, time.Minute)}
	}
	for _, kind := range []struct {
		err error
		problem
	}{
		{porting.ErrNotFound, problem{Status: http.StatusNotFound, Title: "there is no such thing"}},
		{porting.ErrUnauthorized, problem{Status: http.StatusInternalServerError, Title: "this service's credentials aren't taken"}},
		{context.DeadlineExceeded, problem{Status: http.StatusGatewayTimeout, Title: "that took too long; nothing was changed"}},
	} {
		if errors.Is(err, kind.err) {
			return kind.problem
		}
	}
	return problem{Status: http.StatusBadGateway, Title: "the API behind doesn't answer as it should", retryAfter: time.Minute}
}
