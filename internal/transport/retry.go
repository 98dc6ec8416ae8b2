package transport

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Policy says how often a call is tried and how long it waits in between.
type Policy struct {
	MaxAttempts int           // at least 1
	MinWait     time.Duration // the least before any further try
	MaxWait     time.Duration // before any try, unless the server asks for more
	MaxElapsed  time.Duration // no wait is begun that would end later than this after the call's start
}

// longestAsked is the longest wait that a server may ask for, unless MaxWait is longer.
const longestAsked = 60 * time.Second

// mayRepeat tells whether the last try failed in a way that allows another.
func (r *run) mayRepeat() bool {
	if r.Attempts >= r.client.Policy.MaxAttempts || r.ctx.Err() != nil {
		return false
	}
	switch code := r.StatusCode; {
	case code == 0:
		final := isFinalDialError(r.Err) || is[*ContentError](r.Err)
		return !final && (r.call.Repeatable || !r.Sent)
	case code == http.StatusTooManyRequests:
		return !r.call.EndOn429
	case code == http.StatusNotImplemented, code == http.StatusHTTPVersionNotSupported:
		return false
	case code == http.StatusRequestTimeout, code >= 500:
		return r.call.Repeatable
	}
	cutOff := r.Success() && r.Err != nil && !errors.Is(r.Err, ErrTooLarge)
	return cutOff && r.call.Repeatable
}

// planWait chooses the wait before the next try. It reports false if that wait
// is too long to begin.
func (r *run) planWait() bool {
	p := r.client.Policy
	if r.RetryAfter > 0 {
		if r.RetryAfter > max(longestAsked, p.MaxWait) {
			return false
		}
		r.wait = max(r.RetryAfter, p.MinWait) + jitter(p.MinWait)
	} else {
		r.wait = p.MinWait + jitter(p.ceiling(r.Attempts)-p.MinWait)
	}
	if r.wait < 0 { // the sum was too large
		return false
	}
	end := time.Now().Add(r.wait)
	if deadline, ok := r.ctx.Deadline(); ok && end.After(deadline) {
		return false
	}
	return !end.After(r.started.Add(p.MaxElapsed))
}

// ceiling is the longest wait after the given number of tries: it doubles from
// twice MinWait up to MaxWait.
func (p Policy) ceiling(attempts int) time.Duration {
	wait := p.MinWait
	for range attempts {
		if wait >= p.MaxWait/2 {
			return p.MaxWait
		}
		wait *= 2
	}
	return wait
}

// jitter is a random duration in [0, d).
func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return rand.N(d)
}

// askedWait is how long an answer asks to wait: its Retry-After, or for a 429 without one
// its X-Ratelimit-Reset. Each is a number of seconds or a date, which is compared with the
// server's own clock if the answer has it. A number that would be a wait of
// many years is read as a Unix time. 0 means that the answer says nothing usable.
func askedWait(status int, h http.Header) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" && status == http.StatusTooManyRequests {
		value = strings.TrimSpace(h.Get("X-Ratelimit-Reset"))
	}
	if value == "" {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		const early = 5e8 // seconds since 1970 on a day in 1985; as a wait, 16 years
		if seconds >= 1000*early && seconds < 20_000*early {
			seconds /= 1000 // in milliseconds
		}
		if seconds >= early && seconds < 20*early {
			seconds -= float64(now.UnixNano()) / 1e9
		}
		switch {
		case !(seconds > 0): // NaN too
			return 0
		case seconds >= math.MaxInt64/float64(time.Second):
			return math.MaxInt64
		}
		return time.Duration(seconds * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}

// limited translates a limiter's error. If a wait would pass the context's deadline,
// golang.org/x/time/rate returns an error that doesn't wrap context.DeadlineExceeded; limited
// adds it.
func limited(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ended(ctx)
	case strings.Contains(err.Error(), "would exceed context deadline"):
		return join(context.DeadlineExceeded, err)
	}
	return err
}
