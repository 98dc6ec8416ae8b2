package bulk

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/numberporting/porting"
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
type FileJournal struct {
	mutex sync.Mutex
	file  *os.File
	size  int64 // of the whole lines
	err   error // of an Append that failed: what the file holds by now is unknown
}

// header is the first line of a file.
const header = `{"journal":"portability checks","version":1}` + "\n"

// longestLine is far more than an entry needs.
const longestLine = 1 << 20

// OpenJournal opens a file as a journal. If there is none, it makes one that only its
// owner can read. A last line that was cut off, as by a crash, is removed; its numbers
// are asked again. A file that isn't a journal, or one of another version, is an error
// and stays as it is.
//
// One process at a time can have it open; a second one gets [ErrLocked]. The system frees
// the file when its process ends, however that happens. (Plan 9, Solaris, AIX and
// WebAssembly have no such lock here: there, see to it yourself.)
func OpenJournal(path string) (*FileJournal, error) {
	file, err := openLocked(path)
	if errors.Is(err, ErrLocked) {
		return nil, ErrLocked
	} else if err != nil {
		return nil, fmt.Errorf("bulk: journal: %w", err)
	}
	j := &FileJournal{file: file}
	if err := j.repair(); err != nil {
		_ = j.Close()
		return nil, fmt.Errorf("bulk: journal: %w", err)
	}
	return j, nil
}

// repair leaves whole lines in the file, of which the first is the header.
func (j *FileJournal) repair() error {
	start := make([]byte, len(header))
	n, err := io.ReadFull(j.file, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	switch {
	case n < len(header) && strings.HasPrefix(header, string(start[:n])): // new, or a crash came before its first line was whole
		return j.write([]byte(header))
	case string(start) != header:
		return fmt.Errorf("%s is not a journal of portability checks, or one of another version", j.file.Name())
	}
	j.size = int64(n)
	buffer := make([]byte, 1<<16)
	for read := j.size; ; read += int64(n) {
		n, err = j.file.Read(buffer)
		if last := bytes.LastIndexByte(buffer[:n], '\n'); last >= 0 {
			j.size = read + int64(last) + 1
		}
		switch {
		case errors.Is(err, io.EOF):
			return j.file.Truncate(j.size)
		case err != nil:
			return err
		}
	}
}

// Entries yields what is in the file. An entry that can't be read is an error that
// names its line.
func (j *FileJournal) Entries() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		j.mutex.Lock()
		size := j.size
		j.mutex.Unlock()
		lines := bufio.NewScanner(io.NewSectionReader(j.file, 0, size))
		lines.Buffer(nil, longestLine)
		for number := 1; lines.Scan(); number++ {
			if number == 1 {
				continue // the header
			}
			var entry Entry
			if err := json.Unmarshal(lines.Bytes(), &entry); err != nil {
				yield(Entry{}, fmt.Errorf("bulk: journal: %s, line %d: %w", j.file.Name(), number, err))
				return
			}
			if !yield(entry, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Entry{}, fmt.Errorf("bulk: journal: %w", err))
		}
	}
}

// Append writes entries to the file and has the system write them to disk. After it has
// failed, it always fails.
func (j *FileJournal) Append(entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines) // ends each value with a new line
	for i := range entries {
		if err := encoder.Encode(&entries[i]); err != nil {
			return fmt.Errorf("bulk: journal: %w", err)
		}
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if j.err == nil {
		j.err = j.write(lines.Bytes())
	}
	if j.err != nil {
		return fmt.Errorf("bulk: journal: %w", j.err)
	}
	return nil
}

// write appends whole lines.
func (j *FileJournal) write(lines []byte) error {
	if _, err := j.file.WriteAt(lines, j.size); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	j.size += int64(len(lines))
	return nil
}

// Close frees the file for others and closes it.
func (j *FileJournal) Close() error {
	unlock(j.file)
	return j.file.Close()
}
