package portingtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/numberporting/porting"
)

// controlPath is where the control routes are.
const controlPath = "/_sandbox"

// maxControlBody bounds a request to a control route. A snapshot has all the
// documents in it.
const maxControlBody = 256 << 20

// WithControl adds the control routes to the API host, under /_sandbox/: what a Go
// test does with the methods of [Server], a test in another language does with
// them over HTTP. They need no credentials and answer this machine alone. The
// package documentation lists them.
func WithControl() Option {
	return func(c *config) { c.control = true }
}

// WithRemoteControl is [WithControl] for other machines as well, which
// [WithNetwork] lets in: whoever can reach the sandbox can change all that is in
// it.
func WithRemoteControl() Option {
	return func(c *config) { c.control, c.remoteControl = true, true }
}

// controlRoute is one of the control routes.
type controlRoute struct {
	method  string
	pattern string // below controlPath
	about   string
	status  int // of success
	handle  func(*Server, *controlCall) (any, error)
}

// controlRoutes are all of them. It is a function because the first of them lists
// them.
func controlRoutes() []controlRoute {
	return []controlRoute{
		{"GET", "/", "this list", 200, (*Server).controlIndex},
		{"GET", "/clock", "the time on the sandbox's clock", 200, (*Server).controlClock},
		{"POST", "/advance", `move the clock: {"by":"7d12h"} or {"to":"2026-03-09T15:00:00Z"}`, 200, (*Server).controlAdvance},
		{"GET", "/faults", "the faults, with how often each has fired", 200, (*Server).controlListFaults},
		{"POST", "/faults", `inject one: {"operation":"Drafts.Create","nth":1,"effect":"drop_after"}`, 201, (*Server).controlInject},
		{"DELETE", "/faults", "remove all of them", 204, (*Server).controlRemoveFaults},
		{"GET", "/faults/{id}", "one fault", 200, (*Server).controlGetFault},
		{"DELETE", "/faults/{id}", "remove it", 204, (*Server).controlRemoveFault},
		{"POST", "/numbers", `set a number's fate: {"number":"+12065550100","behavior":"exception-once"}`, 204, (*Server).controlNumber},
		{"POST", "/scripts", `say what becomes of a number: {"number":"+12065550100","steps":[{"after":"1h","status":"exception"}]}`, 204, (*Server).controlScript},
		{"POST", "/drafts", `add a draft that is ready to be submitted: {"numbers":["+12065550100"]}`, 201, (*Server).controlAddDraft},
		{"POST", "/port_requests", `add one, as if submitted a moment ago: {"numbers":["+12065550100"]}`, 201, (*Server).controlAddPortRequest},
		{"POST", "/move", `move a sub request to a status: {"sub_request_id":"…","status":"exception"}`, 204, (*Server).controlMove},
		{"POST", "/comments", `have the carrier comment: {"port_request_id":"…","body":"…"}, with sub_request_id or without`, 204, (*Server).controlComment},
		{"GET", "/requests", "what was asked, with secrets masked; ?operation=Drafts.Create for those alone", 200, (*Server).controlRequests},
		{"GET", "/violations", "the requests that broke the contract", 200, (*Server).controlViolations},
		{"GET", "/findings", "all that AssertClean finds; [] if there is nothing", 200, (*Server).controlFindings},
		{"GET", "/snapshot", "the whole state", 200, (*Server).controlSnapshot},
		{"PUT", "/snapshot", "go back to it", 204, (*Server).controlRestore},
		{"POST", "/reset", "start over: an empty sandbox, without faults", 204, (*Server).controlReset},
	}
}

// controlCall is a request to a control route.
type controlCall struct {
	ids   map[string]string // from the path
	query url.Values
	body  []byte
}

// isControl tells whether a request is for a control route.
func (s *Server) isControl(r *http.Request) bool {
	return s.config.control && (r.URL.Path == controlPath || strings.HasPrefix(r.URL.Path, controlPath+"/"))
}

// serveControl answers a request to a control route. It isn't recorded, and no
// fault hits it.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	status, answer, err := s.answerControl(w, r)
	if err != nil {
		status, answer = errorAnswer(err)
	}
	if status != http.StatusNoContent {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(answer) // a client that went away
	}
}

