package watch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/watch"
)

const (
	simulated = 30 * 24 * time.Hour
	ports     = 500
	crashes   = 40
	tick      = 2 * time.Hour // what happens in the sandbox, happens at multiples of it

	shortest, longest = 50 * time.Minute, time.Hour // waits between polls
)

// A world is a sandbox in which something happens for a month, and its own record of that.
type world struct {
	t      *testing.T
	server *portingtest.Server
	random *rand.Rand
	end    time.Time
	next   time.Time // the next tick

	added    int
	open     map[porting.PortRequestID]bool // those that the record isn't complete of
	statuses map[porting.SubRequestID][]string
	focDates map[porting.SubRequestID][]string
	in       map[string][]porting.SubRequestID // the sub requests that a number was in

	updated    map[porting.PortRequestID]string // when it has last changed
	exceptions map[porting.PortRequestID]bool   // it has one

	// What the bound is made of.
	facts     int           // that are in the record
	openFor   time.Duration // of all port requests together
	exception time.Duration // likewise, with an exception
}

func (w *world) Now() time.Time { return w.server.Now() }

// Wait moves the clock, and stops at each tick.
func (w *world) Wait(ctx context.Context, d time.Duration) error {
	for end := w.Now().Add(d); w.Now().Before(end); {
		w.server.Advance(min(end.Sub(w.Now()), w.next.Sub(w.Now())))
		if w.Now().Equal(w.next) {
			w.tick(ctx)
			w.next = w.next.Add(tick)
		}
	}
	return context.Cause(ctx)
}

// tick submits more port requests until there are all of them, a week before the end; and
// records what is new.
func (w *world) tick(ctx context.Context) {
	const week = 7 * 24 * time.Hour
	passed, all := w.Now().Sub(portingtest.Start), simulated-week
	for ; w.added < min(ports, int(ports*passed/all)); w.added++ {
		w.submit(w.added)
	}
	w.record(ctx)
}

// submit adds a port request, with a life by its index.
func (w *world) submit(i int) {
	area := 212 + i + i/99 // 211, 311 and so on aren't area codes
	n := func(last int) string { return fmt.Sprintf("+1%d55501%02d", area, last) }
	numbers := [][]string{
		{n(0), n(60)},       // two carriers
		{n(85), n(60)},      // an exception
		{n(87)},             // the date moves
		{n(0), n(1), n(89)}, // a split
		{n(91), n(60)},      // cancelled by the carrier
		{n(0)},
		{n(1)},
		{n(2), n(3)},
		{n(93)}, // stays in-process
	}
	kind := i % 8
	if i%50 == 8 {
		kind = 8
	}
	hours := func(h int) time.Duration { return time.Duration(h) * time.Hour }
	foc := w.next.Add(hours(96))
	switch kind {
	case 5: // statuses that nobody knows
		w.server.Script(n(0), portingtest.Step{After: hours(6), Status: "on-hold", Comment: "On hold."},
			portingtest.Step{After: hours(8), Status: "submitted"}, portingtest.Step{After: hours(4), Status: "on-hold"},
			portingtest.Step{After: hours(4), Status: "foc-date-confirmed", FOCDate: foc}, portingtest.Step{After: hours(12), Status: "porting"},
			portingtest.Step{After: hours(6), Status: "ported", Comment: "Done."})
	case 6: // jumps, and a date that is set, taken away and set again
		w.server.Script(n(1), portingtest.Step{After: hours(4), Status: "foc-date-confirmed", FOCDate: foc},
			portingtest.Step{After: hours(10), Status: "exception", NoFOCDate: true, Comment: "REJECT. Pls supp."},
			portingtest.Step{After: hours(20), Status: "foc-date-confirmed", FOCDate: foc}, portingtest.Step{After: hours(4), FOCDate: foc.Add(tick)},
			portingtest.Step{After: hours(4), Status: "cancel-pending"}, portingtest.Step{After: hours(4), Status: "ported"})
	case 7: // out of all sub requests, and into one of its own
		w.server.Script(n(3), portingtest.Step{After: hours(8), Unassign: true, Comment: "1 TN left out."},
			portingtest.Step{After: hours(8), Split: true}, portingtest.Step{After: hours(8), Status: "ported"})
	}
	id, _ := w.server.AddPortRequest(numbers[kind]...)
	w.open[id] = true
}

