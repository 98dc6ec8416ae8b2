package main

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

// A work is something that every contender does, in the same amount.
type work struct {
	name   string // for flags and benchmarks
	title  string // in the table
	memory bool   // without a network
	slow   bool   // every answer takes the latency
	allocs bool   // allocations are a row of the table, too
	bytes  bool   // so are the bytes allocated
	rounds int    // at most; 0: as many as asked for
	do     func(ctx context.Context, c client) error
}

// works are those of one goroutine; parallel.go has that of many.
var works = []work{
	{name: "get", title: "get one object, 4 KB", allocs: true, bytes: true, do: get("small", smallNumbers)},
	{name: "get-10k", title: "get one object with 10,000 numbers, 2.4 MB", bytes: true, do: get("large", largeNumbers)},
	{name: "pages", title: "iterate 50 pages × 100 objects", do: list},
	{name: "check", title: "check 1,000 numbers, read 1,000 results", do: check},
	{
		name: "slow-pages", title: "iterate 50 pages at 40 ms each",
		slow: true, rounds: 3, do: list,
	},
	{name: "memory-get", title: "no network: get one object, 4 KB", memory: true, allocs: true, do: get("small", smallNumbers)},
	{name: "memory-get-10k", title: "no network: get 10,000 numbers", memory: true, bytes: true, do: get("large", largeNumbers)},
	{name: "memory-pages", title: "no network: 50 pages × 100 objects", memory: true, do: list},
	{name: "memory-check", title: "no network: check 1,000 numbers", memory: true, do: check},
}

// watchedWork is what our client does with a limiter, an observer or a logger.
var watchedWork = work{
	name: "watched", title: "no network: get one object, 4 KB",
	memory: true, allocs: true, bytes: true, do: get("small", smallNumbers),
}

const latency = 40 * time.Millisecond // of slow answers

func get(id string, want int) func(context.Context, client) error {
	return func(ctx context.Context, c client) error {
		n, err := c.get(ctx, id)
		return verify(n, want, err)
	}
}

func list(ctx context.Context, c client) error {
	n, err := c.list(ctx)
	return verify(n, pageCount*perPage, err)
}

var numbers = numbersToCheck()

func check(ctx context.Context, c client) error {
	n, err := c.check(ctx, numbers)
	return verify(n, checked, err)
}

func verify(got, want int, err error) error {
	if err == nil && got != want {
		return fmt.Errorf("read %d, not %d", got, want)
	}
	return err
}

// open opens a contender for the work.
func (w *work) open(c contender, e *env) (client, error) {
	switch {
	case w.memory:
		return c.open(memoryURL, e.memory)
	case w.slow:
		return c.open(e.slow.url, nil)
	}
	return c.open(e.fast.url, nil)
}

// An env is what all works share.
type env struct {
	fast, slow *server
	memory     *http.Client
}

// gcPercent starts a collection after every 4 MB, as in a small program, although the
// payloads are a heap of 14 MB: so that each batch pays for what it allocates.
const gcPercent = 30

func newEnv(ctx context.Context) (*env, error) {
	debug.SetGCPercent(gcPercent)
	fast, err := startServer(ctx, 0)
	if err != nil {
		return nil, err
	}
	slow, err := startServer(ctx, latency)
	if err != nil {
		fast.close()
		return nil, err
	}
	return &env{fast, slow, &http.Client{Transport: newMemory()}}, nil
}

func (e *env) close() {
	e.fast.close()
	e.slow.close()
}
