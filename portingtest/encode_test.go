package portingtest_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// TestDraftIsWrittenTheSame holds a single draft to the same draft in a list:
// they are written in different ways.
func TestDraftIsWrittenTheSame(t *testing.T) {
	t.Parallel()
	for name, carrier := range map[string]string{
		"plain": "Acme ~!", "umlaut": "Ätna", "HTML": "<A&B>", "quotes": `"A\B"`, "control": "A\t\n\x00\x7fB",
		"line separator": "A\u2028B", "not UTF-8": "A\xffB",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithDocumentsOptional(), portingtest.WithStart(portingtest.Start.Add(120*time.Millisecond)),
				portingtest.WithNumber("+13125354200", portingtest.Fate{CarrierName: carrier, SvType: "<", CoverageCategory: "é"}))
			must(t, s, http.StatusCreated, "POST", checksPath, numbersBody("+12065550171"))
			s.Advance(12 * time.Hour)
			draft, subs := createDraft(t, s, "+13125354200", "+12065550170", "+12065550171", "+12065550175", "+12065550176", "+12065550100", "+12065550185")
			same := func() {
				t.Helper()
				for _, query := range []string{
					"", "?include_phone_numbers=false", "?include_sub_requests=true", "?include_sub_requests=true&include_phone_numbers=false",
				} {
					single := must(t, s, http.StatusOK, "GET", draft+query, "")
					assert.Equal(t, must(t, s, http.StatusOK, "GET", draftsPath+query, "").Body, "["+single.Body+"]")
				}
			}
			same()
			s.Advance(13 * time.Hour) // one of the pending numbers is confirmed
			same()
			s.Advance(24 * time.Hour)
			same()
			fillIn(t, s, subs...)
			submitted := must(t, s, http.StatusCreated, "POST", draft+"/submit", "")
			require.Equal(t, must(t, s, http.StatusOK, "GET", draft, "").Body, submitted.Body)
			same()
		})
	}
}

// TestTimesHaveOneForm looks at every time in the answers of a sandbox whose clock
// runs through the nanoseconds.
func TestTimesHaveOneForm(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional(), portingtest.WithStart(portingtest.Start.Add(123456789)))
	request, subs := submit(s, "+12065550187", "+12065550101")
	s.Advance(time.Hour + 10)
	must(t, s, http.StatusCreated, "POST", request+"/comments", `{"body":"any news?"}`)
	s.Advance(48*time.Hour + 120*time.Millisecond)
	draft, draftSubs := createDraft(t, s, "+12065550102")
	date := at(t, firstWindow(t, s, draftSubs[0])).Add(500_000_001)
	updated := must(t, s, http.StatusOK, "PUT", draftSubs[0], text(t, map[string]any{"foc_date_requested_by_user": date}))
	assert.Equal(t, date.Truncate(time.Second).Format(time.RFC3339), updated.object(t)["foc_date_requested_by_user"])
	document := uploadDocument(t, s, draft, "loa", "x")

	form := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	seen := map[string]bool{}
	for _, path := range []string{
		request + "?include_sub_requests=true", request + "/comments", subs[0] + "/allowed_foc_dates",
		draft, draft + "?include_sub_requests=true", draftsPath, document,
	} {
		body := must(t, s, http.StatusOK, "GET", path, "").Body
		for _, found := range regexp.MustCompile(`"(\w+)":"(\d{4}-[^"]*)"`).FindAllStringSubmatch(body, -1) {
			seen[found[1]] = true
			assert.Regexp(t, form, found[2], "%s of %s", found[1], path)
		}
	}
	assert.Equal(t, []string{"created_at", "end", "foc_date", "foc_date_requested_by_user", "start", "updated_at"},
		slices.Sorted(maps.Keys(seen)))
}
