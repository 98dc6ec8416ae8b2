//go:build !windows && !js

package drafts_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
)

// TestMain runs a plan with a journal instead of the tests where [TestKilled] says so.
func TestMain(m *testing.M) {
	if path := os.Getenv("DRAFTS_TEST_JOURNAL"); path != "" {
		runUntilKilled(path)
	}
	os.Exit(m.Run())
}

// noJournal stands for the path of a journal where there is none.
const noJournal = "-"

func runUntilKilled(path string) {
	now := func() time.Time { return portingtest.Start }
	opts := &drafts.RunOptions{Open: openPaper, Now: now, Settle: 50 * time.Millisecond, LookAgain: 50 * time.Millisecond}
	if path != noJournal {
		journal, err := drafts.OpenJournal(path)
		if err != nil {
			panic(err)
		}
		opts.Journal = journal
	}
	client, err := porting.NewClientFromEnv()
	if err != nil {
		panic(err)
	}
	if _, err := drafts.Run(context.Background(), client, twoHundred(), opts); err != nil {
		panic(err)
	}
	os.Exit(0)
}

// twoHundred is a plan of 200 numbers in 8 sets, each with two carriers.
func twoHundred() *drafts.Plan {
	var sets [][]string
	for i := range 8 {
		var numbers []string
		for j := range 25 {
			numbers = append(numbers, fmt.Sprintf("+1%d55501%02d", 202+i, 30+j))
		}
		sets = append(sets, numbers)
	}
	return planned(sets...)
}

// TestKilled kills a process in the middle of a plan, 50 times in all: just before the
// server acts on a request, or when it has acted and not yet answered. After each kill
// the plan is run again, with its journal or, every fourth time, without one. In the end the
// server has what was meant, once.
func TestKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts processes")
	}
	random := rand.New(rand.NewPCG(13, 50))
	for round, kills := 1, 0; kills < 50; round++ {
		sandbox := portingtest.NewServer()
		path := filepath.Join(t.TempDir(), "journal")
		if round%4 == 0 {
			path = noJournal
		}
		for done := false; !done; {
			done = runAndKill(t, sandbox, path, 1+random.IntN(60), random.IntN(2) == 0)
			if !done {
				kills++
			}
		}
		requireOnce(t, sandbox, twoHundred())
		sandbox.Close()
	}
}

// runAndKill starts a process that runs the plan, and kills it at the nth request. It
// tells whether the process was done before that.
func runAndKill(t *testing.T, sandbox *portingtest.Server, path string, nth int, before bool) (done bool) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	process := exec.CommandContext(t.Context(), self)
	started := make(chan struct{})
	kill := func() {
		<-started
		assert.NoError(t, process.Process.Kill())
	}
	var requests atomic.Int64
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mine := requests.Add(1) == int64(nth)
		if mine && before {
			kill()
		}
		sandbox.ServeHTTP(w, r)
		if mine && !before {
			kill()
		}
	}))
	defer front.Close() // waits for what is under way
	process.Env = append(os.Environ(), "DRAFTS_TEST_JOURNAL="+path, "PORTING_BASE_URL="+front.URL,
		"TELNYX_API_KEY=", "TELNYX_API_USER="+portingtest.User, "TELNYX_API_TOKEN="+portingtest.Token)
	process.Stderr = t.Output()
	require.NoError(t, process.Start())
	close(started)
	err = process.Wait()
	killed := requests.Load() >= int64(nth)
	require.Equal(t, killed, err != nil, "%v", err)
	return !killed
}
