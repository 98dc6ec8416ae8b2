package foc

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/numberporting/porting"
)

// Unbounded is a tolerance that any distance is within.
const Unbounded time.Duration = math.MaxInt64

// A Reason says why an instant was chosen.
type Reason string

// The reasons for a choice.
const (
	ReasonEarliest Reason = "earliest" // no earlier instant fits
	ReasonExact    Reason = "exact"    // it is what was wished for
	ReasonEarlier  Reason = "earlier"  // the nearest to the wish is before it
	ReasonLater    Reason = "later"    // the nearest to the wish is behind it
	ReasonSpread   Reason = "spread"   // it makes the spread smallest
)

// A Choice is an instant that lies in a window.
type Choice struct {
	Time   time.Time         // whole seconds, in UTC
	Window porting.FOCWindow // the first given that it lies in; of Common, the overlap of all
	Reason Reason
	Off    time.Duration // of Nearest: how far behind the wish, negative before it
}

// String returns the instant and the reason, or "none" for the zero Choice.
func (c Choice) String() string {
	if c.Time.IsZero() {
		return "none"
	}
	at := c.Time.Format(time.RFC3339)
	switch c.Reason {
	case ReasonEarliest:
		return at + ", the earliest that fits"
	case ReasonExact:
		return at + ", as wished"
	case ReasonEarlier:
		return at + fmt.Sprintf(", %v before the wish", distance(c.Off))
	case ReasonLater:
		return at + fmt.Sprintf(", %v after the wish", c.Off)
	case ReasonSpread:
		return at + ", as close to the others as it gets"
	}
	return at
}

// Earliest picks the earliest instant. Without [NotBefore], it may have passed.
func Earliest(windows []porting.FOCWindow, opts ...Option) (Choice, error) {
	s, err := newSearch(windows, opts, nil)
	if err != nil {
		return Choice{}, err
	}
	return s.choice(s.fit[0].from, ReasonEarliest), nil
}

// Nearest picks the instant nearest to a wish, of two as near the earlier. If it is
// further away than the tolerance, that is an error; [Unbounded] takes any.
func Nearest(windows []porting.FOCWindow, wish time.Time, tolerance time.Duration, opts ...Option) (Choice, error) {
	s, err := newSearch(windows, opts, &wish)
	if err != nil {
		return Choice{}, err
	}
	c := s.nearest(wish)
	if distance(c.Off) > tolerance {
		return Choice{}, &NoFitError{Cause: CauseTooFar, Nearest: c, Tolerance: tolerance}
	}
	return c, nil
}

// OnDay picks the earliest instant on the day of a time in its zone: a time in UTC means
// the day in UTC.
func OnDay(windows []porting.FOCWindow, day time.Time, opts ...Option) (Choice, error) {
	return Earliest(windows, append(slices.Clone(opts), During(day))...)
}

// Common picks the earliest instant that lies in a window of each sub request.
func Common(windows map[porting.SubRequestID][]porting.FOCWindow, opts ...Option) (Choice, error) {
	ids := slices.Sorted(maps.Keys(windows))
	sets := make([][]porting.FOCWindow, len(ids))
	for i, id := range ids {
		sets[i] = windows[id]
		if len(spansOf(sets[i])) == 0 {
			return Choice{}, &NoFitError{Cause: CauseNoWindows, SubRequests: ids[i : i+1]}
		}
	}
	overlap := Overlap(sets...)
	if len(overlap) == 0 && len(ids) > 0 {
		return Choice{}, &NoFitError{Cause: CauseApart, SubRequests: apart(ids, sets)}
	}
	return Earliest(overlap, opts...)
}

// Overlap returns the windows that lie in windows of each set, in order: for [Nearest] and
// [OnDay] with several sub requests. Their ends are whole seconds.
func Overlap(sets ...[]porting.FOCWindow) []porting.FOCWindow {
	var common []span
	for i, set := range sets {
		if i == 0 {
			common = spansOf(set)
			continue
		}
		common = intersect(common, spansOf(set))
	}
	windows := make([]porting.FOCWindow, len(common))
	for i, s := range common {
		windows[i] = porting.FOCWindow{Start: porting.Timestamp{Time: instant(s.from)}, End: porting.Timestamp{Time: instant(s.to)}}
	}
	return windows
}

// apart returns the first two sub requests that have no instant in common, or all if only
// several together have none.
func apart(ids []porting.SubRequestID, sets [][]porting.FOCWindow) []porting.SubRequestID {
	for i := range sets {
		for j := range i {
			if len(Overlap(sets[i], sets[j])) == 0 {
				return []porting.SubRequestID{ids[j], ids[i]}
			}
		}
	}
	return ids
}

