package drafts

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/internal/wait"
)

// Ensured is the draft that has the numbers, and the port request that it was submitted as.
type Ensured struct {
	// Draft is nil only if the numbers were submitted and the list of submitted drafts
	// doesn't have them.
	Draft *porting.DraftPortRequest

	// PortRequest is set if the numbers were submitted. It is nil all the same if the
	// server doesn't show the port request; Draft.PortRequestID has its id then.
	PortRequest *porting.PortRequest

	// Created tells that the numbers were free when Ensure began, and that it has asked for
	// the draft. If the answer was lost and there is no Lock, the draft may also be
	// what another run has created meanwhile.
	Created bool
}

// EnsureOptions say how [Ensure] goes about it. A zero field has its default.
type EnsureOptions struct {
	Find FindOptions

	// Lock keeps others from creating a draft of the same numbers at the same time. It is
	// held until Ensure returns.
	Lock Locker

	// LookAgain is how long Ensure waits, after the answer to a create was lost and a first
	// look has found no draft, before it looks once more; the default is 10 seconds.
	LookAgain time.Duration

	// Sleep waits for that time, or until the context ends, which is an error. The default
	// waits in real time.
	Sleep func(ctx context.Context, d time.Duration) error
}

// A ConflictError says that no draft or port request has the numbers, all of them and no
// others. A person has to decide what is to become of them. The error's text has ids, and no
// numbers.
type ConflictError struct {
	Places []Place  // one for each number, in their order
	Extra  []string // if all numbers are together: those that are with them and weren't meant

	// Created is the draft that Ensure has just created, if the server didn't give it the
	// numbers that were meant.
	Created *porting.DraftPortRequest
}

// Error tells how many numbers are where.
func (e *ConflictError) Error() string {
	const most = 5
	counts := map[string]int{}
	for _, p := range e.Places {
		counts[p.where()]++
	}
	where := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	var parts []string
	for i, w := range where {
		if i == most {
			parts = append(parts, fmt.Sprintf("the others in %d other places", len(where)-most))
			break
		}
		parts = append(parts, fmt.Sprintf("%d %s", counts[w], w))
	}
	text := "drafts: Ensure: the numbers aren't in a draft or port request of their own: " + strings.Join(parts, ", ")
	if len(e.Extra) > 0 {
		text += fmt.Sprintf("; %d others are there, too", len(e.Extra))
	}
	if e.Created != nil {
		text += fmt.Sprintf("; the draft %s was created", e.Created.ID)
	}
	return text
}

// where describes a place.
func (p Place) where() string {
	switch {
	case p.Free():
		return "nowhere"
	case len(p.Others) > 0:
		return "in several places"
	case p.PortRequest != nil:
		return "in port request " + string(p.PortRequest.ID)
	}
	return "in draft " + string(p.Draft.ID)
}

// Format prints the error's text.
func (e ConflictError) Format(f fmt.State, verb rune) { formatError(f, verb, &e) }

