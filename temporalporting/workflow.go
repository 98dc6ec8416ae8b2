package temporalporting

import (
	"errors"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/watch"
)

// The signals and the query of [Port].
const (
	// SignalFixed says that a person has put right what the [Source] has, or has seen to what
	// was unknown. It has no content. A port that waits goes on, and exceptions are
	// resolved with what [Source.Fix] says.
	SignalFixed = "fixed"

	// SignalCancel asks for the cancellation of all that isn't ported. It has no content. A port
	// that isn't submitted yet ends.
	SignalCancel = "cancel"

	// SignalNewDate asks for the FOC dates nearest to a time, its content.
	SignalNewDate = "new-date"

	// QuerySummary is answered with a [Summary].
	QuerySummary = "summary"
)

// Input is what [Port] is started with.
type Input struct {
	// Key is what the [Source] knows the port by, such as the id of an order. It is in
	// the history and in Temporal's lists, so it must not be a phone number or a name.
	Key   string `json:"key"`
	Times Times  `json:"times,omitzero"`

	// Summary is how far the port had come when it continued as new.
	Summary Summary `json:"summary,omitzero"`
}

// WorkflowID is the ID of a port's workflow: the key with "porting/" before it, so that no other
// workflow of the order has it.
func WorkflowID(key string) string { return idPrefix + key }

const idPrefix = "porting/"

// StartOptions are the options to start [Port] with. The ID is made of the key, so that a
// set of numbers has one workflow: while it runs, another start gets the same run; once it
// has ended well, another start is an error, for as long as the namespace keeps it. One that
// has failed can be started again: it looks for what is there. After Temporal's Terminate, wait for
// [Times].Attempt and Settle first, since the activity goes on. To port the same numbers once more,
// take another key.
func StartOptions(taskQueue, key string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       WorkflowID(key),
		TaskQueue:                taskQueue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
	}
}

// Port is the life of a port: from numbers to a submitted port request, and from then on
// until they are ported or cancelled. It returns how it ended.
func Port(ctx workflow.Context, in Input) (*Summary, error) {
	p := begin(ctx, in)
	if err := workflow.SetQueryHandler(ctx, QuerySummary, func() (Summary, error) { return p.Summary, nil }); err != nil {
		return nil, err
	}

	for p.PortRequest == "" {
		isSubmitted := p.prepare(ctx) && p.submit(ctx)
		if !isSubmitted && !p.hasMoved() {
			p.waitForHelp(ctx)
		}
		isCancelled := p.PortRequest == "" && p.asked.cancel && !p.wasSubmitted(ctx)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case isCancelled: // the server deletes the draft some time
			p.Step, p.Turn, p.Problem = StepDone, watch.Cancelled, nil
			p.tell(ctx)
			return &p.Summary, nil
		}
	}

	for looks := 0; ; looks++ {
		p.look(ctx)
		if p.isOver {
			break
		}
		p.wait(ctx, p.times.next(p.left))
		p.act(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		isLong := looks >= looksPerRun || workflow.GetInfo(ctx).GetContinueAsNewSuggested()
		if isLong && !p.receive() {
			return nil, workflow.NewContinueAsNewError(ctx, Port, Input{p.Key, in.Times, p.Summary})
		}
	}

	p.archive(ctx)
	return &p.Summary, ctx.Err()
}

// looksPerRun bounds a run's history to some 3,000 events.
const looksPerRun = 250

// A port is a run of [Port].
type port struct {
	Summary

	stood    Summary // how it stood when that last changed
	told     Summary // what was last told
	times    Times
	activity func(ctx workflow.Context, name string, r request) workflow.Future
	receive  func() bool // takes in the signals that have come, and tells whether any is to be heeded
	asked    asked
	moved    bool          // the FOC windows have just moved
	left     time.Duration // to the nearest FOC date, when last looked at
	isOver   bool
}

// asked is what signals have asked for and hasn't been heeded yet.
type asked struct{ fixed, cancel, newDate bool }

// begin takes up a port where the run before has left it.
func begin(ctx workflow.Context, in Input) *port {
	p := &port{Summary: in.Summary, stood: in.Summary, told: in.Summary, times: in.Times.withDefaults()}
	p.Key = in.Key
	p.activity = func(ctx workflow.Context, name string, r request) workflow.Future {
		return workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, p.times.options(name)), name, r)
	}
	fixed, cancel, newDate := workflow.GetSignalChannel(ctx, SignalFixed), workflow.GetSignalChannel(ctx, SignalCancel), workflow.GetSignalChannel(ctx, SignalNewDate)
	p.receive = func() bool {
		for fixed.ReceiveAsync(nil) {
			p.asked.fixed = true
		}
		for cancel.ReceiveAsync(nil) {
			p.asked.cancel = true
		}
		for newDate.ReceiveAsync(&p.NewDate) {
			p.asked.newDate = true
		}
		return p.asked != asked{}
	}
	return p
}

// prepare has the numbers checked and their draft made ready: filled in, with FOC dates and
// documents. It tells whether the draft can be submitted.
func (p *port) prepare(ctx workflow.Context) bool {
	isHelped := p.asked != asked{} || p.Problem != nil && p.Problem.Kind != KindFailed
	p.asked = asked{}
	p.Step = StepPrepare
	if isHelped { // else it is tried again, and a person still has to look
		p.Turn, p.Problem = "", nil
	}
	p.tell(ctx)
	var made prepared
	if !p.do(ctx, activityPrepare, request{Key: p.Key, NewDate: p.NewDate}, &made) {
		return false
	}
	if p.Problem == nil {
		p.Turn = ""
	}
	p.Draft, p.PortRequest, p.Numbers, p.LeftOut = made.Draft, made.PortRequest, made.Numbers, made.LeftOut
	return !p.receive() // somebody may just have cancelled
}

