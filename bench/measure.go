package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/perf/benchmath"
)

// batchTime is how long a batch should take: long enough for the clock, short enough
// that what else the machine does hits the batch and its neighbours alike.
const batchTime = 30 * time.Millisecond

// leastTimes is how often the work is done in a batch, even if that takes longer.
const leastTimes = 3

// A figure is a median and half the distance between the quartiles around it.
type figure struct{ median, spread float64 }

// String writes the spread only if there is one.
func (f figure) String() string {
	if f.spread == 0 {
		return fmt.Sprintf("%.2f", f.median)
	}
	return fmt.Sprintf("%.2f ±%.2f", f.median, f.spread)
}

func summarise(values []float64) figure {
	return figure{quantile(values, 0.5), (quantile(values, 0.75) - quantile(values, 0.25)) / 2}
}

// quantile interpolates between the two nearest values.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	low := int(math.Floor(at))
	high := int(math.Ceil(at))
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

// compare runs batches in turn, that of contender 0 before and after each other's,
// and returns what one operation of contender 0 takes, and for each other the ratio
// of its batches to the two around them.
func compare(rounds, contenders int, batch func(i int) (time.Duration, error)) (time.Duration, []figure, error) {
	var base []float64
	ratios := make([][]float64, contenders)
	before, err := batch(0)
	if err != nil {
		return 0, nil, err
	}
	for range rounds {
		for i := 1; i < contenders; i++ {
			t, err := batch(i)
			if err != nil {
				return 0, nil, err
			}
			after, err := batch(0)
			if err != nil {
				return 0, nil, err
			}
			ratios[i] = append(ratios[i], 2*float64(t)/float64(before+after))
			base = append(base, float64(after))
			before = after
		}
	}
	figures := make([]figure, contenders)
	for i := 1; i < contenders; i++ {
		figures[i] = summarise(ratios[i])
	}
	return time.Duration(summarise(base).median), figures, nil
}

// A measurement is what one work cost: contender 0 is the one the others are compared to.
type measurement struct {
	time   time.Duration // of contender 0
	ratios []figure
	costs  []cost
}

// A cost is what one operation allocates, summed up as benchstat does it.
type cost struct{ allocs, bytes benchmath.Summary }

const (
	counts     = 6 // of each contender: as many as the confidence needs
	confidence = 0.95
)

// A clock tells the time since some instant.
type clock func() time.Duration

var started = time.Now()

func wallClock() time.Duration { return time.Since(started) }

// measure does the work with each client in turn.
func measure(ctx context.Context, w *work, clients []client, rounds int, now clock) (*measurement, error) {
	sizes := make([]int, len(clients))
	for i, c := range clients {
		n, err := fit(ctx, w, c, now)
		if err != nil {
			return nil, err
		}
		sizes[i] = n
	}
	var m measurement
	var err error
	m.time, m.ratios, err = compare(rounds, len(clients), func(i int) (time.Duration, error) {
		runtime.GC()
		if !w.slow { // fills the pools again: that the measuring emptied them is nobody's cost
			if err := repeat(ctx, w, clients[i], 1); err != nil {
				return 0, err
			}
		}
		start := now()
		err := repeat(ctx, w, clients[i], sizes[i])
		return (now() - start) / time.Duration(sizes[i]), err
	})
	if err != nil {
		return nil, err
	}
	if w.allocs || w.bytes {
		m.costs, err = countAll(ctx, w, clients, sizes)
	}
	return &m, err
}

// repeat does the work n times.
func repeat(ctx context.Context, w *work, c client, n int) error {
	for range n {
		if err := w.do(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

// fit warms up and returns how often the work is done in a batch.
func fit(ctx context.Context, w *work, c client, now clock) (int, error) {
	if w.slow {
		return 1, nil
	}
	if err := repeat(ctx, w, c, 1); err != nil {
		return 0, err
	}
	for n := 1; ; n *= 2 {
		start := now()
		if err := repeat(ctx, w, c, n); err != nil {
			return 0, err
		}
		if t := now() - start; t >= batchTime/2 {
			return max(leastTimes, int(float64(n)*float64(batchTime)/float64(t))), nil
		}
	}
}

// countAll counts what the clients allocate, each in turn.
func countAll(ctx context.Context, w *work, clients []client, sizes []int) ([]cost, error) {
	allocs := make([][]float64, len(clients))
	bytes := make([][]float64, len(clients))
	for range counts {
		for i, c := range clients {
			runtime.GC()
			a, b, err := count(ctx, w, c, max(sizes[i], 10))
			if err != nil {
				return nil, err
			}
			allocs[i] = append(allocs[i], a)
			bytes[i] = append(bytes[i], b)
		}
	}
	sum := func(values []float64) benchmath.Summary {
		return benchmath.AssumeNothing.Summary(benchmath.NewSample(values, &benchmath.DefaultThresholds), confidence)
	}
	costs := make([]cost, len(clients))
	for i := range clients {
		costs[i] = cost{sum(allocs[i]), sum(bytes[i])}
	}
	return costs, nil
}

// count does the work n times and returns what it allocated each time: on one core,
// which has one pool, and without garbage collections in between, which empty pools.
func count(ctx context.Context, w *work, c client, n int) (allocs, bytes float64, err error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	if err := repeat(ctx, w, c, 1); err != nil { // fills the pools
		return 0, 0, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := repeat(ctx, w, c, n); err != nil {
		return 0, 0, err
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(n), float64(after.TotalAlloc-before.TotalAlloc) / float64(n), nil
}
