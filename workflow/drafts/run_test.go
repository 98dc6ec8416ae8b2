package drafts_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/foc"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// customer is an end user who has all that a port needs.
func customer() enduser.Profile {
	return enduser.Profile{
		PersonOrCompanyName:     "Example Bakery",
		AuthPersonName:          "Ada Example",
		BillingPhoneNumber:      "+13125550100",
		StreetAddress:           "1 Main Street",
		Locality:                "Chicago",
		AdministrativeArea:      "IL",
		PostalCode:              "60601",
		CountryCode:             "US",
		DefaultConnectionID:     "1293384261075731499",
		DefaultMessageProfileID: "40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11",
		PortingOption:           porting.PortingOption{Type: porting.PortingOptionTypeFull},
		PINPasscode:             "0042-pin",
		AccountNumber:           "ACC-20451",
	}
}

// papers are the documents of [planned].
var papers = fstest.MapFS{
	"loa.pdf":     {Data: []byte("%PDF-1.4 a letter of authorization")},
	"invoice.pdf": {Data: []byte("%PDF-1.4 an invoice")},
}

func openPaper(path string) (io.ReadCloser, error) { return papers.Open(path) }

// planned is a plan with a set of each list of numbers.
func planned(sets ...[]string) *drafts.Plan {
	plan := &drafts.Plan{Submit: true}
	for i, numbers := range sets {
		plan.Sets = append(plan.Sets, drafts.Set{
			Name:     fmt.Sprintf("set %d", i),
			Numbers:  numbers,
			Profiles: drafts.Profiles{Default: customer()},
			FOC:      &drafts.Wish{},
			Documents: []drafts.File{
				{Type: porting.DocumentTypeLOA, Path: "loa.pdf"},
				{Type: porting.DocumentTypeInvoice, Path: "invoice.pdf"},
			},
		})
	}
	return plan
}

