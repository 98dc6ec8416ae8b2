package portingtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// lived gives a sandbox in which all there is has been used.
func lived(t *testing.T) (s *portingtest.Server, paths []string) {
	t.Helper()
	s = open(t, portingtest.WithSeed(42), portingtest.WithDocumentsOptional(), portingtest.WithUploadKey(),
		portingtest.WithTimings(portingtest.Timings{Submitted: 30 * time.Hour}),
		portingtest.WithNumber("+13125354200", portingtest.Fate{CarrierName: "Ätna <&>", Behavior: portingtest.ExceptionOnce}),
		portingtest.WithNumber("+13125354201", portingtest.Fate{CarrierName: "Moor", Behavior: portingtest.FOCMoved}))
	draft, subs := createDraft(t, s, "+12065550100", "+12065550170", "+18005550150")
	must(t, s, http.StatusOK, "PUT", subs[1], `{"porting_option":{"type":"partial"},"pin_passcode":"0042"}`)
	document := uploadDocument(t, s, draft, "loa", "\x00\xff the letter")
	request, requestSubs := submit(s, "+12065550100", "+12065550189", "+13125354200", "+12065550101", "+13125354201")
	must(t, s, http.StatusCreated, "POST", request+"/comments", `{"body":"Hello \u2028 <b>."}`)
	s.Script("+12065550101",
		portingtest.Step{After: 40 * time.Hour, Status: "odd", FOCDate: s.Now()}, portingtest.Step{OnUpdate: true, Split: true})
	s.Script("+12065550109", portingtest.Step{Status: "odder"})
	s.Advance(24*time.Hour + 123)
	done, doneSubs := submit(s, "+18005550101")
	must(t, s, http.StatusOK, "POST", doneSubs[0]+"/cancellation", "")
	must(t, s, http.StatusOK, "PUT", doneSubs[0], `{"customer_rating":5}`)
	call(t, s, "GET", draftsPath+"?colour=red", "")
	return s, append([]string{
		draft, draft + "/sub_requests", subs[0] + "/allowed_foc_dates", draft + "/supporting_documents", document,
		request, request + "/sub_requests", request + "/comments", done, requestsPath, draftsPath, doneSubs[0],
	}, requestSubs...)
}

// answers gives what a sandbox says to many requests, less its hosts.
func answers(t *testing.T, s *portingtest.Server, paths []string) string {
	t.Helper()
	var all strings.Builder
	note := func(r reply) {
		fmt.Fprintln(&all, r.Status, r.Header.Get("X-Request-Id"), r.Header.Get("Total"), r.Body)
	}
	for round := range 3 {
		fmt.Fprintln(&all, s.Now())
		for _, path := range paths {
			note(call(t, s, "GET", path, ""))
		}
		note(call(t, s, "POST", checksPath, numbersBody("+12065550101", "+13125354200", "+12065550170")))
		note(call(t, s, "POST", draftsPath, numbersBody("+12065550171", "+13125354200")))
		note(call(t, s, "PUT", paths[len(paths)-1], `{"locality":"Tacoma"}`))
		note(call(t, s, "POST", "/files/upload_requests", `{"content_type":"image/png"}`))
		link := must(t, s, http.StatusCreated, "POST", paths[4]+"/download_links", "").object(t)["url"].(string)
		note(get(t, link))
		note(reply{Body: link})
		again, subs := createDraft(t, s, fmt.Sprintf("+1%d5550109", 206+round)) // the first has a script
		fillIn(t, s, subs...)
		note(call(t, s, "POST", again+"/submit", ""))
		s.Advance(36 * time.Hour)
	}
	return strings.ReplaceAll(all.String(), s.StorageURL(), "http://storage")
}

