package journal

import (
	"errors"
	"fmt"
	"iter"
)

// A Log is a [File] for a package that exports it: its errors begin with the package's name.
type Log[T any] struct {
	file *File[T]
	name string
}

// OpenLog does what [Open] does. Errors begin with a name, such as "bulk: journal". If the file
// is open elsewhere, the error is the one that is given for that.
func OpenLog[T any](path, holds, name string, locked error) (*Log[T], error) {
	file, err := Open[T](path, holds)
	l := &Log[T]{file, name}
	if errors.Is(err, ErrLocked) {
		return nil, locked
	} else if err != nil {
		return nil, l.named(err)
	}
	return l, nil
}

// Entries does what [File.Entries] does.
func (l *Log[T]) Entries() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for entry, err := range l.file.Entries() {
			if !yield(entry, l.named(err)) {
				return
			}
		}
	}
}

// Append does what [File.Append] does.
func (l *Log[T]) Append(entries ...T) error { return l.named(l.file.Append(entries...)) }

// Close does what [File.Close] does.
func (l *Log[T]) Close() error { return l.file.Close() }

func (l *Log[T]) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", l.name, err)
}
