package porting

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/numberporting/porting/internal/mask"
)

// Timestamp is an instant as the API writes it. Its zero value means that the API gave
// none: null, "" or no member. It prints as nothing then.
//
// That the API writes ISO 8601 is documented; which of its variants is not. So a Timestamp
// reads RFC 3339 and what is near to it: with or without seconds and their fraction, with
// a comma before the fraction, without the separators (20260105T150000Z), with a space in
// place of the T or with small letters, with a zone of Z, +05, +0500 or +05:00, or without
// one, which is read as UTC. Anything else is a decoding error that names the field. It
// shows the value if that looks like a time; another text could be private.
//
// A date without a time is read as midnight UTC, which is the day before in America.
// [Timestamp.DateOnly] tells it apart.
//
// The instant is kept in UTC. It is written in RFC 3339, as a date if it is a date only,
// and as null if it is zero.
type Timestamp struct {
	time.Time

	date bool // it was read from a date without a time
}

// DateOnly tells whether the API gave a date without a time of day. The Time is midnight
// UTC then.
func (t Timestamp) DateOnly() bool {
	return t.date && t.Time.Equal(t.Truncate(24*time.Hour)) // the Time may have been set since
}

// MarshalText writes RFC 3339 in UTC, a date if t is a date only, or nothing if t is zero.
func (t Timestamp) MarshalText() ([]byte, error) { return t.AppendText([]byte{}) }

// AppendText appends what [Timestamp.MarshalText] writes.
func (t Timestamp) AppendText(b []byte) ([]byte, error) {
	switch {
	case t.IsZero():
		return b, nil
	case t.DateOnly():
		return t.UTC().AppendFormat(b, time.DateOnly), nil
	}
	return t.UTC().AppendText(b)
}

// UnmarshalText reads any of the forms named above.
func (t *Timestamp) UnmarshalText(text []byte) error {
	*t = Timestamp{}
	if len(text) == 0 {
		return nil
	}
	parsed, date, ok := parseTimestamp(text)
	if !ok {
		return &timestampError{string(text)}
	}
	*t = Timestamp{parsed.UTC(), date && !parsed.IsZero()}
	return nil
}

// The forms other than RFC 3339 are made of a date and a time, both with separators or
// both without, and a zone. A fraction of the seconds may follow the seconds of each.
var (
	dateForms = []string{time.DateOnly, "20060102"}
	timeForms = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "20060102T150405", "20060102T1504"}
	zoneForms = []string{"Z07:00", "Z0700", "Z07", ""}
)

// parseTimestamp also tells whether the text is a date only.
func parseTimestamp(text []byte) (parsed time.Time, date, ok bool) {
	const year, hour = len("2006"), len("2006-01-02T15")
	if len(text) > hour && text[year] == '-' && text[hour] != ':' {
		return parsed, false, false // an hour of one digit, which package time lets pass
	}
	if parsed.UnmarshalText(text) == nil { // nearly always, and without a string
		return parsed, false, inRange(parsed)
	}
	s := strings.ToUpper(strings.Replace(string(text), " ", "T", 1))
	for _, form := range dateForms {
		if parsed, err := time.Parse(form, s); err == nil {
			return parsed, true, inRange(parsed)
		}
	}
	for _, form := range timeForms {
		for _, zone := range zoneForms {
			if parsed, err := time.Parse(form+zone, s); err == nil {
				return parsed, false, inRange(parsed)
			}
		}
	}
	return parsed, false, false
}

// inRange tells whether a time can be written again: its offset is less than a day,
// and its year in UTC has four digits.
func inRange(t time.Time) bool {
	const day = 24 * 60 * 60
	_, offset := t.Zone()
	year := t.UTC().Year()
	return -day < offset && offset < day && 0 <= year && year <= 9999
}

// MarshalJSON writes what [Timestamp.MarshalText] does as a string, or null if t is zero.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	b, err := t.AppendText([]byte{'"'})
	if err != nil {
		return nil, err
	}
	return append(b, '"'), nil
}

// UnmarshalJSON reads a string in any of the forms named above, or null.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	switch {
	case bytes.Equal(data, []byte("null")):
		*t = Timestamp{}
		return nil
	case len(data) >= 2 && data[0] == '"' && bytes.IndexByte(data, '\\') < 0:
		return t.UnmarshalText(data[1 : len(data)-1])
	}
	var s string
	if err := decodeJSON(data, &s); err != nil {
		return err
	}
	return t.UnmarshalText([]byte(s))
}

// timestampError is a time in none of the forms that are read.
type timestampError struct{ value string }

func (e *timestampError) Error() string {
	if looksLikeTime(e.value) {
		return fmt.Sprintf("%q is not a time", e.value)
	}
	return fmt.Sprintf("a text of %d bytes is not a time", len(e.value))
}

// looksLikeTime tells whether a text is a date with what may follow one, and has nothing
// in it that could be a name or another number.
func looksLikeTime(s string) bool {
	const longest = 40
	matches, _ := regexp.MatchString(`^\d{4}-\d\d-\d\d[-\d:.,+ TtZz]*$`, s)
	return matches && len(s) <= longest && mask.Numbers(s) == s
}
