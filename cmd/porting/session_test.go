//go:build !windows

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the commands print into the golden files")

// TestMain is the command itself where a test runs it as a process.
func TestMain(m *testing.M) {
	if os.Getenv("PORTING_TEST_IS_TOOL") != "" {
		main()
	}
	os.Exit(m.Run())
}

// TestSessions runs the commands of each golden file, which follow "$ ", and compares what
// they print with what the file has below them.
func TestSessions(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.golden")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range append(files, "../../docs/terminal.md") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			got := replay(t, newFolder(t), string(want))
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
				return
			}
			assert.Equal(t, string(want), got)
		})
	}
}

// replay runs the commands of a text and returns it with what they print now. In Markdown,
// commands are in blocks; elsewhere everything is one.
func replay(t *testing.T, f *folder, text string) string {
	t.Helper()
	isMarkdown := strings.Contains(text, "```console")
	var b strings.Builder
	inside := !isMarkdown
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case isMarkdown && strings.HasPrefix(line, "```"):
			inside = line == "```console"
			b.WriteString(line + "\n")
		case !inside || strings.HasPrefix(line, "# "):
			b.WriteString(line + "\n")
		case isCommand:
			out, code := f.sh(t, command)
			b.WriteString(line + "\n" + out)
			if code != 0 {
				fmt.Fprintf(&b, "[exit %d]\n", code)
			}
		}
	}
	return b.String()
}

// A folder is where a session runs: with the command, some files and a sandbox of its own.
type folder struct {
	dir string
	env []string
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"numbers.csv", "loa.pdf", "invoice.pdf"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	self, err := os.Executable()
	require.NoError(t, err)
	bin := filepath.Join(t.TempDir(), "bin")
	require.NoError(t, os.Mkdir(bin, 0o700))
	require.NoError(t, os.Symlink(self, filepath.Join(bin, "porting")))
	return &folder{dir, []string{
		"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + dir, "PORTING_TEST_IS_TOOL=1", "TERM=xterm",
	}}
}

var untidy = regexp.MustCompile(`[ \t]+\n`)

// sh runs a line in the shell and returns what it printed, and its exit code.
func (f *folder) sh(t *testing.T, line string) (out string, code int) {
	t.Helper()
	cmd := f.command(t.Context(), "sh", "-c", line)
	text, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else {
		require.NoError(t, err)
	}
	out = strings.ReplaceAll(string(text), f.dir, "~")
	return untidy.ReplaceAllString(out, "\n"), code
}

func (f *folder) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = f.dir, f.env
	return cmd
}
