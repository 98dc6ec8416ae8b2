package intake_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/intake"
)

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for region, tests := range map[string]map[string]string{ // the number or the reason
		"": {
			"+13125550100":              "+13125550100",
			"+1 (312) 555-0100":         "+13125550100",
			"(+1) 312 555 0100":         "+13125550100",
			"tel:+1-312-555-0100":       "+13125550100",
			"TEL: +1.312.555.0100":      "+13125550100",
			"'+13125550100":             "+13125550100",
			`="+13125550100"`:           "+13125550100",
			"\ufeff+13125550100\u200b":  "+13125550100",
			"+1\u00ad312\u2011555–0100": "+13125550100",
			"+1·312·555·0100":           "+13125550100",
			"＋１（３１２）５５５－０１００":           "+13125550100",
			"+44 (0)20 7946 0018":       "+442079460018",
			"+390649501234":             "+390649501234", // the 0 is a part of it
			"+39 (0)6 4950 1234":        "+390649501234",
			"(312) 555-0100":            "no_region",
			"13125550100":               "no_region",
			"+13125550100.0":            "decimal",
			"+13125550100,0":            "decimal",
			"+1312555010":               "too_short",
			"+131255501000":             "too_long",
			"+1 312 155 0100":           "nanp",
			"+01312555010":              "calling_code",
			"+2101234567":               "calling_code",
			"+44":                       "too_short",
			"+4420794600181234":         "too_long",
			"+44207946":                 "too_short",
			"+1312555010O":              "letters",
			"+1312555*0100":             "character",
			"+1312555\u20ac0100":        "character",
			"++13125550100":             "character",
			"+13125550100 +13125550101": "several",
			"+13125550100;+13125550101": "several",
			"":                          "empty",
			"\u200b":                    "empty",
			"unknown":                   "no_digits",
			"+":                         "no_digits",
			"٣١٢٥٥٥٠١٠٠":                "character",
			"1.31255E+10":               "scientific_notation",
			"+1,31255e10":               "scientific_notation",
			"+13125550100-0119":         "range",
			"+1312555\xff0100":          "character",
			strings.Repeat("1", 200):    "too_long",
			"+999999999999999999999999": "too_long",
		},
		"US": {
			"(312) 555-0100":           "+13125550100",
			"312.555.0100":             "+13125550100",
			"1 312 555 0100":           "+13125550100",
			"13125550100":              "+13125550100", // both readings give the same number
			"011 44 20 7946 0018":      "+442079460018",
			"011 1 312 555 0100":       "+13125550100",
			"00 44 20 7946 0018":       "too_long", // not how it is dialed there
			"442079460018":             "lost_plus",
			"555-0100":                 "too_short",
			"312-555-01000":            "too_long",
			"012-555-0100":             "nanp",
			"1-800-FLOWERS":            "letters",
			"312-555-0100 to 0119":     "range",
			"312-555-0100 - 0119":      "range",
			"3125550100 x10 numbers":   "range",
			"3125550100.0":             "decimal",
			"3.125550100e9":            "scientific_notation",
			"312-555-0100 / 5550101":   "too_long",
			"312-555-0100, 5550101":    "several",
			"312-555-0100 ext":         "letters",
			"312-555-0100 x123456789":  "letters",
			"555-0100 x12":             "too_short",
			"(312) 555-0100 (mobile)":  "letters",
			"1 312 555 0100 1":         "too_long",
			"312,555,0100":             "character",
			"-3125550100":              "+13125550100",
			"3125550100-":              "+13125550100",
			"011":                      "too_short",
			"011 999 12345678":         "calling_code",
			"3125550100 x10":           "+13125550100",
			"312-555-0100;ext=0012":    "+13125550100",
			"312-555-0100;phone-ctx=1": "letters",
		},
		"CA": {"(416) 555-0100": "+14165550100"},
		"GB": {
			"020 7946 0018":        "+442079460018",
			"(020) 7946 0018":      "+442079460018",
			"00 1 312 555 0100":    "+13125550100",
			"2079460018":           "lost_zero",
			"442079460018":         "lost_plus",
			"13125550100":          "lost_plus",
			"020 7946":             "invalid",
			"020 7946 0018 0019":   "too_long",
			"099 9999 9999":        "invalid",
			"00 44 (0)20 79460018": "+442079460018",
		},
		"DE": {
			"030 123456":   "+4930123456",
			"030/12 34-56": "+4930123456",
			"30123456":     "lost_zero",
			"4930123456":   "lost_plus",
			"004420794":    "too_short",
		},
		"IT": {"06 4950 1234": "+390649501234", "649501234": "invalid"},        // the 0 is a part of it
		"NO": {"22 12 34 56": "+4722123456"},                                   // no prefix at all
		"RU": {"8 (495) 123-45-67": "+74951234567", "4951234567": "lost_zero"}, // the prefix is 8
		"BR": {
			"(11) 96123-4567":    "+5511961234567",
			"0 11 96123-4567":    "+5511961234567",
			"0 15 11 96123-4567": "invalid", // the code of a carrier
		},
		"AR": {"011 15 2345-6789": "invalid"}, // +5491123456789, but its 9 isn't in the text
	} {
		for text, want := range tests {
			t.Run(region+" "+text, func(t *testing.T) {
				t.Parallel()
				got, err := intake.ParseNumber(text, &intake.Options{Region: region})
				if !strings.HasPrefix(want, "+") {
					var refused *intake.NumberError
					require.ErrorAs(t, err, &refused)
					assert.Equal(t, want, string(refused.Reason))
					assert.Zero(t, got)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, want, got.E164)
				assert.Equal(t, text, got.Raw.Reveal())
				assert.Equal(t, intake.Place{Line: 1, Column: 1}, got.Place)
			})
		}
	}
}

