package porting_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// A book is a server of pages of one draft each, far away.
type book struct {
	pages    int
	latency  time.Duration
	stuck    int // from this page on, none comes within an hour; 0: all come
	noTotals bool
	refuse   func(underWay int) bool         // whether a request is answered 429, given how many are under way with it
	answer   func(number int) *http.Response // instead of a page, unless nil or it returns nil

	mutex     sync.Mutex
	asked     []int
	now, most int // requests under way
	refused   int // answers of 429
}

func (b *book) RoundTrip(r *http.Request) (*http.Response, error) {
	number, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		return nil, err
	}
	b.mutex.Lock()
	b.asked = append(b.asked, number)
	b.now++
	b.most = max(b.most, b.now)
	refused := b.refuse != nil && b.refuse(b.now)
	if refused {
		b.refused++
	}
	b.mutex.Unlock()
	defer func() {
		b.mutex.Lock()
		b.now--
		b.mutex.Unlock()
	}()
	latency := b.latency
	if b.stuck > 0 && number >= b.stuck {
		latency = time.Hour
	}
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-time.After(latency):
	}
	if refused {
		return httpmock.NewStringResponse(429, ""), nil
	}
	if b.answer != nil {
		if resp := b.answer(number); resp != nil {
			return resp, nil
		}
	}
	resp := httpmock.NewStringResponse(200, fmt.Sprintf(`[{"id":"%d"}]`, number))
	if number > b.pages {
		resp = httpmock.NewStringResponse(200, "[]")
	}
	if !b.noTotals {
		resp.Header.Set("Total-Pages", strconv.Itoa(b.pages))
	}
	return resp, nil
}

// read reads up to most drafts and returns their ids in order.
func (b *book) read(t *testing.T, most int, opts ...porting.Option) (ids []int, err error) {
	t.Helper()
	for draft, err := range newClient(t, b, opts...).Drafts.All(t.Context(), nil) {
		if err != nil {
			return ids, err
		}
		if ids = append(ids, atoi(t, string(draft.ID))); len(ids) == most {
			break
		}
	}
	return ids, nil
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	require.NoError(t, err)
	return n
}

func upTo(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i + 1
	}
	return numbers
}

func TestReadAheadIsFasterAndInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		elapsed := func(opts ...porting.Option) time.Duration {
			b := &book{pages: 50, latency: 40 * time.Millisecond}
			started := time.Now()
			ids, err := b.read(t, 0, opts...)
			require.NoError(t, err)
			assert.Equal(t, upTo(50), ids)
			assert.Len(t, b.asked, 50, "no page twice, none too many")
			return time.Since(started)
		}
		one := elapsed(porting.WithReadAhead(1))
		assert.Equal(t, 50*40*time.Millisecond, one)
		assert.LessOrEqual(t, elapsed(), one/6)
	})
}

func TestReadAheadIsBounded(t *testing.T) {
	t.Parallel()
	for _, most := range []int{1, 3, 10} {
		synctest.Test(t, func(t *testing.T) {
			b := &book{pages: 40, latency: time.Second}
			_, err := b.read(t, 0, porting.WithReadAhead(most))
			require.NoError(t, err)
			assert.Equal(t, most, b.most)
		})
	}
}

func TestReadAheadStartsWithTheSecondPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &book{pages: 50, latency: time.Second}
		_, err := b.read(t, 1)
		require.NoError(t, err)
		assert.Equal(t, []int{1}, b.asked)
	})
}

