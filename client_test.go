package porting_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

func TestWith(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	original := newClient(t, mock, porting.WithHeader("X-Trace", "original"))
	traced := func(trace, host string) {
		expect(t, mock, "GET", host+"/"+trace, 1, func(r *http.Request) (*http.Response, error) {
			assert.Equal(t, trace, r.Header.Get("X-Trace"))
			assert.Equal(t, apiToken, r.Header.Get("X-Api-Token"))
			return answer(200, "")(r)
		})
	}
	traced("original", baseURL)
	traced("copy", "https://copy.example.com")
	traced("second", "https://copy.example.com")

	first := original.With(porting.WithHeader("X-Trace", "copy"), porting.WithBaseURL("https://copy.example.com"))
	second := first.With(porting.WithHeader("X-Trace", "second"))
	require.NoError(t, original.Do(t.Context(), "GET", "/original", nil, nil, nil))
	require.NoError(t, first.Do(t.Context(), "GET", "/copy", nil, nil, nil))
	require.NoError(t, second.Do(t.Context(), "GET", "/second", nil, nil, nil))
}

func TestCopiesDoNotShareTheirHeaders(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	original := newClient(t, mock, porting.WithHeader("X-A", "a"), porting.WithHeader("X-B", "b"), porting.WithHeader("X-C", "c"))
	first := original.With(porting.WithHeader("X-Trace", "first"))
	second := original.With(porting.WithHeader("X-Trace", "second"))
	for path, client := range map[string]*porting.Client{"/first": first.With(), "/second": second.With(), "/": original.With()} {
		expect(t, mock, "GET", baseURL+path, 1, func(r *http.Request) (*http.Response, error) {
			assert.Equal(t, path[1:], r.Header.Get("X-Trace"))
			assert.Equal(t, "abc", r.Header.Get("X-A")+r.Header.Get("X-B")+r.Header.Get("X-C"))
			return answer(200, "")(r)
		})
		require.NoError(t, client.Do(t.Context(), "GET", path, nil, nil, nil))
	}
}

func TestWithBadOption(t *testing.T) {
	t.Parallel()
	for o := range rows(t) {
		t.Run(o.file, func(t *testing.T) {
			t.Parallel()
			original := o.client(t, 1, true, answer(200, testdata(t, o.file)))
			bad := original.With(porting.WithTimeout(-1))
			for _, c := range []*porting.Client{bad, bad.With(), bad.With(porting.WithTimeout(time.Hour)), original.With(nil)} {
				got, err := o.call(t.Context(), c, o.ids)
				assert.Nil(t, got)
				assert.Contains(t, []string{"timeout", "options.0"}, errorAs[*porting.ArgumentError](t, err).Field)
			}
			_, err := o.call(t.Context(), original, o.ids)
			require.NoError(t, err)
		})
	}
}

