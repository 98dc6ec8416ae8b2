package drafts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/numberporting/porting"
)

// A Place is where a number is: in a draft, in a port request, or nowhere.
type Place struct {
	Number string // as it was given

	// Draft is the draft that has the number. Next to a PortRequest, it is the draft that
	// was submitted as that one, if that is known.
	Draft *porting.DraftPortRequest

	// PortRequest is the port request that has the number.
	PortRequest *porting.PortRequest

	SubRequest porting.SubRequestID     // of the port request, else of the draft; empty if the number is in none
	Status     porting.SubRequestStatus // in the port request, where a number in no sub request is "unassigned"; empty in a draft

	// Others are the further places of a number that is in more than one. They have no
	// Others of their own.
	Others []Place
}

// Free tells whether the number is nowhere.
func (p Place) Free() bool { return p.Draft == nil && p.PortRequest == nil }

// FindOptions say how numbers are looked for. A zero field has its default.
type FindOptions struct {
	// PerPage is how many drafts or port requests are asked for at once, with all their
	// numbers; the default is 100. The vendor documents no maximum.
	PerPage int

	// Ignore tells whether a place doesn't count, as if the number weren't there. It is
	// asked about each place without its Others. With it, a number that was ported long
	// ago and has left since can be ported once more.
	Ignore func(Place) bool
}

// Find tells of each number whether the account has it: in a draft that isn't submitted, in
// a port request, or not at all. There is one place for each number, in their order. The
// numbers must be in E.164 form (+13125550100). Nil options are the defaults.
//
// A port request has a number until the number's sub request is cancelled. It still has it
// once it is ported, and while a cancellation is only asked for. If a number is in several
// places, those in port requests come before those in drafts, and older ones first.
//
// Find takes two requests, however many numbers there are, if all drafts that aren't
// submitted fit on one page, and all port requests on another. It reads a longer list to its
// end if that takes fewer requests than to search for each number. What a search finds
// counts only if it has the number itself. Drafts are read before port requests, so that a
// draft that is submitted meanwhile isn't missed.
//
// The vendor doesn't say whether a search wants a number's plus. So Find first searches for
// a number that is on the list's first page, without the plus and then with it. If neither
// finds it, searching is of no use, and Find reads the list to its end.
func Find(ctx context.Context, client *porting.Client, numbers []string, opts *FindOptions) ([]Place, error) {
	f, err := newFinder("drafts.Find", client, numbers, opts)
	if err != nil {
		return nil, err
	}
	return f.find(ctx)
}

// A finder looks for the same numbers, as often as it is asked to.
type finder struct {
	client  *porting.Client
	numbers []string        // as they were given
	wanted  map[string]bool // their digits
	perPage int
	ignore  func(Place) bool
}

func newFinder(operation string, client *porting.Client, numbers []string, opts *FindOptions) (*finder, error) {
	if opts == nil {
		opts = new(FindOptions)
	}
	f := &finder{
		client:  client,
		numbers: numbers,
		wanted:  make(map[string]bool, len(numbers)),
		perPage: cmp.Or(opts.PerPage, 100),
		ignore:  opts.Ignore,
	}
	switch {
	case client == nil:
		return nil, &porting.ArgumentError{Operation: operation, Field: "client", Reason: "is nil"}
	case opts.PerPage < 0:
		return nil, &porting.ArgumentError{Operation: operation, Field: "per_page", Reason: "must not be negative"}
	}
	for i, number := range numbers {
		if !isE164(number) {
			return nil, &porting.ArgumentError{
				Operation: operation, Field: fmt.Sprintf("phone_numbers.%d", i),
				Reason: "is not an E.164 number: a plus and 2 to 15 digits, the first not 0",
			}
		}
		f.wanted[digitsOf(number)] = true
	}
	return f, nil
}

func (f *finder) find(ctx context.Context) ([]Place, error) {
	if len(f.numbers) == 0 {
		return nil, nil
	}
	found := &holders{
		drafts:       map[porting.DraftID]*porting.DraftPortRequest{},
		portRequests: map[porting.PortRequestID]*porting.PortRequest{},
	}
	err := f.drafts(porting.DraftStatusPending).scan(ctx, f.wanted, func(d *porting.DraftPortRequest) { found.drafts[d.ID] = d })
	if err != nil {
		return nil, err
	}
	err = f.portRequests().scan(ctx, f.wanted, func(p *porting.PortRequest) { found.portRequests[p.ID] = p })
	if err != nil {
		return nil, err
	}
	if err := f.settle(ctx, found); err != nil {
		return nil, err
	}
	return f.places(found), nil
}