// onSandbox are options for a sandbox, whose clock isn't that of the system.
func onSandbox(sandbox *portingtest.Server) *drafts.RunOptions {
	return &drafts.RunOptions{
		Open: openPaper, Now: sandbox.Now, Settle: time.Nanosecond,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

func newSandbox(t *testing.T, opts ...portingtest.Option) *portingtest.Server {
	t.Helper()
	sandbox := portingtest.NewServer(opts...)
	t.Cleanup(sandbox.Close)
	t.Cleanup(func() { sandbox.AssertClean(t) })
	return sandbox
}

// mixed are numbers of three carriers, wireless ones among them.
var mixed = []string{"+13125550100", "+13125550101", "+13125550150", "+13125550160", "+18005550100"}

// changes counts the requests that changed something, by their operation. An upload is
// counted by its last step.
func changes(sandbox *portingtest.Server) map[string]int {
	counts := map[string]int{}
	for _, request := range sandbox.Requests() {
		if request.Status >= http.StatusBadRequest {
			continue
		}
		last := strings.HasSuffix(request.Path, "/supporting_documents")
		switch request.Operation {
		case "Drafts.Create", "Drafts.UpdateSubRequest", "Drafts.Submit":
			counts[request.Operation]++
		case "Documents.Upload":
			if last {
				counts[request.Operation]++
			}
		}
	}
	return counts
}

// counted counts calls by their operation.
func counted(calls []drafts.Call) map[string]int {
	counts := map[string]int{}
	for _, call := range calls {
		counts[call.Operation]++
	}
	return counts
}

// requireDone checks that each set is submitted, with the numbers that it should have.
func requireDone(t *testing.T, plan *drafts.Plan, outcome *drafts.Outcome) {
	t.Helper()
	require.Len(t, outcome.Sets, len(plan.Sets))
	for i, set := range outcome.Sets {
		require.NoError(t, set.Err)
		require.Equal(t, drafts.StepDone, set.Step)
		require.NotNil(t, set.PortRequest)
		require.Equal(t, set.PortRequest.ID, set.PortRequestID)
		var numbers []string
		for _, n := range set.PortRequest.PhoneNumbers {
			numbers = append(numbers, n.PhoneNumber)
		}
		require.ElementsMatch(t, plan.Sets[i].Numbers, append(numbers, set.LeftOut...))
	}
}

// requireOnce checks that the sandbox has one submitted draft for each set of the plan,
// with its numbers and documents, and nothing else.
func requireOnce(t *testing.T, sandbox *portingtest.Server, plan *drafts.Plan) {
	t.Helper()
	client := sandbox.Client()
	defer client.CloseIdleConnections()
	submitted := map[string]int{}
	found := 0
	for draft, err := range client.Drafts.All(t.Context(), nil) {
		require.NoError(t, err)
		found++
		require.Equal(t, porting.DraftStatusSubmitted, draft.Status)
		request, err := client.PortRequests.Get(t.Context(), draft.PortRequestID, nil)
		require.NoError(t, err)
		for _, n := range request.PhoneNumbers {
			submitted[n.PhoneNumber]++
		}
		documents, err := client.Documents.List(t.Context(), draft.ID)
		require.NoError(t, err)
		var types []porting.DocumentType
		for _, d := range documents {
			types = append(types, d.DocumentType)
		}
		require.ElementsMatch(t, []porting.DocumentType{porting.DocumentTypeLOA, porting.DocumentTypeInvoice}, types)
	}
	require.Equal(t, len(plan.Sets), found)
	want := map[string]int{}
	for _, set := range plan.Sets {
		for _, number := range set.Numbers {
			want[number] = 1
		}
	}
	require.Equal(t, want, submitted)
	sandbox.AssertClean(t)
}

// TestRun takes two sets from nothing to their port requests, and does nothing more when
// it is called again: with the journal or without one.
func TestRun(t *testing.T) {
	t.Parallel()
	sandbox := newSandbox(t)
	plan := planned(mixed, []string{"+12065550100"})
	opts := onSandbox(sandbox)
	journal := openJournal(t)
	opts.Journal = journal
	var steps []string
	opts.Progress = func(p drafts.Progress) { steps = append(steps, fmt.Sprintf("%d/%d %s", p.Set+1, p.Sets, p.Step)) }

	outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
	require.NoError(t, err)
	requireDone(t, plan, outcome)
	assert.Equal(t, changes(sandbox), counted(outcome.Calls()))
	assert.Equal(t, []string{
		"1/2 check", "1/2 ensure", "1/2 fill", "1/2 upload", "1/2 submit", "1/2 done",
		"2/2 check", "2/2 ensure", "2/2 fill", "2/2 upload", "2/2 submit", "2/2 done",
	}, steps)
	assert.Len(t, outcome.Sets[0].Choices, 4)
	for _, choice := range outcome.Sets[0].Choices {
		assert.Equal(t, foc.ReasonEarliest, choice.Reason)
	}

	for _, journal := range []drafts.Journal{journal, nil} {
		before := changes(sandbox)
		opts.Journal = journal
		again, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
		require.NoError(t, err)
		requireDone(t, plan, again)
		assert.Equal(t, before, changes(sandbox))
		assert.Empty(t, again.Calls())
		for i := range again.Sets {
			assert.Equal(t, outcome.Sets[i].PortRequestID, again.Sets[i].PortRequestID)
			assert.Equal(t, outcome.Sets[i].Draft.ID, again.Sets[i].Draft.ID)
		}
	}
}

// TestDryRun checks at each stage of a port that what a dry run lists is what a run then
// does, and that the dry run does none of it.
func TestDryRun(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]portingtest.Fault{
		"nothing is there":            {},
		"a draft is there":            {Operation: "Drafts.UpdateSubRequest", Nth: 1},
		"two sub requests are filled": {Operation: "Drafts.UpdateSubRequest", Nth: 3},
		"no document is there":        {Operation: "Documents.Upload", Nth: 1},
		"a document is there":         {Operation: "Documents.Upload", Nth: 3},
		"only the submit is missing":  {Operation: "Drafts.Submit", Nth: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox := newSandbox(t)
			plan := planned(mixed)
			opts := onSandbox(sandbox)
			if fails.Operation != "" {
				fails.Effect = portingtest.Respond(http.StatusForbidden, "")
				sandbox.Inject(fails)
				_, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
				var failed *drafts.RunError
				require.ErrorAs(t, err, &failed)
				var api *porting.APIError
				require.ErrorAs(t, err, &api)
			}

			before := changes(sandbox)
			opts.DryRun = true
			dry, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
			require.NoError(t, err)
			assert.Equal(t, before, changes(sandbox))

			opts.DryRun = false
			wet, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
			require.NoError(t, err)
			requireDone(t, plan, wet)
			made := changes(sandbox)
			for operation, n := range before {
				made[operation] -= n
				if made[operation] == 0 {
					delete(made, operation)
				}
			}
			assert.Equal(t, made, counted(wet.Calls()))
			assert.Equal(t, asListed(wet.Calls(), before["Drafts.Create"] == 0), dry.Calls())
		})
	}
}

