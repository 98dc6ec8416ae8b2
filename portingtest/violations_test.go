package portingtest_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

func TestViolations(t *testing.T) {
	t.Parallel()
	const none = ""
	for name, test := range map[string]struct {
		method, path, body string
		change             func(r *http.Request)
		want               string
	}{
		"right":              {method: "GET", path: draftsPath, want: none},
		"unknown path":       {method: "GET", path: "/v2/drafts", want: "GET /v2/drafts: 404 Resource not found: no such path"},
		"unknown method":     {method: "DELETE", path: draftsPath, want: "DELETE " + draftsPath + ": 405 Method Not Allowed: the path takes GET, HEAD, POST"},
		"unknown id":         {method: "GET", path: draftsPath + "/x", want: none},
		"unknown query key":  {method: "GET", path: draftsPath + "?limit=5", want: "GET " + draftsPath + ": 422 Unprocessable Entity: limit is no query key of Drafts.List"},
		"repeated query key": {method: "GET", path: draftsPath + "?page=1&page=2", want: "422 Unprocessable Entity: page is there more than once"},
		"unreadable query":   {method: "GET", path: draftsPath + "?page=%zz", want: "400 Bad Request: the query can't be read"},
		"query of no number": {method: "GET", path: draftsPath + "?page=one", want: "page must be an integer from 1"},
		"query of no bool":   {method: "GET", path: draftsPath + "?include_sub_requests=1", want: "include_sub_requests must be true or false"},
		"unknown status":     {method: "GET", path: draftsPath + "?status=gone", want: none},
		"unknown body key":   {method: "POST", path: draftsPath, body: `{"numbers":[]}`, want: "422 Unprocessable Entity: numbers is no key of this object"},
		"nested body key":    {method: "POST", path: draftsPath, body: `{"phone_numbers":[{"number":"8421"}]}`, want: "phone_numbers.0.number is no key of this object"},
		"repeated body key":  {method: "POST", path: draftsPath, body: `{"phone_numbers":[{"phone_number":"+12065550100"}],"phone_numbers":[{"phone_number":"+12065550100"}]}`, want: "phone_numbers is there more than once"},
		"wrong type":         {method: "POST", path: draftsPath, body: `{"phone_numbers":["+12065550100"]}`, want: "phone_numbers.0 must be an object"},
		"date of another":    {method: "PUT", path: "SUB", body: `{"foc_date_requested_by_user":"5 March"}`, want: "foc_date_requested_by_user must be an ISO 8601"},
		"wrong value":        {method: "PUT", path: "SUB", body: `{"country_code":"USA"}`, want: none},
		"late date":          {method: "PUT", path: "SUB", body: `{"foc_date_requested_by_user":"2020-01-01T00:00:00Z"}`, want: none},
		"nothing to create":  {method: "POST", path: draftsPath, body: `{}`, want: none},
		"not portable":       {method: "POST", path: draftsPath, body: numbersBody("+12065550182"), want: none},
		"incomplete":         {method: "POST", path: "DRAFT/submit", want: none},
		"no body":            {method: "POST", path: draftsPath, want: "400 Bad Request: the body is missing"},
		"no JSON":            {method: "POST", path: draftsPath, body: `{`, want: "400 Bad Request: the body is not valid JSON"},
		"body too large":     {method: "POST", path: draftsPath, body: repeat(" ", 8<<20+1), want: "413 Request Entity Too Large"},
		"body of none":       {method: "POST", path: "DRAFT/submit", body: `{"force":true}`, want: "force is no key of this object"},
		"no JSON type": {
			method: "POST", path: draftsPath, body: `{}`, want: "415 Unsupported Media Type",
			change: func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		},
		"no credentials": {
			method: "GET", path: draftsPath, want: "GET " + draftsPath + ": 401 Unauthorized: no credentials",
			change: func(r *http.Request) { r.Header = http.Header{} },
		},
		"wrong credentials": {
			method: "GET", path: draftsPath, want: "401 Unauthorized: x-api-user and x-api-token are not right",
			change: func(r *http.Request) { r.Header.Set("X-Api-Token", "8421") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			draft, subs := createDraft(t, s, "+12065550100")
			path := strings.NewReplacer("DRAFT", draft, "SUB", subs[0]).Replace(test.path)
			r := newCall(t, s, test.method, path, test.body)
			if test.change != nil {
				test.change(r)
			}
			answer := do(t, r)
			if test.want == none {
				assert.Empty(t, s.Violations())
				return
			}
			require.Len(t, s.Violations(), 1)
			violation := s.Violations()[0]
			assert.Contains(t, violation, test.want)
			assert.NotContains(t, violation, "8421")
			assert.Contains(t, []int{400, 401, 404, 405, 413, 415, 422}, answer.Status)
			_, reason, _ := strings.Cut(violation, ": ")
			assert.Contains(t, answer.message(t), reason[len("404 "):], "the answer says the same")
		})
	}
}

