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
	"hash/maphash"
	"index/suffixarray"
	"regexp"
	"sort"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Sent is what a call sent. Texts of fewer than three bytes, blanks aside, are never
// hidden: they stand in every text, and tell nothing.
type Sent struct {
	// Secrets are hidden wherever they stand.
	Secrets Texts

	// Values are hidden, except
	//   - one of the Words,
	//   - a time, an IP address or a UUID, and whatever is a part of one or of a size,
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
// error that holds a Mask doesn't print what the Mask hides. Its argument is in one line
// and has no control characters; the result has a NUL for each byte that is hidden. If
// the end of the text was cut off, which the second argument tells, the result is only
// the first half: of a value that begins there, enough is left to be found.
type Mask func(text string, isCut bool) string

// Of returns the mask of a call. It reads what was sent when it is first used.
func Of(sent Sent) Mask {
	values := sync.OnceValue(func() *values { return valuesOf(sent) })
	return func(text string, isCut bool) string { return values().hide(text, isCut) }
}

const (
	fewest    = 3       // how many bytes a value has at least
	examined  = 8 << 10 // how many bytes of a text are looked at
	textShown = 1000    // how many bytes of a text are shown at most
	nameShown = 200     // how many bytes of a name are shown at most
)

// Text returns the text as it may be shown: without what the call sent, without numbers
// and queries, in one line of at most 1,000 bytes. It looks at the first 8 kB of the text.
func (m Mask) Text(text string) string {
	text, isCut := m.apply(text)
	text = Numbers(text)
	if isCut { // the first digits of a number may be too few to be taken for one
		tail := max(0, len(text)-80)
		text = text[:tail] + strings.TrimRightFunc(text[tail:], func(r rune) bool { return !unicode.IsLetter(r) && r != ']' && r != 0 })
	}
	return show(text, textShown)
}

// Name returns what names something, such as the id of a request, as it may be shown:
// without what the call sent, in one line of at most 200 bytes. Its digits stay.
func (m Mask) Name(text string) string {
	text, _ = m.apply(text)
	return show(text, nameShown)
}

// apply hides queries and what the call sent.
func (m Mask) apply(text string) (masked string, isCut bool) {
	if isCut = len(text) > examined; isCut {
		text = text[:examined]
	}
	text = withoutQueries(oneLine(withoutQueries(text))) // twice, because a query may be escaped
	switch {
	case m != nil:
		return m(text, isCut), isCut
	case isCut:
		return text[:len(text)/2], isCut
	}
	return text, isCut
}

// show replaces what is hidden, and cuts what is long.
func show(text string, most int) string {
	text = hidden().ReplaceAllString(text, "[value]")
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
	hidden = lazy(`\+?\x00+`)
	query  = lazy(`(?i)(\bhttps?:[^\s?"'<>]*)\?[^\s"'<>]+`)
)

// lazy compiles a regular expression when it is first used: a program that meets no
// errors doesn't pay for it.
func lazy(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// values are what a call sent, folded.
type values struct {
	all     []string // the secrets first
	secrets int      // how many there are
	words   map[string]bool
}

func valuesOf(sent Sent) *values {
	v := &values{words: map[string]bool{}}
	for _, word := range sent.Words {
		v.words[foldValue(word)] = true
	}
	v.add(sent.Secrets)
	v.secrets = len(v.all)
	v.add(sent.Values)
	return v
}

func (v *values) add(texts Texts) {
	if texts == nil {
		return
	}
	texts(func(text string) {
		if text = foldValue(text); len(text) >= fewest {
			v.all = append(v.all, text)
		}
	})
}

// hide puts NULs over the values in a text.
func (v *values) hide(text string, isCut bool) string {
	folded, at := fold(text)
	longest := len(folded) // of a value that is found
	if isCut {
		longest /= 2
	}
	if longest < fewest {
		return text[:at[longest]]
	}
	plain := sync.OnceValue(func() []span { return plainIn(text) })
	grams, index := gramsOf(folded), suffixarray.New([]byte(folded))
	seen := map[string]bool{}
	places := 0
	ends := make([]int, len(text)) // where the longest of the values ends that begin at a byte
	for i, value := range v.all {
		isSecret := i < v.secrets
		isBeginning := isCut && len(value) > longest
		if isBeginning {
			value = value[:longest]
		}
		if len(value) > longest || !grams.mayHave(value) || seen[value] || !isSecret && v.words[value] {
			continue
		}
		seen[value] = true
		found := index.Lookup([]byte(value), -1)
		if places += len(found); places > 4*len(folded) { // somebody wants this to take long
			return strings.Repeat("\x00", at[longest])
		}
		for _, i := range found {
			place := span{start: at[i], end: at[i+len(value)]}
			if isSecret || isBeginning || !isPartOfWord(text, place) && !isPlain(place, plain()) {
				ends[place.start] = max(ends[place.start], place.end)
			}
		}
	}
	masked := []byte(text)
	end := 0
	for i := range masked {
		if end = max(end, ends[i]); i < end {
			masked[i] = 0
		}
	}
	return string(masked[:at[longest]])
}

// isPartOfWord tells whether a single word of the letters A to Z is a part of a longer word.
func isPartOfWord(text string, found span) bool {
	for _, b := range []byte(text[found.start:found.end]) {
		if !isLetter(b) {
			return false
		}
	}
	inWord := func(b byte) bool { return isLetter(b) || isDigit(b) || b == '_' }
	return found.start > 0 && inWord(text[found.start-1]) || found.end < len(text) && inWord(text[found.end])
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

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
func fold(text string) (folded string, at []int) {
	b := make([]byte, 0, len(text))
	at = make([]int, 0, len(text)+1)
	for i, r := range text {
		if r = foldRune(r); r == ' ' && len(b) > 0 && b[len(b)-1] == ' ' {
			continue
		}
		b = utf8.AppendRune(b, r)
		for len(at) < len(b) {
			at = append(at, i)
		}
	}
	return string(b), append(at, len(text))
}

// foldValue returns what [fold] makes of a value within a text.
func foldValue(s string) string {
	if s = strings.TrimLeft(s, "+"); isFolded(s) { // as each of 100,000 numbers is
		return s
	}
	const enough = 4 * examined // more of a value isn't found in a text
	if len(s) > enough {
		s = strings.ToValidUTF8(s[:enough], "")
	}
	return strings.Join(strings.Fields(strings.Map(foldRune, oneLine(s))), " ")
}

// isFolded tells whether there is nothing in a value to fold, to unescape or to trim.
func isFolded(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' && 0 < i && i < len(s)-1 && s[i-1] != ' ':
		case c <= ' ', c > '~', 'A' <= c && c <= 'Z', c == '+', c == '_', c == '\\', c == '&', c == '%':
			return false
		}
	}
	return true
}

// foldRune returns the lower case of a letter, and a blank for what stands for one.
func foldRune(r rune) rune {
	if r == '+' || r == '_' {
		return ' '
	}
	return unicode.ToLower(r)
}

// grams are the runs of three to eight bytes in a text, as a Bloom filter: most values
// aren't in a text, and there can be 100,000 of them.
type grams struct {
	seed maphash.Seed
	bits []uint64
}

const longestGram = 8

func gramsOf(text string) *grams {
	g := &grams{maphash.MakeSeed(), make([]uint64, len(text)+1)}
	for n := fewest; n <= longestGram; n++ {
		for i := range max(0, len(text)-n+1) {
			word, bits := g.place(text[i : i+n])
			g.bits[word] |= bits
		}
	}
	return g
}

// mayHave tells whether a text may have the value. It looks at the value's end, where
// numbers differ.
func (g *grams) mayHave(value string) bool {
	word, bits := g.place(value[max(0, len(value)-longestGram):])
	return g.bits[word]&bits == bits
}

// place returns the word in which a gram has its bits, and the two bits.
func (g *grams) place(gram string) (word, bits uint64) {
	hash := maphash.String(g.seed, gram)
	return hash >> 12 % uint64(len(g.bits)), 1<<(hash&63) | 1<<(hash>>6&63)
}
