package main

import "time"

// The models that the floor and the peers decode into: the porting package's, as
// anyone would write them who has only encoding/json.

type portRequest struct {
	ID                        string        `json:"id"`
	PhoneNumbers              []phoneNumber `json:"phone_numbers"`
	SupportKey                string        `json:"support_key"`
	CreatedAt                 time.Time     `json:"created_at"`
	UpdatedAt                 time.Time     `json:"updated_at"`
	PhoneNumberCountsByStatus []statusCount `json:"phone_number_counts_by_status"`
	SubRequests               []subRequest  `json:"sub_requests"`
}

type phoneNumber struct {
	PhoneNumber       string `json:"phone_number"`
	SvType            string `json:"svtype"`
	CarrierName       string `json:"carrier_name"`
	CoverageCategory  string `json:"coverage_category"`
	SubRequestID      string `json:"sub_request_id"`
	SubRequestStatus  string `json:"sub_request_status"`
	PortabilityStatus string `json:"portability_status"`
}

type statusCount struct {
	Status string `json:"status"`
	Count  int    `json:"count"`
}

type subRequest struct {
	ID                      string         `json:"id"`
	PhoneNumbers            []phoneNumber  `json:"phone_numbers"`
	FOCDate                 time.Time      `json:"foc_date"`
	Status                  string         `json:"status"`
	SupportKey              string         `json:"support_key"`
	PhoneNumberCount        int            `json:"phone_number_count"`
	UnderlyingCarrierNames  []string       `json:"underlying_carrier_names"`
	FOCDateRequestedByUser  time.Time      `json:"foc_date_requested_by_user"`
	PersonOrCompanyName     string         `json:"person_or_company_name"`
	AuthPersonName          string         `json:"auth_person_name"`
	BillingPhoneNumber      string         `json:"billing_phone_number"`
	StreetAddress           string         `json:"street_address"`
	ExtendedAddress         string         `json:"extended_address"`
	Locality                string         `json:"locality"`
	AdministrativeArea      string         `json:"administrative_area"`
	PostalCode              string         `json:"postal_code"`
	CountryCode             string         `json:"country_code"`
	CreatedAt               time.Time      `json:"created_at"`
	UpdatedAt               time.Time      `json:"updated_at"`
	DefaultConnectionID     string         `json:"default_connection_id"`
	DefaultMessageProfileID string         `json:"default_message_profile_id"`
	PortingOption           *portingOption `json:"porting_option"`
	PINPasscode             string         `json:"pin_passcode"`
	AccountNumber           string         `json:"account_number"`
	Description             string         `json:"description"`
	TaxIdentifier           string         `json:"tax_identifier"`
	BusinessIdentifier      string         `json:"business_identifier"`
	CustomerRating          *int           `json:"customer_rating"`
	CustomerRatingComment   string         `json:"customer_rating_comment"`
}

type portingOption struct {
	Type                   string `json:"type"`
	RemainingNumbersAction string `json:"remaining_numbers_action"`
	NewBillingPhoneNumber  string `json:"new_billing_phone_number"`
}

type checkRequest struct {
	PhoneNumbers []checkedNumber `json:"phone_numbers"`
}

type checkedNumber struct {
	PhoneNumber string `json:"phone_number"`
}

type checkAnswer []struct {
	PhoneNumbers []checkResult `json:"phone_numbers"`
}

type checkResult struct {
	RawNumber         string `json:"raw_number"`
	E164Number        string `json:"e164_number"`
	Portable          bool   `json:"portable"`
	PortabilityStatus string `json:"portability_status"`
	CarrierName       string `json:"carrier_name"`
	CoverageCategory  string `json:"coverage_category"`
	NonPortableReason string `json:"non_portable_reason"`
}
