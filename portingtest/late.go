package portingtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Pending lists what faults have yet to do, of those that let the sandbox act
// later: the operation, and when. What has no time left to wait is done when the
// clock moves next.
func (s *Server) Pending() []string {
	s.lock()
	defer s.mu.Unlock()
	var list []string
	for _, e := range s.box.Queue {
		if e.Request != nil {
			list = append(list, e.Request.route().name+", at "+e.At.Format(time.RFC3339Nano))
		}
	}
	for _, w := range s.box.Waiting {
		list = append(list, w.Request.route().name+", after "+plural(w.Left, "more request"))
	}
	return list
}

// postpone keeps a request for later.
func (b *sandbox) postpone(p postponed, l late) {
	if l.requests > 0 {
		b.Waiting = append(b.Waiting, waiting{Left: l.requests, Request: p})
		return
	}
	b.enqueue(event{At: b.Clock.Add(l.after), Request: &p})
}

// countDown counts a request that came, for those that wait for others.
func (b *sandbox) countDown() {
	for i := range b.Waiting {
		b.Waiting[i].Left--
	}
}

// catchUp handles the requests that have waited for as many others as they had
// to. It is called before the next one is looked at, and so after the answer to
// the last of those.
func (b *sandbox) catchUp() {
	for {
		i := slices.IndexFunc(b.Waiting, func(w waiting) bool { return w.Left == 0 })
		if i < 0 {
			return
		}
		p := b.Waiting[i].Request
		b.Waiting = slices.Delete(b.Waiting, i, i+1)
		b.handleLate(&p)
	}
}

// handleLate handles a request whose client is gone: nobody hears of a refusal.
func (b *sandbox) handleLate(p *postponed) {
	target, err := url.Parse(p.Target)
	if err != nil {
		return // not reached: it has a route
	}
	found, ids, _, err := findRoute(p.Method, target)
	if err != nil {
		return // not reached either
	}
	_, _ = found.handle(b, &request{
		ids: ids, query: target.Query(), body: p.Body, header: http.Header{}, sentAt: p.SentAt, lenient: b.config.lenient,
	})
}

// route gives the operation that a request is for; nil if there is none.
func (p *postponed) route() *route {
	target, err := url.Parse(p.Target)
	if err != nil {
		return nil
	}
	found, _, _, _ := findRoute(p.Method, target)
	return found
}

// plural writes a count of things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
