package watch_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/watch"
)

func records(ids ...porting.PortRequestID) []watch.Record {
	var list []watch.Record
	for i, id := range ids {
		list = append(list, watch.Record{
			State: watch.State{
				ID: id, SupportKey: "pr_" + string(id),
				SubRequests: []watch.SubState{sub("a", "on-hold", date("2026-03-05")), sub("b", "ported", day(5), one, two)},
				Comments:    []porting.Comment{{ID: "c"}}, Documents: []porting.SupportingDocument{},
			},
			Revision: i + 1, ReadAt: day(1).Time, DetailsAt: day(2).Time,
		})
	}
	return list
}

func TestStores(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.json")
	file, err := watch.OpenFile(path)
	require.NoError(t, err)
	for name, store := range map[string]watch.Store{"memory": &watch.MemoryStore{}, "file": file} {
		got, err := store.Load(t.Context())
		require.NoError(t, err, name)
		assert.Empty(t, got, name)
		require.NoError(t, store.Save(t.Context(), records("3", "1", "2"), nil))
		changed := records("2")
		changed[0].Gone, changed[0].Comments = true, nil
		require.NoError(t, store.Save(t.Context(), changed, []porting.PortRequestID{"3", "none"}))
		got, err = store.Load(t.Context())
		require.NoError(t, err)
		want := records("0", "1")[1:]
		want[0].ID = "1"
		assert.Equal(t, append(want, changed...), got, name)
	}

	want, err := file.Load(t.Context())
	require.NoError(t, err)
	require.NoError(t, file.Close())
	require.NoError(t, file.Close())
	_, err = file.Load(t.Context())
	require.ErrorIs(t, err, watch.ErrClosed)
	require.ErrorIs(t, file.Save(t.Context(), records("4"), nil), watch.ErrClosed)

	file, err = watch.OpenFile(path)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	got, err := file.Load(t.Context())
	require.NoError(t, err)
	assert.Equal(t, want, got, "as it was before it was closed")
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// TestFileStoreOfWhatIsNone opens files that aren't stores, and finds them unchanged.
func TestFileStoreOfWhatIsNone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.json")
	store, err := watch.OpenFile(path)
	require.NoError(t, err)
	require.NoError(t, store.Save(t.Context(), records("1", "2"), nil))
	require.NoError(t, store.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)

	check := func(content string, want error) {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, err := watch.OpenFile(path)
		require.ErrorIs(t, err, want)
		var wrong *watch.FileError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, path, wrong.Path)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, content, string(got))
	}
	for size := range len(whole) - 1 { // the new line at the end may be missing
		check(string(whole[:size]), watch.ErrDamaged)
	}
	check(strings.Repeat("\x00", len(whole)), watch.ErrDamaged)
	check(string(whole)+"{}", watch.ErrDamaged)
	check(`{"store":"something else","version":1,"records":[]}`, watch.ErrDamaged)
	check(`{"store":"port requests that are watched","version":1,"records":{}}`, watch.ErrDamaged)
	check(`{"store":"port requests that are watched","version":1}`, watch.ErrDamaged)
	check(`{"store":"port requests that are watched","version":2,"records":{"new":"shape"},"more":1}`, watch.ErrNewer)
	check(`{"store":"port requests that are watched","version":0,"records":[]}`, watch.ErrDamaged)
}

// TestFileStoreKilledWhileItWrites has the new file cut off at each length beside the old one, as a
// kill leaves it before the rename. The store is what it was, and can be saved.
func TestFileStoreKilledWhileItWrites(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.json")
	content := func(records []watch.Record) []byte {
		store, err := watch.OpenFile(path)
		require.NoError(t, err)
		require.NoError(t, store.Save(t.Context(), records, nil))
		require.NoError(t, store.Close())
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		return data
	}
	before := content(records("1"))
	after := content(records("1", "2"))
	for size := range len(after) + 1 {
		require.NoError(t, os.WriteFile(path, before, 0o600))
		require.NoError(t, os.WriteFile(path+".new", after[:size], 0o600))
		store, err := watch.OpenFile(path)
		require.NoError(t, err)
		got, err := store.Load(t.Context())
		require.NoError(t, err)
		require.Equal(t, records("1"), got)
		require.NoError(t, store.Save(t.Context(), records("1", "2"), nil))
		require.NoError(t, store.Close())
		now, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, after, now)
		require.NoFileExists(t, path+".new")
	}
}

