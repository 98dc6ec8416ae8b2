package drafts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/foc"
	"github.com/numberporting/porting/workflow/internal/wait"
)

// Submitted is a draft that was submitted, and the port request that it has become.
type Submitted struct {
	Draft       *porting.DraftPortRequest
	PortRequest *porting.PortRequest // nil with an [*UnresolvedError] only

	// Before tells that the draft was submitted already, by an earlier run or somebody else.
	// If it is false and the answer to the submit was lost, it may have been somebody else,
	// too.
	Before bool

	// Report is what the preflight has found: its warnings too. It is nil if the draft was
	// submitted already.
	Report *Report
}

// SubmitOptions say how [Submit] goes about it. A zero field has its default.
type SubmitOptions struct {
	// Preflight says how the draft is looked at before. To submit it in spite of a FOC date
	// outside of the allowed windows, Allow has [CodeFOCOutside].
	Preflight PreflightOptions

	// LookAgain is how long Submit waits, after the answer to a submit was lost and a
	// first look at the draft says that it wasn't submitted, before it looks once more. So
	// long it waits between looks for the port request, too. The default is 10 seconds.
	LookAgain time.Duration

	// Sleep waits for that time, or until the context ends, which is an error. The default
	// waits in real time.
	Sleep func(ctx context.Context, d time.Duration) error
}

// A PreflightError says that the preflight has found errors. Nothing was submitted.
type PreflightError struct {
	Report *Report // its Errors are why
}

// Error names the first errors.
func (e *PreflightError) Error() string {
	const most = 5
	found := e.Report.Errors()
	var texts []string
	for i, p := range found {
		if i == most {
			texts = append(texts, fmt.Sprintf("%d more", len(found)-most))
			break
		}
		texts = append(texts, p.String())
	}
	return fmt.Sprintf("drafts: Submit: the draft %s is not ready (nothing was submitted): %s", e.Report.Draft.ID, strings.Join(texts, "; "))
}

// Format prints the error's text.
func (e PreflightError) Format(f fmt.State, verb rune) { formatError(f, verb, &e) }

