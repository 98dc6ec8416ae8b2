package porting

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/numberporting/porting/internal/transport"
)

const userAgent = "porting/0.1 (+https://github.com/numberporting/porting)"

// Client gives access to the API. It is safe for concurrent use and never changes;
// [Client.With] makes a copy with other settings. A program needs one for each account.
//
// Credentials are only ever sent to the host of the base URL. Of redirects, only
// those of a GET to the same scheme, host and port are followed.
type Client struct {
	Portability  *PortabilityService
	PortRequests *PortRequestsService
	SubRequests  *SubRequestsService
	Drafts       *DraftsService
	Comments     *CommentsService
	Documents    *DocumentsService

	config    config
	header    func() http.Header // of an API call; a function, because nothing can print what it holds
	transport *transport.Client
	err       error // a bad option given to With
}

// NewClient returns a client that authenticates with creds. Nothing is sent yet. Its
// error is an [*ArgumentError].
func NewClient(creds Credentials, opts ...Option) (*Client, error) {
	cfg := defaultConfig()
	switch {
	case creds.err != nil:
		return nil, creds.err
	case creds.set == nil:
		return nil, badOption("credentials", "are missing; use UserToken, Token or BearerKey")
	}
	if err := cfg.apply(opts); err != nil {
		return nil, err
	}
	cfg.creds = creds
	return newClient(cfg, nil), nil
}

// NewClientFromEnv is [NewClient] with credentials from the environment:
// TELNYX_API_USER with TELNYX_API_TOKEN, or TELNYX_API_TOKEN alone, or
// TELNYX_API_KEY, in this order; TELNYX_API_USER without its token is an error.
// PORTING_BASE_URL, if set, is the base URL. The error joins what is wrong with the
// credentials and the first bad option.
func NewClientFromEnv(opts ...Option) (*Client, error) {
	cfg := defaultConfig()
	creds, err := credentialsFromEnv()
	if base := os.Getenv("PORTING_BASE_URL"); base != "" {
		opts = append([]Option{WithBaseURL(base)}, opts...)
	}
	if err := errors.Join(err, creds.err, cfg.apply(opts)); err != nil {
		return nil, err
	}
	cfg.creds = creds
	return newClient(cfg, nil), nil
}

// With returns a copy of the client with other settings and the same credentials. It shares
// the budget of retries and, unless opts has a [WithHTTPClient], the connections. For another
// account make another client. If an option is bad, each call of the copy returns the
// [*ArgumentError].
func (c *Client) With(opts ...Option) *Client {
	cfg, err := c.config, c.err
	if err == nil {
		err = cfg.apply(opts)
		if argument, ok := errors.AsType[*ArgumentError](err); ok {
			argument.Operation = "Client.With"
		}
	}
	return newClient(cfg, err)
}

func newClient(cfg config, err error) *Client {
	header := http.Header{"Accept": {"application/json"}, "User-Agent": {cfg.product}}
	for _, set := range append(slices.Clip(cfg.headers), cfg.creds.set) {
		set(header)
	}
	if cfg.pool == nil {
		cfg.pool = transport.NewPool(nil)
	}
	c := &Client{config: cfg, err: err}
	c.header = func() http.Header { return maps.Clone(header) }
	c.transport = &transport.Client{
		Pool:    cfg.pool,
		Policy:  transport.Policy(cfg.retry),
		Limiter: cfg.limiter,
		Budget:  cfg.budget,
	}
	c.Portability = &PortabilityService{c}
	c.PortRequests = &PortRequestsService{c}
	c.SubRequests = &SubRequestsService{c}
	c.Drafts = &DraftsService{c}
	c.Comments = &CommentsService{c}
	c.Documents = &DocumentsService{c}
	return c
}

// CloseIdleConnections closes the connections of the client's pool that no call
// uses, also those of the copies that share it.
func (c *Client) CloseIdleConnections() { c.config.pool.CloseIdleConnections() }

// Do calls any other route of the API in the same way as an operation: with the same
// credentials, waits, limits and errors, under the operation name "Do". The
// path is appended to the base URL; it must be escaped, start with a slash and have
// no "." or ".." segment and no query. A body that isn't nil is sent as JSON. The
// answer is decoded into result, unless that is nil.
//
// The method is in upper case. GET, HEAD and OPTIONS are safe, PUT and DELETE
// idempotent, all others unsafe; CONNECT and TRACE are refused.
func (c *Client) Do(ctx context.Context, method, path string, query url.Values, body, result any) error {
	op := &Operation{Name: "Do", Method: method, Retry: RetryUnsafe}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		op.Retry = RetrySafe
	case http.MethodPut, http.MethodDelete:
		op.Retry = RetryIdempotent
	}
	into := reflect.ValueOf(result)
	isPointer := into.Kind() == reflect.Pointer && !into.IsNil()
	isForProxies := method == http.MethodConnect || method == http.MethodTrace
	err := cmp.Or(checkPath(path), firstBroken("Do",
		rule{!isHeaderName(method) || method != strings.ToUpper(method), "method", "is not an HTTP method in upper case"},
		rule{isForProxies, "method", "is not one of an API: CONNECT and TRACE are for proxies"},
		rule{result != nil && !isPointer, "result", "is not a pointer to decode into"},
	))
	if err == nil {
		_, err = c.call(ctx, &request{op: op, path: path, query: query, body: body}, result)
	}
	return err
}
