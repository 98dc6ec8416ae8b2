package report_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/report"
	"github.com/numberporting/porting/workflow/watch"
)

func TestLive(t *testing.T) {
	t.Parallel()
	server, ids := withPorts(t, 3)
	records := make([]watch.Record, len(ids))
	for i, id := range ids {
		records[i].ID, records[i].SupportKey = id, "pr_stored"
	}
	var broken error
	live := report.NewLive(once(server), func(context.Context) ([]watch.Record, error) { return records, broken }, nil)
	collect := func() ([]report.Port, int, error) {
		before := len(server.Requests())
		ports, err := live.Collect(t.Context())
		return ports, len(server.Requests()) - before, err
	}

	ports, requests, err := collect()
	require.NoError(t, err)
	require.Len(t, ports, 3)
	assert.Equal(t, 9, requests, "all is read at first")
	assert.Len(t, ports[1].PortRequest.PhoneNumbers, 1)
	assert.Len(t, ports[1].PortRequest.SubRequests, 1)
	assert.Len(t, ports[1].Documents, 2)

	ports, requests, err = collect()
	require.NoError(t, err)
	require.Len(t, ports, 3)
	assert.Zero(t, requests, "and nothing while nothing changes")

	server.AddComment(ids[1], "", "Hello")
	records[1].Revision++
	ports, requests, err = collect()
	require.NoError(t, err)
	assert.Equal(t, 3, requests, "then what has changed")
	require.Len(t, ports[1].Comments, 1)
	assert.Equal(t, "Hello", ports[1].Comments[0].Body)

	server.AddComment(ids[1], "", "Hello again")
	records[1].Revision++
	server.Inject(portingtest.Fault{Operation: "PortRequests.Get", Nth: 1, Effect: portingtest.Respond(http.StatusInternalServerError, "")})
	ports, _, err = collect()
	incomplete, ok := errors.AsType[*report.IncompleteError](err)
	require.True(t, ok, err)
	assert.Equal(t, 1, incomplete.Partial)
	require.Error(t, ports[1].Err)
	assert.Len(t, ports[1].Comments, 1, "what was read before stays")
	ports, requests, err = collect()
	require.NoError(t, err)
	assert.Equal(t, 3, requests, "and is read the next time")
	assert.Len(t, ports[1].Comments, 2)

	records[0].Gone = true
	ports, requests, err = collect()
	require.NoError(t, err)
	require.Len(t, ports, 2)
	assert.Equal(t, ids[1], ports[0].PortRequest.ID)
	assert.Zero(t, requests)

	broken = errors.New("the disk is gone")
	ports, _, err = collect()
	require.ErrorIs(t, err, broken)
	assert.Empty(t, ports)
	server.AssertClean(t)
}

// TestLiveReadsOthersFirst has so many ports that can't be read that they would end the reading. One that
// has changed is read all the same.
func TestLiveReadsOthersFirst(t *testing.T) {
	t.Parallel()
	server, ids := withPorts(t, 13)
	records := make([]watch.Record, len(ids))
	for i, id := range ids {
		records[i].ID = id
		if i < 12 {
			server.Inject(portingtest.Fault{Match: portingtest.HasID(string(id)), Effect: portingtest.Respond(http.StatusForbidden, "")})
		}
	}
	live := report.NewLive(once(server), func(context.Context) ([]watch.Record, error) { return records, nil }, &report.Options{Parallel: 1})
	_, err := live.Collect(t.Context())
	require.Error(t, err)
	records[12].Revision++
	ports, err := live.Collect(t.Context())
	require.Error(t, err)
	require.NoError(t, ports[12].Err)
	assert.Len(t, ports[12].PortRequest.PhoneNumbers, 1)
}

// TestLiveNeverRead shows what the store has of a port that can't be read.
func TestLiveNeverRead(t *testing.T) {
	t.Parallel()
	server, ids := withPorts(t, 1)
	record := watch.Record{State: watch.State{ID: ids[0], SupportKey: "pr_stored"}}
	load := func(context.Context) ([]watch.Record, error) { return []watch.Record{record}, nil }
	server.Inject(portingtest.Fault{Operation: "PortRequests.Get", Effect: portingtest.Respond(http.StatusForbidden, "")})
	ports, err := report.NewLive(once(server), load, nil).Collect(t.Context())
	require.Error(t, err)
	require.Len(t, ports, 1)
	assert.Equal(t, "pr_stored", ports[0].PortRequest.SupportKey)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ports, err = report.NewLive(once(server), load, nil).Collect(ctx)
	require.ErrorIs(t, err, context.Canceled)
	for _, p := range ports {
		require.ErrorIs(t, p.Err, context.Canceled)
	}

	var argument *porting.ArgumentError
	_, err = report.NewLive(nil, load, nil).Collect(t.Context())
	require.ErrorAs(t, err, &argument)
	assert.Equal(t, "client", argument.Field)
	_, err = report.NewLive(once(server), nil, nil).Collect(t.Context())
	require.ErrorAs(t, err, &argument)
	assert.Equal(t, "load", argument.Field)
}
