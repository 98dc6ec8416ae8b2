package watch

import (
	"fmt"
	"time"

	"github.com/numberporting/porting"
)

// A Kind says what has changed.
type Kind string

// The kinds of changes.
const (
	Appeared      Kind = "appeared"       // a port request is there that wasn't
	StatusChanged Kind = "status-changed" // a sub request has another status; a new sub request has its first
	Exception     Kind = "exception"      // a sub request's status is "exception" now; there is no StatusChanged beside it
	FOCSet        Kind = "foc-set"        // a sub request has a confirmed FOC date
	FOCMoved      Kind = "foc-moved"      // its confirmed FOC date is another one
	FOCCleared    Kind = "foc-cleared"    // its confirmed FOC date was taken away
	NumberMoved   Kind = "number-moved"   // a number is in another sub request, as after a split, or in none
	CommentAdded  Kind = "comment-added"
	DocumentAdded Kind = "document-added"
	Completed     Kind = "completed" // nothing more is to come of a port request
	Gone          Kind = "gone"      // a port request is no longer there, or a sub request in it

	// PollFailed is no change: [Events] couldn't read all that it should have.
	PollFailed Kind = "poll-failed"
)

// A Change is one thing that is different in a port request. Its String method has no
// phone number and nothing of a comment in it.
type Change struct {
	Kind Kind `json:"kind"`

	// First tells that the port request, or its list of comments or documents, was read for
	// the first time. The change is then that there is such a thing: it may be old.
	First bool `json:"first,omitzero"`

	PortRequest porting.PortRequestID `json:"port_request_id,omitzero"`
	SubRequest  porting.SubRequestID  `json:"sub_request_id,omitzero"` // empty: the change is one of the whole port request
	SupportKey  string                `json:"support_key,omitzero"`    // the sub request's, or else the port request's

	// Of a change in a sub request, its status and confirmed FOC date as they are now, and
	// as they were. OldStatus is empty and OldFOCDate zero if it is new.
	OldStatus  porting.SubRequestStatus `json:"old_status,omitzero"`
	Status     porting.SubRequestStatus `json:"status,omitzero"`
	OldFOCDate porting.Timestamp        `json:"old_foc_date,omitzero"`
	FOCDate    porting.Timestamp        `json:"foc_date,omitzero"`

	// Numbers are those of the sub request: as they are now, or as they were if it is gone.
	// They are the watcher's own and must not be changed.
	Numbers []string `json:"numbers,omitzero"`

	// Of NumberMoved, the number and where it was. Where it is now, is SubRequest. Empty
	// means in no sub request.
	Number        string               `json:"number,omitzero"`
	OldSubRequest porting.SubRequestID `json:"old_sub_request_id,omitzero"`

	// Comment is that of CommentAdded. Of Exception it is the newest one on the sub request
	// that no user wrote, which most likely explains it; nil if there is none yet. The same
	// comment comes as CommentAdded, too.
	Comment *porting.Comment `json:"comment,omitzero"`

	Document *porting.SupportingDocument `json:"document,omitzero"` // of DocumentAdded
}

// String says in a line what has changed.
func (c Change) String() string {
	const day = time.RFC3339
	text := string(c.Kind)
	switch {
	case c.Kind == StatusChanged, c.Kind == Exception:
		text = string(c.Status)
		if c.OldStatus != "" {
			text = string(c.OldStatus + " → " + c.Status)
		}
	case c.Kind == FOCSet:
		text = "FOC date " + c.FOCDate.Format(day)
	case c.Kind == FOCMoved:
		text = "FOC date " + c.OldFOCDate.Format(day) + " → " + c.FOCDate.Format(day)
	}
	if c.SupportKey == "" {
		return text
	}
	return fmt.Sprintf("%s: %s", c.SupportKey, text)
}

// Diff tells what is different in a port request. A nil state means that the port request
// isn't there, so that everything in the other is news, or that it is gone.
//
// The order is that in which a port request is read: its sub requests, one after the
// other, and of each the numbers that have moved into it, its status and its FOC date;
// then comments, documents, and at last that it is complete. A status that isn't known is
// one like any other. Two statuses of a sub request in a row that no state shows can't be
// told: a change is from one state to the other.
//
// Comments and documents that one of the states hasn't read are no change, but for those of
// a state that is the first to have them. A number that is in one of the states only hasn't
// moved.
func Diff(before, after *State) []Change {
	switch {
	case after == nil && before == nil:
		return nil
	case after == nil:
		return []Change{{Kind: Gone, PortRequest: before.ID, SupportKey: before.SupportKey}}
	}
	d := &differ{before: before, after: after, whole: Change{First: before == nil, PortRequest: after.ID, SupportKey: after.SupportKey}}
	if before == nil {
		d.before = &State{}
		d.add(Appeared, d.whole)
	}
	d.subRequests()
	d.comments()
	d.documents()
	if after.Complete && !d.before.Complete {
		d.add(Completed, d.whole)
	}
	return d.changes
}

