package porting_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// A mute accepts connections, says what it is told to, and then nothing.
func mute(t *testing.T, says string, reached func()) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			if says != "" {
				_, _ = conn.Read(make([]byte, 1<<10))
				_, _ = io.WriteString(conn, says)
			}
			time.AfterFunc(20*time.Millisecond, reached)
		}
	}()
	return listener
}

// uploading returns a client of an API whose storage accepts connections and reads nothing.
func uploading(t *testing.T, reached func()) *porting.Client {
	t.Helper()
	storage := mute(t, "", reached)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"url":"http://%v","form_fields":{"key":"loa.pdf"}}`, storage.Addr())
	}))
	t.Cleanup(server.Close)
	return client(t, server.URL)
}

// stuckAfterOnePage returns a client of an API that answers the first of three pages only.
func stuckAfterOnePage(t *testing.T, reached func()) *porting.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if page := r.URL.Query().Get("page"); page != "" && page != "1" {
			time.AfterFunc(20*time.Millisecond, reached)
			<-r.Context().Done()
			return
		}
		w.Header().Set("Total-Pages", "3")
		_, _ = io.WriteString(w, `[{"id":"1"}]`)
	}))
	t.Cleanup(server.Close)
	return client(t, server.URL)
}

// drained is the error that ends an iteration after so many items.
func drained[T any](items iter.Seq2[*T, error], want int) error {
	got := 0
	for _, err := range items {
		switch {
		case err == nil:
			got++
		case got == want:
			return err
		default:
			return fmt.Errorf("%d items, then %v", got, err) //nolint:errorlint // it shall not be found
		}
	}
	return nil
}

// TestCancelledCallsReturnAtOnce cancels a call in each phase and measures how long
// it takes to return. The machine may be busy: the best of five counts. All calls go
// through the client's own pool.
func TestCancelledCallsReturnAtOnce(t *testing.T) { //nolint:paralleltest // it measures
	const soon = 50 * time.Millisecond
	const begun = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
	get := func(ctx context.Context, c *porting.Client) error {
		_, err := c.Drafts.Get(ctx, "1", nil)
		return err
	}
	submit := func(ctx context.Context, c *porting.Client) error {
		_, err := c.Drafts.Submit(ctx, "1")
		return err
	}
	upload := func(ctx context.Context, c *porting.Client) error {
		_, err := c.Documents.Upload(ctx, "1", porting.DocumentUpload{
			Type: porting.DocumentTypeLOA, Filename: "loa.pdf", Content: bytes.NewReader(make([]byte, 64<<20)),
		})
		return err
	}
	all := func(items int) func(ctx context.Context, c *porting.Client) error {
		return func(ctx context.Context, c *porting.Client) error {
			return drained(c.PortRequests.All(ctx, nil), items)
		}
	}
	// silent returns a client of a server that says so much and then nothing.
	silent := func(scheme, says string) func(t *testing.T, reached func()) *porting.Client {
		return func(t *testing.T, reached func()) *porting.Client {
			t.Helper()
			return client(t, scheme+"://"+mute(t, says, reached).Addr().String())
		}
	}
	// Each phase starts a call that will get stuck there, and calls reached when it is.
	tests := []struct {
		name  string
		phase func(t *testing.T, reached func()) *porting.Client
		call  func(ctx context.Context, c *porting.Client) error
	}{
		{"dial: looking up the host", func(t *testing.T, reached func()) *porting.Client {
			t.Helper()
			names().silence("mute.invalid", reached)
			return client(t, "https://mute.invalid")
		}, submit},
		{"dial: TLS handshake", silent("https", ""), submit},
		{"sending the body", uploading, upload},
		{"waiting for the answer", silent("http", ""), submit},
		{"within the answer's body", silent("http", begun+"{"), get},
		{"within an error's body", silent("http", strings.Replace(begun, "200 OK", "404 No", 1)+"{"), get},
		{"waiting to try again", silent("http", "HTTP/1.1 429 No\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"), submit},
		{"waiting for the limiter", func(t *testing.T, reached func()) *porting.Client {
			t.Helper()
			return client(t, "http://127.0.0.1", porting.WithLimiter(limiterFunc(func(ctx context.Context) error {
				reached()
				<-ctx.Done()
				return ctx.Err()
			})))
		}, submit},
		{"All: waiting for the first page", silent("http", ""), all(0)},
		{"All: waiting for pages ahead", stuckAfterOnePage, all(1)},
	}
	for _, test := range tests { //nolint:paralleltest // likewise
		t.Run(test.name, func(t *testing.T) {
			best := time.Hour
			for range 5 {
				ctx, cancel := context.WithCancel(t.Context())
				var cancelled time.Time
				c := test.phase(t, sync.OnceFunc(func() {
					cancelled = time.Now()
					cancel()
				}))
				err := test.call(ctx, c)
				cancel()
				require.ErrorIs(t, err, context.Canceled)
				if best = min(best, time.Since(cancelled)); best < soon {
					break
				}
			}
			assert.Less(t, best, soon)
		})
	}
}

type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context) error { return f(ctx) }

// client returns a client of the server at the address.
func client(t *testing.T, address string, opts ...porting.Option) *porting.Client {
	t.Helper()
	c, err := porting.NewClient(porting.Token(apiToken), append([]porting.Option{porting.WithBaseURL(address)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}
