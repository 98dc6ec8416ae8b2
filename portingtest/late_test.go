package portingtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// drafts gives the ids of the drafts with a number.
func drafts(t *testing.T, client *porting.Client, number string) []porting.DraftID {
	t.Helper()
	var ids []porting.DraftID
	for d, err := range client.Drafts.All(t.Context(), &porting.DraftListOptions{Search: number}) {
		require.NoError(t, err)
		ids = append(ids, d.ID)
	}
	return ids
}

// TestLateCreate has a draft that is created after its client has looked for it.
func TestLateCreate(t *testing.T) {
	t.Parallel()
	const number = "+12065550100"
	for name, test := range map[string]struct {
		effect portingtest.Effect
		wait   time.Duration // before the second look
		report []string      // what AssertClean says of the hasty program
	}{
		"by the clock":       {portingtest.DropThenAct(10 * time.Minute), 10 * time.Minute, []string{"have the same numbers"}},
		"by the next move":   {portingtest.DropThenAct(0), 1, []string{"have the same numbers"}},
		"by requests":        {portingtest.DropBefore().ThenActAfter(1), 0, []string{"have the same numbers"}},
		"after a 504":        {portingtest.Respond(504, "").ThenAct(time.Minute), time.Minute, []string{"have the same numbers"}},
		"after a timeout":    {portingtest.Hang().ThenAct(time.Minute), time.Minute, []string{"have the same numbers"}},
		"as a refusal lies":  {portingtest.RefuseNumbers(number).ThenAct(time.Minute), time.Minute, []string{"have the same numbers"}},
		"after a redirect":   {portingtest.Redirect("https://example.com/").ThenAct(time.Minute), time.Minute, []string{"have the same numbers"}},
		"while it waits":     {portingtest.Hang().AfterHandling(), 0, nil},
		"before it was lost": {portingtest.DropAfter(), 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// start has a creation whose outcome is lost, and a first look.
			start := func() (*portingtest.Server, *porting.Client, []porting.DraftID) {
				s := open(t)
				client := s.Client()
				s.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: test.effect})
				_, err := s.Client(porting.WithTryTimeout(200*time.Millisecond)).Drafts.Create(t.Context(), number)
				require.Error(t, err)
				return s, client, drafts(t, client, number)
			}

			s, client, _ := start() // which looks again
			s.Advance(test.wait)
			assert.Len(t, drafts(t, client, number), 1)
			assert.Empty(t, reported(s))

			s, client, found := start() // which is hasty
			if len(found) == 0 {
				_, err := client.Drafts.Create(t.Context(), number)
				require.NoError(t, err)
			}
			s.Advance(time.Hour)
			report := reported(s)
			require.Len(t, report, len(test.report), report)
			for i, want := range test.report {
				assert.Contains(t, report[i], want)
			}
			assert.Len(t, drafts(t, client, number), 1+len(test.report))
		})
	}
}

// TestLateSubmit has Submitted say no, and be wrong a little later.
func TestLateSubmit(t *testing.T) {
	t.Parallel()
	for name, hasty := range map[string]bool{"looks again": false, "submits again": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			client, ctx := s.Client(), t.Context()
			draft, _ := s.AddDraft("+12065550100")
			s.Inject(portingtest.Fault{Operation: "Drafts.Submit", Nth: 1, Effect: portingtest.DropThenAct(time.Minute)})
			_, err := client.Drafts.Submit(ctx, draft)
			require.Error(t, err)
			_, submitted, err := client.Drafts.Submitted(ctx, draft)
			require.NoError(t, err)
			require.False(t, submitted)
			if hasty {
				_, err := client.Drafts.Submit(ctx, draft)
				require.NoError(t, err)
			}
			s.Advance(time.Minute)
			_, submitted, err = client.Drafts.Submitted(ctx, draft)
			require.NoError(t, err)
			assert.True(t, submitted)
			var want []string
			if hasty {
				want = []string{fmt.Sprintf("portingtest: duplicate: the draft %s was submitted again", draft)}
			}
			assert.Equal(t, want, reported(s))
			assert.Len(t, must(t, s, http.StatusOK, "GET", requestsPath, "").list(t), 1)
		})
	}
}