// A differ collects the changes between two states.
type differ struct {
	before, after *State
	whole         Change // what all changes of the port request have in common
	changes       []Change
}

func (d *differ) add(kind Kind, change Change) {
	change.Kind = kind
	d.changes = append(d.changes, change)
}

func (d *differ) subRequests() {
	holders := d.before.holders()
	for i := range d.after.SubRequests {
		now := &d.after.SubRequests[i]
		change := d.in(d.before.sub(now.ID), now)
		d.moves(holders, now.Numbers, change)
		d.status(change)
		d.focDate(change)
	}
	for i := range d.before.SubRequests {
		was := &d.before.SubRequests[i]
		if d.after.sub(was.ID) == nil {
			d.add(Gone, d.in(was, nil))
		}
	}
	d.moves(holders, d.after.Unassigned, d.whole)
}

// in is a change in a sub request, which is nil in the state that doesn't have it.
func (d *differ) in(was, now *SubState) Change {
	change := d.whole
	for _, sub := range []*SubState{was, now} { // what it is now counts
		if sub != nil {
			change.SubRequest, change.SupportKey, change.Numbers = sub.ID, sub.SupportKey, sub.Numbers
		}
	}
	if was != nil {
		change.OldStatus, change.OldFOCDate = was.Status, was.FOCDate
	}
	if now != nil {
		change.Status, change.FOCDate = now.Status, now.FOCDate
	}
	return change
}

func (d *differ) moves(holders map[string]porting.SubRequestID, numbers []string, change Change) {
	for _, number := range numbers {
		if from, known := holders[number]; known && from != change.SubRequest {
			change.Number, change.OldSubRequest = number, from
			d.add(NumberMoved, change)
		}
	}
}

func (d *differ) status(change Change) {
	switch {
	case change.Status == change.OldStatus:
	case change.Status == porting.SubRequestStatusException:
		change.Comment = d.explains(change.SubRequest)
		d.add(Exception, change)
	default:
		d.add(StatusChanged, change)
	}
}

func (d *differ) focDate(change Change) {
	was, now := change.OldFOCDate, change.FOCDate
	switch {
	case was.Equal(now.Time) && was.DateOnly() == now.DateOnly():
	case was.IsZero():
		d.add(FOCSet, change)
	case now.IsZero():
		d.add(FOCCleared, change)
	default:
		d.add(FOCMoved, change)
	}
}

// explains finds the newest comment on a sub request that no user wrote. Of two of the same
// time, the later one in the list is the newer.
func (d *differ) explains(sub porting.SubRequestID) *porting.Comment {
	var newest *porting.Comment
	for i := range d.after.Comments {
		c := &d.after.Comments[i]
		about := c.SubRequestID == sub || c.SubRequestID == ""
		if about && c.UserID == "" && c.Body != "" && (newest == nil || !c.CreatedAt.Before(newest.CreatedAt.Time)) {
			newest = c
		}
	}
	return newest
}

func (d *differ) comments() {
	known := map[porting.CommentID]bool{}
	for i := range d.before.Comments {
		known[d.before.Comments[i].ID] = true
	}
	for i := range d.after.Comments {
		c := &d.after.Comments[i]
		if known[c.ID] {
			continue
		}
		change := d.whole
		if sub := d.after.sub(c.SubRequestID); sub != nil {
			change = d.in(d.before.sub(sub.ID), sub)
		}
		change.First = d.before.Comments == nil
		change.Comment = c
		d.add(CommentAdded, change)
	}
}

func (d *differ) documents() {
	known := map[porting.DocumentID]bool{}
	for i := range d.before.Documents {
		known[d.before.Documents[i].ID] = true
	}
	for i := range d.after.Documents {
		if document := &d.after.Documents[i]; !known[document.ID] {
			change := d.whole
			change.First = d.before.Documents == nil
			change.Document = document
			d.add(DocumentAdded, change)
		}
	}
}
