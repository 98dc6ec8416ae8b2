package portingtest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// textField is a detail that is a string.
type textField struct {
	key      string
	required bool                      // before a submit
	check    func(text string) string  // what is wrong with a value; nil: any will do
	at       func(d *details) **string // its place
}

// textFields are the details that are strings and that an update can set.
var textFields = []textField{
	{"person_or_company_name", false, nil, func(d *details) **string { return &d.PersonOrCompanyName }},
	{"auth_person_name", true, nil, func(d *details) **string { return &d.AuthPersonName }},
	{"billing_phone_number", true, wantE164, func(d *details) **string { return &d.BillingPhoneNumber }},
	{"street_address", true, nil, func(d *details) **string { return &d.StreetAddress }},
	{"extended_address", false, nil, func(d *details) **string { return &d.ExtendedAddress }},
	{"locality", true, nil, func(d *details) **string { return &d.Locality }},
	{"administrative_area", true, nil, func(d *details) **string { return &d.AdministrativeArea }},
	{"postal_code", true, nil, func(d *details) **string { return &d.PostalCode }},
	{"country_code", true, wantCountry, func(d *details) **string { return &d.CountryCode }},
	{"default_connection_id", true, nil, func(d *details) **string { return &d.DefaultConnectionID }},
	{"default_message_profile_id", false, nil, func(d *details) **string { return &d.DefaultMessageProfileID }},
	{pinKey, false, nil, func(d *details) **string { return &d.PINPasscode }},
	{"account_number", false, nil, func(d *details) **string { return &d.AccountNumber }},
	{"tax_identifier", false, nil, func(d *details) **string { return &d.TaxIdentifier }},
	{"business_identifier", false, nil, func(d *details) **string { return &d.BusinessIdentifier }},
}

const (
	focKey        = "foc_date_requested_by_user"
	optionKey     = "porting_option"
	pinKey        = "pin_passcode"
	newBillingKey = "new_billing_phone_number"
	ratingKey     = "customer_rating"
	ratingTextKey = "customer_rating_comment"
)

// The keys that the two updates take. They differ in two places.
var (
	draftUpdateKeys = detailKeys("")
	updateKeys      = append(detailKeys("default_message_profile_id"), ratingKey, ratingTextKey)
)

// fullUpdateKeys are those that the contract marks as required in an update of a
// submitted sub request.
var fullUpdateKeys = []string{
	focKey, "auth_person_name", "billing_phone_number", "street_address", "locality",
	"administrative_area", "postal_code", "country_code", "default_connection_id",
}

func detailKeys(without string) []string {
	keys := []string{focKey, optionKey}
	for _, f := range textFields {
		if f.key != without {
			keys = append(keys, f.key)
		}
	}
	return keys
}

// readDetails puts the fields of an update into the details: a value sets, null
// clears, what isn't there stays. The numbers are those of the whole request.
// It gives the keys whose values are other than before.
func (b *sandbox) readDetails(d *details, fields map[string]json.RawMessage, numbers []number, bad *problems) []string {
	var changed []string
	if raw, sent := fields[focKey]; sent {
		date := readOptionalTime(raw, "/"+focKey, bad)
		if !sameTime(date, d.FOCDateRequestedByUser) {
			changed = append(changed, focKey)
			if date != nil && !inFOCWindow(b.Clock, *date) {
				bad.add("/"+focKey, "invalid", "is in none of the allowed_foc_dates")
			}
		}
		d.FOCDateRequestedByUser = date
	}
	for _, f := range textFields {
		raw, sent := fields[f.key]
		if !sent {
			continue
		}
		value := readOptionalString(raw, "/"+f.key, bad)
		if value != nil && *value != "" && f.check != nil {
			if wrong := f.check(*value); wrong != "" {
				bad.add("/"+f.key, "invalid", wrong)
			}
		}
		if !equal(value, *f.at(d)) {
			changed = append(changed, f.key)
		}
		*f.at(d) = value
	}
	if raw, sent := fields[optionKey]; sent {
		option := readPortingOption(raw, numbers, bad)
		if !sameOption(option, d.PortingOption) {
			changed = append(changed, optionKey)
		}
		d.PortingOption = option
	}
	return changed
}

