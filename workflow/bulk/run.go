package bulk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/numberporting/porting"
)

// A run is one check of all numbers. The goroutine that ranges over the results cuts
// slices and yields what comes of them. Each slice, and each half of a refused one, is a
// part that is asked for in a goroutine of its own, those that come first in the numbers
// first.
type run struct {
	checker  Checker
	numbers  []string
	options  Options
	settled  map[string]*Result // of numbers that aren't asked where they stand: nil until asked
	reported int                // the last progress

	end   context.CancelCauseFunc
	calls sync.WaitGroup
	pace  *pace
	done  atomic.Int64  // how many of the numbers have their outcome
	wake  chan struct{} // something came of a slice

	mutex    sync.Mutex
	waiting  []part // in the order of the numbers
	running  int    // parts under way
	size     int    // of the slices to come
	failures int    // in a row
	panicked any    // what a call panicked with
}

// A slice is a stretch of the numbers, and those of it that are asked.
type slice struct {
	from, to int
	asked    []string
	results  []Result      // of those asked
	done     chan struct{} // closed when there is a result for each

	// Under the run's mutex.
	parts       int // that aren't done
	halved, bad bool
	accepted    int // the largest part that was answered
}

// A part is some of the numbers that a slice asks for.
type part struct {
	*slice
	from, to int
}

// before orders parts as their numbers are ordered.
func (p part) before(q part) int {
	return cmp.Or(cmp.Compare(p.slice.from, q.slice.from), cmp.Compare(p.from, q.from))
}

func newRun(checker Checker, numbers []string, cancel context.CancelCauseFunc) *run {
	return &run{
		checker: checker,
		numbers: numbers,
		end:     func(err error) { cancel(&endedError{err}) },
		wake:    make(chan struct{}, 1),
	}
}

// prepare looks at the options and the journal, and for numbers that are there twice.
func (r *run) prepare(opts *Options) (err error) {
	r.options, err = opts.withDefaults()
	r.size = r.options.SliceSize
	r.pace = newPace(r.options.Patience)
	r.settled = make(map[string]*Result)
	if r.checker == nil && err == nil {
		err = badArgument("checker", "is nil")
	}
	seen := make(map[string]struct{}, len(r.numbers))
	for _, number := range r.numbers {
		if _, again := seen[number]; again {
			r.settled[number] = nil
		}
		seen[number] = struct{}{}
	}
	if r.options.Journal == nil || err != nil {
		return err
	}
	oldest := time.Now().Add(-r.options.MaxAge)
	for entry, err := range r.options.Journal.Entries() {
		if err != nil {
			return err
		}
		if _, wanted := seen[entry.Number]; wanted && !entry.Time.Before(oldest) {
			r.settled[entry.Number] = entry.result()
		}
	}
	return nil
}

// each yields the results in order, and keeps slices ahead under way.
func (r *run) each(ctx context.Context, yield func(Result, error) bool) {
	ahead := 8 * r.options.Parallel
	incomplete := &IncompleteError{Total: len(r.numbers)}
	var line []*slice
	for next := 0; ; {
		for len(line) < ahead && next < len(r.numbers) {
			s := r.cut(next)
			next = s.to
			line = append(line, s)
			r.add(ctx, part{s, 0, len(s.asked)})
		}
		if len(line) == 0 {
			break
		}
		s := line[0]
		line[0] = nil
		line = line[1:]
		r.await(s)
		for result := range r.results(s) {
			if result.Outcome == NotAnswered {
				incomplete.NotAnswered++
				if incomplete.Err == nil {
					incomplete.Err = result.Err
				}
			}
			if !yield(result, nil) {
				return
			}
		}
	}
	if incomplete.NotAnswered == 0 {
		return
	}
	if ended, ok := endOf(ctx); ok {
		incomplete.Ended = true
		incomplete.Err = ended.err
	}
	yield(Result{}, incomplete)
}

// cut makes the slice that begins with the given number.
func (r *run) cut(from int) *slice {
	r.mutex.Lock()
	size := r.size
	r.mutex.Unlock()
	s := &slice{from: from, to: from, done: make(chan struct{})}
	for ; s.to < len(r.numbers) && len(s.asked) < size; s.to++ {
		number := r.numbers[s.to]
		known, settled := r.settled[number]
		if known != nil {
			continue
		}
		if settled {
			r.settled[number] = new(Result)
		}
		s.asked = append(s.asked, number)
	}
	s.results = make([]Result, len(s.asked))
	return s
}

// results yields those of a slice that is done.
func (r *run) results(s *slice) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		i := 0
		for _, number := range r.numbers[s.from:s.to] {
			known := r.settled[number]
			var result Result
			if known != nil && known.Outcome != "" {
				result = *known
			} else {
				result = s.results[i]
				i++
				if known != nil {
					*known = result
				}
			}
			if !yield(result) {
				return
			}
		}
	}
}

// await waits for a slice, and tells of the progress of all.
func (r *run) await(s *slice) {
	for waiting := true; waiting; r.progress() {
		select {
		case <-s.done:
			waiting = false
		case <-r.wake:
		}
	}
	r.mutex.Lock()
	panicked := r.panicked
	r.mutex.Unlock()
	if panicked != nil {
		panic(panicked) // where the caller can recover it
	}
}

func (r *run) progress() {
	done := int(r.done.Load())
	if r.options.Progress != nil && done != r.reported {
		r.reported = done
		r.options.Progress(done, len(r.numbers))
	}
}

// add has parts of one slice asked for when it is their turn.
func (r *run) add(ctx context.Context, parts ...part) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, p := range parts {
		p.parts++
		i, _ := slices.BinarySearchFunc(r.waiting, p, part.before)
		r.waiting = slices.Insert(r.waiting, i, p)
	}
	r.launch(ctx)
}

