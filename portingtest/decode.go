package portingtest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// The readers below take one JSON value each, which is known to be valid JSON,
// and add to the problems what is wrong with it. The pointer says where the
// value is.

// readObject gives the members of an object. Unknown and repeated keys are
// problems; names are matched exactly.
func readObject(raw json.RawMessage, pointer string, known []string, bad *problems) map[string]json.RawMessage {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		bad.add(pointer, wrongType, "must be an object")
		return nil
	}
	members := map[string]json.RawMessage{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil // not reached: the text is valid
		}
		name, _ := token.(string)
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil
		}
		if _, seen := members[name]; seen {
			bad.add(member(pointer, name), repeatedKey, "is there more than once")
		} else if !slices.Contains(known, name) {
			bad.add(member(pointer, name), unknownKey, "is no key of this object")
		}
		members[name] = value
	}
	return members
}

// readUpdate gives the fields of an update, which has to have some.
func readUpdate(raw json.RawMessage, known []string, bad *problems) map[string]json.RawMessage {
	fields := readObject(raw, "", known, bad)
	if fields != nil && len(fields) == 0 {
		bad.add("", "required", "an update needs at least one field")
	}
	return fields
}

// readArray gives the elements of an array that has some.
func readArray(raw json.RawMessage, pointer string, bad *problems) []json.RawMessage {
	var elements []json.RawMessage
	if isNull(raw) || json.Unmarshal(raw, &elements) != nil {
		bad.add(pointer, wrongType, "must be an array")
	} else if len(elements) == 0 {
		bad.add(pointer, "required", "must not be empty")
	}
	return elements
}

// readString gives a string.
func readString(raw json.RawMessage, pointer string, bad *problems) string {
	var text string
	if isNull(raw) || json.Unmarshal(raw, &text) != nil {
		bad.add(pointer, wrongType, "must be a string")
	}
	return text
}

// readOptionalString gives a string, or nil for null.
func readOptionalString(raw json.RawMessage, pointer string, bad *problems) *string {
	if isNull(raw) {
		return nil
	}
	text := readString(raw, pointer, bad)
	return &text
}

// readOptionalInteger gives an integer, or nil for null.
func readOptionalInteger(raw json.RawMessage, pointer string, bad *problems) *int64 {
	if isNull(raw) {
		return nil
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		bad.add(pointer, wrongType, "must be an integer")
	}
	return &n
}

// readOptionalTime gives a date-time to the second, as answers say it, or nil for
// null.
func readOptionalTime(raw json.RawMessage, pointer string, bad *problems) *time.Time {
	if isNull(raw) {
		return nil
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		bad.add(pointer, wrongType, "must be a string")
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		bad.add(pointer, wrongType, "must be an ISO 8601 date-time with seconds and a zone, as 2026-03-05T15:00:00Z")
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }
