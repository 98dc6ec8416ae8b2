package portingtest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// One bad number fails each check that holds it, and is named. A program that
// checks thousands leaves it out and goes on.
func ExampleRefuseNumbers() {
	server := portingtest.NewServer()
	defer server.Close()
	server.Inject(portingtest.Fault{
		Operation: "Portability.Check", Effect: portingtest.RefuseNumbers("+12065550113"),
	})
	client, ctx := server.Client(), context.Background()

	_, err := client.Portability.Check(ctx, "+12065550112", "+12065550113")
	if invalid, ok := errors.AsType[*porting.ValidationError](err); ok {
		fmt.Println("refused:", invalid.Fields[0].Field)
	}
	results, err := client.Portability.Check(ctx, "+12065550112")
	fmt.Println("without it:", len(results), err)
	// Output:
	// refused: phone_numbers.1.phone_number
	// without it: 1 <nil>
}

// The checks that hold a number meet a bad day, the others don't.
func ExampleHasNumber() {
	server := portingtest.NewServer()
	defer server.Close()
	server.Inject(portingtest.Fault{Match: portingtest.HasNumber("+12065550113"), Effect: portingtest.Empty()})
	client, ctx := server.Client(), context.Background()

	_, err := client.Portability.Check(ctx, "+12065550112")
	fmt.Println(err)
	_, err = client.Portability.Check(ctx, "+12065550112", "+12065550113")
	_, undecodable := errors.AsType[*porting.DecodeError](err)
	fmt.Println(undecodable)
	// Output:
	// <nil>
	// true
}

// The submit of one draft of many is lost.
func ExampleHasID() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	one, _ := server.AddDraft("+12065550100")
	other, _ := server.AddDraft("+12065550101")
	server.Inject(portingtest.Fault{
		Operation: "Drafts.Submit", Match: portingtest.HasID(other), Effect: portingtest.DropAfter(),
	})

	for _, draft := range []porting.DraftID{one, other} {
		_, err := client.Drafts.Submit(ctx, draft)
		fmt.Println("lost:", err != nil)
	}
	// Output:
	// lost: false
	// lost: true
}

// A match can look at the body as well.
func ExampleCall() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1})), context.Background()
	draft, subs := server.AddDraft("+12065550100")
	server.Inject(portingtest.Fault{
		Operation: "Drafts.UpdateSubRequest",
		Match:     func(c portingtest.Call) bool { return c.Body["country_code"] == "CA" },
		Effect:    portingtest.Respond(422, `{"message":"no service in Canada"}`),
	})

	for _, country := range []string{"US", "CA"} {
		_, err := client.Drafts.UpdateSubRequest(ctx, draft, subs[0], porting.DraftSubRequestUpdate{CountryCode: porting.Set(country)})
		fmt.Println(country, "refused:", errors.Is(err, porting.ErrUnprocessable))
	}
	// Output:
	// US refused: false
	// CA refused: true
}

// A program that checks numbers in slices is held to their length.
func ExampleWithCheckLimit() {
	server := portingtest.NewServer(portingtest.WithCheckLimit(2, 413))
	defer server.Close()
	client, ctx := server.Client(), context.Background()

	_, err := client.Portability.Check(ctx, "+12065550100", "+12065550101")
	fmt.Println(err)
	_, err = client.Portability.Check(ctx, "+12065550100", "+12065550101", "+12065550102")
	var answer *porting.APIError
	fmt.Println(errors.As(err, &answer) && answer.StatusCode == 413)
	server.AssertClean(console{}) // to try is no violation
	// Output:
	// <nil>
	// true
}

// A number for each kind of port request, and one to begin with.
func ExampleServer_AddPortRequest() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	id, subs := server.AddPortRequest("+12065550100", "+12065550160")

	server.Advance(7 * 24 * time.Hour)
	for _, sub := range subs {
		sub, err := client.SubRequests.Get(ctx, id, sub)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(sub.UnderlyingCarrierNames, sub.Status)
	}
	// Output:
	// [Quillback Telephone] ported
	// [Tumbleweed Wireless] ported
}

// A draft to be submitted, in one call.
func ExampleServer_AddDraft() {
	server := portingtest.NewServer()
	defer server.Close()
	draft, _ := server.AddDraft("+12065550100")

	submitted, err := server.Client().Drafts.Submit(context.Background(), draft)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(submitted.Status, submitted.PortRequestID != "")
	// Output:
	// submitted true
}

// One sub request of two is rejected, and goes to the carrier again once the user
// has mended it.
func ExampleServer_Move() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	id, subs := server.AddPortRequest("+12065550100", "+12065550160")
	server.Move(subs[1], porting.SubRequestStatusException)

	list, err := client.SubRequests.List(ctx, id)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(list[0].Status, list[1].Status)
	mended, err := client.SubRequests.Update(ctx, id, subs[1], porting.SubRequestUpdate{
		PINPasscode: porting.Set(porting.Secret("4711")),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mended.Status)
	// Output:
	// in-process exception
	// submitted
}

func ExampleServer_AddComment() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	id, subs := server.AddPortRequest("+12065550100")
	server.AddComment(id, subs[0], "Acct # wrong, pls supp.")

	comments, err := client.Comments.List(ctx, id)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s (of a user: %t)\n", comments[0].Body, comments[0].UserID != "")
	// Output:
	// Acct # wrong, pls supp. (of a user: false)
}
