package porting

import (
	"bytes"
	"errors"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// object decodes an answer that is one object: null isn't one.
type object[T any] struct{ into *T }

// oneOf decodes an answer that is documented as an array of one object, but may as
// well be the object itself.
type oneOf[T any] struct{ into *T }

var (
	errNull      = errors.New("null where an object belongs")
	errCount     = errors.New("an array of other than one object")
	errNoResults = errors.New("an object without phone_numbers")
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
		switch {
		case len(*list) == 0 && cap(*list) == n:
			*list = nil
		case len(*list) < n/4: // the objects were others
			*list = slices.Clone(*list)
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
