package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out, os.Getenv("DATABASE_URL")), out.String())
	_, _ = r.log.Write([]byte(out.String())) // it has nothing private in it
	for _, line := range []string{
		"bakery: 4 numbers, key", "new: false", "submitted → exception", "a person mends it", "exception → submitted",
		"3 jobs of kind port are completed", "10 of 10 numbers ported.",
	} {
		assert.Contains(t, out.String(), line)
	}
	assert.NotContains(t, out.String(), "level=ERROR")
}

func TestRunWithoutDatabase(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, run(t.Context(), &strings.Builder{}, ""), "DATABASE_URL")
}
