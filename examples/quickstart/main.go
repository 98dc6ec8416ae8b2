// Quickstart ports ten phone numbers, from the first check to the day they work.
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
		"CHANGES THE REAL ACCOUNT: creates a draft of the numbers given as arguments, if credentials are set; it is not submitted")
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

// numbers are ten that can be ported, one of them not at once, and one that can't.
var numbers = []string{
	"+13125550100", "+13125550101", "+13125550102", "+13125550103", // geographic
	"+13125550150", "+13125550151", // geographic, of another carrier
	"+13125550160", "+13125550161", // wireless
	"+18005550100", // toll-free
	"+13125550170", // pending: not known yet
	"+13125550182", // can't be ported
}

// port takes the numbers through the whole life of a port.
func port(ctx context.Context, out io.Writer, sandbox *portingtest.Server) error {
	client := sandbox.Client()

	step(out, "Check %d numbers", len(numbers))
	results, err := client.Portability.Check(ctx, numbers...)
	if err != nil {
		return err
	}
	printResults(out, results)
	var portable []string
	for _, r := range results {
		if r.Portable {
			portable = append(portable, r.E164Number)
		}
	}

	step(out, "Create a draft of the %d that can be ported", len(portable))
	draft, err := client.Drafts.Create(ctx, portable...)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "draft %s, %s, %d numbers\n", draft.ID, draft.Status, draft.PhoneNumberCount)

	step(out, "Read the split: the server groups numbers by carrier and kind")
	subs, err := client.Drafts.ListSubRequests(ctx, draft.ID)
	if err != nil {
		return err
	}
	printSplit(out, subs)

	step(out, "Fill in each sub request, with the first window for its FOC date")
	for _, sub := range subs {
		if err := fillIn(ctx, out, client, draft.ID, sub); err != nil {
			return err
		}
	}

	step(out, "Upload the LOA and the latest invoice")
	for _, kind := range []porting.DocumentType{porting.DocumentTypeLOA, porting.DocumentTypeInvoice} {
		document, err := client.Documents.Upload(ctx, draft.ID, porting.DocumentUpload{
			Type:     kind,
			Filename: string(kind) + ".pdf",
			Content:  strings.NewReader("%PDF-1.4 a " + string(kind) + ", signed by Ada Example"),
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%-8s document %s\n", document.DocumentType, document.ID)
	}

	step(out, "Submit")
	draft, err = client.Drafts.Submit(ctx, draft.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "draft %s is %s; port request %s\n", draft.ID, draft.Status, draft.PortRequestID)

	step(out, "Watch")
	ported, err := watch(ctx, out, sandbox, client, draft.PortRequestID)
	if err != nil {
		return err
	}
	if ported != len(portable) {
		return fmt.Errorf("%d of %d numbers ported", ported, len(portable))
	}
	fmt.Fprintf(out, "\n%d of %d numbers ported.\n", ported, len(portable))
	return nil
}

// fillIn fills in one sub request of a draft and shows what is set.
func fillIn(ctx context.Context, out io.Writer, client *porting.Client, draft porting.DraftID, sub porting.DraftSubRequest) error {
	windows, err := client.Drafts.AllowedFOCDates(ctx, draft, sub.ID)
	if err != nil {
		return err
	}
	if len(windows) == 0 {
		return fmt.Errorf("sub request %s has no window for its FOC date", sub.ID)
	}
	update := porting.DraftSubRequestUpdate{
		FOCDateRequestedByUser:  porting.Set(windows[0].Start.Time),
		PersonOrCompanyName:     porting.Set("Example Bakery"),
		AuthPersonName:          porting.Set("Ada Example"),
		BillingPhoneNumber:      porting.Set(sub.PhoneNumbers[0].PhoneNumber),
		StreetAddress:           porting.Set("1 Main Street"),
		Locality:                porting.Set("Chicago"),
		AdministrativeArea:      porting.Set("IL"),
		PostalCode:              porting.Set("60601"),
		CountryCode:             porting.Set("US"),
		DefaultConnectionID:     porting.Set("1293384261075731499"),
		DefaultMessageProfileID: porting.Set("40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11"),
		AccountNumber:           porting.Set(porting.Secret("ACC-20451")),
		PortingOption:           porting.Set(porting.PortingOption{Type: porting.PortingOptionTypeFull}),
	}
	if sub.PhoneNumbers[0].SvType == porting.ServiceTypeWireless {
		update.PINPasscode = porting.Set(porting.Secret("4711"))
	}
	filled, err := client.Drafts.UpdateSubRequest(ctx, draft, sub.ID, update)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s complete: %-5t FOC requested: %s  PIN: %q\n",
		filled.ID, filled.Complete, date(filled.FOCDateRequestedByUser), filled.PINPasscode)
	return nil
}

