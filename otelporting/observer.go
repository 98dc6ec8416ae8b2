package otelporting

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/numberporting/porting"
)

// Scope is the name of the instrumentation scope.
const Scope = "github.com/numberporting/porting/otelporting"

// Options say where an [Observer] reports to. A nil field is what package otel has as the
// global one.
type Options struct {
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
	Propagator     propagation.TextMapPropagator
}

// An Observer reports calls and tries to OpenTelemetry. It can serve several clients.
type Observer struct {
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator

	tryDuration, callDuration, wait metric.Float64Histogram
	tries                           metric.Int64Histogram
	budgetSpent                     metric.Int64Counter
}

var _ porting.Starter = (*Observer)(nil)

// seconds are the bounds of histograms: the conventions' for tries, and beyond them the
// minute that a call may take by default.
var seconds = metric.WithExplicitBucketBoundaries(
	0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60)

// New returns an observer. Nil options are the defaults. The error is the meter's, about an
// instrument that it can't make.
func New(opts *Options) (*Observer, error) {
	var options Options
	if opts != nil {
		options = *opts
	}
	if options.TracerProvider == nil {
		options.TracerProvider = otel.GetTracerProvider()
	}
	if options.MeterProvider == nil {
		options.MeterProvider = otel.GetMeterProvider()
	}
	if options.Propagator == nil {
		options.Propagator = otel.GetTextMapPropagator()
	}
	o := &Observer{tracer: options.TracerProvider.Tracer(Scope), propagator: options.Propagator}
	meter := options.MeterProvider.Meter(Scope)
	histogram := func(name, description string) (metric.Float64Histogram, error) {
		return meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(description), seconds)
	}
	errs := make([]error, 5)
	o.tryDuration, errs[0] = histogram("http.client.request.duration", "Duration of a try.")
	o.callDuration, errs[1] = histogram("porting.client.call.duration", "Duration of a call, with its waits.")
	o.wait, errs[2] = histogram("porting.client.wait.duration", "Wait before another try.")
	o.tries, errs[3] = meter.Int64Histogram("porting.client.call.tries", metric.WithUnit("{try}"),
		metric.WithDescription("Tries of a call."), metric.WithExplicitBucketBoundaries(1, 2, 3, 4, 5, 10))
	o.budgetSpent, errs[4] = meter.Int64Counter("porting.client.budget.spent", metric.WithUnit("{try}"),
		metric.WithDescription("Tries that weren't repeated because the budget of retries was spent."))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return o, nil
}

// A call is what the context of a call holds.
type call struct {
	porting.Event
	span trace.Span

	mu     sync.Mutex
	try    trace.Span // the one under way, if a Transport has begun it
	server []attribute.KeyValue
}

type callKey struct{}

// Start begins the span of a call. A client calls it.
func (o *Observer) Start(ctx context.Context, event porting.Event) context.Context {
	ctx, span := o.tracer.Start(ctx, event.Operation, trace.WithAttributes(operation(event)))
	return context.WithValue(ctx, callKey{}, &call{Event: event, span: span})
}

// Observe ends the span of a try or of a call, and records its figures. A client calls it.
func (o *Observer) Observe(ctx context.Context, event porting.Event) {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil { // somebody else's context
		return
	}
	if event.Kind == porting.EventTry {
		o.endTry(ctx, c, event)
		return
	}
	attributes := append(errorType(string(event.Class)), operation(event))
	set := metric.WithAttributeSet(attribute.NewSet(attributes...))
	o.callDuration.Record(ctx, event.Duration.Seconds(), set)
	o.tries.Record(ctx, int64(event.Attempt), set)
	end(c.span, string(event.Class), time.Now())
}

func (o *Observer) endTry(ctx context.Context, c *call, event porting.Event) {
	span, server := c.takeTry()
	now := time.Now()
	if span == nil {
		_, span = o.tracer.Start(ctx, tryName(event), trace.WithSpanKind(trace.SpanKindClient),
			trace.WithTimestamp(now.Add(-event.Duration)), trace.WithAttributes(tryAttributes(event)...))
	}
	failure := string(event.Class)
	answered := append(tryAttributes(event), server...)
	if event.StatusCode > 0 {
		status := semconv.HTTPResponseStatusCode(event.StatusCode)
		span.SetAttributes(status)
		answered = append(answered, status)
		if event.StatusCode >= 300 {
			failure = strconv.Itoa(event.StatusCode)
		}
	}
	if event.Attempt > 1 {
		span.SetAttributes(semconv.HTTPRequestResendCount(event.Attempt - 1))
	}
	o.tryDuration.Record(ctx, event.Duration.Seconds(), metric.WithAttributeSet(attribute.NewSet(append(answered, errorType(failure)...)...)))
	of := metric.WithAttributeSet(attribute.NewSet(append(errorType(string(event.Class)), operation(event))...))
	if event.Wait > 0 {
		o.wait.Record(ctx, event.Wait.Seconds(), of)
	}
	if event.BudgetSpent {
		o.budgetSpent.Add(ctx, 1, of)
	}
	end(span, failure, now)
}

// takeTry returns the span that a Transport has begun, if any, and the server's address.
func (c *call) takeTry() (trace.Span, []attribute.KeyValue) {
	c.mu.Lock()
	defer c.mu.Unlock()
	span := c.try
	c.try = nil
	return span, c.server
}

func end(span trace.Span, failure string, at time.Time) {
	if failure != "" {
		span.SetAttributes(errorType(failure)...)
		span.SetStatus(codes.Error, "")
	}
	span.End(trace.WithTimestamp(at))
}

func operation(event porting.Event) attribute.KeyValue {
	return attribute.String("porting.operation", event.Operation)
}

// errorType is the attribute of a failure, or none of a success.
func errorType(failure string) []attribute.KeyValue {
	if failure == "" {
		return nil
	}
	return []attribute.KeyValue{semconv.ErrorTypeKey.String(failure)}
}

// tryName is the method and the route. What has no route, such as Client.Do, has the method alone.
func tryName(event porting.Event) string {
	if event.Route == "" {
		return event.Method
	}
	return event.Method + " " + event.Route
}

func tryAttributes(event porting.Event) []attribute.KeyValue {
	attributes := []attribute.KeyValue{semconv.HTTPRequestMethodKey.String(event.Method)}
	if event.Route != "" {
		attributes = append(attributes, semconv.URLTemplate(event.Route))
	}
	return attributes
}
