package porting

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
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
// there are, only an empty page is the last: a short one may be as long as the
// server makes them.
func (p *Page[T]) HasNext() bool {
	if len(p.Items) == 0 {
		return false
	}
	return p.TotalPages < 0 || p.Number < p.TotalPages
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
		Number:     number,
		PerPage:    perPage,
		Total:      headerCount(header, "Total"),
		TotalPages: headerCount(header, "Total-Pages"),
	}
	if p.Number == 0 {
		p.Number = firstPage
	}
	if p.PerPage == 0 {
		p.PerPage = defaultPerPage
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

// all iterates over the items of all pages, from the given one on. It asks for a
// page when the items of the one before are used up.
func all[T any, ID comparable](ctx context.Context, op *Operation, number int,
	list func(ctx context.Context, number int) (*Page[T], error), id func(*T) ID,
) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		var before []T
		for number := max(number, firstPage); ; number++ {
			page, err := list(ctx, number)
			if err == nil && sameItems(before, page.Items, id) {
				err = fmt.Errorf("porting: %s: page %d: %w", op.Name, number, ErrRepeatedPage)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Items {
				if !yield(&page.Items[i], nil) {
					return
				}
			}
			if !page.HasNext() {
				return
			}
			before = page.Items
		}
	}
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

// listPage calls a list operation with its options.
func listPage[T any](ctx context.Context, c *Client, op *Operation, opts any, number, perPage int) (*Page[T], error) {
	if err := checkPage(op, number, perPage); err != nil {
		return nil, err
	}
	items, header, err := list[T](ctx, c, &request{op: op, query: opts})
	if err != nil {
		return nil, err
	}
	return newPage(items, header, number, perPage), nil
}
