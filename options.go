package porting

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/numberporting/porting/internal/transport"
)

const defaultMaxResponseBytes = 64 << 20

// defaultTryTimeouts are longer for what must not be repeated: to cut off a create that is
// slow but succeeds makes an unknown outcome of it.
var defaultTryTimeouts = map[RetryClass]time.Duration{
	RetrySafe:       30 * time.Second,
	RetryIdempotent: 30 * time.Second,
	RetryUnsafe:     120 * time.Second,
}

// config is everything that options set. A copy of it is a copy of all settings.
type config struct {
	baseURL    *url.URL
	plainHosts []string // hosts, besides loopback, that may be reached over http
	creds      Credentials
	pool       *transport.Pool     // nil: the library's own, which is made with the client
	product    string              // the User-Agent
	headers    []func(http.Header) // besides the client's own; functions, because nothing can print what they hold
	timeout    time.Duration
	tryTimeout time.Duration // 0: the default
	maxBytes   int64         // 0: the default
	readAhead  int
	retry      RetryPolicy
	budget     *transport.Budget
	endOn429   bool // a 429 ends the call, because readAhead waits
	limiter    Limiter
	readOnly   bool
	logger     *slog.Logger
	observer   Observer
}

func defaultConfig() config {
	return config{
		baseURL:   &url.URL{Scheme: "https", Host: "api.telnyx.com"},
		product:   userAgent,
		readAhead: 10,
		retry:     RetryPolicy{}.withDefaults(),
		budget:    new(transport.Budget),
	}
}

// An Option sets something of a [Client]. A bad one makes [NewClient] fail with an
// [*ArgumentError].
type Option func(*config) error

// option sets something unless it breaks one of the rules.
func option(set func(*config), rules ...rule) Option {
	return func(c *config) error {
		err := firstBroken("NewClient", rules...)
		if err == nil {
			set(c)
		}
		return err
	}
}

// WithBaseURL sets where the API is; the default is https://api.telnyx.com. A path
// is kept as a prefix of every route. Only https is accepted, and http to loopback and to
// the hosts of [WithPlainHTTP].
func WithBaseURL(base string) Option {
	return func(c *config) error {
		u, err := url.Parse(base)
		if err != nil {
			return badOption("base_url", "not a URL")
		}
		prefix := strings.TrimRight(u.EscapedPath(), "/")
		switch {
		case u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
			return badOption("base_url", "not an absolute http or https URL")
		case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
			return badOption("base_url", "must have no user, query or fragment")
		case prefix != "" && checkPath(prefix) != nil:
			return badOption("base_url", `has an empty, "." or ".." segment in its path`)
		}
		u.Path, _ = url.PathUnescape(prefix)
		u.RawPath = prefix
		c.baseURL = u
		return nil
	}
}

// WithPlainHTTP allows http instead of https to the named hosts, for a sandbox in another
// container or behind a tunnel. Whoever can see the traffic to such a host sees the
// credentials, the PINs and all else: never name a host of the real API.
func WithPlainHTTP(hosts ...string) Option {
	notBare := func(host string) bool { return host == "" || strings.ContainsAny(host, ":/") }
	i := slices.IndexFunc(hosts, notBare)
	return option(func(c *config) { c.plainHosts = append(slices.Clip(c.plainHosts), hosts...) },
		rule{i >= 0, "plain_http." + strconv.Itoa(i), "is not the bare name of a host"})
}

// mayUsePlainHTTP tells whether a host may be reached without TLS.
func (c *config) mayUsePlainHTTP(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback() ||
		slices.ContainsFunc(c.plainHosts, func(plain string) bool { return strings.EqualFold(plain, host) })
}

// WithHTTPClient sends through client and doesn't change it. Its CheckRedirect is not used
// (see [Client]). Without this option the client has a pool of connections of its own. To
// change one thing of that pool, such as a CA or a proxy, change it in a [NewTransport].
//
// An unsafe operation is sent once because the library sees, through
// net/http/httptrace, what happens to its request, and stops whoever is about to send it
// again. A Transport that doesn't report to httptrace is believed to have sent nothing
// only if its error is net's or crypto/tls's own: that the host wasn't found, the dial
// failed or the certificate was refused. One that repeats requests by itself, without
// reporting it, breaks the promise, and one that ignores contexts can hang a call.
//
// Files go to and from storage through it, too: a Transport that adds credentials of
// its own would give them to the storage host.
func WithHTTPClient(client *http.Client) Option {
	return option(func(c *config) { c.pool = transport.NewPool(client) }, rule{client == nil, "http_client", "is nil"})
}

