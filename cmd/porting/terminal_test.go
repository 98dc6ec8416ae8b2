//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inTerminal runs a line in a terminal of its own, which util-linux's script makes, and
// types an answer.
func (f *folder) inTerminal(t *testing.T, line, typed string) (out string, code int) {
	t.Helper()
	if _, err := exec.LookPath("script"); err != nil {
		t.Skip("no script command")
	}
	cmd := f.command(t.Context(), "script", "-qec", line, "/dev/null")
	cmd.Stdin = strings.NewReader(typed)
	text, _ := cmd.CombinedOutput()
	return string(text), cmd.ProcessState.ExitCode()
}

// TestTerminal looks for colors where there is a terminal, without one, and with NO_COLOR.
func TestTerminal(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	_, code := f.sh(t, "porting sandbox add +13125550185 && porting sandbox advance 2d")
	require.Zero(t, code)
	out, code := f.inTerminal(t, "porting status", "")
	assert.Equal(t, int(codeNeedsYou), code, out)
	assert.Contains(t, out, "\x1b[", "a terminal has colors")
	out, _ = f.inTerminal(t, "NO_COLOR=1 porting status", "")
	assert.NotContains(t, out, "\x1b[3", "unless there is NO_COLOR")
	out, _ = f.sh(t, "porting status")
	assert.NotContains(t, out, "\x1b")
}

// TestAsked answers the question before a change.
func TestAsked(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	_, code := f.sh(t, "porting sandbox add +13125550193")
	require.Zero(t, code)
	out, code := f.inTerminal(t, "porting cancel +13125550193", "n\n")
	assert.Equal(t, int(codeInterrupted), code, out)
	assert.Contains(t, out, "Cancel 1 sub request with 1 number? [y/N]")
	assert.Contains(t, out, "nothing was changed")
	out, code = f.inTerminal(t, "porting cancel +13125550193", "y\n")
	assert.Zero(t, code, out)
	assert.Contains(t, out, "cancel-pending")
}

// TestLive looks at the live table, and ends it with an interrupt.
func TestLive(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	_, code := f.sh(t, "porting sandbox add +13125550185 && porting sandbox advance 2d")
	require.Zero(t, code)
	out, code := f.inTerminal(t, "(sleep 4; kill -INT $$) & exec porting watch", "")
	assert.Contains(t, []int{int(codeInterrupted), int(codeNeedsYou)}, code, out)
	assert.Contains(t, out, "SUB REQUEST")
	assert.Contains(t, out, "exception")

	cmd := f.command(t.Context(), "script", "-qec", "exec porting watch", "/dev/null")
	screen := &typist{after: "exception", types: "q", seen: make(chan struct{})}
	cmd.Stdin, cmd.Stdout = screen, screen
	_ = cmd.Run()
	assert.Equal(t, int(codeNeedsYou), cmd.ProcessState.ExitCode(), "q ends it, and the exception is still there")
}

// A typist reads what a terminal shows, and types something once it has shown a text.
type typist struct {
	after, types string
	shown        strings.Builder
	seen         chan struct{}
}

func (y *typist) Write(p []byte) (int, error) {
	before := strings.Contains(y.shown.String(), y.after)
	y.shown.Write(p)
	if !before && strings.Contains(y.shown.String(), y.after) {
		close(y.seen)
	}
	return len(p), nil
}

func (y *typist) Read(p []byte) (int, error) {
	if y.types == "" {
		return 0, io.EOF
	}
	<-y.seen
	n := copy(p, y.types)
	y.types = y.types[n:]
	return n, nil
}

// TestProgress shows how far a check has come while its output goes to a file, and not where there is no
// terminal.
func TestProgress(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	var numbers strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&numbers, "+1312%07d\n", 2_000_000+i)
	}
	require.NoError(t, os.WriteFile(filepath.Join(f.dir, "many.txt"), []byte(numbers.String()), 0o600))
	out, code := f.inTerminal(t, "porting check many.txt >checked.txt", "")
	assert.Zero(t, code, out)
	assert.Regexp(t, `\d+% \|█+ *\|`, out)
	out, code = f.sh(t, "porting check many.txt >checked.txt")
	assert.Zero(t, code, out)
	assert.NotContains(t, out, "%")
}
