package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
)

// manifestName is what the coreutils call such a file.
const manifestName = "SHA256SUMS"

// A manifest knows the files of an archive.
type manifest struct {
	names  []string          // in the order in which they came
	sums   map[string]string // of each
	newest map[string]string // of each kind of JSON file, such as 2c8e…/comments
}

func newManifest() *manifest {
	return &manifest{sums: map[string]string{}, newest: map[string]string{}}
}

// jsonName is the name of a JSON file: its kind, and when it was saved.
var jsonName = regexp.MustCompile(`^(.+)-\d{8}T\d{6}Z(?:\.\d+)?\.json$`)

// add adds a file.
func (m *manifest) add(name, sum string) {
	if _, known := m.sums[name]; !known {
		m.names = append(m.names, name)
	}
	m.sums[name] = sum
	if kind := jsonName.FindStringSubmatch(name); kind != nil {
		m.newest[kind[1]] = name
	}
}

// line is what sha256sum prints of a file.
func line(name, sum string) string { return sum + "  " + name + "\n" }

// writeTo writes all lines.
func (m *manifest) writeTo(w io.Writer) error {
	for _, name := range m.names {
		if _, err := io.WriteString(w, line(name, m.sums[name])); err != nil {
			return err
		}
	}
	return nil
}

// lineForm is a line as this package writes it. Its names need none of the escapes that
// sha256sum has.
var lineForm = regexp.MustCompile(`^([0-9a-f]{64})  ([A-Za-z0-9._/-]+)$`)

var errNotWhole = errors.New("its last line is cut off")

// parseManifest reads the lines of a manifest. It also returns how many bytes the whole lines
// have: a crash can cut off the last one.
func parseManifest(text []byte) (m *manifest, whole int64, err error) {
	m = newManifest()
	for number := 1; len(text) > 0; number++ {
		before, after, found := bytes.Cut(text, []byte("\n"))
		if !found {
			return m, whole, errNotWhole
		}
		fields := lineForm.FindStringSubmatch(string(before))
		if len(fields) != 3 || !fs.ValidPath(fields[2]) {
			return nil, 0, &DamagedError{manifestName, fmt.Errorf("line %d isn't one of an archive", number)}
		}
		m.add(fields[2], fields[1])
		whole += int64(len(before)) + 1
		text = after
	}
	return m, whole, nil
}
