package porting_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

const (
	baseURL  = "https://api.telnyx.com"
	apiUser  = "me@example.com"
	apiToken = "t0ken-of-the-account"
)

// fast is a retry policy whose waits take no time worth mentioning.
var fast = porting.RetryPolicy{MaxAttempts: 3, MinWait: time.Millisecond, MaxWait: time.Millisecond}

// noContext is a context that somebody forgot.
var noContext context.Context

// newMock returns a transport on which every request that isn't expected fails the test.
func newMock(t *testing.T) *httpmock.MockTransport {
	t.Helper()
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(func(r *http.Request) (*http.Response, error) {
		t.Errorf("unexpected request: %s %s", r.Method, r.URL)
		return nil, errors.New("unexpected request")
	})
	return mock
}

// expect answers a request for the target, an exact URL with its query, and checks
// in the end that it was made exactly so many times.
func expect(t *testing.T, mock *httpmock.MockTransport, method, target string, times int, responder httpmock.Responder) {
	t.Helper()
	var calls atomic.Int32
	counted := func(r *http.Request) (*http.Response, error) {
		calls.Add(1)
		assert.Equal(t, target, r.URL.String())
		return responder(r)
	}
	if address, query, found := strings.Cut(target, "?"); found {
		mock.RegisterResponderWithQuery(method, address, query, counted)
	} else {
		mock.RegisterResponder(method, address, counted)
	}
	t.Cleanup(func() {
		assert.Equal(t, times, int(calls.Load()), "requests: %s %s", method, target)
	})
}

// newClient returns a client that sends through the mock.
func newClient(t *testing.T, mock http.RoundTripper, opts ...porting.Option) *porting.Client {
	t.Helper()
	opts = append([]porting.Option{porting.WithHTTPClient(&http.Client{Transport: mock}), porting.WithRetry(fast)}, opts...)
	client, err := porting.NewClient(porting.UserToken(apiUser, apiToken), opts...)
	require.NoError(t, err)
	return client
}

// clientOf returns a client of a server that answers one request with the responder.
func clientOf(t *testing.T, method, path string, responder httpmock.Responder, opts ...porting.Option) *porting.Client {
	t.Helper()
	mock := newMock(t)
	expect(t, mock, method, baseURL+path, 1, responder)
	return newClient(t, mock, opts...)
}

// answer returns a responder that answers the body, with pairs of a header's key and value.
func answer(status int, body string, header ...string) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		resp := httpmock.NewStringResponse(status, body)
		for i := 0; i < len(header); i += 2 {
			resp.Header.Set(header[i], header[i+1])
		}
		resp.Request = r
		return resp, nil
	}
}

// inOrder answers the first request with the first responder, and so on.
func inOrder(responders ...httpmock.Responder) httpmock.Responder {
	var next atomic.Int32
	return func(r *http.Request) (*http.Response, error) {
		return responders[min(int(next.Add(1)), len(responders))-1](r)
	}
}

// roundTrip is a transport that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// broken is a responder that fails with err.
func broken(err error) httpmock.Responder {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// testdata returns the text of a file in testdata.
func testdata(tb testing.TB, name string) string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	require.NoError(tb, err)
	return string(data)
}

// errorAs returns the error of type E in err, and fails the test if there is none.
func errorAs[E error](t *testing.T, err error) E {
	t.Helper()
	var target E
	require.ErrorAs(t, err, &target)
	return target
}

// requireAs fails the test if there is no error of type E in err.
func requireAs[E error](t *testing.T, err error) {
	t.Helper()
	_ = errorAs[E](t, err)
}

// isA tells whether there is an error of type E in err.
func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// requireArgument checks that err is an argument error about the field.
func requireArgument(t *testing.T, err error, operation, field string) {
	t.Helper()
	argument := errorAs[*porting.ArgumentError](t, err)
	assert.Equal(t, operation, argument.Operation)
	assert.Equal(t, field, argument.Field)
	assert.NotEmpty(t, argument.Reason)
	assert.Contains(t, err.Error(), "nothing was sent")
}

// utc reads a time in RFC 3339.
func utc(s string) porting.Timestamp {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return porting.Timestamp{Time: at.UTC()}
}

// day reads a date without a time.
func day(s string) porting.Timestamp {
	var at porting.Timestamp
	if err := at.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return at
}

var errBroken = errors.New("broken")

// brokenReader fails at once.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

type observerFunc func(porting.Event)

func (f observerFunc) Observe(_ context.Context, e porting.Event) { f(e) }
