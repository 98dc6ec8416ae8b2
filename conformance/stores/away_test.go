package stores

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/watch"
	"github.com/numberporting/porting/workflow/watch/sqlstore"
)

// An awayClock moves the sandbox's clock in place of waiting.
type awayClock struct {
	server *portingtest.Server
	waits  []time.Duration
	onWait func(poll int)
}

func (c *awayClock) Now() time.Time { return c.server.Now() }

func (c *awayClock) Wait(ctx context.Context, d time.Duration) error {
	c.waits = append(c.waits, d)
	c.server.Advance(d)
	c.onWait(len(c.waits))
	return context.Cause(ctx)
}

// TestDatabaseGoesAway stops the server under a loop while it waits, and again while it delivers. The
// loop says so, asks more slowly, and goes on when the server is back.
func TestDatabaseGoesAway(t *testing.T) {
	t.Parallel()
	onPostgres(t) // or it is skipped
	server, err := newCluster(t.Context())
	require.NoError(t, err)
	t.Cleanup(server.remove)
	store := database{"pgx", server.dsn(), sqlstore.PostgreSQL, "away_"}.store(t, lease)

	sandbox := portingtest.NewServer()
	t.Cleanup(sandbox.Close)
	_, subs := sandbox.AddPortRequest("+13125550100")
	sandbox.Script("+13125550100", portingtest.Step{Status: "foc-date-confirmed", FOCDate: portingtest.Start}) // so it is asked often
	clock := &awayClock{server: sandbox}
	clock.onWait = func(poll int) {
		switch poll {
		case 2:
			server.stop()
		case 5:
			assert.NoError(t, server.start(context.WithoutCancel(t.Context())))
			sandbox.Move(subs[0], "on-hold")
		case 6:
			assert.NoError(t, server.start(context.WithoutCancel(t.Context())))
		default:
		}
	}
	var told []string
	seen := map[string]bool{}
	opts := &watch.Options{Store: store, Pace: watch.Pace{Clock: clock, Min: time.Minute, Max: time.Hour}}
	for e, err := range watch.Events(t.Context(), sandbox.Client(), opts) {
		require.NoError(t, err)
		switch {
		case e.Kind == watch.PollFailed:
			told = append(told, "failed")
			var failed *sqlstore.Error
			require.ErrorAs(t, e.Err, &failed)
		case e.Status == "on-hold" && seen[e.ID]:
			told = append(told, "again")
		case e.Kind == watch.StatusChanged && e.Status == "on-hold":
			told = append(told, "on-hold")
			seen[e.ID] = true
			server.stop() // so it can't be saved
		case e.Kind == watch.StatusChanged:
			told = append(told, string(e.Status))
		default:
		}
		if slices.Contains(told, "again") {
			break
		}
	}
	assert.Equal(t, []string{"foc-date-confirmed", "failed", "failed", "failed", "on-hold", "failed", "again"}, told)
	for i, least := range []float64{1, 1, 2, 4, 8, 16} {
		assert.GreaterOrEqual(t, clock.waits[i].Minutes(), least, i)
		assert.Less(t, clock.waits[i].Minutes(), 2*least, i)
	}
}