// TestReadAheadEndsWithTheLoop has pages under way that take an hour: however the loop ends, they are given up, and gone
// when it is over.
func TestReadAheadEndsWithTheLoop(t *testing.T) {
	t.Parallel()
	ends := map[string]func(items int, cancel context.CancelFunc) (goOn bool){
		"break":       func(items int, _ context.CancelFunc) bool { return items < 2 },
		"the context": func(_ int, cancel context.CancelFunc) bool { cancel(); return true },
		"a panic": func(items int, _ context.CancelFunc) bool {
			if items == 2 {
				panic("the caller's own")
			}
			return true
		},
		"an error": func(int, context.CancelFunc) bool { return true },
	}
	for name, goOn := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := &book{pages: 50, latency: time.Second, stuck: 4}
				if name == "an error" {
					b.answer = func(n int) *http.Response {
						if n == 3 {
							return httpmock.NewStringResponse(404, "")
						}
						return nil
					}
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				started := time.Now()
				func() {
					defer func() { _ = recover() }()
					items := 0
					for _, err := range newClient(t, b).Drafts.All(ctx, nil) {
						if items++; err == nil && !goOn(items, cancel) {
							break
						}
					}
				}()
				assert.Zero(t, b.now, "requests under way")
				assert.LessOrEqual(t, time.Since(started), 2*time.Second, "it doesn't wait for what it cancels")
				assert.LessOrEqual(t, len(b.asked), 12, "the first page, ten at once, and one more when the first of them was taken")
			})
		})
	}
}

// TestReadAheadEndsWithTheContext cancels at the third page's only item, while other pages are under way or none is.
func TestReadAheadEndsWithTheContext(t *testing.T) {
	t.Parallel()
	for _, most := range []int{1, 10} {
		synctest.Test(t, func(t *testing.T) {
			b := &book{pages: 50, latency: time.Second}
			why := errors.New("the caller has enough")
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			var last error
			items := 0
			for _, err := range newClient(t, b, porting.WithReadAhead(most)).Drafts.All(ctx, nil) {
				if last = err; err != nil {
					continue
				}
				if items++; items == 3 {
					cancel(why)
				}
			}
			assert.Equal(t, 3, items)
			assert.LessOrEqual(t, len(b.asked), 2+most)
			assert.Zero(t, b.now, "requests under way")
			require.ErrorIs(t, last, context.Canceled)
			require.ErrorIs(t, last, why)
			assert.NotZero(t, errorAs[*porting.ConnectionError](t, last).Attempts)
			assert.EqualError(t, last, "porting: Drafts.List: the rest of the list was not read: context canceled: the caller has enough (GET /origination/porting/draft_port_requests)")
		})
	}
}

func TestReadAheadErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer func(int) *http.Response
		want   error
		ids    []int
	}{
		{"a page that fails", func(n int) *http.Response {
			if n == 7 {
				return httpmock.NewStringResponse(404, "")
			}
			return nil
		}, porting.ErrNotFound, upTo(6)},
		{"a page that repeats the one before", func(n int) *http.Response {
			if n == 5 {
				return httpmock.NewStringResponse(200, `[{"id":"4"}]`)
			}
			return nil
		}, porting.ErrRepeatedPage, upTo(4)},
		{"a page with nothing new", func(n int) *http.Response {
			if n == 5 {
				return httpmock.NewStringResponse(200, `[{"id":"2"}]`)
			}
			return nil
		}, porting.ErrRepeatedPage, upTo(4)},
		{"an empty page in between", func(n int) *http.Response {
			if n == 19 {
				resp := httpmock.NewStringResponse(200, `[]`)
				resp.Header.Set("Total-Pages", "20")
				return resp
			}
			return nil
		}, nil, append(upTo(18), 20)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := &book{pages: 20, latency: time.Second, answer: test.answer}
				ids, err := b.read(t, 0)
				assert.Equal(t, test.ids, ids)
				assert.ErrorIs(t, err, test.want)
			})
		})
	}
}

func TestReadAheadNeedsTotals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &book{pages: 5, latency: time.Second, noTotals: true}
		ids, err := b.read(t, 0)
		require.NoError(t, err)
		assert.Equal(t, upTo(5), ids)
		assert.Equal(t, upTo(6), b.asked, "one after the other, up to the empty page")
		assert.Equal(t, 1, b.most)
	})
}

// TestReadAheadWaitsForTheLimiter lets one request a second begin.
func TestReadAheadWaitsForTheLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &book{pages: 12, latency: time.Millisecond}
		started := time.Now()
		_, err := b.read(t, 0, porting.WithLimiter(new(everySecond)))
		require.NoError(t, err)
		assert.InDelta(t, 12, time.Since(started).Seconds(), 1)
	})
}

type everySecond struct {
	mutex sync.Mutex
	next  time.Time
}

func (l *everySecond) Wait(ctx context.Context) error {
	l.mutex.Lock()
	wait := max(0, time.Until(l.next))
	l.next = time.Now().Add(wait + time.Second)
	l.mutex.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}

