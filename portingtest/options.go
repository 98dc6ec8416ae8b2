package portingtest

import (
	"fmt"
	"math"
	"net/http"
	"time"
)

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
// field is the default, a negative one no time at all.
type Timings struct {
	InProcess     time.Duration `json:"in_process"`     // from in-process to submitted; 4 hours
	Submitted     time.Duration `json:"submitted"`      // from submitted to foc-date-confirmed; 24 hours
	Cancel        time.Duration `json:"cancel"`         // from cancel-pending to cancelled; 24 hours
	Pending       time.Duration `json:"pending"`        // from the first mention of a pending number to confirmed; 24 hours
	Exception     time.Duration `json:"exception"`      // from submitted to exception, of ExceptionOnce; 24 hours
	FOCMove       time.Duration `json:"foc_move"`       // from foc-date-confirmed to another date, of FOCMoved; 24 hours
	Split         time.Duration `json:"split"`          // from the submission to the new sub request, of LateSplit; 12 hours
	CarrierCancel time.Duration `json:"carrier_cancel"` // from submitted to cancel-pending, of CarrierCancels; 24 hours
	Draft         time.Duration `json:"draft"`          // from the creation of a draft to its deletion, unless it is submitted; 30 days
	CancelNotice  time.Duration `json:"cancel_notice"`  // before the FOC date, when the user can't cancel any more; 48 hours
}

// fill gives the zero fields their defaults.
func (t *Timings) fill() {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&t.InProcess, 4 * time.Hour},
		{&t.Submitted, 24 * time.Hour},
		{&t.Cancel, 24 * time.Hour},
		{&t.Pending, 24 * time.Hour},
		{&t.Exception, 24 * time.Hour},
		{&t.FOCMove, 24 * time.Hour},
		{&t.Split, 12 * time.Hour},
		{&t.CarrierCancel, 24 * time.Hour},
		{&t.Draft, 30 * 24 * time.Hour},
		{&t.CancelNotice, 48 * time.Hour},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
}

type config struct {
	seed             uint64
	start            time.Time
	user, token, key string
	speed            float64 // of the clock; 0: it stands still
	settings
	lenient bool
	network
}

func newConfig(opts []Option) config {
	c := config{seed: 1, start: Start, user: User, token: Token, key: Key}
	c.Fates = map[string]Fate{}
	for _, opt := range opts {
		opt(&c)
	}
	c.Timings.fill()
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
	return func(c *config) { c.start = bounded(t) }
}

// WithClockSpeed lets the clock run by itself, by that many sandbox seconds in
// a real one: 1 is real time, 86400 a day a second. What is due happens before
// the next request is answered. [Server.Advance] moves the clock further ahead.
// Upload forms and download links work for ten real minutes at least, even if their
// hour is over before (up to a speed of five million).
// It panics if the speed is negative or no finite number.
func WithClockSpeed(speed float64) Option {
	if speed < 0 || math.IsInf(speed, 0) || math.IsNaN(speed) {
		panic(fmt.Sprintf("portingtest: WithClockSpeed(%v): the clock moves only forward", speed))
	}
	return func(c *config) { c.speed = speed }
}

// WithCredentials sets the user, token and bearer key that the sandbox takes,
// in place of [User], [Token] and [Key].
func WithCredentials(user, token, key string) Option {
	return func(c *config) { c.user, c.token, c.key = user, token, key }
}

// WithTimings sets the lengths of a port's stages.
func WithTimings(t Timings) Option {
	return func(c *config) { c.Timings = t }
}

// WithDocumentsOptional lets a draft be submitted without documents, for tests
// that are about something else.
func WithDocumentsOptional() Option {
	return func(c *config) { c.DocumentsOptional = true }
}

// WithPINOptional lets a draft be submitted without a PIN for its wireless
// numbers.
func WithPINOptional() Option {
	return func(c *config) { c.PINOptional = true }
}

// WithFullUpdates refuses an update of a submitted sub request that leaves out one of
// the nine fields which the contract marks as required: the requested FOC date,
// auth_person_name, billing_phone_number, street_address, locality,
// administrative_area, postal_code, country_code and default_connection_id.
// Without it, what isn't sent stays as it is.
func WithFullUpdates() Option {
	return func(c *config) { c.FullUpdates = true }
}

// WithCheckLimit refuses a portability check of more numbers, with status 413 or
// 422. That is no violation. Without it there is no limit. It panics if most isn't
// positive or the status is another.
func WithCheckLimit(most, status int) Option {
	if most < 1 || status != http.StatusRequestEntityTooLarge && status != http.StatusUnprocessableEntity {
		panic(fmt.Sprintf("portingtest: WithCheckLimit(%d, %d): a limit is at least 1, and the status 413 or 422", most, status))
	}
	return func(c *config) { c.CheckLimit = checkLimit{most, status} }
}

// WithLenient lets a request have query keys and body keys that the contract
// doesn't know: they are ignored, and are no violations.
func WithLenient() Option {
	return func(c *config) { c.lenient = true }
}

// WithUploadKey adds a ready key to the form fields of an upload request.
// Without it a client has to take the key's prefix from the policy, as the one
// documented sample demands.
func WithUploadKey() Option {
	return func(c *config) { c.UploadKey = true }
}
