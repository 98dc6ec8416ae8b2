package proxies

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

const number = "+13125550100"

// TestAnswers makes a call that must not be repeated and one that may be through proxies that answer in their own way.
// Each has to end in the error that says what is known.
func TestAnswers(t *testing.T) {
	t.Parallel()
	once := porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1})
	long := porting.WithHeader("X-Trace", strings.Repeat("x", 600)) // too long for one of the servers
	tests := []struct {
		name    string
		program program
		server  string // in the program's configuration
		create  func(t *testing.T, err error)
		list    func(t *testing.T, err error)
		acted   int // drafts
	}{
		{"a captive portal", nginx, "captive portal", undecodable, undecodable, 0},
		{"closed without an answer", nginx, "closed", unknown(0), lost, 0},
		{"closed without an answer", haproxy, "closed", unknown(0), lost, 0},
		{"a redirect to another host", nginx, "moved", refused(http.StatusMovedPermanently), refused(http.StatusMovedPermanently), 0},
		{"a body that is too large", nginx, "body too large", refused(http.StatusRequestEntityTooLarge), succeeded, 0},
		{"a header that is too large", nginx, "header too large", refused(http.StatusBadRequest), refused(http.StatusBadRequest), 0},
		{"a refusal", haproxy, "denied", refused(http.StatusForbidden), refused(http.StatusForbidden), 0},
		{"too many requests", nginx, "limited", limited, limited, 0},
		{"too many requests", haproxy, "limited", limited, limited, 0},
		{"a server that is down", nginx, "bad gateway", unknown(http.StatusBadGateway), refused(http.StatusBadGateway), 0},
		{"a server that is silent", nginx, "timeout", unknown(http.StatusGatewayTimeout), refused(http.StatusGatewayTimeout), 0},
		{"a server that is silent", haproxy, "timeout", unknown(http.StatusGatewayTimeout), refused(http.StatusGatewayTimeout), 0},
		{"no server", nginx, "unavailable", unknown(http.StatusServiceUnavailable), refused(http.StatusServiceUnavailable), 0},
		{"no server", haproxy, "unavailable", unknown(http.StatusServiceUnavailable), refused(http.StatusServiceUnavailable), 0},
		{"an error after a long wait", haproxy, "tarpit", unknown(http.StatusInternalServerError), refused(http.StatusInternalServerError), 0},
		{"a compressed answer", nginx, "gzip", succeeded, succeeded, 1},
		{"a body that is passed on in parts", nginx, "unbuffered", succeeded, succeeded, 1},
		{"without totals", nginx, "no totals", succeeded, succeeded, 1},
	}
	for _, test := range tests {
		t.Run(test.program.name+", "+test.name, func(t *testing.T) {
			t.Parallel()
			sandbox := portingtest.NewServer()
			t.Cleanup(sandbox.Close)
			url := "http://" + start(t, test.program, sandbox).address(t, test.server)
			client := sandbox.Client(porting.WithBaseURL(url), once, long)
			test.list(t, listDrafts(t.Context(), client))
			_, err := client.Drafts.Create(t.Context(), number)
			test.create(t, err)
			assert.Equal(t, test.acted, created(t, sandbox)[number])
			sandbox.AssertClean(t)
		})
	}
}

// TestAnswersWellMeant goes through proxies with which everything works if the client does as they say.
func TestAnswersWellMeant(t *testing.T) {
	t.Parallel()
	t.Run("two requests a second", func(t *testing.T) {
		t.Parallel()
		sandbox := portingtest.NewServer()
		t.Cleanup(sandbox.Close)
		client := sandbox.Client(porting.WithBaseURL("http://" + start(t, nginx, sandbox).address(t, "rate")))
		for _, number := range []string{"+13125550100", "+13125550101", "+13125550102"} {
			_, err := client.Drafts.Create(t.Context(), number)
			require.NoError(t, err)
		}
		assert.Equal(t, 3, sandbox.Count("Drafts.Create"))
		sandbox.AssertClean(t)
	})
	t.Run("a prefix of all routes", func(t *testing.T) {
		t.Parallel()
		sandbox := portingtest.NewServer()
		t.Cleanup(sandbox.Close)
		client := sandbox.Client(porting.WithBaseURL("http://" + start(t, nginx, sandbox).address(t, "prefix") + "/gateway/v1"))
		_, err := client.Drafts.Create(t.Context(), number)
		require.NoError(t, err)
		require.NoError(t, listDrafts(t.Context(), client))
		sandbox.AssertClean(t)
	})
	t.Run("a list without totals", func(t *testing.T) {
		t.Parallel()
		sandbox := portingtest.NewServer()
		t.Cleanup(sandbox.Close)
		client := sandbox.Client(porting.WithBaseURL("http://" + start(t, nginx, sandbox).address(t, "no totals")))
		for _, number := range []string{"+13125550100", "+13125550101", "+13125550102"} {
			_, err := client.Drafts.Create(t.Context(), number)
			require.NoError(t, err)
		}
		drafts := map[porting.DraftID]int{}
		for draft, err := range client.Drafts.All(t.Context(), &porting.DraftListOptions{PerPage: 2}) {
			require.NoError(t, err)
			drafts[draft.ID]++
		}
		assert.Len(t, drafts, 3)
		sandbox.AssertClean(t)
	})
}

func listDrafts(ctx context.Context, client *porting.Client) error {
	_, err := client.Drafts.List(ctx, nil)
	return err
}

func succeeded(t *testing.T, err error) {
	t.Helper()
	assert.NoError(t, err)
}

// undecodable is the end of a call whose answer says that it succeeded and makes no sense.
func undecodable(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*porting.DecodeError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, http.StatusOK, e.StatusCode)
	assert.Contains(t, string(e.Body), "Sign in")
}

// lost is the end of a call that may be repeated, and has no answer.
func lost(t *testing.T, err error) {
	t.Helper()
	_, ok := errors.AsType[*porting.ConnectionError](err)
	assert.True(t, ok, "%v", err)
}

// refused is the end of a call that the proxy has answered instead of the server.
func refused(status int) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		t.Helper()
		_, isUnknown := errors.AsType[*porting.OutcomeUnknownError](err)
		assert.False(t, isUnknown, "%v", err)
		e, ok := errors.AsType[*porting.APIError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, status, e.StatusCode)
		if status == http.StatusMovedPermanently {
			assert.ErrorContains(t, err, "gateway.example.com")
		}
	}
}

// unknown is the end of a call that must not be repeated; the status is that of the answer, 0 if there was none.
func unknown(status int) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		t.Helper()
		_, isUnknown := errors.AsType[*porting.OutcomeUnknownError](err)
		require.True(t, isUnknown, "%v", err)
		e, ok := errors.AsType[*porting.APIError](err)
		assert.Equal(t, status != 0, ok, "%v", err)
		if ok {
			assert.Equal(t, status, e.StatusCode)
		}
	}
}

// limited is the end of a call whose answer asks for a rest.
func limited(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*porting.RateLimitError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, 3*time.Second, e.RetryAfter)
}
