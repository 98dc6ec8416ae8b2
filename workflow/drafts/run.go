package drafts

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/foc"
	"github.com/numberporting/porting/workflow/intake/enduser"
	"github.com/numberporting/porting/workflow/internal/wait"
)

// RunOptions say how a plan is carried out. A zero field has its default.
type RunOptions struct {
	// DryRun changes nothing. The outcome's calls are those that a run would make now if all
	// of them went well. What has to be read for that is read, with a client that can't do anything else
	// ([porting.WithReadOnly]). Nothing is written to the journal.
	DryRun bool

	// Journal, if there is one, keeps how far the run has come.
	Journal Journal

	// Progress, if it isn't nil, is told of each step as it begins, and of each set as it
	// ends, by the goroutine that called [Run].
	Progress func(Progress)

	// Check says how portability is checked.
	Check *bulk.Options

	// Find says how numbers are looked for.
	Find FindOptions

	// Lock, if there is one, keeps others from creating drafts of the same numbers at the
	// same time; see [EnsureOptions].
	Lock Locker

	// Open opens a document by its path; the default is [os.Open]. Its base name goes to
	// the server.
	Open func(path string) (io.ReadCloser, error)

	// LookAgain is how long a run waits, after the answer to a call was lost and a first
	// look hasn't found what came of it, before it looks once more; the default is 10
	// seconds. See [Ensure], [Upload] and [Submit].
	LookAgain time.Duration

	// Settle is how long the server may still be working on a call whose answer was lost
	// with the run before; the default is a minute. A run that finds in the journal that a
	// step was cut off goes on with it when it has run for so long.
	Settle time.Duration

	// Sleep waits for those times, or until the context ends, which is an error. The
	// default waits in real time.
	Sleep func(ctx context.Context, d time.Duration) error

	// Now is the clock for FOC dates; the default is [time.Now]. With a sandbox, use the
	// sandbox's. No date before it is asked for.
	Now func() time.Time
}

func (o *RunOptions) withDefaults() (RunOptions, error) {
	if o == nil {
		o = new(RunOptions)
	}
	filled := *o
	switch {
	case filled.Settle < 0:
		return filled, badPlan("settle", "must not be negative")
	case filled.LookAgain < 0:
		return filled, badPlan("look_again", "must not be negative")
	}
	filled.Settle = cmp.Or(filled.Settle, time.Minute)
	if filled.Open == nil {
		filled.Open = func(path string) (io.ReadCloser, error) { return os.Open(path) }
	}
	if filled.Now == nil {
		filled.Now = time.Now
	}
	if filled.Sleep == nil {
		filled.Sleep = wait.For
	}
	return filled, nil
}

// A Step is a part of what [Run] does with a set.
type Step string

// The steps, in their order.
const (
	StepCheck  Step = "check"  // whether the numbers can be ported
	StepEnsure Step = "ensure" // a draft of the numbers, found or created
	StepFill   Step = "fill"   // the sub requests, with their FOC dates
	StepUpload Step = "upload" // the documents
	StepSubmit Step = "submit" // or, if the plan doesn't submit, the preflight alone
	StepDone   Step = "done"   // nothing is left to do
)

// Progress is what a run is doing.
type Progress struct {
	Set  int    // its place in the plan, from 0
	Sets int    // how many the plan has
	Name string // of the set
	Step Step   // the one that begins; StepDone: the set has ended, well or with an error
	Err  error  // of a set that has ended
}

// A Call is one that changes something at the server.
type Call struct {
	Operation string          `json:"operation"` // "Drafts.Create", "Drafts.UpdateSubRequest", "Documents.Upload" or "Drafts.Submit"
	Set       string          `json:"set,omitzero"`
	Draft     porting.DraftID `json:"draft,omitzero"` // empty in a dry run: the draft isn't created yet

	// SubRequest is what an update changes. If it is empty, the draft isn't created yet: the
	// server will split it into sub requests, and each is updated once.
	SubRequest porting.SubRequestID `json:"sub_request,omitzero"`
	Fields     []string             `json:"fields,omitzero"`   // that an update sets, by their keys
	Numbers    int                  `json:"numbers,omitzero"`  // how many a new draft has
	Document   porting.DocumentType `json:"document,omitzero"` // what is uploaded
}

// String names the operation and what it changes.
func (c Call) String() string {
	parts := []string{c.Operation, string(c.Draft), string(c.SubRequest), string(c.Document), strings.Join(c.Fields, ", ")}
	switch {
	case c.Operation == opCreate:
		parts = append(parts, fmt.Sprintf("of %d numbers", c.Numbers))
	case c.Draft == "" && c.Operation == opUpdate:
		parts = append(parts, "each sub request of the new draft")
	case c.Draft == "":
		parts = append(parts, "of the new draft")
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " ")
}

