package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	for _, line := range []string{
		"# porting: Drafts.Create: outcome unknown",
		`porting_client_call_tries_sum{porting_operation="Portability.Check"} 2`,
		`porting_client_call_tries_sum{error_type="outcome_unknown",porting_operation="Drafts.Create"} 1`,
		`porting_client_wait_duration_seconds_count{error_type="rate_limited",porting_operation="Portability.Check"} 1`,
	} {
		assert.Contains(t, out.String(), line)
	}
	assert.NotContains(t, out.String(), "3125550100")
}
