package drafts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
)

// onSandboxClock are options whose second look comes after a second of the sandbox's clock.
func onSandboxClock(server *portingtest.Server) *drafts.EnsureOptions {
	return &drafts.EnsureOptions{
		LookAgain: time.Second,
		Sleep: func(ctx context.Context, d time.Duration) error {
			server.Advance(d)
			return ctx.Err()
		},
	}
}

func TestEnsure(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t, portingtest.WithDocumentsOptional())
	client := wiredClient(server, nil)
	numbers := []string{"+13125550100", "+13125550150", "+13125550100"}

	first, err := drafts.Ensure(t.Context(), client, numbers, nil)
	require.NoError(t, err)
	assert.True(t, first.Created)
	assert.Nil(t, first.PortRequest)
	assert.Len(t, first.Draft.PhoneNumbers, 2, "a number that is there twice is meant once")

	second, err := drafts.Ensure(t.Context(), client, []string{"+13125550150", "+13125550100"}, nil)
	require.NoError(t, err)
	assert.False(t, second.Created)
	assert.Nil(t, second.PortRequest)
	assert.Equal(t, first.Draft.ID, second.Draft.ID)
	assert.Equal(t, 1, server.Count("Drafts.Create"))
}

func TestEnsureFindsWhatWasSubmitted(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	numbers := []string{"+13125550100", "+13125550150"}
	draft, _ := server.AddDraft(numbers...)
	submitted, err := client.Drafts.Submit(t.Context(), draft)
	require.NoError(t, err)

	found, err := drafts.Ensure(t.Context(), client, numbers, nil)
	require.NoError(t, err)
	assert.False(t, found.Created)
	assert.Equal(t, submitted.PortRequestID, found.PortRequest.ID)
	assert.Equal(t, draft, found.Draft.ID)

	// A server whose list of drafts ends when they are submitted.
	forgetful := func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		return send(withQuery(r, func(q url.Values) {
			if q.Get("status") == "submitted" {
				q.Set("search", "no such number")
			}
		}))
	}
	found, err = drafts.Ensure(t.Context(), wiredClient(server, forgetful), numbers, nil)
	require.NoError(t, err)
	assert.Equal(t, submitted.PortRequestID, found.PortRequest.ID)
	assert.Nil(t, found.Draft)
	assert.Zero(t, server.Count("Drafts.Create"))
}

// What is found in a list may have gone on since.
func TestEnsureReadsTheDraftAgain(t *testing.T) {
	t.Parallel()
	numbers := []string{"+13125550100", "+13125550150"}
	t.Run("submitted", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		draft, _ := server.AddDraft(numbers...)
		submitter := wiredClient(server, nil)
		before := func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, string(draft)) {
				if _, err := submitter.Drafts.Submit(r.Context(), draft); err != nil {
					return nil, err
				}
			}
			return send(r)
		}
		found, err := drafts.Ensure(t.Context(), wiredClient(server, before), numbers, nil)
		require.NoError(t, err)
		assert.Equal(t, draft, found.Draft.ID)
		require.NotNil(t, found.PortRequest)
		assert.Equal(t, found.Draft.PortRequestID, found.PortRequest.ID)
	})
	t.Run("submitted as what isn't shown", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		draft, _ := server.AddDraft(numbers...)
		submitted, err := wiredClient(server, nil).Drafts.Submit(t.Context(), draft)
		require.NoError(t, err)
		stale := func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "/porting/port_requests/") {
				return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
			}
			return send(withQuery(r, func(q url.Values) {
				q.Del("status")
				if strings.HasSuffix(r.URL.Path, "/porting/port_requests") {
					q.Set("search", "not yet")
				}
			}))
		}
		found, err := drafts.Ensure(t.Context(), wiredClient(server, stale), numbers, nil)
		require.NoError(t, err)
		assert.Nil(t, found.PortRequest)
		assert.Equal(t, submitted.PortRequestID, found.Draft.PortRequestID)
		assert.Zero(t, server.Count("Drafts.Create"))
	})
	t.Run("deleted", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		listed, _ := server.AddDraft(numbers...)
		var kept []byte
		var header http.Header
		stale := func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			answer, err := send(r)
			if err == nil && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/draft_port_requests") {
				if kept == nil {
					header = answer.Header
					kept, err = io.ReadAll(answer.Body)
				}
				answer.Header = header
				answer.Body = io.NopCloser(bytes.NewReader(kept))
				answer.ContentLength = int64(len(kept))
			}
			return answer, err
		}
		client := wiredClient(server, stale)
		places, err := drafts.Find(t.Context(), client, numbers, nil)
		require.NoError(t, err)
		assert.Equal(t, listed, places[0].Draft.ID)
		server.Advance(31 * 24 * time.Hour)
		found, err := drafts.Ensure(t.Context(), client, numbers, nil)
		require.NoError(t, err)
		assert.True(t, found.Created)
		assert.NotEqual(t, listed, found.Draft.ID)
	})
}

