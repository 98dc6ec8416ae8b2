package portingtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one operation of the API.
type route struct {
	name    string // as the Go client says it
	method  string
	pattern string
	status  int     // of success
	query   []param // what its query takes
	body    bool    // whether it takes one
	handle  func(*sandbox, *request) (any, error)
}

const (
	requestsPath = "/origination/porting/port_requests"
	requestPath  = requestsPath + "/{port_request}"
	subsPath     = requestPath + "/sub_requests"
	subPath      = subsPath + "/{sub_request}"
	docsPath     = requestPath + "/supporting_documents"
	draftsPath   = "/origination/porting/draft_port_requests"
	draftPath    = draftsPath + "/{draft}"
	draftSubs    = draftPath + "/sub_requests"
	draftSub     = draftSubs + "/{sub_request}"
	draftDocs    = draftPath + "/supporting_documents"
)

// What the queries of single objects and of the two lists take.
var (
	getQuery     = []param{{"include_phone_numbers", wantBool}, {"include_sub_requests", wantBool}}
	requestQuery = listQuery("incomplete", "complete")
	draftQuery   = listQuery("pending", "submitted")
)

func listQuery(statuses ...string) []param {
	return append([]param{
		{"page", wantPositive}, {"per_page", wantPositive}, {"search", wantSearch}, {"status", wantOneOf(statuses)},
	}, getQuery...)
}

// routes are the operations, in the contract's order.
var routes = []route{
	{"Portability.Check", "POST", "/origination/porting/portability_checks", 201, nil, true, (*sandbox).checkPortability},

	{"PortRequests.List", "GET", requestsPath, 200, requestQuery, false, (*sandbox).listPortRequests},
	{"PortRequests.Get", "GET", requestPath, 200, getQuery, false, (*sandbox).getPortRequest},
	{"SubRequests.List", "GET", subsPath, 200, nil, false, (*sandbox).listSubRequests},
	{"SubRequests.Get", "GET", subPath, 200, nil, false, (*sandbox).getSubRequest},
	{"SubRequests.Update", "PUT", subPath, 200, nil, true, (*sandbox).updateSubRequest},
	{"SubRequests.AllowedFOCDates", "GET", subPath + "/allowed_foc_dates", 200, nil, false, (*sandbox).listFOCDates},
	{"SubRequests.Cancel", "POST", subPath + "/cancellation", 200, nil, false, (*sandbox).cancelSubRequest},
	{"Comments.List", "GET", requestPath + "/comments", 200, nil, false, (*sandbox).listComments},
	{"Comments.Create", "POST", requestPath + "/comments", 201, nil, true, (*sandbox).createComment},
	{"Documents.List", "GET", docsPath, 200, nil, false, (*sandbox).listDocuments},
	{"Documents.Get", "GET", docsPath + "/{document}", 200, nil, false, (*sandbox).getDocument},
	{"Documents.CreateDownloadLink", "POST", docsPath + "/{document}/download_links", 201, nil, false, (*sandbox).createDownloadLink},

	{"Drafts.List", "GET", draftsPath, 200, draftQuery, false, (*sandbox).listDrafts},
	{"Drafts.Create", "POST", draftsPath, 201, nil, true, (*sandbox).createDraft},
	{"Drafts.Get", "GET", draftPath, 200, getQuery, false, (*sandbox).getDraft},
	{"Drafts.Submit", "POST", draftPath + "/submit", 201, nil, false, (*sandbox).submitDraft},
	{"Drafts.ListSubRequests", "GET", draftSubs, 200, nil, false, (*sandbox).listDraftSubRequests},
	{"Drafts.GetSubRequest", "GET", draftSub, 200, nil, false, (*sandbox).getDraftSubRequest},
	{"Drafts.UpdateSubRequest", "PUT", draftSub, 200, nil, true, (*sandbox).updateDraftSubRequest},
	{"Drafts.AllowedFOCDates", "GET", draftSub + "/allowed_foc_dates", 200, nil, false, (*sandbox).listDraftFOCDates},
	{"Documents.List", "GET", draftDocs, 200, nil, false, (*sandbox).listDocuments},
	{"Documents.Upload", "POST", draftDocs, 201, nil, true, (*sandbox).createDocument},
	{"Documents.Get", "GET", draftDocs + "/{document}", 200, nil, false, (*sandbox).getDocument},
	{"Documents.CreateDownloadLink", "POST", draftDocs + "/{document}/download_links", 201, nil, false, (*sandbox).createDownloadLink},

	{"Documents.Upload", "POST", "/files/upload_requests", 201, nil, true, (*sandbox).createUploadRequest},
}

// takes tells whether a method is the route's. HEAD goes where GET goes.
func (r *route) takes(method string) bool {
	return method == r.method || method == http.MethodHead && r.method == http.MethodGet
}

// findRoute gives the route of a request and the ids in its path. A 405 lists
// in allow what the path does take.
func findRoute(method string, target *url.URL) (found *route, ids map[string]string, allow []string, err error) {
	path := target.EscapedPath()
	for i := range routes {
		values, ok := matchPath(routes[i].pattern, path)
		if !ok {
			continue
		}
		if routes[i].takes(method) {
			return &routes[i], values, nil, nil
		}
		allow = append(allow, routes[i].method)
		if routes[i].takes(http.MethodHead) {
			allow = append(allow, http.MethodHead)
		}
	}
	if allow == nil {
		return nil, nil, nil, noSuchPath(path)
	}
	slices.Sort(allow)
	return nil, nil, allow, refuse(http.StatusMethodNotAllowed, "the path takes %s", strings.Join(allow, ", "))
}

// noSuchPath is the 404 for a path that no route has. It names the path, and if
// only the slashes are wrong, the one that was meant.
func noSuchPath(path string) error {
	e := &statusError{Status: http.StatusNotFound, Message: "Resource not found: no such path", NoRoute: true, Path: ": " + cut(path)}
	meant := "/" + strings.Join(strings.FieldsFunc(path, func(c rune) bool { return c == '/' }), "/")
	if slices.ContainsFunc(routes, func(r route) bool { _, ok := matchPath(r.pattern, meant); return ok }) {
		e.Path += " (did you mean " + cut(meant) + "?)"
	}
	if strings.HasPrefix(path, controlPath+"/") {
		e.Path += " (the control routes are off)"
	}
	return e
}

// matchPath gives what an escaped path has in the places of a pattern's names.
func matchPath(pattern, path string) (values map[string]string, ok bool) {
	for more := true; more; {
		var part, segment string
		var left bool
		part, pattern, more = strings.Cut(pattern, "/")
		segment, path, left = strings.Cut(path, "/")
		name, named := strings.CutPrefix(part, "{")
		switch {
		case more != left, !named && part != segment:
			return nil, false
		case named:
			value, err := url.PathUnescape(segment)
			if err != nil || value == "" {
				return nil, false
			}
			if values == nil {
				values = map[string]string{}
			}
			values[strings.TrimSuffix(name, "}")] = value
		}
	}
	return values, true
}
