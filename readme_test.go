package porting_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// TestReadmeCode checks that each Go block of the README stands, line by line, in a
// file that is compiled.
func TestReadmeCode(t *testing.T) {
	t.Parallel()
	var compiled strings.Builder
	for _, pattern := range []string{"*_test.go", "portingtest/*_test.go", "examples/*/*.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			for line := range strings.Lines(string(source)) {
				compiled.WriteString(strings.TrimSpace(line) + "\n")
			}
		}
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	require.Len(t, blocks, 3)
	for _, block := range blocks {
		var trimmed strings.Builder
		for line := range strings.Lines(block[1]) {
			trimmed.WriteString(strings.TrimSpace(line) + "\n")
		}
		if !strings.Contains(compiled.String(), trimmed.String()) {
			t.Errorf("compiled nowhere:\n%s", block[1])
		}
	}
}

// TestReadmeOperations checks the README's table against the client's.
func TestReadmeOperations(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	for _, op := range porting.Operations() {
		fmt.Fprintf(&table, "| [`%s`](%s) | `%s %s` | %s |\n", op.Name, op.Doc, op.Method, op.Route, op.Retry)
	}
	assert.Contains(t, readme(t), table.String())
}

// TestReadmeFaults checks the README's count of faults against the matrix.
func TestReadmeFaults(t *testing.T) {
	t.Parallel()
	assert.Regexp(t, fmt.Sprintf("goes through %d faults", len(faults())), readme(t))
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	return string(text)
}

func TestLostAnswersMakeNoSecondDraft(t *testing.T) {
	t.Parallel()
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropAfter()})

	draft, err := openDraft(t.Context(), sandbox.Client(), "+13125550100") // your code
	if err != nil || draft.PhoneNumberCount != 1 {
		t.Error(draft, err)
	}
	sandbox.Advance(24 * time.Hour) // a day later
	sandbox.AssertClean(t)          // nothing doubled, nothing misspelt, everything counts up
}

// openDraft creates a draft, or finds the one whose creation had no answer.
func openDraft(ctx context.Context, client *porting.Client, numbers ...string) (*porting.DraftPortRequest, error) {
	draft, err := client.Drafts.Create(ctx, numbers...)
	if _, ok := errors.AsType[*porting.OutcomeUnknownError](err); ok {
		return findDraft(ctx, client, numbers)
	}
	return draft, err
}
