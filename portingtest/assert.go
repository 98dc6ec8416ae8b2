package portingtest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// TB is the part of [testing.TB] that [Server.AssertClean] needs.
type TB interface {
	// Helper marks the caller as a helper of the test.
	Helper()
	// Errorf fails the test, which goes on.
	Errorf(format string, args ...any)
}

// AssertClean fails a test whose client did something that it shouldn't have. It
// reports what [Server.Violations], [Server.Unused], [Server.Duplicates] and
// [Server.CheckInvariants] have. It belongs at the end of a test:
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
		t.Errorf("portingtest: a fault never fired: %s", f)
	}
	for _, text := range s.Duplicates() {
		t.Errorf("portingtest: duplicate: %s", text)
	}
	if err := s.CheckInvariants(); err != nil {
		t.Errorf("portingtest: broken invariant: %v", err)
	}
}

// Unused lists the faults that never fired, also those that were removed.
func (s *Server) Unused() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var unused []Fault
	for _, i := range s.faults {
		if i.fired == 0 {
			unused = append(unused, i.fault)
		}
	}
	return unused
}

// Duplicates lists what looks like one thing created twice, as by a blind retry:
// drafts of the same numbers, unless the port request of the earlier one is
// cancelled; comments of a user with the same body on the same port request and
// sub request; documents of one draft with the same type and content.
func (s *Server) Duplicates() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []string
	first := map[string]string{} // by numbers, the id of a draft
	for _, id := range s.box.Drafts.Order {
		d := s.box.Drafts.ByID[id]
		found = append(found, s.box.sameDocuments(d)...)
		if s.box.wasCancelled(d) {
			continue
		}
		numbers := make([]string, len(d.Numbers))
		for i := range d.Numbers {
			numbers[i] = d.Numbers[i].PhoneNumber
		}
		slices.Sort(numbers)
		key := strings.Join(numbers, " ")
		if before, seen := first[key]; seen {
			found = append(found, fmt.Sprintf("the drafts %s and %s have the same numbers", before, id))
			continue
		}
		first[key] = id
	}
	for _, id := range s.box.PortRequests.Order {
		found = append(found, s.box.PortRequests.ByID[id].sameComments()...)
	}
	return found
}

// wasCancelled tells whether all that came of a draft is cancelled.
func (b *sandbox) wasCancelled(d *draft) bool {
	p := b.PortRequests.ByID[d.PortRequestID]
	return p != nil && !slices.ContainsFunc(p.SubRequests, func(sub *subRequest) bool { return sub.Status != cancelled })
}

func (b *sandbox) sameDocuments(d *draft) []string {
	var found []string
	for i, later := range d.Documents {
		for _, doc := range d.Documents[:i] {
			if doc.Type == later.Type && bytes.Equal(b.Objects[doc.Key].Data, b.Objects[later.Key].Data) {
				found = append(found, fmt.Sprintf("the documents %s and %s of the draft %s are the same", doc.ID, later.ID, d.ID))
				break
			}
		}
	}
	return found
}

func (p *portRequest) sameComments() []string {
	type key struct{ sub, body string }
	var found []string
	first := map[key]string{}
	for _, c := range p.Comments {
		k := key{c.SubRequestID, c.Body}
		before, seen := first[k]
		switch {
		case c.UserID == "": // the carrier's
		case seen:
			found = append(found, fmt.Sprintf("the comments %s and %s of the port request %s are the same", before, c.ID, p.ID))
		default:
			first[k] = c.ID
		}
	}
	return found
}
