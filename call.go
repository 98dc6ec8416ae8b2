package porting

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/google/go-querystring/query"

	"github.com/numberporting/porting/internal/transport"
)

// A request is one API call as its method states it.
type request struct {
	op    *Operation
	ids   []string // the values of the route's parameters, in order
	path  string   // instead of the route and its parameters: an escaped path
	query any      // url.Values, or a struct for go-querystring; nil: none
	body  any      // nil: none
	room  int      // for how many items of a list there is room before it grows

	orArray bool // an array of the one object is an answer, too
}

// call is the one path that every API call takes: what it asks for is checked and
// encoded, sent as often as its retry class allows, and its answer is decoded into
// result (nil: ignored) or made an error.
func (c *Client) call(ctx context.Context, r *request, result any) (http.Header, error) {
	call, err := c.prepare(r)
	if err != nil {
		return nil, err
	}
	out, err := c.exchange(ctx, r.op, call, func(out *transport.Outcome) error {
		if result == nil {
			return nil
		}
		return decode(r.op, out, result)
	})
	if unknown, ok := errors.AsType[*OutcomeUnknownError](err); ok && r.body != nil {
		unknown.Body = maskedJSON(r.body)
	}
	return out.Header, err
}

// prepare makes all that is sent of a request.
func (c *Client) prepare(r *request) (*transport.Call, error) {
	if c.err != nil {
		return nil, c.err
	}
	if err := c.checkReadOnly(r.op); err != nil {
		return nil, err
	}
	target, err := c.target(r)
	if err != nil {
		return nil, err
	}
	call := &transport.Call{
		Method:     r.op.Method,
		URL:        target,
		Header:     c.header(),
		Repeatable: r.op.Retry != RetryUnsafe,
		Limited:    true,
		TryTimeout: cmp.Or(c.config.tryTimeout, defaultTryTimeouts[r.op.Retry]),
		MaxBytes:   cmp.Or(c.config.maxBytes, defaultMaxResponseBytes),
		Whole:      isJSON,
		EndOn429:   c.config.endOn429,
	}
	if r.body != nil {
		body, err := encodeJSON(r.body)
		if err != nil {
			return nil, inOperation(r.op, err)
		}
		call.Header["Content-Type"] = contentTypeJSON
		call.Body = func() io.Reader { return bytes.NewReader(body) }
		call.BodySize = int64(len(body))
		call.Texts = textsIn(body)
	}
	return call, nil
}

// checkReadOnly refuses what a client that only reads must not send.
func (c *Client) checkReadOnly(op *Operation) error {
	if !c.config.readOnly || op.Retry == RetrySafe {
		return nil
	}
	return &ArgumentError{op.Name, "client", "is read-only (WithReadOnly), and the operation changes something"}
}

var contentTypeJSON = []string{"application/json"}

// exchange sends a call to the API or to storage. It passes a success to read, and returns
// an error for all else. The outcome is never nil; its body must not be used.
func (c *Client) exchange(ctx context.Context, op *Operation, call *transport.Call, read func(*transport.Outcome) error) (*transport.Outcome, error) {
	if ctx == nil {
		return &transport.Outcome{Call: call}, &ArgumentError{op.Name, "ctx", "is nil"}
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	watch, ctx := c.watch(ctx, op, call)
	if watch != nil {
		call.OnTry = watch.tried
	}
	out := c.transport.Do(ctx, call)
	defer out.Release()
	capture(ctx, out)
	err := verdict(op, out)
	if err == nil {
		err = read(out)
	}
	if watch != nil {
		watch.done(out, err)
	}
	return out, err
}

// bound puts the timeout of a whole call on ctx.
func (c *Client) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx == nil || c.config.timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.config.timeout)
}

// get calls an operation whose answer is one object.
func get[T model](ctx context.Context, c *Client, r *request) (*T, error) {
	result := &object[T]{orArray: r.orArray}
	if _, err := c.call(ctx, r, result); err != nil {
		return nil, err
	}
	return &result.value, nil
}

// list calls an operation whose answer is an array. The result is never nil.
func list[T any](ctx context.Context, c *Client, r *request) ([]T, http.Header, error) {
	result := make([]T, 0, r.room)
	header, err := c.call(ctx, r, &array[T]{&result})
	if err != nil {
		return nil, nil, err
	}
	return result, header, nil
}

// target is the URL that the request goes to.
func (c *Client) target(r *request) (*url.URL, error) {
	escaped := r.path
	if escaped == "" {
		var err error
		if escaped, err = expand(r.op, r.ids); err != nil {
			return nil, err
		}
	}
	u := *c.config.baseURL
	u.RawPath = u.EscapedPath() + escaped
	var err error
	if u.Path, err = url.PathUnescape(u.RawPath); err != nil {
		return nil, &ArgumentError{r.op.Name, "path", "is not escaped"}
	}
	if v := reflect.ValueOf(r.query); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return &u, nil
	}
	values, ok := r.query.(url.Values)
	if !ok {
		if values, err = query.Values(r.query); err != nil {
			return nil, inOperation(r.op, err)
		}
	}
	u.RawQuery = values.Encode()
	return &u, nil
}

// expand puts the ids in the places of the route's parameters, each as one segment.
func expand(op *Operation, ids []string) (string, error) {
	var path strings.Builder
	rest := op.Route
	for _, id := range ids {
		before, after, _ := strings.Cut(rest, "{")
		name, after, _ := strings.Cut(after, "}")
		switch {
		case strings.TrimSpace(id) == "":
			return "", &ArgumentError{op.Name, name, "is empty"}
		case id == "." || id == "..":
			return "", &ArgumentError{op.Name, name, `must not be "." or ".."`}
		}
		path.WriteString(before)
		path.WriteString(url.PathEscape(id))
		rest = after
	}
	path.WriteString(rest)
	return path.String(), nil
}

// checkPath refuses a path for Do that could lead elsewhere than it says.
func checkPath(path string) error {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") {
		return &ArgumentError{"Do", "path", "must start with a slash and have no query or fragment"}
	}
	whole, err := url.PathUnescape(path)
	if err != nil || (&url.URL{Path: whole, RawPath: path}).EscapedPath() != path {
		return &ArgumentError{"Do", "path", "is not escaped"}
	}
	segments := strings.Split(path[1:], "/")
	for i, segment := range segments {
		plain, _ := url.PathUnescape(segment)
		if plain == "." || plain == ".." || plain == "" && i < len(segments)-1 {
			return &ArgumentError{"Do", "path", `must have no empty, "." or ".." segment`}
		}
	}
	return nil
}

// inOperation names the operation in an argument error that doesn't know it.
func inOperation(op *Operation, err error) error {
	var argument *ArgumentError
	if !errors.As(err, &argument) {
		return &ArgumentError{op.Name, "query", err.Error()}
	}
	return &ArgumentError{op.Name, argument.Field, argument.Reason}
}
