package report

import (
	"context"
	"slices"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/watch"
)

// A Live has the ports of a store of package watch, for a [Handler]. It keeps what it has read,
// and reads a port anew when the store says that it has changed, so that looking at the page
// costs next to nothing.
type Live struct {
	client *porting.Client
	load   func(context.Context) ([]watch.Record, error)
	opts   *Options

	turn  chan struct{} // whoever has put something in it may use ports
	ports map[porting.PortRequestID]livePort
	loads int
}

// A livePort is a port as it was when the store had a revision of it.
type livePort struct {
	Port

	revision int
}

// NewLive makes a [Live]. The function load tells what the store has, as [watch.Store]'s Load
// does, or [watch.ReadFile] for a store that another process has open. The process that has it open
// must go on watching: what nobody watches doesn't change on the page either.
func NewLive(client *porting.Client, load func(context.Context) ([]watch.Record, error), opts *Options) *Live {
	return &Live{client: client, load: load, opts: opts, turn: make(chan struct{}, 1), ports: map[porting.PortRequestID]livePort{}}
}

// Collect returns the ports that the store has, in its order. It takes three requests for each
// port that is new or has changed, and none for the others. What watch doesn't look at, such as
// an address that was corrected, is as it was when the port last changed. Errors are those of load,
// and otherwise as the function [Collect] has them; what couldn't be read is asked for again the next
// time.
func (l *Live) Collect(ctx context.Context) ([]Port, error) {
	const operation = "report.Live.Collect"
	o, err := l.opts.withDefaults(operation)
	switch {
	case err != nil:
		return nil, err
	case l.client == nil:
		return nil, &porting.ArgumentError{Operation: operation, Field: "client", Reason: "is nil"}
	case l.load == nil:
		return nil, &porting.ArgumentError{Operation: operation, Field: "load", Reason: "is nil"}
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	records, err := l.load(ctx)
	if err != nil {
		return nil, err
	}
	ports := make([]Port, 0, len(records))
	revisions := make([]int, 0, len(records))
	var changed, failed []*Port
	for i := range records {
		r := &records[i]
		if r.Gone {
			continue
		}
		known, ok := l.ports[r.ID]
		if !ok {
			known.PortRequest.ID, known.PortRequest.SupportKey = r.ID, r.SupportKey
		}
		ports, revisions = append(ports, known.Port), append(revisions, r.Revision)
		switch {
		case known.Err != nil:
			failed = append(failed, &ports[len(ports)-1])
		case !ok || known.revision != r.Revision:
			changed = append(changed, &ports[len(ports)-1])
		}
	}
	c := &collector{client: l.client, options: o, whole: true}
	if len(failed) > 0 { // they come last, and in turn, so that those that fail for good keep no others from being read
		next := l.loads * giveUp % len(failed)
		changed = slices.Concat(changed, failed[next:], failed[:next])
	}
	l.loads++
	c.readAll(ctx, changed)
	clear(l.ports)
	for i := range ports {
		l.ports[ports[i].PortRequest.ID] = livePort{ports[i], revisions[i]}
	}
	return ports, c.incomplete(ports, false)
}
