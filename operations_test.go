package porting_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata" // zones with daylight saving time

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// An operation is one row of the API, with everything that a call sends and reads.
type operation struct {
	key  string   // method and route, as in porting.Operations
	ids  []string // the values of the route's parameters
	url  string   // as sent: path and query
	body string   // as sent; empty: none
	file string   // the answer in testdata
	list bool     // the answer is an array of any length

	call func(ctx context.Context, c *porting.Client, ids []string) (any, error)
	want func(enum) any            // the result of the file, and of the one with unknown values
	null any                       // the result of the file with nulls; nil: a DecodeError
	more map[string]func(enum) any // other shapes of the answer

	before, after []step // what the same call sends besides
}

// A step is a request that a call makes besides the one in question.
type step struct {
	method, url string
	responder   httpmock.Responder
}

// target is the step's whole URL.
func (s step) target() string {
	if strings.HasPrefix(s.url, "/") {
		return baseURL + s.url
	}
	return s.url
}

func (o *operation) method() string { method, _, _ := strings.Cut(o.key, " "); return method }
func (o *operation) route() string  { _, route, _ := strings.Cut(o.key, " "); return route }

// value and values make a call's result comparable: what it points to, or nil.
func value[T any](v *T, err error) (any, error) {
	if v == nil {
		return nil, err
	}
	return *v, err
}

func values[T any](v []T, err error) (any, error) {
	if v == nil {
		return nil, err
	}
	return v, err
}

func items[T any](p *porting.Page[T], err error) (any, error) {
	if p == nil {
		return nil, err
	}
	return p.Items, err
}

const api = "/origination/porting"

