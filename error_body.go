package porting

import (
	"cmp"
	"maps"
	"mime"
	"slices"
	"strconv"
	"strings"
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
	const deepest, longest, most = 10, 1000, 1000
	if strings.Count(field, ".") > deepest || len(field) > longest || len(e.Fields) >= most {
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
