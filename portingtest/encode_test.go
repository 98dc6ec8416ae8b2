package portingtest_test

import (
	"net/http"
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
