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

// Format prints [Secret.String] under every verb.
func (s Secret) Format(f fmt.State, verb rune) { formatString(f, verb, s.String()) }

// LogValue logs [Secret.String].
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns [Secret.String], for JSON and every other encoding.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// formatString prints s quoted if the verb asks for it, and plainly under every
// other verb.
func formatString(f fmt.State, verb rune, s string) {
	if verb == 'q' || verb == 'v' && f.Flag('#') {
		_, _ = fmt.Fprintf(f, "%q", s)
		return
	}
	_, _ = fmt.Fprint(f, s)
}