// watch shows what happens to a port request until all of it has ended, and returns
// how many of its numbers were ported.
func watch(ctx context.Context, out io.Writer, sandbox *portingtest.Server, client *porting.Client, id porting.PortRequestID) (ported int, err error) {
	status := map[porting.SubRequestID]porting.SubRequestStatus{}
	comments := 0
	for range 100 {
		said, err := client.Comments.List(ctx, id)
		if err != nil {
			return 0, err
		}
		for _, comment := range said[comments:] {
			fmt.Fprintf(out, "%s  comment: %s\n", date(comment.CreatedAt), comment.Body)
		}
		comments = len(said)
		subs, err := client.SubRequests.List(ctx, id)
		if err != nil {
			return 0, err
		}
		ended := true
		for _, sub := range subs {
			if sub.Status != status[sub.ID] {
				fmt.Fprintf(out, "%s  %s  %-18s  FOC %s\n", date(porting.Timestamp{Time: sandbox.Now()}), sub.SupportKey, sub.Status, date(sub.FOCDate))
			}
			status[sub.ID] = sub.Status
			ended = ended && sub.Status.Terminal()
		}
		if ended {
			break
		}
		sandbox.Advance(4 * time.Hour) // on the real API: wait
	}

	step(out, "The numbers")
	request, err := client.PortRequests.Get(ctx, id, nil)
	if err != nil {
		return 0, err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NUMBER\tCARRIER\tPORTABILITY\tSTATUS")
	for _, n := range request.PhoneNumbers {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", n.PhoneNumber, n.CarrierName, n.PortabilityStatus, n.SubRequestStatus)
		if n.SubRequestStatus == porting.SubRequestStatusPorted {
			ported++
		}
	}
	return ported, table.Flush()
}

// look reads from the real API. Only create makes it change something.
func look(ctx context.Context, out io.Writer, numbers []string, create bool) error {
	client, err := porting.NewClientFromEnv()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	fmt.Fprintln(out, client)
	if len(numbers) > 0 {
		step(out, "Check %d numbers", len(numbers))
		results, err := client.Portability.Check(ctx, numbers...)
		if err != nil {
			return err
		}
		printResults(out, results)
	}
	if create {
		step(out, "Create a draft of %d numbers", len(numbers))
		draft, err := client.Drafts.Create(ctx, numbers...)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "draft %s, %s, %d numbers\n", draft.ID, draft.Status, draft.PhoneNumberCount)
	}

	step(out, "Drafts")
	drafts, err := client.Drafts.List(ctx, nil)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DRAFT\tSTATUS\tNUMBERS\tCREATED")
	for _, d := range drafts.Items {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", d.ID, d.Status, d.PhoneNumberCount, date(d.CreatedAt))
	}
	if err := table.Flush(); err != nil {
		return err
	}

	step(out, "Port requests")
	requests, err := client.PortRequests.List(ctx, nil)
	if err != nil {
		return err
	}
	table = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PORT REQUEST\tSUPPORT KEY\tNUMBERS BY STATUS\tCREATED")
	for _, r := range requests.Items {
		var counts []string
		for _, c := range r.PhoneNumberCountsByStatus {
			counts = append(counts, fmt.Sprintf("%d %s", c.Count, c.Status))
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", r.ID, r.SupportKey, strings.Join(counts, ", "), date(r.CreatedAt))
	}
	return table.Flush()
}

func step(out io.Writer, format string, args ...any) {
	fmt.Fprintf(out, "\n== "+format+"\n", args...)
}

func printResults(out io.Writer, results []porting.PortabilityResult) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NUMBER\tPORTABLE\tSTATUS\tCATEGORY\tCARRIER\tREASON")
	for _, r := range results {
		fmt.Fprintf(table, "%s\t%t\t%s\t%s\t%s\t%s\n", r.RawNumber, r.Portable, r.PortabilityStatus, r.CoverageCategory, r.CarrierName, r.NonPortableReason)
	}
	_ = table.Flush()
}

func printSplit(out io.Writer, subs []porting.DraftSubRequest) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SUB REQUEST\tCARRIER\tNUMBERS")
	for _, sub := range subs {
		var numbers []string
		for _, n := range sub.PhoneNumbers {
			numbers = append(numbers, n.PhoneNumber)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", sub.ID, strings.Join(sub.UnderlyingCarrierNames, ", "), strings.Join(numbers, " "))
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
