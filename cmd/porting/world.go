package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/numberporting/porting"
)

// A world is where a command acts: the real API, or a sandbox.
type world struct {
	*porting.Client
	box *box // nil: the real API
	now func() time.Time
}

// hasCredentials tells whether a variable that holds credentials is set.
func hasCredentials() bool {
	return os.Getenv("TELNYX_API_USER")+os.Getenv("TELNYX_API_TOKEN")+os.Getenv("TELNYX_API_KEY") != ""
}

// connect returns the world that the environment and the flags mean. Whatever could mean
// both is refused. The caller closes the world.
func (t *tool) connect() (*world, error) {
	named := t.sandboxFile != "" || os.Getenv("PORTING_SANDBOX") != ""
	switch {
	case hasCredentials() && named:
		return nil, usagef("there are credentials in the environment, and a sandbox is named: unset one of the two")
	case hasCredentials():
		client, err := porting.NewClientFromEnv(porting.WithUserAgent("porting-tool"))
		if base := os.Getenv("PORTING_BASE_URL"); base != "" && err == nil {
			_ = t.say("this is the API at %s, as PORTING_BASE_URL says", base)
		}
		return &world{Client: client, now: time.Now}, err
	case os.Getenv("PORTING_BASE_URL") != "":
		return nil, usagef("PORTING_BASE_URL is set, and no credentials for it")
	}
	path, err := t.sandboxPath()
	if err != nil {
		return nil, err
	}
	box, err := openBox(path)
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(t.errOut, "porting: no credentials, so this is the sandbox: nothing is real")
	return &world{box.client(), box, box.now}, nil
}

func (w *world) close() {
	if w.box != nil {
		w.box.close()
	}
}

// sandboxPath returns where the sandbox keeps its state.
func (t *tool) sandboxPath() (string, error) {
	for _, path := range []string{t.sandboxFile, os.Getenv("PORTING_SANDBOX")} {
		if path != "" {
			return path, nil
		}
	}
	folder := os.Getenv("XDG_STATE_HOME")
	if folder == "" {
		var err error
		if folder, err = os.UserConfigDir(); err != nil {
			return "", usagef("give --sandbox-file: %w", err)
		}
		if home, err := os.UserHomeDir(); err == nil && runtime.GOOS == "linux" {
			folder = filepath.Join(home, ".local", "state")
		}
	}
	return filepath.Join(folder, "porting", "sandbox.json"), nil
}

// title heads a page: nobody shall take what the sandbox says for the truth.
func (w *world) title() string {
	if w.box != nil {
		return "Ports of the sandbox: nothing is real"
	}
	return "Ports"
}

// own returns the name of a file that belongs to this world: what the sandbox has
// answered is never taken for an answer of the real API.
func (w *world) own(path string) string {
	if w.box != nil {
		return path + ".sandbox"
	}
	return path
}

// wait waits for d: on the sandbox, by moving its clock.
func (w *world) wait(ctx context.Context, d time.Duration) error {
	if w.box != nil {
		return w.box.advance(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
