package drafts_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
)

// paper is a document with a content.
func paper(kind porting.DocumentType, name, content string) drafts.Document {
	return drafts.Document{Type: kind, Filename: name, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

func loaAndInvoice() []drafts.Document {
	return []drafts.Document{
		paper(porting.DocumentTypeLOA, "loa.pdf", "%PDF-1.4 a letter of authorization"),
		paper(porting.DocumentTypeInvoice, "invoice.pdf", "%PDF-1.4 an invoice"),
	}
}

// uploadOnSandboxClock are options whose second look comes after a second of the sandbox's
// clock.
func uploadOnSandboxClock(server *portingtest.Server) *drafts.UploadOptions {
	opts := onSandboxClock(server)
	return &drafts.UploadOptions{LookAgain: opts.LookAgain, Sleep: opts.Sleep}
}

// The requests of an upload's steps.
const (
	formRoute     = "/files/upload_requests"
	documentRoute = "/origination/porting/draft_port_requests/{id}/supporting_documents"
)

func sha(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func TestNeeded(t *testing.T) {
	t.Parallel()
	const loa, invoice = porting.DocumentTypeLOA, porting.DocumentTypeInvoice
	for _, test := range []struct {
		name    string
		numbers []string
		there   []porting.DocumentType
		needed  []porting.DocumentType
	}{
		{"none is there", []string{"+13125550100"}, nil, []porting.DocumentType{loa, invoice}},
		{"an LOA", []string{"+13125550100"}, []porting.DocumentType{loa}, []porting.DocumentType{invoice}},
		{"in capitals", []string{"+13125550100"}, []porting.DocumentType{"LOA", "csr"}, []porting.DocumentType{invoice}},
		{"both", []string{"+13125550100"}, []porting.DocumentType{invoice, loa, loa}, []porting.DocumentType{}},
		{"one of the numbers", []string{"+442079460000", "+18005550100"}, nil, []porting.DocumentType{loa, invoice}},
		{"other numbers", []string{"+442079460000"}, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var d porting.DraftPortRequest
			for _, number := range test.numbers {
				d.PhoneNumbers = append(d.PhoneNumbers, porting.DraftPortRequestPhoneNumber{PhoneNumber: number})
			}
			var there []porting.SupportingDocument
			for _, kind := range test.there {
				there = append(there, porting.SupportingDocument{DocumentType: kind})
			}
			assert.Equal(t, test.needed, drafts.Needed(&d, there))
		})
	}
}

// A second run finds what the first has uploaded, by its state or by comparing.
func TestUploadOnce(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		state     func([]drafts.Uploaded) []drafts.Uploaded
		downloads int
	}{
		{"a state", func(u []drafts.Uploaded) []drafts.Uploaded { return u }, 0},
		{"a state of one", func(u []drafts.Uploaded) []drafts.Uploaded { return u[:1] }, 1},
		{"no state", func([]drafts.Uploaded) []drafts.Uploaded { return nil }, 2},
		{"a state of another draft", func([]drafts.Uploaded) []drafts.Uploaded {
			return []drafts.Uploaded{{Type: "loa", SHA256: sha("%PDF-1.4 a letter of authorization"), ID: "gone"}}
		}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			client := wiredClient(server, nil)
			id := createdDraft(t, client, "+13125550100")
			first, err := drafts.Upload(t.Context(), client, id, loaAndInvoice(), nil)
			require.NoError(t, err)
			require.Len(t, first, 2)
			for i, kind := range []porting.DocumentType{"loa", "invoice"} {
				assert.Equal(t, kind, first[i].Type)
				assert.Equal(t, kind, first[i].Document.DocumentType)
				assert.Equal(t, first[i].Document.ID, first[i].ID)
				assert.True(t, first[i].New)
				assert.True(t, first[i].Advised())
			}
			text, err := json.Marshal(first)
			require.NoError(t, err)
			assert.Less(t, len(text), 500)
			var state []drafts.Uploaded
			require.NoError(t, json.Unmarshal(text, &state))

			again, err := drafts.Upload(t.Context(), client, id, loaAndInvoice(), &drafts.UploadOptions{Known: test.state(state)})
			require.NoError(t, err)
			for i := range again {
				assert.False(t, again[i].New)
				assert.Equal(t, first[i].Document, again[i].Document)
				assert.Equal(t, state[i], withoutObjects(again[i]))
			}
			assert.Equal(t, test.downloads, server.Count(portingtest.StorageDownload))
			there, err := client.Documents.List(t.Context(), id)
			require.NoError(t, err)
			assert.Len(t, there, 2)
		})
	}
}

