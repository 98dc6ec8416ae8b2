package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"regexp"
	"strings"

	"github.com/numberporting/porting"
)

// CSV writes rows as CSV with a header (RFC 4180, in UTF-8, each cell in quotes) and returns how
// many it has written. What a spreadsheet would take for a formula is marked as a text; see the
// package's documentation. Several numbers in a cell have a blank between them.
func CSV(w io.Writer, rows iter.Seq2[Row, error], opts *Options) (int, error) {
	const operation = "export.CSV"
	if opts == nil {
		opts = new(Options)
	}
	chosen, err := choose(operation, opts.Columns, Columns())
	if err != nil {
		return 0, err
	}
	comma := ","
	if opts.Comma != 0 {
		comma = string(opts.Comma)
	}
	if strings.ContainsAny(comma, "\"'\r\n\uFFFD") || formulas.MatchString(comma) {
		return 0, &porting.ArgumentError{Operation: operation, Field: "comma", Reason: "can't separate cells"}
	}
	header := ""
	if opts.ByteOrderMark {
		header = "\uFEFF"
	}
	for i, c := range chosen {
		if i > 0 {
			header += comma
		}
		header += quote(c.key)
	}
	return write(w, header+"\r\n", rows, func(b *bytes.Buffer, row *Row) error {
		for i, c := range chosen {
			if i > 0 {
				b.WriteString(comma)
			}
			b.WriteString(quote(neutral(c.text(row))))
		}
		b.WriteString("\r\n")
		return nil
	})
}

// quote makes a cell, in which no separator counts.
func quote(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

// formulas finds what begins a formula: a sign of one, be it of full width, at the start of a
// text or behind a separator or a line break. Blanks, quotes and NULs don't hide it.
var formulas = regexp.MustCompile(`(^|[,;|\t\r\n])([ "\x00]*)([=+\-@＝＋－＠])`)

// neutral marks a text as one where a spreadsheet would take a part of it for a formula. A
// spreadsheet that expects another separator than the one that was written splits a cell at
// its own, in spite of the quotes, and at line breaks.
func neutral(text string) string {
	marked := formulas.ReplaceAllString(text, "$1$2'$3")
	if text != "" && strings.ContainsRune("\t\r\n\x00", rune(text[0])) { // these are skipped before a cell
		return "'" + marked
	}
	return marked
}

// JSONLines writes each row as a JSON object on a line of its own and returns how many it has
// written. The keys are those of [Columns], in their order. A time that isn't known is null.
func JSONLines(w io.Writer, rows iter.Seq2[Row, error], opts *Options) (int, error) {
	if opts == nil {
		opts = new(Options)
	}
	chosen, err := choose("export.JSONLines", opts.Columns, Columns())
	if err != nil {
		return 0, err
	}
	return write(w, "", rows, func(b *bytes.Buffer, row *Row) error {
		encoder := json.NewEncoder(b)
		encoder.SetEscapeHTML(false)
		before := "{"
		for _, c := range chosen {
			b.WriteString(before + `"` + c.key + `":`)
			if err := encoder.Encode(c.json(row)); err != nil {
				return err
			}
			b.Truncate(b.Len() - 1) // the new line that Encode ends with
			before = ","
		}
		b.WriteString("}\n")
		return nil
	})
}

// Markdown writes rows as a table and returns how many it has written. Signs that mean
// something in Markdown or HTML are escaped, so that no text makes a link or an image.
func Markdown(w io.Writer, rows iter.Seq2[Row, error], opts *Options) (int, error) {
	if opts == nil {
		opts = new(Options)
	}
	chosen, err := choose("export.Markdown", opts.Columns, pageColumns)
	if err != nil {
		return 0, err
	}
	header, under := "|", "|"
	for _, c := range chosen {
		header += " " + escaper.Replace(c.key) + " |"
		under += " --- |"
	}
	return write(w, header+"\n"+under+"\n", rows, func(b *bytes.Buffer, row *Row) error {
		b.WriteByte('|')
		for _, c := range chosen {
			b.WriteString(" " + escaper.Replace(c.text(row)) + " |")
		}
		b.WriteByte('\n')
		return nil
	})
}

// escaper makes a text one that Markdown shows as it is. A colon is escaped so that an
// address doesn't become a link.
var escaper = strings.NewReplacer(
	"\r\n", " ", "\r", " ", "\n", " ", "\t", " ",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "|", `\|`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "://", "&#58;//", "www.", "www&#46;",
)

// write writes a header and each row as it comes.
func write(w io.Writer, header string, rows iter.Seq2[Row, error], line func(*bytes.Buffer, *Row) error) (n int, err error) {
	out := bufio.NewWriter(w)
	if _, err := out.WriteString(header); err != nil {
		return 0, err
	}
	var b bytes.Buffer
	for row, err := range rows {
		if err != nil {
			if flushing := out.Flush(); flushing != nil {
				return n, flushing
			}
			return n, err
		}
		b.Reset()
		if err := line(&b, &row); err != nil {
			return n, err
		}
		if _, err := out.Write(b.Bytes()); err != nil {
			return n, err
		}
		n++
	}
	return n, out.Flush()
}
