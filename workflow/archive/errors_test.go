package archive_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/archive"
)

// TestDamaged damages an archive in many ways. A run says so and changes nothing of it.
func TestDamaged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		damage func(t *testing.T, dir string, added []archive.File) (damaged string)
		added  int // by the run after that
	}{
		{"a document is cut off", func(t *testing.T, dir string, added []archive.File) string {
			t.Helper()
			require.NoError(t, os.Truncate(filepath.Join(dir, added[4].Name), 3))
			return added[4].Name
		}, 0},
		{"a document has grown", func(t *testing.T, dir string, added []archive.File) string {
			t.Helper()
			overwrite(t, dir, added[5].Name, read(t, dir, added[5].Name)+"!")
			return added[5].Name
		}, 0},
		{"a JSON file is empty", func(t *testing.T, dir string, added []archive.File) string {
			t.Helper()
			overwrite(t, dir, added[0].Name, "")
			return added[0].Name
		}, 0},
		{"a document is a folder", func(t *testing.T, dir string, added []archive.File) string {
			t.Helper()
			require.NoError(t, os.Remove(filepath.Join(dir, added[4].Name)))
			require.NoError(t, os.Mkdir(filepath.Join(dir, added[4].Name), 0o700))
			return added[4].Name
		}, 0},
		{"the manifest lacks a document that is cut off", func(t *testing.T, dir string, added []archive.File) string {
			t.Helper()
			require.NoError(t, os.Truncate(filepath.Join(dir, added[5].Name), 3))
			forget(t, dir, added[5].Name)
			return added[5].Name
		}, 0},
		{"the manifest lacks a JSON file that is cut off", func(t *testing.T, dir string, added []archive.File) string {
			t.Helper()
			require.NoError(t, os.Truncate(filepath.Join(dir, added[2].Name), 3))
			forget(t, dir, added[2].Name)
			return added[2].Name
		}, 0},
		{"a document is lost and was another", func(t *testing.T, dir string, added []archive.File) string {
			t.Helper()
			require.NoError(t, os.Remove(filepath.Join(dir, added[5].Name)))
			sums := read(t, dir, "SHA256SUMS")
			overwrite(t, dir, "SHA256SUMS", strings.Replace(sums, added[5].SHA256, strings.Repeat("0", 64), 1))
			return added[5].Name
		}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			defer server.Close()
			id, other, dir := submitted(t, server, "+12065550100"), submitted(t, server, "+12065550101"), t.TempDir()
			report, err := archive.ToFolder(t.Context(), impatient(server), dir, []porting.PortRequestID{id}, onSandboxClock(server))
			require.NoError(t, err)
			damaged := test.damage(t, dir, report.Added)
			before := contents(t, dir)

			report, err = archive.ToFolder(t.Context(), impatient(server), dir, []porting.PortRequestID{id, other}, onSandboxClock(server))
			var damage *archive.DamagedError
			require.ErrorAs(t, err, &damage)
			assert.Equal(t, damaged, damage.Name)
			assert.Len(t, report.Added, 6, "the other port request's")
			after := contents(t, dir)
			for name, text := range before {
				assert.Equal(t, text, after[name], name)
			}
		})
	}
}

func TestNotAnArchive(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	for name, test := range map[string]struct{ file, text, damaged string }{
		"a manifest of something else": {"SHA256SUMS", "MD5 (x) = 0\n", "SHA256SUMS"},
		"a manifest that leads out":    {"SHA256SUMS", strings.Repeat("0", 64) + "  ../x\n", "SHA256SUMS"},
		"a newer manifest":             {"SHA256SUMS", "version 2\n", "SHA256SUMS"},
		"no zip":                       {"evidence.zip", "not a zip", "evidence.zip"},
		"another zip":                  {"evidence.zip", "PK\x05\x06" + strings.Repeat("\x00", 18), "evidence.zip"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			overwrite(t, dir, test.file, test.text)
			save, path := archive.ToFolder, dir
			if strings.HasSuffix(test.file, ".zip") {
				save, path = archive.ToZip, filepath.Join(dir, test.file)
			}
			_, err := save(t.Context(), server.Client(), path, []porting.PortRequestID{"x"}, nil)
			var damage *archive.DamagedError
			require.ErrorAs(t, err, &damage)
			assert.Equal(t, test.damaged, damage.Name)
			assert.Equal(t, test.text, read(t, dir, test.file))
		})
	}
}

