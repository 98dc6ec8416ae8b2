package porting_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// page is a page of objects with the ids.
func page(ids ...string) string {
	objects := make([]string, len(ids))
	for i, id := range ids {
		objects[i] = `{"id":"` + id + `"}`
	}
	return "[" + strings.Join(objects, ",") + "]"
}

func TestPageTotals(t *testing.T) {
	t.Parallel()
	full, empty := page("a", "b"), page()
	tests := []struct {
		name              string
		body              string
		header            []string
		opts              porting.PortRequestListOptions
		total, totalPages int
		next              bool
	}{
		{"present", full, []string{"Total", "5", "Total-Pages", "3"}, porting.PortRequestListOptions{}, 5, 3, true},
		{"lower case", full, []string{"total", "5", "total-pages", "3"}, porting.PortRequestListOptions{}, 5, 3, true},
		{"space around", full, []string{"Total", " 5 ", "Total-Pages", "3 "}, porting.PortRequestListOptions{}, 5, 3, true},
		{"last page", full, []string{"Total", "6", "Total-Pages", "3"}, porting.PortRequestListOptions{Page: 3, PerPage: 2}, 6, 3, false},
		{"beyond the last page", empty, []string{"Total", "6", "Total-Pages", "3"}, porting.PortRequestListOptions{Page: 9}, 6, 3, false},
		{"nothing", empty, []string{"Total", "0", "Total-Pages", "0"}, porting.PortRequestListOptions{}, 0, 0, false},
		{"no pages", full, []string{"Total", "2", "Total-Pages", "0"}, porting.PortRequestListOptions{}, 2, -1, true},
		{"missing", full, nil, porting.PortRequestListOptions{PerPage: 50}, -1, -1, true},
		{"missing and empty", empty, nil, porting.PortRequestListOptions{}, -1, -1, false},
		{"unreadable", full, []string{"Total", "many", "Total-Pages", "3.0"}, porting.PortRequestListOptions{}, -1, -1, true},
		{"negative", full, []string{"Total", "-5", "Total-Pages", "-1"}, porting.PortRequestListOptions{}, -1, -1, true},
		{"huge", full, []string{"Total", "99999999999999999999", "Total-Pages", "99999999999999999999"}, porting.PortRequestListOptions{}, -1, -1, true},
		{"one of them", full, []string{"Total", "5"}, porting.PortRequestListOptions{}, 5, -1, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t)
			mock.RegisterResponder("GET", baseURL+api+"/port_requests", answer(200, tt.body, tt.header...))
			got, err := newClient(t, mock).PortRequests.List(t.Context(), &tt.opts)
			require.NoError(t, err)
			assert.NotNil(t, got.Items)
			assert.Len(t, got.Items, strings.Count(tt.body, "id"))
			assert.Equal(t, max(tt.opts.Page, 1), got.Number)
			if tt.opts.PerPage == 0 {
				tt.opts.PerPage = 20
			}
			assert.Equal(t, tt.opts.PerPage, got.PerPage)
			assert.Equal(t, tt.total, got.Total)
			assert.Equal(t, tt.totalPages, got.TotalPages)
			assert.Equal(t, tt.next, got.HasNext())
		})
	}
}

// pages answers a list with these pages, from the first number on; "" is a 404. It
// expects that each is asked for as often as there are ranges.
func pages(t *testing.T, list, query string, totals bool, ranges int, first int, bodies ...string) *httpmock.MockTransport {
	t.Helper()
	mock := newMock(t)
	for i, body := range bodies {
		responder := answer(200, body)
		if totals {
			responder = answer(200, body, "Total", "9", "Total-Pages", strconv.Itoa(first+len(bodies)-1))
		}
		if body == "" {
			responder = answer(404, "")
		}
		expect(t, mock, "GET", fmt.Sprintf("%s%s/%s?%s", baseURL, api, list, strings.Replace(query, "page=N", fmt.Sprintf("page=%d", first+i), 1)), ranges, responder)
	}
	return mock
}

