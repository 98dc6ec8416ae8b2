package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

const numbers = "+13125550100 +13125550170\r\n\n+13125550182\n312-555-0101\n+13125550100\n"

func TestSandbox(t *testing.T) { //nolint:paralleltest // it sets the environment
	for _, name := range []string{"TELNYX_API_USER", "TELNYX_API_TOKEN", "TELNYX_API_KEY"} {
		t.Setenv(name, "")
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), nil, strings.NewReader(numbers), &out))
	var table [][]string
	for line := range strings.Lines(strings.TrimSpace(out.String())) {
		table = append(table, strings.Fields(line))
	}
	assert.Equal(t, [][]string{
		{"NUMBER", "OUTCOME", "CARRIER", "REASON"},
		{"+13125550100", "portable", "Quillback", "Telephone"},
		{"+13125550170", "not", "known", "yet", "Quillback", "Telephone", "pending"},
		{"+13125550182", "not", "portable", "Quillback", "Telephone", "no_coverage"},
		{"+13125550101", "portable", "Quillback", "Telephone"},
	}, table)

	table = nil // of a CSV file, only the column of numbers counts
	file := filepath.Join(t.TempDir(), "numbers.csv")
	require.NoError(t, os.WriteFile(file, []byte("Customer,Number\nStudio 3125550199,(312) 555-0182\nCarl,312\n"), 0o600))
	out.Reset()
	require.NoError(t, run(t.Context(), []string{file}, nil, &out))
	for line := range strings.Lines(strings.TrimSpace(out.String())) {
		table = append(table, strings.Fields(line))
	}
	assert.Equal(t, [][]string{
		{"NUMBER", "OUTCOME", "CARRIER", "REASON"},
		{"+13125550182", "not", "portable", "Quillback", "Telephone", "no_coverage"},
	}, table)
}

// TestJournal checks with credentials, from a file, and twice: the second time nothing
// is asked.
func TestJournal(t *testing.T) {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	t.Setenv("TELNYX_API_KEY", "")
	t.Setenv("TELNYX_API_USER", portingtest.User)
	t.Setenv("TELNYX_API_TOKEN", portingtest.Token)
	t.Setenv("PORTING_BASE_URL", sandbox.URL())
	dir := t.TempDir()
	file := filepath.Join(dir, "numbers.txt")
	require.NoError(t, os.WriteFile(file, []byte(numbers), 0o600))

	args := []string{"-journal", filepath.Join(dir, "journal"), file}
	var first, second bytes.Buffer
	require.NoError(t, run(t.Context(), args, nil, &first))
	require.NoError(t, run(t.Context(), args, nil, &second))
	assert.Equal(t, 1, sandbox.Count("Portability.Check"))
	assert.Equal(t, first.String(), second.String())
	assert.Contains(t, first.String(), "no_coverage")

	t.Setenv("TELNYX_API_TOKEN", "wrong")
	require.ErrorContains(t, run(t.Context(), nil, strings.NewReader(numbers), &first), "401")
	require.ErrorIs(t, run(t.Context(), []string{"none.txt"}, nil, &first), os.ErrNotExist)
}
