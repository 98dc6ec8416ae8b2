package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A zipStore is an archive in a zip file. A zip can't be added to in place: what is there and what
// is new go to a second file, which is begun with the first new file.
type zipStore struct {
	root  *os.Root // of the folder that it is in
	name  string
	now   func() time.Time
	list  *manifest
	old   *os.File // nil if there is no zip yet
	stat  fs.FileInfo
	all   []*zip.File          // in the old zip, in its order
	there map[string]*zip.File // the same by their names
	out   *part                // nil if nothing is new
	zip   *zip.Writer
	added map[string]bool // in the new one
}

// openZip opens a zip, or gets ready to make one.
func openZip(path string, now func() time.Time) (_ *zipStore, err error) {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, &FileError{".", err}
	}
	z := &zipStore{root: root, name: filepath.Base(path), now: now, list: newManifest(), there: map[string]*zip.File{}, added: map[string]bool{}}
	if err := z.load(); err != nil {
		z.release()
		return nil, err
	}
	return z, nil
}

// load reads what the zip has.
func (z *zipStore) load() (err error) {
	z.old, err = z.root.Open(z.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		z.old = nil
		return nil
	case err != nil:
		return &FileError{z.name, err}
	}
	if z.stat, err = z.old.Stat(); err != nil {
		return &FileError{z.name, err}
	}
	r, err := zip.NewReader(z.old, z.stat.Size())
	if err != nil {
		return &DamagedError{z.name, err}
	}
	z.all = r.File
	for _, file := range z.all {
		z.there[file.Name] = file
	}
	file := z.there[manifestName]
	if file == nil {
		return &DamagedError{z.name, errors.New("it has no " + manifestName)}
	}
	text, err := readEntry(file)
	if err != nil {
		return &DamagedError{manifestName, err}
	}
	z.list, _, err = parseManifest(text)
	if errors.Is(err, errNotWhole) {
		return &DamagedError{manifestName, err}
	}
	return err
}

// readEntry reads a file of a zip.
func readEntry(file *zip.File) ([]byte, error) {
	const most = 1 << 30 // far more than a manifest needs
	r, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(r, most))
	if err == nil && len(text) == most {
		err = errors.New("it is too large")
	}
	return text, err
}

func (z *zipStore) files() *manifest { return z.list }

func (z *zipStore) check(name string) error {
	want, known := z.list.sums[name]
	file := z.there[name]
	switch {
	case z.added[name]:
		return nil
	case !known || file == nil:
		return fs.ErrNotExist
	}
	r, err := file.Open()
	if err != nil {
		return &DamagedError{name, err}
	}
	defer func() { _ = r.Close() }() // it was only read
	switch sum, err := sumOfReader(r); {
	case err != nil:
		return &DamagedError{name, err}
	case sum != want:
		return &DamagedError{name, errOtherContent}
	}
	return nil
}

// takeUp has nothing to do: a zip is replaced as a whole.
func (z *zipStore) takeUp(string) error { return nil }

func (z *zipStore) create() (*part, error) { return createPart(z.root, z.name+".file"+partName) }

func (z *zipStore) put(name string, p *part) error {
	if want, known := z.list.sums[name]; known && want != p.sum() {
		return &DamagedError{name, errors.New("it was lost, and what there is now isn't what the manifest says")}
	}
	if z.there[name] != nil {
		return &DamagedError{name, errors.New("it is there, and the manifest doesn't know it")}
	}
	if err := z.begin(); err != nil {
		return err
	}
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return &FileError{p.name, err}
	}
	if err := z.write(name, func(w io.Writer) error { _, err := io.Copy(w, p.file); return err }); err != nil {
		return err
	}
	z.added[name] = true
	z.list.add(name, p.sum())
	return nil
}

// begin begins the new zip with all that the old one has but the manifest.
func (z *zipStore) begin() (err error) {
	if z.out != nil {
		return nil
	}
	if z.out, err = createPart(z.root, z.name+partName); err != nil {
		return err
	}
	z.zip = zip.NewWriter(z.out)
	for _, file := range z.all {
		if file.Name == manifestName {
			continue
		}
		if err := z.zip.Copy(file); err != nil {
			return z.failed(fmt.Errorf("copying %s: %w", file.Name, err))
		}
	}
	return nil
}

// write adds a file to the new zip.
func (z *zipStore) write(name string, content func(io.Writer) error) error {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: z.now().UTC().Truncate(time.Second)}
	header.SetMode(ownerOnly)
	w, err := z.zip.CreateHeader(header)
	if err == nil {
		err = content(w)
	}
	return z.failed(err)
}

// failed makes a [*FileError] of an error, after which the new zip can't be finished.
func (z *zipStore) failed(err error) error {
	if err == nil {
		return nil
	}
	z.out.discard()
	z.zip = nil
	if file, ok := errors.AsType[*FileError](err); ok {
		return file
	}
	return &FileError{z.name, err}
}

// close finishes the new zip and puts it in the old one's place.
func (z *zipStore) close() error {
	defer z.release()
	if z.zip == nil {
		return nil // nothing is new, or it can't be finished
	}
	if err := z.write(manifestName, z.list.writeTo); err != nil {
		return err
	}
	if err := z.failed(z.zip.Close()); err != nil {
		return err
	}
	now, err := z.root.Stat(z.name)
	isSame := err == nil && z.stat != nil && os.SameFile(now, z.stat) && now.Size() == z.stat.Size() && now.ModTime().Equal(z.stat.ModTime())
	isNew := z.stat == nil && errors.Is(err, fs.ErrNotExist)
	if !isSame && !isNew {
		return ErrInUse
	}
	if z.old != nil {
		_ = z.old.Close() // it was only read; Windows doesn't replace an open file
		z.old = nil
	}
	if err := z.out.finish(z.name); err != nil {
		return err
	}
	return syncDirs(z.root, ".")
}

// release closes what is open.
func (z *zipStore) release() {
	if z.out != nil {
		z.out.discard()
	}
	if z.old != nil {
		_ = z.old.Close() // it was only read
	}
	_ = z.root.Close() // nothing is written through it
}
