package portingtest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// A draft is gone thirty days after its creation, and a cancellation is refused
// less than two days before the FOC date. Both times can be others.
func ExampleTimings() {
	server := portingtest.NewServer(portingtest.WithTimings(portingtest.Timings{CancelNotice: 12 * time.Hour}))
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	draft, _ := server.AddDraft("+12065550100")
	request, subs := server.AddPortRequest("+12065550101")

	server.Advance(72 * time.Hour)
	sub, err := client.SubRequests.Get(ctx, request, subs[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sub.Status, sub.FOCDate.Sub(server.Now()), "ahead")
	_, err = client.SubRequests.Cancel(ctx, request, subs[0])
	fmt.Println("too late:", errors.Is(err, porting.ErrUnprocessable))

	server.Advance(27 * 24 * time.Hour)
	_, err = client.Drafts.Get(ctx, draft, nil)
	fmt.Println("draft gone:", errors.Is(err, porting.ErrNotFound))
	// Output:
	// foc-date-confirmed 6h0m0s ahead
	// too late: true
	// draft gone: true
}

// An update that leaves out a field which the contract marks as required is
// refused.
func ExampleWithFullUpdates() {
	server := portingtest.NewServer(portingtest.WithFullUpdates())
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	request, subs := server.AddPortRequest("+12065550100")

	_, err := client.SubRequests.Update(ctx, request, subs[0], porting.SubRequestUpdate{Locality: porting.Set("Tacoma")})
	if invalid, ok := errors.AsType[*porting.ValidationError](err); ok {
		fmt.Println(len(invalid.Fields), "missing, the first is", invalid.Fields[0].Field)
	}
	// Output:
	// 8 missing, the first is foc_date_requested_by_user
}

// A wireless number needs a PIN, unless the sandbox is told otherwise.
func ExampleWithPINOptional() {
	for _, opts := range [][]portingtest.Option{nil, {portingtest.WithPINOptional()}} {
		server := portingtest.NewServer(opts...)
		draft, subs := server.AddDraft("+12065550160")
		sub, err := server.Client().Drafts.UpdateSubRequest(context.Background(), draft, subs[0],
			porting.DraftSubRequestUpdate{PINPasscode: porting.Null[porting.Secret]()})
		if err != nil {
			fmt.Println(err)
		} else {
			fmt.Println("complete:", sub.Complete)
		}
		server.Close()
	}
	// Output:
	// complete: false
	// complete: true
}

// An area code that can't be one isn't portable, a partial port that keeps the number it was
// billed to needs another billing number, and a rejected sub request is submitted again once
// it is corrected.
func Example_rules() {
	const rejected = "+12065550130"
	server := portingtest.NewServer(portingtest.WithNumber(rejected, portingtest.Fate{Behavior: portingtest.ExceptionOnce}))
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	results, err := client.Portability.Check(ctx, "+14115550100", "+18225550100", "+19005550100", "+12065550100")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(results[0].Portable, results[1].Portable, results[2].Portable, results[3].Portable)

	draft, drafted := server.AddDraft("+12065550100")
	stays := porting.PortingOption{Type: porting.PortingOptionTypePartial, RemainingNumbersAction: porting.RemainingNumbersActionKeep}
	sub, err := client.Drafts.UpdateSubRequest(ctx, draft, drafted[0], porting.DraftSubRequestUpdate{PortingOption: porting.Set(stays)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("complete without a new billing number:", sub.Complete)

	request, subs := server.AddPortRequest(rejected)
	server.Advance(3 * 24 * time.Hour)
	before, err := client.SubRequests.Get(ctx, request, subs[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	after, err := client.SubRequests.Update(ctx, request, subs[0], porting.SubRequestUpdate{AccountNumber: porting.Set(porting.Secret("A-4711"))})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(before.Status, "then", after.Status)
	// Output:
	// false false false true
	// complete without a new billing number: false
	// exception then submitted
}

// Two numbers leave their sub request, one after the other.
func ExampleFate() {
	moves := portingtest.Fate{Behavior: portingtest.LateSplit}
	server := portingtest.NewServer(
		portingtest.WithNumber("+12065550101", moves), portingtest.WithNumber("+12065550102", moves))
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	id, _ := server.AddPortRequest("+12065550100", "+12065550101", "+12065550102")

	for range 3 {
		subs, err := client.SubRequests.List(ctx, id)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(subs), "with", subs[0].PhoneNumberCount, "left in the first")
		server.Advance(12 * time.Hour)
	}
	// Output:
	// 1 with 3 left in the first
	// 2 with 2 left in the first
	// 3 with 1 left in the first
}
