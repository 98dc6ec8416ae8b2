package watch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
)

// Options say what [Events] watches and how. Nil options, and zero fields, are the defaults.
type Options struct {
	Pace

	// PortRequests are those to watch; none means all of the account. Up to ten are read one
	// by one, more of them from the lists. The loop ends when all of them are complete or
	// gone, those that other loops watch included.
	PortRequests []porting.PortRequestID

	// Store keeps what was delivered; nil is a new [MemoryStore].
	Store Store

	// Details is how old the comments and documents of a port request may be. Those of one
	// that has changed, or that has an exception, are read at once. 0: 24 hours.
	Details time.Duration

	// Reads bounds how many port requests a poll reads one by one, beyond those that it
	// has seen to have changed: those that left the list, and those whose details are due. The
	// others wait for the next poll. 0: 250.
	Reads int
}

// An Event is a [Change], and when it was seen.
type Event struct {
	// ID is the same if the event is delivered again. It doesn't tell anything of what
	// it stands for.
	ID   string    `json:"id"`
	Time time.Time `json:"time"` // of the poll, by the clock
	Change
	Err error `json:"-"` // of PollFailed
}

// A ClockError says that the clock is behind the last poll that the store has. Nothing was
// asked of the API and nothing was saved.
type ClockError struct {
	Last, Now time.Time
}

// Error has both times.
func (e *ClockError) Error() string {
	return fmt.Sprintf("watch: the clock says %s, which is before the last poll at %s", e.Now.Format(time.RFC3339), e.Last.Format(time.RFC3339))
}

// String says in a line what has changed, or why a poll has failed.
func (e Event) String() string {
	if e.Err != nil {
		return fmt.Sprintf("%v: %v", e.Change, e.Err)
	}
	return e.Change.String()
}

// Events delivers what changes in port requests, in order, until its context ends.
//
// It polls the list of incomplete port requests, up to 250 a request. One that leaves the list is
// read once more, so that its last status isn't missed. One that is answered with a 404 is
// looked for in the lists before it is said to be gone. Comments and documents aren't in any
// list: they take two requests for a port request, see [Options].
//
// The first poll of an empty store delivers all that is there, marked as First.
//
// What a poll has found is saved when the loop asks for the event after the last one. So a
// loop that ends earlier, by a crash, a break or its context, gets the events of one poll
// again, with the same ids, as far as nothing new has come on top of them. What changes
// twice between two polls is seen once.
//
// A poll that fails is an event, [PollFailed], after those of what could be read. An error
// is the last step: the context has ended, the store has failed, the clock was set back
// ([ClockError]), the options are wrong, or the API has answered with 401 or 403.
//
// Several loops, on one machine or on many, can have one [SharedStore]. Each of them delivers
// the events of its share of the port requests. When one dies, others take over as soon as its
// leases have run out. A failure of such a store, or a lease that is lost, is a [PollFailed] as
// well: the loop goes on with what the store has, and may deliver events of that poll again.
func Events(ctx context.Context, client *porting.Client, opts *Options) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		w, err := load(ctx, client, opts)
		if err != nil {
			yield(Event{}, err)
			return
		}
		leave, err := w.join(ctx)
		if err != nil {
			yield(Event{}, err)
			return
		}
		defer leave()
		for failures := 0; ; {
			switch err := w.poll(ctx, yield); {
			case errors.Is(err, errStopped):
				return
			case w.goesOn(ctx, err):
				w.failed = err
			case err != nil:
				yield(Event{}, err)
				return
			}
			if w.failed == nil {
				failures = 0
			} else {
				failures++
				if !yield(w.event(0, Change{Kind: PollFailed}), nil) {
					return
				}
			}
			if w.finished(ctx) {
				return
			}
			if err := w.wait(ctx, w.next(w.toNearestFOC(), failures, w.failed)); err != nil {
				yield(Event{}, err)
				return
			}
		}
	}
}

// errStopped says that the loop over the events has ended.
var errStopped = errors.New("stopped")

const (
	perPage   = 250                 // the most that the API is known to take, in a later version
	readByOne = 10                  // so many chosen port requests are read one by one
	keepDone  = 30 * 24 * time.Hour // how long a port request is remembered that is complete or gone
	giveUp    = 3                   // failed requests in a row, each of which the client has tried several times
	skew      = time.Minute         // how far the clocks of two machines are taken to differ
)

