package porting_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
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
		{"2024-03-14T15:04Z", "2024-03-14T15:04:00Z"},
		{"2024-03-14T15:04", "2024-03-14T15:04:00Z"},
		{"2024-03-14 15:04", "2024-03-14T15:04:00Z"},
		{"2024-03-14T15:04+02:00", "2024-03-14T13:04:00Z"},
		{"2024-03-14T15:04:05+05", "2024-03-14T10:04:05Z"},
		{"2024-03-14 15:04:05-05", "2024-03-14T20:04:05Z"},
		{"2024-03-14T15:04:05,5Z", "2024-03-14T15:04:05.5Z"},
		{"2024-03-14 15:04:05,123", "2024-03-14T15:04:05.123Z"},
		{"2024-03-14t15:04:05z", "2024-03-14T15:04:05Z"},
		{"2024-03-14t15:04z", "2024-03-14T15:04:00Z"},
		{"20240314T150405Z", "2024-03-14T15:04:05Z"},
		{"20240314T150405", "2024-03-14T15:04:05Z"},
		{"20240314T150405.25Z", "2024-03-14T15:04:05.25Z"},
		{"20240314T1504Z", "2024-03-14T15:04:00Z"},
		{"20240314T150405+0200", "2024-03-14T13:04:05Z"},
		{"20240314 150405-05", "2024-03-14T20:04:05Z"},
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
		"2024-03-14T", "2024-03-14T15", "2024-03-14T15Z", "2024-03-14T15:4", "2024-03-14T15:04.5Z", "2024-03-14T25:04:05Z", "2024-03-14T15:04:65Z", "2024-03-14  15:04:05",
		"2024-03-14T15:04:05 Z", "2024-03-14T15:04:05 UTC", "2024-03-14T15:04:05+2", " 2024-03-14", "2024-03-14 ", "20240314T15", "20240314T5:04", "20240314T50405", "2024-03-14T150405Z", "20240314T15:04:05Z", "2024-03-14Z", "20240332",
		"Thu, 14 Mar 2024 15:04:05 GMT", "2024-03-14T15:04:05Zjunk", "null",
		"2024-03-14T1:04:05Z", "2024-03-14 1:04:05", "2024-03-14 1:04", "2024-03-14T15:04:05,5,5Z", "2024-03-14T15:04:05,Z", "2024-03-14T15:04:05+5", "2024-03-14T15:04:05+24", "2024-03-14T15:04:05+24:00", "2024-03-14T15:04:05-2400",
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
	assert.Equal(t, day("2024-03-14"), escaped)

	local := porting.Timestamp{Time: time.Date(2024, 3, 14, 17, 4, 5, 0, time.FixedZone("", 7200))}
	data, err = json.Marshal(map[string]porting.Timestamp{"at": local})
	require.NoError(t, err)
	assert.JSONEq(t, `{"at":"2024-03-14T15:04:05Z"}`, string(data))
}

func TestDateOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"2024-03-14": "2024-03-14", "20240314": "2024-03-14", "2024-02-29": "2024-02-29"} {
		at := day(text)
		assert.True(t, at.DateOnly(), text)
		assert.Equal(t, utc(want+"T00:00:00Z").Time, at.Time, text)
		assert.NotEqual(t, utc(want+"T00:00:00Z"), at, "midnight is another thing")

		data, err := json.Marshal(at)
		require.NoError(t, err)
		assert.Equal(t, `"`+want+`"`, string(data), "it is written as it came")
		var again porting.Timestamp
		require.NoError(t, json.Unmarshal(data, &again))
		assert.Equal(t, at, again)
	}
	for _, text := range []string{"2024-03-14T00:00:00Z", "2024-03-14 00:00", "20240314T0000Z", ""} {
		assert.False(t, day(text).DateOnly(), text)
	}
	assert.False(t, porting.Timestamp{}.DateOnly())
	assert.Equal(t, porting.Timestamp{}, day("0001-01-01"), "the zero time is none")

	moved := day("2024-03-14")
	moved.Time = moved.Add(15 * time.Hour)
	assert.False(t, moved.DateOnly(), "a time was set since")
	data, err := json.Marshal(moved)
	require.NoError(t, err)
	assert.Equal(t, `"2024-03-14T15:00:00Z"`, string(data))

	got, err := always(t, answer(200, `{"id":"a","foc_date":"2024-03-14","updated_at":"2024-03-14T00:00:00Z"}`)).SubRequests.Get(t.Context(), "a", "b")
	require.NoError(t, err)
	assert.True(t, got.FOCDate.DateOnly())
	assert.False(t, got.UpdatedAt.DateOnly())
}

func TestTimestampsPrint(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                    string
		at                      porting.Timestamp
		printed, date, text, js string
	}{
		{"zero", porting.Timestamp{}, "", "", `at=""`, `"at":""`},
		{"date", day("2024-03-14"), "2024-03-14", "Mar 14", "at=2024-03-14", `"at":"2024-03-14"`},
		{"time", utc("2024-03-14T15:04:05Z"), "2024-03-14 15:04:05 +0000 UTC", "Mar 14", "at=2024-03-14T15:04:05.000Z", `"at":"2024-03-14T15:04:05Z"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.printed, tt.at.String())
			assert.Equal(t, tt.printed, fmt.Sprint(tt.at))
			assert.Equal(t, "{Start:"+tt.printed+" End:}", fmt.Sprintf("%+v", porting.FOCWindow{Start: tt.at}))
			assert.Equal(t, tt.date, tt.at.Format("Jan 2"))

			var text, js strings.Builder
			slog.New(slog.NewTextHandler(&text, nil)).Info("m", "at", tt.at)
			slog.New(slog.NewJSONHandler(&js, nil)).Info("m", "at", tt.at)
			assert.Contains(t, text.String(), "msg=m "+tt.text+"\n")
			assert.Contains(t, js.String(), `"msg":"m",`+tt.js+"}")
		})
	}
}
