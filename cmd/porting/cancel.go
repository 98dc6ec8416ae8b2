package main

import (
	"github.com/spf13/cobra"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/exceptions"
)

func (t *tool) cancel() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "cancel ID|SUPPORT_KEY|NUMBER",
		Short: "Ask for the cancellation of a sub request, or of all of a port request",
		Long: "Cancel asks the vendor to cancel sub requests. A number means the sub request that it is in,\n" +
			"with all its numbers. Those that are ported, cancelled or being cancelled are left alone.",
		Example: "  porting cancel sr_4711\n  porting cancel +13125550185 --yes",
		Args:    wants(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			found, err := w.target(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var open []porting.SubRequest
			for _, sub := range found.subs {
				if sub.Status.Terminal() || sub.Status == porting.SubRequestStatusCancelPending {
					if err := t.printChange(&sub, "cancellation", "not needed: it is "+string(sub.Status)); err != nil {
						return err
					}
					continue
				}
				if exceptions.Advise(&sub, w.now()).Cancel == exceptions.ChanceClosed {
					_ = t.say("%s: a cancellation will be refused, so near to the FOC date", sub.SupportKey)
				}
				open = append(open, sub)
			}
			if len(open) == 0 {
				return nil
			}
			if err := t.ask(cmd.Context(), yes, "Cancel %s with %s?", plural(len(open), "sub request"), plural(numbersIn(open), "number")); err != nil {
				return err
			}
			for i := range open {
				after, err := w.SubRequests.Cancel(cmd.Context(), found.request.ID, open[i].ID)
				if err != nil {
					return err // those before it are said
				}
				if err := t.printChange(&open[i], "cancellation", "asked for: it is "+string(after.Status)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "don't ask")
	return cmd
}

func numbersIn(subs []porting.SubRequest) (n int) {
	for i := range subs {
		n += subs[i].PhoneNumberCount
	}
	return n
}