// read ranges over all steps and returns the ids, with a "!" for an error.
func read(t *testing.T, all iter.Seq2[*porting.PortRequest, error]) (ids string, err error) {
	t.Helper()
	for item, e := range all {
		require.NoError(t, err, "a step after the error")
		if e != nil {
			assert.Nil(t, item)
			err = e
			ids += "!"
			continue
		}
		ids += string(item.ID)
	}
	return ids, err
}

func TestAll(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		totals bool
		start  int
		pages  []string
		ids    string
		err    error
	}{
		{"end by totals", true, 0, []string{page("a", "b"), page("c", "d"), page("e")}, "abcde", nil},
		{"one page", true, 0, []string{page("a")}, "a", nil},
		{"nothing", true, 0, []string{page()}, "", nil},
		{"end by the empty page", false, 0, []string{page("a", "b"), page("c", "d"), page()}, "abcd", nil},
		{"a short page proves nothing", false, 0, []string{page("a", "b"), page("c"), page("d", "e"), page()}, "abcde", nil},
		{"nothing without totals", false, 0, []string{page()}, "", nil},
		{"empty before the total is reached", true, 0, []string{page("a"), page()}, "a", nil},
		{"empty pages in between", true, 0, []string{page("a"), page(), page(), page("b")}, "ab", nil},
		{"empty pages only", true, 0, []string{page(), page(), page()}, "", nil},
		{"start at page 3", true, 3, []string{page("e"), page("f")}, "ef", nil},
		{"start at page 1", true, 1, []string{page("a"), page("b")}, "ab", nil},
		{"repeated page", false, 0, []string{page("a", "b"), page("c", "d"), page("c", "d")}, "abcd!", porting.ErrRepeatedPage},
		{"repeated page with totals", true, 0, []string{page("a"), page("a")}, "a!", porting.ErrRepeatedPage},
		{"the same in another order", false, 0, []string{page("a", "b"), page("b", "a")}, "ab!", porting.ErrRepeatedPage},
		{"overlapping pages", false, 0, []string{page("a", "b"), page("b", "c"), page("c"), page()}, "abc", nil},
		{"twice on a page", false, 0, []string{page("a", "a"), page("b", "b"), page()}, "ab", nil},
		{"without ids", true, 0, []string{page("", ""), page("a", "")}, "a", nil},
		{"without ids, repeated", false, 0, []string{page(""), page("")}, "!", porting.ErrRepeatedPage},
		{"error at once", false, 0, []string{""}, "!", porting.ErrNotFound},
		{"error later", false, 0, []string{page("a"), page("b"), ""}, "ab!", porting.ErrNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mock := pages(t, "port_requests", "page=N&per_page=2&search=x", tt.totals, 1, max(tt.start, 1), tt.pages...)
			ids, err := read(t, newClient(t, mock).PortRequests.All(t.Context(), &porting.PortRequestListOptions{Page: tt.start, PerPage: 2, Search: "x"}))
			assert.Equal(t, tt.ids, ids)
			if tt.err == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, tt.err)
			assert.Contains(t, err.Error(), "PortRequests.List")
		})
	}
}

func TestAllDrafts(t *testing.T) {
	t.Parallel()
	mock := pages(t, "draft_port_requests", "include_sub_requests=true&page=N&status=pending", true, 1, 2, page("a", "b"), page("c"))
	var ids string
	opts := porting.DraftListOptions{Page: 2, Status: porting.DraftStatusPending, IncludeSubRequests: porting.Set(true)}
	for draft, err := range newClient(t, mock).Drafts.All(t.Context(), &opts) {
		require.NoError(t, err)
		ids += string(draft.ID)
	}
	assert.Equal(t, "abc", ids)

	mock = pages(t, "draft_port_requests", "page=N", false, 1, 1, page("a"), page("a"))
	var last error
	for _, err := range newClient(t, mock).Drafts.All(t.Context(), nil) {
		last = err
	}
	require.ErrorIs(t, last, porting.ErrRepeatedPage)
	assert.ErrorContains(t, last, "Drafts.List: page 2: ")
}

