package portingtest_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// life advances the clock in small steps for ten days and tells what a sub
// request went through: each status, and each date that was confirmed.
func life(t *testing.T, s *portingtest.Server, sub string) string {
	t.Helper()
	var path []string
	note := func(value any) {
		if text, ok := value.(string); ok && !slices.Contains(path, text) {
			path = append(path, text)
		}
	}
	for range 60 {
		object := subOf(t, s, sub)
		note(object["status"])
		note(object["foc_date"])
		s.Advance(4 * time.Hour)
	}
	require.NoError(t, s.CheckInvariants())
	return strings.Join(path, " ")
}

// remarks gives the carrier's comments on a port request, less the support keys.
func remarks(t *testing.T, s *portingtest.Server, request string) []string {
	t.Helper()
	var bodies []string
	for _, c := range must(t, s, http.StatusOK, "GET", request+"/comments", "").list(t) {
		require.Nil(t, c["user_id"])
		body := regexp.MustCompile(`sr_[0-9a-f]{6}`).ReplaceAllString(c["body"].(string), "sr_X")
		bodies = append(bodies, c["created_at"].(string)+" "+body)
	}
	return bodies
}

// lives are what the behaviors of the documentation come to in ten days.
var lives = map[string]string{
	"normal":          "in-process submitted foc-date-confirmed 2026-03-05T15:00:00Z ported",
	"exception-once":  "in-process submitted exception",
	"foc-moved":       "in-process submitted foc-date-confirmed 2026-03-05T15:00:00Z 2026-03-10T15:00:00Z ported",
	"late-split":      "in-process submitted foc-date-confirmed 2026-03-05T15:00:00Z ported",
	"carrier-cancels": "in-process submitted cancel-pending cancelled",
	"never-leaves":    "in-process",
}

func TestPort(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550100", "+12065550101", "+18005550100")
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
	request, subs := submit(s, "+12065550100")
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
	request, subs := submit(s, "+12065550100")
	s.Advance(time.Minute)
	assert.Equal(t, "map[submitted:1]", counts(t, s, request))
	s.Advance(30 * 24 * time.Hour) // the requested date is over by now
	sub := must(t, s, http.StatusOK, "GET", subs[0], "").list(t)[0]
	assert.Equal(t, "2026-03-05T15:00:00Z", sub["foc_date_requested_by_user"])
	assert.Equal(t, "2026-04-06T15:00:00Z", sub["foc_date"], "the first window of that time")
}

func TestExceptionOnce(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550185", "+12065550100")
	s.Advance(28*time.Hour - 1)
	assert.Equal(t, "map[submitted:2]", counts(t, s, request))
	s.Advance(1)
	assert.Equal(t, "map[exception:2]", counts(t, s, request))
	assert.Equal(t, "2026-03-03T13:00:00Z REJECT from Quillback Telephone: acct # not found. Pls verify acct # w/ end user and supp sr_X.",
		remarks(t, s, request)[1])
	assert.Equal(t, "already_being_ported", check(t, s, "+12065550185"))

	must(t, s, http.StatusOK, "PUT", subs[0], `{"locality":"Seattle"}`) // as it was
	assert.Equal(t, "exception", subOf(t, s, subs[0])["status"])
	sub := must(t, s, http.StatusOK, "PUT", subs[0], `{"account_number":"A-2"}`).list(t)[0]
	assert.Equal(t, "submitted", sub["status"])
	assert.Equal(t, "submitted foc-date-confirmed 2026-03-05T15:00:00Z ported", life(t, s, subs[0]))
	assert.Equal(t, "map[ported:2]", counts(t, s, request))
}

// TestRejections has each of the carrier's reasons.
func TestRejections(t *testing.T) {
	t.Parallel()
	reasons := map[string]bool{}
	for digit := range 10 {
		number := fmt.Sprintf("+1312535420%d", digit)
		s := open(t, portingtest.WithDocumentsOptional(), portingtest.WithNumber(number, portingtest.Fate{Behavior: portingtest.ExceptionOnce}))
		request, _ := submit(s, number)
		s.Advance(28 * time.Hour)
		reasons[remarks(t, s, request)[1]] = true
	}
	assert.Len(t, reasons, 5)
}

