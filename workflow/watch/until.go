package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/numberporting/porting"
)

// UntilOptions say what [Until] waits for and how. Nil options, and zero fields, are the
// defaults.
type UntilOptions struct {
	Pace

	// SubRequests are those that the condition is about; none means all of the port request,
	// those that are split off later included.
	SubRequests []porting.SubRequestID

	// OnChange, unless nil, is called with each change as it is seen, in order. There are no
	// comments or documents among them.
	OnChange func(Change)
}

// A Condition is what [Until] waits for in a sub request.
type Condition func(*porting.SubRequest) bool

// In is the condition that the status is one of some.
func In(statuses ...porting.SubRequestStatus) Condition {
	return func(s *porting.SubRequest) bool { return slices.Contains(statuses, s.Status) }
}

// Has is the condition that the move is one of some: Has(watch.Ours, watch.Ported,
// watch.Cancelled) waits until there is nothing to wait for.
func Has(turns ...Turn) Condition {
	return func(s *porting.SubRequest) bool { return slices.Contains(turns, TurnOf(s.Status)) }
}

// An EndedError says that a sub request is ported or cancelled without the condition of
// [Until], which now can't come to hold.
type EndedError struct {
	SubRequest porting.SubRequestID
	Status     porting.SubRequestStatus
}

// Error names the sub request and its status.
func (e *EndedError) Error() string {
	return fmt.Sprintf("watch: sub request %s is %s, which is not what was waited for", e.SubRequest, e.Status)
}

// ErrGone is the error of [Until] for a port request, or a sub request, that isn't there. It
// comes with the client's [*porting.NotFoundError], if that is how it is known.
var ErrGone = errors.New("watch: it is not there")

// Until waits until a condition holds for the sub requests of a port request, and returns the
// port request as it was last read. That it does with an error as well: when the context
// ends, which bounds the wait, and when waiting makes no sense. The port request is nil only if it
// was never read.
//
// It reads the port request at once, and then at the options' pace, a request each time, or
// two if the API doesn't include the sub requests. What fails in passing is tried again. These
// errors end it: the condition can't hold any more ([EndedError]), the port request isn't found
// nor in the list ([ErrGone]), the API answers with 401 or 403, or the options are wrong.
func Until(ctx context.Context, client *porting.Client, id porting.PortRequestID, condition Condition, opts *UntilOptions) (*porting.PortRequest, error) {
	var o UntilOptions
	if opts != nil {
		o = *opts
	}
	const operation = "watch.Until"
	pace, err := o.withDefaults(operation)
	switch {
	case err != nil:
		return nil, err
	case id == "":
		return nil, &porting.ArgumentError{Operation: operation, Field: "port_request_id", Reason: "is empty"}
	case condition == nil:
		return nil, &porting.ArgumentError{Operation: operation, Field: "condition", Reason: "is nil"}
	}
	var last *porting.PortRequest
	var before *State
	for failures := 0; ; {
		p, err := readOrFind(ctx, client, id, before)
		switch {
		case err == nil:
			last, failures = p, 0
			after := StateOf(p, nil, nil)
			for _, change := range Diff(before, after) {
				if o.OnChange != nil {
					o.OnChange(change)
				}
			}
			before = after
			if holds, err := o.holds(p, condition); holds || err != nil {
				return last, err
			}
		case ctx.Err() != nil:
			return last, context.Cause(ctx)
		case errors.Is(err, ErrGone), unchanging(err):
			return last, err
		default:
			failures++
		}
		wait := pace.Max
		if before != nil {
			wait = pace.toNearest(before, pace.Clock.Now())
		}
		if err := pace.Clock.Wait(ctx, pace.next(wait, failures, err)); err != nil {
			return last, err
		}
	}
}

// holds tells whether the condition holds for all sub requests that it is about.
func (o *UntilOptions) holds(p *porting.PortRequest, condition Condition) (bool, error) {
	holds, about := true, 0
	for i := range p.SubRequests {
		sub := &p.SubRequests[i]
		if len(o.SubRequests) > 0 && !slices.Contains(o.SubRequests, sub.ID) {
			continue
		}
		about++
		switch met := condition(sub); {
		case !met && sub.Status.Terminal():
			return false, &EndedError{sub.ID, sub.Status}
		case !met:
			holds = false
		}
	}
	for _, id := range o.SubRequests {
		if !slices.ContainsFunc(p.SubRequests, func(s porting.SubRequest) bool { return s.ID == id }) {
			return false, fmt.Errorf("sub request %s: %w", id, ErrGone)
		}
	}
	return holds && about > 0, nil
}
