package conformance

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// unproved is what the description has and no exchange between the client and the sandbox shows.
var unproved = []string{
	"DraftSubRequest.description", "SubRequest.description", // always null: nothing can set it
	"Error.error", // the sandbox says message
}

// TestExchanges sends every operation from the client to the sandbox and holds what they say to each other to the
// description. In the end nothing in the description may be left that no exchange made use of.
func TestExchanges(t *testing.T) {
	t.Parallel()
	c := newChecker(t, readDescription(t, source))

	stories := map[string]func(*testing.T, *checker){
		"operations":  testOperations,
		"portability": testPortability,
		"drafts":      testDrafts,
		"a port":      testPort,
		"surprises":   testSurprises,
		"refusals":    testRefusals,
	}
	var told atomic.Int32
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, c)
			told.Add(1)
		})
	}
	t.Cleanup(func() { // after all of them
		if int(told.Load()) == len(stories) { // and not only those that -run chose
			assert.Empty(t, without(c.unseen(), unproved), "described, but not exercised")
		}
	})
}

// A target names what the calls are about.
type target struct {
	port  porting.PortRequestID
	sub   porting.SubRequestID // of port
	doc   porting.DocumentID   // of port
	open  porting.DraftID      // not filled in
	part  porting.SubRequestID // of open
	paper porting.DocumentID   // of open
	ready porting.DraftID      // filled in
}

// A call is a use of one method of the client.
type call struct {
	sends string // ids of operations
	do    func(ctx context.Context, c *porting.Client, on target) error
}

var calls = []call{
	{"Portability.Check", func(ctx context.Context, c *porting.Client, _ target) error {
		_, err := c.Portability.Check(ctx, wireline)
		return err
	}},
	{"PortRequests.List", func(ctx context.Context, c *porting.Client, _ target) error {
		_, err := c.PortRequests.List(ctx, nil)
		return err
	}},
	{"PortRequests.Get", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.PortRequests.Get(ctx, on.port, nil)
		return err
	}},
	{"SubRequests.List", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.SubRequests.List(ctx, on.port)
		return err
	}},
	{"SubRequests.Get", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.SubRequests.Get(ctx, on.port, on.sub)
		return err
	}},
	{"SubRequests.Update", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.SubRequests.Update(ctx, on.port, on.sub, porting.SubRequestUpdate{Locality: porting.Set("Tacoma")})
		return err
	}},
	{"SubRequests.AllowedFOCDates", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.SubRequests.AllowedFOCDates(ctx, on.port, on.sub)
		return err
	}},
	{"SubRequests.Cancel", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.SubRequests.Cancel(ctx, on.port, on.sub)
		return err
	}},
	{"Comments.List", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Comments.List(ctx, on.port)
		return err
	}},
	{"Comments.Create", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Comments.Create(ctx, on.port, porting.CommentCreate{Body: "any news?"})
		return err
	}},
	{"Documents.List.PortRequest", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Documents.List(ctx, on.port)
		return err
	}},
	{"Documents.Get.PortRequest", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Documents.Get(ctx, on.port, on.doc)
		return err
	}},
	{"Documents.CreateDownloadLink.PortRequest", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Documents.CreateDownloadLink(ctx, on.port, on.doc)
		return err
	}},
	{"Drafts.List", func(ctx context.Context, c *porting.Client, _ target) error {
		_, err := c.Drafts.List(ctx, nil)
		return err
	}},
	{"Drafts.Create", func(ctx context.Context, c *porting.Client, _ target) error {
		_, err := c.Drafts.Create(ctx, other)
		return err
	}},
	{"Drafts.Get", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Drafts.Get(ctx, on.open, nil)
		return err
	}},
	{"Drafts.Submit", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Drafts.Submit(ctx, on.ready)
		return err
	}},
	{"Drafts.ListSubRequests", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Drafts.ListSubRequests(ctx, on.open)
		return err
	}},
	{"Drafts.GetSubRequest", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Drafts.GetSubRequest(ctx, on.open, on.part)
		return err
	}},
	{"Drafts.UpdateSubRequest", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Drafts.UpdateSubRequest(ctx, on.open, on.part, porting.DraftSubRequestUpdate{Locality: porting.Set("Tacoma")})
		return err
	}},
	{"Drafts.AllowedFOCDates", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Drafts.AllowedFOCDates(ctx, on.open, on.part)
		return err
	}},
	{"Documents.List.Draft", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Documents.List(ctx, on.open)
		return err
	}},
	{"Documents.Upload.Request Documents.Upload.Document", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Documents.Upload(ctx, on.open, paper(porting.DocumentTypeCSR))
		return err
	}},
	{"Documents.Get.Draft", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Documents.Get(ctx, on.open, on.paper)
		return err
	}},
	{"Documents.CreateDownloadLink.Draft", func(ctx context.Context, c *porting.Client, on target) error {
		_, err := c.Documents.CreateDownloadLink(ctx, on.open, on.paper)
		return err
	}},
}

