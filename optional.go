package porting

import (
	"errors"
	"fmt"
	"net/url"
)

// Optional is a value that may be left out. Its zero value is unset: the field
// doesn't appear in the request at all. [Set] gives it a value. [Null] makes it an
// explicit null, which is taken to clear the field (inferred).
//
// JSON can say all three, if the field's tag has omitzero: unset is no member at all. A
// query can say unset and a value; null in a query is an [*ArgumentError]. Other formats
// can't tell the three apart, so encoding an Optional that isn't left out as YAML, XML,
// TOML or gob is an error. So is decoding one, but for a null in YAML, which leaves it unset.
//
// A decoder that refuses unknown members also refuses them within an Optional: those of
// encoding/json/v2, and of encoding/json from Go 1.27 on. Before that, encoding/json
// doesn't tell an Optional of DisallowUnknownFields, and such members are ignored.
type Optional[T any] struct {
	value T
	state optionalState
}

type optionalState uint8

const (
	optionalUnset optionalState = iota
	optionalNull
	optionalSet
)

// Set returns an Optional with the value v, which may be a zero value.
func Set[T any](v T) Optional[T] { return Optional[T]{v, optionalSet} }

// Null returns an Optional that is an explicit null.
func Null[T any]() Optional[T] { return Optional[T]{state: optionalNull} }

// Get returns the value, and whether there is one: false if o is unset or null.
func (o Optional[T]) Get() (v T, ok bool) { return o.value, o.state == optionalSet }

// IsNull tells whether o is an explicit null.
func (o Optional[T]) IsNull() bool { return o.state == optionalNull }

// IsZero tells whether o is unset, so that the tag omitzero of encoding/json leaves it out.
func (o Optional[T]) IsZero() bool { return o.state == optionalUnset }

// EncodeValues adds the value to a query under the given key; go-querystring calls it.
func (o Optional[T]) EncodeValues(key string, v *url.Values) error {
	switch o.state {
	case optionalUnset:
	case optionalNull:
		return &ArgumentError{Field: key, Reason: "null has no form in a query"}
	case optionalSet:
		v.Set(key, fmt.Sprint(o.value))
	}
	return nil
}

var errOnlyJSON = errors.New("porting: an Optional can be written and read as JSON and in queries only")

// MarshalText fails. Encodings such as YAML and XML ask for it; without it they would
// write an Optional as if it held nothing.
func (o Optional[T]) MarshalText() ([]byte, error) { return nil, errOnlyJSON }

// UnmarshalText fails, as [Optional.MarshalText] does.
func (o *Optional[T]) UnmarshalText([]byte) error { return errOnlyJSON }

// UnmarshalYAML fails, as [Optional.MarshalText] does: YAML doesn't ask for the text of a
// mapping.
func (o *Optional[T]) UnmarshalYAML(func(any) error) error { return errOnlyJSON }
