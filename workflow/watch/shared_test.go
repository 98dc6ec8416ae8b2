package watch_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/watch"
)

// A sharedStore is one in memory, in which the test says who has what. Package conformance/stores
// tests the one that is made for use.
type sharedStore struct {
	watch.MemoryStore

	mutex   sync.Mutex
	members []*sharer
	has     func(m *sharer, id porting.PortRequestID) bool // nil: each has everything
	fails   error                                          // of each call
}

func (s *sharedStore) Join(context.Context) (watch.Member, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	m := &sharer{sharedStore: s, free: make(chan struct{}, 1), changed: true}
	s.members = append(s.members, m)
	return m, s.fails
}

type sharer struct {
	*sharedStore

	free          chan struct{}
	empty         bool
	changed, left bool
	lost          bool // its leases
	shared, saved int
}

func (m *sharer) Share(context.Context) (watch.Share, error) {
	m.shared++
	share := watch.Share{Has: func(id porting.PortRequestID) bool { return !m.lost && (m.has == nil || m.has(m, id)) }, Empty: m.empty, Changed: m.changed}
	if m.fails != nil {
		return watch.Share{}, m.fails
	}
	m.lost, m.changed = false, false
	return share, nil
}

func (m *sharer) Load(ctx context.Context) ([]watch.Record, error) {
	all, err := m.MemoryStore.Load(ctx)
	var mine []watch.Record
	for _, r := range all {
		if m.has == nil || m.has(m, r.ID) {
			mine = append(mine, r)
		}
	}
	return mine, err
}

func (m *sharer) Save(ctx context.Context, put []watch.Record, drop []porting.PortRequestID) error {
	switch {
	case m.fails != nil:
		return m.fails
	case m.lost:
		return fmt.Errorf("saving: %w", watch.ErrLeaseLost)
	}
	m.saved++
	return m.MemoryStore.Save(ctx, put, drop)
}

func (m *sharer) Free() <-chan struct{} { return m.free }

func (m *sharer) Leave(context.Context) error { m.left = true; return nil }

// TestSharedEvents has a loop lose its lease before it saves and in the midst of its events, and its
// store fail for a while. It delivers the events that weren't saved again, and goes on.
func TestSharedEvents(t *testing.T) {
	t.Parallel()
	broken := errors.New("no connection")
	for _, test := range []struct {
		name string
		on   watch.Kind
		do   func(*sharer)
		want []string
		err  error
	}{
		{"nothing happens", "", nil, []string{"appeared", "in-process", "on-hold"}, nil},
		{"lost before it saves", watch.DocumentAdded, func(m *sharer) { m.lost = true },
			[]string{"appeared", "in-process", "poll-failed", "appeared", "in-process", "on-hold"}, watch.ErrLeaseLost},
		{"lost while it delivers", watch.Appeared, func(m *sharer) { m.lost = true },
			[]string{"appeared", "poll-failed", "appeared", "in-process", "on-hold"}, watch.ErrLeaseLost},
		{"the store fails", watch.DocumentAdded, func(m *sharer) { m.fails = broken },
			[]string{"appeared", "in-process", "poll-failed", "poll-failed", "appeared", "in-process", "on-hold"}, broken},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, clock := start(t)
			_, subs := server.AddPortRequest("+13125550193")
			store := &sharedStore{}
			waits, done := 0, false
			clock.onWait = func(time.Duration) error {
				if waits++; waits == 2 {
					store.fails = nil
				}
				if waits == 4 {
					server.Move(subs[0], "on-hold")
				}
				return nil
			}
			var got []string
			seen := map[string]string{}
			for e, err := range watch.Events(t.Context(), client(server), &watch.Options{Store: store, Pace: watch.Pace{Clock: clock}}) {
				require.NoError(t, err)
				what := string(e.Kind)
				if e.Kind == watch.StatusChanged {
					what = string(e.Status)
				}
				if e.Kind != watch.CommentAdded && e.Kind != watch.DocumentAdded {
					got = append(got, what)
				}
				if e.Kind == watch.PollFailed {
					require.ErrorIs(t, e.Err, test.err)
				} else if was, again := seen[what]; again && what != "comment-added" && what != "document-added" {
					assert.Equal(t, was, e.ID, "the same event")
				}
				seen[what] = e.ID
				if !done && e.Kind == test.on {
					done = true
					test.do(store.members[0])
				}
				if what == "on-hold" {
					break
				}
			}
			assert.Equal(t, test.want, got)
			assert.True(t, store.members[0].left)
		})
	}
}

