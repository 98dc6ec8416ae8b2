// Package sqlstore keeps what package watch has delivered in a PostgreSQL or SQLite database, and
// shares the work out among several processes. It has no driver in it: bring your own.
//
//	db, err := sql.Open("pgx", dsn) // or "postgres", "sqlite", "sqlite3" …
//	…
//	store, err := sqlstore.Open(ctx, db, sqlstore.PostgreSQL, &sqlstore.Options{Create: true})
//	…
//	for event, err := range watch.Events(ctx, client, &watch.Options{Store: store}) {
//
// Run the same program on as many machines as you like. Each loop watches its part of the port
// requests; together they deliver each event once. Each reads the whole list, though: what is
// divided are the requests for single port requests, and what you do with the events.
//
// # Leases
//
// A port request belongs to one of 64 shares, by its id. A loop has a lease on about as many of
// them as any other, and renews it every quarter of its time, by the clock of the database: the
// clocks of the machines don't matter. When a loop ends, others take over at once. When its
// process dies, or its machine does, they take over as soon as the lease has run out. A loop
// that takes long over an event keeps its leases, however long that is.
//
// A process that was paused for longer than that may still believe that it has the lease. It
// can't save: the transaction that saves also has to renew the lease, and fails with
// [watch.ErrLeaseLost] if another loop has it. The loop then goes on with its new share. What it
// delivered in that poll, its successor may have delivered too, with the same ids.
//
// # Databases
//
// The placeholders are written $1, $2 and so on, which PostgreSQL and SQLite both understand,
// and their drivers github.com/jackc/pgx/v5/stdlib, github.com/lib/pq, modernc.org/sqlite and
// github.com/mattn/go-sqlite3 too. PostgreSQL has to be version 9.6 or newer, and SQLite 3.24.
//
// With SQLite, give each connection a busy timeout (for modernc.org/sqlite, the data source name
// is "file:watch.db?_pragma=busy_timeout(10000)"), since it has one writer at a time: a process that is
// paused while it writes keeps all others waiting. A file on a network file system won't do.
package sqlstore