func (s *Server) answerControl(w http.ResponseWriter, r *http.Request) (status int, answer []byte, err error) {
	if !s.config.remoteControl && !isLocal(r.RemoteAddr) {
		return 0, nil, refuse(http.StatusForbidden, "the control routes are for the sandbox's own machine; see WithRemoteControl, and the flag -remote-control")
	}
	found, call, err := findControl(w, r)
	if err != nil {
		return 0, nil, err
	}
	call.query = r.URL.Query()
	if call.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxControlBody)); err != nil {
		return 0, nil, refuse(http.StatusBadRequest, "the body can't be read: %v", err)
	}
	result, err := found.call(s, call)
	if err != nil {
		return 0, nil, err
	}
	if text, written := result.([]byte); written {
		return found.status, text, nil
	}
	if found.status != http.StatusNoContent {
		answer, err = encode(result)
	}
	return found.status, answer, err
}

// isLocal tells whether an address is on this machine. A request in process has
// none.
func isLocal(address string) bool {
	if address == "" {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	return err == nil && net.ParseIP(host).IsLoopback()
}

// findControl gives the route of a request, and what its path says.
func findControl(w http.ResponseWriter, r *http.Request) (*controlRoute, *controlCall, error) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), controlPath)
	if path == "" {
		path = "/"
	}
	var allow []string
	for _, route := range controlRoutes() {
		ids, ok := matchPath(route.pattern, path)
		switch {
		case !ok:
		case route.method == r.Method, route.method == http.MethodGet && r.Method == http.MethodHead:
			return &route, &controlCall{ids: ids}, nil
		default:
			allow = append(allow, route.method)
		}
	}
	if allow == nil {
		return nil, nil, refuse(http.StatusNotFound, "there is no control route %s; GET %s/ lists them", cut(r.URL.EscapedPath()), controlPath)
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	return nil, nil, refuse(http.StatusMethodNotAllowed, "the path takes %s", strings.Join(allow, ", "))
}

// call does what a request asks for. A method of the server that panics because
// its arguments make no sense is a refusal here.
func (route *controlRoute) call(s *Server, c *controlCall) (result any, err error) {
	defer func() {
		wrong := recover()
		if wrong == nil {
			return
		}
		text, _ := wrong.(string)
		why, ours := strings.CutPrefix(text, "portingtest: ")
		if !ours {
			panic(wrong)
		}
		result, err = nil, refuse(http.StatusUnprocessableEntity, "%s", why)
	}()
	return route.handle(s, c)
}

// read reads the body into a struct, which has to know all of its keys.
func (c *controlCall) read(into any) error {
	switch {
	case len(c.body) == 0:
		return refuse(http.StatusBadRequest, "the body is missing")
	case !json.Valid(c.body):
		return refuse(http.StatusBadRequest, "the body is not valid JSON: %s", notJSON(c.body))
	}
	err := jsonv2.Unmarshal(c.body, into, jsonv2.RejectUnknownMembers(true))
	if wrong, ok := errors.AsType[*jsonv2.SemanticError](err); ok {
		var bad problems
		bad.add(string(wrong.JSONPointer), wrongType, semantics(wrong))
		return bad.err()
	}
	if err != nil {
		return refuse(http.StatusBadRequest, "%v", err)
	}
	return nil
}

// semantics says what is wrong with a value.
func semantics(e *jsonv2.SemanticError) string {
	switch {
	case errors.Is(e.Err, jsonv2.ErrUnknownName):
		return "is no key of this object"
	case e.Err != nil:
		return e.Err.Error()
	}
	return "can't be a " + e.JSONKind.String()
}

// period is a length of time in a body: a number of seconds, or a text such as
// "36h", "7d" or "1d12h30m".
type period time.Duration

// UnmarshalJSON reads it.
func (d *period) UnmarshalJSON(data []byte) error {
	const day, most = 24 * time.Hour, math.MaxInt64 / 2
	wrong := errors.New(`must be seconds, or a text such as "36h", "7d" or "1d12h30m", up to a century`)
	var seconds float64
	if json.Unmarshal(data, &seconds) == nil && !isNull(data) {
		ns := seconds * float64(time.Second)
		if math.Abs(ns) > most {
			return wrong
		}
		*d = period(ns)
		return nil
	}
	var text string
	if isNull(data) || json.Unmarshal(data, &text) != nil || text == "" {
		return wrong
	}
	var days int
	if before, after, found := strings.Cut(text, "d"); found {
		var err error
		if days, err = strconv.Atoi(before); err != nil || days < 0 || days > int(most/day) {
			return wrong
		}
		text = after
	}
	var rest time.Duration
	if text != "" {
		var err error
		if rest, err = time.ParseDuration(text); err != nil || rest.Abs() > most {
			return wrong
		}
	}
	*d = period(time.Duration(days)*day + rest)
	return nil
}