// operations returns the table, with new values for each test.
func operations(t *testing.T) []*operation {
	t.Helper()
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	foc := porting.Set(time.Date(2024, 3, 14, 11, 0, 0, 999_000_000, newYork))

	port, sub := []string{portID}, []string{portID, subID}
	draft, draftSub := []string{draftID}, []string{draftID, draftSubID}
	document1, document2 := []string{portID, documentID}, []string{draftID, documentID}

	upload := func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
		return value(c.Documents.Upload(ctx, porting.DraftID(ids[0]), porting.DocumentUpload{
			Type: porting.DocumentTypeLOA, Filename: "loa.pdf", Content: strings.NewReader("%PDF-1.7"),
		}))
	}
	asked := step{"POST", "/files/upload_requests", answer(201, testdata(t, "upload_requests_create"))}
	stored := step{"POST", storageURL, answer(204, "")}
	told := step{"POST", api + "/draft_port_requests/" + draftID + "/supporting_documents", answer(201, testdata(t, "draft_documents_create"))}

	return []*operation{
		{
			key:  "POST /origination/porting/portability_checks",
			url:  api + "/portability_checks",
			body: `{"phone_numbers":[{"phone_number":"+13125550100"},{"phone_number":"+18005550199"}]}`,
			file: "portability_check", list: true,
			call: func(ctx context.Context, c *porting.Client, _ []string) (any, error) {
				return values(c.Portability.Check(ctx, "+13125550100", "+18005550199"))
			},
			want: wantChecks, null: []porting.PortabilityResult{{}},
			more: map[string]func(enum) any{
				"portability_check.object": wantChecks,
				"portability_check.flat":   wantChecks,
				"portability_check.groups": wantChecks,
			},
		},
		{
			key:  "GET /origination/porting/port_requests",
			url:  api + "/port_requests?include_phone_numbers=false&include_sub_requests=true&page=2&per_page=50&search=pr_4bec1a&status=incomplete",
			file: "port_requests_list", list: true,
			call: func(ctx context.Context, c *porting.Client, _ []string) (any, error) {
				return items(c.PortRequests.List(ctx, &porting.PortRequestListOptions{
					Page: 2, PerPage: 50, Search: "pr_4bec1a", Status: porting.PortRequestListStatusIncomplete,
					IncludePhoneNumbers: porting.Set(false), IncludeSubRequests: porting.Set(true),
				}))
			},
			want: listOf(portRequest), null: []porting.PortRequest{{}},
		},
		{
			key: "GET /origination/porting/port_requests/{id}", ids: port,
			url:  api + "/port_requests/" + portID + "?include_phone_numbers=true&include_sub_requests=false",
			file: "port_requests_get",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.PortRequests.Get(ctx, porting.PortRequestID(ids[0]), &porting.GetOptions{
					IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(false),
				}))
			},
			want: one(portRequest), null: porting.PortRequest{},
		},
		{
			key: "GET /origination/porting/port_requests/{port_request_id}/sub_requests", ids: port,
			url:  api + "/port_requests/" + portID + "/sub_requests",
			file: "sub_requests_list", list: true,
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return values(c.SubRequests.List(ctx, porting.PortRequestID(ids[0])))
			},
			want: listOf(subRequest), null: []porting.SubRequest{{}},
		},
		{
			key: "GET /origination/porting/port_requests/{port_request_id}/sub_requests/{id}", ids: sub,
			url:  api + "/port_requests/" + portID + "/sub_requests/" + subID,
			file: "sub_requests_get",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.SubRequests.Get(ctx, porting.PortRequestID(ids[0]), porting.SubRequestID(ids[1])))
			},
			want: one(subRequest), null: porting.SubRequest{},
			more: map[string]func(enum) any{"sub_requests_get.object": one(subRequest)},
		},
		{
			key: "PUT /origination/porting/port_requests/{port_request_id}/sub_requests/{id}", ids: sub,
			url: api + "/port_requests/" + portID + "/sub_requests/" + subID,
			body: `{"foc_date_requested_by_user":"2024-03-14T15:00:00Z","person_or_company_name":"Example Bakery",` +
				`"auth_person_name":"Ada Example","billing_phone_number":"+13125550100","street_address":"311 W Superior St",` +
				`"extended_address":null,"locality":"Chicago","administrative_area":"IL","postal_code":"60654","country_code":"US",` +
				`"default_connection_id":"1293384261075731499",` +
				`"porting_option":{"type":"partial","remaining_numbers_action":"keep","new_billing_phone_number":"+13125550177"},` +
				`"pin_passcode":"731946","account_number":"AC-5550-8812","tax_identifier":"IE6388047V","business_identifier":"IE-482911",` +
				`"customer_rating":5,"customer_rating_comment":"Quick & quiet"}`,
			file: "sub_requests_update",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.SubRequests.Update(ctx, porting.PortRequestID(ids[0]), porting.SubRequestID(ids[1]), porting.SubRequestUpdate{
					FOCDateRequestedByUser: foc,
					PersonOrCompanyName:    porting.Set("Example Bakery"),
					AuthPersonName:         porting.Set("Ada Example"),
					BillingPhoneNumber:     porting.Set("+13125550100"),
					StreetAddress:          porting.Set("311 W Superior St"),
					ExtendedAddress:        porting.Null[string](),
					Locality:               porting.Set("Chicago"),
					AdministrativeArea:     porting.Set("IL"),
					PostalCode:             porting.Set("60654"),
					CountryCode:            porting.Set("US"),
					DefaultConnectionID:    porting.Set("1293384261075731499"),
					PortingOption:          porting.Set(*portingOption(known)),
					PINPasscode:            porting.Set[porting.Secret]("731946"),
					AccountNumber:          porting.Set[porting.Secret]("AC-5550-8812"),
					TaxIdentifier:          porting.Set[porting.Secret]("IE6388047V"),
					BusinessIdentifier:     porting.Set[porting.Secret]("IE-482911"),
					CustomerRating:         porting.Set(5),
					CustomerRatingComment:  porting.Set("Quick & quiet"),
				}))
			},
			want: one(subRequest), null: porting.SubRequest{},
			more: map[string]func(enum) any{"sub_requests_update.object": one(subRequest)},
		},
		{
			key: "GET /origination/porting/port_requests/{port_request_id}/sub_requests/{id}/allowed_foc_dates", ids: sub,
			url:  api + "/port_requests/" + portID + "/sub_requests/" + subID + "/allowed_foc_dates",
			file: "sub_requests_allowed_foc_dates", list: true,
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return values(c.SubRequests.AllowedFOCDates(ctx, porting.PortRequestID(ids[0]), porting.SubRequestID(ids[1])))
			},
			want: wantWindows, null: []porting.FOCWindow{{}},
		},
		{
			key: "POST /origination/porting/port_requests/{port_request_id}/sub_requests/{id}/cancellation", ids: sub,
			url:  api + "/port_requests/" + portID + "/sub_requests/" + subID + "/cancellation",
			file: "sub_requests_cancel",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.SubRequests.Cancel(ctx, porting.PortRequestID(ids[0]), porting.SubRequestID(ids[1])))
			},
			want: one(subRequest), null: porting.SubRequest{},
		},
		{
			key: "GET /origination/porting/port_requests/{port_request_id}/comments", ids: port,
			url:  api + "/port_requests/" + portID + "/comments",
			file: "comments_list", list: true,
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return values(c.Comments.List(ctx, porting.PortRequestID(ids[0])))
			},
			want: listOf(anyComment), null: []porting.Comment{{}},
		},
		{
			key: "POST /origination/porting/port_requests/{port_request_id}/comments", ids: port,
			url:  api + "/port_requests/" + portID + "/comments",
			body: `{"body":"The PIN is <unchanged> & valid.","sub_request_id":"` + subID + `"}`,
			file: "comments_create",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.Comments.Create(ctx, porting.PortRequestID(ids[0]), porting.CommentCreate{
					Body: "The PIN is <unchanged> & valid.", SubRequestID: subID,
				}))
			},
			want: one(anyComment), null: porting.Comment{},
		},
		{
			key: "GET /origination/porting/port_requests/{port_request_id}/supporting_documents", ids: port,
			url:  api + "/port_requests/" + portID + "/supporting_documents",
			file: "documents_list", list: true,
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return values(c.Documents.List(ctx, porting.PortRequestID(ids[0])))
			},
			want: listOf(document), null: []porting.SupportingDocument{{}},
		},
		{
			key: "GET /origination/porting/port_requests/{port_request_id}/supporting_documents/{id}", ids: document1,
			url:  api + "/port_requests/" + portID + "/supporting_documents/" + documentID,
			file: "documents_get",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.Documents.Get(ctx, porting.PortRequestID(ids[0]), porting.DocumentID(ids[1])))
			},
			want: one(document), null: porting.SupportingDocument{},
		},
		{
			key: "POST /origination/porting/port_requests/{port_request_id}/supporting_documents/{id}/download_links", ids: document1,
			url:  api + "/port_requests/" + portID + "/supporting_documents/" + documentID + "/download_links",
			file: "documents_create_download_link",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.Documents.CreateDownloadLink(ctx, porting.PortRequestID(ids[0]), porting.DocumentID(ids[1])))
			},
			want: wantLink, null: porting.DownloadLink{},
		},
		{
			key:  "GET /origination/porting/draft_port_requests",
			url:  api + "/draft_port_requests?include_phone_numbers=true&include_sub_requests=true&page=3&per_page=10&search=%2B1312&status=pending",
			file: "drafts_list", list: true,
			call: func(ctx context.Context, c *porting.Client, _ []string) (any, error) {
				return items(c.Drafts.List(ctx, &porting.DraftListOptions{
					Page: 3, PerPage: 10, Search: "+1312", Status: porting.DraftStatusPending,
					IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true),
				}))
			},
			want: listOf(draftPortRequest), null: []porting.DraftPortRequest{{}},
		},
		{
			key:  "POST /origination/porting/draft_port_requests",
			url:  api + "/draft_port_requests",
			body: `{"phone_numbers":[{"phone_number":"+13125550100"},{"phone_number":"+18005550199"}]}`,
			file: "drafts_create",
			call: func(ctx context.Context, c *porting.Client, _ []string) (any, error) {
				return value(c.Drafts.Create(ctx, "+13125550100", "+18005550199"))
			},
			want: one(draftPortRequest), null: porting.DraftPortRequest{},
		},
		{
			key: "GET /origination/porting/draft_port_requests/{id}", ids: draft,
			url:  api + "/draft_port_requests/" + draftID + "?include_sub_requests=true",
			file: "drafts_get",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.Drafts.Get(ctx, porting.DraftID(ids[0]), &porting.GetOptions{IncludeSubRequests: porting.Set(true)}))
			},
			want: one(draftPortRequest), null: porting.DraftPortRequest{},
		},
		{
			key: "POST /origination/porting/draft_port_requests/{id}/submit", ids: draft,
			url:  api + "/draft_port_requests/" + draftID + "/submit",
			file: "drafts_submit",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.Drafts.Submit(ctx, porting.DraftID(ids[0])))
			},
			want: one(draftPortRequest), null: porting.DraftPortRequest{},
		},
		{
			key: "GET /origination/porting/draft_port_requests/{draft_port_request_id}/sub_requests", ids: draft,
			url:  api + "/draft_port_requests/" + draftID + "/sub_requests",
			file: "drafts_list_sub_requests", list: true,
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return values(c.Drafts.ListSubRequests(ctx, porting.DraftID(ids[0])))
			},
			want: listOf(draftSubRequest), null: []porting.DraftSubRequest{{}},
		},
		{
			key: "GET /origination/porting/draft_port_requests/{draft_port_request_id}/sub_requests/{id}", ids: draftSub,
			url:  api + "/draft_port_requests/" + draftID + "/sub_requests/" + draftSubID,
			file: "drafts_get_sub_request",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.Drafts.GetSubRequest(ctx, porting.DraftID(ids[0]), porting.SubRequestID(ids[1])))
			},
			want: one(draftSubRequest), null: porting.DraftSubRequest{},
		},
		{
			key: "PUT /origination/porting/draft_port_requests/{draft_port_request_id}/sub_requests/{id}", ids: draftSub,
			url: api + "/draft_port_requests/" + draftID + "/sub_requests/" + draftSubID,
			body: `{"foc_date_requested_by_user":"2024-03-14T15:00:00Z","person_or_company_name":"Example Bakery",` +
				`"auth_person_name":"Ada Example","billing_phone_number":"+13125550100","street_address":"311 W Superior St",` +
				`"extended_address":"","locality":"Chicago","administrative_area":"IL","postal_code":"60654","country_code":"US",` +
				`"default_connection_id":"1293384261075731499","default_message_profile_id":"40017be3-2f5c-4b8f-9a2b-66cc1f5d3b01",` +
				`"porting_option":{"type":"full"},` +
				`"pin_passcode":"731946","account_number":"AC-5550-8812","tax_identifier":null,"business_identifier":"IE-482911"}`,
			file: "drafts_update_sub_request",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.Drafts.UpdateSubRequest(ctx, porting.DraftID(ids[0]), porting.SubRequestID(ids[1]), porting.DraftSubRequestUpdate{
					FOCDateRequestedByUser:  foc,
					PersonOrCompanyName:     porting.Set("Example Bakery"),
					AuthPersonName:          porting.Set("Ada Example"),
					BillingPhoneNumber:      porting.Set("+13125550100"),
					StreetAddress:           porting.Set("311 W Superior St"),
					ExtendedAddress:         porting.Set(""),
					Locality:                porting.Set("Chicago"),
					AdministrativeArea:      porting.Set("IL"),
					PostalCode:              porting.Set("60654"),
					CountryCode:             porting.Set("US"),
					DefaultConnectionID:     porting.Set("1293384261075731499"),
					DefaultMessageProfileID: porting.Set("40017be3-2f5c-4b8f-9a2b-66cc1f5d3b01"),
					PortingOption:           porting.Set(porting.PortingOption{Type: porting.PortingOptionTypeFull}),
					PINPasscode:             porting.Set[porting.Secret]("731946"),
					AccountNumber:           porting.Set[porting.Secret]("AC-5550-8812"),
					TaxIdentifier:           porting.Null[porting.Secret](),
					BusinessIdentifier:      porting.Set[porting.Secret]("IE-482911"),
				}))
			},
			want: one(draftSubRequest), null: porting.DraftSubRequest{},
		},
		{
			key: "GET /origination/porting/draft_port_requests/{draft_port_request_id}/sub_requests/{id}/allowed_foc_dates", ids: draftSub,
			url:  api + "/draft_port_requests/" + draftID + "/sub_requests/" + draftSubID + "/allowed_foc_dates",
			file: "drafts_allowed_foc_dates", list: true,
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return values(c.Drafts.AllowedFOCDates(ctx, porting.DraftID(ids[0]), porting.SubRequestID(ids[1])))
			},
			want: wantWindows, null: []porting.FOCWindow{{}},
		},
		{
			key: "GET /origination/porting/draft_port_requests/{draft_port_request_id}/supporting_documents", ids: draft,
			url:  api + "/draft_port_requests/" + draftID + "/supporting_documents",
			file: "draft_documents_list", list: true,
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return values(c.Documents.List(ctx, porting.DraftID(ids[0])))
			},
			want: listOf(document), null: []porting.SupportingDocument{{}},
		},
		{
			key: "POST /origination/porting/draft_port_requests/{draft_port_request_id}/supporting_documents", ids: draft,
			url:  told.url,
			body: `{"body":"` + storageKey + `","document_type":"loa"}`,
			file: "draft_documents_create",
			call: upload,
			want: one(document), null: porting.SupportingDocument{},
			before: []step{asked, stored},
		},
		{
			key: "GET /origination/porting/draft_port_requests/{draft_port_request_id}/supporting_documents/{id}", ids: document2,
			url:  api + "/draft_port_requests/" + draftID + "/supporting_documents/" + documentID,
			file: "draft_documents_get",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.Documents.Get(ctx, porting.DraftID(ids[0]), porting.DocumentID(ids[1])))
			},
			want: one(document), null: porting.SupportingDocument{},
		},
		{
			key: "POST /origination/porting/draft_port_requests/{draft_port_request_id}/supporting_documents/{id}/download_links", ids: document2,
			url:  api + "/draft_port_requests/" + draftID + "/supporting_documents/" + documentID + "/download_links",
			file: "draft_documents_create_download_link",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				return value(c.Documents.CreateDownloadLink(ctx, porting.DraftID(ids[0]), porting.DocumentID(ids[1])))
			},
			want: wantLink, null: porting.DownloadLink{},
		},
		{
			key:  "POST /files/upload_requests",
			url:  asked.url,
			body: `{"content_type":"application/pdf"}`,
			file: "upload_requests_create",
			call: func(ctx context.Context, c *porting.Client, _ []string) (any, error) { return upload(ctx, c, draft) },
			// Its own answer shows in where the file is sent, and as what.
			want:  func(enum) any { return document(known) },
			after: []step{stored, told},
		},
	}
}

