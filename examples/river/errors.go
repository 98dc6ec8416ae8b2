package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/foc"
)

// describe makes a text of an error for those who may see River's tables, port_todos and the log.
// It has operations, routes, statuses, ids, dates and names of fields. What the server says isn't in
// it, since that can be the name or the PIN of a customer. Of an error that isn't known, it has the type.
func describe(err error) string {
	switch e := err.(type) { //nolint:errorlint // what it wraps comes below
	case *porting.ArgumentError, *drafts.NotPortableError, *drafts.ConflictError, *drafts.PreflightError,
		*drafts.WindowsMovedError, *drafts.NotTakenError, *foc.NoFitError:
		return e.Error() // which has nothing else in it
	case *drafts.SubmitUnknownError:
		return fmt.Sprintf("whether the draft %s was submitted is unknown", e.Draft)
	case *drafts.UnresolvedError:
		return fmt.Sprintf("the draft %s was submitted, but its port request isn't found", e.Draft)
	case *porting.OutcomeUnknownError:
		return e.Operation + ": the outcome is unknown"
	case *porting.ConnectionError:
		return e.Operation + ": no answer"
	case *porting.DecodeError:
		return e.Operation + ": the answer can't be read"
	case *porting.APIError:
		texts := []string{fmt.Sprintf("%s: %d (%s)", e.Operation, e.StatusCode, strings.TrimSpace(e.Method+" "+e.Route))}
		for _, field := range e.Fields {
			if fieldName.MatchString(field.Field) {
				texts = append(texts, field.Field)
			}
		}
		return strings.Join(texts, "; ")
	case *pgconn.PgError:
		return "PostgreSQL: " + e.Code
	case interface{ Unwrap() []error }:
		var texts []string
		for _, inner := range e.Unwrap() {
			texts = append(texts, describe(inner))
		}
		return strings.Join(texts, "; ")
	}
	if inner := errors.Unwrap(err); inner != nil {
		return describe(inner)
	}
	return fmt.Sprintf("an error of the type %T", err)
}

// fieldName is how the API writes the path of a field.
var fieldName = regexp.MustCompile(`^[a-z_]+[0-9]?(\.([a-z_]+[0-9]?|[0-9]{1,4}))*$`)
