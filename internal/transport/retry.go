package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Policy says how often a call is tried and how long it waits in between.
type Policy struct {
	MaxAttempts int           // at least 1
	MinWait     time.Duration // before the second try, at the least
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
	switch r.StatusCode {
	case 0:
		return !isCertificateError(r.Err) && (r.call.Repeatable || !r.Sent)
	case http.StatusTooManyRequests:
		return true
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
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

// retryAfter reads the Retry-After header: seconds, or a date, which is compared
// with the server's own clock if the answer has it. 0 means that it says nothing usable.
func retryAfter(h http.Header) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
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
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(0, at.Sub(now))
}

// isDialError tells whether the error is one of getting a connection: looking up
// the host, dialling it or shaking hands with it.
func isDialError(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" || isCertificateError(err)
}

// isCertificateError tells whether the server's certificate was refused, which
// another try won't change.
func isCertificateError(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &authority) ||
		errors.As(err, &host) || errors.As(err, &invalid)
}
