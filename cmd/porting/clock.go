package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/numberporting/porting/workflow/watch"
)

// needs says whether a sub request that the store has needs somebody.
func needs(ctx context.Context, store watch.Store) error {
	records, err := store.Load(ctx)
	n := 0
	for i := range records {
		for _, sub := range records[i].SubRequests {
			if !records[i].Gone && watch.TurnOf(sub.Status) == watch.Ours {
				n++
			}
		}
	}
	if err == nil && n > 0 {
		return needsYouf("%s you", plural(n, "sub request", " needs", "s need"))
	}
	return err
}

var errOnce = errors.New("looked once")

// A clock is the time in a world. Wait tells that a poll is over.
type clock struct {
	*world

	once   bool
	store  watch.Store
	pause  time.Duration // what a wait on the sandbox takes
	polled func()
}

func (c *clock) Now() time.Time { return c.now() }

func (c *clock) Wait(ctx context.Context, d time.Duration) error {
	c.polled()
	if c.once || c.box != nil && isOver(ctx, c.store) { // on the sandbox, nothing more will ever come
		return errOnce
	}
	if c.box != nil && c.pause > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(c.pause):
		}
	}
	return cmp.Or(ctx.Err(), c.wait(ctx, d))
}

// isOver tells whether all port requests that the store has are complete.
func isOver(ctx context.Context, store watch.Store) bool {
	records, err := store.Load(ctx)
	return err == nil && !slices.ContainsFunc(records, func(r watch.Record) bool { return !r.Complete && !r.Gone })
}
