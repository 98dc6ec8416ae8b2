package archive

import (
	"errors"
	"fmt"
	"strings"

	"github.com/numberporting/porting"
)

// ErrInUse says that another run has the archive, or has replaced it.
var ErrInUse = errors.New("archive: another run has it in use")

// A FileError says that a file of the archive can't be made, written or read: the disk is
// full ([syscall.ENOSPC]), the folder can't be written to ([fs.ErrPermission] or
// [syscall.EROFS]). The run has ended, and what it had finished is in the archive.
type FileError struct {
	Name string // in the archive
	Err  error
}

// Error names the file and what failed.
func (e *FileError) Error() string { return "archive: " + e.Name + ": " + e.Err.Error() }

// Unwrap returns what failed.
func (e *FileError) Unwrap() error { return e.Err }

// A DamagedError says that a file of the archive isn't what the manifest says, or isn't an
// archive's at all. It was left as it is. To have it anew, move it away and run again.
type DamagedError struct {
	Name string // in the archive
	Err  error  // what is wrong with it
}

// Error names the file and what is wrong with it.
func (e *DamagedError) Error() string {
	return "archive: " + e.Name + " is damaged (it was left as it is): " + e.Err.Error()
}

// Unwrap returns what is wrong with it.
func (e *DamagedError) Unwrap() error { return e.Err }

// A TooLargeError says that a document is longer than [Options].MaxDocument. Nothing of it
// was saved.
type TooLargeError struct {
	Document porting.DocumentID
	Most     int64 // bytes
}

// Error names the document and the bound.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("archive: the document %s has more than %d bytes", e.Document, e.Most)
}

// A Failure is a port request or a document that couldn't be saved, or not as a whole.
type Failure struct {
	PortRequest porting.PortRequestID // empty if it is a draft's document
	Document    porting.DocumentID    // empty if it is the port request itself
	Err         error
}

// String names the port request, the document and what failed.
func (f Failure) String() string {
	var where []string
	if f.PortRequest != "" {
		where = append(where, "port request "+string(f.PortRequest))
	}
	if f.Document != "" {
		where = append(where, "document "+string(f.Document))
	}
	return strings.Join(where, ", ") + ": " + f.Err.Error()
}

// An IncompleteError says that not all could be saved. All else was.
type IncompleteError struct {
	Failed []Failure // at least one
}

// Error names the first failures.
func (e *IncompleteError) Error() string {
	const most = 5
	var texts []string
	for i, f := range e.Failed {
		if i == most {
			texts = append(texts, fmt.Sprintf("%d more", len(e.Failed)-most))
			break
		}
		texts = append(texts, f.String())
	}
	return "archive: not all was saved: " + strings.Join(texts, "; ")
}

// Unwrap returns the errors of the failures.
func (e *IncompleteError) Unwrap() []error {
	all := make([]error, len(e.Failed))
	for i, f := range e.Failed {
		all[i] = f.Err
	}
	return all
}
