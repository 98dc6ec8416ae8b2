package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting/workflow/drafts"
)

func (t *tool) apply() *cobra.Command {
	var dryRun, yes bool
	var journal string
	var settle time.Duration
	cmd := &cobra.Command{
		Use:   "apply PLAN",
		Short: "Port the numbers of a plan",
		Long: "Apply carries out a plan: it creates the drafts, fills them in, uploads the documents and\n" +
			"submits them. How far it has come is in a journal next to the plan. Interrupted or killed\n" +
			"and started again, it goes on where it stood, and nothing is done twice.",
		Example: "  porting apply numbers.plan.json --dry-run\n  porting apply numbers.plan.json --yes",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := readPlan(args[0])
			if err != nil {
				return err
			}
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			opts := &drafts.RunOptions{DryRun: dryRun, Now: w.now, Settle: settle, LookAgain: min(settle, 10*time.Second)}
			opts.Progress = func(p drafts.Progress) {
				_ = t.say("set %d of %d: %s", p.Set+1, p.Sets, p.Step)
			}
			if !dryRun {
				if err := t.ask(yes, "Carry out %v?", plan); err != nil {
					return err
				}
				kept, err := drafts.OpenJournal(w.own(cmp.Or(journal, args[0]+".journal")))
				if err != nil {
					return err
				}
				defer func() { _ = kept.Close() }()
				opts.Journal = kept
			}
			outcome, err := drafts.Run(cmd.Context(), w.Client, plan, opts)
			return cmp.Or(t.outcome(plan, outcome, dryRun), err)
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be done, and change nothing")
	cmd.Flags().BoolVar(&yes, "yes", false, "don't ask")
	cmd.Flags().StringVar(&journal, "journal", "", "keep how far the plan has come in this `file` (default PLAN.journal)")
	cmd.Flags().DurationVar(&settle, "settle", time.Minute, "how long the server may still be working on a call of a run that was killed")
	return cmd
}

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
	done, numbers := 0, 0
	for i, set := range outcome.Sets {
		s := setSummary{Name: cmp.Or(set.Name, fmt.Sprintf("set %d", i+1)), Numbers: len(plan.Sets[i].Numbers), LeftOut: set.LeftOut, Step: set.Step, PortRequest: string(set.PortRequestID), Calls: set.Calls}
		if set.Draft != nil {
			s.Draft = string(set.Draft.ID)
		}
		if set.Err != nil {
			s.Error = set.Err.Error()
		} else {
			done++
			numbers += s.Numbers - len(s.LeftOut)
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
		verb = "ready to go"
	}
	_, err := fmt.Fprintf(t.out, "%d of %s %s, with %s.\n", done, plural(len(outcome.Sets), "set"), verb, plural(numbers, "number"))
	return err
}