// TestPending has AssertClean fail until the faults have acted, also after a
// restore.
func TestPending(t *testing.T) {
	t.Parallel()
	s := open(t)
	client := s.Client()
	s.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropThenAct(90 * time.Second)})
	s.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 2, Effect: portingtest.DropBefore().ThenActAfter(2)})
	for _, number := range []string{"+12065550100", "+12065550101"} {
		_, err := client.Drafts.Create(t.Context(), number)
		require.Error(t, err)
	}
	want := []string{"Drafts.Create, at 2026-03-02T09:01:30Z", "Drafts.Create, after 2 more requests"}
	assert.Equal(t, want, s.Pending())
	assert.Equal(t, []string{
		"portingtest: a fault has not acted yet: " + want[0],
		"portingtest: a fault has not acted yet: " + want[1],
	}, reported(s))

	restored := open(t)
	require.NoError(t, restored.Restore(s.Snapshot()))
	for _, s := range []*portingtest.Server{s, restored} {
		assert.Equal(t, want, s.Pending())
		assert.Empty(t, drafts(t, s.Client(), ""))
		assert.Equal(t, "Drafts.Create, after 1 more request", s.Pending()[1])
		assert.Empty(t, drafts(t, s.Client(), ""), "the last answer without it")
		assert.Len(t, drafts(t, s.Client(), "+12065550101"), 1)
		s.Advance(90*time.Second - 1)
		assert.Empty(t, drafts(t, s.Client(), "+12065550100"))
		s.Advance(1)
		assert.Len(t, drafts(t, s.Client(), "+12065550100"), 1)
		assert.Empty(t, s.Pending())
		assert.Empty(t, s.Duplicates())
	}
}

// TestLateIsChecked has late requests that are refused: by their form at once,
// and by what they ask for when their time has come.
func TestLateIsChecked(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(portingtest.Fault{Effect: portingtest.Respond(504, "{}").ThenAct(time.Minute)})
	must(t, s, 504, "POST", draftsPath, `{"colour":"red"}`)
	must(t, s, 504, "POST", draftsPath, `[`)
	must(t, s, 504, "GET", "/nowhere", "")
	must(t, s, 504, "POST", draftsPath, numbersBody("+12065550182"))
	assert.Equal(t, []string{"Drafts.Create, at 2026-03-02T09:01:00Z", "Drafts.Create, at 2026-03-02T09:01:00Z"}, s.Pending())
	assert.Len(t, s.Violations(), 2)
	s.Advance(time.Minute)
	assert.Empty(t, s.Pending())
	assert.NotContains(t, string(s.Snapshot()), `"phone_number_count"`)
}

// TestLateOfEach has other things that are done late and then twice.
func TestLateOfEach(t *testing.T) {
	t.Parallel()
	s := open(t)
	client, ctx := s.Client(), t.Context()
	for _, operation := range []string{"Comments.Create", "SubRequests.Cancel"} {
		s.Inject(portingtest.Fault{Operation: operation, Nth: 1, Effect: portingtest.DropThenAct(time.Hour)})
	}
	request, subs := s.AddPortRequest("+12065550100")
	for range 2 { // at once
		_, _ = client.Comments.Create(ctx, request, porting.CommentCreate{Body: "Please hurry."})
		_, _ = client.SubRequests.Cancel(ctx, request, subs[0])
	}
	assert.Len(t, s.Pending(), 2)
	assert.Empty(t, s.Duplicates())
	s.Advance(time.Hour)
	doubles := s.Duplicates()
	require.Len(t, doubles, 2)
	assert.Contains(t, doubles[0], "the comments ")
	assert.Equal(t, fmt.Sprintf("the cancellation of the sub request %s was asked for again", subs[0]), doubles[1])
}

