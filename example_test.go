package porting_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// must is for examples that have nothing to say about errors.
func must[T any](v T, err error) T {
	if err != nil {
		log.Panic(err)
	}
	return v
}

// fillIn is all that a draft's sub request needs, but for its FOC date.
var fillIn = porting.DraftSubRequestUpdate{
	AuthPersonName:          porting.Set("Ada Example"),
	BillingPhoneNumber:      porting.Set("+13125550100"),
	StreetAddress:           porting.Set("1 Main Street"),
	Locality:                porting.Set("Chicago"),
	AdministrativeArea:      porting.Set("IL"),
	PostalCode:              porting.Set("60601"),
	CountryCode:             porting.Set("US"),
	DefaultConnectionID:     porting.Set("1293384261075731499"),
	DefaultMessageProfileID: porting.Set("40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11"),
}

// submit takes numbers to a port request.
func submit(ctx context.Context, client *porting.Client, numbers ...string) porting.PortRequestID {
	draft := must(client.Drafts.Create(ctx, numbers...))
	for _, sub := range must(client.Drafts.ListSubRequests(ctx, draft.ID)) {
		update := fillIn
		update.FOCDateRequestedByUser = porting.Set(must(client.Drafts.AllowedFOCDates(ctx, draft.ID, sub.ID))[0].Start.Time)
		must(client.Drafts.UpdateSubRequest(ctx, draft.ID, sub.ID, update))
	}
	return must(client.Drafts.Submit(ctx, draft.ID)).PortRequestID
}

func ExamplePortabilityService_Check() {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()

	results, err := client.Portability.Check(ctx, "+13125550100", "+13125550170", "+13125550182", "12")
	if err != nil {
		log.Panic(err)
	}
	for _, r := range results {
		fmt.Printf("%s portable=%t %s%s\n", r.RawNumber, r.Portable, r.PortabilityStatus, r.NonPortableReason)
	}
	// Output:
	// +13125550100 portable=true confirmed
	// +13125550170 portable=true pending
	// +13125550182 portable=false no_coverage
	// 12 portable=false invalid_phone_number
}

func ExampleDraftsService_Create() {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()

	draft, err := client.Drafts.Create(ctx, "+13125550100", "+13125550160", "+18005550100")
	if err != nil {
		log.Panic(err)
	}
	subs, err := client.Drafts.ListSubRequests(ctx, draft.ID)
	if err != nil {
		log.Panic(err)
	}
	for _, sub := range subs {
		fmt.Println(sub.UnderlyingCarrierNames, sub.PhoneNumberCount, "complete:", sub.Complete)
	}
	// Output:
	// [Quillback Telephone] 1 complete: false
	// [Tumbleweed Wireless] 1 complete: false
	// [Quillback Telephone] 1 complete: false
}

// A draft is filled in, in the first window for its FOC date, and submitted.
func ExampleDraftsService_Submit() {
	sandbox := portingtest.NewServer(portingtest.WithDocumentsOptional())
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()

	draft := must(client.Drafts.Create(ctx, "+13125550160"))
	sub := draft.PhoneNumbers[0].SubRequestID
	windows := must(client.Drafts.AllowedFOCDates(ctx, draft.ID, sub))
	filled, err := client.Drafts.UpdateSubRequest(ctx, draft.ID, sub, porting.DraftSubRequestUpdate{
		FOCDateRequestedByUser: porting.Set(windows[0].Start.Time),
		AuthPersonName:         porting.Set("Ada Example"),
		BillingPhoneNumber:     porting.Set("+13125550160"),
		StreetAddress:          porting.Set("1 Main Street"),
		ExtendedAddress:        porting.Null[string](),
		Locality:               porting.Set("Chicago"),
		AdministrativeArea:     porting.Set("IL"),
		PostalCode:             porting.Set("60601"),
		CountryCode:            porting.Set("US"),
		DefaultConnectionID:    porting.Set("1293384261075731499"),
		PINPasscode:            porting.Set(porting.Secret("4711")),
		PortingOption:          porting.Set(porting.PortingOption{Type: porting.PortingOptionTypeFull}),
	})
	if err != nil {
		log.Panic(err)
	}
	fmt.Println("complete:", filled.Complete, "FOC requested:", filled.FOCDateRequestedByUser, "PIN:", filled.PINPasscode)

	draft, err = client.Drafts.Submit(ctx, draft.ID)
	if err != nil {
		log.Panic(err)
	}
	fmt.Println(draft.Status)
	// Output:
	// complete: true FOC requested: 2026-03-05 15:00:00 +0000 UTC PIN: [redacted]
	// submitted
}

