package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/foc"
)

// keyOf returns what jobs call a set of numbers: the same for the same numbers in any
// order. It is a keyed hash, since all phone numbers there are can be hashed in an
// afternoon: without the secret, a key tells nobody the numbers.
func keyOf(secret []byte, numbers []string) string {
	hash := hmac.New(sha256.New, secret)
	for _, number := range slices.Compact(slices.Sorted(slices.Values(numbers))) {
		_, _ = hash.Write([]byte(number + "\n"))
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// portArgs are those of the job that takes a set of numbers to a submitted port request.
type portArgs struct {
	Key string `json:"key"`
}

func (portArgs) Kind() string { return "port" }

// InsertOpts makes the job the only one of its key for as long as it is in the table, in
// every state. River's default leaves out cancelled and discarded jobs; here they are for a
// person, who has the same job run again ([river.Client.JobRetry]).
func (portArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: rivertype.JobStates()}}
}

// A portWorker does the job.
type portWorker struct {
	river.WorkerDefaults[portArgs]
	*service
}

// NextRetry is River's, but no earlier than the service says: a server may still be working
// on the call whose answer was lost.
func (w *portWorker) NextRetry(job *river.Job[portArgs]) time.Time {
	next, soonest := (&river.DefaultClientRetryPolicy{}).NextRetry(job.JobRow), time.Now().Add(w.again)
	if next.Before(soonest) {
		return soonest
	}
	return next
}

// Work ports the set. A job that was run before looks first: drafts.Run goes by the journal
// and by what the server has, and never sends again what may have acted.
func (w *portWorker) Work(ctx context.Context, job *river.Job[portArgs]) error {
	journal, err := openJournal(ctx, w.pool, job.Args.Key)
	if errors.Is(err, errInUse) {
		return river.JobSnooze(w.again)
	} else if err != nil {
		return w.failed(ctx, w.pool, job, err)
	}
	defer journal.close(ctx)
	if err := w.port(ctx, journal, job); err != nil {
		return w.failed(ctx, journal.conn, job, err)
	}
	return nil
}

func (w *portWorker) port(ctx context.Context, journal *journal, job *river.Job[portArgs]) error {
	key := job.Args.Key
	set, err := w.set(ctx, key)
	if err != nil {
		return err
	}
	options := w.run
	options.Journal = journal
	outcome, err := drafts.Run(ctx, w.client, &drafts.Plan{Submit: true, Sets: []drafts.Set{set}}, &options)
	if err != nil {
		return err
	}
	id := outcome.Sets[0].PortRequestID
	err = pgx.BeginFunc(ctx, journal.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE ports SET port_request_id = $2 WHERE key = $1", key, id); err != nil {
			return err
		}
		if err := todo(ctx, tx, key, "", time.Now()); err != nil {
			return err
		}
		_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		return err
	})
	if err == nil {
		w.log.InfoContext(ctx, "submitted", "key", key, "port_request", id, "calls", len(outcome.Calls()))
	}
	return err
}

// failed says what becomes of a job that has failed. With the journal's connection, a worker that has
// lost the lock can't give up a job that another one has by now.
func (w *portWorker) failed(ctx context.Context, db execer, job *river.Job[portArgs], err error) error {
	why := describe(err)
	w.log.WarnContext(ctx, "failed", "key", job.Args.Key, "attempt", job.Attempt, "error", why)
	limited, isLimited := errors.AsType[*porting.RateLimitError](err)
	switch {
	case isLimited && !isUnknown(err): // which is no failure of the job
		return river.JobSnooze(max(limited.RetryAfter, w.again))
	case job.Attempt >= job.MaxAttempts: // no run comes after it, and no other worker has the job
		db = w.pool
	case ctx.Err() != nil, isUnknown(err), !needsPerson(err): // the next run goes on, and looks first
		return errors.New(why)
	}
	ctx, cancel := soon(context.WithoutCancel(ctx))
	defer cancel()
	if err := todo(ctx, db, job.Args.Key, why, time.Now()); err != nil {
		w.log.ErrorContext(ctx, "a person isn't told yet", "key", job.Args.Key, "error", describe(err))
		return river.JobSnooze(w.again) // an error would be the end of it
	}
	return river.JobCancel(errors.New(why))
}

// isUnknown tells whether the server may have acted on a call whose answer was lost, or the
// port request of a draft isn't seen yet.
func isUnknown(err error) bool {
	decode, ok := errors.AsType[*porting.DecodeError](err)
	return ok && decode.Check != "" || is[*porting.OutcomeUnknownError](err) || is[*drafts.UnresolvedError](err)
}

// needsPerson tells whether the next run would fail as this one did, until somebody has
// changed the order. Wrong credentials aren't such a case: they are the service's, and
// once they are right, all jobs go on.
func needsPerson(err error) bool {
	if api, ok := errors.AsType[*porting.APIError](err); ok {
		switch api.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden:
			return false
		}
		return api.StatusCode >= 400 && api.StatusCode < 500
	}
	return is[*porting.ArgumentError](err) || is[*drafts.NotPortableError](err) || is[*drafts.ConflictError](err) ||
		is[*drafts.NotTakenError](err) || is[*drafts.PreflightError](err) || is[*foc.NoFitError](err)
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
