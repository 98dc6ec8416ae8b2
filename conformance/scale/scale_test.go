// Package scale takes ten thousand ports through a bad day, in simulated time: fifty workers, an
// hour in which the API is down, storms of 429, a deploy in the middle. It counts requests,
// measures how long a change goes unseen, and looks for what was done twice or lost.
//
//	go test -v -ports 10000 ./scale
package scale

import (
	"context"
	"flag"
	"fmt"
	"io"
	"iter"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/intake/enduser"
	"github.com/numberporting/porting/workflow/watch"
)

var (
	ports   = flag.Int("ports", 500, "how many port requests")
	workers = flag.Int("workers", 50, "how many workers submit them")
)

// The day's timetable, from its begin.
const (
	storms     = 2 * time.Minute // from then on, every five minutes the API takes next to nothing for half a minute
	down, up   = 10 * time.Minute, 70 * time.Minute
	deploy     = 75 * time.Minute // all workers and the watcher are stopped, and started again
	secondStop = 3 * 24 * time.Hour
	latency    = 40 * time.Millisecond
	maxDays    = 30
)

func TestBadDay(t *testing.T) {
	t.Parallel()
	began := time.Now()
	server := portingtest.NewServer(portingtest.WithSeed(1))
	defer server.Close()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, server: server, begin: time.Now(), random: rand.New(rand.NewPCG(1, 1))}
		w.plans()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go w.tick(ctx)

		var all sync.WaitGroup
		all.Go(func() { w.submit(ctx) })
		all.Go(func() { w.watch(ctx) })
		all.Wait()
		w.check()
		w.report(time.Since(w.begin))
	})
	t.Logf("%v of real time", time.Since(began).Round(time.Second))
}

// A world is the sandbox, the network to it, and what is counted.
type world struct {
	*testing.T
	server *portingtest.Server
	begin  time.Time

	sets     []drafts.Set
	journals []*journal // one for each worker; they outlive a deploy
	seen     watch.MemoryStore

	mutex    sync.Mutex
	random   *rand.Rand
	budget   float64       // of requests that the API takes now
	refilled time.Duration // when that was counted

	requests            map[string]int // that were answered, by phase
	refused, lost, late atomic.Int64
	submitted           atomic.Int64 // when the last set was submitted, a time.Duration from the begin; 0: not yet
	delays              []time.Duration
	completed           map[porting.PortRequestID]int
	events, repeats     int
	polls               int
}

// rate is how many requests the API takes in a second, which is such that it takes some twenty minutes to submit all.
func (w *world) rate() float64 { return float64(*ports) / 50 }

func (w *world) since() time.Duration { return time.Since(w.begin) }

// plans makes the sets: one or two numbers each, a third of them at two carriers, and some of numbers
// whose life isn't straight.
func (w *world) plans() {
	w.requests, w.completed = map[string]int{}, map[porting.PortRequestID]int{}
	w.journals = make([]*journal, *workers)
	for i := range w.journals {
		w.journals[i] = new(journal)
	}
	areas := []int{}
	for area := 201; area < 1000; area++ {
		if area%100 != 11 && !slices.Contains([]int{800, 822, 833, 844, 855, 866, 877, 880, 888, 900}, area) {
			areas = append(areas, area)
		}
	}
	kinds := [][]int{{0, 60}, {1}, {2, 3}, {85, 61}, {4}, {5, 87}, {6, 62}, {7, 8}, {89, 9}, {10}, {11, 63}, {12}, {13, 86}, {14}}
	for i := range *ports {
		area, kind := areas[i/len(kinds)%len(areas)], kinds[i%len(kinds)]
		var numbers []string
		for _, last := range kind {
			numbers = append(numbers, fmt.Sprintf("+1%d55501%02d", area, last))
		}
		slices.Sort(numbers)
		w.sets = append(w.sets, drafts.Set{
			Name: fmt.Sprint(i), Numbers: numbers, FOC: new(drafts.Wish),
			Profiles: drafts.Profiles{Default: enduser.Profile{
				PersonOrCompanyName: "Example Bakery", AuthPersonName: "Ada Example", BillingPhoneNumber: numbers[0],
				StreetAddress: "1 Main Street", Locality: "Chicago", AdministrativeArea: "IL", PostalCode: "60601", CountryCode: "US",
				AccountNumber: porting.Secret("ACC-20451"), PINPasscode: porting.Secret("4711"),
				DefaultConnectionID: "1293384261075731499", DefaultMessageProfileID: "40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11",
				PortingOption: porting.PortingOption{Type: porting.PortingOptionTypeFull},
			}},
			Documents: []drafts.File{{Type: porting.DocumentTypeLOA, Path: "loa.pdf"}, {Type: porting.DocumentTypeInvoice, Path: "invoice.pdf"}},
		})
	}
	require.LessOrEqual(w, *ports, len(areas)*len(kinds), "so many numbers there are")
}

// tick moves the sandbox's clock with the time of the bubble.
func (w *world) tick(ctx context.Context) {
	for ctx.Err() == nil {
		d := time.Second
		if w.since() > deploy+24*time.Hour {
			d = time.Minute
		}
		_ = sleep(ctx, d)
		w.server.Advance(d)
	}
}

