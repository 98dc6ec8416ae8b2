package portingtest_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

func TestPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	var all []string
	for i := range 45 {
		r := must(t, s, http.StatusCreated, "POST", draftsPath, numbersBody(fmt.Sprintf("+120655501%02d", i)))
		all = append(all, r.object(t)["id"].(string))
	}
	for query, want := range map[string]struct {
		ids   []string
		pages string
	}{
		"":                          {all[:20], "3"},
		"?page=1":                   {all[:20], "3"},
		"?page=2":                   {all[20:40], "3"},
		"?page=3":                   {all[40:], "3"},
		"?page=4":                   {[]string{}, "3"},
		"?page=9223372036854775807": {[]string{}, "3"},
		"?per_page=1&page=45":       {all[44:], "45"},
		"?per_page=45":              {all, "1"},
		"?per_page=44":              {all[:44], "2"},
		"?per_page=100000":          {all, "1"},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			r := must(t, s, http.StatusOK, "GET", draftsPath+query, "")
			assert.Equal(t, want.ids, ids(t, r))
			assert.Equal(t, "45", r.Header.Get("Total"))
			assert.Equal(t, want.pages, r.Header.Get("Total-Pages"))
		})
	}
}

func TestPageIsCut(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 251 {
		must(t, s, http.StatusCreated, "POST", draftsPath, numbersBody("+12065550100"))
	}
	r := must(t, s, http.StatusOK, "GET", draftsPath+"?per_page=1000", "")
	assert.Len(t, r.list(t), 250)
	assert.Equal(t, "2", r.Header.Get("Total-Pages"))
}

func TestEmptyLists(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, path := range []string{draftsPath, requestsPath} {
		r := must(t, s, http.StatusOK, "GET", path, "")
		assert.Equal(t, "[]", r.Body)
		assert.Equal(t, "0", r.Header.Get("Total"))
		assert.Equal(t, "0", r.Header.Get("Total-Pages"))
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	done, _ := submit(s, "+12065550100", "+13125550100")
	s.Advance(30 * 24 * time.Hour)
	half, subs := submit(s, "+12065550101", "+12065550150")
	must(t, s, http.StatusOK, "POST", subs[0]+"/cancellation", "")
	s.Advance(24 * time.Hour)
	draft, _ := createDraft(t, s, "+13125550102")
	key := must(t, s, http.StatusOK, "GET", half, "").object(t)["support_key"].(string)
	drafts := ids(t, must(t, s, http.StatusOK, "GET", draftsPath, ""))

	requests := map[string]string{done: "done", half: "half"}
	for query, want := range map[string][]string{
		"":                                  {"done", "half"},
		"?status=complete":                  {"done"},
		"?status=incomplete":                {"half"},
		"?search=206555":                    {"done", "half"},
		"?search=%2B1312":                   {"done"},
		"?search=5550150":                   {"half"},
		"?search=":                          {"done", "half"},
		"?search=999":                       {},
		"?search=" + key:                    {"half"},
		"?search=" + key[:8]:                {},
		"?search=5550150&status=complete":   {},
		"?search=5550150&status=incomplete": {"half"},
	} {
		t.Run("port requests"+query, func(t *testing.T) {
			t.Parallel()
			names := []string{}
			r := must(t, s, http.StatusOK, "GET", requestsPath+query, "")
			for _, id := range ids(t, r) {
				names = append(names, requests[requestsPath+"/"+id])
			}
			assert.Equal(t, want, names)
			assert.Equal(t, fmt.Sprint(len(want)), r.Header.Get("Total"))
		})
	}
	for query, want := range map[string][]string{
		"?status=submitted":                      drafts[:2],
		"?status=pending":                        drafts[2:],
		"?search=1312":                           {drafts[0], drafts[2]},
		"?search=" + key:                         {},
		"?search=1312&status=pending&per_page=1": {drafts[2]},
	} {
		t.Run("drafts"+query, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, want, ids(t, must(t, s, http.StatusOK, "GET", draftsPath+query, "")))
		})
	}
	assert.Equal(t, draft, draftsPath+"/"+drafts[2])
}

