package porting_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// A liveList is a server of drafts, whose list may change before each of its answers.
type liveList struct {
	perPage  int
	noTotals bool
	change   func(l *liveList, page int) // called before a page is answered, unless nil

	mutex sync.Mutex
	ids   []string
	asked []int
	sent  []sentPage
}

// A sentPage is an answer of a liveList and the list that it was taken from.
type sentPage struct {
	number    int
	ids, list []string
}

// newLiveList returns a list of the drafts d1, d2 and so on.
func newLiveList(drafts, perPage int) *liveList {
	l := &liveList{perPage: perPage}
	for i := range drafts {
		l.ids = append(l.ids, fmt.Sprintf("d%d", i+1))
	}
	return l
}

func (l *liveList) RoundTrip(r *http.Request) (*http.Response, error) {
	number, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		return nil, err
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.asked = append(l.asked, number)
	if l.change != nil {
		l.change(l, number)
	}
	from := min((number-1)*l.perPage, len(l.ids))
	ids := slices.Clone(l.ids[from:min(from+l.perPage, len(l.ids))])
	l.sent = append(l.sent, sentPage{number, ids, slices.Clone(l.ids)})
	resp := httpmock.NewStringResponse(200, page(ids...))
	if !l.noTotals {
		resp.Header.Set("Total", strconv.Itoa(len(l.ids)))
		resp.Header.Set("Total-Pages", strconv.Itoa((len(l.ids)+l.perPage-1)/l.perPage))
	}
	return resp, nil
}

// passes is how often the first page was asked for.
func (l *liveList) passes(first int) int {
	n := 0
	for _, number := range l.asked {
		if number == first {
			n++
		}
	}
	return n
}

// remove takes a draft out of the list.
func (l *liveList) remove(id string) {
	l.ids = slices.DeleteFunc(l.ids, func(other string) bool { return other == id })
}

// readAll reads the list, does something with each draft, and returns their ids in order.
func (l *liveList) readAll(t *testing.T, each func(id string), opts ...porting.Option) (ids []string, err error) {
	t.Helper()
	for draft, err := range newClient(t, l, opts...).Drafts.All(t.Context(), &porting.DraftListOptions{PerPage: l.perPage}) {
		if err != nil {
			return ids, err
		}
		ids = append(ids, string(draft.ID))
		if each != nil {
			l.mutex.Lock()
			each(string(draft.ID))
			l.mutex.Unlock()
		}
	}
	return ids, nil
}

// sorted returns the ids in one order, whichever they came in; one that came twice is there twice.
func sorted(ids []string) []string { return slices.Sorted(slices.Values(ids)) }

// TestAllWhoseLoopTakesItemsAway has a loop that submits each draft, so that it is no longer pending.
func TestAllWhoseLoopTakesItemsAway(t *testing.T) {
	t.Parallel()
	for _, drafts := range []int{0, 1, 15, 20, 21, 40, 60, 1000} {
		for _, ahead := range []int{1, 10} {
			t.Run(fmt.Sprintf("%d drafts, %d pages at once", drafts, ahead), func(t *testing.T) {
				t.Parallel()
				l := newLiveList(drafts, 20)
				all := slices.Clone(l.ids)
				ids, err := l.readAll(t, l.remove, porting.WithReadAhead(ahead))
				require.NoError(t, err)
				assert.Equal(t, sorted(all), sorted(ids))
				assert.Empty(t, l.ids)
			})
		}
	}
}

