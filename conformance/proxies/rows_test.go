package proxies

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// A row is a way to create drafts through a proxy whose connections end now and then.
type row struct {
	name     string
	program  program
	server   string // in the program's configuration
	away     time.Duration
	clients  int  // each with its own connections
	callers  int  // of a client, at once
	calls    int  // of a caller
	all      int  // of a caller, with -full
	rhythm   bool // a caller rests for 0.9 to 1.1 s after a call
	reloads  int
	unknowns int // that are right in 400 calls
}

// far is how long a distant server's answer takes at the least.
const far = 40 * time.Millisecond

var rows = []row{
	{
		name:    "nginx, HTTP/2, 10 requests a connection",
		program: nginx, server: "h2-10-requests", clients: 1, callers: 8, calls: 100, all: 100,
	},
	{
		name:    "nginx, HTTP/2, 4 streams at once, cold bursts of 64",
		program: nginx, server: "h2-4-streams", clients: 3, callers: 64, calls: 1, all: 1,
	},
	{
		name:    "nginx, HTTP/2, reloads, 40 ms away",
		program: nginx, server: "h2-lasting", away: far, clients: 1, callers: 32, calls: 60, all: 60, reloads: 2,
	},
	{
		name:    "nginx, HTTP/2, idle for 1 s, 40 ms away",
		program: nginx, server: "h2", away: far, clients: 40, callers: 1, calls: 6, all: 20, rhythm: true,
	},
	{
		name:    "HAProxy, HTTP/2, idle for 1 s",
		program: haproxy, server: "h2", clients: 40, callers: 1, calls: 6, all: 20, rhythm: true,
	},
	{
		name:    "HAProxy, HTTP/2, idle for 1 s, 40 ms away",
		program: haproxy, server: "h2", away: far, clients: 40, callers: 1, calls: 6, all: 20, rhythm: true,
	},
	{
		name:    "HAProxy, HTTP/1.1, idle for 1 s, 40 ms away",
		program: haproxy, server: "h1", away: far, clients: 40, callers: 1, calls: 6, all: 20, rhythm: true, unknowns: 1,
	},
	{
		name:    "nginx, HTTP/1.1 over TLS, idle for 1 s, 40 ms away",
		program: nginx, server: "h1-tls", away: far, clients: 40, callers: 1, calls: 6, all: 20, rhythm: true, unknowns: 1,
	},
	{
		name:    "nginx, HTTP/1.1, idle for 1 s, 40 ms away",
		program: nginx, server: "h1", away: far, clients: 40, callers: 1, calls: 6, all: 20, rhythm: true, unknowns: 1,
	},
}

// TestUnknownOnlyIfUnknown creates drafts through proxies that end connections while the client counts on them. A draft
// that a call told of must be there, one that it told to be missing mustn't, and none may be there twice. The proxies
// have acted on nothing that they broke off, so no outcome is unknown over HTTP/2, which says so, and hardly one over
// HTTP/1.1, which doesn't. With -full, net/http alone makes the same calls for comparison.
func TestUnknownOnlyIfUnknown(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	tallies, bareTallies := map[string]*tally{}, map[string]*tally{}
	t.Run("rows", func(t *testing.T) {
		t.Parallel()
		for _, r := range rows {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				t.Run("client", func(t *testing.T) {
					t.Parallel()
					c := r.run(t, ours)
					assert.LessOrEqual(t, c.unknown, max(c.calls*r.unknowns/400, r.unknowns), "unknown outcomes of %d", c.calls)
					assert.Zero(t, c.failed, "calls that failed")
					mu.Lock()
					defer mu.Unlock()
					tallies[r.name] = c
				})
				t.Run("net-http", func(t *testing.T) {
					t.Parallel()
					if !*full {
						t.Skip("skipped: it is compared with -full")
					}
					c := r.run(t, bare)
					mu.Lock()
					defer mu.Unlock()
					bareTallies[r.name] = c
				})
			})
		}
	})
	t.Cleanup(func() {
		const line = "%-52s %7v %8v %7v %7v %6v %6v  %v"
		t.Logf(line, "", "calls", "requests", "acted", "unknown", "errors", "time", "net/http's errors")
		for _, r := range rows {
			if c := tallies[r.name]; c != nil {
				compared := "-"
				if b := bareTallies[r.name]; b != nil {
					compared = fmt.Sprintf("%d/%d", b.failed, b.calls)
				}
				t.Logf(line, r.name, c.calls, c.requests, c.acted, c.unknown, c.failed, c.took.Round(time.Second), compared)
			}
		}
	})
}

