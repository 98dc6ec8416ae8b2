// Command client is a program that uses the root package only, as its go.mod shall show.
package main

import (
	"fmt"
	"os"

	"github.com/numberporting/porting"
)

func main() {
	client, err := porting.NewClientFromEnv()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	fmt.Println(client)
}
