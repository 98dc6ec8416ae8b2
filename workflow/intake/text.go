package intake

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/numberporting/porting"
)

// Text iterates over the numbers of a text: a list, a mail, a ticket. Every digit of the
// text is in a number that is accepted, in a duplicate or in a rejection, so that nothing
// is lost without a word; only the "1." or "1)" in front of a list's line goes away. A
// house number is thus rejected as too short, which [Rejection.Reason] tells.
//
// Numbers are told apart by words, by signs that stand in no number (such as commas), by
// tabs, lines and pluses. Blanks do so only between numbers of the North American
// Numbering Plan, whose length is known; elsewhere digits that don't make one number are
// refused as a whole, and never cut to fit.
//
// The text may be of any size; a line has at most 1 MiB. The last step has the error, if
// there is one: a [*ReadError] or an [*OptionError]. Each range reads on from where the
// reader is.
func Text(r io.Reader, opts *Options) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		p, err := newParser(opts)
		if err != nil {
			yield(Row{}, err)
			return
		}
		lines, _ := newSource(r)
		known := newTracker()
		for number := 1; ; number++ {
			line, err := readLine(lines)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Row{Line: number}, &ReadError{number, err})
				return
			}
			for c := range p.candidates(line) {
				if !yield(c.row(known, number, line), nil) {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
}

// readLine reads a line of bounded length. At the end of the input it returns what is
// left, and io.EOF.
func readLine(r *bufio.Reader) (string, error) {
	var line strings.Builder
	for {
		part, err := r.ReadSlice('\n')
		if line.Len()+len(part) > longestRow {
			return "", ErrRowTooLong
		}
		line.Write(part)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line.String(), err
		}
	}
}

// A span is a part of a line, in bytes.
type span struct{ from, to int }

// A candidate is a part of a line that may be a number, and what was read from it.
type candidate struct {
	span
	read reading
	why  Reason
}

// candidate reads a part of a line.
func (p *parser) candidate(line string, at span) candidate {
	read, why := p.read(line[at.from:at.to])
	return candidate{at, read, why}
}

// row makes a row of the candidate.
func (c candidate) row(known *tracker, number int, line string) Row {
	row := Row{Line: number}
	raw := line[c.from:c.to]
	place := Place{Line: number, Column: c.from + 1}
	if c.why == "" {
		known.add(&row, c.read, place, raw)
	} else {
		row.Rejected = []Rejection{{place, c.why, porting.Secret(raw)}}
	}
	return row
}

// A token is a part of a line between blanks.
type token struct {
	span
	digits, letters, plus bool
	hard                  bool // something that stands in no number comes before it
}

