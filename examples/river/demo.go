package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// What is in this file stands for what a backend has already: orders, their documents, a database, a
// person who mends what a carrier rejects. And there is a clock that makes weeks pass.

// samples are orders, which a backend has in a table of its own.
type samples struct {
	keys map[string]string // by name
	sets map[string]drafts.Set
}

// byKey returns the set of a key.
func (s *samples) byKey(_ context.Context, key string) (drafts.Set, error) {
	set, found := s.sets[key]
	if !found {
		return set, fmt.Errorf("there is no order with the key %s", key)
	}
	return set, nil
}

// sample is ten numbers of three customers. On the sandbox, their last two digits decide what
// happens: the carrier of the dentist's rejects them once, and the florist's get another FOC date.
func sample() *samples {
	s := &samples{map[string]string{}, map[string]drafts.Set{}}
	s.add("bakery", "+13125550100", "+13125550101", "+13125550150", "+13125550160")
	s.add("dentist", "+12065550185", "+12065550102", "+12065550103")
	s.add("florist", "+14155550187", "+14155550165", "+18005550100")
	return s
}

const samplePIN = "551947" // of the numbers of a wireless carrier

func (s *samples) add(name string, numbers ...string) {
	key := keyOf([]byte("in production, a secret of your own"), numbers)
	s.keys[name], s.sets[key] = key, drafts.Set{
		Name:    name,
		Numbers: numbers,
		Profiles: drafts.Profiles{
			Default: enduser.Profile{
				PersonOrCompanyName:     "Example " + name,
				AuthPersonName:          "Ada Example",
				BillingPhoneNumber:      numbers[0],
				StreetAddress:           "1 Main Street",
				Locality:                "Chicago",
				AdministrativeArea:      "IL",
				PostalCode:              "60601",
				CountryCode:             "US",
				DefaultConnectionID:     "1293384261075731499",
				DefaultMessageProfileID: "40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11",
				PortingOption:           porting.PortingOption{Type: porting.PortingOptionTypeFull},
				AccountNumber:           "ACC-20451",
			},
			Carriers: map[string]enduser.Profile{"Tumbleweed Wireless": {PINPasscode: samplePIN}},
		},
		FOC:       &drafts.Wish{Common: true},
		Documents: []drafts.File{{Type: porting.DocumentTypeLOA, Path: "loa.pdf"}, {Type: porting.DocumentTypeInvoice, Path: "invoice.pdf"}},
	}
}

func openSample(path string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("%PDF-1.4 " + path + ", signed by Ada Example")), nil
}

// newSchema makes a schema of its own in a database, with all tables. The function that it returns
// drops it again.
func newSchema(ctx context.Context, dsn string) (pool *pgxpool.Pool, drop func(context.Context) error, err error) {
	name := "porting_example_" + strings.ToLower(rand.Text()[:10])
	if pool, err = connect(ctx, dsn, name); err != nil {
		return nil, nil, err
	}
	drop = func(ctx context.Context) error {
		_, err := pool.Exec(ctx, "DROP SCHEMA "+pgx.Identifier{name}.Sanitize()+" CASCADE")
		pool.Close()
		return err
	}
	if _, err := pool.Exec(ctx, "CREATE SCHEMA "+pgx.Identifier{name}.Sanitize()); err != nil {
		pool.Close()
		return nil, nil, err
	}
	if err := migrate(ctx, pool); err != nil {
		_ = drop(ctx)
		return nil, nil, err
	}
	return pool, drop, nil
}

// connect returns connections to a database whose tables are looked for in a schema.
func connect(ctx context.Context, dsn, schema string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	config.ConnConfig.RuntimeParams["search_path"] = schema
	return pgxpool.NewWithConfig(ctx, config)
}

// A demoClock is a sandbox's. In place of waiting it moves on, but stands still while there are ports to
// be submitted, since jobs work in real time. When all is done, it says so.
type demoClock struct {
	*portingtest.Server
	*service
	done func()
}

// Wait does what a person would do meanwhile, and moves the clock.
func (c *demoClock) Wait(ctx context.Context, d time.Duration) error {
	var waiting, open int
	err := c.pool.QueryRow(ctx, "SELECT count(*) FILTER (WHERE port_request_id IS NULL), count(*) FILTER (WHERE NOT complete) FROM ports").Scan(&waiting, &open)
	switch {
	case err != nil:
		return err
	case waiting > 0:
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
		}
	case open == 0:
		c.done()
	default:
		if err := c.mend(ctx); err != nil {
			return err
		}
		c.Advance(d)
	}
	return ctx.Err()
}

// mend is a person, who reads why a carrier has rejected a sub request, and corrects it.
func (c *demoClock) mend(ctx context.Context) error {
	rows, _ := c.pool.Query(ctx, "SELECT what, why FROM port_todos WHERE why <> ''") // CollectRows has the error
	todos, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ What, Why string }])
	if err != nil {
		return err
	}
	for _, todo := range todos {
		portRequest, sub, _ := strings.Cut(todo.What, "/")
		c.log.InfoContext(ctx, "a person mends it", "what", todo.What, "why", todo.Why)
		_, err := exceptions.Resolve(ctx, c.client, porting.PortRequestID(portRequest), porting.SubRequestID(sub), exceptions.Fix{
			Profile: enduser.Profile{AccountNumber: "ACC-20452"},
			Comment: "The account number is corrected.",
		}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}
