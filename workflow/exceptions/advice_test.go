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
		{"far", "foc-date-confirmed", in(100), in(90), open, open, false, "confirmed FOC date in 100h0m0s; update: open; cancel: open"},
		{"48 hours", "foc-date-confirmed", in(48), in(48), open, open, false, "confirmed FOC date in 48h0m0s; update: open; cancel: open"},
		{"just under", "foc-date-confirmed", in(47.99), in(90), late, closed, false, "confirmed FOC date in 47h59m0s; update: late; cancel: closed"},
		{"over", "foc-date-confirmed", in(-1), in(-1), late, closed, false, "confirmed FOC date 1h0m0s ago; update: late; cancel: closed"},
		{"exception, far", "exception", none, in(72), open, open, false, "requested FOC date in 72h0m0s; update: open; cancel: open"},
		{"exception, near", "exception", none, in(20), open, late, true, "requested FOC date in 20h0m0s; update: open; cancel: late; ask for another date"},
		{"exception after a date", "exception", in(20), in(20), open, late, true, "requested FOC date in 20h0m0s; update: open; cancel: late; ask for another date"},
		{"submitted, over", "submitted", none, in(-2), open, late, true, "requested FOC date 2h0m0s ago; update: open; cancel: late; ask for another date"},
		{"no date", "exception", none, none, open, open, false, "no FOC date; update: open; cancel: open"},
		{"unknown status", "waiting", in(10), in(10), late, closed, false, "confirmed FOC date in 10h0m0s; update: late; cancel: closed"},
		{"ported", "ported", in(-10), in(-10), closed, closed, false, "confirmed FOC date 10h0m0s ago; update: closed; cancel: closed"},
		{"cancelled", "cancelled", none, in(10), closed, closed, false, "requested FOC date in 10h0m0s; update: closed; cancel: closed"},
		{"cancel-pending", "cancel-pending", in(100), none, closed, closed, false, "confirmed FOC date in 100h0m0s; update: closed; cancel: closed"},
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