func TestRestore(t *testing.T) {
	t.Parallel()
	s, paths := lived(t)
	saved := s.Snapshot()
	other := open(t, portingtest.WithStart(portingtest.Start.Add(9999*time.Hour)))
	createDraft(t, other, "+12065550107")
	require.NoError(t, other.Restore(saved))
	assert.Equal(t, string(saved), string(other.Snapshot()))
	assert.Equal(t, s.Now(), other.Now())
	assert.Equal(t, s.Violations(), other.Violations())
	require.NoError(t, other.CheckInvariants())
	assert.Equal(t, answers(t, s, paths), answers(t, other, paths))
	assert.Equal(t, string(s.Snapshot()), string(other.Snapshot()))

	// And back: the snapshot is what it was.
	require.NoError(t, s.Restore(saved))
	assert.Equal(t, string(saved), string(s.Snapshot()))
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	s, _ := lived(t)
	saved := s.Snapshot()
	assert.Equal(t, saved, s.Snapshot())
	assert.True(t, bytes.HasSuffix(saved, []byte("\n")))
	assert.Contains(t, string(saved), "\n  \"version\": 1,\n")
	assert.Contains(t, string(saved), `"data": "AP8gdGhlIGxldHRlcg=="`)
	assert.Contains(t, string(saved), `"carrier_name": "Ätna <&>"`)
	assert.NotContains(t, string(saved), portingtest.Token)
	twin, _ := lived(t)
	assert.Equal(t, string(saved), string(twin.Snapshot()), "the same requests, the same state")

	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, saved))
	require.NoError(t, twin.Restore(compact.Bytes()))
	assert.Equal(t, string(saved), string(twin.Snapshot()), "the spaces don't matter")

	// A snapshot is a copy.
	kept := bytes.Clone(saved)
	s.Advance(1000 * time.Hour)
	assert.Equal(t, kept, saved)
}

func TestSnapshotOfNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	require.NoError(t, s.Restore(s.Snapshot()))
	request, _ := createDraft(t, s, "+12065550170")
	must(t, s, http.StatusOK, "GET", request, "")
}

// TestSnapshotOfBrokenText has texts that aren't UTF-8 come in wherever they can.
func TestSnapshotOfBrokenText(t *testing.T) {
	t.Parallel()
	const broken = "\xff\xfe"
	s := open(t, portingtest.WithDocumentsOptional())
	s.Script(broken, portingtest.Step{Comment: broken})
	s.Script("+12065550170", portingtest.Step{Status: broken, Comment: broken})
	submit(s, "+12065550170")
	f := newForm(t, s)
	do(t, newUpload(t, f.URL, f.parts(f.prefix(t)+broken+".pdf", broken)))
	call(t, s, "GET", draftsPath+"?%ff=1", "")
	require.Len(t, s.Violations(), 1)
	saved := s.Snapshot()
	require.NoError(t, s.Restore(saved))
	assert.Equal(t, string(saved), string(s.Snapshot()))
}

