package transport

import (
	"context"
	"errors"
	"net"
	"runtime"
	"slices"
	"sync"
	"time"
)

// A dialer opens connections, to each address no more at a time than tries wait for
// one. By itself, net/http dials for every try that finds no idle connection; if an
// earlier connection serves that try first, its dial goes on for nobody, and while
// dials last longer than calls, such dials add up to connections that nobody needs.
// Here, the next try waits for one of those before it dials itself.
type dialer struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)

	mu sync.Mutex
	to map[string]*dials // by address; only while there are any
}

// dials are those to one address.
type dials struct {
	running int     // connections being opened
	wanted  int     // tries that came for a connection and have none yet
	held    []*dial // the dials that have not begun, as running >= wanted
}

// A dial is a try's wish for a connection. What comes of it may serve another try.
type dial struct {
	dialer  *dialer
	address string
	begin   chan bool // while it is held: whether it begins
}

// patience is how long a dial is held. An open network takes less, and a lost packet
// costs as much anyway.
const patience = time.Second

// errNotNeeded is never seen: the try has what it wants.
var errNotNeeded = errors.New("the try has got another connection")

func newDialer(dial func(ctx context.Context, network, address string) (net.Conn, error)) *dialer {
	return &dialer{dial: dial, to: make(map[string]*dials)}
}

// DialContext is what an [http.Transport] calls. A try that asks for a second connection,
// as after a redirect, is not held up: its dials can't be told apart.
func (d *dialer) DialContext(ctx context.Context, network, address string) (conn net.Conn, err error) {
	if w, ok := ctx.Value(wireKey{}).(*wire); ok && w.asked.Load() == 1 {
		if !d.enter(w, address) {
			return nil, errNotNeeded
		}
		defer func() { d.leave(address, err == nil) }()
	}
	return d.dial(ctx, network, address)
}

// enter waits until a try's dial may begin, and tells whether it still should.
func (d *dialer) enter(w *wire, address string) bool {
	wish := &dial{dialer: d, address: address, begin: make(chan bool, 1)}
	runtime.Gosched() // a try that was just given a connection shall say so first
	d.mu.Lock()
	to := d.to[address]
	if to == nil {
		to = new(dials)
		d.to[address] = to
	}
	to.wanted++
	to.held = append(to.held, wish)
	w.first.Store(wish)
	settled := w.settled.Load()
	if !settled {
		to.next()
	}
	d.mu.Unlock()
	if settled {
		w.settle()
	}

	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case begins := <-wish.begin:
		return begins
	case <-timer.C:
		d.mu.Lock()
		defer d.mu.Unlock()
		to.release(wish, true)
		return <-wish.begin
	}
}

// leave ends a dial that had begun. If it has opened a connection, a try is about to get that.
func (d *dialer) leave(address string, opened bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	to := d.to[address]
	to.running--
	if !opened {
		to.next()
	}
	d.forget(address)
}

// settle ends the wish: the try has a connection, or wants none any more. If its dial
// has begun, it goes on.
func (wish *dial) settle() {
	d := wish.dialer
	d.mu.Lock()
	defer d.mu.Unlock()
	to := d.to[wish.address]
	to.wanted--
	to.release(wish, false)
	d.forget(wish.address)
}

func (d *dialer) forget(address string) {
	if to := d.to[address]; to.running == 0 && to.wanted == 0 {
		delete(d.to, address)
	}
}

// next begins the first of the held dials if fewer are running than wanted.
func (to *dials) next() {
	if len(to.held) > 0 && to.running < to.wanted {
		to.release(to.held[0], true)
	}
}

// release tells a dial whether it begins, unless it was told before.
func (to *dials) release(wish *dial, begins bool) {
	i := slices.Index(to.held, wish)
	if i < 0 {
		return
	}
	to.held = slices.Delete(to.held, i, i+1)
	if begins {
		to.running++
	}
	wish.begin <- begins
}