// A listing is a list of drafts or of port requests.
type listing[T any] struct {
	first   func(ctx context.Context) (*porting.Page[T], error)
	all     func(ctx context.Context, search string) iter.Seq2[*T, error]
	whole   func(ctx context.Context, item *T) (*T, error) // with its numbers
	numbers func(item *T) []string
}

func (f *finder) drafts(status porting.DraftStatus) listing[porting.DraftPortRequest] {
	options := porting.DraftListOptions{PerPage: f.perPage, Status: status, IncludePhoneNumbers: porting.Set(true)}
	return listing[porting.DraftPortRequest]{
		first: func(ctx context.Context) (*porting.Page[porting.DraftPortRequest], error) {
			return f.client.Drafts.List(ctx, &options)
		},
		all: func(ctx context.Context, search string) iter.Seq2[*porting.DraftPortRequest, error] {
			options := options
			options.Search = search
			return f.client.Drafts.All(ctx, &options)
		},
		whole:   f.wholeDraft,
		numbers: draftNumbers,
	}
}

func (f *finder) portRequests() listing[porting.PortRequest] {
	options := porting.PortRequestListOptions{PerPage: f.perPage, IncludePhoneNumbers: porting.Set(true)} // complete or not
	return listing[porting.PortRequest]{
		first: func(ctx context.Context) (*porting.Page[porting.PortRequest], error) {
			return f.client.PortRequests.List(ctx, &options)
		},
		all: func(ctx context.Context, search string) iter.Seq2[*porting.PortRequest, error] {
			options := options
			options.Search = search
			return f.client.PortRequests.All(ctx, &options)
		},
		whole:   f.wholePortRequest,
		numbers: portRequestNumbers,
	}
}

// scan keeps each item of the list that has one of the wanted numbers. It reads the list,
// or searches it for each number, whichever takes fewer requests.
func (l listing[T]) scan(ctx context.Context, wanted map[string]bool, keep func(*T)) error {
	verify := func(item *T) error {
		item, err := l.whole(ctx, item)
		if err == nil && l.has(item, func(digits string) bool { return wanted[digits] }) {
			keep(item)
		}
		return err
	}
	first, err := l.first(ctx)
	if err != nil {
		return err
	}
	if !first.HasNext() {
		for i := range first.Items {
			if err := verify(&first.Items[i]); err != nil {
				return err
			}
		}
		return nil
	}
	searches := len(wanted) + 1 // with one to see how to search
	if first.TotalPages <= searches {
		most := math.MaxInt
		if first.TotalPages < 0 { // of a list of unknown length, as many pages as searching would take requests
			most = searches * len(first.Items)
		}
		if ended, err := l.walk(ctx, most, verify); ended || err != nil {
			return err
		}
	}
	prefix, works, err := l.searchPrefix(ctx, first.Items)
	switch {
	case err != nil:
		return err
	case works:
		return l.search(ctx, prefix, wanted, verify)
	}
	_, err = l.walk(ctx, math.MaxInt, verify)
	return err
}

// has tells whether an item has a number whose digits match.
func (l listing[T]) has(item *T, match func(digits string) bool) bool {
	return slices.ContainsFunc(l.numbers(item), func(number string) bool { return match(digitsOf(number)) })
}

// walk reads the list until it has passed most items. It tells whether that was the whole.
func (l listing[T]) walk(ctx context.Context, most int, do func(*T) error) (ended bool, err error) {
	for item, err := range l.all(ctx, "") {
		if err != nil {
			return false, err
		}
		if most--; most < 0 {
			return false, nil
		}
		if err := do(item); err != nil {
			return false, err
		}
	}
	return true, nil
}

// searchPrefix returns what a search of the list wants in front of a number's digits. To
// learn it, it searches for a number of items that the list has. If that finds nothing, or
// what doesn't have the number, searching doesn't work.
func (l listing[T]) searchPrefix(ctx context.Context, items []T) (prefix string, works bool, err error) {
	with := slices.IndexFunc(items, func(item T) bool { return len(l.numbers(&item)) > 0 })
	if with < 0 {
		return "", false, nil
	}
	known := digitsOf(l.numbers(&items[with])[0])
	for _, prefix := range []string{"", "+"} {
		found := false
		for item, err := range l.all(ctx, prefix+known) {
			if errors.Is(err, porting.ErrUnprocessable) {
				break // it isn't how to write it
			} else if err != nil {
				return "", false, err
			}
			if !l.has(item, func(digits string) bool { return strings.Contains(digits, known) }) {
				return "", false, nil // the search is ignored
			}
			found = true
		}
		if found {
			return prefix, true, nil
		}
	}
	return "", false, nil
}

