package transport

import (
	"sync"
	"time"
)

// A Budget bounds how often the calls of a client are repeated, so that an outage
// doesn't multiply the traffic. Each further try takes one from it; each second
// gives one back, and so do ten successes. A nil Budget has no bound.
type Budget struct {
	mutex sync.Mutex
	spent float64
	since time.Time // the time for which spent is right
}

const (
	budgetSize       = 100
	budgetPerSecond  = 1
	budgetPerSuccess = 0.1
)

// take takes one from the budget, if it has one.
func (b *Budget) take() bool {
	if b == nil {
		return true
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	now := time.Now()
	b.spent = max(0, b.spent-budgetPerSecond*now.Sub(b.since).Seconds())
	b.since = now
	if b.spent+1 > budgetSize {
		return false
	}
	b.spent++
	return true
}

// succeed gives back what a success is worth.
func (b *Budget) succeed() {
	if b == nil {
		return
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.spent = max(0, b.spent-budgetPerSuccess)
}
