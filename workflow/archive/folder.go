package archive

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"runtime"

	"github.com/numberporting/porting/workflow/internal/journal"
)

// What an archive has is personal data.
const (
	ownerOnly    = 0o600
	ownerOnlyDir = 0o700
)

// The files of a folder that aren't evidence: a lock, and the one that is being written.
const (
	lockName = ".lock"
	partName = ".part"
)

// A folder is an archive in a folder. Its manifest is only ever appended to.
type folder struct {
	root *os.Root
	lock *journal.File[struct{}]
	sums *os.File
	list *manifest
}

// openFolder opens a folder, which it makes if there is none, and removes what a killed run
// has left unfinished.
func openFolder(dir string) (_ *folder, err error) {
	if err := os.MkdirAll(dir, ownerOnlyDir); err != nil {
		return nil, &FileError{".", err}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &FileError{".", err}
	}
	f := &folder{root: root}
	defer func() {
		if err != nil {
			_ = f.close()
		}
	}()
	f.lock, err = journal.Open[struct{}](path.Join(dir, lockName), "an archive's lock")
	switch {
	case errors.Is(err, journal.ErrLocked):
		return nil, ErrInUse
	case err != nil:
		return nil, &FileError{lockName, err}
	}
	if err := root.Remove(partName); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &FileError{partName, err}
	}
	if f.sums, err = root.OpenFile(manifestName, os.O_RDWR|os.O_CREATE|os.O_APPEND, ownerOnly); err != nil {
		return nil, &FileError{manifestName, err}
	}
	text, err := root.ReadFile(manifestName)
	if err != nil {
		return nil, &FileError{manifestName, err}
	}
	var whole int64
	f.list, whole, err = parseManifest(text)
	if errors.Is(err, errNotWhole) {
		if err := f.sums.Truncate(whole); err != nil {
			return nil, &FileError{manifestName, err}
		}
		err = nil
	}
	return f, err
}

func (f *folder) files() *manifest { return f.list }

// sumOfFile is the hash of a file's content.
func (f *folder) sumOfFile(name string) (string, error) {
	info, err := f.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fs.ErrNotExist
	case err != nil:
		return "", &FileError{name, err}
	case !info.Mode().IsRegular():
		return "", &DamagedError{name, errors.New("it is no regular file")}
	}
	file, err := f.root.Open(name)
	if err != nil {
		return "", &FileError{name, err}
	}
	defer func() { _ = file.Close() }() // it was only read
	sum, err := sumOfReader(file)
	if err != nil {
		return "", &FileError{name, err}
	}
	return sum, nil
}

var errOtherContent = errors.New("its content isn't what the manifest says")

func (f *folder) check(name string) error {
	want, known := f.list.sums[name]
	if !known {
		return fs.ErrNotExist
	}
	sum, err := f.sumOfFile(name)
	switch {
	case err != nil:
		return err
	case sum != want:
		return &DamagedError{name, errOtherContent}
	}
	return nil
}

// takeUp adds JSON files to the manifest that it doesn't know. They are whole, because a file
// gets its name only then: a run was killed before it could add them.
func (f *folder) takeUp(dir string) error {
	entries, err := fs.ReadDir(f.root.FS(), path.Clean(dir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &FileError{dir, err}
	}
	for _, entry := range entries {
		name := dir + entry.Name()
		_, known := f.list.sums[name]
		if known || !jsonName.MatchString(name) || !lineForm.MatchString(sumOf(nil)+"  "+name) {
			continue
		}
		text, err := f.root.ReadFile(name)
		switch {
		case err != nil:
			return &FileError{name, err}
		case !json.Valid(text):
			return &DamagedError{name, errors.New("it isn't JSON, and the manifest doesn't know it")}
		}
		if err := f.append(name, sumOf(text)); err != nil {
			return err
		}
	}
	return nil
}

func (f *folder) create() (*part, error) { return createPart(f.root, partName) }

func (f *folder) put(name string, p *part) error {
	want, known := f.list.sums[name]
	there, err := f.sumOfFile(name)
	switch {
	case err == nil && there != p.sum():
		return &DamagedError{name, errors.New("it is there with another content, and the manifest doesn't know it")}
	case err == nil: // a run was killed before it could add it to the manifest
		return f.append(name, there)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	case known && want != p.sum():
		return &DamagedError{name, errors.New("it was lost, and what there is now isn't what the manifest says")}
	}
	dir := path.Dir(name)
	if err := f.root.MkdirAll(dir, ownerOnlyDir); err != nil {
		return &FileError{dir, err}
	}
	if err := p.finish(name); err != nil {
		return err
	}
	if err := syncDirs(f.root, dir, "."); err != nil {
		return err
	}
	if known {
		return nil
	}
	return f.append(name, p.sum())
}

// append adds a file to the manifest.
func (f *folder) append(name, sum string) error {
	_, err := f.sums.WriteString(line(name, sum))
	if err == nil {
		err = f.sums.Sync()
	}
	if err != nil {
		return &FileError{manifestName, err}
	}
	f.list.add(name, sum)
	return nil
}

func (f *folder) close() error {
	var failed error
	if f.sums != nil {
		if err := f.sums.Close(); err != nil {
			failed = &FileError{manifestName, err}
		}
	}
	if f.lock != nil {
		_ = f.lock.Close() // nothing was written to it
	}
	_ = f.root.Close() // nothing is written through it
	return failed
}

// syncDirs has the system write the names in directories to disk. Windows does so by itself.
func syncDirs(root *os.Root, dirs ...string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	for _, dir := range dirs {
		d, err := root.Open(dir)
		if err != nil {
			return &FileError{dir, err}
		}
		err = d.Sync()
		_ = d.Close() // it was only read
		if err != nil {
			return &FileError{dir, err}
		}
	}
	return nil
}
