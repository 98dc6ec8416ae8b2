package temporalporting_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/temporalporting"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/intake/enduser"
	"github.com/numberporting/porting/workflow/watch"
)

const (
	key    = "order-4711"
	number = "+13125550100"
	pin    = "8830-pin"
	day    = 24 * time.Hour
)

// A world is a sandbox, and Temporal's test environment with a worker. The sandbox's clock
// keeps up with the environment's, which skips what is waited.
type world struct {
	t       *testing.T
	sandbox *portingtest.Server
	env     *testsuite.TestWorkflowEnvironment
	source  *source
	input   temporalporting.Input
	told    []temporalporting.Summary // what Notify was told
	errs    []string                  // what OnError was told
	written safeBuffer                // all that would be in a history, and the log

	mu       sync.Mutex
	requests int
	killAt   int  // the request at which the worker dies; 0: none
	after    bool // it dies after the server has acted
	isDead   bool
	deaths   int
	deaf     int // how often nobody listens when a person has to look
}

func newWorld(t *testing.T, set drafts.Set, opts ...portingtest.Option) *world {
	t.Helper()
	w := &world{t: t, sandbox: portingtest.NewServer(opts...), source: &source{set: set}, input: temporalporting.Input{Key: key}}
	w.input.Times = temporalporting.Times{MinLook: time.Hour, MaxLook: 3 * time.Hour} // the defaults would take most of a test's time
	t.Cleanup(w.sandbox.Close)
	w.source.fix = exceptions.Fix{Profile: enduser.Profile{PostalCode: "60602"}, Comment: "The postal code is corrected."}
	w.restart()
	return w
}

// restart gives the world a new environment, as at the beginning or after a run has continued as new.
func (w *world) restart() {
	logger := log.NewStructuredLogger(slog.New(slog.NewTextHandler(&w.written, &slog.HandlerOptions{ReplaceAttr: withoutTime})))
	suite := &testsuite.WorkflowTestSuite{}
	suite.SetLogger(logger)
	w.env = suite.NewTestWorkflowEnvironment()
	w.env.SetStartTime(w.sandbox.Now())
	w.env.SetTestTimeout(time.Minute)
	w.env.SetDataConverter(recorder{converter.GetDefaultDataConverter(), &w.written})
	w.env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute, Interceptors: []interceptor.WorkerInterceptor{&intercepted{world: w}}})
	transport := porting.NewTransport()
	w.t.Cleanup(transport.CloseIdleConnections)
	activities := &temporalporting.Activities{
		Client: w.sandbox.Client(
			porting.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) { return w.roundTrip(transport, r) })}),
			porting.WithRetry(porting.RetryPolicy{MaxAttempts: 2, MinWait: time.Millisecond, MaxWait: time.Millisecond}),
		),
		Source:    w.source,
		Archive:   w.t.TempDir(),
		LookAgain: time.Millisecond,
		Now:       w.sandbox.Now,
		Notify: func(_ context.Context, s temporalporting.Summary) error {
			if s.Turn == watch.Ours && w.deaf > 0 {
				w.deaf--
				return errors.New("nobody listens")
			}
			w.told = append(w.told, s)
			return nil
		},
		OnError: func(_ context.Context, key string, err error) { w.errs = append(w.errs, key+": "+err.Error()) },
	}
	activities.Register(w.env)
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

var errDead = errors.New("the worker is dead")

// roundTrip lets the sandbox's clock keep up, and the worker die.
func (w *world) roundTrip(transport http.RoundTripper, r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if behind := w.env.Now().Sub(w.sandbox.Now()); behind > 0 {
		w.sandbox.Advance(behind)
	}
	if w.isDead {
		return nil, errDead
	}
	w.requests++
	if w.requests != w.killAt {
		return transport.RoundTrip(r)
	}
	w.isDead = true
	w.deaths++
	if w.after {
		if answer, err := transport.RoundTrip(r); err == nil {
			_ = answer.Body.Close()
		}
	}
	return nil, errDead
}

// intercepted loses the results of the attempts in which the worker has died, and writes down the errors of
// the others.
type intercepted struct {
	interceptor.WorkerInterceptorBase
	world *world
}

func (i *intercepted) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &attempt{interceptor.ActivityInboundInterceptorBase{Next: next}, i.world}
}

type attempt struct {
	interceptor.ActivityInboundInterceptorBase
	world *world
}

