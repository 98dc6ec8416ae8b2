package transport_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting/internal/transport"
)

const anywhere = "https://api.example.com/x"

var (
	errReset  = &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}
	errDial   = &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	errLookUp = &net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}
)

func TestRetryClasses(t *testing.T) {
	t.Parallel()
	const all = 4
	tests := []struct {
		name             string
		answer           answer
		repeatable, once int // how often each kind of call is sent
	}{
		{"200", answer{status: 200, body: "{}"}, 1, 1},
		{"201", answer{status: 201, body: "{}"}, 1, 1},
		{"304", answer{status: 304}, 1, 1},
		{"400", answer{status: 400}, 1, 1},
		{"401", answer{status: 401}, 1, 1},
		{"404", answer{status: 404}, 1, 1},
		{"408", answer{status: 408}, all, 1},
		{"409", answer{status: 409}, 1, 1},
		{"422", answer{status: 422}, 1, 1},
		{"425", answer{status: 425}, 1, 1},
		{"429", answer{status: 429}, all, all},
		{"500", answer{status: 500}, all, 1},
		{"501", answer{status: 501}, 1, 1},
		{"502", answer{status: 502}, all, 1},
		{"503", answer{status: 503}, all, 1},
		{"503 with Retry-After", answer{status: 503, header: "Retry-After: 1"}, all, 1},
		{"504", answer{status: 504}, all, 1},
		{"505", answer{status: 505}, 1, 1},
		{"507", answer{status: 507}, all, 1},
		{"520 of an edge network", answer{status: 520}, all, 1},
		{"524 of an edge network", answer{status: 524}, all, 1},
		{"connection reset", answer{err: errReset}, all, 1},
		{"dial refused", answer{err: errDial}, all, all},
		{"host unknown", answer{err: errLookUp}, all, all},
		{"certificate refused", answer{err: x509.UnknownAuthorityError{}}, 1, 1},
		{"error that says nothing", answer{err: errors.New("odd")}, all, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt := &script{answers: []answer{test.answer}}
				out := client(rt).Do(t.Context(), safe(t, anywhere))
				assert.EqualValues(t, test.repeatable, rt.sent.Load(), "repeatable")
				assert.Equal(t, test.repeatable, out.Attempts)
				assert.Equal(t, test.answer.status, out.StatusCode)
				assert.ErrorIs(t, out.Err, test.answer.err)

				rt = &script{answers: []answer{test.answer}}
				out = client(rt).Do(t.Context(), unsafe(t, anywhere))
				assert.EqualValues(t, test.once, rt.sent.Load(), "unsafe")
				assert.Equal(t, test.once, out.Attempts)
			})
		})
	}
}

func TestSent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		sent bool
	}{
		{"dial", errDial, false},
		{"look-up", errLookUp, false},
		{"certificate", x509.HostnameError{}, false},
		{"reset", errReset, true},
		{"a transport that doesn't tell", errors.New("odd"), true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				out := client(&script{answers: []answer{{err: test.err}}}).Do(t.Context(), unsafe(t, anywhere))
				assert.Equal(t, test.sent, out.Sent)
			})
		})
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	second := func(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
	tests := []struct {
		name        string
		first       answer
		least, most time.Duration // before the second try
	}{
		{"no Retry-After", answer{status: 429}, second(0.5), second(1)},
		{"a network error", answer{err: errReset}, second(0.5), second(1)},
		{"seconds", answer{status: 429, header: "Retry-After: 7"}, second(7), second(7.5)},
		{"a fraction", answer{status: 503, header: "Retry-After: 1.5"}, second(1.5), second(2)},
		{"0", answer{status: 429, header: "Retry-After: 0"}, second(0.5), second(1)},
		{"negative", answer{status: 429, header: "Retry-After: -5"}, second(0.5), second(1)},
		{"garbage", answer{status: 429, header: "Retry-After: soon"}, second(0.5), second(1)},
		{"not a number", answer{status: 429, header: "Retry-After: NaN"}, second(0.5), second(1)},
		// The clock of a synctest bubble starts at midnight UTC 2000-01-01.
		{"a date", answer{status: 429, header: "Retry-After: Sat, 01 Jan 2000 00:00:20 GMT"}, second(20), second(20.5)},
		{"a date in RFC 850", answer{status: 429, header: "Retry-After: Saturday, 01-Jan-00 00:00:20 GMT"}, second(20), second(20.5)},
		{"a date that is over", answer{status: 429, header: "Retry-After: Fri, 31 Dec 1999 23:59:00 GMT"}, second(0.5), second(1)},
		{"a Unix time", answer{status: 429, header: "Retry-After: 946684820"}, second(20), second(20.5)},
		{"a Unix time in milliseconds", answer{status: 429, header: "Retry-After: 946684820000"}, second(20), second(20.5)},
		{"a Unix time that is over", answer{status: 429, header: "Retry-After: 946684000"}, second(0.5), second(1)},
		{"the reset of a rate limit", answer{status: 429, header: "X-Ratelimit-Reset: 12"}, second(12), second(12.5)},
		{"the reset as a Unix time", answer{status: 429, header: "X-Ratelimit-Reset: 946684820"}, second(20), second(20.5)},
		{"the reset of another answer", answer{status: 503, header: "X-Ratelimit-Reset: 12"}, second(0.5), second(1)},
		{"less than MinWait", answer{status: 429, header: "Retry-After: 0.1"}, second(0.5), second(1)},
		{"the longest that MaxElapsed allows", answer{status: 429, header: "Retry-After: 59"}, second(59), second(59.5)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt := &script{answers: []answer{test.first, {status: 200, body: "{}"}}}
				started := time.Now()
				out := client(rt).Do(t.Context(), safe(t, anywhere))
				assert.Equal(t, 200, out.StatusCode)
				assert.Equal(t, 2, out.Attempts)
				assert.GreaterOrEqual(t, time.Since(started), test.least)
				assert.LessOrEqual(t, time.Since(started), test.most)
			})
		})
	}
}

