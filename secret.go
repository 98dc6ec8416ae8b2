package porting

// Secret is a string that prints, logs and marshals as [redacted]: a PIN, an
// account number, a tax or business identifier. Only a request's body carries
// what is in it, and [Secret.Reveal] returns it. An empty Secret has nothing to
// hide and prints as nothing.
//
// It is shown by what reads memory without asking the value how it prints:
//   - fmt, if the Secret stands in an unexported field of a struct of yours;
//   - encoding/json, as the key of a map;
//   - encoding/gob, which writes what it is given;
//   - libraries that print or compare values by reflection, and so the difference that
//     a failed test prints (go-cmp, go-spew, testify);
//   - two misplaced verbs that go vet reports: %p, and %w outside of [fmt.Errorf].
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
