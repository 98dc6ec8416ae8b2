package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"
	"github.com/pb33f/libopenapi-validator/paths"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A checker holds exchanges to the description, and keeps a record of what it saw. It is safe for concurrent use.
type checker struct {
	*description
	byID    map[string]operation
	regexes *sync.Map // of paths, compiled

	mu        sync.Mutex // guards all below
	validator validator.Validator
	seen      map[string]bool // see record
	checked   int             // exchanges
}

var making sync.Mutex

func newChecker(t *testing.T, d *description) *checker {
	t.Helper()
	regexes := new(sync.Map)
	making.Lock() // it writes to the description that all share
	v, errs := validator.NewValidator(d.doc,
		config.WithRegexCache(regexes),
		config.WithStrictMode(), // unknown query parameters, body keys and headers are errors
		config.WithStrictIgnorePaths("$.body.form_fields.*", "$.body.errors.*"), // maps, whose keys are data
		config.WithFormatAssertions(),
		config.WithRejectUndeclaredRequestBody(),
	)
	making.Unlock()
	require.Empty(t, errs)
	c := &checker{description: d, byID: map[string]operation{}, regexes: regexes, validator: v, seen: map[string]bool{}}
	for _, op := range d.operations {
		c.byID[op.OperationId] = op
	}
	return c
}

// oddKey is the key of a *bool in a request's context: if true, the request isn't one that the description allows, and
// only its answer is checked.
type oddKey struct{}

