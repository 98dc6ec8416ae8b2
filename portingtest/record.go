package portingtest

import (
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"
)

// The bounds of the record: of the requests in it, and of the bytes of their
// bodies. What is older is forgotten; the counts go on.
const (
	maxRecorded      = 10_000
	maxRecordedBytes = 16 << 20
)

// Request is what a sandbox keeps of a request that it was sent.
type Request struct {
	ID        string    // the X-Request-Id of the answer
	At        time.Time // by the sandbox's clock
	Method    string
	Path      string     // escaped, as it came
	Operation string     // as "Drafts.Create" or [StorageUpload]; empty if it is none
	Query     url.Values // with secrets masked
	Body      string     // JSON with secrets masked; empty for the storage host
	Status    int        // of the answer; 0 if there was none
	Fault     string     // the effect of the fault that met it, if one did
}

// Requests lists the requests so far in the order in which they came, or, if
// operations are named, those of them. A retry is a request of its own.
//
// PINs, account numbers, tax and business identifiers, the sandbox's tokens and
// the signatures of links are masked in it. It goes back at most 10,000 requests
// and 16 MiB of bodies.
//
// An operation has the name of the client's method. An upload is three
// requests: two of "Documents.Upload" and one of [StorageUpload]. Requests
// panics if there is no operation of a name.
func (s *Server) Requests(operations ...string) []Request {
	for _, name := range operations {
		mustOperation("Requests", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Request
	for _, e := range s.record.list {
		if len(operations) == 0 || slices.Contains(operations, e.Operation) {
			list = append(list, e.request())
		}
	}
	return list
}

// Count tells how many requests of an operation there were, without a bound. It
// panics if there is no operation of that name.
func (s *Server) Count(operation string) int {
	mustOperation("Count", operation)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record.counts[operation]
}

// LastBody gives the body of the last request of an operation, with secrets
// masked. It is empty if the record has none. It panics if there is no operation
// of that name.
func (s *Server) LastBody(operation string) string {
	mustOperation("LastBody", operation)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range slices.Backward(s.record.list) {
		if e.Operation == operation {
			return string(e.body)
		}
	}
	return ""
}

// record keeps the last requests.
type record struct {
	list   []*entry
	bytes  int // of their bodies
	counts map[string]int
}

func (r *record) add(e *entry) {
	if r.counts == nil {
		r.counts = map[string]int{}
	}
	r.counts[e.Operation]++
	r.list = append(r.list, e)
	r.bytes += len(e.body)
	for len(r.list) > maxRecorded || r.bytes > maxRecordedBytes {
		r.bytes -= len(r.list[0].body)
		r.list[0] = nil
		r.list = r.list[1:]
	}
}

// entry is a request in the record. Its status is set while others may read it.
type entry struct {
	Request
	query  string
	body   []byte
	status atomic.Int64
}

func newEntry(c config, r *http.Request, x exchange) *entry {
	return &entry{
		Request: Request{Method: r.Method, Path: maskText(c, r.URL.EscapedPath()), Operation: x.operation},
		query:   maskText(c, r.URL.RawQuery),
		body:    maskBody(c, x.body),
	}
}

// answered notes the status of the answer, once.
func (e *entry) answered(status int) { e.status.CompareAndSwap(0, int64(status)) }

func (e *entry) request() Request {
	r := e.Request
	r.Query, _ = url.ParseQuery(e.query) // as much of it as can be read
	for _, key := range secretKeys {
		if r.Query.Has(key) {
			r.Query.Set(key, masked)
		}
	}
	r.Body = string(e.body)
	r.Status = int(e.status.Load())
	return r
}
