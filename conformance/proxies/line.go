// Package proxies puts nginx and HAProxy between the client and the sandbox, and holds what the client says of its calls
// against what the sandbox has. The README beside it says how to run the tests.
package proxies

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// A Line is a TCP forwarder that stands for the network between a client and a server. It can make the way to the server
// long, and it can let connections die without a sign.
type Line struct {
	target   string
	delay    time.Duration
	listener net.Listener
	cancel   context.CancelFunc
	running  sync.WaitGroup

	mu    sync.Mutex
	links map[*link]bool // the open ones
}

// A link is a connection of the client and the one to the server that belongs to it.
type link struct {
	client, server *net.TCPConn
	dead           chan struct{} // closed when nothing passes any more
}

// NewLine starts a line to the server at the address target. Everything that passes, the end of a connection included,
// arrives after the delay, in both directions: an answer takes twice the delay.
func NewLine(target string, delay time.Duration) (*Line, error) {
	ctx, cancel := context.WithCancel(context.Background())
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		cancel()
		return nil, err
	}
	l := &Line{target: target, delay: delay, listener: listener, cancel: cancel, links: map[*link]bool{}}
	l.running.Go(func() { l.accept(ctx) })
	return l, nil
}

// Addr is the address to which clients connect.
func (l *Line) Addr() string { return l.listener.Addr().String() }

// Kill lets the connections that are open now die: they stay open and swallow every byte, in both directions. Connections
// that are opened later work.
func (l *Line) Kill() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for link := range l.links {
		select {
		case <-link.dead:
		default:
			close(link.dead)
		}
	}
}

// Close closes the line and all its connections.
func (l *Line) Close() {
	l.cancel()
	_ = l.listener.Close()
	l.mu.Lock()
	for link := range l.links {
		_ = link.client.Close()
		_ = link.server.Close()
	}
	l.mu.Unlock()
	l.running.Wait()
}

func (l *Line) accept(ctx context.Context) {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.running.Go(func() { l.connect(ctx, conn) })
	}
}

// connect serves a connection of a client, until both of its directions have ended.
func (l *Line) connect(ctx context.Context, conn net.Conn) {
	client, _ := conn.(*net.TCPConn)
	defer func() { _ = client.Close() }()
	onward, err := new(net.Dialer).DialContext(ctx, "tcp", l.target)
	if err != nil {
		reset(client)
		return
	}
	server, _ := onward.(*net.TCPConn)
	defer func() { _ = server.Close() }()

	link := &link{client, server, make(chan struct{})}
	l.mu.Lock()
	l.links[link] = true
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.links, link)
	}()
	if ctx.Err() != nil { // Close may have come before this link was known
		return
	}
	var both sync.WaitGroup
	both.Go(func() { l.carry(ctx, link, client, server) })
	both.Go(func() { l.carry(ctx, link, server, client) })
	both.Wait()
}

// A parcel is what was read at once, or why nothing more can be read.
type parcel struct {
	data []byte
	err  error
	due  time.Time // when it arrives
}

// carry carries what comes from one end to the other, until that ends.
func (l *Line) carry(ctx context.Context, link *link, from, to *net.TCPConn) {
	parcels := make(chan parcel, 1024)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(parcels)
		for {
			buffer := make([]byte, 32<<10)
			n, err := from.Read(buffer)
			parcels <- parcel{buffer[:n], err, time.Now().Add(l.delay)}
			if err != nil {
				return
			}
		}
	})
	defer reading.Wait()
	for p := range parcels {
		if wait := time.Until(p.due); wait > 0 {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
		}
		if isClosed(link.dead) {
			continue // so that neither the bytes nor the end arrive
		}
		_, _ = to.Write(p.data) // if it fails, the other direction ends with the reason
		switch {
		case errors.Is(p.err, io.EOF):
			_ = to.CloseWrite()
		case p.err != nil:
			reset(to)
		}
	}
}

// reset closes a connection in the way that says that something went wrong.
func reset(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	_ = conn.Close()
}

func isClosed(signal <-chan struct{}) bool {
	select {
	case <-signal:
		return true
	default:
		return false
	}
}