// record notes what has happened in the sub requests of those port requests that weren't
// complete before, and has the user resolve an exception after a while.
func (w *world) record(ctx context.Context) {
	updated := map[porting.PortRequestID]string{}
	for page, more := 1, true; more; page++ {
		var listed []struct {
			ID        porting.PortRequestID `json:"id"`
			UpdatedAt string                `json:"updated_at"`
		}
		w.get(ctx, fmt.Sprintf("?status=incomplete&include_phone_numbers=false&per_page=250&page=%d", page), &listed)
		for _, p := range listed {
			updated[p.ID] = p.UpdatedAt
		}
		more = len(listed) > 0
	}
	for id := range w.open {
		w.openFor += tick
		at, incomplete := updated[id]
		if incomplete && at == w.updated[id] && !w.exceptions[id] { // as it was, which saves a tenth of the time
			continue
		}
		w.updated[id] = at
		var subs []struct {
			ID        porting.SubRequestID `json:"id"`
			Status    string               `json:"status"`
			FOCDate   string               `json:"foc_date"`
			UpdatedAt time.Time            `json:"updated_at"`
			Numbers   []struct {
				Number string `json:"phone_number"`
			} `json:"phone_numbers"`
		}
		w.get(ctx, "/"+string(id)+"/sub_requests", &subs)
		complete, exception := true, false
		for _, sub := range subs {
			w.note(w.statuses, sub.ID, sub.Status)
			if sub.FOCDate != "" || len(w.focDates[sub.ID]) > 0 {
				w.note(w.focDates, sub.ID, sub.FOCDate)
			}
			for _, n := range sub.Numbers {
				if in := w.in[n.Number]; len(in) == 0 || in[len(in)-1] != sub.ID {
					w.in[n.Number] = append(in, sub.ID)
					w.facts++
				}
			}
			complete = complete && (sub.Status == "ported" || sub.Status == "cancelled")
			exception = exception || sub.Status == "exception"
			if sub.Status == "exception" && w.Now().Sub(sub.UpdatedAt) >= 20*time.Hour && len(subs) > 1 {
				w.server.Move(sub.ID, porting.SubRequestStatusSubmitted)
			}
		}
		w.exceptions[id] = exception
		if exception {
			w.exception += tick
		}
		if complete {
			delete(w.open, id)
		}
	}
}

// get asks the sandbox for something of the port requests, until no fault is in the way.
func (w *world) get(ctx context.Context, path string, into any) {
	for {
		request := httptest.NewRequestWithContext(ctx, http.MethodGet, w.server.URL()+"/origination/porting/port_requests"+path, nil)
		request.Header.Set("Authorization", "Token "+portingtest.Token)
		answer, err := inProcess{w.server}.RoundTrip(request)
		if err != nil || answer.StatusCode != http.StatusOK {
			continue
		}
		require.NoError(w.t, json.NewDecoder(answer.Body).Decode(into))
		require.NoError(w.t, answer.Body.Close())
		return
	}
}

func (w *world) note(of map[porting.SubRequestID][]string, id porting.SubRequestID, now string) {
	if was := of[id]; len(was) == 0 || was[len(was)-1] != now {
		of[id] = append(was, now)
		w.facts++
	}
}

// inProcess asks a sandbox without the network, which saves a third of the time.
type inProcess struct{ server *portingtest.Server }

func (p inProcess) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	defer func() {
		if lost := recover(); lost == http.ErrAbortHandler { //nolint:errorlint // the sandbox drops the connection with this value
			answer, err = nil, io.ErrUnexpectedEOF
		} else if lost != nil {
			panic(lost)
		}
	}()
	recorder := httptest.NewRecorder()
	p.server.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// A counter counts calls and tries.
type counter struct{ calls, tries atomic.Int64 }

func (c *counter) Observe(_ context.Context, e porting.Event) {
	if e.Kind == porting.EventCall {
		c.calls.Add(1)
	} else {
		c.tries.Add(1)
	}
}