func ExampleDraftsService_All() {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()
	must(client.Drafts.Create(ctx, "+13125550100"))
	must(client.Drafts.Create(ctx, "+13125550101", "+13125550102"))

	for draft, err := range client.Drafts.All(ctx, &porting.DraftListOptions{Status: porting.DraftStatusPending}) {
		if err != nil {
			log.Panic(err)
		}
		fmt.Println(draft.Status, draft.PhoneNumberCount)
	}
	// Output:
	// pending 1
	// pending 2
}

func ExamplePortRequestsService_List() {
	sandbox := portingtest.NewServer(portingtest.WithDocumentsOptional())
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()
	submit(ctx, client, "+13125550100", "+13125550101")

	page, err := client.PortRequests.List(ctx, &porting.PortRequestListOptions{
		Search:              "5550101",
		IncludePhoneNumbers: porting.Set(false),
	})
	if err != nil {
		log.Panic(err)
	}
	fmt.Println(page.Total, "in", page.TotalPages, "page")
	for _, request := range page.Items {
		fmt.Println(request.PhoneNumberCountsByStatus, request.PhoneNumbers == nil)
	}
	// Output:
	// 1 in 1 page
	// [{in-process 2}] true
}

// The losing carrier's side writes comments as a sub request moves.
func ExampleSubRequestsService_List() {
	sandbox := portingtest.NewServer(portingtest.WithDocumentsOptional())
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()
	id := submit(ctx, client, "+13125550100")

	for range 3 {
		for _, sub := range must(client.SubRequests.List(ctx, id)) {
			fmt.Println(sub.Status, sub.Status.Terminal())
		}
		sandbox.Advance(3 * 24 * time.Hour)
	}
	// Output:
	// in-process false
	// foc-date-confirmed false
	// ported true
}

func ExampleSubRequestsService_Cancel() {
	sandbox := portingtest.NewServer(portingtest.WithDocumentsOptional())
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()
	id := submit(ctx, client, "+13125550100")
	sub := must(client.SubRequests.List(ctx, id))[0]

	cancelled, err := client.SubRequests.Cancel(ctx, id, sub.ID)
	if err != nil {
		log.Panic(err)
	}
	fmt.Println(cancelled.Status)

	_, err = client.SubRequests.Update(ctx, id, sub.ID, porting.SubRequestUpdate{CustomerRating: porting.Set(4)})
	fmt.Println(err)
	// Output:
	// cancel-pending
	// <nil>
}

func ExampleCommentsService_Create() {
	sandbox := portingtest.NewServer(portingtest.WithDocumentsOptional())
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()
	id := submit(ctx, client, "+13125550100")

	_, err := client.Comments.Create(ctx, id, porting.CommentCreate{Body: "The account number is on page 2."})
	if err != nil {
		log.Panic(err)
	}
	for _, comment := range must(client.Comments.List(ctx, id)) {
		fmt.Println(comment.Body)
	}
	// Output:
	// The account number is on page 2.
}

func ExampleDocumentsService_Upload() {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()
	draft := must(client.Drafts.Create(ctx, "+13125550100"))

	document, err := client.Documents.Upload(ctx, draft.ID, porting.DocumentUpload{
		Type:     porting.DocumentTypeLOA,
		Filename: "loa.pdf",
		Content:  strings.NewReader("%PDF-1.4 …"),
	})
	if err != nil {
		log.Panic(err)
	}

	var file bytes.Buffer
	n, err := client.Documents.Download(ctx, draft.ID, document.ID, &file)
	fmt.Println(document.DocumentType, n, err, file.String())
	// Output:
	// loa 12 <nil> %PDF-1.4 …
}

