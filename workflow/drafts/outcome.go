package drafts

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/foc"
)

// A Call is one that changes something at the server.
type Call struct {
	Operation string          `json:"operation"` // "Drafts.Create", "Drafts.UpdateSubRequest", "Documents.Upload" or "Drafts.Submit"
	Set       string          `json:"set,omitzero"`
	Draft     porting.DraftID `json:"draft,omitzero"` // empty in a dry run: the draft isn't created yet

	// SubRequest is what an update changes. If it is empty, the draft isn't created yet: the
	// server will split it into sub requests, and each is updated once.
	SubRequest porting.SubRequestID `json:"sub_request,omitzero"`
	Fields     []string             `json:"fields,omitzero"`   // that an update sets, by their keys
	Numbers    int                  `json:"numbers,omitzero"`  // how many a new draft has
	Document   porting.DocumentType `json:"document,omitzero"` // what is uploaded
}

// String names the operation and what it changes.
func (c Call) String() string {
	parts := []string{c.Operation, string(c.Draft), string(c.SubRequest), string(c.Document), strings.Join(c.Fields, ", ")}
	switch {
	case c.Operation == opCreate:
		parts = append(parts, fmt.Sprintf("of %d numbers", c.Numbers))
	case c.Draft == "" && c.Operation == opUpdate:
		parts = append(parts, "each sub request of the new draft")
	case c.Draft == "":
		parts = append(parts, "of the new draft")
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " ")
}

// The operations that change something.
const (
	opCreate = "Drafts.Create"
	opUpdate = "Drafts.UpdateSubRequest"
	opUpload = "Documents.Upload"
	opSubmit = "Drafts.Submit"
)

// An Outcome is what came of a plan.
type Outcome struct {
	Sets []SetOutcome // one for each set, in their order
}

// Calls returns the calls that changed something, or in a dry run would, in their order.
func (o *Outcome) Calls() []Call {
	var calls []Call
	for i := range o.Sets {
		calls = append(calls, o.Sets[i].Calls...)
	}
	return calls
}

// Format prints how many sets are done under every verb.
func (o Outcome) Format(f fmt.State, _ rune) { fmt.Fprint(f, o.summary()) }

// LogValue logs how many sets are done.
func (o Outcome) LogValue() slog.Value { return slog.StringValue(o.summary()) }

func (o Outcome) summary() string {
	done := 0
	for i := range o.Sets {
		if o.Sets[i].Step == StepDone {
			done++
		}
	}
	return fmt.Sprintf("%d of %d sets done", done, len(o.Sets))
}

// A SetOutcome is what came of one set. A step that wasn't needed leaves nothing: a set
// that was submitted by a run before has only its draft and its port request.
//
// Printed with fmt or logged, it shows no numbers.
type SetOutcome struct {
	Name string
	Step Step  // StepDone, or the step that failed
	Err  error // nil if there is nothing left to do

	Report        *bulk.Report                        // whether the numbers can be ported
	LeftOut       []string                            // the numbers that can't, if the set leaves them out
	Draft         *porting.DraftPortRequest           // as it was last read; nil until there is one
	Choices       map[porting.SubRequestID]foc.Choice // the FOC dates that were chosen, if the set has a wish
	Filled        []Filled
	Uploaded      []Uploaded
	Preflight     *Report
	PortRequestID porting.PortRequestID // empty until the draft is submitted
	PortRequest   *porting.PortRequest  // as it was last read
	Calls         []Call                // that changed something; in a dry run, that would
}

// Format prints the step, the ids and the error under every verb.
func (o SetOutcome) Format(f fmt.State, _ rune) { fmt.Fprint(f, o.summary()) }

// LogValue logs the step, the ids and the error.
func (o SetOutcome) LogValue() slog.Value { return slog.StringValue(o.summary()) }

func (o SetOutcome) summary() string {
	text := fmt.Sprintf("set %q: %s", o.Name, o.Step)
	if o.Draft != nil {
		text += ", draft " + string(o.Draft.ID)
	}
	if o.PortRequestID != "" {
		text += ", port request " + string(o.PortRequestID)
	}
	if o.Err != nil {
		text += ": " + o.Err.Error()
	}
	return text
}

// A RunError says that sets of a plan have failed.
type RunError struct {
	Failed, Total int
	Errs          []error // of the sets that failed, in their order
}

// Error tells how many sets failed, and the first error.
func (e *RunError) Error() string {
	return fmt.Sprintf("drafts: %d of %d sets failed: %v", e.Failed, e.Total, e.Errs[0])
}

// Unwrap returns the errors of the sets.
func (e *RunError) Unwrap() []error { return e.Errs }

// A NotPortableError says that numbers of a set can't be ported. Nothing was created.
type NotPortableError struct {
	NotPortable int          // how many
	Total       int          // how many the set has
	Report      *bulk.Report // which, and why
}

// Error tells how many.
func (e *NotPortableError) Error() string {
	return fmt.Sprintf("drafts: %d of %d numbers can't be ported", e.NotPortable, e.Total)
}

// Format prints the error's text.
func (e NotPortableError) Format(f fmt.State, verb rune) { formatError(f, verb, &e) }

// MarshalText returns the error's text.
func (e NotPortableError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }
