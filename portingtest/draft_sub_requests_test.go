package portingtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting/portingtest"
)

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
	t.Run("not without the PIN of a wireless number", func(t *testing.T) {
		t.Parallel()
		for svType, complete := range map[string]bool{"0": true, "1": false, "2": true} {
			fate := portingtest.WithNumber("+12065550100", portingtest.Fate{SvType: svType})
			for _, opts := range [][]portingtest.Option{{fate}, {fate, portingtest.WithPINOptional()}} {
				s := open(t, append(opts, portingtest.WithDocumentsOptional())...)
				draft, subs := createDraft(t, s, "+12065550100")
				update := profile(firstWindow(t, s, subs[0]))
				delete(update, "pin_passcode")
				complete = complete || len(opts) > 1
				assert.Equal(t, complete, must(t, s, http.StatusOK, "PUT", subs[0], text(t, update)).object(t)["complete"])
				if !complete {
					r := must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/submit", "")
					assert.Contains(t, r.message(t), "pin_passcode is missing")
				}
			}
		}
	})
	t.Run("not without the new billing number", func(t *testing.T) {
		t.Parallel()
		_, subs := createDraft(t, s, "+12065550100")
		update := profile(firstWindow(t, s, subs[0]))
		update["porting_option"] = map[string]any{"type": "partial", "remaining_numbers_action": "keep"}
		assert.Equal(t, false, must(t, s, http.StatusOK, "PUT", subs[0], text(t, update)).object(t)["complete"])
		update["billing_phone_number"] = "+12065550109" // stays, and can be the new one
		assert.Equal(t, false, must(t, s, http.StatusOK, "PUT", subs[0], text(t, update)).object(t)["complete"])
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
