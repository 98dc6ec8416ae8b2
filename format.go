package porting

import (
	"fmt"
	"log/slog"
	"time"
)

// formatString prints s quoted if the verb asks for it, and plainly under every
// other verb.
func formatString(f fmt.State, verb rune, s string) {
	if verb == 'q' || verb == 'v' && f.Flag('#') {
		_, _ = fmt.Fprintf(f, "%q", s)
		return
	}
	_, _ = fmt.Fprint(f, s)
}

// formatFields prints a struct as fmt does. The caller converts the struct to a type without
// a Format method, which would call itself.
func formatFields(f fmt.State, verb rune, v any) {
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), v)
}

// Format prints the base URL, and nothing else.
func (c *Client) Format(f fmt.State, verb rune) {
	base := ""
	if c.config.baseURL != nil {
		base = c.config.baseURL.String()
	}
	formatString(f, verb, "porting.Client("+base+")")
}

// Format prints [redacted].
func (c Credentials) Format(f fmt.State, verb rune) { formatString(f, verb, redacted) }

// LogValue logs [redacted].
func (c Credentials) LogValue() slog.Value { return slog.StringValue(redacted) }

// Format prints [Secret.String] under every verb that calls it.
func (s Secret) Format(f fmt.State, verb rune) { formatString(f, verb, s.String()) }

// LogValue logs [Secret.String].
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns [Secret.String], for JSON and other encodings that ask for it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Format prints the value as fmt would, or "unset" or "null".
func (o Optional[T]) Format(f fmt.State, verb rune) {
	switch o.state {
	case optionalUnset:
		_, _ = fmt.Fprint(f, "unset")
	case optionalNull:
		_, _ = fmt.Fprint(f, "null")
	default:
		_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), o.value)
	}
}

// LogValue logs the value itself, or nil.
func (o Optional[T]) LogValue() slog.Value {
	if o.state != optionalSet {
		return slog.AnyValue(nil)
	}
	return slog.AnyValue(o.value)
}

// Format prints the status, the attempts and the request id.
func (r Response) Format(f fmt.State, verb rune) {
	formatString(f, verb, fmt.Sprintf("{%d, %d attempts, request %q}", r.StatusCode, r.Attempts, r.RequestID))
}

// LogValue logs the status, the attempts and the request id.
func (r Response) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int("status", r.StatusCode),
		slog.Int("attempts", r.Attempts),
		slog.String("request_id", r.RequestID),
	)
}

// Format prints [redacted] in place of the URL.
func (l DownloadLink) Format(f fmt.State, verb rune) {
	formatString(f, verb, "{"+Secret(l.URL).String()+"}")
}

// LogValue logs [redacted] in place of the URL.
func (l DownloadLink) LogValue() slog.Value { return Secret(l.URL).LogValue() }

// MarshalText writes [redacted] in place of the URL, for encodings other than JSON.
func (l DownloadLink) MarshalText() ([]byte, error) { return Secret(l.URL).MarshalText() }

// MarshalJSON writes [redacted] in place of the URL.
func (l DownloadLink) MarshalJSON() ([]byte, error) {
	return []byte(`{"url":"` + Secret(l.URL).String() + `"}`), nil
}

// The types below have a Secret within, which prints itself. But under a verb that pointers
// don't have, such as %s, fmt prints what a pointer points to without calling the Format
// methods within. So these types print themselves, field by field.

// Format prints the sub request without its secrets.
func (s SubRequest) Format(f fmt.State, verb rune) {
	type plain SubRequest
	formatFields(f, verb, plain(s))
}

// Format prints the sub request without its secrets.
func (s DraftSubRequest) Format(f fmt.State, verb rune) {
	type plain DraftSubRequest
	formatFields(f, verb, plain(s))
}

// Format prints the port request without the secrets of its sub requests.
func (r PortRequest) Format(f fmt.State, verb rune) {
	type plain PortRequest
	formatFields(f, verb, plain(r))
}

