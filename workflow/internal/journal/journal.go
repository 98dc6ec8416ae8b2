// Package journal keeps values in a file that is only ever appended to, so that what was
// killed can go on.
package journal

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
)

// ErrLocked is the error of [Open] for a file that is open as a journal elsewhere.
var ErrLocked = errors.New("journal: in use")

// A File is a first line that says what the file holds, then one JSON value of type T a
// line. What one Append writes is on disk when it returns.
type File[T any] struct {
	header string

	mutex sync.Mutex
	file  *os.File
	size  int64 // of the whole lines
	err   error // of an Append that failed: what the file holds by now is unknown
}

// longestLine is far more than a value needs.
const longestLine = 1 << 20

// Open opens a file as a journal of what holds says, such as "portability checks". If
// there is none, it makes one that only its owner can read. A last line that was cut off,
// as by a crash, is removed. A file that isn't such a journal is an error and stays as it
// is.
//
// One process at a time can have the file open; a second one gets [ErrLocked]. The system
// frees the file when its process ends, however that happens. Plan 9, Solaris, AIX and
// WebAssembly have no such lock here.
func Open[T any](path, holds string) (*File[T], error) {
	file, err := openLocked(path)
	if err != nil {
		return nil, err
	}
	j := &File[T]{header: fmt.Sprintf(`{"journal":%q,"version":1}`+"\n", holds), file: file}
	switch whole, err := j.repair(); {
	case err != nil:
		_ = j.Close()
		return nil, err
	case !whole:
		_ = j.Close()
		return nil, fmt.Errorf("%s is not a journal of %s, or one of another version", path, holds)
	}
	return j, nil
}

// repair leaves whole lines in the file, and tells whether the first is the header.
func (j *File[T]) repair() (bool, error) {
	start := make([]byte, len(j.header))
	n, err := io.ReadFull(j.file, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	switch {
	case n < len(j.header) && strings.HasPrefix(j.header, string(start[:n])): // new, or a crash came before its first line was whole
		return true, j.write([]byte(j.header))
	case string(start) != j.header:
		return false, nil
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
			return true, j.file.Truncate(j.size)
		case err != nil:
			return false, err
		}
	}
}

// Entries yields what is in the file, the oldest first. A value that can't be read is an
// error that names its line, and the last step.
func (j *File[T]) Entries() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		j.mutex.Lock()
		size := j.size
		j.mutex.Unlock()
		lines := bufio.NewScanner(io.NewSectionReader(j.file, 0, size))
		lines.Buffer(nil, longestLine)
		for number := 1; lines.Scan(); number++ {
			if number == 1 {
				continue // the header
			}
			var value T
			if err := json.Unmarshal(lines.Bytes(), &value); err != nil {
				yield(none, fmt.Errorf("%s, line %d: %w", j.file.Name(), number, err))
				return
			}
			if !yield(value, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(none, err)
		}
	}
}

// Append writes values to the file and has the system write them to disk. After it has
// failed, it always fails. Several goroutines may call it at once.
func (j *File[T]) Append(values ...T) error {
	if len(values) == 0 {
		return nil
	}
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines) // ends each value with a new line
	for i := range values {
		if err := encoder.Encode(&values[i]); err != nil {
			return err
		}
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if j.err == nil {
		j.err = j.write(lines.Bytes())
	}
	return j.err
}

// write appends whole lines.
func (j *File[T]) write(lines []byte) error {
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
func (j *File[T]) Close() error {
	unlock(j.file)
	return j.file.Close()
}