// asListed is how a dry run lists calls: of a draft that isn't there yet, it knows no
// ids, and lists the updates as one.
func asListed(calls []drafts.Call, isNew bool) []drafts.Call {
	if !isNew {
		return calls
	}
	var listed []drafts.Call
	updates := 0
	for _, call := range calls {
		call.Draft, call.SubRequest, call.Fields = "", "", nil
		if call.Operation == "Drafts.UpdateSubRequest" {
			if updates++; updates > 1 {
				continue
			}
		}
		listed = append(listed, call)
	}
	return listed
}

// memory is a journal in memory.
type memory struct {
	entries []drafts.Entry
	full    int // how many entries it takes; 0: any
}

var errFull = errors.New("no space left on device")

func (m *memory) Entries() iter.Seq2[drafts.Entry, error] {
	return func(yield func(drafts.Entry, error) bool) {
		for _, e := range m.entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (m *memory) Append(e drafts.Entry) error {
	if m.full > 0 && len(m.entries) >= m.full {
		return errFull
	}
	m.entries = append(m.entries, e)
	return nil
}

// TestNotPortable checks what becomes of numbers that can't be ported.
func TestNotPortable(t *testing.T) {
	t.Parallel()
	bad := []string{"+13125550182", "+13125550181"}
	for name, test := range map[string]struct {
		numbers  []string
		leaveOut bool
		bad      int
	}{
		"one":           {append([]string{bad[0]}, mixed...), false, 1},
		"left out":      {append(append([]string{bad[0]}, mixed...), bad[1]), true, 2},
		"all":           {bad, true, 2},
		"not known yet": {[]string{"+13125550170"}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox := newSandbox(t)
			plan := planned(test.numbers, []string{"+12065550100"})
			plan.Sets[0].LeaveOut = test.leaveOut
			outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, onSandbox(sandbox))
			require.Len(t, outcome.Sets[0].Report.Results, len(test.numbers))
			require.NoError(t, outcome.Sets[1].Err)
			if test.bad == 0 || name == "left out" {
				require.NoError(t, err)
				requireDone(t, plan, outcome)
				assert.Len(t, outcome.Sets[0].LeftOut, test.bad)
				return
			}
			var bad *drafts.NotPortableError
			require.ErrorAs(t, err, &bad)
			assert.Equal(t, test.bad, bad.NotPortable)
			assert.NotContains(t, err.Error(), "55501")
			assert.Equal(t, drafts.StepCheck, outcome.Sets[0].Step)
			assert.Equal(t, 1, sandbox.Count("Drafts.Create"))
		})
	}
}

// TestLeftOutStays checks that a number that was left out stays so when a run goes on,
// although it could be ported by then: the draft is of the others.
func TestLeftOutStays(t *testing.T) {
	t.Parallel()
	sandbox := newSandbox(t)
	plan := planned(append([]string{"+13125550182"}, mixed...))
	plan.Sets[0].LeaveOut = true
	opts := onSandbox(sandbox)
	opts.Journal = &memory{}
	sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.Respond(http.StatusForbidden, "")})
	_, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
	require.Error(t, err)

	checks := sandbox.Count("Portability.Check")
	outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
	require.NoError(t, err)
	requireDone(t, plan, outcome)
	assert.Equal(t, []string{"+13125550182"}, outcome.Sets[0].LeftOut)
	assert.Equal(t, checks, sandbox.Count("Portability.Check"))

	outcome, err = drafts.Run(t.Context(), sandbox.Client(), plan, opts)
	require.NoError(t, err)
	assert.Equal(t, []string{"+13125550182"}, outcome.Sets[0].LeftOut, "also when all is done")
}

