package portingtest

import (
	"slices"
	"time"
)

// Step is one step of a script. Its fields act in their order; the zero value
// of each changes nothing.
type Step struct {
	// OnUpdate has the step wait for the user's next update that changes
	// something. After counts from it then.
	OnUpdate bool `json:"on_update,omitzero"`
	// After is the time since the step before, or since the script began: with
	// the submission, or with the call of Script if that is later.
	After time.Duration `json:"after,omitzero"`
	// FOCDate is the confirmed FOC date from now on. NoFOCDate takes it away.
	FOCDate   time.Time `json:"foc_date,omitzero"`
	NoFOCDate bool      `json:"no_foc_date,omitzero"`
	// Status is the sub request's from now on: any text, from any other.
	Status string `json:"status,omitempty"`
	// Comment is what the carrier says.
	Comment string `json:"comment,omitempty"`
	// Unassign takes the script's number out of its sub request, which may
	// leave none in it. One that is ported or cancelled keeps its numbers.
	Unassign bool `json:"unassign,omitzero"`
	// Split moves the script's number into a new sub request: from this one,
	// unless it is alone there, or from being unassigned. What is left of the
	// script is for both.
	Split bool `json:"split,omitzero"`
}

// Script says what becomes of the sub request that holds a number, in place of
// its normal life and of the numbers' behavior. If the number isn't submitted,
// or was cancelled, the script waits for the next submission, and begins
// in-process; of several scripts in one sub request, that of the first number
// decides. Another script for the same sub request takes the place of this one.
//
// While the script has steps left, the user's cancellation makes the sub
// request cancel-pending and an update changes it, but what follows is up to
// the script. After the last step nothing more happens, until an update of an
// exception or a cancellation brings back the normal life. A script without
// steps keeps the sub request as it is. The script of a cancelled sub request
// ends when a number of it has been submitted again.
func (s *Server) Script(number string, steps ...Step) {
	number = valid(number)
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].Status = valid(steps[i].Status)
		steps[i].Comment = valid(steps[i].Comment)
		if !steps[i].FOCDate.IsZero() {
			steps[i].FOCDate = bounded(steps[i].FOCDate)
		}
	}
	s.lock()
	defer s.mu.Unlock()
	s.box.script(number, steps)
	s.box.advance(0) // what takes no time
}

// script gives the steps to the sub request that a number is in, or keeps them.
func (b *sandbox) script(number string, steps []Step) {
	p, sub := b.holder(number)
	if sub == nil || sub.Status == cancelled {
		b.Scripts[number] = steps
		return
	}
	b.unschedule(sub)
	b.follow(p, sub, number, steps)
}

// holder gives the newest sub request that a number is in, or that had the
// script which took it out; nil if there is none.
func (b *sandbox) holder(number string) (*portRequest, *subRequest) {
	for _, id := range slices.Backward(b.PortRequests.Order) {
		p := b.PortRequests.ByID[id]
		i := p.index(number)
		if i < 0 {
			continue
		}
		for _, sub := range slices.Backward(p.SubRequests) {
			in := p.Numbers[i].SubRequestID
			if sub.ID == in || in == "" && sub.ScriptOf == number {
				return p, sub
			}
		}
	}
	return nil, nil
}

// index gives the place of a number among those of the port request, or -1.
func (p *portRequest) index(phoneNumber string) int {
	return slices.IndexFunc(p.Numbers, func(n number) bool { return n.PhoneNumber == phoneNumber })
}

// follow has a sub request follow a script.
func (b *sandbox) follow(p *portRequest, sub *subRequest, number string, steps []Step) {
	sub.Behavior = Normal
	sub.ScriptOf, sub.Steps = number, steps
	b.awaitStep(p, sub)
}

// awaitStep schedules the next step of a script, if it waits for the clock.
func (b *sandbox) awaitStep(p *portRequest, sub *subRequest) {
	if len(sub.Steps) > 0 && !sub.Steps[0].OnUpdate {
		b.schedule(b.Clock.Add(sub.Steps[0].After), p, sub, takeStep)
	}
}

// stepOnUpdate schedules the next step of a script, if it waits for an update
// and had none yet.
func (b *sandbox) stepOnUpdate(p *portRequest, sub *subRequest) {
	if sub.Steps[0].OnUpdate && len(b.events(sub)) == 0 {
		b.schedule(b.Clock.Add(sub.Steps[0].After), p, sub, takeStep)
		b.advance(0) // what takes no time
	}
}

// step does the next step of a script.
func (b *sandbox) step(p *portRequest, sub *subRequest) {
	if len(sub.Steps) == 0 {
		return
	}
	if sub.Status == cancelled && b.isReplaced(p, sub) {
		sub.Steps = nil
		return
	}
	step := sub.Steps[0]
	sub.Steps = sub.Steps[1:]
	switch {
	case step.NoFOCDate:
		sub.FOCDate = nil
	case !step.FOCDate.IsZero():
		sub.FOCDate = &step.FOCDate
	}
	if step.Status != "" {
		b.set(p, sub, step.Status)
	}
	if step.Comment != "" {
		b.carrierComment(p, sub.ID, step.Comment)
	}
	b.touch(p, sub)
	b.awaitStep(p, sub) // before a split, which shares it
	i := p.index(sub.ScriptOf)
	if step.Unassign {
		b.unassign(p, i)
	}
	if step.Split {
		b.splitScripted(p, sub, i)
	}
}

// isReplaced tells whether a number of a sub request was submitted again.
func (b *sandbox) isReplaced(p *portRequest, sub *subRequest) bool {
	later := b.PortRequests.Order[slices.Index(b.PortRequests.Order, p.ID)+1:]
	return slices.ContainsFunc(later, func(id string) bool {
		return slices.ContainsFunc(sub.Numbers, func(i int) bool {
			return b.PortRequests.ByID[id].index(p.Numbers[i].PhoneNumber) >= 0
		})
	})
}

// unassign takes a number out of the sub request that it is in, unless that has come to its end.
func (b *sandbox) unassign(p *portRequest, number int) {
	if sub := p.subRequest(p.Numbers[number].SubRequestID); sub != nil && !terminal(sub.Status) {
		sub.Numbers = without(sub.Numbers, number)
		p.Numbers[number].SubRequestID = ""
		b.touch(p, sub)
	}
}

// splitScripted moves a number into a new sub request, unless it is alone in
// this one or in another.
func (b *sandbox) splitScripted(p *portRequest, sub *subRequest, number int) {
	in := p.Numbers[number].SubRequestID
	if in == "" || in == sub.ID && len(sub.Numbers) > 1 {
		b.branch(p, sub, number)
	}
}