func TestAllSendsNothingBeforeTheFirstStep(t *testing.T) {
	t.Parallel()
	client := newClient(t, newMock(t))
	opts := &porting.PortRequestListOptions{Search: "x"}
	assert.NotNil(t, client.PortRequests.All(t.Context(), opts))
	assert.NotNil(t, client.Drafts.All(t.Context(), nil))
}

func TestAllCopiesItsOptions(t *testing.T) {
	t.Parallel()
	mock := pages(t, "port_requests", "page=N&search=x", true, 1, 1, page("a"), page("b"))
	opts := &porting.PortRequestListOptions{Search: "x"}
	all := newClient(t, mock).PortRequests.All(t.Context(), opts)
	*opts = porting.PortRequestListOptions{Search: "changed", Page: 7}
	ids, err := read(t, all)
	require.NoError(t, err)
	assert.Equal(t, "ab", ids)
	assert.Equal(t, porting.PortRequestListOptions{Search: "changed", Page: 7}, *opts, "the caller's options stay as they are")
}

func TestAllCanBeRangedOverAgain(t *testing.T) {
	t.Parallel()
	mock := pages(t, "port_requests", "page=N", true, 2, 1, page("a"), page("b"))
	all := newClient(t, mock).PortRequests.All(t.Context(), nil)
	for range 2 {
		ids, err := read(t, all)
		require.NoError(t, err)
		assert.Equal(t, "ab", ids)
	}
}

func TestAllStopsOnBreak(t *testing.T) {
	t.Parallel()
	for _, stop := range []string{"a", "b", "c"} { // the last of page 1, and in page 2
		bodies := []string{page("a", "b"), page("c", "d")}
		if stop < "c" {
			bodies = bodies[:1]
		}
		mock := pages(t, "port_requests", "page=N", false, 1, 1, bodies...)
		for item, err := range newClient(t, mock).PortRequests.All(t.Context(), nil) {
			require.NoError(t, err)
			if string(item.ID) == stop {
				break
			}
		}
	}
}

func TestAllKeepsItsItems(t *testing.T) {
	t.Parallel()
	mock := pages(t, "port_requests", "page=N", true, 1, 1, page("a", "b"), page("c"))
	var kept []*porting.PortRequest
	for item, err := range newClient(t, mock).PortRequests.All(t.Context(), nil) {
		require.NoError(t, err)
		kept = append(kept, item)
	}
	require.Len(t, kept, 3)
	for i, id := range []porting.PortRequestID{"a", "b", "c"} {
		assert.Equal(t, id, kept[i].ID)
	}
}

func TestAllUsesTheCallersContext(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "mine"))
	defer cancel()
	var asked atomic.Int32
	mock := newMock(t)
	mock.RegisterResponder("GET", baseURL+api+"/port_requests", func(r *http.Request) (*http.Response, error) {
		asked.Add(1)
		assert.Equal(t, "mine", r.Context().Value(key{}))
		return answer(200, page("a", "b"))(r)
	})
	var ids string
	var last error
	for item, err := range newClient(t, mock).PortRequests.All(ctx, nil) {
		if err != nil {
			last = err
			continue
		}
		ids += string(item.ID)
		cancel() // in the middle of the first page
	}
	assert.Equal(t, "a", ids, "the context is looked at before each item")
	require.ErrorIs(t, last, context.Canceled)
	assert.EqualValues(t, 1, asked.Load())

	for item, err := range newClient(t, newMock(t)).PortRequests.All(noContext, nil) {
		assert.Nil(t, item)
		requireArgument(t, err, "PortRequests.List", "ctx")
	}
}

func TestAllWithAnErrorInTheMiddleRetries(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	expect(t, mock, "GET", baseURL+api+"/port_requests?page=1", 1, answer(200, page("a")))
	expect(t, mock, "GET", baseURL+api+"/port_requests?page=2", 3, inOrder(broken(errors.New("reset")), answer(503, ""), answer(200, page("b"), "Total-Pages", "2")))
	ids, err := read(t, newClient(t, mock).PortRequests.All(t.Context(), nil))
	require.NoError(t, err)
	assert.Equal(t, "ab", ids)
}
