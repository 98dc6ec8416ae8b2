package transport_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/internal/transport"
)

// policy is that of a client with default settings.
var policy = transport.Policy{
	MaxAttempts: 4,
	MinWait:     500 * time.Millisecond,
	MaxWait:     8 * time.Second,
	MaxElapsed:  time.Minute,
}

// A script is a RoundTripper: it answers the nth request, from 1. Where it says
// nothing, the last answer is repeated.
type script struct {
	answers []answer
	sent    atomic.Int32
}

// An answer is an error, or a status with a header and a body.
type answer struct {
	err    error
	status int
	header string // "Key: value"
	body   string
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	n := int(s.sent.Add(1))
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	a := s.answers[min(n, len(s.answers))-1]
	if a.err != nil {
		return nil, a.err
	}
	header := http.Header{}
	if key, value, ok := strings.Cut(a.header, ": "); ok {
		header.Set(key, value)
	}
	return &http.Response{
		StatusCode:    a.status,
		Header:        header,
		Body:          io.NopCloser(strings.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Request:       r,
	}, nil
}

// client sends through the script, or to any host if it is nil.
func client(rt http.RoundTripper) *transport.Client {
	return &transport.Client{Pool: transport.NewPool(&http.Client{Transport: rt}), Policy: policy}
}

// safe and unsafe are calls to address.
func safe(t *testing.T, address string) *transport.Call {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return &transport.Call{Method: http.MethodGet, URL: u, Header: http.Header{}, Repeatable: true, MaxBytes: 1 << 20}
}

func unsafe(t *testing.T, address string) *transport.Call {
	t.Helper()
	call := safe(t, address)
	call.Method = http.MethodPost
	call.Repeatable = false
	call.Body = func() io.Reader { return strings.NewReader("body") }
	call.BodySize = int64(len("body"))
	return call
}
