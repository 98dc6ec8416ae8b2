// Watch tells what happens to the port requests of an account, as it happens.
//
//	go run ./examples/watch [-store watch.json]
//
// It prints each change until it is interrupted. Started again with the same store, it goes on
// where it stood. Without credentials in the environment (see porting.NewClientFromEnv) it
// watches three port requests in a sandbox, in which days pass in a moment.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/watch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "watch:", err)
		os.Exit(1)
	}
}

// A sandboxClock moves its sandbox's clock in place of waiting.
type sandboxClock struct{ *portingtest.Server }

func (c sandboxClock) Wait(ctx context.Context, d time.Duration) error {
	c.Advance(d)
	return ctx.Err()
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("watch", flag.ExitOnError)
	path := flags.String("store", "", "keep what was told, which is personal data, in this `file`")
	_ = flags.Parse(args) // it exits itself
	opts := &watch.Options{}
	client, err := porting.NewClientFromEnv()
	if cmp.Or(os.Getenv("TELNYX_API_USER"), os.Getenv("TELNYX_API_TOKEN"), os.Getenv("TELNYX_API_KEY")) == "" {
		sandbox := portingtest.NewServer()
		defer sandbox.Close()
		for _, number := range []string{"+13125550187", "+13125550191", "+13125550160"} {
			id, _ := sandbox.AddPortRequest(number)
			opts.PortRequests = append(opts.PortRequests, id)
		}
		client, err, opts.Clock = sandbox.Client(), nil, sandboxClock{sandbox}
	}
	if err != nil {
		return err
	}
	if *path != "" {
		store, err := watch.OpenFile(*path)
		if err != nil {
			return err
		}
		defer func() { _ = store.Close() }()
		opts.Store = store
	}
	for event, err := range watch.Events(ctx, client, opts) {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s  %v\n", event.Time.Format(time.DateTime), event)
		if event.Comment != nil {
			fmt.Fprintln(out, "    ", event.Comment.Body)
		}
	}
	return nil
}