// Every error says what it is by its type.
func ExampleAPIError() {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()
	draft := must(client.Drafts.Create(ctx, "+13125550100"))

	_, err := client.Drafts.Submit(ctx, draft.ID)
	if unknown, ok := errors.AsType[*porting.OutcomeUnknownError](err); ok { // ask for this one first
		fmt.Println(unknown.Check) // what to look at; don't call again
	}
	if invalid, ok := errors.AsType[*porting.ValidationError](err); ok { // 422: the server says why
		fmt.Println(invalid.StatusCode, len(invalid.Fields) > 0, invalid.RequestID != "")
	}
	_, err = client.Drafts.Get(ctx, "no-such-draft", nil)
	fmt.Println(errors.Is(err, porting.ErrNotFound))

	_, err = client.Drafts.Create(ctx, "312-555-0100")
	if argument, ok := errors.AsType[*porting.ArgumentError](err); ok { // nothing was sent
		fmt.Println(argument.Field)
	}
	// Output:
	// 422 true true
	// true
	// phone_numbers.0.phone_number
}

// A create whose answer is lost is not sent again: the draft may exist.
func ExampleOutcomeUnknownError() {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()
	sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Effect: portingtest.DropAfter()})

	numbers := []string{"+13125550100", "+13125550101"}
	draft, err := client.Drafts.Create(ctx, numbers...)
	if _, ok := errors.AsType[*porting.OutcomeUnknownError](err); ok { // look before doing it again
		draft, err = findDraft(ctx, client, numbers)
	}
	if err != nil {
		log.Panic(err)
	}
	fmt.Println(draft.Status, draft.PhoneNumberCount)
	// Output:
	// pending 2
}

// findDraft returns the draft of exactly these numbers that is still pending.
func findDraft(ctx context.Context, client *porting.Client, numbers []string) (*porting.DraftPortRequest, error) {
	pending := &porting.DraftListOptions{Search: numbers[0], Status: porting.DraftStatusPending}
	for draft, err := range client.Drafts.All(ctx, pending) {
		if err != nil {
			return nil, err
		}
		var found []string
		for _, n := range draft.PhoneNumbers {
			found = append(found, n.PhoneNumber)
		}
		slices.Sort(found)
		if slices.Equal(found, slices.Sorted(slices.Values(numbers))) {
			return draft, nil
		}
	}
	return nil, errors.New("no draft of these numbers; it may still be on its way")
}

func ExampleCaptureResponse() {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	client := sandbox.Client()

	var response porting.Response
	ctx := porting.CaptureResponse(context.Background(), &response)
	must(client.Drafts.List(ctx, nil))
	fmt.Println(response.StatusCode, response.Header.Get("Total"), string(response.Body))
	// Output:
	// 200 0 []
}

func ExampleClient_With() {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()

	patient := client.With(
		porting.WithRetry(porting.RetryPolicy{MaxAttempts: 10, MaxElapsed: 10 * time.Minute}),
		porting.WithUserAgent("nightly-export/1.0"),
	)
	results := must(patient.Portability.Check(ctx, "+13125550100"))
	fmt.Println(len(results))
	// Output:
	// 1
}

// A route that has no method of its own takes the same path as every call.
func ExampleClient_Do() {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	client, ctx := sandbox.Client(), context.Background()

	var drafts []struct {
		ID string `json:"id"`
	}
	err := client.Do(ctx, http.MethodGet, "/origination/porting/draft_port_requests", nil, nil, &drafts)
	fmt.Println(len(drafts), err)
	// Output:
	// 0 <nil>
}

func ExampleOptional() {
	var unset porting.Optional[string]
	fmt.Println(unset, porting.Null[string](), porting.Set("Suite 4"), porting.Set(porting.Secret("4711")))
	// Output:
	// unset null Suite 4 [redacted]
}
