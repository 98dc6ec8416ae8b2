package portingtest_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// console is a test that prints how it fails, less the ids.
type console struct{}

func (console) Helper() {}

func (console) Errorf(format string, args ...any) {
	id := regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	fmt.Fprintln(os.Stdout, id.ReplaceAllString(fmt.Sprintf(format, args...), "…"))
}

// A program that looks once after a lost answer, finds nothing and creates the draft
// again has two in the end. One that had looked again a minute later would have found
// the first.
func ExampleDropThenAct() {
	server := portingtest.NewServer()
	defer server.Close()
	server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropThenAct(time.Minute)})
	client, ctx := server.Client(), context.Background()

	_, err := client.Drafts.Create(ctx, "+12065550100")
	fmt.Println("lost:", err != nil)
	page, err := client.Drafts.List(ctx, &porting.DraftListOptions{Search: "+12065550100"})
	fmt.Println("found:", page.Total, err)
	_, err = client.Drafts.Create(ctx, "+12065550100")
	fmt.Println("created again:", err)

	server.Advance(time.Minute)
	server.AssertClean(console{}) // in a test: t
	// Output:
	// lost: true
	// found: 0 <nil>
	// created again: <nil>
	// portingtest: duplicate: the drafts … and … have the same numbers
}

// A gateway gives up on a submit, and a little later it has gone through all the
// same.
func ExampleEffect_ThenAct() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	draft, _ := server.AddDraft("+12065550100")
	server.Inject(portingtest.Fault{
		Operation: "Drafts.Submit", Match: portingtest.HasID(draft),
		Effect: portingtest.Respond(504, "").ThenAct(time.Minute),
	})

	_, err := client.Drafts.Submit(ctx, draft)
	fmt.Println("lost:", err != nil)
	_, submitted, err := client.Drafts.Submitted(ctx, draft)
	fmt.Println("submitted:", submitted, err)
	fmt.Println("pending:", server.Pending())
	server.Advance(time.Minute)
	_, submitted, err = client.Drafts.Submitted(ctx, draft)
	fmt.Println("submitted:", submitted, err)
	server.AssertClean(console{})
	// Output:
	// lost: true
	// submitted: false <nil>
	// pending: [Drafts.Submit, at 2026-03-02T09:01:00Z]
	// submitted: true <nil>
}

// A program that looks until it finds something needs no clock: the sandbox acts
// after its second look.
func ExampleEffect_ThenActAfter() {
	server := portingtest.NewServer()
	defer server.Close()
	server.Inject(portingtest.Fault{Operation: "Drafts.Create", Effect: portingtest.DropBefore().ThenActAfter(2)})
	client, ctx := server.Client(), context.Background()

	_, err := client.Drafts.Create(ctx, "+12065550100")
	for look := 1; err != nil; look++ {
		page, _ := client.Drafts.List(ctx, &porting.DraftListOptions{Search: "+12065550100"})
		fmt.Println("look", look, "found", page.Total)
		if page.Total > 0 {
			break
		}
	}
	server.AssertClean(console{})
	// Output:
	// look 1 found 0
	// look 2 found 0
	// look 3 found 1
}

// The sandbox acts while the client waits in vain.
func ExampleHang() {
	server := portingtest.NewServer()
	defer server.Close()
	server.Inject(portingtest.Fault{Operation: "Drafts.Create", Effect: portingtest.Hang().AfterHandling()})
	client, ctx := server.Client(), context.Background()

	_, err := client.With(porting.WithTryTimeout(50*time.Millisecond)).Drafts.Create(ctx, "+12065550100")
	fmt.Println("gave up:", err != nil)
	page, err := client.Drafts.List(ctx, nil)
	fmt.Println("found:", page.Total, err)
	// Output:
	// gave up: true
	// found: 1 <nil>
}

// A submit is sent again although the first one has acted, and a comment, too.
// What was refused, as by a rate limit, can be sent again.
func ExampleServer_Duplicates() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	server.Inject(portingtest.Fault{Operation: "Comments.Create", Nth: 1, Effect: portingtest.RateLimit("0")})
	draft, _ := server.AddDraft("+12065550100")
	request, _ := server.AddPortRequest("+12065550101")

	for range 2 {
		_, _ = client.Drafts.Submit(ctx, draft)
	}
	_, _ = client.Comments.Create(ctx, request, porting.CommentCreate{Body: "Any news?"}) // once more after the 429
	server.Advance(24 * time.Hour)
	for range 2 {
		_, _ = client.Comments.Create(ctx, request, porting.CommentCreate{Body: "Any news?"})
	}
	server.AssertClean(console{})
	// Output:
	// portingtest: duplicate: the draft … was submitted again
	// portingtest: duplicate: the comments … and … of the port request … are the same
}
