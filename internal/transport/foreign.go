package transport

import (
	"context"
	"errors"
	"io"
)

// A foreignBody is the body of a [Call.Foreign], read on a goroutine of its own for each
// Read. One that hangs is left behind when the try's context ends; one that panics does
// so again where the caller can recover it; and none begins when the try is over.
type foreignBody struct {
	io.ReadCloser
	ctx      context.Context //nolint:containedctx // the try's, which lasts as long as the body
	turn     chan struct{}   // full while there is a Read, and for good in the end
	buffer   []byte          // a Read that is left behind still writes to it
	came     chan foreignRead
	panicked any
}

type foreignRead struct {
	n   int
	err error
}

func newForeignBody(ctx context.Context, body io.ReadCloser) *foreignBody {
	const size = 32 << 10 // as io.Copy
	return &foreignBody{
		ReadCloser: body,
		ctx:        ctx,
		turn:       make(chan struct{}, 1),
		buffer:     make([]byte, size),
		came:       make(chan foreignRead, 1),
	}
}

func (b *foreignBody) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	select {
	case b.turn <- struct{}{}:
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	}
	part := b.buffer[:min(len(p), len(b.buffer))]
	go func() {
		read := foreignRead{err: errors.New("reading the body panicked")}
		defer func() {
			b.panicked = recover()
			b.came <- read
			<-b.turn
		}()
		read.n, read.err = b.ReadCloser.Read(part)
	}()
	select {
	case read := <-b.came:
		return copy(p, part[:read.n]), read.err
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	}
}

// settle ends the reading. It waits for the Read under way, but no longer than for the
// context of the call, and not at all if the try has run out of time.
func (b *foreignBody) settle(ctx context.Context) {
	if errors.Is(b.ctx.Err(), context.DeadlineExceeded) {
		return
	}
	select {
	case b.turn <- struct{}{}:
		if b.panicked != nil {
			panic(b.panicked)
		}
	case <-ctx.Done():
	}
}
