package drafts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/foc"
)

// submitOnSandboxClock are options whose next look comes after a second of the sandbox's
// clock.
func submitOnSandboxClock(server *portingtest.Server) *drafts.SubmitOptions {
	opts := onSandboxClock(server)
	return &drafts.SubmitOptions{
		Preflight: drafts.PreflightOptions{Now: server.Now},
		LookAgain: opts.LookAgain,
		Sleep:     opts.Sleep,
	}
}

// answering is a wire that changes the bodies of the answers to some requests.
func answering(isFor func(*http.Request) bool, change func(string) string) wire {
	return func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		answer, err := send(r)
		if err != nil || !isFor(r) {
			return answer, err
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return nil, err
		}
		_ = answer.Body.Close()
		changed := change(string(body))
		answer.Body, answer.ContentLength = io.NopCloser(strings.NewReader(changed)), int64(len(changed))
		answer.Header.Del("Content-Length")
		return answer, nil
	}
}

func isDraftRead(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/draft_port_requests/") && strings.Count(r.URL.Path, "/") == 4
}

func TestSubmit(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	id, subs := server.AddDraft("+13125550100", "+13125550160")
	require.Len(t, subs, 2)

	first, err := drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
	require.NoError(t, err)
	assert.False(t, first.Before)
	assert.Equal(t, id, first.Draft.ID)
	assert.Equal(t, porting.DraftStatusSubmitted, first.Draft.Status)
	assert.Equal(t, first.Draft.PortRequestID, first.PortRequest.ID)
	assert.Len(t, first.PortRequest.PhoneNumbers, 2)
	assert.Empty(t, first.Report.Errors())
	assert.Len(t, first.Report.Windows, 2)

	again, err := drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
	require.NoError(t, err)
	assert.True(t, again.Before)
	assert.Nil(t, again.Report)
	assert.Equal(t, first.Draft, again.Draft)
	assert.Equal(t, first.PortRequest, again.PortRequest)
	assert.Equal(t, 1, server.Count("Drafts.Submit"))
}

func TestSubmitArguments(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	for _, test := range []struct {
		name   string
		client *porting.Client
		id     porting.DraftID
		opts   *drafts.SubmitOptions
		field  string
	}{
		{"no client", nil, "draft", nil, "client"},
		{"no draft", client, "", nil, "id"},
		{"a negative wait", client, "draft", &drafts.SubmitOptions{LookAgain: -1}, "look_again"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := drafts.Submit(t.Context(), test.client, test.id, test.opts)
			var argument *porting.ArgumentError
			require.ErrorAs(t, err, &argument)
			assert.Equal(t, test.field, argument.Field)
		})
	}
	id, _ := server.AddDraft("+13125550100")
	_, err := drafts.Submit(t.Context(), client, id, &drafts.SubmitOptions{Preflight: drafts.PreflightOptions{Allow: []string{"nonsense"}}})
	require.ErrorAs(t, err, new(*porting.ArgumentError))
	_, err = drafts.Submit(t.Context(), client, "no-such-draft", nil)
	require.ErrorIs(t, err, porting.ErrNotFound)
	assert.Zero(t, server.Count("Drafts.Submit"))
}

// A draft that isn't ready isn't submitted, unless what is wrong is allowed.
func TestSubmitLooksBefore(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	id := createdDraft(t, client, "+13125550100", "+13125550160")
	_, err := drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
	var preflight *drafts.PreflightError
	require.ErrorAs(t, err, &preflight)
	assert.Equal(t, id, preflight.Report.Draft.ID)
	assert.Greater(t, len(preflight.Report.Errors()), 5)
	require.ErrorContains(t, err, "is not ready (nothing was submitted): error: sub request ")
	require.ErrorContains(t, err, fmt.Sprintf("; %d more", len(preflight.Report.Errors())-5))
	assert.Zero(t, server.Count("Drafts.Submit"))

	var texts bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		fmt.Fprintf(&texts, verb+verb, err, *preflight)
	}
	slog.New(slog.NewJSONHandler(&texts, nil)).Info("failed", "err", err)
	require.NoError(t, json.NewEncoder(&texts).Encode(err))
	assert.NotContains(t, texts.String(), "55501")

	opts := submitOnSandboxClock(server)
	opts.Preflight.Allow = []string{drafts.CodeRequired}
	_, err = drafts.Submit(t.Context(), client, id, opts)
	require.ErrorAs(t, err, new(*porting.ValidationError), "the server's own no")
	assert.Equal(t, 1, server.Count("Drafts.Submit"))
}