// MarshalText returns the error's text.
func (e PreflightError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// A WindowsMovedError says that requested FOC dates aren't, or aren't any more, in the
// windows that the server allows. Nothing was submitted. Ask for other dates, with [Fill]
// or the client, and submit again.
type WindowsMovedError struct {
	Draft porting.DraftID
	Moved []MovedWindows // at least one
}

// MovedWindows are the windows of a sub request whose requested FOC date is in none of them.
type MovedWindows struct {
	SubRequest porting.SubRequestID
	Requested  porting.Timestamp
	Windows    []porting.FOCWindow // that the server allows now

	// Nearest is the instant in the windows that is nearest to the requested date and not
	// in the past. Its Time is zero if there is none.
	Nearest foc.Choice
}

// Error names the sub requests and the nearest instants.
func (e *WindowsMovedError) Error() string {
	var texts []string
	for _, m := range e.Moved {
		texts = append(texts, fmt.Sprintf("sub request %s: requested %s, nearest %s", m.SubRequest, m.Requested.Format(time.RFC3339), m.Nearest))
	}
	return fmt.Sprintf("drafts: Submit: the windows of the draft %s don't have the requested FOC dates (nothing was submitted): %s", e.Draft, strings.Join(texts, "; "))
}

// A SubmitUnknownError says that [Submit] has submitted a draft, and that it isn't known
// whether that went through: the answer was lost, and the draft still says that it is pending.
// It may still change. Run Submit again, after some minutes rather than at once: the server
// may be working on it. To see for yourself, look at the draft with
// [porting.DraftsService.Submitted].
type SubmitUnknownError struct {
	Draft porting.DraftID
	Err   error // of Drafts.Submit: a *porting.OutcomeUnknownError or a *porting.DecodeError
	Look  error // why the last look failed; nil if it saw a pending draft
}

// Error tells what is unknown, and what to do.
func (e *SubmitUnknownError) Error() string {
	look := "it says that it is pending"
	if e.Look != nil {
		look = "looking at it failed: " + e.Look.Error()
	}
	return fmt.Sprintf("drafts: Submit: whether the draft %s was submitted is unknown, and %s; run Submit again in some minutes, or look at the draft: %v", e.Draft, look, e.Err)
}

// Unwrap returns what Drafts.Submit failed with, and the last look.
func (e *SubmitUnknownError) Unwrap() []error { return callAndLook(e.Err, e.Look) }

// An UnresolvedError says that a draft was submitted, but that its port request isn't found
// (yet). Run [Submit] again, which only looks for it, or look for the numbers among the port
// requests.
type UnresolvedError struct {
	Draft       porting.DraftID
	PortRequest porting.PortRequestID // that the draft names; empty if it names none
	Err         error                 // why the last look failed; nil if it found nothing
}

// Error tells what isn't found, and where to look.
func (e *UnresolvedError) Error() string {
	text := fmt.Sprintf("drafts: Submit: the draft %s was submitted, but its port request ", e.Draft)
	if e.PortRequest != "" {
		text += string(e.PortRequest) + " "
	}
	text += "isn't found; run Submit again, or look for the numbers among the port requests"
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns why the last look failed.
func (e *UnresolvedError) Unwrap() error { return e.Err }

// Submit submits a draft, once, and returns it along with the port request that it has become.
// Nil options are the defaults.
//
// A draft that is submitted already isn't submitted again: the result says so. Otherwise the
// draft is looked at ([Preflight]) right before it is submitted. If that finds errors, the error
// is a [*PreflightError]; if a requested FOC date is in none of the windows that are
// allowed by then, a [*WindowsMovedError]. After either, nothing was submitted.
//
// If the answer to the submit is lost or can't be read, Submit looks at the draft at once and,
// unless it is submitted, a second time a little later ([SubmitOptions].LookAgain). If it
// is still pending then, the error is a [*SubmitUnknownError]. A run that is killed while it
// submits is as good as a lost answer: start the next one some minutes later. If the server
// refuses the submit because somebody else was faster, the result says so.
//
// The port request is the one that the draft names. If it names none, or the server doesn't
// show that one, Submit looks for the port request that has the draft's numbers and no
// others and is younger than the draft. It looks up to six times. If it finds none, or
// more than one, the error is an [*UnresolvedError], and the result has the draft. With
// all other errors, the result is nil.
func Submit(ctx context.Context, client *porting.Client, draft porting.DraftID, opts *SubmitOptions) (*Submitted, error) {
	if opts == nil {
		opts = new(SubmitOptions)
	}
	const operation = "drafts.Submit"
	switch {
	case client == nil:
		return nil, &porting.ArgumentError{Operation: operation, Field: "client", Reason: "is nil"}
	case opts.LookAgain < 0:
		return nil, &porting.ArgumentError{Operation: operation, Field: "look_again", Reason: "must not be negative"}
	}
	s := &submitting{
		client:    client,
		draft:     draft,
		preflight: opts.Preflight,
		later:     cmp.Or(opts.LookAgain, 10*time.Second),
		sleep:     opts.Sleep,
	}
	if s.sleep == nil {
		s.sleep = wait.For
	}
	d, already, err := client.Drafts.Submitted(ctx, draft)
	if err != nil {
		return nil, err
	}
	s.numbers = sortedDigits(draftNumbers(d))
	result := &Submitted{Draft: d, Before: true}
	if !already {
		if result, err = s.submit(ctx); err != nil {
			return nil, err
		}
	}
	return result, s.resolve(ctx, result)
}

// A submitting is one run of [Submit].
type submitting struct {
	client    *porting.Client
	draft     porting.DraftID
	preflight PreflightOptions
	later     time.Duration
	sleep     func(ctx context.Context, d time.Duration) error
	numbers   []string // the digits of the draft's numbers, in order
}

// submit submits the draft if nothing speaks against it.
func (s *submitting) submit(ctx context.Context) (*Submitted, error) {
	report, err := Preflight(ctx, s.client, s.draft, &s.preflight)
	switch {
	case err != nil:
		return nil, err
	case isSubmitted(report.Draft):
		return &Submitted{Draft: report.Draft, Before: true}, nil
	case len(report.Errors()) > 0:
		return nil, &PreflightError{report}
	}
	if moved := s.moved(report); len(moved) > 0 {
		return nil, &WindowsMovedError{s.draft, moved}
	}

	result := &Submitted{Report: report}
	result.Draft, err = s.client.Drafts.Submit(ctx, s.draft)
	if err == nil && !isSubmitted(result.Draft) {
		err = &porting.DecodeError{
			Operation: "Drafts.Submit", Field: "status", StatusCode: http.StatusCreated,
			Check: "look at the draft with Drafts.Submitted", Err: errors.New("the answer doesn't say that the draft is submitted"),
		}
	}
	switch {
	case err == nil:
		return result, nil
	case isOutcomeUnknown(err):
		var look error
		if result.Draft, look = s.lookTwice(ctx); result.Draft == nil {
			return nil, &SubmitUnknownError{s.draft, err, look}
		}
		return result, nil
	case isConflict(err):
		d, look := s.look(ctx)
		if d != nil {
			return &Submitted{Draft: d, Before: true}, nil
		}
		err = errors.Join(err, look)
	}
	return nil, err
}

// isSubmitted tells whether a draft says that it was submitted.
func isSubmitted(d *porting.DraftPortRequest) bool {
	return d.Status == porting.DraftStatusSubmitted || d.PortRequestID != ""
}

// isConflict tells whether a submit was refused as it would be if the draft were submitted
// already.
func isConflict(err error) bool {
	api, ok := errors.AsType[*porting.APIError](err)
	return ok && (api.StatusCode == http.StatusConflict || api.StatusCode == http.StatusUnprocessableEntity)
}

// moved returns the windows of the sub requests whose FOC date is outside, unless that is
// allowed.
func (s *submitting) moved(report *Report) []MovedWindows {
	now := time.Now
	if s.preflight.Now != nil {
		now = s.preflight.Now
	}
	var moved []MovedWindows
	for _, p := range report.Problems {
		if p.Code != CodeFOCOutside || slices.Contains(s.preflight.Allow, p.Code) || slices.Contains(s.preflight.Allow, p.Path+":"+p.Code) {
			continue
		}
		m := MovedWindows{SubRequest: p.SubRequest, Windows: report.Windows[p.SubRequest]}
		for i := range report.Draft.SubRequests {
			if sub := &report.Draft.SubRequests[i]; sub.ID == p.SubRequest {
				m.Requested = sub.FOCDateRequestedByUser
			}
		}
		if nearest, err := foc.Nearest(m.Windows, m.Requested.Time, foc.Unbounded, foc.NotBefore(now())); err == nil {
			m.Nearest = nearest
		}
		moved = append(moved, m)
	}
	return moved
}

// look returns the draft if it is submitted, and nil if it isn't.
func (s *submitting) look(ctx context.Context) (*porting.DraftPortRequest, error) {
	d, already, err := s.client.Drafts.Submitted(ctx, s.draft)
	if err != nil || !already {
		return nil, err
	}
	return d, nil
}

// lookTwice looks at once and, unless the draft is submitted, a little later.
func (s *submitting) lookTwice(ctx context.Context) (*porting.DraftPortRequest, error) {
	if d, err := s.look(ctx); err == nil && d != nil {
		return d, nil
	}
	if err := s.sleep(ctx, s.later); err != nil {
		return nil, err
	}
	return s.look(ctx)
}

// resolve completes the result with the port request.
func (s *submitting) resolve(ctx context.Context, result *Submitted) error {
	const looks = 6
	var err error
	for look := range looks {
		if look > 0 {
			if err = s.sleep(ctx, s.later); err != nil {
				break
			}
		}
		if result.PortRequest, err = s.portRequest(ctx, result); result.PortRequest != nil {
			return nil
		}
		if err != nil && ctx.Err() != nil || errors.Is(err, porting.ErrUnauthorized) {
			break
		}
	}
	return &UnresolvedError{s.draft, result.Draft.PortRequestID, err}
}

// portRequest returns the port request that the draft has become, or nil if it isn't seen.
func (s *submitting) portRequest(ctx context.Context, result *Submitted) (*porting.PortRequest, error) {
	if result.Draft.PortRequestID == "" {
		d, err := s.look(ctx)
		if err != nil {
			return nil, err
		}
		if d != nil {
			result.Draft = d
		}
	}
	if id := result.Draft.PortRequestID; id != "" {
		p, err := s.client.PortRequests.Get(ctx, id, nil)
		if !errors.Is(err, porting.ErrNotFound) {
			return p, err
		}
	}
	return s.byNumbers(ctx, result.Draft)
}

// byNumbers returns the one port request that can be the draft's by its numbers, or nil.
func (s *submitting) byNumbers(ctx context.Context, d *porting.DraftPortRequest) (*porting.PortRequest, error) {
	if len(s.numbers) == 0 {
		return nil, nil //nolint:nilnil // as the comment says
	}
	found := map[porting.PortRequestID]*porting.PortRequest{}
	for _, search := range []string{s.numbers[0], "+" + s.numbers[0]} { // which of them finds it isn't documented
		opts := &porting.PortRequestListOptions{Search: search, IncludePhoneNumbers: porting.Set(true)}
		for p, err := range s.client.PortRequests.All(ctx, opts) {
			if errors.Is(err, porting.ErrUnprocessable) {
				break // it isn't how to write it
			} else if err != nil {
				return nil, err
			}
			switch {
			case d.PortRequestID != "" && p.ID != d.PortRequestID,
				!p.CreatedAt.IsZero() && p.CreatedAt.Before(d.CreatedAt.Time),
				!slices.Equal(sortedDigits(portRequestNumbers(p)), s.numbers):
			default:
				found[p.ID] = p
			}
		}
		if len(found) > 0 {
			break
		}
	}
	if len(found) != 1 {
		return nil, nil //nolint:nilnil // as the comment says
	}
	return slices.Collect(maps.Values(found))[0], nil
}

// sortedDigits returns the digits of numbers in an order that doesn't depend on theirs.
func sortedDigits(numbers []string) []string {
	digits := make([]string, len(numbers))
	for i, number := range numbers {
		digits[i] = digitsOf(number)
	}
	slices.Sort(digits)
	return digits
}
