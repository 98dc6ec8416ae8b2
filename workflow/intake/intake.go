package intake

import (
	"fmt"
	"iter"
	"log/slog"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// Options say how numbers are read. Nil options are the zero ones.
type Options struct {
	// Region is where national formats are at home: a country code of two letters, as
	// US or GB. Without it, only numbers with a plus are accepted.
	Region string

	// Vanity accepts letters for digits, as in 1-800-FLOWERS. They must come after the
	// third digit and make a number of the right length: 1-800-CONTACTS has one too many.
	Vanity bool

	// Ranges is the most numbers that a range may stand for, as +13125550100-0119 or
	// +13125550100 x20 consecutive. The numbers of a range differ in their last four
	// digits only. At 0, ranges are refused.
	Ranges int

	// Comma separates the cells of a CSV file. At 0, it is the comma, semicolon, tab or
	// bar that the header has most of, or what a first line such as "sep=;" says.
	Comma rune

	// Columns adds names of a CSV file's columns to the usual ones, each with the key of
	// the field it fills, as "Rufnummer": "phone_number". [Keys] lists the keys. An empty
	// key leaves the column out without a word. Case, blanks and signs don't matter in a name.
	Columns map[string]string

	// ProfilesOnly reads a CSV file of profiles: it needs no column of numbers.
	ProfilesOnly bool
}

// Place is where something stood.
type Place struct {
	Line   int    `json:"line"`         // from 1
	Column int    `json:"column"`       // in bytes, from 1
	Key    string `json:"key,omitzero"` // what the CSV file's column holds, as "postal_code"; empty in a text
}

// String returns the place in words.
func (p Place) String() string {
	s := fmt.Sprintf("line %d, column %d", p.Line, p.Column)
	if p.Key != "" {
		s += " (" + p.Key + ")"
	}
	return s
}

// A Number is a number that was accepted.
type Number struct {
	E164      string           `json:"e164"`               // a plus and 2 to 15 digits
	Extension string           `json:"extension,omitzero"` // the digits after "ext." or "x"; the number is ported without them
	Place     Place            `json:"place"`
	Raw       porting.Secret   `json:"raw"`              // the text that it was read from; of a range, the whole
	Profile   *enduser.Profile `json:"profile,omitzero"` // the end user, if a CSV file has one; rows with the same may share it
}

// String returns the number in E.164 form.
func (n Number) String() string { return n.E164 }

// A Rejection is what was refused. It prints and logs without the text, which is
// personal data.
type Rejection struct {
	Place  Place          `json:"place"`
	Reason Reason         `json:"reason"`
	Raw    porting.Secret `json:"raw"` // the text as it stood; Reveal shows it
}

// String returns place and reason.
func (r Rejection) String() string { return r.Place.String() + ": " + r.Reason.String() }

// Format prints [Rejection.String] under every verb.
func (r Rejection) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, r.String()) }

// LogValue logs [Rejection.String].
func (r Rejection) LogValue() slog.Value { return slog.StringValue(r.String()) }

// A Duplicate is a number that was accepted before, perhaps in another spelling. It
// isn't accepted again.
type Duplicate struct {
	Number Number `json:"number"` // with its place, and its profile
	First  Place  `json:"first"`  // where it was accepted
	// Conflict tells that the two rows have different profiles. The first one's counts.
	Conflict bool `json:"conflict"`
}

// String returns both places, and not the number.
func (d Duplicate) String() string {
	s := d.Number.Place.String() + ": the number of " + d.First.String()
	if d.Conflict {
		s += ", with another profile"
	}
	return s
}

// Format prints [Duplicate.String] under every verb.
func (d Duplicate) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, d.String()) }

// LogValue logs [Duplicate.String].
func (d Duplicate) LogValue() slog.Value { return slog.StringValue(d.String()) }

// A Row is what was read at once: a row of a CSV file, or in a text the digits that
// belong together. Something stands in at least one of its lists, or it has a profile.
type Row struct {
	Line       int
	Numbers    []Number // one, those of a range, or none
	Duplicates []Duplicate
	Rejected   []Rejection
	Profile    *enduser.Profile // of a CSV file, if the row gives any of it
}

