// Example shows the figures that Prometheus scrapes of a client whose server has a bad moment.
//
//	go run ./example
//
// It talks to a sandbox in the process, which refuses one request and loses the answer to another.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/otelporting"
	"github.com/numberporting/porting/portingtest"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	registry := prometheus.NewRegistry()
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo(), exporter.WithoutTargetInfo())
	if err != nil {
		return err
	}
	observer, err := otelporting.New(&otelporting.Options{MeterProvider: metric.NewMeterProvider(metric.WithReader(reader))})
	if err != nil {
		return err
	}
	sandbox := portingtest.NewServer()
	defer sandbox.Close() //nolint:contextcheck // a sandbox has no context
	client := sandbox.Client(
		porting.WithObserver(observer),
		porting.WithHTTPClient(&http.Client{Transport: observer.Transport(nil)}),
		porting.WithRetry(porting.RetryPolicy{MinWait: 10 * time.Millisecond}),
	)
	sandbox.Inject(portingtest.Fault{Operation: "Portability.Check", Nth: 1, Effect: portingtest.Respond(http.StatusTooManyRequests, "")})
	sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropAfter()})

	if _, err := client.Portability.Check(ctx, "+13125550100"); err != nil {
		return err
	}
	_, err = client.Drafts.Create(ctx, "+13125550100")
	fmt.Fprintln(out, "#", err)

	// A backend serves this handler at /metrics.
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	scraped := httptest.NewRecorder()
	handler.ServeHTTP(scraped, httptest.NewRequestWithContext(ctx, http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(scraped.Body.String()) {
		if !strings.Contains(line, "_bucket{") {
			fmt.Fprint(out, line)
		}
	}
	return nil
}
