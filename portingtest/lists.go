package portingtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The length of a page: what it is unless asked for, and what it is cut to.
const (
	defaultPerPage = 20
	maxPerPage     = 250
)

// include tells which of its parts an object is answered with.
type include struct{ phoneNumbers, subRequests bool }

var defaultInclude = include{phoneNumbers: true}

// listRequest is the query of a list.
type listRequest struct {
	page, perPage  int
	search, status string
	include        include
}

// readListQuery gives the query of a list whose status can be one of those
// given.
func readListQuery(query url.Values, statuses ...string) (listRequest, error) {
	var bad problems
	q := listRequest{
		page:    readPositive(query, "page", 1, &bad),
		perPage: min(readPositive(query, "per_page", defaultPerPage, &bad), maxPerPage),
		search:  query.Get("search"),
		status:  query.Get("status"),
		include: readIncludes(query, &bad),
	}
	if query.Has("status") && !slices.Contains(statuses, q.status) {
		bad.add("/status", "invalid", "must be "+strings.Join(statuses, " or "))
	}
	return q, bad.err()
}

// readInclude gives the query of a single object.
func readInclude(query url.Values) (include, error) {
	var bad problems
	in := readIncludes(query, &bad)
	return in, bad.err()
}

func readIncludes(query url.Values, bad *problems) include {
	return include{
		phoneNumbers: readBool(query, "include_phone_numbers", defaultInclude.phoneNumbers, bad),
		subRequests:  readBool(query, "include_sub_requests", defaultInclude.subRequests, bad),
	}
}

func readBool(query url.Values, key string, unset bool, bad *problems) bool {
	if !query.Has(key) {
		return unset
	}
	text := query.Get(key)
	if text != "true" && text != "false" {
		bad.add(member("", key), wrongType, "must be true or false")
	}
	return text == "true"
}

func readPositive(query url.Values, key string, unset int, bad *problems) int {
	if !query.Has(key) {
		return unset
	}
	n, err := strconv.Atoi(query.Get(key))
	if err != nil || n < 1 {
		bad.add(member("", key), wrongType, "must be an integer from 1")
		return unset
	}
	return n
}

// filter gives the records that pass, in order of creation.
func filter[T any](from *records[T], pass func(*T) bool) []*T {
	var found []*T
	for _, id := range from.Order {
		if record := from.ByID[id]; pass(record) {
			found = append(found, record)
		}
	}
	return found
}

// page gives one page of what was found, and says in the header how much there
// is.
func page[T any](q listRequest, found []*T, header http.Header) []*T {
	pages := (len(found) + q.perPage - 1) / q.perPage
	header.Set("Total", strconv.Itoa(len(found)))
	header.Set("Total-Pages", strconv.Itoa(pages))
	if q.page > pages {
		return nil
	}
	start := (q.page - 1) * q.perPage
	return found[start:min(start+q.perPage, len(found))]
}
