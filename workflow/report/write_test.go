package report_test

import (
	"bytes"
	"errors"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

var monday = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// onMonday shows times in UTC, as they were on that Monday.
func onMonday() *report.Options {
	return &report.Options{Now: func() time.Time { return monday }, Location: time.UTC}
}

func timestamp(t time.Time) porting.Timestamp { return porting.Timestamp{Time: t} }

// small are three ports: one that needs us, one whose date is ahead, and one that is done.
func small() []report.Port {
	number := func(e164 string, sub porting.SubRequestID) porting.PortRequestPhoneNumber {
		return porting.PortRequestPhoneNumber{PhoneNumber: e164, CarrierName: "Quillback Telephone", SubRequestID: sub}
	}
	foc := timestamp(monday.AddDate(0, 0, 3).Add(6 * time.Hour))
	return []report.Port{{
		PortRequest: porting.PortRequest{
			ID: "done", SupportKey: "pr_1", CreatedAt: timestamp(monday.AddDate(0, 0, -9)),
			PhoneNumbers: []porting.PortRequestPhoneNumber{number("+12065550101", "s1")},
			SubRequests:  []porting.SubRequest{{ID: "s1", SupportKey: "sr_1", Status: "ported", FOCDate: timestamp(monday.AddDate(0, 0, -2)), PersonOrCompanyName: "Example Bakery", PhoneNumberCount: 1}},
		},
		Comments: []porting.Comment{}, Documents: []porting.SupportingDocument{},
	}, {
		PortRequest: porting.PortRequest{
			ID: "ahead", SupportKey: "pr_2",
			PhoneNumbers: []porting.PortRequestPhoneNumber{number("+12065550102", "s2"), number("+12065550103", "s2"), number("+12065550104", "")},
			SubRequests:  []porting.SubRequest{{ID: "s2", SupportKey: "sr_2", Status: "foc-date-confirmed", FOCDate: foc, FOCDateRequestedByUser: foc, PersonOrCompanyName: "Example Dental", PhoneNumberCount: 2}},
		},
		Err: errors.New("comments: the server is busy"),
	}, {
		PortRequest: porting.PortRequest{
			ID: "urgent", SupportKey: "pr_3",
			PhoneNumbers: []porting.PortRequestPhoneNumber{number("+12065550105", "s3")},
			SubRequests: []porting.SubRequest{{
				ID: "s3", SupportKey: "sr_3", Status: "exception", FOCDateRequestedByUser: foc, PersonOrCompanyName: "Example Florist",
				AuthPersonName: "Ada Example", BillingPhoneNumber: "+12065550105", StreetAddress: "1 Main Street", Locality: "Seattle", AdministrativeArea: "WA", PostalCode: "98101", CountryCode: "US",
				PortingOption: &porting.PortingOption{Type: "partial", RemainingNumbersAction: "keep"},
				PINPasscode:   "471147", AccountNumber: "EX-100", TaxIdentifier: "TAX-77001", Description: "pin 471147", PhoneNumberCount: 1,
			}},
		},
		Comments: []porting.Comment{
			{ID: "c1", Body: "Please hurry", UserID: "u1", SubRequestID: "s3", CreatedAt: timestamp(monday.Add(-2 * time.Hour))},
			{ID: "c2", Body: "Account number ex 100 does not match, PIN 471147 is wrong", SubRequestID: "s3", CreatedAt: timestamp(monday.Add(-time.Hour))},
		},
		Documents: []porting.SupportingDocument{{ID: "d1", DocumentType: "loa", Body: "direct-uploads/key", CreatedAt: timestamp(monday)}},
	}}
}

func write(t *testing.T, ports []report.Port, o *report.Options) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, report.Write(&b, ports, o))
	return b.String()
}

// own are the parts of the page that aren't made of ports: the style, the script and their hashes.
var own = regexp.MustCompile(`(?s)(<style>).*(</style>)|(<script>).*(</script>)|(sha256-).*?(&#39;)`)

// TestGolden compares the page with testdata/small.html. With -update, it is written anew.
func TestGolden(t *testing.T) {
	t.Parallel()
	got := own.ReplaceAllString(write(t, small(), onMonday()), "$1$2$3$4$5$6")
	name := filepath.Join("testdata", "small.html")
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(got), 0o600))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

func TestSecretsAreNotInIt(t *testing.T) {
	t.Parallel()
	ports := small()
	page := write(t, ports, onMonday())
	for _, secret := range []string{"471147", "EX-100", "ex 100", "TAX-77001", "direct-uploads"} {
		assert.NotContains(t, page, secret)
	}
	assert.Contains(t, page, "Account number [redacted] does not match, PIN [redacted] is wrong")
	assert.Contains(t, page, `<dt>PIN</dt><dd class="secret">given, not shown`)
	assert.NotContains(t, page, "Business identifier", "it wasn't given")
	assert.Contains(t, ports[2].Comments[1].Body, "471147", "the caller's ports stay as they are")
}