// TestSimulation watches 500 port requests for 30 days, with a watcher that crashes 40 times, in
// the midst of a poll's events, before they are saved, or while it waits; and loses answers. What it
// was delivered is compared with the record of the sandbox.
//
// The bound on its calls: a poll takes one for each 250 open port requests, so two at most,
// and there is one poll in 50 minutes at most, and one for each crash. Comments and
// documents take two calls of a port request, each time that it is seen to have changed,
// which is at most once for each thing that has changed and once for each event that is
// delivered again; once a day that it is open, and when it appears; and in each poll while it has an exception.
// A port request that leaves the list takes one call, and again if a crash comes then.
func TestSimulation(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes ten seconds, and a minute with the race detector")
	}
	const seed = 7
	began := time.Now()
	server := portingtest.NewServer(portingtest.WithSeed(seed))
	t.Cleanup(server.Close)
	w := &world{
		t: t, server: server, random: rand.New(rand.NewPCG(seed, seed)),
		end: portingtest.Start.Add(simulated), next: portingtest.Start.Add(tick), open: map[porting.PortRequestID]bool{},
		statuses: map[porting.SubRequestID][]string{}, focDates: map[porting.SubRequestID][]string{}, in: map[string][]porting.SubRequestID{},
		updated: map[porting.PortRequestID]string{}, exceptions: map[porting.PortRequestID]bool{},
	}
	for _, operation := range []string{"PortRequests.List", "PortRequests.Get", "Comments.List", "Documents.List"} {
		for _, effect := range []portingtest.Effect{portingtest.DropAfter(), portingtest.DropBefore(), portingtest.BadGateway()} {
			server.Inject(portingtest.Fault{Operation: operation, Chance: 0.02, Effect: effect})
		}
	}
	var counted counter
	c := client(server, porting.WithObserver(&counted), porting.WithHTTPClient(&http.Client{Transport: inProcess{server}}))
	memory := &watch.MemoryStore{} // outlives the crashes, as a file would
	seen, repeats, failed := map[string]bool{}, 0, 0
	var events []watch.Event
	var crashed int
	for w.Now().Before(w.end) {
		ctx, cancel := context.WithCancelCause(t.Context())
		crash := portingtest.Start.Add(simulated * time.Duration(crashed+1) / (crashes + 1))
		store := &crashingStore{Store: memory}
		opts := &watch.Options{Pace: watch.Pace{Clock: &crashingClock{w, crash, cancel, crashed%3 == 0}, Min: shortest, Max: longest}, Store: store}
		for e, err := range watch.Events(ctx, c, opts) {
			if err != nil {
				require.ErrorIs(t, err, errCrash)
				break
			}
			switch {
			case e.Kind == watch.PollFailed:
				failed++
			case seen[e.ID]:
				repeats++
			default:
				seen[e.ID] = true
				events = append(events, e)
			}
			if !w.Now().Before(crash) {
				if crashed%3 == 1 && w.random.IntN(3) == 0 {
					break // in the midst of the events
				}
				store.crash = crashed%3 == 2
			}
		}
		cancel(nil)
		crashed++
		require.NoError(t, w.Wait(t.Context(), time.Duration(w.random.Int64N(int64(longest)))))
	}
	require.NoError(t, server.CheckInvariants())
	require.Equal(t, ports, w.added)

	assert.LessOrEqual(t, w.compare(t, events), failed, "exceptions without the comment, since reading it failed")
	const calls, pages = 2, 2
	polls := int(simulated/shortest) + crashed
	bound := pages*polls + calls*(w.facts+repeats+ports) + calls*int(w.openFor/(24*time.Hour)) +
		calls*int(w.exception/shortest) + ports + repeats
	assert.LessOrEqual(t, int(counted.calls.Load()), bound)
	t.Logf("%d events and %d repeats in %d crashes, %d failed polls; %d calls in %d tries, bound %d; %v",
		len(events), repeats, crashed, failed, counted.calls.Load(), counted.tries.Load(), bound, time.Since(began).Round(time.Millisecond))
	assert.GreaterOrEqual(t, crashed, crashes)
}

var errCrash = errors.New("crash")

