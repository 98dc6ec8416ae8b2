package intake

import (
	"regexp"
	"strconv"
	"strings"
)

// errNoRange isn't a reason to anyone: the text isn't a range at all.
const errNoRange Reason = "no range"

var (
	consecutive = regexp.MustCompile(`(?i)^(.*?\d[^\d(]*?) *(?:(?:\(? *[x×*] *|\( *)(\d{1,6}) *(?:consecutive(?: +numbers)?|numbers|dids) *\)?|× *(\d{1,6}))$`)
	connector   = regexp.MustCompile(`(?i) *(?:-+|\.\.+|…| to | thru | through ) *`)
)

// rangeIn reads a plain text that is a range: its first number, and how many there are.
// What comes before a connector or a count must be a number by itself.
func (p *parser) rangeIn(text string) (first string, count int, why Reason) {
	if m := consecutive.FindStringSubmatch(text); m != nil {
		first, extension, why := p.number(strings.TrimSpace(m[1]))
		if why != "" || extension != "" {
			return "", 0, errNoRange
		}
		count, _ := strconv.Atoi(m[2] + m[3])
		return p.lines(first, count)
	}
	for _, at := range connector.FindAllStringIndex(text, -1) {
		before, between, after := text[:at[0]], text[at[0]:at[1]], text[at[1]:]
		if countDigits(before) < lineDigits {
			continue
		}
		first, extension, why := p.number(before)
		if why != "" || extension != "" {
			continue
		}
		if count, ok := p.upTo(first, between, after); ok {
			return p.lines(first, count)
		}
	}
	return "", 0, errNoRange
}

// upTo counts the numbers from the first to the one that a text names: whole, or by its
// last digits. One that is out of reach counts as none.
func (p *parser) upTo(first, connector, text string) (count int, ok bool) {
	last, extension, why := p.number(text)
	if why != "" {
		fewest := 2
		if strings.Trim(connector, "-") != "" { // "to 20", " - 20": too little to be sure
			fewest = lineDigits
		}
		digits := len(text)
		if !allDigits(text) || digits < fewest || digits > lineDigits {
			return 0, false
		}
		last = first[:len(first)-digits] + text
	}
	if extension != "" {
		return 0, false
	}
	kept := len(first) - lineDigits
	if kept < 1 || len(last) != len(first) || last[:kept] != first[:kept] {
		return 0, true
	}
	from, _ := strconv.Atoi(first[kept:])
	to, _ := strconv.Atoi(last[kept:])
	return to - from + 1, true
}

// lines checks that a range ends where it may.
func (p *parser) lines(first string, count int) (string, int, Reason) {
	const all = 10_000
	if len(first) < lineDigits+2 {
		return "", 0, ReasonRangeEnds
	}
	start, _ := strconv.Atoi(first[len(first)-lineDigits:])
	if count < 1 || start+count > all {
		return "", 0, ReasonRangeEnds
	}
	return first, count, ""
}