func (s *Server) controlIndex(*controlCall) (any, error) {
	type line struct {
		Method string `json:"method"`
		Path   string `json:"path"`
		About  string `json:"about"`
	}
	var lines []line
	for _, route := range controlRoutes() {
		lines = append(lines, line{route.method, controlPath + route.pattern, route.about})
	}
	return lines, nil
}

type clockObject struct {
	Now time.Time `json:"now"`
}

func (s *Server) controlClock(*controlCall) (any, error) { return clockObject{s.Now()}, nil }

func (s *Server) controlAdvance(c *controlCall) (any, error) {
	var body struct {
		By *period    `json:"by"`
		To *time.Time `json:"to"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	if (body.By == nil) == (body.To == nil) {
		return nil, refuse(http.StatusUnprocessableEntity, "there must be either by, or to")
	}
	var by time.Duration
	if body.By != nil {
		by = time.Duration(*body.By)
	} else {
		by = body.To.Sub(s.Now())
	}
	s.Advance(by)
	return clockObject{s.Now()}, nil
}

func (s *Server) controlNumber(c *controlCall) (any, error) {
	var body struct {
		Number string `json:"number"`
		Fate
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := config{settings: s.box.Settings}
	changed.Fates = maps.Clone(changed.Fates) // which may be that of the options
	WithNumber(body.Number, body.Fate)(&changed)
	s.box.Settings.Fates = changed.Fates
	return nil, nil //nolint:nilnil // the answer is empty
}

func (s *Server) controlScript(c *controlCall) (any, error) {
	var body struct {
		Number string `json:"number"`
		Steps  []struct {
			OnUpdate  bool      `json:"on_update"`
			After     period    `json:"after"`
			FOCDate   time.Time `json:"foc_date"`
			NoFOCDate bool      `json:"no_foc_date"`
			Status    string    `json:"status"`
			Comment   string    `json:"comment"`
			Unassign  bool      `json:"unassign"`
			Split     bool      `json:"split"`
		} `json:"steps"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	if !e164.MatchString(body.Number) {
		return nil, refuse(http.StatusUnprocessableEntity, "number %s", wantE164(body.Number))
	}
	steps := make([]Step, len(body.Steps))
	for i, step := range body.Steps {
		steps[i] = Step{
			OnUpdate: step.OnUpdate, After: time.Duration(step.After), FOCDate: step.FOCDate, NoFOCDate: step.NoFOCDate,
			Status: step.Status, Comment: step.Comment, Unassign: step.Unassign, Split: step.Split,
		}
	}
	s.Script(body.Number, steps...)
	return nil, nil //nolint:nilnil // the answer is empty
}

func (s *Server) controlAddDraft(c *controlCall) (any, error) {
	numbers, err := s.readNumbersToAdd(c)
	if err != nil {
		return nil, err
	}
	id, _ := s.AddDraft(numbers...)
	s.lock()
	defer s.mu.Unlock()
	return s.box.draftObject(s.box.Drafts.ByID[string(id)], include{phoneNumbers: true, subRequests: true}), nil
}

func (s *Server) controlAddPortRequest(c *controlCall) (any, error) {
	numbers, err := s.readNumbersToAdd(c)
	if err != nil {
		return nil, err
	}
	id, _ := s.AddPortRequest(numbers...)
	s.lock()
	defer s.mu.Unlock()
	return s.box.portRequestObject(s.box.PortRequests.ByID[string(id)], include{phoneNumbers: true, subRequests: true}), nil
}

// readNumbersToAdd gives the numbers of a body, all of which can be ported.
func (s *Server) readNumbersToAdd(c *controlCall) ([]string, error) {
	var body struct {
		Numbers []string `json:"numbers"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	s.lock()
	defer s.mu.Unlock()
	_, err := s.box.acceptNumbers(body.Numbers)
	return body.Numbers, err
}

func (s *Server) controlMove(c *controlCall) (any, error) {
	var body struct {
		SubRequestID porting.SubRequestID     `json:"sub_request_id"`
		Status       porting.SubRequestStatus `json:"status"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	s.Move(body.SubRequestID, body.Status)
	return nil, nil //nolint:nilnil // the answer is empty
}

func (s *Server) controlComment(c *controlCall) (any, error) {
	var body struct {
		PortRequestID porting.PortRequestID `json:"port_request_id"`
		SubRequestID  porting.SubRequestID  `json:"sub_request_id"`
		Body          string                `json:"body"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	if strings.TrimSpace(body.Body) == "" {
		return nil, refuse(http.StatusUnprocessableEntity, "body must not be empty")
	}
	s.AddComment(body.PortRequestID, body.SubRequestID, body.Body)
	return nil, nil //nolint:nilnil // the answer is empty
}

func (s *Server) controlRequests(c *controlCall) (any, error) {
	type object struct {
		ID        string     `json:"id"`
		At        time.Time  `json:"at"`
		Method    string     `json:"method"`
		Path      string     `json:"path"`
		Operation string     `json:"operation"`
		Query     url.Values `json:"query"`
		Body      string     `json:"body"`
		Status    int        `json:"status"`
		Fault     string     `json:"fault"`
	}
	objects := []object{}
	for _, r := range s.Requests(c.query["operation"]...) {
		objects = append(objects, object(r))
	}
	return objects, nil
}

func (s *Server) controlViolations(*controlCall) (any, error) {
	return append([]string{}, s.Violations()...), nil
}

func (s *Server) controlFindings(*controlCall) (any, error) {
	found := findings{}
	s.AssertClean(&found)
	return found, nil
}

// findings are what AssertClean reports.
type findings []string

// Helper is for [TB].
func (f *findings) Helper() {}

// Errorf is for [TB].
func (f *findings) Errorf(format string, args ...any) {
	*f = append(*f, strings.TrimPrefix(fmt.Sprintf(format, args...), "portingtest: "))
}

func (s *Server) controlSnapshot(*controlCall) (any, error) { return s.Snapshot(), nil }

func (s *Server) controlRestore(c *controlCall) (any, error) {
	if err := s.Restore(c.body); err != nil {
		return nil, refuse(http.StatusUnprocessableEntity, "%s", strings.TrimPrefix(err.Error(), "portingtest: "))
	}
	return nil, nil //nolint:nilnil // the answer is empty
}

func (s *Server) controlReset(*controlCall) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.box = newSandbox(s.config, s.storageURL)
	s.faults = nil
	s.record = record{}
	return nil, nil //nolint:nilnil // the answer is empty
}

// faultObject is what the control routes say of a fault.
type faultObject struct {
	ID      int    `json:"id"`
	Fault   string `json:"fault"`
	Fired   int    `json:"fired"`
	Removed bool   `json:"removed"`
}

// faultObjects are those of all faults, under the server's lock. An id is a place
// in the list, from 1.
func (s *Server) faultObjects() []faultObject {
	s.mu.Lock()
	defer s.mu.Unlock()
	objects := make([]faultObject, len(s.faults))
	for i, f := range s.faults {
		objects[i] = faultObject{i + 1, f.fault.String(), f.fired, f.removed}
	}
	return objects
}

func (s *Server) controlListFaults(*controlCall) (any, error) { return s.faultObjects(), nil }

func (s *Server) controlGetFault(c *controlCall) (any, error) {
	objects := s.faultObjects()
	i := slices.IndexFunc(objects, func(f faultObject) bool { return strconv.Itoa(f.ID) == c.ids["id"] })
	if i < 0 {
		return nil, missing("fault")
	}
	return objects[i], nil
}

func (s *Server) controlInject(c *controlCall) (any, error) {
	var body controlFault
	if err := c.read(&body); err != nil {
		return nil, err
	}
	injected := s.Inject(body.fault())
	s.mu.Lock()
	id := slices.Index(s.faults, injected) + 1
	s.mu.Unlock()
	return s.controlGetFault(&controlCall{ids: map[string]string{"id": strconv.Itoa(id)}})
}

func (s *Server) controlRemoveFaults(*controlCall) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		f.removed = true
	}
	return nil, nil //nolint:nilnil // the answer is empty
}

func (s *Server) controlRemoveFault(c *controlCall) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if strconv.Itoa(i+1) == c.ids["id"] {
			f.removed = true
			return nil, nil //nolint:nilnil // the answer is empty
		}
	}
	return nil, missing("fault")
}