// A Spreading is an instant for each of several sub requests.
type Spreading struct {
	Choices     map[porting.SubRequestID]Choice
	First, Last time.Time // the earliest and the latest of them; equal if they have one in common
}

// Size returns how far the instants are apart.
func (s Spreading) Size() time.Duration { return s.Last.Sub(s.First) }

// Spread picks an instant for each sub request so that the earliest and the latest are as
// close as they can be, and of those as early as they can be. The options hold for each.
func Spread(windows map[porting.SubRequestID][]porting.FOCWindow, opts ...Option) (Spreading, error) {
	ids := slices.Sorted(maps.Keys(windows))
	if len(ids) == 0 {
		return Spreading{}, &NoFitError{Cause: CauseNoWindows}
	}
	searches := make([]*search, len(ids))
	var starts []int64
	for i, id := range ids {
		s, err := newSearch(windows[id], opts, nil)
		if err != nil {
			noFit := *err
			noFit.SubRequests = ids[i : i+1]
			return Spreading{}, &noFit
		}
		searches[i] = s
		// The first instant of the best spread is the start of a span, if all have it in
		// common, or the end of one: from there on, waiting brings it no closer.
		for _, span := range s.fit {
			starts = append(starts, span.from, span.to)
		}
	}
	slices.Sort(starts)

	best, bestFirst, bestSize := starts[0], int64(0), int64(math.MaxInt64)
	for _, start := range starts {
		first, last := int64(math.MaxInt64), int64(math.MinInt64)
		for _, s := range searches {
			at, ok := s.from(start)
			if !ok {
				first = math.MaxInt64
				break
			}
			first, last = min(first, at), max(last, at)
		}
		if first == math.MaxInt64 {
			break // later starts have none either
		}
		if size := last - first; size < bestSize {
			best, bestFirst, bestSize = start, first, size
		}
	}

	spread := Spreading{Choices: map[porting.SubRequestID]Choice{}, First: instant(bestFirst), Last: instant(bestFirst + bestSize)}
	for i, s := range searches {
		at, _ := s.from(best)
		spread.Choices[ids[i]] = s.choice(at, ReasonSpread)
	}
	return spread, nil
}

// A search is the windows, and the spans of them that the options leave.
type search struct {
	windows []porting.FOCWindow
	fit     []span // at least one
}

// newSearch returns an error if the options leave nothing. A wish is only for that error.
func newSearch(windows []porting.FOCWindow, opts []Option, wish *time.Time) (*search, *NoFitError) {
	s := &search{windows, spansOf(windows)}
	if len(s.fit) == 0 {
		return nil, &NoFitError{Cause: CauseNoWindows, Unusable: len(windows)}
	}
	var all rules
	for _, o := range opts {
		o(&all)
	}
	for _, r := range slices.Concat(all.bounds, all.calendars) {
		fit := r.keep(s.fit)
		if len(fit) > 0 {
			s.fit = fit
			continue
		}
		err := &NoFitError{Cause: r.cause, Limit: r.limit}
		switch {
		case wish != nil:
			err.Nearest = s.nearest(*wish)
		case !r.limit.IsZero():
			err.Nearest = s.nearest(r.limit)
		default:
			err.Nearest = s.choice(s.fit[0].from, ReasonEarliest)
		}
		return nil, err
	}
	return s, nil
}

// choice makes a choice of an instant.
func (s *search) choice(at int64, why Reason) Choice {
	c := Choice{Time: instant(at), Reason: why}
	for _, w := range s.windows {
		if w.Contains(c.Time) {
			c.Window = w
			break
		}
	}
	return c
}

// nearest picks the instant nearest to a wish.
func (s *search) nearest(wish time.Time) Choice {
	best := s.fit[0].from
	off := func(at int64) time.Duration { return instant(at).Sub(wish) }
	for _, span := range s.fit {
		for _, second := range []int64{wish.Unix(), ceil(wish)} { // the two around a fraction
			at := min(max(second, span.from), span.to)
			if distance(off(at)) < distance(off(best)) {
				best = at
			}
		}
	}
	c := s.choice(best, ReasonExact)
	c.Off = off(best)
	switch {
	case c.Off < 0:
		c.Reason = ReasonEarlier
	case c.Off > 0:
		c.Reason = ReasonLater
	}
	return c
}

// from returns the first instant at or after start.
func (s *search) from(start int64) (at int64, ok bool) {
	i, _ := slices.BinarySearchFunc(s.fit, start, func(s span, start int64) int { return cmp.Compare(s.to, start) })
	if i == len(s.fit) {
		return 0, false
	}
	return max(start, s.fit[i].from), true
}

func distance(d time.Duration) time.Duration {
	if d == math.MinInt64 {
		return math.MaxInt64
	}
	return max(d, -d)
}
