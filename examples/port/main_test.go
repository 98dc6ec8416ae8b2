package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

func TestSandbox(t *testing.T) { //nolint:paralleltest // it sets the environment
	for _, name := range []string{"TELNYX_API_USER", "TELNYX_API_TOKEN", "TELNYX_API_KEY"} {
		t.Setenv(name, "")
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), nil, &out))
	assert.Regexp(t, `^not taken: \[line 8, column 1 \(phone_number\): a spreadsheet made it .*\]
Drafts.Create \S+ of 4 numbers
Drafts.UpdateSubRequest .*
Drafts.UpdateSubRequest .*
Drafts.UpdateSubRequest .*pin_passcode.*
Documents.Upload \S+ loa
Documents.Upload \S+ invoice
Drafts.Submit \S+
5 numbers, 1 can't be ported, port request \S+
$`, out.String())
	assert.NotContains(t, out.String(), "4711")
}

// TestRealAPI checks that with credentials nothing is changed without -submit, and that
// with it nothing is done twice.
func TestRealAPI(t *testing.T) {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	t.Setenv("TELNYX_API_KEY", "")
	t.Setenv("TELNYX_API_USER", portingtest.User)
	t.Setenv("TELNYX_API_TOKEN", portingtest.Token)
	t.Setenv("PORTING_BASE_URL", sandbox.URL())
	files := files(t, t.TempDir())
	var dry bytes.Buffer
	require.NoError(t, run(t.Context(), files, &dry))
	for _, request := range sandbox.Requests() {
		assert.True(t, request.Method == "GET" || request.Operation == "Portability.Check", request)
	}
	assert.Contains(t, dry.String(), "Drafts.Submit of the new draft")
	assert.Equal(t, 1, strings.Count(dry.String(), "Drafts.Create"))

	require.ErrorContains(t, run(t.Context(), nil, &dry), "takes four files")
	require.ErrorIs(t, run(t.Context(), append(files[:3:3], "none.pdf"), &dry), os.ErrNotExist)
	require.ErrorIs(t, run(t.Context(), append([]string{"none.csv"}, files[1:]...), &dry), os.ErrNotExist)
	assert.Zero(t, sandbox.Count("Drafts.Create"))
}

// TestSubmit ports with credentials, and again: then there is nothing left to do.
func TestSubmit(t *testing.T) {
	sandbox := portingtest.NewServer(portingtest.WithStart(time.Now()))
	defer sandbox.Close()
	t.Setenv("TELNYX_API_KEY", "")
	t.Setenv("TELNYX_API_USER", portingtest.User)
	t.Setenv("TELNYX_API_TOKEN", portingtest.Token)
	t.Setenv("PORTING_BASE_URL", sandbox.URL())
	dir := t.TempDir()
	args := append([]string{"-submit", "-journal", filepath.Join(dir, "journal")}, files(t, dir)...)
	var first, second bytes.Buffer
	require.NoError(t, run(t.Context(), args, &first))
	require.NoError(t, run(t.Context(), args, &second))
	assert.Contains(t, first.String(), "Drafts.Submit")
	assert.NotContains(t, second.String(), "Drafts.")
	assert.Contains(t, second.String(), "port request ")
	assert.Equal(t, 1, sandbox.Count("Drafts.Submit"))
	sandbox.AssertClean(t)
}

// files copies the sample into a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	require.NoError(t, os.CopyFS(dir, sample))
	var files []string
	for _, name := range []string{"numbers.csv", "profiles.json", "loa.pdf", "invoice.pdf"} {
		files = append(files, filepath.Join(dir, "sample", name))
	}
	return files
}
