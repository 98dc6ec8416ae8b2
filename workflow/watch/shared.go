package watch

import (
	"context"
	"errors"
	"time"

	"github.com/numberporting/porting"
)

// ErrLeaseLost says that another loop has taken over what this one was watching, because this
// one hasn't renewed its lease in time. Nothing was saved.
var ErrLeaseLost = errors.New("watch: another loop has taken over")

// A SharedStore is a [Store] that several loops use at the same time, on as many machines. Each
// port request is watched by one of them, as long as that one renews its lease. Package sqlstore
// has one.
type SharedStore interface {
	// Load returns the records of all loops. Save is refused for what a loop has a lease on.
	Store

	// Join makes a loop one of those that use the store.
	Join(ctx context.Context) (Member, error)
}

// A Member is one loop's part in a [SharedStore]. [Events] makes all the calls of one, one
// after the other. From Join to Leave, the member renews its leases by itself.
type Member interface {
	// Load returns the records of the member's share. Save is an [ErrLeaseLost], and stores
	// nothing, if any record in it isn't in the member's share any more.
	Store

	// Share settles what the member watches until the next call: it gives up what is more than
	// its part, and takes what nobody has a lease on.
	Share(ctx context.Context) (Share, error)

	// Free receives when there is something for the next Share to take.
	Free() <-chan struct{}

	// Leave ends the leases, so that others can take over at once.
	Leave(ctx context.Context) error
}

// A Share is what a [Member] is to watch.
type Share struct {
	// Has tells whether a port request is in the share. It tells no as soon as the leases have run
	// out by the member's own clock.
	Has func(porting.PortRequestID) bool

	Empty   bool // it has nothing in it
	Changed bool // others may have saved records of it since the last Share: they are to be loaded
}

// join makes the watcher a member of its store, if loops can share it. The function that it
// returns leaves again.
func (w *watcher) join(ctx context.Context) (leave func(), err error) {
	shared, ok := w.Store.(SharedStore)
	if !ok {
		return func() {}, nil
	}
	if w.member, err = shared.Join(ctx); err != nil {
		return nil, err
	}
	w.stale, w.mine = true, Share{Has: func(porting.PortRequestID) bool { return false }, Empty: true}
	return func() {
		const patience = 5 * time.Second
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		_ = w.member.Leave(ctx) // or else the leases run out
	}, nil
}

// share finds out what is the watcher's to watch in this poll, and loads the records if those in
// memory may not be those of the store.
func (w *watcher) share(ctx context.Context) error {
	if w.member == nil {
		return nil
	}
	share, err := w.member.Share(ctx)
	if w.stale = w.stale || err != nil || share.Changed; err != nil {
		return err
	}
	w.mine = share
	if !w.stale {
		return nil
	}
	records, err := w.member.Load(ctx)
	if err != nil {
		return err
	}
	w.records, w.stale = byID(records), false
	return nil
}

// goesOn tells whether the loop survives the error of a poll: a shared store that has failed may
// work again, and others may have taken over for now.
func (w *watcher) goesOn(ctx context.Context, err error) bool {
	lasting := errors.Is(err, ErrNewer) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrClosed)
	return err != nil && w.member != nil && w.stale && !lasting && ctx.Err() == nil
}

// errFree ends a wait early.
var errFree = errors.New("there is something to take over")

// wait waits for the next poll, or until there is something to take over.
func (w *watcher) wait(ctx context.Context, d time.Duration) error {
	if w.member == nil {
		return w.Clock.Wait(ctx, d)
	}
	waiting, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-w.member.Free():
			cancel(errFree)
		case <-waiting.Done():
		}
	}()
	err := w.Clock.Wait(waiting, d)
	cancel(nil)
	<-ended
	if errors.Is(context.Cause(waiting), errFree) && ctx.Err() == nil {
		return nil
	}
	return err
}
