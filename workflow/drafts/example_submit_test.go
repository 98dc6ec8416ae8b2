package drafts_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
)

// The answer to the submit is lost. The draft tells that it went through all the same.
func ExampleSubmit() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	draft, _ := server.AddDraft("+13125550100", "+13125550101") // filled in, with its documents
	server.Inject(portingtest.Fault{Operation: "Drafts.Submit", Nth: 1, Effect: portingtest.DropAfter()})

	for range 2 {
		submitted, err := drafts.Submit(ctx, client, draft, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("draft:", submitted.Draft.Status, "before:", submitted.Before)
		for _, count := range submitted.PortRequest.PhoneNumberCountsByStatus {
			fmt.Println("port request:", count.Count, count.Status)
		}
	}
	fmt.Println("submits:", server.Count("Drafts.Submit"))
	// Output:
	// draft: submitted before: false
	// port request: 2 in-process
	// draft: submitted before: true
	// port request: 2 in-process
	// submits: 1
}

// A draft has waited too long: its FOC date can't be met any more. The nearest one that can
// is asked for instead.
func ExampleWindowsMovedError() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	draft, _ := server.AddDraft("+13125550100")
	server.Advance(3 * 24 * time.Hour)

	opts := &drafts.SubmitOptions{Preflight: drafts.PreflightOptions{Now: server.Now}}
	_, err := drafts.Submit(ctx, client, draft, opts)
	if moved, ok := errors.AsType[*drafts.WindowsMovedError](err); ok {
		for _, m := range moved.Moved {
			fmt.Println("requested:", m.Requested.Format(time.RFC3339))
			fmt.Println("nearest:", m.Nearest)
			update := porting.DraftSubRequestUpdate{FOCDateRequestedByUser: porting.Set(m.Nearest.Time)}
			if _, err := client.Drafts.UpdateSubRequest(ctx, draft, m.SubRequest, update); err != nil {
				fmt.Println(err)
				return
			}
		}
	}
	submitted, err := drafts.Submit(ctx, client, draft, opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("draft:", submitted.Draft.Status)
	// Output:
	// requested: 2026-03-05T15:00:00Z
	// nearest: 2026-03-10T15:00:00Z, 120h0m0s after the wish
	// draft: submitted
}
