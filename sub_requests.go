package porting

import (
	"context"
	"time"
)

// SubRequestsService works on the sub requests of port requests. Those of drafts
// are with [DraftsService].
type SubRequestsService struct{ client *Client }

// SubRequestUpdate is what [SubRequestsService.Update] changes. Only fields that are
// set are sent, and at least one must be.
//
// Don't send only what changes. The API documents these nine fields as required:
// FOCDateRequestedByUser, AuthPersonName, BillingPhoneNumber, StreetAddress, Locality,
// AdministrativeArea, PostalCode, CountryCode and DefaultConnectionID. That fields which
// aren't sent stay as they are is documented for drafts only. So read the sub request, begin with
// [SubRequest.Unchanged], which has the nine, and set what is to change.
type SubRequestUpdate struct {
	FOCDateRequestedByUser Optional[time.Time]     `json:"foc_date_requested_by_user,omitzero"` // the FOC date to ask for; sent in UTC, without a fraction of a second
	PersonOrCompanyName    Optional[string]        `json:"person_or_company_name,omitzero"`     // the person or company that asks for the port
	AuthPersonName         Optional[string]        `json:"auth_person_name,omitzero"`           // the person who authorizes it
	BillingPhoneNumber     Optional[string]        `json:"billing_phone_number,omitzero"`       // the billing number (BTN) of the numbers' account, in E.164 form
	StreetAddress          Optional[string]        `json:"street_address,omitzero"`             // the billing address, first line
	ExtendedAddress        Optional[string]        `json:"extended_address,omitzero"`           // its second line
	Locality               Optional[string]        `json:"locality,omitzero"`                   // its city
	AdministrativeArea     Optional[string]        `json:"administrative_area,omitzero"`        // its state, in two letters
	PostalCode             Optional[string]        `json:"postal_code,omitzero"`                // its postal code
	CountryCode            Optional[string]        `json:"country_code,omitzero"`               // its country, in two letters (ISO 3166-1)
	DefaultConnectionID    Optional[string]        `json:"default_connection_id,omitzero"`      // the connection that the numbers get when they are ported; see [SubRequest]
	PortingOption          Optional[PortingOption] `json:"porting_option,omitzero"`             // sent whole
	PINPasscode            Optional[Secret]        `json:"pin_passcode,omitzero"`               // for accounts with wireless numbers
	AccountNumber          Optional[Secret]        `json:"account_number,omitzero"`             // the authorizing person's account at the losing carrier
	TaxIdentifier          Optional[Secret]        `json:"tax_identifier,omitzero"`             // in the EU only
	BusinessIdentifier     Optional[Secret]        `json:"business_identifier,omitzero"`        // in the EU only

	// CustomerRating and its comment are accepted once the sub request is ported,
	// cancelled, or its cancellation has been requested. The range isn't documented.
	CustomerRating        Optional[int]    `json:"customer_rating,omitzero"`
	CustomerRatingComment Optional[string] `json:"customer_rating_comment,omitzero"`
}

// Unchanged returns an update that leaves the sub request as it is: the nine fields that
// the API documents as required are set to what they are. Set what is to change, and give
// it to [SubRequestsService.Update]:
//
//	sub, err := client.SubRequests.Get(ctx, portRequest, id)
//	update := sub.Unchanged()
//	update.Locality = porting.Set("Chicago")
//	sub, err = client.SubRequests.Update(ctx, portRequest, id, update)
//
// A field that is empty in the sub request stays unset, and so does a requested FOC date
// that is a date only ([Timestamp.DateOnly]), because an update can only ask for a time.
func (s SubRequest) Unchanged() SubRequestUpdate {
	set := func(v string) (o Optional[string]) {
		if v != "" {
			o = Set(v)
		}
		return o
	}
	update := SubRequestUpdate{
		AuthPersonName:      set(s.AuthPersonName),
		BillingPhoneNumber:  set(s.BillingPhoneNumber),
		StreetAddress:       set(s.StreetAddress),
		Locality:            set(s.Locality),
		AdministrativeArea:  set(s.AdministrativeArea),
		PostalCode:          set(s.PostalCode),
		CountryCode:         set(s.CountryCode),
		DefaultConnectionID: set(s.DefaultConnectionID),
	}
	if at := s.FOCDateRequestedByUser; !at.IsZero() && !at.DateOnly() {
		update.FOCDateRequestedByUser = Set(at.Time)
	}
	return update
}

