package porting_test

import (
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting"
)

// A fault is what goes wrong with the first try of an operation; all later ones go well.
type fault struct {
	name string

	// Where it goes wrong. Only one of them is set.
	unresolved bool                                            // the name server doesn't know the host
	refuse     bool                                            // nobody listens on the port
	verify     bool                                            // the certificate is another one than is trusted
	accept     func(net.Conn)                                  // before the server reads anything
	serve      func(*cell, http.ResponseWriter, *http.Request) // after it has read the request

	tls    bool // the fault is one of HTTPS, or needs it
	follow int  // requests that follow in the same try if it succeeds

	repeatable, unsafe expected // of the classes safe and idempotent, and of unsafe
	posts              expected // of safe and idempotent operations that aren't a GET; zero: as repeatable
	upload, download   expected // of the steps of these that go to storage; zero: as repeatable
	opts               []porting.Option
}

// An expected is what comes of a call, how often the client tried the operation, and
// how often the server acted on it.
type expected struct {
	result result
	tries  int
	acted  int
}

func (e expected) String() string {
	tries := "tries"
	if e.tries == 1 {
		tries = "try"
	}
	return fmt.Sprintf("%s, %d %s, acted %d", e.result, e.tries, tries, e.acted)
}

type result string

const (
	succeeded result = "succeeded"
	unknown   result = "outcome unknown"
	network   result = "ConnectionError"
	refused   result = "APIError"
	limited   result = "RateLimitError"
	garbled   result = "DecodeError"
)

// resultOf names what a call has returned.
func resultOf(err error) result {
	switch {
	case err == nil:
		return succeeded
	case isA[*porting.OutcomeUnknownError](err):
		return unknown
	case isA[*porting.ConnectionError](err):
		return network
	case isA[*porting.RateLimitError](err):
		return limited
	case isA[*porting.APIError](err):
		return refused
	case isA[*porting.DecodeError](err):
		return garbled
	}
	return result(err.Error())
}

