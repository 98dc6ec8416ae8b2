package mask

import (
	"strings"
	"unicode"
)

// Numbers replaces what could be the number of a phone or of an account: seven or more
// digits, also in groups. Times, IP addresses, UUIDs and sizes stay.
func Numbers(text string) string { return show(hideNumbers(text, false), len(text)+len("[number]")) }

// hideNumbers puts marks over the numbers in a text. If the text was cut off, the digits at
// its end may be the first ones of a number.
func hideNumbers(text string, isCut bool) string {
	const fewest, groups = 7, 3
	hidden, searched := []byte(text), []byte(text)
	for _, plain := range plainIn(text) {
		plain.fill(searched, 'x')
	}
	text = string(searched)
	for end := 0; ; {
		start := strings.IndexFunc(text[end:], unicode.IsDigit)
		if start < 0 {
			return string(hidden)
		}
		start += end
		digits, length := run(text[start:])
		end = start + length
		if digits >= fewest || isCut && len(text)-end <= groups {
			sign := strings.TrimSuffix(strings.TrimSuffix(text[:start], "("), "+")
			span{start: len(sign), end: end}.fill(hidden, numberMark)
		}
	}
}

// run returns how many digits there are in the groups that a text begins with, and
// where the last one ends. A comma, or up to three blanks, dashes and the like, may
// stand between two groups.
func run(text string) (digits, end int) {
	between := 0
	for i, r := range text {
		switch {
		case unicode.IsDigit(r):
			digits++
			between = 0
			end = i + len(string(r))
		case r == ',' && between == 0:
			between = 3
		case between < 3 && (unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("()./_", r)):
			between++
		default:
			return digits, end
		}
	}
	return digits, end
}

// A span is a part of a text.
type span struct {
	start, end int
	isSize     bool
}

// fill puts a mark over each byte of the part.
func (s span) fill(text []byte, mark byte) {
	for i := s.start; i < s.end; i++ {
		text[i] = mark
	}
}

const (
	uuid     = `[[:xdigit:]]{8}(?:-[[:xdigit:]]{4}){3}-[[:xdigit:]]{12}`
	octet    = `(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`
	address  = octet + `(?:\.` + octet + `){3}(?::\d{1,5}|/\d\d?)?`
	clock    = `[0-2]?\d:[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?`
	zone     = `(?: ?(?:[Zz]|[+-][01]\d(?::?[0-5]\d)?))?`
	date     = `[0-2]\d{3}-[01]\d-[0-3]\d(?:[Tt ]` + clock + zone + `)?`
	compact  = `[12]\d{3}[01]\d[0-3]\dT[0-2]\d[0-5]\d(?:[0-5]\d)?` + zone
	yearLast = `[0-3]?\d[./-][0-3]?\d[./-](?:19|20)\d\d(?:,? ` + clock + `)?`
	year     = `(?:19|20)\d\d(?:[./][01]?\d[./][0-3]?\d(?:,? ` + clock + `)?|,? ` + clock + `)` // such as Jan 7 2026 15:00
	unit     = ` ?(?:[Bb]ytes?|[Oo]ctets?|[Bb]its?|[KMGTk]i?[Bb]|B|characters?)\b|[mµn]?s\b`
	size     = `((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?:` + unit + `)`
)

var plain = lazy(`^(?:` + strings.Join([]string{uuid, date, compact, yearLast, year, address, clock, size}, "|") + `)`)

// plainIn finds the times, IP addresses and UUIDs in a text, and the digits of sizes.
func plainIn(text string) []span {
	const longest = 64 // a short text to match is matched much faster
	var spans []span
	for i := 0; i < len(text); i++ {
		if !mayBePlain(text, i) {
			continue
		}
		at := plain().FindStringSubmatchIndex(text[i:min(len(text), i+longest)])
		if at == nil {
			continue
		}
		s := span{start: i, end: i + at[1]}
		if at[2] >= 0 {
			s = span{start: i, end: i + at[3], isSize: true}
		}
		if !isPartOfNumber(text, s) {
			spans = append(spans, s)
			i = s.end - 1
		}
	}
	return spans
}

// mayBePlain tells whether a time, an address, a UUID or a size may begin at a place: digits
// or letters from a to f, followed by more than a blank and other digits. It spares most of
// a text the regular expression, which is slow.
func mayBePlain(text string, start int) bool {
	if start > 0 && (isDigit(text[start-1]) || isLetter(text[start-1])) {
		return false
	}
	after := text[start:]
	for after != "" && (isDigit(after[0]) || 'a' <= after[0]|0x20 && after[0]|0x20 <= 'f') {
		after = after[1:]
	}
	size := len(text) - start - len(after)
	if size == 0 || after == "" {
		return false
	}
	if after[0] == ' ' { // as in 2026 15:00 and 1048576 bytes
		return size == len("2026") || len(after) > 1 && isLetter(after[1])
	}
	return isLetter(after[0]) || strings.IndexByte("-./:,\xc2", after[0]) >= 0 // the last begins a µ
}

// isPartOfNumber tells whether there are more digits at an end of what looks plain.
func isPartOfNumber(text string, s span) bool {
	between := ".-"
	if s.isSize {
		between = " ()./_-"
	}
	before := strings.TrimRight(text[:s.start], between)
	after := strings.TrimLeft(text[s.end:], ".-")
	return strings.HasSuffix(text[:s.start], "+") ||
		before != "" && isDigit(before[len(before)-1]) || after != "" && isDigit(after[0])
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
