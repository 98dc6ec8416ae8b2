package porting

import (
	"cmp"
	"html"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"

	"github.com/numberporting/porting/internal/transport"
)

// A hider hides what a call sent in a text that isn't ours: a server's, or the
// network's. It is a function, because nothing can print what it holds. Nil hides nothing.
type hider func(text string) string

// shown is how many bytes of a text that isn't ours are shown.
const shown = 1000

// masked makes a text that isn't ours fit to be shown: without what was sent, what looks
// like a number of a phone or an account, and what a URL is signed with; in one line, and
// not long.
func (hide hider) masked(text string) string {
	const examined = 4 * shown
	text = hide.apply(unescape(unsigned(text)))
	if len(text) > examined { // what follows takes time; half a number shall not be left
		text = strings.TrimRightFunc(text[:examined], func(r rune) bool { return !unicode.IsLetter(r) })
	}
	return short(maskNumbers(unsigned(text)))
}

// id is a text that names something, such as a request, without what was sent.
func (hide hider) id(text string) string { return short(hide.apply(text)) }

// apply hides what was sent, in one line.
func (hide hider) apply(text string) string {
	text = flat(text)
	if hide == nil {
		return text
	}
	return hide(text)
}

// short cuts a text.
func short(text string) string {
	if len(text) > shown {
		return strings.ToValidUTF8(text[:shown], "") + "…"
	}
	return text
}

// flat is a text in one line.
func flat(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}

// unsigned hides the queries of URLs: what they are signed with is there.
func unsigned(text string) string {
	if !strings.Contains(text, "?") {
		return text
	}
	return signature().ReplaceAllString(text, "$1?[query]")
}

// maskNumbers hides what could be a phone number, an account number or a PIN: seven
// or more digits, also written in groups. Dates, UUIDs and addresses of hosts stay.
func maskNumbers(s string) string {
	return manyDigits().ReplaceAllStringFunc(s, func(found string) string {
		if plainDigits().MatchString(found) {
			return found
		}
		return "[number]"
	})
}

const (
	uuid = `[[:xdigit:]]{8}(?:-[[:xdigit:]]{4}){3}-[[:xdigit:]]{12}`
	host = `\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}`
)

var (
	manyDigits = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(uuid + `|` + host + `|\+?\(?\p{Nd}(?:(?:,|[\s\p{Zs}\p{Pd}()./_]{0,3})\p{Nd}){6,}`)
	})
	plainDigits = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:` + uuid + `|` + host + `|\d{4}-[01]\d-[0-3]\d(?: \d\d)?)$`)
	})
	signature = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(\bhttps?:[^\s?"'<>]*)\?[^\s"'<>]+`)
	})
)

// newHider returns what hides the values of a call. It costs nothing until it is used,
// and holds nothing of the caller's.
func newHider(out *transport.Outcome) hider {
	header, texts, anyHost := out.Call.Header, out.Call.Texts, out.Call.AnyHost
	urls := slices.Concat(out.Hops, []*url.URL{out.Call.URL})
	values := sync.OnceValue(func() *values { return valuesOf(header, urls, anyHost, texts) })
	return func(text string) string { return values().hide(text) }
}

// values are what a call sent: the texts of three or more bytes in its headers, queries
// and body.
type values struct {
	whole   *strings.Replacer // each by as many NULs, but for what maskNumbers hides anyway
	words   map[string]bool   // the words of each, in lower case, with a space after each
	lengths map[string][]int  // of how many words those are that begin with a word, the most first
}

func valuesOf(header http.Header, urls []*url.URL, anyHost bool, texts iter.Seq[string]) *values {
	const fewest = 3
	seen := map[string]bool{}
	add := func(s string) {
		if s = flat(unescape(s)); len(s) >= fewest {
			seen[s] = true
		}
	}
	addParts := func(s string) {
		add(s)
		for line := range strings.Lines(s) {
			add(strings.TrimSpace(line))
		}
		if !strings.ContainsFunc(s, unicode.IsSpace) { // a key or a path
			for part := range strings.SplitSeq(s, "/") {
				if !strings.HasSuffix(part, ":") { // as https:
					add(part)
				}
			}
		}
	}
	for key, texts := range header {
		if !plainHeaders[key] {
			eachPart(texts, add)
		}
	}
	for _, u := range urls {
		for pair := range strings.SplitSeq(u.RawQuery, "&") {
			_, raw, _ := strings.Cut(pair, "=")
			add(raw)
		}
		for _, texts := range u.Query() {
			for _, s := range texts {
				addParts(s)
			}
		}
		if anyHost { // a path of the API's has ids, one of storage's can be signed
			addParts(strings.TrimPrefix(u.Path, "/"))
		}
	}
	if texts != nil {
		texts(func(s string) bool {
			addParts(s)
			return true
		})
	}
	return newValues(seen)
}

func newValues(seen map[string]bool) *values {
	v := &values{words: map[string]bool{}, lengths: map[string][]int{}}
	var pairs []string
	longestFirst := func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) }
	for _, s := range slices.SortedFunc(maps.Keys(seen), longestFirst) {
		words := wordsIn(s)
		if len(words) > 0 {
			first := words[0].text
			v.words[joined(words)] = true
			if !slices.Contains(v.lengths[first], len(words)) {
				v.lengths[first] = append(v.lengths[first], len(words))
			}
		}
		if digits := strings.TrimPrefix(s, "+"); len(digits) < 7 || !allIn(digits, '0', '9') { // there may be very many such numbers
			pairs = append(pairs, s, strings.Repeat("\x00", len(s)))
		}
	}
	for _, lengths := range v.lengths {
		slices.SortFunc(lengths, func(a, b int) int { return b - a })
	}
	v.whole = strings.NewReplacer(pairs...)
	return v
}

