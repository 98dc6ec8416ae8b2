package portingtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting/portingtest"
)

func TestComments(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, _ := submit(s, "+12065550100")
	subs := must(t, s, http.StatusOK, "GET", request+"/sub_requests", "").list(t)
	path := request + "/comments"
	assert.Equal(t, "[]", must(t, s, http.StatusOK, "GET", path, "").Body)

	whole := must(t, s, http.StatusCreated, "POST", path, `{"body":"Hello."}`).object(t)
	assert.Equal(t, "Hello.", whole["body"])
	assert.Nil(t, whole["sub_request_id"])
	assert.NotEmpty(t, whole["user_id"])
	one := must(t, s, http.StatusCreated, "POST", path, text(t, map[string]any{
		"body": "About this one.", "sub_request_id": subs[0]["id"],
	})).object(t)
	assert.Equal(t, subs[0]["id"], one["sub_request_id"])
	assert.Equal(t, []map[string]any{whole, one}, must(t, s, http.StatusOK, "GET", path, "").list(t))

	for body, message := range map[string]string{
		`{}`:                                  "body must not be empty",
		`{"body":" "}`:                        "body must not be empty",
		`{"body":7}`:                          "body must be a string",
		`{"body":"x","sub_request_id":"no"}`:  "sub_request_id must be a sub request",
		`{"body":"x","sub_request_id":7}`:     "sub_request_id must be a string",
		`{"body":"x","author":"somebody"}`:    "author is no key",
		`{"body":"x","sub_request_id":null}x`: "not valid JSON",
	} {
		r := call(t, s, "POST", path, body)
		assert.Contains(t, []int{400, 422}, r.Status, body)
		assert.Contains(t, r.message(t), message, body)
	}
}
