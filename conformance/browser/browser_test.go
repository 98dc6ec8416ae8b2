// Package browser tests the page of package report in a real browser, Chromium without a window.
package browser

import (
	"context"
	"flag"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/report"
)

var (
	required    = flag.Bool("required", false, "fail where Chromium is missing")
	screenshots = flag.String("screenshots", "", "a folder to write the screenshots to")
)

// chromium is the browser, nil where there is none.
var chromium context.Context

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run starts one browser for all tests.
func run(m *testing.M) int {
	flag.Parse()
	path := find()
	if path == "" {
		if *required {
			log.Print("there is no Chromium")
			return 1
		}
		return m.Run()
	}
	profile, err := os.MkdirTemp("", "porting-browser-")
	if err != nil {
		log.Print(err)
		return 1
	}
	defer func() { _ = os.RemoveAll(profile) }()
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))...)
	defer stop()
	ctx, cancel := chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(ctx); err != nil {
		log.Print(err)
		return 1
	}
	chromium = ctx //nolint:fatcontext // this is where the browser is kept
	return m.Run()
}

// find returns the path of a Chromium, or nothing.
func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// A tab is a page of the browser. What it says on its console and asks for over a network is
// looked at when the test ends.
type tab struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // it is the tab

	mutex    sync.Mutex
	requests []string
}

// A look is how somebody looks at a page.
type look struct {
	width, height int64
	dark          bool
	phone         bool
	zone          string // as Europe/Berlin
	noScript      bool
}

// open opens a tab, without a page.
func open(t *testing.T, as look) *tab {
	t.Helper()
	if chromium == nil {
		t.Skip("there is no Chromium")
	}
	ctx, cancel := chromedp.NewContext(chromium)
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx}
	messages := chromedp.Console(ctx)
	require.NoError(t, chromedp.Listen(ctx, b.listen))
	do(b, network.Enable, network.EnableParams{})
	if as.width == 0 {
		as.width, as.height = 1280, 900
	}
	scheme := "light"
	if as.dark {
		scheme = "dark"
	}
	do(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if as.zone == "" {
		as.zone = "UTC"
	}
	do(b, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: as.zone})
	if as.noScript {
		do(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	viewport := chromedp.EmulateViewport(as.width, as.height)
	if as.phone {
		viewport = chromedp.EmulateViewport(as.width, as.height, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.do(viewport)
	t.Cleanup(func() {
		stop()
		for m, err := range messages {
			if err != nil {
				break
			}
			t.Errorf("the console: %s: %s", m.Type, m.Text)
		}
		b.mutex.Lock()
		defer b.mutex.Unlock()
		assert.Empty(t, b.requests, "requests over a network")
	})
	return b
}

// listen notes what is asked for over a network.
func (b *tab) listen(event any) {
	sent, ok := event.(*network.EventRequestWillBeSent)
	if !ok {
		return
	}
	switch url := sent.Request.URL; {
	case strings.HasPrefix(url, "data:"), strings.HasPrefix(url, "file:") && sent.Type == network.ResourceTypeDocument, strings.HasPrefix(url, "http://127.0.0.1:") && sent.Type == network.ResourceTypeDocument:
	default:
		b.mutex.Lock()
		defer b.mutex.Unlock()
		b.requests = append(b.requests, url)
	}
}

// do sends a command to the browser.
func do[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	result, err := chromedp.Call(b.ctx, command, params)
	require.NoError(b.t, err)
	return result
}

// do takes steps in the tab.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

// eval evaluates an expression in the page.
func eval[T any](b *tab, expression string, opts ...chromedp.EvaluateOption) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, opts...))
	require.NoError(b.t, err, expression)
	return v
}

// show writes the page of ports to a file and opens that.
func show(t *testing.T, as look, ports []report.Port, o *report.Options) *tab {
	t.Helper()
	b := open(t, as)
	b.load(ports, o)
	return b
}

// load writes the page of ports to a file and opens that. It returns the file's URL.
func (b *tab) load(ports []report.Port, o *report.Options) string {
	b.t.Helper()
	name := filepath.Join(b.t.TempDir(), "report.html")
	file, err := os.Create(name)
	require.NoError(b.t, err)
	require.NoError(b.t, report.Write(file, ports, o))
	require.NoError(b.t, file.Close())
	b.do(chromedp.Navigate("file://" + name))
	return "file://" + name
}

// at is a clock that stands still.
func at(now time.Time) *report.Options {
	return &report.Options{Now: func() time.Time { return now }}
}
