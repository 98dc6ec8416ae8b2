package exceptions

import (
	"cmp"
	"strings"
	"time"

	"github.com/numberporting/porting"
)

// Notice is how long before a confirmed FOC date a cancellation is still taken, as the vendor
// documents it for V2.
const Notice = 48 * time.Hour

// A Chance says whether a change can be made.
type Chance string

// The chances.
const (
	ChanceOpen   Chance = "open"   // nothing speaks against it
	ChanceLate   Chance = "late"   // it is taken perhaps, and may come too late
	ChanceClosed Chance = "closed" // it will be refused
)

// Advice is what can be done with a sub request by the time that is left. It is advice: the
// server decides. But for the refusal of cancellations within [Notice], all of it is inferred.
type Advice struct {
	Date      porting.Timestamp // the FOC date that counts: the confirmed one, or else the requested one; zero if there is none
	Confirmed bool              // it is the confirmed one
	Left      time.Duration     // until the date, negative behind it; 0 if there is none. If the date has no time of day, until its beginning in UTC

	Update Chance // of its data
	Cancel Chance

	// NewDate tells to ask for another FOC date along with the correction: the one that is
	// asked for is nearer than [Notice] or over, and the carrier hasn't confirmed it.
	NewDate bool
}

// Advise tells what can be done with a sub request at a time.
func Advise(sub *porting.SubRequest, now time.Time) Advice {
	a := Advice{Date: sub.FOCDate, Confirmed: true, Update: ChanceOpen, Cancel: ChanceOpen}
	if a.Date.IsZero() || sub.Status != porting.SubRequestStatusFOCDateConfirmed && sub.Status.NeedsAction() {
		// A date that was confirmed before the exception doesn't hold any more.
		a.Date, a.Confirmed = sub.FOCDateRequestedByUser, false
	}
	if a.Date.IsZero() {
		a.Confirmed = false
	} else {
		a.Left = a.Date.Sub(now)
	}
	switch isNear := !a.Date.IsZero() && a.Left < Notice; {
	case sub.Status.Terminal(), sub.Status == porting.SubRequestStatusCancelPending:
		a.Update, a.Cancel = ChanceClosed, ChanceClosed
	case isNear && a.Confirmed:
		a.Update, a.Cancel = ChanceLate, ChanceClosed
	case isNear:
		a.NewDate, a.Cancel = true, ChanceLate
	}
	return a
}

// String says it in words, such as "the requested FOC date is in 30h: ask for another; an update
// is possible, a cancellation may come too late".
func (a Advice) String() string {
	text := "there is no FOC date"
	if !a.Date.IsZero() {
		kind := "requested"
		if a.Confirmed {
			kind = "confirmed"
		}
		text = "the " + kind + " FOC date "
		if a.Left < 0 {
			text += "was " + hours(-a.Left) + " ago"
		} else {
			text += "is in " + hours(a.Left)
		}
	}
	if a.NewDate {
		text += ": ask for another"
	}
	return text + "; an update " + inWords[a.Update] + ", a cancellation " + inWords[a.Cancel]
}

var inWords = map[Chance]string{ChanceOpen: "is possible", ChanceLate: "may come too late", ChanceClosed: "will be refused"}

// hours is a time to the minute, such as 30h or 1h30m.
func hours(d time.Duration) string {
	text := strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	if whole, ok := strings.CutSuffix(text, "h0m"); ok {
		return whole + "h"
	}
	return cmp.Or(text, "0m")
}
