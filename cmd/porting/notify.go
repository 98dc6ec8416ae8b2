package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/numberporting/porting/workflow/watch"
)

const aboutWebhooks = `A webhook gets each change as a POST with the header
  Porting-Signature: t=T,v1=HEX
HEX is the HMAC-SHA256, with the secret, of the text T.BODY, and T is the time of the
request in Unix seconds. To verify it:
  printf '%s.%s' "$T" "$BODY" | openssl dgst -sha256 -hmac "$PORTING_WEBHOOK_SECRET"
Compare in constant time, and refuse what is older than five minutes. A change can come
twice, with the same "id". It counts as delivered once the answer is 2xx; until then
it comes again, also with the next run.`

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
	cmd := exec.CommandContext(ctx, shell[0], shell[1], n.command) //nolint:gosec // it is what the user asked for
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(append(body, '\n')), os.Stderr, os.Stderr
	cmd.Env = append(os.Environ(), "PORTING_EVENT_ID="+e.ID, "PORTING_EVENT_KIND="+string(e.Kind))
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("--exec: %w: the change is not delivered", err)
	}
	return nil
}

// post calls the webhook. What fails in passing is tried again for some minutes.
func (n *notifier) post(ctx context.Context, body []byte) error {
	request, err := retryablehttp.NewRequestWithContext(ctx, http.MethodPost, n.url, body)
	if err != nil {
		return errors.New("--webhook is no URL")
	}
	request.Header.Set("Content-Type", "application/json")
	sign := func(r *http.Request) error {
		r.Header.Set("Porting-Signature", signature(n.secret, time.Now(), body))
		return nil
	}
	_ = sign(request.Request)
	client := retryablehttp.NewClient()
	client.Logger, client.RetryMax, client.PrepareRetry = nil, 6, sign
	client.ErrorHandler = retryablehttp.PassthroughErrorHandler
	client.HTTPClient.Timeout = 30 * time.Second
	client.HTTPClient.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // without the URL, which can have a token in it
		}
		return fmt.Errorf("the webhook doesn't answer, so the change is not delivered: %w", err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20))
	_ = answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("the webhook answers %s, so the change is not delivered", answer.Status)
	}
	return nil
}

// signature signs a body and the time at which it is sent.
func signature(secret string, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
