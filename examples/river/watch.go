package main

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/watch"
	"github.com/numberporting/porting/workflow/watch/sqlstore"
)

// watch follows all port requests until the context ends. It is no job, since it never
// ends. The processes share the port requests by leases in the same database, and each change is
// told once; after a crash, or an error, those of the last poll are told again.
func (s *service) watch(ctx context.Context) error {
	db := stdlib.OpenDBFromPool(s.pool)
	defer func() { _ = db.Close() }()
	store, err := sqlstore.Open(ctx, db, sqlstore.PostgreSQL, &sqlstore.Options{Create: true, Lease: s.lease})
	if err != nil {
		return err
	}
	for event, err := range watch.Events(ctx, s.client, &watch.Options{Store: store, Pace: s.pace}) {
		if err != nil {
			return err
		}
		if err := s.told(ctx, event); err != nil {
			return err
		}
	}
	return nil
}

// told does what a change asks for. That it is told a second time does no harm.
func (s *service) told(ctx context.Context, event watch.Event) (err error) {
	switch {
	case event.Kind == watch.PollFailed:
		s.log.WarnContext(ctx, "poll failed", "error", describe(event.Err))
		return nil
	case event.Kind == watch.Exception:
		_, err = s.jobs.Insert(ctx, exceptionArgs{event.ID, event.PortRequest, event.SubRequest, event.Time}, nil)
	case event.Kind == watch.StatusChanged && event.OldStatus == porting.SubRequestStatusException:
		err = todo(ctx, s.pool, place(event.PortRequest, event.SubRequest), "", event.Time)
	case event.Kind == watch.Completed:
		_, err = s.pool.Exec(ctx, "UPDATE ports SET complete = true WHERE port_request_id = $1", event.PortRequest)
	}
	if err == nil && event.Kind != watch.CommentAdded && event.Kind != watch.DocumentAdded {
		s.log.InfoContext(ctx, event.String(), "at", event.Time.Format(time.RFC3339))
	}
	return err
}

// place names a sub request.
func place(portRequest porting.PortRequestID, sub porting.SubRequestID) string {
	return string(portRequest) + "/" + string(sub)
}

// exceptionArgs are those of the job that finds out why a carrier has rejected a sub request.
// It is a job of its own, because it asks the API, which may be away, and the watch has to go on.
type exceptionArgs struct {
	Event       string                `json:"event" river:"unique"` // its id, which is the same if it is told again
	PortRequest porting.PortRequestID `json:"port_request"`
	SubRequest  porting.SubRequestID  `json:"sub_request"`
	At          time.Time             `json:"at"`
}

func (exceptionArgs) Kind() string { return "exception" }

// InsertOpts makes the job the only one of its event.
func (exceptionArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: rivertype.JobStates()}}
}

// An exceptionWorker does the job.
type exceptionWorker struct {
	river.WorkerDefaults[exceptionArgs]
	*service
}

// Work notes the exception as something for a person, and then adds a hint at its cause, if the API
// tells. The comment itself isn't kept: it can hold anything, even a PIN.
func (w *exceptionWorker) Work(ctx context.Context, job *river.Job[exceptionArgs]) error {
	what, why := place(job.Args.PortRequest, job.Args.SubRequest), "the carrier has rejected it"
	if err := todo(ctx, w.pool, what, why, job.Args.At); err != nil {
		return errors.New(describe(err))
	}
	comments, err := w.client.Comments.List(ctx, job.Args.PortRequest)
	if limited, ok := errors.AsType[*porting.RateLimitError](err); ok {
		return river.JobSnooze(max(limited.RetryAfter, w.again))
	} else if err != nil {
		return errors.New(describe(err))
	}
	reading, _ := exceptions.Find(comments, job.Args.SubRequest)
	if err := todo(ctx, w.pool, what, why+": "+reading.String(), job.Args.At); err != nil {
		return errors.New(describe(err))
	}
	return nil
}
