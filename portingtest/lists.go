package portingtest

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
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

// readListQuery gives the query of a list.
func readListQuery(query url.Values) listRequest {
	return listRequest{
		page:    readPositive(query, "page", 1),
		perPage: min(readPositive(query, "per_page", defaultPerPage), maxPerPage),
		search:  query.Get("search"),
		status:  query.Get("status"),
		include: readInclude(query),
	}
}

// readInclude gives the query of a single object.
func readInclude(query url.Values) include {
	return include{
		phoneNumbers: readBool(query, "include_phone_numbers", defaultInclude.phoneNumbers),
		subRequests:  readBool(query, "include_sub_requests", defaultInclude.subRequests),
	}
}

func readBool(query url.Values, key string, unset bool) bool {
	if !query.Has(key) {
		return unset
	}
	return query.Get(key) == "true"
}

func readPositive(query url.Values, key string, unset int) int {
	if !query.Has(key) {
		return unset
	}
	n, _ := strconv.ParseInt(query.Get(key), 10, 64) // it was checked
	return int(min(n, math.MaxInt))                  // on every platform
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
