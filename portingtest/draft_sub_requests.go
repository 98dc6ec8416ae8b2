package portingtest

import "slices"

// listDraftSubRequests is GET draft_port_requests/{draft}/sub_requests.
func (b *sandbox) listDraftSubRequests(r *request) (any, error) {
	d, err := b.findDraft(r)
	if err != nil {
		return nil, err
	}
	return b.draftObject(d, include{phoneNumbers: true, subRequests: true}).SubRequests, nil
}

// getDraftSubRequest is GET
// draft_port_requests/{draft}/sub_requests/{sub_request}.
func (b *sandbox) getDraftSubRequest(r *request) (any, error) {
	d, err := b.findDraft(r)
	if err != nil {
		return nil, err
	}
	sub, err := d.findSubRequest(r)
	if err != nil {
		return nil, err
	}
	return b.draftSubObject(d, sub, true), nil
}

// updateDraftSubRequest is PUT
// draft_port_requests/{draft}/sub_requests/{sub_request}.
func (b *sandbox) updateDraftSubRequest(r *request) (any, error) {
	d, err := b.openDraft(r)
	if err != nil {
		return nil, err
	}
	sub, err := d.findSubRequest(r)
	if err != nil {
		return nil, err
	}
	bad := r.problems()
	fields := readUpdate(r.body, draftUpdateKeys, &bad)
	updated := sub.Details
	b.readDetails(&updated, fields, d.Numbers, &bad)
	if err := bad.err(); err != nil {
		return nil, err
	}
	sub.Details = updated
	return b.draftSubObject(d, sub, true), nil
}

// listDraftFOCDates is GET
// draft_port_requests/{draft}/sub_requests/{sub_request}/allowed_foc_dates.
func (b *sandbox) listDraftFOCDates(r *request) (any, error) {
	d, err := b.findDraft(r)
	if err != nil {
		return nil, err
	}
	if _, err := d.findSubRequest(r); err != nil {
		return nil, err
	}
	return focWindows(b.Clock), nil
}

// findSubRequest gives the sub request that the path names.
func (d *draft) findSubRequest(r *request) (*draftSubRequest, error) {
	for _, sub := range d.SubRequests {
		if sub.ID == r.ids["sub_request"] {
			return sub, nil
		}
	}
	return nil, missing("sub request of the draft port request")
}

// draftSubObject is what the API answers for a draft's sub request.
func (b *sandbox) draftSubObject(d *draft, sub *draftSubRequest, phoneNumbers bool) draftSubObject {
	object := draftSubObject{
		ID:                     sub.ID,
		Complete:               len(b.missingDetails(&sub.Details, d.Numbers, sub.Numbers)) == 0,
		PhoneNumberCount:       len(sub.Numbers),
		UnderlyingCarrierNames: carrierNames(d.Numbers, sub.Numbers),
		CreatedAt:              sub.CreatedAt,
		details:                sub.Details,
	}
	if phoneNumbers {
		object.PhoneNumbers = make([]draftNumberObject, len(sub.Numbers))
		for i, n := range sub.Numbers {
			object.PhoneNumbers[i] = b.draftNumberObject(&d.Numbers[n])
		}
	}
	return object
}

// carrierNames are the carriers of those of the numbers that the indexes name,
// sorted, each of them once.
func carrierNames(numbers []number, indexes []int) []string {
	names := []string{}
	for _, i := range indexes {
		name := numbers[i].Fate.CarrierName
		if at, found := slices.BinarySearch(names, name); !found {
			names = slices.Insert(names, at, name)
		}
	}
	return names
}
