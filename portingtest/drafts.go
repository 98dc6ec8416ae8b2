package portingtest

import (
	"net/http"
	"slices"
	"strings"
)

// documentsNeeded are the types of the documents that a draft needs before it
// is submitted.
var documentsNeeded = []string{"loa", "invoice"}

// listDrafts is GET draft_port_requests.
func (b *sandbox) listDrafts(r *request) (any, error) {
	q := readListQuery(r.query)
	found := filter(&b.Drafts, func(d *draft) bool {
		return (q.status == "" || q.status == d.status()) && anyNumberHas(d.Numbers, q.search)
	})
	objects := []draftObject{}
	for _, d := range page(q, found, r.header) {
		objects = append(objects, b.draftObject(d, q.include))
	}
	return objects, nil
}

// createDraft is POST draft_port_requests.
func (b *sandbox) createDraft(r *request) (any, error) {
	numbers, err := readNumbers(r)
	if err != nil {
		return nil, err
	}
	list, err := b.acceptNumbers(numbers)
	if err != nil {
		return nil, err
	}
	d := b.newDraft(list)
	b.doubleDraft(d)
	b.Drafts.add(d.ID, d)
	return draftAnswer{b, d, defaultInclude}, nil
}

// newDraft makes a draft of numbers that all can be ported. The clock deletes it
// unless it is submitted.
func (b *sandbox) newDraft(numbers []number) *draft {
	d := &draft{ID: b.newID(), CreatedAt: b.Clock, Numbers: numbers}
	b.split(d)
	b.expire(d)
	return d
}

// expire has the clock delete a draft.
func (b *sandbox) expire(d *draft) {
	if at := d.CreatedAt.Add(b.Settings.Timings.Draft); !at.After(lastInstant) {
		b.enqueue(event{At: at, DraftID: d.ID})
	}
}

// acceptNumbers gives the fates of numbers that all can be ported, each of them
// once.
func (b *sandbox) acceptNumbers(numbers []string) ([]number, error) {
	var bad problems
	first := make(map[string]int, len(numbers))
	list := make([]number, len(numbers))
	for i, text := range numbers {
		pointer := numberPointer(i) + "/phone_number"
		if before, repeated := first[text]; repeated {
			bad.add(pointer, "repeated_number", "is the same as "+dotted(numberPointer(before))+".phone_number")
			continue
		}
		first[text] = i
		f := b.fateOf(text)
		if f.NonPortableReason != "" {
			bad.add(pointer, f.NonPortableReason, "can't be ported: "+f.NonPortableReason)
		}
		list[i] = number{PhoneNumber: text, Fate: f}
	}
	return list, bad.err()
}

// split puts each number of a draft into the sub request of its category,
// carrier and service type.
func (b *sandbox) split(d *draft) {
	type group struct{ category, carrier, svType string }
	subs := map[group]*draftSubRequest{}
	for i := range d.Numbers {
		f := d.Numbers[i].Fate
		key := group{f.CoverageCategory, f.CarrierName, f.SvType}
		sub := subs[key]
		if sub == nil {
			sub = &draftSubRequest{ID: b.newID(), CreatedAt: b.Clock}
			subs[key] = sub
			d.SubRequests = append(d.SubRequests, sub)
		}
		sub.Numbers = append(sub.Numbers, i)
		d.Numbers[i].SubRequestID = sub.ID
	}
}

// getDraft is GET draft_port_requests/{draft}.
func (b *sandbox) getDraft(r *request) (any, error) {
	d, err := b.findDraft(r)
	if err != nil {
		return nil, err
	}
	return draftAnswer{b, d, readInclude(r.query)}, nil
}

// submitDraft is POST draft_port_requests/{draft}/submit.
func (b *sandbox) submitDraft(r *request) (any, error) {
	d, err := b.openDraft(r)
	if err != nil {
		if d != nil {
			b.double("the draft %s was submitted again", d.ID)
		}
		return nil, err
	}
	if err := b.checkSubmit(d); err != nil {
		return nil, err
	}
	b.createPortRequest(d)
	return draftAnswer{b, d, defaultInclude}, nil
}

// checkSubmit lists everything that keeps a draft from being submitted.
func (b *sandbox) checkSubmit(d *draft) error {
	var bad problems
	for _, sub := range d.SubRequests {
		pointer := "/sub_requests/" + sub.ID
		for _, key := range b.missingDetails(&sub.Details, d.Numbers, sub.Numbers) {
			bad.add(pointer+"/"+key, "required", "is missing")
		}
		if date := sub.Details.FOCDateRequestedByUser; date != nil && !inFOCWindow(b.Clock, *date) {
			bad.add(pointer+"/foc_date_requested_by_user", "invalid", "is in none of the allowed_foc_dates any more")
		}
	}
	for i, n := range d.Numbers {
		if reason, taken := b.Taken[n.PhoneNumber]; taken {
			bad.add(numberPointer(i)+"/phone_number", reason, "can't be ported: "+reason)
		}
	}
	for _, kind := range documentsNeeded {
		has := slices.ContainsFunc(d.Documents, func(doc document) bool { return doc.Type == kind })
		if !has && !b.Settings.DocumentsOptional {
			bad.add("/supporting_documents", "required", "lack a document of the type "+kind)
		}
	}
	return bad.err()
}

// findDraft gives the draft that the path names.
func (b *sandbox) findDraft(r *request) (*draft, error) {
	d := b.Drafts.ByID[r.ids["draft"]]
	if d == nil {
		return nil, missing("draft port request")
	}
	return d, nil
}

// openDraft gives the draft that the path names, with an error if it can't change
// any more.
func (b *sandbox) openDraft(r *request) (*draft, error) {
	d, err := b.findDraft(r)
	if err == nil && d.PortRequestID != "" {
		err = refuse(http.StatusUnprocessableEntity, "the draft port request is submitted and can't change any more")
	}
	return d, err
}

func (d *draft) status() string {
	if d.PortRequestID != "" {
		return "submitted"
	}
	return "pending"
}

// draftObject is what the API answers for a draft.
func (b *sandbox) draftObject(d *draft, in include) draftObject {
	object := draftObject{
		ID:               d.ID,
		CreatedAt:        d.CreatedAt,
		Status:           d.status(),
		PhoneNumberCount: len(d.Numbers),
		PortRequestID:    orNull(&d.PortRequestID),
	}
	if in.phoneNumbers {
		object.PhoneNumbers = make([]draftNumberObject, len(d.Numbers))
		for i := range d.Numbers {
			object.PhoneNumbers[i] = b.draftNumberObject(&d.Numbers[i])
		}
	}
	if in.subRequests {
		object.SubRequests = make([]draftSubObject, len(d.SubRequests))
		for i, sub := range d.SubRequests {
			object.SubRequests[i] = b.draftSubObject(d, sub, in.phoneNumbers)
		}
	}
	return object
}

func (b *sandbox) draftNumberObject(n *number) draftNumberObject {
	return draftNumberObject{
		PhoneNumber:       n.PhoneNumber,
		SvType:            n.Fate.SvType,
		CarrierName:       orNull(&n.Fate.CarrierName),
		CoverageCategory:  n.Fate.CoverageCategory,
		SubRequestID:      orNull(&n.SubRequestID),
		PortabilityStatus: b.portability(n.PhoneNumber, &n.Fate),
	}
}

// anyNumberHas tells whether one of the numbers contains a text.
func anyNumberHas(numbers []number, text string) bool {
	return slices.ContainsFunc(numbers, func(n number) bool { return strings.Contains(n.PhoneNumber, text) })
}
