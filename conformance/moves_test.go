package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"time"

	"github.com/numberporting/porting"
)

// A move is something that a walker can do.
type move struct {
	name   string
	weight int // how often, among all
	do     func(w *walker, ctx context.Context) error
}

// moves are all of them: every method of the client, and what else can happen to a sandbox.
var moves = []move{
	{"Portability.Check", 4, func(w *walker, ctx context.Context) error {
		_, err := w.client.Portability.Check(ctx, w.numbers(8)...)
		return err
	}},
	{"PortRequests.List", 3, func(w *walker, ctx context.Context) error {
		page, err := w.client.PortRequests.List(ctx, w.portList())
		if err == nil {
			w.learnPorts(page.Items...)
		}
		return err
	}},
	{"PortRequests.All", 1, func(w *walker, ctx context.Context) error {
		return drain(w.client.PortRequests.All(ctx, w.portList()))
	}},
	{"PortRequests.Get", 5, func(w *walker, ctx context.Context) error {
		p, err := w.client.PortRequests.Get(ctx, w.port(), w.include())
		if err == nil {
			w.learnPorts(*p)
		}
		return err
	}},
	{"SubRequests.List", 4, func(w *walker, ctx context.Context) error {
		port := w.port()
		subs, err := w.client.SubRequests.List(ctx, port)
		w.learnPorts(porting.PortRequest{ID: port, SubRequests: subs})
		return err
	}},
	{"SubRequests.Get", 4, func(w *walker, ctx context.Context) error {
		sub := w.sub()
		_, err := w.client.SubRequests.Get(ctx, sub.of, sub.id)
		return err
	}},
	{"SubRequests.Update", 10, func(w *walker, ctx context.Context) error {
		sub := w.sub()
		_, err := w.client.SubRequests.Update(ctx, sub.of, sub.id, w.subUpdate())
		return err
	}},
	{"SubRequests.AllowedFOCDates", 2, func(w *walker, ctx context.Context) error {
		sub := w.sub()
		_, err := w.client.SubRequests.AllowedFOCDates(ctx, sub.of, sub.id)
		return err
	}},
	{"SubRequests.Cancel", 2, func(w *walker, ctx context.Context) error {
		sub := w.sub()
		_, err := w.client.SubRequests.Cancel(ctx, sub.of, sub.id)
		return err
	}},
	{"Comments.List", 3, func(w *walker, ctx context.Context) error {
		_, err := w.client.Comments.List(ctx, w.port())
		return err
	}},
	{"Comments.Create", 3, func(w *walker, ctx context.Context) error {
		sub := w.sub()
		comment := porting.CommentCreate{Body: w.text()}
		if w.chance(2) {
			comment.SubRequestID = sub.id
		}
		_, err := w.client.Comments.Create(ctx, sub.of, comment)
		return err
	}},
	{"Documents.List", 2, func(w *walker, ctx context.Context) error {
		_, err := w.client.Documents.List(ctx, w.paper().of)
		return err
	}},
	{"Documents.Get", 2, func(w *walker, ctx context.Context) error {
		doc := w.paper()
		_, err := w.client.Documents.Get(ctx, doc.of, doc.id)
		return err
	}},
	{"Documents.CreateDownloadLink", 2, func(w *walker, ctx context.Context) error {
		doc := w.paper()
		_, err := w.client.Documents.CreateDownloadLink(ctx, doc.of, doc.id)
		return err
	}},
	{"Documents.Download", 2, func(w *walker, ctx context.Context) error {
		doc := w.paper()
		w.unknowable = true
		_, err := w.client.Documents.Download(ctx, doc.of, doc.id, io.Discard)
		return err
	}},
	{"Documents.Upload", 3, func(w *walker, ctx context.Context) error {
		return w.upload(ctx, w.draft(), w.document())
	}},
	{"Drafts.List", 3, func(w *walker, ctx context.Context) error {
		page, err := w.client.Drafts.List(ctx, w.draftList())
		if err == nil {
			w.learnDrafts(page.Items...)
		}
		return err
	}},
	{"Drafts.All", 1, func(w *walker, ctx context.Context) error {
		return drain(w.client.Drafts.All(ctx, w.draftList()))
	}},
	{"Drafts.Create", 8, func(w *walker, ctx context.Context) error {
		draft, err := w.client.Drafts.Create(ctx, w.numbers(4)...)
		if err == nil {
			w.learnDrafts(*draft)
		}
		return err
	}},
	{"Drafts.Get", 3, func(w *walker, ctx context.Context) error {
		draft, err := w.client.Drafts.Get(ctx, w.draft(), w.include())
		if err == nil {
			w.learnDrafts(*draft)
		}
		return err
	}},
	{"Drafts.Submit", 2, func(w *walker, ctx context.Context) error {
		_, err := w.client.Drafts.Submit(ctx, w.draft())
		return err
	}},
	{"Drafts.Submitted", 1, func(w *walker, ctx context.Context) error {
		_, _, err := w.client.Drafts.Submitted(ctx, w.draft())
		return err
	}},
	{"Drafts.ListSubRequests", 2, func(w *walker, ctx context.Context) error {
		_, err := w.client.Drafts.ListSubRequests(ctx, w.draft())
		return err
	}},
	{"Drafts.GetSubRequest", 2, func(w *walker, ctx context.Context) error {
		part := w.part()
		_, err := w.client.Drafts.GetSubRequest(ctx, part.of, part.id)
		return err
	}},
	{"Drafts.UpdateSubRequest", 5, func(w *walker, ctx context.Context) error {
		part := w.part()
		_, err := w.client.Drafts.UpdateSubRequest(ctx, part.of, part.id, w.draftUpdate())
		return err
	}},
	{"Drafts.AllowedFOCDates", 2, func(w *walker, ctx context.Context) error {
		part := w.part()
		_, err := w.client.Drafts.AllowedFOCDates(ctx, part.of, part.id)
		return err
	}},
	{"further", 30, (*walker).further},
	{"a stranger", 2, (*walker).strangerCalls},
	{"Client.Do", 3, (*walker).offend},

	{"Advance", 12, func(w *walker, _ context.Context) error {
		days := w.rand.ExpFloat64() * pick(w, []float64{0, 1e-14, 0.01, 0.1, 0.5, 1, 2})
		if w.chance(100) {
			days = 4000
		}
		w.server.Advance(arg(w, time.Duration(days*24*float64(time.Hour))))
		return nil
	}},
	{"Script", 4, func(w *walker, _ context.Context) error {
		number := known(w, w.met.numbers)
		if w.chance(4) {
			number = w.number()
		}
		w.server.Script(arg(w, number), w.script()...)
		return nil
	}},
	{"Snapshot", 1, (*walker).save},
	{"Restore", 1, (*walker).goBack},
}

