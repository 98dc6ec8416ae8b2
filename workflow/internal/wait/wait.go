// Package wait waits in real time.
package wait

import (
	"context"
	"time"
)

// For waits for a time, or until the context ends. It returns what ended the context then.
func For(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
