package porting_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// refusal is the error's text after a 422 with the message, of a call that sent the body.
func refusal(t *testing.T, message string, body any) string {
	t.Helper()
	data, err := json.Marshal(map[string]string{"message": message})
	require.NoError(t, err)
	text := always(t, answer(422, string(data))).Do(t.Context(), "POST", "/a", nil, body, nil).Error()
	text = strings.TrimPrefix(text, "porting: Do: 422 Unprocessable Entity: ")
	return strings.TrimSuffix(text, " (POST)")
}

// TestValuesAreHiddenInAnyForm has a server repeat a value otherwise than it was sent.
func TestValuesAreHiddenInAnyForm(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, sent, says string }{
		{"as it is", "Zoë & Söhne", "no Zoë & Söhne here"},
		{"in another case", "Zoë & Söhne", "no ZOË & SÖHNE here"},
		{"spaced otherwise", "Zoë & Söhne", "no Zoë  &\tSöhne here"},
		{"punctuated otherwise", "Zoë & Söhne", "no Zoë_+_Söhne here"},
		{"for JSON", "Zoë & Söhne", `no Zo\u00eb \u0026 S\u00F6hne here`},
		{"for JSON, a slash", "AC/48-1", `no AC\/48-1 here`},
		{"for HTML", "Zoë & Söhne", "no Zo&euml; &amp; S&#246;hne here"},
		{"for a URL", "Zoë & Söhne", "no Zo%C3%AB%20%26%20S%c3%b6hne here"},
		{"for a form", "Zoë & Söhne", "no Zo%C3%AB+%26+S%C3%B6hne here"},
		{"for a URL, twice", "Zoë & Söhne", "no Zo%25C3%25AB%2520%2526%2520S%25C3%25B6hne here"},
		{"within a word", "hunter2", "no xhunter2x here"},
		{"the second of its lines", "Call first\nAda Example, PIN 7319", "no ada example pin 7319 here"},
		{"the last part of a key", "uploads/0f0e/ada.pdf", "no ada.pdf here"},
		{"a short PIN", "731", "no 731 here"},
		{"a PIN within a word", "7319", "no x7319x here"},
		{"for JSON, beyond the first plane", "\U00020bb7野", `no \ud842\udfb7\u91ce here`},
		{"beside a mere word of it", "Zoë-----------------", "no ZOË here"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := "no [value] here"
			if strings.HasSuffix(tt.name, "within a word") {
				want = "no x[value]x here"
			}
			assert.Equal(t, want, refusal(t, tt.says, map[string]string{"a": tt.sent}))
			assert.Equal(t, want, refusal(t, tt.says, map[string]porting.Secret{"a": porting.Secret(tt.sent)}))
		})
	}
	t.Run("nothing else", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "[value]", refusal(t, "HUNTER2", map[string]string{"a": "hunter2"}))
	})
	t.Run("one value within another", func(t *testing.T) {
		t.Parallel()
		body := map[string]string{"a": "Chicago Widgets", "b": "Chicago", "c": "Chicago---------------------"}
		for _, says := range []string{"Chicago Widgets", "Chicago WIDGETS", "CHICAGO  Widgets", "chicago_widgets"} {
			text := refusal(t, "no "+says+" here", body)
			assert.NotContains(t, strings.ToLower(text), "widgets", says)
			assert.NotContains(t, strings.ToLower(text), "chicago", says)
		}
	})
	t.Run("one value after another", func(t *testing.T) {
		t.Parallel()
		body := map[string]string{"a": "Ada Example", "b": "hunter2", "c": "Chicago"}
		assert.Equal(t, "no [value] [value], [value]", refusal(t, "no ADA EXAMPLE HUNTER2, CHICAGO", body))
	})
	t.Run("a number", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "no [value] here", refusal(t, "no 7319 here", map[string]int{"pin": 7319}))
	})
	t.Run("what URLs are signed with", func(t *testing.T) {
		t.Parallel()
		for _, says := range []string{
			"https://s3.example.com/a?response-content-disposition=attachment%3B%20filename%3D%22x.pdf%22&X-Amz-Signature=deadbeefcafe",
			"HTTPS://s3.example.com/a?X-Amz-Signature=deadbeefcafe.",
			"https%3A%2F%2Fs3.example.com%2Fa%3FX-Amz-Signature%3Ddeadbeefcafe",
		} {
			assert.NotContains(t, refusal(t, "see "+says, map[string]string{"a": "https://example.com/b"}), "deadbeef", says)
		}
	})
	t.Run("in one line", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "a b c d e f", refusal(t, "a\nb\tc\u2028d\u2029e\x1bf", nil))
	})
	t.Run("what wasn't sent stays", func(t *testing.T) {
		t.Parallel()
		const says = `100% of Ada's \ "AT&T" numbers & more: see Ada`
		assert.Equal(t, says, refusal(t, says, map[string]string{"a": "Ada Example", "b": "IL"}))
	})
}

