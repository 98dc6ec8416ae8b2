package conformance

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

var (
	walkSeed  = flag.Uint64("seed", 1, "the seed of the first of the random walks")
	walkSteps = flag.Int("steps", 2000, "how many steps each of the random walks has")
)

// strange are statuses that the contract doesn't know. Enums are open, so that a carrier may bring them about; here
// scripts do. The walks hold answers to the description with these values added, so that any other is still an error.
var strange = []string{"EXCEPTION", "téléphone ☎"}

func walkChecker(t *testing.T) *checker {
	t.Helper()
	const last = "cancelled, cancel-pending"
	var list strings.Builder
	list.WriteString(last)
	for _, status := range strange {
		list.WriteString(", " + strconv.Quote(status))
	}
	require.Equal(t, 1, bytes.Count(source, []byte(last)))
	return newChecker(t, readDescription(t, bytes.Replace(source, []byte(last), []byte(list.String()), 1)))
}

// TestWalk goes through the states of the sandbox at random, and has every answer in every state checked. Each walk has a
// seed, a sandbox and one client: with the same seed it takes the same steps.
func TestWalk(t *testing.T) {
	t.Parallel()
	const walks = 5
	var checkers []*checker // one for each walk, so that none waits for another
	var walked atomic.Int32
	for i := range walks {
		seed := *walkSeed + uint64(i)
		c := walkChecker(t)
		checkers = append(checkers, c)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWalker(t, c, portingtest.NewServer(walkOptions(seed)...), seed)
			w.alone = true
			w.walk(*walkSteps)
			w.finish(fmt.Sprintf("go test -run 'TestWalk/seed_%d$' -seed %d -steps %d", seed, seed, *walkSteps))
			if !t.Failed() {
				walked.Add(1)
			}
		})
	}
	t.Cleanup(func() { // after all of them
		if walked.Load() < walks {
			return
		}
		checked, unseen := 0, checkers[0].unseen()
		for _, c := range checkers {
			checked += c.checked
			unseen = slices.DeleteFunc(unseen, func(thing string) bool { return c.seen[thing] })
		}
		t.Logf("%d steps, %d answers", walks**walkSteps, checked)
		if *walkSteps >= 2000 {
			assert.Empty(t, without(unseen, unproved), "described, but not met")
		}
	})
}

// TestWalkAgain takes the same walk twice.
func TestWalkAgain(t *testing.T) {
	t.Parallel()
	var walkers [2]*walker
	for i := range walkers {
		walkers[i] = newWalker(t, walkChecker(t), portingtest.NewServer(walkOptions(*walkSeed)...), *walkSeed)
		walkers[i].alone = true
		walkers[i].walk(*walkSteps / 10)
	}
	assert.Equal(t, walkers[0].last, walkers[1].last)
	assert.Equal(t, string(walkers[0].server.Snapshot()), string(walkers[1].server.Snapshot()))
}

// TestWalkTogether has 16 clients walk through one sandbox at once.
func TestWalkTogether(t *testing.T) {
	t.Parallel()
	const clients = 16
	c := walkChecker(t)
	const century = 100 * 365 * 24 * time.Hour // until drafts are deleted: a list must not shrink while another client reads it
	server := portingtest.NewServer(append(walkOptions(*walkSeed), portingtest.WithTimings(portingtest.Timings{Draft: century}))...)
	var walkers []*walker
	var group sync.WaitGroup
	for i := range uint64(clients) {
		w := newWalker(t, c, server, *walkSeed+i)
		walkers = append(walkers, w)
		group.Go(func() { w.walk(*walkSteps / clients) })
	}
	group.Wait()
	least, most := 0, 0
	for _, w := range walkers {
		w.finish(fmt.Sprintf("go test -run TestWalkTogether -seed %d -steps %d", *walkSeed, *walkSteps))
		least += w.least
		most += w.most
	}
	violations := server.Violations()
	assert.GreaterOrEqual(t, len(violations), least, "violations")
	assert.LessOrEqual(t, len(violations), most, "%q", violations)
}

// walkOptions are those of a sandbox that is walked through. They too follow from the seed.
func walkOptions(seed uint64) []portingtest.Option {
	r := rand.New(rand.NewPCG(seed, 0))
	opts := []portingtest.Option{portingtest.WithSeed(seed)}
	for _, opt := range []portingtest.Option{
		portingtest.WithUploadKey(),
		portingtest.WithDocumentsOptional(),
		portingtest.WithTimings(portingtest.Timings{InProcess: -1, Submitted: time.Minute, Cancel: time.Minute}),
		portingtest.WithNumber("+442079460100", portingtest.Fate{
			PortabilityStatus: "confirmed", CoverageCategory: "nanp_generic", Behavior: portingtest.LateSplit,
		}),
	} {
		if r.IntN(3) == 0 {
			opts = append(opts, opt)
		}
	}
	return opts
}

