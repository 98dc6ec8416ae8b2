package porting

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"strings"
	"time"
)

// DraftsService prepares port requests: a draft is created of numbers, the server
// splits it into sub requests, they are filled in, and the draft is submitted.
type DraftsService struct{ client *Client }

// DraftListOptions choose which drafts are listed and what they include. Zero
// fields are left to the server.
type DraftListOptions struct {
	Page    int         `url:"page,omitempty" json:"page,omitzero"`         // from 1, the server's default
	PerPage int         `url:"per_page,omitempty" json:"per_page,omitzero"` // the server's default is 20; its maximum isn't documented (the vendor's V2 has 250)
	Search  string      `url:"search,omitempty" json:"search,omitzero"`     // part of a phone number
	Status  DraftStatus `url:"status,omitempty" json:"status,omitzero"`     // empty: pending and submitted ones

	IncludePhoneNumbers Optional[bool] `url:"include_phone_numbers,omitempty" json:"include_phone_numbers,omitzero"` // the server's default is true
	IncludeSubRequests  Optional[bool] `url:"include_sub_requests,omitempty" json:"include_sub_requests,omitzero"`   // the server's default is false
}

// DraftSubRequestUpdate is what [DraftsService.UpdateSubRequest] changes. Only fields
// that are set are sent, and at least one must be; the API leaves the others as they are.
//
// Before a draft can be submitted, the API documents as required:
// FOCDateRequestedByUser, AuthPersonName, BillingPhoneNumber, StreetAddress, Locality,
// AdministrativeArea, PostalCode, CountryCode, DefaultConnectionID and, on newer pages
// only, DefaultMessageProfileID. PersonOrCompanyName isn't among them. Accounts with
// wireless numbers need PINPasscode, and NANP numbers an LOA and an invoice
// ([DocumentsService.Upload]). What is still missing is in the Fields of the
// [*ValidationError] of Submit.
type DraftSubRequestUpdate struct {
	FOCDateRequestedByUser  Optional[time.Time]     `json:"foc_date_requested_by_user,omitzero"` // the FOC date to ask for; sent in UTC, without a fraction of a second
	PersonOrCompanyName     Optional[string]        `json:"person_or_company_name,omitzero"`     // the person or company that asks for the port
	AuthPersonName          Optional[string]        `json:"auth_person_name,omitzero"`           // the person who authorizes it
	BillingPhoneNumber      Optional[string]        `json:"billing_phone_number,omitzero"`       // the billing number (BTN) of the numbers' account, in E.164 form
	StreetAddress           Optional[string]        `json:"street_address,omitzero"`             // the billing address, first line
	ExtendedAddress         Optional[string]        `json:"extended_address,omitzero"`           // its second line
	Locality                Optional[string]        `json:"locality,omitzero"`                   // its city
	AdministrativeArea      Optional[string]        `json:"administrative_area,omitzero"`        // its state, in two letters
	PostalCode              Optional[string]        `json:"postal_code,omitzero"`                // its postal code
	CountryCode             Optional[string]        `json:"country_code,omitzero"`               // its country, in two letters (ISO 3166-1)
	DefaultConnectionID     Optional[string]        `json:"default_connection_id,omitzero"`      // the connection that the numbers get when they are ported; see [SubRequest]
	DefaultMessageProfileID Optional[string]        `json:"default_message_profile_id,omitzero"` // the messaging profile that they get then
	PortingOption           Optional[PortingOption] `json:"porting_option,omitzero"`             // sent whole
	PINPasscode             Optional[Secret]        `json:"pin_passcode,omitzero"`               // for accounts with wireless numbers
	AccountNumber           Optional[Secret]        `json:"account_number,omitzero"`             // the authorizing person's account at the losing carrier
	TaxIdentifier           Optional[Secret]        `json:"tax_identifier,omitzero"`             // in the EU only
	BusinessIdentifier      Optional[Secret]        `json:"business_identifier,omitzero"`        // in the EU only
}

// List returns one page of the account's drafts. Nil options are the server's defaults.
//
//	GET /origination/porting/draft_port_requests: safe
//
// https://developers.telnyx.com/api/v1/mission-control/find-draft-port-requests
func (s *DraftsService) List(ctx context.Context, opts *DraftListOptions) (*Page[DraftPortRequest], error) {
	o := valueOf(opts)
	return listPage[DraftPortRequest](ctx, s.client, opDraftsList, o, o.Page, o.PerPage)
}

// All iterates over the drafts of all pages, from opts.Page on, and yields each once. It
// works as [PortRequestsService.All] does, which says more. The list may change while it
// is read: a loop over the pending drafts can submit each, and sees all of them. After
// an error the loop ends.
//
// GET /origination/porting/draft_port_requests, once or more for each page: safe.
//
// https://developers.telnyx.com/api/v1/mission-control/find-draft-port-requests
func (s *DraftsService) All(ctx context.Context, opts *DraftListOptions) iter.Seq2[*DraftPortRequest, error] {
	o := valueOf(opts)
	return all(ctx, s.client, opDraftsList, o.Page, func(ctx context.Context, c *Client, number int) (*Page[DraftPortRequest], error) {
		o := o
		o.Page = number
		return listPage[DraftPortRequest](ctx, c, opDraftsList, o, number, o.PerPage)
	})
}