// client returns a client of a server that answers the operation with the
// responder, so many times, and the steps after it only if they are reached.
func (o *operation) client(t *testing.T, times int, succeeds bool, responder httpmock.Responder, opts ...porting.Option) *porting.Client {
	t.Helper()
	mock := newMock(t)
	o.serve(t, mock, times, succeeds, responder)
	return newClient(t, mock, opts...)
}

func (o *operation) serve(t *testing.T, mock *httpmock.MockTransport, times int, succeeds bool, responder httpmock.Responder) {
	t.Helper()
	expect(t, mock, o.method(), baseURL+o.url, times, responder)
	steps := []step{}
	if times > 0 {
		steps = append(steps, o.before...)
	}
	if succeeds {
		steps = append(steps, o.after...)
	}
	for _, s := range steps {
		expect(t, mock, s.method, s.target(), 1, s.responder)
	}
}

// rows yields the rows of the table, each with its row of porting.Operations.
func rows(t *testing.T) iter.Seq2[*operation, porting.Operation] {
	t.Helper()
	documented := map[string]porting.Operation{}
	for _, op := range porting.Operations() {
		documented[op.Method+" "+op.Route] = op
	}
	return func(yield func(*operation, porting.Operation) bool) {
		for _, o := range operations(t) {
			op, ok := documented[o.key]
			if assert.True(t, ok, "%s is no operation", o.key) && !yield(o, op) {
				return
			}
		}
	}
}

