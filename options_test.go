package porting_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

func TestBadOptions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		option porting.Option
		field  string
		reason string
	}{
		{"base URL: not a URL", porting.WithBaseURL("https://exa mple.com"), "base_url", "not a URL"},
		{"base URL: empty", porting.WithBaseURL(""), "base_url", "not an absolute"},
		{"base URL: relative", porting.WithBaseURL("/v1"), "base_url", "not an absolute"},
		{"base URL: no scheme", porting.WithBaseURL("api.telnyx.com"), "base_url", "not an absolute"},
		{"base URL: no host", porting.WithBaseURL("https:///v1"), "base_url", "not an absolute"},
		{"base URL: opaque", porting.WithBaseURL("https:api.telnyx.com"), "base_url", "not an absolute"},
		{"base URL: another scheme", porting.WithBaseURL("ftp://api.telnyx.com"), "base_url", "not an absolute"},
		{"base URL: http", porting.WithBaseURL("http://api.telnyx.com"), "base_url", "loopback"},
		{"base URL: http to a private address", porting.WithBaseURL("http://192.168.1.1"), "base_url", "loopback"},
		{"base URL: http to no host", porting.WithBaseURL("http://:80"), "base_url", "absolute"},
		{"base URL: http to any address", porting.WithBaseURL("http://0.0.0.0"), "base_url", "loopback"},
		{"base URL: http to a lookalike", porting.WithBaseURL("http://localhost.example.com"), "base_url", "loopback"},
		{"base URL: http to another lookalike", porting.WithBaseURL("http://127.0.0.1.example.com"), "base_url", "loopback"},
		{"base URL: user", porting.WithBaseURL("https://someone@api.telnyx.com"), "base_url", "user, query or fragment"},
		{"base URL: password", porting.WithBaseURL("https://a:hush@api.telnyx.com"), "base_url", "user, query or fragment"},
		{"base URL: query", porting.WithBaseURL("https://api.telnyx.com?a=b"), "base_url", "user, query or fragment"},
		{"base URL: empty query", porting.WithBaseURL("https://api.telnyx.com/?"), "base_url", "user, query or fragment"},
		{"base URL: fragment", porting.WithBaseURL("https://api.telnyx.com/#a"), "base_url", "user, query or fragment"},
		{"no option", nil, "options.1", "is nil"},
		{"read ahead: none", porting.WithReadAhead(0), "read_ahead", "from 1"},
		{"read ahead: all", porting.WithReadAhead(101), "read_ahead", "to 100"},
		{"HTTP client", porting.WithHTTPClient(nil), "http_client", "is nil"},
		{"user agent: empty", porting.WithUserAgent(""), "user_agent", "line of text"},
		{"user agent: two lines", porting.WithUserAgent("a\r\nb: hush"), "user_agent", "line of text"},
		{"user agent: DEL", porting.WithUserAgent("a\x7f"), "user_agent", "line of text"},
		{"timeout: 0", porting.WithTimeout(0), "timeout", "positive"},
		{"timeout: negative", porting.WithTimeout(-1), "timeout", "positive"},
		{"try timeout: 0", porting.WithTryTimeout(0), "try_timeout", "positive"},
		{"try timeout: negative", porting.WithTryTimeout(-1), "try_timeout", "positive"},
		{"retry: attempts", porting.WithRetry(porting.RetryPolicy{MaxAttempts: -1}), "retry.max_attempts", "negative"},
		{"retry: min wait", porting.WithRetry(porting.RetryPolicy{MinWait: -1}), "retry.min_wait", "negative"},
		{"retry: max wait", porting.WithRetry(porting.RetryPolicy{MaxWait: -1}), "retry.max_wait", "negative"},
		{"retry: min wait beyond the elapsed", porting.WithRetry(porting.RetryPolicy{MinWait: time.Hour}), "retry.min_wait", "max_elapsed"},
		{"retry: max elapsed", porting.WithRetry(porting.RetryPolicy{MaxElapsed: -1}), "retry.max_elapsed", "negative"},
		{"retry: order", porting.WithRetry(porting.RetryPolicy{MinWait: 2, MaxWait: 1}), "retry.min_wait", "max_wait"},
		{"limiter", porting.WithLimiter(nil), "limiter", "is nil"},
		{"logger", porting.WithLogger(nil), "logger", "is nil"},
		{"observer", porting.WithObserver(nil), "observer", "is nil"},
		{"max response bytes: 0", porting.WithMaxResponseBytes(0), "max_response_bytes", "positive"},
		{"max response bytes: negative", porting.WithMaxResponseBytes(-1), "max_response_bytes", "positive"},
		{"header: no name", porting.WithHeader("", "a"), "header", "header name"},
		{"header: space", porting.WithHeader("X Trace", "a"), "header", "header name"},
		{"header: colon", porting.WithHeader("X-Trace:", "a"), "header", "header name"},
		{"header: line break", porting.WithHeader("X-Trace\n", "a"), "header", "header name"},
		{"header: not ASCII", porting.WithHeader("X-Tracé", "a"), "header", "header name"},
		{"header: value", porting.WithHeader("X-Trace", "hush\r\nX-Api-Token: b"), "header.x-trace", "header value"},
	}
	for key, reason := range map[string]string{
		"authorization": "credentials", "X-API-USER": "credentials", "x-api-token": "credentials", "Cookie": "cookies",
		"Proxy-Authorization": "proxy", "host": "base URL", "Content-Length": "body", "transfer-encoding": "body",
		"Content-Type": "JSON", "ACCEPT": "JSON", "accept-encoding": "compression", "user-agent": "WithUserAgent",
	} {
		tests = append(tests, struct {
			name   string
			option porting.Option
			field  string
			reason string
		}{"header: " + key, porting.WithHeader(key, "hush"), "header." + strings.ToLower(key), reason})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, err := porting.NewClient(porting.Token(apiToken), porting.WithTimeout(time.Hour), tt.option)
			assert.Nil(t, client)
			requireArgument(t, err, "NewClient", tt.field)
			assert.Contains(t, errorAs[*porting.ArgumentError](t, err).Reason, tt.reason)
			assert.NotContains(t, err.Error(), "hush", "the value is shown")
		})
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	const route = api + "/port_requests/a%2Fb"
	tests := []struct{ base, want string }{
		{"https://api.example.com", "https://api.example.com" + route},
		{"https://api.example.com/", "https://api.example.com" + route},
		{"https://api.example.com:8443", "https://api.example.com:8443" + route},
		{"https://api.example.com/gateway/telnyx", "https://api.example.com/gateway/telnyx" + route},
		{"https://api.example.com/gateway/telnyx//", "https://api.example.com/gateway/telnyx" + route},
		{"https://api.example.com/a%2Fb/", "https://api.example.com/a%2Fb" + route},
		{"https://api.example.com/a b", "https://api.example.com/a%20b" + route},
		{"HTTPS://api.example.com", "https://api.example.com" + route},
		{"http://localhost:8080", "http://localhost:8080" + route},
		{"http://LOCALHOST", "http://LOCALHOST" + route},
		{"http://127.0.0.1:8080/", "http://127.0.0.1:8080" + route},
		{"http://127.8.9.10", "http://127.8.9.10" + route},
		{"http://[::1]:8080/v1", "http://[::1]:8080/v1" + route},
	}
	for _, tt := range tests {
		t.Run(tt.base, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t)
			expect(t, mock, "GET", tt.want, 1, answer(200, `{"id":"a/b"}`))
			_, err := newClient(t, mock, porting.WithBaseURL(tt.base)).PortRequests.Get(t.Context(), "a/b", nil)
			require.NoError(t, err)
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	client := clientOf(t, "GET", "/a", func(r *http.Request) (*http.Response, error) {
		assert.Equal(t, "2", r.Header.Get("X-Trace"), "the last one counts")
		assert.Equal(t, []string{""}, r.Header["X-Empty"])
		assert.Equal(t, "tab\tand ü", r.Header.Get("X-Text"))
		assert.Regexp(t, `^billing/1\.4 porting/`, r.UserAgent())
		return answer(200, "")(r)
	},
		porting.WithHeader("x-trace", "1"), porting.WithHeader("X-TRACE", "2"), porting.WithHeader("X-Empty", ""),
		porting.WithHeader("X-Text", "tab\tand ü"), porting.WithHeader("X-~", "the last letter"), porting.WithReadAhead(100), porting.WithUserAgent("shipping/2"), porting.WithUserAgent("billing/1.4"))
	require.NoError(t, client.Do(t.Context(), "GET", "/a", nil, nil, nil))
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	stuck := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	tests := []struct {
		name     string
		options  []porting.Option
		attempts int
	}{
		{"of the call", []porting.Option{porting.WithTimeout(20 * time.Millisecond)}, 1},
		{"of a try", []porting.Option{porting.WithTryTimeout(5 * time.Millisecond)}, fast.MaxAttempts},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				mock := newMock(t)
				expect(t, mock, "GET", baseURL+"/a", tt.attempts, stuck)
				err := newClient(t, mock, tt.options...).Do(t.Context(), "GET", "/a", nil, nil, nil)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				e := errorAs[*porting.ConnectionError](t, err)
				assert.True(t, e.Timeout())
				assert.Equal(t, tt.attempts, e.Attempts)
			})
		})
	}
	assert.False(t, (&porting.ConnectionError{Err: errors.New("reset")}).Timeout())
	assert.False(t, new(porting.ConnectionError).Timeout())
}

func TestRetryPolicyDefaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		policy   porting.RetryPolicy
		attempts int
	}{
		{"short MaxWait", porting.RetryPolicy{MaxWait: time.Millisecond}, 4},
		{"short waits, two attempts", porting.RetryPolicy{MaxAttempts: 2, MinWait: 1, MaxWait: 2}, 2},
		{"no retries", porting.RetryPolicy{MaxAttempts: 1}, 1},
		{"the first wait would be too long", porting.RetryPolicy{MinWait: 50 * time.Second, MaxElapsed: 50 * time.Second}, 1},
		{"no time for a wait", porting.RetryPolicy{MaxElapsed: time.Millisecond}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t)
			expect(t, mock, "GET", baseURL+"/a", tt.attempts, answer(503, ""))
			err := newClient(t, mock, porting.WithRetry(tt.policy)).Do(t.Context(), "GET", "/a", nil, nil, nil)
			assert.Equal(t, tt.attempts, errorAs[*porting.APIError](t, err).Attempts)
		})
	}
}

// TestRetryPolicyWaits checks the waits of policies that leave some of them open.
func TestRetryPolicyWaits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		policy            porting.RetryPolicy
		shortest, longest time.Duration
	}{
		{porting.RetryPolicy{}, 500 * time.Millisecond, 8 * time.Second},
		{porting.RetryPolicy{MinWait: time.Second}, time.Second, 8 * time.Second},
		{porting.RetryPolicy{MinWait: 10 * time.Second}, 10 * time.Second, 10 * time.Second},
		{porting.RetryPolicy{MaxWait: 2 * time.Second}, 500 * time.Millisecond, 2 * time.Second},
		{porting.RetryPolicy{MaxWait: 100 * time.Millisecond}, 100 * time.Millisecond, 100 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.policy), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tt.policy.MaxAttempts, tt.policy.MaxElapsed = 50, time.Hour
				mock := newMock(t)
				expect(t, mock, "GET", baseURL+"/a", 50, answer(503, ""))
				var waits []time.Duration
				client := newClient(t, mock, porting.WithRetry(tt.policy), porting.WithObserver(observerFunc(func(e porting.Event) {
					if e.Wait > 0 {
						waits = append(waits, e.Wait)
					}
				})))
				require.Error(t, client.Do(t.Context(), "GET", "/a", nil, nil, nil))
				assert.Len(t, waits, 49)
				assert.GreaterOrEqual(t, slices.Min(waits), tt.shortest)
				assert.LessOrEqual(t, slices.Max(waits), tt.longest)
				assert.Greater(t, slices.Max(waits), tt.longest/2)
			})
		})
	}
}

