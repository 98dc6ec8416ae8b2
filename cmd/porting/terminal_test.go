//go:build linux

package main

import (
	"os/exec"
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
}