// A watcher is one loop over events.
type watcher struct {
	Options
	client  *porting.Client
	chosen  map[porting.PortRequestID]bool // nil: all
	records map[porting.PortRequestID]*Record
	last    time.Time // the latest time in the records

	// With a store that is shared:
	member Member // nil: it isn't
	mine   Share
	stale  bool // the records may not be those of the store

	// Of the current poll:
	now       time.Time
	yield     func(Event, error) bool
	reads     int                     // how many are left
	misses    int                     // failed requests in a row
	failed    error                   // the first
	put       []porting.PortRequestID // to be saved
	delivered map[porting.PortRequestID]bool
}

func load(ctx context.Context, client *porting.Client, opts *Options) (*watcher, error) {
	w := &watcher{client: client}
	if opts != nil {
		w.Options = *opts
	}
	const operation = "watch.Events"
	var err error
	if w.Pace, err = w.withDefaults(operation); err != nil {
		return nil, err
	}
	switch {
	case w.Details < 0:
		return nil, &porting.ArgumentError{Operation: operation, Field: "Details", Reason: "must not be negative"}
	case w.Reads < 0:
		return nil, &porting.ArgumentError{Operation: operation, Field: "Reads", Reason: "must not be negative"}
	case slices.Contains(w.PortRequests, ""):
		return nil, &porting.ArgumentError{Operation: operation, Field: "PortRequests", Reason: "has an empty id"}
	}
	const aDay, aPage = 24 * time.Hour, 250
	w.Details, w.Reads = cmp.Or(w.Details, aDay), cmp.Or(w.Reads, aPage)
	if w.Store == nil {
		w.Store = &MemoryStore{}
	}
	if len(w.PortRequests) > 0 {
		w.chosen = map[porting.PortRequestID]bool{}
		for _, id := range w.PortRequests {
			w.chosen[id] = true
		}
	}
	if _, shared := w.Store.(SharedStore); shared { // the watcher loads its share at each change of it
		return w, nil
	}
	records, err := w.Store.Load(ctx)
	if err != nil {
		return nil, err
	}
	w.records = byID(records)
	for _, r := range w.records {
		for _, at := range []time.Time{r.ReadAt, r.DetailsAt} {
			if at.After(w.last) {
				w.last = at
			}
		}
	}
	return w, nil
}

func byID(records []Record) map[porting.PortRequestID]*Record {
	index := make(map[porting.PortRequestID]*Record, len(records))
	for i := range records {
		index[records[i].ID] = &records[i]
	}
	return index
}

