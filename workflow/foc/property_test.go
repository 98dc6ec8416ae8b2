package foc_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/foc"
)

// A world is a stretch of time so small that every instant can be tried.
const worldSeconds = 40

var worldStart = time.Date(2026, time.March, 8, 7, 59, 40, 0, time.UTC) // around a change of Chicago's clocks

func second(i int) time.Time { return worldStart.Add(time.Duration(i) * time.Second) }

// randomWindows are empty, reversed, touching, overlapping, with fractions, of any order.
func randomWindows(r *rand.Rand) []porting.FOCWindow {
	windows := make([]porting.FOCWindow, r.IntN(5))
	for i := range windows {
		start := second(r.IntN(worldSeconds)).Add(time.Duration(r.IntN(2)*r.IntN(1000)) * time.Millisecond)
		end := start.Add(time.Duration(r.IntN(8000)-1000) * time.Millisecond).Truncate(time.Duration(1+r.IntN(2)*999) * time.Millisecond)
		windows[i] = porting.FOCWindow{Start: porting.Timestamp{Time: start}, End: porting.Timestamp{Time: end}}
		if r.IntN(20) == 0 {
			windows[i].End = porting.Timestamp{}
		}
	}
	return windows
}

// randomOptions come with a test of whether an instant satisfies them.
func randomOptions(r *rand.Rand, chicago *time.Location) (opts []foc.Option, fits func(time.Time) bool) {
	fits = func(time.Time) bool { return true }
	add := func(o foc.Option, also func(time.Time) bool) {
		before := fits
		opts, fits = append(opts, o), func(t time.Time) bool { return before(t) && also(t) }
	}
	limit := second(r.IntN(worldSeconds)).Add(time.Duration(r.IntN(1000)) * time.Millisecond)
	switch r.IntN(8) {
	case 0:
		add(foc.NotBefore(limit), func(t time.Time) bool { return !t.Before(limit) })
	case 1:
		add(foc.NotAfter(limit), func(t time.Time) bool { return !t.After(limit) })
	case 2:
		zone := time.FixedZone("here", -7*3600-59*60-45) // midnight is in the world
		day := limit.In(zone)
		add(foc.During(day), func(t time.Time) bool { return t.In(zone).Format(time.DateOnly) == day.Format(time.DateOnly) })
	case 3:
		zone := time.FixedZone("there", 16*3600+10)
		add(foc.BusinessDays(zone, nil), func(t time.Time) bool {
			year, month, day := t.In(zone).Date()
			return foc.Weekdays(year, month, day)
		})
	case 4:
		add(foc.BusinessDays(chicago, func(int, time.Month, int) bool { return true }), func(time.Time) bool { return true })
	}
	if r.IntN(4) == 0 {
		more, also := randomOptions(r, chicago)
		for _, o := range more {
			add(o, also)
		}
	}
	return opts, fits
}

// instants are all whole seconds of the world that lie in a window and fit.
func instants(windows []porting.FOCWindow, fits func(time.Time) bool) (all []time.Time) {
	for i := -10; i < worldSeconds+20; i++ {
		for _, w := range windows {
			if !w.End.IsZero() && w.Contains(second(i)) && fits(second(i)) {
				all = append(all, second(i))
				break
			}
		}
	}
	return all
}

// TestChoicesAgainstAllInstants compares each choice with the best of all instants there are.
func TestChoicesAgainstAllInstants(t *testing.T) {
	t.Parallel()
	chicago := zone(t, "America/Chicago")
	const seed = 20261126
	r := rand.New(rand.NewPCG(seed, 0))
	for range 5_000 {
		windows := randomWindows(r)
		opts, fits := randomOptions(r, chicago)
		all := instants(windows, fits)

		earliest, err := foc.Earliest(windows, opts...)
		if len(all) == 0 {
			requireNoFit(t, err)
		} else {
			require.NoError(t, err)
			require.Equal(t, all[0], earliest.Time)
			require.True(t, earliest.Window.Contains(earliest.Time))
		}

		wish := second(r.IntN(worldSeconds)).Add(time.Duration(r.IntN(1000)) * time.Millisecond)
		tolerance := time.Duration(r.IntN(10_000)) * time.Millisecond
		nearest, err := foc.Nearest(windows, wish, tolerance, opts...)
		var best time.Time
		for _, at := range all {
			if best.IsZero() || at.Sub(wish).Abs() < best.Sub(wish).Abs() {
				best = at
			}
		}
		if best.IsZero() || best.Sub(wish).Abs() > tolerance {
			requireNoFit(t, err)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, best, nearest.Time)
		require.Equal(t, best.Sub(wish), nearest.Off)
		require.True(t, nearest.Window.Contains(nearest.Time))
	}
}

// TestSeveralAgainstAllInstants does so for several sub requests.
func TestSeveralAgainstAllInstants(t *testing.T) {
	t.Parallel()
	chicago := zone(t, "America/Chicago")
	const seed = 20261127
	r := rand.New(rand.NewPCG(seed, 0))
	spread, common := 0, 0
	for range 2_000 {
		windows := map[porting.SubRequestID][]porting.FOCWindow{}
		for _, id := range []porting.SubRequestID{"a", "b", "c"}[:1+r.IntN(3)] {
			windows[id] = randomWindows(r)
		}
		opts, fits := randomOptions(r, chicago)
		sets := map[porting.SubRequestID]map[time.Time]bool{}
		for id, w := range windows {
			sets[id] = map[time.Time]bool{}
			for _, at := range instants(w, fits) {
				sets[id][at] = true
			}
		}
		first, size := bestSpread(sets)

		choice, err := foc.Common(windows, opts...)
		if size != 0 {
			requireNoFit(t, err)
		} else {
			common++
			require.NoError(t, err)
			require.Equal(t, first, choice.Time)
			for _, set := range sets {
				require.True(t, set[choice.Time])
			}
		}

		got, err := foc.Spread(windows, opts...)
		if size < 0 {
			requireNoFit(t, err)
			continue
		}
		spread++
		require.NoError(t, err)
		require.Equal(t, size, got.Size())
		require.Equal(t, first, got.First)
		require.Len(t, got.Choices, len(windows))
		for id, c := range got.Choices {
			require.True(t, sets[id][c.Time])
			require.True(t, c.Window.Contains(c.Time))
			require.False(t, c.Time.Before(got.First) || c.Time.After(got.Last))
		}
	}
	require.Greater(t, spread, common)
	require.Greater(t, common, 20)
}

// bestSpread tries every first instant; the size is negative if a set is empty.
func bestSpread(sets map[porting.SubRequestID]map[time.Time]bool) (first time.Time, size time.Duration) {
	size = -1
	for i := -10; i < worldSeconds+20; i++ {
		last, ok, isFirst := second(i), true, false
		for _, set := range sets {
			isFirst = isFirst || set[second(i)]
			next := i
			for next < worldSeconds+20 && !set[second(next)] {
				next++
			}
			ok = ok && next < worldSeconds+20
			if second(next).After(last) {
				last = second(next)
			}
		}
		if ok && isFirst && (size < 0 || last.Sub(second(i)) < size) {
			first, size = second(i), last.Sub(second(i))
		}
	}
	return first, size
}

func requireNoFit(t *testing.T, err error) {
	t.Helper()
	noFit, ok := errors.AsType[*foc.NoFitError](err)
	require.True(t, ok, "%v", err)
	require.NotEmpty(t, noFit.Cause)
	require.NotEmpty(t, noFit.Error())
}
