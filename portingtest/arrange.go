package portingtest

import (
	"errors"
	"fmt"

	"github.com/numberporting/porting"
)

// AddDraft puts a draft of numbers into the sandbox that is ready to be submitted:
// each of its sub requests is filled in, with the first FOC window and a PIN, and
// it has a loa and an invoice. The sub requests are in the order of the numbers.
//
// It is for tests that are about something else. No request is made, recorded or
// hit by a fault, and it is no duplicate of anything. It panics if a number can't
// be ported.
func (s *Server) AddDraft(numbers ...string) (porting.DraftID, []porting.SubRequestID) {
	s.lock()
	defer s.mu.Unlock()
	d := s.box.addDraft("AddDraft", numbers)
	ids := make([]porting.SubRequestID, len(d.SubRequests))
	for i, sub := range d.SubRequests {
		ids[i] = porting.SubRequestID(sub.ID)
	}
	return porting.DraftID(d.ID), ids
}

// AddPortRequest puts a port request of numbers into the sandbox, as if a draft of
// [Server.AddDraft] had been submitted a moment ago.
func (s *Server) AddPortRequest(numbers ...string) (porting.PortRequestID, []porting.SubRequestID) {
	s.lock()
	defer s.mu.Unlock()
	p := s.box.createPortRequest(s.box.addDraft("AddPortRequest", numbers))
	ids := make([]porting.SubRequestID, len(p.SubRequests))
	for i, sub := range p.SubRequests {
		ids[i] = porting.SubRequestID(sub.ID)
	}
	return porting.PortRequestID(p.ID), ids
}

// Move moves a sub request to a status, with what comes with it: the carrier's
// comment, the FOC date, and after a while what follows in a normal life. What
// the clock would have brought it, or a script, isn't to come any more. The
// status may be any, from any other; nothing follows one that the contract doesn't
// know. It panics if there is no such sub request, or the status is empty.
func (s *Server) Move(id porting.SubRequestID, status porting.SubRequestStatus) {
	s.lock()
	defer s.mu.Unlock()
	p, sub := s.box.mustSubRequest("Move", id)
	if status == "" {
		panic("portingtest: Move: the status is empty")
	}
	s.box.unschedule(sub)
	sub.Steps = nil
	if status == ported && sub.FOCDate == nil {
		now := s.box.Clock
		sub.FOCDate = &now
	}
	s.box.enter(p, sub, valid(string(status)))
	s.box.advance(0) // what takes no time
}

// AddComment has the carrier say something about a sub request, or, if its id is
// empty, about the whole port request. It panics if there is no such port
// request, or no such sub request in it.
func (s *Server) AddComment(id porting.PortRequestID, sub porting.SubRequestID, body string) {
	s.lock()
	defer s.mu.Unlock()
	p := s.box.PortRequests.ByID[string(id)]
	if p == nil {
		panic(fmt.Sprintf("portingtest: AddComment: there is no port request %q", id))
	}
	if sub != "" && p.subRequest(string(sub)) == nil {
		panic(fmt.Sprintf("portingtest: AddComment: there is no sub request %q in the port request", sub))
	}
	s.box.carrierComment(p, string(sub), valid(body))
}

// addDraft adds a draft that is ready to be submitted.
func (b *sandbox) addDraft(caller string, numbers []string) *draft {
	list, err := b.acceptNumbers(numbers)
	if len(list) == 0 {
		err = errors.New("there are no numbers")
	}
	if err != nil {
		panic(fmt.Sprintf("portingtest: %s: %v", caller, err))
	}
	d := b.newDraft(list)
	b.Drafts.add(d.ID, d)
	for _, sub := range d.SubRequests {
		sub.Details = b.exampleDetails(d.Numbers[sub.Numbers[0]].PhoneNumber)
	}
	for _, kind := range documentsNeeded {
		doc := document{ID: b.newID(), Type: kind, CreatedAt: b.Clock}
		doc.Key = keyPrefix + doc.ID + "/" + kind + ".pdf"
		b.Objects[doc.Key] = object{ContentType: "application/pdf", StoredAt: b.Clock, Data: []byte("%PDF-1.4 " + kind)}
		d.Documents = append(d.Documents, doc)
	}
	return d
}

// exampleDetails are invented ones, which are complete for any numbers.
func (b *sandbox) exampleDetails(billing string) details {
	date := focWindows(b.Clock)[0].Start
	d := details{FOCDateRequestedByUser: &date}
	for key, value := range map[string]string{
		"person_or_company_name": "Example Company",
		"auth_person_name":       "Ada Example",
		"billing_phone_number":   billing,
		"street_address":         "1 Main Street",
		"locality":               "Seattle",
		"administrative_area":    "WA",
		"postal_code":            "98101",
		"country_code":           "US",
		"default_connection_id":  "1293384261075731499",
		pinKey:                   "0000",
		"account_number":         "EX-100",
	} {
		for _, f := range textFields {
			if f.key == key {
				*f.at(&d) = &value
			}
		}
	}
	return d
}

// mustSubRequest gives a sub request and its port request.
func (b *sandbox) mustSubRequest(caller string, id porting.SubRequestID) (*portRequest, *subRequest) {
	for _, p := range b.PortRequests.ByID {
		if sub := p.subRequest(string(id)); sub != nil {
			return p, sub
		}
	}
	panic(fmt.Sprintf("portingtest: %s: there is no sub request %q of a port request", caller, id))
}
