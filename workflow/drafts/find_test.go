package drafts_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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

// A wire lets a test see and change what goes over it.
type wire func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error)

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	return w(r, http.DefaultTransport.RoundTrip)
}

// wiredClient is a client of a sandbox that doesn't wait long between tries. The wire may be nil.
func wiredClient(server *portingtest.Server, w wire, opts ...porting.Option) *porting.Client {
	opts = append(opts, porting.WithRetry(porting.RetryPolicy{MinWait: time.Millisecond, MaxWait: time.Millisecond}))
	if w != nil {
		opts = append(opts, porting.WithHTTPClient(&http.Client{Transport: w}))
	}
	return server.Client(opts...)
}

// withQuery is a request with another query.
func withQuery(r *http.Request, change func(url.Values)) *http.Request {
	r = r.Clone(r.Context())
	query := r.URL.Query()
	change(query)
	r.URL.RawQuery = query.Encode()
	return r
}

// cleanSandbox is one that must be clean at the end of the test.
func cleanSandbox(t *testing.T, opts ...portingtest.Option) *portingtest.Server {
	t.Helper()
	server := portingtest.NewServer(opts...)
	t.Cleanup(server.Close)
	t.Cleanup(func() { server.AssertClean(t) })
	return server
}

// A countingLimiter counts the requests of a client.
type countingLimiter struct {
	atomic.Int64

	refuse func(count int64) error // may be nil
}

func (l *countingLimiter) Wait(context.Context) error {
	if count := l.Add(1); l.refuse != nil {
		return l.refuse(count)
	}
	return nil
}

// chicago are count numbers that can be ported.
func chicago(first, count int) []string {
	numbers := make([]string, count)
	for i := range numbers {
		numbers[i] = fmt.Sprintf("+1312555%04d", first+i)
	}
	return numbers
}

// lists counts the requests for lists.
func lists(server *portingtest.Server) int {
	return server.Count("Drafts.List") + server.Count("PortRequests.List")
}

// described says in short where a number is.
func described(p drafts.Place) string {
	text := p.Number[len(p.Number)-4:] + ":"
	if p.Free() {
		text += " free"
	}
	if p.Draft != nil {
		text += " draft " + string(p.Draft.ID)
	}
	if p.PortRequest != nil {
		text += " port request " + string(p.PortRequest.ID) + " " + string(p.Status)
	}
	for _, other := range p.Others {
		text += " and " + described(other)
	}
	return text
}

func requirePlaces(t *testing.T, places []drafts.Place, want ...string) {
	t.Helper()
	got := make([]string, len(places))
	for i, p := range places {
		got[i] = described(p)
	}
	require.Equal(t, want, got)
}

func TestFind(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	first, firstSubs := server.AddDraft("+13125550100", "+13125550101", "+13125550160")
	server.Advance(time.Second)
	second, _ := server.AddDraft("+13125550101", "+13125550102")
	request, subs := server.AddPortRequest("+13125550103", "+13125550150", "+13125550160", "+13125550165")
	server.Move(subs[1], porting.SubRequestStatusCancelled)
	server.Move(subs[2], porting.SubRequestStatusCancelPending)
	server.Move(subs[3], porting.SubRequestStatusPorted)

	places, err := drafts.Find(t.Context(), wiredClient(server, nil), []string{
		"+13125550199", "+13125550102", "+13125550101", "+13125550100", "+13125550160", "+13125550103", "+13125550150", "+13125550165", "+13125550102",
	}, nil)
	require.NoError(t, err)
	requirePlaces(t, places,
		"0199: free",
		"0102: draft "+string(second),
		"0101: draft "+string(first)+" and 0101: draft "+string(second),
		"0100: draft "+string(first),
		"0160: port request "+string(request)+" cancel-pending and 0160: draft "+string(first),
		"0103: port request "+string(request)+" in-process",
		"0150: free",
		"0165: port request "+string(request)+" ported",
		"0102: draft "+string(second),
	)
	assert.Equal(t, firstSubs[0], places[3].SubRequest)
	assert.Equal(t, subs[2], places[4].SubRequest)
	assert.Equal(t, firstSubs[1], places[4].Others[0].SubRequest)
	assert.Same(t, places[5].PortRequest, places[7].PortRequest)
	assert.Len(t, places[3].Draft.PhoneNumbers, 3, "the raw object is there")
}

