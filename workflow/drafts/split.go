package drafts

import (
	"cmp"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/numberporting/porting"
)

// A Split says which number is in which sub request. [SplitDraft] and [SplitPortRequest]
// make one.
//
// Numbers are personal data, so only [Split.String] shows them: printed with fmt or
// logged, a Split is no more than its counts.
type Split struct {
	Rows []SplitRow // in the order of the draft or port request

	at map[string]int // the first row of a number
}

// A SplitRow is a number and its place. It prints without the number.
type SplitRow struct {
	Number     string
	SubRequest porting.SubRequestID // empty: the number is in none
	Carrier    string               // the underlying carrier; empty if the API doesn't say
	Category   porting.CoverageCategory
	Service    porting.ServiceType

	// Status is that of the sub request, and "unassigned" for a number in none. The sub
	// requests of a draft have no status: in its place is "complete" or "incomplete",
	// from their field of that name. It is empty if a draft came without sub requests.
	Status porting.SubRequestStatus
}

// SplitDraft makes the split of a draft, of what the draft has: of its numbers, of its
// sub requests with theirs, or of both. A number that stands in several sub requests
// has a row for each.
func SplitDraft(d *porting.DraftPortRequest) Split {
	var s splitter
	for _, n := range d.PhoneNumbers {
		s.add(draftRow(n))
	}
	for _, sub := range d.SubRequests {
		for _, n := range sub.PhoneNumbers {
			row := draftRow(n)
			row.SubRequest = sub.ID
			s.add(row)
		}
		s.status(sub.ID, completeness(sub.Complete))
	}
	return s.split()
}

// SplitPortRequest makes the split of a port request, as [SplitDraft] does of a draft.
func SplitPortRequest(p *porting.PortRequest) Split {
	var s splitter
	for _, n := range p.PhoneNumbers {
		s.add(portRequestRow(n))
	}
	for _, sub := range p.SubRequests {
		for _, n := range sub.PhoneNumbers {
			row := portRequestRow(n)
			row.SubRequest = sub.ID
			s.add(row)
		}
		s.status(sub.ID, sub.Status)
	}
	return s.split()
}

func completeness(complete bool) porting.SubRequestStatus {
	if complete {
		return "complete"
	}
	return "incomplete"
}

func draftRow(n porting.DraftPortRequestPhoneNumber) SplitRow {
	return SplitRow{Number: n.PhoneNumber, SubRequest: n.SubRequestID, Carrier: n.CarrierName, Category: n.CoverageCategory, Service: n.SvType}
}

func portRequestRow(n porting.PortRequestPhoneNumber) SplitRow {
	return SplitRow{
		Number: n.PhoneNumber, SubRequest: n.SubRequestID, Carrier: n.CarrierName, Category: n.CoverageCategory, Service: n.SvType,
		Status: n.SubRequestStatus,
	}
}

// A splitter collects the rows of a split.
type splitter struct {
	rows  []SplitRow
	known map[place]int // the row of a number in a sub request
}

type place struct {
	number string
	sub    porting.SubRequestID
}

// add adds a row, or what it knows to the row that is there. A number that the list of
// numbers has in no sub request moves into the one that lists it.
func (s *splitter) add(row SplitRow) {
	i, ok := s.known[place{row.Number, row.SubRequest}]
	if !ok {
		i, ok = s.known[place{row.Number, ""}]
	}
	if !ok {
		i = len(s.rows)
		s.rows = append(s.rows, SplitRow{Number: row.Number})
	}
	if s.known == nil {
		s.known = map[place]int{}
	}
	old := &s.rows[i]
	delete(s.known, place{old.Number, old.SubRequest})
	old.SubRequest = cmp.Or(old.SubRequest, row.SubRequest)
	old.Carrier = cmp.Or(old.Carrier, row.Carrier)
	old.Category = cmp.Or(old.Category, row.Category)
	old.Service = cmp.Or(old.Service, row.Service)
	old.Status = cmp.Or(old.Status, row.Status)
	s.known[place{old.Number, old.SubRequest}] = i
}

// status gives the rows of a sub request its status, unless the numbers have one already.
func (s *splitter) status(sub porting.SubRequestID, status porting.SubRequestStatus) {
	for i := range s.rows {
		if row := &s.rows[i]; row.SubRequest == sub {
			row.Status = cmp.Or(row.Status, status)
		}
	}
}

func (s *splitter) split() Split {
	split := Split{Rows: s.rows, at: make(map[string]int, len(s.rows))}
	for i := range split.Rows {
		row := &split.Rows[i]
		if row.SubRequest == "" {
			row.Status = cmp.Or(row.Status, porting.SubRequestStatusUnassigned)
		}
		if _, twice := split.at[row.Number]; !twice {
			split.at[row.Number] = i
		}
	}
	return split
}

// Of returns the row of a number, its first if it has several, and whether there is one.
// The number must be spelled as the API spells it.
func (s Split) Of(number string) (SplitRow, bool) {
	i, ok := s.at[number]
	if !ok {
		return SplitRow{}, false
	}
	return s.Rows[i], true
}

// In returns the numbers of a sub request, or, for the empty id, those that are in none.
func (s Split) In(sub porting.SubRequestID) []string {
	var numbers []string
	for i := range s.Rows {
		if s.Rows[i].SubRequest == sub {
			numbers = append(numbers, s.Rows[i].Number)
		}
	}
	return numbers
}

// SubRequests returns the sub requests that have numbers, in order of appearance.
func (s Split) SubRequests() []porting.SubRequestID {
	var ids []porting.SubRequestID
	seen := map[porting.SubRequestID]bool{"": true}
	for i := range s.Rows {
		if id := s.Rows[i].SubRequest; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// String returns the split as a table: a line for each number, with the number. Those are
// personal data.
func (s Split) String() string {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NUMBER\tSUB REQUEST\tCARRIER\tCATEGORY\tSERVICE\tSTATUS")
	for i := range s.Rows {
		row := &s.Rows[i]
		for _, text := range []string{row.Number, string(row.SubRequest), row.Carrier, string(row.Category), row.service()} {
			fmt.Fprintf(w, "%s\t", cell(text))
		}
		fmt.Fprintln(w, cell(string(row.Status)))
	}
	_ = w.Flush() // a strings.Builder takes everything
	return table.String()
}

// cell makes one cell of a text of the server's, whatever is in it.
func cell(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	return cmp.Or(strings.TrimSpace(text), "-")
}

// service names the kind of line.
func (r SplitRow) service() string {
	switch r.Service {
	case porting.ServiceTypeWireline:
		return "wireline"
	case porting.ServiceTypeWireless:
		return "wireless"
	case porting.ServiceTypeVOIP:
		return "VOIP"
	}
	return string(r.Service)
}

// summary tells how many numbers and sub requests there are.
func (s Split) summary() string {
	return fmt.Sprintf("sub requests: %d, numbers in them: %d, in none: %d", len(s.SubRequests()), len(s.Rows)-len(s.In("")), len(s.In("")))
}

// Format prints the counts under every verb.
func (s Split) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.summary()) }

// LogValue logs the counts.
func (s Split) LogValue() slog.Value { return slog.StringValue(s.summary()) }

// Format prints the row without its number under every verb.
func (r SplitRow) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "sub request %s, %s, %s, %s, %s",
		cell(string(r.SubRequest)), cell(r.Carrier), cell(string(r.Category)), cell(r.service()), cell(string(r.Status)))
}

// LogValue logs the row without its number.
func (r SplitRow) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }
