// Bulk-check tells of any count of phone numbers whether they can be ported.
//
//	go run ./examples/bulk-check [-journal checks.jsonl] [numbers.csv]
//
// It reads numbers from the file, which is CSV if its name ends in .csv and else any text, or from
// standard input, and prints a table. Numbers without a country code are taken for North American
// ones. Interrupted and started again with the same journal, it goes on where it stood.
// Without credentials in the environment (see porting.NewClientFromEnv) it asks a sandbox,
// whose answers have no place in the journal of real ones.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/intake"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bulk-check:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("bulk-check", flag.ExitOnError)
	path := flags.String("journal", "", "keep the answers, which are personal data, in this `file`")
	_ = flags.Parse(args) // it exits itself
	client, err := porting.NewClientFromEnv()
	if cmp.Or(os.Getenv("TELNYX_API_USER"), os.Getenv("TELNYX_API_TOKEN"), os.Getenv("TELNYX_API_KEY")) == "" {
		sandbox := portingtest.NewServer()
		defer sandbox.Close()
		client, err = sandbox.Client(), nil
	}
	if err != nil {
		return err
	}
	read, err := read(in, flags.Arg(0))
	if err != nil {
		return err
	}
	for _, rejected := range read.Rejected {
		fmt.Fprintln(os.Stderr, "not taken:", rejected)
	}
	opts := &bulk.Options{Progress: func(done, total int) { fmt.Fprintf(os.Stderr, "\r%d of %d ", done, total) }}
	if *path != "" {
		journal, err := bulk.OpenJournal(*path)
		if err != nil {
			return err
		}
		defer func() { _ = journal.Close() }()
		opts.Journal = journal
	}

	report, err := bulk.Check(ctx, client.Portability, read.E164(), opts)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nNUMBER\tOUTCOME\tCARRIER\tREASON")
	for _, r := range report.Results {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", r.Number, r.Outcome, r.Answer.CarrierName, r.Reason())
	}
	return cmp.Or(err, table.Flush())
}

// read reads the numbers of a file, or of standard input if none is named.
func read(in io.Reader, path string) (*intake.Report, error) {
	opts := &intake.Options{Region: "US"}
	if path == "" {
		return intake.Collect(intake.Text(in, opts))
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if strings.EqualFold(filepath.Ext(path), ".csv") {
		return intake.Collect(intake.CSV(file, opts))
	}
	return intake.Collect(intake.Text(file, opts))
}
