package report

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/netip"
	"strconv"
)

// Handler serves the page of what collect returns, at / and anew for each request. Nothing is
// cached. If collect returns an error and ports, the page says that something is missing; without
// ports, the answer is a 502 with the error's text.
//
// The page is private, and anyone who reaches the handler can read it: listen on loopback. There
// it answers requests for a loopback host only, so that no other site's page can read it under a
// name that resolves to this machine.
func Handler(collect func(context.Context) ([]Port, error), opts *Options) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", policy+"; frame-ancestors 'none'")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		switch {
		case !isMeant(r):
			http.Error(w, "This host name is not a name of loopback.", http.StatusMisdirectedRequest)
		case r.URL.Path != "/":
			http.NotFound(w, r)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "Only GET and HEAD are answered.", http.StatusMethodNotAllowed)
		default:
			serve(w, r, collect, opts)
		}
	})
}

// serve writes the page once all of it is made.
func serve(w http.ResponseWriter, r *http.Request, collect func(context.Context) ([]Port, error), opts *Options) {
	o, err := opts.withDefaults("report.Handler")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	ports, err := collect(r.Context())
	if err != nil && len(ports) == 0 {
		http.Error(w, "The ports could not be read: "+err.Error(), http.StatusBadGateway)
		return
	}
	o.Incomplete = err
	var b bytes.Buffer
	if err := write(&b, ports, o, true); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = b.WriteTo(w)
}

// isMeant tells whether a request that came in on loopback is for a loopback host.
func isMeant(r *http.Request) bool {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if local == nil || !isLoopback(local.String()) {
		return true
	}
	return isLoopback(r.Host)
}

// isLoopback tells whether a host, with a port or without, is this machine.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" {
		return true
	}
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}
