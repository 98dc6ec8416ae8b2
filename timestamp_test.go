package porting_test

import (
	"encoding/json"
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
