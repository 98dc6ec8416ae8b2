package temporalporting_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/temporalporting"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/watch"
)

func TestPort(t *testing.T) {
	t.Parallel()
	w := newWorld(t, order(number, "+13125550160", "+13125550101"))
	w.input.Times = temporalporting.Times{}
	early := w.summaryAfter(time.Hour)
	late := w.summaryAfter(2 * day)
	s := w.run()
	assert.Equal(t, temporalporting.StepDone, s.Step)
	assert.Equal(t, watch.Ported, s.Turn)
	assert.Equal(t, 3, s.Numbers)
	assert.Len(t, s.SubRequests, 2)
	assert.Equal(t, 5, s.Files) // three of JSON, and the documents
	assert.Nil(t, s.Problem)
	assert.Equal(t, 1, w.sandbox.Count("Drafts.Create"))
	assert.Equal(t, 1, w.sandbox.Count("Drafts.Submit"))
	assert.Less(t, s.Looks, 300)
	assert.Empty(t, w.errs)

	assert.Equal(t, temporalporting.StepWatch, early.Step)
	assert.Equal(t, watch.Theirs, early.Turn)
	assert.Equal(t, s.PortRequest, early.PortRequest)
	assert.Equal(t, porting.SubRequestStatusInProcess, early.SubRequests[0].Status)
	assert.Equal(t, porting.SubRequestStatusFOCDateConfirmed, late.SubRequests[0].Status)
	assert.False(t, late.SubRequests[0].FOCDate.IsZero())
	assert.Equal(t, s, w.told[len(w.told)-1])
	t.Log(s.Looks, "looks,", w.requests, "requests,", len(w.told), "times told")
}

// carrierSays is a comment for each cause that package exceptions knows.
var carrierSays = map[exceptions.Cause]string{
	exceptions.CauseAccountNumberMismatch:        "Acct # wrong, pls supp.",
	exceptions.CauseAuthPersonMismatch:           "Signer of the LOA is not an authorized user for this account.",
	exceptions.CauseBTNATNMismatch:               "BTN incorrect. The BTN provided is not the billing telephone number of the account.",
	exceptions.CauseEntityNameMismatch:           "EU NAME incorrect per OSP",
	exceptions.CauseFOCExpired:                   "The due date has passed without activation. Please resubmit with a new FOC date.",
	exceptions.CauseFOCRejected:                  "DDD invalid - interval too short. Supp with a new due date.",
	exceptions.CauseLocationMismatch:             "SANO/SASN mismatch",
	exceptions.CauseLSRPending:                   "There is a pending order on the account. Carrier won't process the LSR until it completes.",
	exceptions.CauseMainBTNPorting:               "Customer is porting the main BTN. A new BTN is needed for the numbers that remain.",
	exceptions.CauseOSPIrresponsive:              "No response from the losing carrier.",
	exceptions.CausePasscodePINInvalid:           "Port rejected by losing carrier: invalid PIN.",
	exceptions.CausePhoneNumberHasSpecialFeature: "LSP freeze: the account can't be switched to another provider until the subscriber has it lifted.",
	exceptions.CausePhoneNumberMismatch:          "These TNs are not on the account.",
	exceptions.CausePhoneNumberNotPortable:       "The losing carrier has deactivated the number.",
	exceptions.CausePortingOrderSplitRequired:    "The numbers are on two accounts, split the order.",
	exceptions.CausePortTypeIncorrect:            "Is this a partial port?",
	exceptions.CausePostalCodeMismatch:           "Zip code mismatch.",
	exceptions.CauseRateCenterNotPortable:        "Rate center has no coverage.",
	exceptions.CauseSVConflict:                   "The SV is in conflict status.",
	exceptions.CauseSVUnknownFailure:             "NPAC failure.",
	exceptions.CauseOther:                        "Please call Ada Lovejoy at 312 555 0100.",
}