func TestViolationsAreOfTheFormAlone(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, subs := createDraft(t, s, "+12065550100")
	must(t, s, http.StatusUnprocessableEntity, "PUT", subs[0], `{"country_code":"USA","colour":"red","locality":7}`)
	require.Len(t, s.Violations(), 1)
	assert.Contains(t, s.Violations()[0], ": 422 Unprocessable Entity: colour is no key of this object; locality must be a string")
	assert.NotContains(t, s.Violations()[0], "country_code")
}

// TestBodiesThatBreakOff has requests end halfway: a client that gives up breaks no rule, one that sends half of a body
// as the whole does.
func TestBodiesThatBreakOff(t *testing.T) {
	t.Parallel()
	requests := map[string]func(t *testing.T, s *portingtest.Server) *http.Request{
		"form": func(t *testing.T, s *portingtest.Server) *http.Request {
			t.Helper()
			f := newForm(t, s)
			return newUpload(t, f.URL, f.parts(f.prefix(t)+"loa.pdf", "the letter"))
		},
		"JSON": func(t *testing.T, s *portingtest.Server) *http.Request {
			t.Helper()
			return newCall(t, s, "POST", draftsPath, `{"phone_numbers":[{"phone_number":"+12065550100"}]}`)
		},
	}
	for name, newRequest := range requests {
		for end, violations := range map[error]int{io.EOF: 1, io.ErrUnexpectedEOF: 0, errors.New("reset"): 0} {
			t.Run(name+" "+end.Error(), func(t *testing.T) {
				t.Parallel()
				s := open(t)
				r := newRequest(t, s)
				half := io.LimitReader(r.Body, r.ContentLength/2)
				r.Body = io.NopCloser(io.MultiReader(half, iotest.ErrReader(end)))
				answer := httptest.NewRecorder()
				s.ServeHTTP(answer, r)
				assert.Equal(t, 4, answer.Code/100)
				assert.Len(t, s.Violations(), violations)
			})
		}
	}
}

func TestViolationsAreBounded(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 1010 {
		s.ServeHTTP(httptest.NewRecorder(), newCall(t, s, "GET", "/"+repeat("x", 2000), ""))
	}
	assert.Len(t, s.Violations(), 1000)
	assert.Less(t, len(s.Violations()[0]), 520)
}

func TestLenient(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithLenient())
	r := must(t, s, http.StatusCreated, "POST", draftsPath, `{"phone_numbers":[{"phone_number":"+12065550100","x":1}],"y":2}`)
	draft := draftsPath + "/" + r.object(t)["id"].(string)
	must(t, s, http.StatusOK, "GET", draft+"?limit=5&include_sub_requests=true", "")
	sub := subPaths(t, s, draft)[0]
	r = must(t, s, http.StatusOK, "PUT", sub, `{"colour":"red","locality":"Tacoma","porting_option":{"type":"full","z":0}}`)
	assert.Equal(t, "Tacoma", r.object(t)["locality"])
	must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/submit", `{"force":true}`) // incomplete
	f := must(t, s, http.StatusCreated, "POST", "/files/upload_requests", `{"content_type":"image/png","name":"x"}`)
	assert.NotEmpty(t, f.object(t)["url"])
	assert.Empty(t, s.Violations())

	must(t, s, http.StatusUnprocessableEntity, "PUT", sub, `{"locality":7}`)
	must(t, s, http.StatusUnprocessableEntity, "GET", draftsPath+"?page=1&page=1", "")
	must(t, s, http.StatusNotFound, "GET", "/nowhere", "")
	assert.Len(t, s.Violations(), 3, "the rest stays strict")
}
