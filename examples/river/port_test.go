package main

import (
	"context"
	"errors"
	"net/http"
	"slices"
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

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
)

func TestKeyOf(t *testing.T) {
	t.Parallel()
	secret := []byte("secret")
	key := keyOf(secret, []string{"+13125550100", "+13125550101"})
	assert.Equal(t, key, keyOf(secret, []string{"+13125550101", "+13125550100", "+13125550101"}), "order and repetition don't matter")
	assert.NotEqual(t, key, keyOf(secret, []string{"+13125550100"}))
	assert.NotEqual(t, key, keyOf([]byte("another"), []string{"+13125550100", "+13125550101"}))
	assert.Len(t, key, 32)
}

// TestTenSets ports ten sets of numbers to the end.
func TestTenSets(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	names := r.tenNames()
	s := r.service()
	r.order(s, names...)
	began := time.Now()
	r.start(s)
	require.Eventually(t, func() bool { return r.count("SELECT count(*) FROM ports WHERE complete") == len(names) }, 30*time.Second, 50*time.Millisecond, r.log)
	t.Logf("%d sets in %v: %d requests, %d jobs", len(names), time.Since(began).Round(time.Millisecond), len(r.sandbox.Requests()), r.count("SELECT count(*) FROM river_job"))

	assert.Equal(t, len(names), r.sandbox.Count("Drafts.Create"))
	assert.Equal(t, len(names), r.sandbox.Count("Drafts.Submit"))
	assert.Equal(t, len(names), r.count("SELECT count(*) FROM river_job WHERE kind = 'port' AND state = 'completed' AND attempt = 1"))
	assert.Equal(t, 4, r.count("SELECT count(*) FROM river_job WHERE kind = 'exception' AND state = 'completed'"))
	assert.Equal(t, 4, r.count("SELECT count(*) FROM port_todos WHERE what LIKE '%/%'"), "a person has had to look at them")
	assert.Empty(t, r.todos())
	for request, err := range s.client.PortRequests.All(t.Context(), nil) {
		require.NoError(t, err)
		for _, numbers := range request.PhoneNumberCountsByStatus {
			assert.EqualValues(t, "ported", numbers.Status)
		}
	}
	r.sandbox.AssertClean(t)
}

// TestOneJob orders the same numbers again, in all ways.
func TestOneJob(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	one, other := r.service(), r.service()
	set := r.sets.sets[r.sets.keys["bakery"]]
	again := slices.Clone(set.Numbers)
	slices.Reverse(again)
	r.sets.add("bakery", again...)
	require.Len(t, r.sets.sets, 3, "the same numbers have the same key")

	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() { r.order([]*service{one, other}[i%2], "bakery") })
	}
	group.Wait()
	assert.Len(t, r.jobs(one, "bakery"), 1, "ordered at the same time by two clients")

	running, goOn := make(chan struct{}), make(chan struct{})
	open := sync.OnceFunc(func() { close(running); <-goOn })
	r.onRequest(func(request *http.Request, before bool) {
		if before && isCreate(request) {
			open()
		}
	})
	r.start(one)
	r.start(other)
	<-running
	r.order(other, "bakery")
	assert.Len(t, r.jobs(one, "bakery"), 1, "ordered while it is under way")
	close(goOn)
	r.comesTo(one, "bakery", rivertype.JobStateCompleted)
	r.order(other, "bakery")
	job := r.job(one, "bakery")
	assert.Len(t, r.jobs(one, "bakery"), 1, "ordered when it is done")

	// River removes completed jobs after a day. The journal still knows.
	_, err := one.jobs.JobDelete(t.Context(), job.ID)
	require.NoError(t, err)
	r.order(other, "bakery")
	assert.NotEqual(t, job.ID, r.comesTo(one, "bakery", rivertype.JobStateCompleted).ID)
	assert.Equal(t, 1, r.sandbox.Count("Drafts.Create"))
	assert.Equal(t, 1, r.sandbox.Count("Drafts.Submit"))
	r.sandbox.AssertClean(t)
}

