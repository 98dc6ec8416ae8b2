package main

import (
	"cmp"
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting/workflow/watch"
)

func (t *tool) watch() *cobra.Command {
	var once bool
	var store string
	var to notifier
	cmd := &cobra.Command{
		Use:   "watch [ID|SUPPORT_KEY|NUMBER...]",
		Short: "Tell what changes in port requests, as it changes",
		Long: "Watch follows all port requests, or those that are named until they are complete. In a\n" +
			"terminal it is a live table, which q ends; else it prints a line for each change. With --store, a\n" +
			"later run goes on where this one stood. --once looks once, for cron, and exits with 3 if an\n" +
			"exception needs you.\n\n" + aboutWebhooks,
		Example: "  porting watch\n  porting watch --once --store watch.json --exec 'mail -s porting ops@example.com'",
		RunE: func(cmd *cobra.Command, args []string) error {
			to.secret = os.Getenv("PORTING_WEBHOOK_SECRET")
			if err := to.check(); err != nil {
				return err
			}
			if (once || to.isSet()) && store == "" {
				return usagef("--once, --exec and --webhook need a --store, which knows what was delivered")
			}
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			if w.box != nil && !once {
				_ = t.say("on the sandbox, watch lets the time pass")
			}
			opts := &watch.Options{Store: new(watch.MemoryStore)}
			if len(args) > 0 {
				if opts.PortRequests, err = w.ids(cmd.Context(), args); err != nil {
					return err
				}
			}
			if store != "" {
				file, err := watch.OpenFile(w.own(store))
				if err != nil {
					return err
				}
				defer func() { _ = file.Close() }()
				opts.Store = file
			}
			if isTerminal(t.out) && isTerminal(t.in) && os.Getenv("TERM") != "dumb" && !once && !t.json {
				return t.live(cmd.Context(), w, opts, &to)
			}
			opts.Clock = &clock{world: w, once: once, store: opts.Store, polled: func() {}}
			return t.follow(cmd.Context(), w, opts, &to, t.printEvent)
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "look once and exit")
	cmd.Flags().StringVar(&store, "store", "", "keep what was delivered, which is personal data, in this `file`")
	cmd.Flags().StringVar(&to.command, "exec", "", "run this `command` for each change, with the change as JSON on standard input")
	cmd.Flags().StringVar(&to.url, "webhook", "", "POST each change as JSON to this `URL`, signed with PORTING_WEBHOOK_SECRET")
	return cmd
}

// follow delivers each change. One that can't be delivered ends it, and comes again with
// the next run, because the store has it only once the loop goes on.
func (t *tool) follow(ctx context.Context, w *world, opts *watch.Options, to *notifier, show func(watch.Event) error) error {
	changes := 0
	var failed error
	for event, err := range watch.Events(ctx, w.Client, opts) {
		if err == nil {
			err = cmp.Or(show(event), to.deliver(ctx, event))
		}
		if failed = err; err != nil {
			break
		}
		changes++
	}
	if errors.Is(failed, errOnce) {
		failed = nil
	}
	_ = t.say("%s delivered", plural(changes, "change"))
	return cmp.Or(failed, needs(ctx, opts.Store))
}