// NewTransport returns a transport with the settings of the library's own, to be given to
// [WithHTTPClient]. It keeps enough idle connections for many callers; net/http's own keeps
// two per host.
func NewTransport() *http.Transport { return transport.NewTransport() }

// WithReadOnly makes every operation that isn't [RetrySafe] an [*ArgumentError]: what a dry
// run needs. Portability checks and download links, which are POSTs, are safe.
func WithReadOnly() Option {
	return option(func(c *config) { c.readOnly = true })
}

// WithUserAgent puts product, such as "billing/1.4", before the client's own User-Agent.
func WithUserAgent(product string) Option {
	return option(func(c *config) { c.product = product + " " + userAgent },
		rule{product == "" || !isHeaderValue(product), "user_agent", "must be a line of text"})
}

// WithTimeout bounds a whole call, its waits included. The default is no bound but
// the context. A download or an upload counts as one call.
func WithTimeout(d time.Duration) Option {
	return option(func(c *config) { c.timeout = d }, rule{d <= 0, "timeout", "must be positive"})
}

// WithTryTimeout bounds each try, from dialling to the last byte of the answer. The
// default is 30 s, for unsafe operations 120 s, and none for a download or for sending a
// file to storage.
func WithTryTimeout(d time.Duration) Option {
	return option(func(c *config) { c.tryTimeout = d }, rule{d <= 0, "try_timeout", "must be positive"})
}

// A RetryPolicy says how often a call is tried, and how long the waits in between
// are. A zero field has its default.
//
// A wait is random between MinWait and a ceiling that doubles with each try up to
// MaxWait. A server's Retry-After is the least that is waited, with up to MinWait
// on top; if it asks for more than 60 s and more than MaxWait, the call ends with the
// answer's error. So it does if a wait would pass the context's deadline, or end
// later than MaxElapsed after the call began: to wait for a whole minute, MaxElapsed
// must be longer.
//
// All calls of a client together repeat at most 100 tries, so that an outage doesn't
// multiply the traffic. Each second gives one back, and so do ten successes.
type RetryPolicy struct {
	MaxAttempts int           // default 4; 1: no retries
	MinWait     time.Duration // default 500 ms
	MaxWait     time.Duration // default 8 s
	MaxElapsed  time.Duration // default 60 s
}

// WithRetry sets how often, and for how long, a failed call is tried again. Whether it
// may be repeated at all is its [RetryClass], which nothing changes.
func WithRetry(policy RetryPolicy) Option {
	whole := policy.withDefaults()
	return option(func(c *config) { c.retry = whole },
		rule{policy.MaxAttempts < 0, "retry.max_attempts", "must not be negative"},
		rule{policy.MinWait < 0, "retry.min_wait", "must not be negative"},
		rule{policy.MaxWait < 0, "retry.max_wait", "must not be negative"},
		rule{policy.MaxElapsed < 0, "retry.max_elapsed", "must not be negative"},
		rule{whole.MinWait > whole.MaxWait, "retry.min_wait", "must not be longer than max_wait"},
		rule{policy.MinWait > whole.MaxElapsed, "retry.min_wait", "must not be longer than max_elapsed"},
	)
}

// withDefaults replaces the policy's zero fields.
func (p RetryPolicy) withDefaults() RetryPolicy {
	const minWait, maxWait = 500 * time.Millisecond, 8 * time.Second
	p.MaxAttempts = cmp.Or(p.MaxAttempts, 4)
	p.MinWait = cmp.Or(p.MinWait, min(minWait, cmp.Or(p.MaxWait, minWait)))
	p.MaxWait = cmp.Or(p.MaxWait, max(maxWait, p.MinWait))
	p.MaxElapsed = cmp.Or(p.MaxElapsed, time.Minute)
	return p
}

