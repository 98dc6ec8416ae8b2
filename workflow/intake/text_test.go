package intake_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/intake"
)

// found says what was read, each in one word or with its text.
func found(t *testing.T, input string, opts *intake.Options) string {
	t.Helper()
	report, err := intake.Collect(intake.Text(strings.NewReader(input), opts))
	require.NoError(t, err)
	var b strings.Builder
	for _, n := range report.Numbers {
		fmt.Fprintf(&b, "%s ", n.E164)
	}
	for _, d := range report.Duplicates {
		fmt.Fprintf(&b, "duplicate:%s ", d.Number.E164)
	}
	for _, r := range report.Rejected {
		fmt.Fprintf(&b, "%s:%q ", string(r.Reason), r.Raw.Reveal())
	}
	return strings.TrimSpace(b.String())
}

func TestText(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"a list":                     {"312-555-0100\n312-555-0101\r\n312-555-0102", "+13125550100 +13125550101 +13125550102"},
		"old line ends":              {"312-555-0100\r312-555-0101\r", "+13125550100 +13125550101"},
		"commas":                     {"312-555-0100,312-555-0101; 312-555-0102|312-555-0103", "+13125550100 +13125550101 +13125550102 +13125550103"},
		"tabs":                       {"312-555-0100\t312-555-0101", "+13125550100 +13125550101"},
		"words":                      {"Please port (312) 555-0100 and 312.555.0101, thanks.", "+13125550100 +13125550101"},
		"pluses":                     {"+13125550100 +442079460018 + 1 312 555 0101", "+13125550100 +442079460018 +13125550101"},
		"blanks":                     {"3125550100 3125550101 1 312 555 0102 (312) 555 0103", "+13125550100 +13125550101 +13125550102 +13125550103"},
		"many on a line":             {strings.Repeat("3125550100 ", 3) + "3125550101", "+13125550100 +13125550101 duplicate:+13125550100" + " duplicate:+13125550100"},
		"slash":                      {"312-555-0100 / 312-555-0101", "+13125550100 +13125550101"},
		"label":                      {"Main:+1-312-555-0100, Fax: 312-555-0101", "+13125550100 +13125550101"},
		"markup":                     {`<a href="tel:+13125550100">call</a> **312-555-0101**`, "+13125550100 +13125550101"},
		"tel link":                   {"tel:+13125550100;ext=12;tel:+13125550101", "+13125550100 +13125550101"},
		"extension":                  {"312-555-0100 ext. 12 or 312-555-0101x7, 312-555-0102 x 8", "+13125550100 +13125550101 +13125550102"},
		"end of a sentence":          {"Call 312-555-0100. Or (312-555-0101).", "+13125550100 +13125550101"},
		"bullets":                    {"- 312-555-0100\n• 312-555-0101\n* +13125550102", "+13125550100 +13125550101 +13125550102"},
		"numbered":                   {"1. 312-555-0100\n2) 312-555-0101\n 10. +13125550102\n4. Fax 312-555-0103", "+13125550100 +13125550101 +13125550102 +13125550103"},
		"full width":                 {"番号３１２−５５５−０１００です", "+13125550100"},
		"full width and words":       {"＋１３１２５５５０１００ and 312-555-0101", "+13125550100 +13125550101"},
		"byte order mark":            {"\ufeff312-555-0100", "+13125550100"},
		"other numbers":              {"Suite 200, since 2024: account 12345678", `too_short:"200" too_short:"2024" too_short:"12345678"`},
		"scientific":                 {"numbers 1.31255E+10 and 312-555-0100", `+13125550100 scientific_notation:"1.31255E+10"`},
		"letters":                    {"1-800-FLOWERS", `letters:"1-800-FLOWERS"`},
		"a typing error":             {"312 555 01O0", `too_short:"312 555" letters:"01O0"`},
		"nothing":                    {"Dear team,\n\nthanks!\n", ""},
		"plus alone":                 {"1 + 1", `too_short:"1" too_short:"+ 1"`},
		"cut at no word":             {"+44 (UK) 2079460018", `letters:"+44 (UK) 2079460018"`},
		"cut at no sign":             {"+44: 2079460018", `character:"+44: 2079460018"`},
		"not cut to fit":             {"20 3125550100", `lost_plus:"20 3125550100"`},
		"not cut to fit with a plus": {"+44 20 3125550100", `too_long:"+44 20 3125550100"`},
		"dashes between":             {"3125550100 - 3125550101 - 3125550102", `too_long:"3125550100 - 3125550101 - 3125550102"`},
		"range":                      {"+13125550100-0119", `range:"+13125550100-0119"`},
		"range of numbers":           {"+13125550100 - +13125550119.", `range:"+13125550100 - +13125550119."`},
		"range in words":             {"from 312-555-0100 to 312-555-0119 please", `range:"312-555-0100 to 312-555-0119"`},
		"range by count":             {"312-555-0100 x10 consecutive numbers", `range:"312-555-0100 x10 consecutive numbers"`},
		"no range":                   {"forward 312-555-0100 to Ada, 312-555-0101 to 20 people", `+13125550100 +13125550101 too_short:"20"`},
		"not UTF-8":                  {"caf\xe9 312-555-0100", "+13125550100"},
		"other digits":               {"٣١٢٥٥٥٠١٠٠", `character:"٣١٢٥٥٥٠١٠٠"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, found(t, test.text, &intake.Options{Region: "US"}))
		})
	}
}

func TestTextOptions(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "+13125550100 +13125550101 +13125550102",
		found(t, "we have +13125550100-0102", &intake.Options{Ranges: 3}))
	assert.Equal(t, `no_region:"312-555-0100"`, found(t, "312-555-0100", nil))
	assert.Equal(t, `no_region:"312-555-0100 312-555-0101"`, found(t, "312-555-0100 312-555-0101", nil))
	assert.Equal(t, "+442079460018", found(t, "ring 020 7946 0018 now", &intake.Options{Region: "GB"}))
	assert.Equal(t, `too_long:"020 7946 0018 020 7946 0019"`,
		found(t, "020 7946 0018 020 7946 0019", &intake.Options{Region: "GB"}), "lengths aren't fixed there")

	vanity := &intake.Options{Region: "US", Vanity: true}
	assert.Equal(t, "+18003569377", found(t, "Call 1-800-FLOWERS now", vanity))
	assert.Equal(t, "+448003569377", found(t, "+44 800-FLOWERS", vanity), "not an American number")
}

func TestTextPlaces(t *testing.T) {
	t.Parallel()
	report, err := intake.Collect(intake.Text(strings.NewReader("\ufeffHello,\n\n  (312) 555-0100 and\r\n\té 312-555-0101, 12\n+1 312 555 0100"), &intake.Options{Region: "US"}))
	require.NoError(t, err)
	require.Len(t, report.Numbers, 2)
	assert.Equal(t, intake.Place{Line: 3, Column: 3}, report.Numbers[0].Place)
	assert.Equal(t, "(312) 555-0100", report.Numbers[0].Raw.Reveal())
	assert.Equal(t, intake.Place{Line: 4, Column: 5}, report.Numbers[1].Place, "é has two bytes")
	require.Len(t, report.Rejected, 1)
	assert.Equal(t, intake.Place{Line: 4, Column: 19}, report.Rejected[0].Place)
	require.Len(t, report.Duplicates, 1)
	assert.Equal(t, intake.Place{Line: 5, Column: 1}, report.Duplicates[0].Number.Place)
	assert.Equal(t, intake.Place{Line: 3, Column: 3}, report.Duplicates[0].First)
	assert.Equal(t, []string{"+13125550100", "+13125550101"}, report.E164())
}

var errDisk = errors.New("the disk is gone")

func TestReaderFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		read  reader
		input string
	}{
		"text": {intake.Text, "+13125550100\n+13125550101\n+4420794600"}, // of +442079460018
		"CSV":  {intake.CSV, "tn,name\n+13125550100,\n+13125550101,\n+44207946"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := io.MultiReader(strings.NewReader(test.input), iotest.ErrReader(errDisk))
			report, err := intake.Collect(test.read(r, &intake.Options{Columns: map[string]string{"name": ""}}))
			require.ErrorIs(t, err, errDisk)
			var read *intake.ReadError
			require.ErrorAs(t, err, &read)
			assert.Equal(t, strings.Count(test.input, "\n")+1, read.Line)
			assert.Equal(t, []string{"+13125550100", "+13125550101"}, report.E164(), "what was read before stands, what was cut off isn't read")
		})
	}
}

func TestReaderFailsAtOnce(t *testing.T) {
	t.Parallel()
	for _, read := range []reader{intake.Text, intake.CSV} {
		report, err := intake.Collect(read(iotest.ErrReader(errDisk), nil))
		require.ErrorIs(t, err, errDisk)
		assert.Empty(t, report.Numbers)
	}
}

func TestReaderIsSlow(t *testing.T) {
	t.Parallel()
	for _, read := range []reader{intake.Text, intake.CSV} {
		in, out := io.Pipe()
		go func() {
			fmt.Fprint(out, "tn\r\n+13125550100\r\n") // and no more until that was read
		}()
		for row, err := range read(in, nil) {
			require.NoError(t, err)
			if len(row.Numbers) > 0 {
				assert.Equal(t, "+13125550100", row.Numbers[0].E164)
				break
			}
		}
		require.NoError(t, in.Close())
	}
}

func TestByteByByte(t *testing.T) {
	t.Parallel()
	input := "\ufefftn;Name\r\n+13125550100;\"a\r\nb\"\r\n+13125550101;c\r+13125550102;d"
	for _, wrap := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
		report, err := intake.Collect(intake.CSV(wrap(strings.NewReader(input)), &intake.Options{Columns: map[string]string{"name": "locality"}}))
		require.NoError(t, err)
		assert.Equal(t, []string{"+13125550100", "+13125550101", "+13125550102"}, report.E164())
		assert.Equal(t, "a b", report.Profiles[0].Locality)
		assert.Equal(t, []int{2, 4, 5}, []int{report.Numbers[0].Place.Line, report.Numbers[1].Place.Line, report.Numbers[2].Place.Line})
	}
}

// An endless is a reader of the same line again and again.
type endless struct {
	line string
	at   int
	read int64
}

func (e *endless) Read(p []byte) (n int, _ error) {
	for n < len(p) {
		k := copy(p[n:], e.line[e.at:])
		e.at = (e.at + k) % len(e.line)
		n += k
	}
	e.read += int64(n)
	return n, nil
}

func TestEndlessLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		read reader
		line string
	}{
		"text":            {intake.Text, "3125550100 "},
		"CSV header":      {intake.CSV, "tn,"},
		"CSV quote":       {intake.CSV, "tn\n\"3125550100 and\n"},
		"CSV empty lines": {intake.CSV, "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			input := &endless{line: test.line}
			_, err := intake.Collect(test.read(input, nil))
			require.Error(t, err)
			assert.Less(t, input.read, int64(4<<20))
		})
	}
}

func TestStopsWhenTold(t *testing.T) {
	t.Parallel()
	for _, read := range []reader{intake.Text, intake.CSV} {
		rows := 0
		for _, err := range read(&endless{line: "tn\n+13125550100\n"}, nil) {
			require.NoError(t, err)
			if rows++; rows == 100 {
				break
			}
		}
		assert.Equal(t, 100, rows)
	}
}
