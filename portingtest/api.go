package portingtest

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxBody bounds a request to the API.
const maxBody = 8 << 20

// request is a request to the API whose route, credentials, query keys and body
// syntax are right.
type request struct {
	ids    map[string]string // from the path
	query  url.Values
	body   json.RawMessage // an empty object when there was none
	header http.Header     // of the answer
}

// serveAPI answers a request to the API host.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	id := s.box.newRequestID()
	s.mu.Unlock()
	w.Header().Set("X-Request-Id", id)
	w.Header().Set("Content-Type", "application/json")

	status, answer, err := s.answer(w, r)
	if err != nil {
		status, answer = errorAnswer(err)
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer) // a client that went away
}

// answer does what a request asks for.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) (status int, answer []byte, err error) {
	route, ids, allow, err := findRoute(r.Method, r.URL)
	if err != nil {
		if allow != nil {
			w.Header().Set("Allow", strings.Join(allow, ", "))
		}
		return 0, nil, err
	}
	if err := authorize(s.config, r.Header); err != nil {
		return 0, nil, err
	}
	query, err := readQuery(r.URL, route)
	if err != nil {
		return 0, nil, err
	}
	body, err := readBody(w, r, route.body)
	if err != nil {
		return 0, nil, err
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	result, err := route.handle(s.box, &request{ids: ids, query: query, body: body, header: w.Header()})
	if err != nil {
		return 0, nil, err
	}
	answer, err = json.Marshal(result)
	return route.status, answer, err
}

// readQuery gives the query, whose keys have to be known.
func readQuery(target *url.URL, of *route) (url.Values, error) {
	query, err := url.ParseQuery(target.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "the query can't be read")
	}
	var bad problems
	for _, key := range slices.Sorted(maps.Keys(query)) {
		switch {
		case !slices.Contains(of.query, key):
			bad.add(member("", key), "unknown_key", "is no query key of "+of.name)
		case len(query[key]) > 1:
			bad.add(member("", key), "repeated_key", "is there more than once")
		}
	}
	return query, bad.err()
}

// readBody gives the body, which has to be a JSON text. An operation that takes
// none gets an empty object, and accepts one.
func readBody(w http.ResponseWriter, r *http.Request, takes bool) (json.RawMessage, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refuse(http.StatusRequestEntityTooLarge, "the body is over %d bytes", maxBody)
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "the body can't be read")
	case len(body) == 0 && takes:
		return nil, refuse(http.StatusBadRequest, "the body is missing")
	case len(body) == 0:
		return json.RawMessage("{}"), nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, refuse(http.StatusUnsupportedMediaType, "the Content-Type has to be application/json")
	}
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, refuse(http.StatusBadRequest, "the body is not valid JSON")
	}
	if takes {
		return body, nil
	}
	var bad problems
	readObject(body, "", nil, &bad)
	return body, bad.err()
}

// errorAnswer gives the answer for an error.
func errorAnswer(err error) (status int, answer []byte) {
	type source struct {
		Pointer string `json:"pointer"`
	}
	type detail struct {
		Code   string  `json:"code"`
		Title  string  `json:"title"`
		Detail string  `json:"detail"`
		Source *source `json:"source,omitempty"`
	}
	var body struct {
		Message string   `json:"message"`
		Errors  []detail `json:"errors,omitempty"`
	}
	status = http.StatusInternalServerError
	body.Message = "Internal server error: the answer can't be written as JSON"
	if known, ok := errors.AsType[*statusError](err); ok {
		status = known.Status
		body.Message = known.Message
		for _, p := range known.Problems {
			d := detail{Code: p.Code, Title: http.StatusText(status), Detail: p.Detail}
			if p.Pointer != "" {
				d.Source = &source{p.Pointer}
			}
			body.Errors = append(body.Errors, d)
		}
	}
	answer, _ = json.Marshal(body) // strings always can be written
	return status, answer
}
