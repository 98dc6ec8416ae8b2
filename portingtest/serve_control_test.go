package portingtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// control sends a request to a control route, as another language would: without
// credentials and without a Content-Type.
func control(t *testing.T, s *portingtest.Server, method, path, body string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+"/_sandbox"+path, strings.NewReader(body))
	require.NoError(t, err)
	return do(t, r)
}

func mustControl(t *testing.T, s *portingtest.Server, status int, method, path, body string) reply {
	t.Helper()
	r := control(t, s, method, path, body)
	require.Equal(t, status, r.Status, r.Body)
	return r
}

func TestControlIsOff(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, path := range []string{"/", "/advance", "/snapshot"} {
		r := mustControl(t, s, http.StatusNotFound, "GET", path, "")
		assert.Contains(t, r.message(t), "(the control routes are off)")
	}
}

func TestControlIsLocal(t *testing.T) {
	t.Parallel()
	ask := func(s *portingtest.Server, from string) int {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/_sandbox/clock", nil)
		r.RemoteAddr = from
		answer := httptest.NewRecorder()
		s.ServeHTTP(answer, r)
		return answer.Code
	}
	s := open(t, portingtest.WithControl())
	for from, status := range map[string]int{
		"127.0.0.1:4000": 200, "[::1]:4000": 200, "": 200, "192.0.2.7:4000": 403, "[fe80::1]:4000": 403, "unknown": 403,
	} {
		assert.Equal(t, status, ask(s, from), from)
	}
	assert.Equal(t, 200, ask(open(t, portingtest.WithRemoteControl()), "192.0.2.7:4000"))
}

func TestControlRoutes(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithControl())
	index := mustControl(t, s, http.StatusOK, "GET", "/", "").list(t)
	assert.Equal(t, index, mustControl(t, s, http.StatusOK, "GET", "", "").list(t))
	for _, line := range index {
		assert.NotEmpty(t, line["about"])
		path := strings.TrimPrefix(line["path"].(string), "/_sandbox")
		r := control(t, s, line["method"].(string), strings.ReplaceAll(path, "{id}", "none"), "")
		assert.NotEqual(t, http.StatusMethodNotAllowed, r.Status, line)
		if r.Status >= 400 {
			assert.NotEmpty(t, r.message(t))
		}
	}
	r := mustControl(t, s, http.StatusMethodNotAllowed, "POST", "/snapshot", "")
	assert.Equal(t, "GET, PUT", r.Header.Get("Allow"))
	r = mustControl(t, s, http.StatusNotFound, "GET", "/faultz", "")
	assert.Contains(t, r.message(t), "there is no control route /_sandbox/faultz; GET /_sandbox/ lists them")
	assert.Empty(t, mustControl(t, s, http.StatusOK, "HEAD", "/clock", "").Body)
	assert.Empty(t, s.Requests(), "the control routes aren't recorded")
	assert.Empty(t, s.Violations())
}

func TestControlClock(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithControl())
	now := func(r reply) string { return r.object(t)["now"].(string) }
	assert.Equal(t, "2026-03-02T09:00:00Z", now(mustControl(t, s, http.StatusOK, "GET", "/clock", "")))
	for _, step := range []struct{ body, now string }{
		{`{"by":"1d12h30m"}`, "2026-03-03T21:30:00Z"},
		{`{"by":"2d"}`, "2026-03-05T21:30:00Z"},
		{`{"by":1.5}`, "2026-03-05T21:30:01Z"},
		{`{"by":"90m"}`, "2026-03-05T23:00:01Z"},
		{`{"to":"2026-03-09T00:00:00+01:00"}`, "2026-03-08T23:00:00Z"},
	} {
		assert.Equal(t, step.now, now(mustControl(t, s, http.StatusOK, "POST", "/advance", step.body)), step.body)
	}
	for body, message := range map[string]string{
		`{"by":"-1h"}`:                  "Advance(-1h0m0s): the clock moves only forward",
		`{"to":"2026-03-02T00:00:00Z"}`: "the clock moves only forward",
		`{"by":"a week"}`:               `by must be seconds, or a text such as "36h", "7d" or "1d12h30m"`,
		`{"by":"99999999d"}`:            "up to a century",
		`{"by":1e300}`:                  "up to a century",
		`{"by":"9999999h"}`:             "up to a century",
		`{"by":"-2d"}`:                  "by must be seconds",
		`{"by":"1y2d"}`:                 "by must be seconds",
		`{"by":null}`:                   "there must be either by, or to",
		`{}`:                            "there must be either by, or to",
		`{"by":"1h","to":"2026-03-09T00:00:00Z"}`: "there must be either by, or to",
		`{"hours":1}`:    "hours is no key of this object",
		`{"to":5}`:       "to can't be a number",
		`{"to":"later"}`: "to ",
		`{"by":"1h"`:     "the body is not valid JSON: it breaks off",
		``:               "the body is missing",
		`7`:              "can't be a number",
	} {
		r := control(t, s, "POST", "/advance", body)
		assert.Contains(t, []int{400, 422}, r.Status, body)
		assert.Contains(t, r.message(t), message, body)
	}
	assert.Equal(t, "2026-03-08T23:00:00Z", now(mustControl(t, s, http.StatusOK, "GET", "/clock", "")))
}

