// Portability checks the numbers given as arguments and lists the ports under way.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

func main() {
	client, err := porting.NewClientFromEnv(porting.WithTimeout(time.Minute))
	if err != nil {
		fmt.Println(err, "— so this is the sandbox")
		sandbox := portingtest.NewServer()
		defer sandbox.Close()
		client = sandbox.Client()
	}
	ctx := context.Background()

	numbers := os.Args[1:]
	if len(numbers) == 0 {
		numbers = []string{"+13125550100", "+13125550182"}
	}
	results, err := client.Portability.Check(ctx, numbers...)
	if err != nil {
		log.Panic(err)
	}
	for _, r := range results {
		fmt.Println(r.RawNumber, r.Portable, r.PortabilityStatus, r.NonPortableReason)
	}

	underWay := &porting.PortRequestListOptions{
		Status:             porting.PortRequestListStatusIncomplete,
		IncludeSubRequests: porting.Set(true),
	}
	for request, err := range client.PortRequests.All(ctx, underWay) {
		if err != nil {
			log.Panic(err)
		}
		for _, sub := range request.SubRequests {
			fmt.Println(request.SupportKey, sub.SupportKey, sub.Status, sub.FOCDate)
		}
	}
}
