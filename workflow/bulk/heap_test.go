package bulk_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/bulk"
)

// TestHeap checks how much memory the heap has at most during a check of 100,000
// numbers, with what the client and the garbage take.
func TestHeap(t *testing.T) { //nolint:paralleltest // the heap is everybody's
	const count = 100_000
	var peak uint64
	measure := func(int, int) {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		peak = max(peak, stats.HeapAlloc)
	}
	portability := (&api{}).client(t).Portability
	for _, test := range []struct {
		name string
		loop bool
		most uint64 // MiB
	}{
		{name: "a report", most: 64},
		{name: "a loop", loop: true, most: 32},
	} {
		runtime.GC()
		peak = 0
		opts := &bulk.Options{Progress: measure}
		list := numbers(count)
		if test.loop {
			for _, err := range bulk.CheckEach(t.Context(), portability, list, opts) {
				require.NoError(t, err)
			}
		} else {
			report, err := bulk.Check(t.Context(), portability, list, opts)
			require.NoError(t, err)
			assert.Equal(t, count, report.Count(bulk.Portable))
		}
		measure(0, 0)
		t.Logf("%s: %.1f MiB", test.name, float64(peak)/(1<<20))
		assert.Less(t, peak, test.most<<20, test.name)
	}
}
