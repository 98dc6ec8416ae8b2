package stores

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/numberporting/porting/workflow/watch/sqlstore"
)

var required = flag.Bool("required", false, "fail where PostgreSQL is missing")

// postgres is the server of all tests but those that stop it; nil if there is none.
var postgres *cluster

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	ctx := context.Background()
	var err error
	switch postgres, err = newCluster(ctx); {
	case errors.Is(err, exec.ErrNotFound) && !*required:
		log.Print("skipped: there is no PostgreSQL here")
	case err != nil:
		log.Print(err)
		return 1
	default:
		defer postgres.remove()
	}
	return m.Run()
}

// A cluster is a PostgreSQL server of our own, which only listens on a socket in its folder.
type cluster struct {
	bin, dir string
	as       *syscall.SysProcAttr // it refuses to run as root
	server   *exec.Cmd
}

func newCluster(ctx context.Context) (*cluster, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "porting-stores-")
	if err != nil {
		return nil, err
	}
	c := &cluster{bin: bin, dir: dir}
	err = c.init(ctx)
	if err == nil {
		err = c.start(ctx)
	}
	if err != nil {
		c.remove()
		return nil, err
	}
	return c, nil
}

// postgresBin is the folder of the server's programs, which Debian doesn't have in the PATH.
func postgresBin() (string, error) {
	if found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); err == nil && len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	found, err := exec.LookPath("initdb")
	return filepath.Dir(found), err
}

func (c *cluster) init(ctx context.Context) error {
	if os.Geteuid() == 0 {
		nobody, err := user.Lookup("nobody")
		if err != nil {
			return err
		}
		uid, _ := strconv.Atoi(nobody.Uid)
		gid, _ := strconv.Atoi(nobody.Gid)
		if err := os.Chown(c.dir, uid, gid); err != nil {
			return err
		}
		c.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	output, err := c.command(ctx, "initdb", "-D", filepath.Join(c.dir, "data"), "-U", "porting", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, output)
	}
	return nil
}

func (c *cluster) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, filepath.Join(c.bin, name), args...)
	command.SysProcAttr, command.Dir = c.as, c.dir
	return command
}

// start starts the server and waits until it answers.
func (c *cluster) start(ctx context.Context) error {
	c.server = c.command(context.WithoutCancel(ctx), "postgres", "-D", filepath.Join(c.dir, "data"), "-k", c.dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "logging_collector=off", "-c", "log_min_messages=fatal")
	if err := c.server.Start(); err != nil {
		return err
	}
	db, err := sql.Open("pgx", c.dsn())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop stops the server at once, without asking those who use it.
func (c *cluster) stop() {
	_ = c.server.Process.Signal(syscall.SIGQUIT)
	_ = c.server.Wait()
}

func (c *cluster) remove() {
	if c.server != nil {
		c.stop()
	}
	_ = os.RemoveAll(c.dir)
}

func (c *cluster) dsn() string { return "host=" + c.dir + " user=porting dbname=postgres" }

// A database is where a store can be.
type database struct {
	driver, dsn string
	dialect     sqlstore.Dialect
	prefix      string
}

var prefixes atomic.Int64

// onPostgres is a place of its own on the server. The test is skipped where there is none.
func onPostgres(t *testing.T) database {
	t.Helper()
	if postgres == nil {
		t.Skip("there is no PostgreSQL here")
	}
	return database{"pgx", postgres.dsn(), sqlstore.PostgreSQL, fmt.Sprintf("t%d_", prefixes.Add(1))}
}

// onSQLite is a new file.
func onSQLite(t *testing.T) database {
	t.Helper()
	path := filepath.Join(t.TempDir(), "watch.db")
	return database{"sqlite", "file:" + path + "?_pragma=busy_timeout(10000)", sqlstore.SQLite, "porting_watch_"}
}

// databases are the kinds of places by name.
var databases = map[string]func(*testing.T) database{"PostgreSQL": onPostgres, "SQLite": onSQLite}

func (d database) connect(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open(d.driver, d.dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// store opens a store, and makes its tables if need be.
func (d database) store(t *testing.T, lease time.Duration) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), d.connect(t), d.dialect, &sqlstore.Options{Create: true, Prefix: d.prefix, Lease: lease})
	require.NoError(t, err)
	return store
}

// exec changes something behind the store's back. In the statement, {} is the prefix of the tables.
func (d database) exec(t *testing.T, statement string) {
	t.Helper()
	_, err := d.connect(t).ExecContext(t.Context(), strings.ReplaceAll(statement, "{}", d.prefix))
	require.NoError(t, err)
}
