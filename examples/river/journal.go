package main

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/numberporting/porting/workflow/drafts"
)

// A journal is a [drafts.Journal] of one set of numbers, in PostgreSQL. One worker at a time
// has it: it has a connection of its own, which holds an advisory lock and writes the entries. So a
// worker that has lost the lock, because its process or its connection died, can't note the
// beginning of another step, and drafts.Run ends.
//
// River alone can't promise that. It runs a job again whose worker is silent for too long, and
// a worker that was only paused goes on beside the new one.
type journal struct {
	conn *pgx.Conn
	key  string
}

var _ drafts.Journal = (*journal)(nil)

// errInUse is the error for a journal that another worker has.
var errInUse = errors.New("the journal is in use")

func openJournal(ctx context.Context, pool *pgxpool.Pool, key string) (*journal, error) {
	conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return nil, err
	}
	j := &journal{conn, key}
	var mine bool
	err = conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", "port_journal "+key).Scan(&mine)
	if err == nil && !mine {
		err = errInUse
	}
	if err != nil {
		j.close(ctx)
		return nil, err
	}
	return j, nil
}

// Entries yields what has been appended so far.
func (j *journal) Entries() iter.Seq2[drafts.Entry, error] {
	return func(yield func(drafts.Entry, error) bool) {
		ctx, cancel := soon(context.Background())
		defer cancel()
		rows, _ := j.conn.Query(ctx, "SELECT entry FROM port_journal WHERE key = $1 ORDER BY id", j.key) // CollectRows has the error
		entries, err := pgx.CollectRows(rows, pgx.RowTo[drafts.Entry])
		if err != nil {
			yield(drafts.Entry{}, err)
			return
		}
		for _, entry := range entries {
			if !yield(entry, nil) {
				return
			}
		}
	}
}

// Append stores an entry. It does so even if the job's context has ended: what was sent
// must be known to the next run.
func (j *journal) Append(entry drafts.Entry) error {
	ctx, cancel := soon(context.Background())
	defer cancel()
	_, err := j.conn.Exec(ctx, "INSERT INTO port_journal (key, entry) VALUES ($1, $2)", j.key, entry)
	return err
}

// close ends the connection, and the lock with it.
func (j *journal) close(ctx context.Context) {
	ctx, cancel := soon(context.WithoutCancel(ctx))
	defer cancel()
	_ = j.conn.Close(ctx)
}

func soon(ctx context.Context) (context.Context, context.CancelFunc) {
	const patience = 10 * time.Second
	return context.WithTimeout(ctx, patience)
}