// check tells which operation an exchange is of, and what is wrong with it. It reads both bodies.
func (c *checker) check(req *http.Request, resp *http.Response) (id string, failures []string) {
	c.mu.Lock() // the validator's strict mode has data races
	defer c.mu.Unlock()
	c.checked++

	mark, _ := req.Context().Value(oddKey{}).(*bool)
	odd := mark != nil && *mark
	op, ok := c.operation(req)
	switch {
	case !ok && odd:
		return "", checkRefusal(req, resp)
	case !ok:
		return "", []string{req.Method + " " + req.URL.Path + ": no such operation"}
	}
	fail := func(format string, args ...any) {
		failures = append(failures, op.OperationId+": "+fmt.Sprintf(format, args...))
	}

	sent, got := replay(&req.Body), replay(&resp.Body)
	report := func(errs []*errors.ValidationError) {
		for _, err := range errs {
			fail("%s: %s", err.Message, err.Reason)
			for _, detail := range err.SchemaValidationErrors {
				fail("%s: %s", detail.FieldPath, detail.Reason)
			}
		}
	}
	if !odd {
		_, errs := c.validator.ValidateHttpRequestSync(req)
		report(errs)
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	_, errs := c.validator.ValidateHttpResponse(req, resp)
	report(errs)

	// What the validator lets pass.
	if !odd && len(sent) > 0 && !jsontext.Value(sent).IsValid() {
		fail("the request isn't one JSON value with unique keys: %s", sent)
	}
	if !jsontext.Value(got).IsValid() {
		fail("the answer isn't one JSON value with unique keys: %s", got)
	}
	for name, values := range req.URL.Query() {
		if !odd && len(values) > 1 {
			fail("query parameter %s: %d values", name, len(values))
		}
	}
	if _, described := op.Responses.Codes.Get(strconv.Itoa(resp.StatusCode)); resp.StatusCode < 400 && !described {
		fail("no answer with %d is described", resp.StatusCode) // only errors fall under default
	}

	if len(failures) == 0 && !odd {
		c.record(op, req, resp.StatusCode, sent, got)
	}
	return op.OperationId, failures
}

// checkRefusal holds the answer to a request that is no operation to what is said of errors.
func checkRefusal(req *http.Request, resp *http.Response) []string {
	var body struct {
		Message string `json:"message"`
	}
	got := replay(&resp.Body)
	if resp.StatusCode/100 != 4 || json.Unmarshal(got, &body) != nil || body.Message == "" {
		return []string{fmt.Sprintf("%s %s: no refusal: %d %s", req.Method, req.URL.Path, resp.StatusCode, got)}
	}
	return nil
}

// replay reads a body, closes it and puts it back.
func replay(body *io.ReadCloser) []byte {
	if *body == nil {
		return nil
	}
	content, err := io.ReadAll(*body)
	if err != nil {
		content = fmt.Appendf(content, " (%v)", err)
	}
	_ = (*body).Close()
	*body = io.NopCloser(bytes.NewReader(content))
	return content
}

// operation finds the operation that a request is for.
func (c *checker) operation(req *http.Request) (operation, bool) {
	item, errs, _ := paths.FindPath(req, c.model, config.NewValidationOptions(config.WithRegexCache(c.regexes)))
	if len(errs) > 0 || item == nil {
		return operation{}, false
	}
	op, ok := item.GetOperations().Get(strings.ToLower(req.Method))
	if !ok {
		return operation{}, false
	}
	return c.byID[op.OperationId], true
}

// record notes what an exchange made use of:
//
//	Drafts.List 200                  an operation and the status it was answered with
//	Drafts.List?page                 a query parameter
//	DraftPortRequest.id              a key of an object that had a value other than null
//	DraftStatus=pending              a value of an enum
func (c *checker) record(op operation, req *http.Request, status int, sent, got []byte) {
	c.seen[fmt.Sprintf("%s %d", op.OperationId, status)] = true
	for name, schema := range op.query() {
		if value := req.URL.Query().Get(name); value != "" {
			c.seen[op.OperationId+"?"+name] = true
			c.recordValue(schema, value)
		}
	}
	if op.RequestBody != nil {
		media, _ := op.RequestBody.Content.Get("application/json")
		c.recordBody(media.Schema, sent)
	}
	answer, ok := op.Responses.Codes.Get(strconv.Itoa(status))
	if !ok {
		answer = op.Responses.Default
	}
	media, _ := answer.Content.Get("application/json")
	c.recordBody(media.Schema, got)
}

func (c *checker) recordBody(schema *base.SchemaProxy, body []byte) {
	var value any
	if json.Unmarshal(body, &value) == nil {
		c.recordValue(schema, value)
	}
}

func (c *checker) recordValue(proxy *base.SchemaProxy, value any) {
	schema, name := component(proxy)
	switch value := value.(type) {
	case string:
		if schema.Enum != nil {
			c.seen[name+"="+value] = true
		}
	case []any:
		if name == "OneSubRequest" {
			schema = schema.OneOf[1].Schema()
		}
		for _, element := range value {
			c.recordValue(schema.Items.A, element)
		}
	case map[string]any:
		if name == "OneSubRequest" {
			schema, name = component(schema.OneOf[0])
		}
		if schema.Properties == nil { // a map, whose keys are data
			return
		}
		for key, member := range value {
			if property, ok := schema.Properties.Get(key); ok && member != nil {
				c.seen[name+"."+key] = true
				c.recordValue(property, member)
			}
		}
	}
}

// unseen lists what the description has and no exchange made use of.
func (c *checker) unseen() []string {
	c.mu.Lock()
	defer c.mu.Unlock()

	var things []string
	for _, op := range c.operations {
		for code := range op.Responses.Codes.FromOldest() {
			if strings.HasPrefix(code, "2") {
				things = append(things, op.OperationId+" "+code)
			}
		}
		for name := range op.query() {
			things = append(things, op.OperationId+"?"+name)
		}
	}
	for name, schema := range c.schemas {
		for key := range schema.Properties.FromOldest() {
			things = append(things, name+"."+key)
		}
		for _, value := range enum(schema) {
			things = append(things, name+"="+value)
		}
	}
	things = slices.DeleteFunc(things, func(thing string) bool { return c.seen[thing] })
	slices.Sort(things)
	return things
}

// TestChecker shows that the checker takes what is right and refuses what is wrong, so that its silence means something.
func TestChecker(t *testing.T) {
	t.Parallel()
	c := newChecker(t, readDescription(t, source))

	const (
		aDraft      = "GET /draft_port_requests/d1"
		allDrafts   = "GET /draft_port_requests"
		submit      = "POST /draft_port_requests/d1/submit"
		sub         = "GET /port_requests/p1/sub_requests/s1"
		updateSub   = "PUT /port_requests/p1/sub_requests/s1"
		allComments = "GET /port_requests/p1/comments"
		newComment  = "POST /port_requests/p1/comments"

		message = `{"message":"m"}`
		comment = `{"id":"c1","body":"b","sub_request_id":null,"user_id":null,"created_at":"2026-03-02T09:00:00Z"}`
		draft   = `{"id":"d1","created_at":"2026-03-02T09:00:00Z","status":"pending","phone_number_count":0,"port_request_id":null}`
	)
	draftWith := func(members string) string { return strings.TrimSuffix(draft, "}") + "," + members + "}" }
	totals := map[string]string{"Total": "0", "Total-Pages": "0"}

	for _, test := range []struct {
		name       string
		request    string
		header     map[string]string // of the request
		body       string
		status     int
		respHeader map[string]string
		answer     string
		want       string // in a failure; empty: there is none
	}{
		{name: "an object", request: aDraft + "?include_phone_numbers=false", status: 200, answer: draft},
		{name: "a page", request: allDrafts + "?page=2&status=pending", status: 200, respHeader: totals, answer: `[]`},
		{name: "a body", request: newComment, body: `{"body":"b","sub_request_id":null}`, status: 201, answer: comment},
		{name: "an error", request: aDraft, status: 404, answer: message},
		{name: "an error that isn't documented", request: allComments, status: 500, answer: `{"errors":[{"code":"1"}]}`},

		{name: "unknown path", request: "GET /drafts/d1", status: 200, answer: draft, want: "no such operation"},
		{name: "unknown method", request: "DELETE /draft_port_requests/d1", status: 200, answer: draft, want: "no such operation"},
		{name: "unknown parameter", request: aDraft + "?include=all", status: 200, answer: draft, want: "'include'"},
		{name: "parameter of another type", request: allDrafts + "?page=two", status: 200, respHeader: totals, answer: `[]`, want: "'page'"},
		{name: "parameter with an unknown value", request: allDrafts + "?status=complete", status: 200, respHeader: totals, answer: `[]`, want: "'status'"},
		{name: "parameter that comes twice", request: allDrafts + "?page=1&page=2", status: 200, respHeader: totals, answer: `[]`, want: "2 values"},
		{name: "no credentials", request: aDraft, header: map[string]string{"X-Api-Token": ""}, status: 200, answer: draft, want: "x-api-token not found"},
		{name: "unknown header", request: aDraft, header: map[string]string{"X-Other": "1"}, status: 200, answer: draft, want: "'X-Other'"},
		{name: "body without a key", request: newComment, body: `{}`, status: 201, answer: comment, want: "missing property 'body'"},
		{name: "body with an unknown key", request: newComment, body: `{"body":"b","user_id":"u"}`, status: 201, answer: comment, want: "'user_id'"},
		{name: "body with a key that comes twice", request: newComment, body: `{"body":"b","body":"b"}`, status: 201, answer: comment, want: "unique keys"},
		{name: "body with a null", request: newComment, body: `{"body":null}`, status: 201, answer: comment, want: "got null, want string"},
		{name: "body with a time without a zone", request: updateSub, body: `{"foc_date_requested_by_user":"2026-03-05T16:00:00"}`,
			status: 422, answer: message, want: "is not valid date-time"},
		{name: "update without fields", request: updateSub, body: `{}`, status: 422, answer: message, want: "minProperties"},
		{name: "no body", request: newComment, status: 201, answer: comment, want: "content type ''"},
		{name: "body where none is described", request: submit, body: `{}`, status: 201, answer: draft, want: "is not declared"},

		{name: "another success", request: submit, status: 200, answer: `{}`, want: "no answer with 200"},
		{name: "unknown key", request: aDraft, status: 200, answer: draftWith(`"support_key":"pr_1"`), want: "'support_key'"},
		{name: "unknown key further down", request: aDraft, status: 200, answer: draftWith(`"sub_requests":[{"status":"ported"}]`), want: "'status'"},
		{name: "missing key", request: aDraft, status: 200, answer: `{"id":"d1"}`, want: "missing properties 'created_at', 'status'"},
		{name: "value of another type", request: newComment, body: `{"body":"b"}`, status: 201, answer: `{"id":1}`, want: "got number, want string"},
		{name: "unknown value", request: aDraft, status: 200, answer: strings.Replace(draft, "pending", "new", 1), want: "one of 'pending', 'submitted'"},
		{name: "time in another form", request: aDraft, status: 200, answer: strings.Replace(draft, "T09", " 09", 1), want: "not valid date-time"},
		{name: "array for an object", request: aDraft, status: 200, answer: `[` + draft + `]`, want: "got array, want object"},
		{name: "empty array for one object", request: sub, status: 200, answer: `[]`, want: "minItems: got 0, want 1"},
		{name: "no answer", request: aDraft, status: 200, want: "isn't one JSON value"},
		{name: "two answers", request: aDraft, status: 200, answer: draft + draft, want: "isn't one JSON value"},
		{name: "answer in another content type", request: aDraft, status: 200, respHeader: map[string]string{"Content-Type": "text/html"},
			answer: draft, want: "'text/html'"},
		{name: "page without its totals", request: allDrafts, status: 200, answer: `[]`, want: "'Total-Pages'"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			method, path, _ := strings.Cut(test.request, " ")
			req := httptest.NewRequestWithContext(t.Context(), method, "https://api.telnyx.com/origination/porting"+path, nil)
			req.Header = http.Header{"X-Api-User": {"u"}, "X-Api-Token": {"t"}}
			if test.body != "" {
				req.Body = io.NopCloser(strings.NewReader(test.body))
				req.Header.Set("Content-Type", "application/json")
			}
			for key, value := range test.header {
				req.Header.Set(key, value)
			}
			resp := &http.Response{
				StatusCode: test.status,
				Header:     http.Header{"Content-Type": {"application/json"}},
				Body:       io.NopCloser(strings.NewReader(test.answer)),
				Request:    req,
			}
			for key, value := range test.respHeader {
				resp.Header.Set(key, value)
			}

			_, failures := c.check(req, resp)
			if test.want == "" {
				assert.Empty(t, failures)
			} else {
				assert.Contains(t, strings.Join(failures, "\n"), test.want)
			}
		})
	}
}
