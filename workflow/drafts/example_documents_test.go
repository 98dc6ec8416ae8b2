package drafts_test

import (
	"context"
	"fmt"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
)

// The documents that a draft needs are uploaded. A second run with the state of the first
// leaves them alone.
func ExampleUpload() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	draft, err := client.Drafts.Create(ctx, "+13125550100")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("needed:", drafts.Needed(draft, nil))

	documents := []drafts.Document{
		paper(porting.DocumentTypeLOA, "loa.pdf", "%PDF-1.7 …"), // a file: {Type: porting.DocumentTypeLOA, Filename: "loa.pdf"}
		paper(porting.DocumentTypeInvoice, "invoice.pdf", "<html>Please log in</html>"),
	}
	var state []drafts.Uploaded // as JSON, in a file or a database
	for range 2 {
		uploaded, err := drafts.Upload(ctx, client, draft.ID, documents, &drafts.UploadOptions{Known: state})
		state = append(state, uploaded...) // also after an error
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, u := range uploaded {
			fmt.Printf("%s: %s, as advised: %t, new: %t\n", u.Type, u.ContentType, u.Advised(), u.New)
		}
	}
	// Output:
	// needed: [loa invoice]
	// loa: application/pdf, as advised: true, new: true
	// invoice: text/html; charset=utf-8, as advised: false, new: true
	// loa: application/pdf, as advised: true, new: false
	// invoice: text/html; charset=utf-8, as advised: false, new: false
}
