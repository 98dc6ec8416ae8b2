package porting

import (
	"bytes"
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A model is what an operation answers with as one object.
type model interface {
	// key returns the member without which an answer is not the object: the id by which
	// it is known, or the URL that it exists for.
	key() (name, value string)
}

func (r PortRequest) key() (name, value string)        { return "id", string(r.ID) }
func (s SubRequest) key() (name, value string)         { return "id", string(s.ID) }
func (d DraftPortRequest) key() (name, value string)   { return "id", string(d.ID) }
func (s DraftSubRequest) key() (name, value string)    { return "id", string(s.ID) }
func (c Comment) key() (name, value string)            { return "id", string(c.ID) }
func (d SupportingDocument) key() (name, value string) { return "id", string(d.ID) }
func (l DownloadLink) key() (name, value string)       { return "url", l.URL }
func (u uploadRequest) key() (name, value string)      { return "url", u.URL }

var (
	errNull      = errors.New("null where an object belongs")
	errNullList  = errors.New("null where an array belongs")
	errCount     = errors.New("an array of other than one object")
	errNoResults = errors.New("an object without phone_numbers")
)

// A missingError says that an answer is an object, but not the one that was asked for:
// it is empty, say, or an envelope around it.
type missingError struct{ field string }

func (e *missingError) Error() string { return "the object that was asked for is not there" }

// object decodes an answer that is one object.
type object[T model] struct {
	value   T
	orArray bool // an array of the one object is read, too
}

// UnmarshalJSONFrom decodes the object, and refuses what only looks like it.
func (o *object[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	switch kind := d.PeekKind(); {
	case kind == 'n':
		return errNull
	case kind == '[' && o.orArray:
		var objects []*T
		if err := json.UnmarshalDecode(d, &objects); err != nil {
			return err
		}
		if len(objects) != 1 {
			return errCount
		}
		if objects[0] == nil {
			return errNull
		}
		o.value = *objects[0]
	default:
		if err := o.decode(d); err != nil {
			return err
		}
	}
	if name, value := o.value.key(); value == "" {
		return &missingError{name}
	}
	return nil
}

// decode decodes the object itself.
func (o *object[T]) decode(d *jsontext.Decoder) error {
	switch into := any(&o.value).(type) {
	case *PortRequest:
		return decodeWithRoom(d, into, &into.PhoneNumbers)
	case *DraftPortRequest:
		return decodeWithRoom(d, into, &into.PhoneNumbers)
	}
	return json.UnmarshalDecode(d, &o.value)
}

// decodeWithRoom allocates the object's list first, because moving a growing list costs a
// quarter of the decoding time. If the list is still this allocation and empty, the answer
// had none, and it becomes nil; the decoder replaces it for an empty list.
func decodeWithRoom[T any](d *jsontext.Decoder, into any, list *[]T) error {
	n := countObjects(d)
	*list = make([]T, 0, n)
	err := json.UnmarshalDecode(d, into)
	if len(*list) == 0 && cap(*list) == n {
		*list = nil
	}
	return err
}

// countObjects counts the objects that are to come by their braces. There can be fewer: a
// text can have braces, too.
func countObjects(d *jsontext.Decoder) int {
	const most = 100_000 // enough memory for so many, even if the braces are something else
	return min(most, bytes.Count(d.UnreadBuffer(), []byte("{")))
}

// array decodes an answer that is an array. What its items lack is not looked at: one
// odd item must not hide the others.
type array[T any] struct{ into *[]T }

// UnmarshalJSONFrom decodes the array. A null is none: read as an empty array, it would
// say that everything is gone.
func (a array[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == 'n' {
		return errNullList
	}
	return json.UnmarshalDecode(d, a.into)
}

// portabilityAnswer decodes the three shapes in which results are known to come:
// an array of objects that hold results, one such object, or an array of results.
type portabilityAnswer []PortabilityResult

// UnmarshalJSONFrom decodes any of the three and flattens it, in order.
func (a *portabilityAnswer) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*a = make(portabilityAnswer, 0, countObjects(d))
	switch d.PeekKind() {
	case 'n':
		return errNullList
	case '{':
		return a.decodeGroup(d, false)
	case '[':
	default:
		return json.UnmarshalDecode(d, new([]PortabilityResult)) // its error says what is wrong
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

// A portabilityGroup is an object that holds results, or that is a result itself.
type portabilityGroup struct {
	PhoneNumbers Optional[[]PortabilityResult] `json:"phone_numbers"`
	PortabilityResult
}

// decodeGroup appends the results of a group, or the single result that it is.
func (a *portabilityAnswer) decodeGroup(d *jsontext.Decoder, mayBeSingle bool) error {
	var g portabilityGroup
	g.PhoneNumbers.value = (*a)[len(*a):] // the results are decoded to where they are appended
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
