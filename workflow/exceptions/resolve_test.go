package exceptions_test

import (
	"cmp"
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// impatient is a client that waits no time between tries.
func impatient(server *portingtest.Server) *porting.Client {
	return server.Client(porting.WithRetry(porting.RetryPolicy{MinWait: time.Millisecond, MaxWait: time.Millisecond}))
}

// onSandboxClock are options whose second look comes after a second of the sandbox's clock.
func onSandboxClock(server *portingtest.Server) *exceptions.Options {
	return &exceptions.Options{LookAgain: time.Second, Sleep: func(ctx context.Context, d time.Duration) error {
		server.Advance(d)
		return ctx.Err()
	}}
}

var fix = exceptions.Fix{Profile: enduser.Profile{PostalCode: "98102"}, Comment: "The postal code is corrected."}

// rejected is a sub request with an exception.
func rejected(t *testing.T) (*portingtest.Server, porting.PortRequestID, porting.SubRequestID) {
	t.Helper()
	server := portingtest.NewServer(portingtest.WithFullUpdates())
	t.Cleanup(server.Close)
	id, subs := server.AddPortRequest("+12065550100")
	server.Move(subs[0], porting.SubRequestStatusException)
	return server, id, subs[0]
}

// written counts the comments with the fix's text.
func written(t *testing.T, server *portingtest.Server, id porting.PortRequestID) (n int) {
	t.Helper()
	comments, err := server.Client().Comments.List(t.Context(), id)
	require.NoError(t, err)
	for _, c := range comments {
		if c.Body == fix.Comment {
			n++
		}
	}
	return n
}

func TestResolve(t *testing.T) {
	t.Parallel()
	server, id, sub := rejected(t)
	for i := range 3 {
		got, err := exceptions.Resolve(t.Context(), impatient(server), id, sub, fix, onSandboxClock(server))
		require.NoError(t, err)
		want := exceptions.StateThere
		if i == 0 {
			want = exceptions.StateSent
		}
		assert.Equal(t, want, got.Update)
		assert.Equal(t, want, got.Comment)
		assert.Equal(t, "98102", got.Corrected.SubRequest.PostalCode)
		assert.Equal(t, porting.SubRequestStatusSubmitted, got.Corrected.SubRequest.Status)
		assert.Equal(t, sub, got.Written.SubRequestID)
	}
	assert.Equal(t, 1, server.Count("SubRequests.Update"))
	assert.Equal(t, 1, server.Count("Comments.Create"))
	server.AssertClean(t)
}

// TestSecondException says the same of another exception.
func TestSecondException(t *testing.T) {
	t.Parallel()
	server, id, sub := rejected(t)
	resolve := func(since time.Time) *exceptions.Resolved {
		opts := onSandboxClock(server)
		opts.Since = since
		got, err := exceptions.Resolve(t.Context(), impatient(server), id, sub, fix, opts)
		require.NoError(t, err)
		return got
	}
	first := server.Now()
	assert.Equal(t, exceptions.StateSent, resolve(first).Comment)
	assert.Equal(t, exceptions.StateThere, resolve(first.Add(999*time.Millisecond)).Comment, "the API has whole seconds")
	server.Advance(time.Hour)
	assert.Equal(t, exceptions.StateThere, resolve(time.Time{}).Comment)
	assert.Equal(t, exceptions.StateSent, resolve(server.Now()).Comment)
	assert.Equal(t, 2, written(t, server, id))
}

// TestResolveFaults has calls go wrong, and runs again. Whatever is lost, a run sends nothing
// twice, and what it says is true.
func TestResolveFaults(t *testing.T) {
	t.Parallel()
	const sent, there, notSent, unknown = exceptions.StateSent, exceptions.StateThere, exceptions.StateNotSent, exceptions.StateUnknown
	const update, comment = "SubRequests.Update", "Comments.Create"
	refuse := portingtest.Respond(http.StatusUnprocessableEntity, `{"message":"no"}`)
	for _, test := range []struct {
		name                string
		operation           string
		nth                 int // 0: all
		effect              portingtest.Effect
		update, comment     exceptions.State
		step                exceptions.Step // of the UnknownError, if there is one
		isError             bool
		updates, comments   int              // that were sent by the first run
		thenUpdate, thenSay exceptions.State // of the second run, without the fault
		writes              int              // of the comment, in the end
	}{
		{"the update took and its answer is lost", update, 0, portingtest.DropAfter(), sent, sent, "", false, 1, 1, there, there, 1},
		{"the update took, a 502", update, 0, portingtest.BadGateway().AfterHandling(), sent, sent, "", false, 1, 1, there, there, 1},
		{"the update took, half an answer", update, 0, portingtest.Truncate(), sent, sent, "", false, 1, 1, there, there, 1},
		{"the update took, an empty answer", update, 0, portingtest.Empty(), sent, sent, "", false, 1, 1, there, there, 1},
		{"the update never comes", update, 1, portingtest.DropBefore(), unknown, notSent, exceptions.StepUpdate, true, 1, 0, sent, sent, 1},
		{"the update comes after the look", update, 1, portingtest.DropThenAct(time.Second), unknown, notSent, exceptions.StepUpdate, true, 1, 0, there, sent, 1},
		{"a 500 for the update", update, 1, portingtest.Respond(http.StatusInternalServerError, ""), unknown, notSent, exceptions.StepUpdate, true, 1, 0, sent, sent, 1},
		{"the update is refused", update, 1, refuse, notSent, notSent, "", true, 1, 0, sent, sent, 1},
		{"the update meets the rate limit", update, 1, portingtest.RateLimit(""), notSent, notSent, "", true, 1, 0, sent, sent, 1},
		{"the update is accepted and not taken", update, 1, portingtest.Respond(http.StatusOK, `{"id":"x"}`), sent, notSent, "", true, 1, 0, sent, sent, 1},
		{"it can't be read before", "SubRequests.Get", 1, portingtest.Respond(http.StatusNotFound, ""), notSent, notSent, "", true, 0, 0, sent, sent, 1},
		{"it can't be read back", "SubRequests.Get", 2, portingtest.Respond(http.StatusNotFound, ""), sent, notSent, "", true, 1, 0, there, sent, 1},
		{"a lost answer to reading is asked for again", "SubRequests.Get", 2, portingtest.DropBefore(), sent, sent, "", false, 1, 1, there, there, 1},
		{"the comment is there and its answer is lost", comment, 1, portingtest.DropAfter(), sent, sent, "", false, 1, 1, there, there, 1},
		{"the comment is there, a 502", comment, 1, portingtest.BadGateway().AfterHandling(), sent, sent, "", false, 1, 1, there, there, 1},
		{"the comment is there, half an answer", comment, 1, portingtest.Truncate(), sent, sent, "", false, 1, 1, there, there, 1},
		{"the comment is there, an empty answer", comment, 1, portingtest.Empty(), sent, sent, "", false, 1, 1, there, there, 1},
		{"the comment comes before the second look", comment, 1, portingtest.DropThenAct(time.Second), sent, sent, "", false, 1, 1, there, there, 1},
		{"the comment comes after the second look", comment, 1, portingtest.DropThenAct(2 * time.Second), sent, unknown, exceptions.StepComment, true, 1, 1, there, there, 1},
		{"the comment never comes", comment, 1, portingtest.DropBefore(), sent, unknown, exceptions.StepComment, true, 1, 1, there, unknown, 0},
		{"the comment is refused", comment, 1, refuse, sent, notSent, "", true, 1, 1, there, sent, 1},
		{"the comments can't be read", "Comments.List", 0, portingtest.Respond(http.StatusForbidden, ""), sent, notSent, "", true, 1, 0, there, sent, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, id, sub := rejected(t)
			injected := server.Inject(portingtest.Fault{Operation: test.operation, Nth: test.nth, Effect: test.effect})
			got, err := exceptions.Resolve(t.Context(), impatient(server), id, sub, fix, onSandboxClock(server))
			require.NotNil(t, got)
			assert.Equal(t, test.update, got.Update)
			assert.Equal(t, test.comment, got.Comment)
			assert.Equal(t, test.updates, server.Count(update))
			assert.Equal(t, test.comments, server.Count(comment))
			assert.Equal(t, test.isError, err != nil, "%v", err)
			var lost *exceptions.UnknownError
			if test.step != "" {
				require.ErrorAs(t, err, &lost)
				assert.Equal(t, test.step, lost.Step)
				assert.NotContains(t, err.Error(), "98102")
				assert.NotContains(t, err.Error(), fix.Comment)
			} else if err != nil {
				assert.NotErrorAs(t, err, &lost)
			}
			injected.Remove()
			server.Advance(2 * time.Second)

			opts := onSandboxClock(server)
			opts.MayBeSent = test.step == exceptions.StepComment
			got, err = exceptions.Resolve(t.Context(), impatient(server), id, sub, fix, opts)
			assert.Equal(t, test.thenUpdate, got.Update)
			assert.Equal(t, test.thenSay, got.Comment)
			assert.Equal(t, test.thenSay == unknown, err != nil)
			assert.Equal(t, test.writes, written(t, server, id))
			assert.Empty(t, server.Duplicates())
		})
	}
}

