package portingtest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
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
	if s.isControl(r) {
		s.serveControl(w, r)
		return
	}
	m := s.readMessage(w, r)
	if m.unasked {
		r = r.WithContext(r.Context())
		r.Body = http.NoBody // to read it is to ask for it
	}
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
		if r.Method != http.MethodHead {
			_, _ = w.Write(answer) // a client that went away
		}
	})
}

// message is a request as it came: where it goes and what it brings, or why
// that can't be told.
type message struct {
	route   *route
	ids     map[string]string
	allow   []string // the methods that the path takes, if not this one
	query   url.Values
	headErr error // what is wrong with all but the body
	body    []byte
	bodyErr error
	unasked bool // the client waits to be asked for the body, and won't be
}

// readMessage reads a request. Who waits to be asked for the body isn't asked if
// the rest is already wrong.
func (s *Server) readMessage(w http.ResponseWriter, r *http.Request) *message {
	var m message
	m.headErr = s.readHead(r, &m)
	waits := strings.EqualFold(r.Header.Get("Expect"), "100-continue")
	switch {
	case r.Body == http.NoBody:
		return &m
	case waits && m.headErr != nil:
		m.unasked = true
		return &m
	case waits && r.ContentLength > maxBody:
		m.unasked, m.bodyErr = true, &http.MaxBytesError{Limit: maxBody}
		return &m
	}
	m.body, m.bodyErr = io.ReadAll(http.MaxBytesReader(w, body{r.Body}, maxBody))
	return &m
}

// readHead reads all of a request but the body.
func (s *Server) readHead(r *http.Request, m *message) (err error) {
	if m.route, m.ids, m.allow, err = findRoute(r.Method, r.URL); err != nil {
		return err
	}
	if err := authorize(s.config, r.Header); err != nil {
		return err
	}
	m.query, err = readQuery(r.URL, m.route, problems{lenient: s.config.lenient})
	return err
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
	if m.headErr != nil {
		if m.allow != nil {
			header.Set("Allow", strings.Join(m.allow, ", "))
		}
		return nil, m.headErr
	}
	q := &request{ids: m.ids, query: m.query, header: header, lenient: s.config.lenient}
	var err error
	q.body, err = readBody(r.Header, m, q.problems())
	return q, err
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
		body.Message = known.Message + known.Path
		for _, p := range known.Problems {
			d := detail{Code: p.Code, Title: http.StatusText(status), Detail: p.detail()}
			if p.Pointer != "" {
				d.Source = &source{p.Pointer}
			}
			body.Errors = append(body.Errors, d)
		}
	}
	answer, _ = json.Marshal(body) // strings always can be written
	return status, answer
}
