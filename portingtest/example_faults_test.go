package portingtest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// The answer to a creation is lost. The client doesn't send it again: it says
// that the outcome is unknown, and the draft turns out to be there.
func ExampleDropAfter() {
	server := portingtest.NewServer()
	defer server.Close()
	server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropAfter()})
	client, ctx := server.Client(), context.Background()

	_, err := client.Drafts.Create(ctx, "+12065550100")
	if unknown, ok := errors.AsType[*porting.OutcomeUnknownError](err); ok {
		fmt.Println(unknown.Operation, "may have gone through")
	}
	for draft, err := range client.Drafts.All(ctx, &porting.DraftListOptions{Search: "+12065550100"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("found a draft of", draft.PhoneNumberCount, "number, still", draft.Status)
	}
	fmt.Println("creations:", server.Count("Drafts.Create"))
	// Output:
	// Drafts.Create may have gone through
	// found a draft of 1 number, still pending
	// creations: 1
}

// An outage of one kind of request, until it is mended.
func ExampleServer_Inject() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(porting.WithRetry(porting.RetryPolicy{MaxAttempts: 2, MinWait: time.Millisecond})), context.Background()

	outage := server.Inject(portingtest.Fault{Operation: "Drafts.List", Effect: portingtest.BadGateway()})
	_, err := client.Drafts.List(ctx, nil)
	var answer *porting.APIError
	fmt.Println("during the outage:", errors.As(err, &answer) && answer.StatusCode == 502)
	fmt.Println("requests:", outage.Fired())

	outage.Remove()
	_, err = client.Drafts.List(ctx, nil)
	fmt.Println("after it:", err)
	// Output:
	// during the outage: true
	// requests: 2
	// after it: <nil>
}
