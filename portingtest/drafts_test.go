package portingtest_test

import (
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

func TestDraftUpdate(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, subs := createDraft(t, s, "+12065550100")
	window := firstWindow(t, s, subs[0])

	// A key that is sent is set …
	first := profile(window)
	first["pin_passcode"], first["account_number"] = "0042", "A-1"
	first["porting_option"] = map[string]any{"type": "partial", "remaining_numbers_action": "disconnect"}
	got := must(t, s, http.StatusOK, "PUT", subs[0], text(t, first)).object(t)
	first["porting_option"].(map[string]any)["new_billing_phone_number"] = nil
	for key, value := range first {
		assert.Equal(t, value, got[key], key)
	}
	assert.Equal(t, true, got["complete"])

	// … null clears, and what isn't sent stays.
	got = must(t, s, http.StatusOK, "PUT", subs[0], `{"locality":null,"pin_passcode":null,"tax_identifier":"T"}`).object(t)
	first["locality"], first["pin_passcode"], first["tax_identifier"] = nil, nil, "T"
	for key, value := range first {
		assert.Equal(t, value, got[key], key)
	}
	assert.Equal(t, false, got["complete"])

	// The option is replaced as a whole.
	got = must(t, s, http.StatusOK, "PUT", subs[0], `{"porting_option":{"type":"full"}}`).object(t)
	assert.Equal(t, map[string]any{
		"type": "full", "remaining_numbers_action": nil, "new_billing_phone_number": nil,
	}, got["porting_option"])
	got = must(t, s, http.StatusOK, "PUT", subs[0], `{"porting_option":null}`).object(t)
	assert.Nil(t, got["porting_option"])

	// A refused update changes nothing.
	must(t, s, http.StatusUnprocessableEntity, "PUT", subs[0], `{"street_address":"2 Side Street","country_code":"USA"}`)
	got = must(t, s, http.StatusOK, "GET", subs[0], "").object(t)
	assert.Equal(t, "1 Main Street", got["street_address"])
}

func TestDraftIsComplete(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, key := range []string{
		"foc_date_requested_by_user", "auth_person_name", "billing_phone_number", "street_address", "locality",
		"administrative_area", "postal_code", "country_code", "default_connection_id",
	} {
		t.Run("not without "+key, func(t *testing.T) {
			t.Parallel()
			draft, subs := createDraft(t, s, "+12065550100")
			update := profile(firstWindow(t, s, subs[0]))
			delete(update, key)
			got := must(t, s, http.StatusOK, "PUT", subs[0], text(t, update)).object(t)
			assert.Equal(t, false, got["complete"])
			r := must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/submit", "")
			assert.Contains(t, r.message(t), "sub_requests."+got["id"].(string)+"."+key+" is missing")
		})
	}
	t.Run("not with a blank value", func(t *testing.T) {
		t.Parallel()
		_, subs := createDraft(t, s, "+12065550100")
		update := profile(firstWindow(t, s, subs[0]))
		update["locality"] = " "
		assert.Equal(t, false, must(t, s, http.StatusOK, "PUT", subs[0], text(t, update)).object(t)["complete"])
	})
	t.Run("not without the new billing number", func(t *testing.T) {
		t.Parallel()
		_, subs := createDraft(t, s, "+12065550100")
		update := profile(firstWindow(t, s, subs[0]))
		update["porting_option"] = map[string]any{"type": "partial", "remaining_numbers_action": "keep"}
		assert.Equal(t, false, must(t, s, http.StatusOK, "PUT", subs[0], text(t, update)).object(t)["complete"])
		update["billing_phone_number"] = "+12065550109" // isn't being ported
		assert.Equal(t, true, must(t, s, http.StatusOK, "PUT", subs[0], text(t, update)).object(t)["complete"])
		update["billing_phone_number"] = "+12065550100"
		update["porting_option"].(map[string]any)["new_billing_phone_number"] = "+12065550109"
		assert.Equal(t, true, must(t, s, http.StatusOK, "PUT", subs[0], text(t, update)).object(t)["complete"])
	})
}

func TestDraftUpdateRefuses(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, subs := createDraft(t, s, "+12065550100", "+12065550150")
	for name, test := range map[string]struct{ body, message string }{
		"unknown key":         {`{"colour":"red"}`, "colour is no key"},
		"description":         {`{"description":"x"}`, "description is no key"},
		"rating":              {`{"customer_rating":5}`, "customer_rating is no key"},
		"number for string":   {`{"default_connection_id":1293384261075731499}`, "default_connection_id must be a string"},
		"object for string":   {`{"locality":{}}`, "locality must be a string"},
		"billing number":      {`{"billing_phone_number":"206 555 0100"}`, "billing_phone_number must be an E.164 number"},
		"country":             {`{"country_code":"USA"}`, "country_code must be a country code"},
		"date of wrong type":  {`{"foc_date_requested_by_user":1}`, "foc_date_requested_by_user must be a string"},
		"date without a zone": {`{"foc_date_requested_by_user":"2026-03-05T15:00:00"}`, "foc_date_requested_by_user must be an ISO 8601"},
		"year one":            {`{"foc_date_requested_by_user":"0001-01-01T00:00:00Z"}`, "foc_date_requested_by_user is in none"},
		"option type":         {`{"porting_option":"full"}`, "porting_option must be an object"},
		"option without type": {`{"porting_option":{}}`, "porting_option.type must be partial or full"},
		"option key":          {`{"porting_option":{"type":"full","x":1}}`, "porting_option.x is no key"},
		"action":              {`{"porting_option":{"type":"partial","remaining_numbers_action":"burn"}}`, "remaining_numbers_action must be keep or disconnect"},
		"action of full":      {`{"porting_option":{"type":"full","remaining_numbers_action":"keep"}}`, "remaining_numbers_action must be left out"},
		"billing of full":     {`{"porting_option":{"type":"full","new_billing_phone_number":"+12065550109"}}`, "new_billing_phone_number must be left out"},
		"billing is no phone": {`{"porting_option":{"type":"partial","new_billing_phone_number":"9"}}`, "new_billing_phone_number must be an E.164 number"},
		"billing is ported":   {`{"porting_option":{"type":"partial","new_billing_phone_number":"+12065550150"}}`, "must be one of the numbers that remain"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := must(t, s, http.StatusUnprocessableEntity, "PUT", subs[0], test.body)
			assert.Contains(t, r.message(t), test.message)
		})
	}
}

