package main

import (
	"cmp"
	"fmt"

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
	sum := tally{sets: len(outcome.Sets)}
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
		}
		if set.Preflight != nil {
			s.Problems = set.Preflight.Problems
		}
		if dryRun && plan.Submit && s.PortRequest == "" {
			s.Lacks, s.Problems = lacks(&plan.Sets[i])
		}
		sum.add(&s, &set, dryRun && plan.Sets[i].Profiles.Default.PINPasscode == "")
		if set.Err != nil && set.Step == "" && !t.json {
			continue // it wasn't begun, and the sum says so
		}
		if err := t.printSet(s, set, dryRun); err != nil {
			return err
		}
	}
	if !t.json {
		if _, err := fmt.Fprintln(t.out, sum.text(dryRun)); err != nil {
			return err
		}
	}
	if sum.lacking > 0 {
		return needsYouf("%s what a port needs, as is said above", plural(sum.lacking, "set", " lacks", "s lack"))
	}
	return nil
}
