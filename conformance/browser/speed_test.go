package browser

import (
	"math"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// A timing is how long a page has taken, in milliseconds since it was asked for.
type timing struct {
	Paint float64 // something is there to read
	Ready float64 // all rows are there, and can be sorted and filtered
	All   float64 // the details as well
}

// watchReady notes when the script has shown the filters.
const watchReady = `{
	const look = () => {
		if (document.getElementById('filter')?.hidden === false) window.readyAt = performance.now();
		else setTimeout(look, 1);
	};
	look();
}`

// TestSpeed opens a page of 5,000 ports.
func TestSpeed(t *testing.T) { //nolint:paralleltest // it measures time
	ports, now := sample(t)
	b := open(t, look{})
	do(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watchReady})
	url := b.load(many(ports, 5000), at(now))
	best := timing{math.Inf(1), math.Inf(1), math.Inf(1)}
	for tries := 0; tries < 3 || tries < 20 && best.Ready >= 1000; tries++ { // the best shows what the page takes, whatever else the machine does
		b.do(chromedp.Navigate(url))
		got := eval[timing](b, `({
			Paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
			Ready: window.readyAt,
			All: performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
		})`)
		t.Logf("readable after %.0f ms, ready after %.0f ms, all loaded after %.0f ms", got.Paint, got.Ready, got.All)
		best = timing{min(best.Paint, got.Paint), min(best.Ready, got.Ready), min(best.All, got.All)}
	}
	assert.Less(t, best.Ready, 1000.0)
	took := eval[map[string]float64](b, `(() => {
		const took = {};
		const time = (name, f) => {
			const began = performance.now();
			f();
			document.body.offsetHeight;
			took[name] = performance.now() - began;
		};
		const find = (text) => {
			document.getElementById('text').value = text;
			document.getElementById('filter').dispatchEvent(new Event('input'));
		};
		time('sort', () => document.querySelector('thead button').click());
		time('find', () => find('dental 77'));
		time('find again', () => find('bakery'));
		return took;
	})()`)
	t.Log(took)
	for name, ms := range took {
		assert.Less(t, ms, 1000.0, name)
	}
	assert.Equal(t, "125 of 5000 ports", eval[string](b, `document.getElementById('count').textContent`))
}
