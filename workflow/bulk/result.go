package bulk

import (
	"errors"
	"fmt"
	"unique"

	"github.com/numberporting/porting"
)

// An Outcome is what came of one number.
type Outcome string

// The outcomes. The vendor doesn't say how an answer's fields go together, so which
// answer is which of the first three is inferred:
//   - with a non_portable_reason it is NotPortable, whatever else it says;
//   - without one, and with a portability_status of "pending" or "provisional", it is NotKnownYet;
//   - portable, and "confirmed" or without a status, it is Portable, with another status NotKnownYet;
//   - what is left is NotPortable without a reason.
const (
	Portable    Outcome = "portable"
	NotPortable Outcome = "not portable"
	NotKnownYet Outcome = "not known yet" // the server couldn't confirm it so far; ask again later
	Refused     Outcome = "refused"       // the server doesn't take the number (400, 413 or 422 although it stood alone), or the client doesn't: it is empty
	NotAnswered Outcome = "not answered"  // its slice failed, the answer lacked it, or the check ended before
)

// outcomeOf tells what an answer says.
func outcomeOf(answer *porting.PortabilityResult) Outcome {
	status := answer.PortabilityStatus
	switch {
	case answer.NonPortableReason != "":
		return NotPortable
	case status == porting.PortabilityStatusPending || status == porting.PortabilityStatusProvisional:
		return NotKnownYet
	case !answer.Portable:
		return NotPortable
	case status == porting.PortabilityStatusConfirmed || status == "":
		return Portable
	}
	return NotKnownYet
}

// A Result is what came of one number.
type Result struct {
	Number  string // as it was given
	Outcome Outcome
	Answer  porting.PortabilityResult // as the server gave it; zero if the number is Refused or NotAnswered
	Err     error                     // why the number is Refused or NotAnswered, else nil
}

// Reason says in a few words why the number isn't Portable: the server's reason or
// status, or the text of the error. It is empty if there is nothing to say.
func (r Result) Reason() string {
	switch {
	case r.Err != nil:
		return r.Err.Error()
	case r.Outcome == NotPortable:
		return string(r.Answer.NonPortableReason)
	case r.Outcome == NotKnownYet:
		return string(r.Answer.PortabilityStatus)
	}
	return ""
}

// answered is the result of a number that has an answer. Texts that most answers have in
// common, and the number itself, are kept once.
func answered(number string, answer *porting.PortabilityResult) Result {
	a := *answer
	a.CarrierName = unique.Make(a.CarrierName).Value()
	a.PortabilityStatus = unique.Make(a.PortabilityStatus).Value()
	a.CoverageCategory = unique.Make(a.CoverageCategory).Value()
	a.NonPortableReason = unique.Make(a.NonPortableReason).Value()
	if a.RawNumber == number {
		a.RawNumber = number
	}
	if a.E164Number == number {
		a.E164Number = number
	}
	return Result{Number: number, Outcome: outcomeOf(&a), Answer: a}
}

// A Report is the result of each number.
type Report struct {
	Results []Result // one for each number, in their order
}

// Count tells how many of the results have the outcome.
func (r *Report) Count(outcome Outcome) int {
	count := 0
	for i := range r.Results {
		if r.Results[i].Outcome == outcome {
			count++
		}
	}
	return count
}

// Numbers returns the numbers that have the outcome: as they were given, in their order,
// each once.
func (r *Report) Numbers(outcome Outcome) []string {
	var numbers []string
	seen := make(map[string]struct{})
	for i := range r.Results {
		if r.Results[i].Outcome != outcome {
			continue
		}
		number := r.Results[i].Number
		if _, again := seen[number]; !again {
			seen[number] = struct{}{}
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// An IncompleteError says that some numbers were not answered.
type IncompleteError struct {
	NotAnswered int   // how many of the results
	Total       int   // how many results there are
	Ended       bool  // the check was ended early; numbers may not have been asked
	Err         error // what ended the check, else what the first of those numbers failed with
}

// Error tells how many numbers were not answered, and why.
func (e *IncompleteError) Error() string {
	how := ""
	if e.Ended {
		how = ", the check was ended early"
	}
	return fmt.Sprintf("bulk: %d of %d numbers not answered%s: %v", e.NotAnswered, e.Total, how, e.Err)
}

// Unwrap returns why the numbers were not answered.
func (e *IncompleteError) Unwrap() error { return e.Err }

// The errors of numbers whose slice has an answer, but not for them.
var (
	ErrNotInAnswer   = errors.New("bulk: the answer doesn't have the number")
	ErrContradictory = errors.New("bulk: the answer has the number more than once, and contradicts itself")
)
