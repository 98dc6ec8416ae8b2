package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSandbox(t *testing.T) { //nolint:paralleltest // it sets the environment
	for _, name := range []string{"TELNYX_API_USER", "TELNYX_API_TOKEN", "TELNYX_API_KEY"} {
		t.Setenv(name, "")
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"+13125550100", "+13125550182"}, &out))
	assert.Equal(t, "+13125550100 true \n+13125550182 false no_coverage\n", out.String())
	require.ErrorContains(t, run(t.Context(), nil, &out), "phone_numbers")
}
