package portingtest_test

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// wait asks until something is so.
func wait(t *testing.T, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !so(); {
		require.True(t, time.Now().Before(deadline), "it doesn't come")
	}
}

func TestClockSpeed(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	before := time.Now()
	s := open(t, portingtest.WithDocumentsOptional(), portingtest.WithClockSpeed(1e6)) // 12 days a second
	request, _ := submit(s, "+12065550100")
	wait(t, func() bool { return counts(t, s, request) == "map[ported:1]" })
	now := s.Now()
	ran := time.Since(before)
	assert.LessOrEqual(t, now.Sub(portingtest.Start), ran*1e6)
	assert.GreaterOrEqual(t, now.Sub(portingtest.Start), 3*day)
	sub := must(t, s, http.StatusOK, "GET", request+"/sub_requests", "").list(t)[0]
	assert.Equal(t, sub["foc_date"], sub["updated_at"], "each thing at its own time")

	// A snapshot has the time at which it is taken.
	saved := s.Snapshot()
	wait(t, func() bool { return string(s.Snapshot()) != string(saved) })

	// Advance comes on top.
	s.Advance(1000 * day)
	assert.GreaterOrEqual(t, s.Now().Sub(now), 1000*day)
	assert.LessOrEqual(t, s.Now().Sub(now), 1000*day+time.Since(before)*1e6)
}

// TestSlowClock asks so often that the clock moves by less than a nanosecond in
// between.
func TestSlowClock(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithClockSpeed(1e-3))
	first := s.Now()
	start := time.Now()
	for range 2000 {
		s.Now()
	}
	took := time.Since(start)
	assert.GreaterOrEqual(t, s.Now().Sub(first), took/1000-1)
}

func TestClockSpeedIsRestored(t *testing.T) {
	t.Parallel()
	const speed = 1_000_000
	s := open(t, portingtest.WithClockSpeed(speed))
	still := open(t, portingtest.WithStart(portingtest.Start.Add(1000*time.Hour)))
	opened := time.Now()
	wait(t, func() bool { return time.Since(opened) > 5*time.Millisecond })
	before := time.Now()
	require.NoError(t, s.Restore(still.Snapshot()))
	ran := s.Now().Sub(still.Now())
	assert.LessOrEqual(t, ran, time.Since(before)*speed, "it goes on from there")
	assert.Positive(t, ran)
}

func TestClockSpeedIsFinite(t *testing.T) {
	t.Parallel()
	for _, speed := range []float64{-1, math.NaN(), math.Inf(1), math.Inf(-1)} {
		assert.Panics(t, func() { portingtest.WithClockSpeed(speed) })
	}
	s := open(t, portingtest.WithClockSpeed(math.MaxFloat64))
	wait(t, func() bool { return s.Now().Year() == 9999 })
}

func TestClockStops(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550187")
	for range 40 {
		s.Advance(math.MaxInt64)
	}
	assert.Equal(t, 9999, s.Now().Year())
	assert.Equal(t, "map[ported:1]", counts(t, s, request))
	draft, _ := s.AddDraft("+12065550101")
	s.Advance(math.MaxInt64) // the end of time isn't that of the draft
	must(t, s, http.StatusCreated, "POST", draftsPath+"/"+string(draft)+"/submit", "")
	must(t, s, http.StatusUnprocessableEntity, "POST", subs[0]+"/cancellation", "")
	s.Script("+12065550101", portingtest.Step{After: math.MaxInt64, Status: "ported"})
	require.NoError(t, s.Restore(s.Snapshot()))
}

func TestOddStart(t *testing.T) {
	t.Parallel()
	for _, start := range []time.Time{{}, time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		s := open(t, portingtest.WithStart(start))
		createDraft(t, s, "+12065550100")
		require.NoError(t, s.Restore(s.Snapshot()))
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	s := open(t)
	assert.Equal(t, portingtest.Start, s.Now())
	s.Advance(0)
	s.Advance(90 * time.Minute)
	assert.Equal(t, portingtest.Start.Add(90*time.Minute), s.Now())
	assert.PanicsWithValue(t, "portingtest: Advance(-1s): the clock moves only forward", func() { s.Advance(-time.Second) })
	assert.Equal(t, time.UTC, open(t, portingtest.WithStart(time.Now())).Now().Location())
}
