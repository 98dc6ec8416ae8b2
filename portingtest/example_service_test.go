package portingtest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// Intake is a user's own code: it opens a draft for each customer who wants to
// bring a number, and never a second one.
type Intake struct {
	API *porting.Client
}

// Open gives the draft of a number: the one that is there, or a new one.
func (in Intake) Open(ctx context.Context, number string) (porting.DraftID, error) {
	if id, err := in.find(ctx, number); id != "" || err != nil {
		return id, err
	}
	draft, err := in.API.Drafts.Create(ctx, number)
	if unknown, ok := errors.AsType[*porting.OutcomeUnknownError](err); ok {
		if id, err := in.find(ctx, number); id != "" {
			return id, err
		}
		return "", unknown
	}
	if err != nil {
		return "", err
	}
	return draft.ID, nil
}

// find gives the open draft of a number; it is empty if there is none.
func (in Intake) find(ctx context.Context, number string) (porting.DraftID, error) {
	open := &porting.DraftListOptions{Search: number, Status: porting.DraftStatusPending}
	for draft, err := range in.API.Drafts.All(ctx, open) {
		if err != nil {
			return "", err
		}
		return draft.ID, nil
	}
	return "", nil
}

// printer stands for the *testing.T of a real test.
type printer struct{}

func (printer) Helper() {}

func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// A test of Intake: the first answer is lost, and the customer comes twice.
func Example_service() {
	t, ctx := printer{}, context.Background()
	server := portingtest.NewServer()
	defer server.Close()
	server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropAfter()})
	intake := Intake{API: server.Client()}

	first, err := intake.Open(ctx, "+12065550100")
	if err != nil {
		t.Errorf("Open: %v", err)
	}
	second, err := intake.Open(ctx, "+12065550100")
	if err != nil {
		t.Errorf("Open again: %v", err)
	}
	fmt.Println("the same draft:", first == second)
	fmt.Println("creations:", server.Count("Drafts.Create"))
	fmt.Println("sent:", server.LastBody("Drafts.Create"))
	server.AssertClean(t) // no violation, no duplicate, no fault that never fired
	// Output:
	// the same draft: true
	// creations: 1
	// sent: {"phone_numbers":[{"phone_number":"+12065550100"}]}
}
