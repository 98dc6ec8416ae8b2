package portingtest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// The carrier rejects an order at an hour that the test says, for a reason that
// the test says. What the program does about it is then put to the test.
func ExampleServer_Script() {
	server := portingtest.NewServer(portingtest.WithDocumentsOptional())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	id, err := portIn(ctx, client, "+12065550100")
	if err != nil {
		fmt.Println(err)
		return
	}
	server.Script("+12065550100",
		portingtest.Step{After: 2 * time.Hour, Status: "submitted"},
		portingtest.Step{After: 48 * time.Hour, Status: "exception", Comment: "Acct # wrong, pls supp."},
		portingtest.Step{OnUpdate: true, Status: "submitted"},
		portingtest.Step{After: time.Hour, Status: "ported", Comment: "Done early."},
	)

	for range 60 { // as a watcher would, every hour
		server.Advance(time.Hour)
		subs, err := client.SubRequests.List(ctx, id)
		if err != nil {
			fmt.Println(err)
			return
		}
		if subs[0].Status != porting.SubRequestStatusException {
			continue
		}
		_, err = client.SubRequests.Update(ctx, id, subs[0].ID, porting.SubRequestUpdate{
			AccountNumber: porting.Set(porting.Secret("A-4711")),
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(server.Now().Format("Mon 15:04"), "corrected")
	}
	comments, err := client.Comments.List(ctx, id)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range comments {
		fmt.Println(c.CreatedAt.Format("Mon 15:04"), c.Body)
	}
	// Output:
	// Wed 11:00 corrected
	// Wed 11:00 Acct # wrong, pls supp.
	// Wed 12:00 Done early.
}

// portIn stands for the program under test: it creates, fills in and submits an
// order.
func portIn(ctx context.Context, client *porting.Client, number string) (porting.PortRequestID, error) {
	draft, err := client.Drafts.Create(ctx, number)
	if err != nil {
		return "", err
	}
	sub := draft.PhoneNumbers[0].SubRequestID
	windows, err := client.Drafts.AllowedFOCDates(ctx, draft.ID, sub)
	if err != nil {
		return "", err
	}
	_, err = client.Drafts.UpdateSubRequest(ctx, draft.ID, sub, porting.DraftSubRequestUpdate{
		FOCDateRequestedByUser: porting.Set(windows[0].Start.Time),
		AuthPersonName:         porting.Set("Ada Example"),
		BillingPhoneNumber:     porting.Set(number),
		StreetAddress:          porting.Set("1 Main Street"),
		Locality:               porting.Set("Seattle"),
		AdministrativeArea:     porting.Set("WA"),
		PostalCode:             porting.Set("98101"),
		CountryCode:            porting.Set("US"),
		DefaultConnectionID:    porting.Set("1293384261075731499"),
	})
	if err != nil {
		return "", err
	}
	draft, err = client.Drafts.Submit(ctx, draft.ID)
	if err != nil {
		return "", err
	}
	return draft.PortRequestID, nil
}
