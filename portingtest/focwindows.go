package portingtest

import "time"

// The FOC windows: how many business days ahead the first one is, how many
// there are, and their hours in UTC.
const (
	focLead  = 3
	focCount = 10
	focOpen  = 15
	focClose = 23
)

type focWindow struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// focWindows are the windows that can be asked for at an instant, which is in
// UTC.
func focWindows(now time.Time) []focWindow {
	year, month, day := now.Date()
	windows := make([]focWindow, 0, focCount)
	for business := 0; len(windows) < focCount; {
		day++
		open := time.Date(year, month, day, focOpen, 0, 0, 0, time.UTC)
		if weekday := open.Weekday(); weekday == time.Saturday || weekday == time.Sunday {
			continue
		}
		business++
		if business >= focLead {
			windows = append(windows, focWindow{open, time.Date(year, month, day, focClose, 0, 0, 0, time.UTC)})
		}
	}
	return windows
}

// inFOCWindow tells whether a date can be asked for at an instant.
func inFOCWindow(now, date time.Time) bool {
	for _, w := range focWindows(now) {
		if !date.Before(w.Start) && !date.After(w.End) {
			return true
		}
	}
	return false
}
