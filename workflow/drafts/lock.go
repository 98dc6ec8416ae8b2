package drafts

import (
	"context"
	"sync"
)

// A Locker keeps two runs of [Ensure] for the same numbers from going on at the same time.
// It has to work between all that may run one: a [LocalLocker] does within one process.
//
// Between processes, a database that they share can do it. With PostgreSQL, Lock takes a
// connection of its own, turns the key into a number with hashtextextended, waits in
// pg_advisory_lock for that number, and returns a function that calls
// pg_advisory_unlock and gives the connection back. If the process dies, its connection ends
// and the database frees the lock. The server may still be working on what that process has
// sent, and the next one doesn't know: free the lock some time later, or let the next one have
// the same journal. For the same reason, with a Locker the option LookAgain has to be as long as
// the server may take.
type Locker interface {
	// Lock waits until nobody else has the lock of a key, and takes it. It gives up with
	// an error when the context ends. The unlock that it returns is called once.
	//
	// The key is 64 hexadecimal digits, the same for the same numbers in any order. It holds
	// no number in clear; but whoever tries all there are finds a single number from
	// it. A Locker may ignore the key and let one run go on at a time: so do sets of numbers
	// exclude each other that only overlap.
	Lock(ctx context.Context, key string) (unlock func(), err error)
}

// A LocalLocker is a [Locker] within one process. Its zero value is ready. All runs have to
// share it, so it must not be copied.
type LocalLocker struct {
	mutex sync.Mutex
	held  map[string]chan struct{} // each closed when it is free
}

// Lock waits until nobody has the lock of the key, and takes it.
func (l *LocalLocker) Lock(ctx context.Context, key string) (unlock func(), err error) {
	mine := make(chan struct{})
	for {
		l.mutex.Lock()
		theirs, held := l.held[key]
		if !held {
			if l.held == nil {
				l.held = map[string]chan struct{}{}
			}
			l.held[key] = mine
		}
		l.mutex.Unlock()
		if !held {
			return sync.OnceFunc(func() {
				l.mutex.Lock()
				defer l.mutex.Unlock()
				delete(l.held, key)
				close(mine)
			}), nil
		}
		select {
		case <-theirs:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}
