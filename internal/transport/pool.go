package transport

import (
	"net"
	"net/http"
	"time"
)

// NewPool returns an HTTP client whose pool serves many callers at once: net/http's
// own keeps two idle connections per host, and so dials again for nearly every
// call when more than two callers share it.
func NewPool() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
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
