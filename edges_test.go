package porting_test

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// TestStreamsAreObservedToTheirEnd tells an observer of a stream that breaks.
func TestStreamsAreObservedToTheirEnd(t *testing.T) {
	t.Parallel()
	var last porting.Event
	observer := observerFunc(func(e porting.Event) { last = e })
	cut := io.MultiReader(strings.NewReader(`{"phone_numbers":[{},`), brokenReader{})
	for _, err := range streamedAs(t, cut, porting.WithObserver(observer)).PortRequests.EachPhoneNumber(t.Context(), "1") {
		if err == nil {
			assert.Equal(t, porting.EventTry, last.Kind, "the call isn't over")
		}
	}
	assert.Equal(t, porting.EventCall, last.Kind)
	assert.Equal(t, porting.ErrorClassNetwork, last.Class)
}

type observerFunc func(porting.Event)

func (f observerFunc) Observe(_ context.Context, e porting.Event) { f(e) }

// TestStreamsWaitForAnAnswer gives a server that says nothing the time of a try, and
// one that has begun all the time there is.
func TestStreamsWaitForAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		silent := roundTrip(func(r *http.Request) (*http.Response, error) {
			tries++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		for _, err := range newClient(t, silent).PortRequests.EachPhoneNumber(t.Context(), "1") {
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.True(t, isA[*porting.ConnectionError](err))
		}
		assert.Equal(t, 2, tries, "as often as a minute allows")
	})
}

func TestDownloadRefusesAPart(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	expect(t, mock, "POST", baseURL+linkPath, 1, answer(201, `{"url":"https://files.example.com/a"}`))
	expect(t, mock, "GET", "https://files.example.com/a", 1, answer(206, "par"))
	_, err := newClient(t, mock).Documents.Download(t.Context(), porting.DraftID(draftID), documentID, io.Discard)
	assert.ErrorContains(t, errorAs[*porting.DecodeError](t, err), "not the whole document")
}

// TestStorageIsNotTheAPI keeps a storage host's 404 apart from the API's.
func TestStorageIsNotTheAPI(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	expect(t, mock, "POST", baseURL+linkPath, 1, answer(201, `{"url":"https://files.example.com/a"}`))
	expect(t, mock, "GET", "https://files.example.com/a", 1, answer(404, ""))
	_, err := newClient(t, mock).Documents.Download(t.Context(), porting.DraftID(draftID), documentID, io.Discard)
	assert.Equal(t, 404, errorAs[*porting.APIError](t, err).StatusCode)
	assert.NotErrorIs(t, err, porting.ErrNotFound)
	assert.False(t, isA[*porting.NotFoundError](err))
}

func TestLargestLimit(t *testing.T) {
	t.Parallel()
	client := clientOf(t, "GET", "/a", answer(200, `{"a":1}`), porting.WithMaxResponseBytes(math.MaxInt64))
	var got map[string]int
	require.NoError(t, client.Do(t.Context(), "GET", "/a", nil, nil, &got))
	assert.Equal(t, 1, got["a"])
}

// TestDeepErrorBodies nests an error body deeply: it is read up to a bound.
func TestDeepErrorBodies(t *testing.T) {
	t.Parallel()
	const deep = 5000
	body := `{"errors":` + strings.Repeat(`{"field":`, deep) + `"x"` + strings.Repeat("}", deep) + `}`
	err := clientOf(t, "GET", "/a", answer(422, body)).Do(t.Context(), "GET", "/a", nil, nil, nil)
	invalid := errorAs[*porting.ValidationError](t, err)
	assert.Empty(t, invalid.Fields)
	assert.Equal(t, body, string(invalid.Body))
}

