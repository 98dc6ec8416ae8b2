package browser

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/report"
)

// column is an expression for what the visible rows have in a column.
func column(n int) string {
	return fmt.Sprintf(`Array.from(document.querySelectorAll('tbody tr:not(.more)')).filter((r) => r.checkVisibility()).map((r) => r.cells[%d].innerText.trim())`, n)
}

const (
	count     = `document.getElementById('count').textContent`
	focused   = `document.activeElement.innerText || document.activeElement.id`
	ariaSorts = `Array.from(document.querySelectorAll('thead th')).map((h) => h.getAttribute('aria-sort') ?? '').join(' ')`
)

// clickOn clicks with the mouse on the middle of an element.
func (b *tab) clickOn(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

func TestSort(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	b := show(t, look{}, ports, at(now))
	before := eval[[]string](b, column(0))
	require.Len(t, before, 40)
	assert.Equal(t, "Our move", eval[[]string](b, column(2))[0], "the most urgent port comes first")

	b.clickOn(`thead th:nth-child(2) button`)
	customers := eval[[]string](b, column(1))
	assert.True(t, slices.IsSorted(customers), "%q", customers)
	assert.Equal(t, " ascending      ", eval[string](b, ariaSorts))
	b.clickOn(`thead th:nth-child(2) button`)
	slices.Reverse(customers)
	assert.Equal(t, customers, eval[[]string](b, column(1)))
	assert.Equal(t, " descending      ", eval[string](b, ariaSorts))

	b.clickOn(`thead th:nth-child(7) button`) // the text of a date begins with the day of the week
	dates := eval[[]string](b, `Array.from(document.querySelectorAll('tbody td:nth-child(7) time'), (t) => t.dateTime)`)
	assert.True(t, slices.IsSorted(dates), "%q", dates)
	b.clickOn(`thead th:nth-child(5) button`)
	assert.Equal(t, "1", strings.Fields(eval[[]string](b, column(4))[0])[0])
	assert.ElementsMatch(t, before, eval[[]string](b, column(0)), "no row is lost")
}

func TestFilter(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	b := show(t, look{}, ports, at(now))
	assert.Equal(t, "40 ports", eval[string](b, count))
	for _, c := range []struct{ text, count, customer string }{
		{"dental", "1 of 40 ports", "Example Dental"},
		{"(213) 555-0127", "1 of 40 ports", "Example Towing"}, // not the first number of its port
		{"+1 303 555 0101", "1 of 40 ports", "Example Garage"},
		{"DSL on line", "1 of 40 ports", "Example Movers"}, // a comment
		{"billing number", "0 of 40 ports", ""},            // the name of a field
	} {
		eval[any](b, `document.getElementById('text').value = ''`)
		b.do(chromedp.SendKeys(chromedp.ID("text"), c.text))
		assert.Equal(t, c.count, eval[string](b, count), c.text)
		assert.Equal(t, c.customer, strings.Join(eval[[]string](b, column(1)), ", "), c.text)
	}
	b.clickOn(`#clear`)
	b.waitFor(count + ` === '40 ports'`)

	b.clickOn(`.tiles li.ours a`)
	assert.Equal(t, "4 of 40 ports", eval[string](b, count))
	assert.Equal(t, []string{"Our move", "Our move", "Our move", "Our move"}, eval[[]string](b, column(2)))
	b.clickOn(`#clear`)
	b.waitFor(count + ` === '40 ports'`)

	b.do(chromedp.Focus(chromedp.ID("status")), chromedp.KeyEvent("awaiting"))
	assert.Equal(t, []string{"awaiting-activation"}, eval[[]string](b, column(3)))
}

// waitFor waits until an expression is true.
func (b *tab) waitFor(expression string) {
	b.t.Helper()
	assert.Eventually(b.t, func() bool { return eval[bool](b, expression) }, 20*time.Second, 10*time.Millisecond, expression)
}

func TestDetails(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	b := show(t, look{}, ports, at(now))
	b.do(chromedp.SendKeys(chromedp.ID("text"), "dental")) // not what the link leads to
	b.clickOn(`.cards a`)
	b.waitFor(`document.querySelectorAll('tr.more').length === 1`)
	text := eval[string](b, `document.querySelector('tr.more').innerText`)
	for _, part := range []string{"Example Garage", "Ada Example", "1 Main Street", "+13035550100", "exception", "LSP states the account number", "loa", "given, not shown", "account_number"} {
		assert.Contains(t, text, part)
	}
	assert.Equal(t, "40 ports", eval[string](b, count), "the filter doesn't hide what the link leads to")
	assert.Equal(t, eval[[]string](b, column(0))[0], eval[string](b, focused))
	assert.Equal(t, "true", eval[string](b, `document.activeElement.getAttribute('aria-expanded')`))

	b.clickOn(`thead th:nth-child(2) button`)
	assert.True(t, eval[bool](b, `document.querySelector('tr.more').previousSibling.innerText.includes('Example Garage')`), "details stay with their row")
	b.clickOn(`button[aria-expanded=true]`)
	assert.Zero(t, eval[int](b, `document.querySelectorAll('tr.more').length`))
}

// TestKeyboard does without a mouse.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	b := show(t, look{}, ports, at(now))
	press := func(keys string) { b.do(chromedp.KeyEvent(keys)) }
	press(kb.Tab)
	assert.Equal(t, "Skip to the table", eval[string](b, focused))
	assert.True(t, eval[bool](b, `document.activeElement.getBoundingClientRect().top >= 0`), "it is to be seen")
	press(kb.Enter)
	press(kb.Tab)
	require.Equal(t, "text", eval[string](b, focused))
	press("bakery")
	assert.Equal(t, "1 of 40 ports", eval[string](b, count))
	for range 4 { // the two lists, Clear, and the first header
		press(kb.Tab)
	}
	require.Equal(t, "Port", eval[string](b, focused))
	assert.NotEqual(t, "none", eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`))
	press(kb.Enter)
	assert.Equal(t, "ascending       ", eval[string](b, ariaSorts))
	for range 8 {
		press(kb.Tab)
	}
	require.Equal(t, eval[[]string](b, column(0))[0], eval[string](b, focused))
	press(" ")
	assert.Contains(t, eval[string](b, `document.querySelector('tr.more')?.innerText ?? ''`), "Example Bakery")
	press(kb.Enter)
	assert.Zero(t, eval[int](b, `document.querySelectorAll('tr.more').length`))
}

// TestScreenReader looks at the tree that the browser makes for a screen reader.
func TestScreenReader(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	b := show(t, look{}, ports, at(now))
	b.clickOn(`thead th:nth-child(1) button`)
	eval[any](b, `document.querySelectorAll('tbody th button').forEach((button, i) => i < 3 && button.click())`)
	roles := map[string]int{}
	names := map[string]bool{}
	for _, node := range do(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
		if node.Ignored || node.Role == nil {
			continue
		}
		role := strings.Trim(string(node.Role.Value), `"`)
		roles[role]++
		if node.Name != nil {
			names[role+" "+strings.Trim(string(node.Name.Value), `"`)] = true
		}
	}
	assert.Equal(t, 1, roles["main"])
	assert.Equal(t, 1, roles["banner"])
	assert.Equal(t, 1, roles["contentinfo"])
	assert.Equal(t, 1, roles["search"])
	assert.Equal(t, 1, roles["status"])
	assert.Equal(t, 3, roles["article"])
	assert.Equal(t, 8, roles["columnheader"])
	assert.Equal(t, 40, roles["rowheader"])
	for _, name := range []string{"table All ports, the most urgent first", "region What needs us first", "region Whose move it is", "region FOC dates ahead", "region All ports", "searchbox Find", "combobox Move", "combobox Status"} {
		assert.True(t, names[name], "%s; there is %v", name, names)
	}
	assert.Equal(t, []string{}, eval[[]string](b, `Array.from(document.querySelectorAll('[id]'), (e) => e.id).filter((id, i, all) => all.indexOf(id) !== i)`), "each id is there once")
	levels := eval[[]int](b, `Array.from(document.querySelectorAll('h1, h2, h3, h4')).filter((h) => h.checkVisibility()).map((h) => Number(h.tagName[1]))`)
	for i := 1; i < len(levels); i++ {
		assert.LessOrEqual(t, levels[i], levels[i-1]+1, "no level of headings is left out: %v", levels)
	}
}

