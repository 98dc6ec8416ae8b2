package porting_test

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting"
)

// A fault is what goes wrong with the first try of a call; all later ones go well.
type fault struct {
	name string

	// Where it goes wrong. Only one of them is set.
	verify bool                                            // the certificate is verified, which it doesn't survive
	dial   func() error                                    // the dial fails
	accept func(net.Conn)                                  // before the server reads the request
	serve  func(*cell, http.ResponseWriter, *http.Request) // after it was read

	repeatable, unsafe expected // of the classes safe and idempotent, and of unsafe
	posts              expected // of safe and idempotent operations that aren't a GET; zero: as repeatable
	opts               []porting.Option
}

// An expected is what comes of a call, and how often the server acted on it.
type expected struct {
	result result
	acted  int
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

// A cell is one operation under one fault, with a server of its own.
type cell struct {
	op    *operation
	file  string
	tries atomic.Int32
	acted atomic.Int32
	done  chan struct{} // closed at the end, to free handlers that hang
}

// act does what the operation asks for, and counts it.
func (c *cell) act() { c.acted.Add(1) }

// answer acts, and answers as it should.
func (c *cell) answer(w http.ResponseWriter) {
	c.act()
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, c.file)
}

// reset breaks the connection off.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	return conn
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

// acting acts, and answers with what isn't an answer.
func acting(body string) func(*cell, http.ResponseWriter, *http.Request) {
	return func(c *cell, w http.ResponseWriter, _ *http.Request) {
		c.act()
		_, _ = io.WriteString(w, body)
	}
}

var shortTries = []porting.Option{porting.WithTryTimeout(time.Second)}

// faults is the matrix: one row for each, one column for each class.
func faults(elsewhere string) []fault {
	again := expected{succeeded, 1} // tried twice, acted once
	return []fault{
		{name: "refused connection", repeatable: again, unsafe: again,
			dial: func() error {
				return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
			}},
		{name: "DNS failure", repeatable: again, unsafe: again,
			dial: func() error { return &net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true} }},
		{name: "TLS handshake broken off", repeatable: again, unsafe: again, accept: reset},
		{name: "TLS certificate refused", repeatable: expected{network, 0}, unsafe: expected{network, 0}, verify: true},
		{name: "reset before the request is read", repeatable: again, unsafe: expected{unknown, 0},
			accept: func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)); reset(conn) }},
		{name: "reset after the server acted", repeatable: expected{succeeded, 2}, unsafe: expected{unknown, 1},
			serve: func(c *cell, w http.ResponseWriter, _ *http.Request) { c.act(); reset(hijack(w)) }},
		{name: "reset within the answer", repeatable: expected{succeeded, 2}, unsafe: expected{unknown, 1},
			serve: func(c *cell, w http.ResponseWriter, _ *http.Request) {
				c.act()
				conn := hijack(w)
				_, _ = io.WriteString(conn, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":")
				_ = conn.Close()
			}},
		{name: "no answer in time, not acted", repeatable: again, unsafe: expected{unknown, 0}, opts: shortTries,
			serve: func(c *cell, _ http.ResponseWriter, r *http.Request) { c.hang(r) }},
		{name: "no answer in time, acted", repeatable: expected{succeeded, 2}, unsafe: expected{unknown, 1}, opts: shortTries,
			serve: func(c *cell, _ http.ResponseWriter, r *http.Request) { c.act(); c.hang(r) }},
		{name: "chunked answer without end", repeatable: expected{succeeded, 2}, unsafe: expected{unknown, 1}, opts: shortTries,
			serve: func(c *cell, w http.ResponseWriter, r *http.Request) {
				c.act()
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				c.hang(r)
			}},
		{name: "408", repeatable: again, unsafe: expected{unknown, 0}, serve: status(408, "", "")},
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
		{name: "429, Retry-After of a day", repeatable: expected{limited, 0}, unsafe: expected{limited, 0}, serve: status(429, "Retry-After: 86400", "")},
		{name: "429, Retry-After beyond numbers", repeatable: expected{limited, 0}, unsafe: expected{limited, 0}, serve: status(429, "Retry-After: 99999999999999999999", "")},
		{name: "500", repeatable: again, unsafe: expected{unknown, 0}, serve: status(500, "", "")},
		{name: "502 with an HTML page", repeatable: again, unsafe: expected{unknown, 0}, serve: status(502, "Content-Type: text/html", "<html><title>Bad Gateway</title>")},
		{name: "503", repeatable: again, unsafe: expected{unknown, 0}, serve: status(503, "", "")},
		{name: "504", repeatable: again, unsafe: expected{unknown, 0}, serve: status(504, "", "")},
		{name: "501", repeatable: expected{refused, 0}, unsafe: expected{unknown, 0}, serve: status(501, "", "")},
		{name: "422", repeatable: expected{refused, 0}, unsafe: expected{refused, 0}, serve: status(422, "", `{"message":"no"}`)},
		{name: "truncated JSON", repeatable: expected{garbled, 1}, unsafe: expected{garbled, 1}, serve: acting(`[{"id":"1`)},
		{name: "an HTML page with 200", repeatable: expected{garbled, 1}, unsafe: expected{garbled, 1}, serve: acting("<html>")},
		{name: "an empty 200", repeatable: expected{garbled, 1}, unsafe: expected{garbled, 1}, serve: acting("")},
		{name: "an answer that is too large", repeatable: expected{garbled, 1}, unsafe: expected{garbled, 1},
			opts: []porting.Option{porting.WithMaxResponseBytes(1 << 20)}, serve: acting(strings.Repeat(" ", 1<<20+1))},
		{name: "JSON under another content type", repeatable: again, unsafe: again,
			serve: func(c *cell, w http.ResponseWriter, _ *http.Request) {
				c.act()
				w.Header().Set("Content-Type", "text/plain")
				_, _ = io.WriteString(w, c.file)
			}},
		{name: "gzip", repeatable: again, unsafe: again,
			serve: func(c *cell, w http.ResponseWriter, _ *http.Request) {
				c.act()
				w.Header().Set("Content-Encoding", "gzip")
				zip := gzip.NewWriter(w)
				_, _ = io.WriteString(zip, c.file)
				_ = zip.Close()
			}},
		{name: "slow drip", repeatable: again, unsafe: again,
			serve: func(c *cell, w http.ResponseWriter, _ *http.Request) {
				c.act()
				for part := range strings.SplitAfterSeq(c.file, "\n") {
					_, _ = io.WriteString(w, part)
					_ = http.NewResponseController(w).Flush()
				}
			}},
		{name: "redirect to another host", repeatable: expected{refused, 0}, unsafe: expected{refused, 0},
			serve: status(302, "Location: "+elsewhere, "")},
		{name: "redirect on the same host", repeatable: again, posts: expected{refused, 0}, unsafe: expected{refused, 0},
			serve: func(_ *cell, w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
			}},
	}
}