func TestFindNumberInNoSubRequest(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	server.Script("+13125550100", portingtest.Step{Unassign: true})
	request, _ := server.AddPortRequest("+13125550100", "+13125550101")
	server.Advance(time.Hour)
	places, err := drafts.Find(t.Context(), wiredClient(server, nil), []string{"+13125550100"}, nil)
	require.NoError(t, err)
	requirePlaces(t, places, "0100: port request "+string(request)+" unassigned")
	assert.Empty(t, places[0].SubRequest)
}

func TestFindArguments(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	client := wiredClient(server, nil)
	for _, test := range []struct {
		name    string
		client  *porting.Client
		numbers []string
		opts    *drafts.FindOptions
		field   string
	}{
		{"no client", nil, chicago(2000, 1), nil, "client"},
		{"negative per page", client, chicago(2000, 1), &drafts.FindOptions{PerPage: -1}, "per_page"},
		{"empty number", client, []string{"+13125550100", ""}, nil, "phone_numbers.1"},
		{"no plus", client, []string{"13125550100"}, nil, "phone_numbers.0"},
		{"a letter", client, []string{"+1312555010O"}, nil, "phone_numbers.0"},
		{"one digit", client, []string{"+1"}, nil, "phone_numbers.0"},
		{"sixteen digits", client, []string{"+1312555010012345"}, nil, "phone_numbers.0"},
		{"a leading zero", client, []string{"+03125550100"}, nil, "phone_numbers.0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := drafts.Find(t.Context(), test.client, test.numbers, test.opts)
			requireArgument(t, err, "drafts.Find", test.field)
		})
	}
	places, err := drafts.Find(t.Context(), client, nil, nil)
	require.NoError(t, err)
	assert.Empty(t, places)
	assert.Zero(t, lists(server))
}

func TestFindThousandNumbersInFewRequests(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	numbers := chicago(2000, 1000)
	want := make([]string, len(numbers))
	for i := range 50 {
		from := i * 20
		var holder string
		if i%2 == 0 {
			draft, _ := server.AddDraft(numbers[from : from+19]...)
			holder = " draft " + string(draft)
		} else {
			request, _ := server.AddPortRequest(numbers[from : from+19]...)
			holder = " port request " + string(request) + " in-process"
		}
		for j, number := range numbers[from : from+20] {
			want[from+j] = number[len(number)-4:] + ":" + holder
		}
		want[from+19] = numbers[from+19][len(numbers[from+19])-4:] + ": free"
	}
	for _, test := range []struct{ perPage, most int }{
		{0, 2},
		{25, 2},
		{10, 2 + 3 + 3}, // the first page of each list, and then all pages
	} {
		before := lists(server)
		places, err := drafts.Find(t.Context(), wiredClient(server, nil), numbers, &drafts.FindOptions{PerPage: test.perPage})
		require.NoError(t, err)
		requirePlaces(t, places, want...)
		assert.Equal(t, test.most, lists(server)-before, "with %d on a page", test.perPage)
	}
	assert.Len(t, server.Requests(), lists(server), "nothing but lists was asked for")
}

// A long list is searched, in whatever form the server takes a number.
func TestFindSearches(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	ids := map[string]porting.PortRequestID{}
	for _, number := range chicago(2000, 60) {
		ids[number], _ = server.AddPortRequest(number)
	}
	draft, _ := server.AddDraft("+13125553000")

	search := func(change func(search string) string) wire {
		return func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/port_requests") && r.URL.Query().Has("search") {
				r = withQuery(r, func(q url.Values) { q.Set("search", change(q.Get("search"))) })
			}
			return send(r)
		}
	}
	refused := func(prefix string) wire {
		return func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			if search := r.URL.Query().Get("search"); search != "" && strings.HasPrefix(search, "+") == (prefix == "+") {
				return &http.Response{
					StatusCode: http.StatusUnprocessableEntity, Header: http.Header{}, Request: r,
					Body: http.NoBody,
				}, nil
			}
			return send(r)
		}
	}
	const never = "no such number"
	for _, test := range []struct {
		name  string
		wire  wire
		lists int // the first pages, the tries how to search, the searches or the pages
	}{
		{"by any part of a number", nil, 2 + 1 + 5},
		{"with the plus only", search(func(s string) string {
			if !strings.HasPrefix(s, "+") {
				return never
			}
			return s
		}), 2 + 2 + 5},
		{"without the plus only", search(func(s string) string {
			if strings.HasPrefix(s, "+") {
				return never
			}
			return s
		}), 2 + 1 + 5},
		{"a 422 without the plus", refused(""), 2 + 2 + 5},
		{"not at all", search(func(string) string { return never }), 2 + 2 + 12},
		{"search is ignored", search(func(string) string { return "" }), 2 + 1 + 12},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var count countingLimiter
			places, err := drafts.Find(t.Context(), wiredClient(server, test.wire, porting.WithLimiter(&count)),
				[]string{"+13125552001", "+13125552040", "+13125553000", "+1312555204"}, &drafts.FindOptions{PerPage: 5})
			require.NoError(t, err)
			requirePlaces(t, places,
				"2001: port request "+string(ids["+13125552001"])+" in-process",
				"2040: port request "+string(ids["+13125552040"])+" in-process",
				"3000: draft "+string(draft),
				"5204: free", // although it is the beginning of ten others
			)
			assert.Equal(t, int64(test.lists), count.Load())
		})
	}
}