func TestOperationsAreCovered(t *testing.T) {
	t.Parallel()
	var documented, tested []string
	names := map[string]bool{}
	for _, op := range porting.Operations() {
		documented = append(documented, op.Method+" "+op.Route)
		assert.False(t, names[op.Name+op.Method+op.Route], "twice: %s", op.Name)
		names[op.Name+op.Method+op.Route] = true
		assert.Equal(t, op.Retry == porting.RetryUnsafe, op.Check != "", "%s: IfUnknown is for unsafe operations", op.Name)
		assert.Contains(t, []porting.RetryClass{porting.RetrySafe, porting.RetryIdempotent, porting.RetryUnsafe}, op.Retry)
	}
	for _, o := range operations(t) {
		tested = append(tested, o.key)
	}
	assert.Len(t, documented, 26)
	assert.Equal(t, documented, tested)
}

func TestOperationsIsACopy(t *testing.T) {
	t.Parallel()
	porting.Operations()[0].Route = "/changed"
	assert.NotEqual(t, "/changed", porting.Operations()[0].Route)
}

func TestRetryClasses(t *testing.T) {
	t.Parallel()
	unsafe := []string{"SubRequests.Cancel", "Comments.Create", "Drafts.Create", "Drafts.Submit", "Documents.Upload"}
	var got []string
	for _, op := range porting.Operations() {
		switch {
		case op.Retry == porting.RetryUnsafe:
			got = append(got, op.Name)
		case op.Method == "GET":
			assert.Equal(t, porting.RetrySafe, op.Retry, op.Name)
		case op.Method == "PUT":
			assert.Equal(t, porting.RetryIdempotent, op.Retry, op.Name)
		}
	}
	assert.ElementsMatch(t, unsafe, got)
}