func TestUrgentFirst(t *testing.T) {
	t.Parallel()
	ports := small()
	late := small()[1]
	late.PortRequest.ID, late.PortRequest.SupportKey = "late", "pr_4"
	late.PortRequest.SubRequests[0].FOCDate = timestamp(monday.Add(-time.Hour))
	unknown := small()[1]
	unknown.PortRequest.ID, unknown.PortRequest.SupportKey = "unknown", "pr_5"
	unknown.PortRequest.SubRequests[0].Status = "awaiting-activation"
	page := write(t, append(ports, late, unknown), onMonday())
	var order []string
	for _, row := range regexp.MustCompile(`<tr data-id="p-(\w+)"`).FindAllStringSubmatch(page, -1) {
		order = append(order, row[1])
	}
	assert.Equal(t, []string{"urgent", "unknown", "late", "ahead", "done"}, order)
	assert.Contains(t, page, "nobody says that it is done")
	assert.Contains(t, page, "The status is not documented")
}

func TestNothing(t *testing.T) {
	t.Parallel()
	page := write(t, nil, nil)
	assert.Contains(t, page, "There are no ports.")
	assert.Contains(t, page, "Nothing. No exception")
	assert.Contains(t, page, "0 ports, 0 numbers")
}

func TestSomethingIsMissing(t *testing.T) {
	t.Parallel()
	o := onMonday()
	o.Incomplete = errors.New("the list broke off")
	page := write(t, small(), o)
	assert.Contains(t, page, "Something is missing.")
	assert.Contains(t, page, "the list broke off")
	assert.Contains(t, page, "1 port, which is marked")
	assert.Contains(t, page, "comments: the server is busy")
	assert.Contains(t, page, "They were not read.")
}

// TestTexts writes texts that are HTML in every field that has texts.
func TestTexts(t *testing.T) {
	t.Parallel()
	const hostile = `</noscript></script><script>alert(1)</script><img src=x onerror=alert(1)>"'`
	ports := small()
	for i := range ports {
		p := &ports[i]
		p.PortRequest.SupportKey, p.PortRequest.ID = hostile, hostile
		p.Err = errors.New(hostile)
		for k := range p.PortRequest.PhoneNumbers {
			p.PortRequest.PhoneNumbers[k].PhoneNumber, p.PortRequest.PhoneNumbers[k].CarrierName = hostile, hostile
		}
		for k := range p.PortRequest.SubRequests {
			s := &p.PortRequest.SubRequests[k]
			for _, field := range []*string{&s.SupportKey, &s.PersonOrCompanyName, &s.AuthPersonName, &s.StreetAddress, &s.ExtendedAddress, &s.Locality, &s.CountryCode, &s.BillingPhoneNumber, &s.Description, &s.DefaultConnectionID} {
				*field = hostile
			}
			s.Status += hostile
		}
		for k := range p.Comments {
			p.Comments[k].Body = hostile
		}
		for k := range p.Documents {
			p.Documents[k].DocumentType, p.Documents[k].ID = hostile, hostile
		}
	}
	page := write(t, ports, &report.Options{Title: hostile, Incomplete: errors.New(hostile)})
	assert.NotContains(t, page, "<img")
	assert.NotContains(t, page, "alert(1)</")
	assert.Equal(t, 1, strings.Count(page, "<script"))
	assert.Equal(t, 3, strings.Count(page, "</noscript"))
	assert.NotContains(t, regexp.MustCompile(`\s(?:href|id|title)="[^"]*"`).ReplaceAllString(page, ""), `"><`+"img")
}

// TestZone shows a date without a time in no zone.
func TestZone(t *testing.T) {
	t.Parallel()
	ports := small()
	require.NoError(t, ports[0].PortRequest.CreatedAt.UnmarshalText([]byte("2026-02-21")))
	o := onMonday()
	o.Location = time.FixedZone("UTC-8", -8*60*60)
	page := write(t, ports, o)
	assert.Contains(t, page, "times are in <span id=\"zone\">UTC-8</span>")
	assert.Contains(t, page, `<time datetime="2026-03-02T09:00Z">Mon 2026-03-02 01:00</time>`)
	assert.Contains(t, page, `<time datetime="2026-02-21">Sat 2026-02-21</time>`)
	o.Location = nil
	assert.Contains(t, write(t, ports, o), `<span id="zone" data-viewer>UTC</span>`)
}

type full struct{}

var errFull = errors.New("the disk is full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteFails(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, report.Write(full{}, small(), nil), errFull)
}
