package temporalporting

import (
	"cmp"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/archive"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/foc"
	"github.com/numberporting/porting/workflow/intake/enduser"
	"github.com/numberporting/porting/workflow/watch"
)

// A Source knows what is to be ported: a database of orders, as a rule. All workers have the same.
// It is asked within activities, so what it says isn't in any history. Its methods are called by
// several goroutines at once. What fails there is tried again without an end.
type Source interface {
	// Set returns the numbers of a port, the customer's data, the FOC date that is wished for and
	// the documents. Its Name isn't used.
	Set(ctx context.Context, key string) (*drafts.Set, error)

	// Fix returns what resolves the exception of a sub request: what a person has put right,
	// and the comment for the carrier. The same comment isn't written twice on a sub request.
	Fix(ctx context.Context, key string, sub porting.SubRequestID) (exceptions.Fix, error)

	// Open opens a document of a set by its path.
	Open(ctx context.Context, path string) (io.ReadCloser, error)
}

// Activities are what [Port] does. Client and Source are needed.
type Activities struct {
	Client *porting.Client
	Source Source

	// Archive is the folder in which the evidence of ended ports is kept; see [archive.ToFolder]. The
	// workers have to share it. If it is empty, none is kept.
	Archive string

	// Notify, if it isn't nil, is told how a port stands whenever that has changed: in order,
	// and perhaps more than once. What it can't be told within [Times].Attempt it is never told.
	Notify func(context.Context, Summary) error

	// OnError, if it isn't nil, gets the whole error of each attempt that has failed. Its text
	// can have what a history must not: what the server or the Source says.
	OnError func(ctx context.Context, key string, err error)

	// LookAgain is how long an attempt waits, after an answer was lost and a first look hasn't
	// found what came of the call, before it looks once more; the default is 10 seconds.
	LookAgain time.Duration

	// Now is the clock for FOC dates; the default is [time.Now]. With a sandbox, use the
	// sandbox's.
	Now func() time.Time
}

// Registry is what a Temporal worker, and a test's environment, is.
type Registry interface {
	// RegisterWorkflow is that of Temporal's worker.Registry.
	RegisterWorkflow(workflow any)
	// RegisterActivityWithOptions is that of Temporal's worker.Registry.
	RegisterActivityWithOptions(activity any, options activity.RegisterOptions)
}

// Register makes [Port] and its activities known to a worker.
func (a *Activities) Register(r Registry) {
	filled := *a
	if filled.Now == nil {
		filled.Now = time.Now
	}
	r.RegisterWorkflow(Port)
	register(r, &filled, activityPrepare, filled.prepare)
	register(r, &filled, activitySubmit, filled.submit)
	register(r, &filled, activityFind, filled.find)
	register(r, &filled, activityLook, filled.look)
	register(r, &filled, activityResolve, filled.resolve)
	register(r, &filled, activityCancel, filled.cancel)
	register(r, &filled, activityNewDate, filled.newDate)
	register(r, &filled, activityArchive, filled.archive)
	register(r, &filled, activityNotify, filled.notify)
}

// register registers an activity whose errors are made harmless.
func register[T any](r Registry, a *Activities, name string, do func(context.Context, request) (T, error)) {
	r.RegisterActivityWithOptions(func(ctx context.Context, asked request) (T, error) {
		result, err := do(ctx, asked)
		if err != nil && a.OnError != nil {
			a.OnError(ctx, cmp.Or(asked.Key, strings.TrimPrefix(activity.GetInfo(ctx).WorkflowExecution.ID, idPrefix)), err)
		}
		return result, harmless(err, activity.GetInfo(ctx).Attempt)
	}, activity.RegisterOptions{Name: name})
}

// A request is what an activity is asked to do: each takes of it what it needs.
type request struct {
	Key         string                 `json:"key,omitzero"`
	NewDate     time.Time              `json:"new_date,omitzero"`
	Draft       porting.DraftID        `json:"draft,omitzero"`
	PortRequest porting.PortRequestID  `json:"port_request,omitzero"`
	Exceptions  []porting.SubRequestID `json:"exceptions,omitzero"`
	Summary     *Summary               `json:"summary,omitzero"`
}

