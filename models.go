package porting

import "time"

// What holds for all models: every field can be null or absent in an answer, whatever the
// API's reference says, and is then its type's zero value. One and the same object can have
// unset strings as "" and as null. A nil slice was absent or null; an empty one was empty.
// Members that a model doesn't know are ignored.

// PortRequestID identifies a port request.
type PortRequestID string

// SubRequestID identifies a sub request, of a port request or of a draft. The two
// have different ids: submitting a draft makes new ones.
type SubRequestID string

// DraftID identifies a draft port request.
type DraftID string

// CommentID identifies a comment.
type CommentID string

// DocumentID identifies a supporting document.
type DocumentID string

// DocumentOwner is what supporting documents belong to: a [PortRequestID] or a
// [DraftID]. Anything else is an [*ArgumentError].
type DocumentOwner interface{ ownsDocuments() }

func (PortRequestID) ownsDocuments() {}

func (DraftID) ownsDocuments() {}

// PortabilityResult says whether one number can be ported.
type PortabilityResult struct {
	RawNumber         string            `json:"raw_number"`  // as it was sent
	E164Number        string            `json:"e164_number"` // normalised; empty if it couldn't be read
	Portable          bool              `json:"portable"`
	PortabilityStatus PortabilityStatus `json:"portability_status"`
	CarrierName       string            `json:"carrier_name"` // the underlying carrier
	CoverageCategory  CoverageCategory  `json:"coverage_category"`
	NonPortableReason NonPortableReason `json:"non_portable_reason"` // empty if portable
}

// PortRequest is a port as the carriers work on it: what a submitted draft turns into.
// It has no status of its own; its sub requests have.
type PortRequest struct {
	ID                        PortRequestID            `json:"id"`
	PhoneNumbers              []PortRequestPhoneNumber `json:"phone_numbers,omitzero"` // nil unless included
	SupportKey                string                   `json:"support_key"`            // to quote to support: pr_…
	CreatedAt                 Timestamp                `json:"created_at"`
	UpdatedAt                 Timestamp                `json:"updated_at"`
	PhoneNumberCountsByStatus []PhoneNumberCount       `json:"phone_number_counts_by_status"`
	SubRequests               []SubRequest             `json:"sub_requests,omitzero"` // nil unless included
}

// PortRequestPhoneNumber is one number of a port request.
type PortRequestPhoneNumber struct {
	PhoneNumber       string            `json:"phone_number"` // E.164
	SvType            ServiceType       `json:"svtype"`
	CarrierName       string            `json:"carrier_name"` // the underlying carrier
	CoverageCategory  CoverageCategory  `json:"coverage_category"`
	SubRequestID      SubRequestID      `json:"sub_request_id"`     // empty if in none
	SubRequestStatus  SubRequestStatus  `json:"sub_request_status"` // empty if in none
	PortabilityStatus PortabilityStatus `json:"portability_status"`
}

// PhoneNumberCount is how many numbers of a port request are in a status.
// That its status is a sub request's is inferred.
type PhoneNumberCount struct {
	Status SubRequestStatus `json:"status"`
	Count  int              `json:"count"`
}