//go:embed contrast.js
var contrast string

func TestContrast(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	ports[3].Err = errors.New("the server is busy")
	for name, as := range map[string]look{"light": {}, "dark": {dark: true}, "phone": {width: 390, height: 844, phone: true, dark: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := show(t, as, ports, &report.Options{Now: at(now).Now, Incomplete: errors.New("the list broke off")})
			eval[any](b, `document.querySelectorAll('tbody th button').forEach((button, i) => i < 12 && button.click())`)
			found := eval[struct {
				Texts int
				Low   []string
			}](b, contrast)
			assert.Greater(t, found.Texts, 500)
			assert.Empty(t, found.Low)
		})
	}
}

// TestWidths looks for what a screen has no room for, from phones to desks.
func TestWidths(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	ports[0].PortRequest.SubRequests[0].PersonOrCompanyName = strings.Repeat("Donaudampfschifffahrts", 5)
	for _, width := range []int64{320, 390, 680, 800, 1000, 1280} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			t.Parallel()
			b := show(t, look{width: width, height: 844, phone: width < 600}, ports, at(now))
			eval[any](b, `document.querySelectorAll('tbody th button').forEach((button) => button.click())`)
			assert.Equal(t, int(width), eval[int](b, `Math.max(innerWidth, document.documentElement.scrollWidth)`))
			assert.Equal(t, []string{}, eval[[]string](b, `Array.from(document.querySelectorAll('thead th')).filter((h) => h.scrollWidth > h.clientWidth).map((h) => h.innerText)`))
			assert.Equal(t, []string{}, eval[[]string](b, `Array.from(document.querySelectorAll('main *')).filter((e) => e.checkVisibility() && !e.ownerSVGElement && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 120))`))
		})
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	b := show(t, look{width: 794, height: 1123, dark: true, zone: "Asia/Tokyo"}, many(ports, 130), at(now))
	assert.Len(t, eval[[]string](b, column(0)), 100)
	do(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	assert.Len(t, eval[[]string](b, column(0)), 130, "all pages of the table are printed")
	assert.False(t, eval[bool](b, `document.getElementById('filter').checkVisibility()`))
	assert.Equal(t, "rgb(255, 255, 255)", eval[string](b, `getComputedStyle(document.body).backgroundColor`))
	found := eval[struct {
		Texts int
		Low   []string
	}](b, contrast)
	assert.Empty(t, found.Low)
	file, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
	require.NoError(t, err)
	assert.Greater(t, len(file), 10_000)
	assert.Zero(t, eval[int](b, `document.querySelectorAll('tbody time:not([title])').length`), "times are in the viewer's zone on all of them")
}

