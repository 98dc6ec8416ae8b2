package main

import (
	"cmp"
	"time"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting/workflow/drafts"
)

func (t *tool) apply() *cobra.Command {
	var dryRun, yes, incomplete bool
	var journal string
	var settle time.Duration
	cmd := &cobra.Command{
		Use:   "apply PLAN",
		Short: "Port the numbers of a plan",
		Long: "Apply carries out a plan: it creates the drafts, fills them in, uploads the documents and\n" +
			"submits them. How far it has come is in a journal next to the plan. Interrupted or killed\n" +
			"and started again, it goes on where it stood, and nothing is done twice.",
		Example: "  porting apply numbers.plan.json --dry-run\n  porting apply numbers.plan.json --yes",
		Args:    wants(cobra.ExactArgs(1)),
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
				step := string(p.Step)
				if p.Err != nil {
					step = "stopped"
				}
				_ = t.say("set %d of %d: %s", p.Set+1, p.Sets, step)
			}
			if !dryRun {
				if n := lacking(plan); n > 0 && !incomplete {
					return needsYouf("%s what a port needs, as plan says; nothing was changed, and --incomplete carries out the plan all the same", plural(n, "set", " lacks", "s lack"))
				}
				if err := t.ask(cmd.Context(), yes, "Carry out %v?", plan); err != nil {
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
			if err != nil && !is[*drafts.RunError](err) {
				return err
			}
			return cmp.Or(err, t.outcome(plan, outcome, dryRun))
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be done, and change nothing")
	cmd.Flags().BoolVar(&incomplete, "incomplete", false, "carry out a plan that lacks something: what can't be submitted stays a draft")
	cmd.Flags().BoolVar(&yes, "yes", false, "don't ask")
	cmd.Flags().StringVar(&journal, "journal", "", "keep how far the plan has come in this `file` (default PLAN.journal)")
	cmd.Flags().DurationVar(&settle, "settle", time.Minute, "how long the server may still be working on a call of a run that was killed")
	return cmd
}
