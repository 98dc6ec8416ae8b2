package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/numberporting/porting/workflow/drafts"
)

// A tally is what came of all sets.
type tally struct {
	sets, done, notBegun, lacking int
	numbers, leftOut              int // of those that are done
	withoutPIN                    int
	dates                         []time.Time
}

func (n *tally) add(s *setSummary, set *drafts.SetOutcome, withoutPIN bool) {
	if len(s.Lacks) > 0 || set.Preflight == nil && slices.ContainsFunc(s.Problems, isError) {
		n.lacking++
	}
	if withoutPIN && s.PortRequest == "" {
		n.withoutPIN++
	}
	switch {
	case set.Err == nil:
		n.done++
		n.numbers += s.Numbers - len(s.LeftOut)
		n.leftOut += len(s.LeftOut)
		for _, choice := range set.Choices {
			n.dates = append(n.dates, choice.Time)
		}
	case set.Step == "":
		n.notBegun++
	}
}

func (n *tally) text(dryRun bool) string {
	verb := "done"
	if dryRun {
		verb = "planned"
	}
	text := fmt.Sprintf("%d of %s %s, with %s.", n.done, plural(n.sets, "set"), verb, plural(n.numbers, "number"))
	if len(n.dates) > 0 {
		first, last := slices.MinFunc(n.dates, time.Time.Compare).Format(time.DateOnly), slices.MaxFunc(n.dates, time.Time.Compare).Format(time.DateOnly)
		text += " The date asked for is " + first
		if last != first {
			text += " to " + last
		}
		text += "."
	}
	if n.leftOut > 0 {
		text += fmt.Sprintf(" Left out, since they can't be ported: %s.", plural(n.leftOut, "number"))
	}
	if n.withoutPIN > 0 {
		text += fmt.Sprintf(" %s no PIN, which only wireless numbers need.", plural(n.withoutPIN, "set", " has", "s have"))
	}
	if failed := n.sets - n.done - n.notBegun; failed > 0 {
		text += fmt.Sprintf(" Not done: %s; the reasons are above.", plural(failed, "set"))
	}
	if n.notBegun > 0 {
		text += fmt.Sprintf(" Not begun: %s; the next run goes on with them.", plural(n.notBegun, "set"))
	}
	return text
}
