// Command porting-sandbox serves the sandbox of package portingtest on loopback,
// for programs in any language. Nothing is kept, and nothing is real.
//
//	go run ./cmd/porting-sandbox -speed 3600
//
// It prints where it is, and a curl line that creates a draft. An interrupt or a
// SIGTERM stops it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"syscall"

	"github.com/numberporting/porting/portingtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "porting-sandbox:", err)
		os.Exit(1)
	}
}

// run serves a sandbox until the context ends.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("porting-sandbox", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it all
	address := flags.String("address", "127.0.0.1:8642", "where the API is served; on loopback, port 0 for any")
	seed := flags.Uint64("seed", 1, "what ids are made from")
	speed := flags.Float64("speed", 1, "sandbox seconds in a real one; 3600 is an hour a second (much faster, and FOC windows and links pass while you type)")
	lenient := flags.Bool("lenient", false, "ignore unknown query and body keys")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return err
	case err != nil:
		return err
	case flags.NArg() > 0:
		return fmt.Errorf("what is %q? there are only flags; -help lists them", flags.Arg(0))
	case !(*speed >= 0 && *speed <= math.MaxFloat64): // NaN too
		return errors.New("-speed must be 0 or more")
	}

	opts := []portingtest.Option{portingtest.WithSeed(*seed), portingtest.WithClockSpeed(*speed)}
	if *lenient {
		opts = append(opts, portingtest.WithLenient())
	}
	server, err := portingtest.Listen(*address, opts...)
	if err != nil {
		return err
	}
	defer server.Close() //nolint:contextcheck // the context has ended by then
	if _, err := fmt.Fprintf(stdout, welcome, server.URL(), server.StorageURL(), portingtest.User, portingtest.Token); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// welcome is a text of the URL, the storage URL, the user and the token.
const welcome = `The number porting API, as a sandbox: nothing is kept, and nothing is real.

  API      %[1]s
  storage  %[2]s

Create a draft:

  curl -sS -H 'x-api-user: %[3]s' -H 'x-api-token: %[4]s' -H 'Content-Type: application/json' -d '{"phone_numbers":[{"phone_number":"+12065550100"}]}' %[1]s/origination/porting/draft_port_requests

For the Go client:

  export PORTING_BASE_URL=%[1]s TELNYX_API_USER=%[3]s TELNYX_API_TOKEN=%[4]s

Ctrl-C stops it.
`
