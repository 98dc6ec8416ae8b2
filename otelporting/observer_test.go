package otelporting_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/otelporting"
	"github.com/numberporting/porting/portingtest"
)

const number = "+12065550100"

// A world is a sandbox, a client that is observed, and what was reported.
type world struct {
	sandbox *portingtest.Server
	client  *porting.Client
	spans   *tracetest.InMemoryExporter
	metrics *metric.ManualReader
	tracer  oteltrace.Tracer
	headers []http.Header // of the requests that were sent
}

func newWorld(t *testing.T, withTransport bool) *world {
	t.Helper()
	w := &world{sandbox: portingtest.NewServer(), spans: tracetest.NewInMemoryExporter(), metrics: metric.NewManualReader()}
	t.Cleanup(w.sandbox.Close)
	tracers := trace.NewTracerProvider(trace.WithSyncer(w.spans))
	w.tracer = tracers.Tracer("user")
	observer, err := otelporting.New(&otelporting.Options{
		TracerProvider: tracers,
		MeterProvider:  metric.NewMeterProvider(metric.WithReader(w.metrics)),
		Propagator:     propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
	})
	require.NoError(t, err)
	base := porting.NewTransport()
	t.Cleanup(base.CloseIdleConnections)
	recorded := roundTripper(func(r *http.Request) (*http.Response, error) {
		w.headers = append(w.headers, r.Header)
		return base.RoundTrip(r)
	})
	opts := []porting.Option{
		porting.WithObserver(observer),
		porting.WithRetry(porting.RetryPolicy{MaxAttempts: 2, MinWait: time.Millisecond, MaxWait: time.Millisecond}),
		porting.WithHTTPClient(&http.Client{Transport: recorded}),
	}
	if withTransport {
		opts = append(opts, porting.WithHTTPClient(&http.Client{Transport: observer.Transport(recorded)}))
	}
	w.client = w.sandbox.Client(opts...)
	return w
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestSpans has a read be tried twice, within a span of the user's.
func TestSpans(t *testing.T) {
	t.Parallel()
	for _, withTransport := range []bool{false, true} {
		t.Run(fmt.Sprintf("with a transport %v", withTransport), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withTransport)
			draft, _ := w.sandbox.AddDraft(number)
			w.sandbox.Inject(portingtest.Fault{Operation: "Drafts.Get", Nth: 1, Effect: portingtest.BadGateway()})
			ctx, span := w.tracer.Start(t.Context(), "user's")
			_, err := w.client.Drafts.Get(ctx, draft, nil)
			span.End()
			require.NoError(t, err)

			spans := w.spans.GetSpans()
			require.Len(t, spans, 4)
			first, second, call, user := spans[0], spans[1], spans[2], spans[3]
			assert.Equal(t, user.SpanContext.SpanID(), call.Parent.SpanID())
			assert.Equal(t, "Drafts.Get", call.Name)
			assert.Equal(t, oteltrace.SpanKindInternal, call.SpanKind)
			assert.Equal(t, codes.Unset, call.Status.Code)
			assert.Equal(t, []string{"porting.operation=Drafts.Get"}, texts(call.Attributes))
			assert.False(t, call.StartTime.After(first.StartTime))
			assert.False(t, call.EndTime.Before(second.EndTime))

			common := []string{"http.request.method=GET", "url.template=/origination/porting/draft_port_requests/{id}"}
			if withTransport {
				address := strings.TrimPrefix(w.sandbox.URL(), "http://")
				host, port, _ := strings.Cut(address, ":")
				common = append(common, "server.address="+host, "server.port="+port)
			}
			for i, try := range []tracetest.SpanStub{first, second} {
				assert.Equal(t, "GET /origination/porting/draft_port_requests/{id}", try.Name)
				assert.Equal(t, oteltrace.SpanKindClient, try.SpanKind)
				assert.Equal(t, call.SpanContext.SpanID(), try.Parent.SpanID())
				assert.False(t, try.EndTime.Before(try.StartTime))
				sent := w.headers[i].Get("Traceparent")
				if withTransport {
					assert.Contains(t, sent, try.SpanContext.TraceID().String()+"-"+try.SpanContext.SpanID().String())
				} else {
					assert.Empty(t, sent)
				}
			}
			assert.ElementsMatch(t, append([]string{"http.response.status_code=502", "error.type=502"}, common...), texts(first.Attributes))
			assert.Equal(t, codes.Error, first.Status.Code)
			assert.ElementsMatch(t, append([]string{"http.response.status_code=200", "http.request.resend_count=1"}, common...), texts(second.Attributes))
		})
	}
}

// TestOutcomes has calls fail in different ways.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		effect    portingtest.Effect
		call, try string // the error types
	}{
		"an answer is lost": {portingtest.DropAfter(), "outcome_unknown", "network"},
		"the server fails":  {portingtest.BadGateway(), "outcome_unknown", "502"},
		"it is cut off":     {portingtest.Truncate(), "outcome_unknown", "network"},
		"it isn't JSON":     {portingtest.Respond(201, "<p>hello", "Content-Type: text/html"), "decode", ""},
		"it is refused":     {portingtest.Respond(403, `{"message":"no"}`), "client", "403"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, true)
			w.sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Effect: test.effect})
			_, err := w.client.Drafts.Create(t.Context(), number)
			require.Error(t, err)
			spans := w.spans.GetSpans()
			require.Len(t, spans, 2)
			assert.Equal(t, test.try, errorType(spans[0]))
			assert.Equal(t, test.call, errorType(spans[1]))
			assert.Equal(t, codes.Error, spans[1].Status.Code)
			assert.Empty(t, spans[1].Status.Description)
		})
	}
	t.Run("nothing is sent", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, true)
		_, err := w.client.Drafts.Create(t.Context())
		require.Error(t, err)
		assert.Empty(t, w.spans.GetSpans())
	})
}