// TestErrorBodiesAtTheBounds has bodies that are just within the bounds of what is read, and just beyond.
func TestErrorBodiesAtTheBounds(t *testing.T) {
	t.Parallel()
	read := func(body string) *porting.APIError {
		return errorAs[*porting.APIError](t, clientOf(t, "GET", "/a", answer(422, body)).Do(t.Context(), "GET", "/a", nil, nil, nil))
	}
	nested := func(levels int) string {
		return `{"errors":` + strings.Repeat(`{"f":`, levels) + `"x"` + strings.Repeat("}", levels) + `}`
	}
	assert.Len(t, read(nested(11)).Fields, 1)
	assert.Empty(t, read(nested(12)).Fields)

	many := func(errors int) string { return `{"errors":["x"` + strings.Repeat(`,"x"`, errors-1) + `]}` }
	assert.Len(t, read(many(1000)).Fields, 1000)
	assert.Len(t, read(many(1001)).Fields, 1000)

	message := func(long int) string { return `{"message":"` + strings.Repeat("x", long) + `"}` }
	assert.NotContains(t, read(message(1000)).Error(), "…")
	assert.Contains(t, read(message(1001)).Error(), strings.Repeat("x", 1000)+"…")
}

// TestErrorTextsAreShortAndInOneLine has a server say too much.
func TestErrorTextsAreShortAndInOneLine(t *testing.T) {
	t.Parallel()
	secret := "hunter2secret"
	body := map[string]porting.Secret{"pin": porting.Secret(secret)}
	for _, says := range []string{
		`{"message":"` + strings.Repeat("x", 990) + secret + `"}`,
		`{"message":"` + strings.Repeat("x", 996) + `5550100"}`,
		`{"message":"no","code":"PIN ` + secret + `"}`,
		`{"message":"no","code":"+13125550100 ` + strings.Repeat("z", 90_000) + `"}`,
		`{"message":"no\nlevel=ERROR forged"}`,
	} {
		client := clientOf(t, "POST", "/a", answer(422, says, "X-Request-Id", strings.Repeat("r", 9000)))
		text := client.Do(t.Context(), "POST", "/a", nil, body, nil).Error()
		assert.Less(t, len(text), 4000)
		for _, bad := range []string{"hunter2", "5550", "\n"} {
			assert.NotContains(t, text, bad)
		}
	}
}

// TestCutTextsHaveNoHalfSecrets has a body end, or its text be cut, within a secret.
func TestCutTextsHaveNoHalfSecrets(t *testing.T) {
	t.Parallel()
	const secret = "hunter2secret"
	pad := func(bytes int) string { return strings.Repeat("x", bytes-len("hunter2")) }
	tests := []struct {
		name    string
		body    io.Reader
		message string
	}{
		{"at 300 bytes", strings.NewReader(pad(300) + secret), pad(300) + secret},
		{"at 1000 bytes", strings.NewReader(pad(1000) + secret), pad(1000) + secret},
		{"at 8 KiB", strings.NewReader(strings.Repeat(secret, 8<<10/len(secret)) + secret), strings.Repeat(secret, 8<<10/len(secret)) + secret},
		{"at 1 MiB", strings.NewReader(pad(1<<20) + secret), ""},
		{"at 1 MiB, of many", strings.NewReader(strings.Repeat(strings.Repeat("y", 100_000), 12)), ""},
		{"in a broken answer", io.MultiReader(strings.NewReader("PIN hunter2"), brokenReader{}), ""},
		{"in the second line of a broken answer", io.MultiReader(strings.NewReader("refused\nPIN hunter2"), brokenReader{}), "refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, "POST", "/a", func(r *http.Request) (*http.Response, error) {
				resp, err := answer(422, "")(r)
				resp.Body = io.NopCloser(tt.body)
				return resp, err
			})
			body := map[string]porting.Secret{"pin": secret, "long": porting.Secret(strings.Repeat("y", 100_000))}
			err := client.Do(t.Context(), "POST", "/a", nil, body, nil)
			assert.Equal(t, tt.message, errorAs[*porting.APIError](t, err).Message)
			for _, half := range []string{"hunt", "yyy"} {
				assert.NotContains(t, err.Error(), half)
			}
			assert.Less(t, len(err.Error()), 1200)
		})
	}
}

