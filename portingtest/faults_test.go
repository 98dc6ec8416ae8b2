package portingtest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// TestWhichRequestsAreHit sends ten requests and tells which are hit.
func TestWhichRequestsAreHit(t *testing.T) {
	t.Parallel()
	teapot := portingtest.Respond(418, "")
	for name, test := range map[string]struct {
		faults []portingtest.Fault
		hits   string // "x" for each that is
		fired  []int
	}{
		"each":            {[]portingtest.Fault{{Effect: teapot}}, "xxxxxxxxxx", []int{10}},
		"operation":       {[]portingtest.Fault{{Operation: "Drafts.List", Effect: teapot}}, "xxxxxxxxxx", []int{10}},
		"other operation": {[]portingtest.Fault{{Operation: "Drafts.Get", Effect: teapot}}, "..........", []int{0}},
		"method":          {[]portingtest.Fault{{Method: "GET", Effect: teapot}}, "xxxxxxxxxx", []int{10}},
		"other method":    {[]portingtest.Fault{{Method: "POST", Effect: teapot}}, "..........", []int{0}},
		"route":           {[]portingtest.Fault{{Route: draftsPath, Effect: teapot}}, "xxxxxxxxxx", []int{10}},
		"any route":       {[]portingtest.Fault{{Route: "/origination/porting/{anything}", Effect: teapot}}, "xxxxxxxxxx", []int{10}},
		"other route":     {[]portingtest.Fault{{Route: draftsPath + "/{id}", Effect: teapot}}, "..........", []int{0}},
		"storage":         {[]portingtest.Fault{{Operation: portingtest.StorageDownload, Effect: teapot}}, "..........", []int{0}},
		"first":           {[]portingtest.Fault{{Nth: 1, Effect: teapot}}, "x.........", []int{1}},
		"third":           {[]portingtest.Fault{{Nth: 3, Effect: teapot}}, "..x.......", []int{1}},
		"eleventh":        {[]portingtest.Fault{{Nth: 11, Effect: teapot}}, "..........", []int{0}},
		"at most twice":   {[]portingtest.Fault{{Times: 2, Effect: teapot}}, "xx........", []int{2}},
		"certain":         {[]portingtest.Fault{{Chance: 1, Effect: teapot}}, "xxxxxxxxxx", []int{10}},
		"by chance":       {[]portingtest.Fault{{Chance: 0.5, Effect: teapot}}, "", nil},
		"chance, twice":   {[]portingtest.Fault{{Chance: 0.9, Times: 2, Effect: teapot}}, "", []int{2}},
		"first and third": {[]portingtest.Fault{{Nth: 3, Effect: teapot}, {Nth: 1, Effect: teapot}}, "x.x.......", []int{1, 1}},
		"one after the other": {
			[]portingtest.Fault{{Times: 2, Effect: teapot}, {Times: 3, Effect: teapot}}, "xxxxx.....", []int{2, 3},
		},
		"the earlier wins": {[]portingtest.Fault{{Nth: 1, Effect: teapot}, {Nth: 1, Effect: teapot}}, "x.........", []int{1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := func(seed uint64) string {
				t.Helper()
				s := open(t, portingtest.WithSeed(seed))
				var injected []*portingtest.Injected
				for _, f := range test.faults {
					injected = append(injected, s.Inject(f))
				}
				hits := ""
				for range 10 {
					if call(t, s, "GET", draftsPath, "").Status == 418 {
						hits += "x"
					} else {
						hits += "."
					}
				}
				for i, fired := range test.fired {
					assert.Equal(t, fired, injected[i].Fired())
				}
				return hits
			}
			hits := run(1)
			if test.hits != "" {
				assert.Equal(t, test.hits, hits)
				return
			}
			assert.Contains(t, hits, "x")
			assert.Contains(t, hits, ".")
			assert.Equal(t, hits, run(1), "the same seed")
		})
	}
}

func TestFaultOnOneDraft(t *testing.T) {
	t.Parallel()
	s := open(t)
	one, _ := createDraft(t, s, "+12065550100")
	other, _ := createDraft(t, s, "+12065550101")
	fault := s.Inject(portingtest.Fault{Operation: "Drafts.Get", Route: one, Effect: portingtest.Respond(503, "")})
	must(t, s, http.StatusServiceUnavailable, "GET", one, "")
	must(t, s, http.StatusOK, "GET", other, "")
	fault.Remove()
	must(t, s, http.StatusOK, "GET", one, "")
	assert.Equal(t, 1, fault.Fired())
}

