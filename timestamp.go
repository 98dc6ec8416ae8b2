package porting

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Timestamp is an instant as the API writes it. Its zero value means that the API
// gave none: null, "" or no field.
//
// It reads RFC 3339 with or without a fraction, with Z, +00:00, +0000 or no zone
// (UTC), with a space instead of the T, and a bare date (midnight UTC). Anything
// else is a decoding error that names the field, and the value if it looks like a
// time: another text could be private. The instant is kept in UTC; it is written in
// RFC 3339, or as null if it is zero. That the API's own form is ISO 8601 is
// documented, which of its variants is not.
type Timestamp struct{ time.Time }

var timestampLayouts = []string{
	time.RFC3339,
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05",
	time.DateOnly,
}

// MarshalText writes RFC 3339 in UTC, or nothing for the zero time.
func (t Timestamp) MarshalText() ([]byte, error) {
	if t.IsZero() {
		return []byte{}, nil
	}
	return t.UTC().MarshalText()
}

// UnmarshalText reads any of the forms named above.
func (t *Timestamp) UnmarshalText(text []byte) error {
	*t = Timestamp{}
	if len(text) == 0 {
		return nil
	}
	parsed, ok := parseTimestamp(text)
	if !ok {
		return &timestampError{string(text)}
	}
	t.Time = parsed.UTC()
	return nil
}

func parseTimestamp(text []byte) (parsed time.Time, ok bool) {
	const date, hour = len(time.DateOnly), len("2006-01-02T15")
	if len(text) > hour && text[hour] != ':' || bytes.IndexByte(text, ',') >= 0 {
		return parsed, false // an hour of one digit, a comma before the fraction: time.Parse lets both pass
	}
	if parsed.UnmarshalText(text) == nil { // nearly always, and without a string
		return parsed, inRange(parsed)
	}
	s := string(text)
	if len(s) > date && s[date] == ' ' {
		s = s[:date] + "T" + s[date+1:]
	}
	for _, layout := range timestampLayouts {
		if parsed, err := time.Parse(layout, s); err == nil {
			return parsed, inRange(parsed)
		}
	}
	return parsed, false
}

// inRange tells whether a time can be written again: its offset is less than a day,
// and its year in UTC has four digits.
func inRange(t time.Time) bool {
	const day = 24 * 60 * 60
	_, offset := t.Zone()
	year := t.UTC().Year()
	return -day < offset && offset < day && 0 <= year && year <= 9999
}

// MarshalJSON writes an RFC 3339 string in UTC, or null for the zero time.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return t.UTC().MarshalJSON()
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
	if len(s) > longest || len(s) < len(time.DateOnly) || maskNumbers(s) != s {
		return false
	}
	date, rest := s[:len(time.DateOnly)], s[len(time.DateOnly):]
	digits := strings.NewReplacer("0", "d", "1", "d", "2", "d", "3", "d", "4", "d", "5", "d", "6", "d", "7", "d", "8", "d", "9", "d")
	return digits.Replace(date) == "dddd-dd-dd" && strings.Trim(rest, "0123456789-:.,+ TZ") == ""
}
