package archive_test

import (
	"archive/zip"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/archive"
)

// impatient is a client that waits no time between tries.
func impatient(server *portingtest.Server) *porting.Client {
	return server.Client(porting.WithRetry(porting.RetryPolicy{MinWait: time.Millisecond, MaxWait: time.Millisecond}))
}

// submitted returns a port request with three documents and a comment that has the account
// number in it.
func submitted(t *testing.T, server *portingtest.Server, number string) porting.PortRequestID {
	t.Helper()
	ctx, client := t.Context(), server.Client()
	draft, _ := server.AddDraft(number)
	_, err := client.Documents.Upload(ctx, draft, porting.DocumentUpload{
		Type: "other", Filename: "Ada's bill.PDF", ContentType: "application/pdf", Content: strings.NewReader("%PDF-1.4 " + strings.Repeat("x", 1000)),
	})
	require.NoError(t, err)
	d, err := client.Drafts.Submit(ctx, draft)
	require.NoError(t, err)
	server.AddComment(d.PortRequestID, "", "Account number ex 100 is wrong <&>")
	return d.PortRequestID
}

// onSandboxClock are options with the sandbox's time.
func onSandboxClock(server *portingtest.Server) *archive.Options {
	return &archive.Options{Now: server.Now}
}

// verify has sha256sum check a folder, or what a zip has. It returns the folder.
func verify(t *testing.T, path string) string {
	t.Helper()
	if strings.HasSuffix(path, ".zip") {
		path = unpack(t, path)
	}
	tool, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Log("there is no sha256sum")
		return path
	}
	check := exec.CommandContext(t.Context(), tool, "--check", "--strict", "--quiet", "SHA256SUMS")
	check.Dir = path
	output, err := check.CombinedOutput()
	require.NoError(t, err, string(output))
	return path
}

// unpack unpacks a zip to a folder.
func unpack(t *testing.T, path string) string {
	t.Helper()
	dir := t.TempDir()
	z, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, z.Close()) }()
	for _, file := range z.File {
		r, err := file.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		name := filepath.Join(dir, file.Name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, text, 0o600))
	}
	return dir
}

// namesIn lists the files of a folder but its lock and its manifest.
func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if name, _ := filepath.Rel(dir, path); err == nil && !entry.IsDir() && name != ".lock" && name != "SHA256SUMS" {
			names = append(names, filepath.ToSlash(name))
		}
		return err
	}))
	return names
}

func namesOf(files []archive.File) []string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	return names
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return string(text)
}

// saver is one of the two ways to save.
type saver struct {
	name string
	path string // in a folder
	save func(context.Context, *porting.Client, string, []porting.PortRequestID, *archive.Options) (*archive.Report, error)
}

var savers = []saver{
	{"folder", "evidence", archive.ToFolder},
	{"zip", "evidence.zip", archive.ToZip},
}

// complete tests that an archive has all that there is of port requests, and that another run adds
// nothing.
func complete(t *testing.T, server *portingtest.Server, s saver, path string, ids ...porting.PortRequestID) {
	t.Helper()
	report, err := s.save(t.Context(), impatient(server), path, ids, onSandboxClock(server))
	require.NoError(t, err)
	assert.Empty(t, report.Added)
	assert.Len(t, report.Kept, 6*len(ids))
	dir := verify(t, path)
	assert.ElementsMatch(t, namesOf(report.Kept), namesIn(t, dir))
	for _, id := range ids {
		documents, err := server.Client().Documents.List(t.Context(), id)
		require.NoError(t, err)
		require.Len(t, documents, 3)
		for _, d := range documents {
			var want strings.Builder
			_, err := server.Client().Documents.Download(t.Context(), id, d.ID, &want)
			require.NoError(t, err)
			assert.Equal(t, want.String(), read(t, dir, string(id)+"/"+string(d.DocumentType)+"-"+string(d.ID)+".pdf"))
		}
	}
}
