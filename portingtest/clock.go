package portingtest

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// The statuses of a sub request.
const (
	unassigned       = "unassigned"
	inProcess        = "in-process"
	submitted        = "submitted"
	exception        = "exception"
	focDateConfirmed = "foc-date-confirmed"
	ported           = "ported"
	cancelled        = "cancelled"
	cancelPending    = "cancel-pending"
)

// statuses has them in the contract's order.
var statuses = []string{
	unassigned, inProcess, submitted, exception, focDateConfirmed, ported, cancelled, cancelPending,
}

// terminal tells whether a sub request with this status has come to its end.
func terminal(status string) bool { return status == ported || status == cancelled }

// advance moves the clock, and at each event's own time does what is due.
func (b *sandbox) advance(d time.Duration) {
	end := b.Clock.Add(d)
	for len(b.Queue) > 0 && !b.Queue[0].At.After(end) {
		e := b.Queue[0]
		b.Queue = b.Queue[1:]
		b.Clock = e.At
		p := b.PortRequests.ByID[e.PortRequestID]
		for _, sub := range p.SubRequests {
			if sub.ID == e.SubRequestID {
				b.enter(p, sub, e.Status)
			}
		}
	}
	b.Clock = end
}

// schedule puts an event into the queue. What is already over happens with the
// clock's next move.
func (b *sandbox) schedule(at time.Time, p *portRequest, sub *subRequest, status string) {
	if at.Before(b.Clock) {
		at = b.Clock
	}
	b.Scheduled++
	e := event{At: at, Seq: b.Scheduled, PortRequestID: p.ID, SubRequestID: sub.ID, Status: status}
	i, _ := slices.BinarySearchFunc(b.Queue, e, func(a, b event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq))
	})
	b.Queue = slices.Insert(b.Queue, i, e)
}

// enter moves a sub request to a status and does what comes with it.
func (b *sandbox) enter(p *portRequest, sub *subRequest, status string) {
	sub.Status = status
	b.touch(p, sub)
	carrier := p.Numbers[sub.Numbers[0]].Facts.Carrier
	switch status {
	case inProcess:
		b.schedule(b.Clock.Add(b.config.timings.InProcess), p, sub, submitted)
	case submitted:
		b.carrierComment(p, sub, "The order was sent to "+carrier+".")
		b.schedule(b.Clock.Add(b.config.timings.Submitted), p, sub, focDateConfirmed)
	case focDateConfirmed:
		date := *sub.Details.FOCDateRequestedByUser
		if date.Before(b.Clock) {
			date = focWindows(b.Clock)[0].Start
		}
		sub.FOCDate = &date
		b.carrierComment(p, sub, fmt.Sprintf("%s confirmed the FOC date %s.", carrier, date.Format(time.RFC3339)))
		b.schedule(date, p, sub, ported)
	case ported:
		b.carrierComment(p, sub, "The numbers were ported.")
		for _, i := range sub.Numbers {
			b.Taken[p.Numbers[i].PhoneNumber] = telnyxNumber
		}
	case cancelPending:
		b.Queue = slices.DeleteFunc(b.Queue, func(e event) bool { return e.SubRequestID == sub.ID })
		b.schedule(b.Clock.Add(b.config.timings.Cancel), p, sub, cancelled)
	case cancelled:
		b.carrierComment(p, sub, carrier+" cancelled the order.")
		for _, i := range sub.Numbers {
			delete(b.Taken, p.Numbers[i].PhoneNumber)
		}
	}
}

// touch records that a sub request, and so its port request, changed.
func (b *sandbox) touch(p *portRequest, sub *subRequest) {
	sub.UpdatedAt = b.Clock
	p.UpdatedAt = b.Clock
}

func (b *sandbox) carrierComment(p *portRequest, sub *subRequest, body string) {
	p.Comments = append(p.Comments, comment{
		ID: b.newID(), Body: body, SubRequestID: sub.ID, CreatedAt: b.Clock,
	})
}
