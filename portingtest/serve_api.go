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
	"strconv"
	"strings"
	"time"
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
	sentAt time.Time       // by the sandbox's clock

	lenient bool // unknown keys are ignored
}

// problems collects what is wrong with the request.
func (r *request) problems() problems { return problems{lenient: r.lenient} }

// serveAPI answers a request to the API host.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	m := readMessage(w, r)
	x := exchange{operation: m.operation(), ids: m.ids, body: m.body, postpone: func(l late) { s.postpone(r, m, l) }}
	s.serve(w, r, x, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		status, answer, err := s.answer(w.Header(), r, m)
		if err != nil {
			s.judge(r.Method+" "+r.URL.EscapedPath(), err)
			status, answer = errorAnswer(err)
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		w.WriteHeader(status)
		_, _ = w.Write(answer) // a client that went away
	})
}

// message is a request as it came: where it goes and what it brings, or why
// that can't be told.
type message struct {
	route    *route
	ids      map[string]string
	allow    []string // the methods that the path takes, if not this one
	routeErr error
	body     []byte
	bodyErr  error
}

func readMessage(w http.ResponseWriter, r *http.Request) *message {
	var m message
	m.route, m.ids, m.allow, m.routeErr = findRoute(r.Method, r.URL)
	if r.Body == http.NoBody {
		return &m
	}
	m.body, m.bodyErr = io.ReadAll(http.MaxBytesReader(w, body{r.Body}, maxBody))
	return &m
}

// operation names the operation; it is empty if there is none.
func (m *message) operation() string {
	if m.route == nil {
		return ""
	}
	return m.route.name
}

// answer does what a request asks for.
func (s *Server) answer(header http.Header, r *http.Request, m *message) (status int, answer []byte, err error) {
	q, err := s.read(header, r, m)
	if err != nil {
		return 0, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.box.tick()
	q.sentAt = s.box.Clock
	result, err := m.route.handle(s.box, q)
	if err != nil {
		return 0, nil, err
	}
	answer, err = encode(result)
	return m.route.status, answer, err
}

// read checks the form of a request.
func (s *Server) read(header http.Header, r *http.Request, m *message) (*request, error) {
	if m.routeErr != nil {
		if m.allow != nil {
			header.Set("Allow", strings.Join(m.allow, ", "))
		}
		return nil, m.routeErr
	}
	if err := authorize(s.config, r.Header); err != nil {
		return nil, err
	}
	q := &request{ids: m.ids, header: header, lenient: s.config.lenient}
	var err error
	if q.query, err = readQuery(r.URL, m.route, q.problems()); err != nil {
		return nil, err
	}
	if q.body, err = readBody(r.Header, m, q.problems()); err != nil {
		return nil, err
	}
	return q, nil
}

// postpone keeps a request that will be handled later. Its form is checked now.
func (s *Server) postpone(r *http.Request, m *message, l late) {
	q, err := s.read(http.Header{}, r, m)
	if err != nil {
		s.judge(r.Method+" "+r.URL.EscapedPath(), err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.box.tick()
	s.box.postpone(postponed{
		Method: r.Method, Target: r.URL.RequestURI(), Body: q.body, SentAt: s.box.Clock,
	}, l)
}

// readQuery gives the query, whose keys have to be known.
func readQuery(target *url.URL, of *route, bad problems) (url.Values, error) {
	if target.RawQuery == "" {
		return nil, nil //nolint:nilnil // a nil query reads as an empty one
	}
	query, err := url.ParseQuery(target.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "the query can't be read")
	}
	for _, key := range slices.Sorted(maps.Keys(query)) {
		switch {
		case !slices.Contains(of.query, key):
			bad.add(member("", key), unknownKey, "is no query key of "+of.name)
		case len(query[key]) > 1:
			bad.add(member("", key), repeatedKey, "is there more than once")
		}
	}
	return query, bad.err()
}

// readBody gives the body, which has to be a JSON text. An operation that takes
// none gets an empty object, and accepts one.
func readBody(header http.Header, m *message, bad problems) (json.RawMessage, error) {
	body, takes := m.body, m.route.body
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(m.bodyErr, &tooLarge):
		return nil, refuse(http.StatusRequestEntityTooLarge, "the body is over %d bytes", maxBody)
	case m.bodyErr != nil:
		return nil, refuse(http.StatusRequestTimeout, "the body breaks off")
	case len(body) == 0 && takes:
		return nil, refuse(http.StatusBadRequest, "the body is missing")
	case len(body) == 0:
		return json.RawMessage("{}"), nil
	}
	if kind, _, err := mime.ParseMediaType(header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, refuse(http.StatusUnsupportedMediaType, "the Content-Type has to be application/json")
	}
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, refuse(http.StatusBadRequest, "the body is not valid JSON")
	}
	if takes {
		return body, nil
	}
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
