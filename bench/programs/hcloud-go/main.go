// Command hcloud-go gets one object with hcloud-go.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

func main() {
	server, _, err := hcloud.NewClient(hcloud.WithToken("token")).Server.GetByID(context.Background(), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(server)
}
