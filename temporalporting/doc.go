// Package temporalporting is the life of a port as a Temporal workflow, for teams whose ports
// have outgrown one machine: any worker goes on where another has died, and weeks of waiting
// are timers.
//
//	activities := &temporalporting.Activities{Client: client, Source: orders}
//	w := worker.New(temporal, "porting", worker.Options{})
//	activities.Register(w)
//	err := w.Run(worker.InterruptCh())
//
// A port is started, steered and asked about by the key of its order:
//
//	start := temporalporting.StartOptions("porting", "order-4711")
//	run, err := temporal.ExecuteWorkflow(ctx, start, temporalporting.Port, temporalporting.Input{Key: "order-4711"})
//	err = temporal.SignalWorkflow(ctx, start.ID, "", temporalporting.SignalFixed, nil)
//	answer, err := temporal.QueryWorkflow(ctx, start.ID, "", temporalporting.QuerySummary)
//
// [Port] reads from top to bottom as what happens. Its activities are the functions of the
// packages in the repository's folder workflow: [drafts.Run] checks the numbers and makes their
// draft ready, [drafts.Submit] submits it, [exceptions.Resolve] answers a carrier,
// [archive.ToFolder] keeps the evidence.
//
// # At most once
//
// No call that may have acted is sent again blindly. Each activity looks for what is there
// before it changes anything. What it doesn't know is how long the server is still working on a
// call whose answer was lost, or that was sent by a worker that has died. So the next attempt
// begins no sooner than [Times].Settle after the one before has ended, looks, and only then
// acts. Two attempts don't overlap: a worker ends its own attempt after [Times].Attempt, which
// is also when Temporal gives it up. (A machine that is suspended in the middle of a call and
// wakes up later is the exception: don't suspend workers.) There are no heartbeat timeouts for
// this reason: a worker that has lost Temporal, but not the API, would go on. So a port whose
// worker was killed goes on after Attempt and Settle together, eleven minutes by default.
//
// If the outcome of a second or later attempt is unknown, the workflow waits for a person, and
// its summary says so.
//
// One workflow has one set of numbers: [StartOptions] makes the workflow's ID of the key.
// Temporal runs one workflow of an ID at a time, which is the lock that [drafts.Ensure] asks
// for.
//
// # Who waits for whom
//
// What passes by itself is tried again without an end: an outage, a limit of requests. After
// ten attempts a person is told as well. What the server refuses, and what it would refuse,
// waits for a person; so does an exception. The person puts right what the [Source] has and
// signals [SignalFixed]. [SignalCancel] cancels; [SignalNewDate], with a time, asks for another
// FOC date. A signal is heeded when the activity that is under way has ended. Temporal's own
// cancellation ends the workflow once the activity that is under way has ended, and does no
// more to the port. [Activities].Notify is told when something has changed, so that nobody has
// to poll summaries.
//
// # Privacy
//
// A history is kept for long and read by many. So it holds the key, ids, statuses, dates,
// counts and names of fields: no phone number, no name, no PIN. The numbers and the customer
// come from the Source, within an activity. Errors in the history are made of what is known to
// be harmless, and never of a text by the server or the Source; [Activities].OnError gets the
// whole error. A panic's text does reach the history. Who wants to hide ids and dates as well
// gives the client and the workers a data converter that encrypts, and a failure converter with
// EncodeCommonAttributes.
//
// # Long lives
//
// A look at a port that waits takes about eleven events of the history. After 250 looks, or
// when the server suggests it, the workflow continues as new, with its summary.
//
// A port lives for weeks, so workers are replaced under it. A later version of this package
// that makes the workflow take other steps branches with workflow.GetVersion, and keeps the old
// branch for as long as a run of it can be open: a run ends with the port, or earlier if it
// continues as new. A recorded history is replayed in the tests. With Temporal's worker
// versioning, let the workflow type be upgraded automatically: a pinned port would need the
// workers that it began with for weeks.
package temporalporting
