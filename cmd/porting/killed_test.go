//go:build !windows

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// A rig is the command with credentials for a sandbox in the test, and something to do at
// a request.
type rig struct {
	*folder
	sandbox *portingtest.Server
	front   *httptest.Server

	requests atomic.Int64
	at       atomic.Pointer[func(nth int64, before bool)]
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{folder: newFolder(t), sandbox: portingtest.NewServer(portingtest.WithStart(time.Now()))}
	r.do(func(int64, bool) {})
	r.front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		nth := r.requests.Add(1)
		(*r.at.Load())(nth, true)
		r.sandbox.ServeHTTP(w, request)
		(*r.at.Load())(nth, false)
	}))
	t.Cleanup(r.sandbox.Close)
	t.Cleanup(r.front.Close)
	r.env = append(r.env, "PORTING_BASE_URL="+r.front.URL, "TELNYX_API_USER="+portingtest.User, "TELNYX_API_TOKEN="+portingtest.Token)
	return r
}

// do sets what is done before and after each request.
func (r *rig) do(at func(nth int64, before bool)) { r.at.Store(&at) }

// runUntil runs the command and sends it a signal at the nth request, just before or just
// after the server has acted. It returns what was printed, and whether the signal was sent.
func (r *rig) runUntil(t *testing.T, signal os.Signal, nth int64, before bool, args ...string) (out string, state *os.ProcessState, sent bool) {
	t.Helper()
	process := r.command(context.Background(), r.tool(), args...) //nolint:usetesting // it ends by itself
	var text strings.Builder
	process.Stdout, process.Stderr = &text, &text
	started := make(chan struct{})
	first := r.requests.Load()
	var done atomic.Bool
	r.do(func(n int64, b bool) {
		if n == first+nth && b == before && !done.Swap(true) {
			<-started
			_ = process.Process.Signal(signal)
			if signal != os.Kill {
				time.Sleep(50 * time.Millisecond) // the process hears of it before the answer comes
			}
		}
	})
	require.NoError(t, process.Start())
	close(started)
	_ = process.Wait()
	r.front.CloseClientConnections()
	return text.String(), process.ProcessState, done.Load()
}

func (f *folder) tool() string {
	path, _, _ := strings.Cut(strings.TrimPrefix(f.env[0], "PATH="), ":")
	return filepath.Join(path, "porting")
}

// TestApplyKilled kills apply in the middle of a plan, again and again. In the end the
// server has what was meant, once.
func TestApplyKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts processes")
	}
	random := rand.New(rand.NewPCG(15, 25))
	for kills := 0; kills < 25; {
		r := newRig(t)
		_, code := r.sh(t, "porting plan numbers.csv --loa loa.pdf --invoice invoice.pdf")
		require.Equal(t, 3, code)
		for {
			out, state, killed := r.runUntil(t, os.Kill, 1+random.Int64N(30), random.IntN(2) == 0,
				"apply", "numbers.plan.json", "--yes", "--settle", "50ms")
			if !killed {
				require.Zero(t, state.ExitCode(), out)
				assert.Contains(t, out, "2 of 2 sets done, with 3 numbers.")
				break
			}
			kills++
		}
		var ported []string
		for request, err := range r.sandbox.Client().PortRequests.All(t.Context(), &porting.PortRequestListOptions{IncludePhoneNumbers: porting.Set(true)}) {
			require.NoError(t, err)
			for _, number := range request.PhoneNumbers {
				ported = append(ported, number.PhoneNumber)
			}
		}
		slices.Sort(ported)
		assert.Equal(t, []string{"+13125550100", "+13125550101", "+13125550185"}, ported)
		r.sandbox.AssertClean(t)
	}
}

// TestCheckKilled kills check again and again. A number whose answer is in the journal
// isn't asked a second time, and in the end there is one answer for each.
func TestCheckKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts processes")
	}
	r := newRig(t)
	const total, torn = 3000, 1 // a last line of the journal that was cut off counts as kept
	var numbers strings.Builder
	for i := range total {
		fmt.Fprintf(&numbers, "+1312301%04d\n", i)
	}
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "numbers.txt"), []byte(numbers.String()), 0o600))
	asked := func() (n int) {
		for _, request := range r.sandbox.Requests("Portability.Check") {
			n += strings.Count(request.Body, "312301")
		}
		return n
	}
	settled := func() int { // the sandbox may still be reading what a killed process has sent
		for n := asked(); ; {
			time.Sleep(100 * time.Millisecond)
			now := asked()
			if now == n {
				return n
			}
			n = now
		}
	}
	kills := 0
	for {
		entries, _ := r.sh(t, "grep -c 312301 journal 2>/dev/null | cat")
		var kept int
		_, _ = fmt.Sscan(entries, &kept)
		before := settled()
		out, state, killed := r.runUntil(t, os.Kill, 8, kills%2 == 0, "check", "numbers.txt", "--journal", "journal")
		if !killed {
			require.Zero(t, state.ExitCode(), out)
			assert.InDelta(t, total-kept, asked()-before, torn, "what the journal has isn't asked again")
			assert.Equal(t, total, strings.Count(out, "+1312301"))
			assert.Contains(t, out, "3000 numbers, 3000 portable")
			break
		}
		assert.LessOrEqual(t, asked()-before, total-kept+torn)
		kills++
		require.Less(t, kills, 50)
	}
	assert.Greater(t, kills, 2)
	r.sandbox.AssertClean(t)
}

