package conformance

import (
	"errors"
	"fmt"
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
	const (
		patience = 2 * time.Second // of a try
		after    = 5               // calls of a caller, after the connections have died
	)
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		for _, callers := range []int{1, 8} {
			t.Run(fmt.Sprintf("%s, %d callers", protocol, callers), func(t *testing.T) {
				t.Parallel()
				sandbox := portingtest.NewServer()
				t.Cleanup(sandbox.Close)
				server := httptest.NewUnstartedServer(sandbox)
				if protocol == "HTTP/2.0" {
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
				client := sandbox.Client(porting.WithBaseURL(scheme+"://"+line.Addr()), porting.WithTryTimeout(patience), hasty)

				numbers := atomic.Int64{}
				create := func() error {
					_, err := client.Drafts.Create(t.Context(), fmt.Sprintf("+1312555%04d", numbers.Add(1)))
					return err
				}
				var attempts atomic.Int64 // the most that a read took
				read := func() error {
					var resp porting.Response
					_, err := client.Drafts.List(porting.CaptureResponse(t.Context(), &resp), nil)
					for n := int64(resp.Attempts); n > attempts.Load(); {
						attempts.CompareAndSwap(attempts.Load(), n)
					}
					return err
				}
				together := func(calls int, call func() error, judge func(errs []error)) {
					var group sync.WaitGroup
					for range callers {
						group.Go(func() {
							errs := make([]error, calls)
							for i := range errs {
								errs[i] = call()
							}
							judge(errs)
						})
					}
					group.Wait()
				}
				fine := func(errs []error) { assert.NoError(t, errors.Join(errs...)) }

				together(2, create, fine)
				line.Kill()
				var unknown atomic.Int64
				together(after, create, func(errs []error) {
					for i, err := range errs {
						if err == nil {
							continue
						}
						_, ok := errors.AsType[*porting.OutcomeUnknownError](err)
						assert.True(t, ok, "create %d of %d: %v", i+1, after, err)
						assert.Zero(t, i, "create %d of %d: %v", i+1, after, err)
						unknown.Add(1)
					}
				})
				assert.EqualValues(t, numbers.Load(), int64(sandbox.Count("Drafts.Create"))+unknown.Load(), "nothing passes a dead connection")

				together(2, read, fine)
				attempts.Store(0)
				line.Kill()
				together(after, read, fine)
				assert.LessOrEqual(t, attempts.Load(), int64(2), "attempts of a read")
				t.Logf("%d of %d creates are unknown, a read took up to %d attempts", unknown.Load(), callers*after, attempts.Load())
				sandbox.AssertClean(t)
			})
		}
	}
}
