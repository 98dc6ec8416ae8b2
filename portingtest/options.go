package portingtest

import "time"

// The credentials that a sandbox takes unless [WithCredentials] says otherwise:
// User and Token in the headers x-api-user and x-api-token, Token alone in
// "Authorization: Token …", or Key in "Authorization: Bearer …".
const (
	User  = "sandbox@example.com"
	Token = "sandbox-token"
	Key   = "KEY-sandbox"
)

// Start is where a sandbox's clock starts unless [WithStart] says otherwise: a
// Monday morning, 09:00 UTC.
var Start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// Option changes how [NewServer] builds a sandbox.
type Option func(*config)

// Timings are the lengths of a port's stages, by the sandbox's clock. A zero
// field is the default.
type Timings struct {
	InProcess time.Duration // from in-process to submitted; 4 hours
	Submitted time.Duration // from submitted to foc-date-confirmed; 24 hours
	Cancel    time.Duration // from cancel-pending to cancelled; 24 hours
	Pending   time.Duration // from the first mention of a pending number to confirmed; 24 hours
}

type config struct {
	seed              uint64
	start             time.Time
	user, token, key  string
	timings           Timings
	documentsOptional bool
	uploadKey         bool
}

func newConfig(opts []Option) config {
	c := config{seed: 1, start: Start, user: User, token: Token, key: Key}
	for _, opt := range opts {
		opt(&c)
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.timings.InProcess, 4 * time.Hour},
		{&c.timings.Submitted, 24 * time.Hour},
		{&c.timings.Cancel, 24 * time.Hour},
		{&c.timings.Pending, 24 * time.Hour},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return c
}

// WithSeed sets what ids, support keys and signatures are made from. Sandboxes
// with the same seed that are asked the same things in the same order give the
// same answers. The default is 1.
func WithSeed(seed uint64) Option {
	return func(c *config) { c.seed = seed }
}

// WithStart sets the clock's first instant.
func WithStart(t time.Time) Option {
	return func(c *config) { c.start = t.UTC() }
}

// WithCredentials sets the user, token and bearer key that the sandbox takes,
// in place of [User], [Token] and [Key].
func WithCredentials(user, token, key string) Option {
	return func(c *config) { c.user, c.token, c.key = user, token, key }
}

// WithTimings sets the lengths of a port's stages.
func WithTimings(t Timings) Option {
	return func(c *config) { c.timings = t }
}

// WithDocumentsOptional lets a draft be submitted without documents, for tests
// that are about something else.
func WithDocumentsOptional() Option {
	return func(c *config) { c.documentsOptional = true }
}

// WithUploadKey adds a ready key to the form fields of an upload request.
// Without it a client has to take the key's prefix from the policy, as the one
// documented sample demands.
func WithUploadKey() Option {
	return func(c *config) { c.uploadKey = true }
}