// TestMetrics makes a call that is tried twice, and one that fails.
func TestMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	draft, _ := w.sandbox.AddDraft(number)
	w.sandbox.Inject(portingtest.Fault{Operation: "Drafts.Get", Nth: 1, Effect: portingtest.BadGateway()})
	_, err := w.client.Drafts.Get(t.Context(), draft, nil)
	require.NoError(t, err)
	_, err = w.client.Drafts.Get(t.Context(), "none", nil)
	require.ErrorIs(t, err, porting.ErrNotFound)

	host, port, _ := strings.Cut(strings.TrimPrefix(w.sandbox.URL(), "http://"), ":")
	try := func(failure string, status int) string {
		return fmt.Sprintf("http.client.request.duration %shttp.request.method=GET,http.response.status_code=%d,server.address=%s,server.port=%s,"+
			"url.template=/origination/porting/draft_port_requests/{id}", failure, status, host, port)
	}
	assert.Equal(t, map[string]uint64{
		try("", 200):                1,
		try("error.type=404,", 404): 1,
		try("error.type=502,", 502): 1,
		"porting.client.call.duration porting.operation=Drafts.Get":                   1,
		"porting.client.call.duration error.type=client,porting.operation=Drafts.Get": 1,
		"porting.client.call.tries porting.operation=Drafts.Get":                      1,
		"porting.client.call.tries error.type=client,porting.operation=Drafts.Get":    1,
		"porting.client.wait.duration error.type=server,porting.operation=Drafts.Get": 1,
	}, w.counts(t))
}

// TestPrivacy ports a number with a document, and looks for what must not be reported.
func TestPrivacy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	draft, subs := w.sandbox.AddDraft(number)
	_, err := w.client.Drafts.List(t.Context(), &porting.DraftListOptions{Search: number})
	require.NoError(t, err)
	_, err = w.client.Drafts.UpdateSubRequest(t.Context(), draft, subs[0], porting.DraftSubRequestUpdate{
		AuthPersonName: porting.Set("Ada Example"), PINPasscode: porting.Set(porting.Secret("zulu-7319")),
	})
	require.NoError(t, err)
	document, err := w.client.Documents.Upload(t.Context(), draft, porting.DocumentUpload{
		Type: "csr", Filename: "ada.pdf", Content: strings.NewReader("%PDF-1.4"),
	})
	require.NoError(t, err)
	var content strings.Builder
	_, err = w.client.Documents.Download(t.Context(), draft, document.ID, &content)
	require.NoError(t, err)

	reported := fmt.Sprintf("%+v %v", w.spans.GetSpans(), w.counts(t))
	for _, private := range []string{"2065550100", "Ada", "ada.pdf", "zulu-7319", string(draft), string(document.ID), portingtest.Token, "Signature", "X-Amz"} {
		assert.NotContains(t, reported, private)
	}
	passedOn := 0
	for _, header := range w.headers {
		if header.Get("Traceparent") == "" {
			assert.Empty(t, header.Get("X-Api-Token"), "only the storage host gets no trace")
			continue
		}
		passedOn++
	}
	assert.Equal(t, 5, passedOn)
	w.sandbox.AssertClean(t)
}

// TestOthersContexts has an observer be used without its client, as by mistake.
func TestOthersContexts(t *testing.T) {
	t.Parallel()
	observer, err := otelporting.New(nil)
	require.NoError(t, err)
	observer.Observe(t.Context(), porting.Event{Kind: porting.EventCall})
	rt := observer.Transport(roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 204, Body: http.NoBody}, nil
	}))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://example.com/", nil)
	require.NoError(t, err)
	response, err := rt.RoundTrip(request)
	require.NoError(t, err)
	assert.Equal(t, 204, response.StatusCode)
	require.NoError(t, response.Body.Close())
}

// counts returns how many values each metric has, by its name and attributes.
func (w *world) counts(t *testing.T) map[string]uint64 {
	t.Helper()
	var data metricdata.ResourceMetrics
	require.NoError(t, w.metrics.Collect(t.Context(), &data))
	counts := map[string]uint64{}
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			add := func(set attribute.Set, n uint64) { counts[m.Name+" "+set.Encoded(attribute.DefaultEncoder())] += n }
			switch values := m.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, point := range values.DataPoints {
					add(point.Attributes, point.Count)
				}
			case metricdata.Histogram[int64]:
				for _, point := range values.DataPoints {
					add(point.Attributes, point.Count)
				}
			}
		}
	}
	return counts
}

func texts(attributes []attribute.KeyValue) []string {
	all := make([]string, len(attributes))
	for i, a := range attributes {
		all[i] = string(a.Key) + "=" + a.Value.String()
	}
	return all
}

func errorType(span tracetest.SpanStub) string {
	for _, a := range span.Attributes {
		if a.Key == "error.type" {
			return a.Value.AsString()
		}
	}
	return ""
}
