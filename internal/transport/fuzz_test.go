package transport_test

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/internal/transport"
)

// FuzzRetryAfter answers a 429 with any Retry-After: the wait before the next try is
// never less than MinWait nor longer than a server may ask for, or there is none.
func FuzzRetryAfter(f *testing.F) {
	seeds, err := os.ReadFile("../../testdata/seeds/retry_after.txt") // one a line, quoted
	require.NoError(f, err)
	for line := range strings.Lines(string(seeds)) {
		seed, err := strconv.Unquote(strings.TrimSpace(line))
		require.NoError(f, err)
		f.Add(seed, "")
		f.Add(seed, "Sat, 01 Jan 2000 01:00:00 GMT")
	}
	f.Fuzz(func(t *testing.T, retryAfter, date string) {
		synctest.Test(t, func(t *testing.T) {
			rt := roundTripper(func(*http.Request) (*http.Response, error) {
				header := http.Header{"Retry-After": {retryAfter}, "Date": {date}}
				return &http.Response{StatusCode: 429, Header: header, Body: http.NoBody}, nil
			})
			c := client(rt)
			c.Policy.MaxAttempts = 2
			call := safe(t, anywhere)
			started := time.Now()
			call.OnTry = func(try transport.Try) {
				if try.Attempt == 1 && try.Wait != 0 && (try.Wait < 500*time.Millisecond || try.Wait > 60*time.Second+500*time.Millisecond) {
					t.Errorf("waits %v after %q", try.Wait, retryAfter)
				}
			}
			out := c.Do(t.Context(), call)
			if out.RetryAfter < 0 {
				t.Errorf("%q is read as %v", retryAfter, out.RetryAfter)
			}
			if waited := time.Since(started); out.Attempts == 2 && waited < out.RetryAfter {
				t.Errorf("waited %v after %q", waited, retryAfter)
			}
		})
	})
}
