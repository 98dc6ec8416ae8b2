package portingtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
)

// controlFault is a [Fault] as the control routes take it.
type controlFault struct {
	Operation string        `json:"operation"`
	Method    string        `json:"method"`
	Route     string        `json:"route"`
	Nth       int           `json:"nth"`
	Chance    float64       `json:"chance"`
	Times     int           `json:"times"`
	Effect    controlEffect `json:"effect"`
}

// fault gives the fault.
func (f *controlFault) fault() (Fault, error) {
	return Fault{
		Operation: f.Operation, Method: f.Method, Route: f.Route,
		Nth: f.Nth, Chance: f.Chance, Times: f.Times, Effect: f.Effect.Effect,
	}, nil
}

// controlEffect is an [Effect] as the control routes take it: its name, or an
// object with the name and what the effect needs.
type controlEffect struct{ Effect }

// effectFields are the keys of an effect.
type effectFields struct {
	Name string `json:"name"`

	Status      int               `json:"status"`
	Body        json.RawMessage   `json:"body"` // a text, or JSON to be sent
	Header      map[string]string `json:"header"`
	RetryAfter  string            `json:"retry_after"`
	Location    string            `json:"location"`
	For         period            `json:"for"`
	By          int               `json:"by"`
	Bytes       int64             `json:"bytes"`
	ContentType string            `json:"content_type"`

	AfterHandling bool `json:"after_handling"`
}

// effects are those that the control routes can make: what each needs besides its
// name, and how it is made.
var effects = map[string]struct {
	keys []string
	make func(*effectFields) Effect
}{
	"drop_before":  {nil, func(*effectFields) Effect { return DropBefore() }},
	"drop_after":   {nil, func(*effectFields) Effect { return DropAfter() }},
	"delay":        {[]string{"for"}, func(f *effectFields) Effect { return Delay(time.Duration(f.For)) }},
	"respond":      {[]string{"status", "body", "header"}, (*effectFields).respond},
	"bad_gateway":  {nil, func(*effectFields) Effect { return BadGateway() }},
	"rate_limit":   {[]string{"retry_after"}, func(f *effectFields) Effect { return RateLimit(f.RetryAfter) }},
	"redirect":     {[]string{"location"}, func(f *effectFields) Effect { return Redirect(f.Location) }},
	"truncate":     {nil, func(*effectFields) Effect { return Truncate() }},
	"wrong_length": {[]string{"by"}, func(f *effectFields) Effect { return WrongLength(f.By) }},
	"content_type": {[]string{"content_type"}, func(f *effectFields) Effect { return ContentType(f.ContentType) }},
	"drip":         {[]string{"for"}, func(f *effectFields) Effect { return Drip(time.Duration(f.For)) }},
	"huge":         {[]string{"bytes"}, func(f *effectFields) Effect { return Huge(f.Bytes) }},
	"null_arrays":  {nil, func(*effectFields) Effect { return NullArrays() }},
	"empty":        {nil, func(*effectFields) Effect { return Empty() }},
}

func (f *effectFields) respond() Effect {
	var body string
	if len(f.Body) > 0 && json.Unmarshal(f.Body, &body) != nil {
		body = string(f.Body)
	}
	var lines []string
	for name, value := range f.Header {
		lines = append(lines, name+": "+value)
	}
	return Respond(f.Status, body, lines...)
}

// UnmarshalJSON reads it.
func (e *controlEffect) UnmarshalJSON(data []byte) error {
	var fields effectFields
	var keys map[string]json.RawMessage
	if json.Unmarshal(data, &fields.Name) != nil {
		if json.Unmarshal(data, &keys) != nil {
			return errors.New("must be the name of an effect, or an object with a name")
		}
		if err := jsonv2.Unmarshal(data, &fields, jsonv2.RejectUnknownMembers(true)); err != nil {
			return err
		}
	}
	effect, known := effects[fields.Name]
	if !known {
		return fmt.Errorf("has no known name; there are %s", strings.Join(slices.Sorted(maps.Keys(effects)), ", "))
	}
	for key := range keys {
		if key != "name" && key != "after_handling" && !slices.Contains(effect.keys, key) {
			return fmt.Errorf("is %s, which takes no %s", fields.Name, key)
		}
	}
	e.Effect = effect.make(&fields)
	if fields.AfterHandling {
		e.Effect = e.AfterHandling()
	}
	return nil
}