var userAgent = regexp.MustCompile(`^porting/\d+\.\d+(\.\d+)? \(\+https://github\.com/numberporting/porting\)$`)

func TestRequest(t *testing.T) {
	t.Parallel()
	for o := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			responder := answer(200, testdata(t, o.file))
			c := o.client(t, 1, true, func(r *http.Request) (*http.Response, error) {
				header := http.Header{
					"X-Api-User":  {apiUser},
					"X-Api-Token": {apiToken},
					"Accept":      {"application/json"},
					"User-Agent":  r.Header["User-Agent"],
				}
				var body []byte
				if r.Body != nil {
					body, _ = io.ReadAll(r.Body)
				}
				if o.body != "" {
					header.Set("Content-Type", "application/json")
				}
				assert.Equal(t, header, r.Header)
				assert.Regexp(t, userAgent, r.UserAgent())
				assert.Equal(t, o.body, string(body))
				assert.EqualValues(t, len(o.body), r.ContentLength)
				assert.Equal(t, "api.telnyx.com", r.Host)
				return responder(r)
			})
			_, err := o.call(t.Context(), c, o.ids)
			require.NoError(t, err)
		})
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	for o := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			wants := map[string]any{o.file: o.want(known), o.file + ".unknown": o.want(unheard)}
			for file, want := range o.more {
				wants[file] = want(known)
			}
			if o.null != nil {
				wants[o.file+".null"] = o.null
			}
			for file, want := range wants {
				for _, status := range []int{200, 201} {
					c := o.client(t, 1, true, answer(status, testdata(t, file)))
					got, err := o.call(t.Context(), c, o.ids)
					require.NoError(t, err, file)
					assert.Equal(t, want, got, file)
				}
			}
			if o.null == nil {
				c := o.client(t, 1, false, answer(200, testdata(t, o.file+".null")))
				got, err := o.call(t.Context(), c, o.ids)
				assert.Nil(t, got)
				requireAs[*porting.DecodeError](t, err)
			}
		})
	}
}