// TestAllOfAListThatChanges changes the list in one way, and then it holds still.
func TestAllOfAListThatChanges(t *testing.T) {
	t.Parallel()
	const drafts, perPage = 50, 10
	tests := []struct {
		name   string
		change func(l *liveList, page, answers int) // before an answer; how many there were so far
		passes int
		added  []string
	}{
		{"newest first, and one is added before each of ten answers", func(l *liveList, _, answers int) {
			if answers < 10 {
				l.ids = slices.Insert(l.ids, 0, fmt.Sprintf("new%d", answers))
			}
		}, 3, []string{"new0", "new1", "new2", "new3", "new4", "new5", "new6", "new7", "new8", "new9"}},
		{"newest first, and more than a page is added", func(l *liveList, _, answers int) {
			if answers == 1 {
				for i := range perPage + 2 {
					l.ids = slices.Insert(l.ids, 0, fmt.Sprintf("new%d", i))
				}
			}
		}, 2, []string{"new0", "new1", "new10", "new11", "new2", "new3", "new4", "new5", "new6", "new7", "new8", "new9"}},
		{"oldest first, and a page is added while the last is read", func(l *liveList, _, answers int) {
			if answers == 4 {
				for i := range perPage {
					l.ids = append(l.ids, fmt.Sprintf("new%d", i))
				}
			}
		}, 2, []string{"new0", "new1", "new2", "new3", "new4", "new5", "new6", "new7", "new8", "new9"}},
		{"the first is removed", func(l *liveList, _, answers int) {
			if answers == 2 {
				l.remove("d1")
			}
		}, 2, nil},
		{"the totals change and change back", func(l *liveList, _, answers int) {
			switch answers {
			case 2:
				l.remove("d1")
			case 3:
				l.ids = append(l.ids, "new")
			}
		}, 2, []string{"new"}},
		{"the last moves to the front", func(l *liveList, _, answers int) {
			if answers == 1 {
				l.ids = append([]string{"d50"}, l.ids[:drafts-1]...)
			}
		}, 2, nil},
		{"the first three move to the end", func(l *liveList, _, answers int) {
			if answers == 3 {
				l.ids = append(l.ids[3:], "d1", "d2", "d3")
			}
		}, 2, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := newLiveList(drafts, perPage)
			want := sorted(append(slices.Clone(l.ids), test.added...))
			l.change = func(l *liveList, page int) { test.change(l, page, len(l.sent)) }
			ids, err := l.readAll(t, nil, porting.WithReadAhead(1))
			require.NoError(t, err)
			assert.Equal(t, want, sorted(ids))
			assert.Equal(t, test.passes, l.passes(1))
		})
	}
}

// TestAllOfAListThatNeverHoldsStill ends after ten passes, with what was there all the time.
func TestAllOfAListThatNeverHoldsStill(t *testing.T) {
	t.Parallel()
	l := newLiveList(50, 10)
	all := slices.Clone(l.ids)
	l.change = func(l *liveList, _ int) { l.ids = slices.Insert(l.ids, 0, fmt.Sprintf("new%d", len(l.asked))) }
	ids, err := l.readAll(t, nil)
	require.ErrorIs(t, err, porting.ErrListChanges)
	require.EqualError(t, err, "porting: Drafts.List: the list keeps changing while it is read")
	assert.Equal(t, 10, l.passes(1))
	assert.Subset(t, ids, all)
	assert.Len(t, slices.Compact(sorted(ids)), len(ids), "none twice")
}

// TestAllOfAListThatGrowsAsItIsRead has a server that always has one more page, with nothing new.
func TestAllOfAListThatGrowsAsItIsRead(t *testing.T) {
	t.Parallel()
	for _, body := range []string{page("a", "b"), page()} {
		mock := newMock(t)
		asked := 0
		mock.RegisterResponder("GET", baseURL+api+"/port_requests", func(r *http.Request) (*http.Response, error) {
			asked++
			number, _ := strconv.Atoi(r.URL.Query().Get("page"))
			return answer(200, body, "Total-Pages", strconv.Itoa(number+1))(r)
		})
		_, err := read(t, newClient(t, mock).PortRequests.All(t.Context(), nil))
		require.ErrorIs(t, err, porting.ErrListChanges)
		assert.Equal(t, 20, asked, "two pages in each pass")
	}
}

// TestAllOfAListThatHoldsAnItemTwice reads it twice, and is content when nothing new comes.
func TestAllOfAListThatHoldsAnItemTwice(t *testing.T) {
	t.Parallel()
	l := newLiveList(50, 10)
	l.ids[44] = "d1"
	want := slices.Delete(slices.Clone(l.ids), 44, 45)
	ids, err := l.readAll(t, nil)
	require.NoError(t, err)
	assert.Equal(t, want, ids)
	assert.Equal(t, 2, l.passes(1))
}

