package wire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/conformance/proxies"
	"github.com/numberporting/porting/portingtest"
)

// TestDeadConnection has the connections of a client die without a sign, as behind a firewall that has forgotten them,
// while new ones work. That costs each caller at most one try: what must not be repeated is unknown once, and what may be
// repeated succeeds at the second try.
func TestDeadConnection(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2"} {
		for _, callers := range []int{1, 8} {
			t.Run(fmt.Sprintf("%s, %d callers, creates", protocol, callers), func(t *testing.T) {
				t.Parallel()
				d := newDying(t, protocol, callers)
				var numbers, unknown atomic.Int64
				create := func(ctx context.Context) error {
					_, err := d.client.Drafts.Create(ctx, fmt.Sprintf("+1312555%04d", numbers.Add(1)))
					return err
				}
				d.together(2, create, succeed)
				d.line.Kill()
				d.together(5, create, func(t *testing.T, n int, err error) {
					t.Helper()
					if err == nil {
						return
					}
					unknown.Add(1)
					_, ok := errors.AsType[*porting.OutcomeUnknownError](err)
					assert.True(t, ok && n == 1, "create %d: %v", n, err)
				})
				t.Logf("%d of %d are unknown", unknown.Load(), 5*callers)
				assert.EqualValues(t, numbers.Load()-unknown.Load(), d.sandbox.Count("Drafts.Create"), "a dead connection carries nothing")
				d.sandbox.AssertClean(t)
			})
			t.Run(fmt.Sprintf("%s, %d callers, reads", protocol, callers), func(t *testing.T) {
				t.Parallel()
				d := newDying(t, protocol, callers)
				var repeated atomic.Int64
				read := func(ctx context.Context) error {
					var resp porting.Response
					_, err := d.client.Drafts.List(porting.CaptureResponse(ctx, &resp), nil)
					if resp.Attempts > 2 {
						return fmt.Errorf("%d attempts", resp.Attempts)
					}
					repeated.Add(int64(max(resp.Attempts-1, 0)))
					return err
				}
				d.together(2, read, succeed)
				d.line.Kill()
				d.together(5, read, succeed)
				t.Logf("%d of %d took a second try", repeated.Load(), 5*callers)
				assert.Positive(t, repeated.Load(), "reads that took a second try")
				assert.LessOrEqual(t, repeated.Load(), int64(callers), "reads that took a second try")
			})
		}
	}
}

// A dying is a client with callers whose connections can die.
type dying struct {
	t       *testing.T
	sandbox *portingtest.Server
	line    *proxies.Line
	client  *porting.Client
	callers int
}

func newDying(t *testing.T, protocol string, callers int) *dying {
	t.Helper()
	sandbox := portingtest.NewServer()
	t.Cleanup(sandbox.Close)
	server := httptest.NewUnstartedServer(sandbox)
	if protocol == "HTTP/2" {
		needsTrust(t)
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	scheme, address, _ := strings.Cut(server.URL, "://")
	line, err := proxies.NewLine(address, 5*time.Millisecond) // so that callers don't share a connection of HTTP/1.1
	require.NoError(t, err)
	t.Cleanup(line.Close)
	// What several callers share over HTTP/2 is found dead by its pings, which come sooner here than by default.
	pool := porting.NewTransport()
	pool.HTTP2.SendPingTimeout, pool.HTTP2.PingTimeout = time.Second, time.Second
	t.Cleanup(pool.CloseIdleConnections)
	client := sandbox.Client(porting.WithBaseURL(scheme+"://"+line.Addr()), porting.WithTryTimeout(3*time.Second), hasty,
		porting.WithHTTPClient(&http.Client{Transport: pool}))
	return &dying{t, sandbox, line, client, callers}
}

// together has each caller make some calls, and judges each by its number, from 1.
func (d *dying) together(calls int, call func(context.Context) error, judge func(t *testing.T, n int, err error)) {
	d.t.Helper()
	var group sync.WaitGroup
	for range d.callers {
		group.Go(func() {
			for n := range calls {
				judge(d.t, n+1, call(d.t.Context()))
			}
		})
	}
	group.Wait()
}

func succeed(t *testing.T, n int, err error) {
	t.Helper()
	assert.NoError(t, err, "call %d", n)
}