func TestListAnswers(t *testing.T) {
	t.Parallel()
	for o := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			if !o.list {
				return
			}
			for _, body := range []string{"[]", "null", " \n[ ]\n"} {
				got, err := o.call(t.Context(), o.client(t, 1, true, answer(200, body)), o.ids)
				require.NoError(t, err, body)
				assert.NotNil(t, got, body)
				assert.Empty(t, got, body)
			}
		})
	}
}

func TestHostileIDs(t *testing.T) {
	t.Parallel()
	hostile := []string{
		"", " ", ".", "..", "a/b", "a?b=c", "a#b", "%2e%2e", "ü", "a b", "..;/x", "\x00", "../..", "a\\b", "a\r\nHost: b", "\xff",
		strings.Repeat("x", 300),
	}
	for o, op := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			names := regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(op.Route, -1)
			require.Len(t, o.ids, len(names))
			for i := range o.ids {
				for _, id := range hostile {
					ids := append([]string(nil), o.ids...)
					ids[i] = id
					var sent atomic.Pointer[url.URL]
					mock := newMock(t)
					refused := strings.TrimSpace(id) == "" || id == "." || id == ".."
					if !refused {
						mock.RegisterRegexpResponder(op.Method, regexp.MustCompile("^"+regexp.QuoteMeta(baseURL+api)), func(r *http.Request) (*http.Response, error) {
							assert.Nil(t, sent.Swap(r.URL), "a second request")
							return answer(200, testdata(t, o.file))(r)
						})
						for _, s := range o.before {
							mock.RegisterResponder(s.method, s.target(), s.responder)
						}
					}
					_, err := o.call(t.Context(), newClient(t, mock), ids)
					if refused {
						requireArgument(t, err, op.Name, names[i][1])
						continue
					}
					require.NoError(t, err, "%q", id)
					u := sent.Load()
					require.NotNil(t, u, "%q", id)
					_, query, _ := strings.Cut(o.url, "?")
					assert.Equal(t, query, u.RawQuery, "%q", id)
					assert.Empty(t, u.Fragment, "%q", id)
					assert.Equal(t, filled(op.Route, ids), segments(t, u), "%q", id)
				}
			}
		})
	}
}

// filled returns the segments of a route with the ids in it.
func filled(route string, ids []string) []string {
	parts := strings.Split(route, "/")
	next := 0
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = ids[next]
			next++
		}
	}
	return parts
}

// segments returns the unescaped segments of the path as it is sent.
func segments(t *testing.T, u *url.URL) []string {
	t.Helper()
	parts := strings.Split(u.EscapedPath(), "/")
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		require.NoError(t, err)
		parts[i] = plain
	}
	return parts
}

func TestNilContext(t *testing.T) {
	t.Parallel()
	for o, op := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			got, err := o.call(noContext, newClient(t, newMock(t)), o.ids)
			assert.Nil(t, got)
			requireArgument(t, err, op.Name, "ctx")
		})
	}
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	for o, op := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			got, err := o.call(ctx, newClient(t, newMock(t)), o.ids)
			assert.Nil(t, got)
			require.ErrorIs(t, err, context.Canceled)
			requireUnknown(t, op, err, false)
		})
	}
}

