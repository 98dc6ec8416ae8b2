// Package errorbody reads what the body of an error says, whatever its shape: JSON as
// the API documents it, as the vendor's other APIs and other frameworks write it, the
// pages of proxies, the XML of storage, or plain text.
package errorbody

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Said is what a body says. Its texts are as they came.
type Said struct {
	Message string
	Code    string
	Fields  []Field
}

// A Field is what a body says of one field of the request.
type Field struct {
	Field   string // a path such as "phone_numbers.0.phone_number"; empty if the body doesn't say
	Code    string
	Message string
}

// Read reads a body. It is whole, or only the beginning of one that broke off or was too
// long. What can't be read adds nothing.
//
// A body that isn't understood is its own message: JSON as it is, unless an id in it
// tells that it is about something else than the error, and of a text the first line.
func Read(body []byte, contentType string, whole bool) Said {
	body = trim(body)
	value, err := decode(body)
	if err != nil {
		return readText(string(body), contentType, whole)
	}
	var s Said
	isEmpty := true
	switch value := value.(type) {
	case string:
		s.Message = value
	case []any:
		isEmpty = len(value) == 0
		s.addError("", value)
	case map[string]any:
		isEmpty = len(value) == 0
		s.addObject(value)
		if s.saysNothing() {
			s.addLists(value)
		}
	}
	s.lendMessage()
	if s.saysNothing() && !isEmpty && !bytes.Contains(body, []byte(`"id"`)) {
		s.Message = strings.ToValidUTF8(string(body), "\uFFFD")
	}
	return s
}

// Message returns the message of a JSON object that has one, such as the envelope
// {"success":false,"message":"draft is incomplete"}, and nothing of any other body. It
// is for answers that should have been something else; of their other members it shows nothing.
func Message(body []byte) string {
	const longest = 64 << 10 // an object that says no is small
	if len(body) > longest {
		return ""
	}
	value, _ := decode(trim(body))
	object, ok := value.(map[string]any)
	if !ok {
		return ""
	}
	s := new(Said)
	s.addObject(object)
	s.lendMessage()
	return s.Message
}

// trim leaves out the blanks at the ends of a body, and a byte order mark.
func trim(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\uFEFF")))
}

// decode decodes one JSON value. Its numbers keep all of their digits.
func decode(body []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one value: %w", err)
	}
	return value, nil
}

func (s *Said) saysNothing() bool { return s.Message == "" && s.Code == "" && len(s.Fields) == 0 }

// lendMessage makes a message of the first field, if there is none.
func (s *Said) lendMessage() {
	if s.Message == "" && len(s.Fields) > 0 && s.Fields[0].Message != "" {
		s.Message = strings.TrimPrefix(s.Fields[0].Field+": "+s.Fields[0].Message, ": ")
	}
}

// The members of an object that are looked for, in lower case. Of several the first counts.
var (
	messageKeys = []string{"message", "error_description", "msg", "faultstring", "error_message", "errormessage", "reason"}
	detailKeys  = []string{"detail", "details"} // what goes on after a message, or stands without one
	lastKeys    = []string{"error", "title"}    // if there is no other message
	codeKeys    = []string{"code", "error_code", "errorcode", "faultcode"}
	fieldKeys   = []string{"field", "param", "parameter", "property", "attribute", "name"}

	// What these hold can be several errors, or an object of fields.
	nestedKeys = []string{"message", "error", "errors", "fault", "detail", "details", "violations", "invalid-params", "invalid_params"}
)

// addObject adds what the object says that is the whole body.
func (s *Said) addObject(object map[string]any) {
	object = lower(object)
	s.Message = messageOf(object)
	s.addNested(object)
	s.Code = cmp.Or(s.Code, codeOf(object))
	if object["error_description"] != nil { // OAuth has its codes in "error"
		s.Code = cmp.Or(s.Code, text(object["error"]))
	}
}

// addNested adds the errors within an error object.
func (s *Said) addNested(object map[string]any) {
	for _, key := range nestedKeys {
		switch value := object[key].(type) {
		case []any:
			s.addError("", value)
		case map[string]any:
			if key == "errors" {
				s.addFields("", value)
			} else {
				s.addError("", value)
			}
		}
	}
}

