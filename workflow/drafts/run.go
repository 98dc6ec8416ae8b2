package drafts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/internal/wait"
)

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

// steps are what [Run] does with a set, in their order. Each looks for what is there before it
// changes anything. The first that fails ends the set.
var steps = []struct {
	name Step
	do   func(*setRun, context.Context) error
}{
	{StepCheck, (*setRun).check},
	{StepEnsure, (*setRun).ensure},
	{StepFill, (*setRun).fill},
	{StepUpload, (*setRun).upload},
	{StepSubmit, (*setRun).submit},
}

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
	final := options.settleOthers(ctx, plan, known) // why no set can go well any more
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
				return fmt.Errorf("drafts: sets.%d.documents.%d: %w", i, j, withoutPath(err))
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

// run does the steps until one fails or the set is submitted.
func (s *setRun) run(ctx context.Context, tell func(Step, error)) error {
	if err := s.resume(ctx); err != nil {
		s.result.Step = StepCheck
		return err
	}
	for _, step := range steps {
		if s.result.PortRequestID != "" {
			break
		}
		if s.result.Draft != nil && isSubmitted(s.result.Draft) && step.name != StepSubmit {
			continue // its port request is all that is missing
		}
		s.result.Step = step.name
		tell(step.name, nil)
		if err := step.do(s, ctx); err != nil {
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

// settleOthers gives the server the time to finish what a run before has sent for sets that
// the plan doesn't have: a draft of theirs may have numbers of its sets. Then it notes that
// nothing of it is under way.
func (o *RunOptions) settleOthers(ctx context.Context, plan *Plan, known map[string]state) error {
	others := maps.Clone(known)
	for i := range plan.Sets {
		delete(others, plan.Sets[i].fingerprint())
	}
	maps.DeleteFunc(others, func(_ string, s state) bool { return !s.open[StepEnsure] })
	if len(others) == 0 || o.DryRun {
		return nil
	}
	if err := o.Sleep(ctx, o.Settle); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(others)) {
		if err := o.Journal.Append(Entry{Time: time.Now(), Set: key, Step: StepEnsure, State: StateFailed}); err != nil {
			return err
		}
	}
	return nil
}

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
	// step was cut off goes on with it when it has run for so long. If that was for a set that
	// the plan doesn't have, the whole run waits: the set may have had other numbers then.
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

// Progress is what a run is doing.
type Progress struct {
	Set  int    // its place in the plan, from 0
	Sets int    // how many the plan has
	Name string // of the set
	Step Step   // the one that begins; StepDone: the set has ended, well or with an error
	Err  error  // of a set that has ended
}