// SubRequest is the part of a port request that one carrier hands over together.
//
// Its default connection and messaging profile are given to the numbers when those are
// ported. Connections are made in another part of the vendor's API. "Ported"
// means calls: in the US and Canada, messaging moves separately, and can be later.
type SubRequest struct {
	ID                      SubRequestID             `json:"id"`
	PhoneNumbers            []PortRequestPhoneNumber `json:"phone_numbers,omitzero"`
	FOCDate                 Timestamp                `json:"foc_date"` // the confirmed FOC date; zero until it is known (inferred)
	Status                  SubRequestStatus         `json:"status"`
	SupportKey              string                   `json:"support_key"` // to quote to support: sr_…
	PhoneNumberCount        int                      `json:"phone_number_count"`
	UnderlyingCarrierNames  []string                 `json:"underlying_carrier_names,omitzero"` // the carriers of the numbers
	FOCDateRequestedByUser  Timestamp                `json:"foc_date_requested_by_user"`        // the FOC date that was asked for
	PersonOrCompanyName     string                   `json:"person_or_company_name"`            // the person or company that asks for the port
	AuthPersonName          string                   `json:"auth_person_name"`                  // the person who authorizes it
	BillingPhoneNumber      string                   `json:"billing_phone_number"`              // the billing number (BTN) of the numbers' account
	StreetAddress           string                   `json:"street_address"`                    // the billing address, first line
	ExtendedAddress         string                   `json:"extended_address"`                  // its second line
	Locality                string                   `json:"locality"`                          // its city
	AdministrativeArea      string                   `json:"administrative_area"`               // its state, in two letters
	PostalCode              string                   `json:"postal_code"`                       // its postal code
	CountryCode             string                   `json:"country_code"`                      // its country, in two letters (ISO 3166-1)
	CreatedAt               Timestamp                `json:"created_at"`
	UpdatedAt               Timestamp                `json:"updated_at"`
	DefaultConnectionID     string                   `json:"default_connection_id"`      // the connection that the numbers get when they are ported; decimal digits
	DefaultMessageProfileID string                   `json:"default_message_profile_id"` // the messaging profile that they get then
	PortingOption           *PortingOption           `json:"porting_option"`             // nil until it is filled in (inferred)
	PINPasscode             Secret                   `json:"pin_passcode"`               // for accounts with wireless numbers
	AccountNumber           Secret                   `json:"account_number"`             // the authorizing person's account at the losing carrier
	Description             string                   `json:"description"`                // of the draft sub request that it comes from; no update sets it
	TaxIdentifier           Secret                   `json:"tax_identifier"`             // in the EU only
	BusinessIdentifier      Secret                   `json:"business_identifier"`        // in the EU only
	CustomerRating          *int                     `json:"customer_rating,omitzero"`   // nil until it is given, which can be once the sub request is ported, cancelled, or its cancellation requested
	CustomerRatingComment   string                   `json:"customer_rating_comment,omitzero"`
}

// DraftPortRequest is a set of numbers that is being prepared for porting. It is deleted
// 30 days after its creation unless it was submitted by then.
type DraftPortRequest struct {
	ID               DraftID                       `json:"id"`
	CreatedAt        Timestamp                     `json:"created_at"`
	Status           DraftStatus                   `json:"status"`
	PhoneNumberCount int                           `json:"phone_number_count"`
	PhoneNumbers     []DraftPortRequestPhoneNumber `json:"phone_numbers,omitzero"` // nil unless included
	SubRequests      []DraftSubRequest             `json:"sub_requests,omitzero"`  // nil unless included
	PortRequestID    PortRequestID                 `json:"port_request_id"`        // empty until submitted
}

// DraftPortRequestPhoneNumber is one number of a draft.
type DraftPortRequestPhoneNumber struct {
	PhoneNumber       string            `json:"phone_number"` // E.164
	SvType            ServiceType       `json:"svtype"`
	CarrierName       string            `json:"carrier_name"`
	CoverageCategory  CoverageCategory  `json:"coverage_category"`
	SubRequestID      SubRequestID      `json:"sub_request_id"` // empty if in none
	PortabilityStatus PortabilityStatus `json:"portability_status"`
}

