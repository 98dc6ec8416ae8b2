package watch_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/watch"
)

func TestTurnOf(t *testing.T) {
	t.Parallel()
	for status, want := range map[porting.SubRequestStatus]watch.Turn{
		"unassigned": watch.Theirs, "in-process": watch.Theirs, "submitted": watch.Theirs, "foc-date-confirmed": watch.Theirs,
		"cancel-pending": watch.Theirs, "exception": watch.Ours, "ported": watch.Ported, "cancelled": watch.Cancelled,
		"on-hold": watch.Unknown, "": watch.Unknown,
	} {
		assert.Equal(t, want, watch.TurnOf(status), status)
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	in := func(id porting.SubRequestID, status porting.SubRequestStatus, foc porting.Timestamp) porting.SubRequest {
		return porting.SubRequest{ID: id, SupportKey: "sr_" + string(id), Status: status, FOCDate: foc}
	}
	none := porting.Timestamp{}
	var s watch.Summary
	assert.Empty(t, s.Turn())
	assert.Empty(t, s.Dates())

	s.Add(&porting.PortRequest{ID: "1", SubRequests: []porting.SubRequest{in("a", "ported", day(1)), in("b", "cancelled", none)}})
	assert.Equal(t, watch.Ported, s.Turn(), "of what was split, one part is ported and one cancelled")
	s.Add(&porting.PortRequest{ID: "2", SubRequests: []porting.SubRequest{in("c", "foc-date-confirmed", day(9)), in("d", "ported", day(1))}})
	assert.Equal(t, watch.Theirs, s.Turn())
	s.Add(&porting.PortRequest{ID: "3", SubRequests: []porting.SubRequest{in("e", "on-hold", day(7)), in("f", "submitted", none)}})
	assert.Equal(t, watch.Unknown, s.Turn())
	s.Add(&porting.PortRequest{ID: "4", SubRequests: []porting.SubRequest{in("g", "exception", none), in("h", "submitted", none)}})
	assert.Equal(t, watch.Ours, s.Turn())
	s.Add(&porting.PortRequest{ID: "5", SubRequests: []porting.SubRequest{in("i", "cancelled", none)}})
	s.Add(&porting.PortRequest{ID: "6"})
	s.Add(&porting.PortRequest{ID: "7", SubRequests: []porting.SubRequest{in("j", "ported", none)}, PhoneNumbers: []porting.PortRequestPhoneNumber{{PhoneNumber: one}}})

	assert.Equal(t, map[watch.Turn]int{watch.Ported: 1, watch.Theirs: 3, watch.Unknown: 1, watch.Ours: 1, watch.Cancelled: 1}, s.PortRequests)
	assert.Equal(t, map[watch.Turn]int{watch.Ported: 3, watch.Theirs: 3, watch.Unknown: 1, watch.Ours: 1, watch.Cancelled: 2}, s.SubRequests)
	assert.Equal(t, map[porting.SubRequestStatus]int{"ported": 3, "cancelled": 2, "foc-date-confirmed": 1, "on-hold": 1, "submitted": 2, "exception": 1}, s.Statuses)
	assert.Equal(t, []watch.Item{{"4", "g", "sr_g", "exception", none}}, s.Act)
	assert.Equal(t, []watch.Item{{"3", "e", "sr_e", "on-hold", day(7)}, {"2", "c", "sr_c", "foc-date-confirmed", day(9)}}, s.Dates())
}