func TestEnsureAfterCancellation(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	_, subs := server.AddPortRequest("+13125550100", "+13125550101")
	server.Move(subs[0], porting.SubRequestStatusCancelled)
	found, err := drafts.Ensure(t.Context(), wiredClient(server, nil), []string{"+13125550100", "+13125550101"}, nil)
	require.NoError(t, err)
	assert.True(t, found.Created)
}

func TestEnsureConflicts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		arrange func(server *portingtest.Server)
		opts    *drafts.EnsureOptions
		extra   []string
		text    string
	}{
		{name: "in two drafts", arrange: func(s *portingtest.Server) {
			s.AddDraft("+13125550100")
			s.AddDraft("+13125550101")
		}, text: "1 in draft ID, 1 in draft ID"},
		{name: "partly free", arrange: func(s *portingtest.Server) {
			s.AddDraft("+13125550101")
		}, text: "1 in draft ID, 1 nowhere"},
		{name: "in a draft and a port request", arrange: func(s *portingtest.Server) {
			s.AddDraft("+13125550100")
			s.AddPortRequest("+13125550101")
		}, text: "1 in draft ID, 1 in port request ID"},
		{name: "with others that are cancelled", arrange: func(s *portingtest.Server) {
			_, subs := s.AddPortRequest("+13125550100", "+13125550150", "+13125550101")
			s.Move(subs[1], porting.SubRequestStatusCancelled)
		}, text: ""},
		{name: "in two drafts each", arrange: func(s *portingtest.Server) {
			s.AddDraft("+13125550100", "+13125550101")
			s.AddDraft("+13125550100", "+13125550101")
		}, text: "2 in several places"},
		{name: "with others in a draft", arrange: func(s *portingtest.Server) {
			s.AddDraft("+13125550100", "+13125550101", "+13125550102", "+13125550150")
		}, extra: []string{"+13125550102", "+13125550150"}, text: "2 in draft ID; 2 others are there, too"},
		{name: "with others in a port request", arrange: func(s *portingtest.Server) {
			_, subs := s.AddPortRequest("+13125550100", "+13125550101", "+13125550102", "+13125550150")
			s.Move(subs[1], porting.SubRequestStatusCancelled)
		}, extra: []string{"+13125550102"}, text: "2 in port request ID; 1 others are there, too"},
		{name: "all but those that don't count", arrange: func(s *portingtest.Server) {
			s.AddDraft("+13125550100", "+13125550101")
			_, subs := s.AddPortRequest("+13125550101")
			s.Move(subs[0], porting.SubRequestStatusPorted)
		}, opts: &drafts.EnsureOptions{Find: drafts.FindOptions{
			Ignore: func(p drafts.Place) bool { return p.Status == porting.SubRequestStatusPorted },
		}}, text: ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			test.arrange(server)
			found, err := drafts.Ensure(t.Context(), wiredClient(server, nil), []string{"+13125550100", "+13125550101"}, test.opts)
			assert.Zero(t, server.Count("Drafts.Create"))
			if test.text == "" {
				require.NoError(t, err)
				assert.False(t, found.Created)
				return
			}
			assert.Nil(t, found)
			var conflict *drafts.ConflictError
			require.ErrorAs(t, err, &conflict)
			assert.Len(t, conflict.Places, 2)
			assert.Equal(t, test.extra, conflict.Extra)
			assert.Nil(t, conflict.Created)
			assert.Equal(t, "drafts: Ensure: the numbers aren't in a draft or port request of their own: "+test.text, withoutIDs(err.Error()))
		})
	}
	t.Run("in many drafts", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		for _, number := range chicago(2000, 20) {
			server.AddDraft(number)
		}
		_, err := drafts.Ensure(t.Context(), wiredClient(server, nil), chicago(2000, 20), nil)
		require.ErrorContains(t, err, "the others in 15 other places")
	})
}

// withoutIDs is a text with ID for each UUID.
func withoutIDs(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		if id := strings.TrimRight(word, ",;"); strings.Count(id, "-") == 4 {
			words[i] = strings.Replace(word, id, "ID", 1)
		}
	}
	return strings.Join(words, " ")
}

