package portingtest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

var _ portingtest.TB = (testing.TB)(nil)

// noted is a test that only notes how it failed.
type noted struct{ errors []string }

func (n *noted) Helper() {}

func (n *noted) Errorf(format string, args ...any) {
	n.errors = append(n.errors, fmt.Sprintf(format, args...))
}

// reported gives what AssertClean has to say.
func reported(s *portingtest.Server) []string {
	var n noted
	s.AssertClean(&n)
	return n.errors
}

func TestAssertClean(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	submit(t, s, "+12065550100")
	assert.Empty(t, reported(s))

	s.Inject(portingtest.Fault{Operation: "Drafts.Submit", Nth: 9, Effect: portingtest.DropAfter()}).Remove()
	call(t, s, "GET", "/nowhere", "")
	one := must(t, s, http.StatusCreated, "POST", draftsPath, numbersBody("+12065550101")).object(t)["id"]
	two := must(t, s, http.StatusCreated, "POST", draftsPath, numbersBody("+12065550101")).object(t)["id"]
	restore(t, s, `"+12065550100"`, `"+12065550199"`, 1) // in the draft alone
	errors := reported(s)
	require.Len(t, errors, 4)
	assert.Equal(t, "portingtest: violation: GET /nowhere: 404 Resource not found: no such path", errors[0])
	assert.Equal(t, "portingtest: a fault never fired: Drafts.Submit, request 9: connection dropped after handling", errors[1])
	assert.Equal(t, fmt.Sprintf("portingtest: duplicate: the drafts %s and %s have the same numbers", one, two), errors[2])
	assert.Contains(t, errors[3], "portingtest: broken invariant: draft ")
	assert.NotContains(t, strings.Join(errors, " "), "+1206", "a number is personal data")
}

// restore puts the sandbox into its own state with a change in it. The old text
// is replaced in its first places.
func restore(t *testing.T, s *portingtest.Server, before, after string, places int) {
	t.Helper()
	_, drafts, _ := strings.Cut(string(s.Snapshot()), `"draft_port_requests": [`)
	head := strings.TrimSuffix(string(s.Snapshot()), drafts)
	require.GreaterOrEqual(t, strings.Count(drafts, before), places, drafts)
	require.NoError(t, s.Restore([]byte(head+strings.Replace(drafts, before, after, places))))
}

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
		"unknown method":     {method: "DELETE", path: draftsPath, want: "DELETE " + draftsPath + ": 405 Method Not Allowed: the path takes GET, POST"},
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

