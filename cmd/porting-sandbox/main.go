// Command porting-sandbox serves the sandbox of package portingtest, for programs
// in any language. Nothing is kept, and nothing is real.
//
//	go run ./cmd/porting-sandbox -speed 3600
//
// It prints where it is, and a curl line that creates a draft. An interrupt or a
// SIGTERM stops it. -help lists the flags: what the sandbox demands, how fast its
// clock runs, which numbers have which fate, where it listens.
//
// # Control
//
// Under /_sandbox/ a test in any language has what a Go test has with the methods
// of the sandbox: the clock, faults, shortcuts, snapshots and the final check. These
// routes need no credentials and answer this machine alone; -control=false switches
// them off. A body is JSON, whatever its Content-Type says, and a mistake in it is
// answered with what is wrong.
//
// Start over, and make the clock's day:
//
//	curl -sS -X POST http://127.0.0.1:8642/_sandbox/reset
//	curl -sS http://127.0.0.1:8642/_sandbox/clock
//	curl -sS -d '{"by":"7d12h"}' http://127.0.0.1:8642/_sandbox/advance
//	curl -sS -d '{"to":"2126-03-09T15:00:00Z"}' http://127.0.0.1:8642/_sandbox/advance
//
// Begin in the middle: a draft that is filled in and has its documents, or a port
// request. Then be the carrier. The ids are those of the answers:
//
//	curl -sS -d '{"numbers":["+12065550100"]}' http://127.0.0.1:8642/_sandbox/drafts
//	curl -sS -d '{"numbers":["+12065550101"]}' http://127.0.0.1:8642/_sandbox/port_requests
//	curl -sS -d '{"sub_request_id":"SUB_REQUEST","status":"exception"}' http://127.0.0.1:8642/_sandbox/move
//	curl -sS -d '{"port_request_id":"PORT_REQUEST","body":"The PIN is wrong."}' http://127.0.0.1:8642/_sandbox/comments
//
// Say beforehand what becomes of a number:
//
//	curl -sS -d '{"number":"+13125354200","behavior":"exception-once"}' http://127.0.0.1:8642/_sandbox/numbers
//	curl -sS -d '{"number":"+13125354201","steps":[{"after":"1h","status":"exception","comment":"Wrong PIN."}]}' http://127.0.0.1:8642/_sandbox/scripts
//
// Make requests go wrong: the sandbox acts and the answer is lost; a third of all
// answers is a 503; whoever checks a number is refused; a submit is done a day after
// its answer was lost. Look at the faults, and remove them:
//
//	curl -sS -d '{"operation":"Drafts.Create","nth":1,"effect":"drop_after"}' http://127.0.0.1:8642/_sandbox/faults
//	curl -sS -d '{"chance":0.3,"effect":{"name":"respond","status":503,"header":{"Retry-After":"2"}}}' http://127.0.0.1:8642/_sandbox/faults
//	curl -sS -d '{"operation":"Portability.Check","effect":{"name":"refuse_numbers","numbers":["+12065550102"]}}' http://127.0.0.1:8642/_sandbox/faults
//	curl -sS -d '{"operation":"Drafts.Submit","match":{"id":"DRAFT"},"effect":{"name":"drop_before","then_act":"1d"}}' http://127.0.0.1:8642/_sandbox/faults
//	curl -sS http://127.0.0.1:8642/_sandbox/faults
//	curl -sS -X DELETE http://127.0.0.1:8642/_sandbox/faults/2
//	curl -sS -X DELETE http://127.0.0.1:8642/_sandbox/faults
//
// Keep a state and go back to it:
//
//	curl -sS -o state.json http://127.0.0.1:8642/_sandbox/snapshot
//	curl -sS -T state.json http://127.0.0.1:8642/_sandbox/snapshot
//
// Look at what the program did. A test ends well if the findings are []:
//
//	curl -sS 'http://127.0.0.1:8642/_sandbox/requests?operation=Drafts.Create'
//	curl -sS http://127.0.0.1:8642/_sandbox/violations
//	curl -sS http://127.0.0.1:8642/_sandbox/findings
//
// A list of the routes:
//
//	curl -sS http://127.0.0.1:8642/_sandbox/
//
// # Containers
//
// The sandbox listens on loopback. With -network it takes another address, and
// puts the name under which others reach it into its links:
//
//	porting-sandbox -network sandbox -address :8642 -storage-address :8643 -remote-control
//
// Anyone who reaches the address can then use the sandbox, and with -remote-control
// steer it: that is for a network of containers, not for the Internet.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

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
	c, err := readFlags(args, stdout)
	if err != nil {
		return err
	}
	server, err := portingtest.Listen(c.address, c.opts...)
	if err != nil {
		return err
	}
	defer server.Close() //nolint:contextcheck // the context has ended by then
	if c.restore != "" {
		snapshot, err := os.ReadFile(c.restore)
		if err != nil {
			return err
		}
		if err := server.Restore(snapshot); err != nil {
			return err
		}
	}
	if err := c.welcome(server, stdout); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// config is what the flags say.
