package porting

import (
	"errors"
	"net/url"
	"strings"

	"github.com/google/go-querystring/query"
)

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
