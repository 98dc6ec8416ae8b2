package portingtest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// What an error must be, with what it has to say.
type outcome func(t *testing.T, err error)

func succeeds(t *testing.T, err error) {
	t.Helper()
	require.NoError(t, err)
}

func is[T error](text string) outcome {
	return func(t *testing.T, err error) {
		t.Helper()
		_, ok := errors.AsType[T](err)
		assert.True(t, ok, "%T: %v", err, err)
		assert.ErrorContains(t, err, text)
	}
}

func isStatus(status int) outcome {
	return func(t *testing.T, err error) {
		t.Helper()
		e, ok := errors.AsType[*porting.APIError](err)
		if assert.True(t, ok, "%T: %v", err, err) {
			assert.Equal(t, status, e.StatusCode)
		}
	}
}

func both(a, b outcome) outcome {
	return func(t *testing.T, err error) {
		t.Helper()
		a(t, err)
		b(t, err)
	}
}

// hasty gives up a try after a moment.
var hasty = []porting.Option{porting.WithTryTimeout(200 * time.Millisecond)}

// waits is a rate limit whose wait is too long to begin.
func waits(d time.Duration) outcome {
	return func(t *testing.T, err error) {
		t.Helper()
		limited, ok := errors.AsType[*porting.RateLimitError](err)
		if assert.True(t, ok, "%T: %v", err, err) {
			assert.InDelta(t, d, limited.RetryAfter, float64(10*time.Minute))
		}
	}
}

