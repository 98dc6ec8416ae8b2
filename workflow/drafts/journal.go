package drafts

import (
	"errors"
	"iter"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/internal/journal"
)

// A Journal keeps how far [Run] has come, so that a run that was killed goes on where it
// stood. A [FileJournal] is one. Entries are of one account; give each its own journal.
//
// It holds no secret: no PIN, no account number, nothing of a profile. What it holds of
// persons are the ids of their drafts, documents and port requests; types and SHA-256 of
// the documents and, after a lost answer, where one is stored, which ends with its file
// name; and a fingerprint of each set's numbers. From the fingerprint of one number, or of a
// few, whoever tries all there are finds them.
type Journal interface {
	// Entries yields what has been appended so far, the oldest first. An error is the last
	// step.
	Entries() iter.Seq2[Entry, error]

	// Append stores an entry for good before it returns. If it fails, the run ends.
	Append(entry Entry) error
}

// An Entry is what a journal keeps of one step of one set.
type Entry struct {
	Time  time.Time `json:"time"`
	Set   string    `json:"set"` // the fingerprint of the set's numbers
	Step  Step      `json:"step"`
	State State     `json:"state"`

	// What the step has found out.
	LeftOut     []int                 `json:"left_out,omitzero"` // of the set's numbers in ascending order, the places of those that are left out
	Draft       porting.DraftID       `json:"draft,omitzero"`
	PortRequest porting.PortRequestID `json:"port_request,omitzero"`
	Documents   []Uploaded            `json:"documents,omitzero"`
}

// A State is how a step stands.
type State string

// The states. A step that has begun and neither is done nor has failed was cut off, or
// its outcome is unknown: the server may still be working on what it was sent.
const (
	StateBegun  State = "begun"
	StateDone   State = "done"
	StateFailed State = "failed" // with an answer that leaves no doubt; nothing is under way
)

// ErrLocked is the error of [OpenJournal] for a file that is open as a journal elsewhere.
var ErrLocked = errors.New("drafts: the journal is in use")

// A FileJournal is a [Journal] in a file: a first line that says what it is, then one JSON
// object a line. It is only ever appended to; what Append writes is on disk when it
// returns.
type FileJournal struct{ log *journal.Log[Entry] }

// OpenJournal opens a file as a journal. If there is none, it makes one that only its
// owner can read. A last line that was cut off, as by a crash, is removed. A file that
// isn't a journal, or one of another version, is an error and stays as it is.
//
// One process at a time can have it open; a second one gets [ErrLocked]. So two processes
// with one journal can't make drafts of the same numbers. The system frees the file when
// its process ends, however that happens. (Plan 9, Solaris, AIX and WebAssembly have no such
// lock here: there, see to it yourself.)
func OpenJournal(path string) (*FileJournal, error) {
	log, err := journal.OpenLog[Entry](path, "drafts", "drafts: journal", ErrLocked)
	if err != nil {
		return nil, err
	}
	return &FileJournal{log}, nil
}

// Entries yields what is in the file. An entry that can't be read is an error that
// names its line.
func (j *FileJournal) Entries() iter.Seq2[Entry, error] { return j.log.Entries() }

// Append writes an entry to the file and has the system write it to disk. After it has
// failed, it always fails.
func (j *FileJournal) Append(entry Entry) error { return j.log.Append(entry) }

// Close frees the file for others and closes it.
func (j *FileJournal) Close() error { return j.log.Close() }
