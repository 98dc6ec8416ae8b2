package watch_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/watch"
)

// lists answers the list of so many port requests, each with a sub request and two numbers;
// they have no comments and no documents.
type lists struct{ count, requests int }

func (l *lists) RoundTrip(r *http.Request) (*http.Response, error) {
	l.requests++
	header, body := http.Header{"Content-Type": {"application/json"}}, "[]"
	if strings.HasSuffix(r.URL.Path, "/port_requests") {
		const each = 250
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		header.Set("Total", strconv.Itoa(l.count))
		header.Set("Total-Pages", strconv.Itoa((l.count+each-1)/each))
		var items []string
		for i := (max(page, 1) - 1) * each; i < min(l.count, max(page, 1)*each); i++ {
			number := fmt.Sprintf(`{"phone_number":"+1312555%04d","sub_request_id":"s%036d","sub_request_status":"submitted"}`, i%10000, i)
			items = append(items, fmt.Sprintf(`{"id":"p%036d","support_key":"pr_%06x","created_at":"2026-03-02T09:00:00Z","phone_numbers":[%s,%s],"sub_requests":[{"id":"s%036d","support_key":"sr_%06x","status":"submitted","foc_date":"2026-03-05T15:00:00Z","auth_person_name":"Ada Example"}]}`,
				i, i, number, number, i, i))
		}
		body = "[" + strings.Join(items, ",") + "]"
	}
	return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// heap is how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// BenchmarkPoll measures a poll in which nothing has changed, without the network, and how much memory
// is held from one poll to the next.
func BenchmarkPoll(b *testing.B) {
	for _, count := range []int{1000, 10_000, 100_000} {
		b.Run(strconv.Itoa(count), func(b *testing.B) {
			transport := &lists{count: count}
			c, err := porting.NewClient(porting.Token("x"), porting.WithHTTPClient(&http.Client{Transport: transport}), porting.WithReadAhead(1))
			if err != nil {
				b.Fatal(err)
			}
			store := &watch.MemoryStore{}
			clock := &fixedClock{now: day(1).Time}
			poll := func() (events int) {
				for _, err := range watch.Events(b.Context(), c, &watch.Options{Pace: watch.Pace{Clock: clock}, Store: store, Reads: 1}) {
					if err == nil {
						events++
					}
				}
				return events
			}
			empty := heap()
			poll()
			held := heap() - empty
			transport.requests = 0
			b.ReportAllocs()
			for b.Loop() {
				if events := poll(); events > 0 {
					b.Fatal(events, "events, though nothing has changed")
				}
			}
			b.ReportMetric(float64(transport.requests)/float64(b.N), "requests/op")
			b.ReportMetric(float64(held)/float64(count), "held-B/port")
			runtime.KeepAlive(store)
		})
	}
}

// TestPollsGrowAsTheListDoes counts the requests of a poll: one for each 250 port requests, and two for
// the details of each port request that Reads allows.
func TestPollsGrowAsTheListDoes(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]int{0: 1, 250: 1 + 2, 1000: 4 + 2, 10_000: 40 + 2} {
		transport := &lists{count: count}
		c, err := porting.NewClient(porting.Token("x"), porting.WithHTTPClient(&http.Client{Transport: transport}), porting.WithReadAhead(1))
		require.NoError(t, err)
		store := &watch.MemoryStore{}
		opts := &watch.Options{Pace: watch.Pace{Clock: &fixedClock{now: day(1).Time}}, Store: store, Reads: 1}
		_, err = until(t.Context(), c, opts, kind(watch.Gone))
		require.ErrorIs(t, err, context.Canceled)
		transport.requests = 0
		_, err = until(t.Context(), c, opts, kind(watch.Gone))
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, want, transport.requests, count)
	}
}
