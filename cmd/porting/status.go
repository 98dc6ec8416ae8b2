package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/exceptions"
)

func (t *tool) status() *cobra.Command {
	var all, secrets bool
	cmd := &cobra.Command{
		Use:   "status [ID|SUPPORT_KEY|NUMBER]",
		Short: "Say how port requests stand, and whose move it is",
		Long: "Status lists the sub requests of all port requests that aren't complete, or shows one port\n" +
			"request with what the carrier says. If an exception needs you, it exits with 3.",
		Example: "  porting status\n  porting status +13125550185",
		Args:    wants(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			if len(args) == 1 {
				return t.statusOf(cmd.Context(), w, args[0], secrets)
			}
			status := porting.PortRequestListStatusIncomplete
			if all {
				status = ""
			}
			needs := t.rows(w.all(cmd.Context(), status))
			return cmp.Or(needs, t.waiting(cmd.Context(), w))
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "list the complete ones, too")
	cmd.Flags().BoolVar(&secrets, "show-secrets", false, "show PIN and account number of one port request")
	return cmd
}

// waiting says how many drafts nobody has submitted: no port request shows them.
func (t *tool) waiting(ctx context.Context, w *world) error {
	n := 0
	for _, err := range w.Drafts.All(ctx, &porting.DraftListOptions{Status: porting.DraftStatusPending}) {
		if err != nil {
			return err
		}
		n++
	}
	if n == 0 || t.json {
		return nil
	}
	return t.say("%s submitted", plural(n, "draft", " isn't", "s aren't"))
}

// statusOf shows one port request, and of its exceptions what the carrier says of them.
func (t *tool) statusOf(ctx context.Context, w *world, argument string, secrets bool) error {
	found, err := w.target(ctx, argument)
	if err != nil {
		return err
	}
	comments, err := w.Comments.List(ctx, found.request.ID)
	if err != nil {
		return err
	}
	shown := *found.request
	shown.SubRequests = found.subs
	needs := t.rows(func(yield func(*porting.PortRequest, error) bool) { yield(&shown, nil) })
	for i := range found.subs {
		sub := &found.subs[i]
		if reading, ok := exceptions.Find(comments, sub.ID); ok && sub.Status.NeedsAction() && !t.json {
			fmt.Fprintf(t.out, "\n%s: the carrier says: %s\n", sub.SupportKey, reading.Raw)
			for _, hint := range reading.Hints {
				fmt.Fprintf(t.out, "  perhaps %s\n", hint)
			}
			fmt.Fprintf(t.out, "  %s\n", exceptions.Advise(sub, w.now()))
		}
		if secrets && !t.json {
			fmt.Fprintf(t.out, "\n%s: account number %s, PIN %s\n", sub.SupportKey,
				cmp.Or(sub.AccountNumber.Reveal(), "-"), cmp.Or(sub.PINPasscode.Reveal(), "-"))
		}
	}
	return needs
}
