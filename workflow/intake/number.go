package intake

import (
	"bytes"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

const (
	mostDigits   = 15  // of an E.164 number
	longestText  = 128 // bytes that a number is looked for in
	lineDigits   = 4   // digits in which the numbers of a range may differ
	nanp         = 1   // the calling code of the North American Numbering Plan
	nanpDigits   = 10
	nanpOutgoing = "011" // dialed there before a calling code
)

// A parser reads texts that are a number or a range.
type parser struct {
	region      string
	callingCode int
	vanity      bool
	ranges      int
}

// A reading is a number, or a range of them.
type reading struct {
	first     string
	count     int
	extension string
}

// all iterates over the numbers of a range.
func (r reading) all() iter.Seq[string] {
	return func(yield func(string) bool) {
		if r.count == 1 {
			yield(r.first)
			return
		}
		kept := len(r.first) - lineDigits
		start, _ := strconv.Atoi(r.first[kept:]) // four digits, as readRange saw
		for i := range r.count {
			if !yield(fmt.Sprintf("%s%0*d", r.first[:kept], lineDigits, start+i)) {
				return
			}
		}
	}
}

// read reads a number or, if they are allowed, a range.
func (p *parser) read(raw string) (reading, Reason) {
	text := plain(raw)
	if len(text) > longestText {
		return reading{}, ReasonTooLong
	}
	e164, extension, why := p.number(text)
	if why == "" && p.ranges == 0 {
		return reading{e164, 1, extension}, ""
	}
	if slices.Contains(noRange, why) {
		return reading{}, why
	}
	first, count, why2 := p.rangeIn(text)
	switch {
	case why2 == errNoRange && why == "":
		return reading{e164, 1, extension}, ""
	case why2 == errNoRange:
		return reading{}, why
	case why == "":
		return reading{}, ReasonAmbiguous
	case p.ranges == 0:
		return reading{}, ReasonRange
	case why2 != "":
		return reading{}, why2
	case count > p.ranges:
		return reading{}, ReasonRangeSize
	}
	return reading{first, count, ""}, ""
}

// noRange are the reasons that no range has: one has more digits than a number, or signs
// that stand in no number.
var noRange = []Reason{ReasonEmpty, ReasonNoDigits, ReasonTooShort, ReasonNoRegion, ReasonNANP, ReasonCallingCode, ReasonScientific, ReasonDecimal}

// plain returns a text without what is invisible, with one form of blanks, dashes and
// digits, and without what marks it as text or as a number.
func plain(raw string) string {
	s := raw
	if !ascii(s) {
		s = strings.Map(func(r rune) rune {
			switch {
			case unicode.Is(unicode.Cf, r): // zero-width, directions, soft hyphens, byte order marks
				return -1
			case unicode.Is(unicode.Zs, r):
				return ' '
			case unicode.Is(unicode.Pd, r), r == '−':
				return '-'
			case r == '·':
				return '.'
			case '！' <= r && r <= '～': // full-width
				return r - '！' + '!'
			}
			return r
		}, s)
	}
	s = strings.TrimSpace(s)
	if inner, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(inner, `"`) { // a formula that is a text
		s = strings.TrimSuffix(inner, `"`)
	}
	s = strings.TrimPrefix(s, "'") // how a spreadsheet's user says that a cell is a text
	if len(s) > len("tel:") && strings.EqualFold(s[:len("tel:")], "tel:") {
		s = s[len("tel:"):]
	}
	return strings.TrimSpace(s)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

var (
	scientific = regexp.MustCompile(`^[+-]?\d+([.,]\d*)?\s*[eE]\s*[+-]?\d+$`)
	keypad     = [...]byte{ // the digits of A to Z, ITU E.161
		'2', '2', '2', '3', '3', '3', '4', '4', '4', '5', '5', '5', '6', '6', '6',
		'7', '7', '7', '7', '8', '8', '8', '9', '9', '9', '9',
	}
)

// number reads a plain text that is one number, with or without an extension.
func (p *parser) number(text string) (e164, ext string, why Reason) {
	if !hasLetters(text) {
		e164, why = p.bare(text)
		return e164, "", why
	}
	if scientific.MatchString(text) {
		return "", "", ReasonScientific
	}
	if number, ext, ok := cutExtension(text); ok {
		if e164, why = p.bare(number); why == "" {
			return e164, ext, ""
		}
		if !p.vanity {
			return "", "", why
		}
	}
	e164, why = p.bare(text)
	return e164, "", why
}

// cutExtension cuts off up to seven digits behind a word or a sign that announces them.
func cutExtension(text string) (number, ext string, ok bool) {
	const most = 7
	number = strings.TrimRight(text, "0123456789")
	ext = text[len(number):]
	if ext == "" || len(ext) > most {
		return "", "", false
	}
	number = strings.TrimRight(number, " :.")
	for _, word := range []string{";ext=", "ext", "extn", "extension", "x", "#"} {
		if at := len(number) - len(word); at >= 0 && strings.EqualFold(number[at:], word) {
			return strings.TrimRight(number[:at], " ,;"), ext, true
		}
	}
	return "", "", false
}

// hasLetters tells whether a text has a letter or a sign that may announce an extension.
func hasLetters(text string) bool {
	for i := range len(text) {
		if c := text[i]; 'A' <= c&^0x20 && c&^0x20 <= 'Z' || c == '#' {
			return true
		}
	}
	return false
}

// bare reads a plain text that is one number without an extension.
func (p *parser) bare(text string) (e164 string, why Reason) {
	if isDecimal(text) {
		return "", ReasonDecimal
	}
	var buffer [2 * mostDigits]byte
	digits, plus, why := p.digits(buffer[:0], text)
	switch {
	case why != "":
		return "", why
	case plus:
		e164, why = international(digits)
	default:
		e164, why = p.national(digits)
	}
	if len(e164) > len("+")+mostDigits { // the library lets some countries have more
		return "", ReasonTooLong
	}
	return e164, why
}

// isDecimal tells whether a text is many digits with a point or comma before the last one
// or two.
func isDecimal(text string) bool {
	const fewest = 7
	for _, places := range []int{1, 2} {
		at := len(text) - places - 1
		if at >= fewest && (text[at] == '.' || text[at] == ',') {
			return allDigits(strings.TrimLeft(text[:at], "+-")) && allDigits(text[at+1:])
		}
	}
	return false
}

func allDigits(s string) bool { return countDigits(s) == len(s) }

// digits appends the digits of a text, and tells whether a plus leads them.
func (p *parser) digits(to []byte, text string) (digits []byte, plus bool, why Reason) {
	if text == "" {
		return nil, false, ReasonEmpty
	}
	letters := false
	for i := range len(text) {
		c := text[i]
		switch {
		case '0' <= c && c <= '9':
			to = append(to, c)
		case c == ' ', c == '-', c == '.', c == '(', c == ')', c == '[', c == ']', c == '/':
		case c == '+' && len(to) == 0 && !plus:
			plus = true
		case strings.IndexByte("+,;|\n\t", c) >= 0 && severalAt(text, i):
			return nil, false, ReasonSeveral
		case 'A' <= c&^0x20 && c&^0x20 <= 'Z':
			letters = true
			if p.vanity && len(to) >= 3 {
				to = append(to, keypad[c&^0x20-'A'])
				continue
			}
			if p.vanity || !hasDigit(text) {
				why = ReasonLetters
			}
		default:
			why = ReasonCharacter
		}
	}
	switch {
	case len(to) == 0 && !strings.ContainsFunc(text, unicode.IsDigit):
		return nil, false, ReasonNoDigits
	case letters && !p.vanity:
		return nil, false, ReasonLetters
	}
	return to, plus, why
}

// severalAt tells whether the text before and behind a sign is long enough for a number.
func severalAt(text string, at int) bool {
	const fewest = 7
	return countDigits(text[:at]) >= fewest && countDigits(text[at:]) >= fewest
}

func countDigits(s string) (n int) {
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			n++
		}
	}
	return n
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// international reads the digits behind a plus. That such a number has a length which
// its country has is enough: which of them are in use changes faster than a library.
func international(digits []byte) (e164 string, why Reason) {
	switch {
	case len(digits) == 0:
		return "", ReasonTooShort
	case len(digits) > mostDigits:
		return "", ReasonTooLong
	case digits[0] == '0':
		return "", ReasonCallingCode
	case digits[0] == '1':
		return american(digits[1:])
	}
	code, subscriber, ok := cutCallingCode(digits)
	switch {
	case !ok:
		return "", ReasonCallingCode
	case len(subscriber) == 0:
		return "", ReasonTooShort
	case subscriber[0] == '0':
		return withZero(digits)
	}
	number, err := strconv.ParseUint(string(subscriber), 10, 64)
	if err != nil {
		return "", ReasonTooLong
	}
	code32 := int32(code) //nolint:gosec // at most three digits
	if why := lengthReason(&phonenumbers.PhoneNumber{CountryCode: &code32, NationalNumber: &number}); why != "" {
		return "", why
	}
	return "+" + string(digits), ""
}

// lengthReason says what is wrong with the number of a number's digits.
func lengthReason(number *phonenumbers.PhoneNumber) Reason {
	switch phonenumbers.IsPossibleNumberWithReason(number) {
	case phonenumbers.IS_POSSIBLE:
		return ""
	case phonenumbers.TOO_SHORT, phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return ReasonTooShort
	case phonenumbers.TOO_LONG:
		return ReasonTooLong
	default:
		return ReasonLength
	}
}

var callingCodes = phonenumbers.GetSupportedCallingCodes()

// cutCallingCode cuts digits behind the calling code: no code is the start of another.
func cutCallingCode(digits []byte) (code int, rest []byte, ok bool) {
	const longest = 3
	for i := range min(longest, len(digits)) {
		code = 10*code + int(digits[i]-'0')
		if callingCodes[code] {
			return code, digits[i+1:], true
		}
	}
	return 0, nil, false
}

// american reads the digits of a number of the North American Numbering Plan without
// its calling code.
func american(digits []byte) (e164 string, why Reason) {
	switch {
	case len(digits) < nanpDigits:
		return "", ReasonTooShort
	case len(digits) > nanpDigits:
		return "", ReasonTooLong
	case digits[0] < '2', digits[3] < '2':
		return "", ReasonNANP
	}
	return "+1" + string(digits), ""
}

// withZero reads an international number whose subscriber's part begins with 0. In some
// countries that is part of it; in others it is the prefix of national calls, which
// people write as +44 (0)20 7946 0018, and which goes away.
func withZero(digits []byte) (e164 string, why Reason) {
	number, err := phonenumbers.Parse("+"+string(digits), "")
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return "", ReasonInvalid
	}
	subscriber := []byte(phonenumbers.GetNationalSignificantNumber(number))
	code := strconv.AppendInt(nil, int64(number.GetCountryCode()), 10)
	between, ok := bytes.CutSuffix(digits, subscriber)
	between, ok2 := bytes.CutPrefix(between, code)
	if !ok || !ok2 || len(between) > 0 && string(between) != "0" {
		return "", ReasonInvalid
	}
	return "+" + string(code) + string(subscriber), ""
}

