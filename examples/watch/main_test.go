package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
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
	assert.Contains(t, out.String(), ": FOC date 2026-03-05T15:00:00Z → 2026-03-10T15:00:00Z\n")
	assert.Contains(t, out.String(), "foc-date-confirmed → ported\n")
	assert.Contains(t, out.String(), "cancel-pending → cancelled\n")
}

// TestStore watches with credentials, until it is interrupted, and twice: the second time
// there is nothing to tell.
func TestStore(t *testing.T) {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	sandbox.AddPortRequest("+13125550100")
	t.Setenv("TELNYX_API_KEY", "")
	t.Setenv("TELNYX_API_USER", portingtest.User)
	t.Setenv("TELNYX_API_TOKEN", portingtest.Token)
	t.Setenv("PORTING_BASE_URL", sandbox.URL())
	path := filepath.Join(t.TempDir(), "watch.json")
	watchUntil := func(enough func() bool) string {
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		var out bytes.Buffer
		ended := make(chan error)
		go func() { ended <- run(ctx, []string{"-store", path}, &out) }()
		require.Eventually(t, enough, 30*time.Second, time.Millisecond)
		interrupt()
		require.ErrorIs(t, <-ended, context.Canceled)
		return out.String()
	}
	stored := func() bool { _, err := os.Stat(path); return err == nil }
	assert.Contains(t, watchUntil(stored), ": in-process\n")
	again := sandbox.Count("PortRequests.List") + 1
	assert.Empty(t, watchUntil(func() bool { return sandbox.Count("PortRequests.List") >= again }))

	t.Setenv("TELNYX_API_TOKEN", "wrong")
	require.ErrorContains(t, run(t.Context(), nil, &bytes.Buffer{}), "401")
}
