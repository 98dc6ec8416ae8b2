// Backend is a service that offers a few things of the porting API to other programs, as a
// company's own backend would.
//
//	go run ./examples/backend [-listen 127.0.0.1:8080]
//
//	POST /checks                 {"numbers": ["+13125550100"]}: which can be ported
//	POST /drafts/{id}/submit     submits a draft, once, however often it is called
//	GET  /port-requests/{id}     how it stands, and whose move it is
//	GET  /healthz                200 while the service takes requests
//	GET  /debug/vars             counters, as JSON
//
// Without credentials in the environment it works on a sandbox. It has no users and no
// permissions of its own: keep it behind something that has.
package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	err := run(ctx, os.Args[1:], log)
	stop()
	if err != nil {
		log.ErrorContext(ctx, "ended", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, log *slog.Logger) error {
	flags := flag.NewFlagSet("backend", flag.ExitOnError)
	address := flags.String("listen", "127.0.0.1:8080", "the `address` to listen on")
	_ = flags.Parse(args) // it exits itself
	counters := newCounters()
	client, err := porting.NewClientFromEnv(porting.WithObserver(counters))
	if os.Getenv("TELNYX_API_USER")+os.Getenv("TELNYX_API_TOKEN")+os.Getenv("TELNYX_API_KEY") == "" {
		sandbox := portingtest.NewServer()
		defer sandbox.Close()
		draft, _ := sandbox.AddDraft("+13125550100")
		client, err = sandbox.Client(porting.WithObserver(counters)), nil
		log.InfoContext(ctx, "no credentials: this is a sandbox", "draft", draft)
	}
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", *address)
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "listening", "address", listener.Addr().String())
	return serve(ctx, listener, &backend{client: client, counters: counters, log: log})
}

// serve answers requests until the context ends. Those that are being answered by then are
// answered: a submit that is cut off would leave its outcome unknown.
func serve(ctx context.Context, listener net.Listener, b *backend) error {
	server := &http.Server{
		Handler:           b.routes(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      submitTime + 10*time.Second,
		IdleTimeout:       time.Minute,
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), submitTime+5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(drain)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
