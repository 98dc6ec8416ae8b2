package porting

import (
	"cmp"
	"html"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/numberporting/porting/internal/transport"
)

// readErrorBody fills in what the body of an error says. Only "message" is
// documented; the other shapes are those of the vendor's other APIs and of the
// proxies in between. A body that can't be read adds nothing.
func (e *APIError) readErrorBody(whole bool) {
	var body any
	if err := decodeJSON(e.Body, &body); err != nil {
		e.readMarkup(whole)
		return
	}
	switch body := body.(type) {
	case string:
		e.Message = body
	case map[string]any:
		for _, key := range []string{"message", "error", "errors"} {
			e.addMessage(key, body[key])
		}
		e.Code = cmp.Or(e.Code, textOf(body["code"]))
	case []any:
		e.addMessage("errors", body)
	}
	if e.Message == "" && len(e.Fields) > 0 {
		e.Message = e.Fields[0].Message
		if e.Fields[0].Field != "" {
			e.Message = e.Fields[0].Field + ": " + e.Message
		}
	}
}

// addMessage reads one of the members that hold messages: a text, an object of
// fields, or an array of texts or error objects.
func (e *APIError) addMessage(key string, value any) {
	switch value := value.(type) {
	case string:
		e.Message = cmp.Or(e.Message, value)
	case []any:
		for _, item := range value {
			e.addError("", item)
		}
	case map[string]any:
		if looksLikeError(value) && key != "errors" {
			e.addError("", value)
			return
		}
		for _, field := range slices.Sorted(maps.Keys(value)) {
			e.addError(field, value[field])
		}
	}
}

// addError adds what is said of one field: a text, an error object, or several of
// them. What is nested too deep or comes too often is left out; the body has it.
func (e *APIError) addError(field string, value any) {
	const deepest, most = 10, 1000
	if strings.Count(field, ".") > deepest || len(e.Fields) >= most {
		return
	}
	switch value := value.(type) {
	case string:
		e.Fields = append(e.Fields, FieldError{Field: field, Message: value})
	case []any:
		for _, item := range value {
			e.addError(field, item)
		}
	case map[string]any:
		if !looksLikeError(value) {
			for _, key := range slices.Sorted(maps.Keys(value)) {
				e.addError(strings.TrimPrefix(field+"."+key, "."), value[key])
			}
			return
		}
		if source, ok := value["source"].(map[string]any); ok {
			field = cmp.Or(fieldPath(textOf(source["pointer"])), textOf(source["parameter"]), field)
		}
		f := FieldError{
			Field:   cmp.Or(field, textOf(value["field"])),
			Code:    textOf(value["code"]),
			Message: cmp.Or(textOf(value["detail"]), textOf(value["message"]), textOf(value["title"])),
		}
		e.Code = cmp.Or(e.Code, f.Code)
		e.Fields = append(e.Fields, f)
	}
}

// looksLikeError tells an error object from an object of fields.
func looksLikeError(value map[string]any) bool {
	for _, key := range []string{"detail", "title", "message", "code"} {
		if textOf(value[key]) != "" {
			return true
		}
	}
	return false
}

// readMarkup reads a body that isn't JSON: the title of an HTML page, the code and
// message of storage's XML, or the first line of a text. A line that the end of what
// was read cuts off is left out: half of a value can't be told from other text.
func (e *APIError) readMarkup(whole bool) {
	text := strings.TrimSpace(string(e.Body))
	if mediaType, _, _ := mime.ParseMediaType(e.Header.Get("Content-Type")); mediaType == "text/html" || strings.HasPrefix(text, "<") {
		e.Code = between(text, "<Code>", "</Code>")
		text = cmp.Or(between(text, "<Message>", "</Message>"), between(text, "<title>", "</title>"))
		whole = true
	}
	text, _, ended := strings.Cut(strings.TrimSpace(text), "\n")
	if !whole && !ended {
		return
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' && r != '\r' }) {
		return // not a text
	}
	e.Message = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
}

// between returns what stands between open and end, or nothing.
func between(text, open, end string) string {
	_, rest, _ := strings.Cut(text, open)
	inside, _, found := strings.Cut(rest, end)
	if !found {
		return ""
	}
	return inside
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// hider returns what hides the values that a call sent. It is a function, because
// nothing can print what it holds.
func hider(call *transport.Call) func(string) string {
	values := valuesOf(call)
	return func(text string) string {
		for _, value := range values {
			text = strings.ReplaceAll(text, value, "[value]")
		}
		return text
	}
}

// valuesOf returns the texts of three or more bytes in a call's headers, query and
// body, in the forms in which an answer may repeat them, the longest first.
func valuesOf(call *transport.Call) []string {
	const fewest = 3
	var values []string
	add := func(s string) {
		quoted := strconv.Quote(s)
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s), quoted[1 : len(quoted)-1]} {
			if len(form) >= fewest {
				values = append(values, form)
			}
		}
	}
	for key, texts := range call.Header {
		if !plainHeaders[key] {
			eachPart(texts, add)
		}
	}
	for pair := range strings.SplitSeq(call.URL.RawQuery, "&") {
		_, raw, _ := strings.Cut(pair, "=")
		add(raw)
	}
	for _, texts := range call.URL.Query() {
		for _, s := range texts {
			add(s)
		}
	}
	if call.AnyHost { // a path of the API's has ids, one of storage's can be signed
		add(strings.TrimPrefix(call.URL.Path, "/"))
	}
	if call.Body != nil {
		eachSent(call, add)
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	return slices.Compact(values)
}

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
		}
	}
}

// eachSent calls f with the texts of a JSON body, or with the fields of a form and the
// name of its file.
func eachSent(call *transport.Call, f func(string)) {
	mediaType, params, _ := mime.ParseMediaType(call.Header.Get("Content-Type"))
	switch mediaType {
	case contentTypeJSON[0]:
		var body any
		if data, err := io.ReadAll(call.Body()); err == nil && decodeJSON(data, &body) == nil {
			eachText(body, f)
		}
	case "multipart/form-data":
		form := multipart.NewReader(call.Body(), params["boundary"])
		for {
			part, err := form.NextRawPart()
			if err != nil {
				return
			}
			if name := part.FileName(); name != "" { // the last part
				f(name)
				return
			}
			if data, err := io.ReadAll(part); err == nil {
				f(string(data))
			}
		}
	}
}

// eachText calls f with every text in a decoded JSON value.
func eachText(value any, f func(string)) {
	switch value := value.(type) {
	case string:
		f(value)
	case []any:
		for _, item := range value {
			eachText(item, f)
		}
	case map[string]any:
		for _, item := range value {
			eachText(item, f)
		}
	}
}

// requestID is the server's id of an answer, or the nearest to it.
func requestID(h http.Header) string {
	for _, key := range []string{"X-Request-Id", "X-Correlation-Id", "X-Amzn-Requestid", "X-Amz-Request-Id", "Cf-Ray"} {
		if id := h.Get(key); id != "" {
			return id
		}
	}
	return ""
}
