package intake_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/intake"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

func collectCSV(t *testing.T, input string, opts *intake.Options) *intake.Report {
	t.Helper()
	report, err := intake.Collect(intake.CSV(strings.NewReader(input), opts))
	require.NoError(t, err)
	return report
}

func TestCSVFillsEveryField(t *testing.T) {
	t.Parallel()
	want := enduser.Profile{
		FOCDateRequestedByUser:  time.Date(2026, time.December, 1, 16, 0, 0, 0, time.UTC),
		PersonOrCompanyName:     "Example Bakery, Inc.",
		AuthPersonName:          "Ada Example",
		BillingPhoneNumber:      "+13125550100",
		StreetAddress:           "1 Main Street",
		ExtendedAddress:         "Suite 5",
		Locality:                "Chicago",
		AdministrativeArea:      "IL",
		PostalCode:              "02134",
		CountryCode:             "US",
		DefaultConnectionID:     "1293384261075731499",
		DefaultMessageProfileID: "40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11",
		PortingOption: porting.PortingOption{
			Type:                   porting.PortingOptionTypePartial,
			RemainingNumbersAction: porting.RemainingNumbersActionKeep,
			NewBillingPhoneNumber:  "+13125550199",
		},
		PINPasscode:        "0042",
		AccountNumber:      "0017",
		TaxIdentifier:      "00123",
		BusinessIdentifier: "00456",
	}
	for name, header := range map[string]string{
		"keys":        strings.Join(intake.Keys(), ";"),
		"other names": "TN;FOC Date;Company Name;Authorized Person;BTN;Address;Address 2;City;State;ZIP Code;Country;Connection ID;Messaging Profile ID;Port Type;Remaining Numbers;New BTN;PIN;Account #;VAT ID;Company ID",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := collectCSV(t, header+"\n"+
				"(312) 555-0101;2026-12-01T10:00:00-06:00;Example Bakery, Inc.; Ada \u00a0 Example\u200b ;(312) 555-0100;1 Main Street;Suite 5;Chicago;IL;"+
				`'02134;us;1293384261075731499;40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11;Partial;KEEP;312.555.0199;"=""0042""";0017;00123;00456`+"\n",
				&intake.Options{Region: "US"})
			require.Empty(t, report.Rejected)
			require.Len(t, report.Numbers, 1)
			assert.Equal(t, want, *report.Numbers[0].Profile)
			assert.Equal(t, "phone_number", report.Numbers[0].Place.Key)
		})
	}
}

func TestCSVForms(t *testing.T) {
	t.Parallel()
	utf16le := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return string(b)
	}
	for name, input := range map[string]string{
		"commas":             "tn,name of city\n+13125550100,Zürich\n",
		"semicolons":         "tn;name of city\r\n+13125550100;Zürich\r\n",
		"tabs":               "tn\tname of city\n+13125550100\tZürich",
		"bars":               "name of city|tn\nZürich|+13125550100",
		"sep=":               "sep=^\ntn^name of city\n+13125550100^Zürich",
		"sep= and CRLF":      "\"sep=;\"\r\ntn;name of city\r\n+13125550100;Zürich",
		"byte order mark":    "\ufefftn,name of city\n+13125550100,Zürich\n",
		"UTF-16":             utf16le("tn\tname of city\r\n+13125550100\tZürich\r\n"),
		"quotes":             "\"tn\",\"Name of\nCity\"\n\"+1312\"\"5550100\",\"Zürich\"\n\"+13125550100\",\"Zü\u00adrich\"\n",
		"empty rows":         "tn,name of city\n\n,\n\"\",\" \"\n+13125550100,Zürich\n\n",
		"fewer cells":        "name of city,tn,zip\nZürich,+13125550100\n",
		"unnamed column":     "tn,name of city,\n+13125550100,Zürich,\n",
		"carriage returns":   "tn,name of city\r+13125550100,Zürich\r",
		"commas in a header": "tn;\"name, of, city\"\n+13125550100;Zürich\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := collectCSV(t, input, &intake.Options{Columns: map[string]string{"Name-Of-City": "locality"}})
			assert.Equal(t, []string{"+13125550100"}, report.E164())
			require.Len(t, report.Profiles, 1)
			assert.Equal(t, "Zürich", report.Profiles[0].Locality)
		})
	}
}

func TestCSVRefusesAFile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		input string
		opts  intake.Options
		want  error
	}{
		"empty":            {"", intake.Options{}, &intake.HeaderError{}},
		"no header":        {"+13125550100,Ada\n", intake.Options{}, &intake.HeaderError{}},
		"no numbers":       {"name,city\nAda,Chicago\n", intake.Options{}, &intake.HeaderError{Key: "phone_number"}},
		"two of a kind":    {"Phone,City,TN\n", intake.Options{}, &intake.HeaderError{Key: "phone_number", Columns: []int{1, 3}}},
		"nothing known":    {"a,b\n", intake.Options{ProfilesOnly: true}, &intake.HeaderError{}},
		"a header's quote": {"tn,a\"b\n", intake.Options{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := intake.Collect(intake.CSV(strings.NewReader(test.input), &test.opts))
			require.Error(t, err)
			assert.Empty(t, report.Numbers)
			assert.NotContains(t, err.Error(), "Ada")
			assert.NotContains(t, err.Error(), "55501")
			if test.want != nil {
				assert.Equal(t, test.want, err)
			}
		})
	}
}

