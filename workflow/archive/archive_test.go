package archive_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/archive"
)

func TestEvidence(t *testing.T) {
	t.Parallel()
	for _, s := range savers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			defer server.Close()
			client := impatient(server)
			ids := []porting.PortRequestID{submitted(t, server, "+12065550100"), submitted(t, server, "+12065550101")}
			path := filepath.Join(t.TempDir(), s.path)

			report, err := s.save(t.Context(), client, path, ids, onSandboxClock(server))
			require.NoError(t, err)
			assert.Len(t, report.Added, 12)
			assert.Empty(t, report.Kept)
			complete(t, server, s, path, ids...)
			assert.Equal(t, 6, server.Count("Documents.CreateDownloadLink")-6, "those that complete has made to compare")

			dir := verify(t, path)
			request := read(t, dir, string(ids[0])+"/port_request-20260302T090000Z.json")
			assert.Contains(t, request, `"pin_passcode": "[redacted]"`)
			assert.Contains(t, request, `"account_number": "[redacted]"`)
			assert.NotContains(t, request, "EX-100")
			var decoded porting.PortRequest
			require.NoError(t, json.Unmarshal([]byte(request), &decoded))
			assert.Equal(t, ids[0], decoded.ID)
			assert.Len(t, decoded.SubRequests, 1)
			assert.Len(t, decoded.PhoneNumbers, 1)
			assert.Contains(t, read(t, dir, string(ids[0])+"/comments-20260302T090000Z.json"), `"body": "Account number [redacted] is wrong <&>"`)
			assert.Contains(t, read(t, dir, string(ids[0])+"/documents-20260302T090000Z.json"), `"document_type": "invoice"`)
		})
	}
}

func TestLaterRunAddsWhatIsNew(t *testing.T) {
	t.Parallel()
	for _, s := range savers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			defer server.Close()
			client := impatient(server)
			first, second := submitted(t, server, "+12065550100"), submitted(t, server, "+12065550101")
			path := filepath.Join(t.TempDir(), s.path)
			save := func(at time.Time, ids ...porting.PortRequestID) *archive.Report {
				report, err := s.save(t.Context(), client, path, ids, &archive.Options{Now: func() time.Time { return at }})
				require.NoError(t, err)
				return report
			}
			noon := time.Date(2026, time.March, 3, 12, 0, 0, 0, time.UTC)
			save(noon, first)

			server.AddComment(first, "", "one")
			report := save(noon, first) // in the same second
			assert.Equal(t, []string{string(first) + "/comments-20260303T120000Z.2.json"}, namesOf(report.Added))
			server.AddComment(first, "", "two")
			report = save(noon.Add(-time.Hour), first, second) // the clock has jumped back
			assert.Len(t, report.Added, 7)
			assert.Contains(t, namesOf(report.Added), string(first)+"/comments-20260303T110000Z.json")
			report = save(noon.Add(time.Hour), first, second)
			assert.Empty(t, report.Added)

			dir := verify(t, path)
			assert.Len(t, namesIn(t, dir), 14)
			assert.NotContains(t, read(t, dir, string(first)+"/comments-20260303T120000Z.json"), "one")
			assert.Contains(t, read(t, dir, string(first)+"/comments-20260303T110000Z.json"), "two")
		})
	}
}

func TestLostFileIsAddedAgain(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	id, dir := submitted(t, server, "+12065550100"), t.TempDir()
	report, err := archive.ToFolder(t.Context(), impatient(server), dir, []porting.PortRequestID{id}, onSandboxClock(server))
	require.NoError(t, err)
	lost := []string{report.Added[1].Name, report.Added[4].Name}
	for _, name := range lost {
		require.NoError(t, os.Remove(filepath.Join(dir, name)))
	}
	report, err = archive.ToFolder(t.Context(), impatient(server), dir, []porting.PortRequestID{id}, nil)
	require.NoError(t, err)
	assert.Equal(t, lost, namesOf(report.Added))
	complete(t, server, savers[0], dir, id)
}

