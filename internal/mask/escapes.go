package mask

import (
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
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

func unescapeOne(found string) string {
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
}
