package drafts_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
)

// bakeryPlan is a plan, as a file has it.
const bakeryPlan = `{
	"submit": true,
	"sets": [{
		"name": "bakery",
		"numbers": ["+13125550100", "+13125550101", "+13125550160"],
		"profiles": {
			"default": {
				"person_or_company_name": "Example Bakery",
				"auth_person_name": "Ada Example",
				"billing_phone_number": "+13125550100",
				"street_address": "1 Main Street",
				"locality": "Chicago",
				"administrative_area": "IL",
				"postal_code": "60601",
				"country_code": "US",
				"default_connection_id": "1293384261075731499",
				"default_message_profile_id": "40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11",
				"porting_option": {"type": "full"},
				"account_number": "ACC-20451"
			},
			"carriers": {"Tumbleweed Wireless": {"pin_passcode": "0042"}}
		},
		"foc": {"not_before": "2026-03-06T12:00:00-06:00", "common": true},
		"documents": [
			{"type": "loa", "path": "loa.pdf"},
			{"type": "invoice", "path": "invoice.pdf"}
		]
	}]
}`

// A plan is carried out: first only in name, then in fact, then once more, when there is
// nothing left to do.
func ExampleRun() {
	sandbox := portingtest.NewServer() // or the real API
	defer sandbox.Close()
	client := sandbox.Client()
	var plan drafts.Plan
	if err := json.Unmarshal([]byte(bakeryPlan), &plan); err != nil {
		fmt.Println(err)
		return
	}
	opts := &drafts.RunOptions{
		DryRun: true,
		Now:    sandbox.Now, // the sandbox has a clock of its own
		Open: func(path string) (io.ReadCloser, error) { // the default is os.Open
			return io.NopCloser(strings.NewReader("%PDF-1.4 " + path)), nil
		},
	}
	outcome, err := drafts.Run(context.Background(), client, &plan, opts)
	fmt.Println("dry run:", err)
	for _, call := range outcome.Calls() {
		fmt.Println(" ", call)
	}

	opts.DryRun = false
	for range 2 {
		outcome, err = drafts.Run(context.Background(), client, &plan, opts)
		set := outcome.Sets[0]
		fmt.Println("run:", err, len(set.Calls), "calls, set", set.Name, "is", set.Step)
		fmt.Println("  port request of", len(set.PortRequest.PhoneNumbers), "numbers")
		for _, choice := range set.Choices {
			fmt.Println("  FOC date:", choice)
		}
	}
	// Output:
	// dry run: <nil>
	//   Drafts.Create of 3 numbers
	//   Drafts.UpdateSubRequest each sub request of the new draft
	//   Documents.Upload loa of the new draft
	//   Documents.Upload invoice of the new draft
	//   Drafts.Submit of the new draft
	// run: <nil> 6 calls, set bakery is done
	//   port request of 3 numbers
	//   FOC date: 2026-03-06T18:00:00Z, the earliest that fits
	//   FOC date: 2026-03-06T18:00:00Z, the earliest that fits
	// run: <nil> 0 calls, set bakery is done
	//   port request of 3 numbers
}

// A run with a journal knows after a crash what the run before has done, and what the
// server may still be working on.
func ExampleOpenJournal() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	journal, err := drafts.OpenJournal(filepath.Join(dir, "port.jsonl"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = journal.Close() }()
	_, err = drafts.OpenJournal(filepath.Join(dir, "port.jsonl")) // as another process would
	fmt.Println(err)
	// Output: drafts: the journal is in use
}
