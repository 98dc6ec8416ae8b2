package portingtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
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