// prepared is a draft that is ready, or the port request if it was submitted already.
type prepared struct {
	Draft       porting.DraftID       `json:"draft,omitzero"`
	PortRequest porting.PortRequestID `json:"port_request,omitzero"`
	Numbers     int                   `json:"numbers"`
	LeftOut     int                   `json:"left_out,omitzero"`
}

// prepare has the numbers checked, and their draft found or created, filled in and given its
// documents.
func (a *Activities) prepare(ctx context.Context, r request) (prepared, error) {
	set, err := a.Source.Set(ctx, r.Key)
	if err != nil {
		return prepared{}, err
	}
	if !r.NewDate.IsZero() {
		dated := *set
		dated.FOC = &drafts.Wish{Nearest: r.NewDate}
		dated.Profiles.Default.FOCDateRequestedByUser = time.Time{}
		set = &dated
	}
	outcome, err := drafts.Run(ctx, a.Client, &drafts.Plan{Sets: []drafts.Set{*set}}, &drafts.RunOptions{
		Open:      func(path string) (io.ReadCloser, error) { return a.Source.Open(ctx, path) },
		LookAgain: a.LookAgain,
		Now:       a.Now,
	})
	if err != nil {
		return prepared{}, err
	}
	made := outcome.Sets[0]
	result := prepared{PortRequest: made.PortRequestID, Numbers: len(set.Numbers) - len(made.LeftOut), LeftOut: len(made.LeftOut)}
	if made.Draft != nil {
		result.Draft = made.Draft.ID
	}
	return result, nil
}

// submit submits the draft once everything in it is right, and finds its port request.
func (a *Activities) submit(ctx context.Context, r request) (porting.PortRequestID, error) {
	submitted, err := drafts.Submit(ctx, a.Client, r.Draft, &drafts.SubmitOptions{
		Preflight: drafts.PreflightOptions{Now: a.Now},
		LookAgain: a.LookAgain,
	})
	if err != nil {
		return "", err
	}
	return submitted.PortRequest.ID, nil
}