// TestNamesOfFilesAreMasked has a storage host repeat what a file is called.
func TestNamesOfFilesAreMasked(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	expect(t, mock, "POST", baseURL+"/files/upload_requests", 1, answer(201, testdata(t, "upload_requests_create")))
	expect(t, mock, "POST", storageURL, 1, answer(400, "Ada Example.pdf is refused"))
	_, err := newClient(t, mock).Documents.Upload(t.Context(), draftID, porting.DocumentUpload{
		Type: porting.DocumentTypeLOA, Filename: "/home/me/Ada Example.pdf", Content: strings.NewReader("x"),
	})
	assert.ErrorContains(t, err, "[value] is refused")
}

// TestWhatHeadersCarryIsMasked has a server repeat parts of the request's headers.
func TestWhatHeadersCarryIsMasked(t *testing.T) {
	t.Parallel()
	const agent = "porting/0.1 (+https://github.com/numberporting/porting)"
	const user, token, cookie = "gwuser", `t&k/"n+=`, "s3ssion"
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	jar.SetCookies(&url.URL{Scheme: "https", Host: "api.telnyx.com"}, []*http.Cookie{{Name: "session", Value: cookie}})
	tests := []struct {
		name  string
		creds porting.Credentials
		key   string // of the header
		value string
		says  string
		want  string
	}{
		{"user and token", porting.UserToken(user, token), "X-Trace", "1", user + " with " + token, "[value] with [value]"},
		{"token", porting.Token(token), "X-Trace", "1", "Token " + token + ", the Token is " + token, "[value], the Token is [value]"},
		{"bearer key", porting.BearerKey(token), "X-Trace", "1", "Bearer key " + token, "Bearer key [value]"},
		{"gateway's key", porting.Token("k3y"), "X-Key", token, "key " + token, "key [value]"},
		{"gateway's pair", porting.Token("k3y"), "X-Key", "Basic " + user + ":" + token, "Basic " + user + " has no " + token, "Basic [value] has no [value]"},
		{"escaped for a URL", porting.Token(token), "X-Trace", "1", "t%26k%2F%22n%2B%3D", "[value]"},
		{"escaped for a path", porting.Token(token), "X-Trace", "1", "t&k%2F%22n+=", "[value]"},
		{"escaped for JSON", porting.Token(token), "X-Trace", "1", `t&k/\"n+=`, "[value]"},
		{"escaped for HTML", porting.Token(token), "X-Trace", "1", "<title>t&amp;k/&#34;n+=</title>", "[value]"},
		{"cookie", porting.Token("k3y"), "X-Trace", "1", "the session " + cookie, "the [value]"},
		{"what isn't private", porting.Token("k3y"), "X-Request-Id", "trace-1", "application/json of " + agent + " in trace-1", "application/json of " + agent + " in trace-1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, err := porting.NewClient(tt.creds, porting.WithHeader(tt.key, tt.value),
				porting.WithHTTPClient(&http.Client{Jar: jar, Transport: roundTrip(answer(400, tt.says))}))
			require.NoError(t, err)
			assert.EqualError(t, client.Do(t.Context(), "GET", "/a", nil, nil, nil), "porting: Do: 400 Bad Request: "+tt.want+" (GET)")
		})
	}
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

func TestUploadChecksAllBeforeItSends(t *testing.T) {
	t.Parallel()
	for field, upload := range map[string]porting.DocumentUpload{
		"extra":    {Type: "loa", Filename: "a.pdf", Content: strings.NewReader("x"), Extra: map[string]any{"n": math.NaN()}},
		"filename": {Type: "loa", Filename: "a\xff.pdf", Content: strings.NewReader("x")},
	} {
		_, err := newClient(t, newMock(t)).Documents.Upload(t.Context(), "1", upload)
		requireArgument(t, err, "Documents.Upload", field)
	}
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
