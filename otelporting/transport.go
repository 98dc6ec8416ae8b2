package otelporting

import (
	"net/http"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/numberporting/porting"
)

// Transport returns an HTTP transport for clients that have this observer. It begins the
// spans of the tries before they are sent, and passes the trace's context on to the API. It
// sends by base; nil is [porting.NewTransport].
func (o *Observer) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = porting.NewTransport()
	}
	return &transport{o, base}
}

type transport struct {
	observer *Observer
	base     http.RoundTripper
}

// RoundTrip sends a request.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	c, _ := r.Context().Value(callKey{}).(*call)
	if c == nil {
		return t.base.RoundTrip(r)
	}
	span := t.begin(r, c)
	ctx := trace.ContextWithSpan(r.Context(), span)
	sent := r.WithContext(ctx)
	if c.Route != "" || c.Operation == "Do" { // else it goes to the storage host
		sent.Header = r.Header.Clone()
		t.observer.propagator.Inject(ctx, propagation.HeaderCarrier(sent.Header))
	}
	return t.base.RoundTrip(sent)
}

// begin begins the span of a try. If the try has one already, because it was redirected or
// nobody had processed its request, it stays the same.
func (t *transport) begin(r *http.Request, c *call) trace.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.try != nil {
		return c.try
	}
	c.server = serverAddress(r)
	event := porting.Event{Method: c.Method, Route: c.Route}
	_, c.try = t.observer.tracer.Start(r.Context(), tryName(event), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(append(tryAttributes(event), c.server...)...))
	return c.try
}

func serverAddress(r *http.Request) []attribute.KeyValue {
	address := []attribute.KeyValue{semconv.ServerAddress(r.URL.Hostname())}
	port, err := strconv.Atoi(r.URL.Port())
	if err != nil {
		port = map[string]int{"https": 443, "http": 80}[r.URL.Scheme]
	}
	return append(address, semconv.ServerPort(port))
}

// CloseIdleConnections closes the connections of the base that no call uses.
func (t *transport) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}
