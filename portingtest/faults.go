package portingtest

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// Fault says which requests go wrong, and how. Operation, Method, Route and Match
// say where; what is empty is any. A fault without an Operation is one of the API
// host. Nth, Chance and Times say which of the requests that match; if all are
// zero, each is hit. A retry is a request of its own, with a number of its own.
type Fault struct {
	Operation string // the client's method, such as "Drafts.Create", or [StorageUpload] or [StorageDownload]
	Method    string // such as "POST"
	Route     string // such as "/origination/porting/draft_port_requests/{id}"; what is in braces is any

	// Match tells whether the fault is for a request, by what is in it. [HasNumber]
	// and [HasID] make one. It may be called by several goroutines at once.
	Match func(Call) bool

	Nth    int     // the one request that is hit, from 1
	Chance float64 // from 0 to 1, drawn from the sandbox's seed; 0: always
	Times  int     // at most; 0: without a bound

	Effect Effect
}

// String describes the fault.
func (f Fault) String() string {
	where := strings.Join(strings.Fields(f.Operation+" "+f.Method+" "+f.Route), " ")
	if where == "" {
		where = "any operation"
	}
	if f.Match != nil {
		where += ", by what is in it"
	}
	if f.Nth > 0 {
		where += fmt.Sprintf(", request %d", f.Nth)
	}
	if f.Chance > 0 {
		where += fmt.Sprintf(", chance %g", f.Chance)
	}
	if f.Times > 0 {
		where += fmt.Sprintf(", at most %d times", f.Times)
	}
	return where + ": " + f.Effect.String()
}

// Inject makes requests go wrong from now on. If more than one fault would hit a
// request, the one that was injected first does, and the others don't count it
// among their Times.
//
// It panics if the fault makes no sense: no operation is like that, it has no
// effect, a number is out of range, or Nth goes along with Chance or Times.
func (s *Server) Inject(f Fault) *Injected {
	if wrong := f.wrong(); wrong != "" {
		panic("portingtest: Inject: " + wrong)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := &Injected{server: s, fault: f}
	i.chance = rand.New(rand.NewPCG(s.config.seed, uint64(len(s.faults))))
	s.faults = append(s.faults, i)
	return i
}

// wrong tells why a fault makes no sense; it is empty if it does.
func (f Fault) wrong() string {
	switch {
	case !f.reachable():
		return "there is no such operation: " + f.String()
	case f.Effect.apply == nil:
		return "a fault needs an Effect"
	case f.Effect.wrong != "":
		return f.Effect.wrong
	case f.Nth < 0 || f.Times < 0:
		return "Nth and Times can't be negative"
	case !(f.Chance >= 0 && f.Chance <= 1): // NaN too
		return "Chance must be from 0 to 1"
	case f.Nth > 0 && (f.Chance > 0 || f.Times > 0):
		return "Nth is one request: it goes without Chance and Times"
	case f.Effect.late != nil && (f.Operation == StorageUpload || f.Operation == StorageDownload):
		return "the storage host can't act later"
	}
	return ""
}

// reachable tells whether there is an operation that the fault could meet.
func (f Fault) reachable() bool {
	for method, operation := range storageOperations {
		if f.Operation == operation && f.Route == "" && (f.Method == "" || f.Method == method) {
			return true
		}
	}
	return slices.ContainsFunc(routes, func(r route) bool {
		return (f.Operation == "" || f.Operation == r.name) &&
			(f.Method == "" || r.takes(f.Method)) &&
			(f.Route == "" || sameRoute(f.Route, r.pattern))
	})
}

// sameRoute tells whether two patterns have a path in common.
func sameRoute(a, b string) bool {
	return slices.EqualFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(a, b string) bool {
		return a == b || strings.HasPrefix(a, "{") || strings.HasPrefix(b, "{")
	})
}

// matches tells whether a request is one that the fault is for.
func (f *Fault) matches(c *Call, storage bool) bool {
	switch {
	case f.Operation != "" && f.Operation != c.Operation,
		f.Operation == "" && storage,
		f.Method != "" && f.Method != c.Method,
		f.Route != "" && !sameRoute(f.Route, c.Path):
		return false
	case f.Match == nil && f.Effect.only == nil:
		return true
	}
	c.decode()
	return (f.Match == nil || f.Match(*c)) && (f.Effect.only == nil || f.Effect.only(*c))
}

// Injected is a fault at work.
type Injected struct {
	server  *Server
	fault   Fault
	chance  *rand.Rand
	matched int
	fired   int
	removed bool
}

// Fired tells how many requests the fault has hit.
func (i *Injected) Fired() int {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	return i.fired
}

// Remove ends the fault. A request that it has already hit isn't spared.
func (i *Injected) Remove() {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	i.removed = true
}

// due counts a request that matches, and tells whether it is to be hit.
func (i *Injected) due() bool {
	i.matched++
	spared := i.fault.Chance > 0 && i.chance.Float64() >= i.fault.Chance
	switch {
	case i.fault.Nth > 0:
		return i.matched == i.fault.Nth
	case i.fault.Times > 0 && i.fired >= i.fault.Times:
		return false
	}
	return !spared
}

// faults are the injected ones, in order.
type faults []*Injected

// faultsFor gives the faults that match a request, and what they saw of it. It is
// called without the lock, so that a Match may ask the sandbox things.
func (s *Server) faultsFor(r *http.Request, x exchange) (faults, *Call) {
	s.mu.Lock()
	list := slices.Clone(s.faults)
	s.mu.Unlock()
	if len(list) == 0 {
		return nil, nil
	}
	c := newCall(r, x)
	return slices.DeleteFunc(list, func(i *Injected) bool { return !i.fault.matches(c, x.storage) }), c
}

// hit gives the one of the faults that hits a request they match, or nil. Each
// of them counts it.
func (list faults) hit() *Injected {
	var hit *Injected
	for _, i := range list {
		if !i.removed && i.due() && hit == nil {
			hit = i
			i.fired++
		}
	}
	return hit
}

// mustOperation panics if there is no operation of a name. The empty name is
// that of requests that are none.
func mustOperation(of, name string) {
	known := name == "" || name == StorageUpload || name == StorageDownload ||
		slices.ContainsFunc(routes, func(r route) bool { return r.name == name })
	if !known {
		panic(fmt.Sprintf("portingtest: %s: there is no operation %q", of, name))
	}
}
