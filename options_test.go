package porting_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
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
			expect(t, mock, "GET", tt.want, 1, answer(200, "{}"))
			_, err := newClient(t, mock, porting.WithBaseURL(tt.base)).PortRequests.Get(t.Context(), "a/b", nil)
			require.NoError(t, err)
		})
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		creds porting.Credentials
		want  http.Header
		field string // of the error
	}{
		{"user and token", porting.UserToken("me@example.com", "abc"), http.Header{"X-Api-User": {"me@example.com"}, "X-Api-Token": {"abc"}}, ""},
		{"token", porting.Token("abc"), http.Header{"Authorization": {"Token abc"}}, ""},
		{"key", porting.BearerKey("abc"), http.Header{"Authorization": {"Bearer abc"}}, ""},
		{"none", porting.Credentials{}, nil, "credentials"},
		{"no user", porting.UserToken("", "abc"), nil, "credentials.x-api-user"},
		{"blank user", porting.UserToken(" ", "abc"), nil, "credentials.x-api-user"},
		{"no token of the user", porting.UserToken("me@example.com", ""), nil, "credentials.x-api-token"},
		{"space around", porting.UserToken("me@example.com", " hush"), nil, "credentials.x-api-token"},
		{"no token", porting.Token(""), nil, "credentials.authorization"},
		{"line break", porting.Token("hush\n"), nil, "credentials.authorization"},
		{"two lines", porting.Token("hush\r\nX-Api-User: b"), nil, "credentials.authorization"},
		{"space in front", porting.Token(" hush"), nil, "credentials.authorization"},
		{"no key", porting.BearerKey(""), nil, "credentials.authorization"},
		{"control character", porting.BearerKey("hush\x00"), nil, "credentials.authorization"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t)
			client, err := porting.NewClient(tt.creds, porting.WithHTTPClient(&http.Client{Transport: mock}))
			if tt.field != "" {
				assert.Nil(t, client)
				requireArgument(t, err, "NewClient", tt.field)
				assert.NotContains(t, err.Error(), "hush")
				return
			}
			require.NoError(t, err)
			expect(t, mock, "GET", baseURL+"/a", 1, func(r *http.Request) (*http.Response, error) {
				r.Header.Del("Accept")
				r.Header.Del("User-Agent")
				assert.Equal(t, tt.want, r.Header)
				return answer(200, "")(r)
			})
			require.NoError(t, client.Do(t.Context(), "GET", "/a", nil, nil, nil))
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
			mock := newMock(t)
			expect(t, mock, "GET", baseURL+"/a", tt.attempts, stuck)
			err := newClient(t, mock, tt.options...).Do(t.Context(), "GET", "/a", nil, nil, nil)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			e := errorAs[*porting.ConnectionError](t, err)
			assert.True(t, e.Timeout())
			assert.Equal(t, tt.attempts, e.Attempts)
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
			if e.Spent {
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

func TestNewClientFromEnv(t *testing.T) {
	variables := []string{"TELNYX_API_USER", "TELNYX_API_TOKEN", "TELNYX_API_KEY", "PORTING_BASE_URL"}
	tests := []struct {
		name string
		env  [4]string // in the order of variables
		want http.Header
		host string
		errs []string
	}{
		{"nothing", [4]string{}, nil, "", []string{"TELNYX_API_USER", "TELNYX_API_TOKEN", "TELNYX_API_KEY"}},
		{"user alone", [4]string{"me"}, nil, "", []string{"TELNYX_API_TOKEN"}},
		{"token", [4]string{"", "abc"}, http.Header{"Authorization": {"Token abc"}}, "api.telnyx.com", nil},
		{"user and token", [4]string{"me", "abc"}, http.Header{"X-Api-User": {"me"}, "X-Api-Token": {"abc"}}, "api.telnyx.com", nil},
		{"key", [4]string{"", "", "KEY"}, http.Header{"Authorization": {"Bearer KEY"}}, "api.telnyx.com", nil},
		{"token and key", [4]string{"", "abc", "KEY"}, http.Header{"Authorization": {"Token abc"}}, "api.telnyx.com", nil},
		{"everything", [4]string{"me", "abc", "KEY", "http://127.0.0.1:80/x"}, http.Header{"X-Api-User": {"me"}, "X-Api-Token": {"abc"}}, "127.0.0.1:80", nil},
		{"bad token", [4]string{"me", "hush\n"}, nil, "", []string{"x-api-token"}},
		{"bad base URL", [4]string{"me", "abc", "", "http://example.com"}, nil, "", []string{"base_url"}},
		{"bad base URL and nothing else", [4]string{"", "", "", "http://example.com"}, nil, "", []string{"TELNYX_API_TOKEN", "base_url"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for i, name := range variables {
				t.Setenv(name, tt.env[i])
			}
			mock := newMock(t)
			client, err := porting.NewClientFromEnv(porting.WithHTTPClient(&http.Client{Transport: mock}))
			if tt.errs != nil {
				assert.Nil(t, client)
				requireAs[*porting.ArgumentError](t, err)
				for _, part := range tt.errs {
					assert.Contains(t, err.Error(), part)
				}
				assert.NotContains(t, err.Error(), "hush")
				return
			}
			require.NoError(t, err)
			mock.RegisterNoResponder(func(r *http.Request) (*http.Response, error) {
				r.Header.Del("Accept")
				r.Header.Del("User-Agent")
				assert.Equal(t, tt.want, r.Header)
				assert.Equal(t, tt.host, r.URL.Host)
				return answer(200, "")(r)
			})
			require.NoError(t, client.Do(t.Context(), "GET", "/a", nil, nil, nil))
		})
	}

	t.Run("an option wins over the environment", func(t *testing.T) {
		t.Setenv("TELNYX_API_TOKEN", "abc")
		t.Setenv("PORTING_BASE_URL", "https://a.example.com")
		mock := newMock(t)
		expect(t, mock, "GET", "https://b.example.com/a", 1, answer(200, ""))
		client, err := porting.NewClientFromEnv(
			porting.WithHTTPClient(&http.Client{Transport: mock}), porting.WithBaseURL("https://b.example.com"))
		require.NoError(t, err)
		require.NoError(t, client.Do(t.Context(), "GET", "/a", nil, nil, nil))
	})
}

// events is an Observer that keeps what it is told.
type events []porting.Event

func (e *events) Observe(_ context.Context, event porting.Event) { *e = append(*e, event) }

func TestObserver(t *testing.T) {
	t.Parallel()
	type seen struct {
		Kind    porting.EventKind
		Attempt int
		Status  int
		ID      string
		Class   porting.ErrorClass
		Waits   bool
	}
	const drafts = api + "/draft_port_requests"
	get := func(ctx context.Context, c *porting.Client) error { _, err := c.Drafts.Get(ctx, "a", nil); return err }
	create := func(ctx context.Context, c *porting.Client) error {
		_, err := c.Drafts.Create(ctx, "+13125550100")
		return err
	}
	try, call := porting.EventTry, porting.EventCall
	ok := answer(200, "{}", "X-Request-Id", "req-1")
	tests := []struct {
		name   string
		create bool
		times  int
		server func(r *http.Request) (*http.Response, error)
		want   []seen
	}{
		{"success", false, 1, ok, []seen{{try, 1, 200, "req-1", "", false}, {call, 1, 200, "req-1", "", false}}},
		{"server error, then success", false, 2, inOrder(answer(503, ""), ok), []seen{
			{try, 1, 503, "", porting.ErrorClassServer, true}, {try, 2, 200, "req-1", "", false}, {call, 2, 200, "req-1", "", false},
		}},
		{"client error", false, 1, answer(404, ""), []seen{
			{try, 1, 404, "", porting.ErrorClassClient, false}, {call, 1, 404, "", porting.ErrorClassClient, false},
		}},
		{"the first status of the servers' errors", true, 1, answer(500, ""), []seen{
			{try, 1, 500, "", porting.ErrorClassServer, false}, {call, 1, 500, "", porting.ErrorClassUnknown, false},
		}},
		{"the first status of the redirects", true, 1, answer(300, ""), []seen{
			{try, 1, 300, "", porting.ErrorClassClient, false}, {call, 1, 300, "", porting.ErrorClassClient, false},
		}},
		{"redirect", true, 1, answer(307, ""), []seen{
			{try, 1, 307, "", porting.ErrorClassClient, false}, {call, 1, 307, "", porting.ErrorClassClient, false},
		}},
		{"rate limit", true, 1, answer(429, "", "Retry-After", "3600"), []seen{
			{try, 1, 429, "", porting.ErrorClassRate, false}, {call, 1, 429, "", porting.ErrorClassRate, false},
		}},
		{"decode", false, 1, answer(200, "[]"), []seen{
			{try, 1, 200, "", "", false}, {call, 1, 200, "", porting.ErrorClassDecode, false},
		}},
		{"unknown outcome", true, 1, broken(errors.New("reset")), []seen{
			{try, 1, 0, "", porting.ErrorClassNetwork, false}, {call, 1, 0, "", porting.ErrorClassUnknown, false},
		}},
		{"network", false, 3, broken(errors.New("reset")), []seen{
			{try, 1, 0, "", porting.ErrorClassNetwork, true}, {try, 2, 0, "", porting.ErrorClassNetwork, true},
			{try, 3, 0, "", porting.ErrorClassNetwork, false}, {call, 3, 0, "", porting.ErrorClassNetwork, false},
		}},
		{"timeout", true, 1, broken(context.DeadlineExceeded), []seen{
			{try, 1, 0, "", porting.ErrorClassTimeout, false}, {call, 1, 0, "", porting.ErrorClassUnknown, false},
		}},
		{"canceled", false, 3, broken(context.Canceled), []seen{
			{try, 1, 0, "", porting.ErrorClassCanceled, true}, {try, 2, 0, "", porting.ErrorClassCanceled, true},
			{try, 3, 0, "", porting.ErrorClassCanceled, false}, {call, 3, 0, "", porting.ErrorClassCanceled, false},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			op, method, route, path, do := "Drafts.Get", "GET", drafts+"/{id}", drafts+"/a", get
			if tt.create {
				op, method, route, path, do = "Drafts.Create", "POST", drafts, drafts, create
			}
			var told events
			var lines strings.Builder
			mock := newMock(t)
			expect(t, mock, method, baseURL+path, tt.times, tt.server)
			client := newClient(t, mock, porting.WithObserver(&told),
				porting.WithLogger(slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))))
			err := do(t.Context(), client)

			var got []seen
			for _, e := range told {
				assert.Equal(t, []string{op, method, route}, []string{e.Operation, e.Method, e.Route})
				assert.Positive(t, e.Duration)
				got = append(got, seen{e.Kind, e.Attempt, e.StatusCode, e.RequestID, e.Class, e.Wait > 0})
			}
			assert.Equal(t, tt.want, got)
			assertLog(t, lines.String(), op, route, len(tt.want), err)
		})
	}

	t.Run("the limiter refuses", func(t *testing.T) {
		t.Parallel()
		var told events
		_, err := newClient(t, newMock(t), porting.WithObserver(&told), porting.WithLimiter(&limiter{})).Drafts.Create(t.Context(), "+13125550100")
		require.ErrorIs(t, err, errNoToken)
		assert.Contains(t, err.Error(), "not sent: no token")
		require.Len(t, told, 1)
		assert.Equal(t, porting.ErrorClassLimiter, told[0].Class)
	})
	t.Run("an argument error is no event", func(t *testing.T) {
		t.Parallel()
		var told events
		_, err := newClient(t, newMock(t), porting.WithObserver(&told)).Drafts.Get(t.Context(), "", nil)
		require.Error(t, err)
		assert.Empty(t, told)
	})
}

// assertLog checks the lines that a call logs: one for each event, and nothing that
// is nobody's business.
func assertLog(t *testing.T, log, op, route string, events int, err error) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(log), "\n")
	assert.Len(t, lines, events)
	for i, line := range lines {
		assert.Contains(t, line, "operation="+op)
		assert.Contains(t, line, "route="+route)
		warn := i == len(lines)-1 && err != nil || strings.Contains(line, "wait=")
		assert.Equal(t, warn, strings.Contains(line, "level=WARN"), line)
		for _, secret := range []string{"+13125550100", apiToken, apiUser} {
			assert.NotContains(t, line, secret)
		}
	}
}
