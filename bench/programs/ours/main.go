// Command ours gets one object with the porting package.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/numberporting/porting"
)

func main() {
	client, err := porting.NewClientFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	request, err := client.PortRequests.Get(context.Background(), "id", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(request.SupportKey)
}