// withoutObjects is what is kept of a result.
func withoutObjects(u drafts.Uploaded) drafts.Uploaded {
	u.Document, u.New = nil, false
	return u
}

// The same document twice is one; the same content of another type, or another content of the
// same type, isn't.
func TestUploadTellsDocumentsApart(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	id := createdDraft(t, client, "+13125550100")
	documents := []drafts.Document{
		paper("loa", "a.pdf", "%PDF-1.4 one"),
		paper("other", "a.pdf", "%PDF-1.4 one"),
		paper("loa", "another name.pdf", "%PDF-1.4 one"),
		paper("loa", "a.pdf", "%PDF-1.4 two"),
		paper("loa", "a.pdf", "%PDF-1.4 one and all"),
	}
	for run := range 2 {
		uploaded, err := drafts.Upload(t.Context(), client, id, documents, nil)
		require.NoError(t, err)
		ids := map[porting.DocumentID]int{}
		for i, u := range uploaded {
			ids[u.ID]++
			assert.Equal(t, run == 0 && i != 2, u.New)
		}
		assert.Len(t, ids, 4)
		assert.Equal(t, uploaded[0].ID, uploaded[2].ID)
	}
}

// Of several documents of a type, one with the file's name is downloaded first, and none is
// read further than needed.
func TestUploadDownloadsLittle(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	var read atomic.Int64 // of the downloads
	client := wiredClient(server, func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		answer, err := send(r)
		if err == nil && server.StorageURL() == "http://"+r.URL.Host {
			answer.Body = countedBody{answer.Body, &read}
		}
		return answer, err
	})
	id := createdDraft(t, client, "+13125550100")
	ours := paper("other", "ours.pdf", "%PDF-1.4 ours")
	documents := []drafts.Document{paper("other", "a.pdf", "%PDF-1.4 a"), ours}
	_, err := drafts.Upload(t.Context(), client, id, documents, nil)
	require.NoError(t, err)

	_, err = drafts.Upload(t.Context(), client, id, []drafts.Document{ours}, nil)
	require.NoError(t, err)
	assert.Equal(t, 1, server.Count(portingtest.StorageDownload))

	read.Store(0)
	server.Inject(portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.Huge(8 << 20)})
	uploaded, err := drafts.Upload(t.Context(), client, id, []drafts.Document{paper("other", "b.pdf", "%PDF-1.4 b")}, nil)
	require.NoError(t, err)
	assert.True(t, uploaded[0].New)
	assert.Less(t, read.Load(), int64(1<<20))
	assert.Positive(t, read.Load())
}

// A countedBody counts what is read of it.
type countedBody struct {
	io.ReadCloser

	read *atomic.Int64
}

func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read.Add(int64(n))
	return n, err
}

func TestUploadTellsTheTypeFromTheContent(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	var sent []string
	client := wiredClient(server, func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		if r.URL.Path == formRoute {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			sent = append(sent, string(body))
			r = r.Clone(r.Context())
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		return send(r)
	})
	id := createdDraft(t, client, "+13125550100")
	for _, test := range []struct {
		content, mediaType string
		advised            bool
	}{
		{"%PDF-1.7\n…", "application/pdf", true},
		{"\x89PNG\x0D\x0A\x1A\x0A…", "image/png", true},
		{"\xFF\xD8\xFF…", "image/jpeg", true},
		{"II*\x00…", "image/tiff", true},
		{"MM\x00*…", "image/tiff", true},
		{"<!DOCTYPE html><title>404 Not Found</title>", "text/html; charset=utf-8", false},
		{"PK\x03\x04…", "application/zip", false},
		{"\x00\x01", "application/octet-stream", false},
	} {
		uploaded, err := drafts.Upload(t.Context(), client, id, []drafts.Document{paper("other", "scan.pdf", test.content)}, nil)
		require.NoError(t, err)
		assert.Equal(t, test.mediaType, uploaded[0].ContentType)
		assert.Equal(t, test.advised, uploaded[0].Advised(), test.mediaType)
		assert.Contains(t, sent[len(sent)-1], test.mediaType)
	}
}

func TestUploadOfAFile(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	id := createdDraft(t, client, "+13125550100")
	name := filepath.Join(t.TempDir(), "loa.pdf")
	require.NoError(t, os.WriteFile(name, []byte("%PDF-1.4 in a file"), 0o600))
	uploaded, err := drafts.Upload(t.Context(), client, id, []drafts.Document{{Type: "loa", Filename: name}}, nil)
	require.NoError(t, err)
	assert.Equal(t, sha("%PDF-1.4 in a file"), uploaded[0].SHA256)
	assert.Equal(t, "loa.pdf", uploaded[0].Document.Body[strings.LastIndexByte(uploaded[0].Document.Body, '/')+1:])
}

// What can't work is refused before anything is sent, also if it is the last of the documents.
func TestUploadArguments(t *testing.T) {
	t.Parallel()
	broken := func(err error) drafts.Document {
		return drafts.Document{Type: "loa", Filename: "loa.pdf", Open: func() (io.ReadCloser, error) { return nil, err }}
	}
	good := loaAndInvoice()[0]
	for _, test := range []struct {
		name  string
		bad   drafts.Document
		opts  *drafts.UploadOptions
		ended bool // the context
		field string
		is    error
	}{
		{name: "an empty content", bad: paper("loa", "loa.pdf", ""), field: "documents.1.content"},
		{name: "a content that is too large", bad: paper("loa", "loa.pdf", strings.Repeat("x", 32<<20+1)), field: "documents.1.content"},
		{name: "no type", bad: paper("", "loa.pdf", "x"), field: "documents.1.type"},
		{name: "no name", bad: paper("loa", "", "x"), field: "documents.1.filename"},
		{name: "a negative wait", bad: good, opts: &drafts.UploadOptions{LookAgain: -1}, field: "look_again"},
		{name: "a file that isn't there", bad: drafts.Document{Type: "loa", Filename: filepath.Join(t.TempDir(), "Ada Example.pdf")}, is: fs.ErrNotExist},
		{name: "one that can't be opened", bad: broken(fs.ErrPermission), is: fs.ErrPermission},
		{name: "a canceled context", bad: good, ended: true, is: context.Canceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.ended {
				cancel()
			}
			_, err := drafts.Upload(ctx, wiredClient(server, nil), "draft", []drafts.Document{good, test.bad}, test.opts)
			if test.is != nil {
				require.ErrorIs(t, err, test.is)
				assert.NotContains(t, err.Error(), "Ada")
			} else {
				requireArgument(t, err, "drafts.Upload", test.field)
			}
			assert.Empty(t, server.Requests())
		})
	}
	_, err := drafts.Upload(t.Context(), nil, "draft", nil, nil)
	require.ErrorAs(t, err, new(*porting.ArgumentError))
}

func TestUploadOfNothing(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	uploaded, err := drafts.Upload(t.Context(), wiredClient(server, nil), "draft", nil, nil)
	require.NoError(t, err)
	assert.Empty(t, uploaded)
	assert.Empty(t, server.Requests())
}

// After the last step's answer was lost, Upload looks before it does anything.
func TestUploadLostAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		effect portingtest.Effect
		lists  int
		found  bool
	}{
		{"it was done", portingtest.DropAfter(), 2, true},
		{"the answer is cut off", portingtest.Truncate(), 2, true},
		{"it is done later", portingtest.DropThenAct(time.Second), 3, true},
		{"it is done after a look", portingtest.Respond(504, "").ThenActAfter(1), 3, true},
		{"it wasn't done", portingtest.DropBefore(), 3, false},
		{"it is done too late", portingtest.DropThenAct(time.Minute), 3, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			client := wiredClient(server, nil)
			id := createdDraft(t, client, "+13125550100")
			server.Inject(portingtest.Fault{Operation: "Documents.Upload", Route: documentRoute, Nth: 2, Effect: test.effect})
			opts := uploadOnSandboxClock(server)
			uploaded, err := drafts.Upload(t.Context(), client, id, loaAndInvoice(), opts)
			require.Len(t, uploaded, 2)
			assert.Equal(t, test.lists, server.Count("Documents.List"))
			assert.Zero(t, server.Count(portingtest.StorageDownload), "its key tells")
			if test.found {
				require.NoError(t, err)
				assert.Equal(t, uploaded[1].Document.ID, uploaded[1].ID)
				assert.True(t, uploaded[1].New)
				return
			}
			var unknown *drafts.UploadUnknownError
			require.ErrorAs(t, err, &unknown)
			require.ErrorAs(t, err, new(*porting.OutcomeUnknownError))
			require.ErrorAs(t, err, new(*porting.UploadError))
			assert.Equal(t, id, unknown.Draft)
			assert.Equal(t, 1, unknown.Document)
			assert.Equal(t, uploaded[1].Key, unknown.Key)
			assert.Empty(t, uploaded[1].ID)
			require.NoError(t, unknown.Look)
			assert.Contains(t, err.Error(), "run Upload again in some minutes")
			for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
				assert.NotContains(t, fmt.Sprintf(verb, err), "invoice.pdf")
			}

			server.Advance(time.Minute)
			opts.Known = uploaded
			before := server.Count("Documents.Upload")
			again, err := drafts.Upload(t.Context(), client, id, loaAndInvoice(), opts)
			require.NoError(t, err)
			isDone := test.name == "it is done too late"
			assert.Equal(t, isDone, server.Count("Documents.Upload") == before)
			assert.Equal(t, !isDone, again[1].New)
		})
	}
}

// A run that was killed leaves what it has saved. The next one waits for what the server may
// still be doing.
func TestUploadAfterACrash(t *testing.T) {
	t.Parallel()
	type killed struct{}
	for _, test := range []struct {
		name    string
		killAt  int // how manieth Save
		effect  portingtest.Effect
		uploads int // requests of the last step
	}{
		{"before it began", 1, portingtest.Effect{}, 1},
		{"when it was done", 2, portingtest.Effect{}, 1},
		{"when the answer was lost", 2, portingtest.DropAfter(), 1},
		{"when the server was still at it", 2, portingtest.DropThenAct(time.Second), 1},
		{"when it was lost", 2, portingtest.DropBefore(), 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			client := wiredClient(server, nil)
			id := createdDraft(t, client, "+13125550100")
			if test.effect.String() != "" {
				server.Inject(portingtest.Fault{Operation: "Documents.Upload", Route: documentRoute, Nth: 1, Effect: test.effect})
			}
			var saved []drafts.Uploaded
			opts := uploadOnSandboxClock(server)
			opts.Save = func(u drafts.Uploaded) error {
				if test.killAt--; test.killAt == 0 {
					panic(killed{}) // before it is stored
				}
				saved = append(saved, u)
				return nil
			}
			documents := loaAndInvoice()[:1]
			assert.PanicsWithValue(t, killed{}, func() { _, _ = drafts.Upload(t.Context(), client, id, documents, opts) })
			opts.Known = slices.Clone(saved)
			uploaded, err := drafts.Upload(t.Context(), client, id, documents, opts)
			require.NoError(t, err)
			assert.Equal(t, withoutObjects(uploaded[0]), saved[len(saved)-1])
			steps := 0
			for _, r := range server.Requests("Documents.Upload") {
				if r.Path != formRoute {
					steps++
				}
			}
			assert.Equal(t, test.uploads, steps)
		})
	}
}

// If what is known can't be saved, nothing is sent.
func TestUploadThatCannotBeSaved(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	id := createdDraft(t, client, "+13125550100")
	full := errors.New("disk full")
	_, err := drafts.Upload(t.Context(), client, id, loaAndInvoice(), &drafts.UploadOptions{Save: func(drafts.Uploaded) error { return full }})
	require.ErrorIs(t, err, full)
	assert.Zero(t, server.Count("Documents.Upload"))

	saves := 0
	uploaded, err := drafts.Upload(t.Context(), client, id, loaAndInvoice(), &drafts.UploadOptions{Save: func(drafts.Uploaded) error {
		if saves++; saves == 2 {
			return full
		}
		return nil
	}})
	require.ErrorIs(t, err, full)
	require.Len(t, uploaded, 1, "what is known all the same")
	assert.NotEmpty(t, uploaded[0].ID)
}

