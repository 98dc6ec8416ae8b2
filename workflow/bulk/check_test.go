package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/bulk"
)

// TestSandbox checks against a server that each number has its own outcome.
func TestSandbox(t *testing.T) {
	t.Parallel()
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	list := []string{
		"+13125550100", "+13125550182", "", "+13125550170", "+13125550175", "312-555-0101", "+13125550100", "+13125550180",
	}
	want := []bulk.Outcome{
		bulk.Portable, bulk.NotPortable, bulk.Refused, bulk.NotKnownYet, bulk.NotKnownYet, bulk.NotPortable, bulk.Portable, bulk.NotPortable,
	}
	reasons := []string{"", "no_coverage", "bulk", "pending", "provisional", "invalid_phone_number", "", "invalid_phone_number"}
	report, err := bulk.Check(t.Context(), sandbox.Client().Portability, list, nil)
	require.NoError(t, err)
	requireOutcomes(t, list, report.Results)
	for i, result := range report.Results {
		assert.Equal(t, want[i], result.Outcome, i)
		if result.Outcome != bulk.Refused {
			assert.Equal(t, reasons[i], result.Reason(), i)
		}
	}
	var argument *porting.ArgumentError
	require.ErrorAs(t, report.Results[2].Err, &argument) // the client's, for an empty number
	assert.Contains(t, report.Results[2].Reason(), "is empty")
	assert.Equal(t, []string{"+13125550100"}, report.Numbers(bulk.Portable))
	assert.Equal(t, 2, report.Count(bulk.Portable))
	assert.Equal(t, "Quillback Telephone", report.Results[6].Answer.CarrierName)
	sandbox.AssertClean(t)
}

// TestSandboxFaults checks against a server whose answers get lost and cut off.
func TestSandboxFaults(t *testing.T) {
	t.Parallel()
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	const operation = "Portability.Check"
	sandbox.Inject(portingtest.Fault{Operation: operation, Chance: 0.2, Effect: portingtest.DropAfter()})
	sandbox.Inject(portingtest.Fault{Operation: operation, Chance: 0.2, Effect: portingtest.BadGateway()})
	sandbox.Inject(portingtest.Fault{Operation: operation, Chance: 0.2, Effect: portingtest.Truncate()})
	sandbox.Inject(portingtest.Fault{Operation: operation, Chance: 0.1, Effect: portingtest.NullArrays()})
	client := sandbox.Client(porting.WithRetry(porting.RetryPolicy{MaxAttempts: 2, MinWait: time.Millisecond, MaxWait: time.Millisecond}))
	list := numbers(1_000)
	report, err := bulk.Check(t.Context(), client.Portability, list, &bulk.Options{SliceSize: 20, MaxFailures: math.MaxInt})
	requireOutcomes(t, list, report.Results)
	requireIncomplete(t, err, report, false)
	assert.Positive(t, report.Count(bulk.NotAnswered))
	sound := portingtest.NewServer()
	defer sound.Close()
	want, err := bulk.Check(t.Context(), sound.Client().Portability, list, nil)
	require.NoError(t, err)
	for i, result := range report.Results {
		if result.Outcome != bulk.NotAnswered {
			assert.Equal(t, want.Results[i], result)
		}
	}
}

func TestNothing(t *testing.T) {
	t.Parallel()
	c := &checker{}
	report, err := bulk.Check(t.Context(), c, nil, nil)
	require.NoError(t, err)
	assert.Empty(t, report.Results)
	assert.Empty(t, report.Numbers(bulk.Portable))
	assert.Zero(t, c.count())
}