// Create makes a draft of the numbers, each in E.164 form. How many one draft may have
// isn't documented, nor what the API makes of a number that comes twice. The server splits
// the numbers into sub requests; the vendor's V2 does so by country, type of number,
// carrier (SPID) and whether the carrier takes part in FastPort. Compare the numbers of
// the answer with those that you meant.
//
// A draft that isn't submitted is deleted 30 days after its creation.
//
// If the answer is lost, the error is an [*OutcomeUnknownError]. After it, and after a
// [*DecodeError], look for the numbers among the drafts and port requests, and again a
// little later, before you create another draft.
//
//	POST /origination/porting/draft_port_requests: unsafe
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *DraftsService) Create(ctx context.Context, numbers ...string) (*DraftPortRequest, error) {
	body, err := numbersBody(opDraftsCreate, numbers, isE164, notE164)
	if err != nil {
		return nil, err
	}
	return get[DraftPortRequest](ctx, s.client, &request{op: opDraftsCreate, body: body})
}

// Get returns a draft. Nil options are the server's defaults. A draft that wasn't
// submitted within 30 days of its creation is gone: the error is a [*NotFoundError].
//
//	GET /origination/porting/draft_port_requests/{id}: safe
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *DraftsService) Get(ctx context.Context, id DraftID, opts *GetOptions) (*DraftPortRequest, error) {
	return get[DraftPortRequest](ctx, s.client, &request{op: opDraftsGet, ids: []string{string(id)}, query: opts})
}

// Submit starts the port. Every sub request must be complete. From then on the draft
// can't change, and its PortRequestID is the id of the new port request. If the answer
// is lost, the error is an [*OutcomeUnknownError]: [DraftsService.Submitted] tells
// whether it went through.
//
//	POST /origination/porting/draft_port_requests/{id}/submit: unsafe
//
// https://developers.telnyx.com/api/v1/mission-control/submit-draft-port-request
func (s *DraftsService) Submit(ctx context.Context, id DraftID) (*DraftPortRequest, error) {
	return get[DraftPortRequest](ctx, s.client, &request{op: opDraftsSubmit, ids: []string{string(id)}})
}

// Submitted reads a draft and tells whether it was submitted. It is what to ask when the
// outcome of [DraftsService.Submit] is unknown. If the answer doesn't say, the error is a
// [*DecodeError]. While the server is still working on a submit, it can say that there
// was none, so ask again a little later before you submit again. A [*NotFoundError] can
// mean that the draft was never submitted: it is then deleted 30 days after its creation.
//
//	GET /origination/porting/draft_port_requests/{id}: safe
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *DraftsService) Submitted(ctx context.Context, id DraftID) (draft *DraftPortRequest, submitted bool, err error) {
	draft, err = s.Get(ctx, id, nil)
	if err != nil {
		return nil, false, err
	}
	unclear := func(field, reason string) (*DraftPortRequest, bool, error) {
		return nil, false, &DecodeError{Operation: opDraftsGet.Name, Field: field, StatusCode: http.StatusOK, Err: errors.New(reason)}
	}
	switch {
	case !strings.EqualFold(string(draft.ID), string(id)):
		return unclear("id", "not that of the draft")
	case draft.Status == DraftStatusSubmitted || draft.PortRequestID != "":
		return draft, true, nil
	case draft.Status == DraftStatusPending:
		return draft, false, nil
	}
	return unclear("status", "neither pending nor submitted")
}

// ListSubRequests returns the sub requests into which the server has split a draft, with
// their numbers (inferred).
//
//	GET /origination/porting/draft_port_requests/{draft_port_request_id}/sub_requests: safe
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *DraftsService) ListSubRequests(ctx context.Context, draft DraftID) ([]DraftSubRequest, error) {
	return listAll[DraftSubRequest](ctx, s.client, opDraftsListSubRequests, string(draft))
}

// GetSubRequest returns a sub request of a draft.
//
//	GET /origination/porting/draft_port_requests/{draft_port_request_id}/sub_requests/{id}: safe
//
// https://developers.telnyx.com/api/v1/mission-control/get-draft-sub-request
func (s *DraftsService) GetSubRequest(ctx context.Context, draft DraftID, id SubRequestID) (*DraftSubRequest, error) {
	return get[DraftSubRequest](ctx, s.client, &request{op: opDraftsGetSubRequest, ids: []string{string(draft), string(id)}})
}

// UpdateSubRequest changes a sub request of a draft and returns it as it is then. That
// the answer is the sub request is inferred. Compare the fields that matter: a
// server can accept a value and not take it.
//
//	PUT /origination/porting/draft_port_requests/{draft_port_request_id}/sub_requests/{id}: idempotent
//
// https://developers.telnyx.com/api/v1/mission-control/update-draft-sub-request
func (s *DraftsService) UpdateSubRequest(ctx context.Context, draft DraftID, id SubRequestID, update DraftSubRequestUpdate) (*DraftSubRequest, error) {
	err := checkUpdate(opDraftsUpdateSubRequest, update == (DraftSubRequestUpdate{}),
		update.FOCDateRequestedByUser, update.BillingPhoneNumber, update.CountryCode, update.PortingOption)
	if err != nil {
		return nil, err
	}
	return get[DraftSubRequest](ctx, s.client, &request{
		op:   opDraftsUpdateSubRequest,
		ids:  []string{string(draft), string(id)},
		body: update,
	})
}

// AllowedFOCDates returns the windows in which the FOC date of a draft's sub request
// may be. The route is known from another client of the API only.
//
//	GET /origination/porting/draft_port_requests/{draft_port_request_id}/sub_requests/{id}/allowed_foc_dates: safe
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *DraftsService) AllowedFOCDates(ctx context.Context, draft DraftID, id SubRequestID) ([]FOCWindow, error) {
	return listAll[FOCWindow](ctx, s.client, opDraftsAllowedFOCDates, string(draft), string(id))
}
