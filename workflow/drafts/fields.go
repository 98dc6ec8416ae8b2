package drafts

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// Sub requests of drafts, those of port requests and profiles have the same fields. Here
// all of them are compared as profiles.

// A field is one that is a text.
type field struct {
	path     string // the API's key
	required bool   // before a draft can be submitted, as the API documents it
	secret   bool
	same     func(a, b string) bool // whether the server took a for b
	of       func(*enduser.Profile) *string
}

const (
	focPath          = "foc_date_requested_by_user"
	billingPath      = "billing_phone_number"
	optionTypePath   = "porting_option.type"
	optionActionPath = "porting_option.remaining_numbers_action"
	newBillingPath   = "porting_option.new_billing_phone_number"
)

// fields are in the order of the API's reference.
var fields = []field{
	{path: "person_or_company_name", same: sameText, of: func(p *enduser.Profile) *string { return &p.PersonOrCompanyName }},
	{path: "auth_person_name", required: true, same: sameText, of: func(p *enduser.Profile) *string { return &p.AuthPersonName }},
	{path: billingPath, required: true, same: sameDigits, of: func(p *enduser.Profile) *string { return &p.BillingPhoneNumber }},
	{path: "street_address", required: true, same: sameText, of: func(p *enduser.Profile) *string { return &p.StreetAddress }},
	{path: "extended_address", same: sameText, of: func(p *enduser.Profile) *string { return &p.ExtendedAddress }},
	{path: "locality", required: true, same: sameText, of: func(p *enduser.Profile) *string { return &p.Locality }},
	{path: "administrative_area", required: true, same: sameText, of: func(p *enduser.Profile) *string { return &p.AdministrativeArea }},
	{path: "postal_code", required: true, same: sameCode, of: func(p *enduser.Profile) *string { return &p.PostalCode }},
	{path: "country_code", required: true, same: sameCode, of: func(p *enduser.Profile) *string { return &p.CountryCode }},
	{path: "default_connection_id", required: true, same: sameCode, of: func(p *enduser.Profile) *string { return &p.DefaultConnectionID }},
	{path: "default_message_profile_id", same: sameCode, of: func(p *enduser.Profile) *string { return &p.DefaultMessageProfileID }},
	{path: "pin_passcode", secret: true, same: sameSecret, of: func(p *enduser.Profile) *string { return (*string)(&p.PINPasscode) }},
	{path: "account_number", secret: true, same: sameSecret, of: func(p *enduser.Profile) *string { return (*string)(&p.AccountNumber) }},
	{path: "tax_identifier", secret: true, same: sameSecret, of: func(p *enduser.Profile) *string { return (*string)(&p.TaxIdentifier) }},
	{path: "business_identifier", secret: true, same: sameSecret, of: func(p *enduser.Profile) *string { return (*string)(&p.BusinessIdentifier) }},
}

// draftProfile is what a draft's sub request is filled in with. A requested FOC date
// without a time of day is left out, since it isn't an instant.
func draftProfile(s *porting.DraftSubRequest) enduser.Profile {
	return enduser.Profile{
		FOCDateRequestedByUser:  instantOf(s.FOCDateRequestedByUser),
		PersonOrCompanyName:     s.PersonOrCompanyName,
		AuthPersonName:          s.AuthPersonName,
		BillingPhoneNumber:      s.BillingPhoneNumber,
		StreetAddress:           s.StreetAddress,
		ExtendedAddress:         s.ExtendedAddress,
		Locality:                s.Locality,
		AdministrativeArea:      s.AdministrativeArea,
		PostalCode:              s.PostalCode,
		CountryCode:             s.CountryCode,
		DefaultConnectionID:     s.DefaultConnectionID,
		DefaultMessageProfileID: s.DefaultMessageProfileID,
		PortingOption:           optionOf(s.PortingOption),
		PINPasscode:             s.PINPasscode,
		AccountNumber:           s.AccountNumber,
		TaxIdentifier:           s.TaxIdentifier,
		BusinessIdentifier:      s.BusinessIdentifier,
	}
}

// submittedProfile does the same for the sub request of a port request.
func submittedProfile(s *porting.SubRequest) enduser.Profile {
	return enduser.Profile{
		FOCDateRequestedByUser:  instantOf(s.FOCDateRequestedByUser),
		PersonOrCompanyName:     s.PersonOrCompanyName,
		AuthPersonName:          s.AuthPersonName,
		BillingPhoneNumber:      s.BillingPhoneNumber,
		StreetAddress:           s.StreetAddress,
		ExtendedAddress:         s.ExtendedAddress,
		Locality:                s.Locality,
		AdministrativeArea:      s.AdministrativeArea,
		PostalCode:              s.PostalCode,
		CountryCode:             s.CountryCode,
		DefaultConnectionID:     s.DefaultConnectionID,
		DefaultMessageProfileID: s.DefaultMessageProfileID,
		PortingOption:           optionOf(s.PortingOption),
		PINPasscode:             s.PINPasscode,
		AccountNumber:           s.AccountNumber,
		TaxIdentifier:           s.TaxIdentifier,
		BusinessIdentifier:      s.BusinessIdentifier,
	}
}