// TestPhoneNumbersAreHiddenInAnyForm has numbers that weren't sent.
func TestPhoneNumbersAreHiddenInAnyForm(t *testing.T) {
	t.Parallel()
	for _, number := range []string{
		"+13125550100", "312 - 555 - 0100", "+1\t312\t555\t0100", "312\n555\n0100", "312\u00a0555\u00a00100",
		"312\u2011555\u20110100", "312\u2013555\u20130100", "312/555/0100", "+49 30/1234567", "312_555_0100", "3,125,550,100", "12.34.56.78", "033.142.685.300",
		"\uff13\uff11\uff12\uff15\uff15\uff15\uff10\uff11\uff10\uff10", "%2B13125550100", "&#43;1&nbsp;312&nbsp;555&nbsp;0100",
	} {
		assert.Equal(t, "no [number] here", strings.Replace(refusal(t, "no "+number+" here", nil), "+[", "[", 1), "%q", number)
	}
	for _, plain := range []string{"10.20.130.240:443", "2024-03-14 15:04:05", portID} {
		assert.Equal(t, "no "+plain+" here", refusal(t, "no "+plain+" here", nil))
	}
}

// TestEveryPartOfAnErrorIsHidden has what was sent in parts of an answer other than its message.
func TestEveryPartOfAnErrorIsHidden(t *testing.T) {
	t.Parallel()
	const canary, plain, account = "c4nary-in-the-mine", "c4nary", "12345678"
	body := map[string]string{"a": canary, "b": plain, "c": account}
	post := func(responder roundTrip) error {
		return newClient(t, responder).Do(t.Context(), "POST", "/a", nil, body, new(map[string]map[string]int))
	}
	tests := map[string]roundTrip{
		"second field": roundTrip(answer(422, `{"errors":[{"detail":"first"},{"detail":"`+canary+`"}]}`)),
		"code":         roundTrip(answer(422, `{"message":"no","code":"`+canary+`"}`)),
		"request id":   roundTrip(answer(422, `{"message":"no"}`, "X-Request-Id", canary)),
		"own-like key": roundTrip(answer(200, `{"`+plain+`":{"b":"x"}}`)),
		"number as id": roundTrip(answer(422, `{"message":"no"}`, "X-Request-Id", "req-"+account)),
		"cut type":     roundTrip(answer(200, `<`, "Content-Type", "text/"+strings.Repeat("a", 50)+"; "+canary)),
		"broken off": func(r *http.Request) (*http.Response, error) {
			resp, err := answer(404, "")(r)
			resp.Body = io.NopCloser(iotest.ErrReader(fmt.Errorf("%w after header [%s]", context.Canceled, canary)))
			return resp, err
		},
		"key":          roundTrip(answer(200, `{"`+canary+`":{"b":`)),
		"another key":  roundTrip(answer(200, `{"Ada c4nary":{"b":"x"}}`)),
		"number's key": roundTrip(answer(200, `{"c4nary 3125550100":{"b":"x"}}`)),
		"content type": roundTrip(answer(200, `<`, "Content-Type", "text/"+canary)),
		"escape":       roundTrip(answer(200, `{"a":"\uc4na"}`)),
		"host":         roundTrip(answer(307, "", "Location", "http://"+strings.ToUpper(canary)+".example.com")),
		"network": func(*http.Request) (*http.Response, error) {
			return nil, errors.New("proxy refused header [" + canary + "]")
		},
	}
	for name, responder := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := post(responder)
			require.Error(t, err)
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
				text := strings.ToLower(fmt.Sprintf(verb, err))
				assert.NotContains(t, text, "c4na", verb)
				assert.NotContains(t, text, account, verb)
			}
		})
	}
}

// TestMalformedHeadsAreHidden has a server answer with a head that net/http refuses, and repeats.
func TestMalformedHeadsAreHidden(t *testing.T) {
	t.Parallel()
	for _, head := range []string{"HTTP/1.1 200 OK\r\n%s\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n", "HTTP/1.1 %s\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n"} {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = io.Copy(io.Discard, r.Body)
					_, _ = fmt.Fprintf(conn, head, r.Header.Get("X-Api-Token")+" of Ada Example, +13125550100")
				}
				_ = conn.Close()
			}
		}()
		c := client(t, "http://"+listener.Addr().String(), porting.WithRetry(fast))
		_, err = c.Comments.Create(t.Context(), "a", porting.CommentCreate{Body: "Ada Example"})
		requireAs[*porting.OutcomeUnknownError](t, err)
		for _, private := range []string{apiToken, "Ada", "5550100"} {
			assert.NotContains(t, err.Error(), private, head)
		}
		_, err = c.Drafts.Get(t.Context(), "a", nil)
		requireAs[*porting.ConnectionError](t, err)
		assert.NotContains(t, err.Error(), apiToken, head)
	}
}