// TestResolveLate has the server act after Resolve has looked. What comes late is found by the
// next run, and isn't taken for something that this one has sent.
func TestResolveLate(t *testing.T) {
	t.Parallel()
	for operation, step := range map[string]exceptions.Step{"SubRequests.Update": exceptions.StepUpdate, "Comments.Create": exceptions.StepComment} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			server, id, sub := rejected(t)
			server.Inject(portingtest.Fault{Operation: operation, Nth: 1, Effect: portingtest.DropThenAct(time.Minute)})
			_, err := exceptions.Resolve(t.Context(), impatient(server), id, sub, fix, onSandboxClock(server))
			var lost *exceptions.UnknownError
			require.ErrorAs(t, err, &lost)
			assert.Equal(t, step, lost.Step)

			server.Advance(10 * time.Minute)
			got, err := exceptions.Resolve(t.Context(), impatient(server), id, sub, fix, onSandboxClock(server))
			require.NoError(t, err)
			assert.Equal(t, exceptions.StateThere, got.Update)
			assert.Equal(t, 1, server.Count("SubRequests.Update"))
			assert.Equal(t, 1, server.Count("Comments.Create"))
			assert.Equal(t, 1, written(t, server, id))
			server.AssertClean(t)
		})
	}
}

// TestResolveAnswered has the carrier answer the comment. It isn't written again.
func TestResolveAnswered(t *testing.T) {
	t.Parallel()
	server, id, sub := rejected(t)
	for range 2 {
		got, err := exceptions.Resolve(t.Context(), impatient(server), id, sub, fix, onSandboxClock(server))
		require.NoError(t, err)
		assert.Equal(t, fix.Comment, got.Written.Body)
		server.Advance(time.Hour)
		server.AddComment(id, sub, "Thank you, sent again.")
	}
	assert.Equal(t, 1, written(t, server, id))
}