// search searches the list for each of the wanted numbers.
func (l listing[T]) search(ctx context.Context, prefix string, wanted map[string]bool, do func(*T) error) error {
	numbers := slices.Sorted(maps.Keys(wanted))
	var mutex sync.Mutex
	return parallel(ctx, len(numbers), func(ctx context.Context, i int) error {
		for item, err := range l.all(ctx, prefix+numbers[i]) {
			if err != nil {
				return err
			}
			mutex.Lock()
			err = do(item)
			mutex.Unlock()
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// parallel does something count times, some at once, until the first error. A panic goes on
// where the caller can recover it.
func parallel(ctx context.Context, count int, do func(ctx context.Context, i int) error) error {
	const most = 8
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var workers sync.WaitGroup
	var next atomic.Int64
	var onceFailed, oncePanicked sync.Once
	var failed error
	var panicked any
	work := func() {
		defer func() {
			if p := recover(); p != nil {
				oncePanicked.Do(func() { panicked = p })
				cancel()
			}
		}()
		for i := int(next.Add(1)) - 1; i < count; i = int(next.Add(1)) - 1 {
			if err := do(ctx, i); err != nil {
				onceFailed.Do(func() { failed = err })
				cancel()
				return
			}
		}
	}
	for range min(most, count) {
		workers.Go(work)
	}
	workers.Wait()
	if panicked != nil {
		panic(panicked)
	}
	return failed
}

// holders are the drafts and the port requests that have any of the wanted numbers.
type holders struct {
	drafts       map[porting.DraftID]*porting.DraftPortRequest
	portRequests map[porting.PortRequestID]*porting.PortRequest
}

// draftsInOrder returns the drafts by age.
func (h *holders) draftsInOrder() []*porting.DraftPortRequest {
	return slices.SortedFunc(maps.Values(h.drafts), func(a, b *porting.DraftPortRequest) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt.Time), cmp.Compare(a.ID, b.ID))
	})
}

// portRequestsInOrder returns the port requests by age.
func (h *holders) portRequestsInOrder() []*porting.PortRequest {
	return slices.SortedFunc(maps.Values(h.portRequests), func(a, b *porting.PortRequest) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt.Time), cmp.Compare(a.ID, b.ID))
	})
}

// settle gets what the lists leave open. A draft with a number that a port request has as
// well may have been submitted since it was listed, so it is read again. A draft that was
// submitted may be a port request that wasn't listed yet.
func (f *finder) settle(ctx context.Context, found *holders) error {
	taken := map[string]bool{}
	for _, p := range found.portRequests {
		for _, n := range p.PhoneNumbers {
			if !isCancelled(n) {
				taken[digitsOf(n.PhoneNumber)] = true
			}
		}
	}
	for _, d := range found.draftsInOrder() {
		isTaken := func(n porting.DraftPortRequestPhoneNumber) bool {
			digits := digitsOf(n.PhoneNumber)
			return f.wanted[digits] && taken[digits]
		}
		if d.PortRequestID == "" && slices.ContainsFunc(d.PhoneNumbers, isTaken) {
			fresh, err := f.readDraft(ctx, d.ID)
			switch {
			case errors.Is(err, porting.ErrNotFound):
				delete(found.drafts, d.ID)
				continue
			case err != nil:
				return err
			}
			d = fresh
			found.drafts[d.ID] = d
		}
		if d.PortRequestID == "" || found.portRequests[d.PortRequestID] != nil {
			continue
		}
		p, err := f.readPortRequest(ctx, d.PortRequestID)
		switch {
		case errors.Is(err, porting.ErrNotFound): // the draft is all that is known
		case err != nil:
			return err
		default:
			found.portRequests[p.ID] = p
		}
	}
	return nil
}

