package foc_test

import (
	"fmt"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/foc"
)

// windows are from 15:00 to 23:00 UTC on days of November 2026, as a carrier gives them.
func windows(days ...int) []porting.FOCWindow {
	var all []porting.FOCWindow
	for _, day := range days {
		start := time.Date(2026, time.November, day, 15, 0, 0, 0, time.UTC)
		all = append(all, porting.FOCWindow{Start: porting.Timestamp{Time: start}, End: porting.Timestamp{Time: start.Add(8 * time.Hour)}})
	}
	return all
}

func ExampleEarliest() {
	now := time.Date(2026, time.November, 16, 18, 0, 0, 0, time.UTC)
	fmt.Println(foc.Earliest(windows(16, 17, 19, 20), foc.NotBefore(now.Add(48*time.Hour))))
	fmt.Println(foc.Earliest(windows(16, 17), foc.NotBefore(now.Add(48*time.Hour))))
	// Output:
	// 2026-11-19T15:00:00Z, the earliest that fits <nil>
	// none foc: all that fits is before 2026-11-18T18:00:00Z; the nearest is 2026-11-17T23:00:00Z
}

func ExampleNearest() {
	wish := time.Date(2026, time.November, 18, 12, 0, 0, 0, time.UTC)
	fmt.Println(foc.Nearest(windows(17, 19), wish, 24*time.Hour))
	fmt.Println(foc.Nearest(windows(17, 19), wish, time.Hour))
	// Output:
	// 2026-11-17T23:00:00Z, 13h0m0s before the wish <nil>
	// none foc: the nearest is 2026-11-17T23:00:00Z, 13h0m0s away; the tolerance is 1h0m0s
}

// A day begins and ends with that of the customer.
func ExampleOnDay() {
	honolulu := time.FixedZone("HST", -10*60*60)
	night := porting.FOCWindow{
		Start: porting.Timestamp{Time: time.Date(2026, time.November, 18, 2, 0, 0, 0, time.UTC)},
		End:   porting.Timestamp{Time: time.Date(2026, time.November, 18, 12, 0, 0, 0, time.UTC)},
	}
	fmt.Println(foc.OnDay([]porting.FOCWindow{night}, time.Date(2026, time.November, 18, 0, 0, 0, 0, honolulu)))
	// Output: 2026-11-18T10:00:00Z, the earliest that fits <nil>
}

// Sub requests with several carriers cut over together, or nearly so.
func ExampleCommon() {
	windowsOfEach := map[porting.SubRequestID][]porting.FOCWindow{
		"wireline": windows(17, 19, 20),
		"wireless": windows(16, 18, 20),
	}
	fmt.Println(foc.Common(windowsOfEach))

	windowsOfEach["toll-free"] = windows(17, 18)
	fmt.Println(foc.Common(windowsOfEach))
	spread, err := foc.Spread(windowsOfEach)
	fmt.Println(spread.First, spread.Size(), err)
	// Output:
	// 2026-11-20T15:00:00Z, the earliest that fits <nil>
	// none foc: sub requests [toll-free wireless wireline] have no instant in common
	// 2026-11-16 23:00:00 +0000 UTC 16h0m0s <nil>
}

// Which days are holidays is for the caller to know. These are some of the US.
func ExampleBusinessDays() {
	holiday := func(year int, month time.Month, day int) bool {
		date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		switch {
		case month == time.January && day == 1, month == time.July && day == 4, month == time.December && day == 25:
			return true
		case month == time.November && date.Weekday() == time.Thursday && 22 <= day && day <= 28: // Thanksgiving
			return true
		}
		return false
	}
	business := func(year int, month time.Month, day int) bool {
		return foc.Weekdays(year, month, day) && !holiday(year, month, day)
	}
	eastern := time.FixedZone("EST", -5*60*60)
	fmt.Println(foc.Earliest(windows(21, 22, 26, 27), foc.BusinessDays(eastern, business)))
	// Output: 2026-11-27T15:00:00Z, the earliest that fits <nil>
}