// TestSignaturesOfRedirectsAreHidden has a second storage host repeat what it was asked with.
func TestSignaturesOfRedirectsAreHidden(t *testing.T) {
	t.Parallel()
	mock := roundTrip(func(r *http.Request) (*http.Response, error) {
		switch {
		case r.Method == http.MethodPost:
			return answer(201, `{"url":"https://one.example.com/a?sig=f1rst"}`)(r)
		case r.URL.Host == "one.example.com":
			return answer(302, "", "Location", "https://two.example.com/p4th/doc?sig=s3cond")(r)
		}
		return answer(403, "refused: "+r.URL.Query().Get("sig")+" of "+r.URL.Path+" and "+r.URL.String())(r)
	})
	_, err := newClient(t, mock).Documents.Download(t.Context(), porting.DraftID("a"), "b", io.Discard)
	require.Error(t, err)
	for _, secret := range []string{"s3cond", "f1rst", "p4th"} {
		assert.NotContains(t, err.Error(), secret)
	}
}

// TestRequestIDsAreNoCredentials has a server give a credential for the request's id.
func TestRequestIDsAreNoCredentials(t *testing.T) {
	t.Parallel()
	for _, creds := range []porting.Credentials{porting.UserToken(apiUser, apiToken), porting.Token(apiToken), porting.BearerKey(apiToken)} {
		var told events
		var log strings.Builder
		c, err := porting.NewClient(creds, porting.WithObserver(&told), porting.WithLogger(slog.New(slog.NewTextHandler(&log, nil))),
			porting.WithHTTPClient(&http.Client{Transport: roundTrip(answer(404, "", "X-Request-Id", "req-"+apiToken))}))
		require.NoError(t, err)
		err = c.Do(t.Context(), "GET", "/a", nil, nil, nil)
		assert.Empty(t, errorAs[*porting.NotFoundError](t, err).RequestID)
		assert.NotContains(t, log.String()+fmt.Sprint(told, err), apiToken)
	}
}

// TestTextsOfBulkCallsAreCheap has an answer repeat ten thousand numbers: neither the call
// nor the text of its error takes long.
func TestTextsOfBulkCallsAreCheap(t *testing.T) {
	t.Parallel()
	numbers := make([]string, 10_000)
	for i := range numbers {
		numbers[i] = fmt.Sprintf("+1312%07d", i)
	}
	client := always(t, answer(422, `{"message":"invalid: `+strings.Join(numbers, ", ")+`"}`))
	began := time.Now()
	_, err := client.Portability.Check(t.Context(), numbers...)
	text := err.Error()
	assert.Less(t, time.Since(began), 5*time.Second, "with the race detector, on a busy machine")
	assert.NotContains(t, text, "312000")
	assert.Less(t, len(text), 1300)
}

// TestFieldsOfErrorsAreShort has a key of half a megabyte stand above a thousand others.
func TestFieldsOfErrorsAreShort(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"errors":{"` + strings.Repeat("k", 500_000) + `":{"a":"x"`)
	for i := range 1000 {
		fmt.Fprintf(&b, `,"a%d":"x"`, i)
	}
	err := always(t, answer(422, b.String()+"}}}")).Do(t.Context(), "GET", "/a", nil, nil, nil)
	size := 0
	for _, f := range errorAs[*porting.APIError](t, err).Fields {
		size += len(f.Field)
	}
	assert.Less(t, size, 1_100_000)
}

// TestErrorsHoldNothingOfTheCallers keeps the errors of an upload and of a call whose
// context held something.
func TestErrorsHoldNothingOfTheCallers(t *testing.T) {
	t.Parallel()
	type contents struct {
		*strings.Reader
		_ [1 << 10]byte
	}
	client := newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.String() == storageURL {
			return answer(403, "refused")(r)
		}
		return answer(201, testdata(t, "upload_requests_create"))(r)
	}), porting.WithObserver(new(events)))
	var uploading, getting error
	fail := func() (content weak.Pointer[contents], value weak.Pointer[[64]byte]) {
		c, v := &contents{Reader: strings.NewReader("x")}, new([64]byte)
		_, uploading = client.Documents.Upload(t.Context(), draftID, porting.DocumentUpload{Type: "loa", Filename: "a.pdf", Content: c})
		_, getting = always(t, answer(404, "")).With(porting.WithObserver(new(events))).Drafts.Get(context.WithValue(t.Context(), contextKey{}, v), "a", nil)
		return weak.Make(c), weak.Make(v)
	}
	content, value := fail()
	require.Error(t, uploading)
	require.Error(t, getting)
	for range 50 {
		if runtime.GC(); content.Value() == nil && value.Value() == nil {
			break
		}
	}
	assert.Nil(t, content.Value(), "the content of an upload")
	assert.Nil(t, value.Value(), "a context's value")
	runtime.KeepAlive([]error{uploading, getting})
}

// contextKey is of a value that an observer and a logger look for.
type contextKey struct{}

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
