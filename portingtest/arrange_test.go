package portingtest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

func TestAddDraft(t *testing.T) {
	t.Parallel()
	s := open(t)
	client, ctx := s.Client(), t.Context()
	id, subs := s.AddDraft("+12065550100", "+12065550160", "+12065550101")
	require.Empty(t, s.Requests())
	require.Len(t, subs, 2)
	for i, count := range []int{2, 1} {
		sub, err := client.Drafts.GetSubRequest(ctx, id, subs[i])
		require.NoError(t, err)
		assert.True(t, sub.Complete)
		assert.Equal(t, count, sub.PhoneNumberCount)
		assert.Equal(t, sub.PhoneNumbers[0].PhoneNumber, sub.BillingPhoneNumber)
	}
	documents, err := client.Documents.List(ctx, id)
	require.NoError(t, err)
	assert.Len(t, documents, 2)
	file := get(t, mustLink(t, client, id, documents[0].ID))
	assert.Contains(t, file.Body, "%PDF")
	draft, err := client.Drafts.Submit(ctx, id)
	require.NoError(t, err)
	assert.NotEmpty(t, draft.PortRequestID)
	assert.Empty(t, reported(s))
}

func mustLink(t *testing.T, client *porting.Client, owner porting.DocumentOwner, id porting.DocumentID) string {
	t.Helper()
	link, err := client.Documents.CreateDownloadLink(t.Context(), owner, id)
	require.NoError(t, err)
	return link.URL
}

func TestAddPortRequest(t *testing.T) {
	t.Parallel()
	s := open(t)
	id, subs := s.AddPortRequest("+12065550100", "+12065550160")
	list, err := s.Client().SubRequests.List(t.Context(), id)
	require.NoError(t, err)
	require.Len(t, list, 2)
	for i := range list {
		assert.Equal(t, subs[i], list[i].ID)
		assert.Equal(t, porting.SubRequestStatusInProcess, list[i].Status)
	}
	drafts := must(t, s, http.StatusOK, "GET", draftsPath+"?status=submitted", "").list(t)
	require.Len(t, drafts, 1)
	assert.Equal(t, string(id), drafts[0]["port_request_id"])
	s.Advance(7 * 24 * time.Hour)
	assert.Equal(t, "map[ported:2]", counts(t, s, requestsPath+"/"+string(id)))
	assert.Empty(t, reported(s))
}

// TestAddsOfTheSame are the test's own, and no doubles; what a client adds to them
// is.
func TestAddsOfTheSame(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.AddDraft("+12065550100")
	s.AddDraft("+12065550100")
	assert.Empty(t, s.Duplicates())
	createDraft(t, s, "+12065550100")
	assert.Len(t, s.Duplicates(), 1)
}

// TestMove goes to each status from each, and on from there.
func TestMove(t *testing.T) {
	t.Parallel()
	lives := map[porting.SubRequestStatus]string{
		"in-process":         "in-process submitted foc-date-confirmed 2026-03-05T15:00:00Z ported",
		"submitted":          "submitted foc-date-confirmed 2026-03-05T15:00:00Z ported",
		"exception":          "exception",
		"foc-date-confirmed": "foc-date-confirmed 2026-03-05T15:00:00Z ported",
		"ported":             "ported 2026-03-02T09:00:00Z",
		"cancel-pending":     "cancel-pending cancelled",
		"cancelled":          "cancelled",
		"unassigned":         "unassigned",
		"awaiting-csr":       "awaiting-csr",
	}
	for from := range lives {
		for to, want := range lives {
			t.Run(string(from+" "+to), func(t *testing.T) {
				t.Parallel()
				s := open(t)
				request, subs := s.AddPortRequest("+12065550100")
				if from != "foc-date-confirmed" && from != "ported" { // whose date would stay
					s.Move(subs[0], from)
				}
				s.Script("+12065550100", portingtest.Step{After: time.Hour, Status: "exception"}) // which the move ends
				s.Move(subs[0], to)
				assert.Equal(t, want, life(t, s, requestsPath+"/"+string(request)+"/sub_requests/"+string(subs[0])))
			})
		}
	}
	s := open(t)
	_, subs := s.AddPortRequest("+12065550187")
	s.Move(subs[0], "foc-date-confirmed")
	assert.PanicsWithValue(t, "portingtest: Move: the status is empty", func() { s.Move(subs[0], "") })
	assert.PanicsWithValue(t, `portingtest: Move: there is no sub request "x" of a port request`, func() { s.Move("x", "ported") })
	_, draftSubs := s.AddDraft("+12065550100")
	assert.Panics(t, func() { s.Move(draftSubs[0], "ported") })
}

func TestAddComment(t *testing.T) {
	t.Parallel()
	s := open(t)
	client := s.Client()
	request, subs := s.AddPortRequest("+12065550100")
	other, _ := s.AddPortRequest("+12065550101")
	s.AddComment(request, "", "Pls call us.")
	s.AddComment(request, subs[0], "Pls call us.")
	comments, err := client.Comments.List(t.Context(), request)
	require.NoError(t, err)
	require.Len(t, comments, 2)
	for i, sub := range []porting.SubRequestID{"", subs[0]} {
		assert.Equal(t, "Pls call us.", comments[i].Body)
		assert.Equal(t, sub, comments[i].SubRequestID)
		assert.Empty(t, comments[i].UserID)
	}
	assert.Empty(t, reported(s))
	assert.PanicsWithValue(t, `portingtest: AddComment: there is no port request "x"`, func() { s.AddComment("x", "", "Hello.") })
	assert.Panics(t, func() { s.AddComment(other, subs[0], "Hello.") })
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.AddPortRequest("+12065550100")
	for numbers, want := range map[string]string{
		"":             "portingtest: AddDraft: there are no numbers",
		"+12065550182": "portingtest: AddDraft: Unprocessable Entity: phone_numbers.0.phone_number can't be ported: no_coverage",
		"+12065550100": "portingtest: AddDraft: Unprocessable Entity: phone_numbers.0.phone_number can't be ported: already_being_ported",
	} {
		var list []string
		if numbers != "" {
			list = []string{numbers}
		}
		assert.PanicsWithValue(t, want, func() { s.AddDraft(list...) })
		assert.Panics(t, func() { s.AddPortRequest(list...) })
	}
	assert.Empty(t, reported(s), "and nothing is left behind, not even the lock")
}
