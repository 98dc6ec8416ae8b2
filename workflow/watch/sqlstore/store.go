package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/watch"
)

// Options say where a store is and how long its leases last. Nil options, and zero fields, are
// the defaults.
type Options struct {
	// Create makes the tables if there are none. Without it, their absence is an [ErrNoTables].
	Create bool

	// Prefix begins the names of the tables. It is at most 40 lower-case letters, digits and
	// underscores, and doesn't begin with a digit. A store belongs to one account, so a second
	// account in the same database needs another prefix. Empty: "porting_watch_".
	Prefix string

	// Lease is how long a loop keeps its share without a sign of life. All processes should have
	// the same. 0: a minute.
	Lease time.Duration
}

// ErrNoTables says that the database doesn't have the store's tables.
var ErrNoTables = errors.New("there are no tables (Options.Create makes them)")

// An Error says that the database, or the store in it, didn't do what it should. Nothing was
// changed, unless the driver's error says that the answer to a commit was lost. Err is the
// driver's error, or one of [ErrNoTables], [watch.ErrLocked], [watch.ErrLeaseLost],
// [watch.ErrNewer] and [watch.ErrDamaged].
type Error struct {
	Op  string // "open", "load", "save", "join", "share" or "leave"
	Err error
}

// Error has the operation and the reason.
func (e *Error) Error() string { return fmt.Sprintf("watch: SQL store: %s: %v", e.Op, e.Err) }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// failed makes an [Error] of an error.
func failed(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{op, err}
}

const (
	version = 1  // of the tables
	shares  = 64 // rows in the table of leases; part of the version
)

// A Store is a [watch.SharedStore] in a database. Several goroutines may use it at once.
//
// Outside of a loop, its Load is good for looking at what is stored. Its Save is refused with a
// [watch.ErrLocked] as long as a loop has a lease on one of the records.
type Store struct {
	db      *sql.DB
	dialect *dialect
	names   *strings.Replacer
	lease   time.Duration
}

var _ watch.SharedStore = (*Store)(nil)

// Open opens a store. It makes the tables if the options say so and there are none. Tables of
// a newer version are a [watch.ErrNewer], and stay as they are. The database stays the caller's to
// close.
func Open(ctx context.Context, db *sql.DB, is Dialect, opts *Options) (*Store, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	const minute = time.Minute
	o.Prefix, o.Lease = cmp.Or(o.Prefix, "porting_watch_"), cmp.Or(o.Lease, minute)
	const operation = "sqlstore.Open"
	d, known := dialects[is]
	switch {
	case db == nil:
		return nil, &porting.ArgumentError{Operation: operation, Field: "db", Reason: "is nil"}
	case !known:
		return nil, &porting.ArgumentError{Operation: operation, Field: "Dialect", Reason: "must be PostgreSQL or SQLite"}
	case !prefixes.MatchString(o.Prefix):
		return nil, &porting.ArgumentError{Operation: operation, Field: "Prefix", Reason: "must be at most 40 of a-z, 0-9 and _, and not begin with a digit"}
	case o.Lease < 0:
		return nil, &porting.ArgumentError{Operation: operation, Field: "Lease", Reason: "must not be negative"}
	}
	s := &Store{db: db, dialect: d, lease: o.Lease, names: strings.NewReplacer(
		"{tables}", o.Prefix+"tables", "{records}", o.Prefix+"records", "{leases}", o.Prefix+"leases", "{members}", o.Prefix+"members",
		"{now}", d.now, "{lease}", strconv.FormatInt(max(o.Lease.Milliseconds(), 1), 10),
	)}
	if o.Create {
		if err := s.transaction(ctx, s.create); err != nil {
			return nil, failed("open", err)
		}
	}
	var found bool
	if err := db.QueryRowContext(ctx, d.finds, o.Prefix+"tables").Scan(&found); err != nil {
		return nil, failed("open", err)
	}
	if !found {
		return nil, failed("open", ErrNoTables)
	}
	return s, failed("open", s.check(ctx, db))
}

