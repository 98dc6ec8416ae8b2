package portingtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
)

// Call is a request as the Match of a [Fault] sees it, before the sandbox handles it.
// Nothing is masked in it, and nothing in it is checked yet.
type Call struct {
	Operation string // as "Drafts.Create" or [StorageUpload]; empty if it is none
	Method    string
	Path      string // escaped, as it came
	Query     url.Values

	// The ids in the path; empty if it has none of that kind.
	PortRequestID, DraftID, SubRequestID, DocumentID string

	// Body is the decoded object; nil if the body is none, as with a request to
	// the storage host.
	Body map[string]any

	raw []byte // the body until it is decoded
}

func newCall(r *http.Request, x exchange) *Call {
	return &Call{
		Operation:     x.operation,
		Method:        r.Method,
		Path:          r.URL.EscapedPath(),
		Query:         r.URL.Query(),
		PortRequestID: x.ids["port_request"],
		DraftID:       x.ids["draft"],
		SubRequestID:  x.ids["sub_request"],
		DocumentID:    x.ids["document"],
		raw:           x.body,
	}
}

// decode gives the call its Body, for those who look at it.
func (c *Call) decode() {
	if c.raw != nil && json.Unmarshal(c.raw, &c.Body) != nil {
		c.Body = nil
	}
	c.raw = nil
}

// Numbers gives the phone_numbers of the body, as those of a portability check
// or of a new draft. One that isn't a string is empty.
func (c Call) Numbers() []string {
	list, _ := c.Body["phone_numbers"].([]any)
	numbers := make([]string, len(list))
	for i := range list {
		object, _ := list[i].(map[string]any)
		numbers[i], _ = object["phone_number"].(string)
	}
	return numbers
}

// HasNumber matches the calls with a number among their phone_numbers, for the
// Match of a [Fault].
func HasNumber(number string) func(Call) bool {
	return func(c Call) bool { return slices.Contains(c.Numbers(), number) }
}

// HasID matches the calls with an id in their path, of any kind, for the Match of a
// [Fault].
func HasID[ID ~string](id ID) func(Call) bool {
	return func(c Call) bool {
		return slices.Contains([]string{c.PortRequestID, c.DraftID, c.SubRequestID, c.DocumentID}, string(id)) && id != ""
	}
}
