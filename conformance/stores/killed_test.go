package stores

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/watch"
	"github.com/numberporting/porting/workflow/watch/sqlstore"
)

// childEnv has the name of a process that watches instead of running the tests.
const childEnv = "STORES_TEST_CHILD"

const (
	childLease = 500 * time.Millisecond
	childPace  = 30 * time.Millisecond
	childWork  = 5 * time.Millisecond // what is done about an event
)

// A line is what a child writes to the pipe that all children have in common. It is short enough
// for one write to be one piece, so the lines are in the order in which things have happened.
type line struct {
	Child string     `json:"child"`
	Poll  int        `json:"poll"`
	Event string     `json:"event,omitzero"` // the id of an event that was delivered
	Kind  watch.Kind `json:"kind,omitzero"`

	Sub    porting.SubRequestID     `json:"sub,omitzero"`
	Status porting.SubRequestStatus `json:"status,omitzero"`

	Failed string `json:"failed,omitzero"` // why the poll has failed
	Saved  bool   `json:"saved,omitzero"`  // the poll is over; unless it has failed, it is saved
}

// child watches until it is killed.
func child() int {
	pipe, ctx := os.NewFile(3, "pipe"), context.Background()
	clock := &childClock{}
	say := func(l line) {
		l.Child, l.Poll = os.Getenv(childEnv), clock.poll
		text, err := json.Marshal(l)
		if err == nil {
			_, err = pipe.Write(append(text, '\n'))
		}
		if err != nil {
			log.Fatal(err) // the test has ended
		}
	}
	clock.wait = func() { say(line{Saved: true}) }
	db, err := sql.Open(os.Getenv("STORES_TEST_DRIVER"), os.Getenv("STORES_TEST_DSN"))
	if err != nil {
		log.Print(err)
		return 1
	}
	opts := &sqlstore.Options{Prefix: os.Getenv("STORES_TEST_PREFIX"), Lease: childLease}
	store, err := sqlstore.Open(ctx, db, sqlstore.Dialect(os.Getenv("STORES_TEST_DIALECT")), opts)
	if err != nil {
		log.Print(err)
		return 1
	}
	client, err := porting.NewClientFromEnv()
	if err != nil {
		log.Print(err)
		return 1
	}
	for e, err := range watch.Events(ctx, client, &watch.Options{Store: store, Pace: watch.Pace{Min: childPace, Max: childPace, Clock: clock}}) {
		switch {
		case err != nil:
			log.Print(err)
			return 1
		case e.Kind == watch.PollFailed:
			say(line{Failed: e.Err.Error()})
		default:
			say(line{Event: e.ID, Kind: e.Kind, Sub: e.SubRequest, Status: e.Status})
			<-time.After(childWork)
		}
	}
	return 0
}

// A childClock is the system's. It counts polls, each of which asks it for the time once.
type childClock struct {
	poll int
	wait func()
}

func (c *childClock) Now() time.Time { c.poll++; return time.Now() }