// TestTakenUp takes lines out of the manifest, as if runs had been killed right before them,
// and goes on when the API has something new to say.
func TestTakenUp(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	id, dir := submitted(t, server, "+12065550100"), t.TempDir()
	ids := []porting.PortRequestID{id}
	first, err := archive.ToFolder(t.Context(), impatient(server), dir, ids, onSandboxClock(server))
	require.NoError(t, err)
	forget(t, dir, first.Added[1].Name)
	forget(t, dir, first.Added[5].Name)
	server.Advance(time.Minute)
	server.AddComment(id, "", "new")

	report, err := archive.ToFolder(t.Context(), impatient(server), dir, ids, onSandboxClock(server))
	require.NoError(t, err)
	assert.Equal(t, []string{string(id) + "/comments-20260302T090100Z.json", first.Added[5].Name}, namesOf(report.Added))
	verify(t, dir)
	for _, f := range first.Added {
		assert.Equal(t, 1, strings.Count(read(t, dir, "SHA256SUMS"), f.SHA256+"  "+f.Name+"\n"), f.Name)
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	draft, _ := server.AddDraft("+12065550100")
	dir := filepath.Join(t.TempDir(), "a", "b")
	report, err := archive.Documents(t.Context(), impatient(server), draft, dir, nil)
	require.NoError(t, err)
	documents, err := server.Client().Documents.List(t.Context(), draft)
	require.NoError(t, err)
	for i, d := range documents {
		assert.Equal(t, string(d.DocumentType)+"-"+string(d.ID)+".pdf", report.Added[i].Name)
		assert.Equal(t, d.ID, report.Added[i].Document)
		assert.Equal(t, "%PDF-1.4 "+string(d.DocumentType), read(t, dir, report.Added[i].Name))
	}
	verify(t, dir)
	info, err := os.Stat(filepath.Join(dir, report.Added[0].Name))
	require.NoError(t, err)
	assert.Zero(t, info.Mode().Perm()&0o077, "others can't read it")

	report, err = archive.Documents(t.Context(), impatient(server), draft, dir, nil)
	require.NoError(t, err)
	assert.Len(t, report.Kept, 2)
	assert.Equal(t, 2, server.Count(portingtest.StorageDownload), "of two runs")
}

// TestOldLink has storage refuse links: once, as if they had ended, and for good.
func TestOldLink(t *testing.T) {
	t.Parallel()
	refuse := portingtest.Respond(http.StatusForbidden, "<Error><Code>AccessDenied</Code></Error>")
	for _, test := range []struct {
		name         string
		fault        portingtest.Fault
		links, saved int
	}{
		{"once", portingtest.Fault{Operation: portingtest.StorageDownload, Nth: 1, Effect: refuse}, 3, 2},
		{"twice", portingtest.Fault{Operation: portingtest.StorageDownload, Times: 2, Effect: refuse}, 3, 1},
		{"always", portingtest.Fault{Operation: portingtest.StorageDownload, Effect: refuse}, 4, 0},
		{"by the API", portingtest.Fault{Operation: "Documents.CreateDownloadLink", Effect: portingtest.Respond(http.StatusForbidden, "")}, 2, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			defer server.Close()
			draft, _ := server.AddDraft("+12065550100")
			server.Inject(test.fault)
			dir := t.TempDir()
			report, err := archive.Documents(t.Context(), impatient(server), draft, dir, nil)
			assert.Len(t, report.Added, test.saved)
			assert.Len(t, report.Failed, 2-test.saved)
			assert.Equal(t, test.links, server.Count("Documents.CreateDownloadLink"))
			assert.Len(t, namesIn(t, dir), test.saved)
			if test.saved == 2 {
				require.NoError(t, err)
				return
			}
			var incomplete *archive.IncompleteError
			require.ErrorAs(t, err, &incomplete)
			var api *porting.APIError
			require.ErrorAs(t, err, &api)
			assert.Equal(t, http.StatusForbidden, api.StatusCode)
			assert.NotContains(t, err.Error(), "X-Amz")
		})
	}
}