// TestRestoreRefuses edits a snapshot; the sandbox stays as it is.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	s, _ := lived(t)
	saved := s.Snapshot()
	edited := func(edit func(map[string]any)) string {
		var object map[string]any
		decoder := json.NewDecoder(bytes.NewReader(saved))
		decoder.UseNumber()
		require.NoError(t, decoder.Decode(&object))
		edit(object)
		return text(t, object)
	}
	first := func(object any, keys ...string) map[string]any {
		for _, key := range keys {
			object = object.(map[string]any)[key].([]any)[0]
		}
		return object.(map[string]any)
	}
	for name, test := range map[string]struct{ data, message string }{
		"nothing":         {"", "not a snapshot"},
		"text":            {"hello", "not a snapshot"},
		"null":            {"null", "it has no version"},
		"an array":        {"[]", "not a snapshot"},
		"no version":      {"{}", "it has no version"},
		"no state":        {`{"version":1}`, "it has no state"},
		"empty state":     {`{"version":1,"state":{}}`, "it has no state"},
		"cut":             {string(saved[:len(saved)/2]), "not a snapshot"},
		"two":             {string(saved) + string(saved), "not a snapshot"},
		"newer":           {edited(func(o map[string]any) { o["version"] = 2 }), "has version 2, and the newest known is 1"},
		"negative":        {edited(func(o map[string]any) { o["version"] = -1 }), "it has no version"},
		"unknown key":     {edited(func(o map[string]any) { o["colour"] = "red" }), "colour"},
		"unknown inside":  {edited(func(o map[string]any) { first(o, "draft_port_requests")["colour"] = "red" }), "colour"},
		"wrong type":      {edited(func(o map[string]any) { first(o, "port_requests")["id"] = 7 }), "not a snapshot"},
		"no clock":        {edited(func(o map[string]any) { o["state"].(map[string]any)["clock"] = "now" }), "not a snapshot"},
		"late clock":      {edited(func(o map[string]any) { o["state"].(map[string]any)["clock"] = "9999-12-31T00:00:00Z" }), "out of bounds"},
		"null draft":      {edited(func(o map[string]any) { o["draft_port_requests"] = []any{nil} }), "no id of its own"},
		"the same draft":  {edited(func(o map[string]any) { d := first(o, "draft_port_requests"); o["draft_port_requests"] = []any{d, d} }), "no id of its own"},
		"no id":           {edited(func(o map[string]any) { first(o, "port_requests")["id"] = "" }), "no id of its own"},
		"null sub":        {edited(func(o map[string]any) { first(o, "draft_port_requests")["sub_requests"] = []any{nil} }), "is null"},
		"null port sub":   {edited(func(o map[string]any) { first(o, "port_requests")["sub_requests"] = []any{nil} }), "has no status"},
		"no status":       {edited(func(o map[string]any) { first(o, "port_requests", "sub_requests")["status"] = "" }), "has no status"},
		"sub without id":  {edited(func(o map[string]any) { first(o, "port_requests", "sub_requests")["id"] = "" }), "has no id"},
		"index":           {edited(func(o map[string]any) { first(o, "port_requests", "sub_requests")["phone_numbers"] = []any{99} }), "can't have"},
		"negative index":  {edited(func(o map[string]any) { first(o, "draft_port_requests", "sub_requests")["phone_numbers"] = []any{-1} }), "can't have"},
		"index twice":     {edited(func(o map[string]any) { first(o, "port_requests", "sub_requests")["phone_numbers"] = []any{0, 0} }), "can't have"},
		"number nowhere":  {edited(func(o map[string]any) { first(o, "port_requests", "phone_numbers")["sub_request_id"] = "x" }), "phone number 0"},
		"no number":       {edited(func(o map[string]any) { first(o, "port_requests", "phone_numbers")["phone_number"] = "" }), "phone number 0"},
		"other's script":  {edited(func(o map[string]any) { first(o, "port_requests", "sub_requests")["script_of"] = "x" }), "script of another"},
		"no port request": {edited(func(o map[string]any) { first(o, "draft_port_requests")["port_request_id"] = "x" }), "its port request isn't there"},
		"event of nobody": {edited(func(o map[string]any) { first(o["state"], "queue")["sub_request_id"] = "x" }), "isn't there"},
		"event of none":   {edited(func(o map[string]any) { first(o["state"], "queue")["port_request_id"] = "x" }), "isn't there"},
		"event overdue":   {edited(func(o map[string]any) { first(o["state"], "queue")["at"] = "2000-01-01T00:00:00Z" }), "out of order"},
		"event too late":  {edited(func(o map[string]any) { first(o["state"], "queue")["at"] = "9998-01-01T00:00:00Z" }), "out of order"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := s.Restore([]byte(test.data))
			require.ErrorContains(t, err, "portingtest: can't restore: ")
			require.ErrorContains(t, err, test.message)
			assert.Equal(t, string(saved), string(s.Snapshot()), "nothing changed")
		})
	}
}

// TestRestoreSparse has a snapshot without what can be left out.
func TestRestoreSparse(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	require.NoError(t, s.Restore([]byte(`{"version":1,"state":{"seed":1,"clock":"2026-03-02T09:00:00Z","user_id":"u","ids":1,
		"settings":{"documents_optional":true}}}`)))
	s.Script("+12065550100", portingtest.Step{Status: "submitted"})
	draft, subs := createDraft(t, s, "+12065550170", "+12065550100")
	uploadDocument(t, s, draft, "loa", "x")
	fillIn(t, s, subs...)
	must(t, s, http.StatusCreated, "POST", draft+"/submit", "")
}
