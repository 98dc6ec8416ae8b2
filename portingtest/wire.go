package portingtest

import "time"

// The objects that the API answers with. A nil pointer is null; an omitzero key
// is absent when it is nil.

type portabilityAnswer struct {
	PhoneNumbers []portabilityResult `json:"phone_numbers"`
}

type portabilityResult struct {
	RawNumber         string  `json:"raw_number"`
	E164Number        *string `json:"e164_number"`
	Portable          bool    `json:"portable"`
	PortabilityStatus *string `json:"portability_status"`
	CarrierName       *string `json:"carrier_name"`
	CoverageCategory  string  `json:"coverage_category"`
	NonPortableReason *string `json:"non_portable_reason"`
}

type draftObject struct {
	ID               string              `json:"id"`
	CreatedAt        time.Time           `json:"created_at"`
	Status           string              `json:"status"`
	PhoneNumberCount int                 `json:"phone_number_count"`
	PhoneNumbers     []draftNumberObject `json:"phone_numbers,omitzero"`
	SubRequests      []draftSubObject    `json:"sub_requests,omitzero"`
	PortRequestID    *string             `json:"port_request_id"`
}

type draftNumberObject struct {
	PhoneNumber       string  `json:"phone_number"`
	SvType            string  `json:"svtype"`
	CarrierName       *string `json:"carrier_name"`
	CoverageCategory  string  `json:"coverage_category"`
	SubRequestID      *string `json:"sub_request_id"`
	PortabilityStatus string  `json:"portability_status"`
}

type draftSubObject struct {
	ID                     string              `json:"id"`
	Complete               bool                `json:"complete"`
	PhoneNumbers           []draftNumberObject `json:"phone_numbers,omitzero"`
	PhoneNumberCount       int                 `json:"phone_number_count"`
	UnderlyingCarrierNames []string            `json:"underlying_carrier_names"`
	CreatedAt              time.Time           `json:"created_at"`
	details
}

type portRequestObject struct {
	ID           string         `json:"id"`
	PhoneNumbers []numberObject `json:"phone_numbers,omitzero"`
	SupportKey   string         `json:"support_key"`
	CreatedAt    time.Time      `json:"created_at"`
	UpdatedAt    time.Time      `json:"updated_at"`
	NumberCounts []countObject  `json:"phone_number_counts_by_status"`
	SubRequests  []subObject    `json:"sub_requests,omitzero"`
}

type numberObject struct {
	draftNumberObject
	SubRequestStatus *string `json:"sub_request_status"`
}

type countObject struct {
	Status string `json:"status"`
	Count  int    `json:"count"`
}

type subObject struct {
	ID                     string         `json:"id"`
	PhoneNumbers           []numberObject `json:"phone_numbers,omitzero"`
	FOCDate                *time.Time     `json:"foc_date"`
	Status                 string         `json:"status"`
	SupportKey             string         `json:"support_key"`
	PhoneNumberCount       int            `json:"phone_number_count"`
	UnderlyingCarrierNames []string       `json:"underlying_carrier_names"`
	CreatedAt              time.Time      `json:"created_at"`
	UpdatedAt              time.Time      `json:"updated_at"`
	CustomerRating         *int64         `json:"customer_rating,omitzero"`
	CustomerRatingComment  *string        `json:"customer_rating_comment,omitzero"`
	details
}

type commentObject struct {
	ID           string    `json:"id"`
	Body         string    `json:"body"`
	SubRequestID *string   `json:"sub_request_id"`
	UserID       *string   `json:"user_id"`
	CreatedAt    time.Time `json:"created_at"`
}

type documentObject struct {
	ID           string    `json:"id"`
	Body         string    `json:"body"`
	DocumentType string    `json:"document_type"`
	CreatedAt    time.Time `json:"created_at"`
}

type linkObject struct {
	URL string `json:"url"`
}

type uploadObject struct {
	URL        string            `json:"url"`
	HTTPMethod string            `json:"http_method"`
	FormFields map[string]string `json:"form_fields"`
}

// orNull gives nil for an empty text.
func orNull(text *string) *string {
	if *text == "" {
		return nil
	}
	return text
}
