package portingtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
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
	Match     *controlMatch `json:"match"`
	Nth       int           `json:"nth"`
	Chance    float64       `json:"chance"`
	Times     int           `json:"times"`
	Effect    controlEffect `json:"effect"`
}

// fault gives the fault.
func (f *controlFault) fault() Fault {
	fault := Fault{
		Operation: f.Operation, Method: f.Method, Route: f.Route,
		Nth: f.Nth, Chance: f.Chance, Times: f.Times, Effect: f.Effect.Effect,
	}
	if f.Match != nil {
		fault.Match = f.Match.matches
	}
	return fault
}

// controlMatch is the Match of a [Fault] as the control routes take it. All that it
// has must be in a request.
type controlMatch struct {
	Number string            `json:"number"` // among the phone_numbers
	ID     string            `json:"id"`     // in the path
	Query  map[string]string `json:"query"`
	Body   map[string]any    `json:"body"` // in the body, which may have more
}

func (m *controlMatch) matches(c Call) bool {
	for key, value := range m.Query {
		if c.Query.Get(key) != value {
			return false
		}
	}
	return (m.Number == "" || HasNumber(m.Number)(c)) && (m.ID == "" || HasID(m.ID)(c)) && covers(c.Body, m.Body)
}

// covers tells whether an object has all that another one has.
func covers(object, part map[string]any) bool {
	for key, want := range part {
		got, there := object[key]
		wanted, nested := want.(map[string]any)
		inner, _ := got.(map[string]any)
		switch {
		case !there, nested && !covers(inner, wanted), !nested && !reflect.DeepEqual(got, want):
			return false
		}
	}
	return true
}

// controlEffect is an [Effect] as the control routes take it: its name, or an
// object with the name and what the effect needs.
type controlEffect struct{ Effect }

// effectFields are the keys of an effect.
type effectFields struct {
	Name string `json:"name"`

	Status     int               `json:"status"`
	Body       json.RawMessage   `json:"body"` // a text, or JSON to be sent
	Header     map[string]string `json:"header"`
	RetryAfter string            `json:"retry_after"`
	Location   string            `json:"location"`
	For        period            `json:"for"`
	By         int               `json:"by"`
	Bytes      int64             `json:"bytes"`
	Value      string            `json:"value"`

	Numbers []string `json:"numbers"`

	// What any effect takes that stands in for the sandbox.
	AfterHandling bool    `json:"after_handling"`
	ThenAct       *period `json:"then_act"`
	ThenActAfter  int     `json:"then_act_after"`
}

// modifiers are the keys of the last three.
var modifiers = []string{"after_handling", "then_act", "then_act_after"}

// effects are those that the control routes can make: what each needs besides its
// name, and how it is made.
var effects = map[string]struct {
	keys []string
	make func(*effectFields) Effect
}{
	"drop_before":    {nil, func(*effectFields) Effect { return DropBefore() }},
	"drop_after":     {nil, func(*effectFields) Effect { return DropAfter() }},
	"hang":           {nil, func(*effectFields) Effect { return Hang() }},
	"delay":          {[]string{"for"}, func(f *effectFields) Effect { return Delay(time.Duration(f.For)) }},
	"respond":        {[]string{"status", "body", "header"}, (*effectFields).respond},
	"refuse_numbers": {[]string{"numbers"}, func(f *effectFields) Effect { return RefuseNumbers(f.Numbers...) }},
	"bad_gateway":    {nil, func(*effectFields) Effect { return BadGateway() }},
	"rate_limit":     {[]string{"retry_after"}, func(f *effectFields) Effect { return RateLimit(f.RetryAfter) }},
	"redirect":       {[]string{"location"}, func(f *effectFields) Effect { return Redirect(f.Location) }},
	"truncate":       {nil, func(*effectFields) Effect { return Truncate() }},
	"wrong_length":   {[]string{"by"}, func(f *effectFields) Effect { return WrongLength(f.By) }},
	"content_type":   {[]string{"value"}, func(f *effectFields) Effect { return ContentType(f.Value) }},
	"drip":           {[]string{"for"}, func(f *effectFields) Effect { return Drip(time.Duration(f.For)) }},
	"huge":           {[]string{"bytes"}, func(f *effectFields) Effect { return Huge(f.Bytes) }},
	"null_arrays":    {nil, func(*effectFields) Effect { return NullArrays() }},
	"empty":          {nil, func(*effectFields) Effect { return Empty() }},
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
		if key != "name" && !slices.Contains(modifiers, key) && !slices.Contains(effect.keys, key) {
			return fmt.Errorf("is %s, which takes no %s", fields.Name, key)
		}
	}
	e.Effect = effect.make(&fields)
	if fields.AfterHandling {
		e.Effect = e.AfterHandling()
	}
	if fields.ThenAct != nil {
		e.Effect = e.ThenAct(time.Duration(*fields.ThenAct))
	}
	if fields.ThenActAfter != 0 {
		e.Effect = e.ThenActAfter(fields.ThenActAfter)
	}
	return nil
}
