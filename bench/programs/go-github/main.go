// Command go-github gets one object with go-github.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/google/go-github/v89/github"
)

func main() {
	client, err := github.NewClient()
	if err != nil {
		log.Fatal(err)
	}
	user, _, err := client.Users.Get(context.Background(), "octocat")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.GetName())
}
