package watch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/watch"
)

func ExampleEvents() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	server.AddPortRequest("+13125550187") // the carrier moves its date

	opts := &watch.Options{Pace: watch.Pace{Clock: &clock{server: server}}} // or nil, for the system's clock
	for event, err := range watch.Events(ctx, client, opts) {
		if err != nil {
			fmt.Println(err)
			return
		}
		switch event.Kind {
		case watch.StatusChanged:
			fmt.Println("status:", event.Status)
		case watch.FOCSet, watch.FOCMoved:
			fmt.Println("date:", event.FOCDate.Format(time.RFC3339))
		case watch.CommentAdded:
			fmt.Println("comment:", event.Comment.Body)
		case watch.Completed:
			return
		default:
		}
	}
	// Output:
	// status: in-process
	// status: submitted
	// comment: LSR sent to Quillback Telephone under sr_6ef363. Pls allow 1-2 bus. days for a response.
	// status: foc-date-confirmed
	// date: 2026-03-05T15:00:00Z
	// comment: FOC rec'd from Quillback Telephone: 2026-03-05T15:00:00Z.
	// date: 2026-03-10T15:00:00Z
	// comment: Quillback Telephone had to move the FOC date, no tech available. New FOC: 2026-03-10T15:00:00Z.
	// status: ported
	// comment: Port completed, 1 TN(s) active. Thank you!
}

// Watch with a file: the second loop goes on where the first has ended, or was killed.
func ExampleOpenFile() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	server.AddPortRequest("+13125550100")
	folder, err := os.MkdirTemp("", "watch")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(folder) }()
	for _, last := range []watch.Kind{watch.FOCSet, watch.Completed} {
		store, err := watch.OpenFile(filepath.Join(folder, "watch.json"))
		if err != nil {
			fmt.Println(err)
			return
		}
		opts := &watch.Options{Store: store, Pace: watch.Pace{Clock: &clock{server: server}}}
		for event, err := range watch.Events(ctx, client, opts) {
			if err != nil {
				fmt.Println(err)
				return
			}
			if event.Kind == watch.StatusChanged {
				fmt.Println(event.Status)
			}
			if event.Kind == last {
				break // what this poll has found isn't saved yet, and comes again
			}
		}
		if err := store.Close(); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// in-process
	// submitted
	// foc-date-confirmed
	// foc-date-confirmed
	// ported
}

// Wait until there is nothing to wait for: each sub request is ported or cancelled, or has an
// exception, which somebody has to resolve.
func ExampleUntil() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client := server.Client()
	id, _ := server.AddPortRequest("+13125550100", "+13125550165") // two carriers

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	opts := &watch.UntilOptions{Pace: watch.Pace{Clock: &clock{server: server}}}
	p, err := watch.Until(ctx, client, id, watch.Has(watch.Ours, watch.Ported, watch.Cancelled), opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, sub := range p.SubRequests {
		fmt.Println(sub.UnderlyingCarrierNames, sub.Status)
	}
	// Output:
	// [Quillback Telephone] ported
	// [Ostrich Bell] ported
}

func ExampleSummary() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	server.AddPortRequest("+13125550100")
	server.AddPortRequest("+13125550185", "+13125550160") // the carrier of the first rejects it
	server.Advance(36 * time.Hour)

	var summary watch.Summary
	opts := &porting.PortRequestListOptions{IncludeSubRequests: porting.Set(true)}
	for p, err := range client.PortRequests.All(ctx, opts) {
		if err != nil {
			fmt.Println(err)
			return
		}
		summary.Add(p)
	}
	fmt.Println("whose move:", summary.Turn())
	for _, item := range summary.Act {
		fmt.Println("to act on:", item.Status)
	}
	for _, item := range summary.Dates() {
		fmt.Println("next:", item.FOCDate.Format(time.DateOnly))
	}
	// Output:
	// whose move: ours
	// to act on: exception
	// next: 2026-03-05
	// next: 2026-03-05
}

func ExampleDiff() {
	before := &watch.State{ID: "59b0762a", SupportKey: "pr_4bec1a", SubRequests: []watch.SubState{
		{ID: "9787fb5f", SupportKey: "sr_10b316", Status: "submitted", Numbers: []string{"+13125550100", "+13125550101"}},
	}}
	after := &watch.State{ID: "59b0762a", SupportKey: "pr_4bec1a", SubRequests: []watch.SubState{
		{ID: "9787fb5f", SupportKey: "sr_10b316", Status: "exception", Numbers: []string{"+13125550100"}},
		{ID: "0d0a3e8c", SupportKey: "sr_98f022", Status: "submitted", Numbers: []string{"+13125550101"}},
	}}
	for _, change := range watch.Diff(before, after) {
		fmt.Println(change)
	}
	// Output:
	// sr_10b316: submitted → exception
	// sr_98f022: number-moved
	// sr_98f022: submitted
}
