package bulk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/bulk"
)

// TestMain runs a check with a journal instead of the tests where [TestKilled] says so.
func TestMain(m *testing.M) {
	if path := os.Getenv("BULK_TEST_JOURNAL"); path != "" {
		checkUntilKilled(path)
	}
	os.Exit(m.Run())
}

func checkUntilKilled(path string) {
	journal, err := bulk.OpenJournal(path)
	if err != nil {
		panic(err)
	}
	client, err := porting.NewClientFromEnv()
	if err != nil {
		panic(err)
	}
	opts := &bulk.Options{SliceSize: 10, Parallel: 4, Journal: journal}
	if _, err := bulk.Check(context.Background(), client.Portability, numbers(2_000), opts); err != nil {
		panic(err)
	}
	os.Exit(0)
}

// TestKilled kills a process in the middle of a check, and checks the same numbers and
// some more with its journal.
func TestKilled(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	for round := range 5 {
		sandbox := portingtest.NewServer()
		t.Cleanup(sandbox.Close)
		path := filepath.Join(t.TempDir(), "journal")
		process := exec.CommandContext(t.Context(), self)
		process.Env = append(os.Environ(), "BULK_TEST_JOURNAL="+path, "PORTING_BASE_URL="+sandbox.URL(),
			"TELNYX_API_KEY=", "TELNYX_API_USER="+portingtest.User, "TELNYX_API_TOKEN="+portingtest.Token)
		require.NoError(t, process.Start())
		for sandbox.Count("Portability.Check") < 10+20*round {
			runtime.Gosched()
		}
		require.NoError(t, process.Process.Kill())
		require.Error(t, process.Wait())

		journal := openJournal(t, path)
		kept := map[string]bool{}
		for entry, err := range journal.Entries() {
			require.NoError(t, err)
			kept[entry.Number] = true
		}
		before := sandbox.Count("Portability.Check")
		assert.GreaterOrEqual(t, len(kept), 10*(before-4)) // all but what was under way
		recorder := &recorder{Checker: sandbox.Client().Portability}
		list := numbers(2_100)
		report, err := bulk.Check(t.Context(), recorder, list, &bulk.Options{Parallel: 1, Journal: journal})
		require.NoError(t, err)
		requireOutcomes(t, list, report.Results)
		assert.Len(t, recorder.numbers, 2_100-len(kept))
		for _, number := range recorder.numbers {
			assert.False(t, kept[number])
		}
		require.NoError(t, journal.Close())
	}
}

// A recorder notes what is asked.
type recorder struct {
	bulk.Checker
	numbers []string
}

func (r *recorder) Check(ctx context.Context, numbers ...string) ([]porting.PortabilityResult, error) {
	r.numbers = append(r.numbers, numbers...)
	return r.Checker.Check(ctx, numbers...)
}

func openJournal(t *testing.T, path string) *bulk.FileJournal {
	t.Helper()
	journal, err := bulk.OpenJournal(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = journal.Close() })
	return journal
}

// TestJournal checks that what is in a journal isn't asked again, and comes out as it
// went in.
func TestJournal(t *testing.T) {
	t.Parallel()
	list := numbers(300)
	path := filepath.Join(t.TempDir(), "journal")
	journal := openJournal(t, path)
	faulty := &checker{bad: map[string]bool{list[3]: true}}
	faulty.err = func(_ int, numbers []string) error {
		if slices.Contains(numbers, list[150]) {
			return errLost
		}
		return nil
	}
	faulty.answer = func(numbers []string, results []porting.PortabilityResult) []porting.PortabilityResult {
		for i := range results {
			if results[i].RawNumber == list[299] {
				results[i].PortabilityStatus = porting.PortabilityStatusPending
			}
		}
		return results
	}
	first, err := bulk.Check(t.Context(), faulty, list[50:], &bulk.Options{Journal: journal})
	requireIncomplete(t, err, first, false)
	more, err := bulk.Check(t.Context(), faulty, list[:10], &bulk.Options{Journal: journal}) // the same open journal
	require.NoError(t, err)
	require.NoError(t, journal.Close())

	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}

	journal = openJournal(t, path)
	sound := &checker{}
	slices.Reverse(list)
	again := append(slices.Clone(list), list[:5]...)
	report, err := bulk.Check(t.Context(), sound, again, &bulk.Options{Journal: journal})
	require.NoError(t, err)
	requireOutcomes(t, again, report.Results)
	known := slices.Concat(first.Results, more.Results)
	asked := sound.asked()
	for _, result := range report.Results {
		i := slices.IndexFunc(known, func(k bulk.Result) bool { return k.Number == result.Number })
		wasAsked := slices.Contains(asked, result.Number)
		if i < 0 || known[i].Outcome == bulk.NotAnswered {
			assert.True(t, wasAsked)
			continue
		}
		assert.False(t, wasAsked)
		assert.Equal(t, known[i].Outcome, result.Outcome)
		assert.Equal(t, known[i].Answer, result.Answer)
		assert.Equal(t, known[i].Reason(), result.Reason())
	}
	assert.Len(t, asked, 100+40)
	assert.Equal(t, 2, report.Count(bulk.NotKnownYet)) // one number, which is there twice
	assert.Equal(t, 1, report.Count(bulk.Refused))
}