// Windows vanish while a draft waits to be submitted.
func TestSubmitWindowsMoved(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	id, subs := server.AddDraft("+13125550100", "+13125550160")
	requested, err := client.Drafts.GetSubRequest(t.Context(), id, subs[0])
	require.NoError(t, err)
	_, err = client.Drafts.UpdateSubRequest(t.Context(), id, subs[1], porting.DraftSubRequestUpdate{
		FOCDateRequestedByUser: porting.Set(requested.FOCDateRequestedByUser.Add(7 * 24 * time.Hour)),
	})
	require.NoError(t, err)
	server.Advance(3 * 24 * time.Hour)

	_, err = drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
	var moved *drafts.WindowsMovedError
	require.ErrorAs(t, err, &moved)
	assert.Equal(t, id, moved.Draft)
	require.Len(t, moved.Moved, 1)
	m := moved.Moved[0]
	assert.Equal(t, subs[0], m.SubRequest)
	assert.Equal(t, requested.FOCDateRequestedByUser, m.Requested)
	windows, err := client.Drafts.AllowedFOCDates(t.Context(), id, subs[0])
	require.NoError(t, err)
	assert.Equal(t, windows, m.Windows)
	assert.Equal(t, windows[0].Start.Time, m.Nearest.Time)
	assert.Equal(t, foc.ReasonLater, m.Nearest.Reason)
	assert.Zero(t, server.Count("Drafts.Submit"))
	assert.Equal(t, "drafts: Submit: the windows of the draft ID don't have the requested FOC dates (nothing was submitted): "+
		"sub request ID: requested 2026-03-05T15:00:00Z, nearest 2026-03-10T15:00:00Z, 120h0m0s after the wish", withoutIDs(strings.Replace(moved.Error(), string(subs[0]+":"), "ID:", 1)))

	_, err = client.Drafts.UpdateSubRequest(t.Context(), id, subs[0], porting.DraftSubRequestUpdate{FOCDateRequestedByUser: porting.Set(m.Nearest.Time)})
	require.NoError(t, err)
	_, err = drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
	require.NoError(t, err)
}

// Windows in the past are no choice, and a user may know better.
func TestSubmitWithoutUsableWindows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, windows string
		allow         []string
		nearest       string
	}{
		{"past windows", `[{"start":"2026-02-02T15:00:00Z","end":"2026-02-02T23:00:00Z"}]`, nil, "none"},
		{"one that has begun", `[{"start":"2026-02-02T15:00:00Z","end":"2026-03-02T23:00:00Z"}]`, nil, "2026-03-02T23:00:00Z, 64h0m0s before the wish"},
		{"no windows", `[]`, nil, "none"},
		{"allowed", `[]`, []string{drafts.CodeFOCOutside}, ""},
		{"allowed by path", `[]`, []string{"foc_date_requested_by_user:" + drafts.CodeFOCOutside}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			id, _ := server.AddDraft("+13125550100")
			client := wiredClient(server, answering(
				func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/allowed_foc_dates") },
				func(string) string { return test.windows }))
			opts := submitOnSandboxClock(server)
			opts.Preflight.Allow = test.allow
			_, err := drafts.Submit(t.Context(), client, id, opts)
			if test.allow != nil {
				require.NoError(t, err)
				return
			}
			var moved *drafts.WindowsMovedError
			require.ErrorAs(t, err, &moved)
			assert.Equal(t, test.nearest, moved.Moved[0].Nearest.String())
		})
	}
}