func TestControlFaults(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithControl())
	first := mustControl(t, s, http.StatusCreated, "POST", "/faults", `{"operation":"Drafts.Create","nth":1,"effect":"drop_after"}`).object(t)
	assert.Equal(t, map[string]any{
		"id": 1.0, "fault": "Drafts.Create, request 1: connection dropped after handling", "fired": 0.0, "removed": false,
	}, first)
	mustControl(t, s, http.StatusCreated, "POST", "/faults",
		`{"method":"GET","route":"`+draftPath+`","times":2,"effect":{"name":"respond","status":503,"body":{"message":"later"},"header":{"Retry-After":"2"}}}`)

	r := newCall(t, s, "POST", draftsPath, numbersBody("+12065550100"))
	_, err := http.DefaultClient.Do(r) //nolint:bodyclose // there is none
	require.Error(t, err)
	assert.Len(t, must(t, s, http.StatusOK, "GET", draftsPath, "").list(t), 1, "it acted")
	later := must(t, s, http.StatusServiceUnavailable, "GET", draftsPath+"/x", "")
	assert.JSONEq(t, `{"message":"later"}`, later.Body)
	assert.Equal(t, "application/json", later.Header.Get("Content-Type"))
	assert.Equal(t, "2", later.Header.Get("Retry-After"))

	fired := []any{}
	for _, fault := range mustControl(t, s, http.StatusOK, "GET", "/faults", "").list(t) {
		fired = append(fired, fault["fired"])
	}
	assert.Equal(t, []any{1.0, 1.0}, fired)
	mustControl(t, s, http.StatusNoContent, "DELETE", "/faults/2", "")
	must(t, s, http.StatusNotFound, "GET", draftsPath+"/x", "")
	assert.Equal(t, true, mustControl(t, s, http.StatusOK, "GET", "/faults/2", "").object(t)["removed"])
	mustControl(t, s, http.StatusNotFound, "GET", "/faults/3", "")
	mustControl(t, s, http.StatusNotFound, "DELETE", "/faults/0", "")

	mustControl(t, s, http.StatusCreated, "POST", "/faults", `{"effect":"bad_gateway"}`)
	must(t, s, http.StatusBadGateway, "GET", draftsPath, "")
	mustControl(t, s, http.StatusNoContent, "DELETE", "/faults", "")
	must(t, s, http.StatusOK, "GET", draftsPath, "")
}

const draftPath = draftsPath + "/{id}"

