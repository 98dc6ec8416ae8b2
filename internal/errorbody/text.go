package errorbody

import (
	"cmp"
	"html"
	"mime"
	"regexp"
	"strings"
)

// readText reads a body that isn't JSON: what an HTML page is called, the code and the
// message of XML, or the first line of a text. A line that may go on after the end of
// the body adds nothing, because its last word may be a part of a value.
func readText(body, contentType string, whole bool) Said {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	if mediaType != "text/html" && !strings.HasPrefix(body, "<") {
		return Said{Message: firstLine(body, whole)}
	}
	const examined = 32 << 10 // what a page is called stands near its beginning
	if len(body) > examined {
		body, whole = body[:examined], false
	}
	return Said{
		Code: element(body, "code"),
		Message: cmp.Or(
			element(body, "message"), element(body, "faultstring"), element(body, "title"), element(body, "h1"),
			firstLine(withoutTags(body), whole)),
	}
}

// element returns the text of the first element with the name, in upper or lower case.
func element(markup, name string) string {
	name = `(?:\w+:)?` + name
	inside := regexp.MustCompile(`(?is)<` + name + `(?:\s[^>]*)?>(.*?)</` + name + `\s*>`).FindStringSubmatch(markup)
	if inside == nil {
		return ""
	}
	return firstLine(strings.Join(strings.Fields(withoutTags(inside[1])), " "), true)
}

// withoutTags returns the text between the tags of some markup.
func withoutTags(markup string) string {
	tags := regexp.MustCompile(`(?is)<script\b.*?</script>|<style\b.*?</style>|<!--.*?-->|<[^>]*>`)
	return html.UnescapeString(tags.ReplaceAllString(markup, ""))
}

// firstLine returns the first line of a text, if it has ended and is no binary data.
func firstLine(text string, whole bool) string {
	line, _, ended := strings.Cut(strings.TrimSpace(text), "\n")
	isBinary := strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' && r != '\r' })
	if isBinary || !whole && !ended {
		return ""
	}
	return strings.TrimSpace(line)
}