// A walker does random things to a sandbox, one after the other.
type walker struct {
	t        *testing.T
	server   *portingtest.Server
	client   *porting.Client
	stranger *porting.Client // its token is wrong
	rand     *rand.Rand
	mirror   *portingtest.Server // for snapshots
	alone    bool                // nobody else is at the sandbox, which then may go back in time

	met  met
	past *past    // to which the sandbox may go back
	last []string // steps, for the report of a failure
	done int      // steps

	least, most int // violations of the wire that the sandbox has to find

	step // the one that is being taken
}

// A step is one thing done.
type step struct {
	args       []string
	odd        *bool // the description doesn't allow it; see oddKey
	breach     int   // violations that the sandbox has to find
	mayBreach  bool  // it may find one more
	unknowable bool  // another's step can have come in between
}

// A past is what was, with what was known then.
type past struct {
	snapshot    []byte
	met         met
	least, most int
}

func newWalker(t *testing.T, c *checker, server *portingtest.Server, seed uint64) *walker {
	t.Helper()
	w := &walker{t: t, server: server, mirror: portingtest.NewServer(), rand: rand.New(rand.NewPCG(seed, 1))}
	t.Cleanup(w.server.Close)
	t.Cleanup(w.mirror.Close)
	creds := pick(w, []porting.Credentials{
		porting.UserToken(portingtest.User, portingtest.Token),
		porting.Token(portingtest.Token),
		porting.BearerKey(portingtest.Key),
	})
	client := func(rt http.RoundTripper, creds porting.Credentials) *porting.Client {
		client, err := porting.NewClient(creds, porting.WithBaseURL(server.URL()), porting.WithReadAhead(2),
			porting.WithHTTPClient(&http.Client{Transport: rt}))
		require.NoError(t, err)
		return client
	}
	tr := newTransport(t, c)
	w.client = client(tr, creds)
	w.stranger = client(tr, porting.UserToken(portingtest.User, "wrong"))
	return w
}

// walk takes steps until one fails.
func (w *walker) walk(steps int) {
	total := 0
	for _, m := range moves {
		total += m.weight
	}
	for ; w.done < steps && !w.t.Failed(); w.done++ {
		n := w.rand.IntN(total)
		i := slices.IndexFunc(moves, func(m move) bool { n -= m.weight; return n < 0 })
		w.take(moves[i])
	}
}

// take takes one step and looks at what came of it.
func (w *walker) take(m move) {
	w.step = step{odd: new(bool)}
	ctx := context.WithValue(w.t.Context(), oddKey{}, w.odd)
	err := m.do(w, ctx)
	w.last = append(w.last, fmt.Sprintf("%5d %s(%s): %v", w.done, m.name, strings.Join(w.args, ", "), err))
	w.last = w.last[max(0, len(w.last)-20):]
	w.least += w.breach
	w.most += w.breach
	if w.mayBreach {
		w.most++
	}

	if !w.expected(err) {
		w.t.Errorf("an error that can't be: %v", err)
	}
	if w.alone {
		violations := w.server.Violations()
		if n := len(violations); n < w.least || n > w.most {
			w.t.Errorf("%d violations instead of %d to %d, the last of them: %q", n, w.least, w.most, violations[max(0, n-3):])
		}
		w.least, w.most = len(violations), len(violations)
	}
	if err := w.server.CheckInvariants(); err != nil {
		w.t.Errorf("broken invariant: %v", err)
	}
}

// expected tells whether a step may end so.
func (w *walker) expected(err error) bool {
	if err == nil || errors.Is(err, porting.ErrNotFound) || errors.Is(err, porting.ErrUnprocessable) {
		return true
	}
	if _, ok := errors.AsType[*porting.ArgumentError](err); ok {
		return true
	}
	if errors.Is(err, porting.ErrRepeatedPage) || errors.Is(err, porting.ErrListChanges) {
		return !w.alone // somebody went back to a snapshot, with drafts that the clock has deleted since
	}
	refusal, ok := errors.AsType[*porting.APIError](err)
	switch {
	case !ok:
		return false
	case refusal.StatusCode == http.StatusForbidden:
		return w.unknowable && !w.alone // the clock moved, and a link or a form expired
	}
	return *w.odd && refusal.StatusCode/100 == 4
}

// finish reports a failure so that it can be looked at again.
func (w *walker) finish(again string) {
	w.t.Helper()
	if w.t.Failed() {
		w.t.Errorf("after %d steps; to see it again: %s\n%s", w.done, again, strings.Join(w.last, "\n"))
	}
}
