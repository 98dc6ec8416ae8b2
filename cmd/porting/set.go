package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/drafts"
)

// printSet prints a set of a plan for a person, or as JSON.
func (t *tool) printSet(s setSummary, set drafts.SetOutcome, dryRun bool) error {
	if t.json {
		return t.printJSON(s)
	}
	text := &strings.Builder{}
	fmt.Fprintf(text, "%s: %s\n", s.Name, plural(s.Numbers, "number"))
	for _, result := range results(set) {
		if result.Outcome != bulk.Portable && s.PortRequest == "" { // else it is under way, and said so
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
	if len(s.Lacks) > 0 {
		fmt.Fprintf(text, "  lacks %s\n", flagged.Replace(strings.Join(s.Lacks, ", ")))
	}
	for _, problem := range s.Problems {
		fmt.Fprintf(text, "  %s\n", problem)
	}
	switch {
	case is[*drafts.PreflightError](set.Err):
		fmt.Fprintf(text, "  stopped at submit: draft %s isn't ready, and nothing was submitted\n", s.Draft)
	case is[*drafts.NotPortableError](set.Err):
		fmt.Fprintf(text, "  stopped: %s; --leave-out in the plan goes on without them\n", s.Error)
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

// flagged names the flags that give documents.
var flagged = strings.NewReplacer("loa", "the LOA (--loa)", "invoice", "the invoice (--invoice)")

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
