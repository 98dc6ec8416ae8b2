package report_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/report"
)

func TestSandbox(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	server.AddPortRequest("+12065550100", "+12065550160")
	ports, err := report.Collect(t.Context(), server.Client(), nil)
	require.NoError(t, err)
	require.NoError(t, report.Write(io.Discard, ports, nil))
}
