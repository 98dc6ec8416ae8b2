package main

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/intake"
)

func (t *tool) plan() *cobra.Command {
	file := planFile{Plan: &drafts.Plan{}}
	var loa, invoice, output string
	var wish drafts.Wish
	var prepare, leaveOut bool
	cmd := &cobra.Command{
		Use:   "plan FILE.csv",
		Short: "Say what porting the numbers of a file would do, and write it down for apply",
		Long: "Plan reads numbers and end users from a CSV file, looks what the account has of them and\n" +
			"whether they can be ported, and prints what apply would do. It changes nothing. The numbers of each\n" +
			"end user become one draft. The plan is written to FILE.plan.json, without PINs and account\n" +
			"numbers, which apply takes from the CSV file.\n\n" +
			"The first row of the CSV file names its columns:\n  " + strings.Join(intake.Keys(), "\n  ") + "\n" +
			"or by a usual name, such as Number, Customer, BTN, Street, City, State and ZIP. Only phone_number has to\n" +
			"be there; plan says what else is missing.",
		Example: "  porting plan numbers.csv --loa loa.pdf --invoice invoice.pdf\n  porting plan numbers.csv --profiles profiles.json --foc-day 2026-12-01 --foc-zone America/Chicago",
		Args:    wants(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			file.CSV.Path = args[0]
			for _, path := range []*string{&file.CSV.Path, &file.Profiles.Path, &loa, &invoice} {
				if *path, err = readable(*path); err != nil {
					return err
				}
			}
			if file.Plan.Sets, err = file.sets(); err != nil {
				return err
			}
			if len(file.Plan.Sets) == 0 {
				_ = t.rejected(file.Read)
				return needsYouf("no number was read from %s", args[0])
			}
			file.Plan.Submit = !prepare
			for i := range file.Plan.Sets {
				set := &file.Plan.Sets[i]
				set.LeaveOut = leaveOut
				if set.Profiles.Default.FOCDateRequestedByUser.IsZero() {
					set.FOC = &wish
				}
				if loa != "" {
					set.Documents = append(set.Documents, drafts.File{Type: porting.DocumentTypeLOA, Path: loa})
				}
				if invoice != "" {
					set.Documents = append(set.Documents, drafts.File{Type: porting.DocumentTypeInvoice, Path: invoice})
				}
			}
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			outcome, err := drafts.Run(cmd.Context(), w.Client, file.Plan, &drafts.RunOptions{DryRun: true, Now: w.now})
			if err != nil && !is[*drafts.RunError](err) || cmd.Context().Err() != nil {
				return err
			}
			output = cmp.Or(output, strings.TrimSuffix(args[0], filepath.Ext(args[0]))+".plan.json")
			text, marshalErr := json.MarshalIndent(file, "", "  ")
			if marshalErr != nil {
				return marshalErr
			}
			if err := os.WriteFile(output, append(text, '\n'), 0o600); err != nil {
				return err
			}
			next, lacking := "porting apply carries it out", t.outcome(file.Plan, outcome, true)
			if lacking != nil {
				next = "add what is missing and plan again"
			}
			_ = t.say("the plan is in %s; %s", output, next)
			return cmp.Or(lacking, err, t.rejected(file.Read))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&file.Region, "region", "US", "where numbers without a country code are at home: a `country` of two letters")
	flags.IntVar(&file.Ranges, "ranges", 0, "take ranges such as +13125550100-0119 of up to so many `numbers`")
	flags.StringVar(&file.Profiles.Path, "profiles", "", "what the CSV file doesn't say of the end users: a JSON `file` as package drafts has it")
	flags.StringVar(&loa, "loa", "", "the letter of authorization, a `file`")
	flags.StringVar(&invoice, "invoice", "", "the latest bill of the losing carrier, a `file`")
	flags.StringVar(&wish.Day, "foc-day", "", "ask for an FOC date on this `day`, such as 2026-12-01, and not for the earliest")
	flags.StringVar(&wish.Zone, "foc-zone", "", "where that day is: a time `zone` such as America/Chicago")
	flags.BoolVar(&wish.Common, "together", false, "ask for one instant for all numbers of an end user")
	flags.BoolVar(&leaveOut, "leave-out", false, "go on without the numbers that can't be ported")
	flags.BoolVar(&prepare, "no-submit", false, "make the drafts ready and don't submit them")
	flags.StringVarP(&output, "output", "o", "", "write the plan to this `file`")
	return cmd
}
