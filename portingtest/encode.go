package portingtest

import (
	"strconv"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// encode writes an answer as JSON.
func encode(answer any) ([]byte, error) {
	if d, ok := answer.(draftAnswer); ok {
		return d.encode()
	}
	return jsonv2.Marshal(answer, asEver, wholeSeconds)
}

// asEver has the rules of encoding/json.
var asEver = jsonv1.DefaultOptionsV1()

// wholeSeconds writes each time in UTC and to the second. So all of them have one
// form, which every language can read: many stumble over nine digits, or over a
// fraction that comes and goes.
var wholeSeconds = jsonv2.WithMarshalers(jsonv2.MarshalToFunc(func(to *jsontext.Encoder, t time.Time) error {
	return to.WriteValue(appendTime(nil, t))
}))

// draftAnswer answers with a draft, which is what clients ask for most. It is
// written straight from the state, as its draftObject would be, in a fraction of
// the time.
type draftAnswer struct {
	box   *sandbox
	draft *draft
	in    include
}

func (a draftAnswer) encode() ([]byte, error) {
	if a.in.subRequests {
		return encode(a.box.draftObject(a.draft, a.in))
	}
	const object, number = 256, 224 // bytes, about
	d := a.draft
	text := make([]byte, 0, object+number*len(d.Numbers))
	text = appendText(append(text, `{"id":`...), d.ID)
	text = appendTime(append(text, `,"created_at":`...), d.CreatedAt)
	text = appendText(append(text, `,"status":`...), d.status())
	text = strconv.AppendInt(append(text, `,"phone_number_count":`...), int64(len(d.Numbers)), 10)
	if a.in.phoneNumbers {
		text = append(text, `,"phone_numbers":[`...)
		text = a.box.appendNumbers(text, d.Numbers)
		text = append(text, ']')
	}
	text = appendOrNull(append(text, `,"port_request_id":`...), d.PortRequestID)
	return append(text, '}'), nil
}

// appendNumbers adds a draft's numbers. Most have all but their digits in common
// with the one before.
func (b *sandbox) appendNumbers(text []byte, numbers []number) []byte {
	var facts []byte // of the number before, as they were written
	for i := range numbers {
		n := &numbers[i]
		if i > 0 {
			text = append(text, ',')
		}
		text = appendText(append(text, `{"phone_number":`...), n.PhoneNumber)
		if i > 0 && n.SubRequestID == numbers[i-1].SubRequestID && n.Fate == numbers[i-1].Fate &&
			n.Fate.PortabilityStatus != pendingPortability { // which each number is for a time of its own
			text = append(text, facts...)
			continue
		}
		start := len(text)
		text = b.appendFacts(text, n)
		facts = text[start:]
	}
	return text
}

// appendFacts adds what is said of a number, and ends its object.
func (b *sandbox) appendFacts(text []byte, n *number) []byte {
	text = appendText(append(text, `,"svtype":`...), n.Fate.SvType)
	text = appendOrNull(append(text, `,"carrier_name":`...), n.Fate.CarrierName)
	text = appendText(append(text, `,"coverage_category":`...), n.Fate.CoverageCategory)
	text = appendOrNull(append(text, `,"sub_request_id":`...), n.SubRequestID)
	text = appendText(append(text, `,"portability_status":`...), b.portability(n.PhoneNumber, &n.Fate))
	return append(text, '}')
}

func appendTime(text []byte, t time.Time) []byte {
	return append(t.UTC().AppendFormat(append(text, '"'), time.RFC3339), '"')
}

// appendOrNull adds a string, or null for an empty one.
func appendOrNull(text []byte, s string) []byte {
	if s == "" {
		return append(text, "null"...)
	}
	return appendText(text, s)
}

// appendText adds a string. One that may need an escape is left to the JSON
// package.
func appendText(text []byte, s string) []byte {
	for i := range len(s) {
		if !plain[s[i]] {
			quoted, _ := jsonv2.Marshal(s, asEver) // a string always can be written
			return append(text, quoted...)
		}
	}
	text = append(text, '"')
	text = append(text, s...)
	return append(text, '"')
}

// plain has the bytes that are written as they are.
var plain = func() (set [256]bool) {
	for c := byte(' '); c < 0x7f; c++ {
		set[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
	}
	return set
}()
