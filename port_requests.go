package porting

import (
	"context"
	"iter"
)

// PortRequestsService reads port requests: what submitted drafts have turned into.
type PortRequestsService struct{ client *Client }

// PortRequestListOptions choose which port requests are listed and what they
// include. Zero fields are left to the server.
type PortRequestListOptions struct {
	Page    int                   `url:"page,omitempty" json:"page,omitzero"`         // from 1, the server's default
	PerPage int                   `url:"per_page,omitempty" json:"per_page,omitzero"` // the server's default is 20; its maximum isn't documented (the vendor's V2 has 250)
	Search  string                `url:"search,omitempty" json:"search,omitzero"`     // a support key (pr_…) or part of a phone number
	Status  PortRequestListStatus `url:"status,omitempty" json:"status,omitzero"`     // empty: complete and incomplete ones

	IncludePhoneNumbers Optional[bool] `url:"include_phone_numbers,omitempty" json:"include_phone_numbers,omitzero"` // the server's default is true
	IncludeSubRequests  Optional[bool] `url:"include_sub_requests,omitempty" json:"include_sub_requests,omitzero"`   // the server's default is false
}

// GetOptions choose what a port request or a draft includes. That a single one
// accepts them isn't documented; it is inferred from another client of the API.
type GetOptions struct {
	IncludePhoneNumbers Optional[bool] `url:"include_phone_numbers,omitempty" json:"include_phone_numbers,omitzero"` // the server's default is true
	IncludeSubRequests  Optional[bool] `url:"include_sub_requests,omitempty" json:"include_sub_requests,omitzero"`   // the server's default is false
}

// List returns one page of the account's port requests. Nil options are the
// server's defaults. The filter "incomplete" leaves a port request out as soon as it is
// complete: who follows one to its end asks for it by its id, or for both.
//
//	GET /origination/porting/port_requests: safe
//
// https://developers.telnyx.com/api/v1/mission-control/find-port-requests
func (s *PortRequestsService) List(ctx context.Context, opts *PortRequestListOptions) (*Page[PortRequest], error) {
	o := valueOf(opts)
	return listPage[PortRequest](ctx, s.client, opPortRequestsList, o, o.Page, o.PerPage)
}

// All iterates over the port requests of all pages, from opts.Page on, and yields each
// once. Nothing is sent before the first step, and only one page before the second page
// is needed; from then on [WithReadAhead] says how many are asked for at once. All
// requests use ctx and end with the loop; once items have come, ctx is checked before each
// further one. Changing opts later has no effect. After an error the loop ends. Each new
// range starts from the beginning.
//
// The list may change while it is read. If its totals change on the way, or an item comes
// twice, All reads the list again for what hasn't come yet, until it holds still; after ten
// times, the error is [ErrListChanges]. What the totals don't tell goes unseen: items can be
// missed if during the last reading as many were added as removed, or if the server gives
// no totals. For this, All remembers the ids, with less than 100 bytes for each; it doesn't
// keep pages.
//
// GET /origination/porting/port_requests, once or more for each page: safe.
//
// https://developers.telnyx.com/api/v1/mission-control/find-port-requests
func (s *PortRequestsService) All(ctx context.Context, opts *PortRequestListOptions) iter.Seq2[*PortRequest, error] {
	o := valueOf(opts)
	return all(ctx, s.client, opPortRequestsList, o.Page, func(ctx context.Context, c *Client, number int) (*Page[PortRequest], error) {
		o := o
		o.Page = number
		return listPage[PortRequest](ctx, c, opPortRequestsList, o, number, o.PerPage)
	})
}

// Get returns a port request. Nil options are the server's defaults.
//
//	GET /origination/porting/port_requests/{id}: safe
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *PortRequestsService) Get(ctx context.Context, id PortRequestID, opts *GetOptions) (*PortRequest, error) {
	return get[PortRequest](ctx, s.client, &request{op: opPortRequestsGet, ids: []string{string(id)}, query: opts})
}