// hang holds the answer back until the caller gives up.
func (c *cell) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-c.done:
	}
}

// TestFaultMatrix puts every operation through every fault, on real connections. The
// table is printed by
//
//	go test -run TestFaultMatrix -v .
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	var strangers atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	t.Cleanup(elsewhere.Close)

	var table strings.Builder
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "FAULT ON THE FIRST TRY\tSAFE, IDEMPOTENT\tUNSAFE")
	classes := map[string]porting.RetryClass{}
	for _, op := range porting.Operations() {
		classes[op.Method+" "+op.Route] = op.Retry
	}
	cells := 0
	for _, f := range faults(elsewhere.URL) {
		counts := map[porting.RetryClass]map[expected]int{}
		var mutex sync.Mutex
		var group sync.WaitGroup
		for _, op := range operations(t) {
			class := classes[op.key]
			cells++
			group.Go(func() {
				got := f.try(t, op)
				assert.Equal(t, f.want(op, class), got, "%s: %s", f.name, op.key)
				mutex.Lock()
				defer mutex.Unlock()
				if class != porting.RetryUnsafe {
					class = porting.RetrySafe
				}
				if counts[class] == nil {
					counts[class] = map[expected]int{}
				}
				counts[class][got]++
			})
		}
		group.Wait()
		fmt.Fprintf(columns, "%s\t%s\t%s\n", f.name, summary(counts[porting.RetrySafe]), summary(counts[porting.RetryUnsafe]))
	}
	assert.Zero(t, strangers.Load(), "requests to another host")
	_ = columns.Flush()
	t.Logf("%d cells\n%s", cells, table.String())
}

func (f *fault) want(op *operation, class porting.RetryClass) expected {
	switch {
	case class == porting.RetryUnsafe:
		return f.unsafe
	case f.posts.result != "" && op.method() != http.MethodGet:
		return f.posts
	}
	return f.repeatable
}

func summary(counts map[expected]int) string {
	var texts []string
	for e, n := range counts {
		texts = append(texts, fmt.Sprintf("%d %s, acted %d", n, e.result, e.acted))
	}
	return strings.Join(texts, "; ")
}

// try makes one call to a server on which the fault waits for it.
func (f *fault) try(t *testing.T, op *operation) expected {
	t.Helper()
	c := &cell{op: op, file: testdata(t, op.file), done: make(chan struct{})}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if c.tries.Add(1) == 1 && f.serve != nil {
			f.serve(c, w, r)
			return
		}
		c.answer(w)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if f.accept != nil {
		server.Listener = &faultyListener{Listener: server.Listener, fault: f.accept}
	}
	secure := strings.HasPrefix(f.name, "TLS")
	if secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	defer server.Close()
	defer close(c.done)

	var dials atomic.Int32
	wire := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: !f.verify},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if f.dial != nil && dials.Add(1) == 1 {
				return nil, f.dial()
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}
	defer wire.CloseIdleConnections()
	opts := append([]porting.Option{
		porting.WithBaseURL(server.URL),
		porting.WithHTTPClient(&http.Client{Transport: &detour{wire, op}}),
		porting.WithRetry(fast),
	}, f.opts...)
	client, err := porting.NewClient(porting.UserToken(apiUser, apiToken), opts...)
	if err != nil {
		t.Error(err)
		return expected{}
	}
	_, err = op.call(t.Context(), client, op.ids)
	return expected{resultOf(err), int(c.acted.Load())}
}

// A detour answers the steps that a call makes besides the one in question; all
// else goes over the wire.
type detour struct {
	wire http.RoundTripper
	op   *operation
}

func (d *detour) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, s := range append(d.op.before, d.op.after...) {
		if r.Method == s.method && strings.HasSuffix(s.target(), r.URL.Path) && !strings.HasSuffix(d.op.url, r.URL.Path) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return nil, err
			}
			return s.responder(r)
		}
	}
	return d.wire.RoundTrip(r)
}

// A faultyListener does something to the first connection.
type faultyListener struct {
	net.Listener
	fault    func(net.Conn)
	accepted atomic.Int32
}

func (l *faultyListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil && l.accepted.Add(1) == 1 {
		l.fault(conn)
		return l.Accept()
	}
	return conn, err
}