// submit has the workers carry out the plan. They are all stopped for the deploy.
func (w *world) submit(ctx context.Context) {
	run := func(ctx context.Context) {
		var all sync.WaitGroup
		for i := range *workers {
			all.Go(func() { w.work(ctx, i) })
		}
		all.Wait()
	}
	first, cancel := context.WithTimeout(ctx, deploy)
	run(first)
	cancel()
	if w.since() >= deploy {
		run(ctx)
	}
	w.submitted.Store(int64(w.since()))
}

// work carries out every fiftieth set, and again after a failure, a minute later.
func (w *world) work(ctx context.Context, i int) {
	plan := &drafts.Plan{Submit: true}
	for k := i; k < len(w.sets); k += *workers {
		plan.Sets = append(plan.Sets, w.sets[k])
	}
	if len(plan.Sets) == 0 {
		return
	}
	opts := &drafts.RunOptions{
		Journal: w.journals[i], Now: w.server.Now, Sleep: sleep, Find: drafts.FindOptions{PerPage: 20},
		Open: func(path string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("%PDF-1.7 " + path)), nil
		},
	}
	share := rate.NewLimiter(rate.Limit(w.rate()/float64(*workers)), 1) // each worker keeps to its share, as fifty machines would
	client := w.client("submit", porting.WithLimiter(share), porting.WithTimeout(10*time.Minute))
	for ctx.Err() == nil {
		if _, err := drafts.Run(ctx, client, plan, opts); err == nil {
			return
		}
		_ = sleep(ctx, time.Minute)
	}
}

// watch follows all port requests until they are complete, mends exceptions, and starts again
// where a deploy stopped it.
func (w *world) watch(ctx context.Context) {
	ids := map[string]bool{}
	for _, stop := range []time.Duration{deploy, secondStop, maxDays * 24 * time.Hour} {
		ctx, cancel := context.WithTimeout(ctx, stop-w.since())
		client := w.client("watch")
		for e, err := range watch.Events(ctx, client, &watch.Options{Store: &w.seen, Pace: watch.Pace{Clock: clock{w}}}) {
			if err != nil {
				require.ErrorIs(w, err, context.DeadlineExceeded)
				break
			}
			if ids[e.ID] {
				w.repeats++
			} else {
				w.measure(ctx, &e)
			}
			ids[e.ID] = true
			if e.Kind == watch.Exception {
				w.mend(ctx, &e)
			}
			if w.done() {
				break
			}
		}
		cancel()
		if w.done() {
			return
		}
	}
}

// mend corrects what the carrier has rejected. It asks again as long as it has to: an event comes once.
func (w *world) mend(ctx context.Context, e *watch.Event) {
	fix := exceptions.Fix{Comment: "The account number is corrected."}
	fix.Profile.AccountNumber = porting.Secret("ACC-20452")
	for ctx.Err() == nil {
		if _, err := exceptions.Resolve(ctx, w.client("mend"), e.PortRequest, e.SubRequest, fix, &exceptions.Options{Sleep: sleep}); err == nil {
			return
		}
		_ = sleep(ctx, time.Minute)
	}
}

func (w *world) done() bool { return len(w.completed) == *ports && w.submitted.Load() > 0 }

// measure counts an event, and how long after it the change was seen.
func (w *world) measure(ctx context.Context, e *watch.Event) {
	w.events++
	switch e.Kind { //nolint:exhaustive // the others say nothing of the time
	case watch.Completed:
		w.completed[e.PortRequest]++
	case watch.StatusChanged, watch.Exception:
		if !e.First {
			w.delays = append(w.delays, e.Time.Sub(w.changedAt(context.WithoutCancel(ctx), e.PortRequest, e.SubRequest)))
		}
	}
}

// changedAt reads from the sandbox, past the network, when a sub request last changed.
func (w *world) changedAt(ctx context.Context, id porting.PortRequestID, sub porting.SubRequestID) time.Time {
	direct := w.direct()
	got, err := direct.SubRequests.Get(ctx, id, sub)
	require.NoError(w, err)
	return got.UpdatedAt.Time
}

// check holds the sandbox against the plan: nothing twice, nothing lost.
func (w *world) check() {
	w.server.AssertClean(w.T)
	require.NoError(w, w.server.CheckInvariants())
	direct, numbers, count := w.direct(), map[string]int{}, 0
	for p, err := range direct.PortRequests.All(w.Context(), nil) {
		require.NoError(w, err)
		count++
		for _, n := range p.PhoneNumbers {
			numbers[n.PhoneNumber]++
		}
		assert.Equal(w, 1, w.completed[p.ID], "completed, and said once")
	}
	assert.Equal(w, *ports, count)
	for _, set := range w.sets {
		for _, number := range set.Numbers {
			require.Equal(w, 1, numbers[number])
		}
	}
	assert.Len(w, w.completed, *ports)
	pending := 0
	for _, err := range direct.Drafts.All(w.Context(), &porting.DraftListOptions{Status: porting.DraftStatusPending}) {
		require.NoError(w, err)
		pending++
	}
	assert.Zero(w, pending, "drafts that were left behind")
}

