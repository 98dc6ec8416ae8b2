package watch

import (
	"cmp"
	"slices"

	"github.com/numberporting/porting"
)

// A Turn says whose move it is.
type Turn string

// The turns.
const (
	Ours      Turn = "ours"      // an exception: the user has to resolve it
	Theirs    Turn = "theirs"    // the carriers or the vendor have the move
	Unknown   Turn = "unknown"   // the status isn't documented: somebody should look
	Ported    Turn = "ported"    // done
	Cancelled Turn = "cancelled" // done, without the numbers
)

// turns are in the order in which they count for a port request: one sub request that
// waits for the user makes the whole port request wait for the user.
var turns = []Turn{Ours, Unknown, Theirs, Ported, Cancelled}

// TurnOf tells whose move it is in a sub request with a status.
func TurnOf(status porting.SubRequestStatus) Turn {
	switch {
	case status == porting.SubRequestStatusPorted:
		return Ported
	case status == porting.SubRequestStatusCancelled:
		return Cancelled
	case status.NeedsAction():
		return Ours
	case status.Known():
		return Theirs
	}
	return Unknown
}

// A Summary tells how things stand: with one port request and its sub requests, or with
// thousands. Its zero value is ready for [Summary.Add].
//
//	var summary watch.Summary
//	for p, err := range client.PortRequests.All(ctx, options) { // with sub requests included
//		…
//		summary.Add(p)
//	}
type Summary struct {
	PortRequests map[Turn]int                     // each counts once, for the most urgent turn of its sub requests
	SubRequests  map[Turn]int                     // how many sub requests are whose move
	Statuses     map[porting.SubRequestStatus]int // how many sub requests are in a status
	Act          []Item                           // the sub requests that are ours to act on, in the order in which they were added

	ahead []Item
}

// An Item is a sub request in a [Summary].
type Item struct {
	PortRequest porting.PortRequestID
	SubRequest  porting.SubRequestID
	SupportKey  string // of the sub request
	Status      porting.SubRequestStatus
	FOCDate     porting.Timestamp // the confirmed one; zero if there is none
}

// Add counts a port request. It has to include its sub requests; of one that has none yet,
// or numbers that are in none, the move is theirs.
func (s *Summary) Add(p *porting.PortRequest) {
	if s.PortRequests == nil {
		s.PortRequests, s.SubRequests, s.Statuses = map[Turn]int{}, map[Turn]int{}, map[porting.SubRequestStatus]int{}
	}
	whose := Cancelled
	urgent := func(turn Turn) {
		if slices.Index(turns, turn) < slices.Index(turns, whose) {
			whose = turn
		}
	}
	for i := range p.SubRequests {
		sub := &p.SubRequests[i]
		turn := TurnOf(sub.Status)
		urgent(turn)
		s.SubRequests[turn]++
		s.Statuses[sub.Status]++
		item := Item{p.ID, sub.ID, sub.SupportKey, sub.Status, sub.FOCDate}
		if turn == Ours {
			s.Act = append(s.Act, item)
		}
		if !sub.FOCDate.IsZero() && !sub.Status.Terminal() {
			s.ahead = append(s.ahead, item)
		}
	}
	unassigned := slices.ContainsFunc(p.PhoneNumbers, func(n porting.PortRequestPhoneNumber) bool { return n.SubRequestID == "" })
	if len(p.SubRequests) == 0 || unassigned {
		urgent(Theirs)
	}
	s.PortRequests[whose]++
}

// Turn tells whose move it is in all that was added: the most urgent turn there is. It is
// empty if nothing was added.
func (s *Summary) Turn() Turn {
	for _, turn := range turns {
		if s.PortRequests[turn] > 0 {
			return turn
		}
	}
	return ""
}

// Dates are the sub requests with a confirmed FOC date that aren't ported or cancelled, the
// earliest date first. A date that is over means that the port is late, or that nobody
// has said yet that it is done.
func (s *Summary) Dates() []Item {
	dates := slices.Clone(s.ahead)
	slices.SortStableFunc(dates, func(a, b Item) int {
		return cmp.Or(a.FOCDate.Compare(b.FOCDate.Time), cmp.Compare(a.SubRequest, b.SubRequest))
	})
	return dates
}
