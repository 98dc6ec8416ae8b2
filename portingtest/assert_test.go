package portingtest_test

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

var _ portingtest.TB = (testing.TB)(nil)

// noted is a test that only notes how it failed.
type noted struct{ errors []string }

func (n *noted) Helper() {}

func (n *noted) Errorf(format string, args ...any) {
	n.errors = append(n.errors, fmt.Sprintf(format, args...))
}

// reported gives what AssertClean has to say.
func reported(s *portingtest.Server) []string {
	var n noted
	s.AssertClean(&n)
	return n.errors
}

func TestAssertClean(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithDocumentsOptional())
	submit(s, "+12065550100")
	assert.Empty(t, reported(s))

	s.Inject(portingtest.Fault{Operation: "Drafts.Submit", Nth: 9, Effect: portingtest.DropAfter()})
	s.Inject(portingtest.Fault{Operation: "Drafts.Submit", Effect: portingtest.DropAfter()}).Remove()
	s.Inject(portingtest.Fault{Chance: 1e-9, Effect: portingtest.DropAfter()})
	call(t, s, "GET", "/nowhere", "")
	one := must(t, s, http.StatusCreated, "POST", draftsPath, numbersBody("+12065550101")).object(t)["id"]
	two := must(t, s, http.StatusCreated, "POST", draftsPath, numbersBody("+12065550101")).object(t)["id"]
	restore(t, s, `"+12065550100"`, `"+12065550199"`, 1) // in the draft alone
	errors := reported(s)
	require.Len(t, errors, 4)
	assert.Equal(t, "portingtest: violation: GET /nowhere: 404 Resource not found: no such path", errors[0])
	assert.Equal(t, "portingtest: a fault never fired: Drafts.Submit, request 9: connection dropped after handling", errors[1])
	assert.Equal(t, fmt.Sprintf("portingtest: duplicate: the drafts %s and %s have the same numbers", one, two), errors[2])
	assert.Contains(t, errors[3], "portingtest: broken invariant: draft ")
	assert.NotContains(t, strings.Join(errors, " "), "+1206", "a number is personal data")
}

