// Command stripe-go gets one object with stripe-go.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/stripe/stripe-go/v85"
)

func main() {
	customer, err := stripe.NewClient("token").V1Customers.Retrieve(context.Background(), "cus_1", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(customer.Name)
}
