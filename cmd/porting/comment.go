package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting"
)

func (t *tool) comment() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "comment ID|SUPPORT_KEY|NUMBER TEXT",
		Short: "Write a comment on a port request or a sub request",
		Long: "Comment writes a comment that the vendor and the carrier read. It stands on the port request\n" +
			"if that is named, else on the sub request. A text that begins with @ is read from that file. If the\n" +
			"same text is there already, it isn't written again.",
		Example: "  porting comment sr_4711 'The new LOA is uploaded.'",
		Args:    wants(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := t.value(args[1])
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
			comment, key := porting.CommentCreate{Body: body}, found.request.SupportKey
			if !found.whole && len(found.subs) == 1 {
				comment.SubRequestID, key = found.subs[0].ID, found.subs[0].SupportKey
			}
			if err := t.ask(cmd.Context(), yes, "Comment on %s?", key); err != nil {
				return err
			}
			there, err := w.Comments.List(cmd.Context(), found.request.ID)
			if err != nil {
				return err
			}
			for _, c := range there {
				if c.SubRequestID == comment.SubRequestID && strings.TrimSpace(c.Body) == strings.TrimSpace(body) {
					return t.printChanges(key, "comment", "there")
				}
			}
			if _, err = w.Comments.Create(cmd.Context(), found.request.ID, comment); err != nil {
				return err
			}
			return t.printChanges(key, "comment", "sent")
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "don't ask")
	return cmd
}

// printChange says what became of the changes of a sub request.
func (t *tool) printChange(sub *porting.SubRequest, changes ...string) error {
	return t.printChanges(cmp.Or(sub.SupportKey, string(sub.ID)), changes...)
}

// printChanges says what became of changes, which are pairs of a name and a state.
func (t *tool) printChanges(key string, changes ...string) error {
	if t.json {
		object := map[string]string{"support_key": key}
		for i := 0; i < len(changes); i += 2 {
			object[changes[i]] = changes[i+1]
		}
		return t.printJSON(object)
	}
	for i := 0; i < len(changes); i += 2 {
		words := map[string]string{"not_sent": "not sent", "there": "was there before", "sent": "sent", "unknown": "sent, and whether it arrived isn't known"}
		fmt.Fprintf(t.out, "%s: %s %s\n", key, changes[i], cmp.Or(words[changes[i+1]], changes[i+1]))
	}
	return nil
}
