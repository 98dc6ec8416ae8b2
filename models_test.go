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

func TestTimestampForms(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"2024-03-14T15:04:05Z", "2024-03-14T15:04:05Z"},
		{"2024-03-14T15:04:05.5Z", "2024-03-14T15:04:05.5Z"},
		{"2024-03-14T15:04:05.123456789Z", "2024-03-14T15:04:05.123456789Z"},
		{"2024-03-14T15:04:05+00:00", "2024-03-14T15:04:05Z"},
		{"2024-03-14T15:04:05+0000", "2024-03-14T15:04:05Z"},
		{"2024-03-14T15:04:05-05:30", "2024-03-14T20:34:05Z"},
		{"2024-03-14T15:04:05-0530", "2024-03-14T20:34:05Z"},
		{"2024-03-14T15:04:05.123+02:00", "2024-03-14T13:04:05.123Z"},
		{"2024-03-14T15:04:05.123+0200", "2024-03-14T13:04:05.123Z"},
		{"2024-03-14T15:04:05", "2024-03-14T15:04:05Z"},
		{"2024-03-14T15:04:05.123", "2024-03-14T15:04:05.123Z"},
		{"2024-03-14 15:04:05", "2024-03-14T15:04:05Z"},
		{"2024-03-14 15:04:05.123Z", "2024-03-14T15:04:05.123Z"},
		{"2024-03-14 15:04:05+02:00", "2024-03-14T13:04:05Z"},
		{"2024-03-14 15:04:05+0200", "2024-03-14T13:04:05Z"},
		{"2024-03-14", "2024-03-14T00:00:00Z"},
		{"2024-02-29", "2024-02-29T00:00:00Z"},
		{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
		{"0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			var fromText, fromJSON porting.Timestamp
			require.NoError(t, fromText.UnmarshalText([]byte(tt.text)))
			require.NoError(t, json.Unmarshal([]byte(`"`+tt.text+`"`), &fromJSON))
			assert.Equal(t, utc(tt.want), fromText)
			assert.Equal(t, utc(tt.want), fromJSON)
			assert.Equal(t, time.UTC, fromText.Location())

			text, err := fromText.MarshalText()
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(text))
			data, err := json.Marshal(fromJSON)
			require.NoError(t, err)
			assert.Equal(t, `"`+tt.want+`"`, string(data))
		})
	}
}

func TestTimestampRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"soon", " ", "0", "1710428645", "2024", "2024-03", "2024-3-14", "2024-02-30", "2023-02-29", "14.03.2024", "03/14/2024",
		"2024-03-14T", "2024-03-14T15", "2024-03-14T15:04", "2024-03-14T25:04:05Z", "2024-03-14T15:04:65Z", "2024-03-14  15:04:05",
		"2024-03-14T15:04:05 Z", "2024-03-14T15:04:05 UTC", "2024-03-14T15:04:05+2", " 2024-03-14", "2024-03-14 ", "20240314T150405Z",
		"Thu, 14 Mar 2024 15:04:05 GMT", "2024-03-14T15:04:05Zjunk", "null",
		"2024-03-14T1:04:05Z", "2024-03-14 1:04:05", "2024-03-14T15:04:05,5Z", "2024-03-14T15:04:05+24:00", "2024-03-14T15:04:05-2400",
		"9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00", // in UTC these have other years than of four digits
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			at := utc("2024-01-01T00:00:00Z")
			err := at.UnmarshalText([]byte(text))
			require.ErrorContains(t, err, "is not a time")
			reason := err.Error()

			client := clientOf(t, "GET", api+"/port_requests/a", answer(200, `{"sub_requests":[{},{"foc_date":"`+text+`"}]}`))
			_, err = client.PortRequests.Get(t.Context(), "a", nil)
			assert.Equal(t, "sub_requests.1.foc_date", errorAs[*porting.DecodeError](t, err).Field)
			assert.ErrorContains(t, err, reason)
		})
	}
	for _, value := range []string{"5", "true", "{}", "[]", `"2024-03-14`} {
		require.Error(t, json.Unmarshal([]byte(value), new(porting.Timestamp)), value)
		require.Error(t, new(porting.Timestamp).UnmarshalJSON([]byte(value)), value)
	}
}