// TestCutOffOnce cuts one document off on its way. The same run has it whole, by another link.
func TestCutOffOnce(t *testing.T) {
	t.Parallel()
	for _, s := range savers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			defer server.Close()
			id, path := submitted(t, server, "+12065550100"), filepath.Join(t.TempDir(), s.path)
			server.Inject(portingtest.Fault{Operation: portingtest.StorageDownload, Nth: 2, Effect: portingtest.Truncate()})
			report, err := s.save(t.Context(), impatient(server), path, []porting.PortRequestID{id}, onSandboxClock(server))
			require.NoError(t, err)
			assert.Len(t, report.Added, 6)
			assert.Equal(t, 4, server.Count("Documents.CreateDownloadLink"))
			complete(t, server, s, path, id)
		})
	}
}

// TestCutOff cuts documents off on their way, each time.
func TestCutOff(t *testing.T) {
	t.Parallel()
	for _, s := range savers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			defer server.Close()
			id, path := submitted(t, server, "+12065550100"), filepath.Join(t.TempDir(), s.path)
			fault := server.Inject(portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.Truncate()})
			report, err := s.save(t.Context(), impatient(server), path, []porting.PortRequestID{id}, onSandboxClock(server))
			var incomplete *archive.IncompleteError
			require.ErrorAs(t, err, &incomplete)
			assert.Len(t, incomplete.Failed, 3)
			assert.Len(t, report.Added, 3)
			assert.Equal(t, 6, server.Count(portingtest.StorageDownload), "each once more")
			assert.Len(t, namesIn(t, verify(t, path)), 3)
			fault.Remove()
			report, err = s.save(t.Context(), impatient(server), path, []porting.PortRequestID{id}, onSandboxClock(server))
			require.NoError(t, err)
			assert.Len(t, report.Added, 3)
			complete(t, server, s, path, id)
		})
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	id, dir := submitted(t, server, "+12065550100"), t.TempDir()
	report, err := archive.ToFolder(t.Context(), impatient(server), dir, []porting.PortRequestID{id}, &archive.Options{MaxDocument: 1008})
	var tooLarge *archive.TooLargeError
	require.ErrorAs(t, err, &tooLarge)
	assert.Equal(t, int64(1008), tooLarge.Most)
	assert.Len(t, report.Added, 5)
	assert.NotContains(t, strings.Join(namesIn(t, dir), " "), "other-")
	_, err = archive.ToFolder(t.Context(), impatient(server), dir, []porting.PortRequestID{id}, &archive.Options{MaxDocument: 1009})
	require.NoError(t, err)
}

func TestOneOfManyFails(t *testing.T) {
	t.Parallel()
	for _, s := range savers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			defer server.Close()
			ids := []porting.PortRequestID{submitted(t, server, "+12065550100"), "no-such", "..", submitted(t, server, "+12065550101")}
			path := filepath.Join(t.TempDir(), s.path)
			report, err := s.save(t.Context(), impatient(server), path, ids, nil)
			require.ErrorIs(t, err, porting.ErrNotFound)
			assert.Len(t, report.Added, 12)
			require.Len(t, report.Failed, 2)
			assert.Equal(t, ids[1], report.Failed[0].PortRequest)
			assert.Contains(t, err.Error(), "port request no-such: porting: PortRequests.Get: 404")
			var bad *porting.ArgumentError
			require.ErrorAs(t, report.Failed[1].Err, &bad)
			verify(t, path)
		})
	}
}

// TestContextEnds ends the context while the first document is asked for. That ends the run, and
// isn't taken for a failure of one document.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	ids := []porting.PortRequestID{submitted(t, server, "+12065550100"), submitted(t, server, "+12065550101")}
	ctx, cancel := context.WithCancel(t.Context())
	server.Inject(portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.Hang(), Match: func(portingtest.Call) bool {
		cancel()
		return true
	}})
	report, err := archive.ToFolder(ctx, impatient(server), t.TempDir(), ids, nil)
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, report.Added, 3)
	assert.Empty(t, report.Failed)
	assert.Equal(t, 1, server.Count("PortRequests.Get"))
}

