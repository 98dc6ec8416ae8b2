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

// Read reads a body; if whole is false, it is only the beginning of one that broke off or was
// too long. What can't be read adds nothing.
//
// If a body isn't understood, the message is the JSON itself (unless it has an id, and so
// isn't about the error), or a text's first line.
func Read(body []byte, contentType string, whole bool) Said {
	value, err := decode(body)
	all := strings.ToValidUTF8(string(trim(body)), "\uFFFD")
	if err != nil {
		return readText(all, contentType, whole)
	}
	var s Said
	switch value := value.(type) {
	case string:
		return Said{Message: value}
	case []any:
		s.addError("", value)
	case map[string]any:
		s.addObject(value)
		if s.saysNothing() {
			s.addLists(value)
		}
	default:
		return Said{}
	}
	s.lendMessage()
	isEmpty := strings.Trim(all, "{}[] \t\r\n") == ""
	if s.saysNothing() && !isEmpty && !strings.Contains(all, `"id"`) {
		s.Message = all
	}
	return s
}

// Message returns the message of a JSON object that has one, such as the envelope
// {"success":false,"message":"draft is incomplete"}, and nothing of any other body. It
// is for answers that should have been something else; of their other members it shows nothing.
func Message(body []byte) string {
	var s Said
	if len(body) <= 64<<10 { // an object that says no is small
		value, _ := decode(body)
		object, _ := value.(map[string]any)
		s.addObject(object)
		s.lendMessage()
	}
	return s.Message
}

// trim leaves out the blanks at the ends of a body, and a byte order mark.
func trim(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\uFEFF")))
}

// decode decodes one JSON value. Its numbers keep all of their digits.
func decode(body []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(trim(body)))
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
	codeKeys    = []string{"code", "error_code", "errorcode", "faultcode", "detail.code", "detail.error_code", "detail.errorcode"}
	pathKeys    = []string{"source.pointer", "source.parameter", "pointer", "loc"} // the path of a field
	nameKeys    = []string{"field", "param", "parameter", "property", "attribute", "name"}

	// What these hold can be several errors, or an object of fields.
	nestedKeys = []string{"message", "error", "errors", "fault", "detail", "details", "violations", "invalid-params", "invalid_params"}
)

// addObject adds what an object says if it is the whole body.
func (s *Said) addObject(object map[string]any) {
	object = lower(object)
	s.Message = messageOf(object)
	s.addNested(object)
	s.Code = cmp.Or(s.Code, first(object, codeKeys, text))
	if object["error_description"] != nil { // OAuth has its codes in "error"
		s.Code = cmp.Or(s.Code, text(object["error"]))
	}
}

// addNested adds the errors within an error object.
func (s *Said) addNested(object map[string]any) {
	for _, key := range nestedKeys {
		value := object[key]
		if fields, ok := value.(map[string]any); ok && key == "errors" {
			s.addFields("", fields)
		} else if _, isText := value.(string); !isText {
			s.addError("", value)
		}
	}
}

// addLists adds the members of an object that are lists of texts: some frameworks answer with
// fields and nothing else.
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
		f := Field{
			Field:   cmp.Or(first(object, pathKeys, path), field, first(object, nameKeys, text)),
			Code:    first(object, codeKeys, text),
			Message: messageOf(object),
		}
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

// addFields adds what an object says if its members are fields.
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
	onlyText := func(value any) string { s, _ := value.(string); return s }
	message, detail := first(object, messageKeys, onlyText), first(object, detailKeys, onlyText)
	if message != "" && !strings.Contains(message, detail) {
		return message + ": " + detail
	}
	return cmp.Or(message, detail, first(object, lastKeys, onlyText))
}

// first reads the first of the members that says something. A key such as "a.b" is of a
// member within a member.
func first(object map[string]any, keys []string, read func(any) string) string {
	for _, key := range keys {
		value := object[key]
		if outer, inner, isNested := strings.Cut(key, "."); isNested {
			within, _ := object[outer].(map[string]any)
			value = within[inner]
		}
		if s := read(value); s != "" {
			return s
		}
	}
	return ""
}

// path returns a.0.b for the JSON pointer /a/0/b and for the list ["body", "a", 0, "b"].
func path(value any) string {
	list, isList := value.([]any)
	if !isList {
		pointer := strings.TrimPrefix(strings.TrimPrefix(text(value), "#"), "/")
		return strings.NewReplacer("/", ".", "~1", "/", "~0", "~").Replace(pointer)
	}
	var names []string
	for _, name := range list {
		names = append(names, text(name))
	}
	if len(names) > 1 && slices.Contains([]string{"body", "query", "path", "header", "cookie"}, names[0]) {
		names = names[1:]
	}
	return strings.Join(names, ".")
}

// text returns a text or a number: a whole one with all of its digits, also if it was
// written as 3.0 or 3e0.
func text(value any) string {
	number, isNumber := value.(json.Number)
	if !isNumber {
		s, _ := value.(string)
		return s
	}
	if f, err := number.Float64(); err == nil && strings.ContainsAny(number.String(), ".eE") {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return number.String()
}
