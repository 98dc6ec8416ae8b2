package portingtest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// TB is the part of [testing.TB] that [Server.AssertClean] needs.
type TB interface {
	// Helper marks the caller as a helper of the test.
	Helper()
	// Errorf fails the test, which goes on.
	Errorf(format string, args ...any)
}

// AssertClean fails a test whose client did something that it shouldn't have. It
// reports what [Server.Violations], [Server.Unused], [Server.Pending],
// [Server.Duplicates] and [Server.CheckInvariants] have. It belongs at the end of a test:
//
//	server := portingtest.NewServer()
//	t.Cleanup(server.Close)
//	t.Cleanup(func() { server.AssertClean(t) })
func (s *Server) AssertClean(t TB) {
	t.Helper()
	for _, text := range s.Violations() {
		t.Errorf("portingtest: violation: %s", text)
	}
	for _, f := range s.Unused() {
		t.Errorf("portingtest: a fault never fired: %s%s", f, s.thatFired())
	}
	for _, text := range s.Pending() {
		t.Errorf("portingtest: a fault has not acted yet: %s", text)
	}
	for _, text := range s.Duplicates() {
		t.Errorf("portingtest: duplicate: %s", text)
	}
	if err := s.CheckInvariants(); err != nil {
		t.Errorf("portingtest: broken invariant: %v", err)
	}
}

// Unused lists the faults that never fired, less those that were removed and
// those with a Chance, which may miss.
func (s *Server) Unused() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var unused []Fault
	for _, i := range s.faults {
		if i.fired == 0 && !i.removed && i.fault.Chance == 0 {
			unused = append(unused, i.fault)
		}
	}
	return unused
}

// thatFired tells in parentheses which faults did fire; it is empty if none did.
func (s *Server) thatFired() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var texts []string
	for _, i := range s.faults {
		if i.fired > 0 {
			texts = append(texts, fmt.Sprintf("%s, %s", i.fault, plural(i.fired, "time")))
		}
	}
	if texts == nil {
		return ""
	}
	return " (that did: " + strings.Join(texts, "; ") + ")"
}

// Duplicates lists what was done twice, as by a blind retry, in the order in which
// it happened. Only what the sandbox did counts: a request that was refused, or
// that a fault kept from it, can be sent again.
//
//   - A draft of the same numbers as an earlier one, unless that was deleted by
//     then or all that came of it is cancelled.
//   - A submit of a draft that is submitted already, and a cancellation of a sub
//     request whose cancellation the user has asked for already. The sandbox
//     refuses the second one.
//   - A document of one draft with the same type and content.
//   - A comment of the user with the same body on the same port request and sub
//     request, sent within a minute.
//
// Times are by the sandbox's clock. The list ends after 1,000.
func (s *Server) Duplicates() []string {
	s.lock()
	defer s.mu.Unlock()
	return slices.Clone(s.box.Doubles)
}

// double notes that something was done twice.
func (b *sandbox) double(format string, args ...any) {
	const most = 1000
	if len(b.Doubles) < most {
		b.Doubles = append(b.Doubles, fmt.Sprintf(format, args...))
	}
}

// doubleDraft notes it if a new draft has the numbers of an earlier one.
func (b *sandbox) doubleDraft(d *draft) {
	numbers := make(map[string]bool, len(d.Numbers))
	for i := range d.Numbers {
		numbers[d.Numbers[i].PhoneNumber] = true
	}
	for _, id := range b.Drafts.Order {
		before := b.Drafts.ByID[id]
		same := len(before.Numbers) == len(d.Numbers) &&
			!slices.ContainsFunc(before.Numbers, func(n number) bool { return !numbers[n.PhoneNumber] })
		if same && !b.wasCancelled(before) {
			b.double("the drafts %s and %s have the same numbers", id, d.ID)
			return
		}
	}
}

// wasCancelled tells whether all that came of a draft is cancelled.
func (b *sandbox) wasCancelled(d *draft) bool {
	p := b.PortRequests.ByID[d.PortRequestID]
	return p != nil && !slices.ContainsFunc(p.SubRequests, func(sub *subRequest) bool { return sub.Status != cancelled })
}

// doubleDocument notes it if a draft has a document already.
func (b *sandbox) doubleDocument(d *draft, doc document) {
	for _, before := range d.Documents {
		if before.Type == doc.Type && bytes.Equal(b.Objects[before.Key].Data, b.Objects[doc.Key].Data) {
			b.double("the documents %s and %s of the draft %s are the same", before.ID, doc.ID, d.ID)
			return
		}
	}
}

// doubleComment notes it if the user has said the same a moment ago.
func (b *sandbox) doubleComment(p *portRequest, c comment) {
	for _, before := range p.Comments {
		if before.UserID == c.UserID && before.Body == c.Body && before.SubRequestID == c.SubRequestID &&
			c.SentAt.Sub(before.SentAt).Abs() < time.Minute {
			b.double("the comments %s and %s of the port request %s are the same", before.ID, c.ID, p.ID)
			return
		}
	}
}
