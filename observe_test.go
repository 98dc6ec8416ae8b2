package porting_test

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

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
	ok := answer(200, `{"id":"1"}`, "X-Request-Id", "req-1")
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
			{try, 1, 500, "", porting.ErrorClassServer, false}, {call, 1, 500, "", porting.ErrorClassOutcomeUnknown, false},
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
			{try, 1, 0, "", porting.ErrorClassNetwork, false}, {call, 1, 0, "", porting.ErrorClassOutcomeUnknown, false},
		}},
		{"network", false, 3, broken(errors.New("reset")), []seen{
			{try, 1, 0, "", porting.ErrorClassNetwork, true}, {try, 2, 0, "", porting.ErrorClassNetwork, true},
			{try, 3, 0, "", porting.ErrorClassNetwork, false}, {call, 3, 0, "", porting.ErrorClassNetwork, false},
		}},
		{"timeout", true, 1, broken(context.DeadlineExceeded), []seen{
			{try, 1, 0, "", porting.ErrorClassTimeout, false}, {call, 1, 0, "", porting.ErrorClassOutcomeUnknown, false},
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

type contextHandler struct {
	slog.Handler
	seen *[]any
}

func (h contextHandler) Handle(ctx context.Context, r slog.Record) error {
	*h.seen = append(*h.seen, ctx.Value(contextKey{}))
	return h.Handler.Handle(ctx, r)
}

// contextObserver keeps the values and the durations that it is told.
type contextObserver struct {
	seen  []any
	calls []time.Duration
}

func (o *contextObserver) Observe(ctx context.Context, e porting.Event) {
	o.seen = append(o.seen, ctx.Value(contextKey{}))
	if e.Kind == porting.EventCall {
		o.calls = append(o.calls, e.Duration)
	}
}

// TestWatchersGetTheContextAndTheTime follows a call that is tried twice.
func TestWatchersGetTheContextAndTheTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logged []any
		var lines strings.Builder
		observer := new(contextObserver)
		client := newClient(t, roundTrip(inOrder(answer(429, "", "Retry-After", "30"), answer(404, ""))),
			porting.WithRetry(porting.RetryPolicy{}), porting.WithObserver(observer),
			porting.WithLogger(slog.New(contextHandler{slog.NewTextHandler(&lines, nil), &logged})))
		ctx := context.WithValue(t.Context(), contextKey{}, "here")
		err := client.Do(ctx, "GET", "/a", url.Values{"page": {"7"}}, nil, nil)
		requireAs[*porting.NotFoundError](t, err)
		assert.Equal(t, []any{"here", "here", "here"}, observer.seen)
		assert.Equal(t, []any{"here", "here"}, logged, "the repeated try and the call")
		require.Len(t, observer.calls, 1)
		assert.GreaterOrEqual(t, observer.calls[0], 30*time.Second)
		assert.NotContains(t, lines.String(), "query", "only where debug is enabled")
		assert.NotContains(t, lines.String(), "header")
	})
}

// starter is an observer that puts what begins into the context, and keeps what it finds there.
type starter struct{ began, ended []porting.Event }

type startKey struct{}

func (s *starter) Start(ctx context.Context, event porting.Event) context.Context {
	s.began = append(s.began, event)
	return context.WithValue(ctx, startKey{}, event)
}

func (s *starter) Observe(ctx context.Context, _ porting.Event) {
	event, _ := ctx.Value(startKey{}).(porting.Event)
	s.ended = append(s.ended, event)
}

func TestStarter(t *testing.T) {
	t.Parallel()
	var observer starter
	server := inOrder(answer(503, ""), answer(200, `{"id":"1"}`))
	client := newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		assert.IsType(t, porting.Event{}, r.Context().Value(startKey{}), "each try has the context")
		return server(r)
	}), porting.WithObserver(&observer))
	_, err := client.Drafts.Get(t.Context(), "a", nil)
	require.NoError(t, err)
	begun := porting.Event{Kind: porting.EventCall, Operation: "Drafts.Get", Method: "GET", Route: "/origination/porting/draft_port_requests/{id}"}
	assert.Equal(t, []porting.Event{begun}, observer.began)
	assert.Len(t, observer.ended, 3, "each try, and the call")
	for _, event := range observer.ended {
		assert.Equal(t, begun, event)
	}

	_, err = client.Drafts.Get(t.Context(), "", nil)
	require.Error(t, err)
	assert.Len(t, observer.began, 1, "what isn't sent doesn't begin")
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
// a watcher. The least of many counts is the same under the race detector, which
// empties pools at random.
func TestWatchingIsFreeWhenNobodyDoes(t *testing.T) { //nolint:paralleltest // it counts allocations
	wire := roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
	})
	allocations := func(opts ...porting.Option) int {
		client := newClient(t, wire, opts...)
		least := math.Inf(1)
		for range 100 {
			least = min(least, testing.AllocsPerRun(1, func() {
				if err := client.Do(t.Context(), "GET", "/a", nil, nil, nil); err != nil {
					t.Error(err)
				}
			}))
		}
		return int(least)
	}
	free := allocations()
	assert.LessOrEqual(t, free, 23, "23 of Go 1.26 and 1.27")
	assert.Greater(t, allocations(porting.WithLogger(slog.New(slog.DiscardHandler))), free)
}