// submit submits the draft and finds its port request.
func (p *port) submit(ctx workflow.Context) bool {
	p.Step = StepSubmit
	p.tell(ctx)
	return p.PortRequest != "" || p.do(ctx, activitySubmit, request{Draft: p.Draft}, &p.PortRequest)
}

// hasMoved tells whether the FOC windows have moved since the draft was filled in, and not for
// the second time in a row: it is then filled in once more.
func (p *port) hasMoved() bool {
	p.moved = !p.moved && p.Problem != nil && p.Problem.Kind == KindMoved
	return p.moved
}

// wasSubmitted tells whether the draft was submitted in spite of all that is known, as after a lost
// answer. If that can't be told, it waits for the next signal.
func (p *port) wasSubmitted(ctx workflow.Context) bool {
	for ctx.Err() == nil && !p.do(ctx, activityFind, request{Key: p.Key, Draft: p.Draft}, &p.PortRequest) {
		p.asked = asked{}
		p.waitForHelp(ctx)
	}
	p.asked.cancel = true
	return p.PortRequest != ""
}

// look sees how the port request stands.
func (p *port) look(ctx workflow.Context) {
	var seen look
	p.left = never
	defer p.tell(ctx)
	if !p.do(ctx, activityLook, request{Key: p.Key, PortRequest: p.PortRequest}, &seen) {
		return
	}
	p.add(seen, workflow.Now(ctx))
	p.left, p.isOver = seen.Left, seen.Turn == watch.Ported || seen.Turn == watch.Cancelled
	p.Step, p.Turn = StepWatch, seen.Turn
	switch {
	case p.isOver:
		p.Problem = nil
	case p.Problem != nil:
		p.Turn = watch.Ours
	}
}

// act does what signals have asked for.
func (p *port) act(ctx workflow.Context) {
	todo := p.asked
	p.asked = asked{}
	if todo == p.asked {
		return
	}
	p.Problem = nil
	all := request{Key: p.Key, PortRequest: p.PortRequest, NewDate: p.NewDate}
	if todo.cancel {
		p.do(ctx, activityCancel, all, nil)
		return
	}
	if todo.fixed {
		p.look(ctx) // which exceptions there are now; an attempt that goes on where another has died may see fewer
		for _, sub := range p.SubRequests {
			if watch.TurnOf(sub.Status) == watch.Ours {
				all.Exceptions = append(all.Exceptions, sub.ID)
			}
		}
		if len(all.Exceptions) > 0 {
			p.do(ctx, activityResolve, all, nil)
		}
	}
	if todo.newDate {
		p.do(ctx, activityNewDate, all, nil)
	}
}

// archive keeps the evidence. If that can't be, a cancellation ends it.
func (p *port) archive(ctx workflow.Context) {
	for p.Step != StepDone && ctx.Err() == nil {
		turn := p.Turn
		p.Step = StepArchive
		p.tell(ctx)
		if p.do(ctx, activityArchive, request{Key: p.Key, PortRequest: p.PortRequest}, &p.Files) || p.asked.cancel {
			p.Step, p.Turn = StepDone, turn
			p.tell(ctx)
			return
		}
		p.waitForHelp(ctx)
		p.asked, p.Turn = asked{cancel: p.asked.cancel}, turn
	}
}

// do runs an activity and tells whether it went well. If it didn't, a person has to look: the
// policy of its class has tried again what passes by itself. What was sent has come to rest then.
func (p *port) do(ctx workflow.Context, name string, r request, result any) bool {
	err := p.activity(ctx, name, r).Get(ctx, result)
	if err == nil {
		if p.Problem != nil && p.Problem.Doing == name {
			p.Problem = nil
		}
		return true
	}
	problem := &Problem{Doing: name, Kind: KindFailed, Text: "it was given up"}
	if told, ok := errors.AsType[*temporal.ApplicationError](err); ok {
		problem.Kind, problem.Text = Kind(told.Type()), told.Message()
	}
	if temporal.IsCanceledError(err) {
		return false
	}
	p.Turn, p.Problem = watch.Ours, problem
	if classes[name] == porting.RetryUnsafe && (problem.Kind == KindUnknown || problem.Kind == KindFailed) {
		p.tell(ctx)
		_ = workflow.Sleep(ctx, p.times.Settle) // whoever signals at once
	}
	return false
}

// waitForHelp waits for a signal. What can pass by itself is tried again without one, too.
func (p *port) waitForHelp(ctx workflow.Context) {
	if p.Problem != nil && p.Problem.Kind == KindFailed {
		p.wait(ctx, p.times.MaxRetry)
	} else {
		p.wait(ctx, 0)
	}
}

// wait waits for a signal, for some time or, if that is 0, without an end. Whoever is waited for is told.
func (p *port) wait(ctx workflow.Context, d time.Duration) {
	p.tell(ctx)
	switch {
	case p.receive():
	case d == 0:
		_ = workflow.Await(ctx, p.receive) // the caller looks at the context
	default:
		_, _ = workflow.AwaitWithTimeout(ctx, d, p.receive)
	}
}

// tell tells how the port stands, unless all is as it was.
func (p *port) tell(ctx workflow.Context) {
	if !p.sameAs(p.stood) {
		p.Since, p.stood = workflow.Now(ctx), p.Summary
	}
	if p.sameAs(p.told) {
		return
	}
	if p.activity(ctx, activityNotify, request{Summary: &p.Summary}).Get(ctx, nil) == nil { // else the next look tells it
		p.told = p.Summary
	}
}