var prefixes = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,39}$`)

// A queryer is a database or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// exec runs a statement with the names of the tables in place of those in braces, and returns how
// many rows it has changed.
func (s *Store) exec(ctx context.Context, q queryer, statement string, args ...any) (int64, error) {
	result, err := q.ExecContext(ctx, s.names.Replace(statement), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// transaction runs a function in a transaction. The first statement in it has to be one that
// writes: SQLite can't turn a transaction that has read into one that writes while others write.
func (s *Store) transaction(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: s.dialect.isolation})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit, it does nothing
	if s.dialect.begin != "" {
		if _, err := s.exec(ctx, tx, s.dialect.begin); err != nil {
			return err
		}
	}
	if err := do(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// create makes the tables if there are none.
func (s *Store) create(ctx context.Context, tx *sql.Tx) error {
	if s.dialect.alone != "" {
		if _, err := s.exec(ctx, tx, s.dialect.alone); err != nil {
			return err
		}
	}
	if _, err := s.exec(ctx, tx, "CREATE TABLE IF NOT EXISTS {tables} (version INTEGER NOT NULL)"); err != nil {
		return err
	}
	switch err := s.check(ctx, tx); {
	case err == nil:
		return nil
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	rows := make([]string, shares)
	for i := range rows {
		rows[i] = fmt.Sprintf("(%d, '', 0)", i)
	}
	for _, statement := range []string{
		"CREATE TABLE {records} (id TEXT NOT NULL PRIMARY KEY, share INTEGER NOT NULL, record TEXT NOT NULL)",
		"CREATE INDEX {records}_share ON {records} (share)",
		"CREATE TABLE {leases} (share INTEGER NOT NULL PRIMARY KEY, member TEXT NOT NULL, ends BIGINT NOT NULL)", // ends: in milliseconds of Unix time
		"CREATE TABLE {members} (member TEXT NOT NULL PRIMARY KEY, ends BIGINT NOT NULL)",
		"INSERT INTO {leases} (share, member, ends) VALUES " + strings.Join(rows, ", "),
		fmt.Sprintf("INSERT INTO {tables} (version) VALUES (%d)", version),
	} {
		if _, err := s.exec(ctx, tx, statement); err != nil {
			return err
		}
	}
	return nil
}

// check looks at the version of the tables.
func (s *Store) check(ctx context.Context, q queryer) error {
	var found int
	err := q.QueryRowContext(ctx, s.names.Replace("SELECT version FROM {tables}")).Scan(&found)
	switch {
	case err != nil:
		return err
	case found > version:
		return watch.ErrNewer
	case found < version:
		return watch.ErrDamaged
	}
	return nil
}

// Load returns all records, in order of their ids.
func (s *Store) Load(ctx context.Context) ([]watch.Record, error) {
	records, err := s.load(ctx, "")
	return records, failed("load", err)
}

// load returns the records that a condition picks.
func (s *Store) load(ctx context.Context, where string) ([]watch.Record, error) {
	if err := s.check(ctx, s.db); err != nil {
		return nil, err
	}
	rows, err := s.db.QueryContext(ctx, s.names.Replace("SELECT id, record FROM {records} "+where))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var records []watch.Record
	for rows.Next() {
		var id, text string
		if err := rows.Scan(&id, &text); err != nil {
			return nil, err
		}
		var record watch.Record
		if err := json.Unmarshal([]byte(text), &record); err != nil || string(record.ID) != id {
			return nil, watch.ErrDamaged
		}
		records = append(records, record)
	}
	slices.SortFunc(records, func(a, b watch.Record) int { return cmp.Compare(a.ID, b.ID) })
	return records, rows.Err()
}

// Save stores records, unless a loop has a lease on one of them: then it is a [watch.ErrLocked].
func (s *Store) Save(ctx context.Context, put []watch.Record, drop []porting.PortRequestID) error {
	return failed("save", s.save(ctx, put, drop, func(ctx context.Context, tx *sql.Tx, share int) error {
		// Without a member, a lease that has run out can't be renewed by the one who had it.
		free, err := s.exec(ctx, tx, "UPDATE {leases} SET member = '', ends = 0 WHERE share = $1 AND ends <= {now}", share)
		if err == nil && free == 0 {
			err = watch.ErrLocked
		}
		return err
	}))
}

// save stores records in a transaction, if the function has no objection to any of their
// shares. It is asked in order of the shares, so that two transactions don't wait for each other.
func (s *Store) save(ctx context.Context, put []watch.Record, drop []porting.PortRequestID, may func(ctx context.Context, tx *sql.Tx, share int) error) error {
	dropped := map[porting.PortRequestID]bool{}
	var touched [shares]bool
	for _, id := range drop {
		dropped[id] = true
		touched[shareOf(id)] = true
	}
	var values []any // of one row after the other
	last := map[porting.PortRequestID]int{}
	for i := range put {
		last[put[i].ID] = i
	}
	for i := range put {
		id := put[i].ID
		touched[shareOf(id)] = true
		if dropped[id] || last[id] != i {
			continue
		}
		text, err := json.Marshal(&put[i])
		if err != nil {
			return err
		}
		values = append(values, string(id), shareOf(id), string(text))
	}
	var ids []any
	for id := range dropped {
		ids = append(ids, string(id))
	}
	if len(values)+len(ids) == 0 {
		return nil
	}
	return s.transaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for share, is := range touched {
			if is {
				if err := may(ctx, tx, share); err != nil {
					return err
				}
			}
		}
		if err := s.check(ctx, tx); err != nil {
			return err
		}
		const columns, atOnce = 3, 300 // older SQLites take 999 values a statement
		for chunk := range slices.Chunk(values, columns*atOnce) {
			statement := "INSERT INTO {records} (id, share, record) VALUES " + placeholders(len(chunk), columns) +
				" ON CONFLICT (id) DO UPDATE SET record = excluded.record"
			if _, err := s.exec(ctx, tx, statement, chunk...); err != nil {
				return err
			}
		}
		for chunk := range slices.Chunk(ids, atOnce) {
			if _, err := s.exec(ctx, tx, "DELETE FROM {records} WHERE id IN "+placeholders(len(chunk), len(chunk)), chunk...); err != nil {
				return err
			}
		}
		return nil
	})
}

// placeholders are those of so many values, in rows.
func placeholders(count, columns int) string {
	var b strings.Builder
	for i := range count {
		switch {
		case i == 0:
			b.WriteString("($1")
		case i%columns == 0:
			fmt.Fprintf(&b, "), ($%d", i+1)
		default:
			fmt.Fprintf(&b, ", $%d", i+1)
		}
	}
	b.WriteByte(')')
	return b.String()
}

// shareOf tells which share a port request belongs to.
func shareOf(id porting.PortRequestID) int {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(id))
	return int(hash.Sum32() % shares)
}
