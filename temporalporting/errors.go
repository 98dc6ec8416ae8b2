package temporalporting

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"go.temporal.io/sdk/temporal"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/archive"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/foc"
)

// harmless makes an error for the history of an attempt's error: with its kind, which says
// whether there is another attempt, and a text of what is known to be harmless.
func harmless(err error, attempt int32) error {
	if err == nil {
		return nil
	}
	kind := kindOf(err)
	options := temporal.ApplicationErrorOptions{
		NonRetryable: kind == KindRefused || kind == KindMoved || kind == KindUnknown && attempt > 1,
	}
	if limited, ok := errors.AsType[*porting.RateLimitError](err); ok && kind == KindFailed {
		options.NextRetryDelay = limited.RetryAfter
	}
	return temporal.NewApplicationErrorWithOptions(describe(err), string(kind), options)
}

// kindOf tells what an error asks for. An unknown outcome counts before all else.
func kindOf(err error) Kind {
	switch {
	case isAny(err, unknown):
		return KindUnknown
	case is[*drafts.WindowsMovedError](err):
		return KindMoved
	case isAny(err, refused):
		return KindRefused
	}
	if api, ok := errors.AsType[*porting.APIError](err); ok {
		isClients := api.StatusCode >= http.StatusMultipleChoices && api.StatusCode < http.StatusInternalServerError
		if isClients && api.StatusCode != http.StatusRequestTimeout && api.StatusCode != http.StatusTooManyRequests {
			return KindRefused
		}
	}
	return KindFailed
}

// unknown are the errors that leave open whether something was done.
var unknown = []func(error) bool{
	is[*porting.OutcomeUnknownError], is[*drafts.UnknownError], is[*drafts.SubmitUnknownError], is[*drafts.UploadUnknownError],
	is[*drafts.UnresolvedError],
	is[*drafts.CorrectUnknownError], is[*exceptions.UnknownError],
	func(err error) bool {
		unread, ok := errors.AsType[*porting.DecodeError](err)
		return ok && unread.Check != ""
	},
}

// refused are the errors that come again until a person has put something right.
var refused = []func(error) bool{
	is[*porting.ArgumentError], is[*drafts.NotPortableError], is[*drafts.ConflictError], is[*drafts.PreflightError],
	is[*drafts.NotTakenError], is[*foc.NoFitError], is[*archive.DamagedError],
}

func isAny(err error, kinds []func(error) bool) bool {
	return slices.ContainsFunc(kinds, func(is func(error) bool) bool { return is(err) })
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// describe says what is known of an error and harmless: names of operations, routes and fields,
// statuses, ids, dates and counts. What the server, the Source or the network says isn't in it.
func describe(err error) string {
	var parts []string
	for _, e := range all(err) {
		switch e := e.(type) { //nolint:errorlint // all has unwrapped them
		case *porting.ArgumentError, *drafts.NotPortableError, *drafts.ConflictError, *drafts.WindowsMovedError, *drafts.NotTakenError, *foc.NoFitError:
			parts = append(parts, e.Error()) // they promise it
		case *drafts.PreflightError:
			for _, problem := range e.Report.Errors() {
				parts = append(parts, problem.String())
			}
		case *porting.OutcomeUnknownError:
			parts = append(parts, e.Operation+": the outcome is unknown")
		case *exceptions.UnknownError:
			parts = append(parts, fmt.Sprintf("sub request %s: whether the server has the %s is unknown", e.SubRequest, e.Step))
		case *drafts.CorrectUnknownError:
			parts = append(parts, fmt.Sprintf("sub request %s: whether it was updated is unknown", e.SubRequest))
		case *drafts.UnresolvedError:
			parts = append(parts, fmt.Sprintf("the draft %s was submitted, but its port request isn't found", e.Draft))
		case *porting.APIError:
			parts = append(parts, fmt.Sprintf("%s: %d (%s %s)", e.Operation, e.StatusCode, e.Method, e.Route))
			for _, field := range e.Fields {
				if fieldName.MatchString(field.Field) {
					parts = append(parts, field.Field)
				}
			}
		case *porting.ConnectionError:
			parts = append(parts, e.Operation+": no answer")
		case *porting.DecodeError:
			parts = append(parts, e.Operation+": the answer can't be read")
		}
	}
	if len(parts) == 0 {
		return fmt.Sprintf("an error of the type %T", err)
	}
	return strings.Join(parts, "; ")
}

// fieldName is how the API writes the path of a field.
var fieldName = regexp.MustCompile(`^[a-z_]+[0-9]?(\.([a-z_]+[0-9]?|[0-9]{1,4}))*$`)

// all returns an error and all that it wraps.
func all(err error) []error {
	found := []error{err}
	switch e := err.(type) { //nolint:errorlint // it is what unwraps
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			found = append(found, all(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			found = append(found, all(inner)...)
		}
	}
	return found
}