// TestFaults shows each effect as the client sees it: on an operation that may
// be sent again (get a draft), and on one that mustn't (create a draft).
func TestFaults(t *testing.T) {
	t.Parallel()
	var (
		unknown    = is[*porting.OutcomeUnknownError]("the server may have acted")
		connection = is[*porting.ConnectionError]("no answer")
		unreadable = is[*porting.DecodeError]("can't be read")
		done       = is[*porting.DecodeError]("the server did it, but its answer can't be read")
		limited    = is[*porting.RateLimitError]("429")
	)
	soon := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for name, test := range map[string]struct {
		effect portingtest.Effect
		opts   []porting.Option

		// What comes of getting a draft and of creating one, the requests that
		// it takes, and the drafts that there are then.
		get       outcome
		gets      int
		create    outcome
		creations int
		drafts    int
		once      bool // hit the first request only
	}{
		"dropped before handling":              {effect: portingtest.DropBefore(), get: connection, gets: 4, create: unknown, creations: 1},
		"dropped before handling, once":        {effect: portingtest.DropBefore(), once: true, get: succeeds, gets: 2, create: unknown, creations: 1},
		"dropped after handling":               {effect: portingtest.DropAfter(), get: connection, gets: 4, create: unknown, creations: 1, drafts: 1},
		"dropped after handling, once":         {effect: portingtest.DropAfter(), once: true, get: succeeds, gets: 2, create: unknown, creations: 1, drafts: 1},
		"delay":                                {effect: portingtest.Delay(time.Millisecond), get: succeeds, gets: 1, create: succeeds, creations: 1, drafts: 1},
		"delay past the try":                   {effect: portingtest.Delay(time.Minute), opts: hasty, get: connection, gets: 4, create: unknown, creations: 1},
		"delay past the try, once":             {effect: portingtest.Delay(time.Minute), opts: hasty, once: true, get: succeeds, gets: 2, create: unknown, creations: 1},
		"delay past the try after handling":    {effect: portingtest.Delay(time.Minute).AfterHandling(), opts: hasty, get: connection, gets: 4, create: unknown, creations: 1, drafts: 1},
		"400":                                  {effect: portingtest.Respond(400, `{"message":"No."}`), get: isStatus(400), gets: 1, create: is[*porting.APIError]("400 Bad Request: No."), creations: 1},
		"401":                                  {effect: portingtest.Respond(401, ""), get: is[*porting.UnauthorizedError]("401"), gets: 1, create: is[*porting.UnauthorizedError]("401"), creations: 1},
		"404":                                  {effect: portingtest.Respond(404, ""), get: is[*porting.NotFoundError]("404"), gets: 1, create: is[*porting.NotFoundError]("404"), creations: 1},
		"422":                                  {effect: portingtest.Respond(422, `{"errors":{"x":["is odd"]}}`), get: is[*porting.ValidationError]("x: is odd"), gets: 1, create: is[*porting.ValidationError]("x: is odd"), creations: 1},
		"500":                                  {effect: portingtest.Respond(500, "oops"), get: isStatus(500), gets: 4, create: both(unknown, isStatus(500)), creations: 1},
		"503, once":                            {effect: portingtest.Respond(503, ""), once: true, get: succeeds, gets: 2, create: both(unknown, isStatus(503)), creations: 1},
		"504 after handling":                   {effect: portingtest.Respond(504, "").AfterHandling(), get: isStatus(504), gets: 4, create: both(unknown, isStatus(504)), creations: 1, drafts: 1},
		"HTML 502":                             {effect: portingtest.BadGateway(), get: isStatus(502), gets: 4, create: both(unknown, isStatus(502)), creations: 1},
		"HTML 502, once":                       {effect: portingtest.BadGateway(), once: true, get: succeeds, gets: 2, create: unknown, creations: 1},
		"HTML 502 after handling":              {effect: portingtest.BadGateway().AfterHandling(), get: isStatus(502), gets: 4, create: unknown, creations: 1, drafts: 1},
		"429":                                  {effect: portingtest.RateLimit(""), get: limited, gets: 4, create: limited, creations: 4},
		"429, once":                            {effect: portingtest.RateLimit(""), once: true, get: succeeds, gets: 2, create: succeeds, creations: 2, drafts: 1},
		"429 with no wait, once":               {effect: portingtest.RateLimit("0"), once: true, get: succeeds, gets: 2, create: succeeds, creations: 2, drafts: 1},
		"429 with seconds":                     {effect: portingtest.RateLimit("3600"), get: waits(time.Hour), gets: 1, create: waits(time.Hour), creations: 1},
		"429 with a date":                      {effect: portingtest.RateLimit(soon), get: waits(time.Hour), gets: 1, create: waits(time.Hour), creations: 1},
		"truncated body":                       {effect: portingtest.Truncate(), get: connection, gets: 4, create: unknown, creations: 1, drafts: 1},
		"truncated body, once":                 {effect: portingtest.Truncate(), once: true, get: succeeds, gets: 2, create: unknown, creations: 1, drafts: 1},
		"Content-Length too large":             {effect: portingtest.WrongLength(+1), get: connection, gets: 4, create: unknown, creations: 1, drafts: 1},
		"Content-Length too small":             {effect: portingtest.WrongLength(-1), get: unreadable, gets: 1, create: done, creations: 1, drafts: 1},
		"Content-Length of nothing":            {effect: portingtest.WrongLength(-1 << 20), get: unreadable, gets: 1, create: done, creations: 1, drafts: 1},
		"wrong content type":                   {effect: portingtest.ContentType("text/html"), get: succeeds, gets: 1, create: succeeds, creations: 1, drafts: 1},
		"HTML for JSON":                        {effect: portingtest.Respond(200, "<html>", "Content-Type: text/html"), get: is[*porting.DecodeError](`its content type is "text/html"`), gets: 1, create: done, creations: 1},
		"slow drip":                            {effect: portingtest.Drip(20 * time.Millisecond), get: succeeds, gets: 1, create: succeeds, creations: 1, drafts: 1},
		"slow drip past the try":               {effect: portingtest.Drip(time.Hour), opts: hasty, get: connection, gets: 4, create: unknown, creations: 1, drafts: 1},
		"huge body":                            {effect: portingtest.Huge(1 << 20), get: succeeds, gets: 1, create: succeeds, creations: 1, drafts: 1},
		"huge body past the bound":             {effect: portingtest.Huge(1 << 30), opts: []porting.Option{porting.WithMaxResponseBytes(1 << 20)}, get: unreadable, gets: 1, create: done, creations: 1, drafts: 1},
		"null for arrays":                      {effect: portingtest.NullArrays(), get: succeeds, gets: 1, create: succeeds, creations: 1, drafts: 1},
		"empty 200":                            {effect: portingtest.Empty(), get: is[*porting.DecodeError]("it is empty"), gets: 1, create: done, creations: 1, drafts: 1},
		"redirect to itself, once":             {effect: portingtest.Redirect(""), once: true, get: succeeds, gets: 2, create: isStatus(307), creations: 1},
		"redirect to itself, without end":      {effect: portingtest.Redirect(""), get: isStatus(307), gets: 6, create: isStatus(307), creations: 1},
		"redirect to another host":             {effect: portingtest.Redirect("https://example.com/x"), get: is[*porting.APIError]("a redirect to example.com"), gets: 1, create: isStatus(307), creations: 1},
		"redirect to itself, after handling":   {effect: portingtest.Redirect("").AfterHandling(), once: true, get: succeeds, gets: 2, create: isStatus(307), creations: 1, drafts: 1},
		"effects that act, after handling too": {effect: portingtest.Empty().AfterHandling(), get: unreadable, gets: 1, create: done, creations: 1, drafts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := portingtest.Fault{Effect: test.effect}
			if test.once {
				f.Nth = 1
			}
			// verify tells whether there were as many requests, and hits, as wanted.
			verify := func(requests []portingtest.Request, fault *portingtest.Injected, want int) {
				require.Len(t, requests, want)
				assert.Equal(t, test.effect.String(), requests[0].Fault)
				if test.once {
					want = 1
				}
				assert.Equal(t, want, fault.Fired())
			}
			s := open(t)
			client := patient(s, test.opts...)
			path, _ := createDraft(t, s, "+12065550100")
			draft := porting.DraftID(strings.TrimPrefix(path, draftsPath+"/"))

			f.Operation = "Drafts.Get"
			fault := s.Inject(f)
			_, err := client.Drafts.Get(t.Context(), draft, nil)
			test.get(t, err)
			verify(s.Requests("Drafts.Get"), fault, test.gets)

			f.Operation = "Drafts.Create"
			fault = s.Inject(f)
			_, err = client.Drafts.Create(t.Context(), "+12065550101")
			test.create(t, err)
			verify(s.Requests("Drafts.Create")[1:], fault, test.creations)
			page, err := s.Client().Drafts.List(t.Context(), &porting.DraftListOptions{Search: "+12065550101"})
			require.NoError(t, err)
			assert.Len(t, page.Items, test.drafts, "drafts")
			s.AssertClean(t)
		})
	}
}

