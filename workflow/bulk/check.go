package bulk

import (
	"cmp"
	"context"
	"iter"
	"time"

	"github.com/numberporting/porting"
)

// A Checker makes portability checks; a [*porting.PortabilityService] is one.
type Checker interface {
	// Check asks for each of the numbers whether it can be ported. Several goroutines
	// call it at once.
	Check(ctx context.Context, numbers ...string) ([]porting.PortabilityResult, error)
}

// Options say how a check is done. A zero field has its default.
type Options struct {
	// SliceSize is how many numbers one check of the API has at most; the default is 100.
	// The vendor documents no maximum.
	SliceSize int

	// Parallel is how many checks are under way at once, up to 100; the default is 10.
	Parallel int

	// MaxFailures is how many slices may fail one after the other, without an answer
	// in between, before the check ends; the default is 20.
	MaxFailures int

	// Patience is how long the check goes on while all that the server answers is
	// 429; the default is 10 minutes. The context's deadline counts as well: a wait that
	// would pass it isn't begun.
	Patience time.Duration

	// Journal, if there is one, keeps the answers, so that the next check needn't ask again.
	Journal Journal

	// MaxAge is how old an answer of the journal may be; older ones are asked again.
	// The default is 24 hours.
	MaxAge time.Duration

	// Progress, if it isn't nil, is told how many of the numbers have their outcome by
	// now. It is called by the goroutine that called [Check], or that ranges over
	// [CheckEach].
	Progress func(done, total int)
}

// withDefaults replaces the zero fields, and the bad ones along with an error.
func (o *Options) withDefaults() (Options, error) {
	if o == nil {
		o = new(Options)
	}
	filled := *o
	var bad error
	for _, field := range []struct {
		name          string
		value         *int
		standard, top int
	}{
		{"slice_size", &filled.SliceSize, 100, 0},
		{"parallel", &filled.Parallel, 10, 100},
		{"max_failures", &filled.MaxFailures, 20, 0},
	} {
		switch {
		case *field.value < 0:
			bad = cmp.Or(bad, badArgument(field.name, "must not be negative"))
		case field.top > 0 && *field.value > field.top:
			bad = cmp.Or(bad, badArgument(field.name, "must not be more than 100"))
		case *field.value > 0:
			continue
		}
		*field.value = field.standard
	}
	for _, field := range []struct {
		name     string
		value    *time.Duration
		standard time.Duration
	}{
		{"patience", &filled.Patience, 10 * time.Minute},
		{"max_age", &filled.MaxAge, 24 * time.Hour},
	} {
		if *field.value < 0 {
			bad = cmp.Or(bad, badArgument(field.name, "must not be negative"))
		}
		if *field.value <= 0 {
			*field.value = field.standard
		}
	}
	return filled, bad
}

func badArgument(field, reason string) error {
	return &porting.ArgumentError{Operation: "bulk.Check", Field: field, Reason: reason}
}

// Check asks for each number whether it can be ported here. The numbers should be in
// E.164 form (+13125550100). A number that is there twice is asked once; two spellings of
// a number are two numbers. Nil options are the defaults.
//
// The report is never nil and has one result for each number, in their order, whatever
// the error. The error is nil if every number was answered or refused, else an
// [*IncompleteError].
func Check(ctx context.Context, checker Checker, numbers []string, opts *Options) (*Report, error) {
	report := &Report{Results: make([]Result, 0, len(numbers))}
	for result, err := range CheckEach(ctx, checker, numbers, opts) {
		if err != nil {
			return report, err
		}
		report.Results = append(report.Results, result)
	}
	return report, nil
}

// CheckEach is [Check] for a loop: it yields one result for each number, in their
// order, each as soon as it and those before it are known. If not every number was
// answered or refused, one more step at the end has the zero Result and an
// [*IncompleteError].
//
// Nothing is sent before the first step, and each range over it is a check of its own. A
// slow loop holds the check back: only a bounded number of slices is asked ahead. When the
// loop ends, by a break or a panic too, the checks under way are cancelled and waited for.
// When the context ends, the numbers without an answer are yielded as [NotAnswered].
func CheckEach(ctx context.Context, checker Checker, numbers []string, opts *Options) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		r := newRun(checker, numbers, cancel)
		defer r.calls.Wait()
		defer cancel(nil)
		if err := r.prepare(opts); err != nil {
			r.end(err)
		}
		r.each(ctx, yield)
	}
}
