package portingtest

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// The bounds of a sandbox's time. JSON writes no year beyond 9999, and dates
// lie ahead of the clock.
var (
	firstInstant = time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC)
	lastInstant  = time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// bounded gives a time in UTC, or the bound that it is beyond.
func bounded(t time.Time) time.Time {
	switch t = t.UTC(); {
	case t.Before(firstInstant):
		return firstInstant
	case t.After(lastInstant):
		return lastInstant
	}
	return t
}

// lock takes the server's lock and brings the sandbox up to date, for whoever
// looks at it.
func (s *Server) lock() {
	s.mu.Lock()
	s.box.tick()
	s.box.catchUp()
}

// tick moves a clock that runs by itself to where it is by now. Whoever takes
// the server's lock and looks at the clock calls it first.
func (b *sandbox) tick() {
	if b.config.speed == 0 {
		return
	}
	now := time.Now()
	ran := float64(now.Sub(b.ticked))*b.config.speed + b.fraction
	whole := time.Duration(min(ran, math.MaxInt64/2))
	b.ticked, b.fraction = now, min(ran-float64(whole), 1)
	b.advance(whole)
}

// advance moves the clock, and at each event's own time does what is due.
func (b *sandbox) advance(d time.Duration) {
	end := bounded(b.Clock.Add(d))
	for len(b.Queue) > 0 && !b.Queue[0].At.After(end) {
		e := b.Queue[0]
		b.Queue = b.Queue[1:]
		b.Clock = e.At
		b.happen(e)
	}
	b.Clock = end
}

// happen does what an event brings.
func (b *sandbox) happen(e event) {
	switch {
	case e.Request != nil:
		b.late(e.Request)
	case e.DraftID != "":
		b.Drafts.remove(e.DraftID)
	default:
		p := b.PortRequests.ByID[e.PortRequestID]
		b.act(p, p.subRequest(e.SubRequestID), e.Action)
	}
}

// schedule puts an event of a sub request into the queue.
func (b *sandbox) schedule(at time.Time, p *portRequest, sub *subRequest, action string) {
	b.enqueue(event{At: at, PortRequestID: p.ID, SubRequestID: sub.ID, Action: action})
}

// enqueue puts an event into the queue. What is already over happens with the
// clock's next move.
func (b *sandbox) enqueue(e event) {
	if e.At.Before(b.Clock) {
		e.At = b.Clock
	}
	b.Scheduled++
	e.At, e.Seq = bounded(e.At), b.Scheduled
	i, _ := slices.BinarySearchFunc(b.Queue, e, event.compare)
	b.Queue = slices.Insert(b.Queue, i, e)
}

// compare tells which event comes first.
func (e event) compare(other event) int {
	return cmp.Or(e.At.Compare(other.At), cmp.Compare(e.Seq, other.Seq))
}

// unschedule takes the events of a sub request out of the queue.
func (b *sandbox) unschedule(sub *subRequest) {
	b.Queue = slices.DeleteFunc(b.Queue, func(e event) bool { return e.SubRequestID == sub.ID })
}

// events gives those of a sub request that are in the queue.
func (b *sandbox) events(sub *subRequest) []event {
	var events []event
	for _, e := range b.Queue {
		if e.SubRequestID == sub.ID {
			events = append(events, e)
		}
	}
	return events
}
