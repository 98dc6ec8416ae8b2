//go:build unix

package main

import (
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorded are our costs without a network, as ratios to the floor's. They are what
// TestGuard holds us to. Whoever makes something cheaper records the new figure, which
// TestGuard logs; so does whoever moves to another minor version of Go, which changes the
// floor: that of 1.27 has an encoding/json that is twice as fast as the one before.
var recorded = []figures{
	{"memory-get", 0.44, 0.40, 0.70},
	{"memory-get-10k", 0.32, 0.23, 0.23},
	{"memory-pages", 0.42, 0.48, 0.68},
	{"memory-check", 0.40, 0.27, 0.49},
}

var recordedByGo127 = []figures{
	{"memory-get", 0.84, 1.09, 0.91},
	{"memory-get-10k", 0.62, 1.00, 0.29},
	{"memory-pages", 0.84, 1.05, 0.83},
	{"memory-check", 0.75, 1.00, 0.59},
}

type figures struct {
	work               string
	cpu, allocs, bytes float64
}

const (
	margin   = 1.25 // how much worse than recorded a figure may be
	medianOf = 9    // rounds
	attempts = 5    // medians of the time, of which the best counts
)

// TestGuard fails if one of our figures has become worse than recorded by more than a
// quarter. It counts CPU time and has one core, so that neither reading ahead nor what
// else the machine does makes a difference.
func TestGuard(t *testing.T) { //nolint:paralleltest // it measures, and with one core
	if testing.Short() {
		t.Skip("measures for some seconds")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	e := open(t)
	if strings.HasPrefix(runtime.Version(), "go1.27") {
		recorded = recordedByGo127
	}
	for _, r := range recorded {
		w := *workNamed(t, r.work)
		w.allocs = true
		clients := []client{mustOpen(t, &w, floor, e), mustOpen(t, &w, ours, e)}

		var m *measurement
		cpu := 0.0
		for i := range attempts {
			var err error
			m, err = measure(t.Context(), &w, clients, medianOf, cpuClock)
			require.NoError(t, err)
			if ratio := m.ratios[1].median; i == 0 || ratio < cpu {
				cpu = ratio
			}
			if cpu <= r.cpu*margin {
				break
			}
		}
		allocs := m.costs[1].allocs.Center / m.costs[0].allocs.Center
		bytes := m.costs[1].bytes.Center / m.costs[0].bytes.Center
		t.Logf("%s: CPU time %.2f, allocations %.2f, bytes %.2f", r.work, cpu, allocs, bytes)
		assert.LessOrEqual(t, cpu, r.cpu*margin, "%s: CPU time", r.work)
		assert.LessOrEqual(t, allocs, r.allocs*margin, "%s: allocations", r.work)
		assert.LessOrEqual(t, bytes, r.bytes*margin, "%s: bytes", r.work)
	}
}

// cpuClock tells how long this process has been computing.
func cpuClock() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // it knows this process
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