// TestExceptions has a carrier reject a port for each cause, and a person put it right.
func TestExceptions(t *testing.T) {
	t.Parallel()
	for cause, comment := range carrierSays {
		t.Run(string(cause), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, order(number))
			w.sandbox.Script(number,
				portingtest.Step{After: 4 * time.Hour, Status: "submitted"},
				portingtest.Step{After: day, Status: "exception", Comment: comment},
				portingtest.Step{OnUpdate: true, Status: "submitted"},
				portingtest.Step{After: day, Status: "foc-date-confirmed", FOCDate: portingtest.Start.Add(10 * day)},
				portingtest.Step{After: 5 * day, Status: "ported"},
			)
			waiting := w.summaryAfter(3 * day)
			w.signal(3*day+time.Minute, temporalporting.SignalFixed, nil)
			s := w.run()
			assert.Equal(t, watch.Ported, s.Turn)
			assert.Equal(t, 1, w.sandbox.Count("Comments.Create"))
			assert.Equal(t, 1, w.sandbox.Count("SubRequests.Update"))
			assert.Equal(t, watch.Ours, waiting.Turn)
			assert.Nil(t, waiting.Problem)
			var hints []exceptions.Cause
			for _, hint := range waiting.SubRequests[0].Hints {
				hints = append(hints, hint.Cause)
			}
			if cause == exceptions.CauseOther {
				assert.Empty(t, hints)
			} else {
				assert.Equal(t, []exceptions.Cause{cause}, hints)
			}
		})
	}
}

// TestLives has what carriers and persons do to a port that is submitted.
func TestLives(t *testing.T) {
	t.Parallel()
	wanted := portingtest.Start.Add(8*day + 8*time.Hour) // Tuesday of the week after, 17:00
	for name, test := range map[string]struct {
		number  string
		arrange func(*world)
		turn    watch.Turn
		check   func(*testing.T, *world, temporalporting.Summary)
	}{
		"the carrier cancels":       {number: "+13125550191", turn: watch.Cancelled},
		"the carrier moves a date":  {number: "+13125550187", turn: watch.Ported},
		"a number is pending first": {number: "+13125550170", turn: watch.Ported},
		"we cancel": {
			number: number, turn: watch.Cancelled,
			arrange: func(w *world) { w.signal(6*time.Hour, temporalporting.SignalCancel, nil) },
			check: func(t *testing.T, w *world, _ temporalporting.Summary) {
				t.Helper()
				assert.Equal(t, 1, w.sandbox.Count("SubRequests.Cancel"))
			},
		},
		"we cancel twice": {
			number: number, turn: watch.Cancelled,
			arrange: func(w *world) {
				w.signal(6*time.Hour, temporalporting.SignalCancel, nil)
				w.signal(7*time.Hour, temporalporting.SignalCancel, nil)
			},
		},
		"we cancel too late": { // and the port goes on
			number: number, turn: watch.Ported,
			arrange: func(w *world) { w.signal(2*day, temporalporting.SignalCancel, nil) },
			check: func(t *testing.T, w *world, _ temporalporting.Summary) {
				t.Helper()
				i := 0
				for w.told[i].Problem == nil {
					i++
				}
				assert.Equal(t, temporalporting.KindRefused, w.told[i].Problem.Kind)
				assert.Contains(t, w.told[i].Problem.Text, "SubRequests.Cancel: 422")
				assert.Equal(t, watch.Ours, w.told[i].Turn)
			},
		},
		"we cancel, and one answer is lost beside a rate limit": {
			number: number, turn: watch.Cancelled,
			arrange: func(w *world) {
				w.source.set.Numbers = []string{number, "+13125550160"} // of two carriers
				w.sandbox.Inject(portingtest.Fault{Operation: "SubRequests.Cancel", Nth: 1, Effect: portingtest.DropThenAct(30 * time.Second)})
				w.sandbox.Inject(portingtest.Fault{Operation: "SubRequests.Cancel", Nth: 2, Effect: portingtest.RateLimit("1")})
				w.sandbox.Inject(portingtest.Fault{Operation: "SubRequests.Cancel", Nth: 3, Effect: portingtest.RateLimit("1")})
				w.signal(6*time.Hour, temporalporting.SignalCancel, nil)
			},
		},
		"the API hides what is complete": {
			number: number, turn: watch.Ported,
			arrange: func(w *world) {
				w.env.RegisterDelayedCallback(func() {
					w.sandbox.Inject(portingtest.Fault{Operation: "PortRequests.Get", Effect: portingtest.Respond(404, "")})
				}, 3*day)
				w.signal(20*day, temporalporting.SignalCancel, nil) // the archive can't read it either
			},
		},
		"a new date": {
			number: number, turn: watch.Ported,
			arrange: func(w *world) { w.signal(6*time.Hour, temporalporting.SignalNewDate, wanted) },
			check: func(t *testing.T, _ *world, s temporalporting.Summary) {
				t.Helper()
				assert.True(t, s.SubRequests[0].FOCDate.Equal(wanted), s.SubRequests[0].FOCDate)
			},
		},
		"fixed without need": {
			number: number, turn: watch.Ported,
			arrange: func(w *world) { w.signal(6*time.Hour, temporalporting.SignalFixed, nil) },
			check: func(t *testing.T, w *world, _ temporalporting.Summary) {
				t.Helper()
				assert.Zero(t, w.sandbox.Count("Comments.Create"))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, order(test.number))
			if test.arrange != nil {
				test.arrange(w)
			}
			s := w.run()
			assert.Equal(t, test.turn, s.Turn)
			assert.Equal(t, 1, w.sandbox.Count("Drafts.Submit"))
			if test.check != nil {
				test.check(t, w, s)
			}
		})
	}
}

