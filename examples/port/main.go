// Port takes the numbers of a CSV file to a submitted port request.
//
//	go run ./examples/port [-submit] [-journal port.jsonl] [numbers.csv profiles.json loa.pdf invoice.pdf]
//
// The CSV file has a column phone_number; the profiles are those of package drafts. With
// credentials in the environment (see porting.NewClientFromEnv) it lists the calls that it
// would make, and makes them only with -submit. Interrupted and started again with the same
// journal, it goes on where it stood. Without credentials it ports a sample on a sandbox.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/intake"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "port:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("port", flag.ExitOnError)
	submit := flags.Bool("submit", false, "CHANGES THE REAL ACCOUNT, if credentials are set: ports the numbers")
	path := flags.String("journal", "", "keep how far the port has come in this `file`")
	_ = flags.Parse(args) // it exits itself
	opts := &drafts.RunOptions{DryRun: !*submit}
	client, err := porting.NewClientFromEnv()
	files, read := flags.Args(), os.ReadFile
	if os.Getenv("TELNYX_API_USER")+os.Getenv("TELNYX_API_TOKEN")+os.Getenv("TELNYX_API_KEY") == "" {
		sandbox := portingtest.NewServer()
		defer sandbox.Close()
		client, opts, err = sandbox.Client(), &drafts.RunOptions{Now: sandbox.Now, Open: openSample}, nil
		files, read = []string{"sample/numbers.csv", "sample/profiles.json", "sample/loa.pdf", "sample/invoice.pdf"}, sample.ReadFile
	} else if len(files) != 4 {
		return errors.New("takes four files: numbers.csv profiles.json loa.pdf invoice.pdf")
	}
	if *path != "" {
		journal, journalErr := drafts.OpenJournal(*path)
		if journalErr != nil {
			return journalErr
		}
		defer func() { _ = journal.Close() }()
		opts.Journal = journal
	}
	table, tableErr := read(files[0])
	profiles, profilesErr := read(files[1])
	report, intakeErr := intake.Collect(intake.CSV(bytes.NewReader(table), &intake.Options{Region: "US"}))
	set := drafts.Set{
		Numbers: report.E164(), LeaveOut: true, FOC: new(drafts.Wish),
		Documents: []drafts.File{{Type: porting.DocumentTypeLOA, Path: files[2]}, {Type: porting.DocumentTypeInvoice, Path: files[3]}},
	}
	if err := errors.Join(err, tableErr, profilesErr, intakeErr, json.Unmarshal(profiles, &set.Profiles)); err != nil {
		return err
	}
	fmt.Fprintln(out, "not taken:", report.Rejected)
	outcome, err := drafts.Run(ctx, client, &drafts.Plan{Submit: true, Sets: []drafts.Set{set}}, opts)
	for _, call := range outcome.Calls() {
		fmt.Fprintln(out, call)
	}
	fmt.Fprintf(out, "%d numbers, %d can't be ported, port request %s\n", len(set.Numbers), len(outcome.Sets[0].LeftOut), outcome.Sets[0].PortRequestID)
	return err
}
