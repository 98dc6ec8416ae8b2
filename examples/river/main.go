// River ports ten numbers by jobs in PostgreSQL, with River (riverqueue.com). README.md says what
// each job does, and what to change for production.
//
//	DATABASE_URL=postgres://user:password@localhost:5432/postgres go run .
//
// It talks to a sandbox in the process, whose clock it moves, so that weeks take no time. In the
// database it works in a schema of its own, which it drops at the end.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/watch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Getenv("DATABASE_URL"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "river:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, dsn string) (err error) {
	const atMost = 2 * time.Minute
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	if dsn == "" {
		return errors.New("DATABASE_URL names no PostgreSQL; it looks like postgres://user:password@localhost:5432/postgres")
	}
	pool, drop, err := newSchema(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop(context.WithoutCancel(ctx))) }()
	sandbox := portingtest.NewServer()
	defer sandbox.Close()

	log := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	sets := sample()
	s := &service{
		client: sandbox.Client(),
		pool:   pool,
		log:    log,
		set:    sets.byKey,
		run:    drafts.RunOptions{Open: openSample, Now: sandbox.Now},
		again:  2 * time.Second,
	}
	ctx, done := context.WithCancel(ctx)
	defer done()
	s.pace = watch.Pace{Min: time.Hour, Max: 4 * time.Hour, Clock: &demoClock{sandbox, s, done}}
	config := settings()
	config.Logger = slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: withoutTime}))
	if err := s.open(config); err != nil {
		return err
	}
	for _, name := range []string{"bakery", "dentist", "florist", "bakery"} {
		var isNew bool
		err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) (err error) {
			isNew, err = s.order(ctx, tx, sets.keys[name])
			return err
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d numbers, key %s, new: %t\n", name, len(sets.sets[sets.keys[name]].Numbers), sets.keys[name], isNew)
	}
	if err := s.serve(ctx); err != nil { // until the sandbox's clock says that all is done
		return err
	}
	return summary(context.WithoutCancel(ctx), out, s)
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// summary prints what has become of the ports, or returns an error if one isn't done.
func summary(ctx context.Context, out io.Writer, s *service) error {
	rows, _ := s.pool.Query(ctx, "SELECT kind, state::text, count(*) FROM river_job GROUP BY kind, state ORDER BY kind, state") // ForEachRow has the error
	var kind, state string
	var count int
	if _, err := pgx.ForEachRow(rows, []any{&kind, &state, &count}, func() error {
		fmt.Fprintf(out, "%d jobs of kind %s are %s\n", count, kind, state)
		return nil
	}); err != nil {
		return err
	}
	ported, total := 0, 0
	for request, err := range s.client.PortRequests.All(ctx, nil) {
		if err != nil {
			return err
		}
		for _, numbers := range request.PhoneNumberCountsByStatus {
			total += numbers.Count
			if numbers.Status == porting.SubRequestStatusPorted {
				ported += numbers.Count
			}
		}
	}
	fmt.Fprintf(out, "%d of %d numbers ported.\n", ported, total)
	if ported != total || total != 10 {
		return errors.New("not all numbers are ported")
	}
	return nil
}

//go:embed schema.sql
var tables string

// migrate makes the tables of River and of the example. In production, do it before a deploy:
// "river migrate-up" and your own migrations.
func migrate(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	_, err = pool.Exec(ctx, tables)
	return err
}