// The operations that change something.
const (
	opCreate = "Drafts.Create"
	opUpdate = "Drafts.UpdateSubRequest"
	opUpload = "Documents.Upload"
	opSubmit = "Drafts.Submit"
)

// An Outcome is what came of a plan.
type Outcome struct {
	Sets []SetOutcome // one for each set, in their order
}

// Calls returns the calls that changed something, or in a dry run would, in their order.
func (o *Outcome) Calls() []Call {
	var calls []Call
	for i := range o.Sets {
		calls = append(calls, o.Sets[i].Calls...)
	}
	return calls
}

// Format prints how many sets are done under every verb.
func (o Outcome) Format(f fmt.State, _ rune) { fmt.Fprint(f, o.summary()) }

// LogValue logs how many sets are done.
func (o Outcome) LogValue() slog.Value { return slog.StringValue(o.summary()) }

func (o Outcome) summary() string {
	done := 0
	for i := range o.Sets {
		if o.Sets[i].Step == StepDone {
			done++
		}
	}
	return fmt.Sprintf("%d of %d sets done", done, len(o.Sets))
}

// A SetOutcome is what came of one set. A step that wasn't needed leaves nothing: a set
// that was submitted by a run before has only its draft and its port request.
//
// Printed with fmt or logged, it shows no numbers.
type SetOutcome struct {
	Name string
	Step Step  // StepDone, or the step that failed
	Err  error // nil if there is nothing left to do

	Report        *bulk.Report                        // whether the numbers can be ported
	LeftOut       []string                            // the numbers that can't, if the set leaves them out
	Draft         *porting.DraftPortRequest           // as it was last read; nil until there is one
	Choices       map[porting.SubRequestID]foc.Choice // the FOC dates that were chosen, if the set has a wish
	Filled        []Filled
	Uploaded      []Uploaded
	Preflight     *Report
	PortRequestID porting.PortRequestID // empty until the draft is submitted
	PortRequest   *porting.PortRequest  // as it was last read
	Calls         []Call                // that changed something; in a dry run, that would
}

// Format prints the step, the ids and the error under every verb.
func (o SetOutcome) Format(f fmt.State, _ rune) { fmt.Fprint(f, o.summary()) }

// LogValue logs the step, the ids and the error.
func (o SetOutcome) LogValue() slog.Value { return slog.StringValue(o.summary()) }

func (o SetOutcome) summary() string {
	text := fmt.Sprintf("set %q: %s", o.Name, o.Step)
	if o.Draft != nil {
		text += ", draft " + string(o.Draft.ID)
	}
	if o.PortRequestID != "" {
		text += ", port request " + string(o.PortRequestID)
	}
	if o.Err != nil {
		text += ": " + o.Err.Error()
	}
	return text
}

// A RunError says that sets of a plan have failed.
type RunError struct {
	Failed, Total int
	Errs          []error // of the sets that failed, in their order
}

// Error tells how many sets failed, and the first error.
func (e *RunError) Error() string {
	return fmt.Sprintf("drafts: %d of %d sets failed: %v", e.Failed, e.Total, e.Errs[0])
}

// Unwrap returns the errors of the sets.
func (e *RunError) Unwrap() []error { return e.Errs }

// A NotPortableError says that numbers of a set can't be ported. Nothing was created.
type NotPortableError struct {
	NotPortable int          // how many
	Total       int          // how many the set has
	Report      *bulk.Report // which, and why
}

// Error tells how many.
func (e *NotPortableError) Error() string {
	return fmt.Sprintf("drafts: %d of %d numbers can't be ported", e.NotPortable, e.Total)
}

// Format prints the error's text.
func (e NotPortableError) Format(f fmt.State, verb rune) { formatError(f, verb, &e) }