// A Report is all that was read.
type Report struct {
	Numbers    []Number           `json:"numbers"` // each once, in the order of the input
	Duplicates []Duplicate        `json:"duplicates"`
	Rejected   []Rejection        `json:"rejected"`
	Profiles   []*enduser.Profile `json:"profiles"` // each once, in the order of the input
}

// Collect reads all rows. Equal profiles become one. If reading ends early, the report
// has the rows before that, and the error says why.
func Collect(rows iter.Seq2[Row, error]) (*Report, error) {
	report := new(Report)
	same := map[enduser.Profile]*enduser.Profile{}
	var last, profile *enduser.Profile // of a row, and what it became
	for row, err := range rows {
		if err != nil {
			return report, err
		}
		if row.Profile != nil && row.Profile != last {
			last = row.Profile
			if profile = same[*last]; profile == nil {
				profile = last
				same[*profile] = profile
				report.Profiles = append(report.Profiles, profile)
			}
		}
		if row.Profile != nil {
			for i := range row.Numbers {
				row.Numbers[i].Profile = profile
			}
		}
		report.Numbers = append(report.Numbers, row.Numbers...)
		report.Duplicates = append(report.Duplicates, row.Duplicates...)
		report.Rejected = append(report.Rejected, row.Rejected...)
	}
	return report, nil
}

// E164 returns the accepted numbers, as the client takes them.
func (r *Report) E164() []string {
	numbers := make([]string, len(r.Numbers))
	for i, n := range r.Numbers {
		numbers[i] = n.E164
	}
	return numbers
}

// ByProfile iterates over the profiles, each with its accepted numbers. Numbers without
// a profile come last, with nil.
func (r *Report) ByProfile() iter.Seq2[*enduser.Profile, []string] {
	return func(yield func(*enduser.Profile, []string) bool) {
		numbers := map[*enduser.Profile][]string{}
		for _, n := range r.Numbers {
			numbers[n.Profile] = append(numbers[n.Profile], n.E164)
		}
		for _, profile := range r.Profiles {
			if !yield(profile, numbers[profile]) {
				return
			}
		}
		if len(numbers[nil]) > 0 {
			yield(nil, numbers[nil])
		}
	}
}

// An OptionError says which option can't be.
type OptionError struct {
	Option string // as "Region"
	Reason string
}

// Error names the option and the rule.
func (e *OptionError) Error() string { return "intake: option " + e.Option + ": " + e.Reason }

// A NumberError says why [ParseNumber] refuses a text. It doesn't hold the text.
type NumberError struct{ Reason Reason }

// Error returns the reason.
func (e *NumberError) Error() string { return "intake: not accepted as a number: " + e.Reason.String() }

// ParseNumber reads a text that is one number and nothing else; blanks around it and
// what a spreadsheet marks text with don't count. The error is a [*NumberError] or, for
// bad options, an [*OptionError].
func ParseNumber(text string, opts *Options) (Number, error) {
	p, err := newParser(opts)
	if err != nil {
		return Number{}, err
	}
	p.ranges = 0
	members, why := p.read(text)
	if why != "" {
		return Number{}, &NumberError{why}
	}
	return Number{E164: members.first, Extension: members.extension, Place: Place{Line: 1, Column: 1}, Raw: porting.Secret(text)}, nil
}

// newParser checks the options.
func newParser(opts *Options) (*parser, error) {
	if opts == nil {
		opts = new(Options)
	}
	p := &parser{region: strings.ToUpper(opts.Region), vanity: opts.Vanity, ranges: opts.Ranges}
	if p.region != "" {
		p.callingCode = phonenumbers.GetCountryCodeForRegion(p.region)
		if p.callingCode == 0 {
			return nil, &OptionError{"Region", "must be a country code of two letters, as US or GB"}
		}
	}
	if opts.Ranges < 0 {
		return nil, &OptionError{"Ranges", "must not be negative"}
	}
	return p, nil
}
