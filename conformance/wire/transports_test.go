package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// A resender is an HTTP transport that sends requests again, as some that people put under their clients do.
type resender struct {
	http.RoundTripper

	uncancelled bool // it doesn't look at the request's context
}

// RoundTrip sends a request up to three times.
func (r resender) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	var body []byte
	if req.Body != nil {
		body, err = io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	ctx := req.Context()
	if r.uncancelled {
		ctx = context.WithoutCancel(ctx)
	}
	for range 3 {
		again := req.Clone(ctx)
		if body != nil {
			again.Body = io.NopCloser(bytes.NewReader(body))
		}
		resp, err = r.RoundTripper.RoundTrip(again)
		if err == nil && resp.StatusCode < http.StatusInternalServerError {
			return resp, nil
		}
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	}
	return resp, err
}

// A keyed is an HTTP transport that adds an idempotency key, at which net/http sends a request again by itself.
type keyed struct {
	http.RoundTripper

	buffers bool // it also lets net/http read the body again
}

func (k keyed) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Idempotency-Key", "5f0c7a52")
	if k.buffers {
		req = rereadable(req)
	}
	return k.RoundTripper.RoundTrip(req)
}

// An uncancelled is an HTTP transport that doesn't look at the request's context.
type uncancelled struct {
	http.RoundTripper

	buffers bool // it also lets net/http read the body again
}

func (u uncancelled) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(context.WithoutCancel(req.Context()))
	if u.buffers {
		req = rereadable(req)
	}
	return u.RoundTripper.RoundTrip(req)
}

// rereadable is a request whose body net/http can read again.
func rereadable(req *http.Request) *http.Request {
	if req.Body == nil {
		return req
	}
	body, _ := io.ReadAll(req.Body)
	_ = req.Body.Close()
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody()
	return req
}

// TestTransportsHTTP1 has the server act and then break off the answer, or answer with a 503, beneath transports that
// would send requests again. What must not be repeated is sent once.
func TestTransportsHTTP1(t *testing.T) {
	t.Parallel()
	transports := []struct {
		name string
		wrap func(http.RoundTripper) http.RoundTripper
	}{
		{"resends", func(rt http.RoundTripper) http.RoundTripper { return resender{rt, false} }},
		{"resends without the context", func(rt http.RoundTripper) http.RoundTripper { return resender{rt, true} }},
		{"adds a key", func(rt http.RoundTripper) http.RoundTripper { return keyed{rt, false} }},
		{"adds a key, and buffers", func(rt http.RoundTripper) http.RoundTripper { return keyed{rt, true} }},
	}
	effects := []portingtest.Effect{portingtest.DropAfter(), portingtest.Respond(503, "").AfterHandling()}
	for _, transport := range transports {
		for _, effect := range effects {
			for _, a := range actions {
				t.Run(transport.name+"/"+effect.String()+"/"+a.name, func(t *testing.T) {
					t.Parallel()
					sandbox, draft := prepared(t)
					base := &http.Transport{MaxIdleConnsPerHost: 8}
					t.Cleanup(base.CloseIdleConnections)
					client := sandbox.Client(hasty, porting.WithHTTPClient(&http.Client{Transport: transport.wrap(base)}))
					warm(t, client)
					sandbox.Inject(portingtest.Fault{Operation: a.name, Effect: effect})
					before := sandbox.Count(a.name)
					err := a.call(t.Context(), client, draft)
					_, ok := errors.AsType[*porting.OutcomeUnknownError](err)
					assert.True(t, ok, "the server has acted, but: %v", err)
					assert.Equal(t, 1, sandbox.Count(a.name)-before, "acted")
					sandbox.AssertClean(t)
				})
			}
		}
	}
}

// TestTransportsHTTP2 has the server act and then break off the stream, beneath transports with which net/http would send
// requests again, and that don't end with the request's context.
func TestTransportsHTTP2(t *testing.T) {
	t.Parallel()
	needsTrust(t)
	bases := []struct {
		name string
		make func() http.RoundTripper
	}{
		{"net/http", func() http.RoundTripper { return &http.Transport{ForceAttemptHTTP2: true} }},
		{"x/net", func() http.RoundTripper { return &http2.Transport{} }}, //nolint:staticcheck // it is still in use
	}
	wraps := []struct {
		name string
		wrap func(http.RoundTripper) http.RoundTripper
	}{
		{"as it is", func(rt http.RoundTripper) http.RoundTripper { return rt }},
		{"uncancelled", func(rt http.RoundTripper) http.RoundTripper { return uncancelled{rt, false} }},
		{"uncancelled, buffers", func(rt http.RoundTripper) http.RoundTripper { return uncancelled{rt, true} }},
		{"resends without the context", func(rt http.RoundTripper) http.RoundTripper { return resender{rt, true} }},
	}
	breaks := []mishap{
		{name: "PROTOCOL_ERROR", acts: true, send: resetWith(http2.ErrCodeProtocol)},
		{name: "INTERNAL_ERROR", acts: true, send: resetWith(http2.ErrCodeInternal)},
	}
	for _, base := range bases {
		for _, wrap := range wraps {
			for _, m := range breaks {
				for _, a := range actions {
					t.Run(base.name+"/"+wrap.name+"/"+m.name+"/"+a.name, func(t *testing.T) {
						t.Parallel()
						sandbox, draft := prepared(t)
						server := breakOff(t, sandbox, m, math.MaxInt64)
						rt := base.make()
						client := sandbox.Client(porting.WithBaseURL(server.url()), hasty,
							porting.WithHTTPClient(&http.Client{Transport: wrap.wrap(rt)}))
						before := sandbox.Count(a.name)
						err := a.call(t.Context(), client, draft)
						_, ok := errors.AsType[*porting.OutcomeUnknownError](err)
						assert.True(t, ok, "the server has acted, but: %v", err)
						(&http.Client{Transport: rt}).CloseIdleConnections()
						server.close()
						assert.Equal(t, 1, sandbox.Count(a.name)-before, "acted")
						sandbox.AssertClean(t)
					})
				}
			}
		}
	}
}

// warm fills a client's pool of connections.
func warm(t *testing.T, client *porting.Client) {
	t.Helper()
	const connections = 4
	var group sync.WaitGroup
	for range connections {
		group.Go(func() {
			_, err := client.Drafts.List(t.Context(), nil)
			assert.NoError(t, err)
		})
	}
	group.Wait()
	require.False(t, t.Failed())
}
