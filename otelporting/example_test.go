package otelporting_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/otelporting"
	"github.com/numberporting/porting/portingtest"
)

// Prometheus scrapes the figures of a client.
func Example() {
	registry := prometheus.NewRegistry()
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo(), exporter.WithoutTargetInfo())
	if err != nil {
		fmt.Println(err)
		return
	}
	observer, err := otelporting.New(&otelporting.Options{MeterProvider: metric.NewMeterProvider(metric.WithReader(reader))})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := portingtest.NewServer()
	defer server.Close()
	client := server.Client(
		porting.WithObserver(observer),
		porting.WithHTTPClient(&http.Client{Transport: observer.Transport(nil)}),
	)
	defer client.CloseIdleConnections()

	_, err = client.Portability.Check(context.Background(), "+12065550100")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Drafts.Get(context.Background(), "none", nil)
	fmt.Println(errors.Is(err, porting.ErrNotFound))

	scraped := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(scraped, httptest.NewRequest(http.MethodGet, "/metrics", nil)) //nolint:noctx // an example
	lines := strings.Split(scraped.Body.String(), "\n")
	for _, line := range slices.Sorted(slices.Values(lines)) {
		if strings.HasPrefix(line, "porting_client_call_tries_count") {
			fmt.Println(line)
		}
	}
	// Output:
	// true
	// porting_client_call_tries_count{error_type="client",porting_operation="Drafts.Get"} 1
	// porting_client_call_tries_count{porting_operation="Portability.Check"} 1
}