// If nobody can tell whether a document is there, it isn't sent.
func TestUploadThatCannotTell(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		operation string
		effect    portingtest.Effect
	}{
		{"no list", "Documents.List", portingtest.Respond(403, "")},
		{"null for the list", "Documents.List", portingtest.NullArrays()},
		{"no download link", "Documents.CreateDownloadLink", portingtest.Respond(404, "")},
		{"half a download", portingtest.StorageDownload, portingtest.Truncate()},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			client := wiredClient(server, nil)
			id, _ := server.AddDraft("+13125550100") // with an LOA
			server.Inject(portingtest.Fault{Operation: test.operation, Effect: test.effect})
			uploaded, err := drafts.Upload(t.Context(), client, id, loaAndInvoice(), nil)
			require.Error(t, err)
			assert.Empty(t, uploaded)
			assert.Zero(t, server.Count("Documents.Upload"))
		})
	}
}

// What the server refuses is an error of the client, and what came before it is good.
func TestUploadRefused(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	id := createdDraft(t, client, "+13125550100")
	documents := append(loaAndInvoice(), paper("passport", "a.pdf", "%PDF-1.4"))
	uploaded, err := drafts.Upload(t.Context(), client, id, documents, uploadOnSandboxClock(server))
	require.ErrorIs(t, err, porting.ErrUnprocessable)
	require.ErrorContains(t, err, "documents.2")
	assert.Len(t, uploaded, 2)

	_, err = drafts.Upload(t.Context(), client.With(porting.WithReadOnly()), id, append(loaAndInvoice(), paper("csr", "a.pdf", "%PDF-1.4")), nil)
	requireArgument(t, err, "Documents.Upload", "client")
}

// A context that ends while an upload is under way leaves an unknown outcome.
func TestUploadOfACanceledContext(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	ctx, cancel := context.WithCancel(t.Context())
	client := wiredClient(server, func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		answer, err := send(r)
		if strings.HasSuffix(r.URL.Path, "/supporting_documents") && r.Method == http.MethodPost {
			cancel()
			return nil, errors.New("connection reset")
		}
		return answer, err
	})
	id := createdDraft(t, client, "+13125550100")
	uploaded, err := drafts.Upload(ctx, client, id, loaAndInvoice(), nil)
	require.ErrorAs(t, err, new(*drafts.UploadUnknownError))
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, uploaded, 1)

	uploaded, err = drafts.Upload(t.Context(), wiredClient(server, nil), id, loaAndInvoice(), &drafts.UploadOptions{Known: uploaded})
	require.NoError(t, err)
	assert.False(t, uploaded[0].New)
}

// Whatever happens to each of an upload's steps, to the looks in between and to the process,
// and however often Upload is run, each document is there once in the end.
func TestUploadNeverDoubles(t *testing.T) {
	t.Parallel()
	var outcomes uploadOutcomes
	underSeeds(t, shorter(200, 40), map[string]*atomic.Int64{
		"done": &outcomes.done, "unknown": &outcomes.unknown, "failed": &outcomes.failed, "killed": &outcomes.killed,
	}, func(t seeded) { uploadUnderFaults(t, &outcomes) })
}

// uploadOutcomes count what runs of Upload have come to.
type uploadOutcomes struct{ done, unknown, failed, killed atomic.Int64 }

