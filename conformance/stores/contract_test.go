// Package stores proves that the stores of package watch keep their contract on real servers, and
// that several processes share one.
package stores

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/watch"
	"github.com/numberporting/porting/workflow/watch/sqlstore"
)

const lease = time.Minute

// record is one with something in every field.
func record(id porting.PortRequestID, revision int) watch.Record {
	at := time.Date(2026, time.March, 2, 9, 0, 0, 123456789, time.UTC)
	return watch.Record{
		State: watch.State{
			ID: id, SupportKey: "pr_" + string(id), Unassigned: []string{"+13125550102"},
			SubRequests: []watch.SubState{
				{ID: "a", SupportKey: "sr_a", Status: "on-hold", FOCDate: porting.Timestamp{Time: at}, Numbers: []string{"+13125550100", "+13125550101"}},
				{ID: "b", SupportKey: "sr_ü'\"\\", Status: porting.SubRequestStatusPorted},
			},
			Comments: []porting.Comment{{ID: "c"}}, Documents: []porting.SupportingDocument{}, Complete: revision%2 == 0,
		},
		Revision: revision, ReadAt: at, DetailsAt: at.Add(time.Hour), Gone: revision%3 == 0,
	}
}

// TestContract has all stores do the same. Those in databases do it by themselves and as a member
// that has everything.
func TestContract(t *testing.T) {
	t.Parallel()
	member := func(t *testing.T, store watch.SharedStore) watch.Store {
		t.Helper()
		m, err := store.Join(t.Context())
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, m.Leave(context.WithoutCancel(t.Context()))) })
		share, err := m.Share(t.Context())
		require.NoError(t, err)
		require.False(t, share.Empty)
		return m
	}
	for name, open := range map[string]func(*testing.T) watch.Store{
		"memory": func(*testing.T) watch.Store { return &watch.MemoryStore{} },
		"file": func(t *testing.T) watch.Store {
			t.Helper()
			store, err := watch.OpenFile(filepath.Join(t.TempDir(), "watch.json"))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, store.Close()) })
			return store
		},
		"PostgreSQL":         func(t *testing.T) watch.Store { t.Helper(); return onPostgres(t).store(t, lease) },
		"SQLite":             func(t *testing.T) watch.Store { t.Helper(); return onSQLite(t).store(t, lease) },
		"PostgreSQL, member": func(t *testing.T) watch.Store { t.Helper(); return member(t, onPostgres(t).store(t, lease)) },
		"SQLite, member":     func(t *testing.T) watch.Store { t.Helper(); return member(t, onSQLite(t).store(t, lease)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := open(t)
			holds := func(want ...watch.Record) {
				t.Helper()
				got, err := store.Load(t.Context())
				require.NoError(t, err)
				if len(want) == 0 {
					assert.Empty(t, got)
				} else {
					assert.Equal(t, want, got)
				}
			}
			save := func(put []watch.Record, drop ...porting.PortRequestID) {
				t.Helper()
				require.NoError(t, store.Save(t.Context(), put, drop))
			}
			holds()
			save(nil)
			save(nil, "none")
			save([]watch.Record{record("3", 1), record("1", 1), record("2", 1)})
			holds(record("1", 1), record("2", 1), record("3", 1))
			save([]watch.Record{record("2", 2), record("4", 3)}, "3", "none")
			holds(record("1", 1), record("2", 2), record("4", 3))
			save([]watch.Record{record("2", 3), record("2", 4)}) // the last one counts
			save([]watch.Record{record("5", 1)}, "5", "5")       // and what is dropped is gone
			unread := record("1", 2)
			unread.Comments, unread.Documents, unread.DetailsAt = nil, nil, time.Time{}
			save([]watch.Record{unread}) // nil isn't empty
			holds(unread, record("2", 4), record("4", 3))

			var many, all []watch.Record
			var ids []porting.PortRequestID
			for i := range 1000 {
				many = append(many, record(porting.PortRequestID(fmt.Sprintf("many%03d", i)), i))
				ids = append(ids, many[i].ID)
			}
			save(many)
			all = append(all, unread, record("2", 4), record("4", 3))
			holds(append(all, many...)...)
			save(nil, ids...)
			holds(all...)

			var group sync.WaitGroup
			for i := range 8 {
				group.Go(func() {
					for j := range 5 {
						assert.NoError(t, store.Save(t.Context(), []watch.Record{record(porting.PortRequestID(fmt.Sprint("together", i)), j)}, nil))
						_, err := store.Load(t.Context())
						assert.NoError(t, err)
					}
				})
			}
			group.Wait()
			got, err := store.Load(t.Context())
			require.NoError(t, err)
			require.Len(t, got, len(all)+8)
			assert.Equal(t, record("together7", 4), got[len(got)-1])
		})
	}
}

