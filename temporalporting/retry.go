package temporalporting

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/numberporting/porting"
)

// The activities, by the names under which they are in a history.
const (
	activityPrepare = "porting.Prepare"
	activitySubmit  = "porting.Submit"
	activityFind    = "porting.Find"
	activityLook    = "porting.Look"
	activityResolve = "porting.Resolve"
	activityCancel  = "porting.Cancel"
	activityNewDate = "porting.NewDate"
	activityArchive = "porting.Archive"
	activityNotify  = "porting.Notify"
)

// classes are the retry classes of the activities: that of the most delicate call in each. An
// update that a losing carrier hears of is as delicate as a comment.
var classes = map[string]porting.RetryClass{
	activityPrepare: porting.RetryUnsafe,
	activitySubmit:  porting.RetryUnsafe,
	activityFind:    porting.RetrySafe,
	activityLook:    porting.RetrySafe,
	activityResolve: porting.RetryUnsafe,
	activityCancel:  porting.RetryUnsafe,
	activityNewDate: porting.RetryUnsafe,
	activityArchive: porting.RetrySafe,
	activityNotify:  porting.RetryIdempotent,
}

// Times are how long things take. A zero field has its default.
type Times struct {
	// Settle is how long the server may still be working on a call whose answer was lost; the
	// default is a minute. No activity that changes something is tried again sooner.
	Settle time.Duration `json:"settle,omitzero"`

	// Attempt is how long one attempt of an activity may take; the default is ten minutes. A
	// worker that has died is noticed when it is over.
	Attempt time.Duration `json:"attempt,omitzero"`

	// Retry is the wait before an activity that changes nothing is tried again; the default
	// is ten seconds. It doubles, up to MaxRetry, which is ten minutes by default.
	Retry    time.Duration `json:"retry,omitzero"`
	MaxRetry time.Duration `json:"max_retry,omitzero"`

	// MinLook and MaxLook bound the wait between two looks at a port request, which is a 24th of the time
	// that is left to the nearest FOC date; the defaults are two minutes and half an hour.
	MinLook time.Duration `json:"min_look,omitzero"`
	MaxLook time.Duration `json:"max_look,omitzero"`
}

func (t Times) withDefaults() Times {
	or := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	or(&t.Settle, time.Minute)
	or(&t.Attempt, 10*time.Minute)
	or(&t.Retry, 10*time.Second)
	or(&t.MaxRetry, 10*time.Minute)
	t.MaxRetry = max(t.MaxRetry, t.Settle, t.Retry)
	or(&t.MinLook, 2*time.Minute)
	or(&t.MaxLook, max(30*time.Minute, t.MinLook))
	return t
}

const day = 24 * time.Hour

// next is the wait before the next look at a port request whose FOC date is so far away. A
// date that has been over for a day counts as none.
func (t Times) next(left time.Duration) time.Duration {
	const parts = 24
	return min(max(left/parts, t.MinLook), t.MaxLook)
}

// attempts is how often an activity is tried before a person is told. The workflow goes on trying.
const attempts = 10

// policy is how an activity is tried again after what passes by itself, an unknown outcome or
// the death of a worker.
func (t Times) policy(class porting.RetryClass) *temporal.RetryPolicy {
	first := map[porting.RetryClass]time.Duration{
		porting.RetrySafe:       t.Retry,
		porting.RetryIdempotent: t.Retry,
		porting.RetryUnsafe:     t.Settle, // the server may still be working on what the attempt before has sent
	}[class]
	return &temporal.RetryPolicy{InitialInterval: first, BackoffCoefficient: 2, MaximumInterval: max(t.MaxRetry, first), MaximumAttempts: attempts}
}

// options are those of an activity.
func (t Times) options(activity string) workflow.ActivityOptions {
	options := workflow.ActivityOptions{
		StartToCloseTimeout: t.Attempt,
		WaitForCancellation: true, // a workflow that has ended lets another of its ID begin
		RetryPolicy:         t.policy(classes[activity]),
	}
	if activity == activityNotify { // a port waits no longer for who can't be told
		options.StartToCloseTimeout, options.ScheduleToCloseTimeout = t.Attempt/attempts, t.Attempt
	}
	return options
}
