package portingtest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// The bounds of the list of violations: how many there are, and how long.
const (
	maxViolations = 1000
	maxViolation  = 500
)

// breaches are the statuses of requests that the contract has no room for.
var breaches = map[int]bool{
	http.StatusBadRequest:            true,
	http.StatusUnauthorized:          true,
	http.StatusMethodNotAllowed:      true,
	http.StatusRequestEntityTooLarge: true,
	http.StatusUnsupportedMediaType:  true,
}

// Violations lists the requests so far that broke the contract of the wire. The
// sandbox refused each of them, with an error that says the same.
//
// A violation is a path that doesn't exist, a method that a path doesn't take,
// credentials that are missing or wrong, an unknown or repeated key in a query
// or in a body ([WithLenient] lets the unknown ones pass), a value of the wrong
// type, a search for a number whose plus isn't escaped, and a body that is missing,
// unreadable or not declared as JSON. For the
// storage host it is a credential of the API in any place, a form or a link that
// isn't as it was given out, and a method that the host doesn't take.
//
// What a correct client can run into isn't one: an id that doesn't exist, a value that
// is missing or not allowed, a draft that isn't complete, a change that comes
// too late, a form or a link that expired.
//
// There are no values of the requests in it. The list ends after 1,000.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.box.Violations)
}

// judge records the refusal of a request if it is a violation.
func (s *Server) judge(request string, refusal error) {
	text := ""
	if e, ok := errors.AsType[*statusError](refusal); ok {
		text = e.breach()
	} else if e, ok := errors.AsType[*storageError](refusal); ok && e.Breach {
		text = fmt.Sprintf("%d %s", e.Status, e.Message)
	}
	if text == "" {
		return
	}
	text = valid(maskText(s.config, request+": "+text))
	if len(text) > maxViolation {
		text = strings.ToValidUTF8(text[:maxViolation], "") + "…"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.box.Violations) < maxViolations {
		s.box.Violations = append(s.box.Violations, text)
	}
}

// breach tells what breaks the contract; it is empty if nothing does.
func (e *statusError) breach() string {
	if breaches[e.Status] && !e.Fair || e.NoRoute {
		return fmt.Sprintf("%d %s", e.Status, e.Message)
	}
	var texts []string
	for _, p := range e.Problems {
		if p.Code == unknownKey || p.Code == repeatedKey || p.Code == wrongType || p.Code == plainPlus {
			texts = append(texts, strings.TrimSpace(dotted(p.Pointer)+" "+p.Detail))
		}
	}
	if texts == nil {
		return ""
	}
	return fmt.Sprintf("%d %s: %s", e.Status, http.StatusText(e.Status), strings.Join(texts, "; "))
}
