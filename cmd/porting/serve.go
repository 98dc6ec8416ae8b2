package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting/workflow/report"
	"github.com/numberporting/porting/workflow/watch"
)

func (t *tool) serve() *cobra.Command {
	var address, store string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Show the page of report live, to this machine alone",
		Long: "Serve shows the page of report on loopback. An interrupt ends it. With --store, the page has\n" +
			"the ports of a store that porting watch keeps up to date, and only what has changed there is asked of\n" +
			"the API. Without, everything is asked anew whenever the page is loaded.",
		Example: "  porting serve --address 127.0.0.1:8643\n  porting watch --once --store watch.json >/dev/null; porting serve --store watch.json",
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
			if store != "" {
				store = w.own(store)
				if _, err := watch.ReadFile(store); err != nil {
					return usagef("%w; porting watch --store makes it", err)
				}
			}
			listener, err := new(net.ListenConfig).Listen(cmd.Context(), "tcp", address)
			if err != nil {
				return err
			}
			opts := &report.Options{Now: w.now, Title: w.title()}
			collect := func(ctx context.Context) ([]report.Port, error) { return report.Collect(ctx, w.Client, opts) }
			if store != "" {
				collect = report.NewLive(w.Client, func(context.Context) ([]watch.Record, error) { return watch.ReadFile(store) }, opts).Collect
			}
			server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: report.Handler(collect, opts)}
			stop := context.AfterFunc(cmd.Context(), func() { _ = server.Close() })
			defer stop()
			if url := "http://" + listener.Addr().String(); t.json {
				err = t.printJSON(map[string]string{"url": url})
			} else {
				err = t.say("the report is at %s", url)
			}
			if err != nil {
				return errors.Join(err, listener.Close())
			}
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&address, "address", "127.0.0.1:8643", "where: an `address` on loopback; port 0 for any")
	cmd.Flags().StringVar(&store, "store", "", "show the ports of this `file`, which porting watch --store keeps")
	return cmd
}