// List returns the sub requests of a port request, with their numbers (inferred).
//
//	GET /origination/porting/port_requests/{port_request_id}/sub_requests: safe
//
// https://developers.telnyx.com/api/v1/mission-control/find-port-request-subrequests
func (s *SubRequestsService) List(ctx context.Context, portRequest PortRequestID) ([]SubRequest, error) {
	return listAll[SubRequest](ctx, s.client, opSubRequestsList, string(portRequest))
}

// Get returns a sub request. The documented answer is an array; both an array of one
// sub request and the sub request itself are read.
//
//	GET /origination/porting/port_requests/{port_request_id}/sub_requests/{id}: safe
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *SubRequestsService) Get(ctx context.Context, portRequest PortRequestID, id SubRequestID) (*SubRequest, error) {
	return get[SubRequest](ctx, s.client, &request{
		op:      opSubRequestsGet,
		ids:     []string{string(portRequest), string(id)},
		orArray: true,
	})
}

// Update changes a sub request and returns it as it is then. Compare the fields that
// matter: a server can answer with success and not store a value. [SubRequestUpdate]
// says what to send. The documented answer is an array; both an array of one sub request
// and the sub request itself are read.
//
//	PUT /origination/porting/port_requests/{port_request_id}/sub_requests/{id}: idempotent
//
// https://developers.telnyx.com/api/v1/mission-control/update-port-request-subrequest
func (s *SubRequestsService) Update(ctx context.Context, portRequest PortRequestID, id SubRequestID, update SubRequestUpdate) (*SubRequest, error) {
	err := checkUpdate(opSubRequestsUpdate, update == (SubRequestUpdate{}),
		update.FOCDateRequestedByUser, update.BillingPhoneNumber, update.CountryCode, update.PortingOption)
	if err != nil {
		return nil, err
	}
	return get[SubRequest](ctx, s.client, &request{
		op:      opSubRequestsUpdate,
		ids:     []string{string(portRequest), string(id)},
		body:    update,
		orArray: true,
	})
}

// AllowedFOCDates returns the windows in which the FOC date of a sub request may be.
//
//	GET /origination/porting/port_requests/{port_request_id}/sub_requests/{id}/allowed_foc_dates: safe
//
// https://developers.telnyx.com/api/v1/mission-control/get-allowed-foc-dates
func (s *SubRequestsService) AllowedFOCDates(ctx context.Context, portRequest PortRequestID, id SubRequestID) ([]FOCWindow, error) {
	return listAll[FOCWindow](ctx, s.client, opSubRequestsAllowedFOCDates, string(portRequest), string(id))
}

// Cancel asks for the cancellation of a sub request and returns it as it is then.
// It is only a request, which the vendor's staff review: the status to expect is
// "cancel-pending", and "cancelled" later, which is final. Within 48 hours of the FOC date
// it is refused. (All this is documented for the vendor's V2; for V1 it is inferred.) If
// the answer is lost, the error is an [*OutcomeUnknownError].
//
//	POST /origination/porting/port_requests/{port_request_id}/sub_requests/{id}/cancellation: unsafe
//
// The method and the end of the route are inferred from the address of its documentation page; neither
// has been verified. If the server answers with a 404 although the sub request is there,
// the route may end in /cancellations: call it with [Client.Do].
//
// https://developers.telnyx.com/api/v1/mission-control/post-cancellation
func (s *SubRequestsService) Cancel(ctx context.Context, portRequest PortRequestID, id SubRequestID) (*SubRequest, error) {
	return get[SubRequest](ctx, s.client, &request{op: opSubRequestsCancel, ids: []string{string(portRequest), string(id)}})
}
