package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/numberporting/porting/workflow/drafts"
)

// A setSummary is what came of one set of a plan, as JSON.
type setSummary struct {
	Name        string           `json:"name"`
	Numbers     int              `json:"numbers"`
	LeftOut     []string         `json:"left_out,omitzero"`
	Step        drafts.Step      `json:"step"`
	Draft       string           `json:"draft_id,omitzero"`
	PortRequest string           `json:"port_request_id,omitzero"`
	Error       string           `json:"error,omitzero"`
	Lacks       []string         `json:"lacks,omitzero"` // in a dry run, the fields and documents that are missing
	Problems    []drafts.Problem `json:"problems,omitzero"`
	Calls       []drafts.Call    `json:"calls,omitzero"` // in a dry run, those that would be made
}

// outcome prints what came of each set, or would come of it, and the sum of it.
func (t *tool) outcome(plan *drafts.Plan, outcome *drafts.Outcome, dryRun bool) error {
	done, numbers, leftOut, lacking := 0, 0, 0, 0
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
		if set.Preflight != nil {
			s.Problems = set.Preflight.Problems
		}
		if dryRun && plan.Submit && s.PortRequest == "" {
			if s.Lacks, s.Problems = lacks(&plan.Sets[i]); len(s.Lacks) > 0 || slices.ContainsFunc(s.Problems, isError) {
				lacking++
			}
		}
		if err := t.printSet(s, set, dryRun); err != nil {
			return err
		}
	}
	if !t.json {
		if err := t.sum(len(outcome.Sets), done, numbers, leftOut, dates, dryRun); err != nil {
			return err
		}
	}
	if lacking > 0 {
		return needsYouf("%s what a port needs, as is said above", plural(lacking, "set", " lacks", "s lack"))
	}
	return nil
}

// sum says what came of all sets.
func (t *tool) sum(sets, done, numbers, leftOut int, dates []time.Time, dryRun bool) error {
	verb := "done"
	if dryRun {
		verb = "planned"
	}
	text := fmt.Sprintf("%d of %s %s, with %s.", done, plural(sets, "set"), verb, plural(numbers, "number"))
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
	if waiting := sets - done; waiting > 0 {
		text += fmt.Sprintf(" Not done: %s; the reasons are above.", plural(waiting, "set"))
	}
	_, err := fmt.Fprintln(t.out, text)
	return err
}

func isError(p drafts.Problem) bool { return p.Severity == drafts.SeverityError }
