package intake

import (
	"strings"
	"time"
	"unicode"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// text fills a field of words: one blank between them, nothing invisible.
func text(of func(*enduser.Profile) *string) func(*parser, *enduser.Profile, string) Reason {
	return func(_ *parser, to *enduser.Profile, cell string) Reason {
		cell = visible(cell)
		if !single(cell) {
			cell = strings.Join(strings.Fields(cell), " ")
		}
		*of(to) = cell
		return ""
	}
}

// single tells whether a text has no blanks but single ones between its words.
func single(s string) bool {
	after := byte(' ')
	for i := range len(s) {
		if s[i] < ' ' || s[i] == ' ' && after == ' ' {
			return false
		}
		after = s[i]
	}
	return after != ' '
}

// redacted is what a secret prints as.
var redacted = porting.Secret("a secret").String()

// kept is how many digits a spreadsheet keeps of a number.
const kept = 15

// identifier fills a field of which each character counts, leading zeros above all.
func identifier[T ~string](of func(*enduser.Profile) *T) func(*parser, *enduser.Profile, string) Reason {
	return func(_ *parser, to *enduser.Profile, cell string) Reason {
		cell = marked(strings.TrimSpace(visible(cell)))
		switch {
		case hasLetters(cell) && scientific.MatchString(cell):
			return ReasonScientific
		case len(cell) >= kept+3 && allDigits(cell) && strings.Trim(cell[kept:], "0") == "": // two zeros could be chance
			return ReasonRounded
		case cell == redacted:
			return ReasonRedacted
		}
		*of(to) = T(cell)
		return ""
	}
}

// number fills a field of one number.
func number(of func(*enduser.Profile) *string) func(*parser, *enduser.Profile, string) Reason {
	return func(p *parser, to *enduser.Profile, cell string) Reason {
		one := *p
		one.ranges = 0
		read, why := one.read(cell)
		*of(to) = read.first
		return why
	}
}

// word fills a field that has a few words.
func word[T interface {
	~string
	Known() bool
}](of func(*enduser.Profile) *T) func(*parser, *enduser.Profile, string) Reason {
	return func(_ *parser, to *enduser.Profile, cell string) Reason {
		value := T(strings.ToLower(strings.TrimSpace(visible(cell))))
		if !value.Known() {
			return ReasonOption
		}
		*of(to) = value
		return ""
	}
}

func setInstant(_ *parser, to *enduser.Profile, cell string) Reason {
	cell = strings.TrimSpace(visible(cell))
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04Z07:00"} {
		if t, err := time.Parse(layout, cell); err == nil {
			to.FOCDateRequestedByUser = t.UTC()
			return ""
		}
	}
	return ReasonInstant
}

func setCountry(_ *parser, to *enduser.Profile, cell string) Reason {
	cell = strings.ToUpper(strings.TrimSpace(visible(cell)))
	if len(cell) != 2 || strings.Trim(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ReasonCountry
	}
	to.CountryCode = cell
	return ""
}

// lostZIPZero tells whether a ZIP code has lost its leading zeros. One of a single digit
// hasn't: some people mean it, to have the port handled by hand.
func (p *parser) lostZIPZero(profile *enduser.Profile) bool {
	country := profile.CountryCode
	if country == "" {
		country = p.region
	}
	five, _, _ := strings.Cut(profile.PostalCode, "-")
	return country == "US" && (len(five) == 3 || len(five) == 4) && allDigits(five)
}

// visible returns a text without what can't be seen, and with plain blanks.
func visible(s string) string {
	if ascii(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r) && r != '\u200d' && r != '\u200c': // some scripts need these two
			return -1
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return r
	}, s)
}

// marked returns a cell without the marks of a spreadsheet for a text.
func marked(s string) string {
	if inner, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(inner, `"`) {
		s = strings.TrimSuffix(inner, `"`)
	}
	return strings.TrimPrefix(s, "'")
}
