package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/watch"
)

// childEnv has the schema that a process works in instead of running the tests.
const childEnv = "RIVER_TEST_CHILD"

// child serves until it is killed, or until its parent has ended.
func child() int {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	pool, err := connect(ctx, os.Getenv("DATABASE_URL"), os.Getenv(childEnv))
	if err != nil {
		log.ErrorContext(ctx, "connect", "error", err)
		return 1
	}
	client, err := porting.NewClientFromEnv()
	if err != nil {
		log.ErrorContext(ctx, "client", "error", err)
		return 1
	}
	r := &rig{sets: sample()}
	r.tenNames()
	s := &service{
		client: client,
		pool:   pool,
		log:    log,
		set:    r.sets.byKey,
		run:    drafts.RunOptions{Open: openSample, LookAgain: childSettle, Settle: childSettle},
		pace:   watch.Pace{Min: time.Second, Max: time.Second},
		lease:  childSettle,
		again:  50 * time.Millisecond,
	}
	config := quick()
	config.Logger = log
	config.LeaderElectionDisabled = true // there is no wait for a dead leader to be missed
	if err := s.open(config); err != nil {
		log.ErrorContext(ctx, "open", "error", err)
		return 1
	}
	if err := s.serve(ctx); err != nil {
		log.ErrorContext(ctx, "serve", "error", err)
		return 1
	}
	return 0
}

// childSettle is how long the sandbox may be working on what a process that was killed has sent.
const childSettle = 300 * time.Millisecond

// life starts a process, which is killed at the first request that the function picks. It returns when
// the process has ended, or false when so many ports are submitted.
func (r *rig) life(enough int, pick func(request *http.Request, before bool) bool) (killed bool) {
	r.t.Helper()
	process := exec.CommandContext(r.t.Context(), os.Args[0])
	process.Env = append(os.Environ(), childEnv+"="+r.schema, "PGAPPNAME="+r.schema, "PORTING_BASE_URL="+r.front.URL, "TELNYX_API_USER="+portingtest.User, "TELNYX_API_TOKEN="+portingtest.Token)
	process.Stdout, process.Stderr = r.log, r.log
	stdin, err := process.StdinPipe()
	require.NoError(r.t, err)
	defer func() { _ = stdin.Close() }()
	started, dead := make(chan struct{}), make(chan struct{})
	kill := sync.OnceFunc(func() {
		<-started
		close(dead)
		_ = process.Process.Kill()
	})
	r.onRequest(func(request *http.Request, before bool) {
		if pick(request, before) {
			kill()
		}
	})
	require.NoError(r.t, process.Start())
	close(started)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = process.Wait()
	}()
	for began := time.Now(); r.count("SELECT count(*) FROM ports WHERE port_request_id IS NOT NULL") < enough; {
		if time.Since(began) > time.Minute {
			kill()
			require.Fail(r.t, "the process has done nothing for long", r.log.String())
		}
		r.elapse()
		select {
		case <-ended:
			select {
			case <-dead:
			default:
				require.Fail(r.t, "the process has ended by itself", r.log.String())
			}
			r.onRequest(nil)
			return true
		case <-time.After(20 * time.Millisecond):
		}
	}
	r.onRequest(nil)
	_ = process.Process.Kill()
	<-ended
	return false
}

// TestKilled kills processes that work on ten sets, in creates, in submits and anywhere else. In the
// end each set is submitted once.
func TestKilled(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			killTen(t, rand.New(rand.NewPCG(16, seed)))
		})
	}
}

