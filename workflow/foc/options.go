package foc

import (
	"time"
)

// An Option narrows down which instants fit. All of them must be satisfied.
type Option func(*rules)

// rules are what the options ask for. The calendars come last, for what they cost.
type rules struct{ bounds, calendars []rule }

// A rule keeps the part of the spans that it allows.
type rule struct {
	cause Cause
	limit time.Time // what the rule is about, if it is about a time
	keep  func([]span) []span
}

// NotBefore leaves out what is before t. It is how windows that have passed, or that come
// too soon, are passed over.
func NotBefore(t time.Time) Option {
	return bound(rule{CauseBefore, t, func(spans []span) []span {
		return intersect(spans, []span{{ceil(t), maxSecond}})
	}})
}

// NotAfter leaves out what is after t.
func NotAfter(t time.Time) Option {
	return bound(rule{CauseAfter, t, func(spans []span) []span {
		return intersect(spans, []span{{minSecond, t.Unix()}})
	}})
}

// During leaves only the day of a time in its zone: [time.Time.Date] in
// [time.Time.Location].
func During(day time.Time) Option {
	return bound(rule{CauseDay, day, func(spans []span) []span {
		year, month, d := day.Date()
		return intersect(spans, daySpans(year, month, d, day.Location()))
	}})
}

// A Calendar tells whether a day is a business day.
type Calendar func(year int, month time.Month, day int) bool

// Weekdays is a calendar of Monday to Friday without any holidays.
func Weekdays(year int, month time.Month, day int) bool {
	switch time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday, time.Sunday:
		return false
	default:
		return true
	}
}

// BusinessDays leaves only the business days of a calendar, as days in a zone. Which days
// carriers port on is theirs to say, in the windows; this is for those on which one's own
// people are at work. Of a window, the calendar is asked about ten years at most. Nil are
// UTC and [Weekdays].
func BusinessDays(zone *time.Location, calendar Calendar) Option {
	if zone == nil {
		zone = time.UTC
	}
	if calendar == nil {
		calendar = Weekdays
	}
	return func(r *rules) {
		r.calendars = append(r.calendars, rule{cause: CauseClosed, keep: func(spans []span) []span {
			var open []span
			for _, s := range spans {
				s.to = min(s.to, instant(s.from).AddDate(10, 0, 0).Unix())
				year, month, day := instant(s.from).In(zone).Date()
				date := time.Date(year, month, day-1, 0, 0, 0, 0, time.UTC) // a clock that is set back can return to it
				for last := instant(s.to).AddDate(0, 0, 2); date.Before(last); date = date.AddDate(0, 0, 1) {
					if year, month, day := date.Date(); calendar(year, month, day) {
						open = append(open, intersect([]span{s}, daySpans(year, month, day, zone))...)
					}
				}
			}
			return merge(open)
		}})
	}
}

func bound(add rule) Option {
	return func(r *rules) { r.bounds = append(r.bounds, add) }
}

// The seconds of the years 0 and 9999, which no time of the API is beyond.
const minSecond, maxSecond = -62167219200, 253402300799