// TestNotCommitted orders in a transaction that is rolled back.
func TestNotCommitted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	s := r.service()
	err := pgx.BeginFunc(t.Context(), r.pool, func(tx pgx.Tx) error {
		isNew, err := s.order(t.Context(), tx, r.sets.keys["bakery"])
		require.NoError(t, err)
		assert.True(t, isNew)
		return context.Canceled
	})
	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, r.count("SELECT count(*) FROM river_job"))
	assert.Zero(t, r.count("SELECT count(*) FROM ports"))
}

// TestLostAnswers loses the answer to what must not be sent twice.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	effects := map[string]portingtest.Effect{
		"drop before":    portingtest.DropBefore(),
		"drop after":     portingtest.DropAfter(),
		"act late":       portingtest.DropThenAct(30 * time.Second), // after the second look
		"gateway":        portingtest.BadGateway(),
		"gateway, acted": portingtest.BadGateway().AfterHandling(),
		"cut short":      portingtest.Truncate(),
	}
	for _, operation := range []string{"Drafts.Create", "Drafts.Submit", "Documents.Upload"} {
		for name, effect := range effects {
			t.Run(operation+"/"+name, func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				s := r.service()
				r.sandbox.Inject(portingtest.Fault{Operation: operation, Nth: 1, Effect: effect})
				r.order(s, "bakery", "florist")
				r.start(s)
				r.comesTo(s, "bakery", rivertype.JobStateCompleted)
				r.comesTo(s, "florist", rivertype.JobStateCompleted)
				assert.Equal(t, 2, r.count("SELECT count(*) FROM ports WHERE port_request_id IS NOT NULL"))
				assert.Empty(t, r.todos())
				r.sandbox.Advance(time.Minute) // what is late has acted by then
				r.sandbox.AssertClean(t)
			})
		}
	}
}

// TestFailures has a job fail in each way, and then lets it go on.
func TestFailures(t *testing.T) {
	t.Parallel()
	const day = "86400"
	tests := []struct {
		name   string
		fault  portingtest.Fault
		number string // that is added to the set

		state rivertype.JobState // that it comes to
		todo  string             // what a person is told
		mend  func(*drafts.Set)
	}{
		{
			name:  "rate limit of a day",
			fault: portingtest.Fault{Operation: "Drafts.List", Nth: 1, Effect: portingtest.RateLimit(day)},
			state: rivertype.JobStateScheduled,
		},
		{
			name:  "refused numbers, which the answer names",
			fault: portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.RefuseNumbers(sample().numbers("bakery")...)},
			state: rivertype.JobStateCancelled,
			todo:  "Drafts.Create: 422 (POST /origination/porting/draft_port_requests); phone_numbers.0.phone_number; phone_numbers.1.phone_number",
		},
		{
			name:   "a number that can't be ported",
			number: "+13125550182",
			state:  rivertype.JobStateCancelled,
			todo:   "1 of 5 numbers can't be ported",
			mend:   func(set *drafts.Set) { set.LeaveOut = true },
		},
		{
			name:  "wrong credentials, for a moment",
			fault: portingtest.Fault{Operation: "Portability.Check", Nth: 1, Effect: portingtest.Respond(http.StatusUnauthorized, `{"message":"no"}`)},
			state: rivertype.JobStateCompleted,
		},
		{
			name:  "a refusal that says what is private",
			fault: portingtest.Fault{Operation: "Drafts.Submit", Nth: 1, Effect: portingtest.Respond(http.StatusUnprocessableEntity, tooFrank)},
			state: rivertype.JobStateCancelled,
			todo:  "Drafts.Submit: 422",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			key := r.sets.keys["bakery"]
			set := r.sets.sets[key]
			if test.number != "" {
				set.Numbers = append(set.Numbers, test.number)
				r.sets.sets[key] = set
			}
			if test.fault.Operation != "" {
				r.sandbox.Inject(test.fault)
			}
			s := r.service()
			r.order(s, "bakery")
			stop := r.start(s)
			job := r.comesTo(s, "bakery", test.state)
			stop()
			if test.todo == "" {
				assert.Empty(t, r.todos())
			} else if todos := r.todos(); assert.Len(t, todos, 1) {
				assert.Contains(t, todos[0], test.todo)
			}
			if test.state == rivertype.JobStateScheduled {
				assert.InDelta(t, 24*time.Hour, time.Until(job.ScheduledAt), float64(time.Minute))
				assert.Zero(t, job.Attempt, "it doesn't count")
				assert.Empty(t, job.Errors)
			}

			r.order(s, "bakery")
			assert.Len(t, r.jobs(s, "bakery"), 1, "ordered again after it has failed")
			if test.mend != nil {
				test.mend(&set)
				r.sets.sets[key] = set
			}
			if test.state != rivertype.JobStateCompleted {
				_, err := s.jobs.JobRetry(t.Context(), job.ID)
				require.NoError(t, err)
			}
			r.start(r.service())
			r.comesTo(s, "bakery", rivertype.JobStateCompleted)
			assert.Empty(t, r.todos())
			r.sandbox.AssertClean(t)
		})
	}
}