// further does what the way of a draft needs next.
func (w *walker) further(ctx context.Context) error {
	id := arg(w, pick(w, append(w.met.drafts, "none")))
	draft, err := w.client.Drafts.Get(ctx, id, &porting.GetOptions{IncludeSubRequests: porting.Set(true)})
	if err != nil || draft.Status != porting.DraftStatusPending {
		return err
	}
	windows, err := w.client.Drafts.AllowedFOCDates(ctx, id, draft.SubRequests[0].ID)
	if err != nil {
		return err
	}
	w.met.windows = windows
	for _, sub := range draft.SubRequests {
		timely := func(window porting.FOCWindow) bool { return window.Contains(sub.FOCDateRequestedByUser.Time) }
		if sub.Complete && slices.ContainsFunc(windows, timely) {
			continue
		}
		update := full(w.date())
		if w.chance(3) {
			update.PortingOption = porting.Set(w.option())
		}
		_, err := w.client.Drafts.UpdateSubRequest(ctx, id, sub.ID, update)
		return err
	}
	docs, err := w.client.Documents.List(ctx, id)
	if err != nil {
		return err
	}
	for _, kind := range []porting.DocumentType{porting.DocumentTypeLOA, porting.DocumentTypeInvoice} {
		if !slices.ContainsFunc(docs, func(doc porting.SupportingDocument) bool { return doc.DocumentType == kind }) {
			return w.upload(ctx, id, paper(kind))
		}
	}
	submitted, err := w.client.Drafts.Submit(ctx, id)
	if err != nil {
		return err
	}
	port, err := w.client.PortRequests.Get(ctx, submitted.PortRequestID, &porting.GetOptions{IncludeSubRequests: porting.Set(true)})
	if err != nil {
		return err
	}
	w.learnPorts(*port)
	for _, doc := range docs {
		learn(&w.met.papers, paperOf{port.ID, doc.ID})
	}
	return nil
}

