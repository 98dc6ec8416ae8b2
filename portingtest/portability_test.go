package portingtest_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

func TestPortability(t *testing.T) {
	t.Parallel()
	portable := func(number, category, carrier, status string) map[string]any {
		return map[string]any{
			"raw_number": number, "e164_number": number, "portable": true, "portability_status": status,
			"carrier_name": carrier, "coverage_category": category, "non_portable_reason": nil,
		}
	}
	not := func(number string, e164, carrier any, category, reason string) map[string]any {
		return map[string]any{
			"raw_number": number, "e164_number": e164, "portable": false, "portability_status": nil,
			"carrier_name": carrier, "coverage_category": category, "non_portable_reason": reason,
		}
	}
	s := open(t)
	for name, want := range map[string]map[string]any{
		"lowest ending":          portable("+12065550100", "nanp_generic", "Quillback Telephone", "confirmed"),
		"first carrier":          portable("+12065550149", "nanp_generic", "Quillback Telephone", "confirmed"),
		"second carrier":         portable("+12065550150", "nanp_generic", "Ostrich Bell", "confirmed"),
		"third carrier":          portable("+12065550159", "nanp_generic", "Marzipan Telecom", "confirmed"),
		"wireless":               portable("+12065550160", "nanp_generic", "Tumbleweed Wireless", "confirmed"),
		"VOIP":                   portable("+12065550169", "nanp_generic", "Ostrich Bell", "confirmed"),
		"pending":                portable("+12065550170", "nanp_generic", "Quillback Telephone", "pending"),
		"provisional":            portable("+12065550179", "nanp_generic", "Quillback Telephone", "provisional"),
		"invalid by ending":      not("+12065550180", "+12065550180", nil, "invalid", "invalid_phone_number"),
		"no LRN":                 not("+12065550181", "+12065550181", nil, "nanp_generic", "lrn_data_not_found"),
		"no coverage":            not("+12065550182", "+12065550182", "Quillback Telephone", "nanp_generic", "no_coverage"),
		"being ported by ending": not("+12065550183", "+12065550183", "Quillback Telephone", "nanp_generic", "already_being_ported"),
		"ours by ending":         not("+12065550184", "+12065550184", nil, "nanp_generic", "telnyx_number"),
		"reserved ending":        portable("+12065550199", "nanp_generic", "Quillback Telephone", "confirmed"),
		"fictional toll-free":    portable("+18005550150", "nanp_toll_free", "Ostrich Bell", "confirmed"),
		"real toll-free":         portable("+18882345678", "nanp_toll_free", "Lighthouse Toll-Free", "confirmed"),
		"area code 312":          portable("+13125354200", "nanp_generic", "Quillback Telephone", "confirmed"),
		"area code 313":          portable("+13135354200", "nanp_generic", "Ostrich Bell", "confirmed"),
		"area code 314":          portable("+13145354200", "nanp_generic", "Marzipan Telecom", "confirmed"),
		"outside of the range":   portable("+12065550280", "nanp_generic", "Marzipan Telecom", "confirmed"),
		"N11":                    not("+19115550100", "+19115550100", nil, "invalid", "invalid_phone_number"),
		"kept for toll-free":     not("+18225550100", "+18225550100", nil, "invalid", "invalid_phone_number"),
		"kept for toll-free too": not("+18805354200", "+18805354200", nil, "invalid", "invalid_phone_number"),
		"premium rate":           not("+19005550100", "+19005550100", nil, "nanp_generic", "no_coverage"),
		"international":          not("+442079460000", "+442079460000", nil, "international", "no_coverage"),
		"too short for its plan": not("+1206555010", "+1206555010", nil, "invalid", "invalid_phone_number"),
		"written by a person":    not("(206) 555-0100", nil, nil, "invalid", "invalid_phone_number"),
		"no plus":                not("12065550100", nil, nil, "invalid", "invalid_phone_number"),
		"trailing line break":    not("+12065550100\n", nil, nil, "invalid", "invalid_phone_number"),
		"empty":                  not("", nil, nil, "invalid", "invalid_phone_number"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := must(t, s, http.StatusCreated, "POST", checksPath, numbersBody(want["raw_number"].(string)))
			require.Equal(t, "application/json", r.Header.Get("Content-Type"))
			require.Len(t, r.list(t), 1)
			assert.Equal(t, []any{want}, r.list(t)[0]["phone_numbers"])
		})
	}
}

func TestPortabilityKeepsTheOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	numbers := []string{"+12065550150", "bad", "+12065550100", "bad"}
	answer := must(t, s, http.StatusCreated, "POST", checksPath, numbersBody(numbers...)).list(t)
	require.Len(t, answer, 1)
	var raw []string
	for _, result := range answer[0]["phone_numbers"].([]any) {
		raw = append(raw, result.(map[string]any)["raw_number"].(string))
	}
	assert.Equal(t, numbers, raw)
}