// TestLostAnswers loses the answer to each call that must not be made twice, while the server
// acts at once, after the first look, or after the run has given up. Sooner or later the
// plan is done, and nothing is doubled.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for _, lost := range []portingtest.Fault{
		{Operation: "Drafts.Create", Nth: 1},
		{Operation: "Documents.Upload", Nth: 2},
		{Operation: "Documents.Upload", Nth: 4},
		{Operation: "Drafts.Submit", Nth: 1},
	} {
		for _, late := range []time.Duration{0, 5 * time.Second, 30 * time.Second} {
			t.Run(fmt.Sprintf("%s %d after %v", lost.Operation, lost.Nth, late), func(t *testing.T) {
				t.Parallel()
				sandbox := newSandbox(t)
				lost.Effect = portingtest.DropThenAct(late)
				if late == 0 {
					lost.Effect = portingtest.DropAfter()
				}
				sandbox.Inject(lost)
				plan := planned(mixed)
				opts := onSandbox(sandbox)
				opts.Journal = openJournal(t)
				opts.Settle = 0 // the default
				opts.Sleep = func(ctx context.Context, d time.Duration) error {
					sandbox.Advance(d)
					return ctx.Err()
				}
				outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
				if late > 10*time.Second {
					var unknown *porting.OutcomeUnknownError
					require.ErrorAs(t, err, &unknown)
					outcome, err = drafts.Run(t.Context(), sandbox.Client(), plan, opts)
					if lost.Operation != "Documents.Upload" { // of which there are two
						assert.Zero(t, counted(outcome.Calls())[lost.Operation])
					}
				}
				require.NoError(t, err)
				requireDone(t, plan, outcome)
				requireOnce(t, sandbox, plan)
			})
		}
	}
}

// TestSettle checks that a run waits for what the run before may have sent.
func TestSettle(t *testing.T) {
	t.Parallel()
	sandbox := newSandbox(t)
	plan := planned(mixed)
	opts := onSandbox(sandbox)
	journal := &memory{}
	opts.Journal = journal
	sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.Respond(http.StatusForbidden, "")})
	_, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
	require.Error(t, err)
	require.Equal(t, drafts.StateFailed, journal.entries[len(journal.entries)-1].State)
	journal.entries = journal.entries[:len(journal.entries)-1] // as if it was killed

	opts.Settle, opts.Sleep = 500*time.Millisecond, nil
	late := time.AfterFunc(50*time.Millisecond, func() { sandbox.AddDraft(mixed...) })
	defer late.Stop()
	started := time.Now()
	outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
	require.NoError(t, err)
	requireDone(t, plan, outcome)
	assert.GreaterOrEqual(t, time.Since(started), opts.Settle)
	assert.Zero(t, counted(outcome.Calls())["Drafts.Create"])

	opts.Settle = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	journal.entries = journal.entries[:2]
	opts.Progress = func(p drafts.Progress) {
		if p.Step == drafts.StepEnsure {
			cancel()
		}
	}
	_, err = drafts.Run(ctx, sandbox.Client(), plan, opts)
	require.ErrorIs(t, err, context.Canceled)
}

// TestEnds checks which failures hold up the sets that follow.
func TestEnds(t *testing.T) {
	t.Parallel()
	sets := [][]string{{"+13125550100"}, {"+13125550101"}, {"+13125550102"}}
	for name, test := range map[string]struct {
		status int
		full   int
		done   int // sets
	}{
		"one fails":       {status: http.StatusUnprocessableEntity, done: 2},
		"credentials":     {status: http.StatusUnauthorized},
		"journal is full": {full: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox := newSandbox(t)
			plan := planned(sets...)
			opts := onSandbox(sandbox)
			journal := &memory{full: test.full}
			opts.Journal = journal
			if test.status > 0 {
				sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.Respond(test.status, "")})
			}
			outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
			var failed *drafts.RunError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, 3-test.done, failed.Failed)
			assert.Equal(t, 3, failed.Total)
			done := 0
			for _, set := range outcome.Sets {
				if set.Err == nil {
					done++
				}
			}
			assert.Equal(t, test.done, done)
			if test.full > 0 {
				require.ErrorIs(t, err, errFull)
				assert.Equal(t, 1, sandbox.Count("Drafts.Create"))
			}

			journal.full = 0
			outcome, err = drafts.Run(t.Context(), sandbox.Client(), plan, opts)
			require.NoError(t, err)
			requireDone(t, plan, outcome)
		})
	}
}