func TestDo(t *testing.T) {
	t.Parallel()
	type body struct {
		PIN  porting.Secret `json:"pin"`
		When time.Time      `json:"when"`
		Tags map[string]int `json:"tags"`
	}
	tests := []struct {
		name   string
		method string
		path   string
		query  url.Values
		body   any
		target string
		sent   string
	}{
		{"path", "GET", "/v1/things", nil, nil, "/v1/things", ""},
		{"root", "GET", "/", nil, nil, "/", ""},
		{"trailing slash", "GET", "/v1/", nil, nil, "/v1/", ""},
		{"escaped", "GET", "/a%2Fb/c%3Fd/%2520", nil, nil, "/a%2Fb/c%3Fd/%2520", ""},
		{"dots in names", "GET", "/a..b/.c/d.", nil, nil, "/a..b/.c/d.", ""},
		{"query", "GET", "/a", url.Values{"q": {"+1 2&3", "ü"}, "a": {""}}, nil, "/a?a=&q=%2B1+2%263&q=%C3%BC", ""},
		{
			"body", "PATCH", "/a", nil, body{"1234", time.Date(2024, 7, 1, 2, 3, 4, 5, time.FixedZone("", 7200)), map[string]int{"b": 2, "a": 1}},
			"/a", `{"pin":"1234","when":"2024-07-01T00:03:04Z","tags":{"a":1,"b":2}}`,
		},
		{"body of a secret", "POST", "/a", nil, porting.Secret("1234"), "/a", `"1234"`},
		{"empty body", "DELETE", "/a", nil, struct{}{}, "/a", `{}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, tt.method, tt.target, func(r *http.Request) (*http.Response, error) {
				var sent []byte
				if r.Body != nil {
					sent, _ = io.ReadAll(r.Body)
				}
				assert.Equal(t, tt.sent, string(sent))
				return answer(200, `{"id":"a","count":2}`)(r)
			})
			var result map[string]any
			require.NoError(t, client.Do(t.Context(), tt.method, tt.path, tt.query, tt.body, &result))
			assert.Equal(t, map[string]any{"id": "a", "count": 2.0}, result)
		})
	}
}

func TestDoRetries(t *testing.T) {
	t.Parallel()
	for method, attempts := range map[string]int{
		"GET": fast.MaxAttempts, "HEAD": fast.MaxAttempts, "OPTIONS": fast.MaxAttempts, "PUT": fast.MaxAttempts,
		"DELETE": fast.MaxAttempts, "POST": 1, "PATCH": 1, "PURGE": 1,
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t)
			expect(t, mock, method, baseURL+"/a", attempts, answer(503, `{"message":"busy"}`))
			err := newClient(t, mock).Do(t.Context(), method, "/a", nil, nil, nil)
			e := errorAs[*porting.APIError](t, err)
			assert.Equal(t, attempts, e.Attempts)
			assert.Equal(t, "Do", e.Operation)
			assert.Empty(t, e.Route, "an id in a path is no label of a metric")
			assert.Equal(t, attempts == 1, isA[*porting.OutcomeUnknownError](err))
		})
	}
}

func TestDoRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		method, path string
		body         any
		field        string
	}{
		{"no method", "", "/a", nil, "method"},
		{"bad method", "GE T", "/a", nil, "method"},
		{"method with a line break", "GET\r\n", "/a", nil, "method"},
		{"no path", "GET", "", nil, "path"},
		{"relative path", "GET", "a", nil, "path"},
		{"URL", "GET", "https://example.com/a", nil, "path"},
		{"host", "GET", "//example.com/a", nil, "path"},
		{"empty segment", "GET", "/a//b", nil, "path"},
		{"query", "GET", "/a?b=c", nil, "path"},
		{"fragment", "GET", "/a#b", nil, "path"},
		{"dot", "GET", "/a/./b", nil, "path"},
		{"dots", "GET", "/a/..", nil, "path"},
		{"escaped dots", "GET", "/a/%2e%2E/b", nil, "path"},
		{"bad escape", "GET", "/a/%zz", nil, "path"},
		{"unfinished escape", "GET", "/a/%2", nil, "path"},
		{"space", "GET", "/a b", nil, "path"},
		{"space beside an escaped slash", "GET", "/x/%2e%2e%2fb c", nil, "path"},
		{"not ASCII beside an escaped slash", "GET", "/a%2Fü", nil, "path"},
		{"not UTF-8", "POST", "/a", map[string]any{"b": []string{"ok", "\xff hush"}}, "b.1"},
		{"not JSON", "POST", "/a", make(chan int), "body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := newClient(t, newMock(t)).Do(t.Context(), tt.method, tt.path, nil, tt.body, nil)
			requireArgument(t, err, "Do", tt.field)
			assert.NotContains(t, err.Error(), "hush")
		})
	}
	var nowhere *int
	for _, result := range []any{5, map[string]any{}, nowhere} {
		err := newClient(t, newMock(t)).Do(t.Context(), "POST", "/a", nil, nil, result)
		requireArgument(t, err, "Do", "result")
	}
}

func TestDoResult(t *testing.T) {
	t.Parallel()
	t.Run("not asked for", func(t *testing.T) {
		t.Parallel()
		for _, body := range []string{"", "{}", "not JSON", "\xff"} {
			require.NoError(t, clientOf(t, "DELETE", "/a", answer(204, body)).Do(t.Context(), "DELETE", "/a", nil, nil, nil))
		}
	})
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		var result any
		err := clientOf(t, "PUT", "/a", answer(204, "")).Do(t.Context(), "PUT", "/a", nil, nil, &result)
		assert.Equal(t, 204, errorAs[*porting.DecodeError](t, err).StatusCode)
		assert.Contains(t, err.Error(), "the server did it")
	})
	t.Run("HTML", func(t *testing.T) {
		t.Parallel()
		var result any
		err := clientOf(t, "GET", "/a", answer(200, "<html>hush</html>", "Content-Type", "text/html")).Do(t.Context(), "GET", "/a", nil, nil, &result)
		requireAs[*porting.DecodeError](t, err)
		assert.Contains(t, err.Error(), `content type is "text/html"`)
		assert.NotContains(t, err.Error(), "hush")
	})
	t.Run("a large body is kept in part", func(t *testing.T) {
		t.Parallel()
		var result any
		err := clientOf(t, "GET", "/a", answer(200, strings.Repeat("x", 2<<20))).Do(t.Context(), "GET", "/a", nil, nil, &result)
		assert.Len(t, errorAs[*porting.DecodeError](t, err).Body, 1<<20)
	})
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	tests := []struct{ method, location, message string }{
		{"POST", "https://api.telnyx.com/b", "api.telnyx.com"},
		{"GET", "https://evil.example.com/b?token=hush", "evil.example.com"},
		{"GET", "http://api.telnyx.com/b", "api.telnyx.com"},
		{"GET", "https://api.telnyx.com:8443/b", "api.telnyx.com:8443"},
		{"GET", "//evil.example.com", "evil.example.com"},
		{"GET", "https://exa mple.com/hush", "unreadable"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.location, func(t *testing.T) {
			t.Parallel()
			err := clientOf(t, tt.method, "/a", answer(302, "", "Location", tt.location)).Do(t.Context(), tt.method, "/a", nil, nil, nil)
			e := errorAs[*porting.APIError](t, err)
			assert.Equal(t, 302, e.StatusCode)
			assert.Contains(t, e.Message, tt.message)
			assert.NotContains(t, err.Error(), "hush")
		})
	}
	t.Run("an error with an address", func(t *testing.T) {
		t.Parallel()
		err := clientOf(t, "GET", "/a", answer(400, `{"message":"no"}`, "Location", "/b")).Do(t.Context(), "GET", "/a", nil, nil, nil)
		assert.Equal(t, "no", errorAs[*porting.APIError](t, err).Message)
	})
	t.Run("same host", func(t *testing.T) {
		t.Parallel()
		mock := newMock(t)
		expect(t, mock, "GET", baseURL+"/a", 1, answer(302, "", "Location", "/b"))
		expect(t, mock, "GET", baseURL+"/b", 1, func(r *http.Request) (*http.Response, error) {
			assert.Equal(t, apiToken, r.Header.Get("X-Api-Token"))
			return answer(200, `"there"`)(r)
		})
		var result string
		require.NoError(t, newClient(t, mock).Do(t.Context(), "GET", "/a", nil, nil, &result))
		assert.Equal(t, "there", result)
	})
}

func TestNilThings(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	null := func(path string) *porting.Client {
		return clientOf(t, "GET", api+path, answer(200, "[]"))
	}
	page, err := null("/port_requests").PortRequests.List(ctx, nil)
	require.NoError(t, err)
	assert.Equal(t, &porting.Page[porting.PortRequest]{Items: []porting.PortRequest{}, Number: 1, PerPage: 20, Total: -1, TotalPages: -1}, page)
	_, err = null("/draft_port_requests").Drafts.List(ctx, nil)
	require.NoError(t, err)
	for item, err := range null("/port_requests?page=1").PortRequests.All(ctx, nil) {
		t.Errorf("an item of nothing: %v, %v", item, err)
	}
	for item, err := range null("/draft_port_requests?page=1").Drafts.All(ctx, nil) {
		t.Errorf("an item of nothing: %v, %v", item, err)
	}
	_, err = null("/port_requests/a").PortRequests.Get(ctx, "a", nil)
	requireAs[*porting.DecodeError](t, err)
	_, err = null("/draft_port_requests/a").Drafts.Get(ctx, "a", nil)
	requireAs[*porting.DecodeError](t, err)

	c := newClient(t, newMock(t))
	_, err = c.Documents.List(ctx, nil)
	requireArgument(t, err, "Documents.List", "owner")
	_, err = c.Documents.Get(ctx, nil, "a")
	requireArgument(t, err, "Documents.Get", "owner")
	_, err = c.Documents.CreateDownloadLink(ctx, nil, "a")
	requireArgument(t, err, "Documents.CreateDownloadLink", "owner")
	_, err = c.Documents.Download(ctx, nil, "a", io.Discard)
	requireArgument(t, err, "Documents.CreateDownloadLink", "owner")
	_, err = c.Documents.Download(ctx, porting.DraftID("a"), "b", nil)
	requireArgument(t, err, "Documents.Download", "w")
	_, err = c.Documents.Download(noContext, porting.DraftID("a"), "b", io.Discard)
	requireArgument(t, err, "Documents.CreateDownloadLink", "ctx")
	require.Error(t, c.Do(noContext, "GET", "/a", nil, nil, nil))

	c = clientOf(t, "GET", "/a", answer(200, ""))
	require.NoError(t, c.Do(porting.CaptureResponse(ctx, nil), "GET", "/a", nil, nil, nil))
	mock := newMock(t)
	expect(t, mock, "POST", baseURL+"/a", 1, broken(nil)) // neither an answer nor an error
	err = newClient(t, mock).Do(ctx, "POST", "/a", nil, nil, nil)
	requireAs[*porting.OutcomeUnknownError](t, err)
}

func TestClosesIdleConnections(t *testing.T) {
	t.Parallel()
	pool := &closable{}
	client := newClient(t, pool)
	client.With(porting.WithTimeout(time.Hour)).CloseIdleConnections()
	assert.Equal(t, 1, pool.closed)
}

// closable is a transport that counts how often its idle connections are closed.
type closable struct {
	http.RoundTripper
	closed int
}

func (c *closable) CloseIdleConnections() { c.closed++ }

func TestUserHTTPClientStaysAsItIs(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	expect(t, mock, "GET", baseURL+"/a", 1, answer(200, ""))
	mine := &http.Client{Transport: mock, Timeout: time.Minute}
	client, err := porting.NewClient(porting.Token(apiToken), porting.WithHTTPClient(mine))
	require.NoError(t, err)
	require.NoError(t, client.Do(t.Context(), "GET", "/a", nil, nil, nil))
	assert.Same(t, mock, mine.Transport)
	assert.Nil(t, mine.CheckRedirect)
	assert.Equal(t, time.Minute, mine.Timeout)
}

func TestContextEndsDuringAWait(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	client := clientOf(t, "GET", "/a", answer(503, `{"message":"busy"}`),
		porting.WithObserver(afterTry(cancel)), porting.WithRetry(porting.RetryPolicy{MinWait: time.Hour, MaxElapsed: 2 * time.Hour}))
	err := client.Do(ctx, "GET", "/a", nil, nil, nil)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, "busy", errorAs[*porting.APIError](t, err).Message)
	assert.Contains(t, err.Error(), "busy")
	assert.Contains(t, err.Error(), "context canceled")
}

// afterTry is an Observer that is called after each try.
type afterTry func()

func (f afterTry) Observe(_ context.Context, event porting.Event) {
	if event.Kind == porting.EventTry {
		f()
	}
}

func TestWaitBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client := clientOf(t, "GET", "/a", answer(429, "", "Retry-After", "3601"), porting.WithRetry(porting.RetryPolicy{MaxWait: 2 * time.Hour, MaxElapsed: 2 * time.Hour}))
	err := client.Do(ctx, "GET", "/a", nil, nil, nil)
	assert.Equal(t, time.Hour+time.Second, errorAs[*porting.RateLimitError](t, err).RetryAfter)
}

// TestCookies sends an API's cookie once in each try, and not to a storage host.
func TestCookies(t *testing.T) {
	t.Parallel()
	var storage, api []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/file" {
			storage = append(storage, r.Header["Cookie"]...)
			http.SetCookie(w, &http.Cookie{Name: "evil", Value: "1", Path: "/"})
			return
		}
		api = append(api, r.Header.Get("Cookie"))
		http.SetCookie(w, &http.Cookie{Name: "lb", Value: strings.Repeat("n", len(api)), Path: "/"})
		if len(api) < 3 {
			w.WriteHeader(503)
			return
		}
		_, _ = io.WriteString(w, `{"url":"http://`+r.Host+`/file"}`)
	}))
	defer server.Close()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	c := client(t, server.URL, porting.WithHTTPClient(&http.Client{Jar: jar, Transport: new(http.Transport)}), porting.WithRetry(fast))
	_, err = c.Documents.Download(t.Context(), porting.DraftID("1"), "2", new(bytes.Buffer))
	require.NoError(t, err)
	assert.Equal(t, []string{"", "lb=n", "lb=nn"}, api)
	assert.Empty(t, storage)
	_, err = c.Documents.CreateDownloadLink(t.Context(), porting.DraftID("1"), "2")
	require.NoError(t, err)
	assert.Equal(t, "lb=nnn", api[3], "and storage's cookies stay away")
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