// TestOutcomes checks what an answer is taken for.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		portable bool
		status   porting.PortabilityStatus
		reason   porting.NonPortableReason
		want     bulk.Outcome
		says     string
	}{
		{true, "confirmed", "", bulk.Portable, ""},
		{true, "", "", bulk.Portable, ""},
		{true, "pending", "", bulk.NotKnownYet, "pending"},
		{true, "provisional", "", bulk.NotKnownYet, "provisional"},
		{true, "new", "", bulk.NotKnownYet, "new"},
		{true, "confirmed", "no_coverage", bulk.NotPortable, "no_coverage"},
		{true, "pending", "no_coverage", bulk.NotPortable, "no_coverage"},
		{false, "", "no_coverage", bulk.NotPortable, "no_coverage"},
		{false, "pending", "new", bulk.NotPortable, "new"},
		{false, "pending", "", bulk.NotKnownYet, "pending"},
		{false, "confirmed", "", bulk.NotPortable, ""},
		{false, "", "", bulk.NotPortable, ""},
		{false, "new", "", bulk.NotPortable, ""},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			t.Parallel()
			c := &checker{answer: func(_ []string, results []porting.PortabilityResult) []porting.PortabilityResult {
				results[0].Portable, results[0].PortabilityStatus, results[0].NonPortableReason = test.portable, test.status, test.reason
				return results
			}}
			report, err := bulk.Check(t.Context(), c, numbers(1), nil)
			require.NoError(t, err)
			assert.Equal(t, test.want, report.Results[0].Outcome)
			assert.Equal(t, test.says, report.Results[0].Reason())
			assert.Equal(t, test.portable, report.Results[0].Answer.Portable)
		})
	}
}

// TestAnswers checks which answer goes to which number.
func TestAnswers(t *testing.T) {
	t.Parallel()
	type results = []porting.PortabilityResult
	const a, b, c = "+13125550100", "+13125550101", "+13125550102"
	no := func(number string) porting.PortabilityResult {
		return porting.PortabilityResult{RawNumber: number, E164Number: number, NonPortableReason: "no_coverage"}
	}
	yes := portable
	named := func(raw, e164 string) porting.PortabilityResult {
		result := yes(raw)
		result.E164Number = e164
		return result
	}
	const lacking, contradictory bulk.Outcome = "lacking", "contradictory"
	for _, test := range []struct {
		name    string
		numbers []string
		answer  results
		want    []bulk.Outcome
	}{
		{"as asked", []string{a, b, c}, results{yes(a), no(b), yes(c)}, []bulk.Outcome{bulk.Portable, bulk.NotPortable, bulk.Portable}},
		{"another order", []string{a, b, c}, results{yes(c), yes(a), no(b)}, []bulk.Outcome{bulk.Portable, bulk.NotPortable, bulk.Portable}},
		{"fewer", []string{a, b, c}, results{yes(a), no(c)}, []bulk.Outcome{bulk.Portable, lacking, bulk.NotPortable}},
		{"none", []string{a, b}, nil, []bulk.Outcome{lacking, lacking}},
		{"others too", []string{a, b}, results{yes(c), yes(b), no(a)}, []bulk.Outcome{bulk.NotPortable, bulk.Portable}},
		{"others instead", []string{a, b}, results{yes(c), yes(b)}, []bulk.Outcome{lacking, bulk.Portable}},
		{"another alone", []string{a}, results{yes(c)}, []bulk.Outcome{lacking}},
		{"nameless", []string{a, b}, results{named("", ""), named("", "")}, []bulk.Outcome{lacking, lacking}},
		{"doubled", []string{a, b}, results{yes(a), yes(a), no(b), yes(c)}, []bulk.Outcome{bulk.Portable, bulk.NotPortable}},
		{"contradictory", []string{a, b}, results{yes(a), no(a), yes(a), no(b)}, []bulk.Outcome{contradictory, bulk.NotPortable}},
		{"raw number normalised", []string{"(312) 555-0100", "+1 312 555 0101"}, results{named(b, b), named("3125550100", a)}, []bulk.Outcome{bulk.Portable, bulk.Portable}},
		{"raw number changed, E.164 as asked", []string{a, b}, results{named("312-555-0101", b), named("312-555-0100", a)}, []bulk.Outcome{bulk.Portable, bulk.Portable}},
		{"raw number before E.164", []string{a, b}, results{named(a, b), named(b, a)}, []bulk.Outcome{bulk.Portable, bulk.Portable}},
		{"two spellings, one answer", []string{a, "312-555-0100"}, results{named("312-555-0100", a)}, []bulk.Outcome{bulk.Portable, bulk.Portable}},
		{"two spellings, an answer to neither", []string{"1 312 555 0100", "1-312-555-0100"}, results{named(a, a)}, []bulk.Outcome{lacking, lacking}},
		{"lost plus", []string{"13125550100"}, results{named(a, a)}, []bulk.Outcome{bulk.Portable}},
		{"no digits", []string{"abc", "def"}, results{named("ABC", ""), named("def", "")}, []bulk.Outcome{lacking, bulk.Portable}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := &checker{answer: func([]string, results) results { return test.answer }}
			report, err := bulk.Check(t.Context(), c, test.numbers, nil)
			requireOutcomes(t, test.numbers, report.Results)
			complete := true
			for i, want := range test.want {
				result := report.Results[i]
				switch want {
				case lacking:
					require.ErrorIs(t, result.Err, bulk.ErrNotInAnswer, i)
				case contradictory:
					require.ErrorIs(t, result.Err, bulk.ErrContradictory, i)
				default:
					assert.Equal(t, want, result.Outcome, i)
					continue
				}
				complete = false
			}
			if complete {
				require.NoError(t, err)
			} else {
				requireIncomplete(t, err, report, false)
			}
			assert.Equal(t, 1, c.count())
		})
	}
}