// TestBeforeSubmit has things go wrong until a person has put them right.
func TestBeforeSubmit(t *testing.T) {
	t.Parallel()
	wanted := portingtest.Start.Add(8*day + 8*time.Hour)
	for name, test := range map[string]struct {
		arrange func(*world)
		kind    temporalporting.Kind
		text    string
		fix     func(*world) // a day later, before the signal
		signal  string
		content any
		turn    watch.Turn
	}{
		"a field is missing": {
			arrange: func(w *world) { w.source.set.Profiles.Default.AuthPersonName = "" },
			kind:    temporalporting.KindRefused, text: "auth_person_name must be filled in",
			fix:    func(w *world) { w.source.set.Profiles.Default.AuthPersonName = "Ada Lovejoy" },
			signal: temporalporting.SignalFixed, turn: watch.Ported,
		},
		"a number can't be ported": {
			arrange: func(w *world) { w.source.set.Numbers = []string{number, "+13125550182"} },
			kind:    temporalporting.KindRefused, text: "1 of 2 numbers can't be ported",
			fix:    func(w *world) { w.source.set.LeaveOut = true },
			signal: temporalporting.SignalFixed, turn: watch.Ported,
		},
		"the credentials are refused": {
			arrange: func(w *world) {
				w.sandbox.Inject(portingtest.Fault{Times: 1, Effect: portingtest.Respond(401, `{"message":"unknown user Ada Lovejoy"}`)})
			},
			kind: temporalporting.KindRefused, text: "401",
			signal: temporalporting.SignalFixed, turn: watch.Ported,
		},
		"an outage of days": { // and no signal would be needed
			arrange: func(w *world) {
				w.sandbox.Inject(portingtest.Fault{Operation: "Portability.Check", Times: 500, Effect: portingtest.BadGateway()})
			},
			kind: temporalporting.KindFailed, text: "Portability.Check: 502",
			signal: temporalporting.SignalFixed, turn: watch.Ported,
		},
		"the server names a value": {
			arrange: func(w *world) {
				w.sandbox.Inject(portingtest.Fault{Operation: "Drafts.UpdateSubRequest", Times: 1, Effect: portingtest.Respond(422, `{"message":"Ada Lovejoy is unknown","errors":[{"field":"auth_person_name","message":"Ada Lovejoy"},{"field":"Ada Lovejoy","message":"no"}]}`)})
			},
			kind: temporalporting.KindRefused, text: "Drafts.UpdateSubRequest: 422 (PUT /origination/porting/draft_port_requests/{draft_port_request_id}/sub_requests/{id}); auth_person_name",
			signal: temporalporting.SignalFixed, turn: watch.Ported,
		},
		"the create is lost twice": {
			arrange: func(w *world) {
				w.sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Times: 2, Effect: portingtest.DropBefore()})
			},
			kind: temporalporting.KindUnknown, text: "Drafts.Create: the outcome is unknown",
			signal: temporalporting.SignalFixed, turn: watch.Ported,
		},
		"the submit is lost twice": {
			arrange: func(w *world) {
				w.sandbox.Inject(portingtest.Fault{Operation: "Drafts.Submit", Times: 2, Effect: portingtest.DropBefore()})
			},
			kind: temporalporting.KindUnknown, text: "Drafts.Submit: the outcome is unknown",
			signal: temporalporting.SignalFixed, turn: watch.Ported,
		},
		"cancelled": {
			arrange: func(w *world) { w.source.set.Profiles.Default.AuthPersonName = "" },
			kind:    temporalporting.KindRefused, text: "auth_person_name",
			signal: temporalporting.SignalCancel, turn: watch.Cancelled,
		},
		"a new date": {
			arrange: func(w *world) { w.source.set.FOC.NotBefore = portingtest.Start.Add(365 * day) },
			kind:    temporalporting.KindRefused, text: "2027-03-02",
			signal: temporalporting.SignalNewDate, content: wanted, turn: watch.Ported,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, order(number))
			test.arrange(w)
			waiting := w.summaryAfter(day)
			if test.fix != nil {
				w.env.RegisterDelayedCallback(func() { test.fix(w) }, day+time.Minute)
			}
			w.signal(day+2*time.Minute, test.signal, test.content)
			s := w.run()
			assert.Equal(t, test.turn, s.Turn)
			require.NotNil(t, waiting.Problem)
			assert.Equal(t, watch.Ours, waiting.Turn)
			assert.Equal(t, test.kind, waiting.Problem.Kind)
			assert.Contains(t, waiting.Problem.Text, test.text)
			assert.LessOrEqual(t, w.sandbox.Count("Drafts.Create"), 3)
			if test.content != nil {
				assert.True(t, s.SubRequests[0].FOCDate.Equal(wanted), s.SubRequests[0].FOCDate)
			}
		})
	}
}