func TestFaultSparesTheStorageHost(t *testing.T) {
	t.Parallel()
	s := open(t)
	fault := s.Inject(portingtest.Fault{Method: "GET", Effect: portingtest.Respond(418, "")})
	assert.Equal(t, http.StatusForbidden, get(t, s.StorageURL()+draftsPath).Status)
	assert.Zero(t, fault.Fired())
	named := s.Inject(portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.Respond(418, "")})
	assert.Equal(t, 418, get(t, s.StorageURL()+draftsPath).Status)
	assert.Equal(t, 1, named.Fired())
}

func TestFaultOnEachOperation(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, op := range porting.Operations() {
		assert.NotPanics(t, func() {
			s.Inject(portingtest.Fault{Operation: op.Name, Method: op.Method, Route: op.Route, Effect: portingtest.Empty()})
		}, op.Name)
	}
	assert.Len(t, s.Unused(), len(porting.Operations()))
}

func TestFaultsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	drop := portingtest.DropBefore()
	for name, test := range map[string]struct {
		fault portingtest.Fault
		want  string
	}{
		"unknown operation":  {portingtest.Fault{Operation: "Drafts.Craete", Effect: drop}, "no such operation: Drafts.Craete: connection dropped"},
		"unknown route":      {portingtest.Fault{Route: "/x", Effect: drop}, "no such operation"},
		"unknown method":     {portingtest.Fault{Method: "get", Effect: drop}, "no such operation"},
		"other method":       {portingtest.Fault{Operation: "Drafts.Get", Method: "POST", Effect: drop}, "no such operation"},
		"other route":        {portingtest.Fault{Operation: "Drafts.Get", Route: requestsPath + "/{id}", Effect: drop}, "no such operation"},
		"storage method":     {portingtest.Fault{Operation: portingtest.StorageUpload, Method: "GET", Effect: drop}, "no such operation"},
		"storage route":      {portingtest.Fault{Operation: portingtest.StorageUpload, Route: "/{key}", Effect: drop}, "no such operation"},
		"no effect":          {portingtest.Fault{Operation: "Drafts.Get"}, "needs an Effect"},
		"nothing after":      {portingtest.Fault{Effect: portingtest.Effect{}.AfterHandling()}, "needs an Effect"},
		"negative":           {portingtest.Fault{Nth: -1, Effect: drop}, "can't be negative"},
		"negative times":     {portingtest.Fault{Times: -1, Effect: drop}, "can't be negative"},
		"chance":             {portingtest.Fault{Chance: 1.1, Effect: drop}, "from 0 to 1"},
		"one, twice":         {portingtest.Fault{Nth: 1, Times: 2, Effect: drop}, "Nth is one request"},
		"one, perhaps":       {portingtest.Fault{Nth: 1, Chance: 0.5, Effect: drop}, "Nth is one request"},
		"status":             {portingtest.Fault{Effect: portingtest.Respond(42, "")}, "42 is no status"},
		"status of a header": {portingtest.Fault{Effect: portingtest.Respond(101, "")}, "101 is no status"},
		"header line":        {portingtest.Fault{Effect: portingtest.Respond(200, "", "Retry-After 2")}, "is no header line"},
		"far too huge":       {portingtest.Fault{Effect: portingtest.Huge(1 << 40)}, "0 to 1 GiB"},
		"less than nothing":  {portingtest.Fault{Effect: portingtest.Huge(-1)}, "0 to 1 GiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			defer func() {
				text, _ := recover().(string)
				assert.Contains(t, text, "portingtest: Inject: ")
				assert.Contains(t, text, test.want)
				assert.Empty(t, s.Unused())
			}()
			s.Inject(test.fault)
		})
	}
}

func TestFaultString(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]portingtest.Fault{
		"any operation: delay of 2s": {Effect: portingtest.Delay(2 * time.Second)},
		"Drafts.Get, request 2: status 503 after handling": {
			Operation: "Drafts.Get", Nth: 2, Effect: portingtest.Respond(503, "").AfterHandling(),
		},
		"POST " + draftsPath + ", chance 0.25, at most 3 times: Content-Length off by -1": {
			Method: "POST", Route: draftsPath, Chance: 0.25, Times: 3, Effect: portingtest.WrongLength(-1),
		},
	} {
		assert.Equal(t, want, f.String())
	}
}

