package portingtest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := open(t)
	own := open(t, portingtest.WithCredentials("me", "t0", "k0"))
	for name, test := range map[string]struct {
		server  *portingtest.Server
		headers []string // name, value, …
		message string   // empty: let in
	}{
		"user and token":     {s, []string{"x-api-user", portingtest.User, "x-api-token", portingtest.Token}, ""},
		"token":              {s, []string{"Authorization", "Token " + portingtest.Token}, ""},
		"bearer":             {s, []string{"Authorization", "Bearer " + portingtest.Key}, ""},
		"own user and token": {own, []string{"x-api-user", "me", "x-api-token", "t0"}, ""},
		"own token":          {own, []string{"Authorization", "Token t0"}, ""},
		"own bearer":         {own, []string{"Authorization", "Bearer k0"}, ""},
		"others' token":      {own, []string{"Authorization", "Token " + portingtest.Token}, "Authorization is neither"},
		"none":               {s, nil, "no credentials"},
		"no user":            {s, []string{"x-api-token", portingtest.Token}, "x-api-user is missing"},
		"no token":           {s, []string{"x-api-user", portingtest.User}, "x-api-token is missing"},
		"wrong user":         {s, []string{"x-api-user", "you", "x-api-token", portingtest.Token}, "are not right"},
		"wrong token":        {s, []string{"x-api-user", portingtest.User, "x-api-token", "secret-x"}, "are not right"},
		"token as bearer":    {s, []string{"Authorization", "Bearer " + portingtest.Token}, "Authorization is neither"},
		"bare token":         {s, []string{"Authorization", portingtest.Token}, "Authorization is neither"},
		"one right, one not": {s, []string{"x-api-user", portingtest.User, "x-api-token", portingtest.Token, "Authorization", "Token secret-x"}, "Authorization is neither"},
		"two authorizations": {s, []string{"Authorization", "Token " + portingtest.Token, "Authorization", "Token " + portingtest.Token}, "more than once"},
		"two tokens":         {s, []string{"x-api-user", portingtest.User, "x-api-token", portingtest.Token, "x-api-token", "secret-x"}, "are not right"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, test.server.URL()+draftsPath, nil)
			require.NoError(t, err)
			for i := 0; i < len(test.headers); i += 2 {
				r.Header.Add(test.headers[i], test.headers[i+1])
			}
			answer := do(t, r)
			if test.message == "" {
				assert.Equal(t, http.StatusOK, answer.Status, answer.Body)
				return
			}
			assert.Equal(t, http.StatusUnauthorized, answer.Status)
			assert.Contains(t, answer.message(t), test.message)
			assert.NotContains(t, answer.Body, "secret-x")
		})
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, _ := submit(t, s, "+12065550100")
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
	request, subs := submit(t, s, "+12065550100")
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

func TestBodies(t *testing.T) {
	t.Parallel()
	s := open(t)
	draft, _ := createDraft(t, s, "+12065550100")
	r := must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/submit", `{"force":true}`)
	assert.Contains(t, r.message(t), "force is no key")
	r = must(t, s, http.StatusUnprocessableEntity, "GET", draft, `[]`)
	assert.Contains(t, r.message(t), "must be an object")
	must(t, s, http.StatusOK, "GET", draft, `{}`)

	request := newCall(t, s, "POST", draftsPath, numbersBody("+12065550100"))
	request.Header.Set("Content-Type", "text/plain")
	answer := do(t, request)
	assert.Equal(t, http.StatusUnsupportedMediaType, answer.Status)
	assert.Contains(t, answer.message(t), "Content-Type")
	request = newCall(t, s, "POST", draftsPath, numbersBody("+12065550100"))
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	assert.Equal(t, http.StatusCreated, do(t, request).Status)
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	s := open(t)
	seen := map[string]bool{}
	for _, r := range []reply{
		call(t, s, "GET", draftsPath, ""), call(t, s, "GET", draftsPath, ""), call(t, s, "GET", "/", ""),
		call(t, s, "DELETE", draftsPath, ""), get(t, s.URL()+draftsPath), get(t, s.StorageURL()),
	} {
		id := r.Header.Get("X-Request-Id")
		assert.Len(t, id, 36)
		assert.False(t, seen[id], id)
		seen[id] = true
	}
}