// TestDeletedDraft checks that a draft that the server has deleted is made again.
func TestDeletedDraft(t *testing.T) {
	t.Parallel()
	sandbox := newSandbox(t)
	plan := planned(mixed)
	plan.Submit = false
	opts := onSandbox(sandbox)
	opts.Journal = &memory{}
	first, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
	require.NoError(t, err)
	require.NotNil(t, first.Sets[0].Preflight)
	require.Nil(t, first.Sets[0].PortRequest)
	sandbox.Advance(31 * 24 * time.Hour)

	plan.Submit = true
	second, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
	require.NoError(t, err)
	requireDone(t, plan, second)
	assert.NotEqual(t, first.Sets[0].Draft.ID, second.Sets[0].Draft.ID)
}

// TestOldCheck checks how long the journal's word on portability holds: a day, or for as long as
// a draft of it may be under way, because a number would look taken by its own draft.
func TestOldCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		age    time.Duration
		begun  bool // the draft
		checks int  // of both runs
	}{
		{"a new check", 0, false, 1},
		{"an old check", 25 * time.Hour, false, 2},
		{"an old check, and a draft may be under way", 25 * time.Hour, true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sandbox := newSandbox(t)
			sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropBefore()})
			plan := planned([]string{"+13125550100"})
			opts := onSandbox(sandbox)
			journal := &memory{}
			opts.Journal = journal
			_, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
			require.ErrorAs(t, err, new(*drafts.UnknownError))
			journal.entries = slices.DeleteFunc(journal.entries, func(e drafts.Entry) bool { return e.Step == drafts.StepEnsure && !test.begun })
			for i := range journal.entries {
				journal.entries[i].Time = journal.entries[i].Time.Add(-test.age)
			}
			outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
			require.NoError(t, err)
			requireDone(t, plan, outcome)
			assert.Equal(t, test.checks, sandbox.Count("Portability.Check"))
		})
	}
}

// TestChangedNumbers checks that a run waits, too, for what the run before may have sent for a
// set of other numbers: the draft that the server makes of them late has numbers of this set.
func TestChangedNumbers(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func([]string) [][]string{
		"one more":  func(n []string) [][]string { return [][]string{append(slices.Clone(n), "+13125550102")} },
		"one less":  func(n []string) [][]string { return [][]string{n[1:]} },
		"two parts": func(n []string) [][]string { return [][]string{n[:2], n[2:]} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox := newSandbox(t)
			sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropThenAct(30 * time.Second)})
			opts := onSandbox(sandbox)
			opts.Journal = &memory{}
			opts.Settle = 0 // the default
			var slept []time.Duration
			opts.Sleep = func(ctx context.Context, d time.Duration) error {
				sandbox.Advance(d)
				slept = append(slept, d)
				return ctx.Err()
			}
			_, err := drafts.Run(t.Context(), sandbox.Client(), planned(mixed), opts)
			require.ErrorAs(t, err, new(*drafts.UnknownError))

			changed := planned(change(mixed)...)
			slept = nil
			opts.DryRun = true
			_, err = drafts.Run(t.Context(), sandbox.Client(), changed, opts)
			require.NoError(t, err)
			require.Empty(t, slept, "a dry run creates nothing")

			opts.DryRun = false
			for range 2 {
				_, err = drafts.Run(t.Context(), sandbox.Client(), changed, opts)
				require.ErrorAs(t, err, new(*drafts.ConflictError))
				require.Equal(t, []time.Duration{time.Minute}, slept, "once")
			}
			assert.Equal(t, 1, sandbox.Count("Drafts.Create"))
		})
	}
}

