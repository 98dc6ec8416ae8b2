package transport

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// maxHops is how many redirects one try follows.
const maxHops = 5

// redirected returns the request that follows the answer's redirect, or nil if
// the answer is none or may not be followed. Only a GET is followed, to the same
// scheme, host and port; with [Call.AnyHost] to any host, but never from https to http.
func (r *run) redirected(req *http.Request, resp *http.Response, hops int) *http.Request {
	if req.Method != http.MethodGet || hops == maxHops {
		return nil
	}
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil
	}
	location := resp.Header.Get("Location")
	if location == "" {
		return nil
	}
	target, err := req.URL.Parse(location)
	if err != nil || target.User != nil {
		return nil
	}
	same := target.Scheme == req.URL.Scheme && hostPort(target) == hostPort(req.URL)
	elsewhere := r.call.AnyHost && target.Host != "" &&
		(target.Scheme == "https" || target.Scheme == "http" && req.URL.Scheme == "http")
	if !same && !elsewhere {
		return nil
	}
	r.Hops = append(r.Hops, target)
	next := req.Clone(req.Context())
	next.URL = target
	next.Host = target.Host
	next.Response = resp
	return next
}

// hostPort is the URL's host in lower case with its port, also where that is the
// scheme's own.
func hostPort(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	case u.Scheme == "http":
		port = "80"
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
