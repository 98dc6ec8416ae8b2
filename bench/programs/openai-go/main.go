// Command openai-go gets one object with openai-go.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/openai/openai-go/v3"
)

func main() {
	client := openai.NewClient()
	model, err := client.Models.Get(context.Background(), "model")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(model.ID)
}
