package watch

import (
	"github.com/numberporting/porting"
)

// A State is what there is to watch in a port request: where its sub requests and its
// numbers are, and what was said about it. [Diff] compares two of them. It is JSON as well,
// and has phone numbers in it, but no names, addresses or secrets.
type State struct {
	ID          porting.PortRequestID `json:"id"`
	SupportKey  string                `json:"support_key"`
	SubRequests []SubState            `json:"sub_requests,omitzero"`
	Unassigned  []string              `json:"unassigned,omitzero"` // the numbers in no sub request

	// Comments and Documents are in the order of the API. Nil means that they weren't
	// read, which is not the same as none.
	Comments  []porting.Comment            `json:"comments,omitzero"`
	Documents []porting.SupportingDocument `json:"documents,omitzero"`

	// Complete tells that nothing more is to come: the status of each sub request is
	// terminal, or the API has the port request in its list of complete ones.
	Complete bool `json:"complete,omitzero"`
}

// A SubState is what there is to watch in a sub request.
type SubState struct {
	ID         porting.SubRequestID     `json:"id"`
	SupportKey string                   `json:"support_key"`
	Status     porting.SubRequestStatus `json:"status"`
	FOCDate    porting.Timestamp        `json:"foc_date,omitzero"`
	Numbers    []string                 `json:"numbers,omitzero"`
}

// StateOf takes from a port request what there is to watch in it. The port request has to
// include its sub requests and its numbers. Comments and documents are given as they were
// read, or nil if they weren't.
func StateOf(p *porting.PortRequest, comments []porting.Comment, documents []porting.SupportingDocument) *State {
	state := &State{ID: p.ID, SupportKey: p.SupportKey, Comments: comments, Documents: documents}
	in := map[porting.SubRequestID][]string{}
	for i := range p.PhoneNumbers {
		n := &p.PhoneNumbers[i]
		in[n.SubRequestID] = append(in[n.SubRequestID], n.PhoneNumber)
	}
	state.Unassigned = in[""]
	state.Complete = len(p.SubRequests) > 0 && len(state.Unassigned) == 0
	for i := range p.SubRequests {
		s := &p.SubRequests[i]
		sub := SubState{ID: s.ID, SupportKey: s.SupportKey, Status: s.Status, FOCDate: s.FOCDate, Numbers: in[s.ID]}
		if p.PhoneNumbers == nil {
			for j := range s.PhoneNumbers {
				sub.Numbers = append(sub.Numbers, s.PhoneNumbers[j].PhoneNumber)
			}
		}
		state.SubRequests = append(state.SubRequests, sub)
		state.Complete = state.Complete && s.Status.Terminal()
	}
	return state
}

// sub finds a sub request by its id, or returns nil.
func (s *State) sub(id porting.SubRequestID) *SubState {
	for i := range s.SubRequests {
		if s.SubRequests[i].ID == id {
			return &s.SubRequests[i]
		}
	}
	return nil
}

// holders tells which sub request each number is in.
func (s *State) holders() map[string]porting.SubRequestID {
	holders := map[string]porting.SubRequestID{}
	for _, number := range s.Unassigned {
		holders[number] = ""
	}
	for i := range s.SubRequests {
		for _, number := range s.SubRequests[i].Numbers {
			holders[number] = s.SubRequests[i].ID
		}
	}
	return holders
}

// search is what the lists find the port request by: its support key, or else one of its
// numbers.
func (s *State) search() string {
	if s.SupportKey != "" {
		return s.SupportKey
	}
	for number := range s.holders() {
		return number
	}
	return ""
}

// withoutTexts is the state as it is stored: of comments and documents, it has the ids only.
func (s *State) withoutTexts() State {
	stored := *s
	if s.Comments != nil {
		stored.Comments = make([]porting.Comment, len(s.Comments))
		for i := range s.Comments {
			stored.Comments[i].ID = s.Comments[i].ID
		}
	}
	if s.Documents != nil {
		stored.Documents = make([]porting.SupportingDocument, len(s.Documents))
		for i := range s.Documents {
			stored.Documents[i].ID = s.Documents[i].ID
		}
	}
	return stored
}

// needsAction tells whether a sub request waits for the user.
func (s *State) needsAction() bool {
	for i := range s.SubRequests {
		if s.SubRequests[i].Status.NeedsAction() {
			return true
		}
	}
	return false
}
