package drafts

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/numberporting/porting"
)

// A state is what the journal says of a set.
type state struct {
	checked     time.Time // zero: not yet
	leftOut     []int
	draft       porting.DraftID
	portRequest porting.PortRequestID
	documents   []Uploaded
	open        map[Step]bool // steps that began and have no end
}

// readJournal returns the states of all sets by their fingerprints.
func readJournal(journal Journal) (map[string]state, error) {
	known := map[string]state{}
	if journal == nil {
		return known, nil
	}
	for entry, err := range journal.Entries() {
		if err != nil {
			return nil, err
		}
		s := known[entry.Set]
		s.note(entry)
		known[entry.Set] = s
	}
	return known, nil
}

func (s *state) note(e Entry) {
	if s.open == nil {
		s.open = map[Step]bool{}
	}
	s.open[e.Step] = e.State == StateBegun
	if e.State == StateDone && e.Step == StepCheck {
		s.checked, s.leftOut = e.Time, e.LeftOut
	}
	s.draft = cmp.Or(e.Draft, s.draft)
	s.portRequest = cmp.Or(e.PortRequest, s.portRequest)
	s.documents = append(s.documents, e.Documents...)
}

// write stores an entry, unless this is a dry run or there is no journal.
func (s *setRun) write(e Entry) error {
	e.Time, e.Set = time.Now(), s.key
	s.known.note(e)
	if s.options.DryRun || s.options.Journal == nil {
		return nil
	}
	if err := s.options.Journal.Append(e); err != nil {
		s.broken = err
		return err
	}
	return nil
}

// resume reads what the journal knows.
func (s *setRun) resume(ctx context.Context) error {
	if s.known.draft != "" {
		draft, err := s.client.Drafts.Get(ctx, s.known.draft, nil)
		if err == nil {
			s.result.Draft = draft
			s.known.portRequest = cmp.Or(draft.PortRequestID, s.known.portRequest)
		} else if !errors.Is(err, porting.ErrNotFound) { // if it was submitted, the port request tells; else it was deleted, and another is created
			return err
		}
	}
	if s.result.Draft != nil || s.known.portRequest != "" {
		s.result.LeftOut = s.numbersAt(s.known.leftOut)
	}
	if s.known.portRequest == "" {
		return nil
	}
	request, err := s.client.PortRequests.Get(ctx, s.known.portRequest, nil)
	if err != nil && !errors.Is(err, porting.ErrNotFound) { // which can mean that it is complete
		return err
	}
	s.result.PortRequestID, s.result.PortRequest = s.known.portRequest, request
	return nil
}
