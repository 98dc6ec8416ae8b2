package bulk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
)

// numbers are count distinct numbers.
func numbers(count int) []string {
	list := make([]string, count)
	for i := range list {
		list[i] = fmt.Sprintf("+1%03d555%04d", 200+i/10000, i%10000)
	}
	return list
}

// portable is the answer to a number that can be ported.
func portable(number string) porting.PortabilityResult {
	return porting.PortabilityResult{
		RawNumber: number, E164Number: number, Portable: true,
		PortabilityStatus: porting.PortabilityStatusConfirmed,
		CarrierName:       "Quillback Telephone",
		CoverageCategory:  porting.CoverageCategoryNANPGeneric,
	}
}

// status is the client's error for an answer with a status.
func status(code int) error {
	err := &porting.APIError{Operation: "Portability.Check", Method: "POST", StatusCode: code}
	switch code {
	case http.StatusUnauthorized:
		return &porting.UnauthorizedError{APIError: err}
	case http.StatusNotFound:
		return &porting.NotFoundError{APIError: err}
	case http.StatusUnprocessableEntity:
		return &porting.ValidationError{APIError: err}
	case http.StatusTooManyRequests:
		return &porting.RateLimitError{APIError: err}
	}
	return err
}

// A checker is a [bulk.Checker] in memory.
type checker struct {
	latency time.Duration
	limit   int                                                                                     // numbers a check may have; 0: any
	bad     map[string]bool                                                                         // numbers that fail a check with a 422
	err     func(call int, numbers []string) error                                                  // unless nil, and unless it returns nil
	answer  func(numbers []string, results []porting.PortabilityResult) []porting.PortabilityResult // unless nil

	mutex     sync.Mutex
	calls     [][]string
	now, most int
}

func (c *checker) Check(ctx context.Context, numbers ...string) ([]porting.PortabilityResult, error) {
	c.mutex.Lock()
	c.calls = append(c.calls, slices.Clone(numbers))
	call := len(c.calls)
	c.now++
	c.most = max(c.most, c.now)
	c.mutex.Unlock()
	defer func() {
		c.mutex.Lock()
		c.now--
		c.mutex.Unlock()
	}()
	if c.latency > 0 {
		select {
		case <-time.After(c.latency):
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		return nil, &porting.ConnectionError{Operation: "Portability.Check", Err: ctx.Err()}
	}
	if c.err != nil {
		if err := c.err(call, numbers); err != nil {
			return nil, err
		}
	}
	if c.limit > 0 && len(numbers) > c.limit {
		return nil, status(http.StatusRequestEntityTooLarge)
	}
	var results []porting.PortabilityResult
	for _, number := range numbers {
		if c.bad[number] {
			return nil, status(http.StatusUnprocessableEntity)
		}
		results = append(results, portable(number))
	}
	if c.answer != nil {
		results = c.answer(numbers, results)
	}
	return results, nil
}

// asked are all numbers of all calls, in the order of the calls.
func (c *checker) asked() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return slices.Concat(c.calls...)
}

func (c *checker) count() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return len(c.calls)
}

// api is the API behind a client's transport: far away, and with a limit of requests.
type api struct {
	latency   time.Duration
	perSecond float64 // 0: any
	burst     float64
	after     time.Duration // the Retry-After of a 429

	mutex           sync.Mutex
	tokens          float64
	filled          time.Time
	served, refused int
}

func (a *api) RoundTrip(r *http.Request) (*http.Response, error) {
	var body struct {
		Numbers []struct {
			Number string `json:"phone_number"`
		} `json:"phone_numbers"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-time.After(a.latency):
	}
	answer := &http.Response{StatusCode: http.StatusCreated, Header: http.Header{}, Request: r}
	var text bytes.Buffer
	if a.admit() {
		results := make([]porting.PortabilityResult, len(body.Numbers))
		for i, n := range body.Numbers {
			results[i] = portable(n.Number)
		}
		if err := json.NewEncoder(&text).Encode([]any{map[string]any{"phone_numbers": results}}); err != nil {
			return nil, err
		}
	} else {
		answer.StatusCode = http.StatusTooManyRequests
		if a.after > 0 {
			answer.Header.Set("Retry-After", strconv.Itoa(int(a.after.Seconds())))
		}
	}
	answer.Body = io.NopCloser(&text)
	return answer, nil
}

// admit takes a token from a bucket that fills at the limit's rate.
func (a *api) admit() bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	now := time.Now()
	if a.filled.IsZero() {
		a.tokens = a.burst
	} else {
		a.tokens = min(a.burst, a.tokens+now.Sub(a.filled).Seconds()*a.perSecond)
	}
	a.filled = now
	if a.perSecond > 0 && a.tokens < 1 {
		a.refused++
		return false
	}
	a.tokens--
	a.served++
	return true
}

// client is the default client of the API.
func (a *api) client(t *testing.T, opts ...porting.Option) *porting.Client {
	t.Helper()
	opts = append([]porting.Option{porting.WithHTTPClient(&http.Client{Transport: a})}, opts...)
	client, err := porting.NewClient(porting.Token("token"), opts...)
	require.NoError(t, err)
	return client
}

// requireOutcomes checks that there is one result for each number, in order, and
// that each has what it needs.
func requireOutcomes(t *testing.T, numbers []string, results []bulk.Result) {
	t.Helper()
	require.Len(t, results, len(numbers))
	for i, result := range results {
		require.Equal(t, numbers[i], result.Number)
		switch result.Outcome {
		case bulk.Portable, bulk.NotPortable, bulk.NotKnownYet:
			require.NoError(t, result.Err)
		case bulk.Refused, bulk.NotAnswered:
			require.Error(t, result.Err)
			require.Empty(t, result.Answer)
		default:
			require.Fail(t, "no outcome", "%q", result.Outcome)
		}
	}
}

// requireIncomplete checks that err is an IncompleteError that counts right and tells
// whether the check was ended early.
func requireIncomplete(t *testing.T, err error, report *bulk.Report, ended bool) {
	t.Helper()
	var incomplete *bulk.IncompleteError
	require.ErrorAs(t, err, &incomplete)
	assert.Equal(t, report.Count(bulk.NotAnswered), incomplete.NotAnswered)
	assert.Equal(t, len(report.Results), incomplete.Total)
	assert.Equal(t, ended, incomplete.Ended)
}

var errLost = &porting.ConnectionError{Operation: "Portability.Check", Err: errors.New("connection reset"), Attempts: 4}
