package porting_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
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
		assert.Contains(t, compiled.String(), trimmed.String())
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

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	return string(text)
}
