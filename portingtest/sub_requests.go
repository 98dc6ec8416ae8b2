package portingtest

import (
	"net/http"
	"slices"
)

// listSubRequests is GET port_requests/{port_request}/sub_requests.
func (b *sandbox) listSubRequests(r *request) (any, error) {
	p, err := b.findPortRequest(r)
	if err != nil {
		return nil, err
	}
	return b.portRequestObject(p, include{phoneNumbers: true, subRequests: true}).SubRequests, nil
}

// getSubRequest is GET port_requests/{port_request}/sub_requests/{sub_request}.
// The contract has it answer an array.
func (b *sandbox) getSubRequest(r *request) (any, error) {
	p, sub, err := b.findSubRequest(r)
	if err != nil {
		return nil, err
	}
	return []subObject{b.subObject(p, sub, true)}, nil
}

// updateSubRequest is PUT
// port_requests/{port_request}/sub_requests/{sub_request}. It answers an array
// as well.
func (b *sandbox) updateSubRequest(r *request) (any, error) {
	p, sub, err := b.findSubRequest(r)
	if err != nil {
		return nil, err
	}
	bad := r.problems()
	fields := readUpdate(r.body, updateKeys, &bad)
	updated := *sub
	changed := b.readDetails(&updated.Details, fields, p.Numbers, &bad)
	if raw, sent := fields[ratingKey]; sent {
		updated.Rating = readOptionalInteger(raw, "/"+ratingKey, &bad)
		if !equal(updated.Rating, sub.Rating) {
			changed = append(changed, ratingKey)
		}
	}
	if raw, sent := fields[ratingTextKey]; sent {
		updated.RatingText = readOptionalString(raw, "/"+ratingTextKey, &bad)
		if !equal(updated.RatingText, sub.RatingText) {
			changed = append(changed, ratingTextKey)
		}
	}
	for _, key := range changed {
		if why := frozen(sub.Status, key); why != "" {
			bad.add("/"+key, "frozen", why)
		}
	}
	if b.Settings.FullUpdates {
		for _, key := range fullUpdateKeys {
			if raw, sent := fields[key]; !sent || isNull(raw) {
				bad.add("/"+key, "required", "must be in every update")
			}
		}
	}
	for _, key := range b.missingDetails(&updated.Details, p.Numbers, sub.Numbers) {
		bad.add("/"+key, "required", "must keep a value")
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	*sub = updated
	if len(changed) > 0 {
		b.updated(p, sub)
	}
	return []subObject{b.subObject(p, sub, true)}, nil
}

// frozen tells why a key can't change in a status; it is empty if the key can.
func frozen(status, key string) string {
	rating := key == ratingKey || key == ratingTextKey
	over := terminal(status) || status == cancelPending
	switch {
	case rating && !over:
		return "can be given once the sub request is ported, cancel-pending or cancelled, and it is " + status
	case !rating && over:
		return "can't change any more: the sub request is " + status
	case key == focKey && status == focDateConfirmed:
		return "can't change any more: the FOC date is confirmed"
	}
	return ""
}

// listFOCDates is GET
// port_requests/{port_request}/sub_requests/{sub_request}/allowed_foc_dates.
func (b *sandbox) listFOCDates(r *request) (any, error) {
	_, sub, err := b.findSubRequest(r)
	if err != nil {
		return nil, err
	}
	if terminal(sub.Status) || sub.Status == cancelPending {
		return nil, refuse(http.StatusUnprocessableEntity, "no FOC date can be asked for: the sub request is %s", sub.Status)
	}
	return focWindows(b.Clock), nil
}

// cancelSubRequest is POST
// port_requests/{port_request}/sub_requests/{sub_request}/cancellation.
func (b *sandbox) cancelSubRequest(r *request) (any, error) {
	p, sub, err := b.findSubRequest(r)
	if err != nil {
		return nil, err
	}
	if sub.CancelAsked {
		b.double("the cancellation of the sub request %s was asked for again", sub.ID)
	}
	if terminal(sub.Status) || sub.Status == cancelPending {
		return nil, refuse(http.StatusUnprocessableEntity, "the sub request can't be cancelled: it is %s", sub.Status)
	}
	if notice := b.Settings.Timings.CancelNotice; notice > 0 && sub.Status == focDateConfirmed &&
		sub.FOCDate != nil && sub.FOCDate.Sub(b.Clock) < notice {
		return nil, refuse(http.StatusUnprocessableEntity,
			"the sub request can't be cancelled any more: its FOC date is less than %g hours ahead", notice.Hours())
	}
	sub.CancelAsked = true
	b.cancel(p, sub)
	return b.subObject(p, sub, true), nil
}

// findSubRequest gives the port request and the sub request that the path
// names.
func (b *sandbox) findSubRequest(r *request) (*portRequest, *subRequest, error) {
	p, err := b.findPortRequest(r)
	if err != nil {
		return nil, nil, err
	}
	if sub := p.subRequest(r.ids["sub_request"]); sub != nil {
		return p, sub, nil
	}
	return nil, nil, missing("sub request of the port request")
}

// subRequest gives the sub request with an id, or nil.
func (p *portRequest) subRequest(id string) *subRequest {
	i := slices.IndexFunc(p.SubRequests, func(sub *subRequest) bool { return sub.ID == id })
	if i < 0 {
		return nil
	}
	return p.SubRequests[i]
}

// subObject is what the API answers for a sub request.
func (b *sandbox) subObject(p *portRequest, sub *subRequest, phoneNumbers bool) subObject {
	object := subObject{
		ID:                     sub.ID,
		FOCDate:                sub.FOCDate,
		Status:                 sub.Status,
		SupportKey:             sub.SupportKey,
		PhoneNumberCount:       len(sub.Numbers),
		UnderlyingCarrierNames: carrierNames(p.Numbers, sub.Numbers),
		CreatedAt:              sub.CreatedAt,
		UpdatedAt:              sub.UpdatedAt,
		CustomerRating:         sub.Rating,
		CustomerRatingComment:  sub.RatingText,
		details:                sub.Details,
	}
	if phoneNumbers {
		object.PhoneNumbers = make([]numberObject, len(sub.Numbers))
		for i, n := range sub.Numbers {
			object.PhoneNumbers[i] = b.numberObject(&p.Numbers[n], sub.Status)
		}
	}
	return object
}
