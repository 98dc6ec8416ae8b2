package report_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/report"
)

// once is a client that sends everything once.
func once(server *portingtest.Server, opts ...porting.Option) *porting.Client {
	return server.Client(append(opts, porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1}))...)
}

// withPorts is a sandbox with so many ports of a number each.
func withPorts(t *testing.T, n int) (server *portingtest.Server, ids []porting.PortRequestID) {
	t.Helper()
	server = portingtest.NewServer()
	t.Cleanup(server.Close)
	for i := range n {
		id, _ := server.AddPortRequest(fmt.Sprintf("+1%d55501%02d", 206+i/40, i%40))
		ids = append(ids, id)
	}
	return server, ids
}

func TestCollect(t *testing.T) {
	t.Parallel()
	server, ids := withPorts(t, 30)
	server.AddComment(ids[3], "", "Hello")
	ports, err := report.Collect(t.Context(), server.Client(), nil)
	require.NoError(t, err)
	require.Len(t, ports, 30)
	for i, p := range ports {
		assert.Equal(t, ids[i], p.PortRequest.ID, "the order of the list")
		assert.Len(t, p.PortRequest.SubRequests, 1)
		assert.Len(t, p.PortRequest.PhoneNumbers, 1)
		assert.NotNil(t, p.Comments)
		assert.Len(t, p.Documents, 2)
		assert.NoError(t, p.Err)
	}
	assert.Equal(t, "Hello", ports[3].Comments[0].Body)
	assert.Equal(t, 1, server.Count("PortRequests.List"))
	assert.Equal(t, 30, server.Count("Comments.List"))
	server.AssertClean(t)
}

func TestCollectSome(t *testing.T) {
	t.Parallel()
	server, ids := withPorts(t, 3)
	ports, err := report.Collect(t.Context(), server.Client(), &report.Options{
		Search:  "+12065550101",
		Details: func(*porting.PortRequest) bool { return false },
	})
	require.NoError(t, err)
	require.Len(t, ports, 1)
	assert.Equal(t, ids[1], ports[0].PortRequest.ID)
	assert.Nil(t, ports[0].Comments)
	assert.Zero(t, server.Count("Comments.List"))
}

// TestCollectFailures has one request of many fail.
func TestCollectFailures(t *testing.T) {
	t.Parallel()
	server, ids := withPorts(t, 12)
	server.Inject(portingtest.Fault{Operation: "Comments.List", Match: portingtest.HasID(ids[5]), Effect: portingtest.BadGateway()})
	ports, err := report.Collect(t.Context(), once(server), nil)
	incomplete, ok := err.(*report.IncompleteError) //nolint:errorlint // this is the error itself
	require.True(t, ok, "%v", err)
	assert.Equal(t, 12, incomplete.Total)
	assert.Equal(t, 1, incomplete.Partial)
	assert.False(t, incomplete.ListEnded)
	var api *porting.APIError
	require.ErrorAs(t, err, &api)
	assert.Equal(t, http.StatusBadGateway, api.StatusCode)
	assert.Contains(t, err.Error(), "1 of 12 ports were read in part only")
	for i, p := range ports {
		assert.Len(t, p.Documents, 2)
		if i == 5 {
			assert.Nil(t, p.Comments)
			assert.ErrorAs(t, p.Err, &api)
		} else {
			assert.NotNil(t, p.Comments)
			assert.NoError(t, p.Err)
		}
	}
}

// TestCollectWithoutSubRequests has a list that comes without them.
func TestCollectWithoutSubRequests(t *testing.T) {
	t.Parallel()
	server, _ := withPorts(t, 2)
	client := server.Client(porting.WithHTTPClient(&http.Client{Transport: withoutSubRequests{}}))
	ports, err := report.Collect(t.Context(), client, nil)
	require.NoError(t, err)
	for _, p := range ports {
		assert.Len(t, p.PortRequest.SubRequests, 1)
	}
	assert.Equal(t, 2, server.Count("SubRequests.List"))
}

// withoutSubRequests asks for a list without sub requests, whatever it is asked for.
type withoutSubRequests struct{}

func (withoutSubRequests) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	query := r.URL.Query()
	query.Del("include_sub_requests")
	r.URL.RawQuery = query.Encode()
	return http.DefaultTransport.RoundTrip(r)
}

// TestCollectGivesUp doesn't ask a server for thousands of things that fail.
func TestCollectGivesUp(t *testing.T) {
	t.Parallel()
	server, _ := withPorts(t, 60)
	server.Inject(portingtest.Fault{Operation: "Comments.List", Effect: portingtest.BadGateway()})
	ports, err := report.Collect(t.Context(), once(server), &report.Options{Parallel: 2})
	require.Error(t, err)
	assert.Len(t, ports, 60)
	assert.LessOrEqual(t, server.Count("Comments.List"), 12)
	for _, p := range ports {
		assert.Error(t, p.Err)
	}
}

func TestCollectList(t *testing.T) {
	t.Parallel()
	server, _ := withPorts(t, 1)
	server.Inject(portingtest.Fault{Operation: "PortRequests.List", Effect: portingtest.BadGateway()})
	ports, err := report.Collect(t.Context(), once(server), nil)
	assert.Empty(t, ports)
	var api *porting.APIError
	require.ErrorAs(t, err, &api)

	ports, err = report.Collect(t.Context(), nil, nil)
	assert.Empty(t, ports)
	var bad *porting.ArgumentError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, "client", bad.Field)
	_, err = report.Collect(t.Context(), server.Client(), &report.Options{Parallel: 101})
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, "parallel", bad.Field)
}

// TestCollectCancelled ends its context while details are read.
func TestCollectCancelled(t *testing.T) {
	t.Parallel()
	server, _ := withPorts(t, 20)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ports, err := report.Collect(ctx, server.Client(), &report.Options{Parallel: 1, Details: func(p *porting.PortRequest) bool {
		if p.PhoneNumbers[0].PhoneNumber == "+12065550109" {
			cancel()
		}
		return true
	}})
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, ports, 20)
	assert.NoError(t, ports[0].Err)
	assert.ErrorIs(t, ports[19].Err, context.Canceled)
	assert.LessOrEqual(t, server.Count("Comments.List"), 10)
}

// TestCollectParallel reads several ports at once, and no more than it may.
func TestCollectParallel(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	for i := range 20 {
		server.AddPortRequest(fmt.Sprintf("+1%d55501%02d", 206+i/40, i%40))
	}
	synctest.Test(t, func(t *testing.T) {
		slow := &slowly{handler: server}
		client := server.Client(porting.WithHTTPClient(&http.Client{Transport: slow}))
		_, err := report.Collect(t.Context(), client, &report.Options{Parallel: 5})
		require.NoError(t, err)
		assert.Equal(t, 5, slow.most)
	})
}

// slowly asks a handler in this process, and takes a second for each answer.
type slowly struct {
	handler http.Handler

	mutex     sync.Mutex
	now, most int // requests under way
}

func (s *slowly) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mutex.Lock()
	s.now++
	s.most = max(s.most, s.now)
	s.mutex.Unlock()
	defer func() {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.now--
	}()
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	<-timer.C
	w := newRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Result(), nil
}