// TestReadAheadCaptures stores the answer of the page that the caller is at.
func TestReadAheadCaptures(t *testing.T) {
	t.Parallel()
	b := &book{pages: 30}
	var response porting.Response
	ctx := porting.CaptureResponse(t.Context(), &response)
	for draft, err := range newClient(t, b).Drafts.All(ctx, nil) {
		require.NoError(t, err)
		require.JSONEq(t, fmt.Sprintf(`[{"id":%q}]`, draft.ID), string(response.Body))
	}
}

// TestManyPagesAreNotHeld iterates over 1,000 pages of 100 KB, and looks which of their items are still in memory.
func TestManyPagesAreNotHeld(t *testing.T) {
	t.Parallel()
	var items []weak.Pointer[porting.DraftPortRequest]
	var served, most atomic.Int64
	pad := strings.Repeat("0123456789abcdef", 6<<10)
	b := &book{pages: 1000, answer: func(n int) *http.Response {
		served.Store(max(served.Load(), int64(n)))
		resp := httpmock.NewStringResponse(200, fmt.Sprintf(`[{"id":"%d","padding":%q}]`, n, pad))
		resp.Header.Set("Total-Pages", "1000")
		return resp
	}}
	read := int64(0)
	for draft, err := range newClient(t, b).Drafts.All(t.Context(), nil) {
		require.NoError(t, err)
		items = append(items, weak.Make(draft))
		if read++; read == 900 {
			runtime.GC()
			items = slices.DeleteFunc(items, func(item weak.Pointer[porting.DraftPortRequest]) bool { return item.Value() == nil })
			assert.LessOrEqual(t, len(items), 12, "of 900")
		}
		most.Store(max(most.Load(), served.Load()-read))
	}
	assert.EqualValues(t, 1000, read)
	assert.LessOrEqual(t, most.Load(), int64(10), "pages ahead of the reader")
}

// TestReadAheadGoexit has an observer end the goroutine of a page, as a failing test does.
func TestReadAheadGoexit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		told := 0
		client := newClient(t, &book{pages: 3}, porting.WithReadAhead(1), porting.WithObserver(observerFunc(func(porting.Event) {
			if told++; told == 3 {
				runtime.Goexit()
			}
		})))
		var last error
		for _, err := range client.Drafts.All(t.Context(), nil) {
			last = err
		}
		assert.ErrorContains(t, last, "Goexit")
	})
}

// TestReadAheadPanics checks that a panic of the user's own code comes to the caller.
func TestReadAheadPanics(t *testing.T) {
	t.Parallel()
	b := &book{pages: 9}
	calls := atomic.Int32{}
	client := newClient(t, b, porting.WithLimiter(limiterFunc(func(context.Context) error {
		if calls.Add(1) == 3 {
			panic("the limiter's own")
		}
		return nil
	})))
	assert.PanicsWithValue(t, "the limiter's own", func() {
		for _, err := range client.Drafts.All(t.Context(), nil) {
			if err != nil {
				return
			}
		}
	})
}

// perSecond refuses what comes in the same second as so many requests before it that it has let through.
func perSecond(allowed int) func(int) bool {
	var second int64
	let := 0
	return func(int) bool {
		if now := time.Now().Unix(); now != second {
			second, let = now, 0
		}
		let++
		return let > allowed
	}
}

// TestReadAheadUnderALimit reads from servers that allow only so much. Pages that are read ahead compete for it.
func TestReadAheadUnderALimit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		refuse  func() func(int) bool
		refused int           // answers of 429, at most
		elapsed time.Duration // at most
	}{
		{"2 a second", func() func(int) bool { return perSecond(2) }, 60, 60 * time.Second},
		{"5 a second", func() func(int) bool { return perSecond(5) }, 30, 30 * time.Second},
		{"2 at once", func() func(int) bool { return func(underWay int) bool { return underWay > 2 } }, 10, 2100 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := &book{pages: 50, latency: 40 * time.Millisecond, refuse: test.refuse()}
				started := time.Now()
				ids, err := b.read(t, 0, porting.WithRetry(porting.RetryPolicy{}))
				require.NoError(t, err)
				assert.Equal(t, upTo(50), ids)
				assert.LessOrEqual(t, b.refused, test.refused)
				assert.LessOrEqual(t, time.Since(started), test.elapsed)
				t.Logf("%d answers of 429, %v", b.refused, time.Since(started))
			})
		})
	}
}

