package transport

import (
	"cmp"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// maxHops is how many redirects one try follows.
const maxHops = 5

// redirected returns where the answer's redirect leads to, or nil if it is none or may not
// be followed. Only a GET is followed, to the same scheme, host and port; with
// [Call.AnyHost] to any host, but never from https to http.
func (r *run) redirected(from *url.URL, resp *http.Response, hops int) *url.URL {
	if r.call.Method != http.MethodGet || hops == maxHops {
		return nil
	}
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil
	}
	location := resp.Header.Get("Location")
	target, err := from.Parse(location)
	if location == "" || err != nil || target.User != nil {
		return nil
	}
	same := target.Scheme == from.Scheme && hostPort(target) == hostPort(from)
	elsewhere := r.call.AnyHost && target.Host != "" &&
		(target.Scheme == "https" || target.Scheme == "http" && from.Scheme == "http")
	if !same && !elsewhere {
		return nil
	}
	r.Hops = append(r.Hops, target)
	return target
}

// hostPort is the URL's host in lower case with its port, also where that is the
// scheme's own.
func hostPort(u *url.URL) string {
	ports := map[string]string{"http": "80", "https": "443"}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), cmp.Or(u.Port(), ports[u.Scheme]))
}
