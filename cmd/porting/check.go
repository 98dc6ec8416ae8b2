package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/numberporting/porting/workflow/bulk"
)

func (t *tool) check() *cobra.Command {
	var source numberSource
	var journal, output string
	var asCSV bool
	cmd := &cobra.Command{
		Use:   "check FILE|-|NUMBER...",
		Short: "Tell which numbers can be ported",
		Long: "Check asks of each number whether it can be ported. A file is CSV if its name ends in\n" +
			".csv, else any text with numbers in it; - is standard input. With --journal, a check\n" +
			"that was interrupted or killed goes on where it stood.\n\n" +
			"The reasons of a number that can't be ported:\n" +
			"  invalid_phone_number  no such number can exist\n" +
			"  lrn_data_not_found    the register of carriers doesn't have it\n" +
			"  no_coverage           the vendor can't take it over\n" +
			"  already_being_ported  a port request has it; porting status NUMBER shows one of yours\n" +
			"  telnyx_number         it is with the vendor already",
		Example: "  porting check +13125550100 +13125550182\n  porting check numbers.csv --journal checks.journal --csv -o checked.csv",
		Args:    wants(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			read, err := source.read(t.in, args)
			if err != nil {
				return err
			}
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			opts := &bulk.Options{}
			if journal != "" {
				kept, err := bulk.OpenJournal(w.own(journal))
				if err != nil {
					return err
				}
				defer func() { _ = kept.Close() }()
				opts.Journal = kept
			}
			return cmp.Or(t.into(output, func() error {
				return t.checkAll(cmd.Context(), w, read.E164(), opts, t.checkPrinter(asCSV))
			}), t.rejected(read))
		},
	}
	source.flags(cmd.Flags())
	cmd.Flags().StringVar(&journal, "journal", "", "keep the answers, which are personal data, in this `file`, and go on from there")
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to this `file`")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print CSV; cells that a spreadsheet takes for a formula, such as +1…, begin with an apostrophe")
	return cmd
}

// checkAll prints each result as it comes, and at the end how many there are of each kind.
func (t *tool) checkAll(ctx context.Context, w *world, numbers []string, opts *bulk.Options, show func(bulk.Result) error) error {
	bar := progressbar.NewOptions(len(numbers), progressbar.OptionSetWriter(t.errOut), progressbar.OptionShowCount(),
		progressbar.OptionSetVisibility(isTerminal(t.errOut) && !isTerminal(t.out)), progressbar.OptionClearOnFinish())
	opts.Progress = func(done, _ int) { _ = bar.Set(done) }
	counts := map[bulk.Outcome]int{}
	var failed error
	for result, err := range bulk.CheckEach(ctx, w.Portability, numbers, opts) {
		if err != nil {
			failed = err
			break
		}
		counts[result.Outcome]++
		if result.Outcome == bulk.NotAnswered && ctx.Err() != nil {
			continue // an interrupt leaves thousands of them
		}
		if err := show(result); err != nil {
			return err
		}
	}
	_ = bar.Finish()
	parts := []string{plural(len(numbers), "number")}
	for _, outcome := range []bulk.Outcome{bulk.Portable, bulk.NotPortable, bulk.NotKnownYet, bulk.Refused, bulk.NotAnswered} {
		if counts[outcome] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[outcome], outcome))
		}
	}
	_, err := io.WriteString(t.errOut, "porting: "+strings.Join(parts, ", ")+"\n")
	return cmp.Or(failed, err)
}