// MarshalText returns the error's text.
func (e NotPortableError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Run does what a plan says, set by set: it checks whether the numbers can be ported,
// finds or creates their draft ([Ensure]), fills it in with the FOC dates that the wish
// chooses ([Fill], package foc), uploads the documents ([Upload]) and submits it
// ([Submit]). A set that fails doesn't hold up those after it, unless no call can go
// well any more: the context has ended, the credentials are wrong, or the journal fails.
//
// Called again, it goes on where it stood, whatever ended it: an error, a lost answer,
// a crash. It looks for what is there before it makes anything. With a journal it also
// knows which calls the server may still be working on, and waits for them
// ([RunOptions].Settle); without one, a run that is started at once after a crash may miss a
// draft that the server is about to make. A step that is done isn't done again, unless
// the plan has changed: then a draft that isn't submitted yet is brought to what the plan says.
//
// The outcome is never nil and has one result for each set. The error is a
// [*porting.ArgumentError] if the plan can't work (nothing was sent then), the journal's if it
// can't be read, else a [*RunError] if sets failed.
func Run(ctx context.Context, client *porting.Client, plan *Plan, opts *RunOptions) (*Outcome, error) {
	started := time.Now()
	outcome := &Outcome{}
	if plan != nil {
		outcome.Sets = make([]SetOutcome, len(plan.Sets))
		for i := range plan.Sets {
			outcome.Sets[i].Name = plan.Sets[i].Name
		}
	}
	options, err := opts.withDefaults()
	if err == nil {
		err = plan.check()
	}
	if err == nil {
		err = readable(plan, options.Open)
	}
	if err == nil && client == nil {
		err = badPlan("client", "is nil")
	}
	if err != nil {
		return outcome, err
	}
	known, err := readJournal(options.Journal)
	if err != nil {
		return outcome, err
	}
	if options.DryRun {
		client = client.With(porting.WithReadOnly())
	}

	failed := &RunError{Total: len(plan.Sets)}
	var final error // no set can go well any more
	for i := range plan.Sets {
		set := &plan.Sets[i]
		result := &outcome.Sets[i]
		key := set.fingerprint()
		s := &setRun{
			client: client, plan: plan, set: set, options: options, result: result,
			key: key, known: known[key], numbers: set.sorted(), started: started,
		}
		tell := func(step Step, err error) {
			if options.Progress != nil {
				options.Progress(Progress{Set: i, Sets: len(plan.Sets), Name: set.Name, Step: step, Err: err})
			}
		}
		if final = cmp.Or(final, ctx.Err()); final == nil {
			result.Err = s.run(ctx, tell)
		} else {
			result.Err = final
		}
		tell(StepDone, result.Err)
		if result.Err == nil {
			continue
		}
		failed.Failed++
		failed.Errs = append(failed.Errs, result.Err)
		if errors.Is(result.Err, porting.ErrUnauthorized) || s.broken != nil {
			final = result.Err
		}
	}
	if failed.Failed > 0 {
		return outcome, failed
	}
	return outcome, nil
}

// readable tells whether all documents can be opened: better now than when there is a
// draft already.
func readable(plan *Plan, open func(string) (io.ReadCloser, error)) error {
	for i := range plan.Sets {
		for j, file := range plan.Sets[i].Documents {
			content, err := open(file.Path)
			if err != nil {
				return fmt.Errorf("drafts: sets.%d.documents.%d: %w", i, j, err)
			}
			_ = content.Close()
		}
	}
	return nil
}

// A setRun is the run of one set.
type setRun struct {
	client  *porting.Client
	plan    *Plan
	set     *Set
	options RunOptions
	result  *SetOutcome
	key     string
	known   state
	numbers []string // of the set, in ascending order
	started time.Time
	broken  error // of the journal
}

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

// run does the steps until one fails or the set is submitted.
func (s *setRun) run(ctx context.Context, tell func(Step, error)) error {
	if err := s.resume(ctx); err != nil {
		s.result.Step = StepCheck
		return err
	}
	for _, step := range []struct {
		name Step
		do   func(context.Context) error
	}{
		{StepCheck, s.check},
		{StepEnsure, s.ensure},
		{StepFill, s.fill},
		{StepUpload, s.upload},
		{StepSubmit, s.submit},
	} {
		if s.result.PortRequestID != "" {
			break
		}
		if s.result.Draft != nil && isSubmitted(s.result.Draft) && step.name != StepSubmit {
			continue // its port request is all that is missing
		}
		s.result.Step = step.name
		tell(step.name, nil)
		if err := step.do(ctx); err != nil {
			return err
		}
	}
	s.result.Step = StepDone
	return nil
}

// journaled does a step whose calls must not be made twice. If the journal knows it as
// begun, the server gets the time to finish first. The journal has the step before the
// first call, and its end when that is known.
func (s *setRun) journaled(ctx context.Context, step Step, do func() (Entry, error)) error {
	if s.options.DryRun {
		_, err := do()
		return err
	}
	if s.known.open[step] { // whatever it sent, it sent before this run began
		if left := s.options.Settle - time.Since(s.started); left > 0 {
			if err := s.options.Sleep(ctx, left); err != nil {
				return err
			}
		}
	}
	if err := s.write(Entry{Step: step, State: StateBegun}); err != nil {
		return err
	}
	entry, err := do()
	entry.Step, entry.State = step, StateDone
	switch {
	case isOutcomeUnknown(err):
		entry.State = StateBegun
	case err != nil:
		entry.State = StateFailed
	}
	return cmp.Or(err, s.write(entry))
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
	for _, i := range places {
		if i < 0 || i >= len(s.numbers) {
			return errors.New("drafts: the journal names a number that the set doesn't have")
		}
		s.result.LeftOut = append(s.result.LeftOut, s.numbers[i])
	}
	return nil
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
