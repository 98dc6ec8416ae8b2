package porting

import (
	"cmp"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/numberporting/porting/internal/transport"
)

// A hider hides what a call sent in a text that isn't ours: a server's, or the
// network's. It is a function, because nothing can print what it holds. Nil hides nothing.
type hider func(text string) string

// masked makes a text that isn't ours fit to be shown: without what was sent, what looks
// like a number of a phone or an account, and what a URL is signed with; in one line, and
// not long.
func (hide hider) masked(text string) string {
	const shown, least = 1000, 4000
	text = flat(hide.apply(text))
	if len(text) > least { // what follows takes time; half a number shall not be left
		text = strings.TrimRightFunc(text[:least], func(r rune) bool { return !unicode.IsLetter(r) })
	}
	text = signature().ReplaceAllString(text, "$1?[query]")
	return short(maskNumbers(text), shown)
}

// id is a text that names something, such as a request, without what was sent.
func (hide hider) id(text string) string {
	const shown = 1000
	return short(flat(hide.apply(text)), shown)
}

func (hide hider) apply(text string) string {
	if hide == nil {
		return text
	}
	return hide(text)
}

// short cuts a text.
func short(text string, most int) string {
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
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

const uuid = `[[:xdigit:]]{8}(?:-[[:xdigit:]]{4}){3}-[[:xdigit:]]{12}`

var (
	manyDigits = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(uuid + `|\+?\(?\p{Nd}(?:[\s\p{Zs}\p{Pd}()./_]{0,3}\p{Nd}){6,}`)
	})
	plainDigits = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:` + uuid + `|\d{4}-[01]\d-[0-3]\d(?: \d\d)?|\d{1,3}(?:\.\d{1,3}){3})$`)
	})
	// signature finds the query of a URL: what it is signed with is there.
	signature = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(\bhttps?:[^\s?"'<>]*)\?[^\s"'<>]+`)
	})
)

// newHider returns what hides the values of a call. It costs nothing until it is used.
func newHider(out *transport.Outcome) hider {
	call, hops := out.Call, out.Hops
	values := sync.OnceValue(func() *values { return valuesOf(call, hops) })
	return func(text string) string { return values().hide(text) }
}

// values are what a call sent.
type values struct {
	whole *strings.Replacer     // each as it was sent
	words map[string][][]string // of each, in lower case, by the first; the longest first
}

// valuesOf collects the texts of three or more bytes in a call's headers, query and body.
// What maskNumbers hides anyway is left out.
func valuesOf(call *transport.Call, hops []*url.URL) *values {
	const fewest = 3
	seen := map[string]bool{}
	add := func(s string) {
		if s = unescape(s); len(s) >= fewest && (len(s) > 20 || maskNumbers(s) != "[number]") {
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
				add(part)
			}
		}
	}
	for key, texts := range call.Header {
		if !plainHeaders[key] {
			eachPart(texts, add)
		}
	}
	for _, u := range append(hops, call.URL) {
		for pair := range strings.SplitSeq(u.RawQuery, "&") {
			_, raw, _ := strings.Cut(pair, "=")
			add(raw)
		}
		for _, texts := range u.Query() {
			for _, s := range texts {
				addParts(s)
			}
		}
		if call.AnyHost { // a path of the API's has ids, one of storage's can be signed
			addParts(strings.TrimPrefix(u.Path, "/"))
		}
	}
	if call.Texts != nil {
		call.Texts(func(s string) bool {
			addParts(s)
			return true
		})
	}
	return newValues(seen)
}

func newValues(seen map[string]bool) *values {
	all := make([]string, 0, len(seen))
	for s := range seen {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	pairs := make([]string, 0, 2*len(all))
	v := &values{words: map[string][][]string{}}
	for _, s := range all {
		pairs = append(pairs, s, "[value]")
		var words []string
		for _, w := range wordsIn(s) {
			words = append(words, w.text)
		}
		if len(words) > 0 {
			v.words[words[0]] = append(v.words[words[0]], words)
		}
	}
	v.whole = strings.NewReplacer(pairs...)
	return v
}

// hide hides each value in the text, also in another case, spaced or punctuated
// otherwise, and escaped for JSON, HTML or a URL.
func (v *values) hide(text string) string {
	if len(v.words) == 0 {
		return text
	}
	text = v.whole.Replace(unescape(text))
	words := wordsIn(text)
	var b strings.Builder
	end := 0
	for i := 0; i < len(words); i++ {
		n := v.at(words[i:])
		if n == 0 {
			continue
		}
		b.WriteString(text[end:words[i].start] + "[value]")
		i += n - 1
		end = words[i].end
	}
	return b.String() + text[end:]
}

// at tells of how many words the value is that the words begin with; 0: they don't.
func (v *values) at(words []word) int {
	for _, value := range v.words[words[0].text] {
		if len(value) <= len(words) && slices.EqualFunc(value, words[:len(value)], func(a string, b word) bool { return a == b.text }) {
			return len(value)
		}
	}
	return 0
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
		case len(found) == len(`\u0000`):
			r, _ := strconv.ParseUint(found[2:], 16, 16)
			return string(rune(r))
		case strings.ContainsAny(found, "bfnrt"):
			return " "
		}
		return found[1:]
	})
	return strings.ToValidUTF8(html.UnescapeString(s), "\uFFFD")
}

var escapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`%[[:xdigit:]]{2}|\\u[[:xdigit:]]{4}|\\[bfnrt"\\/]`)
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
