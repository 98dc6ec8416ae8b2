package portingtest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

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