func TestNullArrays(t *testing.T) {
	t.Parallel()
	s := open(t)
	client := s.Client()
	created, err := client.Drafts.Create(t.Context(), "+12065550100")
	require.NoError(t, err)
	s.Inject(portingtest.Fault{Effect: portingtest.NullArrays()})
	draft, err := client.Drafts.Get(t.Context(), created.ID, nil)
	require.NoError(t, err)
	assert.Equal(t, 1, draft.PhoneNumberCount)
	assert.Empty(t, draft.PhoneNumbers)
	_, err = client.Drafts.ListSubRequests(t.Context(), draft.ID)
	_, refused := errors.AsType[*porting.DecodeError](err)
	assert.True(t, refused, "null is no list: %v", err)
	assert.Equal(t, "null", call(t, s, "GET", draftsPath, "").Body)
	assert.Contains(t, call(t, s, "GET", draftsPath+"/"+string(draft.ID)+"?include_sub_requests=true", "").Body, `"sub_requests":null`)
}

// TestStorageFaults shows the effects on uploads and downloads.
func TestStorageFaults(t *testing.T) {
	t.Parallel()
	const content = "the letter of authorization"
	connection := is[*porting.ConnectionError]("no answer")
	for name, test := range map[string]struct {
		fault portingtest.Fault
		opts  []porting.Option

		upload, download outcome
		got              string
		uploads          int // requests to the storage host
		downloads        int
	}{
		"upload dropped before handling": {
			fault:  portingtest.Fault{Operation: portingtest.StorageUpload, Nth: 1, Effect: portingtest.DropBefore()},
			upload: succeeds, uploads: 2, download: succeeds, downloads: 1, got: content,
		},
		"upload dropped after handling": {
			fault:  portingtest.Fault{Operation: portingtest.StorageUpload, Nth: 1, Effect: portingtest.DropAfter()},
			upload: succeeds, uploads: 2, download: succeeds, downloads: 1, got: content,
		},
		"upload refused": {
			fault:  portingtest.Fault{Operation: portingtest.StorageUpload, Method: "POST", Effect: portingtest.Respond(403, "<Error/>")},
			upload: both(is[*porting.UploadError](`"store"`), isStatus(403)), uploads: 1,
		},
		"upload's answer truncated": { // there is no body to truncate
			fault:  portingtest.Fault{Operation: portingtest.StorageUpload, Nth: 1, Effect: portingtest.Truncate()},
			upload: succeeds, uploads: 2, download: succeeds, downloads: 1, got: content,
		},
		"third step dropped after handling": {
			fault:   portingtest.Fault{Route: "/origination/porting/draft_port_requests/{id}/supporting_documents", Method: "POST", Effect: portingtest.DropAfter()},
			upload:  both(is[*porting.UploadError](`"document"`), is[*porting.OutcomeUnknownError]("list the documents of the draft before uploading again")),
			uploads: 1,
		},
		"download too short": {
			fault:  portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.Truncate()},
			upload: succeeds, uploads: 1, download: connection, downloads: 1, got: content[:len(content)/2],
		},
		"download of a wrong length": {
			fault:  portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.WrongLength(1000)},
			upload: succeeds, uploads: 1, download: connection, downloads: 1, got: content,
		},
		"download that looks whole": {
			fault:  portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.WrongLength(-20)},
			upload: succeeds, uploads: 1, download: succeeds, downloads: 1, got: content[:len(content)-20],
		},
		"slow download": {
			fault:  portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.Drip(20 * time.Millisecond)},
			upload: succeeds, uploads: 1, download: succeeds, downloads: 1, got: content,
		},
		"slow download past the client's patience": {
			fault:  portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.Drip(time.Hour)},
			opts:   []porting.Option{porting.WithTimeout(300 * time.Millisecond)},
			upload: succeeds, uploads: 1, download: is[*porting.ConnectionError]("deadline exceeded"), downloads: 1,
		},
		"redirected download": {
			fault:  portingtest.Fault{Operation: portingtest.StorageDownload, Nth: 1, Effect: portingtest.Redirect("")},
			upload: succeeds, uploads: 1, download: succeeds, downloads: 2, got: content,
		},
		"huge download": {
			fault:  portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.Huge(1000)},
			upload: succeeds, uploads: 1, download: succeeds, downloads: 1, got: strings.Repeat(" ", 1000) + content,
		},
		"download dropped": {
			fault:  portingtest.Fault{Operation: portingtest.StorageDownload, Effect: portingtest.DropBefore()},
			upload: succeeds, uploads: 1, download: connection, downloads: 4,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			client := patient(s, test.opts...)
			draft, err := client.Drafts.Create(t.Context(), "+12065550100")
			require.NoError(t, err)
			fault := s.Inject(test.fault)
			document, err := client.Documents.Upload(t.Context(), draft.ID, porting.DocumentUpload{
				Type: "loa", Filename: "loa.pdf", Content: strings.NewReader(content),
			})
			test.upload(t, err)
			if err == nil {
				client.CloseIdleConnections()
				var got strings.Builder
				_, err = client.Documents.Download(t.Context(), draft.ID, document.ID, &got)
				test.download(t, err)
				if test.got != "" {
					assert.Equal(t, test.got, got.String())
				}
			}
			assert.Equal(t, test.uploads, s.Count(portingtest.StorageUpload))
			assert.Equal(t, test.downloads, s.Count(portingtest.StorageDownload))
			assert.Positive(t, fault.Fired())
			s.AssertClean(t)
		})
	}
}