func TestParseNumberExtension(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"312-555-0100":               "",
		"312-555-0100 ext. 12":       "12",
		"312-555-0100 EXT 0012":      "0012",
		"312-555-0100x12":            "12",
		"312-555-0100, extension 12": "12",
		"312-555-0100 #12":           "12",
		"312-555-0100 Extn: 12":      "12",
		"tel:+13125550100;ext=12":    "12",
	} {
		n, err := intake.ParseNumber(text, &intake.Options{Region: "US"})
		require.NoError(t, err, text)
		assert.Equal(t, "+13125550100", n.E164, text)
		assert.Equal(t, want, n.Extension, text)
	}
}

func TestVanity(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1-800-FLOWERS":       "+18003569377",
		"1-800-flowers":       "+18003569377",
		"+1 800 FLOWERS":      "+18003569377",
		"312-555-FOXY":        "+13125553699",
		"1-800-FLOWERS x12":   "+18003569377",
		"1-800-CONTACTS":      "too_long",
		"800-FLOWER":          "too_short",
		"CALL-312-555":        "letters", // letters first
		"FLOWERS":             "no_digits",
		"1.31255E+10":         "scientific_notation",
		"131255E10":           "scientific_notation",
		"312-555-0100 ext 12": "+13125550100",
	} {
		n, err := intake.ParseNumber(text, &intake.Options{Region: "US", Vanity: true})
		if strings.HasPrefix(want, "+") {
			require.NoError(t, err, text)
			assert.Equal(t, want, n.E164, text)
			continue
		}
		var refused *intake.NumberError
		require.ErrorAs(t, err, &refused, text)
		assert.Equal(t, want, string(refused.Reason), text)
	}
}

func TestRanges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, first, last string // last is the reason if first is empty
		count             int
	}{
		{"+13125550100-0119", "+13125550100", "+13125550119", 20},
		{"+13125550100-19", "+13125550100", "+13125550119", 20},
		{"+1 312 555 0100 - 0119", "+13125550100", "+13125550119", 20},
		{"312-555-0100–0119", "+13125550100", "+13125550119", 20},
		{"312-555-0100 to 312-555-0119", "+13125550100", "+13125550119", 20},
		{"+13125550100 through +13125550119", "+13125550100", "+13125550119", 20},
		{"+13125550100..0119", "+13125550100", "+13125550119", 20},
		{"+13125550100 x10 consecutive", "+13125550100", "+13125550109", 10},
		{"+13125550100 x 10 consecutive numbers", "+13125550100", "+13125550109", 10},
		{"+13125550100 (10 numbers)", "+13125550100", "+13125550109", 10},
		{"312-555-0100 ×10", "+13125550100", "+13125550109", 10},
		{"+13125559999 x1 consecutive", "+13125559999", "+13125559999", 1},
		{"+44 20 7946 0018 to 0020", "+442079460018", "+442079460020", 3},
		{"+13125550100", "+13125550100", "+13125550100", 1},
		{"312-555-0100 x10", "+13125550100", "+13125550100", 1}, // an extension
		{"+13125550100-0100", "+13125550100", "+13125550100", 1},
		{"+13125550100-0200", "", "range_size", 0},
		{"+13125550119-0100", "", "range_ends", 0},
		{"+13125550100-+13125560119", "", "range_ends", 0},
		{"+13125550100 to +442079460018", "", "range_ends", 0},
		{"+13125559990 x20 consecutive", "", "range_ends", 0},
		{"+13125550100 x0 consecutive", "", "range_ends", 0},
		{"+13125550100-9", "", "too_long", 0}, // one digit says too little
		{"+13125550100 to 19", "", "letters", 0},
		{"+13125550100 - 19", "", "too_long", 0},
		{"555-0100-0119", "", "too_long", 0},
		{"+493012345-67", "", "ambiguous", 0}, // a number with a direct line, or a range
		{"+13125550100 ext. 5 to 0119", "", "letters", 0},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			input := "tn\n" + test.text + "\n"
			report, err := intake.Collect(intake.CSV(strings.NewReader(input), &intake.Options{Region: "US", Ranges: 20}))
			require.NoError(t, err)
			if test.first == "" {
				require.Len(t, report.Rejected, 1)
				assert.Equal(t, test.last, string(report.Rejected[0].Reason))
				assert.Empty(t, report.Numbers)
				return
			}
			require.Len(t, report.Numbers, test.count, report.Rejected)
			assert.Equal(t, test.first, report.Numbers[0].E164)
			assert.Equal(t, test.last, report.Numbers[test.count-1].E164)
		})
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	t.Parallel()
	for option, opts := range map[string]intake.Options{
		"Region":  {Region: "UK"},
		"Ranges":  {Ranges: -1},
		"Comma":   {Comma: '"'},
		"Columns": {Columns: map[string]string{"a": "b"}},
	} {
		_, err := intake.Collect(intake.CSV(strings.NewReader("tn\n"), &opts))
		var bad *intake.OptionError
		require.ErrorAs(t, err, &bad, option)
		assert.Equal(t, option, bad.Option)
		assert.Contains(t, err.Error(), option)
	}
	_, err := intake.ParseNumber("+13125550100", &intake.Options{Region: "nowhere"})
	assert.Error(t, err)
	n, err := intake.ParseNumber("312-555-0100", &intake.Options{Region: "us"})
	assert.NoError(t, err, "regions have no case")
	assert.Equal(t, "+13125550100", n.String())
}
