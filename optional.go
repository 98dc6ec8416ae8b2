package porting

import (
	"errors"
	"fmt"
	"net/url"
)

// Optional is a value that may be left out. Its zero value is unset: the field
// doesn't appear in the request at all. [Set] gives it a value, [Null] makes it
// an explicit null, which is taken to clear the field (inferred).
//
// It is the same in JSON and in queries, except that a query can't say null:
// there it is an [*ArgumentError].
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

// IsZero tells whether o is unset, so that the omitzero of encoding/json leaves it out.
func (o Optional[T]) IsZero() bool { return o.state == optionalUnset }

var errNullInQuery = errors.New("null has no form in a query")

// EncodeValues adds the value to a query under the given key; go-querystring calls it.
func (o Optional[T]) EncodeValues(key string, v *url.Values) error {
	switch o.state {
	case optionalUnset:
	case optionalNull:
		return &ArgumentError{Field: key, Reason: errNullInQuery.Error()}
	default:
		v.Set(key, fmt.Sprint(o.value))
	}
	return nil
}
