package conformance

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// TestUpdates sends updates that are odd but right, and some that are wrong. The description and the sandbox have to
// agree on which is which.
func TestUpdates(t *testing.T) {
	t.Parallel()
	c := newChecker(t, readDescription(t, source))
	srv := portingtest.NewServer()
	t.Cleanup(srv.Close)
	draft, parts := srv.AddDraft(wireline)
	port, subs := srv.AddPortRequest(other)
	part := "/origination/porting/draft_port_requests/" + string(draft) + "/sub_requests/" + string(parts[0])
	sub := "/origination/porting/port_requests/" + string(port) + "/sub_requests/" + string(subs[0])

	type update struct {
		body   string
		refuse bool
	}
	updates := map[string][]update{
		"DraftSubRequestUpdate": {
			{body: `{"foc_date_requested_by_user":"2026-03-05T15:00:00Z"}`},
			{body: `{"foc_date_requested_by_user":"2026-03-05T15:00:00.000Z"}`},
			{body: `{"foc_date_requested_by_user":"2026-03-05T15:00:00.123456789Z"}`},
			{body: `{"foc_date_requested_by_user":"2026-03-05T16:00:00+01:00"}`},
			{body: `{"porting_option":{"type":"full","remaining_numbers_action":null,"new_billing_phone_number":null}}`},
			{body: `{"foc_date_requested_by_user":"2026-03-05T15:00:00"}`, refuse: true},
			{body: `{"foc_date_requested_by_user":"2026-03-05"}`, refuse: true},
			{body: `{"porting_option":{"type":null}}`, refuse: true},
			{body: `{"customer_rating":null}`, refuse: true},
			{body: `{}`, refuse: true},
			{body: `null`, refuse: true},
		},
		"SubRequestUpdate": {
			{body: `{"default_message_profile_id":null}`, refuse: true},
			{body: `{"customer_rating":1.5}`, refuse: true},
			{body: `{}`, refuse: true},
		},
	}
	for name, path := range map[string]string{"DraftSubRequestUpdate": part, "SubRequestUpdate": sub} {
		schema := c.schemas[name]
		required, _ := schema.Extensions.Get("x-documented-required")
		var kept []string
		require.NoError(t, required.Decode(&kept))
		for key := range schema.Properties.FromOldest() {
			if name == "SubRequestUpdate" && slices.Contains(kept, key) {
				continue // once submitted it must keep a value, which isn't a question of form
			}
			updates[name] = append(updates[name], update{body: `{"` + key + `":null}`})
		}
		for _, update := range updates[name] {
			t.Run(name+" "+update.body, func(t *testing.T) {
				t.Parallel()
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, srv.URL()+path, strings.NewReader(update.body))
				require.NoError(t, err)
				req.Header.Set("Authorization", "Token "+portingtest.Token)
				req.Header.Set("Content-Type", "application/json")
				resp, err := http.DefaultClient.Do(req)
				require.NoError(t, err)
				defer resp.Body.Close()
				if update.refuse {
					assert.Equal(t, http.StatusUnprocessableEntity, resp.StatusCode)
				} else {
					assert.Equal(t, http.StatusOK, resp.StatusCode)
				}
				req.Body = io.NopCloser(bytes.NewReader([]byte(update.body)))
				_, failures := c.check(req, resp)
				assert.Equal(t, update.refuse, len(failures) > 0, failures)
			})
		}
	}
}

// TestClientUpdates has the client agree with them, as far as it can send such updates.
func TestClientUpdates(t *testing.T) {
	t.Parallel()
	c := newChecker(t, readDescription(t, source))
	srv, client, _ := newSandbox(t, c)
	draft, parts := srv.AddDraft(wireline)
	_, err := client.Drafts.UpdateSubRequest(t.Context(), draft, parts[0], porting.DraftSubRequestUpdate{})
	require.ErrorContains(t, err, "no field set")
	keys := map[string]any{} // all of them null
	for key := range c.schemas["DraftSubRequestUpdate"].Properties.KeysFromOldest() {
		keys[key] = nil
	}
	text, err := json.Marshal(keys)
	require.NoError(t, err)
	var nulls porting.DraftSubRequestUpdate
	require.NoError(t, json.Unmarshal(text, &nulls))
	cleared, err := client.Drafts.UpdateSubRequest(t.Context(), draft, parts[0], nulls)
	require.NoError(t, err)
	assert.Empty(t, cleared.AuthPersonName)
	assert.True(t, cleared.FOCDateRequestedByUser.IsZero())
}
