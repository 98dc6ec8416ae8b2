package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const longestRow = 1 << 20 // bytes of a line of a text, and of a row of a CSV file

// Reasons for which reading ends early, besides what the reader itself returns.
var (
	ErrRowTooLong    = errors.New("a row or line of more than 1 MiB; in CSV, perhaps a quote that is never closed")
	ErrUnclosedQuote = errors.New("a quote that is never closed: nothing behind it was read")
)

// A ReadError says where reading ended early, and why: an error of the reader, or one of
// the errors of this package. What was read before stands. A line that was cut off isn't
// read, since a number may have been cut off in it.
type ReadError struct {
	Line int // the line that could not be read
	Err  error
}

// Error returns the line and the cause.
func (e *ReadError) Error() string { return fmt.Sprintf("intake: line %d: %v", e.Line, e.Err) }

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Err }

// source turns what a spreadsheet or mail program writes into UTF-8 with line feeds: it
// takes a byte order mark off, decodes UTF-16 if that has one, and makes carriage returns,
// alone or with a line feed, a line feed.
type source struct {
	from     io.Reader
	returned bool // the last byte was a carriage return, which came out as a line feed
	left     int  // bytes that may be read before the row ends; see grant
	bounded  bool
}

const sourceBuffer = 64 << 10

// newSource returns a buffered source, and the source itself.
func newSource(r io.Reader) (*bufio.Reader, *source) {
	s := &source{from: transform.NewReader(r, unicode.BOMOverride(transform.Nop))}
	return bufio.NewReaderSize(s, sourceBuffer), s
}

// grant bounds what is read before the next grant, beyond what is already buffered.
func (s *source) grant() { s.left, s.bounded = longestRow, true }

// Read reads what was granted.
func (s *source) Read(p []byte) (int, error) {
	if s.bounded && s.left <= 0 {
		return 0, ErrRowTooLong
	}
	n, err := s.from.Read(p)
	s.left -= n
	if !s.returned && bytes.IndexByte(p[:n], '\r') < 0 { // as most are
		return n, err
	}
	kept := 0
	for _, c := range p[:n] {
		after := s.returned
		s.returned = c == '\r'
		switch {
		case after && c == '\n': // it came out with the carriage return
			continue
		case s.returned:
			c = '\n'
		}
		p[kept] = c
		kept++
	}
	return kept, err
}
