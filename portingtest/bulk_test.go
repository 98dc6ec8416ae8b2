package portingtest_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// bulk makes numbers, each with a carrier of its own if so asked.
func bulk(count int, split bool) (numbers []string, opts []portingtest.Option) {
	opts = append(opts, portingtest.WithDocumentsOptional())
	for i := range count {
		numbers = append(numbers, fmt.Sprintf("+1%d555%04d", 200+i/8000, 2000+i%8000))
		if split {
			fate := portingtest.Fate{CarrierName: fmt.Sprintf("Carrier %d", i)}
			opts = append(opts, portingtest.WithNumber(numbers[i], fate))
		}
	}
	return numbers, opts
}

// inProcess sends a request without a socket, and decodes the answer into what
// it is to go to.
func inProcess(t *testing.T, s *portingtest.Server, method, path, body string, into any) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Token "+portingtest.Token)
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, r)
	require.Less(t, answer.Code, 300, answer.Body)
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), into))
}

// portInBulk creates, splits, fills in, submits and ports numbers, and tells how
// long that took and in how many sub requests.
func portInBulk(t *testing.T, numbers []string, opts []portingtest.Option) (took time.Duration, parts int) {
	t.Helper()
	s := open(t, opts...)
	start := time.Now()
	type object struct {
		ID            string `json:"id"`
		PortRequestID string `json:"port_request_id"`
		Numbers       []any  `json:"phone_numbers"`
		Counts        any    `json:"phone_number_counts_by_status"`
	}
	var draft, request, updated object
	var subs []object
	var windows []map[string]string
	inProcess(t, s, "POST", draftsPath, numbersBody(numbers...), &draft)
	path := draftsPath + "/" + draft.ID
	inProcess(t, s, "GET", path+"/sub_requests", "", &subs)
	inProcess(t, s, "GET", path+"/sub_requests/"+subs[0].ID+"/allowed_foc_dates", "", &windows)
	update := text(t, profile(windows[0]["start"]))
	for _, sub := range subs {
		inProcess(t, s, "PUT", path+"/sub_requests/"+sub.ID, update, &updated)
	}
	inProcess(t, s, "POST", path+"/submit", "", &draft)
	s.Advance(14 * 24 * time.Hour)
	inProcess(t, s, "GET", requestsPath+"/"+draft.PortRequestID+"?include_sub_requests=true", "", &request)
	took = time.Since(start)
	assert.Equal(t, []any{map[string]any{"status": "ported", "count": float64(len(numbers))}}, request.Counts)
	assert.Len(t, request.Numbers, len(numbers))
	require.NoError(t, s.CheckInvariants())
	return took, len(subs)
}

// TestBulk has 10,000 numbers in one sub request.
func TestBulk(t *testing.T) { //nolint:paralleltest // it measures
	holdToLinear(t, 10_000, false)
}

// TestBulkOfSubRequests has 2,000 numbers, each in a sub request of its own.
func TestBulkOfSubRequests(t *testing.T) { //nolint:paralleltest // it measures
	holdToLinear(t, 2_000, true)
}

// holdToLinear ports numbers, and a tenth of them, and bounds how much longer the
// former takes: ten times is linear, a hundred quadratic.
func holdToLinear(t *testing.T, count int, split bool) {
	t.Helper()
	best := func(count int) time.Duration {
		least := time.Hour
		for range 3 {
			numbers, opts := bulk(count, split)
			took, parts := portInBulk(t, numbers, opts)
			if split {
				assert.Equal(t, count, parts)
			}
			least = min(least, took)
		}
		return least
	}
	few, many := best(count/10), best(count)
	t.Logf("%d numbers: %v; %d numbers: %v", count/10, few, count, many)
	assert.Less(t, many, 40*few)
}