func (c *childClock) Wait(ctx context.Context, d time.Duration) error {
	c.wait()
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A nursery has a sandbox, in which each sub request moves on as soon as somebody has told of its
// last status and saved that, and children that watch it.
type nursery struct {
	t       *testing.T
	on      database
	sandbox *portingtest.Server
	pipe    *os.File
	born    int
	read    chan struct{} // closed when all children have ended

	mutex      sync.Mutex
	still      bool // the sub requests don't move any more
	at         map[porting.SubRequestID]int
	told       map[porting.SubRequestID]int
	moved      map[porting.SubRequestID]time.Time
	longest    time.Duration                     // from a move until it was told
	deliveries map[string][]string               // the polls by event
	late       []line                            // that told of a status after the next one was told
	tellers    map[string][]porting.SubRequestID // by poll
	saved      map[string]bool                   // polls
	failed     map[string]string
	onEvent    map[string]chan struct{} // by child
}

// newNursery makes a nursery of some port requests.
func newNursery(t *testing.T, on database, count int) *nursery {
	t.Helper()
	n := &nursery{
		t: t, on: on, sandbox: portingtest.NewServer(), read: make(chan struct{}),
		at: map[porting.SubRequestID]int{}, told: map[porting.SubRequestID]int{}, moved: map[porting.SubRequestID]time.Time{},
		deliveries: map[string][]string{}, tellers: map[string][]porting.SubRequestID{}, saved: map[string]bool{}, failed: map[string]string{}, onEvent: map[string]chan struct{}{},
	}
	t.Cleanup(n.sandbox.Close)
	for i := range count {
		_, subs := n.sandbox.AddPortRequest(fmt.Sprintf("+1%d5550193", 212+i))
		n.move(subs[0])
	}
	on.store(t, childLease) // makes the tables
	lines, pipe, err := os.Pipe()
	require.NoError(t, err)
	n.pipe = pipe
	go n.listen(lines)
	return n
}

// move gives a sub request its next status.
func (n *nursery) move(sub porting.SubRequestID) {
	n.at[sub]++
	n.moved[sub] = time.Now()
	n.sandbox.Move(sub, porting.SubRequestStatus("step-"+strconv.Itoa(n.at[sub])))
}

func (n *nursery) listen(lines *os.File) {
	defer close(n.read)
	defer func() { _ = lines.Close() }()
	for scanner := bufio.NewScanner(lines); scanner.Scan(); {
		var l line
		if assert.NoError(n.t, json.Unmarshal(scanner.Bytes(), &l), scanner.Text()) {
			n.hear(l)
		}
	}
}

func (n *nursery) hear(l line) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	poll := l.Child + "/" + strconv.Itoa(l.Poll)
	switch {
	case l.Failed != "":
		n.failed[poll] = l.Failed
	case l.Saved:
		n.saved[poll] = n.failed[poll] == ""
		for _, sub := range n.tellers[poll] {
			if n.saved[poll] && n.at[sub] == n.told[sub] && !n.still {
				n.move(sub)
			}
		}
	default:
		n.deliveries[l.Event] = append(n.deliveries[l.Event], poll)
		select {
		case n.onEvent[l.Child] <- struct{}{}:
		default:
		}
	}
	number, is := strings.CutPrefix(string(l.Status), "step-")
	if l.Kind != watch.StatusChanged || !is {
		return
	}
	switch step, _ := strconv.Atoi(number); {
	case step == n.told[l.Sub]: // once more
	case step < n.told[l.Sub]:
		n.late = append(n.late, l)
	default:
		assert.Equal(n.t, n.told[l.Sub]+1, step, "one was left out")
		n.told[l.Sub] = step
		n.longest = max(n.longest, time.Since(n.moved[l.Sub]))
	}
	n.tellers[poll] = append(n.tellers[poll], l.Sub)
}

// start starts a child.
func (n *nursery) start() (process *exec.Cmd, told <-chan struct{}) {
	n.t.Helper()
	n.born++
	name := strconv.Itoa(n.born)
	events := make(chan struct{})
	n.mutex.Lock()
	n.onEvent[name] = events
	n.mutex.Unlock()
	process = exec.CommandContext(n.t.Context(), os.Args[0])
	process.ExtraFiles, process.Stderr = []*os.File{n.pipe}, n.t.Output()
	process.Env = append(os.Environ(), childEnv+"="+name, "STORES_TEST_DRIVER="+n.on.driver, "STORES_TEST_DSN="+n.on.dsn,
		"STORES_TEST_DIALECT="+string(n.on.dialect), "STORES_TEST_PREFIX="+n.on.prefix, "PORTING_BASE_URL="+n.sandbox.URL(),
		"TELNYX_API_KEY=", "TELNYX_API_USER="+portingtest.User, "TELNYX_API_TOKEN="+portingtest.Token)
	require.NoError(n.t, process.Start())
	return process, events
}

