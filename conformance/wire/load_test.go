package wire

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

var loadCalls = flag.Int("calls", 100, "how many calls each of the 64 callers of TestLoad makes; the full load is 2000")

// TestLoad has 64 callers share one client with its own pool of connections. They may open twice as many connections at
// once, and when they are done the memory is as before, and no goroutine is left.
func TestLoad(t *testing.T) { //nolint:paralleltest // it counts the goroutines and bytes of the whole process
	for _, test := range []struct { //nolint:paralleltest // likewise
		name  string
		start func(*httptest.Server)
		fails bool // one call in a hundred does
	}{
		{"HTTP", (*httptest.Server).Start, false},
		{"HTTP with failures", (*httptest.Server).Start, true},
		{"TLS with failures", (*httptest.Server).StartTLS, true},
		{"HTTP2 with failures", func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			l := newLoad(t, test.start)
			l.fails = test.fails
			l.run(*loadCalls/10 + 1)
			warm := heap()
			started := time.Now()
			l.run(*loadCalls)
			took := time.Since(started)
			grown := heap() - warm

			l.close()
			goleak.VerifyNone(t, before)
			l.mu.Lock()
			defer l.mu.Unlock()
			most, all, cut := l.mostOpen, l.opened, l.cut.Load()
			t.Logf("%d calls in %v; connections: %d at once, %d in all, %d cut off; heap: %+d KiB",
				callers**loadCalls, took.Round(time.Millisecond), most, all, cut, grown>>10)
			assert.LessOrEqual(t, most, int64(256), "connections at once")
			assert.LessOrEqual(t, all, max(256, callers*3/2+cut), "connections") // a call that is cut off takes its own with it
			assert.Zero(t, l.open, "connections at the end")
			assert.Less(t, grown, int64(8<<20), "bytes")
		})
	}
}

const callers = 64

// A load is a client with many callers, and the server that they call.
type load struct {
	t       *testing.T
	sandbox *portingtest.Server
	server  *httptest.Server
	client  *porting.Client
	draft   porting.DraftID
	fails   bool

	answers sync.Map     // by address, what the sandbox answered: it isn't what is measured
	cut     atomic.Int64 // calls that a context has ended

	mu                     sync.Mutex
	open, mostOpen, opened int64 // connections
}

// newLoad starts a server with the address of the sandbox in front of it, and the client.
func newLoad(t *testing.T, start func(*httptest.Server)) *load {
	t.Helper()
	l := &load{t: t, sandbox: portingtest.NewServer()}
	draft, err := l.sandbox.Client().Drafts.Create(t.Context(), wireline, wireless, voip)
	require.NoError(t, err)
	l.draft = draft.ID

	l.server = httptest.NewUnstartedServer(l)
	l.server.Config.ConnState = l.count
	start(l.server)
	if l.server.TLS != nil {
		needsTrust(t)
	}
	l.client = l.sandbox.Client(porting.WithBaseURL(l.server.URL))
	return l
}

// ServeHTTP answers as the sandbox does, but for two ids.
func (l *load) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.Contains(r.URL.Path, "/broken/"):
		w.WriteHeader(http.StatusInternalServerError)
		return
	case strings.HasSuffix(r.URL.Path, "/stuck"):
		<-r.Context().Done()
		return
	}
	known, ok := l.answers.Load(r.URL.String())
	if !ok {
		answer := httptest.NewRecorder()
		l.sandbox.ServeHTTP(answer, r)
		known, _ = l.answers.LoadOrStore(r.URL.String(), answer)
	}
	answer, _ := known.(*httptest.ResponseRecorder)
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // a client that went away
}

// count counts connections as they come and go.
func (l *load) count(_ net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch state {
	case http.StateNew:
		l.opened++
		l.open++
		l.mostOpen = max(l.mostOpen, l.open)
	case http.StateClosed, http.StateHijacked:
		l.open--
	default:
	}
}

// run has each caller make some calls.
func (l *load) run(calls int) {
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for n := caller * calls; n < (caller+1)*calls; n++ {
				if err := l.call(n); err != nil {
					l.t.Errorf("call %d: %v", n, err)
					return
				}
			}
		})
	}
	group.Wait()
}

// call makes a call, and tells whether it ended otherwise than it should have.
func (l *load) call(n int) (err error) {
	ctx := l.t.Context()
	switch {
	case l.fails && n%200 == 50:
		_, err := l.client.Comments.Create(ctx, "broken", porting.CommentCreate{Body: "b"})
		if _, ok := errors.AsType[*porting.OutcomeUnknownError](err); ok {
			return nil
		}
		return fmt.Errorf("with a 500: %w", err)
	case l.fails && n%200 == 150:
		ctx, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
		defer cancel()
		l.cut.Add(1)
		_, err := l.client.Drafts.Get(ctx, "stuck", nil)
		if errors.Is(err, context.DeadlineExceeded) {
			return nil
		}
		return fmt.Errorf("with a context that ended: %w", err)
	}
	switch n % 4 {
	case 0:
		_, err = l.client.Drafts.Get(ctx, l.draft, nil)
	case 1:
		_, err = l.client.Drafts.ListSubRequests(ctx, l.draft)
	case 2:
		_, err = l.client.Drafts.List(ctx, &porting.DraftListOptions{IncludeSubRequests: porting.Set(true)})
	default:
		_, err = l.client.Documents.List(ctx, l.draft)
	}
	return err
}

func (l *load) close() {
	l.client.CloseIdleConnections()
	l.server.Close()
	l.sandbox.Close()
}

// heap is how many bytes are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what the first one took out of pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