// TestCancelledInTheDark cancels a port whose submit went through after its outcome was unknown twice.
func TestCancelledInTheDark(t *testing.T) {
	t.Parallel()
	w := newWorld(t, order(number))
	w.sandbox.Inject(portingtest.Fault{Operation: "Drafts.Submit", Nth: 1, Effect: portingtest.DropBefore()})
	w.sandbox.Inject(portingtest.Fault{Operation: "Drafts.Submit", Nth: 2, Effect: portingtest.DropThenAct(3 * time.Hour)})
	w.signal(6*time.Hour, temporalporting.SignalCancel, nil)
	s := w.run()
	assert.Equal(t, watch.Cancelled, s.Turn)
	assert.NotEmpty(t, s.PortRequest)
	assert.Equal(t, 1, w.sandbox.Count("SubRequests.Cancel"))
}

// TestNotify has nobody listen when an exception is told. It is told again while it stands.
func TestNotify(t *testing.T) {
	t.Parallel()
	w := newWorld(t, order("+13125550185"))
	w.deaf = 12 // one round of attempts, and two of the next
	w.signal(10*day, temporalporting.SignalFixed, nil)
	assert.Equal(t, watch.Ported, w.run().Turn)
	assert.Zero(t, w.deaf)
	assert.True(t, slices.ContainsFunc(w.told, func(s temporalporting.Summary) bool {
		return s.Turn == watch.Ours && s.Since.Before(portingtest.Start.Add(9*day))
	}), "a person is told of the exception before it is mended")
}