// TestControlEffects makes each effect, and looks at what it is.
func TestControlEffects(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithControl())
	for effect, want := range map[string]string{
		`"drop_before"`:                             "connection dropped",
		`{"name":"drop_before"}`:                    "connection dropped",
		`"drop_after"`:                              "connection dropped after handling",
		`{"name":"drop_before","then_act":"2h"}`:    "connection dropped, acting 2h0m0s later",
		`{"name":"drop_before","then_act":0}`:       "connection dropped, acting 0s later",
		`{"name":"bad_gateway","then_act_after":2}`: "status 502, acting after 2 more requests",
		`"hang"`: "no answer",
		`{"name":"refuse_numbers","numbers":["+12065550100"]}`: "refusal of 1 number",
		`{"name":"delay","for":"1500ms"}`:                      "delay of 1.5s",
		`{"name":"delay","for":2}`:                             "delay of 2s",
		`{"name":"respond","status":422,"body":"x"}`:           "status 422",
		`"bad_gateway"`: "status 502",
		`{"name":"bad_gateway","after_handling":true}`: "status 502 after handling",
		`"rate_limit"`: "status 429",
		`{"name":"rate_limit","retry_after":"2"}`: "status 429",
		`"redirect"`:                                  "redirect",
		`{"name":"redirect","location":"/x"}`:         "redirect",
		`"truncate"`:                                  "truncated body",
		`{"name":"wrong_length","by":-2}`:             "Content-Length off by -2",
		`{"name":"content_type","value":"text/html"}`: "content type text/html",
		`{"name":"drip","for":"1s"}`:                  "body dripping for 1s",
		`{"name":"huge","bytes":5}`:                   "body with 5 bytes more",
		`"null_arrays"`:                               "null for arrays",
		`"empty"`:                                     "empty 200",
	} {
		r := mustControl(t, s, http.StatusCreated, "POST", "/faults", `{"effect":`+effect+`}`)
		assert.Equal(t, "any operation: "+want, r.object(t)["fault"], effect)
	}
	for body, message := range map[string]string{
		`{}`:                      "Inject: a fault needs an Effect",
		`{"effect":"explode"}`:    "effect has no known name; there are bad_gateway, ",
		`{"effect":{"for":"1s"}}`: "effect has no known name",
		`{"effect":7}`:            "effect must be the name of an effect, or an object with a name",
		`{"effect":{"name":"delay","status":503}}`:       "effect is delay, which takes no status",
		`{"effect":{"name":"delay","for":"long"}}`:       "must be seconds",
		`{"effect":{"name":"truncate","then_act":"1h"}}`: "to act later is for an effect that takes the place of the sandbox",
		`{"effect":{"name":"refuse_numbers"}}`:           "RefuseNumbers needs a number",
		`{"match":{"numbers":[]},"effect":"empty"}`:      "match.numbers is no key of this object",
		`{"effect":{"name":"respond"}}`:                  "0 is no status of an answer",
		`{"effect":{"name":"delay","colour":1}}`:         "effect.colour is no key of this object",
		`{"operation":"Drafts.Delete","effect":"empty"}`: "there is no such operation",
		`{"nth":1,"times":2,"effect":"empty"}`:           "Nth is one request",
		`{"nth":"1","effect":"empty"}`:                   "nth can't be a string",
		`{"count":1,"effect":"empty"}`:                   "count is no key of this object",
	} {
		r := mustControl(t, s, http.StatusUnprocessableEntity, "POST", "/faults", body)
		assert.Contains(t, r.message(t), message, body)
	}
	assert.Len(t, mustControl(t, s, http.StatusOK, "GET", "/faults", "").list(t), 24)
}

// TestControlMatches has faults for requests by what is in them.
func TestControlMatches(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithControl())
	id, subs := s.AddDraft("+12065550100")
	other, _ := s.AddDraft("+12065550101")
	sub := "/" + string(id) + "/sub_requests/" + string(subs[0])
	for match, hit := range map[string]struct{ method, path, body, without string }{
		`{"number":"+12065550102"}`: {"POST", checksPath, numbersBody("+12065550103", "+12065550102"), numbersBody("+12065550103")},
		`{"id":"` + string(id) + `","query":{"include_sub_requests":"true"}}`: {
			"GET", draftsPath + "/" + string(id) + "?include_sub_requests=true", "", ""},
		`{"body":{"locality":"Tacoma","porting_option":{"type":"full"}}}`: {
			"PUT", draftsPath + sub, `{"locality":"Tacoma","porting_option":{"type":"full","new_billing_phone_number":null}}`, `{"locality":"Tacoma"}`},
	} {
		fault := mustControl(t, s, http.StatusCreated, "POST", "/faults", `{"match":`+match+`,"effect":"bad_gateway"}`).object(t)
		must(t, s, http.StatusBadGateway, hit.method, hit.path, hit.body)
		path, _, _ := strings.Cut(hit.path, "?")
		assert.Less(t, call(t, s, hit.method, path, hit.without).Status, 300, match)
		must(t, s, http.StatusOK, "GET", draftsPath+"/"+string(other)+"?include_sub_requests=true", "")
		fault = mustControl(t, s, http.StatusOK, "GET", "/faults/"+fmt.Sprint(fault["id"]), "").object(t)
		assert.InDelta(t, 1, fault["fired"], 0, match)
		mustControl(t, s, http.StatusNoContent, "DELETE", "/faults", "")
	}
}

