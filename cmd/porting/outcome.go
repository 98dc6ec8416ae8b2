package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/drafts"
)

// A setSummary is what came of one set of a plan, as JSON.
type setSummary struct {
	Name        string        `json:"name"`
	Numbers     int           `json:"numbers"`
	LeftOut     []string      `json:"left_out,omitzero"`
	Step        drafts.Step   `json:"step"`
	Draft       string        `json:"draft_id,omitzero"`
	PortRequest string        `json:"port_request_id,omitzero"`
	Error       string        `json:"error,omitzero"`
	Calls       []drafts.Call `json:"calls,omitzero"` // in a dry run, those that would be made
}

// outcome prints what came of each set, or would come of it, and the sum of it.
func (t *tool) outcome(plan *drafts.Plan, outcome *drafts.Outcome, dryRun bool) error {
	done, numbers, leftOut := 0, 0, 0
	var dates []time.Time
	for i, set := range outcome.Sets {
		s := setSummary{
			Name: cmp.Or(set.Name, fmt.Sprintf("set %d", i+1)), Numbers: len(plan.Sets[i].Numbers), LeftOut: set.LeftOut,
			Step: set.Step, PortRequest: string(set.PortRequestID), Calls: set.Calls,
		}
		if set.Draft != nil {
			s.Draft = string(set.Draft.ID)
		}
		if set.Err != nil {
			s.Error = set.Err.Error()
		} else {
			done++
			numbers += s.Numbers - len(s.LeftOut)
			leftOut += len(s.LeftOut)
			for _, choice := range set.Choices {
				dates = append(dates, choice.Time)
			}
		}
		if err := t.printSet(s, set, dryRun); err != nil {
			return err
		}
	}
	if t.json {
		return nil
	}
	verb := "done"
	if dryRun {
		verb = "planned"
	}
	text := fmt.Sprintf("%d of %s %s, with %s.", done, plural(len(outcome.Sets), "set"), verb, plural(numbers, "number"))
	if len(dates) > 0 {
		first, last := slices.MinFunc(dates, time.Time.Compare).Format(time.DateOnly), slices.MaxFunc(dates, time.Time.Compare).Format(time.DateOnly)
		text += " The date asked for is " + first
		if last != first {
			text += " to " + last
		}
		text += "."
	}
	if leftOut > 0 {
		text += fmt.Sprintf(" Left out, since they can't be ported: %s.", plural(leftOut, "number"))
	}
	if waiting := len(outcome.Sets) - done; waiting > 0 {
		text += fmt.Sprintf(" Not done: %s; the reasons are above.", plural(waiting, "set"))
	}
	_, err := fmt.Fprintln(t.out, text)
	return err
}

// printSet prints a set of a plan for a person, or as JSON.
func (t *tool) printSet(s setSummary, set drafts.SetOutcome, dryRun bool) error {
	if t.json {
		return t.printJSON(s)
	}
	text := &strings.Builder{}
	fmt.Fprintf(text, "%s: %s\n", s.Name, plural(s.Numbers, "number"))
	for _, result := range results(set) {
		if result.Outcome != bulk.Portable {
			fmt.Fprintf(text, "  %s  %s %s\n", result.Number, result.Outcome, result.Reason())
		}
	}
	for _, number := range s.LeftOut {
		fmt.Fprintf(text, "  %s  is left out\n", number)
	}
	for _, id := range slices.Sorted(maps.Keys(set.Choices)) {
		fmt.Fprintf(text, "  FOC date %s for %s\n", set.Choices[id].Time.Format(time.DateTime+"Z"), id)
	}
	for _, call := range s.Calls {
		fmt.Fprintf(text, "  %s\n", inWords(call, dryRun))
	}
	if set.Preflight != nil {
		for _, problem := range set.Preflight.Problems {
			fmt.Fprintf(text, "  %s\n", problem)
		}
	}
	switch {
	case s.Error != "":
		fmt.Fprintf(text, "  stopped at %s: %s\n", s.Step, s.Error)
	case s.PortRequest != "":
		fmt.Fprintf(text, "  is port request %s\n", s.PortRequest)
	case s.Draft != "" && !dryRun:
		fmt.Fprintf(text, "  is draft %s, ready to be submitted\n", s.Draft)
	case len(s.Calls) == 0:
		fmt.Fprintln(text, "  nothing is to be done")
	}
	_, err := fmt.Fprintln(t.out, text)
	return err
}

func results(set drafts.SetOutcome) []bulk.Result {
	if set.Report == nil {
		return nil
	}
	return set.Report.Results
}

// inWords says what a call does, or would do.
func inWords(call drafts.Call, dryRun bool) string {
	done := map[string]string{
		"Drafts.Create": "created a draft", "Drafts.UpdateSubRequest": "filled in a sub request",
		"Documents.Upload": "uploaded the", "Drafts.Submit": "submitted the draft",
	}
	would := map[string]string{
		"Drafts.Create": "create a draft", "Drafts.UpdateSubRequest": "fill in each sub request",
		"Documents.Upload": "upload the", "Drafts.Submit": "submit the draft",
	}
	words := done
	if dryRun {
		words = would
	}
	text := words[call.Operation]
	switch {
	case call.Numbers > 0:
		text += " of " + plural(call.Numbers, "number")
	case call.Document != "":
		text += " " + documentName(call.Document)
	case len(call.Fields) > 0:
		text += ": " + strings.Join(call.Fields, ", ")
	}
	return text
}

func documentName(kind porting.DocumentType) string {
	if kind == porting.DocumentTypeLOA {
		return "LOA"
	}
	return string(kind)
}
