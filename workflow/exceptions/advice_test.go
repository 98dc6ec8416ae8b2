package exceptions_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/exceptions"
)

func TestAdvise(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	in := func(hours float64) porting.Timestamp {
		return porting.Timestamp{Time: now.Add(time.Duration(hours * float64(time.Hour)))}
	}
	none := porting.Timestamp{}
	const open, late, closed = exceptions.ChanceOpen, exceptions.ChanceLate, exceptions.ChanceClosed
	for _, test := range []struct {
		name                 string
		status               porting.SubRequestStatus
		confirmed, requested porting.Timestamp
		update, cancel       exceptions.Chance
		newDate              bool
		text                 string
	}{
		{"far", "foc-date-confirmed", in(100), in(90), open, open, false, "the confirmed FOC date is in 100h; an update is possible, a cancellation is possible"},
		{"48 hours", "foc-date-confirmed", in(48), in(48), open, open, false, "the confirmed FOC date is in 48h; an update is possible, a cancellation is possible"},
		{"just under", "foc-date-confirmed", in(47.99), in(90), late, closed, false, "the confirmed FOC date is in 47h59m; an update may come too late, a cancellation will be refused"},
		{"over", "foc-date-confirmed", in(-1), in(-1), late, closed, false, "the confirmed FOC date was 1h ago; an update may come too late, a cancellation will be refused"},
		{"exception, far", "exception", none, in(72), open, open, false, "the requested FOC date is in 72h; an update is possible, a cancellation is possible"},
		{"exception, near", "exception", none, in(20), open, late, true, "the requested FOC date is in 20h: ask for another; an update is possible, a cancellation may come too late"},
		{"exception after a date", "exception", in(20), in(20), open, late, true, "the requested FOC date is in 20h: ask for another; an update is possible, a cancellation may come too late"},
		{"submitted, over", "submitted", none, in(-2), open, late, true, "the requested FOC date was 2h ago: ask for another; an update is possible, a cancellation may come too late"},
		{"no date", "exception", none, none, open, open, false, "there is no FOC date; an update is possible, a cancellation is possible"},
		{"unknown status", "waiting", in(10), in(10), late, closed, false, "the confirmed FOC date is in 10h; an update may come too late, a cancellation will be refused"},
		{"at the minute", "foc-date-confirmed", in(0.001), in(1), late, closed, false, "the confirmed FOC date is in 0m; an update may come too late, a cancellation will be refused"},
		{"ported", "ported", in(-10), in(-10), closed, closed, false, "the confirmed FOC date was 10h ago; an update will be refused, a cancellation will be refused"},
		{"cancelled", "cancelled", none, in(10), closed, closed, false, "the requested FOC date is in 10h; an update will be refused, a cancellation will be refused"},
		{"cancel-pending", "cancel-pending", in(100), none, closed, closed, false, "the confirmed FOC date is in 100h; an update will be refused, a cancellation will be refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := exceptions.Advise(&porting.SubRequest{Status: test.status, FOCDate: test.confirmed, FOCDateRequestedByUser: test.requested}, now)
			assert.Equal(t, test.update, a.Update)
			assert.Equal(t, test.cancel, a.Cancel)
			assert.Equal(t, test.newDate, a.NewDate)
			assert.Equal(t, test.text, a.String())
		})
	}
}