// Format prints the draft without the secrets of its sub requests.
func (d DraftPortRequest) Format(f fmt.State, verb rune) {
	type plain DraftPortRequest
	formatFields(f, verb, plain(d))
}

// Format prints the page without the secrets of its items.
func (p Page[T]) Format(f fmt.State, verb rune) {
	type plain Page[T]
	formatFields(f, verb, plain(p))
}

// Format prints the update without its secrets.
func (u SubRequestUpdate) Format(f fmt.State, verb rune) {
	type plain SubRequestUpdate
	formatFields(f, verb, plain(u))
}

// Format prints the update without its secrets.
func (u DraftSubRequestUpdate) Format(f fmt.State, verb rune) {
	type plain DraftSubRequestUpdate
	formatFields(f, verb, plain(u))
}

// Format prints the document without its content and what else is sent with it.
func (u DocumentUpload) Format(f fmt.State, verb rune) {
	formatString(f, verb, fmt.Sprintf("{%s %s %s}", u.Type, u.Filename, u.ContentType))
}

// An error prints as its text under every verb of fmt, alone or within another value, and by
// MarshalText in JSON, YAML and html/template, because its fields can hold private data. The
// receivers are values, so that an error that isn't a pointer does the same.

// Format prints the error's text.
func (e ArgumentError) Format(f fmt.State, verb rune) { formatString(f, verb, e.Error()) }

// MarshalText returns the error's text.
func (e ArgumentError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format prints the error's text.
func (e APIError) Format(f fmt.State, verb rune) { formatString(f, verb, e.Error()) }

// MarshalText returns the error's text.
func (e APIError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format prints the error's text.
func (e UnauthorizedError) Format(f fmt.State, verb rune) { formatString(f, verb, e.Error()) }

// MarshalText returns the error's text.
func (e UnauthorizedError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format prints the error's text.
func (e NotFoundError) Format(f fmt.State, verb rune) { formatString(f, verb, e.Error()) }

// MarshalText returns the error's text.
func (e NotFoundError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format prints the error's text.
func (e ValidationError) Format(f fmt.State, verb rune) { formatString(f, verb, e.Error()) }

// MarshalText returns the error's text.
func (e ValidationError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format prints the error's text.
func (e RateLimitError) Format(f fmt.State, verb rune) { formatString(f, verb, e.Error()) }

// MarshalText returns the error's text.
func (e RateLimitError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format prints the error's text.
func (e ConnectionError) Format(f fmt.State, verb rune) { formatString(f, verb, e.Error()) }

// MarshalText returns the error's text.
func (e ConnectionError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format prints the error's text.
func (e OutcomeUnknownError) Format(f fmt.State, verb rune) { formatString(f, verb, e.Error()) }

// MarshalText returns the error's text.
func (e OutcomeUnknownError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format prints the error's text.
func (e DecodeError) Format(f fmt.State, verb rune) { formatString(f, verb, e.Error()) }

// MarshalText returns the error's text.
func (e DecodeError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format prints the error's text.
func (e UploadError) Format(f fmt.State, verb rune) { formatString(f, verb, e.Error()) }

// MarshalText returns the error's text.
func (e UploadError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

func (e *interrupted) Format(f fmt.State, verb rune) { formatString(f, verb, e.Error()) }

// String returns the time as [time.Time.String] does, the date if t is a date only, or
// nothing if t is zero.
func (t Timestamp) String() string {
	switch {
	case t.IsZero():
		return ""
	case t.DateOnly():
		return t.UTC().Format(time.DateOnly)
	}
	return t.Time.String()
}

// Format is [time.Time.Format], but nothing if t is zero.
func (t Timestamp) Format(layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.Time.Format(layout)
}

// LogValue logs the time, the date if t is a date only, or nothing if t is zero.
func (t Timestamp) LogValue() slog.Value {
	if t.IsZero() || t.DateOnly() {
		return slog.StringValue(t.String())
	}
	return slog.TimeValue(t.Time)
}