// TestRetryBudget checks that a client and its copies have a hundred retries in all when nothing succeeds.
func TestRetryBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		var told events
		var log strings.Builder
		client := newClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
			requests++
			return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody}, nil
		}), porting.WithRetry(fast), porting.WithObserver(&told), porting.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		for _, c := range []*porting.Client{client, client.With()} {
			for range 30 {
				require.Error(t, c.Do(t.Context(), "GET", "/a", nil, nil, nil))
			}
		}
		assert.Equal(t, 2*30+100, requests)
		spent := 0
		for _, e := range told {
			if e.BudgetSpent {
				assert.Equal(t, porting.EventTry, e.Kind)
				assert.Zero(t, e.Wait)
				spent++
			}
		}
		assert.Equal(t, 2*30-100/(fast.MaxAttempts-1), spent, "tries that were not repeated for want of budget")
		assert.Equal(t, spent, strings.Count(log.String(), "budget_spent=true"))
	})
}

// limiter is a Limiter of few tokens.
type limiter struct{ left int }

var errNoToken = errors.New("no token")

func (l *limiter) Wait(context.Context) error {
	if l.left == 0 {
		return errNoToken
	}
	l.left--
	return nil
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	expect(t, mock, "GET", baseURL+"/a", 2, answer(503, ""))
	client := newClient(t, mock, porting.WithLimiter(&limiter{2}))
	err := client.Do(t.Context(), "GET", "/a", nil, nil, nil)
	require.ErrorIs(t, err, errNoToken)
	assert.Equal(t, 2, errorAs[*porting.APIError](t, err).Attempts, "the last answer is kept")
	assert.Contains(t, err.Error(), "no token")

	err = newClient(t, newMock(t), porting.WithLimiter(&limiter{})).Do(t.Context(), "POST", "/a", nil, nil, nil)
	require.ErrorIs(t, err, errNoToken)
	assert.False(t, isA[*porting.OutcomeUnknownError](err), "nothing was sent")
}

