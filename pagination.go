package porting

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// A Page is one page of a list.
type Page[T any] struct {
	Items      []T // never nil
	Number     int // from 1
	PerPage    int // as asked for; the server may give fewer
	Total      int // of all pages' items; -1 if the server didn't say
	TotalPages int // -1 if the server didn't say
}

// HasNext tells whether there is another page. If the server didn't say how many
// there are, the last page is an empty one: a short page may only mean that the server caps
// PerPage.
func (p *Page[T]) HasNext() bool {
	if p.TotalPages < 0 {
		return len(p.Items) > 0
	}
	return p.Number < p.TotalPages
}

// valueOf returns the options that were given, or none.
func valueOf[T any](opts *T) (o T) {
	if opts != nil {
		o = *opts
	}
	return o
}

// listPage calls a list operation with its options.
func listPage[T any](ctx context.Context, c *Client, op *Operation, opts any, number, perPage int) (*Page[T], error) {
	err := firstBroken(op.Name,
		rule{number < 0, "page", "must not be negative; pages count from 1"},
		rule{perPage < 0, "per_page", "must not be negative"},
	)
	if err != nil {
		return nil, err
	}
	number, perPage = cmp.Or(number, 1), cmp.Or(perPage, 20) // as the API does
	const most = 250                                         // whatever was asked for
	items, header, err := list[T](ctx, c, &request{op: op, query: opts, room: min(perPage, most)})
	if err != nil {
		return nil, err
	}
	p := &Page[T]{items, number, perPage, headerCount(header, "Total"), headerCount(header, "Total-Pages")}
	if p.TotalPages == 0 && len(items) > 0 {
		p.TotalPages = -1 // it can't be
	}
	return p, nil
}

// listAll calls a list operation that has no pages.
func listAll[T any](ctx context.Context, c *Client, op *Operation, ids ...string) ([]T, error) {
	items, _, err := list[T](ctx, c, &request{op: op, ids: ids})
	return items, err
}

// headerCount reads a count, or returns -1 if there is none that can be read.
func headerCount(h http.Header, key string) int {
	n, err := strconv.Atoi(strings.TrimSpace(h.Get(key)))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// mostPasses is how often a list that doesn't hold still is read.
const mostPasses = 10

// all yields each item of a list once. It reads the list in passes, each from the page
// with the given number to the end, until the list has held still during one of them.
func all[T model](ctx context.Context, c *Client, op *Operation, number int,
	list func(ctx context.Context, c *Client, number int) (*Page[T], error),
) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		if ctx == nil {
			yield(nil, &ArgumentError{op.Name, "ctx", "is nil"})
			return
		}
		w := &walk[T]{client: c, op: op, first: cmp.Or(number, 1), list: list}
		for w.pass < mostPasses {
			w.pass++
			again, err := w.read(ctx, yield)
			if err != nil {
				yield(nil, err)
			}
			if err != nil || !again {
				return
			}
		}
		yield(nil, fmt.Errorf("porting: %s: %w", op.Name, ErrListChanges))
	}
}

// A walk is one loop over a list.
type walk[T model] struct {
	client  *Client
	op      *Operation
	first   int // page of each pass
	list    func(ctx context.Context, c *Client, number int) (*Page[T], error)
	pass    uint8            // from 1
	seen    map[string]uint8 // the items that have come, each with the last pass in which it did
	limited atomic.Bool      // a 429 came while pages were read ahead
}

// read makes one pass: it reads the list to its end and yields what hasn't come before.
// It asks for another pass if the totals changed on the way. It also asks for one if an item
// came twice, because others may have moved to pages already read, unless the pass yielded
// nothing (some lists hold an item twice) or the server gives no totals.
func (w *walk[T]) read(ctx context.Context, yield func(*T, error) bool) (again bool, err error) {
	ahead := &readAhead[T]{client: w.client, list: w.list, limited: &w.limited, number: w.first - 1}
	defer ahead.calls.Wait()
	calls, cancel := context.WithCancel(ctx)
	defer cancel()
	var changed, twice, yielded bool
	total, totalPages, length := -1, -1, 0 // of the page before
	for number := w.first; ; number++ {
		if len(w.seen) > 0 && ctx.Err() != nil {
			return false, w.unread(ctx)
		}
		page, err := ahead.next(calls, totalPages)
		if err != nil {
			return false, err
		}
		if w.seen == nil {
			w.seen = make(map[string]uint8, min(max(page.Total, len(page.Items)), 5000)) // making room later costs more
		}
		changed = changed || differ(total, page.Total) || differ(totalPages, page.TotalPages)
		fresh := false // something came that hasn't come in this pass
		for i := range page.Items {
			newToPass, newToAll := w.note(&page.Items[i])
			fresh = fresh || newToPass
			twice = twice || !newToPass && !newToAll
			if !newToAll {
				continue
			}
			if ctx.Err() != nil {
				return false, w.unread(ctx)
			}
			if !yield(&page.Items[i], nil) {
				return false, nil
			}
			yielded = true
		}
		switch {
		case !fresh && !changed && number > w.first && len(page.Items) >= max(length, 1):
			return false, fmt.Errorf("porting: %s: page %d: %w", w.op.Name, number, ErrRepeatedPage)
		case !page.HasNext(), !fresh && changed: // the latter ends the pass where a list grows as fast as it is read
			told := page.Total >= 0 || page.TotalPages >= 0
			return changed || twice && yielded && told, nil
		}
		total, totalPages, length = page.Total, page.TotalPages, len(page.Items)
	}
}

// note takes note of an item that came. It tells whether it came for the first time in
// this pass, and in the whole loop.
func (w *walk[T]) note(item *T) (newToPass, newToAll bool) {
	_, id := (*item).key()
	if id == "" { // nothing tells such items apart, so that they are yielded in the first pass only
		return false, w.pass == 1
	}
	last := w.seen[id]
	w.seen[id] = w.pass
	return last < w.pass, last == 0
}

// differ tells whether two counts, both known, are different.
func differ(before, now int) bool { return before >= 0 && now >= 0 && before != now }

// unread is the error of a loop whose context ended between two items.
func (w *walk[T]) unread(ctx context.Context) error {
	reason := ctx.Err()
	if cause := context.Cause(ctx); !errors.Is(cause, reason) {
		reason = fmt.Errorf("%w: %w", reason, cause)
	}
	return &ConnectionError{
		Operation: w.op.Name,
		Method:    w.op.Method,
		Route:     w.op.Route,
		Attempts:  1,
		Err:       reason,
		what:      "the rest of the list was not read",
	}
}
