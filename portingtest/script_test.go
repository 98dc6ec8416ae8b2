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

// placement tells where the numbers of a port request are: the place of the sub
// request of each, or a dash, and its status.
func placement(t *testing.T, s *portingtest.Server, request string) []string {
	t.Helper()
	place := map[any]string{nil: "-"}
	for i, sub := range must(t, s, http.StatusOK, "GET", request+"/sub_requests", "").list(t) {
		place[sub["id"]] = fmt.Sprint(i)
	}
	var list []string
	for _, v := range must(t, s, http.StatusOK, "GET", request, "").object(t)["phone_numbers"].([]any) {
		number := v.(map[string]any)
		list = append(list, fmt.Sprint(place[number["sub_request_id"]], " ", number["sub_request_status"]))
	}
	require.NoError(t, s.CheckInvariants())
	return list
}

func TestScript(t *testing.T) {
	t.Parallel()
	moved := time.Date(2026, 3, 12, 8, 0, 0, 0, time.FixedZone("", -7*3600))
	steps := []portingtest.Step{
		{After: time.Hour, Status: "foc-date-confirmed", FOCDate: moved, Comment: "FOC given."},
		{After: time.Hour, Status: "submitted"},
		{After: time.Hour, NoFOCDate: true, Comment: "FOC is off."},
		{After: time.Hour, Status: "ported"},
		{After: time.Hour, Status: "in-process", Comment: "Wrong order."},
		{After: time.Hour, Status: "awaiting-csr"},
		{Comment: "At the same time."},
	}
	for name, before := range map[string]bool{"before the submission": true, "after the submission": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithDocumentsOptional())
			if before {
				s.Script("+12065550101", steps...)
			}
			// The numbers would have a life of their own.
			request, subs := submit(s, "+12065550191", "+12065550101", "+18005550100")
			if !before {
				s.Script("+12065550101", steps...)
			}
			var got []string
			for range 8 {
				sub := subOf(t, s, subs[0])
				got = append(got, fmt.Sprint(sub["status"], " ", sub["foc_date"], " ", check(t, s, "+12065550101")))
				require.NoError(t, s.CheckInvariants())
				s.Advance(time.Hour)
			}
			assert.Equal(t, []string{
				"in-process <nil> already_being_ported",
				"foc-date-confirmed 2026-03-12T15:00:00Z already_being_ported",
				"submitted 2026-03-12T15:00:00Z already_being_ported",
				"submitted <nil> already_being_ported",
				"ported <nil> telnyx_number",
				"in-process <nil> already_being_ported",
				"awaiting-csr <nil> already_being_ported",
				"awaiting-csr <nil> already_being_ported",
			}, got)
			assert.Equal(t, []any{
				map[string]any{"status": "submitted", "count": 1.0},
				map[string]any{"status": "awaiting-csr", "count": 2.0},
			}, must(t, s, http.StatusOK, "GET", request, "").object(t)["phone_number_counts_by_status"])

			s.Advance(365 * 24 * time.Hour)
			assert.Equal(t, "map[awaiting-csr:2 ported:1]", counts(t, s, request), "the other sub request is as ever")
			var said []string
			for _, c := range must(t, s, http.StatusOK, "GET", request+"/comments", "").list(t) {
				if c["sub_request_id"] == subOf(t, s, subs[0])["id"] {
					said = append(said, c["body"].(string))
				}
			}
			assert.Equal(t, []string{"FOC given.", "FOC is off.", "Wrong order.", "At the same time."}, said)
		})
	}
}

// TestScriptIsTakenAtOnce has steps that take no time.
func TestScriptIsTakenAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	s.Script("+12065550100", portingtest.Step{Status: "exception", After: -time.Hour}, portingtest.Step{Comment: "Why not."})
	request, subs := submit(s, "+12065550100")
	assert.Equal(t, "map[exception:1]", counts(t, s, request))
	s.Script("+12065550100", portingtest.Step{Status: "cancelled"})
	assert.Equal(t, "cancelled", subOf(t, s, subs[0])["status"])
	assert.Nil(t, check(t, s, "+12065550100"))

	// The number is free, so the next script is for the next submission.
	s.Script("+12065550100", portingtest.Step{Status: "ported"})
	assert.Equal(t, "cancelled", subOf(t, s, subs[0])["status"])
	again, _ := submit(s, "+12065550100")
	assert.Equal(t, "map[ported:1]", counts(t, s, again))
	s.Script("+12065550100", portingtest.Step{Status: "submitted"})
	assert.Equal(t, "map[submitted:1]", counts(t, s, again))
	assert.Equal(t, "map[cancelled:1]", counts(t, s, request))
}