func TestErrorAnswers(t *testing.T) {
	t.Parallel()
	sentinels := map[int]error{401: porting.ErrUnauthorized, 404: porting.ErrNotFound, 422: porting.ErrUnprocessable, 429: porting.ErrRateLimited}
	const body = `{"message":"no such thing","code":"10005"}`
	once := porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1})
	for o, op := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			for _, status := range []int{301, 400, 401, 403, 404, 408, 409, 422, 429, 500, 503} {
				got, err := o.call(t.Context(), o.client(t, 1, false,
					answer(status, body, "X-Request-Id", "req-1", "Retry-After", "7"), once), o.ids)
				assert.Nil(t, got, status)

				e := errorAs[*porting.APIError](t, err)
				assert.EqualExportedValues(t, porting.APIError{
					Operation: op.Name, Method: op.Method, Route: op.Route, StatusCode: status,
					RequestID: "req-1", Code: "10005", Message: "no such thing",
					Header: http.Header{"X-Request-Id": {"req-1"}, "Retry-After": {"7"}},
					Body:   []byte(body), Attempts: 1,
				}, *e)
				for other, sentinel := range sentinels {
					assert.Equal(t, other == status, errors.Is(err, sentinel), "%d: %v", status, sentinel)
				}
				assert.Equal(t, status == 401, isA[*porting.UnauthorizedError](err), status)
				assert.Equal(t, status == 404, isA[*porting.NotFoundError](err), status)
				assert.Equal(t, status == 422, isA[*porting.ValidationError](err), status)
				assert.Equal(t, status == 429, isA[*porting.RateLimitError](err), status)
				if status == 429 {
					assert.Equal(t, 7*time.Second, errorAs[*porting.RateLimitError](t, err).RetryAfter)
				}
				for _, part := range []string{op.Name, "no such thing", op.Method + " " + op.Route, "req-1", "10005"} {
					assert.Contains(t, err.Error(), part)
				}
				requireUnknown(t, op, err, op.Retry == porting.RetryUnsafe && (status == 408 || status >= 500))
			}
		})
	}
}

// requireUnknown checks that err is, or isn't, an OutcomeUnknownError that says where to look.
func requireUnknown(t *testing.T, op porting.Operation, err error, unknown bool) {
	t.Helper()
	require.Equal(t, unknown, isA[*porting.OutcomeUnknownError](err), "%v", err)
	if unknown {
		assert.Equal(t, op.Name, errorAs[*porting.OutcomeUnknownError](t, err).Operation)
		assert.Contains(t, err.Error(), op.Check)
	}
}

func TestHTMLErrorPage(t *testing.T) {
	t.Parallel()
	const page = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>nginx</body></html>"
	once := porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1})
	for o, op := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			got, err := o.call(t.Context(), o.client(t, 1, false, answer(502, page, "Content-Type", "text/html"), once), o.ids)
			assert.Nil(t, got)
			e := errorAs[*porting.APIError](t, err)
			assert.Equal(t, "502 Bad Gateway", e.Message)
			assert.Equal(t, page, string(e.Body))
			requireUnknown(t, op, err, op.Retry == porting.RetryUnsafe)
		})
	}
}

