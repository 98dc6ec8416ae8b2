package porting

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Only this file and json_shapes.go know the JSON library: the Go team's mirror of
// encoding/json/v2, which is an alias of it where Go has that package.

// Requests: times are whole seconds in UTC, the keys of a map are sorted, and secrets
// are revealed only where the body is sent. A string that isn't UTF-8 is an error.
var (
	times = json.MarshalToFunc(func(e *jsontext.Encoder, t time.Time) error {
		return e.WriteToken(jsontext.String(t.UTC().Format("2006-01-02T15:04:05Z")))
	})
	secrets = json.MarshalToFunc(func(e *jsontext.Encoder, s Secret) error {
		return e.WriteToken(jsontext.String(s.Reveal()))
	})
	sentOptions   = json.JoinOptions(json.Deterministic(true), json.WithMarshalers(json.JoinMarshalers(secrets, times)))
	maskedOptions = json.JoinOptions(json.Deterministic(true), json.WithMarshalers(times))
)

// Answers: names match exactly, unknown members are ignored, a name that comes twice
// is read twice, into the same field, and bytes that aren't UTF-8 become U+FFFD, so that one bad
// letter in a carrier's comment doesn't lose a port request.
var decodeOptions = json.JoinOptions(
	jsontext.AllowDuplicateNames(true),
	jsontext.AllowInvalidUTF8(true),
)

func encodeJSON(v any) ([]byte, error) { return json.Marshal(v, sentOptions) }

// maskedJSON is the body as it is sent, but with each secret as [redacted].
func maskedJSON(v any) []byte {
	data, _ := json.Marshal(v, maskedOptions) // it was encoded before
	return data
}

func decodeJSON(data []byte, v any) error {
	return json.Unmarshal(data, v, decodeOptions)
}

// isJSON tells whether data is a whole JSON value.
func isJSON(data []byte) bool { return jsontext.Value(data).IsValid(decodeOptions) }

// MarshalJSONTo writes the value, or null.
func (o Optional[T]) MarshalJSONTo(e *jsontext.Encoder) error {
	if o.state != optionalSet {
		return e.WriteToken(jsontext.Null)
	}
	return json.MarshalEncode(e, o.value)
}

// MarshalJSON writes the value, or null.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if o.state != optionalSet {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSONFrom reads a value, or null.
func (o *Optional[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == 'n' {
		*o = Null[T]()
		return d.SkipValue()
	}
	o.state = optionalSet
	return json.UnmarshalDecode(d, &o.value)
}

// UnmarshalJSON reads a value, or null.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	return o.UnmarshalJSONFrom(jsontext.NewDecoder(bytes.NewReader(data), decodeOptions))
}

// explainJSON returns the path of the member that a decoding error is about, if it
// is known, and the error without any value of the answer: that could be a secret.
func explainJSON(err error) (field string, reason error) {
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &semantic):
		field = fieldPath(string(semantic.JSONPointer))
		var badTime *timestampError
		switch {
		case errors.As(err, &badTime):
			return field, badTime
		case errors.Is(err, strconv.ErrRange):
			return field, errors.New("a number that is out of range")
		case semantic.JSONKind != 0 && semantic.GoType != nil:
			return field, fmt.Errorf("%s where %s belongs", jsonKind(semantic.JSONKind), goKind(semantic.GoType))
		case semantic.Err != nil:
			return field, semantic.Err
		}
		return field, errors.New("a value that doesn't fit")
	case errors.As(err, &syntactic):
		reason = syntactic.Err
		if strings.Contains(reason.Error(), "escape") { // which the text repeats
			reason = errEscape
		}
		return fieldPath(string(syntactic.JSONPointer)), fmt.Errorf("%w after byte %d", reason, syntactic.ByteOffset)
	}
	return "", err
}

var errEscape = errors.New("invalid escape sequence in string")

func jsonKind(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "a boolean"
	default:
		return "null"
	}
}

func goKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "an array"
	case reflect.String:
		return "a string"
	case reflect.Int:
		return "an integer"
	case reflect.Bool:
		return "a boolean"
	default:
		return "an object"
	}
}

// fieldPath turns a JSON pointer such as /a/0/b into the path a.0.b.
func fieldPath(pointer string) string {
	path := strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(path)
}