// poll reads what there is to read, delivers what has changed, and saves it. An error ends
// the loop; a request that failed is in w.failed.
func (w *watcher) poll(ctx context.Context, yield func(Event, error) bool) error {
	w.now, w.yield, w.reads, w.misses, w.failed, w.put = w.Clock.Now(), yield, w.Reads, 0, nil, nil
	w.delivered = map[porting.PortRequestID]bool{}
	if w.now.Before(w.last.Add(-skew)) {
		return &ClockError{w.last, w.now}
	}
	w.last = w.now
	if err := w.share(ctx); err != nil {
		return err
	}
	if w.mine.Empty {
		return nil
	}

	changed, missing := w.list(ctx)
	for _, state := range changed {
		if err := w.deliver(ctx, state.ID, state); err != nil {
			return err
		}
	}
	for _, id := range missing {
		if w.reads--; w.reads < 0 || !w.mayAsk(ctx) {
			break
		}
		state, err := w.readAgain(ctx, id)
		if w.note(err) != nil {
			continue
		}
		if err := w.deliver(ctx, id, state); err != nil {
			return err
		}
	}
	for _, r := range w.due() {
		if w.reads <= 0 && !r.needsAction() || !w.mayAsk(ctx) {
			break
		}
		state := r.State
		state.Comments, state.Documents = nil, nil
		if err := w.deliver(ctx, r.ID, &state); err != nil {
			return err
		}
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if unchanging(w.failed) {
		return w.failed
	}
	return w.save(ctx)
}

// list reads the list of incomplete port requests. It returns the states of those that have
// changed, and the ids of those that should be read one by one: they have left the
// list, or the list isn't read at all because there are few to watch.
func (w *watcher) list(ctx context.Context) (changed []*State, missing []porting.PortRequestID) {
	listed := map[porting.PortRequestID]bool{}
	if w.byList() {
		for p, err := range w.client.PortRequests.All(ctx, included("", porting.PortRequestListStatusIncomplete)) {
			if err == nil && w.watched(p.ID) {
				p, err = withSubRequests(ctx, w.client, p)
			}
			if w.note(err) != nil { // of the rest it isn't known whether it has left
				return changed, nil
			}
			if listed[p.ID] = true; !w.watched(p.ID) {
				continue
			}
			if state := StateOf(p, nil, nil); len(Diff(w.before(p.ID), state)) > 0 {
				changed = append(changed, state)
			}
		}
	}
	for id, r := range w.records {
		if !listed[id] && !r.done() && w.chosen == nil {
			missing = append(missing, id)
		}
	}
	for id := range w.chosen {
		if r := w.records[id]; !listed[id] && (r == nil || !r.done()) && w.watched(id) {
			missing = append(missing, id)
		}
	}
	slices.Sort(missing)
	return changed, missing
}

// readAgain reads a port request that isn't in the list of incomplete ones. The state is nil if
// the port request is gone.
func (w *watcher) readAgain(ctx context.Context, id porting.PortRequestID) (*State, error) {
	p, err := readOrFind(ctx, w.client, id, w.before(id))
	switch {
	case errors.Is(err, ErrGone):
		return nil, nil //nolint:nilnil // as Diff has it
	case err != nil:
		return nil, err
	}
	state := StateOf(p, nil, nil)
	if !state.Complete && w.byList() {
		_, state.Complete, err = find(ctx, w.client, id, state.search(), porting.PortRequestListStatusComplete)
	}
	return state, err
}

// due are the records whose comments and documents are to be read: those with an exception,
// and then the oldest first.
func (w *watcher) due() []*Record {
	var due []*Record
	for _, r := range w.records {
		old := w.now.Sub(r.DetailsAt) >= w.Details && !r.done() || r.DetailsAt.IsZero() && !r.Gone
		if w.watched(r.ID) && !w.delivered[r.ID] && (old || r.needsAction()) {
			due = append(due, r)
		}
	}
	urgency := func(r *Record) int {
		if r.needsAction() {
			return 0
		}
		return 1
	}
	slices.SortFunc(due, func(a, b *Record) int {
		return cmp.Or(cmp.Compare(urgency(a), urgency(b)), a.DetailsAt.Compare(b.DetailsAt), strings.Compare(string(a.ID), string(b.ID)))
	})
	return due
}

// deliver yields what is new in a port request and keeps it. It reads comments and documents
// after the status, so that the one that explains an exception is among them.
func (w *watcher) deliver(ctx context.Context, id porting.PortRequestID, after *State) error {
	before, record := w.before(id), Record{State: State{ID: id}, Gone: after == nil}
	was, known := w.records[id]
	if known {
		record.Revision, record.ReadAt, record.DetailsAt = was.Revision, was.ReadAt, was.DetailsAt
	}
	if after != nil {
		record.DetailsAt = w.details(ctx, before, after, record.DetailsAt)
	}
	changes := Diff(before, after)
	if before == nil && after == nil && !known { // it was asked for, and there is none
		changes = []Change{{Kind: Gone, First: true, PortRequest: id}}
	}
	for _, change := range changes {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if w.member != nil && !w.mine.Has(id) {
			w.stale = true
			return ErrLeaseLost
		}
		if !w.yield(w.event(record.Revision, change), nil) {
			return errStopped
		}
	}
	w.delivered[id] = true
	if len(changes) > 0 {
		record.Revision++
		record.ReadAt = w.now
	}
	if after != nil {
		record.State = after.withoutTexts()
	}
	if !known || len(changes) > 0 || record.DetailsAt.Sub(was.DetailsAt) >= w.Details { // a reading that found nothing isn't worth a save
		w.put = append(w.put, id)
	}
	w.records[id] = &record
	return nil
}

// details reads comments and documents into a state, unless those from the last time will
// do, and returns from when they are: the zero time if they are to be read next time.
func (w *watcher) details(ctx context.Context, before, after *State, last time.Time) time.Time {
	read := true
	switch {
	case after.needsAction(), before != nil && len(Diff(before, after)) > 0:
	case w.now.Sub(last) < w.Details:
		read = false
	default:
		w.reads--
		read, last = w.reads >= 0, time.Time{}
	}
	if read {
		last = time.Time{}
		if w.mayAsk(ctx) {
			if comments, err := w.client.Comments.List(ctx, after.ID); w.note(err) == nil {
				after.Comments = comments
			}
		}
		if w.mayAsk(ctx) {
			if documents, err := w.client.Documents.List(ctx, after.ID); w.note(err) == nil {
				after.Documents = documents
			}
		}
		if after.Comments != nil && after.Documents != nil {
			last = w.now
		}
	}
	if before != nil && after.Comments == nil {
		after.Comments = before.Comments
	}
	if before != nil && after.Documents == nil {
		after.Documents = before.Documents
	}
	return last
}

// save stores what was delivered, and drops what has been over for long.
func (w *watcher) save(ctx context.Context) error {
	var drop []porting.PortRequestID
	for id, r := range w.records {
		if r.done() && w.now.Sub(r.ReadAt) > keepDone && w.chosen == nil {
			drop = append(drop, id)
			delete(w.records, id)
		}
	}
	if len(w.put)+len(drop) == 0 {
		return nil
	}
	put := make([]Record, 0, len(w.put))
	for _, id := range w.put {
		if r := w.records[id]; r != nil {
			put = append(put, *r)
		}
	}
	if w.member == nil {
		return w.Store.Save(ctx, put, drop)
	}
	err := w.member.Save(ctx, put, drop)
	w.stale = err != nil
	return err
}

// before is what was last known of a port request, or nil.
func (w *watcher) before(id porting.PortRequestID) *State {
	if r := w.records[id]; r != nil && !r.Gone {
		return &r.State
	}
	return nil
}

func (w *watcher) watched(id porting.PortRequestID) bool {
	return (w.chosen == nil || w.chosen[id]) && (w.member == nil || w.mine.Has(id))
}

// byList tells whether to read the lists, and not the few port requests one by one.
func (w *watcher) byList() bool { return w.chosen == nil || len(w.chosen) > readByOne }

// finished tells whether all port requests that were chosen are over.
func (w *watcher) finished(ctx context.Context) bool {
	over := w.chosen != nil
	for id := range w.chosen {
		over = over && (w.records[id].over() || w.member != nil && !w.watched(id))
	}
	if !over || w.member == nil {
		return over
	}
	records, err := w.Store.Load(ctx) // of what other loops watch as well
	all := byID(records)
	for id := range w.chosen {
		over = over && all[id].over()
	}
	return over && err == nil
}

// toNearestFOC is how long to wait for the sake of the FOC date that is next.
func (w *watcher) toNearestFOC() time.Duration {
	wait := w.Max
	for id, r := range w.records {
		if !r.done() && w.watched(id) {
			wait = min(wait, w.toNearest(&r.State, w.now))
		}
	}
	return wait
}

// event makes an event of a change. Its id is made from what the change is and how often the
// port request had changed before, so that the way there and back again are different events.
// What else is new by the time the event is delivered again is left out.
func (w *watcher) event(revision int, c Change) Event {
	e := Event{Time: w.now, Change: c}
	parts := []any{c.Kind, c.PortRequest, c.SubRequest}
	switch c.Kind {
	case CommentAdded:
		parts = append(parts, c.Comment.ID)
	case DocumentAdded:
		parts = append(parts, c.Document.ID)
	case PollFailed:
		e.Err = w.failed
		parts = append(parts, w.now.UTC())
	case StatusChanged, Exception:
		parts = append(parts, revision, c.OldStatus, c.Status)
	case FOCSet, FOCMoved, FOCCleared:
		parts = append(parts, revision, c.OldFOCDate.String(), c.FOCDate.String())
	case NumberMoved:
		parts = append(parts, revision, c.Number, c.OldSubRequest)
	case Appeared, Completed, Gone:
		parts = append(parts, revision)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	const half = len(sum) / 2
	e.ID = hex.EncodeToString(sum[:half])
	return e
}

// note takes note of how a request went, and returns its error.
func (w *watcher) note(err error) error {
	switch {
	case err == nil:
		w.misses = 0
		return nil
	case w.failed == nil || unchanging(err):
		w.failed = err
	}
	w.misses++
	return err
}

// mayAsk tells whether there is any point in another request in this poll.
func (w *watcher) mayAsk(ctx context.Context) bool {
	return ctx.Err() == nil && w.misses < giveUp && !unchanging(w.failed)
}

// unchanging tells whether the same request would fail in the same way tomorrow.
func unchanging(err error) bool {
	if _, wrong := errors.AsType[*porting.ArgumentError](err); wrong {
		return true
	}
	refused, ok := errors.AsType[*porting.APIError](err)
	return ok && (refused.StatusCode == http.StatusUnauthorized || refused.StatusCode == http.StatusForbidden)
}