func TestZeroTimestamp(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"null", `""`} {
		at := utc("2024-01-01T00:00:00Z")
		require.NoError(t, json.Unmarshal([]byte(value), &at))
		assert.Equal(t, porting.Timestamp{}, at, value)
		assert.True(t, at.IsZero())
	}
	data, err := json.Marshal(porting.Timestamp{})
	require.NoError(t, err)
	assert.Equal(t, "null", string(data))
	text, err := porting.Timestamp{}.MarshalText()
	require.NoError(t, err)
	assert.Empty(t, text)
	assert.NotNil(t, text)

	var escaped porting.Timestamp
	require.NoError(t, json.Unmarshal([]byte(`"2024\u002d03-14"`), &escaped))
	assert.Equal(t, utc("2024-03-14T00:00:00Z"), escaped)

	local := porting.Timestamp{Time: time.Date(2024, 3, 14, 17, 4, 5, 0, time.FixedZone("", 7200))}
	data, err = json.Marshal(map[string]porting.Timestamp{"at": local})
	require.NoError(t, err)
	assert.JSONEq(t, `{"at":"2024-03-14T15:04:05Z"}`, string(data))
}

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

func TestSecretsAreRedactedInJSON(t *testing.T) {
	t.Parallel()
	for name, value := range secretive(t) {
		if _, isError := value.(error); isError {
			continue
		}
		data, err := json.Marshal(value)
		require.NoError(t, err, name)
		requireHushed(t, string(data), name)
	}
	data, err := json.Marshal(map[string]any{
		"secret": porting.Secret("1234"), "empty": porting.Secret(""), "set": porting.Set[porting.Secret]("1234"),
		"null": porting.Null[porting.Secret](),
	})
	require.NoError(t, err)
	assert.JSONEq(t, `{"empty":"","null":null,"secret":"[redacted]","set":"[redacted]"}`, string(data))
}

func TestAbsentAndEmpty(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		numbers    []porting.PortRequestPhoneNumber
		subs       []porting.SubRequest
		again      bool // the keys are there when it is encoded again
	}{
		{"absent", `{}`, nil, nil, false},
		{"null", `{"phone_numbers":null,"sub_requests":null}`, nil, nil, false},
		{"empty", `{"phone_numbers":[],"sub_requests":[]}`, []porting.PortRequestPhoneNumber{}, []porting.SubRequest{}, true},
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
	rated := `{"customer_rating":0,"porting_option":{}}`
	got, err := clientOf(t, "GET", api+"/port_requests/a/sub_requests/b", answer(200, rated)).SubRequests.Get(t.Context(), "a", "b")
	require.NoError(t, err)
	assert.Equal(t, new(0), got.CustomerRating)
	assert.Equal(t, &porting.PortingOption{}, got.PortingOption)
}

// TestRoomIsGivenBack has an answer of many objects of which few are numbers.
func TestRoomIsGivenBack(t *testing.T) {
	t.Parallel()
	others := strings.Repeat(`{"status":"ported","count":1},`, 1000)
	body := `{"phone_numbers":[{"phone_number":"+13125550100"}],"phone_number_counts_by_status":[` + strings.TrimSuffix(others, ",") + `]}`
	request, err := always(t, answer(200, body)).PortRequests.Get(t.Context(), "a", nil)
	require.NoError(t, err)
	require.Len(t, request.PhoneNumbers, 1)
	assert.Less(t, cap(request.PhoneNumbers), 10)
	assert.Len(t, request.PhoneNumberCountsByStatus, 1000)
}

func TestNamesMatchExactly(t *testing.T) {
	t.Parallel()
	body := `{"id":"first","ID":"no","Id":"no","id":"last","supportKey":"no","support_key":"pr_\ud800"}`
	got, err := clientOf(t, "GET", api+"/port_requests/a", answer(200, body)).PortRequests.Get(t.Context(), "a", nil)
	require.NoError(t, err)
	assert.Equal(t, porting.PortRequest{ID: "last", SupportKey: "pr_\uFFFD"}, *got)
}

// enumeration is what all enumerations have.
type enumeration interface {
	~string
	Known() bool
}

func checkEnum[E enumeration](t *testing.T, values ...string) {
	t.Helper()
	for _, v := range values {
		assert.True(t, E(v).Known(), "%T %s", E(v), v)
		assert.False(t, E(strings.ToUpper(v)+"x").Known(), "%T", E(v))
	}
	for _, v := range []string{"", "unheard-of", " " + values[0]} {
		assert.False(t, E(v).Known(), "%T %q", E(v), v)
	}
}

