package bulk_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
)

// TestLimitedServer meets limits that nobody has told the client about.
func TestLimitedServer(t *testing.T) {
	t.Parallel()
	noRetries := porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1})
	for _, test := range []struct {
		name  string
		api   *api
		count int
		opts  []porting.Option
		slack float64 // how much longer than the server's limit makes it
	}{
		{"5 a second", &api{perSecond: 5, burst: 5}, 10_000, nil, 1.5},
		{"5 a second for long", &api{perSecond: 5, burst: 5}, 50_000, nil, 1.5},
		{"5 a second, without retries", &api{perSecond: 5, burst: 5}, 10_000, []porting.Option{noRetries}, 6},
		{"5 a second, with Retry-After", &api{perSecond: 5, burst: 5, after: time.Second}, 10_000, nil, 1.5},
		{"one every 200 ms", &api{perSecond: 5, burst: 1}, 10_000, nil, 4},
		{"1 a second", &api{perSecond: 1, burst: 1}, 5_000, nil, 4},
		{"1 a second, without retries", &api{perSecond: 1, burst: 1}, 5_000, []porting.Option{noRetries}, 6},
		{"50 a second", &api{perSecond: 50, burst: 50}, 50_000, nil, 1.5},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := test.api
				a.latency = 40 * time.Millisecond
				list := numbers(test.count)
				started := time.Now()
				report, err := bulk.Check(t.Context(), a.client(t, test.opts...).Portability, list, nil)
				took := time.Since(started)
				require.NoError(t, err)
				requireOutcomes(t, list, report.Results)
				assert.Equal(t, len(list), report.Count(bulk.Portable))
				assert.Equal(t, len(list)/100, a.served)
				assert.Less(t, took.Seconds(), test.slack*float64(a.served)/a.perSecond+5)
				assert.Less(t, a.refused, a.served+20)
				t.Logf("%v for %d requests; %d refused", took.Round(time.Millisecond), a.served, a.refused)
			})
		})
	}
}

// TestRetryAfter checks that nothing at all is sent while the server wants to be left alone.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		var refusedAt time.Duration
		c := &checker{latency: 40 * time.Millisecond}
		c.err = func(call int, _ []string) error {
			now := time.Since(started)
			if call == 30 {
				c.mutex.Lock()
				refusedAt = now
				c.mutex.Unlock()
				return &porting.RateLimitError{APIError: &porting.APIError{StatusCode: http.StatusTooManyRequests}, RetryAfter: 30 * time.Second}
			}
			c.mutex.Lock()
			defer c.mutex.Unlock()
			if refusedAt > 0 && now > refusedAt+c.latency {
				assert.GreaterOrEqual(t, now, refusedAt+30*time.Second)
			}
			return nil
		}
		_, err := bulk.Check(t.Context(), c, numbers(5_000), nil)
		require.NoError(t, err)
		assert.Equal(t, 51, c.count())
		assert.Greater(t, time.Since(started), 30*time.Second)
	})
}

// TestGivingUp checks when a server that only refuses is given up.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	limited := func(after time.Duration) func(int, []string) error {
		return func(int, []string) error {
			return &porting.RateLimitError{APIError: &porting.APIError{StatusCode: http.StatusTooManyRequests}, RetryAfter: after}
		}
	}
	for _, test := range []struct {
		name     string
		after    time.Duration // Retry-After
		deadline time.Duration
		opts     bulk.Options
		from, to time.Duration // when it ends
	}{
		{name: "by default", from: 9 * time.Minute, to: 10*time.Minute + time.Second},
		{name: "patience", opts: bulk.Options{Patience: time.Minute}, from: 45 * time.Second, to: time.Minute + time.Second},
		{name: "a wait longer than the patience", after: time.Hour, to: time.Second},
		{name: "a wait past the deadline", after: time.Minute, deadline: 30 * time.Second, to: time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
					defer cancel()
				}
				started := time.Now()
				list := numbers(1_000)
				report, err := bulk.Check(ctx, &checker{err: limited(test.after)}, list, &test.opts)
				require.ErrorIs(t, err, porting.ErrRateLimited)
				requireIncomplete(t, err, report, true)
				requireOutcomes(t, list, report.Results)
				assert.Equal(t, len(list), report.Count(bulk.NotAnswered))
				assert.GreaterOrEqual(t, time.Since(started), test.from)
				assert.LessOrEqual(t, time.Since(started), test.to)
			})
		})
	}
}

// TestCancelledWait checks that a wait for the server's limit ends with the context.
func TestCancelledWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := &checker{err: func(int, []string) error {
			return &porting.RateLimitError{APIError: &porting.APIError{StatusCode: http.StatusTooManyRequests}, RetryAfter: time.Minute}
		}}
		started := time.Now()
		time.AfterFunc(10*time.Second, cancel)
		report, err := bulk.Check(ctx, c, numbers(1_000), nil)
		require.ErrorIs(t, err, context.Canceled)
		assert.Len(t, report.Results, 1_000)
		assert.Equal(t, 10*time.Second, time.Since(started))
	})
}

// TestSpeed checks that the default is at least six times as fast as one slice after
// the other.
func TestSpeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		took := func(opts *bulk.Options) time.Duration {
			started := time.Now()
			a := &api{latency: 40 * time.Millisecond}
			report, err := bulk.Check(t.Context(), a.client(t).Portability, numbers(10_000), opts)
			require.NoError(t, err)
			assert.Equal(t, 10_000, report.Count(bulk.Portable))
			return time.Since(started)
		}
		one, all := took(&bulk.Options{Parallel: 1}), took(nil)
		assert.Equal(t, 4*time.Second, one)
		assert.LessOrEqual(t, all, one/6)
		t.Log(one, all)
	})
}
