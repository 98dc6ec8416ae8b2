package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run runs a command line and returns its exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	t := &tool{in: in, out: out, errOut: errOut}
	root := t.root() //nolint:contextcheck // a sandbox is closed after its context has ended
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	return int(t.explain(ctx, root.ExecuteContext(ctx)))
}

// A tool is one run of the command.
type tool struct {
	in          io.Reader
	out, errOut io.Writer

	json        bool   // --json
	sandboxFile string // --sandbox-file
	started     bool   // the command line was understood
}

// version is the release that was installed, or what the go command knows of the checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
}

func (t *tool) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "porting",
		Short: "Move phone numbers to Telnyx, from the first check to the last number",
		Long: "Porting checks, ports and watches phone numbers with the Telnyx V1 porting API.\n" +
			"Without credentials it works on a sandbox, in which nothing is real. Journals and stores of\n" +
			"the sandbox have names that end in .sandbox.\n\n" + exitCodes,
		Version:           version(),
		SilenceUsage:      true,
		SilenceErrors:     true,
		PersistentPreRun:  func(*cobra.Command, []string) { t.started = true },
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
	}
	root.PersistentFlags().BoolVar(&t.json, "json", false, "print JSON, an object a line")
	root.PersistentFlags().StringVar(&t.sandboxFile, "sandbox-file", "",
		"the `file` with the state of the sandbox (default $PORTING_SANDBOX, or a file in your state folder)")
	root.AddCommand(t.check(), t.plan(), t.apply(), t.status(), t.watch(), t.fix(), t.comment(), t.cancel(), t.archive(), t.export(), t.report(), t.serve(), t.env(), t.sandbox())
	return root
}
