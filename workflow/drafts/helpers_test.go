package drafts_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// requireArgument requires an error that names an argument.
func requireArgument(t *testing.T, err error, operation, field string) {
	t.Helper()
	var argument *porting.ArgumentError
	require.ErrorAs(t, err, &argument)
	assert.Equal(t, operation, argument.Operation)
	assert.Equal(t, field, argument.Field)
}

// seeded is a test that names the seed of what fails.
type seeded struct {
	*testing.T

	seed int64
}

func (t seeded) Errorf(format string, args ...any) {
	t.Helper()
	t.T.Errorf("seed %d: %s", t.seed, fmt.Sprintf(format, args...))
}

// underSeeds tries something with the seeds from 1 to last, eight at a time. It requires of
// each outcome, by its name, that it comes in every tenth try or more often.
func underSeeds(t *testing.T, last int64, outcomes map[string]*atomic.Int64, try func(seeded)) {
	t.Helper()
	var seed atomic.Int64
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			for n := seed.Add(1); n <= last; n = seed.Add(1) {
				try(seeded{t, n})
			}
		})
	}
	running.Wait()
	for name, count := range outcomes {
		t.Logf("%s: %d", name, count.Load())
		assert.GreaterOrEqual(t, count.Load(), last/10, "an outcome that is hardly met: %s", name)
	}
}

// shorter is the number of seeds, fewer with go test -short.
func shorter(long, short int64) int64 {
	if testing.Short() {
		return short
	}
	return long
}

// waitsInRealTime has the answer to a POST be a 502. The call under test looks for what came of
// it by a GET, waits ten seconds by its own clock, and looks once more; or not, if its context
// ends before.
func waitsInRealTime(t *testing.T, post, get string, looks int, register func(*httpmock.MockTransport), call func(context.Context, *porting.Client) error) {
	t.Helper()
	for _, test := range []struct {
		name            string
		timeout, waited time.Duration
		looks           int
	}{
		{"ten seconds", time.Hour, 10 * time.Second, looks},
		{"until the context ends", 3 * time.Second, 3 * time.Second, looks - 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := httpmock.NewMockTransport()
				transport.RegisterResponder(http.MethodPost, post, httpmock.NewStringResponder(http.StatusBadGateway, ""))
				register(transport)
				client, err := porting.NewClient(porting.Token("token"), porting.WithHTTPClient(&http.Client{Transport: transport}))
				require.NoError(t, err)
				ctx, cancel := context.WithTimeout(t.Context(), test.timeout)
				defer cancel()
				begin := time.Now()
				err = call(ctx, client)
				assert.Equal(t, test.waited, time.Since(begin))
				assert.Equal(t, test.looks < looks, errors.Is(err, context.DeadlineExceeded))
				calls := transport.GetCallCountInfo()
				assert.Equal(t, test.looks, calls["GET "+get])
				assert.Equal(t, 1, calls["POST "+post])
			})
		})
	}
}
