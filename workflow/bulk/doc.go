// Package bulk checks whether numbers can be ported, however many there are.
//
//	report, err := bulk.Check(ctx, client.Portability, numbers, nil)
//	draft, err := client.Drafts.Create(ctx, report.Numbers(bulk.Portable)...)
//
// One check of the API may have so many numbers, which the vendor doesn't say, and one
// bad number fails it for all others. [Check] sends the numbers in slices, several at
// once, and tells of each input what came of it: exactly one [Outcome]. [CheckEach] does
// the same for a loop that takes the results as they come.
//
// # What the server refuses
//
// A slice that is answered with 400, 413 or 422 is halved until the number that the
// server doesn't take stands alone: that one is [Refused], the others have their answers.
// Of n numbers with one bad one that takes about 2·log₂(n) further checks. If a slice was
// refused, but none of its parts, the server limits how many numbers a check may have:
// the slices that follow are as small as those parts.
//
// # What goes wrong
//
// The client has tried an outage or a lost connection several times when this package
// hears of it. The numbers of that slice are [NotAnswered], with the error, and the
// others go on; but once several slices in a row have failed ([Options].MaxFailures),
// the check ends. It ends at once with an answer that won't change, such as 401, 403 or
// 404. What was answered by then stays: the report has it, along with the error.
//
// # A server that limits requests
//
// A 429 that is left after the client's own tries never fails a number. The slice is
// asked again, all slices wait as long as the server asks for, and from then on they start
// at a pace that the server has kept up with. The pace rises slowly with each answer and
// falls with the next 429. So a limit of five requests a second is met without knowing
// it. [Options].Patience says when a server that answers nothing but 429 is given up.
//
// If the limit is known, a limiter ([porting.WithLimiter]) is better still: the server
// needn't refuse anything. A client's budget of repeated tries is shared by all that use
// the client. Before the pace is found, a check can use up most of it, so give the check
// a client of its own if others can't do without.
//
// # Going on after a crash
//
// With a [Journal], each slice's answers are stored before the loop sees them. The next
// check with that journal asks only for the numbers that aren't in it. It needn't be for
// the same numbers: any set, in any order, takes from the journal what is there. A number
// that is [NotKnownYet] counts as answered, too, until its answer is too old
// ([Options].MaxAge); to ask again earlier, check without the journal.
package bulk
