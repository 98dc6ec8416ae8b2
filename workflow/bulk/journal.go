package bulk

import (
	"errors"
	"iter"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/internal/journal"
)

// A Journal keeps the answers to numbers, so that a check that was killed can go on. A
// [FileJournal] is one. What it holds is personal data: phone numbers and their carriers.
//
// Answers are of one account and of one server; give each its own journal.
type Journal interface {
	// Entries yields what has been appended so far, the oldest first. Of several
	// entries for a number the last one counts. An error is the last step.
	Entries() iter.Seq2[Entry, error]

	// Append stores entries for good before it returns. Several goroutines may call it
	// at once. If it fails, the check ends.
	Append(entries ...Entry) error
}

// An Entry is what a journal keeps of one number. It has either an answer or a refusal.
type Entry struct {
	Number  string                     `json:"number"`            // as it was given
	Time    time.Time                  `json:"time"`              // when the answer came
	Answer  *porting.PortabilityResult `json:"answer,omitempty"`  // nil if the number was refused
	Refused string                     `json:"refused,omitempty"` // the text of the error
}

// entries are those of the results that another check needn't ask for.
func entries(results []Result) []Entry {
	now := time.Now()
	var entries []Entry
	for i := range results {
		switch result := &results[i]; result.Outcome {
		case NotAnswered:
		case Refused:
			entries = append(entries, Entry{Number: result.Number, Time: now, Refused: result.Err.Error()})
		default:
			entries = append(entries, Entry{Number: result.Number, Time: now, Answer: &result.Answer})
		}
	}
	return entries
}

// result is what the entry says of its number, or nil if it says nothing.
func (e *Entry) result() *Result {
	switch {
	case e.Answer != nil:
		result := answered(e.Number, e.Answer)
		return &result
	case e.Refused != "":
		return &Result{Number: e.Number, Outcome: Refused, Err: errors.New(e.Refused)}
	}
	return nil
}

// ErrLocked is the error of [OpenJournal] for a file that is open as a journal elsewhere.
var ErrLocked = errors.New("bulk: the journal is in use")

// A FileJournal is a [Journal] in a file: a first line that says what it is, then one JSON
// object a line. It is only ever appended to; what one Append writes is on disk when it
// returns.
type FileJournal struct{ log *journal.Log[Entry] }

// OpenJournal opens a file as a journal. If there is none, it makes one that only its
// owner can read. A last line that was cut off, as by a crash, is removed; its numbers
// are asked again. A file that isn't a journal, or one of another version, is an error
// and stays as it is.
//
// One process at a time can have it open; a second one gets [ErrLocked]. The system frees
// the file when its process ends, however that happens. (Plan 9, Solaris, AIX and
// WebAssembly have no such lock here: there, see to it yourself.)
func OpenJournal(path string) (*FileJournal, error) {
	log, err := journal.OpenLog[Entry](path, "portability checks", "bulk: journal", ErrLocked)
	if err != nil {
		return nil, err
	}
	return &FileJournal{log}, nil
}

// Entries yields what is in the file. An entry that can't be read is an error that
// names its line.
func (j *FileJournal) Entries() iter.Seq2[Entry, error] { return j.log.Entries() }

// Append writes entries to the file and has the system write them to disk. After it has
// failed, it always fails.
func (j *FileJournal) Append(entries ...Entry) error { return j.log.Append(entries...) }

// Close frees the file for others and closes it.
func (j *FileJournal) Close() error { return j.log.Close() }
