package portingtest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// BenchmarkNewServer starts and closes a sandbox.
func BenchmarkNewServer(b *testing.B) {
	for b.Loop() {
		portingtest.NewServer().Close()
	}
}

// BenchmarkGetDraft gets a draft over loopback, and the same bytes from a bare
// handler in turn. It reports the medians, and how many times as long the sandbox
// takes.
func BenchmarkGetDraft(b *testing.B) {
	for _, count := range []int{1, 10, 100, 10_000} {
		b.Run(fmt.Sprintf("numbers=%d", count), func(b *testing.B) {
			s := portingtest.NewServer()
			b.Cleanup(s.Close)
			benchmarkGet(b, s, count)
		})
	}
}

func benchmarkGet(b *testing.B, s *portingtest.Server, count int) {
	b.Helper()
	numbers := make([]string, count)
	for i := range numbers {
		numbers[i] = fmt.Sprintf("+1%d55501%02d", 206+i/70, i%70)
	}
	draft, err := s.Client().Drafts.Create(b.Context(), numbers...)
	require.NoError(b, err)
	url := s.URL() + draftsPath + "/" + string(draft.ID)

	transport := http.Transport{}
	b.Cleanup(transport.CloseIdleConnections)
	get := func(url string) (body []byte) {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
		require.NoError(b, err)
		r.Header.Set("Authorization", "Token "+portingtest.Token)
		answer, err := transport.RoundTrip(r)
		require.NoError(b, err)
		body, err = io.ReadAll(answer.Body)
		answer.Body.Close()
		require.NoError(b, err)
		require.Equal(b, http.StatusOK, answer.StatusCode)
		return body
	}
	body := get(url)
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	b.Cleanup(bare.Close)
	require.Equal(b, body, get(bare.URL))

	var took, bareTook []time.Duration
	for b.Loop() {
		start := time.Now()
		get(url)
		middle := time.Now()
		get(bare.URL)
		took = append(took, middle.Sub(start))
		bareTook = append(bareTook, time.Since(middle))
	}
	ratio := float64(median(took)) / float64(median(bareTook))
	b.ReportMetric(float64(median(took)), "ns/get")
	b.ReportMetric(float64(median(bareTook)), "ns/bare")
	b.ReportMetric(ratio, "ratio")
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}