// testOperations makes every call three times: with wrong credentials, about things that aren't there, and as it should be.
func testOperations(t *testing.T, c *checker) {
	t.Helper()
	srv, client, tr := newSandbox(t, c)
	on := prepare(t, client)
	stranger := srv.Client(porting.WithHTTPClient(&http.Client{Transport: misspell{tr}}))
	nowhere := target{"none", "none", "none", "none", "none", "none", "none"}

	var exercised []string
	for _, call := range calls {
		ids := strings.Fields(call.sends)
		t.Run(ids[0], func(t *testing.T) {
			tr.take()
			require.ErrorIs(t, call.do(t.Context(), stranger, on), porting.ErrUnauthorized)
			require.Equal(t, ids[:1], tr.take())

			if last := c.byID[ids[len(ids)-1]]; strings.Contains(last.path, "{") {
				require.ErrorIs(t, call.do(t.Context(), client, nowhere), porting.ErrNotFound)
				require.Equal(t, ids, tr.take())
			}

			require.NoError(t, call.do(t.Context(), client, on))
			require.Equal(t, ids, tr.take())
		})
		exercised = append(exercised, ids...)
	}

	var described []string
	for _, op := range c.operations {
		described = append(described, op.OperationId)
	}
	assert.Empty(t, without(described, exercised), "operations that no call exercises")
	assert.Len(t, exercised, 26)
}

// testPortability asks about numbers of every kind.
func testPortability(t *testing.T, c *checker) {
	t.Helper()
	_, client, _ := newSandbox(t, c)
	numbers := []string{wireline, tollFree, foreign, pending, provisional, "12"}
	for _, ending := range []string{"80", "81", "82", "83", "84"} {
		numbers = append(numbers, "+120655501"+ending)
	}
	results, err := client.Portability.Check(t.Context(), numbers...)
	require.NoError(t, err)
	assert.Len(t, results, len(numbers))
}

// testDrafts reads drafts in their states, in every way in which they can be asked for.
func testDrafts(t *testing.T, c *checker) {
	t.Helper()
	_, client, _ := newSandbox(t, c)
	ctx := t.Context()

	draft, err := client.Drafts.Create(ctx, wireline, wireless, voip, tollFree, pending, provisional)
	require.NoError(t, err)
	_, err = client.Drafts.Create(ctx, other)
	require.NoError(t, err)

	read := func() {
		for _, opts := range everyInclude() {
			_, err := client.Drafts.Get(ctx, draft.ID, opts)
			require.NoError(t, err)
		}
		subs, err := client.Drafts.ListSubRequests(ctx, draft.ID)
		require.NoError(t, err)
		for _, sub := range subs {
			_, err := client.Drafts.GetSubRequest(ctx, draft.ID, sub.ID)
			require.NoError(t, err)
		}
		require.NoError(t, drain(client.Drafts.All(ctx, &porting.DraftListOptions{
			Page: 1, PerPage: 1, Search: "206555", IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true),
		})))
		for _, status := range []porting.DraftStatus{porting.DraftStatusPending, porting.DraftStatusSubmitted} {
			_, err := client.Drafts.List(ctx, &porting.DraftListOptions{Status: status, IncludePhoneNumbers: porting.Set(false)})
			require.NoError(t, err)
		}
	}

	read() // not filled in
	require.NoError(t, fill(ctx, client, draft.ID))
	read() // filled in
	for _, kind := range []porting.DocumentType{
		porting.DocumentTypeLOA, porting.DocumentTypeInvoice, porting.DocumentTypeCSR, porting.DocumentTypeOther,
	} {
		doc, err := client.Documents.Upload(ctx, draft.ID, paper(kind))
		require.NoError(t, err)
		_, err = client.Documents.Download(ctx, draft.ID, doc.ID, io.Discard)
		require.NoError(t, err)
	}
	_, err = client.Drafts.Submit(ctx, draft.ID)
	require.NoError(t, err)
	read() // submitted
}

