package drafts_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/drafts"
)

func TestLocalLocker(t *testing.T) {
	t.Parallel()
	t.Run("one at a time", func(t *testing.T) {
		t.Parallel()
		var locker drafts.LocalLocker
		var runs sync.WaitGroup
		inside := 0 // the race detector sees whoever doesn't wait
		for range 50 {
			runs.Go(func() {
				unlock, err := locker.Lock(t.Context(), "key")
				if assert.NoError(t, err) {
					inside++
					unlock()
				}
			})
		}
		runs.Wait()
		assert.Equal(t, 50, inside)
	})
	t.Run("waits for its key only, until the context ends", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var locker drafts.LocalLocker
			unlock, err := locker.Lock(t.Context(), "key")
			require.NoError(t, err)
			unlockOther, err := locker.Lock(t.Context(), "other")
			require.NoError(t, err)
			unlockOther()

			errLate := errors.New("too late")
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errLate)
			defer cancel()
			_, err = locker.Lock(ctx, "key")
			require.ErrorIs(t, err, errLate)

			got := make(chan func())
			go func() {
				unlock, _ := locker.Lock(t.Context(), "key")
				got <- unlock
			}()
			synctest.Wait()
			select {
			case <-got:
				require.Fail(t, "the lock is held")
			default:
			}
			unlock()
			unlock() // is nothing more
			next := <-got
			ctx, cancel = context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err = locker.Lock(ctx, "key")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			next()
		})
	})
}