// A server that gives no totals is read as far as searching would take.
func TestFindWithoutTotals(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	var last porting.DraftID
	for _, number := range chicago(2000, 60) {
		last, _ = server.AddDraft(number)
	}
	silent := func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		answer, err := send(r)
		if err == nil {
			answer.Header.Del("Total")
			answer.Header.Del("Total-Pages")
		}
		return answer, err
	}
	for _, test := range []struct {
		name                     string
		perPage, numbers, within int
	}{
		{"a short list for many numbers", 10, 20, 1 + 7 + 1},
		{"a long list for few numbers", 1, 2, 1 + 4 + 1 + 2*2 + 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var count countingLimiter
			numbers := chicago(2060-test.numbers+1, test.numbers) // the last one is free
			places, err := drafts.Find(t.Context(), wiredClient(server, silent, porting.WithLimiter(&count)), numbers, &drafts.FindOptions{PerPage: test.perPage})
			require.NoError(t, err)
			assert.Equal(t, last, places[len(places)-2].Draft.ID)
			for _, place := range places[:len(places)-1] {
				assert.False(t, place.Free())
			}
			assert.True(t, places[len(places)-1].Free())
			assert.LessOrEqual(t, count.Load(), int64(test.within))
		})
	}
}

// What is submitted after its list was read isn't lost, nor in two places.
func TestFindWhileDraftIsSubmitted(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	draft, _ := server.AddDraft("+13125550100", "+13125550101")
	submitter := wiredClient(server, nil)
	between := func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/porting/port_requests") {
			if _, err := submitter.Drafts.Submit(r.Context(), draft); err != nil {
				return nil, err
			}
		}
		return send(r)
	}
	places, err := drafts.Find(t.Context(), wiredClient(server, between), []string{"+13125550100", "+13125550102"}, nil)
	require.NoError(t, err)
	require.NotNil(t, places[0].Draft)
	requirePlaces(t, places,
		"0100: draft "+string(draft)+" port request "+string(places[0].Draft.PortRequestID)+" in-process",
		"0102: free",
	)
}

// A server may list drafts that were submitted. What counts then is the port request.
func TestFindSubmittedDraftThatIsListed(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	submitter := wiredClient(server, nil)
	draft, _ := server.AddDraft("+13125550100", "+13125550150")
	submitted, err := submitter.Drafts.Submit(t.Context(), draft)
	require.NoError(t, err)
	request, err := submitter.PortRequests.Get(t.Context(), submitted.PortRequestID, &porting.GetOptions{IncludeSubRequests: porting.Set(true)})
	require.NoError(t, err)
	server.Move(request.SubRequests[1].ID, porting.SubRequestStatusCancelled)

	unfiltered := func(r *http.Request) *http.Request { return withQuery(r, func(q url.Values) { q.Del("status") }) }
	isList := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/porting/port_requests") }
	inBoth := "0100: draft " + string(draft) + " port request " + string(request.ID) + " in-process"
	for _, test := range []struct {
		name string
		wire wire
		want []string
	}{
		{"with its port request", func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			return send(unfiltered(r))
		}, []string{inBoth, "0150: free"}},
		{"before its port request is", func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			if isList(r) {
				return send(withQuery(r, func(q url.Values) { q.Set("search", "not yet") }))
			}
			return send(unfiltered(r))
		}, []string{inBoth, "0150: free"}},
		{"and its port request is gone", func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			switch {
			case isList(r):
				return send(withQuery(r, func(q url.Values) { q.Set("search", "not yet") }))
			case strings.Contains(r.URL.Path, "/port_requests/"):
				return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
			}
			return send(unfiltered(r))
		}, []string{"0100: draft " + string(draft), "0150: draft " + string(draft)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			places, err := drafts.Find(t.Context(), wiredClient(server, test.wire), []string{"+13125550100", "+13125550150"}, nil)
			require.NoError(t, err)
			requirePlaces(t, places, test.want...)
		})
	}
}