func TestFOCWindows(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		now         string
		first, last string
	}{
		"Monday":              {"2026-03-02T09:00:00Z", "2026-03-05", "2026-03-18"},
		"Monday night":        {"2026-03-02T23:59:59Z", "2026-03-05", "2026-03-18"},
		"Tuesday":             {"2026-03-03T00:00:00Z", "2026-03-06", "2026-03-19"},
		"Wednesday":           {"2026-03-04T12:00:00Z", "2026-03-09", "2026-03-20"},
		"Saturday":            {"2026-03-07T12:00:00Z", "2026-03-11", "2026-03-24"},
		"Sunday":              {"2026-03-08T12:00:00Z", "2026-03-11", "2026-03-24"},
		"end of the year":     {"2026-12-30T12:00:00Z", "2027-01-04", "2027-01-15"},
		"a zone's other date": {"2026-03-03T01:00:00+05:00", "2026-03-05", "2026-03-18"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithStart(at(t, test.now)))
			_, subs := createDraft(t, s, "+12065550100")
			windows := must(t, s, http.StatusOK, "GET", subs[0]+"/allowed_foc_dates", "").list(t)
			require.Len(t, windows, 10)
			assert.Equal(t, map[string]any{"start": test.first + "T15:00:00Z", "end": test.first + "T23:00:00Z"}, windows[0])
			assert.Equal(t, map[string]any{"start": test.last + "T15:00:00Z", "end": test.last + "T23:00:00Z"}, windows[9])
			for _, w := range windows {
				assert.NotContains(t, []time.Weekday{time.Saturday, time.Sunday}, at(t, w["start"]).Weekday())
			}
		})
	}
}

func TestRequestedFOCDate(t *testing.T) {
	t.Parallel()
	for date, ok := range map[string]bool{
		"2026-03-05T14:59:59Z":      false,
		"2026-03-05T15:00:00Z":      true,
		"2026-03-05T23:00:00Z":      true,
		"2026-03-05T23:00:01Z":      false,
		"2026-03-05T10:00:00-05:00": true,
		"2026-03-05T15:00:00-09:00": false, // it is already the next day
		"2026-03-04T15:00:00Z":      false, // too soon
		"2026-03-07T15:00:00Z":      false, // a Saturday
		"2026-03-18T15:00:00Z":      true,
		"2026-03-19T15:00:00Z":      false, // too late
	} {
		t.Run(date, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			_, subs := createDraft(t, s, "+12065550100")
			r := call(t, s, "PUT", subs[0], text(t, map[string]string{"foc_date_requested_by_user": date}))
			if !ok {
				assert.Equal(t, http.StatusUnprocessableEntity, r.Status)
				assert.Contains(t, r.message(t), "foc_date_requested_by_user is in none of the allowed_foc_dates")
				return
			}
			require.Equal(t, http.StatusOK, r.Status, r.Body)
			assert.Equal(t, at(t, date).UTC().Format(time.RFC3339), r.object(t)["foc_date_requested_by_user"])
		})
	}
}

func TestFOCWindowsVanish(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	draft, subs := createDraft(t, s, "+12065550100")
	fillIn(t, s, subs...)
	s.Advance(24 * time.Hour)
	stale := text(t, map[string]string{"foc_date_requested_by_user": "2026-03-05T15:00:00Z"})
	must(t, s, http.StatusOK, "PUT", subs[0], stale) // it was like that before
	r := must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/submit", "")
	assert.Contains(t, r.message(t), "foc_date_requested_by_user is in none of the allowed_foc_dates any more")
	fillIn(t, s, subs...)
	must(t, s, http.StatusUnprocessableEntity, "PUT", subs[0], stale)
	must(t, s, http.StatusCreated, "POST", draft+"/submit", "")
}