func TestPendingNumberIsConfirmed(t *testing.T) {
	t.Parallel()
	s := open(t)
	status := func() any {
		answer := must(t, s, http.StatusCreated, "POST", checksPath, numbersBody("+12065550171")).list(t)
		return answer[0]["phone_numbers"].([]any)[0].(map[string]any)["portability_status"]
	}
	s.Advance(72 * time.Hour) // nobody asked yet
	assert.Equal(t, "pending", status())
	draft, _ := createDraft(t, s, "+12065550171")
	s.Advance(24*time.Hour - time.Nanosecond)
	assert.Equal(t, "pending", status())
	s.Advance(time.Nanosecond)
	assert.Equal(t, "confirmed", status())
	numbers := must(t, s, http.StatusOK, "GET", draft, "").object(t)["phone_numbers"].([]any)
	assert.Equal(t, "confirmed", numbers[0].(map[string]any)["portability_status"])
}

func TestNumbersBody(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, test := range map[string]struct {
		body    string
		status  int
		message string
	}{
		"missing":         {``, 400, "body is missing"},
		"not JSON":        {`{`, 400, "not valid JSON"},
		"not UTF-8":       {"{\"phone_numbers\":[{\"phone_number\":\"\xff\"}]}", 400, "not valid JSON"},
		"an array":        {`[]`, 422, "must be an object"},
		"null":            {`null`, 422, "must be an object"},
		"no key":          {`{}`, 422, "phone_numbers is missing"},
		"null numbers":    {`{"phone_numbers":null}`, 422, "phone_numbers must be an array"},
		"no numbers":      {`{"phone_numbers":[]}`, 422, "phone_numbers must not be empty"},
		"plain strings":   {`{"phone_numbers":["+12065550100"]}`, 422, "phone_numbers.0 must be an object"},
		"wrong type":      {`{"phone_numbers":[{"phone_number":12065550100}]}`, 422, "phone_numbers.0.phone_number must be a string"},
		"null number":     {`{"phone_numbers":[{"phone_number":null}]}`, 422, "phone_numbers.0.phone_number must be a string"},
		"missing number":  {`{"phone_numbers":[{}]}`, 422, "phone_numbers.0.phone_number is missing"},
		"unknown key":     {`{"phone_numbers":[{"phone_number":"+12065550100","e164":1}]}`, 422, "phone_numbers.0.e164 is no key"},
		"wrong case":      {`{"Phone_Numbers":[{"phone_number":"+12065550100"}]}`, 422, "Phone_Numbers is no key"},
		"key with slash":  {`{"a/b~":1}`, 422, "a/b~ is no key"},
		"repeated key":    {`{"phone_numbers":[{"phone_number":"+12065550100","phone_number":"+12065550101"}]}`, 422, "phone_number is there more than once"},
		"two JSON texts":  {`{} {}`, 400, "not valid JSON"},
		"very deep":       {repeat("[", 20_000) + repeat("]", 20_000), 400, "not valid JSON"},
		"very long":       {repeat(" ", 9<<20), 413, "8388608 bytes"},
		"many problems":   {`{"phone_numbers":[0` + repeat(",0", 1500) + `]}`, 422, "and 501 more"},
		"very long names": {`{"` + repeat("x", 1000) + `":1}`, 422, repeat("x", 64) + "… is no key"},
	} {
		for _, path := range []string{checksPath, draftsPath} {
			t.Run(name+path, func(t *testing.T) {
				t.Parallel()
				r := must(t, s, test.status, "POST", path, test.body)
				assert.Contains(t, r.message(t), test.message)
			})
		}
	}
}

func TestCheckLimit(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			s := open(t, portingtest.WithCheckLimit(2, status))
			restored := open(t)
			require.NoError(t, restored.Restore(s.Snapshot()))
			for _, s := range []*portingtest.Server{s, restored} {
				must(t, s, http.StatusCreated, "POST", checksPath, numbersBody("+12065550100", "+12065550101"))
				r := must(t, s, status, "POST", checksPath, numbersBody("+12065550100", "+12065550101", "+12065550102"))
				assert.Equal(t, http.StatusText(status)+": phone_numbers are 3, and a check takes 2 at most", r.message(t))
				must(t, s, http.StatusCreated, "POST", draftsPath, numbersBody("+12065550100", "+12065550101", "+12065550102"))
				assert.Empty(t, s.Violations())
			}
		})
	}
	for _, wrong := range [][2]int{{0, 422}, {-1, 413}, {10, 400}} {
		assert.Panics(t, func() { portingtest.WithCheckLimit(wrong[0], wrong[1]) })
	}
}
