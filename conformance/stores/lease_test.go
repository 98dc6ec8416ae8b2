package stores

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/watch"
)

// ids are so many that every share has some of them.
func ids() []porting.PortRequestID {
	var list []porting.PortRequestID
	for i := range 1000 {
		list = append(list, porting.PortRequestID(fmt.Sprint(i)))
	}
	return list
}

// TestShares has members come and go. Together they have each port request once, and each of them
// has about as many as any other.
func TestShares(t *testing.T) {
	t.Parallel()
	for name, on := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := on(t).store(t, lease)
			var members []watch.Member
			join := func() {
				m, err := store.Join(t.Context())
				require.NoError(t, err)
				members = append(members, m)
			}
			settle := func(least int, whole bool) {
				t.Helper()
				holders := map[porting.PortRequestID]int{}
				for range 2 { // in the first round, some have to give up what others take in the second
					clear(holders)
					for i, m := range members {
						share, err := m.Share(t.Context())
						require.NoError(t, err)
						has := 0
						for _, id := range ids() {
							if share.Has(id) {
								holders[id]++
								has++
							}
						}
						assert.Equal(t, has == 0, share.Empty)
						if whole {
							assert.GreaterOrEqual(t, has, least, i)
						}
					}
					whole = true
				}
				assert.Len(t, holders, len(ids()))
				for id, count := range holders {
					require.Equal(t, 1, count, id)
				}
			}
			join()
			settle(1000, true)
			join()
			settle(400, false)
			join()
			settle(250, false)
			require.NoError(t, members[0].Leave(t.Context()))
			members = members[1:]
			settle(400, false)
			require.NoError(t, members[0].Leave(t.Context()))
			members = members[1:]
			settle(1000, false)
			share, err := members[0].Share(t.Context())
			require.NoError(t, err)
			assert.False(t, share.Changed, "nothing has happened")
			require.NoError(t, members[0].Leave(t.Context()))
		})
	}
}

// TestFencing has another take over a lease that has run out, which the first doesn't know. What
// it saves then is refused, and the successor's records stay as they are.
func TestFencing(t *testing.T) {
	t.Parallel()
	for name, on := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := on(t)
			store := d.store(t, lease)
			first, err := store.Join(t.Context())
			require.NoError(t, err)
			share, err := first.Share(t.Context())
			require.NoError(t, err)
			require.True(t, share.Has("1"))
			require.NoError(t, first.Save(t.Context(), []watch.Record{record("1", 1), record("3", 1)}, nil))
			require.ErrorIs(t, store.Save(t.Context(), []watch.Record{record("1", 2)}, nil), watch.ErrLocked)

			// The time passes while the first is paused.
			d.exec(t, "UPDATE {}leases SET ends = 1")
			d.exec(t, "UPDATE {}members SET ends = 1")
			second, err := store.Join(t.Context())
			require.NoError(t, err)
			_, err = second.Share(t.Context())
			require.NoError(t, err)
			require.NoError(t, second.Save(t.Context(), []watch.Record{record("1", 2)}, nil))

			require.ErrorIs(t, first.Save(t.Context(), []watch.Record{record("1", 3), record("2", 3)}, nil), watch.ErrLeaseLost)
			require.ErrorIs(t, first.Save(t.Context(), nil, []porting.PortRequestID{"3"}), watch.ErrLeaseLost)
			got, err := store.Load(t.Context())
			require.NoError(t, err)
			want := []watch.Record{record("1", 2), record("3", 1)}
			assert.Equal(t, want, got)

			// The successor leaves. The first had nothing to do with what it takes then.
			require.NoError(t, second.Leave(t.Context()))
			require.ErrorIs(t, first.Save(t.Context(), []watch.Record{record("1", 3)}, nil), watch.ErrLeaseLost)
			share, err = first.Share(t.Context())
			require.NoError(t, err)
			assert.True(t, share.Changed)
			got, err = first.Load(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, got)
			require.NoError(t, first.Save(t.Context(), []watch.Record{record("1", 3)}, nil))
			require.NoError(t, first.Leave(t.Context()))

			// Without a loop, anybody may save.
			require.NoError(t, store.Save(t.Context(), []watch.Record{record("1", 4)}, nil))
		})
	}
}

// TestPaused stops a process, as a system that is short of memory may do. Another takes over within
// the lease. When the first goes on, it neither overwrites anything nor ends. (With SQLite, a process
// that is paused while it writes keeps all others from writing.)
func TestPaused(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts processes")
	}
	n := newNursery(t, onPostgres(t), 6)
	first, told := n.start()
	<-told
	second, _ := n.start()
	for range 4 {
		<-told // it is in a poll
		require.NoError(t, first.Process.Signal(syscall.SIGSTOP))
		n.advance(2)
		require.NoError(t, first.Process.Signal(syscall.SIGCONT))
		n.advance(2)
	}
	n.stay()
	n.caughtUp()
	kill(t, first)
	kill(t, second)
	events, repeats := n.check()
	t.Logf("%d events, %d of them again; at most %v until one was told; failed polls: %v", events, repeats, n.longest.Round(time.Millisecond), n.failed)
	assert.NotEmpty(t, n.failed, "it was never paused in a poll")
}

// TestTakeover kills one of two processes, and has the other deliver all there is within the lease
// and some time to spare.
func TestTakeover(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts processes")
	}
	n := newNursery(t, onSQLite(t), 12)
	first, told := n.start()
	<-told
	second, told := n.start()
	<-told // it has its part
	kill(t, first)
	began := time.Now()
	n.advance(3)
	assert.Less(t, time.Since(began), childLease+10*time.Second)
	require.NoError(t, second.Process.Signal(syscall.SIGTERM))
	_ = second.Wait()
	n.check()
}