// find looks for the port request of a draft or, if none is known, of the numbers. There is none if they
// weren't submitted.
func (a *Activities) find(ctx context.Context, r request) (porting.PortRequestID, error) {
	if r.Draft == "" {
		set, err := a.Source.Set(ctx, r.Key)
		if err != nil {
			return "", err
		}
		places, err := drafts.Find(ctx, a.Client, set.Numbers, nil)
		for _, place := range places {
			if place.PortRequest != nil {
				return place.PortRequest.ID, nil
			}
		}
		return "", err
	}
	_, isSubmitted, err := a.Client.Drafts.Submitted(ctx, r.Draft)
	if errors.Is(err, porting.ErrNotFound) || err == nil && !isSubmitted {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return a.submit(ctx, r) // which only looks
}

// look reads the port request, and of its exceptions what the carriers say.
func (a *Activities) look(ctx context.Context, r request) (look, error) {
	p, err := a.read(ctx, r)
	if err != nil {
		return look{}, err
	}
	var summary watch.Summary
	summary.Add(p)
	seen := look{Turn: summary.Turn(), Left: never}
	var comments []porting.Comment
	if seen.Turn == watch.Ours {
		if comments, err = a.Client.Comments.List(ctx, r.PortRequest); err != nil {
			return look{}, err
		}
	}
	for i := range p.SubRequests {
		s := &p.SubRequests[i]
		sub := SubRequest{ID: s.ID, Status: s.Status, Requested: s.FOCDateRequestedByUser, FOCDate: s.FOCDate}
		if watch.TurnOf(s.Status) == watch.Ours {
			reading, _ := exceptions.Find(comments, s.ID)
			sub.Hints = reading.Hints
		}
		if left := s.FOCDate.Sub(a.Now()); !s.Status.Terminal() && !s.FOCDate.IsZero() && left > -day {
			seen.Left = min(seen.Left, left)
		}
		seen.SubRequests = append(seen.SubRequests, sub)
	}
	return seen, nil
}

// read reads a port request with its numbers and sub requests.
func (a *Activities) read(ctx context.Context, r request) (*porting.PortRequest, error) {
	p, err := a.Client.PortRequests.Get(ctx, r.PortRequest, &porting.GetOptions{IncludeSubRequests: porting.Set(true), IncludePhoneNumbers: porting.Set(true)})
	if errors.Is(err, porting.ErrNotFound) {
		p, err = a.complete(ctx, r, err)
	}
	if err != nil || len(p.SubRequests) > 0 {
		return p, err
	}
	p.SubRequests, err = a.Client.SubRequests.List(ctx, r.PortRequest)
	return p, err
}

// complete looks for a port request that isn't found among the complete ones, which the API may show in
// their list only.
func (a *Activities) complete(ctx context.Context, r request, notFound error) (*porting.PortRequest, error) {
	set, err := a.Source.Set(ctx, r.Key)
	if err != nil {
		return nil, err
	}
	for _, number := range set.Numbers {
		for p, err := range a.Client.PortRequests.All(ctx, &porting.PortRequestListOptions{
			Search: number[1:], Status: porting.PortRequestListStatusComplete, IncludeSubRequests: porting.Set(true), IncludePhoneNumbers: porting.Set(true),
		}) {
			if err != nil {
				return nil, err
			}
			if p.ID == r.PortRequest {
				return p, nil
			}
		}
	}
	return nil, notFound
}

// each does something with each sub request, whatever becomes of those before it.
func (a *Activities) each(ctx context.Context, r request, do func(*porting.SubRequest) error) (none, error) {
	p, err := a.read(ctx, r)
	if err != nil {
		return none{}, err
	}
	var errs []error
	for i := range p.SubRequests {
		errs = append(errs, do(&p.SubRequests[i]))
	}
	return none{}, errors.Join(errs...)
}

// none is the result of an activity that has none.
type none struct{}

// resolve changes each sub request with an exception to what the Source says, and answers the carrier.
func (a *Activities) resolve(ctx context.Context, r request) (none, error) {
	var errs []error
	for _, sub := range r.Exceptions {
		fix, err := a.Source.Fix(ctx, r.Key, sub)
		if err == nil {
			_, err = exceptions.Resolve(ctx, a.Client, r.PortRequest, sub, fix, &exceptions.Options{LookAgain: a.LookAgain})
		}
		errs = append(errs, err)
	}
	return none{}, errors.Join(errs...)
}

// cancel asks for the cancellation of each sub request that isn't ported or cancelled yet.
func (a *Activities) cancel(ctx context.Context, r request) (none, error) {
	return a.each(ctx, r, func(s *porting.SubRequest) error {
		if s.Status.Terminal() || s.Status == porting.SubRequestStatusCancelPending {
			return nil
		}
		_, err := a.Client.SubRequests.Cancel(ctx, r.PortRequest, s.ID)
		return err
	})
}

// newDate asks for the FOC date nearest to the new one, for each sub request.
func (a *Activities) newDate(ctx context.Context, r request) (none, error) {
	return a.each(ctx, r, func(s *porting.SubRequest) error {
		if s.Status.Terminal() {
			return nil
		}
		windows, err := a.Client.SubRequests.AllowedFOCDates(ctx, r.PortRequest, s.ID)
		if err != nil {
			return err
		}
		choice, err := foc.Nearest(windows, r.NewDate, foc.Unbounded, foc.NotBefore(a.Now()))
		if err != nil {
			return err
		}
		_, err = drafts.Correct(ctx, a.Client, r.PortRequest, s.ID, enduser.Profile{FOCDateRequestedByUser: choice.Time})
		return err
	})
}

// archive keeps the evidence, each port request in a folder of its own: so runs don't wait for each other.
func (a *Activities) archive(ctx context.Context, r request) (files int, err error) {
	if a.Archive == "" {
		return 0, nil
	}
	folder := filepath.Join(a.Archive, string(r.PortRequest))
	report, err := archive.ToFolder(ctx, a.Client, folder, []porting.PortRequestID{r.PortRequest}, &archive.Options{Now: a.Now})
	if err != nil {
		return 0, err
	}
	return len(report.Added) + len(report.Kept), nil
}

// notify tells how the port stands.
func (a *Activities) notify(ctx context.Context, r request) (none, error) {
	if a.Notify == nil {
		return none{}, nil
	}
	return none{}, a.Notify(ctx, *r.Summary)
}