func TestExceptionIsCancelled(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	_, subs := submit(s, "+12065550186")
	s.Advance(30 * 24 * time.Hour)
	must(t, s, http.StatusOK, "POST", subs[0]+"/cancellation", "")
	assert.Equal(t, "cancel-pending cancelled", life(t, s, subs[0]))
}

func TestFOCMoved(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550187")
	s.Advance(28 * time.Hour)
	assert.Equal(t, "2026-03-05T15:00:00Z", subOf(t, s, subs[0])["foc_date"])
	s.Advance(24 * time.Hour)
	sub := subOf(t, s, subs[0])
	assert.Equal(t, "2026-03-10T15:00:00Z", sub["foc_date"])
	assert.Equal(t, "2026-03-04T13:00:00Z", sub["updated_at"])
	assert.Equal(t, "2026-03-05T15:00:00Z", sub["foc_date_requested_by_user"])
	s.Advance(at(t, sub["foc_date"]).Sub(s.Now()) - 1)
	assert.Equal(t, "map[foc-date-confirmed:1]", counts(t, s, request))
	s.Advance(1)
	assert.Equal(t, "map[ported:1]", counts(t, s, request))
	assert.Equal(t, []string{
		"2026-03-02T13:00:00Z LSR sent to Quillback Telephone under sr_X. Pls allow 1-2 bus. days for a response.",
		"2026-03-03T13:00:00Z FOC rec'd from Quillback Telephone: 2026-03-05T15:00:00Z.",
		"2026-03-04T13:00:00Z Quillback Telephone had to move the FOC date, no tech available. New FOC: 2026-03-10T15:00:00Z.",
		"2026-03-10T15:00:00Z Port completed, 1 TN(s) active. Thank you!",
	}, remarks(t, s, request))
}

func TestFOCMovesBeforeTheDate(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional(), portingtest.WithTimings(portingtest.Timings{FOCMove: 1000 * time.Hour}))
	_, subs := submit(s, "+12065550187")
	s.Advance(30 * 24 * time.Hour)
	sub := subOf(t, s, subs[0])
	assert.Equal(t, "2026-03-10T15:00:00Z", sub["foc_date"])
	assert.Equal(t, "ported", sub["status"])
}

func TestLateSplit(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]time.Duration{
		"in-process": time.Hour, "submitted": 12 * time.Hour, "foc-date-confirmed": 40 * time.Hour, "ported": 300 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithDocumentsOptional(), portingtest.WithTimings(portingtest.Timings{Split: before, CancelNotice: -1}))
			request, subs := submit(s, "+12065550100", "+12065550189", "+12065550101", "+12065550102")
			s.Advance(before - 1)
			require.Equal(t, subs, subPaths(t, s, request))
			s.Advance(1)
			require.Equal(t, "map["+name+":4]", counts(t, s, request))
			after := subPaths(t, s, request)
			if name == "ported" {
				assert.Equal(t, subs, after, "it is too late")
				return
			}
			require.Len(t, after, 2)
			old, twin := subOf(t, s, after[0]), subOf(t, s, after[1])
			assert.InDelta(t, 3, old["phone_number_count"], 0)
			require.Len(t, twin["phone_numbers"], 1)
			number := twin["phone_numbers"].([]any)[0].(map[string]any)
			assert.Equal(t, "+12065550189", number["phone_number"])
			assert.Equal(t, twin["id"], number["sub_request_id"])
			assert.NotEqual(t, old["support_key"], twin["support_key"])
			assert.Equal(t, s.Now().Format(time.RFC3339Nano), twin["created_at"])
			assert.Equal(t, old["foc_date"], twin["foc_date"])
			assert.Equal(t, old["auth_person_name"], twin["auth_person_name"])
			said := must(t, s, http.StatusOK, "GET", request+"/comments", "").list(t)
			assert.Equal(t, fmt.Sprintf("Quillback Telephone wants a separate LSR for 1 TN of %s. It is on %s now.",
				old["support_key"], twin["support_key"]), said[len(said)-1]["body"])
			assert.Equal(t, old["id"], said[len(said)-1]["sub_request_id"])

			// Each goes on by itself.
			must(t, s, http.StatusOK, "POST", after[1]+"/cancellation", "")
			s.Advance(30 * 24 * time.Hour)
			assert.Equal(t, "map[cancelled:1 ported:3]", counts(t, s, request))
			assert.Len(t, subPaths(t, s, request), 2)
			require.NoError(t, s.CheckInvariants())
		})
	}
}

