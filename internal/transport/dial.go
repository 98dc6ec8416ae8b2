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

// A dialer opens about as many connections to an address as tries wait for one. By
// itself, net/http dials for every try that finds no idle connection; if an earlier
// connection serves that try first, its dial goes on for nobody, and while dials last
// longer than calls, such dials add up to connections that nobody needs. Here, the next
// try waits for one of those before it dials itself.
type dialer struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)

	mu sync.Mutex
	to map[string]*dials // by address; only while there are any
}

// dials are those to one address.
type dials struct {
	address string
	running int     // dials that are expected to open a connection soon
	wanted  int     // tries that came for a connection and have none yet
	held    []*dial // the dials that have not begun, as running >= wanted
}

// A dial is a try's wish for a connection. What comes of it may serve another try.
type dial struct {
	dialer *dialer
	to     *dials
	begin  chan bool   // while it is held: whether it begins
	late   *time.Timer // from its beginning
	counts bool        // as running
}

// patience is how old a dial gets that others wait for. An open network takes less.
const patience = time.Second

// errNotNeeded is never seen: the try has what it wants.
var errNotNeeded = errors.New("the try has got another connection")

func newDialer(dial func(ctx context.Context, network, address string) (net.Conn, error)) *dialer {
	return &dialer{dial: dial, to: make(map[string]*dials)}
}

// DialContext is what an [http.Transport] calls.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	w, ok := ctx.Value(wireKey{}).(*wire)
	if !ok || !w.waitsFor(address) {
		return d.dial(ctx, network, address)
	}
	wish := d.enter(w, address)
	if !<-wish.begin {
		return nil, errNotNeeded
	}
	conn, err := d.dial(ctx, network, address)
	wish.end(err == nil)
	return conn, err
}

// enter has a try wait for a connection, and begins its dial if it is needed.
func (d *dialer) enter(w *wire, address string) *dial {
	runtime.Gosched() // a try that was just given a connection shall say so first
	wish := &dial{dialer: d, begin: make(chan bool, 1)}
	d.mu.Lock()
	if d.to[address] == nil {
		d.to[address] = &dials{address: address}
	}
	wish.to = d.to[address]
	wish.to.wanted++
	wish.to.held = append(wish.to.held, wish)
	w.first.Store(wish)
	settled := w.settled.Load()
	if !settled {
		d.next(wish.to)
	}
	d.mu.Unlock()
	if settled {
		w.settle()
	}
	return wish
}

// settle ends the wish. A dial that has begun goes on, but no other try waits for it if
// this one has waited in vain.
func (wish *dial) settle(served bool) {
	d, to := wish.dialer, wish.to
	d.mu.Lock()
	defer d.mu.Unlock()
	to.wanted--
	if i := slices.Index(to.held, wish); i >= 0 {
		to.held = slices.Delete(to.held, i, i+1)
		wish.begin <- false
	} else if !served {
		wish.discount()
		d.next(to)
	}
	d.forget(to)
}

// end ends a dial that had begun. A connection that it has opened is about to serve a
// try, which will settle; until it is late, no other dial takes this one's place.
func (wish *dial) end(opened bool) {
	d, to := wish.dialer, wish.to
	d.mu.Lock()
	defer d.mu.Unlock()
	wish.discount()
	if !opened {
		wish.late.Stop()
		d.next(to)
	}
	d.forget(to)
}

// isLate has the others no longer wait for a dial.
func (wish *dial) isLate() {
	d, to := wish.dialer, wish.to
	d.mu.Lock()
	defer d.mu.Unlock()
	wish.discount()
	d.next(to)
	d.forget(to)
}

// discount takes a dial out of those that run.
func (wish *dial) discount() {
	if wish.counts {
		wish.counts = false
		wish.to.running--
	}
}

// next begins the first of the held dials if fewer run than are wanted.
func (d *dialer) next(to *dials) {
	if len(to.held) == 0 || to.running >= to.wanted {
		return
	}
	wish := to.held[0]
	to.held = slices.Delete(to.held, 0, 1)
	to.running++
	wish.counts = true
	wish.late = time.AfterFunc(patience, wish.isLate)
	wish.begin <- true
}

// forget drops what is known of an address when there is nothing to know.
func (d *dialer) forget(to *dials) {
	if to.running == 0 && to.wanted == 0 && d.to[to.address] == to {
		delete(d.to, to.address)
	}
}