func TestSeeds(t *testing.T) {
	t.Parallel()
	// run gives what a sandbox says to the same requests, less its hosts.
	run := func(opts ...portingtest.Option) string {
		t.Helper()
		s := open(t, append(opts, portingtest.WithDocumentsOptional())...)
		request, subs := submit(t, s, "+12065550100", "+18005550100")
		s.Advance(30 * time.Hour)
		return call(t, s, "GET", request, "").Body + call(t, s, "GET", subs[0], "").Body +
			call(t, s, "GET", request+"/comments", "").Body + text(t, newForm(t, s).Fields)
	}
	assert.Equal(t, run(), run(portingtest.WithSeed(1)))
	assert.NotEqual(t, run(), run(portingtest.WithSeed(2)))
}

func TestSupportKeysAreDistinct(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	seen := map[any]bool{}
	for i := range 30 {
		request, _ := submit(t, s, fmt.Sprintf("+120655501%02d", i), fmt.Sprintf("+180055501%02d", i))
		seen[must(t, s, http.StatusOK, "GET", request, "").object(t)["support_key"]] = true
		for _, sub := range must(t, s, http.StatusOK, "GET", request+"/sub_requests", "").list(t) {
			seen[sub["support_key"]] = true
		}
	}
	assert.Len(t, seen, 90)
}

func TestClock(t *testing.T) {
	t.Parallel()
	s := open(t)
	assert.Equal(t, portingtest.Start, s.Now())
	s.Advance(0)
	s.Advance(90 * time.Minute)
	assert.Equal(t, portingtest.Start.Add(90*time.Minute), s.Now())
	assert.PanicsWithValue(t, "portingtest: Advance(-1s): the clock moves only forward", func() { s.Advance(-time.Second) })
	assert.Equal(t, time.UTC, open(t, portingtest.WithStart(time.Now())).Now().Location())
}

func TestInProcess(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := newCall(t, s, "GET", draftsPath, "")
	r.Body = nil
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, r)
	assert.Equal(t, http.StatusOK, answer.Code)
	assert.Equal(t, "[]", answer.Body.String())

	f := newForm(t, s)
	answer = httptest.NewRecorder()
	s.ServeHTTP(answer, newUpload(t, f.URL, f.parts(f.prefix(t)+"loa.pdf", "x")))
	assert.Equal(t, http.StatusNoContent, answer.Code, answer.Body)
}

func TestClose(t *testing.T) {
	t.Parallel()
	s := portingtest.NewServer()
	must(t, s, http.StatusOK, "GET", draftsPath, "")
	s.Close()
	s.Close()
	for _, host := range []string{s.URL(), s.StorageURL()} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, host, nil)
		require.NoError(t, err)
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			answer.Body.Close()
		}
		require.Error(t, err)
	}
}

// TestConcurrentUse is for the race detector, and for what two requests at once
// could share or lose.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	hit := func(method, path, body string) {
		r := httptest.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Token "+portingtest.Token)
		r.Header.Set("Content-Type", "application/json")
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
	var workers sync.WaitGroup
	for worker := range 8 {
		number := fmt.Sprintf("+1%d5550100", 300+worker)
		request, subs := submit(t, s, number)
		workers.Go(func() {
			for range 10 {
				hit("POST", draftsPath, numbersBody("+12065550100", "+12065550170"))
				hit("PUT", subs[0], `{"locality":"Tacoma"}`)
				hit("POST", request+"/comments", `{"body":"Hello."}`)
				hit("GET", requestsPath+"?include_sub_requests=true", "")
				hit("POST", "/files/upload_requests", `{"content_type":"image/png"}`)
				s.Advance(time.Hour)
			}
			hit("POST", subs[0]+"/cancellation", "")
		})
	}
	workers.Wait()
	assert.Equal(t, portingtest.Start.Add(80*time.Hour), s.Now())
	distinct := map[string]bool{}
	for _, id := range ids(t, must(t, s, http.StatusOK, "GET", draftsPath+"?per_page=250", "")) {
		distinct[id] = true
	}
	assert.Len(t, distinct, 88)
	s.Advance(60 * 24 * time.Hour)
	r := must(t, s, http.StatusOK, "GET", requestsPath+"?status=complete", "")
	assert.Equal(t, "8", r.Header.Get("Total"))
}
