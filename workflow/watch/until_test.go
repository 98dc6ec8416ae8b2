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

func TestUntil(t *testing.T) {
	t.Parallel()
	server, clock := start(t)
	id, subs := server.AddPortRequest(one, "+13125550160", "+13125550189") // the last is split off
	var seen []watch.Event
	opts := &watch.UntilOptions{Pace: watch.Pace{Clock: clock}, OnChange: func(c watch.Change) { seen = append(seen, watch.Event{Change: c}) }}

	opts.SubRequests = subs[1:2]
	p, err := watch.Until(t.Context(), client(server), id, watch.In("submitted"), opts)
	require.NoError(t, err)
	assert.Equal(t, porting.SubRequestStatusSubmitted, p.SubRequests[1].Status)
	assert.Equal(t, []string{"appeared", "in-process", "in-process", "in-process → submitted", "in-process → submitted"}, lines(seen))

	opts.SubRequests = nil
	p, err = watch.Until(t.Context(), client(server), id, watch.Has(watch.Ported, watch.Ours), opts)
	require.NoError(t, err)
	require.Len(t, p.SubRequests, 3)
	for _, sub := range p.SubRequests {
		assert.Equal(t, porting.SubRequestStatusPorted, sub.Status)
	}
	p, err = watch.Until(t.Context(), client(server), id, watch.In("ported"), nil)
	require.NoError(t, err, "it holds already")
	assert.Len(t, p.SubRequests, 3)
}

func TestUntilItCanNotHold(t *testing.T) {
	t.Parallel()
	server, clock := start(t)
	id, subs := server.AddPortRequest("+13125550191") // is cancelled
	opts := &watch.UntilOptions{Pace: watch.Pace{Clock: clock}}
	p, err := watch.Until(t.Context(), client(server), id, watch.In("ported"), opts)
	var ended *watch.EndedError
	require.ErrorAs(t, err, &ended)
	assert.Equal(t, watch.EndedError{SubRequest: subs[0], Status: "cancelled"}, *ended)
	assert.Equal(t, porting.SubRequestStatusCancelled, p.SubRequests[0].Status)

	opts.SubRequests = []porting.SubRequestID{subs[0], "none"}
	p, err = watch.Until(t.Context(), client(server), id, watch.In("cancelled"), opts)
	require.ErrorIs(t, err, watch.ErrGone)
	assert.NotNil(t, p)
}

func TestUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	server, clock := start(t)
	id, _ := server.AddPortRequest("+13125550193") // stays in-process
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	clock.onWait = func(time.Duration) error {
		if len(clock.waits) == 3 {
			cancel(reason)
		}
		return nil
	}
	p, err := watch.Until(ctx, client(server), id, watch.In("ported"), &watch.UntilOptions{Pace: watch.Pace{Clock: clock}})
	require.ErrorIs(t, err, reason)
	assert.Equal(t, id, p.ID, "the last one that was read")
	p, err = watch.Until(ctx, client(server), id, watch.In("ported"), nil)
	require.ErrorIs(t, err, reason)
	assert.Nil(t, p)

	ctx, cancelTime := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancelTime()
	p, err = watch.Until(ctx, client(server), id, watch.In("ported"), nil) // with the system's clock
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Equal(t, id, p.ID)
}

func TestUntilFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		fault    portingtest.Fault
		want     error
		requests int // of PortRequests.Get
	}{
		{"in passing", portingtest.Fault{Operation: "PortRequests.Get", Times: 6, Effect: portingtest.BadGateway()}, nil, 0},
		{"lost answers", portingtest.Fault{Operation: "PortRequests.Get", Times: 6, Effect: portingtest.DropAfter()}, nil, 0},
		{"not found but listed", portingtest.Fault{Operation: "PortRequests.Get", Effect: portingtest.Respond(http.StatusNotFound, "{}")}, nil, 0},
		{"refused", portingtest.Fault{Operation: "PortRequests.Get", Effect: portingtest.Respond(http.StatusUnauthorized, "{}")}, porting.ErrUnauthorized, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, clock := start(t)
			id, _ := server.AddPortRequest(one)
			server.Inject(test.fault)
			_, err := watch.Until(t.Context(), client(server), id, watch.In("ported"), &watch.UntilOptions{Pace: watch.Pace{Clock: clock}})
			require.ErrorIs(t, err, test.want)
			if test.requests > 0 {
				assert.Equal(t, test.requests, server.Count("PortRequests.Get"))
				assert.Empty(t, clock.waits)
			}
		})
	}
	server, clock := start(t)
	p, err := watch.Until(t.Context(), client(server), "none", watch.In("ported"), &watch.UntilOptions{Pace: watch.Pace{Clock: clock}})
	require.ErrorIs(t, err, watch.ErrGone)
	require.ErrorIs(t, err, porting.ErrNotFound)
	assert.Nil(t, p)
	assert.Equal(t, 1, server.Count("PortRequests.List"), "it was looked for")
	assert.Empty(t, clock.waits)
}

func TestUntilArguments(t *testing.T) {
	t.Parallel()
	server, _ := start(t)
	for field, call := range map[string]func() error{
		"port_request_id": func() error {
			_, err := watch.Until(t.Context(), client(server), "", watch.In("ported"), nil)
			return err
		},
		"condition": func() error { _, err := watch.Until(t.Context(), client(server), "a", nil, nil); return err },
		"Min": func() error {
			_, err := watch.Until(t.Context(), client(server), "a", watch.In("ported"), &watch.UntilOptions{Pace: watch.Pace{Min: -1}})
			return err
		},
	} {
		var wrong *porting.ArgumentError
		require.ErrorAs(t, call(), &wrong)
		assert.Equal(t, field, wrong.Field)
	}
}