// TestReadAheadWaitsAsTheServerAsks has a server that refuses the fourth page for five seconds.
func TestReadAheadWaitsAsTheServerAsks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		retryAfter string
		timeout    time.Duration // of the loop's context
		ids        []int
		err        error
	}{
		{"as long as it asks", "5", time.Hour, upTo(20), nil},
		{"not past the deadline", "5", 4 * time.Second, upTo(3), porting.ErrRateLimited},
		{"not past the policy", "61", time.Hour, upTo(3), porting.ErrRateLimited},
		{"for ever", "99999999999999999999", time.Hour, upTo(3), porting.ErrRateLimited},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				started := time.Now()
				tries := 0
				b := &book{pages: 20, latency: 40 * time.Millisecond, answer: func(number int) *http.Response {
					if number != 4 || time.Since(started) > 5*time.Second {
						return nil
					}
					tries++
					resp := httpmock.NewStringResponse(429, "")
					resp.Header.Set("Retry-After", test.retryAfter)
					return resp
				}}
				ctx, cancel := context.WithTimeout(t.Context(), test.timeout)
				defer cancel()
				var ids []int
				var last error
				for draft, err := range newClient(t, b, porting.WithRetry(porting.RetryPolicy{})).Drafts.All(ctx, nil) {
					if last = err; err == nil {
						ids = append(ids, atoi(t, string(draft.ID)))
					}
				}
				require.ErrorIs(t, last, test.err)
				require.NotErrorIs(t, last, context.Canceled, "nobody has cancelled anything")
				assert.Equal(t, test.ids, ids)
				assert.Equal(t, 1, tries)
				if test.err != nil {
					assert.Less(t, time.Since(started), time.Second, "it says so at once")
				}
			})
		})
	}
}

// TestReadAheadIsCancelledInItsWait ends the context while a page waits for what the server asked.
func TestReadAheadIsCancelledInItsWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &book{pages: 20, answer: func(number int) *http.Response {
			if number == 1 {
				return nil
			}
			resp := httpmock.NewStringResponse(429, "")
			resp.Header.Set("Retry-After", "30")
			return resp
		}}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		started := time.Now()
		var last error
		for _, err := range newClient(t, b, porting.WithRetry(porting.RetryPolicy{})).Drafts.All(ctx, nil) {
			last = err
		}
		assert.Equal(t, time.Second, time.Since(started))
		require.ErrorIs(t, last, context.Canceled)
		assert.ErrorIs(t, last, porting.ErrRateLimited)
	})
}

// TestReadAheadTellsTheObserver checks that the client's own observer hears of the tries that are ended, too.
func TestReadAheadTellsTheObserver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tries, limited atomic.Int32
		b := &book{pages: 50, latency: 40 * time.Millisecond, refuse: func(underWay int) bool { return underWay > 2 }}
		_, err := b.read(t, 0, porting.WithObserver(observerFunc(func(e porting.Event) {
			if e.Kind == porting.EventTry {
				tries.Add(1)
				if e.StatusCode == 429 {
					limited.Add(1)
				}
			}
		})))
		require.NoError(t, err)
		assert.Len(t, b.asked, int(tries.Load()))
		assert.EqualValues(t, b.refused, limited.Load())
	})
}

// TestReadAheadTellsTheStarter checks that the client's own observer hears of the beginning of each call, too.
func TestReadAheadTellsTheStarter(t *testing.T) {
	t.Parallel()
	var observer counter
	b := &book{pages: 20}
	_, err := b.read(t, 0, porting.WithObserver(&observer))
	require.NoError(t, err)
	assert.Len(t, b.asked, int(observer.began.Load()))
}

// A counter is a Starter that counts calls.
type counter struct{ began atomic.Int32 }

func (c *counter) Observe(context.Context, porting.Event) {}

func (c *counter) Start(ctx context.Context, _ porting.Event) context.Context {
	c.began.Add(1)
	return ctx
}