func killTen(t *testing.T, random *rand.Rand) {
	t.Helper()
	r := newRig(t)
	names := r.tenNames()
	s := r.service()
	r.order(s, names...)
	began, kills := time.Now(), map[string]int{}
	for lives := 0; ; lives++ {
		require.Less(t, lives, 60)
		var mutex sync.Mutex
		var at string
		left, beforeIt := 1+random.IntN(20), random.IntN(2) == 0
		killed := r.life(len(names), func(request *http.Request, before bool) bool {
			mutex.Lock()
			defer mutex.Unlock()
			if before != beforeIt {
				return false
			}
			left--
			switch {
			case lives%3 == 0 && isCreate(request):
				at = "create"
			case lives%3 == 1 && isSubmit(request):
				at = "submit"
			case lives%3 == 2 && left == 0:
				at = "elsewhere"
			}
			return at != ""
		})
		if !killed {
			break
		}
		mutex.Lock() // the sandbox may still be at what the process has sent
		where := at
		mutex.Unlock()
		if beforeIt {
			kills["before "+where]++
		} else {
			kills["after "+where]++
		}
		r.rescue()
	}
	t.Logf("killed in %v: %v; %d requests", time.Since(began).Round(time.Millisecond), kills, len(r.sandbox.Requests()))
	assert.Positive(t, kills["before create"]+kills["after create"])
	assert.Positive(t, kills["before submit"]+kills["after submit"])
	assert.Equal(t, len(names), r.count("SELECT count(*) FROM river_job WHERE kind = 'port'"))
	r.rescue()
	require.Eventually(t, func() bool { // the sandbox's clock would make weeks of the wait for the dead
		return r.count("SELECT count(*) FROM porting_watch_members WHERE ends > extract(epoch FROM clock_timestamp()) * 1000") == 0
	}, 10*time.Second, 20*time.Millisecond)
	r.start(s)
	require.Eventually(t, func() bool { return r.count("SELECT count(*) FROM ports WHERE complete") == len(names) }, 30*time.Second, 50*time.Millisecond, r.log)
	r.sandbox.AssertClean(t)
}

// elapse has jobs that wait for another attempt begin it: no process is a leader, which would see to that.
func (r *rig) elapse() {
	r.t.Helper()
	_, err := r.pool.Exec(r.t.Context(), "UPDATE river_job SET state = 'available', scheduled_at = now() WHERE state IN ('retryable', 'scheduled')")
	require.NoError(r.t, err)
}

// rescue does at once what River does when RescueStuckJobsAfter is over, which TestRescued waits for.
// PostgreSQL may still be giving a job to a process that was killed a moment ago.
func (r *rig) rescue() {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		return r.count("SELECT count(*) FROM pg_stat_activity WHERE application_name = current_schema()") == 0
	}, 10*time.Second, 5*time.Millisecond)
	_, err := r.pool.Exec(r.t.Context(), "UPDATE river_job SET state = 'available', scheduled_at = now() WHERE state = 'running'")
	require.NoError(r.t, err)
}

// TestRescued kills a process in the middle of a submit. River has another one go on.
func TestRescued(t *testing.T) {
	t.Parallel()
	for name, when := range map[string]bool{"before": true, "after": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			s := r.service(func(config *river.Config) {
				config.JobTimeout, config.RescueStuckJobsAfter = 3*time.Second, 3*time.Second
			})
			name := r.tenNames()[1]
			r.order(s, name)
			require.True(t, r.life(1, func(request *http.Request, before bool) bool { return before == when && isSubmit(request) }))
			require.Equal(t, rivertype.JobStateRunning, r.job(s, name).State, "River doesn't know yet")
			require.Eventually(t, func() bool { return time.Since(*r.job(s, name).AttemptedAt) > 3500*time.Millisecond }, 10*time.Second, 50*time.Millisecond)
			r.start(s) // it looks for such jobs at once, and then every half a minute
			job := r.comesTo(s, name, rivertype.JobStateCompleted)
			assert.Equal(t, 2, job.Attempt)
			require.Len(t, job.Errors, 1)
			assert.Contains(t, job.Errors[0].Error, "rescued")
			assert.Equal(t, 1, r.sandbox.Count("Drafts.Submit"))
			r.sandbox.AssertClean(t)
		})
	}
}