func (w *world) report(all time.Duration) {
	n := float64(*ports)
	slices.Sort(w.delays)
	at := func(q float64) time.Duration { return w.delays[int(q*float64(len(w.delays)-1))].Round(time.Second) }
	w.Logf("%d ports, %d workers: submitted after %v, complete after %v", *ports, *workers, time.Duration(w.submitted.Load()).Round(time.Second), all.Round(time.Minute))
	w.Logf("requests per port: %.1f to submit, %.1f to watch, %.2f to mend; and %.1f refused; %d answers lost, %d of them acted on later",
		float64(w.requests["submit"])/n, float64(w.requests["watch"])/n, float64(w.requests["mend"])/n, float64(w.refused.Load())/n, w.lost.Load(), w.late.Load())
	w.Logf("%d events, %d repeats in %d polls; %d status changes seen after %v (median), %v (99 of 100), %v (all)",
		w.events, w.repeats, w.polls, len(w.delays), at(0.5), at(0.99), at(1))
}

// A clock is the sandbox's; to wait is to sleep in the bubble.
type clock struct{ *world }

func (c clock) Now() time.Time { return c.server.Now() }

func (c clock) Wait(ctx context.Context, d time.Duration) error {
	c.polls++
	return sleep(ctx, d)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// A journal is in memory, and outlives the worker.
type journal struct{ entries []drafts.Entry }

func (j *journal) Entries() iter.Seq2[drafts.Entry, error] {
	return func(yield func(drafts.Entry, error) bool) {
		for _, e := range j.entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (j *journal) Append(e drafts.Entry) error {
	j.entries = append(j.entries, e)
	return nil
}

// direct is a client that the bad day doesn't reach.
func (w *world) direct() *porting.Client {
	return w.server.Client(porting.WithHTTPClient(&http.Client{Transport: inProcess{w.server}}))
}

func (w *world) client(phase string, opts ...porting.Option) *porting.Client {
	return w.server.Client(append(opts, porting.WithHTTPClient(&http.Client{Transport: &network{w, phase}}))...)
}

// A network is between a client and the sandbox, on a bad day.
type network struct {
	*world
	phase string
}

var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, now := r.Context(), n.since()
	n.mutex.Lock()
	dice := n.random.Float64()
	n.mutex.Unlock()
	if err := sleep(ctx, latency); err != nil {
		return nil, n.abandon(context.WithoutCancel(ctx), r, dice, err)
	}
	switch {
	case now >= down && now < down+5*time.Second: // what is under way is done, or will be; nobody is told
		n.lost.Add(1)
		if dice < 0.5 {
			_ = n.act(r).Body.Close()
		} else {
			n.actLater(context.WithoutCancel(ctx), r)
		}
		return nil, errReset
	case now >= down && now < up:
		n.refused.Add(1)
		if dice < 0.5 {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}
		return answer(r, http.StatusBadGateway, nil), nil
	case !n.taken():
		n.refused.Add(1)
		return answer(r, http.StatusTooManyRequests, http.Header{"Retry-After": {"2"}}), nil
	}
	n.mutex.Lock()
	n.requests[n.phase]++
	n.mutex.Unlock()
	return n.act(r), nil
}

// abandon is what comes of a request whose caller has gone: the server knows it, or it doesn't.
func (n *network) abandon(ctx context.Context, r *http.Request, dice float64, err error) error {
	if dice < 0.5 {
		n.lost.Add(1)
		n.actLater(ctx, r)
	}
	return err
}

func (n *network) act(r *http.Request) *http.Response {
	response, _ := inProcess{n.server}.RoundTrip(r)
	return response
}

// actLater has the sandbox act up to half a minute from now, when nobody waits for it any more.
func (n *network) actLater(ctx context.Context, r *http.Request) {
	n.late.Add(1)
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	n.mutex.Lock()
	wait := time.Duration(n.random.Int64N(int64(30 * time.Second)))
	n.mutex.Unlock()
	go func() {
		_ = sleep(ctx, wait)
		late := r.Clone(ctx)
		late.Body = io.NopCloser(strings.NewReader(string(body)))
		_ = n.act(late).Body.Close()
	}()
}

// taken tells whether the API takes another request in this second.
func (n *network) taken() bool {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	now, most := n.since(), n.rate()
	if now > storms && now%(5*time.Minute) < 30*time.Second && now < deploy+time.Hour {
		most /= 40
	}
	n.budget = min(max(most, 1), n.budget+most*(now-n.refilled).Seconds())
	n.refilled = now
	if n.budget < 1 {
		return false
	}
	n.budget--
	return true
}

type inProcess struct{ server *portingtest.Server }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	p.server.ServeHTTP(recorder, r)
	response := recorder.Result()
	response.Request = r
	return response, nil
}

func answer(r *http.Request, status int, header http.Header) *http.Response {
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: status, Header: maps.Clone(header), Body: http.NoBody, Request: r}
}