func (a *attempt) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	result, err := a.Next.ExecuteActivity(ctx, in)
	a.world.mu.Lock()
	defer a.world.mu.Unlock()
	if a.world.isDead {
		a.world.isDead = false
		return nil, errDead
	}
	if err != nil {
		_, _ = a.world.written.Write([]byte(err.Error() + "\n"))
	}
	return result, err
}

// A recorder writes down every payload.
type recorder struct {
	converter.DataConverter
	to io.Writer
}

func (r recorder) ToPayload(value any) (*commonpb.Payload, error) {
	p, err := r.DataConverter.ToPayload(value)
	r.record(p)
	return p, err
}

func (r recorder) ToPayloads(values ...any) (*commonpb.Payloads, error) {
	p, err := r.DataConverter.ToPayloads(values...)
	r.record(p)
	return p, err
}

func (r recorder) record(m proto.Message) {
	if text, err := proto.Marshal(m); err == nil {
		_, _ = r.to.Write(append(text, '\n'))
	}
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// A source has one order.
type source struct {
	set drafts.Set
	fix exceptions.Fix
	err error // of the next Set
}

func (s *source) Set(_ context.Context, asked string) (*drafts.Set, error) {
	if err := s.err; err != nil || asked != key {
		s.err = nil
		return nil, errors.Join(err)
	}
	set := s.set
	return &set, nil
}

func (s *source) Fix(context.Context, string, porting.SubRequestID) (exceptions.Fix, error) {
	return s.fix, nil
}

func (s *source) Open(_ context.Context, path string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("%PDF-1.7 " + path)), nil
}

// order is all that a port of numbers needs.
func order(numbers ...string) drafts.Set {
	return drafts.Set{
		Numbers: numbers,
		Profiles: drafts.Profiles{Default: enduser.Profile{
			PersonOrCompanyName: "Quince Bakery", AuthPersonName: "Ada Lovejoy", BillingPhoneNumber: numbers[0],
			StreetAddress: "1 Marmalade Street", Locality: "Chicago", AdministrativeArea: "IL", PostalCode: "60601", CountryCode: "US",
			DefaultConnectionID: "1293384261075731499", DefaultMessageProfileID: "40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11",
			PortingOption: porting.PortingOption{Type: porting.PortingOptionTypeFull},
			PINPasscode:   pin, AccountNumber: "ACC-20451",
		}},
		FOC: &drafts.Wish{},
		Documents: []drafts.File{
			{Type: porting.DocumentTypeLOA, Path: "quince/loa.pdf"}, {Type: porting.DocumentTypeInvoice, Path: "quince/invoice.pdf"},
		},
	}
}

// signal sends a signal after some time.
func (w *world) signal(after time.Duration, name string, content any) {
	w.env.RegisterDelayedCallback(func() { w.env.SignalWorkflow(name, content) }, after)
}

// summaryAfter queries the summary after some time.
func (w *world) summaryAfter(after time.Duration) *temporalporting.Summary {
	var s temporalporting.Summary
	w.env.RegisterDelayedCallback(func() {
		answer, err := w.env.QueryWorkflow(temporalporting.QuerySummary)
		require.NoError(w.t, err)
		require.NoError(w.t, answer.Get(&s))
	}, after)
	return &s
}

// run runs the workflow to its end, and checks what is true of each port: it is the only one, and
// nothing private is in the history.
func (w *world) run() temporalporting.Summary {
	w.t.Helper()
	for runs := 1; w.continues(); runs++ {
		require.Less(w.t, runs, 3, "the port has no end")
		w.restart()
	}
	require.NoError(w.t, w.env.GetWorkflowError())
	var s temporalporting.Summary
	require.NoError(w.t, w.env.GetWorkflowResult(&s))
	w.check()
	return s
}

// continues makes one run of the workflow, and tells whether it has continued as new, which
// needs a new environment.
func (w *world) continues() bool {
	w.t.Helper()
	w.env.ExecuteWorkflow(temporalporting.Port, w.input)
	require.True(w.t, w.env.IsWorkflowCompleted())
	again, isNew := errors.AsType[*workflow.ContinueAsNewError](w.env.GetWorkflowError())
	if isNew {
		require.NoError(w.t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &w.input))
	}
	return isNew
}

func (w *world) check() {
	w.t.Helper()
	w.sandbox.AssertClean(w.t)
	written := w.written.String()
	for _, private := range []string{"1312555", "Quince", "quince", "Lovejoy", "Marmalade", `"60601"`, `"60602"`, pin, "ACC-20451", portingtest.Token, portingtest.User} {
		assert.NotContains(w.t, written, private)
	}
}
