package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"
)

// A part is a file that isn't finished yet. It has a temporary name.
type part struct {
	root *os.Root
	name string
	file *os.File // nil once it is closed
	hash hash.Hash
}

// createPart begins a part. What a killed run has left under its name is overwritten.
func createPart(root *os.Root, name string) (*part, error) {
	file, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, ownerOnly)
	if err != nil {
		return nil, &FileError{name, err}
	}
	return &part{root, name, file, sha256.New()}, nil
}

// Write writes to the part.
func (p *part) Write(data []byte) (int, error) {
	n, err := p.file.Write(data)
	p.hash.Write(data[:n])
	if err != nil {
		return n, &FileError{p.name, err}
	}
	return n, nil
}

// restart drops what was written.
func (p *part) restart() error {
	p.hash.Reset()
	_, err := p.file.Seek(0, io.SeekStart)
	if err == nil {
		err = p.file.Truncate(0)
	}
	if err != nil {
		return &FileError{p.name, err}
	}
	return nil
}

// sum is the hash of what was written.
func (p *part) sum() string { return hex.EncodeToString(p.hash.Sum(nil)) }

// finish has the system write the part to disk, and gives it a name for good.
func (p *part) finish(name string) error {
	err := p.file.Sync()
	if closing := p.file.Close(); err == nil {
		err = closing
	}
	p.file = nil
	if err == nil {
		err = p.root.Rename(p.name, name)
	}
	if err != nil {
		_ = p.root.Remove(p.name)
		return &FileError{name, err}
	}
	return nil
}

// discard removes the part unless it is finished.
func (p *part) discard() {
	if p.file != nil {
		_ = p.file.Close()
		_ = p.root.Remove(p.name)
		p.file = nil
	}
}

// sumOf is the hash of a text.
func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// sumOfReader is the hash of what is read.
func sumOfReader(r io.Reader) (string, error) {
	h := sha256.New()
	_, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), err
}