// A Limiter makes each try of an API call wait for its turn. A *rate.Limiter of
// golang.org/x/time/rate is one. What goes to storage isn't limited.
type Limiter interface {
	// Wait returns when a try may be made, or an error if none may; that ends the call.
	Wait(ctx context.Context) error
}

// WithLimiter sets the limiter.
func WithLimiter(limiter Limiter) Option {
	return option(func(c *config) { c.limiter = limiter }, rule{limiter == nil, "limiter", "is nil"})
}

// WithLogger logs each try and each call. The level is warn if the call fails, if the try is
// repeated, or if no budget is left to repeat it; otherwise it is debug. A line holds what an
// [Event] does, and where debug is enabled also those members of the query and of the answer's
// header that can hold nothing private. No line holds a body, a credential, a phone number or
// the id of an object.
func WithLogger(logger *slog.Logger) Option {
	return option(func(c *config) { c.logger = logger }, rule{logger == nil, "logger", "is nil"})
}

// WithObserver tells the observer of every try and of every call.
func WithObserver(observer Observer) Option {
	return option(func(c *config) { c.observer = observer }, rule{observer == nil, "observer", "is nil"})
}

// ownHeaders are those that the client sets itself.
var ownHeaders = map[string]string{
	"Authorization":       "credentials are given to NewClient",
	"X-Api-User":          "credentials are given to NewClient",
	"X-Api-Token":         "credentials are given to NewClient",
	"Cookie":              "cookies are the http.Client's",
	"Proxy-Authorization": "a proxy's credentials are the http.Transport's",
	"Host":                "the host is the base URL's",
	"Content-Length":      "it follows from the body",
	"Transfer-Encoding":   "it follows from the body",
	"Content-Type":        "bodies are JSON",
	"Accept":              "answers are JSON",
	"Accept-Encoding":     "compression is the http.Transport's",
	"User-Agent":          "use WithUserAgent",
	"Idempotency-Key":     "net/http would send unsafe calls twice",
	"X-Idempotency-Key":   "net/http would send unsafe calls twice",
}

// WithHeader adds a header to every API call, for a gateway or a trace. It isn't
// sent to storage hosts. Headers that carry credentials, and those that the client
// sets itself, are refused.
func WithHeader(key, value string) Option {
	field, canonical := "header."+strings.ToLower(key), http.CanonicalHeaderKey(key)
	set := func(h http.Header) { h.Set(canonical, value) }
	return option(func(c *config) { c.headers = append(slices.Clip(c.headers), set) },
		rule{!isHeaderName(key), "header", "not a header name"},
		rule{!isHeaderValue(value), field, "not a header value"},
		rule{ownHeaders[canonical] != "", field, ownHeaders[canonical]},
	)
}

// WithMaxResponseBytes bounds the body of an answer, decompressed; a larger one is
// a [*DecodeError]. The default is 64 MiB; a download has no bound by default.
func WithMaxResponseBytes(n int64) Option {
	return option(func(c *config) { c.maxBytes = n }, rule{n <= 0, "max_response_bytes", "must be positive"})
}

// WithReadAhead sets how many pages an All asks for at once, once the caller goes past
// the first page and the server has said how many there are: up to 100; 1 asks for one
// after the other. The default is 10, which takes a tenth of the time. The limiter holds
// for each page.
//
// After a 429 the loop goes on with one page at a time. The page that was refused is asked
// for again, with all the tries of [WithRetry], after what the server asked to wait.
func WithReadAhead(pages int) Option {
	return option(func(c *config) { c.readAhead = pages },
		rule{pages < 1 || pages > 100, "read_ahead", "must be from 1 to 100"})
}

// apply applies the options in order, up to the first bad one.
func (c *config) apply(opts []Option) error {
	for i, opt := range opts {
		if opt == nil {
			return badOption("options."+strconv.Itoa(i), "is nil")
		}
		if err := opt(c); err != nil {
			return err
		}
	}
	if c.baseURL.Scheme == "http" && !c.mayUsePlainHTTP(c.baseURL.Hostname()) {
		return badOption("base_url", "http is only for loopback, or WithPlainHTTP; credentials need https")
	}
	return nil
}

func badOption(field, reason string) error {
	return &ArgumentError{Operation: "NewClient", Field: field, Reason: reason}
}

func isHeaderName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

func isHeaderValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
