package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/server/temporaltest"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/temporalporting"
	"github.com/numberporting/porting/workflow/watch"
)

var record = flag.Bool("record", false, "record a history for the replay test of temporalporting")

// The environment of a worker process.
const (
	envTemporal  = "DEMO_TEMPORAL"
	envNamespace = "DEMO_NAMESPACE"
	envSandbox   = "DEMO_SANDBOX"
)

// TestMain makes a worker of the test's binary if the environment asks for one.
func TestMain(m *testing.M) {
	if os.Getenv(envTemporal) == "" {
		os.Exit(m.Run())
	}
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var quiet = log.NewStructuredLogger(slog.New(slog.DiscardHandler))

// work is a worker that lives until it is killed.
func work() error {
	temporal, err := client.Dial(client.Options{HostPort: os.Getenv(envTemporal), Namespace: os.Getenv(envNamespace), Identity: "worker", Logger: quiet})
	if err != nil {
		return err
	}
	api, err := porting.NewClient(porting.UserToken(portingtest.User, portingtest.Token), porting.WithBaseURL(os.Getenv(envSandbox)))
	if err != nil {
		return err
	}
	activities := &temporalporting.Activities{Client: api, Source: orders{}, Now: sandboxNow, LookAgain: 200 * time.Millisecond}
	w := worker.New(temporal, taskQueue, worker.Options{MaxConcurrentActivityExecutionSize: 20})
	activities.Register(w)
	return w.Run(nil)
}

// sandboxNow asks the sandbox for its time.
func sandboxNow() time.Time {
	var clock struct {
		Now time.Time `json:"now"`
	}
	answer, err := http.Get(os.Getenv(envSandbox) + "/_sandbox/clock") //nolint:noctx // it answers at once
	if err == nil {
		defer answer.Body.Close()
		err = json.NewDecoder(answer.Body).Decode(&clock)
	}
	if err != nil {
		return time.Now()
	}
	return clock.Now
}

// A world is a Temporal server, a sandbox, and processes that work.
type world struct {
	t        *testing.T
	server   *temporaltest.TestServer
	temporal client.Client
	sandbox  *portingtest.Server
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, server: temporaltest.NewServer(temporaltest.WithT(t), temporaltest.WithBaseClientOptions(client.Options{Identity: "test", Logger: quiet})), sandbox: portingtest.NewServer(portingtest.WithControl())}
	t.Cleanup(w.sandbox.Close)
	w.temporal = w.server.GetDefaultClient()
	return w
}

// worker starts a process that works. The function that it returns kills it with SIGKILL.
func (w *world) worker() (kill func()) {
	w.t.Helper()
	binary, err := os.Executable()
	require.NoError(w.t, err)
	process := exec.CommandContext(w.t.Context(), binary)
	process.Env = append(os.Environ(), envTemporal+"="+w.server.GetFrontendHostPort(), envNamespace+"="+w.server.GetDefaultNamespace(), envSandbox+"="+w.sandbox.URL())
	process.Stderr = os.Stderr
	require.NoError(w.t, process.Start())
	kill = sync.OnceFunc(func() {
		_ = process.Process.Kill() // SIGKILL, where there are signals
		_ = process.Wait()
	})
	w.t.Cleanup(kill)
	return kill
}

func (w *world) start(key string) client.WorkflowRun {
	w.t.Helper()
	run, err := start(w.t.Context(), w.temporal, key)
	require.NoError(w.t, err)
	return run
}

func (w *world) summary(key string) (s temporalporting.Summary) {
	ctx, stop := context.WithTimeout(w.t.Context(), 2*time.Second) // its worker may just have been killed
	defer stop()
	if answer, err := w.temporal.QueryWorkflow(ctx, temporalporting.WorkflowID(key), "", temporalporting.QuerySummary); err == nil {
		_ = answer.Get(&s)
	}
	return s
}

// history returns the last run of a port.
func (w *world) history(key string) *history.History {
	w.t.Helper()
	whole := &history.History{}
	for pages := w.temporal.GetWorkflowHistory(w.t.Context(), temporalporting.WorkflowID(key), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); pages.HasNext(); {
		event, err := pages.Next()
		require.NoError(w.t, err)
		whole.Events = append(whole.Events, event)
	}
	return whole
}

// private is what no history may have: numbers, names, secrets.
var private = regexp.MustCompile(`[2-9]\d\d55501\d\d|Quince|Lovejoy|Marmalade|"6060[12]"|8830-pin|ACC-20451|` + portingtest.Token + `|` + portingtest.User)

// eventsWithoutPrivate returns how many events a history has, and fails the test if it has anything private.
func (w *world) eventsWithoutPrivate(key string) int {
	w.t.Helper()
	h := w.history(key)
	plain, err := proto.Marshal(h) // in JSON, the payloads would be base64
	require.NoError(w.t, err)
	assert.Contains(w.t, string(plain), key)
	assert.Empty(w.t, private.FindAllString(string(plain), -1))
	return len(h.GetEvents())
}

// TestDemo runs the README's command.
func TestDemo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	assert.Contains(t, out.String(), "9 ported, 1 cancelled")
	assert.Empty(t, private.FindAllString(out.String(), -1))
}

