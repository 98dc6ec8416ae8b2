package export_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/export"
	"github.com/numberporting/porting/workflow/intake"
)

// these yields port requests and then an error, if there is one.
func these(end error, requests ...*porting.PortRequest) iter.Seq2[*porting.PortRequest, error] {
	return func(yield func(*porting.PortRequest, error) bool) {
		for _, r := range requests {
			if !yield(r, nil) {
				return
			}
		}
		if end != nil {
			yield(nil, end)
		}
	}
}

// split is a port request with two sub requests and a number in none.
func split() *porting.PortRequest {
	number := func(e164, carrier string, sub porting.SubRequestID, status porting.SubRequestStatus) porting.PortRequestPhoneNumber {
		return porting.PortRequestPhoneNumber{PhoneNumber: e164, CarrierName: carrier, SubRequestID: sub, SubRequestStatus: status}
	}
	foc := porting.Timestamp{Time: time.Date(2026, time.March, 5, 15, 0, 0, 0, time.UTC)}
	return &porting.PortRequest{
		ID: "pr", SupportKey: "pr_1",
		PhoneNumbers: []porting.PortRequestPhoneNumber{
			number("+12065550100", "Quillback Telephone", "one", "exception"),
			number("+12065550160", "Tumbleweed Wireless", "two", "ported"),
			number("+12065550101", "Quillback Telephone", "one", "exception"),
			number("+12065550102", "Ostrich Bell", "", ""),
		},
		SubRequests: []porting.SubRequest{
			{ID: "one", SupportKey: "sr_1", Status: "exception", FOCDateRequestedByUser: foc, PersonOrCompanyName: "Example Bakery", PhoneNumberCount: 2, PINPasscode: "4711", AccountNumber: "A-1234"},
			{ID: "two", SupportKey: "sr_2", Status: "ported", FOCDate: foc, PhoneNumberCount: 1},
		},
	}
}

func collect(t *testing.T, rows iter.Seq2[export.Row, error]) []export.Row {
	t.Helper()
	var all []export.Row
	for row, err := range rows {
		require.NoError(t, err)
		all = append(all, row)
	}
	return all
}

func TestBySubRequest(t *testing.T) {
	t.Parallel()
	rows := collect(t, export.BySubRequest(these(nil, split())))
	require.Len(t, rows, 3)
	assert.Equal(t, []string{"+12065550100", "+12065550101"}, rows[0].PhoneNumbers)
	assert.Equal(t, []string{"Quillback Telephone"}, rows[0].Carriers)
	assert.Equal(t, "sr_1", rows[0].SupportKey)
	assert.True(t, rows[0].NeedsAction)
	assert.False(t, rows[1].NeedsAction)
	assert.Equal(t, export.Row{
		PortRequest: "pr", SupportKey: "pr_1", Status: "unassigned",
		PhoneNumbers: []string{"+12065550102"}, PhoneCount: 1, Carriers: []string{"Ostrich Bell"},
	}, rows[2])

	without := split()
	without.PhoneNumbers = nil
	without.SubRequests[0].UnderlyingCarrierNames = []string{"B", "A", "B"}
	rows = collect(t, export.BySubRequest(these(nil, without)))
	require.Len(t, rows, 2)
	assert.Equal(t, 2, rows[0].PhoneCount)
	assert.Equal(t, []string{"B", "A"}, rows[0].Carriers)
}

func TestByNumber(t *testing.T) {
	t.Parallel()
	rows := collect(t, export.ByNumber(these(nil, split(), split())))
	require.Len(t, rows, 8)
	for i, want := range []struct {
		number string
		sub    porting.SubRequestID
		status porting.SubRequestStatus
	}{{"+12065550100", "one", "exception"}, {"+12065550160", "two", "ported"}, {"+12065550101", "one", "exception"}, {"+12065550102", "", "unassigned"}} {
		assert.Equal(t, []string{want.number}, rows[i].PhoneNumbers)
		assert.Equal(t, want.sub, rows[i].SubRequest)
		assert.Equal(t, want.status, rows[i].Status)
		assert.Equal(t, 1, rows[i].PhoneCount)
	}
}

func TestSubRequestsAreNeeded(t *testing.T) {
	t.Parallel()
	without := split()
	without.SubRequests = nil
	for _, rows := range []iter.Seq2[export.Row, error]{export.BySubRequest(these(nil, split(), without)), export.ByNumber(these(nil, split(), without))} {
		_, err := export.CSV(new(bytes.Buffer), rows, nil)
		var bad *porting.ArgumentError
		require.ErrorAs(t, err, &bad)
		assert.Equal(t, "sub_requests", bad.Field)
	}
}

