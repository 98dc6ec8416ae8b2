package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/exceptions"
)

func (t *tool) fix() *cobra.Command {
	var given []string
	var comment string
	var yes, mayBeSent bool
	cmd := &cobra.Command{
		Use:   "fix ID|SUPPORT_KEY|NUMBER",
		Short: "Correct what the losing carrier has rejected, and tell it so",
		Long: "Fix changes fields of a sub request with an exception and then comments on it. Both are done at most once:\n" +
			"repeated, it sends only what isn't there yet. A value that begins with @ is read from that\n" +
			"file, and @- is standard input, so that a PIN needn't be on the command line.",
		Example: "  porting fix +13125550185 --set postal_code=60602 --comment 'The postal code is corrected.'\n  porting fix sr_4711 --set pin_passcode=@pin.txt --comment 'The PIN is corrected.' --yes",
		Args:    wants(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if comment == "" {
				return usagef("--comment is missing: without it, nobody at the carrier looks at the change")
			}
			set, err := pairs(given)
			if err != nil {
				return err
			}
			profile, err := t.profile(set)
			if err != nil {
				return err
			}
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			found, err := w.target(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			sub, err := found.one(func(sub *porting.SubRequest) bool { return sub.Status.NeedsAction() })
			if err != nil {
				return err
			}
			fields := strings.Join(slices.Sorted(maps.Keys(set)), ", ")
			if err := t.ask(cmd.Context(), yes, "%s is %s. Change %s?", sub.SupportKey, sub.Status, cmp.Or(fields, "nothing, and comment")); err != nil {
				return err
			}
			resolved, err := exceptions.Resolve(cmd.Context(), w.Client, found.request.ID, sub.ID,
				exceptions.Fix{Profile: profile, Comment: comment}, &exceptions.Options{MayBeSent: mayBeSent, LookAgain: 2 * time.Second})
			if resolved == nil {
				return err
			}
			return cmp.Or(t.printChange(sub, "update", string(resolved.Update), "comment", string(resolved.Comment)), err)
		},
	}
	cmd.Flags().StringArrayVar(&given, "set", nil, "a `field=value` to change, such as postal_code=60602")
	cmd.Flags().StringVar(&comment, "comment", "", "what the carrier is told, which has to be given")
	cmd.Flags().BoolVar(&yes, "yes", false, "don't ask")
	cmd.Flags().BoolVar(&mayBeSent, "may-be-sent", false, "an earlier run may have sent the comment: look, and don't write it")
	return cmd
}
