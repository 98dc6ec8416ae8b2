package watch_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/watch"
)

func start(t *testing.T) (*portingtest.Server, *clock) {
	t.Helper()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	return server, &clock{server: server}
}

func TestEventsOfALife(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		numbers []string
		end     watch.Kind
		want    []string
	}{
		{"normal", []string{one}, watch.Completed, []string{
			"appeared", "in-process", "in-process → submitted", "submitted → foc-date-confirmed", "FOC date 2026-03-05T15:00:00Z",
			"foc-date-confirmed → ported", "completed",
		}},
		{"date moved", []string{"+13125550187"}, watch.Completed, []string{
			"appeared", "in-process", "in-process → submitted", "submitted → foc-date-confirmed", "FOC date 2026-03-05T15:00:00Z",
			"FOC date 2026-03-05T15:00:00Z → 2026-03-10T15:00:00Z", "foc-date-confirmed → ported", "completed",
		}},
		{"exception", []string{"+13125550185"}, watch.Exception, []string{
			"appeared", "in-process", "in-process → submitted", "submitted → exception",
		}},
		{"split", []string{one, "+13125550189"}, watch.NumberMoved, []string{"appeared", "in-process", "in-process → submitted", "number-moved"}},
		{"cancelled", []string{"+13125550191"}, watch.Completed, []string{
			"appeared", "in-process", "in-process → submitted", "submitted → cancel-pending", "cancel-pending → cancelled", "completed",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, clock := start(t)
			server.AddPortRequest(test.numbers...)
			events, err := until(t.Context(), client(server), &watch.Options{Pace: watch.Pace{Clock: clock}}, kind(test.end))
			require.NoError(t, err)
			assert.Equal(t, test.want, lines(events))
			if last := events[len(events)-1]; test.end == watch.Exception {
				require.NotNil(t, last.Comment)
				assert.Contains(t, last.Comment.Body, "REJECT")
			}
			ids := map[string]bool{}
			for _, e := range events {
				assert.Falsef(t, ids[e.ID], "two events with the id of %v", e)
				ids[e.ID] = true
			}
		})
	}
}

// TestEventsAgain ends the loop at each event in turn. The next one gets the events
// from the last poll again, with the same ids, and all in all nothing is missing.
func TestEventsAgain(t *testing.T) {
	t.Parallel()
	run := func(breakAt int) (ids []string, redelivered bool) {
		server, clock := start(t)
		server.AddPortRequest(one, "+13125550160")
		store, seen := &watch.MemoryStore{}, map[string]bool{}
		opts := &watch.Options{Pace: watch.Pace{Clock: clock}, Store: store}
		for done := false; !done; {
			events, err := until(t.Context(), client(server), opts, func(e watch.Event) bool {
				breakAt--
				done = done || e.Kind == watch.Completed
				return breakAt == 0 || done
			})
			require.NoError(t, err)
			for _, e := range events {
				if seen[e.ID] {
					redelivered = true
					continue
				}
				seen[e.ID] = true
				ids = append(ids, e.ID)
			}
		}
		return ids, redelivered
	}
	whole, _ := run(-1)
	require.Greater(t, len(whole), 15)
	for at := range whole {
		ids, redelivered := run(at + 1)
		assert.Equal(t, whole, ids)
		assert.True(t, redelivered || at == len(whole)-1)
	}
}

// TestEventsThatComeBack has the same change twice, which is two events.
func TestEventsThatComeBack(t *testing.T) {
	t.Parallel()
	server, clock := start(t)
	_, subs := server.AddPortRequest("+13125550193") // stays as it is
	flip := porting.SubRequestStatus("on-hold")
	clock.onWait = func(time.Duration) error {
		server.Move(subs[0], flip)
		if flip == "on-hold" {
			flip = "in-process"
		} else {
			flip = "on-hold"
		}
		return nil
	}
	changed := 0
	events, err := until(t.Context(), client(server), &watch.Options{Pace: watch.Pace{Clock: clock}}, func(e watch.Event) bool {
		if e.Kind == watch.StatusChanged {
			changed++
		}
		return changed == 5
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"appeared", "in-process", "in-process → on-hold", "on-hold → in-process", "in-process → on-hold", "on-hold → in-process"}, lines(events))
	ids := map[string]bool{}
	for _, e := range events {
		ids[e.ID] = true
	}
	assert.Len(t, ids, len(events))
}