func instantOf(t porting.Timestamp) time.Time {
	if t.DateOnly() {
		return time.Time{}
	}
	return t.Time
}

func optionOf(o *porting.PortingOption) porting.PortingOption {
	if o == nil {
		return porting.PortingOption{}
	}
	return *o
}

// overlay puts the fields that a profile gives over another.
func overlay(under, over enduser.Profile) enduser.Profile {
	if !over.FOCDateRequestedByUser.IsZero() {
		under.FOCDateRequestedByUser = over.FOCDateRequestedByUser
	}
	for _, f := range fields {
		if text := *f.of(&over); text != "" {
			*f.of(&under) = text
		}
	}
	if over.PortingOption.Type != "" {
		under.PortingOption = over.PortingOption
	}
	return under
}

// difference returns the fields that a profile gives, and that differ from what is.
func difference(is, should enduser.Profile) enduser.Profile {
	var changed enduser.Profile
	if at := should.FOCDateRequestedByUser; !at.IsZero() && !sameSecond(at, is.FOCDateRequestedByUser) {
		changed.FOCDateRequestedByUser = at
	}
	for _, f := range fields {
		if text := *f.of(&should); text != "" && text != *f.of(&is) {
			*f.of(&changed) = text
		}
	}
	if option := should.PortingOption; option.Type != "" && option != is.PortingOption {
		changed.PortingOption = option
	}
	return changed
}

// verify compares what was read back with what it should be. It names the fields that
// have another value, and those of which the answer doesn't show the value.
func verify(is, should enduser.Profile, foc porting.Timestamp) (notTaken, unverified []string) {
	if at := should.FOCDateRequestedByUser; !at.IsZero() && !sameSecond(at, is.FOCDateRequestedByUser) {
		if foc.DateOnly() && foc.Format(time.DateOnly) == at.UTC().Format(time.DateOnly) {
			unverified = append(unverified, focPath)
		} else {
			notTaken = append(notTaken, focPath)
		}
	}
	for _, f := range fields {
		want, got := *f.of(&should), *f.of(&is)
		switch {
		case want == "", f.same(want, got):
		case f.secret && isHidden(got):
			unverified = append(unverified, f.path)
		default:
			notTaken = append(notTaken, f.path)
		}
	}
	want, got := should.PortingOption, is.PortingOption
	if want.Type == "" {
		return notTaken, unverified
	}
	for _, part := range []struct {
		path string
		same bool
	}{
		{optionTypePath, sameText(string(want.Type), string(got.Type))},
		{optionActionPath, sameText(string(want.RemainingNumbersAction), string(got.RemainingNumbersAction))},
		{newBillingPath, sameDigits(want.NewBillingPhoneNumber, got.NewBillingPhoneNumber)},
	} {
		if !part.same {
			notTaken = append(notTaken, part.path)
		}
	}
	return notTaken, unverified
}

// pathsOf names the fields that a profile gives.
func pathsOf(p enduser.Profile) []string {
	missing, hidden := verify(enduser.Profile{}, p, porting.Timestamp{})
	return append(missing, hidden...)
}

// sameSecond compares times as an update sends them: without a fraction of a second.
func sameSecond(a, b time.Time) bool { return a.Unix() == b.Unix() }

// sameText passes over upper and lower case and how many blanks there are.
func sameText(a, b string) bool {
	return slices.EqualFunc(strings.Fields(a), strings.Fields(b), strings.EqualFold)
}

// sameCode passes over upper and lower case and all blanks, as in "SW1A 1AA".
func sameCode(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), ""), strings.Join(strings.Fields(b), ""))
}

// sameDigits passes over all but the digits of a number.
func sameDigits(a, b string) bool {
	digits := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, s)
	}
	return digits(a) == digits(b)
}

// sameSecret passes over blanks around a secret only: in a passcode, each letter counts.
func sameSecret(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }

// isHidden tells whether an answer doesn't show a secret: it lacks it, or has
// a mask in its place, such as "****1234".
func isHidden(text string) bool {
	return strings.Trim(text, "xX ") == "" || strings.ContainsAny(text, "*•●") || isPlaceholder(text)
}

// isPlaceholder tells whether a secret is only what a [porting.Secret] prints as.
func isPlaceholder(text string) bool {
	return strings.TrimSpace(text) == porting.Secret("a secret").String()
}