// restore puts the sandbox into its own state with a change in it. The old text
// is replaced in its first places.
func restore(t *testing.T, s *portingtest.Server, before, after string, places int) {
	t.Helper()
	_, drafts, _ := strings.Cut(string(s.Snapshot()), `"draft_port_requests": [`)
	head := strings.TrimSuffix(string(s.Snapshot()), drafts)
	require.GreaterOrEqual(t, strings.Count(drafts, before), places, drafts)
	require.NoError(t, s.Restore([]byte(head+strings.Replace(drafts, before, after, places))))
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	t.Run("drafts", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		one, _ := createDraft(t, s, "+12065550100", "+12065550101")
		createDraft(t, s, "+12065550100")
		createDraft(t, s, "+12065550100", "+12065550101", "+12065550102")
		assert.Empty(t, s.Duplicates(), "sets that only overlap")
		two, _ := createDraft(t, s, "+12065550101", "+12065550100")
		three, _ := createDraft(t, s, "+12065550101", "+12065550100")
		id := func(path string) string { return strings.TrimPrefix(path, draftsPath+"/") }
		assert.Equal(t, []string{
			"the drafts " + id(one) + " and " + id(two) + " have the same numbers",
			"the drafts " + id(one) + " and " + id(three) + " have the same numbers",
		}, s.Duplicates())
	})
	t.Run("drafts after a cancellation", func(t *testing.T) {
		t.Parallel()
		s := open(t, portingtest.WithDocumentsOptional())
		_, subs := submit(s, "+12065550100", "+12065550150")
		must(t, s, http.StatusOK, "POST", subs[0]+"/cancellation", "")
		s.Advance(25 * time.Hour)
		createDraft(t, s, "+12065550100")
		assert.Empty(t, s.Duplicates())
		must(t, s, http.StatusOK, "POST", subs[1]+"/cancellation", "")
		s.Advance(25 * time.Hour)
		createDraft(t, s, "+12065550150", "+12065550100")
		assert.Empty(t, s.Duplicates())
		submitted, _ := createDraft(t, s, "+12065550151")
		createDraft(t, s, "+12065550151")
		assert.Len(t, s.Duplicates(), 1, submitted)
	})
	t.Run("comments", func(t *testing.T) {
		t.Parallel()
		s := open(t, portingtest.WithDocumentsOptional())
		request, subs := submit(s, "+12065550185", "+12065550150")
		other, _ := submit(s, "+12065550101")
		s.Advance(30 * time.Hour) // there is an exception
		must(t, s, http.StatusOK, "PUT", subs[0], `{"extended_address":"2nd floor"}`)
		s.Advance(30 * time.Hour) // the carrier says the same once more
		sub := subs[0][strings.LastIndex(subs[0], "/")+1:]
		for _, path := range []string{request, other} {
			must(t, s, http.StatusCreated, "POST", path+"/comments", `{"body":"Please hurry."}`)
		}
		must(t, s, http.StatusCreated, "POST", request+"/comments", `{"body":"Please hurry!"}`)
		must(t, s, http.StatusCreated, "POST", request+"/comments", `{"body":"Please hurry.","sub_request_id":"`+sub+`"}`)
		assert.Empty(t, s.Duplicates())
		must(t, s, http.StatusCreated, "POST", other+"/comments", `{"body":"Please hurry."}`)
		require.Len(t, s.Duplicates(), 1)
		assert.Contains(t, s.Duplicates()[0], "of the port request "+strings.TrimPrefix(other, requestsPath+"/")+" are the same")
	})
	t.Run("comments a minute apart", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		request, _ := submit(s, "+12065550100")
		for _, wait := range []time.Duration{0, time.Minute, time.Minute - 1} {
			assert.Empty(t, s.Duplicates())
			s.Advance(wait)
			must(t, s, http.StatusCreated, "POST", request+"/comments", `{"body":"Any news?"}`)
		}
		assert.Len(t, s.Duplicates(), 1)
	})
	t.Run("submits", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		draft, subs := createDraft(t, s, "+12065550100")
		for _, effect := range []portingtest.Effect{portingtest.RateLimit("0"), portingtest.DropBefore(), portingtest.BadGateway()} {
			fault := s.Inject(portingtest.Fault{Operation: "Drafts.Submit", Effect: effect})
			_, _ = s.Client(porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1})).Drafts.Submit(t.Context(), porting.DraftID(path.Base(draft)))
			fault.Remove()
			require.Equal(t, 1, fault.Fired())
		}
		must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/submit", "") // it isn't complete
		fillIn(t, s, subs...)
		uploadDocument(t, s, draft, "loa", "the letter")
		uploadDocument(t, s, draft, "invoice", "the bill")
		must(t, s, http.StatusCreated, "POST", draft+"/submit", "")
		assert.Empty(t, s.Duplicates(), "only one acted")
		must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/submit", "")
		assert.Equal(t, []string{"the draft " + path.Base(draft) + " was submitted again"}, s.Duplicates())
	})
	t.Run("cancellations", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		request, ids := s.AddPortRequest("+12065550191")
		cancellation := requestsPath + "/" + string(request) + "/sub_requests/" + string(ids[0]) + "/cancellation"
		s.Advance(28 * time.Hour) // the carrier cancels
		for range 2 {
			must(t, s, http.StatusUnprocessableEntity, "POST", cancellation, "")
		}
		assert.Empty(t, s.Duplicates(), "none acted")
		for range 2 {
			s.Move(ids[0], porting.SubRequestStatusInProcess)
			must(t, s, http.StatusOK, "POST", cancellation, "")
		}
		assert.Empty(t, s.Duplicates(), "it was taken back in between")
		must(t, s, http.StatusUnprocessableEntity, "POST", cancellation, "")
		s.Advance(25 * time.Hour)
		must(t, s, http.StatusUnprocessableEntity, "POST", cancellation, "")
		text := "the cancellation of the sub request " + string(ids[0]) + " was asked for again"
		assert.Equal(t, []string{text, text}, s.Duplicates())
		restored := open(t)
		require.NoError(t, restored.Restore(s.Snapshot()))
		assert.Equal(t, []string{text, text}, restored.Duplicates())
	})
	t.Run("many", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		request, _ := submit(s, "+12065550100")
		for range 1100 {
			var created any
			inProcess(t, s, "POST", request+"/comments", `{"body":"Any news?"}`, &created)
		}
		assert.Len(t, s.Duplicates(), 1000)
	})
	t.Run("documents", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		draft, _ := createDraft(t, s, "+12065550100")
		other, _ := createDraft(t, s, "+12065550101")
		uploadDocument(t, s, draft, "loa", "the letter")
		uploadDocument(t, s, draft, "loa", "page two")
		uploadDocument(t, s, draft, "other", "the letter")
		uploadDocument(t, s, other, "loa", "the letter")
		assert.Empty(t, s.Duplicates())
		uploadDocument(t, s, draft, "loa", "the letter")
		require.Len(t, s.Duplicates(), 1)
		assert.Contains(t, s.Duplicates()[0], "of the draft "+strings.TrimPrefix(draft, draftsPath+"/")+" are the same")
	})
}