// tooFrank is an answer of a server that says what no request held.
const tooFrank = `{"message":"account holder JOHN Q SMITH does not match, PIN 4411907","errors":[{"detail":"not JOHN","source":{"pointer":"/JOHN"}}]}`

// TestLastAttempt has a job's only attempt fail in each way. A person is told, and has the job go on.
func TestLastAttempt(t *testing.T) {
	t.Parallel()
	const timeout = 3 * time.Second
	errOrder := errors.New("the order of JOHN Q SMITH can't be read")
	tests := []struct {
		name  string
		fault portingtest.Fault
		harm  func(*rig, *service)
		todo  string
	}{
		{
			name:  "the server fails",
			fault: portingtest.Fault{Operation: "Portability.Check", Times: 2, Effect: portingtest.BadGateway()},
			todo:  "Portability.Check: 502",
		},
		{
			name:  "the outcome is unknown",
			fault: portingtest.Fault{Operation: "Drafts.Submit", Nth: 1, Effect: portingtest.DropBefore()},
			todo:  "submitted is unknown",
		},
		{
			name: "the time is over",
			harm: func(_ *rig, s *service) {
				s.set = func(ctx context.Context, _ string) (drafts.Set, error) {
					<-ctx.Done()
					return drafts.Set{}, ctx.Err()
				}
			},
			todo: "an error of the type context.",
		},
		{
			name: "the order can't be read",
			harm: func(_ *rig, s *service) {
				s.set = func(context.Context, string) (drafts.Set, error) { return drafts.Set{}, errOrder }
			},
			todo: "an error of the type *errors.errorString",
		},
		{
			name: "there is no connection for the journal",
			harm: func(r *rig, s *service) {
				config := r.pool.Config()
				config.ConnConfig.RuntimeParams["unheard_of"] = "on"
				config.BeforeConnect = func(_ context.Context, c *pgx.ConnConfig) error { // which is for the pool's own
					delete(c.RuntimeParams, "unheard_of")
					return nil
				}
				pool, err := pgxpool.NewWithConfig(r.t.Context(), config)
				require.NoError(r.t, err)
				r.t.Cleanup(pool.Close)
				s.pool = pool
			},
			todo: "PostgreSQL: ",
		},
		{
			name: "the journal's connection is lost",
			harm: func(r *rig, s *service) {
				s.set = func(ctx context.Context, key string) (drafts.Set, error) {
					r.loseLock(ctx, "bakery")
					return r.sets.byKey(ctx, key)
				}
			},
			todo: "", // what PostgreSQL or the network says last
		},
		{
			name: "a person can't be told at first",
			harm: func(r *rig, s *service) {
				runs := 0
				s.set = func(ctx context.Context, _ string) (drafts.Set, error) {
					runs++
					switch runs {
					case 1:
						_, err := r.pool.Exec(ctx, "ALTER TABLE port_todos RENAME TO away")
						assert.NoError(r.t, err)
					case 2:
						_, err := r.pool.Exec(ctx, "ALTER TABLE away RENAME TO port_todos")
						assert.NoError(r.t, err)
					}
					return drafts.Set{}, errOrder
				}
			},
			todo: "an error of the type *errors.errorString",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if test.fault.Operation != "" {
				r.sandbox.Inject(test.fault)
			}
			s := r.service(func(config *river.Config) { config.JobTimeout = timeout })
			if test.harm != nil {
				test.harm(r, s)
			}
			_, err := s.jobs.Insert(t.Context(), portArgs{Key: r.sets.keys["bakery"]}, &river.InsertOpts{MaxAttempts: 1})
			require.NoError(t, err)
			r.order(s, "bakery")
			stop := r.start(s)
			job := r.comesTo(s, "bakery", rivertype.JobStateCancelled)
			stop()
			if todos := r.todos(); assert.Len(t, todos, 1) {
				assert.Contains(t, todos[0], test.todo)
			}
			_, err = s.jobs.JobRetry(t.Context(), job.ID)
			require.NoError(t, err)
			r.start(r.service())
			r.comesTo(s, "bakery", rivertype.JobStateCompleted)
			assert.Empty(t, r.todos())
			r.sandbox.AssertClean(t)
		})
	}
}

