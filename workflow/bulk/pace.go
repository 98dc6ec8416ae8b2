package bulk

import (
	"context"
	"sync"
	"time"
)

// A pace says when the next slice may be asked for. It has no limit until the server
// refuses a request for there being too many. From then on it looks for the rate that the
// server takes: a little below what was answered lately, rising with each answer, falling
// with each refusal.
type pace struct {
	patience time.Duration

	mutex sync.Mutex
	rate  float64   // starts a second; 0: without a limit
	next  time.Time // nothing starts before
	heard time.Time // the last answer that wasn't a refusal

	// What happens within one phase, from a slowing down to the next. A burst of
	// refusals slows down once: those of requests of an earlier phase don't count.
	phase   int
	since   time.Time
	answers int
}

const (
	slowest = 0.1  // starts a second
	careful = 0.9  // of what was answered
	rise    = 1.01 // with each answer
)

func newPace(patience time.Duration) *pace {
	now := time.Now()
	return &pace{patience: patience, heard: now, since: now}
}

// wait waits until a slice may start, and returns the phase in which it does.
func (p *pace) wait(ctx context.Context) (phase int, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		phase, left := p.start()
		if left <= 0 {
			return phase, nil
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// start takes the next start if its time has come, else it tells how long that takes.
func (p *pace) start() (phase int, left time.Duration) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	now := time.Now()
	if left := p.next.Sub(now); left > 0 {
		return 0, left
	}
	p.next = now.Add(p.interval())
	return p.phase, 0
}

func (p *pace) interval() time.Duration {
	if p.rate == 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / p.rate)
}

// answered notes an answer. If the client had to try more than once for it, that is taken
// for a sign of the limit, provided that there is one.
func (p *pace) answered(phase, tries int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.answers++
	p.heard = time.Now()
	if p.rate > 0 && tries > 1 {
		p.slowDown(phase)
	} else {
		p.rate *= rise
	}
}

// refused notes a refusal and how long the server asked to wait. It tells whether to
// go on: whether the wait ends before the deadline, if there is one, and before the
// patience does.
func (p *pace) refused(phase int, asked time.Duration, deadline time.Time) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.slowDown(phase)
	now := time.Now()
	wait := max(asked, p.interval())
	if wait > p.heard.Add(p.patience).Sub(now) || !deadline.IsZero() && wait > deadline.Sub(now) {
		return false
	}
	if next := now.Add(wait); next.After(p.next) {
		p.next = next
	}
	return true
}

// slowDown begins a new phase at a lower rate.
func (p *pace) slowDown(phase int) {
	if phase != p.phase {
		return
	}
	now := time.Now()
	lately := max(now.Sub(p.since), time.Second)
	rate := careful * float64(p.answers) / lately.Seconds()
	if p.rate > 0 {
		rate = min(max(rate, p.rate/2), p.rate*careful) // a short phase proves little
	} else {
		rate = max(rate, 1)
	}
	p.rate = max(rate, slowest)
	p.phase++
	p.since = now
	p.answers = 0
}