// After a lost answer, Submit looks at the draft before it says anything.
func TestSubmitLostAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		effect portingtest.Effect
		reads  int // of the draft: one before, one of the preflight, and the looks
		found  bool
	}{
		{"it was done", portingtest.DropAfter(), 3, true},
		{"the answer is cut off", portingtest.Truncate(), 3, true},
		{"the answer is empty", portingtest.Empty(), 3, true},
		{"a gateway gave up", portingtest.Respond(504, "").AfterHandling(), 3, true},
		{"it is done later", portingtest.DropThenAct(time.Second), 4, true},
		{"it is done after a look", portingtest.BadGateway().ThenActAfter(1), 4, true},
		{"it wasn't done", portingtest.DropBefore(), 4, false},
		{"it is done too late", portingtest.DropThenAct(time.Minute), 4, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			client := wiredClient(server, nil)
			id, _ := server.AddDraft("+13125550100")
			server.Inject(portingtest.Fault{Operation: "Drafts.Submit", Nth: 1, Effect: test.effect})
			submitted, err := drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
			assert.Equal(t, test.reads, server.Count("Drafts.Get"))
			assert.Equal(t, 1, server.Count("Drafts.Submit"))
			if test.found {
				require.NoError(t, err)
				assert.Equal(t, submitted.Draft.PortRequestID, submitted.PortRequest.ID)
				assert.False(t, submitted.Before)
				assert.NotNil(t, submitted.Report)
				return
			}
			assert.Nil(t, submitted)
			var unknown *drafts.SubmitUnknownError
			require.ErrorAs(t, err, &unknown)
			require.ErrorAs(t, err, new(*porting.OutcomeUnknownError))
			assert.Equal(t, id, unknown.Draft)
			require.NoError(t, unknown.Look)
			assert.Contains(t, err.Error(), "it says that it is pending; run Submit again in some minutes")

			server.Advance(time.Minute)
			submitted, err = drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
			require.NoError(t, err)
			assert.Equal(t, test.name == "it is done too late", submitted.Before)
			assert.NotNil(t, submitted.PortRequest)
		})
	}
}

// Looks that fail leave the outcome unknown, and say why.
func TestSubmitLooksThatFail(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	id, _ := server.AddDraft("+13125550100")
	server.Inject(portingtest.Fault{Operation: "Drafts.Submit", Effect: portingtest.DropAfter()})
	looks := 0
	client := wiredClient(server, answering(isDraftRead, func(body string) string {
		if looks++; looks > 2 {
			return strings.Replace(body, `"submitted"`, `"frozen"`, 1)[:30]
		}
		return body
	}))
	_, err := drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
	var unknown *drafts.SubmitUnknownError
	require.ErrorAs(t, err, &unknown)
	require.ErrorAs(t, unknown.Look, new(*porting.DecodeError))
	assert.Contains(t, err.Error(), "looking at it failed")
}

// An answer that doesn't say that the draft is submitted is looked into.
func TestSubmitAnswerWithoutSubmit(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	id, _ := server.AddDraft("+13125550100")
	client := wiredClient(server, answering(func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/submit") },
		func(string) string { return fmt.Sprintf(`{"id":%q,"status":"pending"}`, id) }))
	submitted, err := drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
	require.NoError(t, err)
	assert.NotNil(t, submitted.PortRequest)
	assert.Equal(t, 1, server.Count("Drafts.Submit"))
}

