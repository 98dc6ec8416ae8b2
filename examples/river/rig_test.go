package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/watch"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	goleak.VerifyTestMain(m)
}

// A rig is a sandbox, and a schema in PostgreSQL with the tables of the example.
type rig struct {
	t       *testing.T
	schema  string
	pool    *pgxpool.Pool
	sandbox *portingtest.Server
	front   *httptest.Server // before the sandbox
	sets    *samples
	log     *logBuffer

	mutex sync.Mutex
	hook  func(r *http.Request, before bool) // of the front
}

// newRig makes a rig, or skips the test where there is no PostgreSQL. What River keeps, and
// what is logged, has no number, name or PIN in it when the test ends.
func newRig(t *testing.T) *rig {
	t.Helper()
	dsn := os.Getenv("DATABASE_URL")
	if dsn == "" {
		t.Skip("DATABASE_URL names no PostgreSQL")
	}
	pool, drop, err := newSchema(t.Context(), dsn)
	require.NoError(t, err)
	r := &rig{t: t, pool: pool, sets: sample(), log: &logBuffer{}}
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT current_schema()").Scan(&r.schema))
	r.sandbox = portingtest.NewServer(portingtest.WithStart(time.Now()))
	r.front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.hooked(request, true)
		r.sandbox.ServeHTTP(w, request)
		r.hooked(request, false)
	}))
	t.Cleanup(func() {
		r.assertPrivate()
		assert.NoError(t, drop(context.WithoutCancel(t.Context())))
		r.front.Close()
		r.sandbox.Close()
	})
	return r
}

func (r *rig) hooked(request *http.Request, before bool) {
	r.mutex.Lock()
	hook := r.hook
	r.mutex.Unlock()
	if hook != nil {
		hook(request, before)
	}
}

// onRequest has a function called before and after each request.
func (r *rig) onRequest(hook func(request *http.Request, before bool)) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.hook = hook
}

// is tells whether a request is a create or a submit.
func isCreate(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/draft_port_requests")
}

func isSubmit(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/submit")
}

// service makes a service that isn't started. It waits by the sandbox's clock.
func (r *rig) service(change ...func(*river.Config)) *service {
	r.t.Helper()
	retry := porting.WithRetry(porting.RetryPolicy{MaxAttempts: 2, MinWait: time.Millisecond, MaxWait: time.Millisecond})
	s := &service{
		client: r.sandbox.Client(porting.WithBaseURL(r.front.URL), retry),
		pool:   r.pool,
		log:    slog.New(slog.NewTextHandler(r.log, nil)),
		set:    r.sets.byKey,
		run: drafts.RunOptions{Open: openSample, Now: r.sandbox.Now, Sleep: func(ctx context.Context, d time.Duration) error {
			r.sandbox.Advance(d)
			return ctx.Err()
		}},
		pace:  watch.Pace{Min: time.Hour, Max: 4 * time.Hour},
		lease: time.Second,
		again: 100 * time.Millisecond,
	}
	s.pace.Clock = &demoClock{r.sandbox, s, func() {}}
	config := quick()
	config.Logger = s.log
	for _, change := range change {
		change(config)
	}
	require.NoError(r.t, s.open(config))
	r.t.Cleanup(s.client.CloseIdleConnections)
	return s
}

// quick are the settings with a shorter patience.
func quick() *river.Config {
	config := settings()
	config.FetchCooldown, config.FetchPollInterval = 5*time.Millisecond, 20*time.Millisecond
	config.SoftStopTimeout = time.Second
	config.TestOnly = true
	return config
}

// start lets a service serve until the test ends, or until the function that it returns is called.
func (r *rig) start(s *service) (stop func()) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.serve(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		assert.NoError(r.t, <-done)
	})
	r.t.Cleanup(stop)
	return stop
}

// order orders the ports of some samples, and returns their jobs in the same order.
func (r *rig) order(s *service, names ...string) {
	r.t.Helper()
	for _, name := range names {
		require.NoError(r.t, pgx.BeginFunc(r.t.Context(), r.pool, func(tx pgx.Tx) error {
			_, err := s.order(r.t.Context(), tx, r.sets.keys[name])
			return err
		}))
	}
}

// job returns the job of a sample.
func (r *rig) job(s *service, name string) *rivertype.JobRow {
	r.t.Helper()
	return r.jobs(s, name)[0]
}

// jobs returns all jobs of a sample.
func (r *rig) jobs(s *service, name string) []*rivertype.JobRow {
	r.t.Helper()
	list, err := s.jobs.JobList(r.t.Context(), river.NewJobListParams().Kinds("port").
		Where("args->>'key' = @key", river.NamedArgs{"key": r.sets.keys[name]}))
	require.NoError(r.t, err)
	require.NotEmpty(r.t, list.Jobs)
	return list.Jobs
}

// comesTo waits until the job of a sample is in one of some states.
func (r *rig) comesTo(s *service, name string, state rivertype.JobState) *rivertype.JobRow {
	r.t.Helper()
	var job *rivertype.JobRow
	require.Eventually(r.t, func() bool {
		job = r.job(s, name)
		return job.State == state
	}, 20*time.Second, 20*time.Millisecond, "%s doesn't come to %s: %s", name, state, r.log)
	return job
}

// count is the answer to a query for a number.
func (r *rig) count(query string) (n int) {
	r.t.Helper()
	require.NoError(r.t, r.pool.QueryRow(r.t.Context(), query).Scan(&n))
	return n
}

// todos are the open reasons to look.
func (r *rig) todos() []string {
	r.t.Helper()
	rows, _ := r.pool.Query(r.t.Context(), "SELECT why FROM port_todos WHERE why <> '' ORDER BY what")
	todos, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(r.t, err)
	return todos
}

// assertPrivate looks for what is private in the tables that many may see, and in the log.
func (r *rig) assertPrivate() {
	r.t.Helper()
	var private []string
	for _, set := range r.sets.sets {
		for _, number := range set.Numbers {
			private = append(private, number[1:])
		}
		private = append(private, set.Profiles.Default.PersonOrCompanyName)
	}
	private = append(private, "Ada Example", "Main Street", "ACC-2045", samplePIN, "JOHN", "4411907")
	texts := map[string]string{"the log": r.log.String()}
	for _, table := range []string{"river_job", "port_todos", "port_journal"} {
		var text string
		require.NoError(r.t, r.pool.QueryRow(context.WithoutCancel(r.t.Context()), fmt.Sprintf("SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM %s t", table)).Scan(&text))
		texts[table] = text
	}
	for where, text := range texts {
		for _, secret := range private {
			assert.NotContains(r.t, text, secret, where)
		}
	}
}

// A logBuffer is where several goroutines log to.
type logBuffer struct {
	mutex sync.Mutex
	bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.Buffer.Write(p)
}

func (b *logBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.Buffer.String()
}

// tenNames adds ten orders of two or three numbers to the samples.
func (r *rig) tenNames() (names []string) {
	for i := range 10 {
		name := fmt.Sprintf("shop %d", i)
		area := 201 + i
		numbers := []string{fmt.Sprintf("+1%d5550100", area), fmt.Sprintf("+1%d5550150", area), fmt.Sprintf("+1%d5550160", area)}
		if i%3 == 0 {
			numbers[0] = fmt.Sprintf("+1%d5550185", area) // rejected once
		}
		r.sets.add(name, numbers...)
		names = append(names, name)
	}
	return names
}
