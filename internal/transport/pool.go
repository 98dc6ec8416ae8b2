package transport

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"
)

// NewPool returns an HTTP client whose pool serves many callers at once: net/http's
// own keeps two idle connections per host, and so dials again for nearly every
// call when more than two callers share it. Only over TLS do dials take long enough
// to wait for those of others.
func NewPool() *http.Client {
	plain := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	secure := &tls.Dialer{NetDialer: plain, Config: new(tls.Config)}
	return &http.Client{Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            plain.DialContext,
		DialTLSContext:         newDialer(handshake(secure)).DialContext,
		TLSClientConfig:        secure.Config, // net/http sets its protocols
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    256,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		HTTP2: &http.HTTP2Config{ // a connection that is silently dead is given up
			SendPingTimeout: 15 * time.Second,
			PingTimeout:     15 * time.Second,
		},
	}}
}

// handshake dials with a limit of time for the whole, and names it if that is what ended it:
// [tls.Dialer] leaves it at the error of a context, which a caller would take for theirs.
func handshake(d *tls.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, address)
		if err == context.DeadlineExceeded { //nolint:errorlint // the one of opening the connection is another
			err = fmt.Errorf("no TLS handshake within %v: %w", d.NetDialer.Timeout, err)
		}
		return conn, err
	}
}
