package drafts_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/drafts"
)

func openJournal(t *testing.T) *drafts.FileJournal {
	t.Helper()
	return openJournalAt(t, filepath.Join(t.TempDir(), "journal"))
}

func openJournalAt(t *testing.T, path string) *drafts.FileJournal {
	t.Helper()
	journal, err := drafts.OpenJournal(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = journal.Close() })
	return journal
}

// TestJournal checks that entries come out as they went in, that a torn last line is
// dropped, and that a file is one process's.
func TestJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	journal := openJournalAt(t, path)
	_, err := drafts.OpenJournal(path)
	require.ErrorIs(t, err, drafts.ErrLocked)
	entries := []drafts.Entry{
		{Set: "a", Step: drafts.StepCheck, State: drafts.StateDone, LeftOut: []int{3}},
		{Set: "a", Step: drafts.StepEnsure, State: drafts.StateBegun},
	}
	for _, entry := range entries {
		require.NoError(t, journal.Append(entry))
	}
	require.NoError(t, journal.Close())
	require.Error(t, journal.Append(entries[0]))

	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString(`{"set":"a","step":"ens`)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}

	journal = openJournalAt(t, path)
	var read []drafts.Entry
	for entry, err := range journal.Entries() {
		require.NoError(t, err)
		read = append(read, entry)
	}
	assert.Equal(t, entries, read)
}

// TestForeignJournal checks that a file of another kind stays as it is.
func TestForeignJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	content := `{"journal":"portability checks","version":1}` + "\n"
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	_, err := drafts.OpenJournal(path)
	require.ErrorContains(t, err, "is not a journal of drafts")
	kept, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, content, string(kept))
}

// TestJournalHoldsNoPersons checks what a whole run leaves in its journal.
func TestJournalHoldsNoPersons(t *testing.T) {
	t.Parallel()
	sandbox := newSandbox(t)
	path := filepath.Join(t.TempDir(), "journal")
	opts := onSandbox(sandbox)
	opts.Journal = openJournalAt(t, path)
	plan := planned(append([]string{"+13125550182"}, mixed...))
	plan.Sets[0].LeaveOut = true
	_, err := drafts.Run(t.Context(), sandbox.Client(), plan, opts)
	require.NoError(t, err)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, 12, strings.Count(string(content), "\n"))
	for _, private := range []string{"3125550", "8005550", "0042-pin", "ACC-", "Bakery", "Ada", "Main", "loa.pdf"} {
		assert.NotContains(t, string(content), private)
	}
}