// If somebody else is faster, the server refuses, and the result says so. A draft that turns
// out to be submitted while it is looked at isn't submitted either.
func TestSubmitSomebodyElseWasFaster(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		before  func(r *http.Request, reads int) bool // of the requests of that Submit, the one before which it happens
		submits int
	}{
		{"before the preflight", func(_ *http.Request, reads int) bool { return reads == 2 }, 1},
		{"in the last moment", func(r *http.Request, _ int) bool { return strings.HasSuffix(r.URL.Path, "/submit") }, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			t.Cleanup(server.Close)
			id, _ := server.AddDraft("+13125550100")
			var once sync.Once
			reads := 0
			client := wiredClient(server, func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
				if isDraftRead(r) {
					reads++
				}
				if test.before(r, reads) {
					once.Do(func() {
						_, err := server.Client().Drafts.Submit(t.Context(), id)
						assert.NoError(t, err)
					})
				}
				return send(r)
			})
			submitted, err := drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
			require.NoError(t, err)
			assert.True(t, submitted.Before)
			assert.NotNil(t, submitted.PortRequest)
			assert.Nil(t, submitted.Report)
			assert.Equal(t, test.submits, server.Count("Drafts.Submit"))
		})
	}
}

// A refusal tells nothing of somebody else while the draft can't be read. Both errors are there then.
func TestSubmitRefusedAndNotSeen(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	id, _ := server.AddDraft("+13125550100")
	server.Inject(portingtest.Fault{Operation: "Drafts.Submit", Effect: portingtest.Respond(http.StatusConflict, `{"message":"no"}`)})
	refused := false
	client := wiredClient(server, func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		refused = refused || strings.HasSuffix(r.URL.Path, "/submit")
		if refused && isDraftRead(r) {
			return nil, errors.New("the cable is out")
		}
		return send(r)
	})
	_, err := drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
	api, ok := errors.AsType[*porting.APIError](err)
	require.True(t, ok, err)
	assert.Equal(t, http.StatusConflict, api.StatusCode)
	require.ErrorContains(t, err, "the cable is out")
}