func TestPages(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	b := show(t, look{}, many(ports, 250), at(now))
	const where = `document.getElementById('where').textContent`
	assert.Equal(t, "Page 1 of 3", eval[string](b, where))
	b.clickOn(`#next`)
	b.clickOn(`#next`)
	assert.Equal(t, "Page 3 of 3", eval[string](b, where))
	assert.Len(t, eval[[]string](b, column(0)), 50)
	assert.True(t, eval[bool](b, `document.getElementById('next').disabled`))
	b.do(chromedp.SendKeys(chromedp.ID("text"), "example bakery"))
	assert.Equal(t, "7 of 250 ports", eval[string](b, count))
	assert.False(t, eval[bool](b, `document.getElementById('pages').checkVisibility()`))

	// A link leads to a port that the filter hides, on another page.
	eval[any](b, `location.hash = document.querySelectorAll('tbody tr')[230].dataset.id`)
	b.waitFor(`document.querySelectorAll('tr.more').length === 1`)
	eval[any](b, `new Promise((done) => setTimeout(done, 50))`, chromedp.EvalAwaitPromise)
	assert.Equal(t, "Page 3 of 3", eval[string](b, where))
	assert.True(t, eval[bool](b, `document.querySelector('tr.more').checkVisibility()`))
}

// TestWithoutScript shows what there is without a script: all of it.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	for _, as := range []look{{noScript: true}, {noScript: true, width: 390, height: 844, phone: true}} {
		b := show(t, as, many(ports, 130), at(now))
		text := eval[string](b, `document.body.innerText`)
		assert.Contains(t, text, "LSP states the account number")
		assert.Contains(t, text, "given, not shown")
		assert.Contains(t, text, "times are in UTC")
		assert.Len(t, eval[[]string](b, column(0)), 130)
		assert.Equal(t, 130, eval[int](b, `document.querySelectorAll('article').length`))
		assert.False(t, eval[bool](b, `document.getElementById('filter').checkVisibility()`))
		assert.True(t, eval[bool](b, `document.getElementById(decodeURIComponent(document.querySelector('.cards a').hash.slice(1))) !== null`))
		assert.LessOrEqual(t, eval[int](b, `document.documentElement.scrollWidth - innerWidth`), 0)
	}
}