// national reads digits without a plus.
func (p *parser) national(digits []byte) (e164 string, why Reason) {
	switch {
	case p.region == "":
		return "", ReasonNoRegion
	case p.callingCode != nanp:
		e164, why = p.nationalAbroad(digits)
	case bytes.HasPrefix(digits, []byte(nanpOutgoing)):
		return international(digits[len(nanpOutgoing):])
	case len(digits) == nanpDigits+1 && digits[0] == '1': // as it is dialed there
		return american(digits[1:])
	default:
		e164, why = american(digits)
	}
	if why != "" && p.lostPlus(digits) {
		return "", ReasonLostPlus
	}
	return e164, why
}

// lostPlus tells whether digits are a number with a plus in front. Those that are hardly
// longer than a national number can be so by chance.
func (p *parser) lostPlus(digits []byte) bool {
	fewest := nanpDigits + 1
	if p.callingCode == nanp {
		fewest++
	}
	if len(digits) < fewest {
		return false
	}
	_, why := international(digits)
	return why == ""
}

// nationalAbroad reads digits as people write them in a region outside of the North
// American Numbering Plan. What it returns are the digits of the text without the prefix
// of national or international calls; numbers that the library would have to rewrite
// further are refused.
func (p *parser) nationalAbroad(digits []byte) (e164 string, why Reason) {
	if len(digits) > 2*mostDigits {
		return "", ReasonTooLong
	}
	number, err := phonenumbers.ParseAndKeepRawInput(string(digits), p.region)
	switch {
	case err != nil && len(digits) > mostDigits:
		return "", ReasonTooLong
	case err != nil:
		return "", ReasonTooShort
	}
	subscriber := []byte(phonenumbers.GetNationalSignificantNumber(number))
	code := strconv.AppendInt(nil, int64(number.GetCountryCode()), 10)
	prefix, ok := bytes.CutSuffix(digits, subscriber)
	if !ok {
		return "", ReasonInvalid
	}
	switch source := number.GetCountryCodeSource(); {
	case source == phonenumbers.PhoneNumber_FROM_NUMBER_WITHOUT_PLUS_SIGN:
		return "", ReasonLostPlus
	case source == phonenumbers.PhoneNumber_FROM_NUMBER_WITH_IDD:
		if at := bytes.LastIndex(prefix, code); at >= 0 { // a 0 may come behind it
			return international(digits[at:])
		}
		return "", ReasonInvalid
	case !phonenumbers.IsValidNumber(number):
		if why := lengthReason(number); why != "" {
			return "", why
		}
		return "", ReasonInvalid
	}
	if len(prefix) > 0 && string(prefix) != phonenumbers.GetNddPrefixForRegion(p.region, true) {
		return "", ReasonInvalid // such as the code of a carrier
	}
	if len(prefix) == 0 && countDigits(phonenumbers.Format(number, phonenumbers.NATIONAL)) > len(digits) {
		return "", ReasonLostZero // the country writes a prefix, which isn't there
	}
	return "+" + string(code) + string(subscriber), ""
}
