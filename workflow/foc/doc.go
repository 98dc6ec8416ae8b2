// Package foc picks FOC dates: instants in the windows in which a carrier hands numbers
// over. It is pure: it knows no clock, no client and no network.
//
//	windows, err := client.Drafts.AllowedFOCDates(ctx, draft, sub)
//	choice, err := foc.Earliest(windows, foc.NotBefore(time.Now().Add(72*time.Hour)))
//	choice, err := foc.Nearest(windows, wish, 24*time.Hour)
//	choice, err := foc.OnDay(windows, time.Date(2026, 12, 1, 0, 0, 0, 0, chicago))
//	choice, err := foc.Common(windowsOfEach) // one instant for several sub requests
//	spread, err := foc.Spread(windowsOfEach) // or instants as close as they get
//
// A choice always lies in one of the windows, their ends included, and satisfies every
// [Option]. It is a whole second in UTC, since the API gets no fractions. It comes with the
// window and with the reason. When nothing fits, the error is a [*NoFitError] that says
// why, and names the nearest instant there is.
//
// The windows may come in any order, touch and overlap. Windows that are empty, reversed,
// or lack an end are passed over.
//
// Windows vanish as time goes by. So pick again with fresh ones before submitting.
package foc