// A draft that was created with other numbers than those that were meant.
func TestEnsureComparesWhatWasCreated(t *testing.T) {
	t.Parallel()
	numbers := []string{"+13125550100", "+13125550101", "+13125550150"}
	stores := func(stored ...string) wire {
		return func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			if r.Method == http.MethodPost {
				body := `{"phone_numbers":[{"phone_number":"` + strings.Join(stored, `"},{"phone_number":"`) + `"}]}`
				r = r.Clone(r.Context())
				r.Body = io.NopCloser(strings.NewReader(body))
				r.ContentLength = int64(len(body))
			}
			return send(r)
		}
	}
	for _, test := range []struct {
		name   string
		stored []string
		free   int
		extra  []string
	}{
		{"one of three", numbers[:1], 2, nil},
		{"one more", append(numbers[:3:3], "+13125550102"), 0, []string{"+13125550102"}},
		{"others", []string{"+13125550102"}, 3, []string{"+13125550102"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			found, err := drafts.Ensure(t.Context(), wiredClient(server, stores(test.stored...)), numbers, nil)
			assert.Nil(t, found)
			var conflict *drafts.ConflictError
			require.ErrorAs(t, err, &conflict)
			require.NotNil(t, conflict.Created)
			assert.ErrorContains(t, err, "the draft "+string(conflict.Created.ID)+" was created")
			assert.Equal(t, test.extra, conflict.Extra)
			free := 0
			for i, p := range conflict.Places {
				assert.Equal(t, numbers[i], p.Number)
				if p.Free() {
					free++
				} else {
					assert.Equal(t, conflict.Created, p.Draft)
				}
			}
			assert.Equal(t, test.free, free)
		})
	}
	t.Run("an answer without numbers", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.NullArrays()})
		found, err := drafts.Ensure(t.Context(), wiredClient(server, nil), numbers, nil)
		require.NoError(t, err)
		assert.True(t, found.Created)
		assert.Len(t, found.Draft.PhoneNumbers, 3)
	})
	t.Run("numbers that can't be compared", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.NullArrays()})
		server.Inject(portingtest.Fault{Operation: "Drafts.Get", Effect: portingtest.Respond(http.StatusForbidden, "")})
		found, err := drafts.Ensure(t.Context(), wiredClient(server, nil), numbers, nil)
		assert.Nil(t, found)
		require.ErrorContains(t, err, "was created, but")
		var refused *porting.APIError
		require.ErrorAs(t, err, &refused)
	})
}

func TestEnsureLostAnswers(t *testing.T) {
	t.Parallel()
	numbers := []string{"+13125550100", "+13125550150"}
	for _, test := range []struct {
		name   string
		effect portingtest.Effect
		opts   []porting.Option
		slept  int  // before the draft is found, or isn't
		found  bool // by the first run
		drafts int  // after it
	}{
		{"dropped after handling", portingtest.DropAfter(), nil, 0, true, 1},
		{"cut off", portingtest.Truncate(), nil, 0, true, 1},
		{"empty", portingtest.Empty(), nil, 0, true, 1},
		{"another content type", portingtest.ContentType("text/html"), nil, 0, true, 1},
		{"too large", portingtest.Huge(1 << 16), []porting.Option{porting.WithMaxResponseBytes(1 << 15)}, 0, true, 1},
		{"500 after handling", portingtest.Respond(500, "").AfterHandling(), nil, 0, true, 1},
		{"502 after handling", portingtest.BadGateway().AfterHandling(), nil, 0, true, 1},
		{"hangs after handling", portingtest.Hang().AfterHandling(), []porting.Option{porting.WithTryTimeout(200 * time.Millisecond)}, 0, true, 1},
		{"503 and nothing done", portingtest.Respond(503, ""), nil, 1, false, 0},
		{"dropped before handling", portingtest.DropBefore(), nil, 1, false, 0},
		{"says no with a 200", portingtest.Respond(200, `{"success":false}`), nil, 1, false, 0},
		{"done between the looks", portingtest.DropThenAct(time.Second), nil, 1, true, 1},
		{"done after three requests", portingtest.DropBefore().ThenActAfter(2), nil, 1, true, 1},
		{"done later", portingtest.DropThenAct(time.Minute), nil, 1, false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: test.effect})
			client := wiredClient(server, nil, test.opts...)
			slept := 0
			opts := onSandboxClock(server)
			sleep := opts.Sleep
			opts.Sleep = func(ctx context.Context, d time.Duration) error {
				slept++
				return sleep(ctx, d)
			}
			first, err := drafts.Ensure(t.Context(), client, numbers, opts)
			assert.Equal(t, test.slept, slept)
			assert.Equal(t, 1, server.Count("Drafts.Create"))
			if test.found {
				require.NoError(t, err)
				assert.True(t, first.Created)
			} else {
				assert.Nil(t, first)
				var unknown *drafts.UnknownError
				require.ErrorAs(t, err, &unknown)
				assert.Equal(t, 2, unknown.Numbers)
				assert.True(t, errors.As(err, new(*porting.OutcomeUnknownError)) || errors.As(err, new(*porting.DecodeError)))
				assert.NoError(t, unknown.Look)
			}

			server.Advance(time.Hour)
			second, err := drafts.Ensure(t.Context(), client, numbers, opts)
			require.NoError(t, err)
			if first != nil {
				assert.Equal(t, first.Draft.ID, second.Draft.ID)
			}
			count, err := client.Drafts.List(t.Context(), nil)
			require.NoError(t, err)
			assert.Equal(t, 1, count.Total)
		})
	}
}

