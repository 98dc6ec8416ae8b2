package workflow_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/foc"
	"github.com/numberporting/porting/workflow/intake"
)

const spreadsheet = `Number,Company,Authorized Person,BTN,Street,City,State,ZIP,Country,Account,Port Type,Connection ID
(312) 555-0100,Example Bakery,Ada Example,312-555-0100,1 Main Street,Chicago,IL,60601,US,ACC-20451,full,1293384261075731499
(312) 555-0150,Example Bakery,Ada Example,312-555-0100,1 Main Street,Chicago,IL,60601,US,ACC-20451,full,1293384261075731499
(312) 555-0182,Example Bakery,Ada Example,312-555-0100,1 Main Street,Chicago,IL,60601,US,ACC-20451,full,1293384261075731499
`

// A port, from a spreadsheet to the port request.
func Example() {
	ctx := context.Background()
	sandbox := portingtest.NewServer() // or the real API
	defer sandbox.Close()
	if err := port(ctx, sandbox.Client(), sandbox.Now()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// read 3 numbers of Example Bakery
	// 2 can be ported
	// the draft has 2 sub requests
	// 2026-03-05T15:00:00Z, the earliest that fits
	// uploaded loa
	// uploaded invoice
	// submitted 2 numbers
}

func port(ctx context.Context, client *porting.Client, now time.Time) error {
	report, err := intake.Collect(intake.CSV(strings.NewReader(spreadsheet), &intake.Options{Region: "US"}))
	if err != nil {
		return err
	}
	customer := *report.Profiles[0]
	fmt.Println("read", len(report.Numbers), "numbers of", customer.PersonOrCompanyName)

	checked, err := bulk.Check(ctx, client.Portability, report.E164(), nil)
	if err != nil {
		return err
	}
	numbers := checked.Numbers(bulk.Portable)
	fmt.Println(len(numbers), "can be ported")

	ensured, err := drafts.Ensure(ctx, client, numbers, nil)
	if err != nil {
		return err
	}
	draft := ensured.Draft.ID
	subRequests, err := client.Drafts.ListSubRequests(ctx, draft)
	if err != nil {
		return err
	}
	fmt.Println("the draft has", len(subRequests), "sub requests")

	windows := map[porting.SubRequestID][]porting.FOCWindow{}
	for _, sub := range subRequests {
		if windows[sub.ID], err = client.Drafts.AllowedFOCDates(ctx, draft, sub.ID); err != nil {
			return err
		}
	}
	choice, err := foc.Common(windows, foc.NotBefore(now.Add(48*time.Hour)))
	if err != nil {
		return err
	}
	fmt.Println(choice)

	customer.FOCDateRequestedByUser = choice.Time
	if _, err := drafts.Fill(ctx, client, draft, drafts.Profiles{Default: customer}); err != nil {
		return err
	}
	uploaded, err := drafts.Upload(ctx, client, draft, []drafts.Document{
		paper(porting.DocumentTypeLOA), paper(porting.DocumentTypeInvoice),
	}, nil)
	if err != nil {
		return err
	}
	for _, document := range uploaded {
		fmt.Println("uploaded", document.Type)
	}

	submitted, err := drafts.Submit(ctx, client, draft, nil)
	if err != nil {
		return err
	}
	fmt.Println("submitted", len(submitted.PortRequest.PhoneNumbers), "numbers")
	return nil
}

func paper(kind porting.DocumentType) drafts.Document {
	return drafts.Document{Type: kind, Filename: string(kind) + ".pdf", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("%PDF-1.4 " + string(kind))), nil
	}}
}
