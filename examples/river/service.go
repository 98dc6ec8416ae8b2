package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/watch"
)

// A service ports sets of numbers by jobs in PostgreSQL. Any number of processes can run one
// on the same database.
type service struct {
	client *porting.Client
	pool   *pgxpool.Pool
	log    *slog.Logger

	// set returns the numbers that a key stands for, and what their port needs. Jobs have only the
	// key, since River keeps their arguments in clear and shows them to whoever operates it.
	set func(ctx context.Context, key string) (drafts.Set, error)

	run   drafts.RunOptions // how a set is ported
	pace  watch.Pace        // how often to look what has become of it
	lease time.Duration     // how long a watch that died keeps its share; 0: a minute
	again time.Duration     // how long a job that has failed waits at least

	jobs *river.Client[pgx.Tx]
}

// settings are River's. If a process dies, its jobs are run again once both JobTimeout and
// RescueStuckJobsAfter are over. The timeout is longer than a set takes with two lost answers,
// each of which can hold a call for two minutes; a job that is cut off all the same goes on later.
func settings() *river.Config {
	return &river.Config{
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}},
		JobTimeout:           6 * time.Minute,
		RescueStuckJobsAfter: 7 * time.Minute,
		SoftStopTimeout:      20 * time.Second, // a deploy waits so long for jobs under way
	}
}

// open makes the client of River. Until it is started, it only takes orders.
func (s *service) open(config *river.Config) (err error) {
	config.Workers = river.NewWorkers()
	river.AddWorker(config.Workers, &portWorker{service: s})
	river.AddWorker(config.Workers, &exceptionWorker{service: s})
	s.jobs, err = river.NewClient(riverpgxv5.New(s.pool), config)
	return err
}

// serve works on jobs and watches, until the context ends.
func (s *service) serve(ctx context.Context) error {
	if err := s.jobs.Start(ctx); err != nil && ctx.Err() != nil {
		return nil //nolint:nilerr // it was to end before it had begun
	} else if err != nil {
		return err
	}
	for ctx.Err() == nil {
		if err := s.watch(ctx); ctx.Err() == nil {
			s.log.ErrorContext(ctx, "the watch has ended, and begins again", "error", describe(err))
		}
		select {
		case <-time.After(s.again):
		case <-ctx.Done():
		}
	}
	<-s.jobs.Stopped()
	return nil
}

// order has a set of numbers ported, and tells whether that is new. It is a part of the caller's
// transaction: an order that isn't committed is no job, and one that is can't be lost.
func (s *service) order(ctx context.Context, tx pgx.Tx, key string) (isNew bool, err error) {
	if _, err := tx.Exec(ctx, "INSERT INTO ports (key) VALUES ($1) ON CONFLICT DO NOTHING", key); err != nil {
		return false, err
	}
	inserted, err := s.jobs.InsertTx(ctx, tx, portArgs{Key: key}, nil)
	if err != nil {
		return false, err
	}
	return !inserted.UniqueSkippedAsDuplicate, nil
}

// todo notes what a person has to look at, or with an empty reason that it is settled. What
// was known later wins, in whatever order it is noted.
func todo(ctx context.Context, db execer, what, why string, at time.Time) error {
	_, err := db.Exec(ctx, `INSERT INTO port_todos (what, why, at) VALUES ($1, $2, $3)
		ON CONFLICT (what) DO UPDATE SET why = excluded.why, at = excluded.at WHERE port_todos.at <= excluded.at`, what, why, at)
	return err
}

// An execer is a pool, a connection or a transaction.
type execer interface {
	Exec(ctx context.Context, statement string, args ...any) (pgconn.CommandTag, error)
}