func TestUnreadableAnswers(t *testing.T) {
	t.Parallel()
	for o, op := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			whole := strings.TrimSpace(testdata(t, o.file))
			bodies := map[string]string{ // to the field in the error
				whole[:len(whole)-1]:                  "",
				whole + "]":                           "",
				"<html><title>Sign in</title></html>": "",
				"":                                    "",
				" \n":                                 "",
				"5":                                   "",
				"true":                                "",
				`"text"`:                              "",
				"\x00":                                "",
			}
			if o.list {
				bodies["{}"] = ""
				bodies["[5]"] = "0"
			} else {
				bodies["null"] = ""
				bodies["[]"] = ""
				bodies["[null]"] = ""
				bodies[`[{},{}]`] = ""
			}
			switch o.want(known).(type) {
			case []porting.PortabilityResult:
				bodies[`[{"phone_numbers":[{"portable":true},{"portable":"yes"}]}]`] = "0.phone_numbers.1.portable"
				bodies[`{"phone_numbers":[{"portable":"yes"}]}`] = "phone_numbers.0.portable"
				bodies[`[{"raw_number":[]}]`] = "0.raw_number"
			case []porting.FOCWindow:
				bodies[`[{"start":"soon"}]`] = "0.start"
			case porting.DownloadLink:
				bodies[`{"url":{}}`] = "url"
			case porting.SubRequest:
				bodies[`{"phone_numbers":[{"svtype":1}]}`] = "phone_numbers.0.svtype"
				bodies[`{"customer_rating":4.5}`] = "customer_rating"
				bodies[`{"porting_option":"full"}`] = "porting_option"
			default:
				switch {
				case len(o.after) > 0:
					bodies[`{"form_fields":{"key":1}}`] = "form_fields.key"
				case o.list:
					bodies[`[{"id":"a"},{"id":5}]`] = "1.id"
					bodies[`[{"created_at":"soon"}]`] = "0.created_at"
				default:
					bodies[`{"id":5}`] = "id"
					bodies[`{"created_at":"soon"}`] = "created_at"
				}
			}
			for body, field := range bodies {
				got, err := o.call(t.Context(), o.client(t, 1, false, answer(200, body, "X-Request-Id", "req-1")), o.ids)
				assert.Nil(t, got, body)
				e := errorAs[*porting.DecodeError](t, err)
				assert.Equal(t, op.Name, e.Operation, body)
				assert.Equal(t, field, e.Field, body)
				assert.Equal(t, 200, e.StatusCode, body)
				assert.Equal(t, "req-1", e.RequestID, body)
				assert.Equal(t, body, string(e.Body), body)
				require.Error(t, e.Err, body)
				assert.Contains(t, err.Error(), op.Name)
				assert.Equal(t, op.Retry != porting.RetrySafe, strings.Contains(err.Error(), "the server did it"), body)
				assert.False(t, isA[*porting.OutcomeUnknownError](err), body)
			}
		})
	}
}

func TestNetworkErrors(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection reset by peer")
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	cutOff := func(r *http.Request) (*http.Response, error) {
		resp, err := answer(200, "")(r)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), failing{io.ErrUnexpectedEOF}))
		return resp, err
	}
	tests := []struct {
		name      string
		responder httpmock.Responder
		err       error
		neverSent bool
	}{
		{"lost", broken(lost), lost, false},
		{"not sent", broken(dial), dial, true},
		{"cut off", cutOff, io.ErrUnexpectedEOF, false},
	}
	for o, op := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			for _, tt := range tests {
				attempts := fast.MaxAttempts
				if op.Retry == porting.RetryUnsafe && !tt.neverSent {
					attempts = 1
				}
				got, err := o.call(t.Context(), o.client(t, attempts, false, tt.responder), o.ids)
				assert.Nil(t, got, tt.name)
				require.ErrorIs(t, err, tt.err, tt.name)
				unknown := op.Retry == porting.RetryUnsafe && !tt.neverSent
				requireUnknown(t, op, err, unknown)
				if unknown {
					assert.False(t, isA[*porting.ConnectionError](err), "repeating could do harm")
					continue
				}
				e := errorAs[*porting.ConnectionError](t, err)
				assert.Equal(t, []string{op.Name, op.Method, op.Route}, []string{e.Operation, e.Method, e.Route}, tt.name)
				assert.Equal(t, attempts, e.Attempts, tt.name)
			}
		})
	}
}

// failing is a reader that fails with err.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestRetries(t *testing.T) {
	t.Parallel()
	for o, op := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			for _, status := range []int{400, 401, 403, 404, 408, 409, 422, 429, 500, 501, 502, 503, 504} {
				again := status == 429
				switch status {
				case 408, 500, 502, 503, 504:
					again = op.Retry != porting.RetryUnsafe
				}
				attempts := 1
				if again {
					attempts = 2
				}
				ok := answer(200, testdata(t, o.file))
				got, err := o.call(t.Context(), o.client(t, attempts, again, inOrder(answer(status, ""), ok)), o.ids)
				if !again {
					assert.Nil(t, got, status)
					assert.Equal(t, 1, errorAs[*porting.APIError](t, err).Attempts, status)
					continue
				}
				require.NoError(t, err, status)
				assert.Equal(t, o.want(known), got, status)
			}
		})
	}
}

func TestRetriesRunOut(t *testing.T) {
	t.Parallel()
	for o, op := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			got, err := o.call(t.Context(), o.client(t, fast.MaxAttempts, false, answer(429, "")), o.ids)
			assert.Nil(t, got)
			e := errorAs[*porting.RateLimitError](t, err)
			assert.Equal(t, fast.MaxAttempts, e.Attempts)
			assert.Contains(t, err.Error(), fmt.Sprintf("%d attempts", fast.MaxAttempts))
			requireUnknown(t, op, err, false)
		})
	}
}
