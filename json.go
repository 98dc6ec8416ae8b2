package porting

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// This is the only file that knows the JSON library: the Go team's mirror of
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

// Answers: names match exactly, unknown members are ignored, of a name that comes
// twice the last counts, and bytes that aren't UTF-8 become U+FFFD, so that one bad
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
		return fieldPath(string(syntactic.JSONPointer)), fmt.Errorf("%w after byte %d", syntactic.Err, syntactic.ByteOffset)
	}
	return "", err
}

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

// object decodes an answer that is one object: null isn't one.
type object[T any] struct{ into *T }

// oneOf decodes an answer that is documented as an array of one object, but may as
// well be the object itself.
type oneOf[T any] struct{ into *T }

var errNoResults = errors.New("an object without phone_numbers")

var (
	errNull  = errors.New("null where an object belongs")
	errCount = errors.New("an array of other than one object")
)

// UnmarshalJSONFrom decodes an object. If it has numbers, it first makes room for
// them, so that a long list isn't moved again and again as it grows.
func (o object[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == 'n' {
		return errNull
	}
	switch into := any(o.into).(type) {
	case *PortRequest:
		defer makeRoom(&into.PhoneNumbers, d)()
	case *DraftPortRequest:
		defer makeRoom(&into.PhoneNumbers, d)()
	}
	return json.UnmarshalDecode(d, o.into)
}

// makeRoom makes room in list for the objects within the one to come. The function
// that it returns takes the room back if there was no such list.
func makeRoom[T any](list *[]T, d *jsontext.Decoder) (settle func()) {
	n := countObjects(d) - 1
	if n <= 0 {
		return func() {}
	}
	*list = make([]T, 0, n)
	return func() {
		if len(*list) == 0 && cap(*list) == n {
			*list = nil
		}
	}
}

// countObjects counts the objects that are to come, by their braces, up to a number
// for which there is memory to spare if they turn out to be others.
func countObjects(d *jsontext.Decoder) int {
	const most = 100_000
	return min(most, bytes.Count(d.UnreadBuffer(), []byte("{")))
}

// UnmarshalJSONFrom decodes an object, or an array of one.
func (o oneOf[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '[' {
		return object[T](o).UnmarshalJSONFrom(d)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	if d.PeekKind() == ']' {
		return errCount
	}
	if err := (object[T](o)).UnmarshalJSONFrom(d); err != nil {
		return err
	}
	if d.PeekKind() != ']' {
		return errCount
	}
	_, err := d.ReadToken()
	return err
}

// portabilityAnswer decodes the three shapes in which results are known to come:
// an array of objects that hold results, one such object, or an array of results.
type portabilityAnswer []PortabilityResult

// UnmarshalJSONFrom decodes any of the three and flattens it, in order.
func (a *portabilityAnswer) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*a = make(portabilityAnswer, 0, countObjects(d))
	switch d.PeekKind() {
	case 'n':
		return d.SkipValue()
	case '{':
		return a.decodeGroup(d, false)
	case '[':
	default:
		return json.UnmarshalDecode(d, new([]PortabilityResult)) // says what is wrong
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != ']' {
		if err := a.decodeGroup(d, true); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// A portabilityGroup holds results, or is itself one.
type portabilityGroup struct {
	PhoneNumbers Optional[[]PortabilityResult] `json:"phone_numbers"`
	PortabilityResult
}

// decodeGroup appends the results of a group, or the single result that it is.
func (a *portabilityAnswer) decodeGroup(d *jsontext.Decoder, mayBeSingle bool) error {
	var g portabilityGroup
	g.PhoneNumbers.value = (*a)[len(*a):] // there is room
	if err := json.UnmarshalDecode(d, &g); err != nil {
		return err
	}
	results, _ := g.PhoneNumbers.Get()
	switch {
	case !g.PhoneNumbers.IsZero():
		*a = append(*a, results...)
	case mayBeSingle && g.PortabilityResult != PortabilityResult{}:
		*a = append(*a, g.PortabilityResult)
	default:
		return errNoResults
	}
	return nil
}

// eachIn decodes an object's array of the given name from d, one item at a time. If
// whole isn't nil and there is no such member, the object itself is the item. It
// reports whether yield wants more.
func eachIn[T any](d *jsontext.Decoder, name string, whole func(jsontext.Value) (*T, error), yield func(*T) bool) (more bool, err error) {
	switch d.PeekKind() {
	case '{':
	case 'n':
		return false, errNull
	default:
		return false, json.UnmarshalDecode(d, new(struct{})) // says what is wrong
	}
	if _, err := d.ReadToken(); err != nil {
		return false, err
	}
	found := false
	rest := jsontext.Value("{")
	for d.PeekKind() == '"' {
		key, err := d.ReadToken()
		if err != nil {
			return false, err
		}
		member := key.String()
		if member == name {
			found = true
			if more, err := each(d, yield); err != nil || !more {
				return false, err
			}
			continue
		}
		if whole == nil || found {
			if err := d.SkipValue(); err != nil {
				return false, err
			}
			continue
		}
		value, err := d.ReadValue()
		if err != nil {
			return false, err
		}
		if len(rest) > 1 {
			rest = append(rest, ',')
		}
		rest, _ = jsontext.AppendQuote(rest, member)
		rest = append(append(rest, ':'), value...)
	}
	if _, err := d.ReadToken(); err != nil {
		return false, err
	}
	if found || whole == nil {
		return true, nil
	}
	item, err := whole(append(rest, '}'))
	return err == nil && yield(item), err
}

// each decodes an array, or null, from d, one item at a time.
func each[T any](d *jsontext.Decoder, yield func(*T) bool) (more bool, err error) {
	if d.PeekKind() == 'n' {
		return true, d.SkipValue()
	}
	if d.PeekKind() != '[' {
		return false, json.UnmarshalDecode(d, new([]T)) // says what is wrong
	}
	if _, err := d.ReadToken(); err != nil {
		return false, err
	}
	for d.PeekKind() != ']' {
		item := new(T)
		if err := json.UnmarshalDecode(d, item); err != nil {
			return false, err
		}
		if !yield(item) {
			return false, nil
		}
	}
	_, err = d.ReadToken()
	return true, err
}

// eachResult decodes the answer of a portability check from r, in any of its shapes,
// one result at a time.
func eachResult(r io.Reader, yield func(*PortabilityResult) bool) error {
	d := jsontext.NewDecoder(r, decodeOptions)
	switch d.PeekKind() {
	case 'n':
		return nil
	case '{':
		_, err := eachIn(d, "phone_numbers", func(jsontext.Value) (*PortabilityResult, error) {
			return nil, errNoResults
		}, yield)
		return err
	case '[':
	default:
		return json.UnmarshalDecode(d, new([]PortabilityResult)) // says what is wrong
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != ']' {
		more, err := eachIn(d, "phone_numbers", func(v jsontext.Value) (*PortabilityResult, error) {
			result := new(PortabilityResult)
			if err := decodeJSON(v, result); err != nil {
				return nil, err
			}
			if *result == (PortabilityResult{}) {
				return nil, errNoResults
			}
			return result, nil
		}, yield)
		if err != nil || !more {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// eachPhoneNumber decodes the numbers of a port request from r, one at a time.
func eachPhoneNumber(r io.Reader, yield func(*PortRequestPhoneNumber) bool) error {
	_, err := eachIn(jsontext.NewDecoder(r, decodeOptions), "phone_numbers", nil, yield)
	return err
}
