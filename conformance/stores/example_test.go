package stores

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/watch"
	"github.com/numberporting/porting/workflow/watch/sqlstore"
)

// Watch with a store in SQLite. Run on several machines with one PostgreSQL, the same loop shares the
// work with the others.
func Example() {
	ctx := context.Background()
	sandbox := portingtest.NewServer() // or the real API
	defer sandbox.Close()
	_, subs := sandbox.AddPortRequest("+13125550193")

	db, err := sql.Open("sqlite", "file:example?mode=memory&cache=shared&_pragma=busy_timeout(10000)")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer func() { _ = db.Close() }()
	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, &sqlstore.Options{Create: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	clock := &awayClock{server: sandbox} // or nil, for the system's clock
	clock.onWait = func(int) { sandbox.Move(subs[0], "on-hold") }
	for event, err := range watch.Events(ctx, sandbox.Client(), &watch.Options{Store: store, Pace: watch.Pace{Clock: clock}}) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		if event.Kind == watch.StatusChanged {
			_, _ = os.Stdout.WriteString(string(event.Status) + "\n")
		}
		if event.Status == "on-hold" {
			break
		}
	}
	// Output:
	// in-process
	// on-hold
}