func TestScriptWithoutSteps(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	s.Script("+12065550100")
	request, _ := submit(s, "+12065550100")
	other, _ := submit(s, "+12065550101")
	s.Advance(5 * time.Hour)
	s.Script("+12065550101")
	s.Advance(365 * 24 * time.Hour)
	assert.Equal(t, "map[in-process:1]", counts(t, s, request))
	assert.Equal(t, "map[submitted:1]", counts(t, s, other))
}

// TestScriptsOfOneSubRequest has two numbers with scripts in a sub request.
func TestScriptsOfOneSubRequest(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	s.Script("+12065550102", portingtest.Step{Status: "third"})
	s.Script("+12065550101", portingtest.Step{Status: "second"})
	request, subs := submit(s, "+12065550100", "+12065550101", "+12065550102")
	assert.Equal(t, "map[second:3]", counts(t, s, request))

	// A script that isn't used isn't kept.
	must(t, s, http.StatusOK, "POST", subs[0]+"/cancellation", "")
	s.Advance(24 * time.Hour)
	request, _ = submit(s, "+12065550102")
	assert.Equal(t, "map[in-process:1]", counts(t, s, request))

	// The last script is the one.
	s.Script("+12065550102", portingtest.Step{After: time.Hour, Status: "one"})
	s.Script("+12065550102", portingtest.Step{After: 2 * time.Hour, Status: "two"})
	s.Advance(time.Hour)
	assert.Equal(t, "map[in-process:1]", counts(t, s, request))
	s.Advance(time.Hour)
	assert.Equal(t, "map[two:1]", counts(t, s, request))
}

func TestScriptWaitsForAnUpdate(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550100")
	s.Script("+12065550100",
		portingtest.Step{Status: "exception"},
		portingtest.Step{OnUpdate: true, After: time.Hour, Comment: "Still wrong."},
		portingtest.Step{OnUpdate: true, Status: "submitted"},
		portingtest.Step{After: time.Hour, Status: "ported"})
	status := func() any { return subOf(t, s, subs[0])["status"] }
	s.Advance(1000 * time.Hour)
	must(t, s, http.StatusOK, "PUT", subs[0], `{"locality":"Tacoma"}`)
	s.Advance(30 * time.Minute)
	must(t, s, http.StatusOK, "PUT", subs[0], `{"locality":"Olympia"}`) // counts as one with the last
	s.Advance(30*time.Minute - 1)
	assert.Empty(t, remarks(t, s, request))
	s.Advance(1)
	assert.Len(t, remarks(t, s, request), 1)
	s.Advance(1000 * time.Hour)
	assert.Equal(t, "exception", status())
	sub := must(t, s, http.StatusOK, "PUT", subs[0], `{"locality":"Seattle"}`).list(t)[0]
	assert.Equal(t, "submitted", sub["status"], "at once")
	s.Advance(time.Hour)
	assert.Equal(t, "ported", status())
}

// TestScriptEnds has the user bring back the normal life after a script.
func TestScriptEnds(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550100", "+12065550191") // which the carrier would cancel
	s.Script("+12065550100", portingtest.Step{Status: "exception", FOCDate: s.Now()})
	s.Advance(1000 * time.Hour)
	sub := must(t, s, http.StatusOK, "PUT", subs[0], `{"locality":"Tacoma"}`).list(t)[0]
	assert.Equal(t, "submitted", sub["status"])
	assert.Nil(t, sub["foc_date"])
	s.Advance(1000 * time.Hour)
	assert.Equal(t, "map[ported:2]", counts(t, s, request))

	s.Script("+12065550100", portingtest.Step{Status: "awaiting-csr"})
	must(t, s, http.StatusOK, "POST", subs[0]+"/cancellation", "")
	s.Advance(24 * time.Hour)
	assert.Equal(t, "map[cancelled:2]", counts(t, s, request))
}

// TestScriptOutlastsACancellation has the carrier port what the user cancelled.
func TestScriptOutlastsACancellation(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550100")
	s.Script("+12065550100", portingtest.Step{After: 48 * time.Hour, Status: "ported"})
	sub := must(t, s, http.StatusOK, "POST", subs[0]+"/cancellation", "").object(t)
	assert.Equal(t, "cancel-pending", sub["status"])
	s.Advance(48*time.Hour - 1)
	assert.Equal(t, "map[cancel-pending:1]", counts(t, s, request))
	s.Advance(1)
	assert.Equal(t, "map[ported:1]", counts(t, s, request))
}