// TestException has a person told of a rejection while the API doesn't say why.
func TestException(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	s := r.service()
	portRequest, subs := r.sandbox.AddPortRequest(r.sets.numbers("bakery")...)
	r.sandbox.Move(subs[0], porting.SubRequestStatusException)
	r.sandbox.AddComment(portRequest, subs[0], "The account number does not match.")
	r.sandbox.Inject(portingtest.Fault{Operation: "Comments.List", Nth: 1, Effect: portingtest.Respond(http.StatusForbidden, tooFrank)})
	inserted, err := s.jobs.Insert(t.Context(), exceptionArgs{"event", portRequest, subs[0], time.Now()}, nil)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	require.NoError(t, s.jobs.Start(ctx))
	defer func() { stop(); <-s.jobs.Stopped() }()

	comesTo := func(states ...rivertype.JobState) {
		require.Eventually(t, func() bool {
			job, err := s.jobs.JobGet(t.Context(), inserted.Job.ID)
			return assert.NoError(t, err) && len(job.Errors) == 1 && slices.Contains(states, job.State)
		}, 20*time.Second, 20*time.Millisecond, r.log)
	}
	const rejected = "the carrier has rejected it"
	comesTo(rivertype.JobStateRetryable, rivertype.JobStateAvailable)
	assert.Equal(t, []string{rejected}, r.todos())
	_, err = s.jobs.JobRetry(t.Context(), inserted.Job.ID)
	require.NoError(t, err)
	comesTo(rivertype.JobStateCompleted)
	if todos := r.todos(); assert.Len(t, todos, 1) {
		assert.Contains(t, todos[0], rejected+": ACCOUNT_NUMBER_MISMATCH")
	}
}

// numbers are those of a sample.
func (s *samples) numbers(name string) []string { return s.sets[s.keys[name]].Numbers }

// TestOneAtATime has a job run again while the one who had it before is only silent.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	s := r.service()
	silent, err := openJournal(t.Context(), r.pool, r.sets.keys["bakery"])
	require.NoError(t, err)
	r.order(s, "bakery")
	r.start(s)
	require.Eventually(t, func() bool {
		return strings.Contains(string(r.job(s, "bakery").Metadata), `"snoozes"`)
	}, 10*time.Second, 20*time.Millisecond)
	assert.Empty(t, r.sandbox.Requests("Portability.Check"))
	silent.close(t.Context())
	assert.Equal(t, 1, r.comesTo(s, "bakery", rivertype.JobStateCompleted).Attempt)
	r.sandbox.AssertClean(t)
}

// TestLockIsLost ends the connection that holds the lock while the draft is created. The worker does
// nothing more; the next run goes on.
func TestLockIsLost(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	s := r.service()
	lost := sync.OnceFunc(func() { r.loseLock(t.Context(), "bakery") })
	r.onRequest(func(request *http.Request, before bool) {
		if !before && isCreate(request) {
			lost()
		}
	})
	r.order(s, "bakery")
	r.start(s)
	job := r.comesTo(s, "bakery", rivertype.JobStateCompleted)
	assert.Equal(t, 2, job.Attempt)
	r.sandbox.AssertClean(t)
}

// loseLock ends the connection that holds the lock of a sample.
func (r *rig) loseLock(ctx context.Context, name string) {
	n, err := r.pool.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_locks
		WHERE locktype = 'advisory' AND ((classid::bigint << 32) | objid::bigint) = hashtextextended($1, 0)`, "port_journal "+r.sets.keys[name])
	assert.NoError(r.t, err)
	assert.EqualValues(r.t, 1, n.RowsAffected())
}
