package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// Numbers that the sandbox treats in different ways; see [portingtest.NewServer].
const (
	wireline    = "+12065550101"
	other       = "+12065550150" // of another carrier
	wireless    = "+12065550160"
	voip        = "+12065550165"
	pending     = "+12065550170"
	provisional = "+12065550175"
	tollFree    = "+18005550101"
	foreign     = "+4930123456"
	taken       = "+12065550184"
	objected    = "+12065550185" // once, by its carrier
	billing     = "+12065550199" // ported by nobody
)

// A transport sends requests and has each exchange checked. What is wrong with one fails the test.
type transport struct {
	t       *testing.T
	checker *checker
	base    *http.Transport

	mu      sync.Mutex
	sent    []string        // ids of operations
	storage map[string]bool // hosts of the links in answers; they are not part of the API
}

func newTransport(t *testing.T, c *checker) *transport {
	t.Helper()
	return &transport{t: t, checker: c, base: newBase(t), storage: map[string]bool{}}
}

// newBase returns a transport with connections of its own. Whoever closes a server of httptest
// also closes those of the default one, which other tests may be about to use.
func newBase(t *testing.T) *http.Transport {
	t.Helper()
	base := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(base.CloseIdleConnections)
	return base
}

// RoundTrip sends a request.
func (tr *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.storage[req.URL.Host] {
		return tr.base.RoundTrip(req)
	}

	req = req.Clone(req.Context())
	sent := replay(&req.Body)
	resp, err := tr.base.RoundTrip(req)
	if err != nil { // the client closes a connection that has been idle for long, and tries another; what comes of its call is checked
		return nil, err
	}
	got := replay(&resp.Body)

	if len(sent) > 0 {
		req.Body = io.NopCloser(bytes.NewReader(sent)) // it was read when it was sent
	}
	id, failures := tr.checker.check(req, resp)
	for _, failure := range failures {
		tr.t.Error(failure)
	}
	tr.sent = append(tr.sent, id)
	resp.Body = io.NopCloser(bytes.NewReader(got))

	var link struct {
		URL string `json:"url"`
	}
	if json.Unmarshal(got, &link) == nil && link.URL != "" {
		if u, err := url.Parse(link.URL); err == nil && u.Host != req.URL.Host {
			tr.storage[u.Host] = true
		}
	}
	return resp, nil
}

// take returns the operations sent since the last call of take, in order.
func (tr *transport) take() []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	sent := tr.sent
	tr.sent = nil
	return sent
}

// newSandbox starts a sandbox with a client whose exchanges are checked.
func newSandbox(t *testing.T, c *checker) (*portingtest.Server, *porting.Client, *transport) {
	t.Helper()
	srv := portingtest.NewServer()
	t.Cleanup(srv.Close)
	tr := newTransport(t, c)
	client := srv.Client(porting.WithHTTPClient(&http.Client{Transport: tr}))
	return srv, client, tr
}

// prepare makes a port request and two drafts.
func prepare(t *testing.T, client *porting.Client) target {
	t.Helper()
	ctx := t.Context()
	on := target{port: submit(t, client, wireline)}
	subs, err := client.SubRequests.List(ctx, on.port)
	require.NoError(t, err)
	on.sub = subs[0].ID
	docs, err := client.Documents.List(ctx, on.port)
	require.NoError(t, err)
	on.doc = docs[0].ID

	open, err := client.Drafts.Create(ctx, wireless)
	require.NoError(t, err)
	on.open = open.ID
	parts, err := client.Drafts.ListSubRequests(ctx, on.open)
	require.NoError(t, err)
	on.part = parts[0].ID
	doc, err := client.Documents.Upload(ctx, on.open, paper(porting.DocumentTypeLOA))
	require.NoError(t, err)
	on.paper = doc.ID

	on.ready = ready(t, client, voip)
	return on
}

// ready makes a draft that can be submitted.
func ready(t *testing.T, client *porting.Client, numbers ...string) porting.DraftID {
	t.Helper()
	draft, err := client.Drafts.Create(t.Context(), numbers...)
	require.NoError(t, err)
	require.NoError(t, fill(t.Context(), client, draft.ID))
	for _, kind := range []porting.DocumentType{porting.DocumentTypeLOA, porting.DocumentTypeInvoice} {
		_, err := client.Documents.Upload(t.Context(), draft.ID, paper(kind))
		require.NoError(t, err)
	}
	return draft.ID
}

