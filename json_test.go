package porting_test

import (
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
