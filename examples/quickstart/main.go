// Quickstart ports ten phone numbers, from a spreadsheet to the day they work.
//
//	go run ./examples/quickstart
//
// Without credentials it starts a sandbox in the process, whose clock it moves, so
// that weeks take no time. With credentials in the environment (see
// porting.NewClientFromEnv) it talks to the real API and only reads: it checks the
// numbers given as arguments and shows the latest drafts and port requests.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/foc"
	"github.com/numberporting/porting/workflow/intake"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, args []string) error {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(out)
	create := flags.Bool("create-draft", false,
		"CHANGES THE REAL ACCOUNT: finds or creates a draft of the numbers given as arguments, if credentials are set; it is not submitted")
	if err := flags.Parse(args); err != nil {
		return err
	}
	for _, name := range []string{"TELNYX_API_USER", "TELNYX_API_TOKEN", "TELNYX_API_KEY"} {
		if os.Getenv(name) != "" {
			return look(ctx, out, flags.Args(), *create)
		}
	}
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	return port(ctx, out, sandbox)
}

// spreadsheet is what a customer sends. The ending of a number decides its fate on the
// sandbox.
const spreadsheet = `Phone Number;Company;Authorized Person;BTN;Street;City;State;ZIP;Country;Account;PIN;Port Type;Connection ID;Messaging Profile
(312) 555-0100;Example Bakery;Ada Example;312-555-0100;1 Main Street;Chicago;IL;60601;US;ACC-20451;4711;full;1293384261075731499;40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11
(312) 555-0101
(312) 555-0102
(312) 555-0103
(312) 555-0150
(312) 555-0151
(312) 555-0160
(312) 555-0161
(800) 555-0100
(312) 555-0170
(312) 555-0182
`

// port takes the numbers through the whole life of a port.
func port(ctx context.Context, out io.Writer, sandbox *portingtest.Server) error {
	client := sandbox.Client()

	step(out, "Read the spreadsheet")
	read, err := intake.Collect(intake.CSV(strings.NewReader(spreadsheet), &intake.Options{Region: "US"}))
	if err != nil {
		return err
	}
	customer := *read.Profiles[0]
	fmt.Fprintf(out, "%d numbers of %s, PIN %s\n", len(read.Numbers), customer.PersonOrCompanyName, customer.PINPasscode)

	step(out, "Check whether the numbers can be ported")
	checked, err := bulk.Check(ctx, client.Portability, read.E164(), nil)
	if err != nil {
		return err
	}
	printChecked(out, checked)
	numbers := append(checked.Numbers(bulk.Portable), checked.Numbers(bulk.NotKnownYet)...)

	step(out, "Find or create their draft, which the server splits by carrier and kind")
	ensured, err := drafts.Ensure(ctx, client, numbers, nil)
	if err != nil {
		return err
	}
	id := ensured.Draft.ID
	draft, err := client.Drafts.Get(ctx, id, &porting.GetOptions{IncludeSubRequests: porting.Set(true)})
	if err != nil {
		return err
	}
	fmt.Fprint(out, drafts.SplitDraft(draft).String())

	step(out, "Choose one FOC date for all of it")
	windows := map[porting.SubRequestID][]porting.FOCWindow{}
	for _, sub := range draft.SubRequests {
		if windows[sub.ID], err = client.Drafts.AllowedFOCDates(ctx, id, sub.ID); err != nil {
			return err
		}
	}
	choice, err := foc.Common(windows, foc.NotBefore(sandbox.Now().Add(72*time.Hour)))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, choice)

	step(out, "Fill in the sub requests")
	customer.FOCDateRequestedByUser = choice.Time
	filled, err := drafts.Fill(ctx, client, id, drafts.Profiles{Default: customer})
	if err != nil {
		return err
	}
	for _, f := range filled {
		fmt.Fprintf(out, "%s complete: %t\n", f.SubRequest.ID, f.SubRequest.Complete)
	}

	step(out, "Upload the LOA and the latest invoice")
	var documents []drafts.Document
	for _, kind := range []porting.DocumentType{porting.DocumentTypeLOA, porting.DocumentTypeInvoice} {
		documents = append(documents, drafts.Document{Type: kind, Filename: string(kind) + ".pdf", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("%PDF-1.4 " + string(kind) + ", signed by Ada Example")), nil
		}})
	}
	uploaded, err := drafts.Upload(ctx, client, id, documents, nil)
	if err != nil {
		return err
	}
	for _, document := range uploaded {
		fmt.Fprintf(out, "%-8s document %s\n", document.Type, document.ID)
	}

	step(out, "Submit")
	submitted, err := drafts.Submit(ctx, client, id, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "draft %s is %s; port request %s\n", id, submitted.Draft.Status, submitted.PortRequest.SupportKey)

	step(out, "Watch")
	ported, err := watch(ctx, out, sandbox, submitted.PortRequest.ID)
	if err != nil {
		return err
	}
	if ported != len(numbers) {
		return fmt.Errorf("%d of %d numbers ported", ported, len(numbers))
	}
	fmt.Fprintf(out, "\n%d of %d numbers ported.\n", ported, len(numbers))
	return nil
}

// watch shows what happens to a port request until all of it has ended, and returns
// how many of its numbers were ported.
func watch(ctx context.Context, out io.Writer, sandbox *portingtest.Server, id porting.PortRequestID) (ported int, err error) {
	client := sandbox.Client()
	status := map[porting.SubRequestID]porting.SubRequestStatus{}
	for range 100 {
		request, err := client.PortRequests.Get(ctx, id, &porting.GetOptions{IncludeSubRequests: porting.Set(true)})
		if err != nil {
			return 0, err
		}
		ended := true
		for _, sub := range request.SubRequests {
			if sub.Status != status[sub.ID] {
				fmt.Fprintf(out, "%s  %s  %-18s  FOC %s\n", date(porting.Timestamp{Time: sandbox.Now()}), sub.SupportKey, sub.Status, date(sub.FOCDate))
			}
			status[sub.ID] = sub.Status
			ended = ended && sub.Status.Terminal()
		}
		if ended {
			for _, row := range drafts.SplitPortRequest(request).Rows {
				if row.Status == porting.SubRequestStatusPorted {
					ported++
				}
			}
			return ported, nil
		}
		sandbox.Advance(4 * time.Hour) // on the real API: wait
	}
	return 0, errors.New("the port has no end")
}

func step(out io.Writer, format string, args ...any) {
	fmt.Fprintf(out, "\n== "+format+"\n", args...)
}

func printChecked(out io.Writer, checked *bulk.Report) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NUMBER\tOUTCOME\tCARRIER\tREASON")
	for _, r := range checked.Results {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", r.Number, r.Outcome, r.Answer.CarrierName, r.Reason())
	}
	_ = table.Flush()
}

// date is a time for a person, or a dash for none.
func date(t porting.Timestamp) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format("Mon 2 Jan 15:04 MST")
}
