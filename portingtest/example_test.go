package portingtest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// A number is ported in a week that takes no time.
func ExampleServer() {
	server := portingtest.NewServer(portingtest.WithDocumentsOptional())
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	draft, err := client.Drafts.Create(ctx, "+12065550100")
	if err != nil {
		fmt.Println(err)
		return
	}
	sub := draft.PhoneNumbers[0].SubRequestID
	windows, err := client.Drafts.AllowedFOCDates(ctx, draft.ID, sub)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Drafts.UpdateSubRequest(ctx, draft.ID, sub, porting.DraftSubRequestUpdate{
		FOCDateRequestedByUser: porting.Set(windows[0].Start.Time),
		AuthPersonName:         porting.Set("Ada Example"),
		BillingPhoneNumber:     porting.Set("+12065550100"),
		StreetAddress:          porting.Set("1 Main Street"),
		Locality:               porting.Set("Seattle"),
		AdministrativeArea:     porting.Set("WA"),
		PostalCode:             porting.Set("98101"),
		CountryCode:            porting.Set("US"),
		DefaultConnectionID:    porting.Set("1293384261075731499"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if draft, err = client.Drafts.Submit(ctx, draft.ID); err != nil {
		fmt.Println(err)
		return
	}

	for _, wait := range []time.Duration{0, 4 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour} {
		server.Advance(wait)
		request, err := client.PortRequests.Get(ctx, draft.PortRequestID, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(server.Now().Format("Mon 15:04"), request.PhoneNumbers[0].SubRequestStatus)
	}
	// Output:
	// Mon 09:00 in-process
	// Mon 13:00 submitted
	// Tue 13:00 foc-date-confirmed
	// Tue 13:00 ported
}
