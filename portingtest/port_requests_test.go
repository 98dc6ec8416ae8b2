package portingtest_test

import (
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

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

// check gives the reason why a number can't be ported, or nil.
func check(t *testing.T, s *portingtest.Server, number string) any {
	t.Helper()
	answer := must(t, s, http.StatusCreated, "POST", checksPath, numbersBody(number)).list(t)
	return answer[0]["phone_numbers"].([]any)[0].(map[string]any)["non_portable_reason"]
}

// counts gives the numbers by status of a port request, as a text, and holds
// them to its numbers.
func counts(t *testing.T, s *portingtest.Server, request string) string {
	t.Helper()
	object := must(t, s, http.StatusOK, "GET", request+"?include_sub_requests=true", "").object(t)
	byNumber, bySub, documented := map[string]int{}, map[string]int{}, map[string]int{}
	statuses := map[any]any{}
	for _, v := range object["sub_requests"].([]any) {
		sub := v.(map[string]any)
		statuses[sub["id"]] = sub["status"]
		bySub[sub["status"].(string)] += int(sub["phone_number_count"].(float64))
		assert.Len(t, sub["phone_numbers"], int(sub["phone_number_count"].(float64)))
	}
	for _, v := range object["phone_numbers"].([]any) {
		number := v.(map[string]any)
		assert.Equal(t, statuses[number["sub_request_id"]], number["sub_request_status"])
		byNumber[number["sub_request_status"].(string)]++
	}
	for _, v := range object["phone_number_counts_by_status"].([]any) {
		count := v.(map[string]any)
		documented[count["status"].(string)] = int(count["count"].(float64))
	}
	assert.Equal(t, documented, byNumber)
	assert.Equal(t, documented, bySub)
	return fmt.Sprint(documented)
}

func TestPort(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(t, s, "+12065550100", "+12065550101", "+18005550100")
	sub := func() map[string]any { return must(t, s, http.StatusOK, "GET", subs[0], "").list(t)[0] }
	assert.Equal(t, "map[in-process:3]", counts(t, s, request))
	assert.Equal(t, "already_being_ported", check(t, s, "+12065550101"))
	assert.Nil(t, sub()["foc_date"])
	assert.Len(t, must(t, s, http.StatusOK, "GET", subs[0], "").list(t), 1, "an array of one, as documented")

	for _, step := range []struct {
		wait   time.Duration
		counts string
	}{
		{4*time.Hour - 1, "map[in-process:3]"},
		{1, "map[submitted:3]"},
		{24*time.Hour - 1, "map[submitted:3]"},
		{1, "map[foc-date-confirmed:3]"},
	} {
		s.Advance(step.wait)
		assert.Equal(t, step.counts, counts(t, s, request))
	}
	assert.Equal(t, "2026-03-03T13:00:00Z", sub()["updated_at"])
	assert.Equal(t, "2026-03-05T15:00:00Z", sub()["foc_date"])
	s.Advance(at(t, sub()["foc_date"]).Sub(s.Now()) - 1)
	assert.Equal(t, "map[foc-date-confirmed:3]", counts(t, s, request))
	s.Advance(1)
	assert.Equal(t, "map[ported:3]", counts(t, s, request))
	assert.Equal(t, "telnyx_number", check(t, s, "+12065550101"))
	s.Advance(1000 * time.Hour)
	assert.Equal(t, "map[ported:3]", counts(t, s, request))

	var comments []string
	for _, c := range must(t, s, http.StatusOK, "GET", request+"/comments", "").list(t) {
		assert.Nil(t, c["user_id"])
		if c["sub_request_id"] == sub()["id"] {
			comments = append(comments, c["created_at"].(string)+" "+c["body"].(string))
		}
	}
	assert.Equal(t, []string{
		"2026-03-02T13:00:00Z LSR sent to Quillback Telephone under sr_6ef363. Pls allow 1-2 bus. days for a response.",
		"2026-03-03T13:00:00Z FOC rec'd from Quillback Telephone: 2026-03-05T15:00:00Z.",
		"2026-03-05T15:00:00Z Port completed, 2 TN(s) active. Thank you!",
	}, comments)
}

func TestPortInOneStep(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(t, s, "+12065550100")
	s.Advance(365 * 24 * time.Hour)
	assert.Equal(t, "map[ported:1]", counts(t, s, request))
	sub := must(t, s, http.StatusOK, "GET", subs[0], "").list(t)[0]
	assert.Equal(t, "2026-03-05T15:00:00Z", sub["updated_at"], "each step has its own time")
}

func TestTimings(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional(), portingtest.WithTimings(portingtest.Timings{
		InProcess: time.Minute, Submitted: 30 * 24 * time.Hour,
	}))
	request, subs := submit(t, s, "+12065550100")
	s.Advance(time.Minute)
	assert.Equal(t, "map[submitted:1]", counts(t, s, request))
	s.Advance(30 * 24 * time.Hour) // the requested date is over by now
	sub := must(t, s, http.StatusOK, "GET", subs[0], "").list(t)[0]
	assert.Equal(t, "2026-03-05T15:00:00Z", sub["foc_date_requested_by_user"])
	assert.Equal(t, "2026-04-06T15:00:00Z", sub["foc_date"], "the first window of that time")
}

