package temporalporting

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/watch"
)

// A Step is what a port is doing.
type Step string

// The steps, in their order.
const (
	StepPrepare Step = "prepare" // the numbers' portability, their draft, its data, FOC dates and documents
	StepSubmit  Step = "submit"  // the draft becomes a port request
	StepWatch   Step = "watch"   // the carriers have the move, or there is an exception
	StepArchive Step = "archive" // the evidence is kept
	StepDone    Step = "done"
)

// A Summary says how a port stands. It is what a query answers, what the workflow returns, and
// all that it takes along when it continues as new. It has no number and no name in it.
type Summary struct {
	Key  string     `json:"key"`
	Step Step       `json:"step"`
	Turn watch.Turn `json:"turn"` // whose move it is; watch.Ours: a person's, empty: the workflow's own

	// Since is when the step, the turn or the problem last changed.
	Since time.Time `json:"since"`

	// Problem is why the last thing that was tried failed, and what a person should put right.
	Problem *Problem `json:"problem,omitzero"`

	Draft       porting.DraftID       `json:"draft,omitzero"`
	PortRequest porting.PortRequestID `json:"port_request,omitzero"`
	Numbers     int                   `json:"numbers"`           // how many are ported
	LeftOut     int                   `json:"left_out,omitzero"` // how many can't be ported and were left out
	SubRequests []SubRequest          `json:"sub_requests,omitzero"`

	NewDate time.Time `json:"new_date,omitzero"` // that a signal has last asked for
	Looks   int       `json:"looks"`             // at the port request, so far
	Files   int       `json:"files,omitzero"`    // that the archive has
}

// A SubRequest is what a summary says of one. Before the port is submitted, there are none.
type SubRequest struct {
	ID        porting.SubRequestID     `json:"id"`
	Status    porting.SubRequestStatus `json:"status"`
	Since     time.Time                `json:"since"` // when the status was first seen
	Requested porting.Timestamp        `json:"requested,omitzero"`
	FOCDate   porting.Timestamp        `json:"foc_date,omitzero"` // the confirmed one

	// Hints are what the carrier's comment on an exception may mean. They can be wrong.
	Hints []exceptions.Hint `json:"hints,omitzero"`
}

// A Problem is why something failed.
type Problem struct {
	Doing string `json:"doing"` // the activity
	Kind  Kind   `json:"kind"`
	Text  string `json:"text"` // made of names of operations and fields, statuses and ids
}

// A Kind says what an error asks for.
type Kind string

// The kinds.
const (
	KindRefused Kind = "refused" // it can't work as it is: a person puts it right, and signals
	KindMoved   Kind = "moved"   // the FOC dates that were asked for aren't offered any more
	KindUnknown Kind = "unknown" // it may have been done: a person looks, and signals
	KindFailed  Kind = "failed"  // it passes by itself, and is tried again
)

// String says how the port stands, in a line.
func (s Summary) String() string {
	text := fmt.Sprintf("%s: %s, move: %s", s.Key, s.Step, s.Turn)
	if s.PortRequest != "" {
		text += ", port request " + string(s.PortRequest)
	} else if s.Draft != "" {
		text += ", draft " + string(s.Draft)
	}
	var subs []string
	for _, sub := range s.SubRequests {
		status := string(sub.Status)
		if !sub.FOCDate.IsZero() {
			status += " " + sub.FOCDate.Format(time.RFC3339)
		}
		if len(sub.Hints) > 0 {
			status += " " + exceptions.Reading{Hints: sub.Hints}.String()
		}
		subs = append(subs, status)
	}
	if len(subs) > 0 {
		text += ": " + strings.Join(subs, ", ")
	}
	if s.Problem != nil {
		text += fmt.Sprintf("; %s is %s: %s", s.Problem.Doing, s.Problem.Kind, s.Problem.Text)
	}
	return text
}

// sameAs tells whether nothing is different that somebody would want to know.
func (s *Summary) sameAs(before Summary) bool {
	sameProblem := s.Problem == before.Problem || s.Problem != nil && before.Problem != nil && *s.Problem == *before.Problem
	return s.Step == before.Step && s.Turn == before.Turn && sameProblem &&
		slices.EqualFunc(s.SubRequests, before.SubRequests, func(a, b SubRequest) bool {
			return a.ID == b.ID && a.Status == b.Status && a.FOCDate.Equal(b.FOCDate.Time)
		})
}

// A look is what was seen of a port request.
type look struct {
	Turn        watch.Turn   `json:"turn"`
	SubRequests []SubRequest `json:"sub_requests"`

	// Left is the time until the nearest FOC date, by the worker's clock; negative if that is
	// over, never if there is none.
	Left time.Duration `json:"left"`
}

// never is further away than any FOC date.
const never = 365 * 24 * time.Hour

// add puts what was seen into the summary.
func (s *Summary) add(seen look, now time.Time) {
	since := map[porting.SubRequestID]SubRequest{}
	for _, sub := range s.SubRequests {
		since[sub.ID] = sub
	}
	for i := range seen.SubRequests {
		sub := &seen.SubRequests[i]
		sub.Since = now
		if was := since[sub.ID]; was.Status == sub.Status {
			sub.Since = was.Since
		}
	}
	s.SubRequests = seen.SubRequests
	s.Looks++
}
