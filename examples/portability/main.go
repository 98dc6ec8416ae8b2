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
	if err := run(context.Background(), os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, numbers []string) error {
	var client *porting.Client
	if os.Getenv("TELNYX_API_TOKEN") == "" && os.Getenv("TELNYX_API_KEY") == "" {
		sandbox := portingtest.NewServer() // only to try it out
		defer sandbox.Close()
		client = sandbox.Client()
		numbers = append(numbers, "+13125550100", "+13125550182")
	} else {
		var err error
		if client, err = porting.NewClientFromEnv(porting.WithTimeout(time.Minute)); err != nil {
			return err
		}
	}

	if len(numbers) > 0 {
		results, err := client.Portability.Check(ctx, numbers...)
		if err != nil {
			return err
		}
		for _, r := range results {
			fmt.Println(r.RawNumber, r.Portable, r.PortabilityStatus, r.NonPortableReason)
		}
	}

	underWay := &porting.PortRequestListOptions{
		Status:             porting.PortRequestListStatusIncomplete,
		IncludeSubRequests: porting.Set(true),
	}
	for request, err := range client.PortRequests.All(ctx, underWay) {
		if err != nil {
			return err
		}
		for _, sub := range request.SubRequests {
			fmt.Println(request.SupportKey, sub.SupportKey, sub.Status, sub.FOCDate)
		}
	}
	return nil
}