func TestMaxResponseBytes(t *testing.T) {
	t.Parallel()
	const limit = 100
	body := func(n int) string { return `"` + strings.Repeat("x", n-2) + `"` }
	for _, n := range []int{limit - 1, limit} {
		var got string
		client := clientOf(t, "GET", "/a", answer(200, body(n)), porting.WithMaxResponseBytes(limit))
		require.NoError(t, client.Do(t.Context(), "GET", "/a", nil, nil, &got))
		assert.Len(t, got, n-2)
	}
	client := clientOf(t, "POST", "/a", answer(200, body(limit+1)), porting.WithMaxResponseBytes(limit))
	err := client.Do(t.Context(), "POST", "/a", nil, nil, nil)
	e := errorAs[*porting.DecodeError](t, err)
	assert.Contains(t, err.Error(), "larger than the limit")
	assert.Contains(t, err.Error(), "the server did it")
	assert.Len(t, e.Body, limit)
}

// TestDefaultBounds checks what bounds a call of which nobody has set any.
func TestDefaultBounds(t *testing.T) {
	t.Parallel()
	t.Run("an answer", func(t *testing.T) {
		t.Parallel()
		const limit = 64 << 20
		for size, ok := range map[int64]bool{limit: true, limit + 1: false} {
			client := newClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Body: io.NopCloser(io.LimitReader(spaces{}, size))}, nil
			}))
			err := client.Do(t.Context(), "GET", "/a", nil, nil, nil)
			assert.Equal(t, ok, err == nil, "%d: %v", size, err)
		}
	})
	t.Run("a try", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			client := newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				deadline, _ := r.Context().Deadline()
				assert.Equal(t, 30*time.Second, time.Until(deadline))
				return answer(200, "")(r)
			}))
			require.NoError(t, client.Do(t.Context(), "GET", "/a", nil, nil, nil))
		})
	})
}

// spaces are as many as are read.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	const block = "                                                                "
	n := 0
	for n < len(p) {
		n += copy(p[n:], block)
	}
	return n, nil
}

func TestLargestLimit(t *testing.T) {
	t.Parallel()
	client := clientOf(t, "GET", "/a", answer(200, `{"a":1}`), porting.WithMaxResponseBytes(math.MaxInt64))
	var got map[string]int
	require.NoError(t, client.Do(t.Context(), "GET", "/a", nil, nil, &got))
	assert.Equal(t, 1, got["a"])
}