func TestRefusedCredentialsEndTheRun(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	server.Inject(portingtest.Fault{Operation: "PortRequests.Get", Effect: portingtest.Respond(http.StatusUnauthorized, "")})
	_, err := archive.ToFolder(t.Context(), impatient(server), t.TempDir(), []porting.PortRequestID{"a", "b"}, nil)
	require.ErrorIs(t, err, porting.ErrUnauthorized)
	assert.Equal(t, 1, server.Count("PortRequests.Get"))
}

// TestListsThatTheServerLeavesOut asks for sub requests that the port request doesn't include.
func TestListsThatTheServerLeavesOut(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	id, dir := submitted(t, server, "+12065550100"), t.TempDir()
	server.Inject(portingtest.Fault{Operation: "PortRequests.Get", Effect: portingtest.NullArrays()})
	_, err := archive.ToFolder(t.Context(), impatient(server), dir, []porting.PortRequestID{id}, onSandboxClock(server))
	require.NoError(t, err)
	assert.Contains(t, read(t, dir, string(id)+"/port_request-20260302T090000Z.json"), `"pin_passcode": "[redacted]"`)
}

func TestBadArguments(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	for field, call := range map[string]func() (*archive.Report, error){
		"client": func() (*archive.Report, error) {
			return archive.ToFolder(t.Context(), nil, t.TempDir(), nil, nil)
		},
		"max_document": func() (*archive.Report, error) {
			return archive.ToZip(t.Context(), server.Client(), "x.zip", nil, &archive.Options{MaxDocument: -1})
		},
		"owner": func() (*archive.Report, error) {
			return archive.Documents(t.Context(), server.Client(), nil, t.TempDir(), nil)
		},
	} {
		_, err := call()
		var bad *porting.ArgumentError
		require.ErrorAs(t, err, &bad, field)
		assert.Equal(t, field, bad.Field)
	}
	assert.Empty(t, server.Requests())
}

// TestNames has a server give documents ids, types and keys that are no names of files.
func TestNames(t *testing.T) {
	t.Parallel()
	odd := []porting.SupportingDocument{
		{ID: "../../etc/passwd", DocumentType: "../loa", Body: "x/../../y.pdf/"},
		{ID: "..", DocumentType: "", Body: "a.p/df"},
		{ID: "doc", DocumentType: "LOA", Body: "Ada Example +13125550100.PDF"},
		{ID: "Doc", DocumentType: "loa", Body: "k.pdf"},
		{ID: "d\nc\\", DocumentType: "l o\x00a", Body: "k.tar.gz"},
		{ID: porting.DocumentID(strings.Repeat("x", 5000)), DocumentType: porting.DocumentType(strings.Repeat("y", 500)), Body: "k.verylongextension"},
		{ID: "Ünicode", DocumentType: "con", Body: ".pdf"},
		{ID: "con.", DocumentType: "-rf", Body: "k.p;df"},
	}
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/supporting_documents"):
			assert.NoError(t, json.NewEncoder(w).Encode(odd))
		case strings.HasSuffix(r.URL.Path, "/download_links"):
			_, _ = w.Write([]byte(`{"url":"` + server.URL + `/file"}`))
		default:
			_, _ = w.Write([]byte("content"))
		}
	}))
	defer server.Close()
	client, err := porting.NewClient(porting.Token("t"), porting.WithBaseURL(server.URL))
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "archive")
	report, err := archive.Documents(t.Context(), client, porting.DraftID("draft"), dir, nil)
	require.ErrorContains(t, err, `must not be "." or ".."`) // the client refuses one
	assert.Len(t, report.Added, len(odd)-1)
	assert.Len(t, namesIn(t, filepath.Dir(dir)), len(odd)+1, "in the folder, with manifest and lock")
	seen := map[string]bool{}
	for _, name := range namesIn(t, dir) {
		assert.Regexp(t, `^[a-z0-9][A-Za-z0-9_-]{1,100}(\.[a-z0-9]{1,8})?$`, name)
		assert.NotContains(t, name, "Ada")
		assert.False(t, seen[strings.ToLower(name)], "where upper and lower case are the same")
		seen[strings.ToLower(name)] = true
	}
	verify(t, dir)
}