// DraftSubRequest is the part of a draft that one carrier will hand over together.
// The server makes the split; [DraftsService.UpdateSubRequest] fills it in.
//
// Its default connection and messaging profile are given to the numbers when those are
// ported. Connections are made in another part of the vendor's API.
type DraftSubRequest struct {
	ID                      SubRequestID                  `json:"id"`
	Complete                bool                          `json:"complete"` // whether all that is needed is filled in
	PhoneNumbers            []DraftPortRequestPhoneNumber `json:"phone_numbers,omitzero"`
	FOCDateRequestedByUser  Timestamp                     `json:"foc_date_requested_by_user"` // the FOC date that is asked for
	PhoneNumberCount        int                           `json:"phone_number_count"`
	UnderlyingCarrierNames  []string                      `json:"underlying_carrier_names,omitzero"` // the carriers of the numbers
	PersonOrCompanyName     string                        `json:"person_or_company_name"`            // the person or company that asks for the port
	AuthPersonName          string                        `json:"auth_person_name"`                  // the person who authorizes it
	BillingPhoneNumber      string                        `json:"billing_phone_number"`              // the billing number (BTN) of the numbers' account
	StreetAddress           string                        `json:"street_address"`                    // the billing address, first line
	ExtendedAddress         string                        `json:"extended_address"`                  // its second line
	Locality                string                        `json:"locality"`                          // its city
	AdministrativeArea      string                        `json:"administrative_area"`               // its state, in two letters
	PostalCode              string                        `json:"postal_code"`                       // its postal code
	CountryCode             string                        `json:"country_code"`                      // its country, in two letters (ISO 3166-1)
	CreatedAt               Timestamp                     `json:"created_at"`
	DefaultConnectionID     string                        `json:"default_connection_id"`      // the connection that the numbers get when they are ported; decimal digits
	DefaultMessageProfileID string                        `json:"default_message_profile_id"` // the messaging profile that they get then
	PortingOption           *PortingOption                `json:"porting_option"`             // nil until it is filled in (inferred)
	PINPasscode             Secret                        `json:"pin_passcode"`               // for accounts with wireless numbers
	AccountNumber           Secret                        `json:"account_number"`             // the authorizing person's account at the losing carrier
	Description             string                        `json:"description"`                // of this draft sub request; no update sets it
	TaxIdentifier           Secret                        `json:"tax_identifier"`             // in the EU only
	BusinessIdentifier      Secret                        `json:"business_identifier"`        // in the EU only
}

// PortingOption says whether numbers of the account remain at the losing carrier, and
// what happens to those. It is the same in answers and in updates.
type PortingOption struct {
	Type                   PortingOptionType      `json:"type"`
	RemainingNumbersAction RemainingNumbersAction `json:"remaining_numbers_action,omitzero"` // to be left out with "full"
	// NewBillingPhoneNumber is the billing number (BTN) of the remaining numbers. The API
	// needs it with "keep". It must be one of them; if the old BTN remains, it can stay.
	NewBillingPhoneNumber string `json:"new_billing_phone_number,omitzero"`
}

// FOCWindow is a span of time in which a carrier may hand numbers over.
// That a requested FOC date must lie in one is inferred. So is the form of its times.
type FOCWindow struct {
	Start Timestamp `json:"start"`
	End   Timestamp `json:"end"`
}

// Contains tells whether t lies in the window, its ends included.
func (w FOCWindow) Contains(t time.Time) bool {
	return !t.Before(w.Start.Time) && !t.After(w.End.Time)
}

// Comment is a remark on a port request, by a user of the account or by the vendor.
type Comment struct {
	ID           CommentID    `json:"id"`
	Body         string       `json:"body"`
	SubRequestID SubRequestID `json:"sub_request_id"` // empty: on the whole port request (inferred)
	UserID       string       `json:"user_id"`        // empty: not written by a user (inferred)
	CreatedAt    Timestamp    `json:"created_at"`
}

// SupportingDocument is an LOA, an invoice or the like. The API gives it no name,
// size or content type.
type SupportingDocument struct {
	ID           DocumentID   `json:"id"`
	Body         string       `json:"body"` // its meaning isn't documented; probably the stored file's key
	DocumentType DocumentType `json:"document_type"`
	CreatedAt    Timestamp    `json:"created_at"`
}

// DownloadLink is a signed URL that opens a document for an hour, to whoever has it.
// It prints, logs and marshals as [redacted].
type DownloadLink struct {
	URL string `json:"url"`
}
