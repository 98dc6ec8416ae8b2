package portingtest_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

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
			request, subs := submit(s, "+12065550100", "+12065550150")
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

// TestCancelTooLate asks for a cancellation less than 48 hours before the FOC
// date.
func TestCancelTooLate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		notice time.Duration // what the sandbox is told
		hours  int           // before the FOC date, when it is asked for
		status int
	}{
		"just in time":           {0, 48, 200},
		"too late":               {0, 47, 422},
		"with a shorter notice":  {5 * time.Hour, 47, 200},
		"later than the shorter": {5 * time.Hour, 4, 422},
		"with none":              {-1, 1, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithTimings(portingtest.Timings{CancelNotice: test.notice}))
			request, subs := submit(s, "+12065550100")
			s.Advance(78*time.Hour - time.Duration(test.hours)*time.Hour) // the FOC date is 78 hours ahead
			r := must(t, s, test.status, "POST", subs[0]+"/cancellation", "")
			if test.status == 422 {
				assert.Contains(t, r.message(t), "can't be cancelled any more: its FOC date is less than ")
			} else {
				said := remarks(t, s, request)
				assert.Contains(t, said[len(said)-1], "Cancellation request for sr_X rec'd. Our porting team reviews it w/ Quillback Telephone.")
			}
			assert.Empty(t, s.Duplicates())
		})
	}
}

// TestFullUpdates demands the nine fields that the contract marks as required.
func TestFullUpdates(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithFullUpdates())
	_, subs := submit(s, "+12065550100")
	update := map[string]any{}
	for key, value := range profile("2026-03-05T15:00:00Z") {
		if key != "person_or_company_name" && key != "pin_passcode" {
			update[key] = value
		}
	}
	require.Len(t, update, 9)
	must(t, s, http.StatusOK, "PUT", subs[0], text(t, update))
	for key, value := range update {
		delete(update, key)
		r := must(t, s, http.StatusUnprocessableEntity, "PUT", subs[0], text(t, update))
		assert.Equal(t, "Unprocessable Entity: "+key+" must be in every update", r.message(t))
		update[key] = value
	}
	_, draftSubs := createDraft(t, s, "+12065550101")
	must(t, s, http.StatusOK, "PUT", draftSubs[0], `{"locality":"Seattle"}`) // a draft's needn't be full
	restored := open(t)
	require.NoError(t, restored.Restore(s.Snapshot()))
	must(t, restored, http.StatusUnprocessableEntity, "PUT", subs[0], `{}`)
}

func TestUpdateSubRequest(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	_, subs := submit(s, "+12065550100")
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
			_, subs := submit(s, "+12065550100")
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
