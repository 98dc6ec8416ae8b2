package porting

import (
	"time"
)

// Every field of an answer can be null or absent, whatever the API's reference
// says; it is then its type's zero value. A nil slice was absent or null, an empty
// one was empty. Members that a type doesn't know are ignored.

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
type SubRequest struct {
	ID                      SubRequestID             `json:"id"`
	PhoneNumbers            []PortRequestPhoneNumber `json:"phone_numbers,omitzero"`
	FOCDate                 Timestamp                `json:"foc_date"` // confirmed; zero until it is known (inferred)
	Status                  SubRequestStatus         `json:"status"`
	SupportKey              string                   `json:"support_key"` // to quote to support: sr_…
	PhoneNumberCount        int                      `json:"phone_number_count"`
	UnderlyingCarrierNames  []string                 `json:"underlying_carrier_names,omitzero"`
	FOCDateRequestedByUser  Timestamp                `json:"foc_date_requested_by_user"`
	PersonOrCompanyName     string                   `json:"person_or_company_name"` // who asks for the port
	AuthPersonName          string                   `json:"auth_person_name"`       // who authorises it
	BillingPhoneNumber      string                   `json:"billing_phone_number"`   // BTN
	StreetAddress           string                   `json:"street_address"`         // of the billing address
	ExtendedAddress         string                   `json:"extended_address"`       // its second line
	Locality                string                   `json:"locality"`               // its city
	AdministrativeArea      string                   `json:"administrative_area"`    // its state, two letters
	PostalCode              string                   `json:"postal_code"`
	CountryCode             string                   `json:"country_code"` // ISO 3166-1 alpha-2
	CreatedAt               Timestamp                `json:"created_at"`
	UpdatedAt               Timestamp                `json:"updated_at"`
	DefaultConnectionID     string                   `json:"default_connection_id"`      // given to the numbers when they are ported
	DefaultMessageProfileID string                   `json:"default_message_profile_id"` // likewise
	PortingOption           *PortingOption           `json:"porting_option"`             // nil until it is filled in (inferred)
	PINPasscode             Secret                   `json:"pin_passcode"`               // for accounts with wireless numbers
	AccountNumber           Secret                   `json:"account_number"`             // at the losing carrier
	Description             string                   `json:"description"`
	TaxIdentifier           Secret                   `json:"tax_identifier"`      // EU only
	BusinessIdentifier      Secret                   `json:"business_identifier"` // EU only
	CustomerRating          *int                     `json:"customer_rating,omitzero"`
	CustomerRatingComment   string                   `json:"customer_rating_comment,omitzero"`
}

// DraftPortRequest is a set of numbers that is being prepared for porting.
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
type DraftSubRequest struct {
	ID                      SubRequestID                  `json:"id"`
	Complete                bool                          `json:"complete"` // everything needed is filled in
	PhoneNumbers            []DraftPortRequestPhoneNumber `json:"phone_numbers,omitzero"`
	FOCDateRequestedByUser  Timestamp                     `json:"foc_date_requested_by_user"`
	PhoneNumberCount        int                           `json:"phone_number_count"`
	UnderlyingCarrierNames  []string                      `json:"underlying_carrier_names,omitzero"`
	PersonOrCompanyName     string                        `json:"person_or_company_name"`
	AuthPersonName          string                        `json:"auth_person_name"`
	BillingPhoneNumber      string                        `json:"billing_phone_number"`
	StreetAddress           string                        `json:"street_address"`
	ExtendedAddress         string                        `json:"extended_address"`
	Locality                string                        `json:"locality"`
	AdministrativeArea      string                        `json:"administrative_area"`
	PostalCode              string                        `json:"postal_code"`
	CountryCode             string                        `json:"country_code"`
	CreatedAt               Timestamp                     `json:"created_at"`
	DefaultConnectionID     string                        `json:"default_connection_id"`
	DefaultMessageProfileID string                        `json:"default_message_profile_id"`
	PortingOption           *PortingOption                `json:"porting_option"`
	PINPasscode             Secret                        `json:"pin_passcode"`
	AccountNumber           Secret                        `json:"account_number"`
	Description             string                        `json:"description"`
	TaxIdentifier           Secret                        `json:"tax_identifier"`
	BusinessIdentifier      Secret                        `json:"business_identifier"`
}

// PortingOption says whether the losing carrier keeps numbers of the account, and
// what happens to those. It is the same in answers and in updates.
type PortingOption struct {
	Type                   PortingOptionType      `json:"type"`
	RemainingNumbersAction RemainingNumbersAction `json:"remaining_numbers_action,omitzero"` // leave out if full
	// NewBillingPhoneNumber is the BTN of what remains; it must be one of the
	// remaining numbers. The API needs it with "keep".
	NewBillingPhoneNumber string `json:"new_billing_phone_number,omitzero"`
}

// FOCWindow is a span of time in which a carrier may hand numbers over.
// That a requested FOC date must lie in one is inferred, and so is its form.
type FOCWindow struct {
	Start Timestamp `json:"start"`
	End   Timestamp `json:"end"`
}

// Contains tells whether t lies in the window, its ends included.
func (w FOCWindow) Contains(t time.Time) bool {
	return !t.Before(w.Start.Time) && !t.After(w.End.Time)
}

// Comment is a remark on a port request, by the user or by the carriers' side.
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