// TestFaultsInProcess has no connection to close.
func TestFaultsInProcess(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropAfter()})
	s.Inject(portingtest.Fault{Operation: "Drafts.List", Nth: 1, Effect: portingtest.Truncate()})
	s.Inject(portingtest.Fault{Operation: "Drafts.List", Nth: 2, Effect: portingtest.WrongLength(1)})
	send := func(method, body string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		s.ServeHTTP(answer, newCall(t, s, method, draftsPath, body))
		return answer
	}
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { send("POST", numbersBody("+12065550100")) })
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { send("GET", "") })
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { send("GET", "") })
	assert.Contains(t, send("GET", "").Body.String(), "+12065550100")
	s.AssertClean(t)
}

// TestFaultEndsWithTheClient has effects that would take long.
func TestFaultEndsWithTheClient(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]portingtest.Effect{
		"delay": portingtest.Delay(time.Hour), "drip": portingtest.Drip(time.Hour),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.Inject(portingtest.Fault{Effect: effect})
			inProcess, cancel := context.WithCancel(t.Context())
			request := newCall(t, s, "GET", draftsPath, "").WithContext(inProcess)
			over := make(chan struct{})
			go func() {
				defer close(over)
				defer func() { _ = recover() }()
				s.ServeHTTP(httptest.NewRecorder(), request)
			}()
			cancel()
			<-over

			// The end of the sandbox is one, too.
			answered := make(chan error, 1)
			r := newCall(t, s, "GET", draftsPath, "")
			go func() {
				answer, err := http.DefaultClient.Do(r)
				if err == nil {
					_, err = io.Copy(io.Discard, answer.Body)
					answer.Body.Close()
				}
				answered <- err
			}()
			require.Eventually(t, func() bool { return s.Count("Drafts.List") == 2 }, 5*time.Second, time.Millisecond)
			start := time.Now()
			s.Close()
			assert.Less(t, time.Since(start), 900*time.Millisecond)
			assert.Error(t, <-answered)
		})
	}
}