// TestControlShortcuts begins in the middle, and is the carrier.
func TestControlShortcuts(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithControl())
	draft := mustControl(t, s, http.StatusCreated, "POST", "/drafts", `{"numbers":["+12065550100","+12065550150"]}`).object(t)
	assert.Len(t, draft["sub_requests"], 2)
	must(t, s, http.StatusCreated, "POST", draftsPath+"/"+draft["id"].(string)+"/submit", "")

	port := mustControl(t, s, http.StatusCreated, "POST", "/port_requests", `{"numbers":["+12065550101"]}`).object(t)
	request := requestsPath + "/" + port["id"].(string)
	sub := port["sub_requests"].([]any)[0].(map[string]any)["id"].(string)
	mustControl(t, s, http.StatusNoContent, "POST", "/move", `{"sub_request_id":"`+sub+`","status":"exception"}`)
	mustControl(t, s, http.StatusNoContent, "POST", "/comments", `{"port_request_id":"`+port["id"].(string)+`","body":"The PIN is wrong."}`)
	mustControl(t, s, http.StatusNoContent, "POST", "/comments", `{"port_request_id":"`+port["id"].(string)+`","sub_request_id":"`+sub+`","body":"Again."}`)
	assert.Equal(t, "exception", subOf(t, s, request+"/sub_requests/"+sub)["status"])
	comments := must(t, s, http.StatusOK, "GET", request+"/comments", "").list(t)
	last := comments[len(comments)-2:]
	assert.Equal(t, []any{"The PIN is wrong.", nil, nil}, []any{last[0]["body"], last[0]["user_id"], last[0]["sub_request_id"]})
	assert.Equal(t, []any{"Again.", nil, sub}, []any{last[1]["body"], last[1]["user_id"], last[1]["sub_request_id"]})
	assert.Equal(t, "[]", mustControl(t, s, http.StatusOK, "GET", "/findings", "").Body)

	for path, bodies := range map[string]map[string]string{
		"/drafts":        {`{"numbers":[]}`: "there are no numbers", `{"numbers":["+12065550184"]}`: "can't be ported: telnyx_number", `{"numbers":"+1"}`: "numbers can't be a string"},
		"/port_requests": {`{"numbers":["+12065550101"]}`: "can't be ported: already_being_ported"},
		"/move":          {`{"sub_request_id":"x","status":"ported"}`: "no sub request", `{"sub_request_id":"` + sub + `"}`: "the status is empty"},
		"/comments":      {`{"port_request_id":"x","body":"x"}`: "no port request", `{"port_request_id":"x"}`: "body must not be empty"},
	} {
		for body, message := range bodies {
			r := mustControl(t, s, http.StatusUnprocessableEntity, "POST", path, body)
			assert.Contains(t, r.message(t), message, body)
		}
	}
}

