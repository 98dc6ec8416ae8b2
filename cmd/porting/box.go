package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// A box is a sandbox whose state is in a file. Each request is answered under a lock,
// from what the file has, so that several commands can use it at the same time.
type box struct {
	path   string
	server *portingtest.Server
	lock   *flock.Flock

	mu    sync.Mutex
	empty []byte // the state of a sandbox without a file
	state []byte // the server's
}

func openBox(path string) (*box, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	server := portingtest.NewServer()
	b := &box{path: path, server: server, lock: flock.New(path+".lock", flock.SetPermissions(0o600)), empty: server.Snapshot()}
	b.state = b.empty
	if err := b.do(context.Background(), func(*portingtest.Server) error { return nil }); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *box) close() { b.server.Close() }

// do calls f with the server in the state of the file, and writes what has become of it.
func (b *box) do(ctx context.Context, f func(*portingtest.Server) error) error {
	return b.locked(ctx, func(saved []byte) error {
		failed := f(b.server)
		var err error
		if b.state = b.server.Snapshot(); !bytes.Equal(saved, b.state) {
			if err = os.WriteFile(b.path+".new", b.state, 0o600); err == nil {
				err = os.Rename(b.path+".new", b.path)
			}
		}
		return errors.Join(failed, err)
	})
}

// locked calls f with the server in the state of the file, under the lock.
func (b *box) locked(ctx context.Context, f func(saved []byte) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.lock.TryLockContext(ctx, time.Millisecond); err != nil {
		return fmt.Errorf("the sandbox: %w", err)
	}
	defer func() { _ = b.lock.Unlock() }()
	saved, err := os.ReadFile(b.path)
	if errors.Is(err, fs.ErrNotExist) {
		saved, err = b.empty, nil
	}
	if err == nil && !bytes.Equal(saved, b.state) {
		err = b.server.Restore(saved)
		b.state = saved
	}
	if err != nil {
		return fmt.Errorf("the sandbox %s: %w", b.path, err)
	}
	return f(saved)
}

func (b *box) client() *porting.Client {
	return b.server.Client(porting.WithHTTPClient(&http.Client{Transport: b}))
}

// RoundTrip makes a request of the sandbox.
func (b *box) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	send := func() error {
		if answer, err = http.DefaultTransport.RoundTrip(r); err != nil { //nolint:bodyclose // it is closed below
			return err
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		answer.Body = io.NopCloser(bytes.NewReader(body))
		return err
	}
	if r.Method == http.MethodGet { // nothing has to be written then
		err = b.locked(r.Context(), func([]byte) error { return send() })
	} else {
		err = b.do(r.Context(), func(*portingtest.Server) error { return send() })
	}
	if err != nil {
		return nil, err
	}
	return answer, nil
}

func (b *box) now() time.Time {
	now := portingtest.Start
	_ = b.locked(context.Background(), func([]byte) error {
		now = b.server.Now()
		return nil
	})
	return now
}

func (b *box) advance(ctx context.Context, d time.Duration) error {
	return b.do(ctx, func(s *portingtest.Server) error {
		s.Advance(d)
		return nil
	})
}
