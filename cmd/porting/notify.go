package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"runtime"

	"github.com/numberporting/porting/workflow/watch"
)

// A notifier tells others of changes.
type notifier struct{ command, url, secret string }

func (n *notifier) isSet() bool { return n.command != "" || n.url != "" }

// check tells whether the webhook can be used: what it is sent is personal data.
func (n *notifier) check() error {
	if n.url == "" {
		return nil
	}
	u, err := url.Parse(n.url)
	if err != nil || u.Host == "" {
		return usagef("--webhook is no URL")
	}
	local := u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !local):
		return usagef("--webhook must begin with https, or be on this machine")
	case n.secret == "":
		return usagef("--webhook needs PORTING_WEBHOOK_SECRET, with which its requests are signed")
	}
	return nil
}

// deliver runs the command and calls the webhook. It returns when both have taken the
// change, or with an error.
func (n *notifier) deliver(ctx context.Context, e watch.Event) error {
	body, err := json.Marshal(e)
	if err == nil && n.command != "" {
		err = n.run(ctx, e, body)
	}
	if err == nil && n.url != "" {
		err = n.post(ctx, body)
	}
	return err
}

func (n *notifier) run(ctx context.Context, e watch.Event, body []byte) error {
	shell := []string{"sh", "-c"}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/c"}
	}
	cmd := exec.CommandContext(ctx, shell[0], shell[1], n.command)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(append(body, '\n')), os.Stderr, os.Stderr
	cmd.Env = append(os.Environ(), "PORTING_EVENT_ID="+e.ID, "PORTING_EVENT_KIND="+string(e.Kind))
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("--exec: %w: the change is not delivered", err)
	}
	return nil
}
