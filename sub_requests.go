package porting

import (
	"context"
	"time"
)

// SubRequestsService works on the sub requests of port requests. Those of drafts
// are with [DraftsService].
type SubRequestsService struct{ client *Client }

// SubRequestUpdate is what [SubRequestsService.Update] changes. Only fields that are
// set are sent. That the API leaves the others as they are is documented for drafts
// only.
type SubRequestUpdate struct {
	FOCDateRequestedByUser Optional[time.Time]     `json:"foc_date_requested_by_user,omitzero"` // sent in UTC, without a fraction of a second
	PersonOrCompanyName    Optional[string]        `json:"person_or_company_name,omitzero"`
	AuthPersonName         Optional[string]        `json:"auth_person_name,omitzero"`
	BillingPhoneNumber     Optional[string]        `json:"billing_phone_number,omitzero"` // BTN, E.164
	StreetAddress          Optional[string]        `json:"street_address,omitzero"`
	ExtendedAddress        Optional[string]        `json:"extended_address,omitzero"`
	Locality               Optional[string]        `json:"locality,omitzero"`
	AdministrativeArea     Optional[string]        `json:"administrative_area,omitzero"` // two letters
	PostalCode             Optional[string]        `json:"postal_code,omitzero"`
	CountryCode            Optional[string]        `json:"country_code,omitzero"` // ISO 3166-1 alpha-2
	DefaultConnectionID    Optional[string]        `json:"default_connection_id,omitzero"`
	PortingOption          Optional[PortingOption] `json:"porting_option,omitzero"` // sent whole
	PINPasscode            Optional[Secret]        `json:"pin_passcode,omitzero"`
	AccountNumber          Optional[Secret]        `json:"account_number,omitzero"`
	TaxIdentifier          Optional[Secret]        `json:"tax_identifier,omitzero"`
	BusinessIdentifier     Optional[Secret]        `json:"business_identifier,omitzero"`
	// CustomerRating and its comment are accepted once the sub request is ported,
	// cancelled, or its cancellation has been requested. The range isn't documented.
	CustomerRating        Optional[int]    `json:"customer_rating,omitzero"`
	CustomerRatingComment Optional[string] `json:"customer_rating_comment,omitzero"`
}

// List returns the sub requests of a port request, with their numbers (inferred).
//
// GET /origination/porting/port_requests/{port_request_id}/sub_requests: safe.
//
// https://developers.telnyx.com/api/v1/mission-control/find-port-request-subrequests
func (s *SubRequestsService) List(ctx context.Context, portRequest PortRequestID) ([]SubRequest, error) {
	subs, _, err := list[SubRequest](ctx, s.client, &request{op: opSubRequestsList, ids: []string{string(portRequest)}})
	return subs, err
}

// Get returns a sub request. The documented answer is an array; both an array of one
// sub request and the sub request itself are read.
//
// GET /origination/porting/port_requests/{port_request_id}/sub_requests/{id}: safe.
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *SubRequestsService) Get(ctx context.Context, portRequest PortRequestID, id SubRequestID) (*SubRequest, error) {
	return getOneOf[SubRequest](ctx, s.client, &request{op: opSubRequestsGet, ids: []string{string(portRequest), string(id)}})
}

// Update changes a sub request and returns it as it is then. The documented answer
// is an array; both an array of one sub request and the sub request itself are read.
//
// PUT /origination/porting/port_requests/{port_request_id}/sub_requests/{id}: idempotent.
//
// https://developers.telnyx.com/api/v1/mission-control/update-port-request-subrequest
func (s *SubRequestsService) Update(ctx context.Context, portRequest PortRequestID, id SubRequestID, update SubRequestUpdate) (*SubRequest, error) {
	if err := update.check(opSubRequestsUpdate); err != nil {
		return nil, err
	}
	return getOneOf[SubRequest](ctx, s.client, &request{
		op:   opSubRequestsUpdate,
		ids:  []string{string(portRequest), string(id)},
		body: update,
	})
}

func (u SubRequestUpdate) check(op *Operation) error {
	if u == (SubRequestUpdate{}) {
		return errEmptyUpdate(op)
	}
	return DraftSubRequestUpdate{
		FOCDateRequestedByUser: u.FOCDateRequestedByUser,
		BillingPhoneNumber:     u.BillingPhoneNumber,
		CountryCode:            u.CountryCode,
		PortingOption:          u.PortingOption,
	}.checkFields(op)
}

// AllowedFOCDates returns the windows in which the FOC date of a sub request may be.
//
// GET /origination/porting/port_requests/{port_request_id}/sub_requests/{id}/allowed_foc_dates: safe.
//
// https://developers.telnyx.com/api/v1/mission-control/get-allowed-foc-dates
func (s *SubRequestsService) AllowedFOCDates(ctx context.Context, portRequest PortRequestID, id SubRequestID) ([]FOCWindow, error) {
	windows, _, err := list[FOCWindow](ctx, s.client, &request{
		op:  opSubRequestsAllowedFOCDates,
		ids: []string{string(portRequest), string(id)},
	})
	return windows, err
}

// Cancel asks for the cancellation of a sub request and returns it as it is then.
// It is only a request: the status to expect is "cancel-pending", and "cancelled"
// later (inferred). If the answer is lost, the error is an [*OutcomeUnknownError].
//
// POST /origination/porting/port_requests/{port_request_id}/sub_requests/{id}/cancellation: unsafe.
// The method and the end of the route are inferred from the page's address; neither
// has been verified.
//
// https://developers.telnyx.com/api/v1/mission-control/post-cancellation
func (s *SubRequestsService) Cancel(ctx context.Context, portRequest PortRequestID, id SubRequestID) (*SubRequest, error) {
	return get[SubRequest](ctx, s.client, &request{op: opSubRequestsCancel, ids: []string{string(portRequest), string(id)}})
}
