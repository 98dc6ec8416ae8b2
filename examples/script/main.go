// Script says of each number that it is given whether it can be ported.
//
//	go run ./examples/script +13125550100 +13125550182
//
// Without credentials in the environment it asks a sandbox.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, numbers []string, out io.Writer) error {
	client, err := porting.NewClientFromEnv()
	if os.Getenv("TELNYX_API_USER")+os.Getenv("TELNYX_API_TOKEN")+os.Getenv("TELNYX_API_KEY") == "" {
		sandbox := portingtest.NewServer()
		defer sandbox.Close()
		client, err = sandbox.Client(), nil
	}
	if err != nil {
		return err
	}
	results, err := client.Portability.Check(ctx, numbers...)
	for _, r := range results {
		fmt.Fprintln(out, r.RawNumber, r.Portable, r.NonPortableReason)
	}
	return err
}
