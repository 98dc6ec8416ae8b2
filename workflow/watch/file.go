package watch

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/internal/journal"
)

// The errors of a [FileStore], each wrapped in a [*FileError] but the first.
var (
	ErrLocked  = errors.New("watch: the store is in use")
	ErrDamaged = errors.New("not a store of a watch, or a damaged one")
	ErrNewer   = errors.New("a store of a newer version of this package")
	ErrClosed  = errors.New("closed")
)

// A FileError says that a [FileStore] couldn't read or write its file. The file is as it was.
type FileError struct {
	Path string
	Err  error
}

// Error names the file.
func (e *FileError) Error() string { return fmt.Sprintf("watch: store %s: %v", e.Path, e.Err) }

// Unwrap returns the reason.
func (e *FileError) Unwrap() error { return e.Err }

const fileVersion = 1

// fileContent is what the file holds: a JSON object.
type fileContent struct {
	Store   string          `json:"store"` // what kind of file it is
	Version int             `json:"version"`
	Records json.RawMessage `json:"records"` // an array of Record, in order of their ids
}

const fileHolds = "port requests that are watched"

// A FileStore is a [Store] in a file of JSON, which only its owner can read. Each Save writes
// a new file next to it (….new), has the system write that to disk, and puts it in the old one's
// place: whatever happens, the file is either as it was or as it should be. It is written
// whole each time: 100,000 port requests of two numbers each take 29 MB and about a second.
type FileStore struct {
	path string
	lock *journal.File[struct{}]

	mutex   sync.Mutex
	records map[porting.PortRequestID]Record
	closed  bool
}

// OpenFile opens a file as a store. If there is none, the first Save makes it. A file that
// isn't such a store, is damaged or of a newer version is an error, and stays as it is.
//
// One process at a time can have the store open: a second one gets [ErrLocked]. The lock is a
// file of its own (….lock) that stays; the system frees it when the process ends, however that
// happens. (Plan 9, Solaris, AIX and WebAssembly have no such lock here: there, see to it
// yourself.)
func OpenFile(path string) (*FileStore, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, &FileError{path, err}
	}
	lock, err := journal.Open[struct{}](path+".lock", "nothing: it is the lock of a store")
	switch {
	case errors.Is(err, journal.ErrLocked):
		return nil, ErrLocked
	case err != nil:
		return nil, &FileError{path, err}
	}
	s := &FileStore{path: path, lock: lock}
	if s.records, err = readFile(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		_ = lock.Close()
		return nil, &FileError{path, err}
	}
	return s, nil
}

// ReadFile returns the records that a store has in its file, in order of their ids. It is for
// those who only look: another process may have the store open. A file that isn't there is an
// error, [fs.ErrNotExist].
func ReadFile(path string) ([]Record, error) {
	records, err := readFile(path)
	if err != nil {
		return nil, &FileError{path, err}
	}
	return sorted(records), nil
}

func readFile(path string) (map[porting.PortRequestID]Record, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var content fileContent
	if err := json.Unmarshal(data, &content); err != nil || content.Store != fileHolds {
		return nil, ErrDamaged
	}
	switch {
	case content.Version > fileVersion:
		return nil, ErrNewer
	case content.Version < fileVersion:
		return nil, ErrDamaged
	}
	var list []Record
	if err := json.Unmarshal(content.Records, &list); err != nil {
		return nil, ErrDamaged
	}
	return replaced(nil, list, nil), nil
}

// Load returns all records, in order of their ids.
func (s *FileStore) Load(context.Context) ([]Record, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.closed {
		return nil, &FileError{s.path, ErrClosed}
	}
	return sorted(s.records), nil
}

// Save writes the file anew. If it fails, the next Save may succeed.
func (s *FileStore) Save(_ context.Context, put []Record, drop []porting.PortRequestID) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.closed {
		return &FileError{s.path, ErrClosed}
	}
	records := replaced(maps.Clone(s.records), put, drop)
	if err := writeFile(s.path, sorted(records)); err != nil {
		return &FileError{s.path, err}
	}
	s.records = records
	return nil
}

// Close frees the store for others.
func (s *FileStore) Close() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.lock.Close()
}

// writeFile replaces the file. The new file's name is always the same, so that one that a
// crash has left behind is used again; the lock sees to it that nobody else writes it.
func writeFile(path string, records []Record) (err error) {
	next := path + ".new"
	file, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(next)
		}
	}()
	buffer := bufio.NewWriter(file)
	fmt.Fprintf(buffer, `{"store":%q,"version":%d,"records":[`, fileHolds, fileVersion) // its errors come with Flush
	for i := range records {
		record, err := json.Marshal(&records[i])
		if err != nil {
			return err
		}
		if i > 0 {
			_ = buffer.WriteByte(',')
		}
		_ = buffer.WriteByte('\n')
		_, _ = buffer.Write(record)
	}
	_, _ = buffer.WriteString("\n]}\n")
	if err := buffer.Flush(); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder has the system write to disk that a file has another name. Windows has no such
// call.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }()
	return folder.Sync()
}