func TestZones(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	const made = `document.querySelector('header p').innerText.replace(' (yours)', '')`
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	require.NoError(t, err)
	b := show(t, look{zone: "America/New_York"}, ports, at(now))
	assert.Contains(t, eval[string](b, made), "as of Tue 2026-03-17 05:00 · times are in America/New_York")
	assert.Equal(t, "Mon 2026-03-09 12:00 requested", eval[[]string](b, column(6))[0])
	b = show(t, look{zone: "America/New_York"}, ports, &report.Options{Now: at(now).Now, Location: tokyo})
	assert.Contains(t, eval[string](b, made), "as of Tue 2026-03-17 18:00 · times are in Asia/Tokyo")
}

// TestHostile shows names and comments that are HTML, or turn the direction of what follows.
func TestHostile(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	const name = `<img src=x onerror=alert(1)><script>document.title = 'x'</script></noscript></article>"'&lt;b&gt;`
	for i := range ports {
		for k := range ports[i].PortRequest.SubRequests {
			sub := &ports[i].PortRequest.SubRequests[k]
			sub.PersonOrCompanyName = name
			sub.AuthPersonName = "\u202eevil\u2067\u0000"
			sub.Status += "</script><script>alert(1)</script>"
		}
		ports[i].PortRequest.ID = porting.PortRequestID(fmt.Sprintf(`"><b id=x>%d%%`, i))
		ports[i].Comments = append(ports[i].Comments, porting.Comment{Body: name + "\u202e\n" + name})
	}
	b := show(t, look{}, ports, at(now))
	eval[any](b, `document.querySelectorAll('tbody th button').forEach((button) => button.click())`)
	assert.Equal(t, 40, eval[int](b, `document.querySelectorAll('tr.more').length`))
	assert.Equal(t, name, eval[[]string](b, column(1))[0])
	assert.Zero(t, eval[int](b, `document.querySelectorAll('img, b#x, article script, noscript + b').length`))
	assert.Equal(t, "Ports", eval[string](b, `document.title`))
	b.do(chromedp.SendKeys(chromedp.ID("text"), "</script>"))
	assert.Equal(t, "40 ports", eval[string](b, count))
	b.clickOn(`.cards a`)
	b.waitFor(`location.hash !== ''`)
}

// TestLive serves the page.
func TestLive(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	loads := 0
	server := httptest.NewServer(report.Handler(func(context.Context) ([]report.Port, error) {
		loads++
		return ports[:loads], nil
	}, at(now)))
	defer server.Close()
	b := open(t, look{})
	b.do(chromedp.Navigate(server.URL))
	assert.Equal(t, "1 port", eval[string](b, count))
	_, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(`header a`)))
	require.NoError(t, err)
	assert.Equal(t, "2 ports", eval[string](b, count))
}
