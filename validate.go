package porting

import (
	"strings"
	"time"
)

// Only what cannot work is refused before it is sent; all else is the server's to
// judge. A rule is what is wrong with one field; an empty reason means nothing is.
type rule struct{ field, reason string }

// firstBroken makes an error of the first rule that has a reason.
func firstBroken(op *Operation, rules ...rule) error {
	for _, r := range rules {
		if r.reason != "" {
			return &ArgumentError{op.Name, r.field, r.reason}
		}
	}
	return nil
}

func errEmptyUpdate(op *Operation) error {
	return &ArgumentError{op.Name, "update", "has no field set"}
}

func timeRule(field string, o Optional[time.Time]) rule {
	t, ok := o.Get()
	switch year := t.UTC().Year(); {
	case ok && t.IsZero():
		return rule{field, "is the zero time"}
	case ok && (year < 0 || year > 9999):
		return rule{field, "has a year of other than four digits"}
	}
	return rule{}
}

func stringRule(field string, o Optional[string], broken func(string) string) rule {
	if s, ok := o.Get(); ok {
		return rule{field, broken(s)}
	}
	return rule{}
}

func optionRule(field string, o Optional[PortingOption]) rule {
	option, ok := o.Get()
	switch {
	case !ok:
		return rule{}
	case !option.Type.Known():
		return rule{field + ".type", `must be "partial" or "full"`}
	case option.RemainingNumbersAction != "" && !option.RemainingNumbersAction.Known():
		return rule{field + ".remaining_numbers_action", `must be "keep" or "disconnect"`}
	}
	return rule{}
}

// brokenNumber says what is wrong with an E.164 number.
func brokenNumber(s string) string {
	const fewest, most = 2, 15 // digits
	digits, plus := strings.CutPrefix(s, "+")
	if !plus || len(digits) < fewest || len(digits) > most || digits[0] == '0' || !allIn(digits, '0', '9') {
		return "is not an E.164 number: a plus and 2 to 15 digits, the first not 0"
	}
	return ""
}

// brokenCountry says what is wrong with a country code. Only ASCII letters are letters
// here: in upper case, "ı" is an I and "ſ" an S.
func brokenCountry(s string) string {
	letter := func(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
	if len(s) != 2 || !letter(s[0]) || !letter(s[1]) {
		return "is not a country code of two letters"
	}
	return ""
}

// allIn tells whether all bytes of s are between first and last.
func allIn(s string, first, last byte) bool {
	for i := range len(s) {
		if s[i] < first || s[i] > last {
			return false
		}
	}
	return true
}