// The draft that a lost create has made may be found with other numbers, or not at all.
func TestEnsureLooksThatFail(t *testing.T) {
	t.Parallel()
	numbers := []string{"+13125550100", "+13125550150"}
	t.Run("a conflict", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropBefore()})
		opts := onSandboxClock(server)
		opts.Sleep = func(context.Context, time.Duration) error {
			server.AddDraft(numbers[0])
			return nil
		}
		_, err := drafts.Ensure(t.Context(), wiredClient(server, nil), numbers, opts)
		var unknown *drafts.UnknownError
		require.ErrorAs(t, err, &unknown)
		var conflict *drafts.ConflictError
		require.ErrorAs(t, err, &conflict)
		assert.Equal(t, unknown.Look, conflict)
		require.ErrorAs(t, err, new(*porting.OutcomeUnknownError))
	})
	t.Run("an outage", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropAfter()})
		create := func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			if r.Method == http.MethodPost {
				server.Inject(portingtest.Fault{Operation: "Drafts.List", Effect: portingtest.Respond(http.StatusForbidden, "")})
			}
			return send(r)
		}
		_, err := drafts.Ensure(t.Context(), wiredClient(server, create), numbers, onSandboxClock(server))
		var unknown *drafts.UnknownError
		require.ErrorAs(t, err, &unknown)
		var refused *porting.APIError
		require.ErrorAs(t, unknown.Look, &refused)
		assert.ErrorContains(t, err, "looking for it failed")
	})
	t.Run("an outage during the first look", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropAfter()})
		server.Inject(portingtest.Fault{Operation: "Drafts.List", Nth: 2, Effect: portingtest.Respond(http.StatusForbidden, "")})
		found, err := drafts.Ensure(t.Context(), wiredClient(server, nil), numbers, onSandboxClock(server))
		require.NoError(t, err)
		assert.True(t, found.Created)
	})
}

// A create that was refused, or never sent, is no doubt.
func TestEnsureRefused(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	_, err := drafts.Ensure(t.Context(), client, []string{"+13125550182"}, nil)
	require.ErrorIs(t, err, porting.ErrUnprocessable)
	_, err = drafts.Ensure(t.Context(), client.With(porting.WithReadOnly()), []string{"+13125550100"}, nil)
	requireArgument(t, err, "Drafts.Create", "client")
	require.NotErrorAs(t, err, new(*drafts.UnknownError))
}

func TestEnsureArguments(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	for _, test := range []struct {
		name    string
		client  *porting.Client
		numbers []string
		opts    *drafts.EnsureOptions
		field   string
	}{
		{"no client", nil, chicago(2000, 1), nil, "client"},
		{"no numbers", client, nil, nil, "phone_numbers"},
		{"a bad number", client, []string{"3125550100"}, nil, "phone_numbers.0"},
		{"negative wait", client, chicago(2000, 1), &drafts.EnsureOptions{LookAgain: -1}, "look_again"},
		{"negative per page", client, chicago(2000, 1), &drafts.EnsureOptions{Find: drafts.FindOptions{PerPage: -1}}, "per_page"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := drafts.Ensure(t.Context(), test.client, test.numbers, test.opts)
			requireArgument(t, err, "drafts.Ensure", test.field)
		})
	}
	assert.Empty(t, server.Requests())
}

