package temporalporting_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	"github.com/numberporting/porting/temporalporting"
)

// TestReplay has the workflow go through a recorded history: a port with an exception, on workers that
// were killed. If it takes other steps now, ports that are under way break: branch with
// workflow.GetVersion. To record one, see TestManyPorts in the module demo.
func TestReplay(t *testing.T) {
	t.Parallel()
	replayer := worker.NewWorkflowReplayer()
	replayer.RegisterWorkflow(temporalporting.Port)
	require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), "testdata/port.json"))
}
