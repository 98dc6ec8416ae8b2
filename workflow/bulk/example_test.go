package bulk_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/bulk"
)

func ExampleCheck() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client := server.Client()

	numbers := []string{"+13125550100", "+13125550170", "+13125550182", ""}
	report, err := bulk.Check(context.Background(), client.Portability, numbers, nil)
	if err != nil {
		fmt.Println(err) // the report has what is known all the same
	}
	for _, result := range report.Results {
		fmt.Printf("%q is %s: %s\n", result.Number, result.Outcome, cmp.Or(result.Reason(), "-"))
	}
	fmt.Println("to be ported:", report.Numbers(bulk.Portable))
	// Output:
	// "+13125550100" is portable: -
	// "+13125550170" is not known yet: pending
	// "+13125550182" is not portable: no_coverage
	// "" is refused: porting: Portability.Check: phone_numbers.0.phone_number: is empty (nothing was sent)
	// to be ported: [+13125550100]
}

func ExampleCheckEach() {
	server := portingtest.NewServer()
	defer server.Close()

	numbers := []string{"+13125550100", "+13125550101", "+13125550183"}
	for result, err := range bulk.CheckEach(context.Background(), server.Client().Portability, numbers, nil) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(result.Number, result.Outcome, result.Answer.CarrierName)
	}
	// Output:
	// +13125550100 portable Quillback Telephone
	// +13125550101 portable Quillback Telephone
	// +13125550183 not portable Quillback Telephone
}

func ExampleOpenJournal() {
	server := portingtest.NewServer()
	defer server.Close()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	check := func(numbers ...string) {
		journal, err := bulk.OpenJournal(filepath.Join(dir, "checks.jsonl"))
		if err != nil {
			fmt.Println(err)
			return
		}
		defer func() { _ = journal.Close() }()
		report, err := bulk.Check(context.Background(), server.Client().Portability, numbers, &bulk.Options{Journal: journal})
		fmt.Println(report.Count(bulk.Portable), err)
	}
	check("+13125550100", "+13125550101")
	check("+13125550102", "+13125550100", "+13125550101") // asks for the first only
	check("+13125550101")                                 // asks for nothing
	fmt.Println(server.Count("Portability.Check"), "requests")
	// Output:
	// 2 <nil>
	// 3 <nil>
	// 1 <nil>
	// 2 requests
}