// TestControlNumbersAndScripts changes what becomes of numbers.
func TestControlNumbersAndScripts(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithControl(), portingtest.WithNumber("+13125354200", portingtest.Fate{NonPortableReason: "no_coverage"}),
		portingtest.WithDocumentsOptional())
	mustControl(t, s, http.StatusNoContent, "POST", "/numbers", `{"number":"+12065550100","non_portable_reason":"telnyx_number"}`)
	mustControl(t, s, http.StatusNoContent, "POST", "/numbers", `{"number":"+13125354200","carrier_name":"Ostrich Bell"}`)
	assert.Equal(t, "telnyx_number", check(t, s, "+12065550100"))
	assert.Nil(t, check(t, s, "+13125354200"))

	mustControl(t, s, http.StatusNoContent, "POST", "/scripts",
		`{"number":"+12065550101","steps":[{"after":"1h","status":"exception","comment":"wrong PIN"},{"on_update":true,"status":"ported","foc_date":"2026-03-05T15:00:00Z"}]}`)
	request, subs := submit(s, "+12065550101")
	mustControl(t, s, http.StatusOK, "POST", "/advance", `{"by":3600}`)
	assert.Equal(t, "exception", subOf(t, s, subs[0])["status"])
	assert.Contains(t, must(t, s, http.StatusOK, "GET", request+"/comments", "").Body, "wrong PIN")
	must(t, s, http.StatusOK, "PUT", subs[0], `{"pin_passcode":"1234"}`)
	assert.Equal(t, "ported", subOf(t, s, subs[0])["status"])

	mustControl(t, s, http.StatusNoContent, "POST", "/reset", "")
	assert.Equal(t, "[]", must(t, s, http.StatusOK, "GET", requestsPath, "").Body)
	assert.Nil(t, check(t, s, "+12065550100"), "as it was at first")
	assert.Equal(t, "no_coverage", check(t, s, "+13125354200"))
	assert.Equal(t, portingtest.Start, s.Now())

	for path, bodies := range map[string]map[string]string{
		"/numbers": {
			`{"number":"555"}`: "not an E.164 number",
			`{"number":"+12065550100","behavior":"sulk"}`: `unknown behavior "sulk"`,
			`{"number":"+12065550100","fate":{}}`:         "fate is no key",
		},
		"/scripts": {
			`{"steps":[]}`: "number must be an E.164 number",
			`{"number":"+12065550100","steps":[{"after":"1h"},{"then":1}]}`: "steps.1.then is no key of this object",
		},
	} {
		for body, message := range bodies {
			r := mustControl(t, s, http.StatusUnprocessableEntity, "POST", path, body)
			assert.Contains(t, r.message(t), message, body)
		}
	}
}

func TestControlSnapshot(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithControl())
	draft, _ := createDraft(t, s, "+12065550100")
	snapshot := mustControl(t, s, http.StatusOK, "GET", "/snapshot", "")
	assert.Equal(t, string(s.Snapshot()), snapshot.Body)
	mustControl(t, s, http.StatusNoContent, "POST", "/reset", "")
	must(t, s, http.StatusNotFound, "GET", draft, "")
	mustControl(t, s, http.StatusNoContent, "PUT", "/snapshot", snapshot.Body)
	must(t, s, http.StatusOK, "GET", draft, "")
	r := mustControl(t, s, http.StatusUnprocessableEntity, "PUT", "/snapshot", `{}`)
	assert.Contains(t, r.message(t), "can't restore: not a snapshot: it has no version")
}

// TestControlFindings has AssertClean's findings over HTTP, with the violations
// and the requests.
func TestControlFindings(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithControl())
	for _, path := range []string{"/findings", "/violations", "/requests"} {
		assert.Equal(t, "[]", mustControl(t, s, http.StatusOK, "GET", path, "").Body)
	}
	createDraft(t, s, "+12065550100")
	createDraft(t, s, "+12065550100")
	must(t, s, http.StatusUnprocessableEntity, "GET", draftsPath+"?offset=1", "")
	mustControl(t, s, http.StatusCreated, "POST", "/faults", `{"operation":"Comments.Create","effect":"drop_after"}`)

	var findings []string
	require.NoError(t, json.Unmarshal([]byte(mustControl(t, s, http.StatusOK, "GET", "/findings", "").Body), &findings))
	noted := &noted{}
	s.AssertClean(noted)
	require.Len(t, findings, 3)
	for i, text := range findings {
		assert.Equal(t, noted.errors[i], "portingtest: "+text)
	}
	var violations []string
	require.NoError(t, json.Unmarshal([]byte(mustControl(t, s, http.StatusOK, "GET", "/violations", "").Body), &violations))
	assert.Equal(t, s.Violations(), violations)

	requests := mustControl(t, s, http.StatusOK, "GET", "/requests?operation=Drafts.Create&operation=Drafts.List", "").list(t)
	require.Len(t, requests, 3)
	assert.Equal(t, "Drafts.Create", requests[0]["operation"])
	assert.Equal(t, numbersBody("+12065550100"), requests[0]["body"])
	assert.InDelta(t, 201, requests[0]["status"], 0)
	assert.Equal(t, "2026-03-02T09:00:00Z", requests[0]["at"])
	r := mustControl(t, s, http.StatusUnprocessableEntity, "GET", "/requests?operation=Drafts.Delete", "")
	assert.Contains(t, r.message(t), `there is no operation "Drafts.Delete"`)
	s.Advance(time.Hour)
}