// TestKilledInSubmit kills a worker with SIGKILL while it waits for the answer to a submit. The other goes on.
func TestKilledInSubmit(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]portingtest.Effect{
		"the server has acted":        portingtest.Hang().AfterHandling(),
		"the server never acts":       portingtest.Hang(),
		"the server acts a bit later": portingtest.Hang().ThenActAfter(1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			submit := w.sandbox.Inject(portingtest.Fault{Operation: "Drafts.Submit", Nth: 1, Effect: effect})
			kill := w.worker()
			key := orderKey(1, 0)
			run := w.start(key)
			require.Eventually(t, func() bool { return submit.Fired() == 1 }, 30*time.Second, 10*time.Millisecond)
			w.worker()
			kill()
			go w.advance(func() bool { return w.summary(key).Step == temporalporting.StepWatch })
			var s temporalporting.Summary
			require.NoError(t, run.Get(t.Context(), &s))
			assert.Equal(t, watch.Ported, s.Turn)
			w.sandbox.AssertClean(t)
			t.Log(w.eventsWithoutPrivate(key), "events,", w.sandbox.Count("Drafts.Submit"), "submits sent")
		})
	}
}

// TestCancelledInCreate cancels the workflow, by Temporal's means, while a create is under way. It doesn't
// end before that has, since another run of its ID could begin then.
func TestCancelledInCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	create := w.sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.Hang()})
	w.worker()
	run := w.start(orderKey(1, 0))
	require.Eventually(t, func() bool { return create.Fired() == 1 }, 30*time.Second, 10*time.Millisecond)
	require.NoError(t, w.temporal.CancelWorkflow(t.Context(), run.GetID(), ""))
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Second)
	defer stop()
	require.Error(t, run.Get(ctx, nil))
	require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded, "it has ended, and the create hasn't")
	assert.True(t, temporal.IsCanceledError(run.Get(t.Context(), nil)))
	assert.Equal(t, 1, w.sandbox.Count("Drafts.Create"))
}

// TestWithoutAnOrder starts a port that the source doesn't know. A person is told after ten attempts.
func TestWithoutAnOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.worker()
	w.start("nobody's order")
	require.Eventually(t, func() bool {
		problem := w.summary("nobody's order").Problem
		return problem != nil && problem.Kind == temporalporting.KindFailed
	}, time.Minute, 100*time.Millisecond)
}

// advance lets the clock run by a quarter of a day four times a second, once it may.
func (w *world) advance(may func() bool) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for started := false; ; {
		select {
		case <-tick.C:
			if started = started || may(); started {
				w.sandbox.Advance(6 * time.Hour)
			}
		case <-w.t.Context().Done():
			return
		}
	}
}

// TestManyPorts has 200 ports at once, two workers, and one of them killed every few seconds.
func TestManyPorts(t *testing.T) {
	t.Parallel()
	ports := 200
	if testing.Short() {
		ports = 20
	}
	w := newWorld(t)
	began := time.Now()
	var keys, rejected []string
	var runs []client.WorkflowRun
	for i := range ports {
		areaCode, ending := i%len(areaCodes), i/len(areaCodes)
		if ending < 2 { // sixteen exceptions
			ending += 85
			rejected = append(rejected, orderKey(areaCode, ending))
		}
		keys = append(keys, orderKey(areaCode, ending))
	}
	kills := 0
	var workers []func()
	for range 2 {
		workers = append(workers, w.worker())
	}
	for _, key := range keys {
		runs = append(runs, w.start(key))
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, run := range runs {
			var s temporalporting.Summary
			if assert.NoError(t, run.Get(t.Context(), &s)) {
				assert.Equal(t, watch.Ported, s.Turn, s)
			}
		}
	}()
	go w.advance(func() bool { return w.sandbox.Count("Drafts.Submit") >= len(keys) })
	go w.resolve(rejected)
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for running := true; running; {
		select {
		case <-tick.C:
			workers[kills%2]()
			workers[kills%2] = w.worker()
			kills++
		case <-done:
			running = false
		}
	}
	took := time.Since(began)
	w.sandbox.AssertClean(t)
	total, most := 0, 0
	for _, key := range keys {
		events := w.eventsWithoutPrivate(key)
		total, most = total+events, max(most, events)
	}
	requests, counted := 0, map[string]bool{}
	for _, op := range porting.Operations() {
		if !counted[op.Name] {
			counted[op.Name] = true
			requests += w.sandbox.Count(op.Name)
		}
	}
	t.Logf("%d ports in %.0f s, %d kills, %d requests, %d events a port (at most %d)", ports, took.Seconds(), kills, requests, total/ports, most)
	if *record {
		recorded, err := protojson.Marshal(w.history(keys[0]))
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll("../testdata", 0o755))
		require.NoError(t, os.WriteFile("../testdata/port.json", recorded, 0o644))
	}
}

// resolve sees to exceptions.
func (w *world) resolve(keys []string) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			for _, key := range keys {
				if w.summary(key).Turn == watch.Ours {
					_ = w.temporal.SignalWorkflow(w.t.Context(), temporalporting.WorkflowID(key), "", temporalporting.SignalFixed, nil) // the next round repeats it
				}
			}
		case <-w.t.Context().Done():
			return
		}
	}
}