// TestCutOffManifest is what a crash of the machine can leave.
func TestCutOffManifest(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	id, dir := submitted(t, server, "+12065550100"), t.TempDir()
	_, err := archive.ToFolder(t.Context(), impatient(server), dir, []porting.PortRequestID{id}, onSandboxClock(server))
	require.NoError(t, err)
	sums := read(t, dir, "SHA256SUMS")
	overwrite(t, dir, "SHA256SUMS", sums[:len(sums)-20])
	links := server.Count("Documents.CreateDownloadLink")
	report, err := archive.ToFolder(t.Context(), impatient(server), dir, []porting.PortRequestID{id}, onSandboxClock(server))
	require.NoError(t, err)
	assert.Len(t, report.Kept, 5)
	assert.Len(t, report.Added, 1)
	assert.Equal(t, 1, server.Count("Documents.CreateDownloadLink")-links)
	assert.Equal(t, sums, read(t, dir, "SHA256SUMS"))
	complete(t, server, savers[0], dir, id)
}

func TestInUse(t *testing.T) {
	t.Parallel()
	for _, s := range savers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			defer server.Close()
			id, path := submitted(t, server, "+12065550100"), filepath.Join(t.TempDir(), s.path)
			busy, done := make(chan struct{}), make(chan error)
			server.Inject(portingtest.Fault{Operation: "Comments.List", Nth: 1, Effect: portingtest.Hang(), Match: func(portingtest.Call) bool {
				select {
				case busy <- struct{}{}:
				case <-t.Context().Done():
				}
				return true
			}})
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				_, err := s.save(ctx, impatient(server), path, []porting.PortRequestID{id}, nil)
				done <- err
			}()
			<-busy
			if s.name == "folder" {
				_, err := s.save(t.Context(), impatient(server), path, []porting.PortRequestID{id}, nil)
				require.ErrorIs(t, err, archive.ErrInUse)
				cancel()
				require.ErrorIs(t, <-done, context.Canceled)
				return
			}
			cancel()
			require.ErrorIs(t, <-done, context.Canceled)
			_, err := os.Stat(path)
			require.ErrorIs(t, err, os.ErrNotExist, "there was nothing to save yet")
		})
	}
}

// TestZipReplaced replaces a zip while a run has it.
func TestZipReplaced(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	id, path := submitted(t, server, "+12065550100"), filepath.Join(t.TempDir(), "evidence.zip")
	server.Inject(portingtest.Fault{Operation: "Comments.List", Nth: 1, Effect: portingtest.DropBefore(), Match: func(portingtest.Call) bool {
		return assert.NoError(t, os.WriteFile(path, []byte("the other's"), 0o600))
	}})
	_, err := archive.ToZip(t.Context(), impatient(server), path, []porting.PortRequestID{id}, nil)
	require.ErrorIs(t, err, archive.ErrInUse)
	assert.Equal(t, []string{"evidence.zip"}, namesIn(t, filepath.Dir(path)))
	assert.Equal(t, "the other's", read(t, filepath.Dir(path), "evidence.zip"))
}

func overwrite(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

// forget takes a file's line out of the manifest.
func forget(t *testing.T, dir, name string) {
	t.Helper()
	var kept []string
	for line := range strings.Lines(read(t, dir, "SHA256SUMS")) {
		if !strings.HasSuffix(line, "  "+name+"\n") {
			kept = append(kept, line)
		}
	}
	overwrite(t, dir, "SHA256SUMS", strings.Join(kept, ""))
}

// contents are the files of a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range namesIn(t, dir) {
		all[name] = read(t, dir, name)
	}
	return all
}