// TestTables opens stores where there are no tables, others, or newer ones.
func TestTables(t *testing.T) {
	t.Parallel()
	for name, on := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := on(t)
			open := func(create bool, prefix string) error {
				_, err := sqlstore.Open(t.Context(), d.connect(t), d.dialect, &sqlstore.Options{Create: create, Prefix: prefix})
				var failed *sqlstore.Error
				require.True(t, err == nil || errors.As(err, &failed) && failed.Op == "open", err)
				return err
			}
			require.ErrorIs(t, open(false, d.prefix), sqlstore.ErrNoTables)
			var group sync.WaitGroup
			for range 8 { // all of them make the tables at once
				group.Go(func() { assert.NoError(t, open(true, d.prefix)) })
			}
			group.Wait()
			require.NoError(t, open(false, d.prefix))

			store := d.store(t, lease)
			require.NoError(t, store.Save(t.Context(), []watch.Record{record("1", 1)}, nil))
			other := d
			other.prefix += "other_"
			got, err := other.store(t, lease).Load(t.Context())
			require.NoError(t, err)
			assert.Empty(t, got, "each prefix is a store")

			m, err := store.Join(t.Context())
			require.NoError(t, err)
			share, err := m.Share(t.Context())
			require.NoError(t, err)
			require.True(t, share.Has("1"))
			for version, want := range map[int]error{2: watch.ErrNewer, 0: watch.ErrDamaged} {
				d.exec(t, fmt.Sprint("UPDATE {}tables SET version = ", version))
				require.ErrorIs(t, open(false, d.prefix), want)
				require.ErrorIs(t, open(true, d.prefix), want)
				_, err = store.Load(t.Context())
				require.ErrorIs(t, err, want)
				_, err = m.Load(t.Context())
				require.ErrorIs(t, err, want)
				_, err = m.Share(t.Context())
				require.ErrorIs(t, err, want)
				for _, s := range []watch.Store{store, m} {
					require.Error(t, s.Save(t.Context(), []watch.Record{record("1", 2), record("2", 1)}, nil))
				}
				require.ErrorIs(t, m.Save(t.Context(), []watch.Record{record("1", 2)}, nil), want)
			}
			d.exec(t, "UPDATE {}tables SET version = 1")
			require.NoError(t, m.Leave(t.Context()))
			got, err = store.Load(t.Context())
			require.NoError(t, err)
			assert.Equal(t, []watch.Record{record("1", 1)}, got, "nothing was overwritten")

			for _, text := range []string{"", "{", `{"id":"2"}`, "[]"} {
				d.exec(t, "UPDATE {}records SET record = '"+text+"'")
				_, err = store.Load(t.Context())
				require.ErrorIs(t, err, watch.ErrDamaged)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	db := d.connect(t)
	for field, open := range map[string]func() error{
		"db":      func() error { _, err := sqlstore.Open(t.Context(), nil, sqlstore.SQLite, nil); return err },
		"Dialect": func() error { _, err := sqlstore.Open(t.Context(), db, "MySQL", nil); return err },
		"Prefix": func() error {
			_, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, &sqlstore.Options{Prefix: "a; DROP"})
			return err
		},
		"Lease": func() error {
			_, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, &sqlstore.Options{Lease: -1})
			return err
		},
	} {
		var wrong *porting.ArgumentError
		require.ErrorAs(t, open(), &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
}