// TestByItself has things go wrong that pass by themselves.
func TestByItself(t *testing.T) {
	t.Parallel()
	const once = 1
	for name, test := range map[string]struct {
		fault  portingtest.Fault
		signal string // after six hours, or two days
		least  time.Duration
		sent   int // requests of the operation, if it isn't 0
	}{
		"an outage of an hour":          {fault: portingtest.Fault{Operation: "Portability.Check", Times: 18, Effect: portingtest.BadGateway()}},
		"a rate limit of two hours":     {fault: portingtest.Fault{Operation: "Drafts.Create", Times: once, Effect: portingtest.RateLimit("7200")}, least: 2 * time.Hour},
		"the FOC windows move":          {fault: portingtest.Fault{Operation: "Drafts.Submit", Times: once, Effect: portingtest.RateLimit("432000")}},
		"create: acted":                 {fault: portingtest.Fault{Operation: "Drafts.Create", Times: once, Effect: portingtest.DropAfter()}, sent: 1},
		"create: acts later":            {fault: portingtest.Fault{Operation: "Drafts.Create", Times: once, Effect: portingtest.DropThenAct(50 * time.Second)}, sent: 1},
		"create: never acts":            {fault: portingtest.Fault{Operation: "Drafts.Create", Times: once, Effect: portingtest.DropBefore()}},
		"create: it can't be read":      {fault: portingtest.Fault{Operation: "Drafts.Create", Times: once, Effect: portingtest.Truncate()}},
		"document: acted":               {fault: portingtest.Fault{Operation: "Documents.Upload", Method: "POST", Route: "/origination/porting/draft_port_requests/{draft_port_request_id}/supporting_documents", Times: once, Effect: portingtest.DropAfter()}, sent: 4},
		"document: acts later":          {fault: portingtest.Fault{Operation: "Documents.Upload", Method: "POST", Route: "/origination/porting/draft_port_requests/{draft_port_request_id}/supporting_documents", Times: once, Effect: portingtest.DropThenAct(50 * time.Second)}, sent: 4},
		"submit: acted":                 {fault: portingtest.Fault{Operation: "Drafts.Submit", Times: once, Effect: portingtest.DropAfter()}, sent: 1},
		"submit: acts later":            {fault: portingtest.Fault{Operation: "Drafts.Submit", Times: once, Effect: portingtest.DropThenAct(50 * time.Second)}, sent: 1},
		"submit: never acts":            {fault: portingtest.Fault{Operation: "Drafts.Submit", Times: once, Effect: portingtest.DropBefore()}},
		"an outage while we watch":      {fault: portingtest.Fault{Operation: "PortRequests.Get", Times: 18, Effect: portingtest.BadGateway()}},
		"update: acted":                 {fault: portingtest.Fault{Operation: "SubRequests.Update", Times: once, Effect: portingtest.DropAfter()}, signal: temporalporting.SignalFixed, sent: 1},
		"update: acts later":            {fault: portingtest.Fault{Operation: "SubRequests.Update", Times: once, Effect: portingtest.DropThenAct(50 * time.Second)}, signal: temporalporting.SignalFixed, sent: 1},
		"comment: acted":                {fault: portingtest.Fault{Operation: "Comments.Create", Times: once, Effect: portingtest.DropAfter()}, signal: temporalporting.SignalFixed, sent: 1},
		"comment: acts later":           {fault: portingtest.Fault{Operation: "Comments.Create", Times: once, Effect: portingtest.DropThenAct(50 * time.Second)}, signal: temporalporting.SignalFixed, sent: 1},
		"comment: never acts":           {fault: portingtest.Fault{Operation: "Comments.Create", Times: once, Effect: portingtest.DropBefore()}, signal: temporalporting.SignalFixed, sent: 2},
		"cancel: acted":                 {fault: portingtest.Fault{Operation: "SubRequests.Cancel", Times: once, Effect: portingtest.DropAfter()}, signal: temporalporting.SignalCancel, sent: 1},
		"cancel: acts later":            {fault: portingtest.Fault{Operation: "SubRequests.Cancel", Times: once, Effect: portingtest.DropThenAct(50 * time.Second)}, signal: temporalporting.SignalCancel, sent: 1},
		"the answers to looks are lost": {fault: portingtest.Fault{Operation: "Drafts.List", Times: 5, Effect: portingtest.DropAfter()}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			numbers, want := order(number), watch.Ported
			switch test.signal {
			case temporalporting.SignalFixed:
				numbers = order("+13125550185")
			case temporalporting.SignalCancel:
				want = watch.Cancelled
			}
			w := newWorld(t, numbers)
			w.sandbox.Inject(test.fault)
			switch test.signal {
			case temporalporting.SignalFixed:
				w.signal(2*day, test.signal, nil)
			case temporalporting.SignalCancel:
				w.signal(6*time.Hour, test.signal, nil)
			}
			s := w.run()
			assert.Equal(t, want, s.Turn)
			for _, told := range w.told {
				assert.Nil(t, told.Problem)
			}
			if test.sent > 0 {
				assert.Equal(t, test.sent, w.sandbox.Count(test.fault.Operation))
			}
			if test.least > 0 {
				i := 0
				for w.told[i].Step != temporalporting.StepSubmit {
					i++
				}
				assert.GreaterOrEqual(t, w.told[i].Since.Sub(w.told[0].Since), test.least)
			}
		})
	}
}

