package foc

import (
	"cmp"
	"slices"
	"time"

	"github.com/numberporting/porting"
)

// A span is the whole seconds of Unix time from one to another, both included.
type span struct{ from, to int64 }

func instant(second int64) time.Time { return time.Unix(second, 0).UTC() }

// ceil returns the first whole second that isn't before t.
func ceil(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

// spansOf returns the whole seconds in the windows that have both ends: in order, and
// neither overlapping nor touching.
func spansOf(windows []porting.FOCWindow) []span {
	var spans []span
	for _, w := range windows {
		if !w.Start.IsZero() && !w.End.IsZero() {
			spans = append(spans, span{ceil(w.Start.Time), w.End.Unix()})
		}
	}
	return merge(spans)
}

// merge drops spans without a second, and joins those that overlap or touch.
func merge(spans []span) []span {
	spans = slices.DeleteFunc(spans, func(s span) bool { return s.to < s.from })
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	merged := spans[:0]
	for _, s := range spans {
		if last := len(merged) - 1; last >= 0 && s.from <= merged[last].to+1 {
			merged[last].to = max(merged[last].to, s.to)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// intersect returns what is in both, if both are merged.
func intersect(a, b []span) []span {
	var both []span
	for len(a) > 0 && len(b) > 0 {
		if s := (span{max(a[0].from, b[0].from), min(a[0].to, b[0].to)}); s.from <= s.to {
			both = append(both, s)
		}
		if a[0].to < b[0].to {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return both
}

// daySpans returns a day in a zone. It can have 23 or 25 hours, begin at another time than
// midnight, fall apart in two (where a clock is set back shortly after midnight), or not
// exist at all. So it is put together of the periods in which the zone's offset is the same.
func daySpans(year int, month time.Month, day int, zone *time.Location) []span {
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	next := time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC)
	const furthest = 28 * time.Hour // a zone is less than that away from UTC
	var spans []span
	for t := midnight.Add(-furthest); t.Before(next.Add(furthest)); {
		_, offset := t.In(zone).Zone()
		start, end := t.In(zone).ZoneBounds()
		if !end.IsZero() && !end.After(t) { // Go ends a leap year a day early, decades from now
			end = t.Add(time.Hour)
		}
		s := span{midnight.Unix() - int64(offset), next.Unix() - int64(offset) - 1}
		if !start.IsZero() {
			s.from = max(s.from, start.Unix())
		}
		if end.IsZero() {
			spans = append(spans, s)
			break
		}
		s.to = min(s.to, end.Unix()-1)
		spans = append(spans, s)
		t = end
	}
	return merge(spans)
}