// The port request is the one that the draft names, or else the one with its numbers.
func TestSubmitResolves(t *testing.T) {
	t.Parallel()
	numbers := []string{"+13125550100", "+13125550101", "+13125550160"}
	noID := func(reads int) wire { // no read of the draft tells, up to so many
		return answering(func(r *http.Request) bool { return isDraftRead(r) || strings.HasSuffix(r.URL.Path, "/submit") },
			func(body string) string {
				if reads--; reads < 0 {
					return body
				}
				head, tail, _ := strings.Cut(body, `"port_request_id":"`)
				if tail == "" {
					return body
				}
				_, tail, _ = strings.Cut(tail, `"`)
				return head + `"port_request_id":null` + tail
			})
	}
	for _, test := range []struct {
		name     string
		wire     wire
		faults   []portingtest.Fault
		before   []string // the numbers of another port request, cancelled, that is older than the draft
		after    []string // of one that is younger
		sleeps   int
		resolved bool
		text     string
	}{
		{name: "at once", resolved: true},
		{name: "not visible at first", faults: []portingtest.Fault{
			{Operation: "PortRequests.Get", Times: 2, Effect: portingtest.Respond(404, "")},
			{Operation: "PortRequests.List", Times: 4, Effect: portingtest.Respond(200, "[]", "Total: 0", "Total-Pages: 0")},
		}, sleeps: 2, resolved: true},
		{name: "only in the list", faults: []portingtest.Fault{{Operation: "PortRequests.Get", Effect: portingtest.Respond(404, "")}}, resolved: true},
		{name: "only in the list, and an answer without numbers", wire: answering(
			func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/submit") },
			func(body string) string { return strings.Replace(body, `"phone_numbers"`, `"numbers"`, 1) },
		), faults: []portingtest.Fault{{Operation: "PortRequests.Get", Effect: portingtest.Respond(404, "")}}, resolved: true},
		{name: "never visible", faults: []portingtest.Fault{
			{Operation: "PortRequests.Get", Effect: portingtest.Respond(404, "")},
			{Operation: "PortRequests.List", Effect: portingtest.Respond(200, "[]", "Total: 0", "Total-Pages: 0")},
		}, sleeps: 5, text: "its port request ID isn't found"},
		{name: "named late", wire: noID(4), faults: []portingtest.Fault{
			{Operation: "PortRequests.List", Times: 2, Effect: portingtest.Respond(200, "[]", "Total: 0", "Total-Pages: 0")},
		}, sleeps: 1, resolved: true},
		{name: "never named", wire: noID(1000), resolved: true},
		{name: "never named, and ported before", wire: noID(1000), before: numbers, resolved: true},
		{name: "never named, and some of the numbers in another one", wire: noID(1000), after: numbers[:2], resolved: true},
		{name: "never named, and another one with the numbers", wire: noID(1000), after: numbers, sleeps: 5, text: "its port request isn't found"},
		{name: "named, and another one with the numbers", after: numbers, faults: []portingtest.Fault{
			{Operation: "PortRequests.Get", Effect: portingtest.Respond(404, "")},
		}, resolved: true},
		{name: "an outage", faults: []portingtest.Fault{{Operation: "PortRequests.Get", Effect: portingtest.Respond(503, "")}}, sleeps: 5, text: "503"},
		{name: "wrong credentials", faults: []portingtest.Fault{{Operation: "PortRequests.Get", Effect: portingtest.Respond(401, "")}}, text: "401"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			cancelled := func(numbers []string) {
				if len(numbers) == 0 {
					return
				}
				_, subs := server.AddPortRequest(numbers...)
				for _, sub := range subs {
					server.Move(sub, porting.SubRequestStatusCancelled)
				}
			}
			cancelled(test.before)
			server.Advance(time.Minute)
			id, _ := server.AddDraft(numbers...)
			server.Advance(time.Minute)
			cancelled(test.after)
			for _, fault := range test.faults {
				server.Inject(fault)
			}
			opts := submitOnSandboxClock(server)
			sleeps, sleep := 0, opts.Sleep
			opts.Sleep = func(ctx context.Context, d time.Duration) error {
				sleeps++
				return sleep(ctx, d)
			}
			submitted, err := drafts.Submit(t.Context(), wiredClient(server, test.wire), id, opts)
			assert.Equal(t, test.sleeps, sleeps)
			require.NotNil(t, submitted)
			assert.Equal(t, porting.DraftStatusSubmitted, submitted.Draft.Status)
			assert.Equal(t, 1, server.Count("Drafts.Submit"))
			if !test.resolved {
				assert.Nil(t, submitted.PortRequest)
				var unresolved *drafts.UnresolvedError
				require.ErrorAs(t, err, &unresolved)
				assert.Equal(t, id, unresolved.Draft)
				assert.Contains(t, withoutIDs(err.Error()), test.text)
				return
			}
			require.NoError(t, err)
			d, err := server.Client().Drafts.Get(t.Context(), id, nil)
			require.NoError(t, err)
			assert.Equal(t, d.PortRequestID, submitted.PortRequest.ID)
		})
	}
}

// By default the looks are ten seconds apart, in real time, and end with the context.
func TestSubmitWaitsInRealTime(t *testing.T) {
	t.Parallel()
	const draft = "https://api.telnyx.com/origination/porting/draft_port_requests/d"
	const sub = `{"id":"s","complete":true,"phone_numbers":[{"phone_number":"+13125550100","sub_request_id":"s"}],` +
		`"foc_date_requested_by_user":"2026-03-05T15:00:00Z","auth_person_name":"a","billing_phone_number":"+13125550100","street_address":"a",` +
		`"locality":"a","administrative_area":"IL","postal_code":"1","country_code":"US","default_connection_id":"1"}`
	waitsInRealTime(t, draft+"/submit", draft, 4, func(transport *httpmock.MockTransport) {
		for route, answer := range map[string]string{
			draft:                           `{"id":"d","status":"pending","phone_numbers":[{"phone_number":"+13125550100","sub_request_id":"s"}],"sub_requests":[` + sub + `]}`,
			draft + "/supporting_documents": `[]`,
			draft + "/sub_requests/s/allowed_foc_dates": `[{"start":"2026-03-05T15:00:00Z","end":"2026-03-05T23:00:00Z"}]`,
		} {
			transport.RegisterResponder(http.MethodGet, route, httpmock.NewStringResponder(http.StatusOK, answer))
		}
	}, func(ctx context.Context, client *porting.Client) error {
		_, err := drafts.Submit(ctx, client, "d", nil)
		assert.ErrorAs(t, err, new(*drafts.SubmitUnknownError))
		return err
	})
}

