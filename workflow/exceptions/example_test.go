package exceptions_test

import (
	"context"
	"fmt"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// A carrier says that the postal code is wrong. A person reads that, and corrects it.
func Example() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	portRequest, subs := server.AddPortRequest("+12065550100")
	server.Move(subs[0], porting.SubRequestStatusException)
	server.AddComment(portRequest, subs[0], "Zip code does not match")

	comments, err := client.Comments.List(ctx, portRequest)
	if err != nil {
		fmt.Println(err)
		return
	}
	reading, _ := exceptions.Find(comments, subs[0])
	fmt.Println(reading.Raw)
	fmt.Println(reading)

	for range 2 { // the second time, nothing is left to do
		resolved, err := exceptions.Resolve(ctx, client, portRequest, subs[0], exceptions.Fix{
			Profile: enduser.Profile{PostalCode: "98102"},
			Comment: "The postal code is corrected.",
		}, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resolved.Corrected.SubRequest.Status, "update:", resolved.Update, "comment:", resolved.Comment)
	}
	// Output:
	// Zip code does not match
	// POSTAL_CODE_MISMATCH: look at postal_code; correct it and resubmit
	// submitted update: sent comment: sent
	// submitted update: there comment: there
}

func ExampleClassify() {
	for _, comment := range []string{
		"Carrier says account number and PIN are both incorrect.",
		"DSL on line. Customer must contact the current provider.",
		"We have your order.",
	} {
		fmt.Println(exceptions.Classify(comment))
	}
	// Output:
	// ACCOUNT_NUMBER_MISMATCH: look at account_number; correct it and resubmit. PASSCODE_PIN_INVALID: look at pin_passcode; correct it and resubmit
	// PHONE_NUMBER_HAS_SPECIAL_FEATURE: the customer has to talk to the losing carrier
	// no hint
}

func ExampleAdvise() {
	now := time.Date(2026, time.March, 4, 9, 0, 0, 0, time.UTC)
	sub := &porting.SubRequest{
		Status:  porting.SubRequestStatusFOCDateConfirmed,
		FOCDate: porting.Timestamp{Time: time.Date(2026, time.March, 5, 15, 0, 0, 0, time.UTC)},
	}
	fmt.Println(exceptions.Advise(sub, now))
	fmt.Println(exceptions.Advise(sub, now.Add(-48*time.Hour)))
	// Output:
	// the confirmed FOC date is in 30h; an update may come too late, a cancellation will be refused
	// the confirmed FOC date is in 78h; an update is possible, a cancellation is possible
}