// TestFileStoreThatCannotWrite has a folder in the way of the new file. The store is as
// it was, and works again as soon as the folder is away.
func TestFileStoreThatCannotWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.json")
	store, err := watch.OpenFile(path)
	require.NoError(t, err)
	defer func() { _ = store.Close() }()
	require.NoError(t, store.Save(t.Context(), records("1"), nil))
	was, err := os.ReadFile(path)
	require.NoError(t, err)

	require.NoError(t, os.MkdirAll(filepath.Join(path+".new", "full"), 0o700))
	var wrong *watch.FileError
	require.ErrorAs(t, store.Save(t.Context(), records("2"), nil), &wrong)
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, was, now)
	got, err := store.Load(t.Context())
	require.NoError(t, err)
	assert.Equal(t, records("1"), got)

	require.NoError(t, os.RemoveAll(path+".new"))
	require.NoError(t, store.Save(t.Context(), records("2"), nil))
	got, err = store.Load(t.Context())
	require.NoError(t, err)
	assert.Len(t, got, 2)
}

// TestFileStoreOnAFullDisk has the new file be a device that takes nothing.
func TestFileStoreOnAFullDisk(t *testing.T) {
	t.Parallel()
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("this system has no " + full)
	}
	path := filepath.Join(t.TempDir(), "store.json")
	store, err := watch.OpenFile(path)
	require.NoError(t, err)
	defer func() { _ = store.Close() }()
	require.NoError(t, store.Save(t.Context(), records("1"), nil))
	was, err := os.ReadFile(path)
	require.NoError(t, err)

	require.NoError(t, os.Symlink(full, path+".new"))
	err = store.Save(t.Context(), records("2"), nil)
	require.ErrorIs(t, err, syscall.ENOSPC)
	var wrong *watch.FileError
	require.ErrorAs(t, err, &wrong)
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, was, now)
	require.NoError(t, store.Save(t.Context(), records("2"), nil), "there is room again")
}

func TestFileStoreInAReadOnlyFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root can write anywhere")
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "store.json")
	store, err := watch.OpenFile(path)
	require.NoError(t, err)
	defer func() { _ = store.Close() }()
	require.NoError(t, store.Save(t.Context(), records("1"), nil))
	was, err := os.ReadFile(path)
	require.NoError(t, err)

	require.NoError(t, os.Chmod(folder, 0o500))
	defer func() { _ = os.Chmod(folder, 0o700) }()
	err = store.Save(t.Context(), records("2"), nil)
	require.ErrorIs(t, err, os.ErrPermission)
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, was, now)
	_, err = watch.OpenFile(filepath.Join(folder, "other.json"))
	require.ErrorIs(t, err, os.ErrPermission)
}

func TestFileStoreInNoFolder(t *testing.T) {
	t.Parallel()
	_, err := watch.OpenFile(filepath.Join(t.TempDir(), "none", "store.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
	var wrong *watch.FileError
	require.ErrorAs(t, err, &wrong)
}

// TestReadFile reads what a store that is open has saved.
func TestReadFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.json")
	var file *watch.FileError
	_, err := watch.ReadFile(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorAs(t, err, &file)
	store, err := watch.OpenFile(path)
	require.NoError(t, err)
	defer func() { assert.NoError(t, store.Close()) }()
	saved := records("a", "b")
	require.NoError(t, store.Save(t.Context(), saved, nil))
	read, err := watch.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, saved, read)
	require.NoError(t, os.WriteFile(path, []byte("{"), 0o600))
	_, err = watch.ReadFile(path)
	require.ErrorIs(t, err, watch.ErrDamaged)
}

// TestFileStoreTwice opens a store in this process, and once more in it and in another one, which
// is killed then.
func TestFileStoreTwice(t *testing.T) {
	if path := os.Getenv("WATCH_TEST_STORE"); path != "" {
		store, err := watch.OpenFile(path)
		if err != nil {
			os.Exit(3)
		}
		_ = store.Save(t.Context(), records("child"), nil)
		<-t.Context().Done() // it is killed before
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.json")
	child := func() *exec.Cmd {
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFileStoreTwice$")
		command.Env = append(os.Environ(), "WATCH_TEST_STORE="+path)
		return command
	}
	store, err := watch.OpenFile(path)
	require.NoError(t, err)
	_, err = watch.OpenFile(path)
	require.ErrorIs(t, err, watch.ErrLocked)
	var exit *exec.ExitError
	require.ErrorAs(t, child().Run(), &exit)
	assert.Equal(t, 3, exit.ExitCode())
	require.NoError(t, store.Close())

	other := child()
	require.NoError(t, other.Start())
	require.Eventually(t, func() bool { _, err := os.Stat(path); return err == nil }, 30*time.Second, 10*time.Millisecond)
	_, err = watch.OpenFile(path)
	require.ErrorIs(t, err, watch.ErrLocked)
	require.NoError(t, other.Process.Kill())
	_ = other.Wait()
	store, err = watch.OpenFile(path)
	require.NoError(t, err)
	got, err := store.Load(t.Context())
	require.NoError(t, err)
	assert.Equal(t, records("child"), got)
	require.NoError(t, store.Close())
}