// launch starts as many of the waiting parts as may be under way. The mutex is held.
func (r *run) launch(ctx context.Context) {
	for r.running < r.options.Parallel && len(r.waiting) > 0 {
		p := r.waiting[0]
		r.waiting = slices.Delete(r.waiting, 0, 1)
		r.running++
		r.calls.Go(func() {
			defer r.finish(ctx, p)
			if p.from < p.to {
				r.ask(ctx, p)
			}
		})
	}
}

// finish ends a part, and with the last one the slice. It is deferred: the checker may
// panic or end the goroutine.
func (r *run) finish(ctx context.Context, p part) {
	panicked := recover()
	if panicked != nil {
		r.end(errors.New("a check panicked"))
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if panicked != nil {
		r.panicked = panicked
	}
	r.running--
	r.launch(ctx)
	if p.parts--; p.parts > 0 {
		return
	}
	for i := range p.results {
		if p.results[i].Outcome == "" {
			p.results[i] = notAnswered(p.asked[i], errors.New("bulk: the check's goroutine was ended"))
		}
	}
	if p.halved && !p.bad { // it was the size that the server refused
		r.size = min(r.size, p.accepted)
	}
	r.done.Add(int64(p.slice.to - p.slice.from))
	close(p.done)
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// ask sets the results of a part, or adds its halves.
func (r *run) ask(ctx context.Context, p part) {
	numbers, results := p.asked[p.from:p.to], p.results[p.from:p.to]
	answers, err := r.call(ctx, numbers)
	verdict := verdictOf(err)
	if ended, ok := endOf(ctx); ok && err != nil {
		verdict, err = failed, ended
	}
	r.note(p.slice, verdict, len(numbers), err)
	switch verdict {
	case answeredAll:
		match(numbers, answers, results)
		r.record(results)
	case refused:
		if len(numbers) > 1 {
			middle := (p.from + p.to + 1) / 2
			r.add(ctx, part{p.slice, p.from, middle}, part{p.slice, middle, p.to})
			return
		}
		results[0] = Result{Number: numbers[0], Outcome: Refused, Err: err}
		r.record(results)
	default:
		for i, number := range numbers {
			results[i] = notAnswered(number, err)
		}
	}
}

// note draws the conclusions for the slices to come.
func (r *run) note(s *slice, verdict verdict, size int, err error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch verdict {
	case answeredAll:
		r.failures = 0
		s.accepted = max(s.accepted, size)
	case refused:
		r.failures = 0
		s.halved = true
		s.bad = s.bad || size == 1
	case failed:
		s.bad = true
		if r.failures++; r.failures == r.options.MaxFailures {
			r.end(fmt.Errorf("%d checks in a row failed: %w", r.failures, err))
		}
	default:
		s.bad = true
		r.end(err)
	}
}

// record stores the answers of results in the journal.
func (r *run) record(results []Result) {
	if r.options.Journal == nil {
		return
	}
	if err := r.options.Journal.Append(entries(results)...); err != nil {
		r.end(err)
	}
}

// call makes a check when the pace allows it, and again as long as the server says that
// there are too many.
func (r *run) call(ctx context.Context, numbers []string) ([]porting.PortabilityResult, error) {
	for {
		phase, answers, err := r.try(ctx, numbers)
		if verdictOf(err) != limited || ctx.Err() != nil {
			return answers, err
		}
		var asked time.Duration
		if limit, ok := errors.AsType[*porting.RateLimitError](err); ok {
			asked = limit.RetryAfter
		}
		deadline, _ := ctx.Deadline()
		if !r.pace.refused(phase, asked, deadline) {
			return nil, err
		}
	}
}

func (r *run) try(ctx context.Context, numbers []string) (phase int, answers []porting.PortabilityResult, err error) {
	phase, err = r.pace.wait(ctx)
	if err != nil {
		return 0, nil, err
	}
	var response porting.Response
	answers, err = r.checker.Check(porting.CaptureResponse(ctx, &response), numbers...)
	if verdict := verdictOf(err); verdict == answeredAll || verdict == refused {
		r.pace.answered(phase, response.Attempts)
	}
	return phase, answers, err
}

// A verdict is what an error of a check means for the numbers in it and for the others.
type verdict int

const (
	answeredAll verdict = iota // no error
	refused                    // the server doesn't take these numbers, or not so many
	limited                    // too many requests
	failed                     // another check may go better
	final                      // no other check will
)

func verdictOf(err error) verdict {
	if err == nil {
		return answeredAll
	}
	if argument, ok := errors.AsType[*porting.ArgumentError](err); ok {
		if strings.HasPrefix(argument.Field, "phone_numbers.") {
			return refused
		}
		return final
	}
	api, ok := errors.AsType[*porting.APIError](err)
	if !ok || api == nil {
		return failed
	}
	switch status := api.StatusCode; {
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge, status == http.StatusUnprocessableEntity:
		return refused
	case status == http.StatusTooManyRequests:
		return limited
	case status == http.StatusRequestTimeout, status >= 500:
		return failed
	}
	return final
}

// An endedError is the error of the numbers that were not answered when the check ended.
type endedError struct{ err error }

func (e *endedError) Error() string {
	return fmt.Sprintf("bulk: the check ended before the number was answered: %v", e.err)
}

func (e *endedError) Unwrap() error { return e.err }

// endOf tells whether the check has ended, and why.
func endOf(ctx context.Context) (*endedError, bool) {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil {
		return nil, false
	}
	if ended, ok := errors.AsType[*endedError](cause); ok {
		return ended, true
	}
	if !errors.Is(cause, err) {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	return &endedError{err}, true
}