// TestInterrupted sends what Ctrl-C sends. The command says what it has done by then, exits
// with 5, and goes on when it is run again.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, code := r.sh(t, "porting plan numbers.csv --loa loa.pdf --invoice invoice.pdf")
	require.Equal(t, 3, code)
	out, state, sent := r.runUntil(t, os.Interrupt, 4, true, "apply", "numbers.plan.json", "--yes", "--settle", "50ms")
	require.True(t, sent)
	assert.Contains(t, []int{int(codeUnknown), int(codeInterrupted)}, state.ExitCode(), out)
	assert.Contains(t, out, "porting: interrupted")
	assert.Contains(t, out, "of 2 sets done, with")
	r.do(func(int64, bool) {})
	out, code = r.sh(t, "porting apply numbers.plan.json --yes --settle 50ms")
	assert.Zero(t, code, out)

	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"check", "numbers.csv"}, "porting: 3 numbers"},
		{[]string{"watch"}, "delivered"},
		{[]string{"archive", "--all", "--to", "evidence"}, ""},
		{[]string{"export"}, ""},
		{[]string{"report", "ports.html"}, ""},
	} {
		out, state, sent = r.runUntil(t, os.Interrupt, 1, true, test.args...)
		require.True(t, sent, test.args)
		assert.Equal(t, int(codeInterrupted), state.ExitCode(), "%v: %s", test.args, out)
		assert.Contains(t, out, "porting: interrupted", test.args)
		assert.Contains(t, out, test.says, test.args)
		r.do(func(int64, bool) {})
	}
	r.sandbox.AssertClean(t)
}

// serve starts the server of the report, and returns what loads its page and what ends it.
func serve(t *testing.T, f *folder, args ...string) (get func() (status int, page string), end func() (code int)) {
	t.Helper()
	process := f.command(t.Context(), f.tool(), append([]string{"serve", "--json", "--address", "127.0.0.1:0"}, args...)...)
	out, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	var said struct {
		URL string `json:"url"`
	}
	require.NoError(t, json.NewDecoder(out).Decode(&said))
	get = func() (int, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, said.URL, nil)
		require.NoError(t, err)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer func() { _ = answer.Body.Close() }()
		page, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(page)
	}
	return get, func() int {
		require.NoError(t, process.Process.Signal(syscall.SIGINT))
		_ = process.Wait()
		return process.ProcessState.ExitCode()
	}
}

// TestServe looks at the page before and after something changes, and ends the server with an
// interrupt, which is how it is meant to end.
func TestServe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		args   []string
		change string
	}{
		{"the API", nil, "porting sandbox advance 2d"},
		{"a store", []string{"--store", "watch.json"}, "porting sandbox advance 2d && porting watch --once --store watch.json >/dev/null"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFolder(t)
			_, code := f.sh(t, "porting sandbox add +13125550185 && porting watch --once --store watch.json")
			require.Zero(t, code)
			get, end := serve(t, f, test.args...)
			status, page := get()
			assert.Equal(t, http.StatusOK, status)
			assert.True(t, strings.Contains(page, "13125550185"), "the port is there") //nolint:testifylint // a page is too long to be printed
			assert.False(t, strings.Contains(page, "REJECT from"))                     //nolint:testifylint // as above
			out, code := f.sh(t, test.change)
			require.Contains(t, []int{int(codeDone), int(codeNeedsYou)}, code, out)
			_, page = get()
			assert.True(t, strings.Contains(page, "REJECT from"), "and so is its exception") //nolint:testifylint // as above
			assert.Zero(t, end())
		})
	}
}

// TestUnknown loses the answer to what can't be repeated.
func TestUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.sandbox.AddPortRequest("+13125550193")
	r.sandbox.Inject(portingtest.Fault{Operation: "SubRequests.Cancel", Nth: 1, Effect: portingtest.DropAfter()})
	out, code := r.sh(t, "porting cancel +13125550193 --yes")
	assert.Equal(t, int(codeUnknown), code, out)
	assert.NotContains(t, out, "3125550193")
	out, code = r.sh(t, "porting cancel +13125550193 --yes")
	assert.Zero(t, code, out)
	assert.Contains(t, out, "not needed: it is cancel-pending")
	r.sandbox.AssertClean(t)
}
