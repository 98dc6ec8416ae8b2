package porting_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// roundTrips checks that what encoding/json makes of a model reads as the same model.
func roundTrips[T any](t *testing.T, data string, hide func(*T)) {
	t.Helper()
	var first, second T
	require.NoError(t, json.Unmarshal([]byte(data), &first))
	encoded, err := json.Marshal(first)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(encoded, &second))
	hide(&first)
	assert.Equal(t, first, second)
}

// redactSubs replaces the secrets, which an encoded model doesn't have.
func redactSubs(subs []porting.SubRequest) {
	for i := range subs {
		s := &subs[i]
		redact(&s.PINPasscode, &s.AccountNumber, &s.TaxIdentifier, &s.BusinessIdentifier)
	}
}

func redactDraftSubs(subs []porting.DraftSubRequest) {
	for i := range subs {
		s := &subs[i]
		redact(&s.PINPasscode, &s.AccountNumber, &s.TaxIdentifier, &s.BusinessIdentifier)
	}
}

func redact(secrets ...*porting.Secret) {
	for _, s := range secrets {
		if *s != "" {
			*s = "[redacted]"
		}
	}
}

func TestModelsRoundTrip(t *testing.T) {
	t.Parallel()
	for _, variant := range []string{"", ".null", ".unknown"} {
		read := func(name string) string { return testdata(t, name+variant) }
		roundTrips(t, read("port_requests_list"), func(v *[]porting.PortRequest) {
			for i := range *v {
				redactSubs((*v)[i].SubRequests)
			}
		})
		roundTrips(t, read("sub_requests_list"), func(v *[]porting.SubRequest) { redactSubs(*v) })
		roundTrips(t, read("drafts_list"), func(v *[]porting.DraftPortRequest) {
			for i := range *v {
				redactDraftSubs((*v)[i].SubRequests)
			}
		})
		roundTrips(t, read("drafts_list_sub_requests"), func(v *[]porting.DraftSubRequest) { redactDraftSubs(*v) })
		roundTrips(t, read("comments_list"), func(*[]porting.Comment) {})
		roundTrips(t, read("documents_list"), func(*[]porting.SupportingDocument) {})
		roundTrips(t, read("sub_requests_allowed_foc_dates"), func(*[]porting.FOCWindow) {})
	}
	roundTrips(t, testdata(t, "portability_check.flat"), func(*[]porting.PortabilityResult) {})
}

// TestModelsHaveTheKeysOfTheAPI checks, without a look at the client, that an encoded
// model has exactly the keys of the file that it was read from.
func TestModelsHaveTheKeysOfTheAPI(t *testing.T) {
	t.Parallel()
	for name, model := range map[string]any{
		"portability_check.flat":         &[]porting.PortabilityResult{},
		"port_requests_get":              &porting.PortRequest{},
		"sub_requests_cancel":            &porting.SubRequest{},
		"sub_requests_allowed_foc_dates": &[]porting.FOCWindow{},
		"comments_create":                &porting.Comment{},
		"documents_get":                  &porting.SupportingDocument{},
		"documents_create_download_link": &porting.DownloadLink{},
		"drafts_get":                     &porting.DraftPortRequest{},
		"drafts_get_sub_request":         &porting.DraftSubRequest{},
	} {
		data := []byte(testdata(t, name))
		require.NoError(t, json.Unmarshal(data, model))
		encoded, err := json.Marshal(model)
		require.NoError(t, err)
		var file, again any
		require.NoError(t, json.Unmarshal(data, &file))
		require.NoError(t, json.Unmarshal(encoded, &again))
		assert.Equal(t, shape(file), shape(again), name)
	}
}

// shape is a JSON value with its leaves taken off.
func shape(v any) any {
	switch v := v.(type) {
	case map[string]any:
		keys := map[string]any{}
		for key, value := range v {
			keys[key] = shape(value)
		}
		return keys
	case []any:
		shapes := make([]any, len(v))
		for i := range v {
			shapes[i] = shape(v[i])
		}
		return shapes
	}
	return nil
}