// upload adds a document to a draft, and remembers it.
func (w *walker) upload(ctx context.Context, draft porting.DraftID, upload porting.DocumentUpload) error {
	w.unknowable = true
	doc, err := w.client.Documents.Upload(ctx, draft, upload)
	if err == nil {
		learn(&w.met.papers, paperOf{draft, doc.ID})
	}
	return err
}

// strangerCalls makes a call with a wrong token, which is refused before anything else is looked at.
func (w *walker) strangerCalls(ctx context.Context) error {
	call := pick(w, calls)
	arg(w, call.sends)
	w.breach = 1
	err := call.do(ctx, w.stranger, target{"port", "sub", "doc", "open", "part", "paper", "ready"})
	if !errors.Is(err, porting.ErrUnauthorized) {
		return fmt.Errorf("a stranger came in: %w", err)
	}
	return nil
}

// offences are requests that break the contract of the wire, each once.
var offences = []struct {
	method, path string
	query        url.Values
	body         any
}{
	{"GET", "/origination/porting", nil, nil},
	{"GET", "/origination/porting/drafts", nil, nil},
	{"GET", "/origination/porting/port_requests/", nil, nil},
	{"PATCH", "/origination/porting/port_requests", nil, map[string]any{}},
	{"DELETE", "/origination/porting/draft_port_requests/d", nil, nil},
	{"GET", "/origination/porting/draft_port_requests", url.Values{"pages": {"1"}}, nil},
	{"GET", "/origination/porting/draft_port_requests", url.Values{"page": {"1", "2"}}, nil},
	{"GET", "/origination/porting/draft_port_requests", url.Values{"page": {"two"}}, nil},
	{"GET", "/origination/porting/port_requests", url.Values{"per_page": {"-1"}}, nil},
	{"GET", "/origination/porting/port_requests", url.Values{"include_sub_requests": {"yes"}}, nil},
	{"GET", "/origination/porting/port_requests/none/comments", url.Values{"page": {"1"}}, nil},
	{"POST", "/origination/porting/portability_checks", nil, nil},
	{"POST", "/origination/porting/portability_checks", nil, []string{wireline}},
	{"POST", "/origination/porting/portability_checks", nil, map[string]any{"phone_numbers": []string{wireline}}},
	{"POST", "/origination/porting/draft_port_requests", nil, map[string]any{"phone_numbers": wireline}},
	{"POST", "/origination/porting/draft_port_requests", nil, map[string]any{"phone_numbers": []any{map[string]any{"phone_number": 12}}}},
	{"POST", "/origination/porting/draft_port_requests", nil, "text"},
	{"POST", "/origination/porting/draft_port_requests/none/submit", nil, map[string]any{"force": true}},
	{"PUT", "/origination/porting/port_requests/none/sub_requests/none", nil, nil},
	{"POST", "/files/upload_requests", nil, map[string]any{"content_type": nil}},
	{"POST", "/files/upload_requests", nil, map[string]any{"content_type": "text/plain", "size": 1}},
}

// offend breaks the contract of the wire.
func (w *walker) offend(ctx context.Context) error {
	o := arg(w, pick(w, offences))
	*w.odd = true
	w.breach = 1
	err := w.client.Do(ctx, o.method, o.path, o.query, o.body, nil)
	if err == nil {
		return errors.New("the sandbox let it pass")
	}
	return err
}

// save takes a snapshot, which must be the same once another sandbox goes on from there.
func (w *walker) save(context.Context) error {
	snapshot := w.server.Snapshot()
	if err := w.mirror.Restore(snapshot); err != nil {
		return err
	}
	if !bytes.Equal(snapshot, w.mirror.Snapshot()) {
		return errors.New("a restored sandbox differs")
	}
	if err := w.mirror.CheckInvariants(); err != nil {
		return fmt.Errorf("a restored sandbox: %w", err)
	}
	w.past = &past{snapshot, w.met.clone(), w.least, w.most}
	return nil
}

// goBack goes back to the last snapshot.
func (w *walker) goBack(context.Context) error {
	if !w.alone || w.past == nil {
		return nil
	}
	w.met, w.least, w.most = w.past.met.clone(), w.past.least, w.past.most
	return w.server.Restore(w.past.snapshot)
}
