package portingtest

import (
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

// What the clock brings to a sub request, besides a status.
const (
	moveFOC  = "move FOC date"
	splitOff = "split off a number"
	takeStep = "take the script's next step"
)

// terminal tells whether a sub request with this status has come to its end.
func terminal(status string) bool { return status == ported || status == cancelled }

// stage is what follows a status by itself. An empty one is that nothing does.
type stage struct {
	next  string
	after func(*Timings) time.Duration
}

// lives has the stages of each behavior by status. Those that aren't there are
// as in a normal life. What comes after foc-date-confirmed is up to the date.
var lives = map[Behavior]map[string]stage{
	Normal: {
		inProcess:     {submitted, func(t *Timings) time.Duration { return t.InProcess }},
		submitted:     {focDateConfirmed, func(t *Timings) time.Duration { return t.Submitted }},
		cancelPending: {cancelled, func(t *Timings) time.Duration { return t.Cancel }},
	},
	ExceptionOnce:  {submitted: {exception, func(t *Timings) time.Duration { return t.Exception }}},
	FOCMoved:       {},
	LateSplit:      {},
	CarrierCancels: {submitted: {cancelPending, func(t *Timings) time.Duration { return t.CarrierCancel }}},
	NeverLeaves:    {inProcess: {}},
}

// begin starts the life of a sub request that was submitted. Of its numbers,
// the first with a script decides, or else the first with a behavior.
func (b *sandbox) begin(p *portRequest, sub *subRequest) {
	var steps []Step
	for _, i := range sub.Numbers {
		n := p.Numbers[i]
		if script, ok := b.Scripts[n.PhoneNumber]; ok && sub.ScriptOf == "" {
			sub.ScriptOf, steps = n.PhoneNumber, script
		}
		delete(b.Scripts, n.PhoneNumber)
		if sub.Behavior == Normal {
			sub.Behavior = n.Fate.Behavior
		}
	}
	if sub.ScriptOf != "" {
		b.set(p, sub, inProcess)
		b.follow(p, sub, sub.ScriptOf, steps)
		return
	}
	if sub.Behavior == LateSplit {
		b.schedule(b.Clock.Add(b.Settings.Timings.Split), p, sub, splitOff)
	}
	b.enter(p, sub, inProcess)
}

// act does what the clock brings to a sub request.
func (b *sandbox) act(p *portRequest, sub *subRequest, action string) {
	switch action {
	case takeStep:
		b.step(p, sub)
	case moveFOC:
		b.moveFOC(p, sub)
	case splitOff:
		b.splitOff(p, sub)
	case cancelPending: // the user's own is a request
		b.remark(p, sub, carrierCancels)
		b.enter(p, sub, cancelPending)
	default:
		b.enter(p, sub, action)
	}
}

// enter moves a sub request to a status, as its life has it, and does what comes
// with it.
func (b *sandbox) enter(p *portRequest, sub *subRequest, status string) {
	b.set(p, sub, status)
	switch status {
	case cancelPending:
		b.unschedule(sub)
	case inProcess, submitted:
		sub.FOCDate = nil
	case exception:
		sub.FOCDate = nil
		sub.Behavior = Normal // once
	case focDateConfirmed:
		b.confirmFOC(p, sub)
	}
	b.remark(p, sub, status)
	stage, special := lives[sub.Behavior][status]
	if !special {
		stage = lives[Normal][status]
	}
	if stage.next != "" {
		b.schedule(b.Clock.Add(stage.after(&b.Settings.Timings)), p, sub, stage.next)
	}
}

// set gives a sub request a status, and its numbers what follows from it.
func (b *sandbox) set(p *portRequest, sub *subRequest, status string) {
	sub.Status = status
	sub.CancelAsked = sub.CancelAsked && (status == cancelPending || status == cancelled)
	b.touch(p, sub)
	for _, i := range sub.Numbers {
		b.take(p.Numbers[i].PhoneNumber, status)
	}
}

// take records whether a number can be ported again.
func (b *sandbox) take(number, status string) {
	switch status {
	case ported:
		b.Taken[number] = telnyxNumber
	case cancelled:
		delete(b.Taken, number)
	default:
		b.Taken[number] = alreadyBeingPorted
	}
}

// confirmFOC gives a sub request the date asked for, or the first there is if
// that is over.
func (b *sandbox) confirmFOC(p *portRequest, sub *subRequest) {
	date := focWindows(b.Clock)[0].Start
	if asked := sub.Details.FOCDateRequestedByUser; asked != nil && !asked.Before(b.Clock) {
		date = *asked
	}
	sub.FOCDate = &date
	if sub.Behavior == FOCMoved {
		at := b.Clock.Add(b.Settings.Timings.FOCMove)
		if left := date.Sub(b.Clock); !at.Before(date) {
			at = b.Clock.Add(left / 2)
		}
		b.schedule(at, p, sub, moveFOC)
	}
	b.schedule(date, p, sub, ported)
}

// moveFOC gives a sub request a later FOC date than the confirmed one.
func (b *sandbox) moveFOC(p *portRequest, sub *subRequest) {
	if sub.FOCDate == nil {
		return
	}
	b.unschedule(sub)
	sub.Behavior = Normal // once
	date := bounded(focWindows(*sub.FOCDate)[0].Start)
	sub.FOCDate = &date
	b.touch(p, sub)
	b.remark(p, sub, focMoved)
	b.schedule(date, p, sub, ported)
}

// splitOff moves the first number that is to be split off into a new sub request.
// The next one has a time of its own.
func (b *sandbox) splitOff(p *portRequest, sub *subRequest) {
	sub.Behavior = Normal
	next := func() int {
		return slices.IndexFunc(sub.Numbers, func(i int) bool { return p.Numbers[i].Fate.Behavior == LateSplit })
	}
	if at := next(); at >= 0 && len(sub.Numbers) > 1 && !terminal(sub.Status) {
		b.remark(p, sub, splitTo, b.branch(p, sub, sub.Numbers[at]).SupportKey)
		if next() >= 0 {
			b.schedule(b.Clock.Add(b.Settings.Timings.Split), p, sub, splitOff)
		}
	}
}

// branch moves a number from a sub request into a new one, which goes on as this
// one does.
func (b *sandbox) branch(p *portRequest, sub *subRequest, number int) *subRequest {
	twin := *sub
	twin.ID, twin.SupportKey = b.newID(), b.newSupportKey("sr")
	twin.CreatedAt = b.Clock
	twin.Numbers = []int{number}
	twin.Rating, twin.RatingText = nil, nil
	p.SubRequests = append(p.SubRequests, &twin)
	p.Numbers[number].SubRequestID = twin.ID
	sub.Numbers = without(sub.Numbers, number)
	for _, e := range b.events(sub) {
		b.schedule(e.At, p, &twin, e.Action)
	}
	b.touch(p, sub)
	b.touch(p, &twin)
	return &twin
}

// without gives the indexes but for one, in a slice of their own.
func without(indexes []int, index int) []int {
	return slices.DeleteFunc(slices.Clone(indexes), func(i int) bool { return i == index })
}

// updated is called when a user's update changed a sub request. An exception
// goes to the carrier again; a script may have waited for it.
func (b *sandbox) updated(p *portRequest, sub *subRequest) {
	b.touch(p, sub)
	switch {
	case len(sub.Steps) > 0:
		b.stepOnUpdate(p, sub)
	case sub.Status == exception:
		b.enter(p, sub, submitted)
	}
}

// cancel is called when the user asks for a cancellation. The staff says that it
// reviews that.
func (b *sandbox) cancel(p *portRequest, sub *subRequest) {
	if len(sub.Steps) > 0 { // what comes then is up to the script
		b.set(p, sub, cancelPending)
		return
	}
	b.remark(p, sub, userCancels)
	b.enter(p, sub, cancelPending)
}

// touch records that a sub request, and so its port request, changed.
func (b *sandbox) touch(p *portRequest, sub *subRequest) {
	sub.UpdatedAt = b.Clock
	p.UpdatedAt = b.Clock
}
