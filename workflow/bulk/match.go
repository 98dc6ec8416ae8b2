package bulk

import (
	"strings"

	"github.com/numberporting/porting"
)

// keys are the ways in which a number and an answer can belong together, the surest
// first: the answer's raw_number is documented to be the number as it was sent; its
// e164_number is the same line; and the same digits are the same number in another
// spelling. The place in the list is no way: nothing says that the orders are the same.
var keys = []struct {
	number func(string) string
	answer func(*porting.PortabilityResult) string
}{
	{same, rawNumber},
	{same, e164Number},
	{digits, func(r *porting.PortabilityResult) string { return digits(r.E164Number) }},
	{digits, func(r *porting.PortabilityResult) string { return digits(r.RawNumber) }},
}

func same(number string) string                           { return number }
func rawNumber(answer *porting.PortabilityResult) string  { return answer.RawNumber }
func e164Number(answer *porting.PortabilityResult) string { return answer.E164Number }

func digits(number string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
}

// match sets the result of each of the numbers, which are distinct, from the answers to
// them: fewer, more or others, in any order.
func match(numbers []string, answers []porting.PortabilityResult, results []Result) {
	left := len(numbers)
	for _, key := range keys {
		if left == 0 {
			break
		}
		found := make(map[string]*porting.PortabilityResult, len(answers)) // nil: contradictory
		for i := range answers {
			answer := &answers[i]
			name := key.answer(answer)
			if before, again := found[name]; !again {
				found[name] = answer
			} else if before != nil && !agree(before, answer) {
				found[name] = nil
			}
		}
		delete(found, "")
		asked := make(map[string]int, left)
		for i, number := range numbers {
			if results[i].Outcome == "" {
				asked[key.number(number)]++
			}
		}
		for i, number := range numbers {
			name := key.number(number)
			answer, ok := found[name]
			if !ok || results[i].Outcome != "" || asked[name] > 1 {
				continue
			}
			if answer == nil {
				results[i] = notAnswered(number, ErrContradictory)
			} else {
				results[i] = answered(number, answer)
			}
			left--
		}
	}
	for i, number := range numbers {
		if results[i].Outcome == "" {
			results[i] = notAnswered(number, ErrNotInAnswer)
		}
	}
}

// agree tells whether two answers say the same of a number.
func agree(a, b *porting.PortabilityResult) bool {
	return outcomeOf(a) == outcomeOf(b) && a.NonPortableReason == b.NonPortableReason
}

func notAnswered(number string, err error) Result {
	return Result{Number: number, Outcome: NotAnswered, Err: err}
}