// A list without numbers makes none of them free.
func TestFindListWithoutNumbers(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	draft, _ := server.AddDraft("+13125550100")
	request, _ := server.AddPortRequest("+13125550101")
	without := func(numbers ...string) wire {
		return func(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
			for _, path := range numbers {
				if strings.HasSuffix(r.URL.Path, path) {
					r = withQuery(r, func(q url.Values) { q.Set("include_phone_numbers", "false") })
				}
			}
			return send(r)
		}
	}
	numbers := []string{"+13125550100", "+13125550101", "+13125550102"}
	places, err := drafts.Find(t.Context(), wiredClient(server, without("/draft_port_requests", "/port_requests")), numbers, nil)
	require.NoError(t, err)
	requirePlaces(t, places, "0100: draft "+string(draft), "0101: port request "+string(request)+" in-process", "0102: free")

	for id, path := range map[string]string{string(draft): "/draft_port_requests", string(request): "/porting/port_requests"} {
		_, err = drafts.Find(t.Context(), wiredClient(server, without(path, "/"+id)), numbers, nil)
		require.ErrorContains(t, err, id)
		assert.NotContains(t, err.Error(), "3125550")
	}
}

func TestFindIgnore(t *testing.T) {
	t.Parallel()
	server := cleanSandbox(t)
	draft, _ := server.AddDraft("+13125550100")
	_, subs := server.AddPortRequest("+13125550100")
	server.Move(subs[0], porting.SubRequestStatusPorted)
	ported := func(p drafts.Place) bool {
		assert.Equal(t, "+13125550100", p.Number)
		return p.Status == porting.SubRequestStatusPorted
	}
	client := wiredClient(server, nil)
	places, err := drafts.Find(t.Context(), client, []string{"+13125550100"}, nil)
	require.NoError(t, err)
	assert.Len(t, places[0].Others, 1)
	places, err = drafts.Find(t.Context(), client, []string{"+13125550100"}, &drafts.FindOptions{Ignore: ported})
	require.NoError(t, err)
	requirePlaces(t, places, "0100: draft "+string(draft))
}

func TestFindErrors(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"Drafts.List", "PortRequests.List"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			server := cleanSandbox(t)
			server.Inject(portingtest.Fault{Operation: operation, Effect: portingtest.Respond(http.StatusForbidden, `{"message":"no"}`)})
			places, err := drafts.Find(t.Context(), wiredClient(server, nil), chicago(2000, 3), nil)
			var refused *porting.APIError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, http.StatusForbidden, refused.StatusCode)
			assert.Nil(t, places)
		})
	}
	t.Run("one of many searches", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		for _, number := range chicago(2000, 60) {
			server.AddDraft(number)
		}
		server.Inject(portingtest.Fault{
			Operation: "Drafts.List", Effect: portingtest.Respond(http.StatusForbidden, ""),
			Match: func(c portingtest.Call) bool { return c.Query.Get("search") == "13125552007" },
		})
		_, err := drafts.Find(t.Context(), wiredClient(server, nil), chicago(2000, 20), &drafts.FindOptions{PerPage: 1})
		var refused *porting.APIError
		require.ErrorAs(t, err, &refused)
		assert.NotContains(t, err.Error(), "2007")
	})
	t.Run("the context has ended", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := drafts.Find(ctx, wiredClient(cleanSandbox(t), nil), chicago(2000, 3), nil)
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("a limiter panics in a search", func(t *testing.T) {
		t.Parallel()
		server := cleanSandbox(t)
		for _, number := range chicago(2000, 60) {
			server.AddDraft(number)
		}
		var count countingLimiter
		count.refuse = func(n int64) error {
			if n > 5 {
				panic("limiter")
			}
			return nil
		}
		client := wiredClient(server, nil, porting.WithLimiter(&count))
		assert.PanicsWithValue(t, "limiter", func() {
			_, _ = drafts.Find(t.Context(), client, chicago(2000, 20), &drafts.FindOptions{PerPage: 1})
		})
	})
	t.Run("a limiter refuses", func(t *testing.T) {
		t.Parallel()
		errLimit := errors.New("enough")
		count := countingLimiter{refuse: func(int64) error { return errLimit }}
		_, err := drafts.Find(t.Context(), wiredClient(cleanSandbox(t), nil, porting.WithLimiter(&count)), chicago(2000, 3), nil)
		require.ErrorIs(t, err, errLimit)
	})
}
