package portingtest

import (
	"maps"
	"slices"
)

// listPortRequests is GET port_requests.
func (b *sandbox) listPortRequests(r *request) (any, error) {
	q := readListQuery(r.query)
	found := filter(&b.PortRequests, func(p *portRequest) bool {
		return (q.status == "" || q.status == p.listStatus()) &&
			(q.search == p.SupportKey || anyNumberHas(p.Numbers, q.search))
	})
	objects := []portRequestObject{}
	for _, p := range page(q, found, r.header) {
		objects = append(objects, b.portRequestObject(p, q.include))
	}
	return objects, nil
}

// getPortRequest is GET port_requests/{port_request}.
func (b *sandbox) getPortRequest(r *request) (any, error) {
	p, err := b.findPortRequest(r)
	if err != nil {
		return nil, err
	}
	return b.portRequestObject(p, readInclude(r.query)), nil
}

// createPortRequest makes the port request of a draft that is submitted. Each
// of the draft's sub requests becomes one of its own.
func (b *sandbox) createPortRequest(d *draft) *portRequest {
	p := &portRequest{
		ID:         b.newID(),
		SupportKey: b.newSupportKey("pr"),
		CreatedAt:  b.Clock,
		UpdatedAt:  b.Clock,
		Numbers:    slices.Clone(d.Numbers),
		Documents:  slices.Clone(d.Documents),
	}
	for _, from := range d.SubRequests {
		sub := &subRequest{
			ID:         b.newID(),
			SupportKey: b.newSupportKey("sr"),
			CreatedAt:  b.Clock,
			Numbers:    slices.Clone(from.Numbers),
			Details:    from.Details,
		}
		for _, i := range sub.Numbers {
			p.Numbers[i].SubRequestID = sub.ID
		}
		p.SubRequests = append(p.SubRequests, sub)
		b.begin(p, sub)
	}
	b.PortRequests.add(p.ID, p)
	d.PortRequestID = p.ID
	b.Queue = slices.DeleteFunc(b.Queue, func(e event) bool { return e.DraftID == d.ID })
	b.advance(0) // what takes no time
	return p
}

// findPortRequest gives the port request that the path names.
func (b *sandbox) findPortRequest(r *request) (*portRequest, error) {
	p := b.PortRequests.ByID[r.ids["port_request"]]
	if p == nil {
		return nil, missing("port request")
	}
	return p, nil
}

// listStatus is what the status of a list means for the port request, which has
// none of its own.
func (p *portRequest) listStatus() string {
	if slices.ContainsFunc(p.SubRequests, func(sub *subRequest) bool { return !terminal(sub.Status) }) {
		return "incomplete"
	}
	return "complete"
}

// subStatuses gives the status of each sub request by its id.
func (p *portRequest) subStatuses() map[string]string {
	byID := make(map[string]string, len(p.SubRequests))
	for _, sub := range p.SubRequests {
		byID[sub.ID] = sub.Status
	}
	return byID
}

// counts tells how many numbers have which status. A status that no number has
// is left out.
func (p *portRequest) counts() []countObject {
	byID := p.subStatuses()
	numbers := map[string]int{}
	for i := range p.Numbers {
		status, ok := byID[p.Numbers[i].SubRequestID]
		if !ok {
			status = unassigned
		}
		numbers[status]++
	}
	counts := []countObject{}
	for _, status := range statuses {
		if n := numbers[status]; n > 0 {
			counts = append(counts, countObject{status, n})
			delete(numbers, status)
		}
	}
	for _, status := range slices.Sorted(maps.Keys(numbers)) { // unknown to the contract
		counts = append(counts, countObject{status, numbers[status]})
	}
	return counts
}

// portRequestObject is what the API answers for a port request.
func (b *sandbox) portRequestObject(p *portRequest, in include) portRequestObject {
	object := portRequestObject{
		ID:           p.ID,
		SupportKey:   p.SupportKey,
		CreatedAt:    p.CreatedAt,
		UpdatedAt:    p.UpdatedAt,
		NumberCounts: p.counts(),
	}
	if in.phoneNumbers {
		byID := p.subStatuses()
		object.PhoneNumbers = make([]numberObject, len(p.Numbers))
		for i := range p.Numbers {
			object.PhoneNumbers[i] = b.numberObject(&p.Numbers[i], byID[p.Numbers[i].SubRequestID])
		}
	}
	if in.subRequests {
		object.SubRequests = make([]subObject, len(p.SubRequests))
		for i, sub := range p.SubRequests {
			object.SubRequests[i] = b.subObject(p, sub, in.phoneNumbers)
		}
	}
	return object
}

func (b *sandbox) numberObject(n *number, status string) numberObject {
	return numberObject{draftNumberObject: b.draftNumberObject(n), SubRequestStatus: orNull(&status)}
}
