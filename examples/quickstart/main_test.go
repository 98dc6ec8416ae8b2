package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
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
	var changes []string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.URL.Path != "/origination/porting/portability_checks" {
			changes = append(changes, r.Method+" "+r.URL.Path)
		}
		sandbox.ServeHTTP(w, r)
	}))
	defer api.Close()
	t.Setenv("TELNYX_API_USER", portingtest.User)
	t.Setenv("TELNYX_API_TOKEN", portingtest.Token)
	t.Setenv("PORTING_BASE_URL", api.URL)

	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, []string{"+13125550100"}))
	assert.Empty(t, changes)
	assert.Contains(t, out.String(), "+13125550100  true")

	require.NoError(t, run(t.Context(), &out, []string{"-create-draft", "+13125550100"}))
	assert.Equal(t, []string{"POST /origination/porting/draft_port_requests"}, changes)

	t.Setenv("TELNYX_API_TOKEN", "")
	var argument *porting.ArgumentError
	assert.ErrorAs(t, run(t.Context(), &out, nil), &argument)
}