func TestEventsNotFound(t *testing.T) {
	t.Parallel()
	notFound := portingtest.Respond(http.StatusNotFound, `{"message":"not found"}`)
	t.Run("in the list all the same", func(t *testing.T) {
		t.Parallel()
		server, clock := start(t)
		server.AddPortRequest(one)
		server.Inject(portingtest.Fault{Operation: "PortRequests.Get", Effect: notFound})
		events, err := until(t.Context(), client(server), &watch.Options{Pace: watch.Pace{Clock: clock}}, func(e watch.Event) bool {
			return e.Kind == watch.Completed || e.Kind == watch.Gone
		})
		require.NoError(t, err)
		assert.Equal(t, "foc-date-confirmed → ported", lines(events)[5])
		assert.Positive(t, server.Count("PortRequests.Get"), "it was asked for, and answered with a 404")
	})
	t.Run("gone, and back", func(t *testing.T) {
		t.Parallel()
		server, clock := start(t)
		empty := server.Snapshot()
		server.AddPortRequest("+13125550193")
		full := server.Snapshot()
		store := &watch.MemoryStore{}
		opts := &watch.Options{Pace: watch.Pace{Clock: clock}, Store: store}
		clock.onWait = func(time.Duration) error { return server.Restore(empty) }
		events, err := until(t.Context(), client(server), opts, kind(watch.Gone))
		require.NoError(t, err)
		assert.Equal(t, []string{"appeared", "in-process", "gone"}, lines(events))

		clock.onWait = func(time.Duration) error { return server.Restore(full) }
		events, err = until(t.Context(), client(server), opts, kind(watch.StatusChanged))
		require.NoError(t, err)
		assert.Equal(t, []string{"gone", "appeared", "in-process"}, lines(events), "the first wasn't saved")
	})
	t.Run("never there", func(t *testing.T) {
		t.Parallel()
		server, clock := start(t)
		opts := &watch.Options{Pace: watch.Pace{Clock: clock}, PortRequests: []porting.PortRequestID{"none"}}
		events, err := until(t.Context(), client(server), opts, func(watch.Event) bool { return false })
		require.NoError(t, err)
		assert.Equal(t, []string{"gone"}, lines(events))
		assert.Empty(t, clock.waits, "there is nothing to wait for")
	})
}

// TestEventsOfChosen watches one port request of two, by its id, and eleven of twelve, by
// the lists. Both loops end.
func TestEventsOfChosen(t *testing.T) {
	t.Parallel()
	for _, count := range []int{1, 11} {
		server, clock := start(t)
		var ids []porting.PortRequestID
		for i := range count + 1 {
			id, _ := server.AddPortRequest(number(i))
			ids = append(ids, id)
		}
		opts := &watch.Options{Pace: watch.Pace{Clock: clock}, PortRequests: ids[:count]}
		completed := map[porting.PortRequestID]bool{}
		_, err := until(t.Context(), client(server), opts, func(e watch.Event) bool {
			assert.NotEqual(t, ids[count], e.PortRequest)
			completed[e.PortRequest] = completed[e.PortRequest] || e.Kind == watch.Completed
			return false
		})
		require.NoError(t, err)
		assert.Len(t, completed, count)
		if count == 1 {
			assert.Zero(t, server.Count("PortRequests.List"))
		}
	}
}

func TestEventsWhenPollsFail(t *testing.T) {
	t.Parallel()
	server, clock := start(t)
	server.AddPortRequest(one)
	opts := &watch.Options{Pace: watch.Pace{Clock: clock, Min: 10 * time.Minute, Max: time.Hour}}
	server.Inject(portingtest.Fault{Operation: "PortRequests.List", Times: 4, Effect: portingtest.BadGateway()})
	events, err := until(t.Context(), client(server), opts, kind(watch.Appeared))
	require.NoError(t, err)
	assert.Equal(t, []string{"poll-failed", "poll-failed", "appeared"}, lines(events))
	var apiError *porting.APIError
	require.ErrorAs(t, events[0].Err, &apiError)
	assert.Equal(t, http.StatusBadGateway, apiError.StatusCode)
	assert.NotEqual(t, events[0].ID, events[1].ID)

	t.Run("comments", func(t *testing.T) {
		t.Parallel()
		server, clock := start(t)
		_, subs := server.AddPortRequest(one)
		clock.onWait = func(time.Duration) error {
			server.Move(subs[0], porting.SubRequestStatusException)
			server.Inject(portingtest.Fault{Operation: "Comments.List", Times: 2, Effect: portingtest.BadGateway()})
			clock.onWait = nil
			return nil
		}
		events, err := until(t.Context(), client(server), &watch.Options{Pace: watch.Pace{Clock: clock}}, func(e watch.Event) bool {
			return e.Kind == watch.CommentAdded && !e.First
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"appeared", "in-process", "in-process → exception", "poll-failed"}, lines(events),
			"the exception doesn't wait for the comment")
		assert.Contains(t, events[len(events)-1].Comment.Body, "REJECT")
	})
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		server, clock := start(t)
		server.Inject(portingtest.Fault{Operation: "PortRequests.List", Effect: portingtest.Respond(status, `{}`)})
		events, err := until(t.Context(), client(server), &watch.Options{Pace: watch.Pace{Clock: clock}}, kind(watch.Gone))
		assert.Empty(t, events)
		require.ErrorAs(t, err, &apiError)
		assert.Equal(t, status, apiError.StatusCode)
		assert.Empty(t, clock.waits)
	}
}

func TestEventsUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	server, clock := start(t)
	server.AddPortRequest(one)
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	clock.onWait = func(time.Duration) error { cancel(reason); return nil }
	events, err := until(ctx, client(server), &watch.Options{Pace: watch.Pace{Clock: clock}}, kind(watch.Gone))
	require.ErrorIs(t, err, reason)
	assert.NotEmpty(t, events)
	_, err = until(ctx, client(server), nil, kind(watch.Gone))
	require.ErrorIs(t, err, reason)
}

func TestEventsOptions(t *testing.T) {
	t.Parallel()
	server, _ := start(t)
	for field, opts := range map[string]*watch.Options{
		"Min":          {Pace: watch.Pace{Min: -1}},
		"Max":          {Pace: watch.Pace{Min: 2, Max: 1}},
		"Details":      {Details: -1},
		"Reads":        {Reads: -1},
		"PortRequests": {PortRequests: []porting.PortRequestID{"a", ""}},
	} {
		_, err := until(t.Context(), client(server), opts, kind(watch.Gone))
		var wrong *porting.ArgumentError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
}

func TestEventsWithAClockThatWasSetBack(t *testing.T) {
	t.Parallel()
	server, clock := start(t)
	before := server.Snapshot()
	server.AddPortRequest(one)
	store := &watch.MemoryStore{}
	opts := &watch.Options{Pace: watch.Pace{Clock: clock}, Store: store}
	_, err := until(t.Context(), client(server), opts, kind(watch.FOCSet))
	require.NoError(t, err)
	was, err := store.Load(t.Context())
	require.NoError(t, err)
	requests := len(server.Requests())

	require.NoError(t, server.Restore(before))
	_, err = until(t.Context(), client(server), opts, kind(watch.Gone))
	var wrong *watch.ClockError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, portingtest.Start, wrong.Now)
	assert.True(t, wrong.Last.After(wrong.Now))
	now, err := store.Load(t.Context())
	require.NoError(t, err)
	assert.Equal(t, was, now)
	assert.Len(t, server.Requests(), requests, "nothing was asked")
}

// TestEventsWithAClockThatJumpsBack has the clock set back under a loop: by little, which two
// machines may differ by, and by more.
func TestEventsWithAClockThatJumpsBack(t *testing.T) {
	t.Parallel()
	server, clock := start(t)
	server.AddPortRequest("+13125550193")
	jumping := &jumpingClock{clock: clock}
	store := &watch.MemoryStore{}
	opts := &watch.Options{Pace: watch.Pace{Clock: jumping}, Store: store}
	var saved []watch.Record
	asked := 0
	clock.onWait = func(d time.Duration) error {
		switch len(clock.waits) {
		case 1:
			jumping.back = d + 30*time.Second
		case 3:
			jumping.back += 2 * time.Hour
			var err error
			saved, err = store.Load(t.Context())
			asked = len(server.Requests())
			return err
		default:
		}
		return nil
	}
	_, err := until(t.Context(), client(server), opts, kind(watch.Gone))
	var wrong *watch.ClockError
	require.ErrorAs(t, err, &wrong)
	assert.True(t, wrong.Last.After(wrong.Now))
	assert.Len(t, clock.waits, 3)
	assert.Len(t, server.Requests(), asked, "nothing was asked")
	now, err := store.Load(t.Context())
	require.NoError(t, err)
	assert.Equal(t, saved, now)
}

// A jumpingClock is behind another.
type jumpingClock struct {
	*clock

	back time.Duration
}

func (c *jumpingClock) Now() time.Time { return c.clock.Now().Add(-c.back) }
