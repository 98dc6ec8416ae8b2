package temporalporting_test

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/temporalporting"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/intake/enduser"
	"github.com/numberporting/porting/workflow/watch"
)

// A whole port in the test environment of Temporal's SDK, which skips the time that is waited for.
// The carrier has an objection, which a person sees to.
func Example() {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	suite := &testsuite.WorkflowTestSuite{}
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(sandbox.Now())
	env.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) {
		sandbox.Advance(max(0, env.Now().Sub(sandbox.Now()))) // the sandbox's clock keeps up
	})

	activities := &temporalporting.Activities{
		Client: sandbox.Client(),
		Source: &source{ // yours is a database of orders
			set: order("+13125550185"),
			fix: exceptions.Fix{Profile: enduser.Profile{AccountNumber: "ACC-20453"}, Comment: "The account number is corrected."},
		},
		Now: sandbox.Now,
		Notify: func(_ context.Context, s temporalporting.Summary) error {
			fmt.Printf("step %s, move %q", s.Step, s.Turn) // no move: the workflow's own
			for _, sub := range s.SubRequests {
				fmt.Print(", ", sub.Status)
			}
			fmt.Println()
			if s.Turn == watch.Ours {
				env.RegisterDelayedCallback(func() { env.SignalWorkflow(temporalporting.SignalFixed, nil) }, time.Hour)
			}
			return nil
		},
	}
	activities.Register(env)
	env.ExecuteWorkflow(temporalporting.Port, temporalporting.Input{Key: key})

	var end temporalporting.Summary
	if err := env.GetWorkflowResult(&end); err != nil {
		fmt.Println(err)
	}
	fmt.Println(end.Turn, end.SubRequests[0].FOCDate.Format(time.RFC3339))
	// Output:
	// step prepare, move ""
	// step submit, move ""
	// step watch, move "theirs", in-process
	// step watch, move "theirs", submitted
	// step watch, move "ours", exception
	// step watch, move "theirs", submitted
	// step watch, move "theirs", foc-date-confirmed
	// step watch, move "ported", ported
	// step archive, move "ported", ported
	// step done, move "ported", ported
	// ported 2026-03-05T15:00:00Z
}
