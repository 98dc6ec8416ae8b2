package sqlstore

import "database/sql"

// A Dialect says which database it is.
type Dialect string

// The dialects.
const (
	PostgreSQL Dialect = "PostgreSQL"
	SQLite     Dialect = "SQLite"
)

// A dialect is what the databases don't have in common.
type dialect struct {
	now       string             // the database's clock, in milliseconds of Unix time
	finds     string             // tells whether there is a table
	isolation sql.IsolationLevel // of a transaction
	begin     string             // a transaction's first statement
	alone     string             // makes other transactions that create tables wait
}

var dialects = map[Dialect]*dialect{
	PostgreSQL: {
		now:       "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
		finds:     "SELECT to_regclass($1) IS NOT NULL",
		isolation: sql.LevelReadCommitted,
		// A process that is paused in a transaction must not keep others from taking over.
		begin: "SET LOCAL idle_in_transaction_session_timeout = {lease}",
		alone: "SELECT pg_advisory_xact_lock(4716289053174112896)", // any number that nobody else has
	},
	SQLite: {
		now:   "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
		finds: "SELECT COUNT(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = $1",
	},
}