// TestLateUnderLoad has many clients whose requests wait for each other.
func TestLateUnderLoad(t *testing.T) {
	t.Parallel()
	s := open(t)
	client := s.Client()
	s.Inject(portingtest.Fault{Operation: "Drafts.Create", Effect: portingtest.Respond(504, "{}").ThenActAfter(3)})
	var workers sync.WaitGroup
	for i := range 8 {
		workers.Go(func() {
			for j := range 5 {
				_, _ = client.Drafts.Create(t.Context(), fmt.Sprintf("+1%d55501%02d", 300+i, j))
			}
		})
	}
	workers.Wait()
	for len(s.Pending()) > 0 {
		drafts(t, client, "")
	}
	assert.Len(t, drafts(t, client, ""), 40)
	assert.Empty(t, reported(s))
}

// TestEffectsThatCantActLater are refused.
func TestEffectsThatCantActLater(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, test := range map[string]struct {
		fault portingtest.Fault
		want  string
	}{
		"it has acted":    {portingtest.Fault{Effect: portingtest.DropAfter().ThenAct(1)}, "takes the place of the sandbox"},
		"it spoils":       {portingtest.Fault{Effect: portingtest.Truncate().ThenAct(1)}, "takes the place of the sandbox"},
		"it waits":        {portingtest.Fault{Effect: portingtest.Delay(1).ThenActAfter(1)}, "takes the place of the sandbox"},
		"twice":           {portingtest.Fault{Effect: portingtest.DropThenAct(1).ThenAct(1)}, "takes the place of the sandbox, and once"},
		"first and later": {portingtest.Fault{Effect: portingtest.DropThenAct(1).AfterHandling()}, "both first and later"},
		"before":          {portingtest.Fault{Effect: portingtest.DropThenAct(-1)}, "no negative time"},
		"no request":      {portingtest.Fault{Effect: portingtest.DropBefore().ThenActAfter(0)}, "one request or more"},
		"storage":         {portingtest.Fault{Operation: portingtest.StorageUpload, Effect: portingtest.DropThenAct(1)}, "the storage host"},
		"no numbers":      {portingtest.Fault{Effect: portingtest.RefuseNumbers()}, "needs a number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, panics(func() { s.Inject(test.fault) }), test.want)
		})
	}
	assert.Equal(t, "Drafts.Create: connection dropped, acting 10m0s later",
		portingtest.Fault{Operation: "Drafts.Create", Effect: portingtest.DropThenAct(10 * time.Minute)}.String())
	assert.Equal(t, "connection dropped, acting after 1 more request", portingtest.DropBefore().ThenActAfter(1).String())
}

// panics gives the text that a function panics with.
func panics(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return
}

// TestRestoreRefusesLate has snapshots that were edited.
func TestRestoreRefusesLate(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.Respond(504, "{}").ThenAct(time.Hour)})
	s.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 2, Effect: portingtest.Respond(504, "{}").ThenActAfter(1)})
	must(t, s, 504, "POST", draftsPath, numbersBody("+12065550100"))
	s.AddDraft("+12065550101")
	must(t, s, 504, "POST", draftsPath, numbersBody("+12065550100"))
	saved := string(s.Snapshot())
	require.NoError(t, s.Restore([]byte(saved)))
	for name, test := range map[string]struct{ before, after, want string }{
		"route":        {`"target": "/origination`, `"target": "/elsewhere`, "none of the API"},
		"method":       {`"method": "POST"`, `"method": "PATCH"`, "none of the API"},
		"target":       {`"target": "/`, `"target": "http://[/`, "none of the API"},
		"left":         {`"left": 1`, `"left": -1`, "none of the API"},
		"two things":   {`"request": {`, `"action": "ported", "request": {`, "two things at once"},
		"other draft":  {`"draft_port_request_id": "`, `"draft_port_request_id": "x`, "a draft that isn't there"},
		"no such time": {`"at": "`, `"at": "x`, "not a snapshot"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, saved, test.before)
			err := open(t).Restore([]byte(strings.Replace(saved, test.before, test.after, 1)))
			assert.ErrorContains(t, err, test.want)
		})
	}
}