// places tells where each number is.
func (f *finder) places(found *holders) []Place {
	byDigits := map[string][]Place{}
	add := func(number string, p Place) {
		digits := digitsOf(number)
		p.Number = "+" + digits
		again := slices.ContainsFunc(byDigits[digits], func(q Place) bool { return q.Draft == p.Draft && q.PortRequest == p.PortRequest })
		if f.wanted[digits] && !again && (f.ignore == nil || !f.ignore(p)) {
			byDigits[digits] = append(byDigits[digits], p)
		}
	}
	drafts := found.draftsInOrder()
	submittedAs := map[porting.PortRequestID]*porting.DraftPortRequest{}
	for _, d := range drafts {
		if d.PortRequestID != "" {
			submittedAs[d.PortRequestID] = d
		}
	}
	for _, p := range found.portRequestsInOrder() {
		for _, n := range p.PhoneNumbers {
			if isCancelled(n) {
				continue
			}
			status := n.SubRequestStatus
			if status == "" && n.SubRequestID == "" {
				status = porting.SubRequestStatusUnassigned
			}
			add(n.PhoneNumber, Place{Draft: submittedAs[p.ID], PortRequest: p, SubRequest: n.SubRequestID, Status: status})
		}
	}
	for _, d := range drafts {
		told := map[string]bool{} // the numbers of which the port request says what became of them
		if p := found.portRequests[d.PortRequestID]; p != nil {
			for _, n := range p.PhoneNumbers {
				told[digitsOf(n.PhoneNumber)] = true
			}
		}
		for _, n := range d.PhoneNumbers {
			if !told[digitsOf(n.PhoneNumber)] {
				add(n.PhoneNumber, Place{Draft: d, SubRequest: n.SubRequestID})
			}
		}
	}
	places := make([]Place, len(f.numbers))
	for i, number := range f.numbers {
		places[i].Number = number
		if its := byDigits[digitsOf(number)]; len(its) > 0 {
			places[i] = its[0]
			places[i].Others = slices.Clone(its[1:])
		}
	}
	return places
}

// wholeDraft returns a draft of a list with its numbers.
func (f *finder) wholeDraft(ctx context.Context, d *porting.DraftPortRequest) (*porting.DraftPortRequest, error) {
	if d.PhoneNumbers != nil {
		return d, nil
	}
	return f.readDraft(ctx, d.ID)
}

// readDraft gets a draft with its numbers.
func (f *finder) readDraft(ctx context.Context, id porting.DraftID) (*porting.DraftPortRequest, error) {
	d, err := f.client.Drafts.Get(ctx, id, &porting.GetOptions{IncludePhoneNumbers: porting.Set(true)})
	if err == nil && d.PhoneNumbers == nil && d.PhoneNumberCount > 0 {
		return nil, fmt.Errorf("drafts: the server doesn't say which numbers the draft %s has", id)
	}
	return d, err
}

// wholePortRequest returns a port request of a list with its numbers.
func (f *finder) wholePortRequest(ctx context.Context, p *porting.PortRequest) (*porting.PortRequest, error) {
	if p.PhoneNumbers != nil {
		return p, nil
	}
	return f.readPortRequest(ctx, p.ID)
}

// readPortRequest gets a port request with its numbers.
func (f *finder) readPortRequest(ctx context.Context, id porting.PortRequestID) (*porting.PortRequest, error) {
	p, err := f.client.PortRequests.Get(ctx, id, &porting.GetOptions{IncludePhoneNumbers: porting.Set(true)})
	counted := func(c porting.PhoneNumberCount) bool { return c.Count > 0 }
	if err == nil && p.PhoneNumbers == nil && slices.ContainsFunc(p.PhoneNumberCountsByStatus, counted) {
		return nil, fmt.Errorf("drafts: the server doesn't say which numbers the port request %s has", id)
	}
	return p, err
}

func draftNumbers(d *porting.DraftPortRequest) []string {
	numbers := make([]string, len(d.PhoneNumbers))
	for i := range d.PhoneNumbers {
		numbers[i] = d.PhoneNumbers[i].PhoneNumber
	}
	return numbers
}

func portRequestNumbers(p *porting.PortRequest) []string {
	numbers := make([]string, len(p.PhoneNumbers))
	for i := range p.PhoneNumbers {
		numbers[i] = p.PhoneNumbers[i].PhoneNumber
	}
	return numbers
}

// isCancelled tells whether a number of a port request won't be ported by it.
func isCancelled(n porting.PortRequestPhoneNumber) bool {
	return n.SubRequestStatus == porting.SubRequestStatusCancelled
}

// digitsOf is a number without its plus. Numbers are compared by it, so that it doesn't
// matter how an answer writes them.
func digitsOf(number string) string { return strings.TrimPrefix(number, "+") }

// isE164 tells whether a number is a plus and 2 to 15 digits, the first not 0.
func isE164(number string) bool {
	digits, plus := strings.CutPrefix(number, "+")
	return plus && len(digits) >= 2 && len(digits) <= 15 && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}
