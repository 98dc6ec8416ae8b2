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
	requests, subs := make([]string, 8), make([]string, 8)
	for i := range requests { // before the clock moves
		request, ofRequest := submit(s, fmt.Sprintf("+1%d5550100", 300+i))
		requests[i], subs[i] = request, ofRequest[0]
	}
	var workers sync.WaitGroup
	for i, request := range requests {
		workers.Go(func() {
			for range 10 {
				hit("POST", draftsPath, numbersBody("+12065550100", "+12065550170"))
				hit("PUT", subs[i], `{"locality":"Tacoma"}`)
				hit("POST", request+"/comments", `{"body":"Hello."}`)
				hit("GET", requestsPath+"?include_sub_requests=true", "")
				hit("POST", "/files/upload_requests", `{"content_type":"image/png"}`)
				s.Advance(time.Hour)
			}
			hit("POST", subs[i]+"/cancellation", "")
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

func TestListen(t *testing.T) {
	t.Parallel()
	s, err := portingtest.Listen("localhost:0", portingtest.WithSeed(7))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	must(t, s, http.StatusOK, "GET", draftsPath, "")
	uploadDocument(t, s, firstOf(createDraft(t, s, "+12065550100")), "loa", "x")
	for address, want := range map[string]string{
		strings.TrimPrefix(s.URL(), "http://"): "address already in use",
		":0":                                   "isn't on loopback",
		"0.0.0.0:0":                            "isn't on loopback",
		"192.0.2.1:0":                          "isn't on loopback",
		"nothing":                              "missing port",
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			_, err := portingtest.Listen(address)
			assert.ErrorContains(t, err, want)
			assert.ErrorContains(t, err, "portingtest: ")
		})
	}
}
