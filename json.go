package porting

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Only this file and shapes.go know the JSON library. It is the Go
// team's mirror of encoding/json/v2, and an alias of it where Go has that package.

// A request's body has its times as whole seconds in UTC and the keys of its maps in
// order. A secret is in it as it is, while everywhere else it marshals as [redacted]. A
// string that isn't UTF-8 is an error.
var (
	times = json.MarshalToFunc(func(e *jsontext.Encoder, t time.Time) error {
		return e.WriteToken(jsontext.String(t.UTC().Format("2006-01-02T15:04:05Z")))
	})
	secrets = json.MarshalToFunc(func(e *jsontext.Encoder, s Secret) error {
		if strings.TrimSpace(s.Reveal()) == redacted {
			return errPlaceholder
		}
		return e.WriteToken(jsontext.String(s.Reveal()))
	})
	sentOptions   = json.JoinOptions(json.Deterministic(true), json.WithMarshalers(json.JoinMarshalers(secrets, times)))
	maskedOptions = json.JoinOptions(json.Deterministic(true), json.WithMarshalers(times))
)

// errPlaceholder refuses a model that was stored, with its secrets redacted, and loaded again.
var errPlaceholder = errors.New("is the placeholder that a Secret prints as, not the secret")

// encodeJSON makes the body of a request. Its error is an [*ArgumentError] that doesn't
// know the operation.
func encodeJSON(v any) ([]byte, error) {
	body, err := json.Marshal(v, sentOptions)
	if err == nil {
		return body, nil
	}
	field, reason := explainJSON(err)
	text := "can't be sent as JSON: " + reason.Error()
	if errors.Is(err, errPlaceholder) {
		text = errPlaceholder.Error()
	}
	return nil, &ArgumentError{Field: cmp.Or(field, "body"), Reason: text}
}

// maskedJSON is the body as it is sent, but with each secret as [redacted].
func maskedJSON(v any) []byte {
	data, _ := json.Marshal(v, maskedOptions) // it was encoded before
	return data
}

// In an answer, names match exactly and members that aren't known are ignored. Of a member
// that comes twice, the second counts. Bytes that aren't UTF-8 become U+FFFD, so that one
// bad letter in a carrier's comment doesn't lose a port request.
var (
	decodeOptions = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

	// These read whole numbers such as 3.0 and 3e0, too.
	wholeNumberOptions = json.JoinOptions(decodeOptions, json.WithUnmarshalers(json.UnmarshalFromFunc(readWholeNumber)))
)

// decodeJSON decodes an answer into v. A byte order mark before it is skipped.
func decodeJSON(data []byte, v any) error {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	err := json.Unmarshal(data, v, decodeOptions)
	if e, ok := errors.AsType[*json.SemanticError](err); ok && e.JSONKind == '0' && e.GoType == reflect.TypeFor[int]() {
		// A number that isn't written as an integer is rare, and looking for one costs time.
		err = json.Unmarshal(data, v, wholeNumberOptions)
	}
	return err
}

// textsIn yields every text and number in JSON, but not the names of members.
func textsIn(data []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		d := jsontext.NewDecoder(bytes.NewBuffer(data), decodeOptions)
		for {
			kind, length := d.StackIndex(d.StackDepth())
			isName := kind == '{' && length%2 == 0
			token, err := d.ReadToken()
			if err != nil {
				return
			}
			isText := token.Kind() == '"' && !isName || token.Kind() == '0'
			if isText && !yield(token.String()) {
				return
			}
		}
	}
}

// readWholeNumber reads an integer whatever its notation: 3, 3.0 or 0.3e1.
func readWholeNumber(d *jsontext.Decoder, n *int) error {
	if d.PeekKind() != '0' {
		return errors.ErrUnsupported // the library's own error says what it is
	}
	number, err := d.ReadValue()
	if err != nil {
		return err
	}
	*n, err = wholeNumber(string(number))
	return err
}

// errFraction is the error of a number such as 3.5.
var errFraction = errors.New("a number where an integer belongs")

// wholeNumber parses a JSON number. It works on the digits, because a float64 would round
// 3.00000000000000001 to 3 and change an integer of more than 15 digits.
func wholeNumber(number string) (int, error) {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	sign, whole := whole[:len(whole)-len(strings.TrimPrefix(whole, "-"))], strings.TrimPrefix(whole, "-")
	digits := strings.TrimRight(whole+fraction, "0")
	if digits == "" {
		return 0, nil
	}
	const most = 1 << 20                            // far beyond any integer; an exponent can be beyond any int
	shift, _ := strconv.Atoi(cmp.Or(exponent, "0")) // if it is out of range, the nearest int
	zeros := len(whole) + min(max(shift, -most), most) - len(digits)
	switch {
	case zeros < 0:
		return 0, errFraction
	case len(whole)+zeros > most:
		return 0, strconv.ErrRange
	}
	return strconv.Atoi(sign + digits + strings.Repeat("0", zeros))
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
	return json.Marshal(o) // which calls MarshalJSONTo
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
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		syntactic, ok := errors.AsType[*jsontext.SyntacticError](err)
		if !ok {
			return "", err
		}
		reason = syntactic.Err
		if strings.Contains(reason.Error(), "escape") { // which the text repeats
			reason = errors.New("invalid escape sequence in string")
		}
		return fieldPath(syntactic.JSONPointer), fmt.Errorf("%w after byte %d", reason, syntactic.ByteOffset)
	}
	field = fieldPath(semantic.JSONPointer)
	if missing, ok := errors.AsType[*missingError](err); ok {
		return missing.field, missing
	}
	if badTime, ok := errors.AsType[*timestampError](err); ok {
		return field, badTime
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		return field, errors.New("a number that is out of range")
	case semantic.JSONKind != 0 && semantic.GoType != nil:
		wanted := cmp.Or(goKinds[semantic.GoType.Kind()], "an object")
		return field, fmt.Errorf("%s where %s belongs", jsonKinds[semantic.JSONKind], wanted)
	}
	return field, cmp.Or(semantic.Err, errors.New("a value that doesn't fit"))
}

var (
	jsonKinds = map[jsontext.Kind]string{
		'{': "an object", '[': "an array", '"': "a string", '0': "a number", 't': "a boolean", 'f': "a boolean", 'n': "null",
	}
	goKinds = map[reflect.Kind]string{ // all others are objects
		reflect.Slice: "an array", reflect.String: "a string", reflect.Int: "an integer", reflect.Bool: "a boolean",
	}
)

// fieldPath turns a JSON pointer such as /a/0/b into the path a.0.b.
func fieldPath(pointer jsontext.Pointer) string {
	path := strings.ReplaceAll(strings.TrimPrefix(string(pointer), "/"), "/", ".")
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(path)
}