func TestDuplicates(t *testing.T) {
	t.Parallel()
	t.Run("drafts", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		one, _ := createDraft(t, s, "+12065550100", "+12065550101")
		createDraft(t, s, "+12065550100")
		createDraft(t, s, "+12065550100", "+12065550101", "+12065550102")
		assert.Empty(t, s.Duplicates(), "sets that only overlap")
		two, _ := createDraft(t, s, "+12065550101", "+12065550100")
		three, _ := createDraft(t, s, "+12065550101", "+12065550100")
		id := func(path string) string { return strings.TrimPrefix(path, draftsPath+"/") }
		assert.Equal(t, []string{
			"the drafts " + id(one) + " and " + id(two) + " have the same numbers",
			"the drafts " + id(one) + " and " + id(three) + " have the same numbers",
		}, s.Duplicates())
	})
	t.Run("drafts after a cancellation", func(t *testing.T) {
		t.Parallel()
		s := open(t, portingtest.WithDocumentsOptional())
		_, subs := submit(t, s, "+12065550100", "+12065550150")
		must(t, s, http.StatusOK, "POST", subs[0]+"/cancellation", "")
		s.Advance(25 * time.Hour)
		createDraft(t, s, "+12065550100")
		assert.Empty(t, s.Duplicates())
		must(t, s, http.StatusOK, "POST", subs[1]+"/cancellation", "")
		s.Advance(25 * time.Hour)
		createDraft(t, s, "+12065550150", "+12065550100")
		assert.Empty(t, s.Duplicates())
		submitted, _ := createDraft(t, s, "+12065550151")
		createDraft(t, s, "+12065550151")
		assert.Len(t, s.Duplicates(), 1, submitted)
	})
	t.Run("comments", func(t *testing.T) {
		t.Parallel()
		s := open(t, portingtest.WithDocumentsOptional())
		request, subs := submit(t, s, "+12065550185", "+12065550150")
		other, _ := submit(t, s, "+12065550101")
		s.Advance(30 * time.Hour) // there is an exception
		must(t, s, http.StatusOK, "PUT", subs[0], `{"extended_address":"2nd floor"}`)
		s.Advance(30 * time.Hour) // the carrier says the same once more
		sub := subs[0][strings.LastIndex(subs[0], "/")+1:]
		for _, path := range []string{request, other} {
			must(t, s, http.StatusCreated, "POST", path+"/comments", `{"body":"Please hurry."}`)
		}
		must(t, s, http.StatusCreated, "POST", request+"/comments", `{"body":"Please hurry!"}`)
		must(t, s, http.StatusCreated, "POST", request+"/comments", `{"body":"Please hurry.","sub_request_id":"`+sub+`"}`)
		assert.Empty(t, s.Duplicates())
		must(t, s, http.StatusCreated, "POST", other+"/comments", `{"body":"Please hurry."}`)
		require.Len(t, s.Duplicates(), 1)
		assert.Contains(t, s.Duplicates()[0], "of the port request "+strings.TrimPrefix(other, requestsPath+"/")+" are the same")
	})
	t.Run("documents", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		draft, _ := createDraft(t, s, "+12065550100")
		other, _ := createDraft(t, s, "+12065550101")
		uploadDocument(t, s, draft, "loa", "the letter")
		uploadDocument(t, s, draft, "loa", "page two")
		uploadDocument(t, s, draft, "other", "the letter")
		uploadDocument(t, s, other, "loa", "the letter")
		assert.Empty(t, s.Duplicates())
		uploadDocument(t, s, draft, "loa", "the letter")
		require.Len(t, s.Duplicates(), 1)
		assert.Contains(t, s.Duplicates()[0], "of the draft "+strings.TrimPrefix(draft, draftsPath+"/")+" are the same")
	})
}

// TestInvariants breaks states that the sandbox itself never comes to.
func TestInvariants(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before, after string
		places        int
		want          string // empty: it holds
	}{
		"nothing":           {`"loa"`, `"loa"`, 1, ""},
		"a number twice":    {`"+12065550101"`, `"+12065550100"`, 2, "a number is there twice"},
		"another number":    {`"+12065550101"`, `"+12065550109"`, 1, "has other numbers"},
		"another request's": {`"+12065550140"`, `"+12065550100"`, 2, "a number is also in the unfinished port request"},
		"a file is gone":    {`"key": "`, `"key": "gone/`, 1, "has no file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithDocumentsOptional())
			draft, subs := createDraft(t, s, "+12065550100", "+12065550101", "+12065550150")
			fillIn(t, s, subs...)
			uploadDocument(t, s, draft, "loa", "x")
			must(t, s, http.StatusCreated, "POST", draft+"/submit", "")
			submit(t, s, "+12065550140")
			require.NoError(t, s.CheckInvariants())
			restore(t, s, test.before, test.after, test.places)
			if test.want == "" {
				assert.NoError(t, s.CheckInvariants())
			} else {
				assert.ErrorContains(t, s.CheckInvariants(), test.want)
			}
		})
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	s, err := portingtest.Listen("localhost:0", portingtest.WithSeed(7))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	must(t, s, http.StatusOK, "GET", draftsPath, "")
	uploadDocument(t, s, firstOf(createDraft(t, s, "+12065550100")), "loa", "x")
	for address, want := range map[string]string{
		strings.TrimPrefix(s.URL(), "http://"): "address already in use",
		":0":                                   "isn't on loopback",
		"0.0.0.0:0":                            "isn't on loopback",
		"192.0.2.1:0":                          "isn't on loopback",
		"nothing":                              "missing port",
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			_, err := portingtest.Listen(address)
			assert.ErrorContains(t, err, want)
			assert.ErrorContains(t, err, "portingtest: ")
		})
	}
}

func firstOf(path string, _ []string) string { return path }