type config struct {
	address, restore string
	network          string
	control, remote  bool
	user, token, key string
	opts             []portingtest.Option
}

// readFlags reads the command line. For -help it prints the flags, and gives
// [flag.ErrHelp].
func readFlags(args []string, stdout io.Writer) (*config, error) {
	c := &config{}
	flags := flag.NewFlagSet("porting-sandbox", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it all

	flags.StringVar(&c.address, "address", "127.0.0.1:8642", "where the API is served: an `address` on loopback, unless there is -network; port 0 for any")
	storage := flags.String("storage-address", "", "where uploads and downloads are served: an `address` (default any port next to the API's)")
	flags.StringVar(&c.network, "network", "", "serve other machines as well, which reach this one by that `name`: for networks of containers; there is no TLS, and the credentials are known")
	flags.BoolVar(&c.control, "control", true, "serve the control routes under /_sandbox/, to this machine")
	flags.BoolVar(&c.remote, "remote-control", false, "serve the control routes to other machines as well")
	flags.StringVar(&c.user, "user", portingtest.User, "the x-api-user")
	flags.StringVar(&c.token, "token", portingtest.Token, "the token")
	flags.StringVar(&c.key, "key", portingtest.Key, "the bearer key")
	seed := flags.Uint64("seed", 1, "what ids are made from")
	speed := flags.Float64("speed", 1, "sandbox `seconds` in a real one; 0 to move the clock by /_sandbox/advance alone; 3600 is an hour a second. "+
		"Upload forms and download links work for an hour of the sandbox, and for 10 real minutes at least. FOC windows begin three business days ahead: at 3600 that is about 80 real seconds")
	flags.StringVar(&c.restore, "restore", "", "begin with the state in this `file`, a snapshot")

	c.add(flags, "start", "where the clock starts: a `time` such as 2026-03-02T09:00:00Z (default that one)", withStart)
	c.add(flags, "timing", "how long a stage takes, such as in_process=30m: a `name` of portingtest.Timings and a time; can be there more than once", withTiming(&portingtest.Timings{}))
	c.add(flags, "number", "what is true of a `number`, such as '+13125354200={\"behavior\":\"exception-once\"}' (see portingtest.Fate); can be there more than once", withNumber)
	c.addBool(flags, "lenient", "ignore unknown query and body keys", portingtest.WithLenient)
	c.addBool(flags, "documents-optional", "let a draft be submitted without a loa and an invoice", portingtest.WithDocumentsOptional)
	c.addBool(flags, "pin-optional", "let a draft be submitted without a PIN for its wireless numbers", portingtest.WithPINOptional)
	c.addBool(flags, "full-updates", "refuse an update of a sub request that leaves out one of the nine documented fields", portingtest.WithFullUpdates)
	c.add(flags, "check-limit", "refuse portability checks of more numbers: a `limit`, with :422 behind it for that status in place of 413", withCheckLimit)
	c.addBool(flags, "upload-key", "give a ready key among the form fields of an upload", portingtest.WithUploadKey)

	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return nil, err
	case err != nil:
		return nil, err
	case flags.NArg() > 0:
		return nil, fmt.Errorf("what is %q? there are only flags; -help lists them", flags.Arg(0))
	case !(*speed >= 0 && *speed <= math.MaxFloat64): // NaN too
		return nil, errors.New("-speed must be 0 or more")
	case c.remote && !c.control:
		return nil, errors.New("-remote-control goes without -control=false")
	}

	c.opts = append(c.opts,
		portingtest.WithSeed(*seed), portingtest.WithClockSpeed(*speed), portingtest.WithCredentials(c.user, c.token, c.key),
		portingtest.WithNetwork(c.network), portingtest.WithStorageAddress(*storage))
	switch {
	case c.remote:
		c.opts = append(c.opts, portingtest.WithRemoteControl())
	case c.control:
		c.opts = append(c.opts, portingtest.WithControl())
	}
	return c, nil
}

