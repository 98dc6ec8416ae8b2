package archive_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/archive"
)

// smallDisk mounts a disk in memory, which only the system's administrator can do.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skip("a disk can't be mounted here:", err)
	}
	t.Cleanup(func() { assert.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	for _, s := range savers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			disk := smallDisk(t, "256k")
			server := portingtest.NewServer()
			defer server.Close()
			ctx, client := t.Context(), impatient(server)
			draft, _ := server.AddDraft("+12065550100")
			content := pseudoRandom(1 << 20)
			_, err := client.Documents.Upload(ctx, draft, porting.DocumentUpload{Type: "other", Filename: "x.pdf", ContentType: "application/pdf", Content: strings.NewReader(content)})
			require.NoError(t, err)
			d, err := client.Drafts.Submit(ctx, draft)
			require.NoError(t, err)
			ids := []porting.PortRequestID{d.PortRequestID, "not reached"}
			path := filepath.Join(disk, s.path)

			report, err := s.save(ctx, client, path, ids, onSandboxClock(server))
			var file *archive.FileError
			require.ErrorAs(t, err, &file)
			require.ErrorIs(t, err, syscall.ENOSPC)
			saved := len(report.Added)
			if _, err := os.Stat(path); err == nil {
				assert.Equal(t, 5, saved, "what fits")
				assert.Len(t, namesIn(t, verify(t, path)), saved)
			} else { // the disk is still full when a zip is finished
				assert.Zero(t, saved)
			}
			assert.NotContains(t, strings.Join(namesIn(t, disk), " "), ".part", "nothing unfinished is left")

			require.NoError(t, syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=8m"))
			report, err = s.save(ctx, client, path, ids[:1], onSandboxClock(server))
			require.NoError(t, err)
			assert.Len(t, report.Added, 6-saved)
			dir := verify(t, path)
			assert.Equal(t, content, read(t, dir, report.Added[len(report.Added)-1].Name))
		})
	}
}

func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	for _, s := range savers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			disk := smallDisk(t, "1m")
			server := portingtest.NewServer()
			defer server.Close()
			path := filepath.Join(disk, s.path)
			id := submitted(t, server, "+12065550100")
			_, err := s.save(t.Context(), impatient(server), path, []porting.PortRequestID{id}, onSandboxClock(server))
			require.NoError(t, err)
			server.AddComment(id, "", "new")
			require.Eventually(t, func() bool { // a process that another test starts has the files open for a moment
				return syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "") == nil
			}, 10*time.Second, time.Millisecond)
			_, err = s.save(t.Context(), impatient(server), path, []porting.PortRequestID{id}, onSandboxClock(server))
			var file *archive.FileError
			require.ErrorAs(t, err, &file)
			require.ErrorIs(t, err, syscall.EROFS)
			assert.Len(t, namesIn(t, verify(t, path)), 6)
		})
	}
}

func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	if syscall.Geteuid() == 0 {
		t.Skip("the system's administrator can write anywhere")
	}
	server := portingtest.NewServer()
	defer server.Close()
	dir := t.TempDir()
	require.NoError(t, syscall.Chmod(dir, 0o500))
	_, err := archive.ToFolder(t.Context(), server.Client(), dir, nil, nil)
	var file *archive.FileError
	require.ErrorAs(t, err, &file)
	require.ErrorIs(t, err, fs.ErrPermission)
	require.NoError(t, syscall.Chmod(dir, 0o700))
}

// pseudoRandom is a text that can't be compressed.
func pseudoRandom(n int) string {
	text, state := make([]byte, n), uint32(1)
	for i := range text {
		state = state*1664525 + 1013904223
		text[i] = byte(state >> 24)
	}
	return string(text)
}
