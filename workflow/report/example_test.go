package report_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/report"
)

// Everything about all ports, in a file that a browser opens.
func Example() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	id, subs := server.AddPortRequest("+12065550100", "+12065550160")
	server.Move(subs[0], porting.SubRequestStatusException)
	server.AddComment(id, subs[0], "Zip code does not match")

	ports, err := report.Collect(ctx, client, nil)
	if err != nil {
		fmt.Println(err) // what could be read is in the ports all the same
	}
	dir, err := os.MkdirTemp("", "ports")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file, err := os.Create(filepath.Join(dir, "ports.html"))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := report.Write(file, ports, &report.Options{Title: "Ports of Example Telecom"}); err != nil {
		fmt.Println(err)
	}
	if err := file.Close(); err != nil {
		fmt.Println(err)
	}
	page, err := os.ReadFile(file.Name())
	fmt.Println(err, strings.Contains(string(page), "postal code mismatch"))
	// Output:
	// <nil> true
}