// Whatever happens to the answers, and however often Submit is run, no draft is submitted
// twice, and each is in the end. After a SubmitUnknownError, the next run comes some minutes
// later, as its comment says.
func TestSubmitNeverDoubles(t *testing.T) {
	t.Parallel()
	var outcomes submitOutcomes
	underSeeds(t, shorter(1000, 100), map[string]*atomic.Int64{
		"submitted": &outcomes.submitted, "before": &outcomes.before, "unknown": &outcomes.unknown, "failed": &outcomes.failed,
	}, func(t seeded) { submitUnderFaults(t, &outcomes) })
	t.Logf("unresolved: %d", outcomes.unresolved.Load())
}

// submitOutcomes count what runs of Submit have come to.
type submitOutcomes struct{ submitted, before, unknown, unresolved, failed atomic.Int64 }

// submitUnderFaults submits a draft some times.
func submitUnderFaults(t seeded, outcomes *submitOutcomes) {
	t.Helper()
	server := portingtest.NewServer(portingtest.WithSeed(uint64(t.seed)))
	defer server.Close()
	random := rand.New(rand.NewPCG(uint64(t.seed), 3))
	id, _ := server.AddDraft(chicago(2000, 1+random.IntN(3))...)

	faults := fastFaults
	var opts []porting.Option
	switch {
	case t.seed%100 == 0:
		faults = hangs
		opts = append(opts, porting.WithTryTimeout(500*time.Millisecond))
	case random.IntN(4) == 0:
		faults = slowFaults
	}
	effect := faults[random.IntN(len(faults))](random)
	server.Inject(portingtest.Fault{Operation: "Drafts.Submit", Times: 1 + random.IntN(2), Effect: effect})
	remove := injectLookFaults(server, "Drafts.Get", "Documents.List", "Drafts.AllowedFOCDates", "PortRequests.Get")
	client := wiredClient(server, nil, opts...)
	settle := func() { // some minutes later
		server.Advance(10 * time.Minute)
		for len(server.Pending()) > 0 {
			_, _ = client.Portability.Check(t.Context(), "+13125550100")
		}
	}
	run := func() error {
		submitted, err := drafts.Submit(t.Context(), client, id, submitOnSandboxClock(server))
		switch {
		case errors.As(err, new(*drafts.SubmitUnknownError)):
			outcomes.unknown.Add(1)
			settle()
			return err
		case errors.As(err, new(*drafts.UnresolvedError)):
			outcomes.unresolved.Add(1)
			return err
		case errors.As(err, new(*drafts.PreflightError)), errors.As(err, new(*drafts.WindowsMovedError)):
			assert.NoError(t, err)
			return err
		case err != nil:
			outcomes.failed.Add(1)
			return err
		case submitted.Before:
			outcomes.before.Add(1)
		default:
			outcomes.submitted.Add(1)
		}
		assert.Equal(t, id, submitted.Draft.ID)
		assert.Equal(t, submitted.Draft.PortRequestID, submitted.PortRequest.ID)
		return nil
	}
	err := errors.New("not yet")
	for tries := 0; tries < 100 && (tries < 3 || err != nil); tries++ {
		err = run()
	}
	assert.NoError(t, err)
	settle()
	remove()
	_, isSubmitted, err := server.Client().Drafts.Submitted(t.Context(), id)
	assert.NoError(t, err)
	assert.True(t, isSubmitted)
	server.AssertClean(t)
}