// TestJournalAge checks that old answers are asked again, and that the last one counts.
func TestJournalAge(t *testing.T) {
	t.Parallel()
	journal := openJournal(t, filepath.Join(t.TempDir(), "journal"))
	number := numbers(1)[0]
	no := porting.PortabilityResult{RawNumber: number, NonPortableReason: "no_coverage"}
	require.NoError(t, journal.Append(bulk.Entry{Number: number, Time: time.Now().Add(-25 * time.Hour), Answer: &no}))
	check := func(opts bulk.Options) (bulk.Outcome, int) {
		c := &checker{}
		opts.Journal = journal
		report, err := bulk.Check(t.Context(), c, []string{number}, &opts)
		require.NoError(t, err)
		return report.Results[0].Outcome, c.count()
	}
	outcome, asked := check(bulk.Options{MaxAge: 26 * time.Hour})
	assert.Equal(t, bulk.NotPortable, outcome)
	assert.Zero(t, asked)
	outcome, asked = check(bulk.Options{})
	assert.Equal(t, bulk.Portable, outcome)
	assert.Equal(t, 1, asked)
	outcome, asked = check(bulk.Options{MaxAge: 26 * time.Hour})
	assert.Equal(t, bulk.Portable, outcome)
	assert.Zero(t, asked)
}

// TestTornJournal cuts a journal off at every byte: whole lines stay, and nothing else.
func TestTornJournal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "journal")
	journal := openJournal(t, path)
	c := &checker{bad: map[string]bool{numbers(3)[1]: true}}
	_, err := bulk.Check(t.Context(), c, numbers(3), &bulk.Options{Journal: journal})
	require.NoError(t, err)
	require.NoError(t, journal.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, 4, bytes.Count(whole, []byte("\n")))

	torn := filepath.Join(dir, "torn")
	for size := range len(whole) + 1 {
		for _, tail := range []string{"", "\x00\x00\x00"} {
			if tail != "" && size <= bytes.IndexByte(whole, '\n') {
				continue // the header is written on its own
			}
			require.NoError(t, os.WriteFile(torn, append(whole[:size:size], tail...), 0o600))
			journal := openJournal(t, torn)
			kept := 0
			for _, err := range journal.Entries() {
				require.NoError(t, err)
				kept++
			}
			assert.Equal(t, max(0, bytes.Count(whole[:size], []byte("\n"))-1), kept)
			require.NoError(t, journal.Append(bulk.Entry{Number: "x", Refused: "y"}))
			require.NoError(t, journal.Close())

			content, err := os.ReadFile(torn)
			require.NoError(t, err)
			for line := range bytes.Lines(content) {
				require.True(t, json.Valid(line), "%q", line)
			}
			require.Equal(t, kept+2, bytes.Count(content, []byte("\n")))
		}
	}
}

// TestForeignFiles checks that a file that isn't a journal stays as it is.
func TestForeignFiles(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"text":             "+13125550100\n",
		"short":            "x",
		"JSON lines":       `{"number":"+13125550100"}` + "\n",
		"another version":  `{"journal":"portability checks","version":2}` + "\n",
		"another end line": `{"journal":"portability checks","version":1}` + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "journal")
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			_, err := bulk.OpenJournal(path)
			require.ErrorContains(t, err, "is not a journal of portability checks, or one of another version")
			kept, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, content, string(kept))
		})
	}
	_, err := bulk.OpenJournal(filepath.Join(t.TempDir(), "none", "journal"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestBrokenLine checks that a line in the middle that can't be read ends the check
// before anything is asked, and that the error names the line and no number.
func TestBrokenLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	require.NoError(t, os.WriteFile(path, []byte(`{"journal":"portability checks","version":1}
{"number":"+13125550100","time":"2026-01-01T00:00:00Z","refused":"no"}
{"number":"+13125550101","time":7}
{"number":"+13125550102","time":"2026-01-01T00:00:00Z","refused":"no"}
`), 0o600))
	journal := openJournal(t, path)
	c := &checker{}
	report, err := bulk.Check(t.Context(), c, numbers(5), &bulk.Options{Journal: journal})
	requireIncomplete(t, err, report, true)
	require.ErrorContains(t, err, "line 3")
	assert.NotContains(t, err.Error(), "+1312")
	assert.Zero(t, c.count())
	requireOutcomes(t, numbers(5), report.Results)
}

// TestLockedJournal checks that a file is one process's, and free when that ends.
func TestLockedJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	journal := openJournal(t, path)
	_, err := bulk.OpenJournal(path)
	require.ErrorIs(t, err, bulk.ErrLocked)
	require.NoError(t, journal.Append(bulk.Entry{Number: "x", Refused: "y"}))
	require.NoError(t, journal.Close())
	require.Error(t, journal.Append(bulk.Entry{Number: "x", Refused: "y"}))
	openJournal(t, path)
}

// brokenJournal is a disk that is full.
type brokenJournal struct{}

var errFull = errors.New("no space left on device")

func (brokenJournal) Entries() iter.Seq2[bulk.Entry, error] {
	return func(func(bulk.Entry, error) bool) {}
}
func (brokenJournal) Append(...bulk.Entry) error { return errFull }

// TestFailingJournal checks that a check ends when its answers can't be kept, with the
// answers that it has.
func TestFailingJournal(t *testing.T) {
	t.Parallel()
	c := &checker{}
	report, err := bulk.Check(t.Context(), c, numbers(1_000), &bulk.Options{Parallel: 1, Journal: brokenJournal{}})
	require.ErrorIs(t, err, errFull)
	requireIncomplete(t, err, report, true)
	assert.Equal(t, 1, c.count())
	assert.Equal(t, 100, report.Count(bulk.Portable))
}

// TestJournalHoldsNoSecret checks what a journal says of a refusal.
func TestJournalHoldsNoSecret(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	journal := openJournal(t, path)
	c := &checker{err: func(int, []string) error { return status(http.StatusUnprocessableEntity) }}
	_, err := bulk.Check(t.Context(), c, numbers(1), &bulk.Options{Journal: journal})
	require.NoError(t, err)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	require.Len(t, lines, 2)
	assert.Contains(t, lines[1], `"refused":"porting: Portability.Check: 422 Unprocessable Entity (POST)"`)
}
