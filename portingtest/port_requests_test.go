package portingtest_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

func TestSubmit(t *testing.T) {
	t.Parallel()
	s := open(t)
	draft, subs := createDraft(t, s, "+12065550100", "+18005550100")
	r := must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/submit", "")
	for _, want := range []string{"auth_person_name is missing", "the type loa", "the type invoice"} {
		assert.Contains(t, r.message(t), want)
	}
	fillIn(t, s, subs...)
	r = must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/submit", "")
	assert.Equal(t, "Unprocessable Entity: supporting_documents lack a document of the type loa; "+
		"supporting_documents lack a document of the type invoice", r.message(t))
	uploadDocument(t, s, draft, "loa", "the letter")
	r = must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/submit", "")
	assert.NotContains(t, r.message(t), "loa")
	uploadDocument(t, s, draft, "invoice", "the bill")

	submitted := must(t, s, http.StatusCreated, "POST", draft+"/submit", "").object(t)
	assert.Equal(t, "submitted", submitted["status"])
	assert.Equal(t, submitted, must(t, s, http.StatusOK, "GET", draft, "").object(t))
	request := requestsPath + "/" + submitted["port_request_id"].(string)

	// The port request has ids of its own, and what the draft had.
	before := must(t, s, http.StatusOK, "GET", draft+"/sub_requests", "").list(t)
	after := must(t, s, http.StatusOK, "GET", request+"/sub_requests", "").list(t)
	require.Len(t, after, 2)
	for i := range after {
		assert.NotEqual(t, before[i]["id"], after[i]["id"])
		assert.Equal(t, before[i]["auth_person_name"], after[i]["auth_person_name"])
		assert.Equal(t, "in-process", after[i]["status"])
	}
	documents := must(t, s, http.StatusOK, "GET", request+"/supporting_documents", "").list(t)
	assert.Len(t, documents, 2)
	assert.Equal(t, must(t, s, http.StatusOK, "GET", draft+"/supporting_documents", "").list(t), documents)

	// The draft is frozen.
	for _, r := range []reply{
		must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/submit", ""),
		must(t, s, http.StatusUnprocessableEntity, "PUT", subs[0], `{"locality":"Tacoma"}`),
		must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/supporting_documents", `{}`),
	} {
		assert.Contains(t, r.message(t), "can't change any more")
	}
	assert.Len(t, must(t, s, http.StatusOK, "GET", requestsPath, "").list(t), 1)
}

func TestSubmitTwoDraftsOfANumber(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	first, firstSubs := createDraft(t, s, "+12065550100")
	second, secondSubs := createDraft(t, s, "+12065550101", "+12065550100")
	fillIn(t, s, append(firstSubs, secondSubs...)...)
	must(t, s, http.StatusCreated, "POST", first+"/submit", "")
	r := must(t, s, http.StatusUnprocessableEntity, "POST", second+"/submit", "")
	assert.Contains(t, r.message(t), "phone_numbers.1.phone_number can't be ported: already_being_ported")
}

func TestPortRequestObjects(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550160")
	object := must(t, s, http.StatusOK, "GET", request, "").object(t)
	sub := must(t, s, http.StatusOK, "GET", subs[0], "").list(t)[0]
	assert.Regexp(t, `^pr_[0-9a-f]{6}$`, object["support_key"])
	assert.Regexp(t, `^sr_[0-9a-f]{6}$`, sub["support_key"])
	number := map[string]any{
		"phone_number": "+12065550160", "svtype": "1", "carrier_name": "Tumbleweed Wireless",
		"coverage_category": "nanp_generic", "sub_request_id": sub["id"], "sub_request_status": "in-process",
		"portability_status": "confirmed",
	}
	assert.Equal(t, map[string]any{
		"id": object["id"], "support_key": object["support_key"], "created_at": "2026-03-02T09:00:00Z",
		"updated_at": "2026-03-02T09:00:00Z", "phone_numbers": []any{number},
		"phone_number_counts_by_status": []any{map[string]any{"status": "in-process", "count": 1.0}},
	}, object)
	want := profile("2026-03-05T15:00:00Z")
	maps.Copy(want, map[string]any{
		"id": sub["id"], "support_key": sub["support_key"], "status": "in-process", "foc_date": nil,
		"phone_numbers": []any{number}, "phone_number_count": 1.0,
		"underlying_carrier_names": []any{"Tumbleweed Wireless"},
		"created_at":               "2026-03-02T09:00:00Z", "updated_at": "2026-03-02T09:00:00Z",
		"billing_phone_number": "+12065550160", "account_number": "EX-100",
		"extended_address": nil, "default_message_profile_id": nil, "porting_option": nil, "description": nil, "tax_identifier": nil, "business_identifier": nil,
	})
	assert.Equal(t, want, sub)
}