func kill(t *testing.T, process *exec.Cmd) {
	t.Helper()
	require.NoError(t, process.Process.Kill())
	var exit *exec.ExitError
	require.ErrorAs(t, process.Wait(), &exit)
	require.Equal(t, syscall.SIGKILL, exit.Sys().(syscall.WaitStatus).Signal(), "it has ended by itself")
}

// nudge moves on what was told and saved by a child that was killed before it could say so.
func (n *nursery) nudge() {
	for sub, at := range n.at {
		if n.told[sub] == at && time.Since(n.moved[sub]) > 4*childLease && !n.still {
			n.move(sub)
		}
	}
}

// stay has the sub requests stay as they are.
func (n *nursery) stay() {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.still = true
}

// advance waits until each sub request was told to have moved on, so often.
func (n *nursery) advance(steps int) {
	n.t.Helper()
	n.mutex.Lock()
	from := maps.Clone(n.told)
	n.mutex.Unlock()
	require.Eventually(n.t, func() bool {
		n.mutex.Lock()
		defer n.mutex.Unlock()
		n.nudge()
		for sub := range n.at {
			if n.told[sub] < from[sub]+steps {
				return false
			}
		}
		return true
	}, time.Minute, time.Millisecond)
}

// caughtUp waits until all that has happened was told.
func (n *nursery) caughtUp() {
	n.t.Helper()
	require.Eventually(n.t, func() bool {
		n.mutex.Lock()
		defer n.mutex.Unlock()
		for sub, at := range n.at {
			if n.told[sub] < at {
				return false
			}
		}
		return true
	}, time.Minute, time.Millisecond)
}

// check waits for all lines and looks at what they tell: an event that comes again was
// delivered before in a poll that wasn't saved. It returns how many there are of both.
func (n *nursery) check() (events, repeats int) {
	n.t.Helper()
	require.NoError(n.t, n.pipe.Close())
	<-n.read
	for id, polls := range n.deliveries {
		for _, poll := range polls[:len(polls)-1] {
			assert.False(n.t, n.saved[poll], "event %s of poll %s was saved, and came again in %v", id, poll, polls)
			repeats++
		}
	}
	for _, l := range n.late {
		assert.Contains(n.t, n.failed[l.Child+"/"+strconv.Itoa(l.Poll)], watch.ErrLeaseLost.Error(), "%v is out of order", l)
	}
	return len(n.deliveries), repeats
}

// TestKilled has three processes share one store, and kills one of them again and again: at any
// time, or as soon as it has delivered an event. Another takes its place at once.
func TestKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts processes")
	}
	for name, kills := range map[string]int{"PostgreSQL": 200, "SQLite": 40} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(14, uint64(kills)))
			n := newNursery(t, databases[name](t), 12)
			const together = 3
			var processes [together]*exec.Cmd
			var told [together]<-chan struct{}
			for i := range processes {
				processes[i], told[i] = n.start()
			}
			for range kills {
				i := random.IntN(together)
				select {
				case <-time.After(time.Duration(random.Int64N(int64(200 * time.Millisecond)))):
				case <-t.Context().Done():
				}
				if random.IntN(2) == 0 {
					select {
					case <-told[i]:
					case <-time.After(200 * time.Millisecond): // it has nothing to watch yet
					}
				}
				kill(t, processes[i])
				n.mutex.Lock()
				n.nudge()
				n.mutex.Unlock()
				processes[i], told[i] = n.start()
			}
			n.stay()
			n.caughtUp()
			for _, process := range processes {
				kill(t, process)
			}
			events, repeats := n.check()
			t.Logf("%d kills: %d events, %d of them again; at most %v until one was told; failed polls: %v",
				kills, events, repeats, n.longest.Round(time.Millisecond), n.failed)
			assert.Positive(t, repeats, "no kill has hit a poll")
		})
	}
}