// add adds a flag that is an option of the sandbox.
func (c *config) add(flags *flag.FlagSet, name, usage string, read func(value string) (portingtest.Option, error)) {
	flags.Func(name, usage, func(value string) error {
		opt, err := read(value)
		if err == nil {
			c.opts = append(c.opts, opt)
		}
		return err
	})
}

// addBool adds a flag that is an option of the sandbox without an argument.
func (c *config) addBool(flags *flag.FlagSet, name, usage string, option func() portingtest.Option) {
	flags.BoolFunc(name, usage, func(value string) error {
		switch value {
		case "true":
			c.opts = append(c.opts, option())
		case "false":
		default:
			return errors.New("must be true or false")
		}
		return nil
	})
}

func withStart(value string) (portingtest.Option, error) {
	start, err := time.Parse(time.RFC3339, value)
	return portingtest.WithStart(start), err
}

// withTiming reads one timing after the other.
func withTiming(timings *portingtest.Timings) func(string) (portingtest.Option, error) {
	return func(value string) (portingtest.Option, error) {
		name, text, _ := strings.Cut(value, "=")
		d, err := time.ParseDuration(text)
		if err != nil {
			return nil, err
		}
		if d == 0 {
			d = -1 // no time at all, where zero is the default
		}
		one, _ := json.Marshal(map[string]time.Duration{name: d})
		decoder := json.NewDecoder(strings.NewReader(string(one)))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(timings); err != nil {
			return nil, fmt.Errorf("there is no timing %q", name)
		}
		return portingtest.WithTimings(*timings), nil
	}
}

func withCheckLimit(value string) (portingtest.Option, error) {
	most, status, found := strings.Cut(value, ":")
	if !found {
		status = "413"
	}
	n, err := strconv.Atoi(most)
	code, codeErr := strconv.Atoi(status)
	if err := cmp.Or(err, codeErr); err != nil {
		return nil, err
	}
	return option(func() portingtest.Option { return portingtest.WithCheckLimit(n, code) })
}

func withNumber(value string) (portingtest.Option, error) {
	number, text, _ := strings.Cut(value, "=")
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var fate portingtest.Fate
	if err := decoder.Decode(&fate); err != nil {
		return nil, err
	}
	return option(func() portingtest.Option { return portingtest.WithNumber(number, fate) })
}

// option makes an option, which panics if what it is made of makes no sense.
func option(build func() portingtest.Option) (opt portingtest.Option, err error) {
	defer func() {
		if wrong := recover(); wrong != nil {
			err = fmt.Errorf("%v", wrong)
		}
	}()
	return build(), nil
}

// welcome says where the sandbox is, and how to begin.
func (c *config) welcome(server *portingtest.Server, stdout io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, welcome, server.URL(), server.StorageURL(), c.user, c.token)
	if c.control {
		fmt.Fprintf(&text, welcomeControl, server.URL())
	}
	if c.network != "" {
		fmt.Fprintf(&text, warnNetwork, c.address)
	}
	if c.remote {
		text.WriteString(warnControl)
	}
	text.WriteString("\nCtrl-C stops it.\n")
	_, err := io.WriteString(stdout, text.String())
	return err
}

// welcome is a text of the URL, the storage URL, the user and the token.
const welcome = `The number porting API, as a sandbox: nothing is kept, and nothing is real.

  API      %[1]s
  storage  %[2]s

Create a draft:

  curl -sS -H 'x-api-user: %[3]s' -H 'x-api-token: %[4]s' -H 'Content-Type: application/json' -d '{"phone_numbers":[{"phone_number":"+12065550100"}]}' %[1]s/origination/porting/draft_port_requests

For the Go client:

  export PORTING_BASE_URL=%[1]s TELNYX_API_USER=%[3]s TELNYX_API_TOKEN=%[4]s
`

// welcomeControl is a text of the URL.
const welcomeControl = `
Move the clock, and see what else a test can do:

  curl -sS -d '{"by":"7d"}' %[1]s/_sandbox/advance
  curl -sS %[1]s/_sandbox/
`

// warnNetwork is a text of the address.
const warnNetwork = `
WARNING: other machines can reach this sandbox at %s. There is no TLS, and whoever
knows the credentials above can use it.
`

const warnControl = `
WARNING: the control routes answer other machines as well. Whoever can reach this
sandbox can read and change all that is in it.
`