// uploadUnderFaults uploads the same documents to a draft some times.
func uploadUnderFaults(t seeded, outcomes *uploadOutcomes) {
	t.Helper()
	server := portingtest.NewServer(portingtest.WithSeed(uint64(t.seed)))
	defer server.Close()
	random := rand.New(rand.NewPCG(uint64(t.seed), 2))
	id, _ := server.AddDraft(chicago(2000, 1)...) // with an LOA and an invoice
	documents := append(loaAndInvoice(), paper("other", "loa.pdf", "%PDF-1.4 other"), paper("loa", "loa.pdf", "%PDF-1.4 corrected"))[:2+random.IntN(3)]
	random.Shuffle(len(documents), func(i, j int) { documents[i], documents[j] = documents[j], documents[i] })

	isSlow := random.IntN(4) == 0
	effects := fastFaults
	if isSlow {
		effects = slowFaults
	}
	fault := portingtest.Fault{Operation: "Documents.Upload", Chance: 0.4, Times: 1 + random.IntN(3)}
	switch t.seed % 4 {
	case 0:
		fault.Route = formRoute
	case 1:
		isSlow, effects = false, []func(*rand.Rand) portingtest.Effect{
			func(*rand.Rand) portingtest.Effect { return portingtest.DropBefore() },
			func(*rand.Rand) portingtest.Effect { return portingtest.DropAfter() },
			func(*rand.Rand) portingtest.Effect { return portingtest.Respond(503, "") },
			func(*rand.Rand) portingtest.Effect { return portingtest.Respond(403, "") },
		}
		fault.Operation = portingtest.StorageUpload
	default:
		fault.Route = documentRoute
	}
	var opts []porting.Option
	if t.seed%50 == 3 {
		isSlow, effects = false, hangs
		opts = append(opts, porting.WithTryTimeout(500*time.Millisecond))
	}
	fault.Effect = effects[random.IntN(len(effects))](random)
	server.Inject(fault)
	remove := injectLookFaults(server, "Documents.List", "Documents.CreateDownloadLink", portingtest.StorageDownload)
	settle := func() { // some minutes later
		server.Advance(10 * time.Minute)
		for len(server.Pending()) > 0 {
			_, _ = server.Client().Portability.Check(t.Context(), "+13125550100")
		}
	}

	// A state is kept by Save, kept from what Upload returns, or not kept.
	type killed struct{}
	way := random.IntN(3)
	var state []byte
	run := func() (uploaded []drafts.Uploaded, err error) {
		options := uploadOnSandboxClock(server)
		var known []drafts.Uploaded
		if state != nil {
			assert.NoError(t, json.Unmarshal(state, &known))
		}
		keep := func(more ...drafts.Uploaded) {
			known = append(known, more...)
			text, err := json.Marshal(known)
			assert.NoError(t, err)
			state = text
		}
		options.Known = slices.Clone(known)
		if way == 0 {
			options.Save = func(u drafts.Uploaded) error {
				switch random.IntN(20) {
				case 0:
					panic(killed{})
				case 1:
					keep(u)
					panic(killed{})
				}
				keep(u)
				return nil
			}
		}
		limiter := &countingLimiter{}
		if last := random.Int64N(40); random.IntN(2) == 0 {
			limiter.refuse = func(count int64) error {
				if count > last {
					return errors.New("killed")
				}
				return nil
			}
		}
		client := wiredClient(server, nil, append(opts, porting.WithLimiter(limiter))...)
		defer func() {
			if p := recover(); p != nil {
				assert.Equal(t, killed{}, p)
				outcomes.killed.Add(1)
				uploaded, err = nil, errors.New("killed")
			}
		}()
		uploaded, err = drafts.Upload(t.Context(), client, id, documents, options)
		if way == 1 {
			keep(uploaded...)
		}
		switch {
		case errors.As(err, new(*drafts.UploadUnknownError)):
			outcomes.unknown.Add(1)
		case err != nil:
			outcomes.failed.Add(1)
		default:
			outcomes.done.Add(1)
		}
		return uploaded, err
	}
	var uploaded []drafts.Uploaded
	err := errors.New("not yet")
	for tries := 0; tries < 100 && (tries < 3 || err != nil); tries++ {
		uploaded, err = run()
		if isSlow || way == 2 || tries > 3 { // without a state, or if the server is slow, it takes time
			settle()
		}
	}
	settle()
	assert.NoError(t, err)
	assert.Len(t, uploaded, len(documents))
	remove()
	there, err := server.Client().Documents.List(t.Context(), id)
	assert.NoError(t, err)
	assert.Len(t, there, 2+len(documents))
	server.AssertClean(t)
}

// injectLookFaults makes reads fail now and then, until that is removed.
func injectLookFaults(server *portingtest.Server, operations ...string) (remove func()) {
	var injected []*portingtest.Injected
	for _, operation := range operations {
		injected = append(injected,
			server.Inject(portingtest.Fault{Operation: operation, Chance: 0.15, Effect: portingtest.DropBefore()}),
			server.Inject(portingtest.Fault{Operation: operation, Chance: 0.05, Effect: portingtest.Truncate()}),
			server.Inject(portingtest.Fault{Operation: operation, Chance: 0.05, Effect: portingtest.Respond(http.StatusForbidden, "")}))
	}
	return func() {
		for _, i := range injected {
			i.Remove()
		}
	}
}