// MarshalText returns the error's text.
func (e ConflictError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// formatError prints the text of an error whose fields hold numbers.
func formatError(f fmt.State, verb rune, err error) {
	if verb == 'q' || verb == 'v' && f.Flag('#') {
		_, _ = fmt.Fprintf(f, "%q", err.Error())
		return
	}
	_, _ = fmt.Fprint(f, err.Error())
}

// An UnknownError says that [Ensure] has asked for a draft of the numbers, and doesn't know
// whether there is one: the answer was lost, and the draft isn't seen. The server may still
// be about to create it. So run Ensure again, but some minutes later. To see for yourself,
// look for the numbers with [Find], or among the drafts in the vendor's portal.
type UnknownError struct {
	Numbers int   // how many
	Err     error // of Drafts.Create: a *porting.OutcomeUnknownError or a *porting.DecodeError
	Look    error // why the last look failed, such as a [*ConflictError]; nil if it saw all numbers free
}

// Error tells what is unknown, and what to do.
func (e *UnknownError) Error() string {
	look := "none is seen yet"
	if e.Look != nil {
		look = "looking for it failed: " + e.Look.Error()
	}
	return fmt.Sprintf("drafts: Ensure: whether a draft of the %d numbers was created is unknown, and %s; run Ensure again in some minutes, or look for it: %v", e.Numbers, look, e.Err)
}

// Unwrap returns what Drafts.Create failed with, and the last look.
func (e *UnknownError) Unwrap() []error { return callAndLook(e.Err, e.Look) }

// callAndLook are the errors of a call whose answer was lost and, if it failed, of the look
// for what came of it.
func callAndLook(call, look error) []error {
	if look == nil {
		return []error{call}
	}
	return []error{call, look}
}

// Ensure returns the draft that has the numbers, all of them and no others. If the numbers
// are free ([Find]), it creates the draft. So a second run for the same numbers finds the
// draft of the first, or the port request if it was submitted meanwhile, however far that
// has come. The numbers must be in E.164 form. Their order doesn't matter, nor does a number
// that is there twice. Nil options are the defaults.
//
// If the numbers are spread over several drafts and port requests, or some of them are free,
// or others are with them, the error is a [*ConflictError] and nothing is created. It is
// a ConflictError, too, if the server puts fewer or other numbers into the new draft.
//
// Ensure asks for a draft once. If the answer is lost, it looks for the draft at once and, if
// it doesn't see it, again a little later ([EnsureOptions].LookAgain). If it doesn't see it
// then, the error is an [*UnknownError]. After a run that was killed, it is unknown as well
// whether the server is about to create a draft: wait some minutes before the next.
// All other errors are the client's.
//
// The API can't create a draft on the condition that there is none. If two runs for the same
// numbers look at the same time, both find the numbers free and both create a draft; from
// then on, Ensure returns a ConflictError. With [EnsureOptions].Lock, the second run looks
// when the first has ended, and finds its draft. No lock helps against a server that
// creates a draft of a lost answer only after the next run has looked.
func Ensure(ctx context.Context, client *porting.Client, numbers []string, opts *EnsureOptions) (*Ensured, error) {
	const operation = "drafts.Ensure"
	if opts == nil {
		opts = new(EnsureOptions)
	}
	f, err := newFinder(operation, client, numbers, &opts.Find)
	switch {
	case err != nil:
		return nil, err
	case len(numbers) == 0:
		return nil, &porting.ArgumentError{Operation: operation, Field: "phone_numbers", Reason: "is empty"}
	case opts.LookAgain < 0:
		return nil, &porting.ArgumentError{Operation: operation, Field: "look_again", Reason: "must not be negative"}
	}
	e := &ensuring{f, cmp.Or(opts.LookAgain, 10*time.Second), opts.Sleep}
	if e.sleep == nil {
		e.sleep = wait.For
	}
	if opts.Lock != nil {
		unlock, err := opts.Lock.Lock(ctx, f.key())
		if err != nil {
			return nil, fmt.Errorf("drafts: Ensure: lock: %w", err)
		}
		defer unlock()
	}
	found, err := e.look(ctx)
	if !errors.Is(err, errFree) {
		return found, err
	}
	return e.create(ctx)
}

// An ensuring is one run of [Ensure].
type ensuring struct {
	*finder
	later time.Duration
	sleep func(ctx context.Context, d time.Duration) error
}

// errFree is the error of a look that finds all numbers free.
var errFree = errors.New("drafts: the numbers are free")

// look finds what has the numbers.
func (e *ensuring) look(ctx context.Context) (*Ensured, error) {
	places, err := e.find(ctx)
	switch {
	case err != nil:
		return nil, err
	case !slices.ContainsFunc(places, func(p Place) bool { return !p.Free() }):
		return nil, errFree
	case !together(places):
		return nil, &ConflictError{Places: places}
	}
	found := &Ensured{Draft: places[0].Draft, PortRequest: places[0].PortRequest}
	switch {
	case found.PortRequest == nil:
		err = e.refresh(ctx, found)
	case found.Draft == nil:
		found.Draft, err = e.submittedAs(ctx, found.PortRequest)
	}
	if err == nil {
		err = e.compare(found, nil)
	}
	if err != nil {
		return nil, err
	}
	return found, nil
}

// refresh reads the draft again: since it was listed, it may have been submitted or deleted,
// and a list may show what isn't there any more.
func (e *ensuring) refresh(ctx context.Context, found *Ensured) error {
	listed := found.Draft
	draft, err := e.readDraft(ctx, listed.ID)
	if errors.Is(err, porting.ErrNotFound) && listed.PortRequestID == "" && listed.Status != porting.DraftStatusSubmitted {
		return errFree
	} else if err != nil {
		return err
	}
	found.Draft = draft
	if draft.PortRequestID == "" {
		return nil
	}
	found.PortRequest, err = e.readPortRequest(ctx, draft.PortRequestID)
	if errors.Is(err, porting.ErrNotFound) {
		return nil
	}
	return err
}

// submittedAs returns the draft that was submitted as a port request, or nil if none is found.
func (e *ensuring) submittedAs(ctx context.Context, p *porting.PortRequest) (*porting.DraftPortRequest, error) {
	submitted := e.drafts(porting.DraftStatusSubmitted)
	for _, number := range []string{digitsOf(e.numbers[0]), e.numbers[0]} {
		for d, err := range submitted.all(ctx, number) {
			if err != nil {
				return nil, err
			}
			if d.PortRequestID == p.ID {
				return d, nil
			}
		}
	}
	return nil, nil //nolint:nilnil // as the comment says
}

// create creates the draft, once.
func (e *ensuring) create(ctx context.Context) (*Ensured, error) {
	seen := map[string]bool{}
	numbers := slices.DeleteFunc(slices.Clone(e.numbers), func(number string) bool {
		again := seen[number]
		seen[number] = true
		return again
	})
	draft, err := e.client.Drafts.Create(ctx, numbers...)
	if isOutcomeUnknown(err) {
		found, look := e.lookTwice(ctx)
		if look != nil {
			if errors.Is(look, errFree) {
				look = nil
			}
			return nil, &UnknownError{Numbers: len(numbers), Err: err, Look: look}
		}
		found.Created = true
		return found, nil
	} else if err != nil {
		return nil, err
	}
	created := &Ensured{Draft: draft, Created: true}
	if e.compare(created, draft) == nil {
		return created, nil
	}
	// An answer may leave the numbers out, or come before they are all there.
	created.Draft, err = e.readDraft(ctx, draft.ID)
	if err != nil {
		return nil, fmt.Errorf("drafts: Ensure: the draft %s was created, but whether it has the numbers is unknown: %w", draft.ID, err)
	}
	if err := e.compare(created, created.Draft); err != nil {
		return nil, err
	}
	return created, nil
}

// isOutcomeUnknown tells whether a create may have made a draft, or has made one that the
// answer doesn't show.
func isOutcomeUnknown(err error) bool {
	if _, ok := errors.AsType[*porting.OutcomeUnknownError](err); ok {
		return true
	}
	decode, ok := errors.AsType[*porting.DecodeError](err)
	return ok && decode.Check != ""
}

// lookTwice looks at once and, if that doesn't find the draft, a little later.
func (e *ensuring) lookTwice(ctx context.Context) (*Ensured, error) {
	if found, err := e.look(ctx); err == nil {
		return found, nil
	}
	if err := e.sleep(ctx, e.later); err != nil {
		return nil, err
	}
	return e.look(ctx)
}

// compare returns an error unless the numbers are all in what was found, and no others.
func (e *ensuring) compare(found *Ensured, created *porting.DraftPortRequest) error {
	var has holders
	var extra []string
	note := func(number string) {
		if !e.wanted[digitsOf(number)] {
			extra = append(extra, number)
		}
	}
	if d := found.Draft; d != nil {
		has.drafts = map[porting.DraftID]*porting.DraftPortRequest{d.ID: d}
	}
	if p := found.PortRequest; p != nil {
		has.portRequests = map[porting.PortRequestID]*porting.PortRequest{p.ID: p}
		for _, n := range p.PhoneNumbers {
			if !isCancelled(n) {
				note(n.PhoneNumber)
			}
		}
	} else {
		for _, n := range found.Draft.PhoneNumbers {
			note(n.PhoneNumber)
		}
	}
	places := e.places(&has)
	if together(places) && len(extra) == 0 {
		return nil
	}
	return &ConflictError{Places: places, Extra: extra, Created: created}
}

// together tells whether all places are the same draft or port request, and the only ones.
func together(places []Place) bool {
	return !slices.ContainsFunc(places, func(p Place) bool { return p.Free() || p.where() != places[0].where() || len(p.Others) > 0 })
}

// key is what runs for the same numbers have in common, and none for others. It doesn't
// show the numbers.
func (f *finder) key() string {
	sum := sha256.Sum256([]byte(strings.Join(slices.Sorted(maps.Keys(f.wanted)), "\n")))
	return hex.EncodeToString(sum[:])
}
