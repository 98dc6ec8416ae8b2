// Package mask hides what a call sent in a text that isn't ours: a server's, a
// proxy's or the network's. It knows neither the API nor how a call is sent.
//
// What it hides becomes [value], [number] or [query]:
//
//   - Each of [Sent.Secrets], wherever it stands.
//   - Each of [Sent.Values], with the exceptions that are listed there.
//   - What could be the number of a phone or of an account, see [Numbers].
//   - The query of a URL, because that is where a signed URL has its signature.
//
// A value is found letter by letter, in upper or lower case, with any blanks between
// its words, and escaped for JSON, HTML or a URL; a "+" and a "_" count as blanks, because
// forms and the names of files have them instead. It is not found if the text has it in
// pieces, with other characters in between, in another encoding such as base64, or
// composed otherwise of Unicode's letters and accents.
package mask

import (
	"bytes"
	"regexp"
	"sort"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Sent is what a call sent. Texts of fewer than three bytes (in lower case and without blanks
// around them) are never hidden: they occur in every text and tell nothing.
type Sent struct {
	// Secrets are hidden wherever they stand.
	Secrets Texts

	// Values are hidden, except
	//   - one of the Words,
	//   - a time, an IP address or a UUID, and whatever is a part of one or of a size such as 1024 bytes,
	//   - a single word of the letters A to Z as a part of a longer word.
	Values Texts

	// Words are needed to understand a text, such as the names of fields.
	Words []string
}

// Texts calls add with each of some texts. Nil has none.
type Texts func(add func(text string))

// A Mask hides what a call sent. The nil Mask knows of no call; it hides numbers and
// queries only.
//
// It is a function, because no way of printing looks into a function: printing an
// error that holds a Mask doesn't print what the Mask hides.
type Mask func() sentValues

// Of returns the mask of a call. It reads what was sent when it is first used.
func Of(sent Sent) Mask {
	return sync.OnceValue(func() sentValues { return valuesOf(sent) })
}

const (
	fewest    = 3       // how many bytes a value has at least
	examined  = 8 << 10 // how many bytes of a text are looked at
	textShown = 1000    // how many bytes of a text are shown at most
	nameShown = 200     // how many bytes of a name are shown at most

	// These stand for hidden bytes. oneLine has removed both from the text.
	valueMark, numberMark = '\x00', '\x01'
)

// Text returns the text as it may be shown: without what the call sent, without numbers
// and queries, in one line of at most 1,000 bytes. It looks at the first 8 kB of the text.
func (m Mask) Text(text string) string {
	text, isCut, end := m.hide(text)
	return show(hideNumbers(text, isCut)[:end], textShown)
}

// Name returns what names something, such as the id of a request, as it may be shown:
// without what the call sent, in one line of at most 200 bytes. Its digits stay.
func (m Mask) Name(text string) string {
	text, _, end := m.hide(text)
	return show(text[:end], nameShown)
}

// show replaces the marks, and cuts what is long.
func show(text string, most int) string {
	text = marks().ReplaceAllStringFunc(text, func(found string) string {
		if found[0] == numberMark {
			return "[number]"
		}
		return "[value]"
	})
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// withoutQueries replaces the queries of URLs.
func withoutQueries(text string) string {
	if !strings.Contains(text, "?") {
		return text
	}
	return query().ReplaceAllString(text, "$1?[query]")
}

var (
	marks = lazy(`\+?\x00+|\x01+`)
	query = lazy(`(?i)(\bhttps?:[^\s?"'<>]*)\?[^\s"'<>]+`)
)

// lazy compiles a regular expression when it is first used: a program that meets no
// errors doesn't pay for it.
func lazy(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// hide puts the text into one line, without queries and with marks over the values. What
// comes after the end must not be shown: where the text was cut off, a value can begin
// that isn't known by so few bytes. If the text was cut, its second half isn't shown. So
// each value that begins in the first half can be compared over at least half a text.
func (m Mask) hide(text string) (masked string, isCut bool, end int) {
	isCut = len(text) > examined
	text = text[:min(len(text), examined)]
	text = withoutQueries(oneLine(withoutQueries(text))) // twice, because a query may be escaped
	folded, at := fold(text)
	longest := len(folded) // of a value that is found
	if isCut {
		longest /= 2
	}
	end = at[longest]
	if m == nil || text == "" {
		return text, isCut, end
	}
	hidden := []byte(text)
	plain := sync.OnceValue(func() []span { return plainIn(text) })
	ends := endsIn(folded)
	seen := map[string]bool{}
	work := 0
	for value, isSecret := range m().all() {
		isBeginning := isCut && len(value) > longest
		if isBeginning {
			value = value[:longest]
		}
		isFound := false
		for e := ends.last(value); e > 0; e = ends.before(e, value) {
			const tooMuch = 8 << 20 // bytes to compare, which nobody but an attacker needs
			if work += len(value); work > tooMuch {
				return strings.Repeat(string(valueMark), len(text)), isCut, end
			}
			if !bytes.HasSuffix(folded[:e], value) {
				continue
			}
			if !isFound {
				if seen[string(value)] {
					break
				}
				isFound, seen[string(value)] = true, true
			}
			place := span{start: at[e-len(value)], end: at[e]}
			if isSecret || isBeginning || !isPartOfWord(text, place) && !isPlain(place, plain()) {
				clear(hidden[place.start:place.end]) // to valueMark
			}
		}
	}
	return string(hidden), isCut, end
}

// isPartOfWord tells whether a single word of the letters A to Z is a part of a longer word.
func isPartOfWord(text string, found span) bool {
	for _, b := range []byte(text[found.start:found.end]) {
		if !isLetter(b) {
			return false
		}
	}
	// An underscore joins words, but one at the edge may be the value's own.
	before, after := strings.TrimRight(text[:found.start], "_"), strings.TrimLeft(text[found.end:], "_")
	inWord := func(b byte) bool { return isLetter(b) || isDigit(b) }
	return before != "" && inWord(before[len(before)-1]) || after != "" && inWord(after[0])
}

// isPlain tells whether what was found is a time, an address or a UUID, or a part of
// one or of a size.
func isPlain(found span, plain []span) bool {
	i := sort.Search(len(plain), func(i int) bool { return plain[i].end >= found.end })
	if i == len(plain) || found.start < plain[i].start {
		return false
	}
	return !plain[i].isSize || found.end-found.start < plain[i].end-plain[i].start
}

// fold returns a text in lower case with each run of blanks as a single one, and for
// each byte of it, and for its end, where in the text that comes from.
func fold(text string) (folded []byte, at []int) {
	b := make([]byte, 0, len(text))
	at = make([]int, 0, len(text)+1)
	for i, r := range text {
		if r = foldRune(r); r == ' ' && bytes.HasSuffix(b, []byte(" ")) {
			continue
		}
		b = utf8.AppendRune(b, r)
		for len(at) < len(b) {
			at = append(at, i)
		}
	}
	return b, append(at, len(text))
}

// foldRune returns the lower case of a letter, and a blank for what stands for one.
func foldRune(r rune) rune {
	if r == '+' || r == '_' {
		return ' '
	}
	return unicode.ToLower(r)
}
