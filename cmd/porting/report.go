package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting/workflow/report"
)

func (t *tool) report() *cobra.Command {
	return &cobra.Command{
		Use:   "report FILE.html",
		Short: "Write one page about all ports: what needs you, and when what moves",
		Long: "Report writes a page of HTML that needs no network. It has phone numbers, names and addresses\n" +
			"in it, and no PINs or account numbers.",
		Example: "  porting report ports.html",
		Args:    wants(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if ending := filepath.Ext(args[0]); ending != ".html" && ending != ".htm" {
				return usagef("%s must end in .html: it will be a page", args[0])
			}
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			opts := &report.Options{Now: w.now, Title: w.title()}
			ports, err := report.Collect(cmd.Context(), w.Client, opts)
			if len(ports) == 0 && err != nil {
				return err
			}
			opts.Incomplete = err
			written := t.into(args[0], func() error { return report.Write(t.out, ports, opts) })
			_ = t.say("%s in %s", plural(len(ports), "port"), args[0])
			return errors.Join(written, err)
		},
	}
}

func (t *tool) serve() *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:     "serve",
		Short:   "Show the page of report live, to this machine alone",
		Long:    "Serve shows the page of report, read anew each time, on loopback. An interrupt ends it.",
		Example: "  porting serve --address 127.0.0.1:8643",
		Args:    wants(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			host, _, err := net.SplitHostPort(address)
			if ip := net.ParseIP(host); err != nil || host != "localhost" && !ip.IsLoopback() {
				return usagef("--address must be on loopback, such as 127.0.0.1:8643: the page is private")
			}
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			listener, err := new(net.ListenConfig).Listen(cmd.Context(), "tcp", address)
			if err != nil {
				return err
			}
			opts := &report.Options{Now: w.now, Title: w.title()}
			server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: report.Handler(func(ctx context.Context) ([]report.Port, error) {
				return report.Collect(ctx, w.Client, opts)
			}, opts)}
			stop := context.AfterFunc(cmd.Context(), func() { _ = server.Close() })
			defer stop()
			_ = t.say("the report is at http://%s", listener.Addr())
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&address, "address", "127.0.0.1:8643", "where: an `address` on loopback; port 0 for any")
	return cmd
}
