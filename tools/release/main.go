// The command release tries a release, before anything is pushed that can't be taken back. It makes the modules
// as the go command makes them from tags, puts them into a folder that serves as a module proxy, and does what
// users do: it installs the tools, runs them, and builds modules that import the packages.
//
// It takes what is committed at HEAD, and tags a clone of it as "Release" in CONTRIBUTING.md says. With
// -tags v0.1.0 it takes the repository's own tags of that version as they are.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

// porting is what this repository releases. CONTRIBUTING.md names the modules, too.
var porting = release{
	nested:   []string{"otelporting", "temporalporting", "cmd/porting"},
	imports:  []string{".", "otelporting", "temporalporting"},
	installs: []string{"cmd/porting", "cmd/porting-sandbox"},
	runs: []run{
		{[]string{"porting", "env"}, "the sandbox in "},
		{[]string{"porting", "check", "+13125550100"}, "portable"},
		{[]string{"porting-sandbox", "-help"}, "-address"},
	},
}

func main() {
	repo := flag.String("repo", "..", "the `folder` of the repository")
	tags := flag.String("tags", "", "try the tags of this `version`, as they are")
	limit := flag.Duration("timeout", 10*time.Minute, "give up after this `time`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, cancel := context.WithTimeout(ctx, *limit)
	err := porting.try(ctx, os.Stdout, *repo, *tags)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
