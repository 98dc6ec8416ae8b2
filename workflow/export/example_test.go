package export_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/export"
)

// The state of all ports that aren't done, for a spreadsheet and for a chat.
func Example() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	_, subs := server.AddPortRequest("+12065550100", "+12065550160")
	server.Move(subs[0], porting.SubRequestStatusException)

	all := client.PortRequests.All(ctx, &porting.PortRequestListOptions{
		Status:              porting.PortRequestListStatusIncomplete,
		IncludePhoneNumbers: porting.Set(true),
		IncludeSubRequests:  porting.Set(true),
	})
	opts := &export.Options{Columns: []string{"status", "phone_numbers", "underlying_carrier_names", "foc_date_requested_by_user"}}
	var file strings.Builder
	if _, err := export.CSV(&file, export.BySubRequest(all), opts); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(file.String(), "\r\n", "\n"))
	if _, err := export.Markdown(os.Stdout, export.ByNumber(all), opts); err != nil {
		fmt.Println(err)
		return
	}
	// Output:
	// "status","phone_numbers","underlying_carrier_names","foc_date_requested_by_user"
	// "exception","'+12065550100","Quillback Telephone","2026-03-05T15:00:00Z"
	// "in-process","'+12065550160","Tumbleweed Wireless","2026-03-05T15:00:00Z"
	// | status | phone\_numbers | underlying\_carrier\_names | foc\_date\_requested\_by\_user |
	// | --- | --- | --- | --- |
	// | exception | +12065550100 | Quillback Telephone | 2026-03-05T15:00:00Z |
	// | in-process | +12065550160 | Tumbleweed Wireless | 2026-03-05T15:00:00Z |
}

// JSON lines have the plain values.
func ExampleJSONLines() {
	request := &porting.PortRequest{
		ID:           "pr",
		PhoneNumbers: []porting.PortRequestPhoneNumber{{PhoneNumber: "+12065550100", SubRequestID: "sr"}},
		SubRequests:  []porting.SubRequest{{ID: "sr", Status: porting.SubRequestStatusPorted}},
	}
	requests := func(yield func(*porting.PortRequest, error) bool) { yield(request, nil) }
	opts := &export.Options{Columns: []string{"sub_request_id", "status", "phone_numbers", "foc_date"}}
	n, err := export.JSONLines(os.Stdout, export.BySubRequest(requests), opts)
	fmt.Println(n, err)
	// Output:
	// {"sub_request_id":"sr","status":"ported","phone_numbers":["+12065550100"],"foc_date":null}
	// 1 <nil>
}
