// Demo ports ten numbers with temporalporting. It starts a Temporal server, a worker and a
// sandbox of the API in one process, prints what happens, and ends when all ports have:
//
//	GOTOOLCHAIN=go1.27.4 go run -C temporalporting/demo .
//
// A day takes a second. It is a module of its own, so that users of temporalporting don't get the server.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/server/temporaltest"

	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/temporalporting"
	"github.com/numberporting/porting/workflow/watch"
)

// taskQueue is where workflows and workers meet.
const taskQueue = "porting"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	err := run(ctx, os.Stdout)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	began := time.Now()
	server := temporaltest.NewServer(temporaltest.WithBaseClientOptions(client.Options{Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))}))
	defer server.Stop()
	temporal := server.GetDefaultClient()
	sandbox := portingtest.NewServer()
	defer sandbox.Close() //nolint:contextcheck // it ends by itself
	fmt.Fprintln(out, "Temporal and the sandbox run on loopback.")

	var mu sync.Mutex
	exceptions := map[string]bool{} // that a person has been told of
	activities := &temporalporting.Activities{
		Client: sandbox.Client(),
		Source: orders{},
		Now:    sandbox.Now,
		Notify: func(ctx context.Context, s temporalporting.Summary) error {
			mu.Lock()
			defer mu.Unlock()
			if s.Turn != watch.Ours && s.Step != temporalporting.StepDone {
				return nil
			}
			_, err := fmt.Fprintln(out, sandbox.Now().Format("Mon 2 Jan 15:04"), s)
			if err == nil && s.Turn == watch.Ours && !exceptions[s.Key] { // a person would see to it now
				exceptions[s.Key] = true
				err = temporal.SignalWorkflow(ctx, temporalporting.WorkflowID(s.Key), "", temporalporting.SignalFixed, nil)
			}
			return err
		},
	}
	server.NewWorker(taskQueue, func(r worker.Registry) { activities.Register(r) })

	var runs []client.WorkflowRun
	for _, ending := range []int{0, 1, 2, 60, 65, 70, 85, 86, 87, 91} { // what becomes of them is in portingtest's documentation
		run, err := start(ctx, temporal, orderKey(0, ending))
		if err != nil {
			return err
		}
		runs = append(runs, run)
	}
	fmt.Fprintf(out, "%d ports have begun.\n", len(runs))
	return follow(ctx, out, sandbox, runs, began)
}

// times let weeks pass in seconds.
var times = temporalporting.Times{
	Settle: 2 * time.Second, Attempt: 10 * time.Second, Retry: 200 * time.Millisecond, MaxRetry: 2 * time.Second,
	MinLook: 500 * time.Millisecond, MaxLook: time.Second,
}

// start starts the port of an order.
func start(ctx context.Context, temporal client.Client, key string) (client.WorkflowRun, error) {
	return temporal.ExecuteWorkflow(ctx, temporalporting.StartOptions(taskQueue, key), temporalporting.Port, temporalporting.Input{Key: key, Times: times})
}

// follow lets the sandbox's clock run, once all is submitted, until all ports have ended.
func follow(ctx context.Context, out io.Writer, sandbox *portingtest.Server, runs []client.WorkflowRun, began time.Time) error {
	ctx, stop := context.WithCancel(ctx)
	var clock sync.WaitGroup
	clock.Go(func() {
		for tick := time.NewTicker(250 * time.Millisecond); ctx.Err() == nil; {
			select {
			case <-tick.C:
				if sandbox.Count("Drafts.Submit") >= len(runs) {
					sandbox.Advance(6 * time.Hour)
				}
			case <-ctx.Done():
				tick.Stop()
			}
		}
	})
	defer clock.Wait()
	defer stop()
	turns := map[watch.Turn]int{}
	for _, run := range runs {
		var s temporalporting.Summary
		if err := run.Get(ctx, &s); err != nil {
			return err
		}
		turns[s.Turn]++
	}
	fmt.Fprintf(out, "%d ported, %d cancelled by their carrier, in %.0f s; the sandbox got %d requests.\n",
		turns[watch.Ported], turns[watch.Cancelled], time.Since(began).Seconds(), len(sandbox.Requests()))
	if found := sandbox.Duplicates(); len(found) > 0 {
		return fmt.Errorf("done twice: %v", found)
	}
	return nil
}
