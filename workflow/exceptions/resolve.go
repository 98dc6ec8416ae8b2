package exceptions

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/intake/enduser"
	"github.com/numberporting/porting/workflow/internal/wait"
)

// A Fix is what resolves an exception.
type Fix struct {
	// Profile is what the sub request should be. Fields that aren't given stay as they are. If
	// none is given, only the comment is written.
	Profile enduser.Profile
	// Comment is what the carrier is told.
	Comment string
}

// Options say how [Resolve] goes about it. A zero field has its default.
type Options struct {
	// Since is when the exception began. A comment with the same text from before then doesn't
	// count as this one. If it is zero, any counts: the same text is never written twice on a
	// sub request.
	Since time.Time

	// MayBeSent says that an earlier run has ended with an [*UnknownError] of the comment, or was
	// killed. If the comment isn't there then, it isn't written, and the error is an UnknownError
	// again. To have it written, look for yourself and leave this false.
	MayBeSent bool

	// LookAgain is how long Resolve waits, after the answer to the comment was lost and a first
	// look hasn't found it, before it looks once more; the default is 10 seconds.
	LookAgain time.Duration

	// Sleep waits for that time, or until the context ends, which is an error. The default
	// waits in real time.
	Sleep func(ctx context.Context, d time.Duration) error
}

// A State is what became of an update or a comment.
type State string

// The states.
const (
	StateNotSent State = "not_sent" // it wasn't sent, or was refused
	StateThere   State = "there"    // it was there before, so nothing was sent
	StateSent    State = "sent"     // it is there, and this run has sent it
	StateUnknown State = "unknown"  // it was sent, and whether it is there isn't known
)

// Resolved is what became of a [Fix].
type Resolved struct {
	Update    State
	Corrected *drafts.Corrected // what was sent and read back; nil if the update is not sent or unknown

	Comment State
	Written *porting.Comment // nil unless the comment is there
}

// A Step is one of the two of a [Fix].
type Step string

// The steps, in order.
const (
	StepUpdate  Step = "update"
	StepComment Step = "comment"
)

// An UnknownError says that [Resolve] has sent an update or a comment, and doesn't know
// whether the server has it. It was not sent again. After an update, run Resolve again in some
// minutes: it reads what is there first. After a comment, run it with [Options].MayBeSent, or
// look at the comments.
type UnknownError struct {
	Step        Step
	PortRequest porting.PortRequestID
	SubRequest  porting.SubRequestID
	Err         error // of the call; nil if the comment may have been sent by an earlier run
	Look        error // why the last look failed; nil if it worked and didn't show the step
}

