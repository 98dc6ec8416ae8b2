package portingtest_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// row is a row of the catalogue in the documentation.
var row = regexp.MustCompile(`(?m)^//\t(\d\d)(?:–(\d\d))?  +(.+?)  +(\S+)  +(\w+)  +(\w+)  +(\S+)$`)

// TestCatalogue holds each ending to its row in the documentation.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	next, behaviors := 0, map[string]bool{}
	for _, cells := range row.FindAllStringSubmatch(string(doc), -1) {
		first, _ := strconv.Atoi(cells[1])
		last := first
		if cells[2] != "" {
			last, _ = strconv.Atoi(cells[2])
		}
		require.Equal(t, next, first, "the rows follow each other")
		next = last + 1
		behaviors[cells[7]] = true
		for ending := first; ending <= last; ending++ {
			for area, category := range map[string]string{"206": "nanp_generic", "888": "nanp_toll_free"} {
				if area == "888" && ending > first { // one of each row will do
					continue
				}
				number := fmt.Sprintf("+1%s55501%02d", area, ending)
				t.Run(number, func(t *testing.T) {
					t.Parallel()
					if cells[5] != "NANP" {
						category = cells[5]
					}
					holdToRow(t, number, cells[3], cells[4], category, cells[6], cells[7])
				})
			}
		}
	}
	assert.Equal(t, 100, next)
	delete(behaviors, "–")
	assert.Len(t, behaviors, len(lives))
	for behavior := range lives {
		assert.Contains(t, string(doc), "\n//\t"+behavior+"  ", "it is explained")
	}
}

func holdToRow(t *testing.T, number, carrier, service, category, portability, behavior string) {
	t.Helper()
	s := open(t, portingtest.WithDocumentsOptional())
	orNil := func(text string) any {
		if text == "unknown" {
			return nil
		}
		return text
	}
	result := must(t, s, http.StatusCreated, "POST", checksPath, numbersBody(number)).list(t)[0]["phone_numbers"].([]any)[0].(map[string]any)
	assert.Equal(t, orNil(carrier), result["carrier_name"])
	assert.Equal(t, category, result["coverage_category"])
	if behavior == "–" {
		assert.Equal(t, portability, result["non_portable_reason"])
		return
	}
	assert.Equal(t, portability, result["portability_status"])
	assert.Nil(t, result["non_portable_reason"])
	_, subs := submit(s, number)
	n := subOf(t, s, subs[0])["phone_numbers"].([]any)[0].(map[string]any)
	assert.Equal(t, map[string]string{"wireline": "0", "wireless": "1", "VOIP": "2"}[service], n["svtype"])
	assert.Equal(t, lives[behavior], life(t, s, subs[0]))
}

func TestWithNumber(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		number string
		fate   portingtest.Fate
		want   map[string]any
	}{
		"nothing": {"+12065550182", portingtest.Fate{}, map[string]any{
			"portable": true, "portability_status": "confirmed", "carrier_name": "Quillback Telephone", "coverage_category": "nanp_generic",
		}},
		"carrier": {"+13125354200", portingtest.Fate{CarrierName: "Acme"}, map[string]any{
			"portable": true, "portability_status": "confirmed", "carrier_name": "Acme", "coverage_category": "nanp_generic",
		}},
		"provisional": {"+12065550100", portingtest.Fate{PortabilityStatus: "provisional"}, map[string]any{
			"portable": true, "portability_status": "provisional", "carrier_name": "Quillback Telephone", "coverage_category": "nanp_generic",
		}},
		"not portable": {"+18882345678", portingtest.Fate{NonPortableReason: "no_coverage", PortabilityStatus: "confirmed"}, map[string]any{
			"portable": false, "non_portable_reason": "no_coverage", "carrier_name": nil, "coverage_category": "nanp_toll_free",
		}},
		"unknown reason": {"+12065550100", portingtest.Fate{NonPortableReason: "sunspots", CarrierName: "Acme"}, map[string]any{
			"portable": false, "non_portable_reason": "sunspots", "portability_status": nil, "carrier_name": "Acme",
		}},
		"international": {"+442079460000", portingtest.Fate{PortabilityStatus: "confirmed"}, map[string]any{
			"portable": true, "non_portable_reason": nil, "carrier_name": "Quillback Telephone", "coverage_category": "international",
		}},
		"still international": {"+442079460000", portingtest.Fate{CarrierName: "Acme"}, map[string]any{
			"portable": false, "non_portable_reason": "no_coverage", "carrier_name": "Acme", "coverage_category": "international",
		}},
		"category": {"+12065550100", portingtest.Fate{CoverageCategory: "nanp_toll_free"}, map[string]any{
			"portable": true, "coverage_category": "nanp_toll_free",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithNumber(test.number, test.fate))
			answer := must(t, s, http.StatusCreated, "POST", checksPath, numbersBody(test.number)).list(t)
			result := answer[0]["phone_numbers"].([]any)[0].(map[string]any)
			for key, value := range test.want {
				assert.Equal(t, value, result[key], key)
			}
		})
	}
}

func TestWithNumberSplitsAndBehaves(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional(),
		portingtest.WithNumber("+13125354200", portingtest.Fate{SvType: "1", Behavior: portingtest.CarrierCancels}),
		portingtest.WithNumber("+12065550193", portingtest.Fate{}))
	request, subs := submit(s, "+13125354200", "+12065550193", "+12065550100")
	require.Len(t, subs, 2)
	s.Advance(20 * 24 * time.Hour)
	assert.Equal(t, "map[cancelled:1 ported:2]", counts(t, s, request))
	assert.Equal(t, "1", subOf(t, s, subs[0])["phone_numbers"].([]any)[0].(map[string]any)["svtype"])

	assert.PanicsWithValue(t, `portingtest: WithNumber("(206) 555-0100"): not an E.164 number`,
		func() { portingtest.WithNumber("(206) 555-0100", portingtest.Fate{}) })
	assert.PanicsWithValue(t, `portingtest: WithNumber: unknown behavior "explodes"`,
		func() { portingtest.WithNumber("+12065550100", portingtest.Fate{Behavior: "explodes"}) })
}