func TestSharedEventsThatCannotGoOn(t *testing.T) {
	t.Parallel()
	for _, fails := range []error{watch.ErrNewer, watch.ErrDamaged, watch.ErrClosed} {
		server, clock := start(t)
		store := &sharedStore{}
		clock.onWait = func(time.Duration) error { store.fails = fails; return nil }
		_, err := until(t.Context(), client(server), &watch.Options{Store: store, Pace: watch.Pace{Clock: clock}}, kind(watch.Gone))
		require.ErrorIs(t, err, fails)
		assert.True(t, store.members[0].left)
		_, err = until(t.Context(), client(server), &watch.Options{Store: store}, kind(watch.Gone))
		require.ErrorIs(t, err, fails, "it can't join")
	}
}

// TestSharedEventsWake has a loop that has nothing to watch, which waits for half an hour, until there
// is something to take over.
func TestSharedEventsWake(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	server.AddPortRequest(one)
	store := &sharedStore{}
	waiting := &wakeClock{server: server, began: make(chan struct{})}
	store.has = func(m *sharer, _ porting.PortRequestID) bool { return !m.empty }
	go func() {
		<-waiting.began
		m := store.members[0]
		m.empty, m.changed = false, true
		m.free <- struct{}{}
	}()
	joined := &emptyAtFirst{sharedStore: store}
	events, err := until(t.Context(), client(server), &watch.Options{Store: joined, Pace: watch.Pace{Clock: waiting}}, kind(watch.Appeared))
	require.NoError(t, err)
	assert.Equal(t, []string{"appeared"}, lines(events))
	assert.Equal(t, 1, server.Count("PortRequests.List"), "with nothing to watch, nothing is asked")
}

type emptyAtFirst struct{ *sharedStore }

func (s *emptyAtFirst) Join(ctx context.Context) (watch.Member, error) {
	m, err := s.sharedStore.Join(ctx)
	s.members[0].empty = true
	return m, err
}

// A wakeClock waits until the wait is ended early.
type wakeClock struct {
	server *portingtest.Server
	began  chan struct{}
}

func (c *wakeClock) Now() time.Time { return c.server.Now() }

func (c *wakeClock) Wait(ctx context.Context, _ time.Duration) error {
	close(c.began)
	<-ctx.Done()
	return ctx.Err()
}

// TestSharedEventsOfChosen has two loops, each of which watches one of two port requests. Neither
// ends before both are complete.
func TestSharedEventsOfChosen(t *testing.T) {
	t.Parallel()
	server, clock := start(t)
	soon, _ := server.AddPortRequest(number(1))
	late, subs := server.AddPortRequest(number(2))
	server.Script(number(2), portingtest.Step{Status: "on-hold"})
	store := &sharedStore{}
	store.has = func(m *sharer, id porting.PortRequestID) bool { return (m == store.members[0]) == (id == soon) }
	opts := &watch.Options{Store: store, Pace: watch.Pace{Clock: clock}, PortRequests: []porting.PortRequestID{soon, late}}
	completed, waits := 0, 0
	clock.onWait = func(time.Duration) error {
		if completed == 0 || completed == 2 {
			return nil
		}
		if waits++; waits < 5 {
			return nil
		}
		completed++
		server.Move(subs[0], porting.SubRequestStatusPorted)
		_, err := until(t.Context(), client(server), opts, func(e watch.Event) bool {
			assert.Equal(t, late, e.PortRequest)
			return false
		})
		assert.NoError(t, err)
		return nil
	}
	_, err := until(t.Context(), client(server), opts, func(e watch.Event) bool {
		assert.Equal(t, soon, e.PortRequest)
		if e.Kind == watch.Completed {
			completed++
		}
		return false
	})
	require.NoError(t, err)
	assert.Equal(t, 2, completed)
	assert.GreaterOrEqual(t, waits, 5, "its own was complete for long")
}