// Error tells what is unknown, and what to do.
func (e *UnknownError) Error() string {
	text := fmt.Sprintf("exceptions: Resolve: sub request %s of the port request %s: whether the server has the %s is unknown (it wasn't sent again); look at it, or run Resolve again in some minutes", e.SubRequest, e.PortRequest, e.Step)
	if e.Look != nil {
		text += "; looking for it failed: " + e.Look.Error()
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the error of the call, and that of the last look.
func (e *UnknownError) Unwrap() []error {
	return slices.DeleteFunc([]error{e.Err, e.Look}, func(err error) bool { return err == nil })
}

// Resolve changes a sub request to what a fix says, and then writes the comment. Nil options
// are the defaults.
//
// The update has what differs and what the API demands, and is read back ([drafts.Correct]).
// If nothing differs, none is sent. The comment is written once the update has taken, so that
// it says nothing untrue: if fields weren't taken, the error is a [*drafts.NotTakenError], and
// there is no comment. A comment with the same text on the same sub request isn't written
// again; see [Options].Since.
//
// Neither is sent twice in one call, whatever the client's retries are. If the answer to the
// update is lost, Resolve reads the sub request once to see whether it took. If the answer to
// the comment is lost, Resolve looks for it at once and, unless it is there, a second time a
// little later. If what was sent isn't seen, the error is an [*UnknownError]. A secret that
// the API doesn't show is never seen: each call with one in its profile sends it.
//
// The result isn't nil unless an argument is bad, and says what is known, whatever the error.
// Two runs at the same moment can both write the comment: the API has no means to prevent
// that.
func Resolve(ctx context.Context, client *porting.Client, portRequest porting.PortRequestID, sub porting.SubRequestID, fix Fix, opts *Options) (*Resolved, error) {
	if opts == nil {
		opts = new(Options)
	}
	switch {
	case client == nil:
		return nil, bad("client", "is nil")
	case strings.TrimSpace(fix.Comment) == "":
		return nil, bad("comment", "is empty")
	case opts.LookAgain < 0:
		return nil, bad("look_again", "must not be negative")
	}
	r := &resolving{client: client, portRequest: portRequest, sub: sub, comment: fix.Comment, opts: opts, sleep: opts.Sleep}
	if r.sleep == nil {
		r.sleep = wait.For
	}
	result := &Resolved{Update: StateNotSent, Comment: StateNotSent}
	if err := r.update(ctx, fix.Profile, result); err != nil {
		if _, isBad := errors.AsType[*porting.ArgumentError](err); isBad {
			return nil, err
		}
		return result, err
	}
	return result, r.writeComment(ctx, result)
}

func bad(field, reason string) error {
	return &porting.ArgumentError{Operation: "exceptions.Resolve", Field: field, Reason: reason}
}

// A resolving is one run of [Resolve].
type resolving struct {
	client      *porting.Client
	portRequest porting.PortRequestID
	sub         porting.SubRequestID
	comment     string
	opts        *Options
	sleep       func(ctx context.Context, d time.Duration) error
}

// update does the first step.
func (r *resolving) update(ctx context.Context, profile enduser.Profile, result *Resolved) error {
	corrected, err := drafts.Correct(ctx, r.client, r.portRequest, r.sub, profile)
	result.Corrected = corrected
	if lost, ok := errors.AsType[*drafts.CorrectUnknownError](err); ok {
		result.Update = StateUnknown
		return r.unknown(StepUpdate, lost.Err, lost.Look)
	}
	switch {
	case corrected == nil:
	case corrected.Update == porting.SubRequestUpdate{}:
		result.Update = StateThere
	default:
		result.Update = StateSent
	}
	return err
}

func (r *resolving) unknown(step Step, err, look error) error {
	return &UnknownError{step, r.portRequest, r.sub, err, look}
}

// writeComment does the second step.
func (r *resolving) writeComment(ctx context.Context, result *Resolved) error {
	there, err := r.look(ctx)
	if err == nil && there == nil && r.opts.MayBeSent {
		there, err = r.lookLater(ctx)
	}
	switch {
	case there != nil:
		result.Comment, result.Written = StateThere, there
		return nil
	case r.opts.MayBeSent:
		result.Comment = StateUnknown
		return r.unknown(StepComment, nil, err)
	case err != nil:
		return err
	}
	result.Written, err = r.client.Comments.Create(ctx, r.portRequest, porting.CommentCreate{Body: r.comment, SubRequestID: r.sub})
	if err == nil {
		result.Comment = StateSent
		return nil
	}
	_, isLost := errors.AsType[*porting.OutcomeUnknownError](err)
	_, isUnread := errors.AsType[*porting.DecodeError](err)
	if !isLost && !isUnread {
		return err
	}
	there, look := r.look(ctx)
	if there == nil {
		there, look = r.lookLater(ctx)
	}
	if there == nil {
		result.Comment = StateUnknown
		return r.unknown(StepComment, err, look)
	}
	result.Comment, result.Written = StateSent, there
	return nil
}

// look looks for the comment among those that are there. It returns nil if there is none.
func (r *resolving) look(ctx context.Context) (*porting.Comment, error) {
	comments, err := r.client.Comments.List(ctx, r.portRequest)
	if err != nil {
		return nil, err
	}
	for i := range comments {
		c := &comments[i]
		isOld := !c.CreatedAt.IsZero() && !c.CreatedAt.DateOnly() && c.CreatedAt.Before(r.opts.Since.Truncate(time.Second))
		if c.SubRequestID == r.sub && sameText(c.Body, r.comment) && !isOld {
			return c, nil
		}
	}
	return nil, nil //nolint:nilnil // as the comment says
}

// lookLater waits and looks.
func (r *resolving) lookLater(ctx context.Context) (*porting.Comment, error) {
	if err := r.sleep(ctx, cmp.Or(r.opts.LookAgain, 10*time.Second)); err != nil {
		return nil, err
	}
	return r.look(ctx)
}

// sameText passes over how many blanks there are.
func sameText(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }
