package portingtest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

func TestRequests(t *testing.T) {
	t.Parallel()
	s := open(t)
	assert.Empty(t, s.Requests())
	assert.Zero(t, s.Count("Drafts.Create"))
	body := numbersBody("+12065550100")
	draft := draftsPath + "/" + must(t, s, http.StatusCreated, "POST", draftsPath, body).object(t)["id"].(string)
	s.Advance(time.Hour)
	read := call(t, s, "GET", draft+"?include_sub_requests=true&include_phone_numbers=false", "")
	call(t, s, "GET", "/nowhere", "")

	all := s.Requests()
	require.Len(t, all, 3)
	assert.Equal(t, portingtest.Request{
		ID: all[0].ID, At: portingtest.Start, Method: "POST", Path: draftsPath, Operation: "Drafts.Create",
		Query: url.Values{}, Body: body, Status: 201,
	}, all[0])
	assert.Equal(t, portingtest.Request{
		ID: read.Header.Get("X-Request-Id"), At: portingtest.Start.Add(time.Hour), Method: "GET", Path: draft, Operation: "Drafts.Get",
		Query:  url.Values{"include_sub_requests": {"true"}, "include_phone_numbers": {"false"}},
		Status: 200,
	}, all[1])
	assert.Equal(t, "/nowhere", all[2].Path)
	assert.Equal(t, 404, all[2].Status)
	assert.Empty(t, all[2].Operation)

	assert.Equal(t, all[1:2], s.Requests("Drafts.Get"))
	assert.Equal(t, all[:2], s.Requests("Drafts.Get", "Drafts.Create"))
	assert.Empty(t, s.Requests("Drafts.List"))
	assert.Equal(t, 1, s.Count("Drafts.Get"))
	assert.Equal(t, 1, s.Count(""), "requests that are no operation")
	assert.Equal(t, body, s.LastBody("Drafts.Create"))
	assert.Empty(t, s.LastBody("Drafts.Get"))
	assert.Empty(t, s.LastBody("Drafts.Submit"))

	for _, misspelt := range []func(){
		func() { s.Requests("Drafts.Craete") }, func() { s.Count("Drafts.Craete") }, func() { s.LastBody("Drafts.Craete") },
	} {
		assert.Panics(t, misspelt, "a test that counts what can't be would always pass")
	}
	for _, op := range porting.Operations() {
		assert.NotPanics(t, func() { s.Count(op.Name) }, op.Name)
	}
}

func TestRecordOfAnUpload(t *testing.T) {
	t.Parallel()
	s := open(t)
	draft, _ := createDraft(t, s, "+12065550100")
	document := uploadDocument(t, s, draft, "loa", "the letter")
	link := must(t, s, http.StatusCreated, "POST", document+"/download_links", "").object(t)["url"].(string)
	get(t, link)

	assert.Equal(t, 2, s.Count("Documents.Upload"))
	uploads := s.Requests(portingtest.StorageUpload)
	require.Len(t, uploads, 1)
	assert.Equal(t, 204, uploads[0].Status)
	assert.Empty(t, uploads[0].Body, "documents aren't kept")
	downloads := s.Requests(portingtest.StorageDownload)
	require.Len(t, downloads, 1)
	assert.Equal(t, 200, downloads[0].Status)
	assert.Equal(t, "[masked]", downloads[0].Query.Get("X-Amz-Signature"))
	assert.Equal(t, "3600", downloads[0].Query.Get("X-Amz-Expires"))
}