// status answers without acting.
func status(code int, header, body string) func(*cell, http.ResponseWriter, *http.Request) {
	return func(_ *cell, w http.ResponseWriter, _ *http.Request) {
		if key, value, ok := strings.Cut(header, ": "); ok {
			w.Header().Set(key, value)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// acting acts, and answers with what isn't an answer of the API.
func acting(body string) func(*cell, http.ResponseWriter, *http.Request) {
	return func(c *cell, w http.ResponseWriter, _ *http.Request) {
		c.act(body)
		_, _ = io.WriteString(w, body)
	}
}

// drip acts, and answers in thirty parts with a pause before each.
func drip(pause time.Duration) func(*cell, http.ResponseWriter, *http.Request) {
	return func(c *cell, w http.ResponseWriter, r *http.Request) {
		c.act(c.file)
		c.rest()
		ticker := time.NewTicker(pause)
		defer ticker.Stop()
		for part := range slices.Chunk([]byte(c.file), len(c.file)/30+1) {
			select {
			case <-ticker.C:
			case <-r.Context().Done():
				return
			}
			_, _ = w.Write(part)
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// reset breaks the connection off.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// breakOff breaks off the connection, or the stream if it is HTTP/2.
func breakOff(w http.ResponseWriter, r *http.Request, how func(net.Conn)) {
	if r.ProtoMajor == 2 {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	how(conn)
}

// What comes of most faults.
var (
	once    = expected{succeeded, 1, 1} // the fault is none
	again   = expected{succeeded, 2, 1} // the first try had no effect
	twice   = expected{succeeded, 2, 2}
	lost    = expected{unknown, 1, 1}
	notSeen = expected{unknown, 1, 0} // the client can't know
	cutOff  = expected{network, 1, 1} // of a download, which isn't repeated once it has begun
	said    = expected{refused, 1, 0}
)

var shortTries = []porting.Option{porting.WithTryTimeout(4 * time.Second)}

// faults is the matrix: one row for each, one column for each class.
func faults() []fault {
	return []fault{
		{name: "refused connection", repeatable: again, unsafe: again, refuse: true},
		{name: "DNS failure", repeatable: again, unsafe: again, unresolved: true, tls: true},
		{name: "TLS handshake broken off", repeatable: again, unsafe: again, accept: reset, tls: true},
		{name: "TLS certificate refused", repeatable: expected{network, 1, 0}, unsafe: expected{network, 1, 0}, verify: true, tls: true},
		{name: "reset before the request is read", repeatable: again, unsafe: notSeen,
			accept: func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)); reset(conn) }},
		{name: "reset after the server acted", repeatable: twice, unsafe: lost,
			serve: func(c *cell, w http.ResponseWriter, r *http.Request) { c.act(""); breakOff(w, r, reset) }},
		{name: "answer broken off", repeatable: twice, unsafe: lost, download: cutOff,
			serve: func(c *cell, w http.ResponseWriter, r *http.Request) {
				c.act("")
				w.Header().Set("Content-Length", "100")
				_, _ = io.WriteString(w, `{"id":`)
				_ = http.NewResponseController(w).Flush()
				breakOff(w, r, func(conn net.Conn) { _ = conn.Close() }) // a reset could overtake the answer
			}},
		{name: "no answer in time, not acted", repeatable: again, unsafe: notSeen, opts: shortTries,
			serve: func(c *cell, _ http.ResponseWriter, r *http.Request) { c.hang(r) }},
		{name: "no answer in time, acted", repeatable: twice, unsafe: lost, opts: shortTries,
			serve: func(c *cell, _ http.ResponseWriter, r *http.Request) { c.act(""); c.hang(r) }},
		{name: "chunked answer without end", repeatable: twice, unsafe: lost, download: cutOff, opts: shortTries,
			serve: func(c *cell, w http.ResponseWriter, r *http.Request) {
				c.act("")
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				c.hang(r)
			}},
		{name: "408", repeatable: again, unsafe: notSeen, serve: status(408, "", "")},
		{name: "429", repeatable: again, unsafe: again, serve: status(429, "", "")},
		{name: "429, Retry-After in seconds", repeatable: again, unsafe: again, serve: status(429, "Retry-After: 1", "")},
		{name: "429, Retry-After as a date", repeatable: again, unsafe: again,
			serve: func(_ *cell, w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", time.Now().Add(time.Second).UTC().Format(http.TimeFormat))
				w.WriteHeader(429)
			}},
		{name: "429, Retry-After 0", repeatable: again, unsafe: again, serve: status(429, "Retry-After: 0", "")},
		{name: "429, Retry-After negative", repeatable: again, unsafe: again, serve: status(429, "Retry-After: -1", "")},
		{name: "429, Retry-After garbage", repeatable: again, unsafe: again, serve: status(429, "Retry-After: soon", "")},
		{name: "429, Retry-After of a day", repeatable: expected{limited, 1, 0}, unsafe: expected{limited, 1, 0}, upload: said, download: said,
			serve: status(429, "Retry-After: 86400", "")},
		{name: "429, Retry-After beyond numbers", repeatable: expected{limited, 1, 0}, unsafe: expected{limited, 1, 0}, upload: said, download: said,
			serve: status(429, "Retry-After: 99999999999999999999", "")},
		{name: "500", repeatable: again, unsafe: notSeen, serve: status(500, "", "")},
		{name: "502 with an HTML page", repeatable: again, unsafe: notSeen, serve: status(502, "Content-Type: text/html", "<html><title>Bad Gateway</title>")},
		{name: "503", repeatable: again, unsafe: notSeen, serve: status(503, "", "")},
		{name: "504", repeatable: again, unsafe: notSeen, serve: status(504, "", "")},
		{name: "501", repeatable: said, unsafe: notSeen, serve: status(501, "", "")},
		{name: "422", repeatable: said, unsafe: said, serve: status(422, "", `{"message":"no"}`)},
		{name: "truncated JSON", repeatable: expected{garbled, 1, 1}, unsafe: expected{garbled, 1, 1}, upload: once, download: once, serve: acting(`[{"id":"1`)},
		{name: "an HTML page with 200", repeatable: expected{garbled, 1, 1}, unsafe: expected{garbled, 1, 1}, upload: once, download: once, serve: acting("<html>")},
		{name: "an empty 200", repeatable: expected{garbled, 1, 1}, unsafe: expected{garbled, 1, 1}, upload: once, download: once, serve: acting("")},
		{name: "an answer that is too large", repeatable: expected{garbled, 1, 1}, unsafe: expected{garbled, 1, 1}, upload: once, // whose answer has a limit of its own
			opts: []porting.Option{porting.WithMaxResponseBytes(1 << 20)}, serve: acting(strings.Repeat(" ", 1<<20+1))},
		{name: "JSON under another content type", repeatable: once, unsafe: once,
			serve: func(c *cell, w http.ResponseWriter, _ *http.Request) {
				c.act(c.file)
				w.Header().Set("Content-Type", "text/plain")
				_, _ = io.WriteString(w, c.file)
			}},
		{name: "gzip", repeatable: once, unsafe: once,
			serve: func(c *cell, w http.ResponseWriter, _ *http.Request) {
				c.act(c.file)
				w.Header().Set("Content-Encoding", "gzip")
				zip := gzip.NewWriter(w)
				_, _ = io.WriteString(zip, c.file)
				_ = zip.Close()
			}},
		{name: "slow drip", repeatable: once, unsafe: once, serve: drip(5 * time.Millisecond)},
		{name: "drip that is too slow", repeatable: twice, unsafe: lost, download: cutOff, opts: shortTries, serve: drip(250 * time.Millisecond)},
		{name: "redirect to another host", repeatable: said, unsafe: said, download: expected{succeeded, 1, 0},
			serve: func(c *cell, w http.ResponseWriter, r *http.Request) {
				c.said.Store("another host's")
				http.Redirect(w, r, c.elsewhere, http.StatusFound)
			}},
		{name: "redirect on the same host", repeatable: once, posts: said, unsafe: said, upload: said, follow: 1,
			serve: func(_ *cell, w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
			}},
	}
}

// The columns of the table, besides the operations' own classes: what a call sends to
// storage.
const (
	toStorage   porting.RetryClass = "upload to storage"
	fromStorage porting.RetryClass = "download from storage"
)

// column is the one that an operation belongs to.
func column(op *operation, classes map[string]porting.RetryClass) porting.RetryClass {
	switch {
	case op.key == "POST ":
		return toStorage
	case op.key == "GET ":
		return fromStorage
	case classes[op.key] == porting.RetryUnsafe:
		return porting.RetryUnsafe
	}
	return porting.RetrySafe
}

func (f *fault) want(op *operation, class porting.RetryClass) expected {
	switch {
	case class == porting.RetryUnsafe:
		return f.unsafe
	case class == toStorage:
		return cmp.Or(f.upload, f.repeatable)
	case class == fromStorage:
		return cmp.Or(f.download, f.repeatable)
	case op.method() != http.MethodGet:
		return cmp.Or(f.posts, f.repeatable)
	}
	return f.repeatable
}

// storageOperations are the steps of an upload and a download that go to storage; they
// have no route.
func storageOperations(t *testing.T) []*operation {
	t.Helper()
	var upload *operation
	for _, op := range operations(t) {
		if op.before != nil {
			upload = op
		}
	}
	return []*operation{
		{key: "POST ", ids: upload.ids, file: upload.file, call: upload.call, want: upload.want},
		{key: "GET ", ids: []string{draftID, documentID}, file: "documents_get",
			call: func(ctx context.Context, c *porting.Client, ids []string) (any, error) {
				var b strings.Builder
				_, err := c.Documents.Download(ctx, porting.DraftID(ids[0]), porting.DocumentID(ids[1]), &b)
				return b.String(), err
			}},
	}
}

// TestFaultMatrix puts every operation through every fault, on real connections of the
// client's own pool. Faults that come after the request was read are there over HTTP/1
// and over HTTP/2. The table is printed by
//
//	go test -run TestFaultMatrix -v .
func TestFaultMatrix(t *testing.T) { //nolint:paralleltest // it measures
	began := time.Now()
	stranger := newStranger(t)
	var visits, leaks atomic.Int32
	visit := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		visits.Add(1)
		for _, key := range []string{"X-Api-User", "X-Api-Token", "Authorization", "Cookie"} {
			if r.Header.Get(key) != "" {
				leaks.Add(1)
			}
		}
		_, _ = io.WriteString(w, "another host's")
	})
	elsewhere, secureElsewhere := httptest.NewServer(visit), httptest.NewTLSServer(visit)
	t.Cleanup(elsewhere.Close)
	t.Cleanup(secureElsewhere.Close)

	classes := map[string]porting.RetryClass{}
	for _, op := range porting.Operations() {
		classes[op.Method+" "+op.Route] = op.Retry
	}
	ops := append(operations(t), storageOperations(t)...)
	var rows [][]*cell
	for _, f := range faults() {
		for _, http2 := range []bool{false, true} {
			if http2 && f.serve == nil {
				continue // it comes before there is a protocol
			}
			var row []*cell
			for _, op := range ops {
				c := &cell{
					fault: &f, http2: http2, secure: f.tls || http2,
					op: op, class: column(op, classes), file: testdata(t, op.file),
					stranger: stranger, elsewhere: elsewhere.URL,
					done: make(chan struct{}),
				}
				if c.secure {
					c.elsewhere = secureElsewhere.URL
				}
				row = append(row, c)
			}
			rows = append(rows, row)
		}
	}

	var group sync.WaitGroup
	running, busy := make(chan struct{}, 128), make(chan struct{}, 8) // tries of two seconds shall not wait for the processor
	cells := 0
	for _, row := range rows {
		for _, c := range row {
			cells++
			running <- struct{}{}
			busy <- struct{}{}
			c.rest = sync.OnceFunc(func() { <-busy })
			group.Go(func() {
				c.run(t)
				c.rest()
				<-running
			})
		}
	}
	group.Wait()
	took := time.Since(began)

	var table strings.Builder
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "FAULT ON THE FIRST TRY\tOVER\tSAFE, IDEMPOTENT\tUNSAFE\tUPLOAD TO STORAGE\tDOWNLOAD FROM STORAGE")
	for _, row := range rows {
		counts := map[porting.RetryClass]map[string]int{}
		for _, c := range row {
			if counts[c.class] == nil {
				counts[c.class] = map[string]int{}
			}
			counts[c.class][c.got.String()]++
		}
		fmt.Fprintf(columns, "%s\t%s\t%s\t%s\t%s\t%s\n", row[0].fault.name, row[0].protocol(),
			summary(counts[porting.RetrySafe]), summary(counts[porting.RetryUnsafe]), summary(counts[toStorage]), summary(counts[fromStorage]))
	}
	_ = columns.Flush()
	t.Logf("%d faults, %d operations, %d cells in %v\n%s", len(faults()), len(ops), cells, took.Round(time.Millisecond), table.String())
	assert.EqualValues(t, 2, visits.Load(), "requests to another host: each protocol's download")
	assert.Zero(t, leaks.Load(), "credentials at another host")
	assert.Less(t, took, time.Minute)
}

// summary says how many cells had which outcome.
func summary(counts map[string]int) string {
	var texts []string
	for _, outcome := range slices.Sorted(maps.Keys(counts)) {
		texts = append(texts, fmt.Sprintf("%d %s", counts[outcome], outcome))
	}
	return strings.Join(texts, "; ")
}