// TestDateAgainstServerClock reads a Retry-After date against the answer's own Date.
func TestDateAgainstServerClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt := &script{answers: []answer{{status: 429}, {status: 200, body: "{}"}}}
		ahead := roundTripper(func(r *http.Request) (*http.Response, error) {
			resp, err := rt.RoundTrip(r)
			if resp.StatusCode == 429 {
				resp.Header.Set("Date", "Sat, 01 Jan 2000 01:00:00 GMT")
				resp.Header.Set("Retry-After", "Sat, 01 Jan 2000 01:00:04 GMT")
			}
			return resp, err
		})
		started := time.Now()
		client(ahead).Do(t.Context(), safe(t, anywhere))
		assert.InDelta(t, 4.25, time.Since(started).Seconds(), 0.25)
	})
}

// TestWaitsGrow checks that the ceiling doubles up to MaxWait and that waits are random.
func TestWaitsGrow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := client(&script{answers: []answer{{status: 503}}})
		c.Policy.MaxAttempts = 9
		c.Policy.MaxElapsed = time.Hour
		ceilings := []float64{1, 2, 4, 8, 8, 8, 8, 8}
		seen, longest := map[time.Duration]bool{}, time.Duration(0)
		for range 20 {
			var waits []time.Duration
			call := safe(t, anywhere)
			call.OnTry = func(try transport.Try) { waits = append(waits, try.Wait) }
			c.Do(t.Context(), call)
			assert.Len(t, waits, 9)
			for i, ceiling := range ceilings {
				assert.GreaterOrEqual(t, waits[i].Seconds(), 0.5)
				assert.LessOrEqual(t, waits[i].Seconds(), ceiling)
				seen[waits[i]] = true
				longest = max(longest, waits[i])
			}
			assert.Zero(t, waits[8])
		}
		assert.Greater(t, len(seen), 100, "waits are random")
		assert.Greater(t, longest, 4*time.Second, "and grow")
	})
}

func TestWaitsNotBegun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer answer
		change func(*transport.Policy)
		within time.Duration // the context's deadline; 0: none
		sent   int32
	}{
		{"longer than a minute", answer{status: 429, header: "Retry-After: 61"}, nil, 0, 1},
		{"a day", answer{status: 429, header: "Retry-After: 86400"}, nil, 0, 1},
		{"an overflow", answer{status: 429, header: "Retry-After: 9223372036854775808"}, nil, 0, 1},
		{"infinity", answer{status: 429, header: "Retry-After: Inf"}, nil, 0, 1},
		{"a date next year", answer{status: 429, header: "Retry-After: Mon, 01 Jan 2001 00:00:00 GMT"}, nil, 0, 1},
		{"past MaxElapsed", answer{status: 429, header: "Retry-After: 10"},
			func(p *transport.Policy) { p.MaxElapsed = 9 * time.Second }, 0, 1},
		{"past MaxElapsed, later", answer{status: 429, header: "Retry-After: 10"},
			func(p *transport.Policy) { p.MaxElapsed = 15 * time.Second }, 0, 2},
		{"past the deadline", answer{status: 429, header: "Retry-After: 3"}, nil, 2 * time.Second, 1},
		{"own wait past the deadline", answer{status: 503}, nil, 100 * time.Millisecond, 1},
		{"one attempt", answer{status: 429}, func(p *transport.Policy) { p.MaxAttempts = 1 }, 0, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt := &script{answers: []answer{test.answer}}
				c := client(rt)
				if test.change != nil {
					test.change(&c.Policy)
				}
				ctx := t.Context()
				if test.within > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.within)
					defer cancel()
				}
				out := c.Do(ctx, safe(t, anywhere))
				assert.Equal(t, test.sent, rt.sent.Load())
				assert.Equal(t, test.answer.status, out.StatusCode)
				assert.NoError(t, out.WaitErr)
				assert.NoError(t, ctx.Err(), "returned before the deadline")
			})
		})
	}
}