// submit makes a port request.
func submit(t *testing.T, client *porting.Client, numbers ...string) porting.PortRequestID {
	t.Helper()
	draft, err := client.Drafts.Submit(t.Context(), ready(t, client, numbers...))
	require.NoError(t, err)
	return draft.PortRequestID
}

// fill sets every field of every sub request of a draft, each with another porting option.
func fill(ctx context.Context, client *porting.Client, draft porting.DraftID) error {
	options := []porting.PortingOption{
		{
			Type:                   porting.PortingOptionTypePartial,
			RemainingNumbersAction: porting.RemainingNumbersActionKeep,
			NewBillingPhoneNumber:  billing,
		},
		{
			Type:                   porting.PortingOptionTypePartial,
			RemainingNumbersAction: porting.RemainingNumbersActionDisconnect,
		},
		{Type: porting.PortingOptionTypeFull},
	}
	subs, err := client.Drafts.ListSubRequests(ctx, draft)
	if err != nil {
		return err
	}
	for i, sub := range subs {
		windows, err := client.Drafts.AllowedFOCDates(ctx, draft, sub.ID)
		if err != nil {
			return err
		}
		update := full(windows[len(windows)/2].Start.Time)
		update.BillingPhoneNumber = porting.Set(wireline)
		update.PortingOption = porting.Set(options[i%len(options)])
		_, err = client.Drafts.UpdateSubRequest(ctx, draft, sub.ID, update)
		if err != nil {
			return err
		}
	}
	return nil
}

// full has everything that a sub request of a draft needs, and more.
func full(date time.Time) porting.DraftSubRequestUpdate {
	return porting.DraftSubRequestUpdate{
		FOCDateRequestedByUser:  porting.Set(date),
		PersonOrCompanyName:     porting.Set("Example Company"),
		AuthPersonName:          porting.Set("Ada Example"),
		BillingPhoneNumber:      porting.Set(billing),
		StreetAddress:           porting.Set("1 Example Street"),
		ExtendedAddress:         porting.Set("Floor 2"),
		Locality:                porting.Set("Seattle"),
		AdministrativeArea:      porting.Set("WA"),
		PostalCode:              porting.Set("98101"),
		CountryCode:             porting.Set("US"),
		DefaultConnectionID:     porting.Set("1293384261075731499"),
		DefaultMessageProfileID: porting.Set("16fd2706-8baf-433b-82eb-8c7fada847da"),
		PINPasscode:             porting.Set(porting.Secret("1234")),
		AccountNumber:           porting.Set(porting.Secret("A-1")),
		TaxIdentifier:           porting.Set(porting.Secret("T-1")),
		BusinessIdentifier:      porting.Set(porting.Secret("B-1")),
	}
}

func paper(kind porting.DocumentType) porting.DocumentUpload {
	return porting.DocumentUpload{
		Type: kind, Filename: "paper.pdf", ContentType: "application/pdf", Content: strings.NewReader("%PDF-1.7"),
	}
}

// everyInclude are the ways to ask for an object with its parts or without.
func everyInclude() []*porting.GetOptions {
	yes, no := porting.Set(true), porting.Set(false)
	return []*porting.GetOptions{
		nil,
		{IncludePhoneNumbers: yes, IncludeSubRequests: yes},
		{IncludePhoneNumbers: yes, IncludeSubRequests: no},
		{IncludePhoneNumbers: no, IncludeSubRequests: yes},
		{IncludePhoneNumbers: no, IncludeSubRequests: no},
	}
}

// drain goes through all pages of a list.
func drain[T any](items iter.Seq2[*T, error]) error {
	for _, err := range items {
		if err != nil {
			return err
		}
	}
	return nil
}

// misspell sends requests with a token that is wrong.
type misspell struct{ http.RoundTripper }

func (m misspell) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("X-Api-Token", "wrong")
	return m.RoundTripper.RoundTrip(req)
}

// without returns the elements of all that are not in some.
func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}