func TestRecordMasksSecrets(t *testing.T) {
	t.Parallel()
	const token = portingtest.Token
	for name, test := range map[string]struct{ body, want string }{
		"no secret":    {`{"locality": "Tacoma"}`, `{"locality": "Tacoma"}`},
		"each":         {`{"pin_passcode":"8421","account_number":"8421","tax_identifier":"8421","business_identifier":"8421"}`, `{"pin_passcode":"[masked]","account_number":"[masked]","tax_identifier":"[masked]","business_identifier":"[masked]"}`},
		"between":      {`{ "locality" : "Tacoma", "pin_passcode" : "8421" , "street_address":"1" }`, `{ "locality" : "Tacoma", "pin_passcode" : "[masked]" , "street_address":"1" }`},
		"null":         {`{"pin_passcode":null}`, `{"pin_passcode":null}`},
		"wrong types":  {`{"pin_passcode":8421,"account_number":{"a":["8421"]},"x":[1]}`, `{"pin_passcode":"[masked]","account_number":"[masked]","x":[1]}`},
		"nested":       {`[{"x":[{"pin_passcode":"8421"}],"pin_passcode":"8421"},"pin_passcode","8"]`, `[{"x":[{"pin_passcode":"[masked]"}],"pin_passcode":"[masked]"},"pin_passcode","8"]`},
		"escaped key":  {`{"pin\u005fpasscode":"8421"}`, `{"pin\u005fpasscode":"[masked]"}`},
		"as a value":   {`{"locality":"pin_passcode","postal_code":"98101"}`, `{"locality":"pin_passcode","postal_code":"98101"}`},
		"cut off":      {`{"pin_passcode":"8421`, `[not JSON]`},
		"no colon":     {`{"pin_passcode" "8421"}`, `[not JSON]`},
		"other syntax": {`pin_passcode=8421`, `[not JSON]`},
		"no JSON":      {`{"locality":`, `{"locality":`},
		"credentials":  {`{"locality":"` + token + `","postal_code":"` + portingtest.Key + `"}`, `{"locality":"[masked]","postal_code":"[masked]"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			_, subs := createDraft(t, s, "+12065550100")
			call(t, s, "PUT", subs[0]+"?token="+token+"&pin_passcode=8421", test.body)
			assert.Equal(t, test.want, s.LastBody("Drafts.UpdateSubRequest"))
			query := s.Requests("Drafts.UpdateSubRequest")[0].Query
			assert.Equal(t, url.Values{"token": {"[masked]"}, "pin_passcode": {"[masked]"}}, query)
			call(t, s, "GET", "/"+token, "")
			assert.Equal(t, "/[masked]", s.Requests("")[0].Path)
			assert.NotContains(t, strings.Join(s.Violations(), " "), token)
		})
	}
}

func TestRecordIsBounded(t *testing.T) {
	t.Parallel()
	s := open(t)
	list := newCall(t, s, "GET", draftsPath, "")
	for range 10_010 {
		s.ServeHTTP(httptest.NewRecorder(), list)
	}
	all := s.Requests()
	assert.Len(t, all, 10_000)
	assert.Equal(t, 10_010, s.Count("Drafts.List"))

	large := `{"x":"` + strings.Repeat("x", 4<<20) + `"}`
	for range 5 {
		call(t, s, "POST", draftsPath, large)
	}
	total := 0
	for _, r := range s.Requests() {
		total += len(r.Body)
	}
	assert.Equal(t, 3*len(large), total, "a fourth would be over 16 MiB")
	assert.Equal(t, large, s.LastBody("Drafts.Create"))
	assert.Equal(t, 5, s.Count("Drafts.Create"))
}

// TestRecordOfManyAtOnce is for the race detector.
func TestRecordOfManyAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	fault := s.Inject(portingtest.Fault{Chance: 0.5, Effect: portingtest.Respond(http.StatusServiceUnavailable, "")})
	client := patient(s)
	var workers sync.WaitGroup
	for worker := range 8 {
		workers.Go(func() {
			for i := range 10 {
				_, _ = client.Drafts.Create(t.Context(), "+120655501"+strconv.Itoa(10+worker))
				_, _ = client.Drafts.List(t.Context(), &porting.DraftListOptions{Page: i + 1})
				s.Requests()
				fault.Fired()
				_ = s.CheckInvariants()
			}
		})
	}
	workers.Wait()
	failed := 0
	for _, r := range s.Requests() {
		if r.Status == http.StatusServiceUnavailable {
			failed++
		}
	}
	assert.Equal(t, fault.Fired(), failed)
	assert.NoError(t, s.CheckInvariants())
	assert.Equal(t, 80, s.Count("Drafts.Create"))
}
