// Script says of each number that it is given whether it can be ported. Without credentials in
// the environment it asks a sandbox: go run ./examples/script +13125550100 +13125550182
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

func main() {
	client, err := porting.NewClientFromEnv()
	if err != nil {
		log.Print(err, "; asking a sandbox, whose answers are invented")
		sandbox := portingtest.NewServer()
		defer sandbox.Close()
		client = sandbox.Client()
	}
	results, err := client.Portability.Check(context.Background(), os.Args[1:]...)
	if err != nil {
		log.Panic(err)
	}
	for _, r := range results {
		fmt.Println(r.RawNumber, r.Portable, r.NonPortableReason)
	}
}
