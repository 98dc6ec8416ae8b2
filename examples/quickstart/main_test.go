package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

func TestSandbox(t *testing.T) { //nolint:paralleltest // it sets the environment
	for _, name := range []string{"TELNYX_API_USER", "TELNYX_API_TOKEN", "TELNYX_API_KEY"} {
		t.Setenv(name, "")
	}
	var out bytes.Buffer
	started := time.Now()
	require.NoError(t, run(t.Context(), &out, nil))
	assert.Less(t, time.Since(started), 5*time.Second)
	for _, want := range []string{"10 of 10 numbers ported", "no_coverage", "pending", "foc-date-confirmed", "[redacted]"} {
		assert.Contains(t, out.String(), want)
	}
	assert.NotContains(t, out.String(), "4711")
}

// TestRealAPI checks that with credentials nothing is changed unless it was asked for.
func TestRealAPI(t *testing.T) {
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	t.Setenv("TELNYX_API_USER", portingtest.User)
	t.Setenv("TELNYX_API_TOKEN", portingtest.Token)
	t.Setenv("PORTING_BASE_URL", sandbox.URL())

	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, []string{"+13125550100"}))
	for _, request := range sandbox.Requests() {
		assert.True(t, request.Method == "GET" || request.Operation == "Portability.Check", request)
	}
	assert.Contains(t, out.String(), "+13125550100  portable")

	require.NoError(t, run(t.Context(), &out, []string{"-create-draft", "+13125550100"}))
	assert.Equal(t, 1, sandbox.Count("Drafts.Create"))

	t.Setenv("TELNYX_API_TOKEN", "")
	var argument *porting.ArgumentError
	assert.ErrorAs(t, run(t.Context(), &out, nil), &argument)
}