// TestPrefixesStayAsTheyAre keeps what is escaped in a base URL's path.
func TestPrefixesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://gw.example.com/a%2F":   "https://gw.example.com/a%2F/x",
		"https://gw.example.com/a%20b/": "https://gw.example.com/a%20b/x",
		"https://gw.example.com//":      "https://gw.example.com/x",
	} {
		var sent string
		c := newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			sent = r.URL.String()
			return answer(200, "")(r)
		}), porting.WithBaseURL(base))
		require.NoError(t, c.Do(t.Context(), "GET", "/x", nil, nil, nil))
		assert.Equal(t, want, sent)
	}
	for _, base := range []string{"https://gw.example.com/a/../b", "https://gw.example.com/./b", "https://:443", "https://gw.example.com/%2e%2e"} {
		_, err := porting.NewClient(porting.Token(apiToken), porting.WithBaseURL(base))
		requireArgument(t, err, "NewClient", "base_url")
	}
	_, err := porting.NewClient(porting.Token(apiToken), porting.WithHeader("idempotency-key", "1"))
	requireArgument(t, err, "NewClient", "header.idempotency-key")
}

// TestReadOnly makes every operation with a client that only reads: whatever changes
// something is refused before anything is sent.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	for o, op := range rows(t) {
		t.Run(o.key, func(t *testing.T) {
			t.Parallel()
			sent := 0
			client := newClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
				sent++
				return nil, errBroken
			}), porting.WithReadOnly(), porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1}))
			_, err := o.call(t.Context(), client, o.ids)
			if op.Retry == porting.RetrySafe && op.Name != "Documents.Upload" { // of which only the first step is safe
				assert.ErrorIs(t, err, errBroken)
				assert.Equal(t, 1, sent)
				return
			}
			requireArgument(t, err, op.Name, "client")
			assert.Zero(t, sent)
		})
	}
	client := newClient(t, newMock(t), porting.WithReadOnly())
	requireArgument(t, client.Do(t.Context(), "DELETE", "/a", nil, nil, nil), "Do", "client")
	assert.Error(t, newClient(t, newMock(t)).With(porting.WithReadOnly()).Do(t.Context(), "POST", "/a", nil, nil, nil))
}

// TestPlainHTTP allows http to a named host, and to no other.
func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	newWith := func(base string, hosts ...string) error {
		_, err := porting.NewClient(porting.Token("t"), porting.WithBaseURL(base), porting.WithPlainHTTP(hosts...))
		return err
	}
	assert.NoError(t, newWith("http://sandbox:8642", "sandbox"))
	assert.NoError(t, newWith("http://SANDBOX", "other", "sandbox"))
	assert.NoError(t, newWith("https://api.example.com", "sandbox"))
	requireArgument(t, newWith("http://sandbox:8642"), "NewClient", "base_url")
	requireArgument(t, newWith("http://sandbox.example.com", "sandbox"), "NewClient", "base_url")
	requireArgument(t, newWith("http://sandbox:8642", "sandbox:8642"), "NewClient", "plain_http.0")
	requireArgument(t, newWith("http://sandbox", "sandbox", ""), "NewClient", "plain_http.1")
}

// TestNewTransport changes one thing of the library's own transport, and leaves the rest.
func TestNewTransport(t *testing.T) {
	t.Parallel()
	own := porting.NewTransport()
	assert.NotSame(t, own, porting.NewTransport())
	assert.GreaterOrEqual(t, own.MaxIdleConnsPerHost, 64)
	assert.NotNil(t, own.Proxy)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") }))
	t.Cleanup(server.Close)
	own.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	t.Cleanup(own.CloseIdleConnections)
	client, err := porting.NewClient(porting.Token("t"), porting.WithBaseURL(server.URL), porting.WithHTTPClient(&http.Client{Transport: own}))
	require.NoError(t, err)
	_, err = client.Drafts.List(t.Context(), nil)
	assert.NoError(t, err)
}
