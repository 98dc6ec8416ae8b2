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

// lossy is an HTTP client that loses the answers of the requests that lose chooses,
// after the server acted.
func lossy(t *testing.T, lose func(*http.Request) bool) *http.Client {
	t.Helper()
	wire := new(http.Transport)
	t.Cleanup(wire.CloseIdleConnections)
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		resp, err := wire.RoundTrip(r)
		if err == nil && lose(r) {
			_ = resp.Body.Close()
			return nil, io.ErrUnexpectedEOF
		}
		return resp, err
	})}
}

// TestLostCreate says what was sent, so that it can be looked for.
func TestLostCreate(t *testing.T) {
	t.Parallel()
	sandbox := portingtest.NewServer()
	defer sandbox.Close()
	client := sandbox.Client(porting.WithHTTPClient(lossy(t, func(r *http.Request) bool { return r.Method == http.MethodPost })))

	_, err := client.Drafts.Create(t.Context(), "+13125550100")
	unknown := errorAs[*porting.OutcomeUnknownError](t, err)
	assert.Equal(t, "Drafts.Create", unknown.Operation)
	assert.Equal(t, "POST", unknown.Method)
	assert.Equal(t, "/origination/porting/draft_port_requests", unknown.Route)
	assert.Equal(t, unknown.Route, unknown.Path)
	assert.JSONEq(t, `{"phone_numbers":[{"phone_number":"+13125550100"}]}`, string(unknown.Body))
	assert.Contains(t, unknown.Check, "search the drafts")
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.NotContains(t, err.Error(), "5550100")

	page, err := client.Drafts.List(t.Context(), nil)
	require.NoError(t, err)
	assert.Len(t, page.Items, 1, "it was sent once")
}

// TestLostSubmit finds out whether a submit went through.
func TestLostSubmit(t *testing.T) {
	t.Parallel()
	sandbox := portingtest.NewServer(portingtest.WithDocumentsOptional())
	defer sandbox.Close()
	lose := false
	client := sandbox.Client(porting.WithHTTPClient(lossy(t, func(*http.Request) bool { return lose })))
	ctx := t.Context()
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

	lose = true
	_, err = client.Drafts.Submit(ctx, draft.ID)
	unknown := errorAs[*porting.OutcomeUnknownError](t, err)
	assert.Equal(t, "/origination/porting/draft_port_requests/"+string(draft.ID)+"/submit", unknown.Path)
	assert.Nil(t, unknown.Body)
	assert.Contains(t, unknown.Check, "Drafts.Submitted")

	lose = false
	draft, submitted, err = client.Drafts.Submitted(ctx, draft.ID)
	require.NoError(t, err)
	assert.True(t, submitted)
	assert.NotEmpty(t, draft.PortRequestID)

	_, _, err = client.Drafts.Submitted(ctx, "no-such-draft")
	assert.ErrorIs(t, err, porting.ErrNotFound)
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
