package porting_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
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

// TestCancelledCallsReturnAtOnce cancels a call in each phase and measures how long
// it takes to return. The machine may be busy: the best of five counts.
func TestCancelledCallsReturnAtOnce(t *testing.T) {
	t.Parallel()
	const soon = 50 * time.Millisecond
	get := func(ctx context.Context, c *porting.Client) error {
		_, err := c.Drafts.Get(ctx, "1", nil)
		return err
	}
	submit := func(ctx context.Context, c *porting.Client) error {
		_, err := c.Drafts.Submit(ctx, "1")
		return err
	}
	// Each phase starts a call that will get stuck there, and calls reached when it is.
	tests := []struct {
		name  string
		phase func(t *testing.T, reached func()) *porting.Client
		call  func(ctx context.Context, c *porting.Client) error
	}{
		{"dial", func(t *testing.T, reached func()) *porting.Client {
			t.Helper()
			return client(t, "http://127.0.0.1", porting.WithHTTPClient(&http.Client{Transport: &http.Transport{
				DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
					reached()
					<-ctx.Done()
					return nil, ctx.Err()
				},
			}}))
		}, submit},
		{"TLS handshake", func(t *testing.T, reached func()) *porting.Client {
			t.Helper()
			return client(t, "https://"+mute(t, "", reached).Addr().String())
		}, submit},
		{"waiting for the answer", func(t *testing.T, reached func()) *porting.Client {
			t.Helper()
			return client(t, "http://"+mute(t, "", reached).Addr().String())
		}, submit},
		{"within the answer's body", func(t *testing.T, reached func()) *porting.Client {
			t.Helper()
			return client(t, "http://"+mute(t, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", reached).Addr().String())
		}, get},
		{"within an error's body", func(t *testing.T, reached func()) *porting.Client {
			t.Helper()
			return client(t, "http://"+mute(t, "HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n{", reached).Addr().String())
		}, get},
		{"waiting to try again", func(t *testing.T, reached func()) *porting.Client {
			t.Helper()
			return client(t, "http://"+mute(t, "HTTP/1.1 429 No\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n", reached).Addr().String())
		}, submit},
		{"waiting for the limiter", func(t *testing.T, reached func()) *porting.Client {
			t.Helper()
			return client(t, "http://127.0.0.1", porting.WithLimiter(limiterFunc(func(ctx context.Context) error {
				reached()
				<-ctx.Done()
				return ctx.Err()
			})))
		}, submit},
		{"sending the body", func(t *testing.T, reached func()) *porting.Client {
			t.Helper()
			storage := mute(t, "", reached)
			sandbox := portingtest.NewServer()
			t.Cleanup(sandbox.Close)
			return sandbox.Client(porting.WithHTTPClient(&http.Client{Transport: &http.Transport{
				DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
					if "http://"+address != sandbox.URL() {
						address = storage.Addr().String()
					}
					return new(net.Dialer).DialContext(ctx, network, address)
				},
			}}))
		}, func(ctx context.Context, c *porting.Client) error {
			draft, err := c.Drafts.Create(ctx, "+13125550100")
			if err != nil {
				return err
			}
			_, err = c.Documents.Upload(ctx, draft.ID, porting.DocumentUpload{
				Type: porting.DocumentTypeLOA, Filename: "loa.pdf", Content: bytes.NewReader(make([]byte, 64<<20)),
			})
			return err
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			best := time.Hour
			for range 5 {
				ctx, cancel := context.WithCancel(t.Context())
				var cancelled time.Time
				c := test.phase(t, func() {
					cancelled = time.Now()
					cancel()
				})
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
