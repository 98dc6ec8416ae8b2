package main

import (
	"context"
	"encoding/json"
	"expvar"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/bulk"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/watch"
)

const (
	readTime   = 20 * time.Second // that a read may take
	submitTime = time.Minute      // that a submit may take, whatever becomes of its caller
	mostBytes  = 1 << 20          // of a request's body
)

type backend struct {
	client   *porting.Client
	counters *counters
	log      *slog.Logger
}

func (b *backend) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /checks", b.checks)
	mux.HandleFunc("POST /drafts/{id}/submit", b.submit)
	mux.HandleFunc("GET /port-requests/{id}", b.portRequest)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.Handle("GET /debug/vars", b.counters)
	return mux
}

// A checked is the answer for one number.
type checked struct {
	Number  string       `json:"number"`
	Outcome bulk.Outcome `json:"outcome"`
	Reason  string       `json:"reason,omitzero"`
}

func (b *backend) checks(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readTime)
	defer cancel()
	var wanted struct {
		Numbers []string `json:"numbers"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBytes)).Decode(&wanted)
	if err != nil || len(wanted.Numbers) == 0 {
		err = &porting.ArgumentError{Operation: "checks", Field: "numbers", Reason: "must be a list of phone numbers"}
		b.fail(w, r, err)
		return
	}
	report, err := bulk.Check(ctx, b.client.Portability, wanted.Numbers, nil)
	if err != nil {
		b.fail(w, r, err)
		return
	}
	var answer []checked
	for _, result := range report.Results {
		answer = append(answer, checked{result.Number, result.Outcome, result.Reason()})
	}
	b.write(w, http.StatusOK, answer)
}

// submit goes on when its caller has gone: the numbers would move all the same, and nobody
// would know.
func (b *backend) submit(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), submitTime)
	defer cancel()
	submitted, err := drafts.Submit(ctx, b.client, porting.DraftID(r.PathValue("id")), nil)
	if err != nil {
		b.fail(w, r, err)
		return
	}
	b.write(w, http.StatusOK, map[string]any{"port_request": submitted.PortRequest.ID, "before": submitted.Before})
}

func (b *backend) portRequest(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readTime)
	defer cancel()
	all := &porting.GetOptions{IncludeSubRequests: porting.Set(true)}
	request, err := b.client.PortRequests.Get(ctx, porting.PortRequestID(r.PathValue("id")), all)
	if err != nil {
		b.fail(w, r, err)
		return
	}
	var summary watch.Summary
	summary.Add(request)
	b.write(w, http.StatusOK, map[string]any{"support_key": request.SupportKey, "turn": summary.Turn(), "statuses": summary.Statuses})
}

// fail answers with what the error means to the caller. The error itself goes to the log: its text
// has no secrets and no personal data.
func (b *backend) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	b.log.WarnContext(r.Context(), "failed", "route", r.Pattern, "status", p.Status, "error", err)
	if p.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((p.retryAfter+time.Second-1)/time.Second)))
	}
	b.write(w, p.Status, p)
}

func (b *backend) write(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // an error means that the caller has gone
}

// counters count the calls of the API by operation and by what came of them, and the seconds they took.
type counters struct {
	expvar.Map
	calls, seconds expvar.Map
}

func newCounters() *counters {
	c := new(counters)
	c.Set("calls", &c.calls)
	c.Set("seconds", &c.seconds)
	return c
}

// Observe counts a call. Its labels are few: an operation and an error class.
func (c *counters) Observe(_ context.Context, e porting.Event) {
	if e.Kind != porting.EventCall {
		return
	}
	result := string(e.Class)
	if result == "" {
		result = "ok"
	}
	c.calls.Add(e.Operation+" "+result, 1)
	c.seconds.AddFloat(e.Operation, e.Duration.Seconds())
}

// ServeHTTP shows the counters.
func (c *counters) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(c.String()))
}
