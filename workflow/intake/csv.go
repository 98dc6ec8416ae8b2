package intake

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// CSV iterates over the rows of a CSV file, behind its header. A row has one number, or
// a range of them, and what it gives of the end user. A cell that is refused takes nothing
// else with it: the number of a row whose postal code is refused is accepted, with a
// profile without a postal code. But a row with more cells than the header, or with a
// quote that CSV doesn't allow, is refused whole, since its cells may stand in the wrong
// columns. Columns that aren't known come first, as rejections on the header's line.
// Empty rows are passed over.
//
// Values go into the profile as they stand, leading zeros included, without blanks around
// them and what is invisible. What a spreadsheet has spoilt is refused: account
// numbers as 1.31255E+10, identifiers with more than 15 digits of which the last are all zeros,
// US ZIP codes of three or four digits. The requested FOC date needs a date, a clock and a
// zone.
//
// The file may be of any size, a row at most 1 MiB. It is UTF-8, or UTF-16 with a byte
// order mark. The last step has the error, if there is one: a [*ReadError], a
// [*HeaderError] or an [*OptionError]. Each range reads on from where the reader is.
func CSV(r io.Reader, opts *Options) iter.Seq2[Row, error] {
	if opts == nil {
		opts = new(Options)
	}
	return func(yield func(Row, error) bool) {
		p, err := newParser(opts)
		if err != nil {
			yield(Row{}, err)
			return
		}
		if opts.Comma != 0 && !validComma(opts.Comma) {
			yield(Row{}, &OptionError{"Comma", "must be a character other than a quote or a line's end"})
			return
		}
		buffered, source := newSource(r)
		file, err := newFile(buffered, source, p, opts)
		if err != nil {
			yield(Row{Line: 1}, err)
			return
		}
		for {
			row, err := file.row()
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(row, err)
				return
			}
			if row.empty() {
				continue
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func (r *Row) empty() bool {
	return len(r.Numbers) == 0 && len(r.Duplicates) == 0 && len(r.Rejected) == 0 && r.Profile == nil
}

// A file reads the rows of a CSV file.
type file struct {
	csv    *csv.Reader
	source *source
	parser *parser
	known  *tracker
	header header
	first  *Row             // what the header had, until it is yielded
	read   enduser.Profile  // of the row at hand
	last   *enduser.Profile // of a row before
	line   int              // the last line that was read
}

// newFile reads the header.
func newFile(r *bufio.Reader, s *source, p *parser, opts *Options) (*file, error) {
	line, says, err := firstLine(r)
	if err != nil {
		return nil, &ReadError{1, err}
	}
	comma := opts.Comma
	if comma == 0 {
		comma = says
	}
	if comma == 0 {
		comma = mostFrequent(line)
	}
	f := &file{csv: csv.NewReader(r), source: s, parser: p, known: newTracker()}
	f.csv.Comma = comma
	f.csv.FieldsPerRecord = -1
	f.csv.ReuseRecord = true
	cells, err := f.next()
	if says != 0 && err == nil {
		cells, err = f.next()
	}
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		err = &ReadError{bad.Line, bad.Err}
	}
	if errors.Is(err, io.EOF) {
		err = &HeaderError{}
	}
	if err != nil {
		return nil, err
	}
	h, unknown, err := readHeader(cells, opts)
	if err != nil {
		return nil, err
	}
	f.header = h
	row := &Row{}
	row.Line, _ = f.csv.FieldPos(0)
	for _, i := range unknown {
		row.Rejected = append(row.Rejected, Rejection{f.place(i), ReasonColumn, porting.Secret(cells[i])})
	}
	f.first = row
	return f, nil
}

// firstLine returns the first line without reading on, or as much of it as the buffer
// holds. If that says what separates the cells, it returns this and the second line.
func firstLine(r *bufio.Reader) (line string, comma rune, err error) {
	for n := 1; ; n = r.Buffered() + 1 { // not a whole buffer at once, for which a slow reader may take long
		_, err := r.Peek(n)
		peeked, _ := r.Peek(r.Buffered())
		line, rest, whole := strings.Cut(string(peeked), "\n")
		comma, says := separator(line)
		if says && whole {
			line, _, whole = strings.Cut(rest, "\n")
		}
		switch {
		case whole, errors.Is(err, io.EOF), errors.Is(err, bufio.ErrBufferFull):
			return line, comma, nil
		case err != nil:
			return "", 0, err
		}
	}
}

// separator reads a line that says what separates the cells, as spreadsheets write it.
func separator(line string) (comma rune, ok bool) {
	sign, ok := strings.CutPrefix(strings.ToLower(strings.Trim(line, `" `)), "sep=")
	comma, size := utf8.DecodeRuneInString(sign)
	if !ok || size == 0 || size != len(sign) || !validComma(comma) {
		return 0, false
	}
	return comma, true
}

func validComma(r rune) bool {
	return r != '"' && r != '\r' && r != '\n' && utf8.ValidRune(r) && r != utf8.RuneError
}

// mostFrequent returns the separator that a header has most of, outside of quotes.
func mostFrequent(line string) rune {
	const separators = ",;\t|"
	count := map[rune]int{}
	quoted := false
	for _, r := range line {
		quoted = quoted != (r == '"')
		if !quoted {
			count[r]++
		}
	}
	comma := ','
	for _, r := range separators {
		if count[r] > count[comma] {
			comma = r
		}
	}
	return comma
}

// next reads the cells of the next row. They are valid until the next call. The error is
// io.EOF, a *csv.ParseError of this row alone, or a *ReadError.
func (f *file) next() ([]string, error) {
	f.source.grant()
	cells, err := f.csv.Read()
	if err == nil {
		f.line, _ = f.csv.FieldPos(len(cells) - 1)
		return cells, nil
	}
	bad, ok := errors.AsType[*csv.ParseError](err)
	switch {
	case ok && bad.Line > bad.StartLine: // rows may be lost between the two
		return nil, &ReadError{bad.StartLine, ErrUnclosedQuote}
	case ok:
		f.line = bad.Line
		return cells, bad
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	}
	return nil, &ReadError{f.line + 1, err}
}

// row reads a row. The error is io.EOF or a *ReadError.
func (f *file) row() (Row, error) {
	if first := f.first; first != nil {
		f.first = nil
		return *first, nil
	}
	cells, err := f.next()
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		return f.refuse(Place{bad.Line, bad.Column, ""}, ReasonQuote, cells), nil
	}
	if err != nil {
		return Row{Line: f.line + 1}, err
	}
	row := Row{}
	row.Line, _ = f.csv.FieldPos(0)
	if f.swallowed(cells) {
		return row, &ReadError{row.Line, ErrUnclosedQuote}
	}
	if i := len(f.header.columns); i < len(cells) { // also if that cell is empty: the last one often is, and shifts as the others do
		return f.refuse(f.place(i), ReasonCells, cells), nil
	}
	f.profile(&row, cells)
	if f.header.number >= 0 {
		f.number(&row, cells)
	}
	return row, nil
}

// refuse makes a row that is refused whole.
func (f *file) refuse(place Place, why Reason, cells []string) Row {
	raw := strings.Join(cells, string(f.csv.Comma))
	return Row{Line: place.Line, Rejected: []Rejection{{place, why, porting.Secret(raw)}}}
}

// swallowed tells whether a cell holds whole rows: a quote wasn't closed, and the next
// one happened to look like its end.
func (f *file) swallowed(cells []string) bool {
	commas := len(f.header.columns) - 1
	for _, cell := range cells {
		_, rest, broken := strings.Cut(cell, "\n")
		if !broken || commas == 0 {
			continue
		}
		for line := range strings.Lines(rest) {
			if strings.Count(line, string(f.csv.Comma)) >= commas {
				return true
			}
		}
	}
	return false
}

// place returns where a cell of the row stands that was read last.
func (f *file) place(i int) Place {
	var p Place
	p.Line, p.Column = f.csv.FieldPos(i)
	if i < len(f.header.columns) && f.header.columns[i] != nil {
		p.Key = f.header.columns[i].key
	}
	return p
}

// profile reads the cells that describe the end user.
func (f *file) profile(row *Row, cells []string) {
	profile := &f.read
	*profile = enduser.Profile{}
	reject := func(i int, why Reason) {
		row.Rejected = append(row.Rejected, Rejection{f.place(i), why, porting.Secret(cells[i])})
	}
	for i, column := range f.header.columns[:min(len(cells), len(f.header.columns))] {
		if column == nil || column.set == nil || strings.TrimSpace(cells[i]) == "" {
			continue
		}
		if !ascii(cells[i]) && (!utf8.ValidString(cells[i]) || strings.ContainsRune(cells[i], utf8.RuneError)) {
			reject(i, ReasonEncoding)
			continue
		}
		if why := column.set(f.parser, profile, cells[i]); why != "" {
			reject(i, why)
		}
	}
	if f.parser.lostZIPZero(profile) {
		reject(f.header.of("postal_code"), ReasonLostZero)
		profile.PostalCode = ""
	}
	if option := &profile.PortingOption; option.Type == "" && *option != (porting.PortingOption{}) {
		for _, key := range []string{"porting_option.remaining_numbers_action", "porting_option.new_billing_phone_number"} {
			if i := f.header.of(key); i >= 0 && i < len(cells) && strings.TrimSpace(cells[i]) != "" {
				reject(i, ReasonOption)
			}
		}
		*option = porting.PortingOption{}
	}
	switch {
	case *profile == (enduser.Profile{}):
	case f.last != nil && *profile == *f.last: // most files have an end user's rows in one place
		row.Profile = f.last
	default:
		f.last = new(*profile)
		row.Profile = f.last
	}
}

// number reads the cell of the number.
func (f *file) number(row *Row, cells []string) {
	i := f.header.number
	if i >= len(cells) || strings.TrimSpace(cells[i]) == "" {
		if row.Profile != nil || len(row.Rejected) > 0 {
			place := Place{Line: row.Line, Column: 1, Key: numberKey}
			if i < len(cells) {
				place = f.place(i)
			}
			row.Rejected = append(row.Rejected, Rejection{Place: place, Reason: ReasonEmpty})
		}
		return
	}
	read, why := f.parser.read(cells[i])
	if why != "" {
		row.Rejected = append(row.Rejected, Rejection{f.place(i), why, porting.Secret(cells[i])})
		return
	}
	f.known.add(row, read, f.place(i), cells[i])
}
