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

func ExampleFind() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	server.AddDraft("+13125550100")
	server.AddPortRequest("+13125550101")

	numbers := []string{"+13125550100", "+13125550101", "+13125550102"}
	places, err := drafts.Find(context.Background(), server.Client(), numbers, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, place := range places {
		switch {
		case place.Free():
			fmt.Println(place.Number, "is free")
		case place.PortRequest != nil:
			fmt.Println(place.Number, "is in a port request:", place.Status)
		default:
			fmt.Println(place.Number, "is in a draft of", place.Draft.PhoneNumberCount)
		}
	}
	fmt.Println(len(server.Requests()), "requests")
	// Output:
	// +13125550100 is in a draft of 1
	// +13125550101 is in a port request: in-process
	// +13125550102 is free
	// 2 requests
}

// A second run finds the draft of the first.
func ExampleEnsure() {
	server := portingtest.NewServer()
	defer server.Close()
	for range 2 {
		ensured, err := drafts.Ensure(context.Background(), server.Client(), []string{"+13125550100", "+13125550101"}, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("created:", ensured.Created, "numbers:", len(ensured.Draft.PhoneNumbers))
	}
	// Output:
	// created: true numbers: 2
	// created: false numbers: 2
}

// The answer is lost, and the server creates the draft two minutes later.
func ExampleUnknownError() {
	server := portingtest.NewServer()
	defer server.Close()
	server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropThenAct(2 * time.Minute)})

	opts := &drafts.EnsureOptions{Sleep: func(_ context.Context, d time.Duration) error {
		server.Advance(d) // in place of waiting
		return nil
	}}
	for range 2 {
		ensured, err := drafts.Ensure(context.Background(), server.Client(), []string{"+13125550100"}, opts)
		var unknown *drafts.UnknownError
		switch {
		case errors.As(err, &unknown):
			fmt.Println("unknown so far")
			server.Advance(5 * time.Minute) // to run Ensure again in some minutes
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println("status:", ensured.Draft.Status)
		}
	}
	fmt.Println(server.Count("Drafts.Create"), "create")
	// Output:
	// unknown so far
	// status: pending
	// 1 create
}

// A number that was ported to this account before, and has left since, is to come again.
func ExampleFindOptions() {
	server := portingtest.NewServer()
	defer server.Close()
	_, subs := server.AddPortRequest("+13125550100")
	server.Move(subs[0], porting.SubRequestStatusPorted)

	options := drafts.FindOptions{Ignore: func(p drafts.Place) bool {
		return p.Status == porting.SubRequestStatusPorted
	}}
	places, err := drafts.Find(context.Background(), server.Client(), []string{"+13125550100"}, &options)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(places[0].Free())
	// Output: true
}