// hide hides each value in a text without NULs, also in another case and spaced or
// punctuated otherwise.
func (v *values) hide(text string) string {
	hidden := []byte(v.whole.Replace(text)) // as long as the text, and NUL where it is hidden
	words := wordsIn(text)
	for i := 0; i < len(words); i++ {
		if n := v.at(words[i:]); n > 0 {
			last := words[i+n-1]
			clear(hidden[words[i].start:last.end])
			i += n - 1
		}
	}
	var b strings.Builder
	for i := 0; i < len(hidden); {
		end := i
		for end < len(hidden) && hidden[end] == 0 {
			end++
		}
		if end > i {
			b.WriteString("[value]")
		}
		for i = end; end < len(hidden) && hidden[end] != 0; {
			end++
		}
		b.Write(hidden[i:end])
		i = end
	}
	return b.String()
}

// at tells of how many words the longest value is that the words begin with; 0: there is none.
func (v *values) at(words []word) int {
	for _, n := range v.lengths[words[0].text] {
		if n <= len(words) && v.words[joined(words[:n])] {
			return n
		}
	}
	return 0
}

func joined(words []word) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.text + " ")
	}
	return b.String()
}

// A word is a run of letters and digits.
type word struct {
	text       string // in lower case
	start, end int
}

func wordsIn(s string) []word {
	var words []word
	add := func(start, end int) { words = append(words, word{strings.ToLower(s[start:end]), start, end}) }
	start := -1
	for i, r := range s {
		inside := unicode.In(r, unicode.Letter, unicode.Mark, unicode.Number)
		switch {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			add(start, i)
			start = -1
		}
	}
	if start >= 0 {
		add(start, len(s))
	}
	return words
}

// unescape undoes what JSON, HTML and URLs make of a text, even if twice.
func unescape(s string) string {
	for range 2 {
		if strings.ContainsAny(s, `\&%`) {
			s = unescapeOnce(s)
		}
	}
	return s
}

func unescapeOnce(s string) string {
	s = escapes().ReplaceAllStringFunc(s, func(found string) string {
		switch {
		case found[0] == '%':
			b, _ := strconv.ParseUint(found[1:], 16, 8)
			return string([]byte{byte(b)})
		case found[1] == 'u':
			var units []uint16
			for unit := range strings.SplitSeq(found[2:], `\u`) {
				u, _ := strconv.ParseUint(unit, 16, 16)
				units = append(units, uint16(u))
			}
			return string(utf16.Decode(units))
		case strings.ContainsAny(found[1:], "bfnrt"):
			return " "
		}
		return found[1:]
	})
	return strings.ToValidUTF8(html.UnescapeString(s), "\uFFFD")
}

var escapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`%[[:xdigit:]]{2}|(?:\\u[[:xdigit:]]{4})+|\\[bfnrt"\\/]`)
})

// plainHeaders have nothing to hide: the client's own that aren't credentials, and the
// ids that a gateway gives a request, which its answer repeats.
var plainHeaders = map[string]bool{
	"Accept": true, "Content-Type": true, "User-Agent": true,
	"X-Request-Id": true, "X-Correlation-Id": true,
}

// eachPart calls f with each of a header's values, with what follows a scheme such as
// "Bearer", and with the parts of forms such as "user:token" and "name=value".
func eachPart(values []string, f func(string)) {
	for _, value := range values {
		f(value)
		if _, rest, found := strings.Cut(value, " "); found {
			value = rest
			f(value)
		}
		for _, part := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" :;,", r) }) {
			f(part)
			_, part, _ = strings.Cut(part, "=")
			f(part)
			f(strings.Trim(part, `"`))
		}
	}
}

// textsIn yields every text and number in a JSON value.
func textsIn(data []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		var value any
		if decodeJSON(data, &value) == nil {
			eachText(value, yield)
		}
	}
}

func eachText(value any, yield func(string) bool) bool {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			if !eachText(item, yield) {
				return false
			}
		}
	case map[string]any:
		for _, item := range value {
			if !eachText(item, yield) {
				return false
			}
		}
	default:
		return yield(textOf(value))
	}
	return true
}

// credentialHeaders are those that prove who calls.
var credentialHeaders = []string{"X-Api-User", "X-Api-Token", "Authorization"}

// requestID is the server's id of an answer, or the nearest to it, unless it repeats a
// credential that was sent.
func requestID(answer, sent http.Header) string {
	for _, key := range []string{"X-Request-Id", "X-Correlation-Id", "X-Amzn-Requestid", "X-Amz-Request-Id", "Cf-Ray"} {
		if id := answer.Get(key); id != "" {
			for _, key := range credentialHeaders {
				token := sent.Get(key)
				token = token[strings.LastIndexByte(token, ' ')+1:]
				if token != "" && strings.Contains(id, token) {
					return ""
				}
			}
			return id
		}
	}
	return ""
}
