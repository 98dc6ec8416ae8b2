package portingtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

func TestNewDraft(t *testing.T) {
	t.Parallel()
	s := open(t)
	draft := must(t, s, http.StatusCreated, "POST", draftsPath, numbersBody("+12065550170")).object(t)
	id, number := draft["id"].(string), draft["phone_numbers"].([]any)[0].(map[string]any)
	assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, id)
	assert.Equal(t, map[string]any{
		"id": id, "created_at": "2026-03-02T09:00:00Z", "status": "pending", "phone_number_count": 1.0,
		"phone_numbers": []any{number}, "port_request_id": nil,
	}, draft)
	sub := must(t, s, http.StatusOK, "GET", draftsPath+"/"+id+"/sub_requests", "").list(t)[0]
	assert.Equal(t, map[string]any{
		"phone_number": "+12065550170", "svtype": "0", "carrier_name": "Quillback Telephone",
		"coverage_category": "nanp_generic", "sub_request_id": sub["id"], "portability_status": "pending",
	}, number)
	assert.Equal(t, map[string]any{
		"id": sub["id"], "complete": false, "phone_numbers": []any{number}, "phone_number_count": 1.0,
		"underlying_carrier_names": []any{"Quillback Telephone"}, "created_at": "2026-03-02T09:00:00Z",
		"foc_date_requested_by_user": nil, "person_or_company_name": nil, "auth_person_name": nil,
		"billing_phone_number": nil, "street_address": nil, "extended_address": nil, "locality": nil,
		"administrative_area": nil, "postal_code": nil, "country_code": nil, "default_connection_id": nil,
		"default_message_profile_id": nil, "porting_option": nil, "pin_passcode": nil, "account_number": nil,
		"description": nil, "tax_identifier": nil, "business_identifier": nil,
	}, sub)
	single := must(t, s, http.StatusOK, "GET", draftsPath+"/"+id+"/sub_requests/"+sub["id"].(string), "").object(t)
	assert.Equal(t, sub, single)
}

func TestDraftIsSplit(t *testing.T) {
	t.Parallel()
	s := open(t)
	draft, _ := createDraft(t, s, "+12065550101", "+18005550101", "+12065550151", "+12065550160", "+12065550165",
		"+13125550102", "+18885550103", "+12065550152")
	var split []string
	for _, sub := range must(t, s, http.StatusOK, "GET", draft+"/sub_requests", "").list(t) {
		var numbers []string
		for _, n := range sub["phone_numbers"].([]any) {
			number := n.(map[string]any)
			assert.Equal(t, sub["id"], number["sub_request_id"])
			numbers = append(numbers, number["phone_number"].(string))
		}
		assert.Len(t, numbers, int(sub["phone_number_count"].(float64)))
		split = append(split, fmt.Sprint(sub["underlying_carrier_names"], strings.Join(numbers, " ")))
	}
	assert.Equal(t, []string{
		"[Quillback Telephone]+12065550101 +13125550102",
		"[Quillback Telephone]+18005550101 +18885550103",
		"[Ostrich Bell]+12065550151 +12065550152",
		"[Tumbleweed Wireless]+12065550160",
		"[Ostrich Bell]+12065550165",
	}, split)
}

// TestDraftIsDeleted after thirty days, unless it was submitted.
func TestDraftIsDeleted(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	s := open(t)
	draft, _ := createDraft(t, s, "+12065550100")
	s.Advance(29 * day)
	younger, _ := createDraft(t, s, "+12065550101")
	ready, _ := s.AddDraft("+12065550102")
	must(t, s, http.StatusCreated, "POST", draftsPath+"/"+string(ready)+"/submit", "")
	s.Advance(day - 1)
	must(t, s, http.StatusOK, "GET", draft, "")

	restored := open(t)
	require.NoError(t, restored.Restore(s.Snapshot()))
	edited := open(t) // whose events are gone
	var snapshot map[string]any
	require.NoError(t, json.Unmarshal(s.Snapshot(), &snapshot))
	delete(snapshot["state"].(map[string]any), "queue")
	require.NoError(t, edited.Restore([]byte(text(t, snapshot))))
	for _, s := range []*portingtest.Server{s, restored, edited} {
		s.Advance(1)
		must(t, s, http.StatusNotFound, "GET", draft, "")
		must(t, s, http.StatusNotFound, "POST", draft+"/submit", "")
		must(t, s, http.StatusOK, "GET", younger, "")
		createDraft(t, s, "+12065550100") // which is no double
		assert.Empty(t, reported(s))
		s.Advance(100 * day)
		assert.Equal(t, []string{string(ready)}, ids(t, must(t, s, http.StatusOK, "GET", draftsPath, "")))
		assert.Empty(t, reported(s))
	}

	short := open(t, portingtest.WithTimings(portingtest.Timings{Draft: time.Hour}))
	one, _ := createDraft(t, short, "+12065550100")
	createDraft(t, short, "+12065550100")
	short.Advance(time.Hour)
	must(t, short, http.StatusNotFound, "GET", one, "")
	assert.Len(t, short.Duplicates(), 1, "what was done twice was, though it is gone")
}

func TestDraftRefusesNumbers(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := must(t, s, http.StatusUnprocessableEntity, "POST", draftsPath,
		numbersBody("+12065550100", "+12065550182", "+442079460000", "+12065550100", "nonsense"))
	assert.Equal(t, "Unprocessable Entity: "+
		"phone_numbers.1.phone_number can't be ported: no_coverage; "+
		"phone_numbers.2.phone_number can't be ported: no_coverage; "+
		"phone_numbers.3.phone_number is the same as phone_numbers.0.phone_number; "+
		"phone_numbers.4.phone_number can't be ported: invalid_phone_number", r.message(t))
	assert.Equal(t, map[string]any{
		"code": "no_coverage", "title": "Unprocessable Entity", "detail": "can't be ported: no_coverage",
		"source": map[string]any{"pointer": "/phone_numbers/1/phone_number"},
	}, r.object(t)["errors"].([]any)[0])
	assert.NotContains(t, r.Body, "+1206", "a number is personal data")
	assert.Empty(t, must(t, s, http.StatusOK, "GET", draftsPath, "").list(t))
}