func TestAbsentAndEmpty(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		numbers    []porting.PortRequestPhoneNumber
		subs       []porting.SubRequest
		again      bool // the keys are there when it is encoded again
	}{
		{"absent", `{"id":"a"}`, nil, nil, false},
		{"null", `{"id":"a","phone_numbers":null,"sub_requests":null}`, nil, nil, false},
		{"empty", `{"id":"a","phone_numbers":[],"sub_requests":[]}`, []porting.PortRequestPhoneNumber{}, []porting.SubRequest{}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := clientOf(t, "GET", api+"/port_requests/a", answer(200, tt.body)).PortRequests.Get(t.Context(), "a", nil)
			require.NoError(t, err)
			assert.Equal(t, tt.numbers, got.PhoneNumbers)
			assert.Equal(t, tt.subs, got.SubRequests)
			var mine porting.PortRequest
			require.NoError(t, json.Unmarshal([]byte(tt.body), &mine))
			assert.Equal(t, *got, mine, "encoding/json reads the same")

			data, err := json.Marshal(got)
			require.NoError(t, err)
			assert.Equal(t, tt.again, strings.Contains(string(data), `"phone_numbers":[]`))
			assert.Equal(t, tt.again, strings.Contains(string(data), `"sub_requests":[]`))
			assert.Equal(t, tt.again, strings.Contains(string(data), `"phone_numbers"`))
		})
	}
	rated := `{"id":"b","customer_rating":0,"porting_option":{}}`
	got, err := clientOf(t, "GET", api+"/port_requests/a/sub_requests/b", answer(200, rated)).SubRequests.Get(t.Context(), "a", "b")
	require.NoError(t, err)
	assert.Equal(t, new(0), got.CustomerRating)
	assert.Equal(t, &porting.PortingOption{}, got.PortingOption)
}

func TestNamesMatchExactly(t *testing.T) {
	t.Parallel()
	body := `{"id":"first","ID":"no","Id":"no","id":"last","supportKey":"no","support_key":"pr_\ud800"}`
	got, err := clientOf(t, "GET", api+"/port_requests/a", answer(200, body)).PortRequests.Get(t.Context(), "a", nil)
	require.NoError(t, err)
	assert.Equal(t, porting.PortRequest{ID: "last", SupportKey: "pr_\uFFFD"}, *got)
}

func TestFOCWindowContains(t *testing.T) {
	t.Parallel()
	w := porting.FOCWindow{Start: utc("2024-03-14T15:00:00Z"), End: utc("2024-03-14T23:00:00Z")}
	tests := []struct {
		at   string
		want bool
	}{
		{"2024-03-14T14:59:59.999Z", false}, {"2024-03-14T15:00:00Z", true}, {"2024-03-14T11:00:00-04:00", true},
		{"2024-03-14T18:00:00Z", true}, {"2024-03-14T23:00:00Z", true}, {"2024-03-14T23:00:00.001Z", false},
	}
	for _, tt := range tests {
		at, err := time.Parse(time.RFC3339, tt.at)
		require.NoError(t, err)
		assert.Equal(t, tt.want, w.Contains(at), tt.at)
	}
}

// sentAs is what the client's own encoding makes of v.
func sentAs(t *testing.T, v any) string {
	t.Helper()
	return sentBy(t, "PATCH", "/a", func(c *porting.Client) error { return c.Do(t.Context(), "PATCH", "/a", nil, v, nil) })
}

// TestListsThatAreNotThere tells a list that isn't in the answer from one that is empty, whatever else is there.
func TestListsThatAreNotThere(t *testing.T) {
	t.Parallel()
	const others = `"id":"1","sub_requests":[{"id":"2"},{"id":"3"}]`
	tests := []struct {
		name, body string
		want       []porting.PortRequestPhoneNumber
	}{
		{"absent", `{` + others + `}`, nil},
		{"null", `{"phone_numbers":null,` + others + `}`, nil},
		{"empty", `{"phone_numbers":[],` + others + `}`, []porting.PortRequestPhoneNumber{}},
		{"there", `{"phone_numbers":[{"phone_number":"+13125550100"}],` + others + `}`, []porting.PortRequestPhoneNumber{{PhoneNumber: "+13125550100"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			request, err := clientOf(t, "GET", api+"/port_requests/1", answer(200, tt.body)).PortRequests.Get(t.Context(), "1", nil)
			require.NoError(t, err)
			assert.Equal(t, tt.want, request.PhoneNumbers)
			assert.Len(t, request.SubRequests, 2)

			draft, err := clientOf(t, "GET", api+"/draft_port_requests/1", answer(200, tt.body)).Drafts.Get(t.Context(), "1", nil)
			require.NoError(t, err)
			assert.Equal(t, tt.want == nil, draft.PhoneNumbers == nil)
		})
	}
}
