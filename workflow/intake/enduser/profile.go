// Package enduser describes the customer whose numbers are ported: the name, the
// address and the account as the losing carrier knows them, and where the numbers
// shall go. It needs no client and no network.
//
// A [Profile] is loaded from JSON with encoding/json, or from CSV with package intake,
// and goes into sub requests with [Profile.Update].
package enduser

import (
	"fmt"
	"time"

	"github.com/numberporting/porting"
)

// Profile is the data that fills in a sub request. An empty field isn't given: it
// leaves what the sub request has. The JSON keys are the API's.
//
// Its secrets print and marshal as [redacted], so a Profile that was marshalled can't
// be loaded again whole: the client refuses to send the placeholder. Two profiles with
// equal fields are equal with == if their dates are in UTC.
type Profile struct {
	FOCDateRequestedByUser  time.Time             `json:"foc_date_requested_by_user,omitzero"`
	PersonOrCompanyName     string                `json:"person_or_company_name,omitzero"`
	AuthPersonName          string                `json:"auth_person_name,omitzero"`     // who may authorize the port
	BillingPhoneNumber      string                `json:"billing_phone_number,omitzero"` // BTN, E.164
	StreetAddress           string                `json:"street_address,omitzero"`
	ExtendedAddress         string                `json:"extended_address,omitzero"`
	Locality                string                `json:"locality,omitzero"`
	AdministrativeArea      string                `json:"administrative_area,omitzero"` // two letters
	PostalCode              string                `json:"postal_code,omitzero"`
	CountryCode             string                `json:"country_code,omitzero"` // ISO 3166-1 alpha-2
	DefaultConnectionID     string                `json:"default_connection_id,omitzero"`
	DefaultMessageProfileID string                `json:"default_message_profile_id,omitzero"`
	PortingOption           porting.PortingOption `json:"porting_option,omitzero"` // goes as a whole; not given if it has no Type
	PINPasscode             porting.Secret        `json:"pin_passcode,omitzero"`   // for accounts with wireless numbers
	AccountNumber           porting.Secret        `json:"account_number,omitzero"` // at the losing carrier
	TaxIdentifier           porting.Secret        `json:"tax_identifier,omitzero"` // EU only
	BusinessIdentifier      porting.Secret        `json:"business_identifier,omitzero"`
}

// Update returns the update of a draft's sub request that sets every field that is
// given, and no other.
func (p *Profile) Update() porting.DraftSubRequestUpdate {
	return porting.DraftSubRequestUpdate{
		FOCDateRequestedByUser:  given(p.FOCDateRequestedByUser, !p.FOCDateRequestedByUser.IsZero()),
		PersonOrCompanyName:     notEmpty(p.PersonOrCompanyName),
		AuthPersonName:          notEmpty(p.AuthPersonName),
		BillingPhoneNumber:      notEmpty(p.BillingPhoneNumber),
		StreetAddress:           notEmpty(p.StreetAddress),
		ExtendedAddress:         notEmpty(p.ExtendedAddress),
		Locality:                notEmpty(p.Locality),
		AdministrativeArea:      notEmpty(p.AdministrativeArea),
		PostalCode:              notEmpty(p.PostalCode),
		CountryCode:             notEmpty(p.CountryCode),
		DefaultConnectionID:     notEmpty(p.DefaultConnectionID),
		DefaultMessageProfileID: notEmpty(p.DefaultMessageProfileID),
		PortingOption:           given(p.PortingOption, p.PortingOption.Type != ""),
		PINPasscode:             notEmpty(p.PINPasscode),
		AccountNumber:           notEmpty(p.AccountNumber),
		TaxIdentifier:           notEmpty(p.TaxIdentifier),
		BusinessIdentifier:      notEmpty(p.BusinessIdentifier),
	}
}

// Format prints the profile without its secrets.
func (p Profile) Format(f fmt.State, verb rune) {
	type plain Profile // has the fields and not this method; fmt calls those of the secrets
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), plain(p))
}

func notEmpty[T ~string](s T) porting.Optional[T] { return given(s, s != "") }

func given[T any](v T, ok bool) porting.Optional[T] {
	if !ok {
		return porting.Optional[T]{}
	}
	return porting.Set(v)
}
