package mask

import (
	"encoding/hex"
	"encoding/json"
	"html"
	"strings"
	"unicode"
)

// oneLine undoes the escapes in a text and puts it into one line of UTF-8 without
// control characters.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(unescape(s), "\uFFFD"))
}

// unescape undoes what JSON, HTML and URLs make of a text, even if they did it twice.
func unescape(s string) string {
	for range 2 {
		if strings.ContainsAny(s, `\&%`) {
			s = html.UnescapeString(escapes().ReplaceAllStringFunc(s, unescapeOne))
		}
	}
	return s
}

var escapes = lazy(`%[[:xdigit:]]{2}|(?:\\u[[:xdigit:]]{4})+|\\[bfnrt"\\/]`)

func unescapeOne(found string) (s string) {
	if code, ok := strings.CutPrefix(found, "%"); ok {
		b, _ := hex.DecodeString(code) // the expression matches nothing else
		return string(b)
	}
	_ = json.Unmarshal([]byte(`"`+found+`"`), &s)
	return s
}
