//go:build !windows

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A hook is a webhook that remembers what it was sent, and refuses some of it.
type hook struct {
	*httptest.Server

	mu     sync.Mutex
	refuse func(nth int) int // the status of the nth request
	all    int
	took   []string // the ids of the changes that it has taken
	signed string
	body   []byte
}

func newHook(t *testing.T, refuse func(int) int) *hook {
	t.Helper()
	h := &hook{refuse: refuse}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.all++
		h.body, _ = io.ReadAll(r.Body)
		h.signed = r.Header.Get("Porting-Signature")
		status := h.refuse(h.all)
		if status == http.StatusOK {
			var event struct {
				ID string `json:"id"`
			}
			assert.NoError(t, json.Unmarshal(h.body, &event))
			h.took = append(h.took, event.ID)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(h.Close)
	return h
}

// has returns what the hook has taken, and the last request with its signature.
func (h *hook) has() (took []string, signed string, body []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.took, h.signed, h.body
}

// TestWebhook delivers changes to a webhook that fails in passing and then for good. What it
// hasn't taken comes again with the next run, and what it has taken then doesn't.
func TestWebhook(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	_, code := f.sh(t, "porting sandbox add +13125550100")
	require.Zero(t, code)
	h := newHook(t, func(nth int) int {
		switch nth {
		case 1:
			return http.StatusServiceUnavailable
		case 4:
			return http.StatusForbidden
		}
		return http.StatusOK
	})
	line := "PORTING_WEBHOOK_SECRET=hush porting watch --once --store watch.json --webhook " + h.URL
	out, code := f.sh(t, line)
	assert.Equal(t, int(codeFailed), code, out)
	assert.Contains(t, out, "the webhook answers 403 Forbidden, so the change is not delivered")
	assert.Contains(t, out, "2 changes delivered")
	first, _, _ := h.has()
	out, code = f.sh(t, line)
	assert.Zero(t, code, out)
	taken, _, _ := h.has()
	assert.Equal(t, first, taken[2:4], "the changes of that poll come again, with the same ids")
	out, code = f.sh(t, line)
	assert.Zero(t, code, out)
	again, _, _ := h.has()
	assert.Len(t, again, len(taken), "nothing comes again")
}

// TestSignature verifies a signature as the help says, with openssl.
func TestSignature(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	_, code := f.sh(t, "porting sandbox add +13125550100")
	require.Zero(t, code)
	h := newHook(t, func(int) int { return http.StatusOK })
	out, code := f.sh(t, "PORTING_WEBHOOK_SECRET=hush porting watch --once --store watch.json --webhook "+h.URL)
	require.Zero(t, code, out)
	_, signed, body := h.has()
	at, hex, _ := strings.Cut(strings.TrimPrefix(signed, "t="), ",v1=")
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl")
	}
	check := f.command(t.Context(), "sh", "-c", `printf '%s.%s' "$T" "$BODY" | openssl dgst -sha256 -hmac "$SECRET"`)
	check.Env = append(os.Environ(), "T="+at, "BODY="+string(body), "SECRET=hush")
	said, err := check.Output()
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(strings.TrimSpace(string(said)), hex), "%s, %s", said, hex)
	assert.NotEmpty(t, hex)
	assert.NotEqual(t, signature("hush", time.Unix(1, 0), body), signature("other", time.Unix(1, 0), body))
}