// oneRow yields a row.
func oneRow(row export.Row) iter.Seq2[export.Row, error] {
	return func(yield func(export.Row, error) bool) { yield(row, nil) }
}

// hostile are texts that do something in a spreadsheet.
var hostile = []string{
	"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", " =1", "＝1", "＋1", "－1", "＠x",
	`=HYPERLINK("http://example.com","x")`, "=cmd|'/c calc'!A0", `","=1`, "a\r\n=1", "x;=1", "x,=1", "x\t=1", "x|=1",
	"x\n=1", "x\r@y", `x;"=1"`, `x;""=1`, `";=1`, `"` + "\n" + `"=1"`, "x; =1", "x;;+1;-1", "=;=;=", "x;\x00=1", "x\n\t=1", "x;＝1",
}

// separators are those that spreadsheets expect, by country.
var separators = []rune{',', ';', '\t', '|'}

// hostileCSV has a hostile text in most columns, the first and the last among them.
func hostileCSV(t *testing.T, text string, comma rune) string {
	t.Helper()
	row := export.Row{
		PortRequest: porting.PortRequestID(text), SubRequest: porting.SubRequestID(text), Company: text, Carriers: []string{text, text},
		Status: porting.SubRequestStatus(text), PhoneNumbers: []string{"+12065550100", "+12065550101"},
	}
	var b bytes.Buffer
	n, err := export.CSV(&b, oneRow(row), &export.Options{Comma: comma, Columns: append(export.Columns(), "person_or_company_name")})
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	return b.String()
}

// asSpreadsheet reads a table as spreadsheets do, and Python's csv module: a quote counts at the
// start of a cell only, and what follows the closing one belongs to the cell.
func asSpreadsheet(text string, comma rune) (cells []string) {
	var cell strings.Builder
	isStart, isQuoted := true, false
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case isQuoted && r == '"' && i+1 < len(runes) && runes[i+1] == '"':
			cell.WriteRune(r)
			i++
		case isQuoted && r == '"':
			isQuoted = false
		case isStart && r == '"':
			isStart, isQuoted = false, true
		case !isQuoted && (r == comma || r == '\r' || r == '\n'):
			cells = append(cells, cell.String())
			cell.Reset()
			isStart = true
		default:
			cell.WriteRune(r)
			isStart = false
		}
	}
	return append(cells, cell.String())
}

func TestCellsAreNeutral(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		for _, written := range separators {
			file := hostileCSV(t, text, written)
			for _, read := range separators {
				for _, cell := range asSpreadsheet(file, read) {
					assert.NotRegexp(t, `^[\s\x00]*[=+\-@＝＋－＠]`, cell, "%q, %q written and %q read", text, written, read)
				}
			}
			cells := asSpreadsheet(file, written)
			for _, cell := range cells {
				assert.NotRegexp(t, `^[\t\r\n\x00]`, cell)
			}
			assert.Contains(t, cells, "'+12065550100 +12065550101")
			unmarked := strings.NewReplacer("'", "")
			assert.Equal(t, unmarked.Replace(text), unmarked.Replace(cells[len(cells)-3]), "nothing is lost")
		}
	}
	for _, harmless := range []string{"Smith, Sons & Co; O'Hara", "a-b", "mail@example.com", "1 + 1 = 2"} {
		assert.Contains(t, asSpreadsheet(hostileCSV(t, harmless, ';'), ';'), harmless)
	}
}

// TestPythonAgrees has Python's csv module read the same files with each separator.
func TestPythonAgrees(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	var files []string
	for _, text := range hostile {
		for _, written := range separators {
			// The module refuses NULs, or not, by its version.
			files = append(files, strings.ReplaceAll(hostileCSV(t, text, written), "\x00", ""))
		}
	}
	input, err := json.Marshal(files)
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), python, "-c", `
import csv, io, json, sys
for text in json.load(sys.stdin):
    for comma in ',;\t|':
        for row in csv.reader(io.StringIO(text, newline=''), delimiter=comma):
            for cell in row:
                if cell.lstrip()[:1] in tuple('=+-@＝＋－＠'):
                    sys.exit('%r is read from %r with %r' % (cell, text, comma))
`)
	command.Env = append(os.Environ(), "PYTHONUTF8=1")
	command.Stdin = bytes.NewReader(input)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// TestNumbersAreReadAgain reads what was written with package intake.
func TestNumbersAreReadAgain(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	_, err := export.CSV(&b, export.ByNumber(these(nil, split())), &export.Options{Columns: []string{"phone_numbers", "status"}, ByteOrderMark: true})
	require.NoError(t, err)
	report, err := intake.Collect(intake.CSV(&b, &intake.Options{Columns: map[string]string{"phone_numbers": "phone_number", "status": ""}}))
	require.NoError(t, err)
	assert.Equal(t, []string{"+12065550100", "+12065550160", "+12065550101", "+12065550102"}, report.E164())
}