func TestEnums(t *testing.T) {
	t.Parallel()
	statuses := []string{"unassigned", "in-process", "submitted", "exception", "foc-date-confirmed", "ported", "cancelled", "cancel-pending"}
	checkEnum[porting.PortabilityStatus](t, "pending", "confirmed", "provisional")
	checkEnum[porting.CoverageCategory](t, "nanp_generic", "nanp_toll_free", "international", "invalid")
	checkEnum[porting.NonPortableReason](t, "invalid_phone_number", "lrn_data_not_found", "no_coverage", "already_being_ported", "telnyx_number")
	checkEnum[porting.ServiceType](t, "0", "1", "2")
	checkEnum[porting.SubRequestStatus](t, statuses...)
	checkEnum[porting.PortingOptionType](t, "partial", "full")
	checkEnum[porting.RemainingNumbersAction](t, "keep", "disconnect")
	checkEnum[porting.DraftStatus](t, "pending", "submitted")
	checkEnum[porting.PortRequestListStatus](t, "incomplete", "complete")
	checkEnum[porting.DocumentType](t, "loa", "invoice", "csr", "other")
	for _, s := range append(statuses, "unheard-of", "") {
		status := porting.SubRequestStatus(s)
		assert.Equal(t, s == "ported" || s == "cancelled", status.Terminal(), s)
		assert.Equal(t, s == "exception", status.NeedsAction(), s)
	}
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

func TestOptional(t *testing.T) {
	t.Parallel()
	type holder struct {
		Text  porting.Optional[string]         `json:"text,omitzero"`
		Count porting.Optional[int]            `json:"count,omitzero"`
		Flag  porting.Optional[bool]           `json:"flag,omitzero"`
		List  porting.Optional[[]string]       `json:"list,omitzero"`
		Deep  porting.Optional[map[string]int] `json:"deep,omitzero"`
	}
	tests := []struct {
		name string
		v    holder
		want string
	}{
		{"unset", holder{}, `{}`},
		{"null", holder{Text: porting.Null[string](), Count: porting.Null[int](), Flag: porting.Null[bool]()}, `{"text":null,"count":null,"flag":null}`},
		{"zero", holder{Text: porting.Set(""), Count: porting.Set(0), Flag: porting.Set(false)}, `{"text":"","count":0,"flag":false}`},
		{"set", holder{Text: porting.Set("a"), Count: porting.Set(-5), Flag: porting.Set(true), List: porting.Set([]string{"a"}), Deep: porting.Set(map[string]int{"a": 1})}, `{"text":"a","count":-5,"flag":true,"list":["a"],"deep":{"a":1}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data, err := json.Marshal(tt.v)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(data))
			assert.Equal(t, tt.want, sentAs(t, tt.v))

			var mine, own holder
			require.NoError(t, json.Unmarshal(data, &mine))
			assert.Equal(t, tt.v, mine)
			require.NoError(t, clientOf(t, "GET", "/a", answer(200, tt.want)).Do(t.Context(), "GET", "/a", nil, nil, &own))
			assert.Equal(t, tt.v, own)
		})
	}

	set, null, unset := porting.Set(0), porting.Null[int](), porting.Optional[int]{}
	assert.Equal(t, []bool{false, false, true}, []bool{set.IsZero(), null.IsZero(), unset.IsZero()})
	assert.Equal(t, []bool{false, true, false}, []bool{set.IsNull(), null.IsNull(), unset.IsNull()})
	for want, o := range map[bool]porting.Optional[int]{true: set, false: null} {
		_, ok := o.Get()
		assert.Equal(t, want, ok)
	}
	v, ok := porting.Set("a").Get()
	assert.True(t, ok)
	assert.Equal(t, "a", v)

	over := porting.Set("a")
	require.NoError(t, json.Unmarshal([]byte("null"), &over))
	assert.Equal(t, porting.Null[string](), over, "null clears the value, too")
	require.Error(t, json.Unmarshal([]byte("5"), &over))
	require.Error(t, json.Unmarshal([]byte(`"a"`), &set))
}

// TestListsThatAreNotThere tells a list that isn't in the answer from one that is empty, whatever else is there.
func TestListsThatAreNotThere(t *testing.T) {
	t.Parallel()
	const others = `"sub_requests":[{"id":"2"},{"id":"3"}]`
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
