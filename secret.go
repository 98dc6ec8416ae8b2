package porting

import (
	"fmt"
	"log/slog"
)

// Secret is a string that prints, logs and marshals as [redacted]: a PIN, an
// account number, a tax or business identifier. Only a request's body carries
// what is in it, and [Secret.Reveal] returns it. An empty Secret has nothing to
// hide and prints as nothing.
//
// It is shown where fmt and encoding/json don't call its methods: in an unexported
// field of a struct of yours, as a map's key in JSON, in encoding/gob, and under two
// misplaced verbs that go vet reports, %p, and %w outside of [fmt.Errorf] or for what isn't an error. They
// show all that a value holds, whatever it is.
//
// Sending the literal "[redacted]" is an [*ArgumentError], so that a model that was
// stored and loaded again can't overwrite a real PIN with it.
type Secret string

const redacted = "[redacted]"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String returns "[redacted]", or "" for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format prints [Secret.String] under every verb that calls it.
func (s Secret) Format(f fmt.State, verb rune) { formatString(f, verb, s.String()) }

// LogValue logs [Secret.String].
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns [Secret.String], for JSON and other encodings that ask for it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// The types below hold secrets, and fmt ignores the methods of their fields where a
// verb doesn't fit a pointer to them. So they print themselves, field by field.

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

// formatFields prints a struct as fmt does. Its type has the fields of the real one
// and not its Format.
func formatFields(f fmt.State, verb rune, v any) {
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), v)
}

// formatString prints s quoted if the verb asks for it, and plainly under every
// other verb.
func formatString(f fmt.State, verb rune, s string) {
	if verb == 'q' || verb == 'v' && f.Flag('#') {
		_, _ = fmt.Fprintf(f, "%q", s)
		return
	}
	_, _ = fmt.Fprint(f, s)
}