// TestChangedPlan checks that a draft is brought to what a changed plan says, by the
// smallest change.
func TestChangedPlan(t *testing.T) {
	t.Parallel()
	sandbox := newSandbox(t)
	plan := planned([]string{"+13125550100"})
	plan.Submit = false
	opts := onSandbox(sandbox)
	opts.Journal = &memory{}
	_, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
	require.NoError(t, err)

	plan.Submit = true
	plan.Sets[0].Profiles.Default.PostalCode = "60602"
	plan.Sets[0].FOC.Day = "2026-03-10"
	outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
	require.NoError(t, err)
	calls := outcome.Calls()
	require.Len(t, calls, 2)
	assert.Equal(t, []string{"foc_date_requested_by_user", "postal_code"}, calls[0].Fields)
	assert.Equal(t, "Drafts.Submit", calls[1].Operation)
}

// TestKnownDocuments checks that a journal spares the downloads of what was uploaded.
func TestKnownDocuments(t *testing.T) {
	t.Parallel()
	for name, downloads := range map[string]int{"journal": 0, "no journal": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox := newSandbox(t)
			plan := planned(mixed)
			opts := onSandbox(sandbox)
			if downloads == 0 {
				opts.Journal = &memory{}
			}
			sandbox.Inject(portingtest.Fault{Operation: "Drafts.Submit", Nth: 1, Effect: portingtest.Respond(http.StatusForbidden, "")})
			_, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
			require.Error(t, err)
			outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
			require.NoError(t, err)
			requireDone(t, plan, outcome)
			assert.Equal(t, downloads, sandbox.Count(portingtest.StorageDownload))
			for _, uploaded := range outcome.Sets[0].Uploaded {
				assert.False(t, uploaded.New)
			}
		})
	}
}

// TestAllow checks that a draft with an error isn't submitted, unless the plan allows it.
func TestAllow(t *testing.T) {
	t.Parallel()
	sandbox := newSandbox(t)
	plan := planned([]string{"+13125550100"})
	plan.Sets[0].Profiles.Default.AuthPersonName = ""
	outcome, err := drafts.Run(t.Context(), sandbox.Client(), plan, onSandbox(sandbox))
	var bad *drafts.PreflightError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, bad.Report, outcome.Sets[0].Preflight)
	assert.Equal(t, drafts.StepSubmit, outcome.Sets[0].Step)
	assert.Zero(t, sandbox.Count("Drafts.Submit"))

	plan.Allow = []string{"auth_person_name:required"}
	_, err = drafts.Run(t.Context(), sandbox.Client(), plan, onSandbox(sandbox))
	var invalid *porting.ValidationError // the sandbox doesn't allow it
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, 1, sandbox.Count("Drafts.Submit"))
}

// TestUnresolved hides the port request of a submitted draft for a while. Until it is seen,
// a run looks for it and does nothing else, whatever the plan says by then.
func TestUnresolved(t *testing.T) {
	t.Parallel()
	sandbox := newSandbox(t)
	var hidden atomic.Bool
	hidden.Store(true)
	named := regexp.MustCompile(`"port_request_id": ?"[^"]+"`)
	pass := changing(sandbox, nil, func(answer string) string {
		if hidden.Load() {
			answer = named.ReplaceAllString(answer, `"port_request_id":null`)
		}
		return answer
	})
	client := clientThrough(t, func(w http.ResponseWriter, r *http.Request) {
		if hidden.Load() && strings.Contains(r.URL.Path, "/porting/port_requests") {
			_, _ = io.WriteString(w, "[]")
			return
		}
		pass(w, r)
	})
	plan := planned([]string{"+13125550100"})
	opts := onSandbox(sandbox)
	opts.Journal = &memory{}
	outcome, err := drafts.Run(t.Context(), client, plan, opts)
	var unresolved *drafts.UnresolvedError
	require.ErrorAs(t, err, &unresolved)
	assert.Equal(t, porting.DraftStatusSubmitted, outcome.Sets[0].Draft.Status)
	assert.Equal(t, 1, counted(outcome.Calls())["Drafts.Submit"])

	plan.Sets[0].Profiles.Default.PostalCode = "60602"
	opts.DryRun = true
	outcome, err = drafts.Run(t.Context(), client, plan, opts)
	require.NoError(t, err)
	assert.Empty(t, outcome.Calls())

	opts.DryRun = false
	hidden.Store(false)
	outcome, err = drafts.Run(t.Context(), client, plan, opts)
	require.NoError(t, err)
	requireDone(t, plan, outcome)
	assert.Empty(t, outcome.Calls())
}