// TestKilled kills the worker at each of the first requests of a port, and at each that resolves
// its exception, before and after the server has acted. The next attempt goes on.
func TestKilled(t *testing.T) {
	t.Parallel()
	const first, resolving = 30, 9
	for _, after := range []bool{false, true} {
		for at := 1; at <= first+resolving; at++ {
			t.Run(fmt.Sprintf("at request %d, after it %v", at, after), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, order("+13125550185", "+13125550160"))
				w.env.RegisterDelayedCallback(func() {
					if at > first {
						w.mu.Lock()
						w.killAt = w.requests + at - first
						w.mu.Unlock()
					}
					w.env.SignalWorkflow(temporalporting.SignalFixed, nil)
				}, 2*day)
				w.after = after
				if at <= first {
					w.killAt = at
				}
				s := w.run()
				assert.Equal(t, watch.Ported, s.Turn)
				assert.Equal(t, 1, w.deaths)
				for _, operation := range []string{"Drafts.Create", "Drafts.Submit", "SubRequests.Update", "Comments.Create"} {
					assert.Equal(t, 1, w.sandbox.Count(operation), operation)
				}
			})
		}
	}
}

// TestSourceFails has the source fail, with a text that nobody else may see.
func TestSourceFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, order(number))
	w.source.err = errors.New("no row for Ada Lovejoy, " + number)
	assert.Equal(t, watch.Ported, w.run().Turn)
	assert.Equal(t, []string{key + ": " + "no row for Ada Lovejoy, " + number}, w.errs)
}

// TestContinuesAsNew has a port that takes more looks than one run makes.
func TestContinuesAsNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, order("+13125550193")) // it stays in-process
	w.signal(2*day, temporalporting.SignalNewDate, portingtest.Start.Add(9*day))
	require.True(t, w.continues())
	assert.Equal(t, key, w.input.Key)
	looks := w.input.Summary.Looks
	assert.InDelta(t, 250, looks, 5)

	w.restart()
	w.sandbox.Move(w.input.Summary.SubRequests[0].ID, porting.SubRequestStatusFOCDateConfirmed)
	s := w.run()
	assert.Equal(t, watch.Ported, s.Turn)
	assert.Greater(t, s.Looks, looks)
	assert.Equal(t, w.input.Summary.PortRequest, s.PortRequest)
	assert.Equal(t, 1, w.sandbox.Count("Drafts.Submit"))
}

// TestTemporalsCancellation ends the workflow, and leaves the port as it is.
func TestTemporalsCancellation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, order(number))
	w.env.RegisterDelayedCallback(w.env.CancelWorkflow, 6*time.Hour)
	w.env.ExecuteWorkflow(temporalporting.Port, w.input)
	assert.True(t, temporal.IsCanceledError(w.env.GetWorkflowError()), w.env.GetWorkflowError())
	assert.Zero(t, w.sandbox.Count("SubRequests.Cancel"))
	w.check()
}

func TestStartOptions(t *testing.T) {
	t.Parallel()
	opts := temporalporting.StartOptions("queue", key)
	assert.Equal(t, "porting/"+key, opts.ID)
	assert.Equal(t, temporalporting.WorkflowID(key), opts.ID)
	assert.Equal(t, "queue", opts.TaskQueue)
	assert.Equal(t, enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, opts.WorkflowIDConflictPolicy)
	assert.Equal(t, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY, opts.WorkflowIDReusePolicy)
}
