// Command client is a program that uses the root package only, as its go.mod shall show.
package main

import (
	"fmt"
	"os"

	"github.com/numberporting/porting"
)

func main() {
	if _, err := porting.NewClientFromEnv(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