// addLists adds the members of an object that are lists of texts: there are frameworks
// that name no more than the fields.
func (s *Said) addLists(object map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		list, _ := object[key].([]any)
		for _, item := range list {
			if _, ok := item.(string); ok {
				s.addError(key, item)
			}
		}
	}
}

// addError adds what is said of one field: a text, an error object, an object of
// fields, or several of them. What is nested too deep or comes too often is left out.
func (s *Said) addError(field string, value any) {
	const deepest, longest, most = 10, 1000, 1000
	if strings.Count(field, ".") > deepest || len(field) > longest || len(s.Fields) >= most {
		return
	}
	switch value := value.(type) {
	case string:
		s.Fields = append(s.Fields, Field{Field: field, Message: value})
	case []any:
		for _, item := range value {
			s.addError(field, item)
		}
	case map[string]any:
		object := lower(value)
		f := Field{Field: fieldOf(object, field), Code: codeOf(object), Message: messageOf(object)}
		if f.Code == "" && f.Message == "" {
			s.addFields(field, value)
			return
		}
		if isNews := f != (Field{Code: s.Code}); isNews {
			s.Fields = append(s.Fields, f)
		}
		s.Code = cmp.Or(s.Code, f.Code)
		s.addNested(object)
	}
}

// addFields adds what an object says whose members are fields.
func (s *Said) addFields(parent string, fields map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		s.addError(strings.TrimPrefix(parent+"."+name, "."), fields[name])
	}
}

// lower returns the object with the names of its members in lower case.
func lower(object map[string]any) map[string]any {
	lowered := make(map[string]any, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) { // those in lower case come last, and count
		lowered[strings.ToLower(name)] = object[name]
	}
	return lowered
}

func messageOf(object map[string]any) string {
	message, detail := firstText(object, messageKeys), firstText(object, detailKeys)
	if message != "" && !strings.Contains(message, detail) {
		return message + ": " + detail
	}
	return cmp.Or(message, detail, firstText(object, lastKeys))
}

// codeOf returns the code of an error object, which may stand in its details.
func codeOf(object map[string]any) string {
	detail, _ := object["detail"].(map[string]any)
	for _, o := range []map[string]any{object, detail} {
		for _, key := range codeKeys {
			if code := text(o[key]); code != "" {
				return code
			}
		}
	}
	return ""
}

// fieldOf returns the path of the field that an error object is about.
func fieldOf(object map[string]any, outer string) string {
	source, _ := object["source"].(map[string]any)
	inner := ""
	for _, key := range fieldKeys {
		inner = cmp.Or(inner, text(object[key]))
	}
	return cmp.Or(
		pointerPath(text(source["pointer"])), text(source["parameter"]),
		pointerPath(text(object["pointer"])), locPath(object["loc"]),
		outer, inner)
}

// pointerPath turns a JSON pointer such as /a/0/b into the path a.0.b.
func pointerPath(pointer string) string {
	path := strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(pointer, "#"), "/"), "/", ".")
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(path)
}

// locPath turns a list such as ["body", "a", 0, "b"] into the path a.0.b.
func locPath(loc any) string {
	list, _ := loc.([]any)
	var names []string
	for _, name := range list {
		names = append(names, text(name))
	}
	if len(names) > 1 && slices.Contains([]string{"body", "query", "path", "header", "cookie"}, names[0]) {
		names = names[1:]
	}
	return strings.Join(names, ".")
}

// firstText returns the first of the members that is a text.
func firstText(object map[string]any, keys []string) string {
	for _, key := range keys {
		if s, _ := object[key].(string); s != "" {
			return s
		}
	}
	return ""
}

// text returns a text or a number: a whole one with all of its digits, also if it was
// written as 3.0 or 3e0.
func text(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		if f, err := value.Float64(); err == nil && strings.ContainsAny(value.String(), ".eE") {
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
		return value.String()
	}
	return ""
}
