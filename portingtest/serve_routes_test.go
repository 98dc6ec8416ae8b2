package portingtest_test

import (
	"net/http"
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

func TestMethods(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550100")
	draft, draftSubs := createDraft(t, s, "+12065550101")
	document := uploadDocument(t, s, draft, "loa", "x")
	for path, allow := range map[string]string{
		checksPath:                          "POST",
		requestsPath:                        "GET",
		request:                             "GET",
		request + "/sub_requests":           "GET",
		subs[0]:                             "GET, PUT",
		subs[0] + "/allowed_foc_dates":      "GET",
		subs[0] + "/cancellation":           "POST",
		request + "/comments":               "GET, POST",
		request + "/supporting_documents":   "GET",
		request + "/supporting_documents/x": "GET",
		request + "/supporting_documents/x/download_links": "POST",
		draftsPath:                          "GET, POST",
		draft:                               "GET",
		draft + "/submit":                   "POST",
		draft + "/sub_requests":             "GET",
		draftSubs[0]:                        "GET, PUT",
		draftSubs[0] + "/allowed_foc_dates": "GET",
		draft + "/supporting_documents":     "GET, POST",
		document:                            "GET",
		document + "/download_links":        "POST",
		"/files/upload_requests":            "POST",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH"} {
				if strings.Contains(allow, method) {
					continue
				}
				r := must(t, s, http.StatusMethodNotAllowed, method, path, "")
				assert.Equal(t, allow, r.Header.Get("Allow"))
				assert.Contains(t, r.message(t), allow)
			}
		})
	}
}