func TestScriptMovesTheNumber(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550100", "+12065550101")
	s.Script("+12065550101",
		portingtest.Step{After: time.Hour, Unassign: true},
		portingtest.Step{After: time.Hour, Status: "submitted"},
		portingtest.Step{After: time.Hour, Split: true},
		portingtest.Step{After: time.Hour, Status: "ported", Split: true})
	assert.Equal(t, []string{"0 in-process", "0 in-process"}, placement(t, s, request))
	s.Advance(time.Hour)
	assert.Equal(t, []string{"0 in-process", "- <nil>"}, placement(t, s, request))
	object := must(t, s, http.StatusOK, "GET", request, "").object(t)
	assert.Equal(t, []any{
		map[string]any{"status": "unassigned", "count": 1.0}, map[string]any{"status": "in-process", "count": 1.0},
	}, object["phone_number_counts_by_status"])
	assert.Equal(t, "already_being_ported", check(t, s, "+12065550101"))
	s.Advance(time.Hour)
	assert.Equal(t, []string{"0 submitted", "- <nil>"}, placement(t, s, request))
	s.Advance(time.Hour)
	assert.Equal(t, []string{"0 submitted", "1 submitted"}, placement(t, s, request))
	s.Advance(time.Hour)
	assert.Equal(t, []string{"0 ported", "1 ported"}, placement(t, s, request), "the script is for both")
	assert.Len(t, subPaths(t, s, request), 2)

	// An empty sub request is one, too.
	s.Script("+12065550100", portingtest.Step{Status: "exception"}, portingtest.Step{Unassign: true}, portingtest.Step{Unassign: true})
	assert.Equal(t, []string{"- <nil>", "1 ported"}, placement(t, s, request))
	empty := subOf(t, s, subs[0])
	assert.InDelta(t, 0, empty["phone_number_count"], 0)
	assert.Equal(t, []any{}, empty["phone_numbers"])
	assert.Equal(t, []any{}, empty["underlying_carrier_names"])
	must(t, s, http.StatusOK, "PUT", subs[0], `{"locality":"Tacoma"}`)
	s.Advance(1000 * time.Hour)
	assert.Equal(t, "ported", subOf(t, s, subs[0])["status"])
	assert.Contains(t, remarks(t, s, request)[0], "LSR sent to The carrier")

	// A script for the number brings it back.
	must(t, s, http.StatusOK, "PUT", subs[0], `{"customer_rating":2,"customer_rating_comment":"Slow."}`)
	s.Script("+12065550100", portingtest.Step{Split: true, Status: "submitted"})
	assert.Equal(t, []string{"2 submitted", "1 ported"}, placement(t, s, request))
	assert.Contains(t, subOf(t, s, subs[0]), "customer_rating")
	assert.NotContains(t, subOf(t, s, subPaths(t, s, request)[2]), "customer_rating", "nobody rated it")
}

// TestScriptOfAReplacedSubRequest submits the number of a cancelled sub request again, whose script isn't over.
func TestScriptOfAReplacedSubRequest(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]portingtest.Step{
		"it goes on":           {{Status: "cancelled"}, {After: 2 * time.Hour, Status: "in-process"}},
		"it is cancelled anew": {{Status: "cancelled"}, {After: 2 * time.Hour, Status: "cancelled"}},
		"it loses the number":  {{Status: "cancelled", Unassign: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithDocumentsOptional())
			s.Script("+12065550100", steps...)
			_, subs := submit(s, "+12065550100")
			assert.Equal(t, "cancelled", subOf(t, s, subs[0])["status"])
			submit(s, "+12065550100")
			s.Advance(3 * time.Hour)
			assert.Equal(t, "cancelled", subOf(t, s, subs[0])["status"])
			assert.Contains(t, check(t, s, "+12065550100"), "already_being_ported", "by the newer one")
			assert.NoError(t, s.CheckInvariants())
		})
	}
}

func TestScriptBounds(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	s.Script("nobody's", portingtest.Step{Status: "ported"})
	_, subs := submit(s, "+12065550100")
	s.Script("+12065550100", portingtest.Step{FOCDate: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), Status: "foc-date-confirmed"})
	assert.Equal(t, "9999-01-01T00:00:00Z", subOf(t, s, subs[0])["foc_date"])
}