func TestPortRequestObjects(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(t, s, "+12065550160")
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
		"extended_address": nil, "default_message_profile_id": nil, "porting_option": nil, "pin_passcode": nil,
		"account_number": nil, "description": nil, "tax_identifier": nil, "business_identifier": nil,
	})
	assert.Equal(t, want, sub)
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]time.Duration{
		"in-process":         0,
		"submitted":          4 * time.Hour,
		"foc-date-confirmed": 28 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithDocumentsOptional())
			request, subs := submit(t, s, "+12065550100", "+12065550150")
			s.Advance(before)
			assert.Equal(t, "map["+name+":2]", counts(t, s, request))
			sub := must(t, s, http.StatusOK, "POST", subs[0]+"/cancellation", "").object(t)
			assert.Equal(t, "cancel-pending", sub["status"])
			assert.Equal(t, s.Now().Format(time.RFC3339), sub["updated_at"])
			assert.Equal(t, fmt.Sprintf("map[cancel-pending:1 %s:1]", name), counts(t, s, request))
			assert.Equal(t, "already_being_ported", check(t, s, "+12065550100"))
			for range 2 {
				r := must(t, s, http.StatusUnprocessableEntity, "POST", subs[0]+"/cancellation", "")
				assert.Contains(t, r.message(t), "can't be cancelled")
				must(t, s, http.StatusUnprocessableEntity, "GET", subs[0]+"/allowed_foc_dates", "")
				s.Advance(24 * time.Hour)
			}
			assert.Nil(t, check(t, s, "+12065550100"), "it can be ported again")
			s.Advance(30 * 24 * time.Hour)
			assert.Equal(t, "map[cancelled:1 ported:1]", counts(t, s, request))
			must(t, s, http.StatusUnprocessableEntity, "POST", subs[1]+"/cancellation", "")
		})
	}
}

func TestUpdateSubRequest(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	_, subs := submit(t, s, "+12065550100")
	s.Advance(time.Hour)
	list := must(t, s, http.StatusOK, "PUT", subs[0], `{"locality":"Tacoma","foc_date_requested_by_user":"2026-03-06T16:00:00Z"}`).list(t)
	require.Len(t, list, 1)
	assert.Equal(t, "Tacoma", list[0]["locality"])
	assert.Equal(t, "1 Main Street", list[0]["street_address"], "it wasn't sent")
	assert.Equal(t, "2026-03-02T10:00:00Z", list[0]["updated_at"])

	refused := func(body, message string) {
		t.Helper()
		r := must(t, s, http.StatusUnprocessableEntity, "PUT", subs[0], body)
		assert.Contains(t, r.message(t), message)
	}
	refused(`{"default_message_profile_id":"x"}`, "default_message_profile_id is no key")
	refused(`{"locality":null}`, "locality must keep a value")
	refused(`{"foc_date_requested_by_user":"2026-03-07T16:00:00Z"}`, "foc_date_requested_by_user is in none")
	refused(`{"customer_rating":5}`, "customer_rating can be given once")

	s.Advance(48 * time.Hour)
	sub := must(t, s, http.StatusOK, "GET", subs[0], "").list(t)[0]
	require.Equal(t, "foc-date-confirmed", sub["status"])
	assert.Equal(t, "2026-03-06T16:00:00Z", sub["foc_date"], "the date asked for last")
	refused(`{"foc_date_requested_by_user":"2026-03-10T16:00:00Z"}`, "the FOC date is confirmed")
	must(t, s, http.StatusOK, "PUT", subs[0], `{"locality":"Olympia"}`)
}

func TestRating(t *testing.T) {
	t.Parallel()
	for name, finish := range map[string]func(*testing.T, *portingtest.Server, string){
		"ported": func(_ *testing.T, s *portingtest.Server, _ string) { s.Advance(30 * 24 * time.Hour) },
		"cancel-pending": func(t *testing.T, s *portingtest.Server, sub string) {
			t.Helper()
			must(t, s, http.StatusOK, "POST", sub+"/cancellation", "")
		},
		"cancelled": func(t *testing.T, s *portingtest.Server, sub string) {
			t.Helper()
			must(t, s, http.StatusOK, "POST", sub+"/cancellation", "")
			s.Advance(24 * time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithDocumentsOptional())
			_, subs := submit(t, s, "+12065550100")
			finish(t, s, subs[0])
			// The documented body has the required fields next to the rating.
			update := profile("2026-03-05T15:00:00Z")
			update["customer_rating"], update["customer_rating_comment"] = 5, "Fine."
			sub := must(t, s, http.StatusOK, "PUT", subs[0], text(t, update)).list(t)[0]
			assert.Equal(t, name, sub["status"])
			assert.InDelta(t, 5, sub["customer_rating"], 0)
			assert.Equal(t, "Fine.", sub["customer_rating_comment"])
			for body, message := range map[string]string{
				`{"customer_rating":4.5}`:           "customer_rating must be an integer",
				`{"customer_rating":"4"}`:           "customer_rating must be an integer",
				`{"customer_rating_comment":false}`: "customer_rating_comment must be a string",
				`{"locality":"Tacoma"}`:             "the sub request is " + name,
			} {
				r := must(t, s, http.StatusUnprocessableEntity, "PUT", subs[0], body)
				assert.Contains(t, r.message(t), message)
			}
			sub = must(t, s, http.StatusOK, "PUT", subs[0], `{"customer_rating":null}`).list(t)[0]
			assert.NotContains(t, sub, "customer_rating")
			assert.Contains(t, sub, "customer_rating_comment")
		})
	}
}

func TestComments(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, _ := submit(t, s, "+12065550100")
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