// By default the second look comes after ten seconds of real time, or not at all if the
// context ends before.
func TestEnsureWaitsInRealTime(t *testing.T) {
	t.Parallel()
	const list = "https://api.telnyx.com/origination/porting/draft_port_requests"
	waitsInRealTime(t, list, list, 3, func(transport *httpmock.MockTransport) {
		none := httpmock.NewStringResponder(http.StatusOK, "[]").HeaderSet(http.Header{"Total": {"0"}, "Total-Pages": {"0"}})
		transport.RegisterResponder(http.MethodGet, list, none)
		transport.RegisterResponder(http.MethodGet, "https://api.telnyx.com/origination/porting/port_requests", none)
	}, func(ctx context.Context, client *porting.Client) error {
		_, err := drafts.Ensure(ctx, client, []string{"+13125550100"}, nil)
		assert.ErrorAs(t, err, new(*drafts.UnknownError))
		return err
	})
}

// Errors hold numbers, and show none.
func TestEnsureErrorsShowNoNumber(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	server.AddDraft("+13125550100", "+13125550102")
	client := wiredClient(server, nil)
	_, conflict := drafts.Ensure(t.Context(), client, []string{"+13125550100"}, nil)
	_, spread := drafts.Ensure(t.Context(), client, []string{"+13125550100", "+13125550101"}, nil)
	server.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropBefore()})
	_, unknown := drafts.Ensure(t.Context(), client, []string{"+13125550101"}, onSandboxClock(server))
	for _, err := range []error{conflict, spread, unknown} {
		require.Error(t, err)
		var texts bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			fmt.Fprintf(&texts, verb+"\n", err)
			if c, ok := errors.AsType[*drafts.ConflictError](err); ok {
				fmt.Fprintf(&texts, verb+"\n", *c)
			}
		}
		slog.New(slog.NewJSONHandler(&texts, nil)).Info("failed", "err", err)
		slog.New(slog.NewTextHandler(&texts, nil)).Info("failed", "err", err)
		require.NoError(t, json.NewEncoder(&texts).Encode(err))
		assert.NotContains(t, texts.String(), "55501")
	}
}

func TestEnsureLocks(t *testing.T) {
	t.Parallel()
	t.Run("many at once", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		client := wiredClient(server, nil)
		var lock drafts.LocalLocker
		var runs sync.WaitGroup
		var mutex sync.Mutex
		created, ids := 0, map[porting.DraftID]bool{}
		for i := range 10 {
			numbers := []string{"+13125550100", "+13125550101"}
			if i%2 == 0 {
				numbers[0], numbers[1] = numbers[1], numbers[0]
			}
			runs.Go(func() {
				found, err := drafts.Ensure(t.Context(), client, numbers, &drafts.EnsureOptions{Lock: &lock})
				if !assert.NoError(t, err) {
					return
				}
				mutex.Lock()
				defer mutex.Unlock()
				ids[found.Draft.ID] = true
				if found.Created {
					created++
				}
			})
		}
		runs.Wait()
		assert.Equal(t, 1, created)
		assert.Len(t, ids, 1)
	})
	t.Run("the key", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		client := wiredClient(server, nil)
		locks := new(lockRecorder)
		opts := &drafts.EnsureOptions{Lock: locks}
		for _, numbers := range [][]string{
			{"+13125550100", "+13125550101"},
			{"+13125550101", "+13125550100", "+13125550101"},
			{"+13125550100"},
			{"+13125550100", "+13125550101", "+13125550102"},
		} {
			_, err := drafts.Ensure(t.Context(), client, numbers, opts)
			assert.Equal(t, len(locks.keys) > 2, err != nil)
		}
		assert.Equal(t, locks.keys[0], locks.keys[1])
		assert.NotEqual(t, locks.keys[0], locks.keys[2])
		assert.NotEqual(t, locks.keys[0], locks.keys[3])
		assert.Regexp(t, "^[0-9a-f]{64}$", locks.keys[0])
		assert.Equal(t, 4, locks.unlocked, "also after an error")
	})
	t.Run("a lock that can't be had", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		errDown := errors.New("the database is down")
		_, err := drafts.Ensure(t.Context(), wiredClient(server, nil), chicago(2000, 1), &drafts.EnsureOptions{Lock: &lockRecorder{err: errDown}})
		require.ErrorIs(t, err, errDown)
		assert.Empty(t, server.Requests())
	})
}

// A lockRecorder is a Locker that never waits.
type lockRecorder struct {
	err      error
	keys     []string
	unlocked int
}

func (l *lockRecorder) Lock(_ context.Context, key string) (func(), error) {
	l.keys = append(l.keys, key)
	return func() { l.unlocked++ }, l.err
}
