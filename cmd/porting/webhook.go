package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const aboutWebhooks = `A webhook gets each change as a POST with the header
  Porting-Signature: t=T,v1=HEX
HEX is the HMAC-SHA256, with the secret, of the text T.BODY, and T is the time of the
request in Unix seconds. To verify it:
  printf '%s.%s' "$T" "$BODY" | openssl dgst -sha256 -hmac "$PORTING_WEBHOOK_SECRET"
Compare in constant time, and refuse what is older than five minutes. A change can come
twice, with the same "id". It counts as delivered once the answer is 2xx; until then
it comes again, also with the next run.`

// tries is how often a webhook is called for one change. The waits between them are a second
// and then twice as long each time, a minute in all.
const tries = 7

// post calls the webhook. What fails in passing is tried again.
func (n *notifier) post(ctx context.Context, body []byte) error {
	for try, wait := 1, time.Second; ; try, wait = try+1, 2*wait {
		passing, err := n.try(ctx, body)
		if err == nil || !passing || try == tries {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

// try calls the webhook once. Passing tells that the next try may go well.
func (n *notifier) try(ctx context.Context, body []byte) (passing bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, n.url, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("--webhook is no URL")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Porting-Signature", signature(n.secret, time.Now(), body))
	client := &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // without the URL, which can have a token in it
		}
		return true, fmt.Errorf("the webhook doesn't answer, so the change is not delivered: %w", err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20))
	_ = answer.Body.Close()
	if answer.StatusCode/100 == 2 {
		return false, nil
	}
	passing = answer.StatusCode/100 == 5 || answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusRequestTimeout
	return passing, fmt.Errorf("the webhook answers %s, so the change is not delivered", answer.Status)
}

// signature signs a body and the time at which it is sent.
func signature(secret string, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
