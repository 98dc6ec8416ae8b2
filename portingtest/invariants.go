package portingtest

import (
	"errors"
	"fmt"
	"slices"
)

// CheckInvariants tells whether all that the sandbox would answer fits together,
// in every draft and port request: each number is there once, and in one sub
// request or, unassigned, in none; the counts add up; a number has the status of
// its sub request; a submitted draft has a port request of its numbers; a
// document has a file; a number is in one unfinished port request at most; what
// the clock will bring is in order. The error joins all that doesn't.
func (s *Server) CheckInvariants() error {
	s.lock()
	defer s.mu.Unlock()
	b := s.box
	var c checker
	all := include{phoneNumbers: true, subRequests: true}
	for _, id := range b.Drafts.Order {
		d := b.Drafts.ByID[id]
		c.what = "draft " + id
		c.draft(b.draftObject(d, all))
		c.documents(b, d.Documents)
		c.submitted(d, b.PortRequests.ByID[d.PortRequestID])
	}
	busy := map[string]string{} // by number, the unfinished port request that has it
	for _, id := range b.PortRequests.Order {
		p := b.PortRequests.ByID[id]
		c.what = "port request " + id
		object := b.portRequestObject(p, all)
		c.portRequest(object)
		c.documents(b, p.Documents)
		for _, n := range object.PhoneNumbers {
			if n.SubRequestStatus != nil && terminal(*n.SubRequestStatus) {
				continue
			}
			c.require(busy[n.PhoneNumber] == "", "a number is also in the unfinished port request %s", busy[n.PhoneNumber])
			busy[n.PhoneNumber] = id
		}
	}
	c.what = "clock"
	c.require(slices.IsSortedFunc(b.Queue, func(a, b event) int { return a.At.Compare(b.At) }), "its events are out of order")
	c.require(len(b.Queue) == 0 || !b.Queue[0].At.Before(b.Clock), "an event is overdue")
	return errors.Join(c.broken...)
}

// checker collects what is broken.
type checker struct {
	what   string // is being checked
	broken []error
}

func (c *checker) require(holds bool, format string, args ...any) {
	if !holds {
		c.broken = append(c.broken, fmt.Errorf("%s: %s", c.what, fmt.Sprintf(format, args...)))
	}
}

// placed is a number and where it is said to be.
type placed struct {
	number string
	sub    *string
	status *string // of a port request
}

// part is a sub request.
type part struct {
	id      string
	count   int
	status  *string // of a port request
	numbers []placed
}

func (c *checker) draft(d draftObject) {
	place := func(list []draftNumberObject) []placed {
		numbers := make([]placed, len(list))
		for i, n := range list {
			numbers[i] = placed{number: n.PhoneNumber, sub: n.SubRequestID}
		}
		return numbers
	}
	parts := make([]part, len(d.SubRequests))
	for i, sub := range d.SubRequests {
		parts[i] = part{id: sub.ID, count: sub.PhoneNumberCount, numbers: place(sub.PhoneNumbers)}
	}
	c.require(d.PhoneNumberCount == len(d.PhoneNumbers), "it counts %d numbers and has %d", d.PhoneNumberCount, len(d.PhoneNumbers))
	c.split(place(d.PhoneNumbers), parts)
}

func (c *checker) portRequest(p portRequestObject) {
	place := func(list []numberObject) []placed {
		numbers := make([]placed, len(list))
		for i, n := range list {
			numbers[i] = placed{number: n.PhoneNumber, sub: n.SubRequestID, status: n.SubRequestStatus}
		}
		return numbers
	}
	parts := make([]part, len(p.SubRequests))
	for i, sub := range p.SubRequests {
		parts[i] = part{id: sub.ID, count: sub.PhoneNumberCount, status: &sub.Status, numbers: place(sub.PhoneNumbers)}
		c.require(!sub.UpdatedAt.Before(sub.CreatedAt), "the sub request %s was updated before it was created", sub.ID)
	}
	numbers := place(p.PhoneNumbers)
	c.split(numbers, parts)

	byStatus := map[string]int{}
	for _, n := range numbers {
		if n.status == nil {
			byStatus[unassigned]++
		} else {
			byStatus[*n.status]++
		}
	}
	for _, count := range p.NumberCounts {
		c.require(count.Count == byStatus[count.Status], "it counts %d numbers as %s and has %d", count.Count, count.Status, byStatus[count.Status])
		delete(byStatus, count.Status)
	}
	c.require(len(byStatus) == 0, "it doesn't count the numbers of %d statuses", len(byStatus))
	c.require(!p.UpdatedAt.Before(p.CreatedAt), "it was updated before it was created")
}

// split holds the numbers of a draft or port request against its sub requests.
func (c *checker) split(numbers []placed, parts []part) {
	in := make(map[string]string, len(numbers)) // by number, the sub request that has it
	for _, p := range parts {
		c.require(p.count == len(p.numbers), "the sub request %s counts %d numbers and has %d", p.id, p.count, len(p.numbers))
		for _, n := range p.numbers {
			c.require(in[n.number] == "", "a number is in the sub requests %s and %s", in[n.number], p.id)
			c.require(n.sub != nil && *n.sub == p.id, "a number of the sub request %s says that it is in another", p.id)
			c.require(equal(n.status, p.status), "a number of the sub request %s has another status", p.id)
			in[n.number] = p.id
		}
	}
	statuses := make(map[string]*string, len(parts))
	for _, p := range parts {
		_, seen := statuses[p.id]
		c.require(!seen, "two sub requests have the id %s", p.id)
		statuses[p.id] = p.status
	}
	seen := make(map[string]bool, len(numbers))
	for _, n := range numbers {
		c.require(!seen[n.number], "a number is there twice")
		seen[n.number] = true
		if n.sub == nil {
			c.require(in[n.number] == "" && n.status == nil, "a number of no sub request is in one, or has a status")
			continue
		}
		c.require(in[n.number] == *n.sub, "a number says that it is in the sub request %s and isn't", *n.sub)
		c.require(equal(n.status, statuses[*n.sub]), "a number of the sub request %s has another status in the list", *n.sub)
	}
	c.require(len(in) <= len(seen), "the sub requests have numbers of their own")
}

func (c *checker) documents(b *sandbox, documents []document) {
	for _, doc := range documents {
		c.require(len(b.Objects[doc.Key].Data) > 0, "the document %s has no file", doc.ID)
	}
}

// submitted holds a draft against the port request that came of it.
func (c *checker) submitted(d *draft, p *portRequest) {
	if d.PortRequestID == "" {
		return
	}
	if p == nil {
		c.require(false, "its port request %s isn't there", d.PortRequestID)
		return
	}
	sameNumbers := slices.EqualFunc(d.Numbers, p.Numbers, func(a, b number) bool { return a.PhoneNumber == b.PhoneNumber })
	c.require(sameNumbers, "its port request %s has other numbers", d.PortRequestID)
}
