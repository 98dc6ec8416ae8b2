package portingtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting/portingtest"
)

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

func TestEmptyUpdate(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	_, subs := submit(s, "+12065550100")
	_, draftSubs := createDraft(t, s, "+12065550101")
	for _, sub := range []string{subs[0], draftSubs[0]} {
		r := must(t, s, http.StatusUnprocessableEntity, "PUT", sub, `{}`)
		assert.Equal(t, "Unprocessable Entity: an update needs at least one field", r.message(t))
		must(t, s, http.StatusOK, "PUT", sub, `{"extended_address":null}`)
	}
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
