package watch

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/internal/wait"
)

// A Pace says how often the API is asked. Its zero fields are the defaults.
//
// The wait between two polls is a 24th of the time that is left to the nearest FOC date, within
// Min and Max: two hours before the date, every five minutes. From the date on until a day
// after it, it is Min. It is up to a quarter longer by chance. Each failed poll in a row
// doubles it, up to Max. An answer that says when to come again (Retry-After) is heeded,
// even beyond Max.
type Pace struct {
	Min time.Duration // 0: 2 minutes
	Max time.Duration // 0: 30 minutes, or Min if that is longer

	// Zone is where a FOC date without a time of day is a day; nil is UTC.
	Zone *time.Location

	Clock Clock // nil: the system's
}

// A Clock tells the time and waits. A sandbox's makes a month pass in a moment.
type Clock interface {
	// Now returns the time.
	Now() time.Time
	// Wait returns after d, or with an error as soon as the context has ended.
	Wait(ctx context.Context, d time.Duration) error
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Wait(ctx context.Context, d time.Duration) error {
	return wait.For(ctx, d)
}

// withDefaults fills in the fields that are zero.
func (p Pace) withDefaults(operation string) (Pace, error) {
	const shortest, longest = 2 * time.Minute, 30 * time.Minute
	switch {
	case p.Min < 0:
		return p, &porting.ArgumentError{Operation: operation, Field: "Min", Reason: "must not be negative"}
	case p.Max < 0:
		return p, &porting.ArgumentError{Operation: operation, Field: "Max", Reason: "must not be negative"}
	case p.Max > 0 && p.Max < p.Min:
		return p, &porting.ArgumentError{Operation: operation, Field: "Max", Reason: "must not be less than Min"}
	}
	if p.Max == 0 {
		p.Max = max(longest, p.Min)
	}
	if p.Min == 0 {
		p.Min = min(shortest, p.Max)
	}
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	if p.Clock == nil {
		p.Clock = systemClock{}
	}
	return p, nil
}

// toFOC is how long to wait for the sake of one FOC date.
func (p *Pace) toFOC(foc porting.Timestamp, now time.Time) time.Duration {
	const parts, day = 24, 24 * time.Hour
	from, to := foc.Time, foc.Add(day)
	if foc.DateOnly() {
		year, month, date := foc.Date()
		from = time.Date(year, month, date, 0, 0, 0, 0, p.Zone)
		to = from.AddDate(0, 0, 2)
	}
	switch {
	case foc.IsZero(), now.After(to):
		return p.Max
	default:
		return min(max(from.Sub(now)/parts, p.Min), p.Max)
	}
}

// toNearest is how long to wait for the sake of the nearest FOC date in a port request.
func (p *Pace) toNearest(s *State, now time.Time) time.Duration {
	nearest := p.Max
	for i := range s.SubRequests {
		if sub := &s.SubRequests[i]; !sub.Status.Terminal() {
			nearest = min(nearest, p.toFOC(sub.FOCDate, now))
		}
	}
	return nearest
}

// next is how long to wait after a poll, given the wait for the nearest FOC date, how many
// polls in a row have failed, and the error of the last one.
func (p *Pace) next(pause time.Duration, failures int, err error) time.Duration {
	for ; failures > 0 && pause < p.Max; failures-- {
		pause *= 2
	}
	const share = 4
	least := max(p.Min, min(pause, p.Max-p.Max/(share+1)))
	most := min(p.Max, least+least/share)
	pause = least + rand.N(most-least+1)
	if limited, ok := errors.AsType[*porting.RateLimitError](err); ok {
		pause = max(pause, limited.RetryAfter)
	}
	return pause
}
