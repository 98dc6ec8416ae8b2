package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/export"
	"github.com/numberporting/porting/workflow/watch"
)

func (t *tool) status() *cobra.Command {
	var all, secrets bool
	cmd := &cobra.Command{
		Use:   "status [ID|SUPPORT_KEY|NUMBER]",
		Short: "Say how port requests stand, and whose move it is",
		Long: "Status lists the sub requests of all port requests that aren't complete, or shows one port\n" +
			"request with what the carrier says. If an exception needs you, it exits with 3.",
		Example: "  porting status\n  porting status +13125550185",
		Args:    cobra.MaximumNArgs(1),
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
			return t.rows(w.all(cmd.Context(), status))
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "list the complete ones, too")
	cmd.Flags().BoolVar(&secrets, "show-secrets", false, "show PIN and account number of one port request")
	return cmd
}

// all reads the port requests with a status, or all, with their numbers and sub requests.
func (w *world) all(ctx context.Context, status porting.PortRequestListStatus) iter.Seq2[*porting.PortRequest, error] {
	return w.PortRequests.All(ctx, &porting.PortRequestListOptions{
		Status: status, PerPage: 100, IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true),
	})
}

// rows prints a row for each sub request, and whose move it is.
func (t *tool) rows(requests iter.Seq2[*porting.PortRequest, error]) error {
	var rows []row
	needs := 0
	for r, err := range export.BySubRequest(requests) {
		if err != nil {
			return err
		}
		turn := watch.TurnOf(r.Status)
		if turn == watch.Ours {
			needs++
		}
		if t.json {
			if err := t.printJSON(r); err != nil {
				return err
			}
		}
		foc := day(r.FOCConfirmed)
		if r.FOCConfirmed.IsZero() && !r.FOCRequested.IsZero() {
			foc = day(r.FOCRequested) + "?"
		}
		rows = append(rows, row{[]string{
			string(r.PortRequest), r.SupportKey, string(r.Status), whose(turn), foc, fmt.Sprint(r.PhoneCount), strings.Join(r.Carriers, ", "),
		}, turn == watch.Ours})
	}
	if !t.json {
		err := t.table("PORT REQUEST\tSUB REQUEST\tSTATUS\tMOVE\tFOC DATE\tNUMBERS\tCARRIER", rows)
		if err != nil {
			return err
		}
	}
	if needs > 0 {
		return needsYouf("%s you", plural(needs, "sub request", " needs", "s need"))
	}
	return nil
}

// whose says in a word whose move it is.
func whose(turn watch.Turn) string {
	switch turn {
	case watch.Ours:
		return "YOU"
	case watch.Theirs:
		return "carrier"
	case watch.Unknown:
		return "look"
	case watch.Ported, watch.Cancelled:
	}
	return "-"
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
