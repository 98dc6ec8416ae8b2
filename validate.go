package porting

import (
	"strings"
	"time"
)

// Only what cannot work is refused before it is sent; all else is the server's to
// judge. A rule says what is wrong with a field if it is broken.
type rule struct {
	broken        bool
	field, reason string
}

// firstBroken makes an error of the first rule that is broken.
func firstBroken(operation string, rules ...rule) error {
	for _, r := range rules {
		if r.broken {
			return &ArgumentError{operation, r.field, r.reason}
		}
	}
	return nil
}

// checkUpdate checks what the updates of a sub request and of a draft's have in common.
func checkUpdate(op *Operation, empty bool, focDate Optional[time.Time], billing, country Optional[string], portingOption Optional[PortingOption]) error {
	at, hasDate := focDate.Get()
	year := at.UTC().Year()
	number, hasNumber := billing.Get()
	code, hasCode := country.Get()
	option, hasOption := portingOption.Get()
	action := option.RemainingNumbersAction
	return firstBroken(op.Name,
		rule{empty, "update", "has no field set"},
		rule{hasDate && at.IsZero(), "foc_date_requested_by_user", "is the zero time"},
		rule{hasDate && (year < 0 || year > 9999), "foc_date_requested_by_user", "has a year of other than four digits"},
		rule{hasNumber && !isE164(number), "billing_phone_number", notE164},
		rule{hasCode && !isCountryCode(code), "country_code", "is not a country code of two letters"},
		rule{hasOption && !option.Type.Known(), "porting_option.type", `must be "partial" or "full"`},
		rule{hasOption && action != "" && !action.Known(), "porting_option.remaining_numbers_action", `must be "keep" or "disconnect"`},
	)
}

const notE164 = "is not an E.164 number: a plus and 2 to 15 digits, the first not 0"

// isE164 tells whether a number is what notE164 says.
func isE164(s string) bool {
	const fewest, most = 2, 15
	digits, plus := strings.CutPrefix(s, "+")
	return plus && len(digits) >= fewest && len(digits) <= most && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}

// isCountryCode tells whether s is two letters. Only ASCII letters are letters here: in
// upper case, "ı" is an I and "ſ" an S.
func isCountryCode(s string) bool {
	letter := func(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
	return len(s) == 2 && letter(s[0]) && letter(s[1])
}
