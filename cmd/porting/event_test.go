package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting/workflow/watch"
)

func TestLine(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	for want, change := range map[string]watch.Change{
		"2026-03-04 09:00:00Z  pr_1: appeared": {Kind: watch.Appeared, SupportKey: "pr_1"},
		"2026-03-04 09:00:00Z  +13125550100  sr_1: ported": {
			Kind: watch.StatusChanged, SupportKey: "sr_1", Status: "ported", Numbers: []string{"+13125550100"},
		},
		"2026-03-04 09:00:00Z  +13125550100 and 2 more  sr_1: ported": {
			Kind: watch.StatusChanged, SupportKey: "sr_1", Status: "ported", Numbers: []string{"+13125550100", "+13125550101", "+13125550102"},
		},
		"2026-03-04 09:00:00Z  +13125550101  sr_1: number-moved": { // the one that has moved
			Kind: watch.NumberMoved, SupportKey: "sr_1", Number: "+13125550101", Numbers: []string{"+13125550100", "+13125550101"},
		},
	} {
		assert.Equal(t, want, line(watch.Event{Time: at, Change: change}))
	}
}