// TestAllOfAChangingListWithoutTotals leaves out what comes twice, and reads the list once.
func TestAllOfAChangingListWithoutTotals(t *testing.T) {
	t.Parallel()
	l := newLiveList(50, 10)
	l.noTotals = true
	want := slices.Clone(l.ids)
	l.change = func(l *liveList, page int) {
		if page > 1 {
			l.ids = slices.Insert(l.ids, 0, fmt.Sprintf("new%d", page))
		}
	}
	ids, err := l.readAll(t, nil)
	require.NoError(t, err)
	assert.Equal(t, want, ids)
	assert.Equal(t, 1, l.passes(1))
}

// TestAllOfAChangingListFromALaterPage starts each pass at the page that was asked for.
func TestAllOfAChangingListFromALaterPage(t *testing.T) {
	t.Parallel()
	l := newLiveList(60, 10)
	l.change = func(l *liveList, _ int) {
		if len(l.asked) == 3 {
			l.remove("d31")
		}
	}
	var ids []string
	for draft, err := range newClient(t, l, porting.WithReadAhead(1)).Drafts.All(t.Context(), &porting.DraftListOptions{Page: 4}) {
		require.NoError(t, err)
		ids = append(ids, string(draft.ID))
	}
	assert.Equal(t, sorted(newLiveList(60, 10).ids[30:]), sorted(ids))
	assert.Equal(t, []int{4, 5, 6, 4, 5, 6}, l.asked)
}

// FuzzAllOfAChangingList adds, removes and moves drafts at random, before answers and within the loop. Whatever happens,
// no draft comes twice, and the loop ends. If it ends without an error, then:
//   - the totals were the same in all answers of its last pass, so far as they were looked at;
//   - if nothing was added or removed during that pass (or the totals would tell, unless as many came as went), and no
//     draft came twice in it (which tells of drafts that move), every draft that was there from beginning to end has come.
func FuzzAllOfAChangingList(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		perPage := 1 + random.IntN(6)
		l := newLiveList(random.IntN(8*perPage), perPage)
		lasting := slices.Clone(l.ids) // from the beginning
		left, chance := random.IntN(40), 1+random.IntN(4)
		added := 0
		change := func() {
			if left == 0 || random.IntN(chance) > 0 {
				return
			}
			left--
			at := random.IntN(len(l.ids) + 1)
			switch kind := random.IntN(4); {
			case kind == 0: // anywhere, but at the front more often
				added++
				l.ids = slices.Insert(l.ids, at*random.IntN(2), fmt.Sprintf("new%d", added))
			case at == len(l.ids):
			case kind == 1:
				l.remove(l.ids[at])
			default:
				id := l.ids[at]
				l.remove(id)
				l.ids = slices.Insert(l.ids, random.IntN(len(l.ids)+1)*random.IntN(2), id)
			}
			lasting = slices.DeleteFunc(lasting, func(id string) bool { return !slices.Contains(l.ids, id) })
		}
		l.change = func(*liveList, int) { change() }
		ids, err := l.readAll(t, func(string) { change() }, porting.WithReadAhead(1+4*random.IntN(2)))

		require.Len(t, slices.Compact(sorted(ids)), len(ids), "one came twice")
		if errors.Is(err, porting.ErrListChanges) || errors.Is(err, porting.ErrRepeatedPage) {
			require.Less(t, left, 40, "the list held still")
			return
		}
		require.NoError(t, err)
		start := 0
		for i, sent := range l.sent {
			if sent.number == 1 {
				start = i
			}
		}
		last := l.sent[start:]
		same := true // nothing was added or removed
		var came []string
		for _, sent := range last {
			require.Len(t, sent.list, len(last[0].list), "the totals changed during the last pass")
			same = same && slices.Equal(sorted(sent.list), sorted(last[0].list))
			came = append(came, sent.ids...)
		}
		if same && len(slices.Compact(sorted(came))) == len(came) {
			require.Subset(t, ids, lasting)
		}
	})
}