// TestLongMaxWait allows a server the wait that the caller would make himself.
func TestLongMaxWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for asked, want := range map[string]int{"60": 200, "61": 200, "120": 200, "121": 429} {
			rt := &script{answers: []answer{{status: 429, header: "Retry-After: " + asked}, {status: 200, body: "{}"}}}
			c := client(rt)
			c.Policy.MaxElapsed = time.Hour
			if asked == "60" {
				assert.Equal(t, want, c.Do(t.Context(), safe(t, anywhere)).StatusCode, "a minute is always waited")
				continue
			}
			c.Policy.MaxWait = 2 * time.Minute
			assert.Equal(t, want, c.Do(t.Context(), safe(t, anywhere)).StatusCode, asked)
		}
	})
}

// TestEndlessMaxWait has the longest MaxWait there is: no sum with it is taken for a short wait.
func TestEndlessMaxWait(t *testing.T) {
	t.Parallel()
	rt := &script{answers: []answer{{status: 429, header: "Retry-After: 99999999999"}, {status: 200, body: "{}"}}}
	c := client(rt)
	c.Policy.MaxWait, c.Policy.MaxElapsed = math.MaxInt64, math.MaxInt64
	assert.Equal(t, 429, c.Do(t.Context(), safe(t, anywhere)).StatusCode)
}

// TestCauses ends the context with a cause, at every place where a call waits.
func TestCauses(t *testing.T) {
	t.Parallel()
	errDeploy := errors.New("deploy")
	tests := []struct {
		name string
		do   func(end context.CancelCauseFunc) (*script, limiter)
	}{
		{"before the first try", func(end context.CancelCauseFunc) (*script, limiter) {
			end(errDeploy)
			return &script{answers: []answer{{status: 200}}}, nil
		}},
		{"in the limiter", func(end context.CancelCauseFunc) (*script, limiter) {
			return &script{answers: []answer{{status: 200}}}, func(ctx context.Context) error { end(errDeploy); return ctx.Err() }
		}},
		{"in a wait", func(end context.CancelCauseFunc) (*script, limiter) {
			time.AfterFunc(time.Second, func() { end(errDeploy) })
			return &script{answers: []answer{{status: 429, header: "Retry-After: 30"}}}, nil
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, end := context.WithCancelCause(t.Context())
				rt, limiter := test.do(end)
				c := client(rt)
				call := safe(t, anywhere)
				if limiter != nil {
					c.Limiter, call.Limited = limiter, true
				}
				err := c.Do(ctx, call).WaitErr
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, errDeploy)
				assert.EqualError(t, err, "context canceled (deploy)")
			})
		})
	}
}

// TestLimiterThatLooksAhead has a limiter refuse a wait as x/time/rate's does: for the
// context's deadline, which it doesn't say as an error of its own.
func TestLimiterThatLooksAhead(t *testing.T) {
	t.Parallel()
	c := client(&script{answers: []answer{{status: 200}}})
	c.Limiter = limiter(func(context.Context) error { return errors.New("rate: Wait(n=1) would exceed context deadline") })
	call := safe(t, anywhere)
	call.Limited = true
	out := c.Do(t.Context(), call)
	assert.ErrorIs(t, out.Err, context.DeadlineExceeded)
	assert.ErrorContains(t, out.Err, "rate: Wait")
}

func TestContextEndsDuringWait(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]error{"cancel": context.Canceled, "deadline": context.DeadlineExceeded} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt := &script{answers: []answer{{status: 429, header: "Retry-After: 30", body: "slow down"}}}
				ctx, cancel := context.WithCancel(t.Context())
				if end == context.DeadlineExceeded { //nolint:errorlint // a table's own value
					// The wait fits the deadline, but a limiter then takes longer.
					ctx, cancel = context.WithTimeout(t.Context(), 31*time.Second)
				} else {
					time.AfterFunc(time.Second, cancel)
				}
				defer cancel()
				c := client(rt)
				c.Limiter = &slowSecond{}
				call := safe(t, anywhere)
				call.Limited = true
				started := time.Now()
				out := c.Do(ctx, call)
				assert.LessOrEqual(t, time.Since(started), 31*time.Second)
				assert.ErrorIs(t, out.WaitErr, end)
				assert.Equal(t, 429, out.StatusCode, "the last answer is kept")
				assert.Equal(t, "slow down", string(out.Body))
				assert.EqualValues(t, 1, rt.sent.Load())
			})
		})
	}
}