// A crashingClock is a world's until it is time to crash; then it ends the context if it is its
// turn, and after the end in any case.
type crashingClock struct {
	*world
	at     time.Time
	cancel context.CancelCauseFunc
	mine   bool
}

func (c *crashingClock) Wait(ctx context.Context, d time.Duration) error {
	err := c.world.Wait(ctx, d)
	if !c.Now().Before(c.end) || c.mine && !c.Now().Before(c.at) {
		c.cancel(errCrash)
		return errCrash
	}
	return err
}

// A crashingStore fails before it has saved anything.
type crashingStore struct {
	watch.Store
	crash bool
}

func (s *crashingStore) Save(ctx context.Context, put []watch.Record, drop []porting.PortRequestID) error {
	if s.crash {
		return errCrash
	}
	return s.Store.Save(ctx, put, drop)
}

// compare holds the events against the record: each thing in it was delivered, in its order, and
// nothing else. It returns how many exceptions came without the comment that explains them.
func (w *world) compare(t *testing.T, events []watch.Event) (unexplained int) {
	t.Helper()
	statuses, focDates, in := map[porting.SubRequestID][]string{}, map[porting.SubRequestID][]string{}, map[string][]porting.SubRequestID{}
	comments, documents := map[porting.PortRequestID][]porting.CommentID{}, map[porting.PortRequestID]int{}
	completed, appeared := map[porting.PortRequestID]int{}, map[porting.PortRequestID]int{}
	last := func(of []string) string {
		if len(of) == 0 {
			return ""
		}
		return of[len(of)-1]
	}
	for _, e := range events {
		switch e.Kind {
		case watch.StatusChanged, watch.Exception:
			if e.OldStatus != "" {
				assert.Contains(t, statuses[e.SubRequest], string(e.OldStatus))
			}
			if last(statuses[e.SubRequest]) != string(e.Status) { // the way to it can be another when it is delivered again
				statuses[e.SubRequest] = append(statuses[e.SubRequest], string(e.Status))
			}
			if e.Kind == watch.Exception && e.Comment == nil {
				unexplained++
			}
		case watch.FOCSet, watch.FOCMoved, watch.FOCCleared:
			if at := e.FOCDate.Format(time.RFC3339); last(focDates[e.SubRequest]) != at {
				focDates[e.SubRequest] = append(focDates[e.SubRequest], at)
			}
		case watch.NumberMoved:
			if e.SubRequest != "" {
				in[e.Number] = append(in[e.Number], e.SubRequest)
			}
		case watch.CommentAdded:
			comments[e.PortRequest] = append(comments[e.PortRequest], e.Comment.ID)
		case watch.DocumentAdded:
			documents[e.PortRequest]++
		case watch.Completed:
			completed[e.PortRequest]++
		case watch.Appeared:
			appeared[e.PortRequest]++
		default:
			t.Errorf("an invented event: %v", e)
		}
	}
	assert.Equal(t, w.statuses, statuses)
	assert.Equal(t, w.focDates, focDates)
	for number, subs := range w.in {
		assert.Equal(t, subs[1:], slices.Clip(append([]porting.SubRequestID{}, in[number]...)))
	}

	var snapshot struct {
		PortRequests []struct {
			ID       porting.PortRequestID `json:"id"`
			Comments []struct {
				ID porting.CommentID `json:"id"`
			} `json:"comments"`
			Documents []struct{} `json:"supporting_documents"`
		} `json:"port_requests"`
	}
	require.NoError(t, json.NewDecoder(strings.NewReader(string(w.server.Snapshot()))).Decode(&snapshot))
	require.Len(t, snapshot.PortRequests, ports)
	for _, p := range snapshot.PortRequests {
		var want []porting.CommentID
		for _, comment := range p.Comments {
			want = append(want, comment.ID)
		}
		assert.Equal(t, want, comments[p.ID])
		assert.Equal(t, len(p.Documents), documents[p.ID])
		assert.Equal(t, 1, appeared[p.ID])
		if w.open[p.ID] {
			assert.Zero(t, completed[p.ID])
		} else {
			assert.Equal(t, 1, completed[p.ID])
		}
	}
	return unexplained
}
