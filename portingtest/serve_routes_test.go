package portingtest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting/portingtest"
)

func TestUnknown(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, _ := submit(s, "+12065550100")
	draft, _ := createDraft(t, s, "+12065550101")
	other, otherSubs := createDraft(t, s, "+12065550102")
	document := strings.TrimPrefix(uploadDocument(t, s, other, "loa", "x"), other)
	otherSub := strings.TrimPrefix(otherSubs[0], other)
	for _, test := range []struct{ method, path, message string }{
		{"GET", "/", "no such path"},
		{"GET", draftsPath + "/", "no such path"},
		{"GET", "//origination/porting/draft_port_requests", "no such path"},
		{"GET", draftsPath + "/x/y", "no such path"},
		{"GET", draftsPath + "/..", "no such draft port request"},
		{"GET", draftsPath + "/%2e%2e%2Fx", "no such draft port request"},
		{"GET", draftsPath + strings.TrimPrefix(request, requestsPath), "no such draft port request"},
		{"GET", requestsPath + strings.TrimPrefix(draft, draftsPath), "no such port request"},
		{"GET", draft + otherSub, "no such sub request of the draft port request"},
		{"GET", draft + otherSub + "/allowed_foc_dates", "no such sub request"},
		{"PUT", draft + otherSub, "no such sub request"},
		{"GET", request + otherSub, "no such sub request of the port request"},
		{"PUT", request + otherSub, "no such sub request"},
		{"POST", request + otherSub + "/cancellation", "no such sub request"},
		{"GET", request + otherSub + "/allowed_foc_dates", "no such sub request"},
		{"GET", draft + document, "no such supporting document"},
		{"POST", request + document + "/download_links", "no such supporting document"},
		{"POST", draftsPath + "/x/submit", "no such draft"},
		{"GET", requestsPath + "/x/comments", "no such port request"},
		{"GET", requestsPath + "/x/supporting_documents", "no such port request"},
		{"GET", draftsPath + "/x/sub_requests", "no such draft"},
	} {
		t.Run(test.method+test.path, func(t *testing.T) {
			t.Parallel()
			body := ""
			if test.method == http.MethodPut {
				body = "{}"
			}
			r := must(t, s, http.StatusNotFound, test.method, test.path, body)
			assert.Contains(t, r.message(t), "Resource not found: "+test.message)
		})
	}
}

// TestNoSuchPathIsNamed holds the 404 to its word: it names the path, and the one
// that was meant if the slashes are wrong.
func TestNoSuchPathIsNamed(t *testing.T) {
	t.Parallel()
	s := open(t)
	draft, _ := createDraft(t, s, "+12065550100")
	for path, message := range map[string]string{
		"/":                          ": /",
		"/v2/porting_orders":         ": /v2/porting_orders",
		draftsPath + "/":             " (did you mean " + draftsPath + "?)",
		"/" + draftsPath:             ": /" + draftsPath + " (did you mean " + draftsPath + "?)",
		draft + "/":                  " (did you mean " + draft + "?)",
		draft + "//sub_requests/":    " (did you mean " + draft + "/sub_requests?)",
		draft + "/files/":            ": " + draft + "/files/",
		"/x" + repeat("%20x", 100):   "%20x%2…",
		"/files//upload_requests?x=": ": /files//upload_requests (did you mean /files/upload_requests?)",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			r := must(t, s, http.StatusNotFound, "GET", path, "")
			assert.True(t, strings.HasPrefix(r.message(t), "Resource not found: no such path: /"), r.message(t))
			assert.True(t, strings.HasSuffix(r.message(t), message), r.message(t))
		})
	}
}

// TestHead asks with HEAD for everything that GET gives.
func TestHead(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550100")
	draft, draftSubs := createDraft(t, s, "+12065550101")
	document := uploadDocument(t, s, draft, "loa", "x")
	for _, path := range []string{
		requestsPath, request, request + "/sub_requests", subs[0], subs[0] + "/allowed_foc_dates",
		request + "/comments", request + "/supporting_documents", draftsPath + "?per_page=1", draft,
		draft + "/sub_requests", draftSubs[0], draftSubs[0] + "/allowed_foc_dates", draft + "/supporting_documents", document,
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			got := must(t, s, http.StatusOK, "GET", path, "")
			head := must(t, s, http.StatusOK, "HEAD", path, "")
			assert.Empty(t, head.Body)
			for _, name := range []string{"Content-Type", "Content-Length", "Total", "Total-Pages"} {
				assert.Equal(t, got.Header.Get(name), head.Header.Get(name), name)
			}

			r := newCall(t, s, "HEAD", path, "")
			answer := httptest.NewRecorder()
			s.ServeHTTP(answer, r)
			assert.Empty(t, answer.Body.String(), "in process")
		})
	}
	must(t, s, http.StatusNotFound, "HEAD", draftsPath+"/x", "")
	must(t, s, http.StatusMethodNotAllowed, "HEAD", checksPath, "")
}

func TestFaultOfHead(t *testing.T) {
	t.Parallel()
	s := open(t)
	fault := s.Inject(portingtest.Fault{Operation: "Drafts.List", Method: "HEAD", Effect: portingtest.BadGateway()})
	must(t, s, http.StatusOK, "GET", draftsPath, "")
	must(t, s, http.StatusBadGateway, "HEAD", draftsPath, "")
	assert.Equal(t, 1, fault.Fired())
}

func TestMethods(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550100")
	draft, draftSubs := createDraft(t, s, "+12065550101")
	document := uploadDocument(t, s, draft, "loa", "x")
	for path, allow := range map[string]string{
		checksPath:                          "POST",
		requestsPath:                        "GET, HEAD",
		request:                             "GET, HEAD",
		request + "/sub_requests":           "GET, HEAD",
		subs[0]:                             "GET, HEAD, PUT",
		subs[0] + "/allowed_foc_dates":      "GET, HEAD",
		subs[0] + "/cancellation":           "POST",
		request + "/comments":               "GET, HEAD, POST",
		request + "/supporting_documents":   "GET, HEAD",
		request + "/supporting_documents/x": "GET, HEAD",
		request + "/supporting_documents/x/download_links": "POST",
		draftsPath:                          "GET, HEAD, POST",
		draft:                               "GET, HEAD",
		draft + "/submit":                   "POST",
		draft + "/sub_requests":             "GET, HEAD",
		draftSubs[0]:                        "GET, HEAD, PUT",
		draftSubs[0] + "/allowed_foc_dates": "GET, HEAD",
		draft + "/supporting_documents":     "GET, HEAD, POST",
		document:                            "GET, HEAD",
		document + "/download_links":        "POST",
		"/files/upload_requests":            "POST",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"} {
				if strings.Contains(allow, method) {
					continue
				}
				r := must(t, s, http.StatusMethodNotAllowed, method, path, "")
				assert.Equal(t, allow, r.Header.Get("Allow"))
				if method != http.MethodHead {
					assert.Contains(t, r.message(t), allow)
				}
			}
		})
	}
}