// slowSecond lets the first call pass and holds back the others until their context ends.
type slowSecond struct{ calls int }

func (s *slowSecond) Wait(ctx context.Context) error {
	if s.calls++; s.calls == 1 {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

type limiter func(context.Context) error

func (l limiter) Wait(ctx context.Context) error { return l(ctx) }

func TestLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt := &script{answers: []answer{{status: 503}, {status: 503}, {status: 200, body: "{}"}}}
		c := client(rt)
		waited := 0
		c.Limiter = limiter(func(context.Context) error { waited++; return nil })
		call := safe(t, anywhere)
		c.Do(t.Context(), call)
		assert.Zero(t, waited, "a call that isn't limited")
		rt.sent.Store(0)
		call.Limited = true
		c.Do(t.Context(), call)
		assert.Equal(t, 3, waited, "once before each try")
	})
}

func TestLimiterRefuses(t *testing.T) {
	t.Parallel()
	refusal := errors.New("would exceed the deadline")
	rt := &script{answers: []answer{{status: 200}}}
	c := client(rt)
	c.Limiter = limiter(func(context.Context) error { return refusal })
	call := unsafe(t, anywhere)
	call.Limited = true
	tries := 0
	call.OnTry = func(transport.Try) { tries++ }
	out := c.Do(t.Context(), call)
	assert.ErrorIs(t, out.Err, refusal)
	assert.False(t, out.Sent)
	assert.Zero(t, out.Attempts)
	assert.Zero(t, tries)
	assert.Zero(t, rt.sent.Load())
}

func TestOnTry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt := &script{answers: []answer{{err: errReset}, {status: 503, header: "X-Request-Id: r2"}, {status: 200, body: "{}"}}}
		var tries []transport.Try
		call := safe(t, anywhere)
		call.OnTry = func(try transport.Try) { tries = append(tries, try) }
		client(rt).Do(t.Context(), call)
		if assert.Len(t, tries, 3) {
			assert.Equal(t, 1, tries[0].Attempt)
			assert.Zero(t, tries[0].StatusCode)
			assert.ErrorIs(t, tries[0].Err, errReset)
			assert.Positive(t, tries[0].Wait)
			assert.Equal(t, 503, tries[1].StatusCode)
			assert.Equal(t, "r2", tries[1].Header.Get("X-Request-Id"))
			assert.NoError(t, tries[1].Err)
			assert.Equal(t, 3, tries[2].Attempt)
			assert.Zero(t, tries[2].Wait)
		}
	})
}

func TestBodyIsSentWholeEachTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		rt := &script{answers: []answer{{status: 429}}}
		c := client(roundTripper(func(r *http.Request) (*http.Response, error) {
			bodies = append(bodies, readAll(t, r.Body))
			assert.EqualValues(t, 4, r.ContentLength)
			return rt.RoundTrip(r)
		}))
		c.Do(t.Context(), unsafe(t, anywhere))
		assert.Equal(t, []string{"body", "body", "body", "body"}, bodies)
	})
}

func TestBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt := &script{answers: []answer{{status: 503}}}
		c := client(rt)
		c.Policy.MinWait, c.Policy.MaxWait = time.Microsecond, time.Microsecond
		c.Budget = new(transport.Budget)
		sent := func(calls int) int32 {
			rt.sent.Store(0)
			for range calls {
				c.Do(t.Context(), safe(t, anywhere))
			}
			return rt.sent.Load()
		}
		assert.EqualValues(t, 100+100, sent(100), "100 calls, repeated 100 times in all")
		assert.EqualValues(t, 50, sent(50), "nothing is left")
		time.Sleep(5 * time.Second) //nolint:forbidigo // the bubble's time
		assert.EqualValues(t, 10+5, sent(10), "5 seconds give back 5")

		rt.answers = []answer{{status: 200, body: "{}"}}
		sent(30)
		rt.answers = []answer{{status: 503}}
		assert.EqualValues(t, 10+3, sent(10), "30 successes give back 3")

		time.Sleep(5 * time.Second) //nolint:forbidigo // likewise
		rt.answers = []answer{{status: 503, header: "Retry-After: 86400"}}
		sent(10)
		rt.answers = []answer{{status: 503}}
		assert.EqualValues(t, 10+5, sent(10), "a wait that isn't begun takes nothing")

		c.Policy.MaxAttempts = 1
		c.Pool.HTTP.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))}, nil
		})
		for range 30 {
			c.Do(t.Context(), safe(t, anywhere))
		}
		c.Pool.HTTP.Transport, c.Policy.MaxAttempts = rt, policy.MaxAttempts
		assert.EqualValues(t, 10, sent(10), "answers that break off give nothing back")
	})
}
