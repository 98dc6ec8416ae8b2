package otelporting_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/otelporting"
)

// BenchmarkCall measures a call that is answered from memory, without and with the observer.
func BenchmarkCall(b *testing.B) {
	answer := roundTripper(func(*http.Request) (*http.Response, error) {
		body := `{"id":"1"}`
		return &http.Response{StatusCode: 200, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body))}, nil
	})
	observer, err := otelporting.New(&otelporting.Options{
		TracerProvider: trace.NewTracerProvider(trace.WithBatcher(tracetest.NewNoopExporter())),
		MeterProvider:  metric.NewMeterProvider(metric.WithReader(metric.NewManualReader())),
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, opts := range map[string][]porting.Option{
		"without": {porting.WithHTTPClient(&http.Client{Transport: answer})},
		"with":    {porting.WithHTTPClient(&http.Client{Transport: observer.Transport(answer)}), porting.WithObserver(observer)},
	} {
		b.Run(name, func(b *testing.B) {
			client, err := porting.NewClient(porting.Token("t"), opts...)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.Drafts.Get(b.Context(), "1", nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
