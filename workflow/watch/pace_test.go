package watch_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/watch"
)

// TestPace watches one port request with a FOC date, and sees how long it waits at which
// time before and after it.
func TestPace(t *testing.T) {
	t.Parallel()
	const shortest, longest = 2 * time.Minute, 30 * time.Minute
	server, clock := start(t)
	foc := portingtest.Start.Add(48 * time.Hour)
	id, _ := server.AddPortRequest(one)
	server.Script(one, portingtest.Step{Status: "foc-date-confirmed", FOCDate: foc}) // and it stays so
	asked, ended := clock.Now(), foc.Add(48*time.Hour)
	jittered := false
	clock.onWait = func(wait time.Duration) error {
		left := foc.Sub(asked)
		want := min(max(left/24, shortest), longest)
		if left < -24*time.Hour {
			want = longest
		}
		least := min(want, longest*4/5)
		assert.GreaterOrEqual(t, wait, least-time.Second, left)
		assert.LessOrEqual(t, wait, min(least*5/4, longest)+time.Second, left)
		jittered = jittered || wait != want
		if asked = clock.Now(); asked.After(ended) {
			return context.Canceled
		}
		return nil
	}
	_, err := until(t.Context(), client(server), &watch.Options{Pace: watch.Pace{Clock: clock}, PortRequests: []porting.PortRequestID{id}}, kind(watch.Gone))
	require.ErrorIs(t, err, context.Canceled)
	assert.True(t, jittered)
	assert.Greater(t, len(clock.waits), 24*20, "every two minutes for a day")
}

// TestPaceOfFailures has every poll fail for a while, then asks to wait for two hours.
func TestPaceOfFailures(t *testing.T) {
	t.Parallel()
	server, clock := start(t)
	id, _ := server.AddPortRequest(one)
	server.Script(one, portingtest.Step{Status: "foc-date-confirmed", FOCDate: portingtest.Start})
	opts := &watch.Options{Pace: watch.Pace{Clock: clock, Min: time.Minute, Max: 20 * time.Minute}, PortRequests: []porting.PortRequestID{id}}
	clock.onWait = func(time.Duration) error {
		switch len(clock.waits) {
		case 1:
			server.Inject(portingtest.Fault{Operation: "PortRequests.Get", Times: 12, Effect: portingtest.BadGateway()}) // six polls
		case 7:
			server.Inject(portingtest.Fault{Operation: "PortRequests.Get", Times: 1, Effect: portingtest.Respond(http.StatusTooManyRequests, "{}", "Retry-After: 7200")})
		case 9:
			return context.Canceled
		default:
		}
		return nil
	}
	_, err := until(t.Context(), client(server), opts, kind(watch.Gone))
	require.ErrorIs(t, err, context.Canceled)
	for i, minutes := range []int{1, 2, 4, 8, 16, 16, 16, 120, 1} {
		least := time.Duration(minutes) * time.Minute
		assert.GreaterOrEqual(t, clock.waits[i], least, i)
		assert.LessOrEqual(t, clock.waits[i], max(least*5/4, time.Second), i)
	}
}

// TestPaceInAZone has a FOC date without a time, which is a day that begins later in America.
func TestPaceInAZone(t *testing.T) {
	t.Parallel()
	for hours, zone := range map[int]*time.Location{39: nil, 45: time.FixedZone("", -6*60*60)} {
		clock := &fixedClock{now: portingtest.Start}
		transport := answers{"/origination/porting/port_requests/p": `{"id":"p","phone_numbers":[],"sub_requests":[{"id":"a","status":"submitted","foc_date":"2026-03-04"}]}`}
		c, err := porting.NewClient(porting.Token("x"), porting.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		opts := &watch.UntilOptions{Pace: watch.Pace{Clock: clock, Zone: zone, Max: 4 * time.Hour}}
		_, err = watch.Until(t.Context(), c, "p", watch.In("ported"), opts)
		require.ErrorIs(t, err, context.Canceled)
		want := time.Duration(hours) * time.Hour / 24
		assert.GreaterOrEqual(t, clock.waited, want)
		assert.LessOrEqual(t, clock.waited, want*5/4)
	}
}

// A fixedClock ends the first wait.
type fixedClock struct {
	now    time.Time
	waited time.Duration
}

func (c *fixedClock) Now() time.Time { return c.now }

func (c *fixedClock) Wait(_ context.Context, d time.Duration) error {
	c.waited = d
	return context.Canceled
}