// testPort follows a port request whose sub requests end in the two ways in which they can.
func testPort(t *testing.T, c *checker) {
	t.Helper()
	srv, client, _ := newSandbox(t, c)
	ctx := t.Context()
	id := submit(t, client, wireline, wireless)
	subs, err := client.SubRequests.List(ctx, id)
	require.NoError(t, err)
	require.Len(t, subs, 2)
	kept, cancelled := subs[0].ID, subs[1].ID

	var key string
	seen := map[porting.SubRequestStatus]bool{}
	read := func() {
		for _, opts := range everyInclude() {
			p, err := client.PortRequests.Get(ctx, id, opts)
			require.NoError(t, err)
			key = p.SupportKey
		}
		subs, err := client.SubRequests.List(ctx, id)
		require.NoError(t, err)
		for _, sub := range subs {
			_, err := client.SubRequests.Get(ctx, id, sub.ID)
			require.NoError(t, err)
			seen[sub.Status] = true
		}
		_, err = client.Comments.List(ctx, id)
		require.NoError(t, err)
		require.NoError(t, drain(client.PortRequests.All(ctx, &porting.PortRequestListOptions{
			Page: 1, PerPage: 1, Search: key, IncludePhoneNumbers: porting.Set(false), IncludeSubRequests: porting.Set(true),
		})))
		for _, status := range []porting.PortRequestListStatus{porting.PortRequestListStatusIncomplete, porting.PortRequestListStatusComplete} {
			_, err := client.PortRequests.List(ctx, &porting.PortRequestListOptions{Status: status})
			require.NoError(t, err)
		}
	}

	read() // in-process
	windows, err := client.SubRequests.AllowedFOCDates(ctx, id, kept)
	require.NoError(t, err)
	require.NotEmpty(t, windows)
	_, err = client.SubRequests.Update(ctx, id, kept, porting.SubRequestUpdate{
		FOCDateRequestedByUser: porting.Set(windows[0].Start.Time),
		PersonOrCompanyName:    porting.Set("Example Company"),
		AuthPersonName:         porting.Set("Ada Example"),
		BillingPhoneNumber:     porting.Set(wireline),
		StreetAddress:          porting.Set("1 Example Street"),
		ExtendedAddress:        porting.Set("Floor 2"),
		Locality:               porting.Set("Seattle"),
		AdministrativeArea:     porting.Set("WA"),
		PostalCode:             porting.Set("98101"),
		CountryCode:            porting.Set("US"),
		DefaultConnectionID:    porting.Set("1293384261075731499"),
		PortingOption:          porting.Set(porting.PortingOption{Type: porting.PortingOptionTypeFull}),
		PINPasscode:            porting.Set(porting.Secret("1234")),
		AccountNumber:          porting.Set(porting.Secret("A-1")),
		TaxIdentifier:          porting.Set(porting.Secret("T-1")),
		BusinessIdentifier:     porting.Set(porting.Secret("B-1")),
	})
	require.NoError(t, err)
	for _, about := range []porting.SubRequestID{"", kept} {
		_, err := client.Comments.Create(ctx, id, porting.CommentCreate{Body: "please hurry", SubRequestID: about})
		require.NoError(t, err)
	}

	_, err = client.SubRequests.Cancel(ctx, id, cancelled)
	require.NoError(t, err)
	read() // cancel-pending
	for range 30 * 24 {
		if seen[porting.SubRequestStatusPorted] {
			break
		}
		srv.Advance(4 * time.Hour)
		read()
	}
	for _, status := range []porting.SubRequestStatus{
		porting.SubRequestStatusInProcess, porting.SubRequestStatusSubmitted, porting.SubRequestStatusFOCDateConfirmed,
		porting.SubRequestStatusPorted, porting.SubRequestStatusCancelPending, porting.SubRequestStatusCancelled,
	} {
		assert.True(t, seen[status], "no sub request was %s", status)
	}

	_, err = client.SubRequests.Update(ctx, id, kept, porting.SubRequestUpdate{
		CustomerRating:        porting.Set(5),
		CustomerRatingComment: porting.Set("quick"),
	})
	require.NoError(t, err)
	docs, err := client.Documents.List(ctx, id)
	require.NoError(t, err)
	require.NotEmpty(t, docs)
	_, err = client.Documents.Download(ctx, id, docs[0].ID, io.Discard)
	require.NoError(t, err)
	read() // rated
}