// TestTextElsewhere has the text on another sub request, on the whole port request, and on
// this one with a date that has no time of day. Only the last is taken for the fix's comment.
func TestTextElsewhere(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		on   string // as JSON; empty: this sub request
		want exceptions.State
	}{
		{"another sub request", `"another"`, exceptions.StateSent},
		{"the whole port request", "null", exceptions.StateSent},
		{"this sub request, at some time of the day", "", exceptions.StateThere},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, id, sub := rejected(t)
			on := cmp.Or(test.on, `"`+string(sub)+`"`)
			server.Inject(portingtest.Fault{Operation: "Comments.List", Effect: portingtest.Respond(http.StatusOK,
				`[{"id":"c","body":"`+fix.Comment+`","sub_request_id":`+on+`,"created_at":"`+server.Now().Format(time.DateOnly)+`"}]`)})
			opts := onSandboxClock(server)
			opts.Since = server.Now()
			got, err := exceptions.Resolve(t.Context(), impatient(server), id, sub, fix, opts)
			require.NoError(t, err)
			if test.on == "" {
				assert.Equal(t, porting.CommentID("c"), got.Written.ID)
			}
			assert.Equal(t, test.want, got.Comment)
		})
	}
}

func TestNotTaken(t *testing.T) {
	t.Parallel()
	server, id, sub := rejected(t)
	server.Inject(portingtest.Fault{Operation: "SubRequests.Update", Effect: portingtest.Respond(http.StatusOK, `{"id":"x"}`)})
	_, err := exceptions.Resolve(t.Context(), impatient(server), id, sub, fix, nil)
	var notTaken *drafts.NotTakenError
	require.ErrorAs(t, err, &notTaken)
	assert.Equal(t, []string{"postal_code"}, notTaken.Fields[sub])
	assert.Zero(t, server.Count("Comments.Create"))
}

func TestContextEnds(t *testing.T) {
	t.Parallel()
	server, id, sub := rejected(t)
	ctx, cancel := context.WithCancel(t.Context())
	server.Inject(portingtest.Fault{Operation: "Comments.Create", Effect: portingtest.DropBefore()})
	opts := &exceptions.Options{Sleep: func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}}
	got, err := exceptions.Resolve(ctx, impatient(server), id, sub, fix, opts)
	require.ErrorIs(t, err, context.Canceled)
	var lost *exceptions.UnknownError
	require.ErrorAs(t, err, &lost)
	assert.Equal(t, exceptions.StateUnknown, got.Comment)
}

func TestBadArguments(t *testing.T) {
	t.Parallel()
	server, id, sub := rejected(t)
	for field, call := range map[string]func() (*exceptions.Resolved, error){
		"client": func() (*exceptions.Resolved, error) { return exceptions.Resolve(t.Context(), nil, id, sub, fix, nil) },
		"comment": func() (*exceptions.Resolved, error) {
			return exceptions.Resolve(t.Context(), server.Client(), id, sub, exceptions.Fix{Comment: " "}, nil)
		},
		"look_again": func() (*exceptions.Resolved, error) {
			return exceptions.Resolve(t.Context(), server.Client(), id, sub, fix, &exceptions.Options{LookAgain: -1})
		},
		"profile.country_code": func() (*exceptions.Resolved, error) {
			return exceptions.Resolve(t.Context(), server.Client(), id, sub, exceptions.Fix{Profile: enduser.Profile{CountryCode: "USA"}, Comment: "x"}, nil)
		},
	} {
		got, err := call()
		var bad *porting.ArgumentError
		require.ErrorAs(t, err, &bad, field)
		assert.Equal(t, field, bad.Field)
		assert.Nil(t, got)
	}
	assert.Empty(t, server.Requests())
}
