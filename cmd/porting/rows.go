package main

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/export"
	"github.com/numberporting/porting/workflow/watch"
)

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
			string(r.PortRequest), r.SupportKey, r.Company, string(r.Status), whose(turn), foc, fmt.Sprint(r.PhoneCount), strings.Join(r.Carriers, ", "),
		}, turn == watch.Ours})
	}
	if len(rows) == 0 && !t.json {
		return t.say("there is nothing; status lists what is open, and status --all what is complete, too")
	}
	if !t.json {
		err := t.table("PORT REQUEST\tSUB REQUEST\tCUSTOMER\tSTATUS\tMOVE\tFOC DATE\tNUMBERS\tCARRIER", rows)
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