// testSurprises follows a port request whose carrier objects to a number, and loses another.
func testSurprises(t *testing.T, c *checker) {
	t.Helper()
	srv, client, _ := newSandbox(t, c)
	ctx := t.Context()
	id := submit(t, client, objected, wireless)
	srv.Script(wireless, portingtest.Step{Unassign: true})
	srv.Advance(3 * 24 * time.Hour)

	p, err := client.PortRequests.Get(ctx, id, nil)
	require.NoError(t, err)
	assert.ElementsMatch(t, []porting.PhoneNumberCount{
		{Status: porting.SubRequestStatusException, Count: 1}, {Status: porting.SubRequestStatusUnassigned, Count: 1},
	}, p.PhoneNumberCountsByStatus)
	_, err = client.SubRequests.List(ctx, id)
	require.NoError(t, err)
}

// testRefusals asks for what can't be had.
func testRefusals(t *testing.T, c *checker) {
	t.Helper()
	_, client, _ := newSandbox(t, c)
	on := prepare(t, client)
	gone := submit(t, client, other)
	subs, err := client.SubRequests.List(t.Context(), gone)
	require.NoError(t, err)
	_, err = client.SubRequests.Cancel(t.Context(), gone, subs[0].ID)
	require.NoError(t, err)

	for _, test := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"draft of a number that can't be ported", func(ctx context.Context) error {
			_, err := client.Drafts.Create(ctx, wireline, taken)
			return err
		}},
		{"date outside of the windows", func(ctx context.Context) error {
			_, err := client.Drafts.UpdateSubRequest(ctx, on.open, on.part, porting.DraftSubRequestUpdate{
				FOCDateRequestedByUser: porting.Set(portingtest.Start),
			})
			return err
		}},
		{"submission of a draft that isn't filled in", func(ctx context.Context) error {
			_, err := client.Drafts.Submit(ctx, on.open)
			return err
		}},
		{"rating of what isn't over", func(ctx context.Context) error {
			_, err := client.SubRequests.Update(ctx, on.port, on.sub, porting.SubRequestUpdate{CustomerRating: porting.Set(1)})
			return err
		}},
		{"comment on another's sub request", func(ctx context.Context) error {
			_, err := client.Comments.Create(ctx, on.port, porting.CommentCreate{Body: "b", SubRequestID: subs[0].ID})
			return err
		}},
		{"second cancellation", func(ctx context.Context) error {
			_, err := client.SubRequests.Cancel(ctx, gone, subs[0].ID)
			return err
		}},
		{"windows of what is being cancelled", func(ctx context.Context) error {
			_, err := client.SubRequests.AllowedFOCDates(ctx, gone, subs[0].ID)
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.ErrorIs(t, test.do(t.Context()), porting.ErrUnprocessable)
		})
	}
}
