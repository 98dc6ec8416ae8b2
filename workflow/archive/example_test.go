package archive_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/archive"
)

// The evidence of a port, once when it was submitted and once more when the carrier has said
// something.
func ExampleToFolder() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	id, subs := server.AddPortRequest("+12065550100")
	dir, err := os.MkdirTemp("", "evidence")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	for range 2 {
		report, err := archive.ToFolder(ctx, client, dir, []porting.PortRequestID{id}, &archive.Options{Now: server.Now})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("added:", len(report.Added), "kept:", len(report.Kept))
		for _, f := range report.Added {
			name := strings.ReplaceAll(f.Name, string(id), "…")
			if f.Document != "" {
				name = strings.ReplaceAll(name, string(f.Document), "…")
			}
			fmt.Println(name)
		}
		server.AddComment(id, subs[0], "We have your order.")
	}
	// Output:
	// added: 5 kept: 0
	// …/port_request-20260302T090000Z.json
	// …/comments-20260302T090000Z.json
	// …/documents-20260302T090000Z.json
	// …/loa-….pdf
	// …/invoice-….pdf
	// added: 1 kept: 4
	// …/comments-20260302T090000Z.2.json
}

func ExampleToZip() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	id, _ := server.AddPortRequest("+12065550100")
	dir, err := os.MkdirTemp("", "evidence")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	report, err := archive.ToZip(ctx, client, filepath.Join(dir, "evidence.zip"), []porting.PortRequestID{id, "unknown"}, nil)
	fmt.Println("added:", len(report.Added), "failed:", len(report.Failed))
	fmt.Println("not found:", errors.Is(err, porting.ErrNotFound))
	// Output:
	// added: 5 failed: 1
	// not found: true
}

// The documents of a draft, to look at them before it is submitted.
func ExampleDocuments() {
	server := portingtest.NewServer()
	defer server.Close()
	draft, _ := server.AddDraft("+12065550100")
	dir, err := os.MkdirTemp("", "papers")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	report, err := archive.Documents(context.Background(), server.Client(), draft, dir, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Added {
		kind, _, _ := strings.Cut(f.Name, "-")
		content, _ := os.ReadFile(filepath.Join(dir, f.Name))
		fmt.Println(kind, filepath.Ext(f.Name), len(content), "bytes")
	}
	// Output:
	// loa .pdf 12 bytes
	// invoice .pdf 16 bytes
}
