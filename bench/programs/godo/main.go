// Command godo gets one object with godo.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/digitalocean/godo"
)

func main() {
	account, _, err := godo.NewFromToken("token").Account.Get(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Email)
}