func TestCSVRejections(t *testing.T) {
	t.Parallel()
	report := collectCSV(t, "tn,ZIP,Colour,PIN,Remaining numbers\n"+
		"+13125550100,60601,red,0042,\n"+
		"+1 312 555 010,2134,red,0043,\n"+
		",60601,,,\n"+
		"+13125550101,1,,1.2E+5,keep\n"+ // some people mean the ZIP code
		"+13125550102,60601,,,,\n"+
		"+13125550103,6\"0601,,,\n"+
		"+13125550104,60601,,,\n", &intake.Options{Region: "US"})
	assert.Equal(t, []string{"+13125550100", "+13125550101", "+13125550104"}, report.E164())
	want := []string{
		`line 1, column 8: the column isn't known, and its cells aren't read "Colour"`,
		`line 3, column 16 (postal_code): it has no 0 in front; a spreadsheet drops it "2134"`,
		`line 3, column 1 (phone_number): it has too few digits "+1 312 555 010"`,
		`line 4, column 1 (phone_number): the row has no number ""`,
		`line 5, column 17 (pin_passcode): a spreadsheet made it a floating-point number; its digits may be lost "1.2E+5"`,
		`line 5, column 24 (porting_option.remaining_numbers_action): it isn't one of the words that the field has "keep"`,
		`line 6, column 23: the row has more cells than the header "+13125550102,60601,,,,"`,
		`line 7, column 15: a quote stands where CSV allows none "+13125550103"`,
	}
	var got []string
	for _, r := range report.Rejected {
		got = append(got, fmt.Sprintf("%v %q", r, r.Raw.Reveal()))
	}
	assert.Equal(t, want, got)
	assert.Equal(t, "1", report.Numbers[1].Profile.PostalCode)
	assert.Empty(t, report.Numbers[1].Profile.PINPasscode)
}

func TestCSVUnclosedQuote(t *testing.T) {
	t.Parallel()
	for name, input := range map[string]string{
		"to the end":      "tn,city\n+13125550100,a\n+13125550101,\"b\n+13125550102,c\n+13125550103,d\n",
		"to a later one":  "tn,city\n+13125550100,a\n+13125550101,\"b\n+13125550102,c\n+13125550103,\"d\"\n",
		"looks like none": "tn,city\n+13125550100,a\n+13125550101,\"b\n+13125550102,c\n+13125550103,\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := intake.Collect(intake.CSV(strings.NewReader(input), nil))
			require.ErrorIs(t, err, intake.ErrUnclosedQuote)
			var read *intake.ReadError
			require.ErrorAs(t, err, &read)
			assert.Equal(t, 3, read.Line)
			assert.Equal(t, []string{"+13125550100"}, report.E164())
		})
	}
}

func TestCSVDuplicates(t *testing.T) {
	t.Parallel()
	report := collectCSV(t, "tn,city\n+13125550100,Chicago\n(312) 555-0100,Chicago\n1-312-555-0100,Springfield\n312-555-0099 to 0101,Chicago\n",
		&intake.Options{Region: "US", Ranges: 5})
	assert.Equal(t, []string{"+13125550100", "+13125550099", "+13125550101"}, report.E164())
	require.Len(t, report.Duplicates, 3)
	for i, d := range report.Duplicates {
		assert.Equal(t, intake.Place{Line: 2, Column: 1, Key: "phone_number"}, d.First)
		assert.Equal(t, i+3, d.Number.Place.Line)
		assert.Equal(t, i == 1, d.Conflict)
	}
	assert.Equal(t, "line 4, column 1 (phone_number): the number of line 2, column 1 (phone_number), with another profile", fmt.Sprint(report.Duplicates[1]))
	assert.Equal(t, "1-312-555-0100", report.Duplicates[1].Number.Raw.Reveal())
}

func TestCSVProfilesOnly(t *testing.T) {
	t.Parallel()
	report := collectCSV(t, "Company,State\nA,IL\nB,NY\nA,IL\n", &intake.Options{ProfilesOnly: true})
	assert.Equal(t, []*enduser.Profile{{PersonOrCompanyName: "A", AdministrativeArea: "IL"}, {PersonOrCompanyName: "B", AdministrativeArea: "NY"}}, report.Profiles)
	assert.Empty(t, report.Rejected)
}

func TestReportByProfile(t *testing.T) {
	t.Parallel()
	report := collectCSV(t, "tn,company\n+13125550100,A\n+13125550101,B\n+13125550102,\n+13125550103,A\n", nil)
	var got []string
	for profile, numbers := range report.ByProfile() {
		name := "none"
		if profile != nil {
			name = profile.PersonOrCompanyName
		}
		got = append(got, fmt.Sprint(name, numbers))
	}
	assert.Equal(t, []string{"A[+13125550100 +13125550103]", "B[+13125550101]", "none[+13125550102]"}, got)
	for range report.ByProfile() {
		break
	}
}

func TestKeysAreColumns(t *testing.T) {
	t.Parallel()
	for _, key := range intake.Keys() {
		input := key + "\n"
		_, err := intake.Collect(intake.CSV(strings.NewReader(input), &intake.Options{ProfilesOnly: true}))
		assert.NoError(t, err, key)
		_, err = intake.Collect(intake.CSV(strings.NewReader("own\n"), &intake.Options{ProfilesOnly: true, Columns: map[string]string{"OWN": key}}))
		assert.NoError(t, err, key)
	}
}

// TestReasonsHaveSentences reads the constants from the source.
func TestReasonsHaveSentences(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("reason.go")
	require.NoError(t, err)
	seen := map[string]bool{}
	for line := range strings.Lines(string(source)) {
		_, value, ok := strings.Cut(line, ` Reason = "`)
		if !ok {
			continue
		}
		value, _, _ = strings.Cut(value, `"`)
		sentence := intake.Reason(value).String()
		assert.NotEqual(t, value, sentence)
		assert.False(t, seen[sentence], "two reasons are the same: %s", sentence)
		seen[sentence] = true
	}
	assert.Greater(t, len(seen), 25)
	assert.Equal(t, "new", intake.Reason("new").String())
}