func TestJSONLines(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	n, err := export.JSONLines(&b, export.BySubRequest(these(nil, split())), nil)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	assert.NotContains(t, b.String(), "4711")
	assert.NotContains(t, b.String(), "A-1234")
	want := collect(t, export.BySubRequest(these(nil, split())))
	for i, line := range strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n") {
		var row export.Row
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		assert.Equal(t, want[i], row)
	}

	b.Reset()
	_, err = export.JSONLines(&b, oneRow(export.Row{}), nil)
	require.NoError(t, err)
	assert.Contains(t, b.String(), `"phone_numbers":[],"phone_number_count":0,`)
	assert.Contains(t, b.String(), `"foc_date":null,`)
}

func TestMarkdownShowsTexts(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	_, err := export.Markdown(&b, oneRow(export.Row{Company: "a|b\n<img src=x> [x](http://example.com) `c` *d* \\", PhoneNumbers: []string{"+12065550100"}}), &export.Options{Columns: []string{"person_or_company_name", "phone_numbers"}})
	require.NoError(t, err)
	assert.Equal(t, "| person\\_or\\_company\\_name | phone\\_numbers |\n| --- | --- |\n"+
		"| a\\|b &lt;img src=x&gt; \\[x\\](http&#58;//example.com) \\`c\\` \\*d\\* \\\\ | +12065550100 |\n", b.String())
}

var errBroken = errors.New("broken")

// writers are the three forms.
var writers = map[string]func(*bytes.Buffer, iter.Seq2[export.Row, error], *export.Options) (int, error){
	"csv": func(b *bytes.Buffer, rows iter.Seq2[export.Row, error], opts *export.Options) (int, error) {
		return export.CSV(b, rows, opts)
	},
	"json": func(b *bytes.Buffer, rows iter.Seq2[export.Row, error], opts *export.Options) (int, error) {
		return export.JSONLines(b, rows, opts)
	},
	"markdown": func(b *bytes.Buffer, rows iter.Seq2[export.Row, error], opts *export.Options) (int, error) {
		return export.Markdown(b, rows, opts)
	},
}

func TestWhatWasReadIsWritten(t *testing.T) {
	t.Parallel()
	for name, write := range writers {
		var b bytes.Buffer
		n, err := write(&b, export.ByNumber(these(errBroken, split())), nil)
		require.ErrorIs(t, err, errBroken, name)
		assert.Equal(t, 4, n, name)
		assert.Contains(t, b.String(), "+12065550102", name)
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	for name, write := range writers {
		_, err := write(new(bytes.Buffer), export.ByNumber(these(nil)), &export.Options{Columns: []string{"status", "pin_passcode"}})
		var bad *porting.ArgumentError
		require.ErrorAs(t, err, &bad, name)
		assert.Equal(t, "columns.1", bad.Field)
	}
	for _, comma := range "\"'\n=+-@＝" {
		_, err := export.CSV(new(bytes.Buffer), export.ByNumber(these(nil)), &export.Options{Comma: comma})
		require.ErrorContains(t, err, "comma", "%q", comma)
	}
}

// brokenWriter fails after some bytes.
type brokenWriter struct{ left int }

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

// TestStreams takes a million rows, and stops to ask for more once they can't be written.
func TestStreams(t *testing.T) {
	t.Parallel()
	asked := 0
	endless := func(yield func(*porting.PortRequest, error) bool) {
		for r := split(); yield(r, nil); {
			asked++
		}
	}
	_, err := export.CSV(&brokenWriter{left: 1 << 20}, export.BySubRequest(endless), nil)
	require.ErrorIs(t, err, errBroken)
	assert.Less(t, asked, 10_000)
}

// TestSandbox exports what the client's list yields.
func TestSandbox(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	for i := range 30 {
		server.AddPortRequest(fmt.Sprintf("+1206555%04d", 100+i), fmt.Sprintf("+1%d5550160", 620+i))
		server.Advance(time.Minute)
	}
	all := server.Client().PortRequests.All(t.Context(), &porting.PortRequestListOptions{IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true)})
	var b bytes.Buffer
	n, err := export.JSONLines(&b, export.ByNumber(all), nil)
	require.NoError(t, err)
	assert.Equal(t, 60, n)
	n, err = export.Markdown(&b, export.BySubRequest(all), nil)
	require.NoError(t, err)
	assert.Equal(t, 60, n)
}
