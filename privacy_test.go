package porting_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// private is what the table of operations sends and its answers hold, and what must
// never stand in an error, a log line or an event.
var private = []string{
	apiUser, apiToken, // credentials
	"731946", "AC-5550-8812", "IE6388047V", "IE-482911", // PIN, account number, tax and business identifiers
	"X-Amz-Signature", "c2lnbmVk", // signed URLs and forms
	"5550100", "5550177", "Ada Example", "Example Bakery", "311 W Superior St", // personal data
}

// TestNothingPrivateGetsOut drives every operation into success and every kind of
// failure, with a server that repeats what it was sent.
func TestNothingPrivateGetsOut(t *testing.T) {
	t.Parallel()
	quote := func(s string) string {
		data, err := json.Marshal(s)
		assert.NoError(t, err)
		return string(data)
	}
	asked := func(r *http.Request) string {
		var body []byte
		if r.Body != nil {
			body, _ = io.ReadAll(r.Body)
		}
		return string(body) + " " + r.URL.String()
	}
	failures := map[string]func(*http.Request) (*http.Response, error){
		"422 with a message": func(r *http.Request) (*http.Response, error) {
			return answer(422, `{"message":`+quote("refused: "+asked(r))+`}`)(r)
		},
		"422 with fields": func(r *http.Request) (*http.Response, error) {
			return answer(422, `{"errors":[{"detail":`+quote(asked(r))+`},{"detail":"second"}]}`)(r)
		},
		"401": func(r *http.Request) (*http.Response, error) { return answer(401, asked(r))(r) },
		"500 with a page": func(r *http.Request) (*http.Response, error) {
			return answer(500, "<title>"+asked(r)+"</title>", "Content-Type", "text/html")(r)
		},
		"redirect": func(r *http.Request) (*http.Response, error) {
			return answer(302, "", "Location", "https://elsewhere.example.com/?X-Amz-Signature=c2lnbmVk")(r)
		},
		"numbers where texts belong": func(r *http.Request) (*http.Response, error) {
			return answer(200, `[{"phone_numbers":[{"raw_number":731946}],"pin_passcode":731946,"id":731946,"url":5550100,"start":731946}]`)(r)
		},
		"texts where objects belong": func(r *http.Request) (*http.Response, error) {
			return answer(200, `"731946 5550100 Ada Example"`)(r)
		},
		"truncated": func(r *http.Request) (*http.Response, error) {
			return answer(200, `{"id":"AC-5550-8812","pin_passcode":"731946`)(r)
		},
		"network": func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: r.Method, URL: "https://x/?X-Amz-Signature=c2lnbmVk&" + asked(r), Err: io.ErrUnexpectedEOF}
		},
	}
	for _, op := range operations(t) {
		t.Run(op.file, func(t *testing.T) {
			t.Parallel()
			out := new(seen)
			logger := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug - 100, ReplaceAttr: timeless}))
			opts := []porting.Option{porting.WithLogger(logger), porting.WithObserver(out)}
			for name, fail := range failures {
				client := newClient(t, &detour{roundTrip(fail), op}, opts...)
				_, err := op.call(t.Context(), client, op.ids)
				require.Error(t, err, name)
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t"} {
					out.add(fmt.Sprintf(verb, err))
				}
				out.add(fmt.Sprintf("%v %+v %s", []error{err}, []error{err}, []error{err}))
				logger.Error("failed", "err", err, "all", []any{err})
				slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{ReplaceAttr: timeless})).Error("failed", "err", err)
				data, _ := json.Marshal(err) //nolint:errchkjson // what can't be marshaled isn't shown
				out.add(string(data))
			}
			client := newClient(t, &detour{roundTrip(answer(200, testdata(t, op.file))), op}, opts...)
			_, err := op.call(t.Context(), client, op.ids)
			require.NoError(t, err)

			assert.Contains(t, out.String(), op.route(), "there is something to look at")
			for _, secret := range private {
				for _, form := range []string{secret, fmt.Sprintf("%x", secret)} {
					assert.False(t, strings.Contains(out.String(), form), "%q got out", form) //nolint:testifylint // NotContains would print all of it
				}
			}
		})
	}
}

// timeless leaves out what holds any digits by chance.
func timeless(_ []string, a slog.Attr) slog.Attr {
	if a.Key == "time" || a.Key == "duration" || a.Key == "wait" {
		return slog.Attr{}
	}
	return a
}

// seen collects what gets out.
type seen struct {
	mutex sync.Mutex
	bytes.Buffer
}

func (s *seen) Write(p []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.Buffer.Write(p)
}

func (s *seen) add(text string) { _, _ = io.WriteString(s, text+"\n") }

func (s *seen) Observe(_ context.Context, e porting.Event) {
	e.Duration, e.Wait = 0, 0
	s.add(fmt.Sprintf("%+v", e))
}

// TestLogLines looks at the lines of one call that is tried twice.
func TestLogLines(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	expect(t, mock, "GET", baseURL+api+"/draft_port_requests?page=2&search=5550100", 2, inOrder(
		answer(503, "", "Retry-After", "0", "X-Request-Id", "r1", "Set-Cookie", "canary"),
		answer(200, "[]", "Total-Pages", "1", "X-Request-Id", "r2")))
	out := new(seen)
	logger := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: timeless}))
	client := newClient(t, mock, porting.WithLogger(logger))
	_, err := client.Drafts.List(t.Context(), &porting.DraftListOptions{Page: 2, Search: "5550100"})
	require.NoError(t, err)
	common := `"operation":"Drafts.List","method":"GET","route":"/origination/porting/draft_port_requests"`
	assert.Equal(t, []string{
		`{"level":"WARN","msg":"porting try",` + common + `,"attempt":1,"status":503,"request_id":"r1","class":"server","query":{"page":"2"},"header":{"Retry-After":"0"}}`,
		`{"level":"DEBUG","msg":"porting try",` + common + `,"attempt":2,"status":200,"request_id":"r2","query":{"page":"2"},"header":{"Total-Pages":"1"}}`,
		`{"level":"DEBUG","msg":"porting call",` + common + `,"attempt":2,"status":200,"request_id":"r2","query":{"page":"2"},"header":{"Total-Pages":"1"}}`,
	}, strings.Split(strings.TrimSpace(out.String()), "\n"))
}

// TestWatchingIsFreeWhenNobodyDoes counts the allocations of a call with and without
// a watcher.
func TestWatchingIsFreeWhenNobodyDoes(t *testing.T) { //nolint:paralleltest // it counts allocations
	wire := roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
	})
	allocations := func(opts ...porting.Option) float64 {
		client := newClient(t, wire, opts...)
		return testing.AllocsPerRun(100, func() {
			if err := client.Do(t.Context(), "GET", "/a", nil, nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
	nothing := allocations()
	silent := allocations(porting.WithLogger(slog.New(slog.DiscardHandler)))
	t.Logf("%.0f allocations, %.0f with a logger that is off", nothing, silent)
	assert.LessOrEqual(t, nothing, 36.0)
	assert.Greater(t, silent, nothing)
}
