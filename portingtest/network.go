package portingtest

import (
	"fmt"
	"net"
	"net/url"
)

// network is who can reach a sandbox, and where.
type network struct {
	hostname       string // what other machines call this one; empty: they can't reach it
	storageAddress string // empty: any port next to the API's
	control        bool   // the control routes are there
	remoteControl  bool   // for other machines as well
}

// WithNetwork lets [Listen] take an address that other machines can reach, such as
// ":8642", for programs in other containers. They call this machine by the
// hostname, which is in [Server.URL], in upload forms and in download links.
//
// Whoever can reach the address can use the sandbox: there is no TLS, and the
// credentials are known to all. The control routes stay closed to other machines
// without [WithRemoteControl]. A client elsewhere needs [porting.WithPlainHTTP] with
// the hostname, which [Server.Client] has.
func WithNetwork(hostname string) Option {
	return func(c *config) { c.hostname = hostname }
}

// WithStorageAddress sets the address of [Listen]'s storage host, in place of any
// free port: a container network may need to know it.
func WithStorageAddress(address string) Option {
	return func(c *config) { c.storageAddress = address }
}

// listen takes an address that the sandbox may have.
func (n *network) listen(address string) (net.Listener, error) {
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("portingtest: %w", err)
	}
	if n.hostname == "" && !resolved.IP.IsLoopback() {
		return nil, fmt.Errorf("portingtest: the address %s isn't on loopback, as 127.0.0.1:0 is", address)
	}
	if parsed, err := url.Parse("http://" + n.hostname); n.hostname != "" && (err != nil || parsed.Hostname() != n.hostname) {
		return nil, fmt.Errorf("portingtest: %q is no hostname", n.hostname)
	}
	listener, err := net.ListenTCP("tcp", resolved)
	if err != nil {
		return nil, fmt.Errorf("portingtest: %w", err)
	}
	return listener, nil
}

// url gives the base URL of a host.
func (n *network) url(listener net.Listener) string {
	if n.hostname == "" {
		return "http://" + listener.Addr().String()
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String()) // it is one
	return "http://" + net.JoinHostPort(n.hostname, port)
}