// candidates iterates over the parts of a line that may be numbers. Each digit is in one
// of them.
func (p *parser) candidates(line string) iter.Seq[candidate] {
	return func(yield func(candidate) bool) {
		if !hasDigit(line) && ascii(line) {
			return
		}
		tokens := tokenize(line)
		for i := 0; i < len(tokens); {
			if !tokens[i].digits && !tokens[i].plus {
				i++
				continue
			}
			end := p.runEnd(line, tokens, i)
			run := tokens[i:end]
			for last := len(run) - 1; last > 0 && !run[last].digits && !run[last].letters; last-- { // dashes behind it
				run = run[:last]
			}
			list := i == 0 && listed.MatchString(line[run[0].from:run[0].to])
			i = end
			plusAlone := !slices.ContainsFunc(run, func(t token) bool { return t.digits })
			if plusAlone || list && len(run) == 1 && i < len(tokens) && !tokens[i].hard {
				continue
			}
			for _, c := range p.split(line, run, list) {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// tokenize cuts a line at blanks and at what stands in no number.
func tokenize(line string) []token {
	var tokens []token
	open, hard := false, true
	for i, r := range line {
		if !inToken(line, i, r) {
			hard = hard || !unicode.Is(unicode.Zs, r)
			open = false
			continue
		}
		if !open {
			tokens = append(tokens, token{span: span{i, i}, hard: hard})
			open, hard = true, false
		}
		t := &tokens[len(tokens)-1]
		t.to = i + utf8.RuneLen(r)
		t.digits = t.digits || unicode.IsDigit(r) // also those that no number is accepted with
		t.plus = t.plus || r == '+' || r == '＋'
		t.letters = t.letters || 'A' <= r&^0x20 && r&^0x20 <= 'Z' // others end a token: not all scripts have blanks
	}
	return tokens
}

// inToken tells whether the character at i may be part of a number or a word.
func inToken(line string, i int, r rune) bool {
	switch {
	case strings.ContainsRune("+-.()[]/#×·−＋（）．", r):
		return true
	case r == ';':
		return hasFoldPrefix(line[i:], ";ext=")
	case r == '=':
		return i >= len(";ext") && hasFoldPrefix(line[i-len(";ext"):], ";ext=")
	case r == utf8.RuneError:
		return false
	}
	return 'A' <= r&^0x20 && r&^0x20 <= 'Z' || unicode.IsDigit(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Pd, r)
}

func hasFoldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

var (
	glued      = regexp.MustCompile(`(?i)^[^a-z]*(?:;ext=|extn?\.?|x)\d{1,7}[.)]*$`)
	announced  = regexp.MustCompile(`(?i)^(?:ext|extn|extension|x|#)\.?$`)
	multiplied = regexp.MustCompile(`(?i)^(?:\(?[x×]|\()\d{1,6}$`)
	counted    = regexp.MustCompile(`(?i)^(?:consecutive|numbers|dids)[.)]*$`)
	through    = regexp.MustCompile(`(?i)^(?:to|thru|through)$`)
	listed     = regexp.MustCompile(`^\d{1,3}[.)]$`)
)

// runEnd returns the end of the tokens from i on that belong together: digits, and words
// that stand in a range or announce an extension. A plus with too few digits holds on to
// what follows, whatever that is: +44 (UK) 2079460018 must not become an American number.
func (p *parser) runEnd(line string, tokens []token, i int) int {
	const fewest = 7
	word := func(j int) string { return plain(line[tokens[j].from:tokens[j].to]) }
	next := func(j int) bool { return j < len(tokens) && !tokens[j].hard }
	bareDigits := func(j int) bool { return next(j) && tokens[j].digits && !tokens[j].letters }
	if tokens[i].letters {
		return i + 1 // 312-555-0100x12, 1-800-FLOWERS, 1.31255E+10
	}
	digits := countDigits(word(i))
	joined := false // the next number belongs to this one: a dash or a word said so
	for j := i + 1; j < len(tokens); j++ {
		t := tokens[j]
		special := t.letters || strings.ContainsAny(word(j), "(×#;")
		switch {
		case tokens[i].plus && digits < fewest:
		case t.hard, word(j) == "/", t.plus && !joined:
			return j
		case !special:
		case multiplied.MatchString(word(j)) && next(j+1) && counted.MatchString(word(j+1)): // x10 consecutive numbers
			if next(j+2) && counted.MatchString(word(j+2)) {
				return j + 3
			}
			return j + 2
		case glued.MatchString(word(j)): // x12, 0100x12
			return j + 1
		case announced.MatchString(word(j)) && bareDigits(j+1):
			return j + 2
		case through.MatchString(word(j)) && bareDigits(j+1) && countDigits(word(j+1)) >= lineDigits:
			joined = true
			continue
		case t.letters && t.digits && p.vanity:
			return j + 1
		case t.letters:
			return j
		}
		digits += countDigits(word(j))
		joined = !t.digits && !t.plus
	}
	return len(tokens)
}

// split returns a run as one candidate, unless it is several numbers of the North
// American Numbering Plan, or a number behind that of a list's line.
func (p *parser) split(line string, run []token, list bool) []candidate {
	whole := p.candidate(line, span{run[0].from, run[len(run)-1].to})
	if whole.why == "" || len(run) == 1 {
		return []candidate{whole}
	}
	if parts := p.american(line, run); whole.why == ReasonTooLong && len(parts) > 1 {
		return parts
	}
	if list {
		if rest := p.candidate(line, span{run[1].from, whole.to}); rest.why == "" {
			return []candidate{rest}
		}
	}
	return []candidate{whole}
}

// american cuts a run into numbers of the North American Numbering Plan, or returns
// nothing. Each begins where the one before ends, and how long it is shows in its first
// digit; so there is only one way to do it.
func (p *parser) american(line string, run []token) (parts []candidate) {
	open := span{from: -1}
	digits, want := 0, 0
	for _, t := range run {
		if !t.digits && !t.plus {
			return nil // a dash or the like
		}
		text := plain(line[t.from:t.to])
		if open.from < 0 {
			open.from, digits, want = t.from, 0, nanpDigits
			if strings.HasPrefix(strings.TrimLeft(text, "+("), "1") {
				want++
			}
		}
		digits += countDigits(text)
		open.to = t.to
		if digits < want {
			continue
		}
		part := p.candidate(line, open)
		if digits > want || part.why != "" || part.read.count != 1 || !strings.HasPrefix(part.read.first, "+1") {
			return nil
		}
		parts = append(parts, part)
		open.from = -1
	}
	if open.from >= 0 {
		return nil
	}
	return parts
}
