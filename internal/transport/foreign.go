package transport

import (
	"context"
	"io"
	"sync"
	"time"
)

// A foreignBody is the body of a [Call.Foreign], read on a goroutine of its own for each
// Read. One that hangs is left behind when the try is over; one that panics does so again
// where the caller can recover it; and none begins when the try is over.
type foreignBody struct {
	io.ReadCloser
	ctx    context.Context //nolint:containedctx // the try's, which lasts as long as the body
	buffer []byte          // a Read that is left behind still writes to it

	mu       sync.Mutex
	over     bool
	reading  chan struct{} // closed when the last Read has ended
	panicked any
}

// How long a try that is over waits for the Read under way: one that doesn't hang takes
// less. When the call's context has ended, nobody waits for long.
const (
	patienceWithReads = time.Second
	lastPatience      = 25 * time.Millisecond
)

func newForeignBody(ctx context.Context, body io.ReadCloser) *foreignBody {
	const size = 32 << 10 // as io.Copy
	return &foreignBody{ReadCloser: body, ctx: ctx, buffer: make([]byte, size)}
}

func (b *foreignBody) Read(p []byte) (n int, err error) {
	ended := make(chan struct{})
	if !b.begin(ended) {
		return 0, context.Canceled // nobody sees it
	}
	part := b.buffer[:min(len(p), len(b.buffer))]
	read, failed := 0, context.Canceled // unless it returns
	go func() {
		defer close(ended)
		defer func() {
			if panicked := recover(); panicked != nil {
				b.mu.Lock()
				defer b.mu.Unlock()
				b.panicked = panicked
			}
		}()
		read, failed = b.ReadCloser.Read(part)
	}()
	select {
	case <-ended:
		return copy(p, part[:read]), failed
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	}
}

// begin tells whether a Read may begin.
func (b *foreignBody) begin(ended chan struct{}) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over || b.ctx.Err() != nil {
		return false
	}
	b.reading = ended
	return true
}

// settle ends the reading. The context is the call's.
func (b *foreignBody) settle(ctx context.Context) {
	b.mu.Lock()
	b.over = true
	reading := b.reading
	b.mu.Unlock()
	if reading != nil {
		timer := time.NewTimer(patienceWithReads)
		defer timer.Stop()
		select {
		case <-reading:
		case <-timer.C:
		case <-ctx.Done():
			timer.Reset(lastPatience)
			select {
			case <-reading:
			case <-timer.C:
			}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.panicked != nil {
		panic(b.panicked)
	}
}
