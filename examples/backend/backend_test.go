package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// TestRoutes asks each route for what it has, and for what goes wrong behind it.
func TestRoutes(t *testing.T) {
	t.Parallel()
	const ready = "+13125550100"
	tests := map[string]struct {
		method, path, body string // {draft} and {request} are those of the sandbox
		faults             []portingtest.Fault
		status             int
		answer, retryAfter string
	}{
		"check":           {"POST", "/checks", `{"numbers": ["+13125550100", "+13125550182"]}`, nil, 200, `"outcome":"not portable","reason":"no_coverage"`, ""},
		"check, no list":  {"POST", "/checks", `{"numbers": "+13125550100"}`, nil, 400, `"field":"numbers"`, ""},
		"submit":          {"POST", "/drafts/{draft}/submit", "", nil, 200, `"before":false`, ""},
		"submit, no such": {"POST", "/drafts/0c09c82f-23ba-4f5e-a55b-1d4c1ee6d49b/submit", "", nil, 404, "there is no such thing", ""},
		"submit, lost answer": {"POST", "/drafts/{draft}/submit", "", []portingtest.Fault{
			{Operation: "Drafts.Submit", Nth: 1, Effect: portingtest.DropAfter()},
		}, 200, `"port_request":`, ""},
		"status":          {"GET", "/port-requests/{request}", "", nil, 200, `"turn":"theirs"`, ""},
		"status, no such": {"GET", "/port-requests/0c09c82f-23ba-4f5e-a55b-1d4c1ee6d49b", "", nil, 404, "there is no such thing", ""},
		"status, too many": {"GET", "/port-requests/{request}", "", []portingtest.Fault{
			{Operation: "PortRequests.Get", Effect: portingtest.RateLimit("120")},
		}, 503, "too many requests", "120"},
		"status, broken": {"GET", "/port-requests/{request}", "", []portingtest.Fault{
			{Operation: "PortRequests.Get", Effect: portingtest.BadGateway()},
		}, 502, "doesn't answer as it should", "60"},
		"health":   {"GET", "/healthz", "", nil, 200, "", ""},
		"counters": {"GET", "/debug/vars", "", nil, 200, `"calls": {`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			draft, _ := r.sandbox.AddDraft(ready)
			request, _ := r.sandbox.AddPortRequest("+13125550101")
			for _, fault := range test.faults {
				r.sandbox.Inject(fault)
			}
			path := strings.NewReplacer("{draft}", string(draft), "{request}", string(request)).Replace(test.path)
			status, header, body := r.do(t, test.method, path, test.body)
			assert.Equal(t, test.status, status)
			assert.Equal(t, test.retryAfter, header.Get("Retry-After"))
			assert.Contains(t, body, test.answer)
			assert.NotContains(t, r.log.String(), "31255501", "phone numbers in the log")
			r.sandbox.AssertClean(t)
		})
	}
}

// TestStop stops the service, and takes the caller away, in the middle of a submit. The submit
// is done all the same, and counted.
func TestStop(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	draft, _ := r.sandbox.AddDraft("+13125550100")
	r.sandbox.Inject(portingtest.Fault{Operation: "Drafts.Submit", Nth: 1, Effect: portingtest.Delay(300 * time.Millisecond)})
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		for len(r.sandbox.Requests("Drafts.Submit")) == 0 {
			time.Sleep(time.Millisecond)
		}
		r.stop()
		leave()
	}()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/drafts/"+string(draft)+"/submit", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	if err == nil {
		_ = answer.Body.Close()
	}
	require.NoError(t, <-r.stopped)
	submitted, err := r.sandbox.Client().Drafts.Get(t.Context(), draft, nil)
	require.NoError(t, err)
	assert.Equal(t, porting.DraftStatusSubmitted, submitted.Status)
	assert.Contains(t, r.backend.counters.String(), `"Drafts.Submit ok": 1`)
	r.sandbox.AssertClean(t)
}

// A rig is the service before a sandbox.
type rig struct {
	sandbox *portingtest.Server
	backend *backend
	log     *bytes.Buffer
	url     string
	stop    context.CancelFunc
	stopped chan error
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{sandbox: portingtest.NewServer(), log: new(bytes.Buffer), stopped: make(chan error, 1)}
	t.Cleanup(r.sandbox.Close)
	counters := newCounters()
	retry := porting.RetryPolicy{MaxAttempts: 2, MinWait: time.Millisecond, MaxWait: time.Millisecond}
	client := r.sandbox.Client(porting.WithObserver(counters), porting.WithRetry(retry))
	r.backend = &backend{client: client, counters: counters, log: slog.New(slog.NewTextHandler(r.log, nil))}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r.url = "http://" + listener.Addr().String()
	var ctx context.Context
	ctx, r.stop = context.WithCancel(t.Context())
	go func() { r.stopped <- serve(ctx, listener, r.backend) }()
	return r
}

func (r *rig) do(t *testing.T, method, path, body string) (status int, header http.Header, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, answer.Header, string(read)
}
