package report

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/numberporting/porting"
)

// Options say what is read and how it is shown. Nil options, and zero fields, are the
// defaults.
type Options struct {
	// Title heads the page; the default is "Ports".
	Title string

	// Location is the zone in which times are shown. If it is nil, they are shown in the zone
	// of whoever looks at the page, or in UTC where scripts don't run. The days of the timeline
	// are then those of UTC.
	Location *time.Location

	// Now tells the time; the default is [time.Now].
	Now func() time.Time

	// Incomplete is the error of [Collect]. The page says at its top that something is
	// missing, and has the error's text.
	Incomplete error

	// Search and Status narrow down which port requests [Collect] reads, as those of
	// [porting.PortRequestListOptions] do. The default is all.
	Search string
	Status porting.PortRequestListStatus

	// Details tells of which port requests Collect reads the comments and documents, which
	// takes two requests for each; nil means of all.
	Details func(*porting.PortRequest) bool

	// Parallel is how many port requests Collect reads at once, up to 100; the default is 8.
	Parallel int
}

// withDefaults checks the options and fills in what isn't set.
func (o *Options) withDefaults(operation string) (*Options, error) {
	filled := new(Options)
	if o != nil {
		*filled = *o
	}
	const mostParallel = 100
	if filled.Parallel < 0 || filled.Parallel > mostParallel {
		return nil, &porting.ArgumentError{Operation: operation, Field: "parallel", Reason: "must be from 1 to 100, or 0 for the default"}
	}
	filled.Title = cmp.Or(filled.Title, "Ports")
	filled.Parallel = cmp.Or(filled.Parallel, 8)
	if filled.Now == nil {
		filled.Now = time.Now
	}
	return filled, nil
}

// A Port is all that there is of a port: the port request with its numbers and sub requests,
// what was said about it, and its documents.
type Port struct {
	PortRequest porting.PortRequest

	// Comments and Documents are in the order of the API. Nil means that they weren't read.
	Comments  []porting.Comment
	Documents []porting.SupportingDocument

	// Err says what of the port couldn't be read; nil if nothing is missing.
	Err error
}

// An IncompleteError says that not all could be read. All else was.
type IncompleteError struct {
	Total     int   // the ports that were read, whole or in part
	Partial   int   // those of them that have an Err
	ListEnded bool  // the list broke off: there may be more ports
	Err       error // what failed first
}

// Error says how much is missing, and what failed first.
func (e *IncompleteError) Error() string {
	text := fmt.Sprintf("report: %d of %d ports were read in part only", e.Partial, e.Total)
	if e.ListEnded {
		text += ", and the list of ports broke off"
	}
	return text + ": " + e.Err.Error()
}

// Unwrap returns what failed first.
func (e *IncompleteError) Unwrap() error { return e.Err }

// Collect reads ports, in the order of the API's list. It takes a request for each 250 of
// them, two for each port whose [Options].Details are read, and one more for each that the
// list has without its sub requests.
//
// What fails doesn't keep the rest from being read: the error is an [*IncompleteError] then,
// and the ports are there. If the credentials are refused, if the context ends, or if ten
// ports in a row can't be read, the ports that are left keep what the list has of them.
func Collect(ctx context.Context, client *porting.Client, opts *Options) ([]Port, error) {
	const operation = "report.Collect"
	o, err := opts.withDefaults(operation)
	switch {
	case err != nil:
		return nil, err
	case client == nil:
		return nil, &porting.ArgumentError{Operation: operation, Field: "client", Reason: "is nil"}
	}
	ports, err := list(ctx, client, o)
	if err != nil && len(ports) == 0 {
		return nil, err
	}
	c := &collector{client: client, options: o}
	c.note(ctx, err)
	all := make([]*Port, len(ports))
	for i := range ports {
		all[i] = &ports[i]
	}
	c.readAll(ctx, all)
	return ports, c.incomplete(ports, err != nil)
}

// list reads what the list has of the port requests.
func list(ctx context.Context, client *porting.Client, o *Options) (ports []Port, err error) {
	const perPage = 250 // the most that the API is known to take, in a later version
	for r, err := range client.PortRequests.All(ctx, &porting.PortRequestListOptions{
		PerPage: perPage, Search: o.Search, Status: o.Status,
		IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true),
	}) {
		if err != nil {
			return ports, err
		}
		ports = append(ports, Port{PortRequest: *r})
	}
	return ports, nil
}

// giveUp is how many ports in a row can fail, each request of which the client has tried
// several times.
const giveUp = 10

// A collector reads what isn't there yet of ports.
type collector struct {
	client  *porting.Client
	options *Options
	whole   bool // the port requests themselves are read, too

	mutex    sync.Mutex
	first    error // what failed first
	stopped  error // why no more is asked for
	failures int   // in a row
}

// readAll reads the ports' details, several at once.
func (c *collector) readAll(ctx context.Context, ports []*Port) {
	next := make(chan *Port)
	var workers sync.WaitGroup
	for range min(c.options.Parallel, len(ports)) {
		workers.Go(func() {
			for p := range next {
				c.readOne(ctx, p)
			}
		})
	}
	for _, p := range ports {
		next <- p
	}
	close(next)
	workers.Wait()
}

// readOne reads what there is to read of a port, unless nothing more is to be asked for.
func (c *collector) readOne(ctx context.Context, p *Port) {
	if !c.whole && p.PortRequest.SubRequests != nil && !c.wantsDetails(p) {
		return
	}
	c.mutex.Lock()
	p.Err = c.stopped
	c.mutex.Unlock()
	if p.Err != nil {
		return
	}
	p.Err = c.read(ctx, p)
	c.note(ctx, p.Err)
}

func (c *collector) wantsDetails(p *Port) bool {
	return c.options.Details == nil || c.options.Details(&p.PortRequest)
}

// read reads a port's sub requests if they aren't there, and its details. One request that
// fails doesn't keep these from being read.
func (c *collector) read(ctx context.Context, p *Port) error {
	var failed [3]error
	id := p.PortRequest.ID
	if c.whole {
		request, err := c.client.PortRequests.Get(ctx, id, &porting.GetOptions{IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true)})
		if err != nil {
			return err
		}
		p.PortRequest = *request
	}
	if p.PortRequest.SubRequests == nil {
		p.PortRequest.SubRequests, failed[0] = c.client.SubRequests.List(ctx, id)
	}
	if c.wantsDetails(p) {
		p.Comments, failed[1] = c.client.Comments.List(ctx, id)
		p.Documents, failed[2] = c.client.Documents.List(ctx, id)
	}
	return errors.Join(failed[:]...)
}

// note keeps what failed first, and decides whether to go on.
func (c *collector) note(ctx context.Context, err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if err == nil {
		c.failures = 0
		return
	}
	c.failures++
	c.first = cmp.Or(c.first, err)
	if ctx.Err() != nil || errors.Is(err, porting.ErrUnauthorized) || c.failures >= giveUp {
		c.stopped = cmp.Or(c.stopped, err)
	}
}

// incomplete is the error that says what couldn't be read; nil if nothing is missing.
func (c *collector) incomplete(ports []Port, listEnded bool) error {
	if c.first == nil {
		return nil
	}
	incomplete := &IncompleteError{Total: len(ports), ListEnded: listEnded, Err: c.first}
	for i := range ports {
		if ports[i].Err != nil {
			incomplete.Partial++
		}
	}
	return incomplete
}
