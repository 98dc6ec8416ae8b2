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
	"sync"
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
// there are, only an empty page is the last: a short one may be the server's maximum.
func (p *Page[T]) HasNext() bool {
	if p.TotalPages < 0 {
		return len(p.Items) > 0
	}
	return p.Number < p.TotalPages
}

// What the API does where nothing is asked for.
const (
	firstPage      = 1
	defaultPerPage = 20
)

// newPage makes a page of a list's items and the totals in the answer's header.
func newPage[T any](items []T, header http.Header, number, perPage int) *Page[T] {
	p := &Page[T]{
		Items:      items,
		Number:     cmp.Or(number, firstPage),
		PerPage:    cmp.Or(perPage, defaultPerPage),
		Total:      headerCount(header, "Total"),
		TotalPages: headerCount(header, "Total-Pages"),
	}
	if p.TotalPages == 0 && len(items) > 0 {
		p.TotalPages = -1 // it can't be
	}
	return p
}

// headerCount reads a count, or returns -1 if there is none that can be read.
func headerCount(h http.Header, key string) int {
	n, err := strconv.Atoi(strings.TrimSpace(h.Get(key)))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// checkPage refuses page numbers and lengths that can't be.
func checkPage(op *Operation, page, perPage int) error {
	switch {
	case page < 0:
		return &ArgumentError{op.Name, "page", "must not be negative; pages count from 1"}
	case perPage < 0:
		return &ArgumentError{op.Name, "per_page", "must not be negative"}
	}
	return nil
}

// all iterates over the items of all pages, from the given one on. From the second
// page on it reads ahead, as [WithReadAhead] says.
func all[T any, ID comparable](ctx context.Context, c *Client, op *Operation, number int,
	list func(ctx context.Context, number int) (*Page[T], error), id func(*T) ID,
) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		number := cmp.Or(number, firstPage)
		page, err := list(ctx, number)
		if err != nil {
			yield(nil, err)
			return
		}
		ahead := &readAhead[T]{op: op, list: list, most: cmp.Or(c.config.readAhead, defaultReadAhead), asked: number}
		defer ahead.calls.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		for {
			for i := range page.Items {
				if !yield(&page.Items[i], nil) {
					return
				}
			}
			if !page.HasNext() {
				return
			}
			next, err := ahead.next(ctx, page.TotalPages)
			number++
			if err == nil && sameItems(page.Items, next.Items, id) {
				if !grown(page, next) {
					err = fmt.Errorf("porting: %s: page %d: %w", op.Name, number, ErrRepeatedPage)
				}
				next.Items = nil // a whole page came in front
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(page.Items) == 0 && len(next.Items) == 0 {
				return // whatever the totals say
			}
			page = next
		}
	}
}

// A readAhead asks for pages before they are needed.
type readAhead[T any] struct {
	op     *Operation
	list   func(ctx context.Context, number int) (*Page[T], error)
	most   int // pages at once
	asked  int // the last page that was asked for
	coming []chan answered[T]
	calls  sync.WaitGroup
}

// answered is a page, or an error, and the answer it came in.
type answered[T any] struct {
	page     *Page[T]
	err      error
	response Response
	panicked any // what the call panicked with: a limiter or an observer of the user's
}

// errEnded is the error of a page whose goroutine an observer or a limiter has ended.
var errEnded = errors.New("porting: runtime.Goexit was called")

// next returns the page after the one before. Those after it are asked for at the
// same time, as far as it is known that there are any.
func (r *readAhead[T]) next(ctx context.Context, totalPages int) (*Page[T], error) {
	for len(r.coming) == 0 || len(r.coming) < r.most && r.asked < totalPages {
		r.asked++
		r.coming = append(r.coming, r.ask(ctx, r.asked))
	}
	first := <-r.coming[0]
	r.coming = r.coming[1:]
	if into := captured(ctx); into != nil {
		*into = first.response
	}
	if first.panicked != nil {
		panic(first.panicked) // where the caller can recover it
	}
	if err := ctx.Err(); err != nil && first.err == nil { // it came, but nobody wants it any more
		return nil, &ConnectionError{Operation: r.op.Name, Method: r.op.Method, Route: r.op.Route, Err: err}
	}
	return first.page, first.err
}

// ask asks for a page.
func (r *readAhead[T]) ask(ctx context.Context, number int) chan answered[T] {
	coming := make(chan answered[T], 1)
	a := new(answered[T])
	if captured(ctx) != nil {
		ctx = CaptureResponse(ctx, &a.response)
	}
	r.calls.Go(func() {
		defer func() {
			a.panicked = recover()
			if a.page == nil && a.err == nil {
				a.err = errEnded
			}
			coming <- *a
		}()
		a.page, a.err = r.list(ctx, number)
	})
	return coming
}

// sameItems tells whether two pages have the same ids, and any.
func sameItems[T any, ID comparable](a, b []T, id func(*T) ID) bool {
	if len(a) != len(b) || len(a) == 0 {
		return false
	}
	for i := range a {
		if id(&a[i]) != id(&b[i]) {
			return false
		}
	}
	return true
}

// grown tells whether items were added to the list between two of its pages.
func grown[T any](page, next *Page[T]) bool {
	return page.Total >= 0 && page.Total < next.Total && next.TotalPages >= 0
}

// listPage calls a list operation with its options.
func listPage[T any](ctx context.Context, c *Client, op *Operation, opts any, number, perPage int) (*Page[T], error) {
	if err := checkPage(op, number, perPage); err != nil {
		return nil, err
	}
	const most = 250 // whatever was asked for
	room := min(cmp.Or(perPage, defaultPerPage), most)
	items, header, err := list[T](ctx, c, &request{op: op, query: opts, room: room})
	if err != nil {
		return nil, err
	}
	return newPage(items, header, number, perPage), nil
}
