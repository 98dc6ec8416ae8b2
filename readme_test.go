package porting_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
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

// TestReadmeProgram runs the README's program as it stands there.
func TestReadmeProgram(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles a program")
	}
	for _, block := range readmeBlocks(t) {
		if !strings.HasPrefix(block, "package main\n") {
			continue
		}
		file := filepath.Join(t.TempDir(), "main.go")
		require.NoError(t, os.WriteFile(file, []byte(block), 0o600))
		output, err := exec.CommandContext(t.Context(), "go", "run", file).CombinedOutput()
		require.NoError(t, err, string(output))
		assert.Regexp(t, `^\+13125550100 portable: true
\+13125550182 portable: false
pr_\w+ sr_\w+ foc-date-confirmed 2026-03-05 15:00:00 \+0000 UTC
$`, string(output))
		return
	}
	t.Error("the README has no program")
}

// TestReadmeCode checks that every other Go block of the README stands, line by line, in a
// test file, and so is compiled.
func TestReadmeCode(t *testing.T) {
	t.Parallel()
	var compiled strings.Builder
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		compiled.WriteString(withoutIndent(string(source)))
	}
	blocks := readmeBlocks(t)
	require.Len(t, blocks, 3)
	for _, block := range blocks {
		if !strings.HasPrefix(block, "package main\n") && !strings.Contains(compiled.String(), withoutIndent(block)) {
			t.Errorf("compiled nowhere:\n%s", block)
		}
	}
}

// readmeBlocks returns the Go blocks of the README.
func readmeBlocks(t *testing.T) []string {
	t.Helper()
	var blocks []string
	for _, match := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(readme(t), -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}

func withoutIndent(code string) string {
	var b strings.Builder
	for line := range strings.Lines(code) {
		b.WriteString(strings.TrimSpace(line) + "\n")
	}
	return b.String()
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
	sandbox.AssertClean(t)          // nothing doubled, nothing misspelt, all counts add up
}

// openDraft creates a draft, or finds the one whose creation had no answer.
func openDraft(ctx context.Context, client *porting.Client, numbers ...string) (*porting.DraftPortRequest, error) {
	draft, err := client.Drafts.Create(ctx, numbers...)
	if _, ok := errors.AsType[*porting.OutcomeUnknownError](err); ok {
		return findDraft(ctx, client, numbers)
	}
	return draft, err
}
