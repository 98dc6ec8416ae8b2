package conformance

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// TestLives runs the programs of other languages in the folder lives, where their interpreters are installed, against a
// sandbox. They have HTTP alone, for the API and for the clock, the faults and the judgement.
func TestLives(t *testing.T) {
	t.Parallel()
	d := readDescription(t, source)
	for file, life := range map[string]struct {
		run   []string // the interpreter, with its flags
		needs []string // arguments with which it succeeds if it has all that the program needs
		says  string
	}{
		"lives/port.py": {
			run: []string{"python3", "-B"}, needs: []string{"-c", "import sys; sys.exit(sys.version_info < (3, 8))"},
			says: "ported 2 numbers in 3 days, and found one doubled draft\n",
		},
		"lives/port.php": {
			run: []string{"php", "-n", "-d", "extension=curl"}, needs: []string{"-r", "exit(PHP_VERSION_ID < 80000 || !extension_loaded('curl') ? 1 : 0);"},
			says: "ported one number after an exception, and cancelled another\n",
		},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			command := func(args ...string) *exec.Cmd {
				return exec.CommandContext(t.Context(), life.run[0], slices.Concat(life.run[1:], args)...)
			}
			if err := command(life.needs...).Run(); err != nil {
				t.Skipf("%s isn't installed with all that the program needs: %v", life.run[0], err)
			}
			w := &witness{t: t, checker: newChecker(t, d), base: newBase(t)}
			sandbox := portingtest.NewServer(portingtest.WithControl())
			t.Cleanup(sandbox.Close)

			var said, wrong bytes.Buffer
			cmd := command(file, w.serve(sandbox))
			cmd.Stdout, cmd.Stderr = &said, &wrong
			require.NoError(t, cmd.Run(), "%s", &wrong)
			assert.Equal(t, life.says, said.String())
			assert.Empty(t, wrong.String())
			assert.GreaterOrEqual(t, int(w.count.Load()), 10, "exchanges as described")
		})
	}
}

// A witness is a proxy in front of a sandbox that holds what is said to the API to the description. A request that the
// sandbox refuses was meant to be wrong, and only its answer is held to it; a connection that the sandbox drops is dropped.
type witness struct {
	t       *testing.T
	checker *checker
	base    *http.Transport
	count   atomic.Int32 // of the exchanges that are as described
}

// serve gives the URL of the proxy.
func (w *witness) serve(sandbox *portingtest.Server) string {
	w.t.Helper()
	target, err := url.Parse(sandbox.URL())
	require.NoError(w.t, err)
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:    w,
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	})
	w.t.Cleanup(proxy.Close)
	return proxy.URL
}

// RoundTrip sends a request. The control routes, HEAD and what a fault answers aren't described.
func (w *witness) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := replay(&req.Body)
	resp, err := w.base.RoundTrip(req)
	if err != nil || strings.HasPrefix(req.URL.Path, "/_sandbox/") || req.Method == http.MethodHead || resp.StatusCode >= 500 {
		return resp, err
	}
	got := replay(&resp.Body)
	odd := resp.StatusCode >= 400
	req = req.WithContext(context.WithValue(req.Context(), oddKey{}, &odd))
	if len(sent) > 0 {
		req.Body = io.NopCloser(bytes.NewReader(sent)) // it was read when it was sent
	}
	_, failures := w.checker.check(req, resp)
	for _, failure := range failures {
		w.t.Error(failure)
	}
	if !odd && failures == nil {
		w.count.Add(1)
	}
	resp.Body = io.NopCloser(bytes.NewReader(got))
	return resp, nil
}
