package drafts

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// maxCheckAge is how old a check in the journal may be if no draft was made of it.
const maxCheckAge = 24 * time.Hour

// check finds out which numbers are left out.
func (s *setRun) check(ctx context.Context) error {
	switch {
	case s.result.Draft != nil:
		return nil
	case !s.known.checked.IsZero() && (s.known.open[StepEnsure] || time.Since(s.known.checked) < maxCheckAge):
		return s.leaveOut(s.known.leftOut)
	}
	report, err := bulk.Check(ctx, s.client.Portability, s.numbers, s.options.Check)
	s.result.Report = report
	if err != nil {
		return err
	}
	ours, err := s.ours(ctx, report)
	if err != nil {
		return err
	}
	var out []int
	for i, r := range report.Results {
		if (r.Outcome == bulk.NotPortable || r.Outcome == bulk.Refused) && !ours[r.Number] {
			out = append(out, i)
		}
	}
	if err := s.leaveOut(out); err != nil {
		return err
	}
	return s.write(Entry{Step: StepCheck, State: StateDone, LeftOut: out})
}

// leaveOut notes the numbers at these places as left out.
func (s *setRun) leaveOut(places []int) error {
	if len(places) > 0 && (!s.set.LeaveOut || len(places) == len(s.numbers)) {
		return &NotPortableError{NotPortable: len(places), Total: len(s.numbers), Report: s.result.Report}
	}
	s.result.LeftOut = s.numbersAt(places)
	if len(s.result.LeftOut) < len(places) {
		return errors.New("drafts: the journal names a number that the set doesn't have")
	}
	return nil
}

// numbersAt returns the set's numbers at some places, as far as it has them.
func (s *setRun) numbersAt(places []int) (numbers []string) {
	for _, i := range places {
		if i >= 0 && i < len(s.numbers) {
			numbers = append(numbers, s.numbers[i])
		}
	}
	return numbers
}

// ours returns the numbers that can't be ported because a draft or a port request of this
// account has them: a run before, of which there is no journal, has come so far.
func (s *setRun) ours(ctx context.Context, report *bulk.Report) (map[string]bool, error) {
	var taken []string
	for _, r := range report.Results {
		reason := r.Answer.NonPortableReason
		if reason == porting.NonPortableReasonAlreadyBeingPorted || reason == porting.NonPortableReasonTelnyxNumber {
			taken = append(taken, r.Number)
		}
	}
	if len(taken) == 0 {
		return nil, nil //nolint:nilnil // there are none
	}
	places, err := Find(ctx, s.client, taken, &s.options.Find)
	if err != nil {
		return nil, err
	}
	ours := map[string]bool{}
	for _, place := range places {
		ours[place.Number] = place.Draft != nil || place.PortRequest != nil
	}
	return ours, nil
}

// ensure finds or creates the draft.
func (s *setRun) ensure(ctx context.Context) error {
	if s.result.Draft != nil {
		return nil
	}
	numbers := slices.DeleteFunc(slices.Clone(s.numbers), func(n string) bool { return slices.Contains(s.result.LeftOut, n) })
	opts := &EnsureOptions{Find: s.options.Find, Lock: s.options.Lock, LookAgain: s.options.LookAgain, Sleep: s.options.Sleep}
	return s.journaled(ctx, StepEnsure, func() (Entry, error) {
		ensured, err := Ensure(ctx, s.client, numbers, opts)
		if s.isDry(err, opCreate) {
			s.call(Call{Operation: opCreate, Numbers: len(numbers)})
			return Entry{}, nil
		}
		if err != nil {
			return Entry{}, err
		}
		if ensured.Created && ensured.Draft != nil {
			s.call(Call{Operation: opCreate, Draft: ensured.Draft.ID, Numbers: len(numbers)})
		}
		s.result.Draft, s.result.PortRequest = ensured.Draft, ensured.PortRequest
		var entry Entry
		if ensured.Draft != nil {
			entry.Draft, entry.PortRequest = ensured.Draft.ID, ensured.Draft.PortRequestID
		}
		if ensured.PortRequest != nil {
			entry.PortRequest = ensured.PortRequest.ID
		}
		s.result.PortRequestID = entry.PortRequest
		return entry, nil
	})
}

// isDry tells whether an error is that of a call that a dry run doesn't make.
func (s *setRun) isDry(err error, operation string) bool {
	argument, ok := errors.AsType[*porting.ArgumentError](err)
	return ok && s.options.DryRun && argument.Operation == operation && argument.Field == "client"
}

func (s *setRun) call(c Call) {
	c.Set = s.set.Name
	s.result.Calls = append(s.result.Calls, c)
}

// fill chooses the FOC dates and fills in the sub requests.
func (s *setRun) fill(ctx context.Context) error {
	if s.result.Draft == nil { // in a dry run
		s.call(Call{Operation: opUpdate})
		return nil
	}
	draft, err := readWhole(ctx, s.client, s.result.Draft.ID)
	if err != nil {
		return err
	}
	s.result.Draft = draft
	profiles, err := s.dated(ctx, draft)
	if err != nil {
		return err
	}
	if s.options.DryRun {
		for i := range draft.SubRequests {
			sub := &draft.SubRequests[i]
			s.update(sub.ID, Diff(sub, profiles.For(sub)))
		}
		return nil
	}
	s.result.Filled, err = Fill(ctx, s.client, draft.ID, profiles)
	for _, filled := range s.result.Filled {
		if filled.Err == nil {
			s.update(filled.SubRequest.ID, filled.Update)
		}
	}
	return err
}

// update notes an update as a call, unless it is none.
func (s *setRun) update(id porting.SubRequestID, update porting.DraftSubRequestUpdate) {
	if update == (porting.DraftSubRequestUpdate{}) {
		return
	}
	var fields map[string]any
	if text, err := json.Marshal(update); err == nil { // secrets are hidden in it, and only the keys are used
		_ = json.Unmarshal(text, &fields)
	}
	s.call(Call{Operation: opUpdate, Draft: s.result.Draft.ID, SubRequest: id, Fields: slices.Sorted(maps.Keys(fields))})
}

// dated returns the set's profiles with the FOC dates that the wish chooses.
func (s *setRun) dated(ctx context.Context, draft *porting.DraftPortRequest) (Profiles, error) {
	profiles := s.set.Profiles
	if s.set.FOC == nil {
		return profiles, nil
	}
	windows := make(map[porting.SubRequestID][]porting.FOCWindow, len(draft.SubRequests))
	for i := range draft.SubRequests {
		id := draft.SubRequests[i].ID
		of, err := s.client.Drafts.AllowedFOCDates(ctx, draft.ID, id)
		if err != nil {
			return profiles, err
		}
		windows[id] = of
	}
	choices, err := s.set.FOC.choose(windows, s.options.Now())
	if err != nil {
		return profiles, err
	}
	s.result.Choices = choices
	dates := make(map[porting.SubRequestID]enduser.Profile, len(choices))
	for id, choice := range choices {
		dates[id] = overlay(profiles.SubRequests[id], enduser.Profile{FOCDateRequestedByUser: choice.Time})
	}
	profiles.SubRequests = dates
	return profiles, nil
}

// upload adds the documents that the draft doesn't have yet.
func (s *setRun) upload(ctx context.Context) error {
	if len(s.set.Documents) == 0 {
		return nil
	}
	if s.result.Draft == nil { // in a dry run
		for _, file := range s.set.Documents {
			s.call(Call{Operation: opUpload, Document: file.Type})
		}
		return nil
	}
	documents := make([]Document, len(s.set.Documents))
	for i, file := range s.set.Documents {
		documents[i] = Document{
			Type:     file.Type,
			Filename: filepath.Base(file.Path),
			Open:     func() (io.ReadCloser, error) { return s.options.Open(file.Path) },
		}
	}
	id := s.result.Draft.ID
	opts := &UploadOptions{Known: s.known.documents, LookAgain: s.options.LookAgain, Sleep: s.options.Sleep}
	if s.options.DryRun {
		for i := range documents {
			_, err := Upload(ctx, s.client, id, documents[i:i+1], opts)
			if s.isDry(err, opUpload) {
				s.call(Call{Operation: opUpload, Draft: id, Document: documents[i].Type})
			} else if err != nil {
				return err
			}
		}
		return nil
	}
	opts.Save = func(u Uploaded) error {
		return s.write(Entry{Step: StepUpload, State: StateBegun, Documents: []Uploaded{u}})
	}
	return s.journaled(ctx, StepUpload, func() (Entry, error) {
		uploaded, err := Upload(ctx, s.client, id, documents, opts)
		s.result.Uploaded = uploaded
		for _, u := range uploaded {
			if u.New {
				s.call(Call{Operation: opUpload, Draft: id, Document: u.Type})
			}
		}
		return Entry{}, err
	})
}

// submit submits the draft, or only looks whether that would go well.
func (s *setRun) submit(ctx context.Context) error {
	preflight := PreflightOptions{Allow: s.plan.Allow, Now: s.options.Now}
	var id porting.DraftID // empty in a dry run
	done := false
	if s.result.Draft != nil {
		id, done = s.result.Draft.ID, isSubmitted(s.result.Draft)
	}
	switch {
	case s.options.DryRun && s.plan.Submit:
		if !done {
			s.call(Call{Operation: opSubmit, Draft: id})
		}
		return nil
	case id == "":
		return nil
	case !s.plan.Submit && !done:
		report, err := Preflight(ctx, s.client, id, &preflight)
		s.result.Preflight = report
		return err
	}
	opts := &SubmitOptions{Preflight: preflight, LookAgain: s.options.LookAgain, Sleep: s.options.Sleep}
	return s.journaled(ctx, StepSubmit, func() (Entry, error) {
		submitted, err := Submit(ctx, s.client, id, opts)
		if failed, ok := errors.AsType[*PreflightError](err); ok {
			s.result.Preflight = failed.Report
		}
		if submitted == nil {
			return Entry{}, err
		}
		if !submitted.Before {
			s.call(Call{Operation: opSubmit, Draft: id})
		}
		s.result.Draft, s.result.PortRequest, s.result.Preflight = submitted.Draft, submitted.PortRequest, submitted.Report
		s.result.PortRequestID = submitted.Draft.PortRequestID
		if submitted.PortRequest != nil {
			s.result.PortRequestID = submitted.PortRequest.ID
		}
		return Entry{Draft: id, PortRequest: s.result.PortRequestID}, err
	})
}