// TestLateSplitOfMany has numbers that leave one after the other, until one is
// left.
func TestLateSplitOfMany(t *testing.T) {
	t.Parallel()
	s := open(t)
	request, _ := submit(s, "+12065550189", "+12065550190", "+13605550189")
	for parts := 1; parts <= 3; parts++ {
		subs := subPaths(t, s, request)
		require.Len(t, subs, parts)
		for _, sub := range subs[1:] {
			assert.InDelta(t, 1, subOf(t, s, sub)["phone_number_count"], 0)
		}
		s.Advance(12 * time.Hour)
	}
	s.Advance(14 * 24 * time.Hour)
	assert.Len(t, subPaths(t, s, request), 3)
	assert.Equal(t, "map[ported:3]", counts(t, s, request))
	require.NoError(t, s.CheckInvariants())
}

// TestLateSplitAlone has nothing to split from.
func TestLateSplitAlone(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550189")
	s.Advance(13 * time.Hour)
	assert.Equal(t, subs, subPaths(t, s, request))
	assert.Len(t, subOf(t, s, subs[0])["phone_numbers"], 1)
	assert.Len(t, remarks(t, s, request), 1)
}

func TestCarrierCancels(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550191", "+18005550150")
	s.Advance(28 * time.Hour)
	assert.Equal(t, "map[cancel-pending:1 foc-date-confirmed:1]", counts(t, s, request))
	r := must(t, s, http.StatusUnprocessableEntity, "POST", subs[0]+"/cancellation", "")
	assert.Contains(t, r.message(t), "can't be cancelled")
	s.Advance(24 * time.Hour)
	assert.Equal(t, "map[cancelled:1 foc-date-confirmed:1]", counts(t, s, request))
	assert.Nil(t, check(t, s, "+12065550191"))
	said := strings.Join(remarks(t, s, request), "\n")
	assert.Contains(t, said, "Quillback Telephone cancelled sr_X: end user told them to stay.")
	assert.Contains(t, said, "Quillback Telephone confirmed the cancellation of sr_X.")
}

func TestNeverLeaves(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550193")
	s.Advance(10 * 365 * 24 * time.Hour)
	assert.Equal(t, "map[in-process:1]", counts(t, s, request))
	must(t, s, http.StatusOK, "POST", subs[0]+"/cancellation", "")
	s.Advance(24 * time.Hour)
	assert.Equal(t, "map[cancelled:1]", counts(t, s, request))
}

// TestMixedBehaviors has several behaviors in one sub request.
func TestMixedBehaviors(t *testing.T) {
	t.Parallel()
	for numbers, want := range map[string]string{
		"00 85":    "exception-once",
		"85 93":    "exception-once",
		"93 85":    "never-leaves",
		"01 91 87": "carrier-cancels",
		"87 91":    "foc-moved",
		"89 91":    "late-split",
	} {
		t.Run(numbers, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithDocumentsOptional())
			var list []string
			for ending := range strings.FieldsSeq(numbers) {
				list = append(list, "+120655501"+ending)
			}
			_, subs := submit(s, list...)
			assert.Equal(t, lives[want], life(t, s, subs[0]))
		})
	}
}

// TestTimingsOfBehaviors has stages that take a minute, and none.
func TestTimingsOfBehaviors(t *testing.T) {
	t.Parallel()
	for number, status := range map[string]string{
		"+12065550185": "exception", "+12065550191": "cancelled", "+12065550100": "foc-date-confirmed",
	} {
		for _, d := range []time.Duration{time.Minute, -1} {
			t.Run(status+d.String(), func(t *testing.T) {
				t.Parallel()
				s := open(t, portingtest.WithDocumentsOptional(), portingtest.WithTimings(portingtest.Timings{
					InProcess: d, Submitted: d, Cancel: d, Exception: d, CarrierCancel: d,
				}))
				request, _ := submit(s, number)
				if d > 0 {
					s.Advance(3 * d)
				}
				assert.Equal(t, "map["+status+":1]", counts(t, s, request))
			})
		}
	}
}
