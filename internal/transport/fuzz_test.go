package transport_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/numberporting/porting/internal/transport"
)

// FuzzRetryAfter answers a 429 with any Retry-After: the wait before the next try is
// never less than MinWait nor longer than a server may ask for, or there is none.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"", "0", "1", "-1", "59", "60", "61", "86400", "1.5", "1e3", "1e400", "NaN", "Inf", "-Inf", "0x10", "soon",
		"9223372036854775807", "9223372036854775808", "Sat, 01 Jan 2000 00:00:30 GMT", "Saturday, 01-Jan-00 00:00:30 GMT",
		"Sat Jan  1 00:00:30 2000", "Fri, 31 Dec 1999 23:59:59 GMT", "Mon, 01 Jan 9999 00:00:00 GMT",
	} {
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