// TestMatch has faults that look at what is in a request.
func TestMatch(t *testing.T) {
	t.Parallel()
	s := open(t)
	draft, draftSubs := s.AddDraft("+12065550100", "+12065550150")
	other, _ := s.AddDraft("+12065550101")
	request, subs := s.AddPortRequest("+12065550102")
	var seen []portingtest.Call
	s.Inject(portingtest.Fault{Chance: 1e-9, Effect: portingtest.Empty(), Match: func(c portingtest.Call) bool {
		seen = append(seen, c)
		return s.Now().IsZero() // which takes the sandbox's lock
	}})
	onSubmit := s.Inject(portingtest.Fault{Operation: "Drafts.Submit", Match: portingtest.HasID(draft), Effect: portingtest.Respond(503, "")})
	onSub := s.Inject(portingtest.Fault{Match: portingtest.HasID(subs[0]), Nth: 2, Effect: portingtest.Respond(504, "")})
	onBody := s.Inject(portingtest.Fault{Operation: "Comments.Create", Effect: portingtest.Respond(502, ""),
		Match: func(c portingtest.Call) bool { return c.Body["body"] == "Please hurry." }})

	must(t, s, 503, "POST", draftsPath+"/"+string(draft)+"/submit", "")
	must(t, s, 201, "POST", draftsPath+"/"+string(other)+"/submit", "")
	must(t, s, 200, "GET", draftsPath+"/"+string(draft)+"/sub_requests/"+string(draftSubs[1]), "")
	must(t, s, 200, "GET", requestsPath+"/"+string(request)+"?include_sub_requests=true", "")
	must(t, s, 200, "GET", requestsPath+"/"+string(request)+"/sub_requests/"+string(subs[0]), "")
	must(t, s, 504, "GET", requestsPath+"/"+string(request)+"/sub_requests/"+string(subs[0]), "")
	must(t, s, 201, "POST", requestsPath+"/"+string(request)+"/comments", `{"body":"Thank you."}`)
	must(t, s, 502, "POST", requestsPath+"/"+string(request)+"/comments", `{"body":"Please hurry."}`)
	must(t, s, 400, "POST", requestsPath+"/"+string(request)+"/comments", `{"body":`)
	must(t, s, 422, "POST", requestsPath+"/"+string(request)+"/comments", `[]`)
	assert.Equal(t, []int{1, 1, 1}, []int{onSubmit.Fired(), onSub.Fired(), onBody.Fired()})

	require.Len(t, seen, 10)
	assert.Equal(t, string(draft), seen[0].DraftID)
	assert.Equal(t, string(draftSubs[1]), seen[2].SubRequestID)
	assert.Equal(t, string(request), seen[3].PortRequestID)
	assert.Equal(t, "true", seen[3].Query.Get("include_sub_requests"))
	assert.Equal(t, "Comments.Create", seen[7].Operation)
	assert.Equal(t, map[string]any{"body": "Please hurry."}, seen[7].Body)
	assert.Nil(t, seen[8].Body)
	assert.Nil(t, seen[9].Body)
	assert.Equal(t, "Drafts.Submit, by what is in it: empty 200",
		portingtest.Fault{Operation: "Drafts.Submit", Match: portingtest.HasID(draft), Effect: portingtest.Empty()}.String())
	assert.False(t, portingtest.HasID("")(portingtest.Call{}))
}

// TestRefuseNumbers names the numbers where the request has them.
func TestRefuseNumbers(t *testing.T) {
	t.Parallel()
	s := open(t)
	fault := s.Inject(portingtest.Fault{Effect: portingtest.RefuseNumbers("+12065550102", "+12065550104")})
	must(t, s, 201, "POST", checksPath, numbersBody("+12065550100", "+12065550101"))
	must(t, s, 200, "GET", draftsPath, "")
	for _, path := range []string{checksPath, draftsPath} {
		r := must(t, s, 422, "POST", path, numbersBody("+12065550100", "+12065550104", "+12065550101", "+12065550102"))
		assert.Equal(t, "Unprocessable Entity: phone_numbers.1.phone_number +12065550104 is refused; "+
			"phone_numbers.3.phone_number +12065550102 is refused", r.message(t))
		assert.Equal(t, map[string]any{"pointer": "/phone_numbers/3/phone_number"}, r.object(t)["errors"].([]any)[1].(map[string]any)["source"])
	}
	assert.Equal(t, 2, fault.Fired())
	assert.Empty(t, s.Violations())
	must(t, s, 422, "POST", checksPath, `{"phone_numbers":[1,{"phone_number":2},{"phone_number":"+12065550102"}]}`)
	assert.Equal(t, 3, fault.Fired())

	both := open(t)
	both.Inject(portingtest.Fault{
		Match: portingtest.HasNumber("+12065550101"), Effect: portingtest.RefuseNumbers("+12065550102"),
	})
	must(t, both, 201, "POST", checksPath, numbersBody("+12065550102"))
	must(t, both, 201, "POST", checksPath, numbersBody("+12065550101"))
	must(t, both, 422, "POST", checksPath, numbersBody("+12065550101", "+12065550102"))
}
