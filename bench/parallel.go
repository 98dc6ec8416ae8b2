package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	callers      = 64
	callsEach    = 100
	poolName     = "parallel"
	poolTitle    = "64 goroutines × 100 calls, default transport"
	poolRounds   = 5
	poolDeadline = time.Minute // of one batch
)

// A parallel is the outcome of many goroutines that share one client.
type parallel struct {
	measurement
	connections []figure // for each contender: how many were opened
}

// measureParallel compares the contenders, each time with a new client and a new
// server, so that no connection is left from before.
func measureParallel(ctx context.Context, all []contender, rounds int) (*parallel, error) {
	var p parallel
	connections := make([][]float64, len(all))
	var err error
	p.time, p.ratios, err = compare(min(rounds, poolRounds), len(all), func(i int) (time.Duration, error) {
		t, n, err := callAtOnce(ctx, all[i])
		connections[i] = append(connections[i], float64(n))
		return t / (callers * callsEach), err
	})
	if err != nil {
		return nil, err
	}
	for _, c := range connections {
		p.connections = append(p.connections, summarise(c))
	}
	return &p, nil
}

// callAtOnce returns how long all calls took, and how many connections they opened.
func callAtOnce(ctx context.Context, c contender) (time.Duration, int, error) {
	ctx, cancel := context.WithTimeout(ctx, poolDeadline)
	defer cancel()
	s, err := startServer(ctx, 0)
	if err != nil {
		return 0, 0, err
	}
	defer s.close()
	shared, err := c.open(s.url, nil)
	if err != nil {
		return 0, 0, err
	}
	call := get("small", smallNumbers)
	errs := make([]error, callers)
	var group sync.WaitGroup
	start := time.Now()
	for i := range callers {
		group.Go(func() {
			for range callsEach {
				if err := call(ctx, shared); err != nil {
					errs[i] = err
					return
				}
			}
		})
	}
	group.Wait()
	elapsed := time.Since(start)
	if err := errors.Join(errs...); err != nil {
		return 0, 0, err
	}
	n, err := s.connections()
	return elapsed, n, err
}
