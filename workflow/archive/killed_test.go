//go:build !windows && !js

package archive_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/archive"
)

// TestMain saves instead of running the tests where [TestKilled] says so.
func TestMain(m *testing.M) {
	if path := os.Getenv("ARCHIVE_TEST_PATH"); path != "" {
		saveUntilKilled(path)
	}
	os.Exit(m.Run())
}

// killedAt is the time of all runs of [TestKilled], so that they differ in nothing.
func killedAt() time.Time { return portingtest.Start }

func saveUntilKilled(path string) {
	client, err := porting.NewClientFromEnv()
	if err != nil {
		panic(err)
	}
	save := archive.ToFolder
	if strings.HasSuffix(path, ".zip") {
		save = archive.ToZip
	}
	var ids []porting.PortRequestID
	for id := range strings.FieldsSeq(os.Getenv("ARCHIVE_TEST_IDS")) {
		ids = append(ids, porting.PortRequestID(id))
	}
	if _, err := save(context.Background(), client, path, ids, &archive.Options{Now: killedAt}); err != nil {
		panic(err)
	}
	os.Exit(0)
}

// TestKilled kills runs with SIGKILL at ten requests each, and a bit later. What there is
// then is good, and the next run adds what is missing.
func TestKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it starts processes")
	}
	for _, s := range savers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			kills := 0
			for range 10 {
				at := 1 + random.Int64N(12) // of 12 requests: 3 for each port request, and 1 for each document
				if killOne(t, s, at, time.Duration(random.Int64N(int64(4*time.Millisecond)))) {
					kills++
				}
			}
			t.Log(kills, "runs were killed before their end")
			assert.Positive(t, kills)
		})
	}
}

// killOne kills a run some time after a request, and looks at what is left and at what the
// next run does. It tells whether the run was killed before its end.
func killOne(t *testing.T, s saver, at int64, later time.Duration) bool {
	t.Helper()
	server := portingtest.NewServer()
	defer server.Close()
	ids := []porting.PortRequestID{submitted(t, server, "+12065550100"), submitted(t, server, "+12065550101")}
	path := filepath.Join(t.TempDir(), s.path)
	var requests atomic.Int64
	reached, ended := make(chan struct{}), make(chan error, 1)
	server.Inject(portingtest.Fault{Effect: portingtest.DropBefore(), Match: func(portingtest.Call) bool {
		if requests.Add(1) == at {
			close(reached)
		}
		return false
	}})
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), "ARCHIVE_TEST_PATH="+path, "ARCHIVE_TEST_IDS="+string(ids[0])+" "+string(ids[1]),
		"TELNYX_API_USER="+portingtest.User, "TELNYX_API_TOKEN="+portingtest.Token, "PORTING_BASE_URL="+server.URL())
	var output bytes.Buffer
	child.Stderr = &output
	require.NoError(t, child.Start())
	go func() { ended <- child.Wait() }()
	select {
	case <-reached:
	case err := <-ended:
		require.Fail(t, "the run has ended before its request", "%v %s", err, output.String())
	}
	wait(t, later)
	_ = child.Process.Kill() // it may have ended
	killed := <-ended != nil

	left := leftBy(t, path)
	report, err := s.save(t.Context(), impatient(server), path, ids, &archive.Options{Now: killedAt})
	require.NoError(t, err)
	assert.Len(t, append(report.Added, report.Kept...), 12)
	for _, name := range namesOf(report.Added) {
		assert.NotContains(t, left, name, "it was there")
	}
	complete(t, server, s, path, ids...)
	return killed
}

// leftBy are the files that a killed run has left in the manifest, which sha256sum accepts.
func leftBy(t *testing.T, path string) []string {
	t.Helper()
	if strings.HasSuffix(path, ".zip") {
		if _, err := os.Stat(path); err != nil {
			return nil
		}
	} else if sums, err := os.ReadFile(filepath.Join(path, "SHA256SUMS")); err != nil || len(sums) == 0 {
		return nil
	}
	var names []string
	for line := range strings.Lines(read(t, verify(t, path), "SHA256SUMS")) {
		names = append(names, strings.TrimSpace(line[64:]))
	}
	return names
}

// wait lets real time pass.
func wait(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

// TestCancelled ends the context at each request, until a run comes through.
func TestCancelled(t *testing.T) {
	t.Parallel()
	for _, s := range savers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			defer server.Close()
			ids := []porting.PortRequestID{submitted(t, server, "+12065550100"), submitted(t, server, "+12065550101")}
			path := filepath.Join(t.TempDir(), s.path)
			var requests, limit atomic.Int64
			var cancel atomic.Pointer[context.CancelFunc]
			count := func(portingtest.Call) bool {
				if requests.Add(1) == limit.Load() {
					(*cancel.Load())()
				}
				return false
			}
			server.Inject(portingtest.Fault{Effect: portingtest.DropBefore(), Match: count})
			server.Inject(portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.DropBefore(), Match: count})
			var names []string
			for n := 1; ; n++ {
				requests.Store(0)
				limit.Store(int64(n))
				ctx, end := context.WithCancel(t.Context())
				cancel.Store(&end)
				report, err := s.save(ctx, impatient(server), path, ids, &archive.Options{Now: killedAt})
				end()
				for _, name := range namesOf(report.Added) {
					assert.NotContains(t, names, name, "it is added once")
					names = append(names, name)
				}
				if err == nil {
					break
				}
				require.ErrorIs(t, err, context.Canceled)
				if len(names) > 0 {
					verify(t, path)
				}
			}
			slices.Sort(names)
			assert.Len(t, names, 12)
			complete(t, server, s, path, ids...)
		})
	}
}
