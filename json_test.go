package porting_test

import (
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// TestKeptStringsHoldNothingElse keeps two texts of a large answer.
func TestKeptStringsHoldNothingElse(t *testing.T) { //nolint:paralleltest // it measures the whole process
	heap := func() int64 {
		for range 3 {
			runtime.GC()
		}
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	body := strings.Repeat(`{"phone_number":"+13125550100","carrier_name":"Caf\u00e9"},`, 20_000)
	client := always(t, answer(200, `{"id":"kept","phone_numbers":[`+strings.TrimSuffix(body, ",")+`]}`))
	kept := func() (porting.PortRequestID, string) {
		request, err := client.PortRequests.Get(t.Context(), "1", nil)
		require.NoError(t, err)
		return request.ID, request.PhoneNumbers[len(request.PhoneNumbers)-1].CarrierName
	}
	before := heap()
	id, carrier := kept()
	assert.Less(t, heap()-before, int64(len(body)/4))
	assert.Equal(t, "kept Café", string(id)+" "+carrier)
	runtime.KeepAlive(client)
}

func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		number string
		want   int
		reason string // of the error
	}{
		{number: "3", want: 3},
		{number: "3.0", want: 3},
		{number: "3e0", want: 3},
		{number: "0.3E+1", want: 3},
		{number: "300e-2", want: 3},
		{number: "-3.00", want: -3},
		{number: "-0.0", want: 0},
		{number: "0e99999999999999999999", want: 0},
		{number: "120.50e1", want: 1205},
		{number: "2147483647.0", want: math.MaxInt32},
		{number: "-2147483648.0", want: math.MinInt32},
		{number: "3.5", reason: "a number where an integer belongs"},
		{number: "3.00000000000000000001", reason: "a number where an integer belongs"},
		{number: "1e-1", reason: "a number where an integer belongs"},
		{number: "1e-99999999999999999999", reason: "a number where an integer belongs"},
		{number: "1e30", reason: "a number that is out of range"},
		{number: "9223372036854775808.0", reason: "a number that is out of range"},
		{number: "1e99999999999999999999", reason: "a number that is out of range"},
		{number: "1e9223372036854775807", reason: "a number that is out of range"},
		{number: "99999999999999999999", reason: "a number that is out of range"},
		{number: `"3"`, reason: "a string where an integer belongs"},
		{number: `1.0,"phone_number_count":"3"`, reason: "a string where an integer belongs"},
	}
	for _, tt := range tests {
		t.Run(tt.number, func(t *testing.T) {
			t.Parallel()
			body := `{"id":"a","sub_requests":[{"id":"b","customer_rating":` + tt.number + `,"phone_number_count":` + tt.number + `}],` +
				`"phone_number_counts_by_status":[{"count":` + tt.number + `}]}`
			got, err := always(t, answer(200, body)).PortRequests.Get(t.Context(), "a", nil)
			if tt.reason != "" {
				e := errorAs[*porting.DecodeError](t, err)
				assert.ErrorContains(t, err, tt.reason)
				assert.Contains(t, []string{"sub_requests.0.customer_rating", "sub_requests.0.phone_number_count"}, e.Field)
				return
			}
			require.NoError(t, err)
			require.Len(t, got.SubRequests, 1)
			assert.Equal(t, &tt.want, got.SubRequests[0].CustomerRating)
			assert.Equal(t, tt.want, got.SubRequests[0].PhoneNumberCount)
			require.Len(t, got.PhoneNumberCountsByStatus, 1)
			assert.Equal(t, tt.want, got.PhoneNumberCountsByStatus[0].Count)
		})
	}
	var mine struct{ N, M porting.Optional[int] }
	require.NoError(t, always(t, answer(200, `{"N":3.0,"M":null}`)).Do(t.Context(), "GET", "/a", nil, nil, &mine))
	assert.Equal(t, porting.Set(3), mine.N)
	assert.True(t, mine.M.IsNull())
}

