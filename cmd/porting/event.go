package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/numberporting/porting/workflow/watch"
)

// printEvent prints a change on a line, or as JSON.
func (t *tool) printEvent(e watch.Event) error {
	if t.json {
		return t.printJSON(e)
	}
	said := ""
	if e.Comment != nil && e.Kind == watch.CommentAdded {
		said = ": " + strings.Join(strings.Fields(e.Comment.Body), " ")
	}
	_, err := fmt.Fprintln(t.out, line(e)+said)
	return err
}

// line says when what has changed, and of which numbers.
func line(e watch.Event) string {
	which := e.Number
	switch {
	case which == "" && len(e.Numbers) == 1:
		which = e.Numbers[0]
	case which == "" && len(e.Numbers) > 1:
		which = fmt.Sprintf("%s and %d more", e.Numbers[0], len(e.Numbers)-1)
	}
	if which != "" {
		which += "  "
	}
	return fmt.Sprintf("%s  %s%v", e.Time.UTC().Format(time.DateTime+"Z"), which, e)
}