// TestBadNumbers checks that bad numbers end up alone, and with how many checks.
func TestBadNumbers(t *testing.T) {
	t.Parallel()
	list := numbers(1_000)
	for name, test := range map[string]struct {
		bad   []int
		calls int // at most
	}{
		"none":             {nil, 10},
		"first":            {[]int{0}, 10 + 14},
		"last":             {[]int{999}, 10 + 14},
		"two in one slice": {[]int{200, 299}, 10 + 26},
		"one in each":      {[]int{5, 150, 233, 377, 402, 555, 678, 700, 899, 901}, 10 + 140},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &checker{bad: map[string]bool{}}
			for _, i := range test.bad {
				c.bad[list[i]] = true
			}
			report, err := bulk.Check(t.Context(), c, list, nil)
			require.NoError(t, err)
			requireOutcomes(t, list, report.Results)
			for i, result := range report.Results {
				if slices.Contains(test.bad, i) {
					assert.Equal(t, bulk.Refused, result.Outcome)
					require.ErrorIs(t, result.Err, porting.ErrUnprocessable)
				} else {
					assert.Equal(t, bulk.Portable, result.Outcome)
				}
			}
			assert.LessOrEqual(t, c.count(), test.calls)
		})
	}

	all := &checker{bad: map[string]bool{}}
	for _, number := range list {
		all.bad[number] = true
	}
	report, err := bulk.Check(t.Context(), all, list, nil)
	require.NoError(t, err)
	assert.Equal(t, len(list), report.Count(bulk.Refused))
	assert.Less(t, all.count(), 2*len(list))
}

// TestLimitOfNumbers checks that a limit of numbers is found out, and kept to.
func TestLimitOfNumbers(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{"all good": "", "one bad": numbers(3_000)[0]} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := numbers(3_000)
			c := &checker{limit: 30, bad: map[string]bool{bad: true}}
			report, err := bulk.Check(t.Context(), c, list, &bulk.Options{Parallel: 1})
			require.NoError(t, err)
			requireOutcomes(t, list, report.Results)
			refused := 0
			for _, call := range c.calls {
				if len(call) > c.limit {
					refused++
				}
			}
			assert.LessOrEqual(t, refused, 3*9) // those that were cut before it was known
			assert.LessOrEqual(t, c.count(), 3_000/25+3*9+14)
		})
	}
}

// TestFinalErrors checks that what no other check would change ends everything, and
// that what was answered stays.
func TestFinalErrors(t *testing.T) {
	t.Parallel()
	list := numbers(2_000)
	for name, final := range map[string]error{
		"401":             status(http.StatusUnauthorized),
		"402":             status(http.StatusPaymentRequired),
		"403":             status(http.StatusForbidden),
		"404":             status(http.StatusNotFound),
		"a redirect":      status(http.StatusTemporaryRedirect),
		"a bad option":    &porting.ArgumentError{Operation: "With", Field: "timeout", Reason: "must be positive"},
		"wrapped by user": fmt.Errorf("mine: %w", status(http.StatusForbidden)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &checker{err: func(call int, _ []string) error {
				if call == 5 {
					return final
				}
				return nil
			}}
			report, err := bulk.Check(t.Context(), c, list, &bulk.Options{Parallel: 1})
			require.ErrorIs(t, err, final)
			requireIncomplete(t, err, report, true)
			requireOutcomes(t, list, report.Results)
			assert.Equal(t, 5, c.count())
			assert.Equal(t, 400, report.Count(bulk.Portable))
			for _, result := range report.Results {
				if result.Outcome == bulk.NotAnswered {
					require.ErrorIs(t, result.Err, final)
				}
			}
		})
	}
}

// TestFailures checks that a slice that fails doesn't hold up the others, and that an
// outage does.
func TestFailures(t *testing.T) {
	t.Parallel()
	list := numbers(10_000)
	for _, test := range []struct {
		name  string
		err   func(call int) error
		opts  bulk.Options
		calls int
		ended bool
		left  int // numbers without an answer
	}{
		{"one slice", func(call int) error {
			if call == 7 {
				return errLost
			}
			return nil
		}, bulk.Options{}, 100, false, 100},
		{"every other slice", func(call int) error {
			if call%2 == 0 {
				return status(http.StatusServiceUnavailable)
			}
			return nil
		}, bulk.Options{}, 100, false, 5_000},
		{"all", func(int) error { return errLost }, bulk.Options{}, 20, true, 10_000},
		{"all but the first ten", func(call int) error {
			if call > 10 {
				return status(http.StatusBadGateway)
			}
			return nil
		}, bulk.Options{MaxFailures: 3}, 13, true, 9_000},
		{"an unknown error", func(int) error { return errors.New("mine") }, bulk.Options{MaxFailures: 1}, 1, true, 10_000},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := &checker{err: func(call int, _ []string) error { return test.err(call) }}
			test.opts.Parallel = 1
			report, err := bulk.Check(t.Context(), c, list, &test.opts)
			requireOutcomes(t, list, report.Results)
			requireIncomplete(t, err, report, test.ended)
			assert.Equal(t, test.left, report.Count(bulk.NotAnswered))
			assert.Equal(t, test.calls, c.count())
			for _, number := range list {
				require.NotContains(t, err.Error(), number)
			}
		})
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	list := numbers(10)
	for field, opts := range map[string]bulk.Options{
		"slice_size":   {SliceSize: -1},
		"parallel":     {Parallel: 101},
		"max_failures": {MaxFailures: -1},
		"patience":     {Patience: -1},
		"max_age":      {MaxAge: -1},
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			c := &checker{}
			report, err := bulk.Check(t.Context(), c, list, &opts)
			var argument *porting.ArgumentError
			require.ErrorAs(t, err, &argument)
			assert.Equal(t, field, argument.Field)
			requireOutcomes(t, list, report.Results)
			assert.Zero(t, c.count())
		})
	}
	_, err := bulk.Check(t.Context(), nil, list, nil)
	require.ErrorContains(t, err, "checker: is nil")
}

// TestParallel checks how many checks are under way, and how far ahead of a slow loop.
func TestParallel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &checker{latency: time.Second}
		steps := 0
		for _, err := range bulk.CheckEach(t.Context(), c, numbers(100_000), &bulk.Options{Parallel: 3, SliceSize: 50}) {
			require.NoError(t, err)
			if steps++; steps == 51 {
				<-time.After(time.Hour)
				assert.LessOrEqual(t, c.count(), 1+8*3)
				break
			}
		}
		assert.Equal(t, 3, c.most)
	})
}

// TestEnds checks that a loop that ends takes everything with it, however it ends: the
// bubble of synctest waits for every goroutine in it.
func TestEnds(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]func(cancel context.CancelFunc) bool{
		"break":  func(context.CancelFunc) bool { return false },
		"cancel": func(cancel context.CancelFunc) bool { cancel(); return true },
		"panic":  func(context.CancelFunc) bool { panic("mine") },
		"goexit": func(context.CancelFunc) bool { runtime.Goexit(); return false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := &checker{latency: time.Minute}
				started := time.Now()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				done := make(chan any)
				go func() {
					defer close(done)
					defer func() {
						if panicked := recover(); panicked != nil {
							done <- panicked
						}
					}()
					defer func() { // everything has ended before the loop has
						c.mutex.Lock()
						defer c.mutex.Unlock()
						assert.Zero(t, c.now)
					}()
					left := 10_000
					for _, err := range bulk.CheckEach(ctx, c, numbers(left), nil) {
						if err != nil {
							assert.ErrorIs(t, err, context.Canceled)
							assert.Zero(t, left)
							return
						}
						if left--; !step(cancel) {
							return
						}
					}
				}()
				panicked := <-done
				if name == "panic" {
					assert.Equal(t, "mine", panicked)
				}
				assert.Equal(t, time.Minute, time.Since(started)) // the first slice's, and not a moment longer
			})
		})
	}
}