func TestInclude(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, _ := submit(s, "+12065550100")
	draft, _ := createDraft(t, s, "+12065550101")
	for query, want := range map[string]struct{ numbers, subs bool }{
		"":                             {true, false},
		"?include_phone_numbers=true":  {true, false},
		"?include_phone_numbers=false": {false, false},
		"?include_sub_requests=true":   {true, true},
		"?include_sub_requests=false":  {true, false},
		"?include_phone_numbers=false&include_sub_requests=true": {false, true},
	} {
		for _, path := range []string{request, draft, requestsPath, draftsPath} {
			t.Run(path+query, func(t *testing.T) {
				t.Parallel()
				r := must(t, s, http.StatusOK, "GET", path+query, "")
				var object map[string]any
				if path == requestsPath || path == draftsPath {
					object = r.list(t)[0]
				} else {
					object = r.object(t)
				}
				_, numbers := object["phone_numbers"]
				assert.Equal(t, want.numbers, numbers)
				list, subs := object["sub_requests"].([]any)
				require.Equal(t, want.subs, subs)
				if subs {
					_, numbers := list[0].(map[string]any)["phone_numbers"]
					assert.Equal(t, want.numbers, numbers)
				}
			})
		}
	}
}

func TestQueryIsStrict(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	request, subs := submit(s, "+12065550100")
	for _, test := range []struct{ path, message string }{
		{draftsPath + "?status=complete", "status must be pending or submitted"},
		{draftsPath + "?status=", "status must be pending or submitted"},
		{requestsPath + "?status=pending", "status must be incomplete or complete"},
		{requestsPath + "?page=0", "page must be an integer from 1"},
		{requestsPath + "?page=one", "page must be an integer from 1"},
		{requestsPath + "?page=99999999999999999999", "page must be an integer from 1"},
		{requestsPath + "?per_page=-1", "per_page must be an integer from 1"},
		{requestsPath + "?include_phone_numbers=0", "include_phone_numbers must be true or false"},
		{requestsPath + "?page=1&page=2", "page is there more than once"},
		{requestsPath + "?offset=1", "offset is no query key of PortRequests.List"},
		{request + "?page=1", "page is no query key"},
		{request + "?include_sub_requests=yes", "include_sub_requests must be true or false"},
		{request + "/sub_requests?include_phone_numbers=false", "include_phone_numbers is no query key"},
		{subs[0] + "?x", "x is no query key"},
		{requestsPath + "?page=one&per_page=&offset=1&include_sub_requests=yes", `include_sub_requests must be true or false, not "yes"; ` +
			`offset is no query key of PortRequests.List; page must be an integer from 1, not "one"; per_page must be an integer from 1, not ""`},
		{draftsPath + "?status=done", `status must be pending or submitted, not "done"`},
		{draftsPath + "?page=" + repeat("9", 99), `not "` + repeat("9", 64) + `…"`},
		{draftsPath + "?search=+12065550100", "search begins with a space, which is how an unescaped + is read: write %2B"},
	} {
		t.Run(test.path, func(t *testing.T) {
			t.Parallel()
			r := must(t, s, http.StatusUnprocessableEntity, "GET", test.path, "")
			assert.Contains(t, r.message(t), test.message)
		})
	}
	must(t, s, http.StatusOK, "GET", draftsPath+"?search=%2B1206", "")
	must(t, s, http.StatusOK, "GET", draftsPath+"?search=+Ada+1", "")
}

// TestWrongQueriesAreViolations reads the violations, which have no values in them.
func TestWrongQueriesAreViolations(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := must(t, s, http.StatusBadRequest, "GET", requestsPath+"?page=1&search=%zz", "")
	assert.Contains(t, r.message(t), `the query can't be read at "search": invalid URL escape "%zz"`)
	r = must(t, s, http.StatusBadRequest, "GET", requestsPath+"?page=1;per_page=2", "")
	assert.Contains(t, r.message(t), `the query can't be read at "page": invalid semicolon`)
	must(t, s, http.StatusUnprocessableEntity, "GET", draftsPath+"?search=+12065550100&page=one&status=done", "")
	assert.Equal(t, []string{
		"GET " + requestsPath + `: 400 Bad Request: the query can't be read at "search": invalid URL escape "%zz"`,
		"GET " + requestsPath + `: 400 Bad Request: the query can't be read at "page": invalid semicolon separator in query`,
		"GET " + draftsPath + ": 422 Unprocessable Entity: page must be an integer from 1; " +
			"search begins with a space, which is how an unescaped + is read: write %2B",
	}, s.Violations())
}