// TestByteOrderMark has a mark before an answer, and one within it, which is a letter like any other.
func TestByteOrderMark(t *testing.T) {
	t.Parallel()
	client := always(t, answer(200, "\uFEFF"+`{"id":"a","support_key":"`+"\uFEFF"+`pr_1"}`))
	got, err := client.PortRequests.Get(t.Context(), "a", nil)
	require.NoError(t, err)
	assert.Equal(t, "\uFEFFpr_1", got.SupportKey)
	for _, body := range []string{"\uFEFF", "\uFEFF\uFEFF{}", "\uFEFF \n"} {
		_, err = always(t, answer(200, body)).PortRequests.Get(t.Context(), "a", nil)
		requireAs[*porting.DecodeError](t, err)
	}
}

// TestPlaceholdersAreNotSent has what a Secret prints as wherever a body can hold one.
func TestPlaceholdersAreNotSent(t *testing.T) {
	t.Parallel()
	type object map[string]any
	stored := porting.SubRequest{ID: "a", PINPasscode: "[redacted]"}
	tests := []struct {
		name  string
		body  any
		field string
	}{
		{"a secret", porting.Secret("[redacted]"), "body"},
		{"blanks around it", object{"pin": porting.Secret(" [redacted]\t\n")}, "pin"},
		{"an Optional", object{"pin": porting.Set[porting.Secret]("[redacted]")}, "pin"},
		{"a pointer", object{"a": []any{1, object{"b": new(porting.Secret("[redacted]"))}}}, "a.1.b"},
		{"a model that was stored", stored, "pin_passcode"},
		{"an update", porting.SubRequestUpdate{AccountNumber: porting.Set[porting.Secret]("[redacted]")}, "account_number"},
		{"a key", map[porting.Secret]int{"[redacted]": 1}, "body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := newClient(t, newMock(t)).Do(t.Context(), "POST", "/a", nil, tt.body, nil)
			requireArgument(t, err, "Do", tt.field)
			assert.ErrorContains(t, err, ": is the placeholder that a Secret prints as, not the secret (")
		})
	}
	assert.JSONEq(t, `{"a":"[redacted]","b":"redacted","c":"x [redacted]"}`, sentAs(t, object{
		"a": "[redacted]", "b": porting.Secret("redacted"), "c": porting.Secret("x [redacted]"),
	}))
	_, err := newClient(t, newMock(t)).Documents.Upload(t.Context(), "1", porting.DocumentUpload{
		Type: "loa", Filename: "a.pdf", Content: strings.NewReader("x"), Extra: map[string]any{"pin": porting.Secret("[redacted]")},
	})
	requireArgument(t, err, "Documents.Upload", "extra.pin")
}

func TestTimesAreSentInUTC(t *testing.T) {
	t.Parallel()
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	kathmandu, err := time.LoadLocation("Asia/Kathmandu")
	require.NoError(t, err)
	tests := []struct {
		name string
		at   time.Time
		want string
	}{
		{"winter", time.Date(2024, 1, 15, 11, 0, 0, 0, newYork), "2024-01-15T16:00:00Z"},
		{"summer", time.Date(2024, 7, 15, 11, 0, 0, 0, newYork), "2024-07-15T15:00:00Z"},
		{"day before", time.Date(2024, 7, 15, 1, 0, 0, 0, kathmandu), "2024-07-14T19:15:00Z"},
		{"fraction", time.Date(2024, 7, 15, 15, 0, 0, 999_999_999, time.UTC), "2024-07-15T15:00:00Z"},
		{"monotonic clock", time.Now().Add(time.Hour), time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:")},
		{"year 0", time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC), "0000-12-31T00:00:00Z"},
		{"year 9999", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), "9999-12-31T23:59:59Z"},
		{"year 1", time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), "0001-01-01T00:00:01Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sent := sentBy(t, "PUT", subPath, func(c *porting.Client) error {
				return update(t.Context(), c, porting.SubRequestUpdate{FOCDateRequestedByUser: porting.Set(tt.at)})
			})
			assert.Contains(t, sent, `{"foc_date_requested_by_user":"`+tt.want)
			assert.Regexp(t, `:\d\dZ"}$`, sent)
		})
	}
}