// TestCancelled checks that a context that ends in the middle leaves what was answered,
// and the reason.
func TestCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("closing time")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 90*time.Millisecond, why)
		defer cancel()
		list := numbers(10_000)
		report, err := bulk.Check(ctx, &checker{latency: 40 * time.Millisecond}, list, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, why)
		requireIncomplete(t, err, report, true)
		requireOutcomes(t, list, report.Results)
		assert.Equal(t, 2_000, report.Count(bulk.Portable))
	})
}

// TestCheckerPanics checks that a panic of the checker comes out where the caller can
// recover it.
func TestCheckerPanics(t *testing.T) {
	t.Parallel()
	c := &checker{err: func(call int, _ []string) error {
		if call == 3 {
			panic("mine")
		}
		return nil
	}}
	assert.PanicsWithValue(t, "mine", func() { _, _ = bulk.Check(t.Context(), c, numbers(10_000), nil) })
	assert.Zero(t, c.now)

	c = &checker{err: func(call int, _ []string) error {
		if call == 3 {
			runtime.Goexit()
		}
		return nil
	}}
	report, err := bulk.Check(t.Context(), c, numbers(10_000), nil)
	requireIncomplete(t, err, report, false)
	assert.Equal(t, 9_900, report.Count(bulk.Portable))
}

// TestProgress checks that progress is told while results wait for those before them.
func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		list := append(numbers(950), numbers(50)...) // the last 50 are there already
		c := &checker{latency: time.Second}
		c.err = func(call int, numbers []string) error {
			if numbers[0] == list[0] {
				<-time.After(time.Minute)
			}
			return nil
		}
		var told []int
		started := time.Now()
		var at []time.Duration
		_, err := bulk.Check(t.Context(), c, list, &bulk.Options{Progress: func(done, total int) {
			assert.Equal(t, 1_000, total)
			told = append(told, done)
			at = append(at, time.Since(started))
		}})
		require.NoError(t, err)
		assert.True(t, slices.IsSorted(told))
		assert.Equal(t, 1_000, told[len(told)-1])
		assert.Equal(t, time.Second, at[0])
		assert.Equal(t, 61*time.Second, at[len(at)-1])
	})
}

// TestAgain checks that each range is a check of its own.
func TestAgain(t *testing.T) {
	t.Parallel()
	c := &checker{}
	seq := bulk.CheckEach(t.Context(), c, append(numbers(10), numbers(10)...), nil)
	assert.Zero(t, c.count())
	for range 2 {
		count := 0
		for result, err := range seq {
			require.NoError(t, err)
			assert.Equal(t, bulk.Portable, result.Outcome)
			count++
		}
		assert.Equal(t, 20, count)
	}
	assert.Equal(t, 2, c.count())
	assert.Len(t, c.asked(), 20)
}

// TestErrorTexts checks what a person reads.
func TestErrorTexts(t *testing.T) {
	t.Parallel()
	c := &checker{err: func(call int, _ []string) error { return status(http.StatusForbidden) }}
	report, err := bulk.Check(t.Context(), c, numbers(200), &bulk.Options{Parallel: 1})
	require.EqualError(t, err, "bulk: 200 of 200 numbers not answered, the check was ended early: porting: Portability.Check: 403 Forbidden (POST)")
	assert.Equal(t, "porting: Portability.Check: 403 Forbidden (POST)", report.Results[0].Reason())
	assert.Equal(t, "bulk: the check ended before the number was answered: porting: Portability.Check: 403 Forbidden (POST)",
		report.Results[199].Reason())

	c = &checker{answer: func([]string, []porting.PortabilityResult) []porting.PortabilityResult { return nil }}
	_, err = bulk.Check(t.Context(), c, numbers(2), nil)
	require.EqualError(t, err, "bulk: 2 of 2 numbers not answered: bulk: the answer doesn't have the number")
	assert.NotContains(t, err.Error(), "+1")
}
