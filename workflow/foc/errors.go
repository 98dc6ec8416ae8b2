package foc

import (
	"fmt"
	"time"

	"github.com/numberporting/porting"
)

// A Cause says why no instant fits.
type Cause string

// The causes of a [NoFitError].
const (
	CauseNoWindows Cause = "no_windows" // there are none, or none that can be used
	CauseBefore    Cause = "before"     // all that fits otherwise is before NotBefore
	CauseAfter     Cause = "after"      // all that fits otherwise is after NotAfter
	CauseDay       Cause = "day"        // nothing that fits otherwise is on the day
	CauseClosed    Cause = "closed"     // nothing that fits otherwise is on a business day
	CauseTooFar    Cause = "too_far"    // the nearest is further away than the tolerance
	CauseApart     Cause = "apart"      // the sub requests have no instant in common
)

// A NoFitError says that no instant fits, and why. Its text has times and the ids of sub
// requests, and nothing of a customer.
type NoFitError struct {
	Cause Cause
	// Nearest is the nearest instant to what was asked for that satisfies the options
	// but the one in Cause; its Time is zero if there is none. It isn't a choice: it lies
	// outside of what was asked for.
	Nearest     Choice
	Limit       time.Time              // what the bound or the day was
	Tolerance   time.Duration          // if the cause is the tolerance
	Unusable    int                    // how many windows are empty, reversed or lack an end, if there are no others
	SubRequests []porting.SubRequestID // those that it is about, in Common and Spread
}

// Error names the cause, and the nearest instant.
func (e *NoFitError) Error() string {
	text := "foc: "
	if len(e.SubRequests) == 1 {
		text += "sub request " + string(e.SubRequests[0]) + ": "
	}
	nearest := e.Nearest.Time.Format(time.RFC3339)
	switch e.Cause {
	case CauseNoWindows:
		if e.Unusable > 0 {
			return text + fmt.Sprintf("no window can be used: %d are empty, reversed or lack an end", e.Unusable)
		}
		return text + "there are no windows"
	case CauseBefore:
		return text + "all that fits is before " + e.Limit.Format(time.RFC3339) + "; the nearest is " + nearest
	case CauseAfter:
		return text + "all that fits is after " + e.Limit.Format(time.RFC3339) + "; the nearest is " + nearest
	case CauseDay:
		return text + "nothing fits on " + e.Limit.Format(time.DateOnly) + " in " + e.Limit.Location().String() + "; the nearest is " + nearest
	case CauseClosed:
		return text + "nothing fits on a business day; the nearest on another is " + nearest
	case CauseTooFar:
		return text + fmt.Sprintf("the nearest is %s, %v away; the tolerance is %v", nearest, distance(e.Nearest.Off), e.Tolerance)
	case CauseApart:
		return text + fmt.Sprintf("sub requests %s have no instant in common", e.SubRequests)
	}
	return text + string(e.Cause)
}