// create creates a draft of a number.
type create func(ctx context.Context, number string) error

// ours creates drafts with a client as it is by default.
func ours(t *testing.T, sandbox *portingtest.Server, url string) create {
	t.Helper()
	client := sandbox.Client(porting.WithBaseURL(url))
	return func(ctx context.Context, number string) error {
		_, err := client.Drafts.Create(ctx, number)
		return err
	}
}

// bare creates drafts with net/http and nothing else.
func bare(t *testing.T, _ *portingtest.Server, url string) create {
	t.Helper()
	transport := &http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 256}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	return func(ctx context.Context, number string) error {
		body := fmt.Sprintf(`{"phone_numbers":[{"phone_number":%q}]}`, number)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/origination/porting/draft_port_requests", strings.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Api-User", portingtest.User)
		req.Header.Set("X-Api-Token", portingtest.Token)
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		_, _ = io.Copy(io.Discard, resp.Body) // so that the connection can be used again
		if resp.StatusCode != http.StatusCreated {
			return errors.New(resp.Status)
		}
		return nil
	}
}

// A tally is what came of the calls of a row.
type tally struct {
	calls, acted, requests int // requests are those that reached the sandbox
	unknown, failed        int // failed with another error
	took                   time.Duration
}

// run makes the calls of a row.
func (r row) run(t *testing.T, dial func(*testing.T, *portingtest.Server, string) create) *tally {
	t.Helper()
	sandbox := portingtest.NewServer()
	t.Cleanup(sandbox.Close)
	proxy := start(t, r.program, sandbox)
	url := "http://"
	if r.server != "h1" {
		url = "https://"
	}
	url += distant(t, proxy.address(t, r.server), r.away/2)
	calls := r.calls
	if *full {
		calls = r.all
	}

	c := &tally{calls: r.clients * r.callers * calls}
	var mu sync.Mutex
	told := map[string]error{} // by number
	note := func(number string, err error) {
		mu.Lock()
		defer mu.Unlock()
		told[number] = err
		for n := range r.reloads {
			if len(told) == c.calls*(n+1)/(r.reloads+1) {
				proxy.reload(t)
			}
		}
	}
	started := time.Now()
	var group sync.WaitGroup
	for client := range r.clients {
		create := dial(t, sandbox, url)
		for caller := range r.callers {
			first := (client*r.callers + caller) * calls
			group.Go(func() {
				for n := first; n < first+calls; n++ {
					if r.rhythm {
						rest(t.Context())
					}
					number := fmt.Sprintf("+1312%07d", 2_000_000+n)
					note(number, create(t.Context(), number))
				}
			})
		}
	}
	group.Wait()
	c.took = time.Since(started)
	c.compare(t, sandbox, told)
	sandbox.AssertClean(t) // so that nothing is there twice
	return c
}

// rest waits as somebody does who calls about once a second.
func rest(ctx context.Context) {
	select {
	case <-time.After(900*time.Millisecond + rand.N(200*time.Millisecond)):
	case <-ctx.Done():
	}
}

// compare holds what the callers were told against the drafts that there are.
func (c *tally) compare(t *testing.T, sandbox *portingtest.Server, told map[string]error) {
	t.Helper()
	c.requests = sandbox.Count("Drafts.Create")
	drafts := created(t, sandbox)
	for number, err := range told {
		there := drafts[number]
		c.acted += there
		_, isUnknown := errors.AsType[*porting.OutcomeUnknownError](err)
		_, isNone := errors.AsType[*porting.ConnectionError](err)
		switch {
		case err == nil:
			assert.Equal(t, 1, there, "drafts of a call that succeeded")
		case isUnknown:
			c.unknown++
		default:
			c.failed++
		}
		if isNone {
			assert.Zero(t, there, "drafts of a call that never reached the server")
		}
		if err != nil && c.unknown+c.failed <= 3 {
			t.Logf("%d drafts, and the error %v", there, err)
		}
	}
}

// created counts the drafts by their number.
func created(t *testing.T, sandbox *portingtest.Server) map[string]int {
	t.Helper()
	var state struct {
		Drafts []struct {
			Numbers []struct {
				Number string `json:"phone_number"`
			} `json:"phone_numbers"`
		} `json:"draft_port_requests"`
	}
	require.NoError(t, json.NewDecoder(bytes.NewReader(sandbox.Snapshot())).Decode(&state))
	count := map[string]int{}
	for _, draft := range state.Drafts {
		count[draft.Numbers[0].Number]++
	}
	return count
}