// readPortingOption gives a porting option, or nil for null. It replaces the
// one before as a whole.
func readPortingOption(raw json.RawMessage, numbers []number, bad *problems) *portingOption {
	if isNull(raw) {
		return nil
	}
	const at = "/" + optionKey
	before := len(bad.list)
	fields := readObject(raw, at, []string{"type", "remaining_numbers_action", newBillingKey}, bad)
	var o portingOption
	if value, sent := fields["type"]; sent {
		o.Type = readString(value, at+"/type", bad)
	}
	if value, sent := fields["remaining_numbers_action"]; sent {
		o.RemainingNumbersAction = readOptionalString(value, at+"/remaining_numbers_action", bad)
	}
	if value, sent := fields[newBillingKey]; sent {
		o.NewBillingPhoneNumber = readOptionalString(value, at+"/"+newBillingKey, bad)
	}
	if len(bad.list) > before {
		return &o
	}

	if o.Type != "partial" && o.Type != "full" {
		bad.add(at+"/type", "invalid", "must be partial or full")
	}
	if action := o.RemainingNumbersAction; action != nil {
		if o.Type == "full" {
			bad.add(at+"/remaining_numbers_action", "invalid", "must be left out of a full port")
		} else if *action != "keep" && *action != "disconnect" {
			bad.add(at+"/remaining_numbers_action", "invalid", "must be keep or disconnect")
		}
	}
	if billing := o.NewBillingPhoneNumber; billing != nil {
		if o.Type == "full" {
			bad.add(at+"/"+newBillingKey, "invalid", "must be left out of a full port")
		} else if wrong := wantE164(*billing); wrong != "" {
			bad.add(at+"/"+newBillingKey, "invalid", wrong)
		} else if hasNumber(numbers, *billing) {
			bad.add(at+"/"+newBillingKey, "invalid", "must be one of the numbers that remain")
		}
	}
	return &o
}

// missingDetails are the keys without which a sub request isn't complete. Its
// numbers are those of the whole request that the indexes name.
func (b *sandbox) missingDetails(d *details, numbers []number, indexes []int) []string {
	var keys []string
	if d.FOCDateRequestedByUser == nil {
		keys = append(keys, focKey)
	}
	for _, f := range textFields {
		if f.required && empty(*f.at(d)) {
			keys = append(keys, f.key)
		}
	}
	if o := d.PortingOption; o != nil && o.RemainingNumbersAction != nil && *o.RemainingNumbersAction == "keep" &&
		o.NewBillingPhoneNumber == nil {
		keys = append(keys, optionKey+"/"+newBillingKey)
	}
	isWireless := func(i int) bool { return numbers[i].Fate.SvType == wireless }
	if empty(d.PINPasscode) && !b.Settings.PINOptional && slices.ContainsFunc(indexes, isWireless) {
		keys = append(keys, pinKey)
	}
	return keys
}

// empty tells whether a detail has no value.
func empty(value *string) bool { return value == nil || strings.TrimSpace(*value) == "" }

func hasNumber(numbers []number, text string) bool {
	return slices.ContainsFunc(numbers, func(n number) bool { return n.PhoneNumber == text })
}

// equal tells whether both are nil or have the same value.
func equal[T comparable](a, b *T) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

func sameTime(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

func sameOption(a, b *portingOption) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Type == b.Type && equal(a.RemainingNumbersAction, b.RemainingNumbersAction) &&
		equal(a.NewBillingPhoneNumber, b.NewBillingPhoneNumber)
}

func wantE164(text string) string {
	if e164.MatchString(text) {
		return ""
	}
	return "must be an E.164 number, as +12065550100"
}

var country = regexp.MustCompile(`^[A-Za-z]{2}$`)

func wantCountry(text string) string {
	if country.MatchString(text) {
		return ""
	}
	return "must be a country code of two letters"
}
