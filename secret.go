package porting

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
