package porting_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// TestLostCreate says what was sent, so that it can be looked for.
func TestLostCreate(t *testing.T) {
	t.Parallel()
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	client := sandbox.Client()
	sandbox.Inject(portingtest.Fault{Operation: "Drafts.Create", Effect: portingtest.DropAfter()})

	_, err := client.Drafts.Create(t.Context(), "+13125550100")
	unknown := errorAs[*porting.OutcomeUnknownError](t, err)
	assert.Equal(t, "Drafts.Create", unknown.Operation)
	assert.Equal(t, "POST", unknown.Method)
	assert.Equal(t, "/origination/porting/draft_port_requests", unknown.Route)
	assert.Equal(t, unknown.Route, unknown.Path)
	assert.JSONEq(t, `{"phone_numbers":[{"phone_number":"+13125550100"}]}`, string(unknown.Body))
	assert.Contains(t, unknown.Check, "search the drafts")
	assert.Equal(t, 1, unknown.Attempts)
	assert.ErrorIs(t, err, io.EOF)
	assert.NotContains(t, err.Error(), "5550100")
	assert.Equal(t, 1, sandbox.Count("Drafts.Create"))
	sandbox.AssertClean(t)
}

// TestLostSubmit finds out whether a submit went through.
func TestLostSubmit(t *testing.T) {
	t.Parallel()
	sandbox := portingtest.NewServer(portingtest.WithDocumentsOptional())
	defer sandbox.Close()
	client, ctx := sandbox.Client(), t.Context()
	sandbox.Inject(portingtest.Fault{Operation: "Drafts.Submit", Effect: portingtest.DropAfter()})
	draft, err := client.Drafts.Create(ctx, "+13125550100")
	require.NoError(t, err)
	windows, err := client.Drafts.AllowedFOCDates(ctx, draft.ID, draft.PhoneNumbers[0].SubRequestID)
	require.NoError(t, err)
	update := fillIn
	update.FOCDateRequestedByUser = porting.Set(windows[0].Start.Time)
	_, err = client.Drafts.UpdateSubRequest(ctx, draft.ID, draft.PhoneNumbers[0].SubRequestID, update)
	require.NoError(t, err)

	_, submitted, err := client.Drafts.Submitted(ctx, draft.ID)
	require.NoError(t, err)
	assert.False(t, submitted)

	_, err = client.Drafts.Submit(ctx, draft.ID)
	unknown := errorAs[*porting.OutcomeUnknownError](t, err)
	assert.Equal(t, "/origination/porting/draft_port_requests/"+string(draft.ID)+"/submit", unknown.Path)
	assert.Nil(t, unknown.Body)
	assert.Contains(t, unknown.Check, "Drafts.Submitted")

	draft, submitted, err = client.Drafts.Submitted(ctx, draft.ID)
	require.NoError(t, err)
	assert.True(t, submitted)
	assert.NotEmpty(t, draft.PortRequestID)

	_, _, err = client.Drafts.Submitted(ctx, "no-such-draft")
	assert.ErrorIs(t, err, porting.ErrNotFound)
	sandbox.AssertClean(t)
}

// TestSubmittedIsSure tells only what the answer says.
func TestSubmittedIsSure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		submitted  bool
		field      string // that the answer lacks
	}{
		{"pending", `{"id":"a","status":"pending"}`, false, ""},
		{"submitted", `{"id":"a","status":"submitted"}`, true, ""},
		{"a port request", `{"id":"a","status":"pending","port_request_id":"b"}`, true, ""},
		{"the id in capitals", `{"id":"A","status":"submitted"}`, true, ""},
		{"another draft", `{"id":"b","status":"pending"}`, false, "id"},
		{"no draft", `{"message":"try later"}`, false, "id"},
		{"another status", `{"id":"a","status":"frozen"}`, false, "status"},
		{"no status", `{"id":"a"}`, false, "status"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			draft, submitted, err := always(t, answer(200, test.body)).Drafts.Submitted(t.Context(), "a")
			assert.Equal(t, test.submitted, submitted)
			if test.field != "" {
				assert.Nil(t, draft)
				assert.Equal(t, test.field, errorAs[*porting.DecodeError](t, err).Field)
				return
			}
			require.NoError(t, err)
			assert.NotNil(t, draft)
		})
	}
}

// TestLostBodyHasNoSecrets sends a secret in a body whose answer is lost.
func TestLostBodyHasNoSecrets(t *testing.T) {
	t.Parallel()
	mock := roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") })
	body := map[string]any{"pin": porting.Secret("canary"), "at": 1}
	err := newClient(t, mock).Do(t.Context(), "POST", "/a/b", nil, body, nil)
	unknown := errorAs[*porting.OutcomeUnknownError](t, err)
	assert.JSONEq(t, `{"at":1,"pin":"[redacted]"}`, string(unknown.Body))
}
