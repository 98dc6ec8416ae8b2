package foc_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/foc"
)

// at reads a time, or fails the test.
func at(t *testing.T, s string) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, s)
	require.NoError(t, err)
	return parsed
}

// window is a window between two times; an empty one lacks that end.
func window(t *testing.T, start, end string) porting.FOCWindow {
	t.Helper()
	var w porting.FOCWindow
	require.NoError(t, w.Start.UnmarshalText([]byte(start)))
	require.NoError(t, w.End.UnmarshalText([]byte(end)))
	return w
}

// days are windows from 15:00 to 23:00 UTC on days of December 2026, in this order.
func days(t *testing.T, days ...string) []porting.FOCWindow {
	t.Helper()
	var windows []porting.FOCWindow
	for _, day := range days {
		windows = append(windows, window(t, "2026-12-"+day+"T15:00:00Z", "2026-12-"+day+"T23:00:00Z"))
	}
	return windows
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func TestEarliest(t *testing.T) {
	t.Parallel()
	chicago := zone(t, "America/Chicago")
	windows := days(t, "03", "01", "07", "04")
	for name, test := range map[string]struct {
		windows []porting.FOCWindow
		opts    []foc.Option
		want    string
	}{
		"of any order":            {windows, nil, "2026-12-01T15:00:00Z"},
		"not before, in one":      {windows, []foc.Option{foc.NotBefore(at(t, "2026-12-03T18:30:00Z"))}, "2026-12-03T18:30:00Z"},
		"not before a fraction":   {windows, []foc.Option{foc.NotBefore(at(t, "2026-12-03T18:30:00.25Z"))}, "2026-12-03T18:30:01Z"},
		"not before, at the end":  {windows, []foc.Option{foc.NotBefore(at(t, "2026-12-01T23:00:00Z"))}, "2026-12-01T23:00:00Z"},
		"not before, behind it":   {windows, []foc.Option{foc.NotBefore(at(t, "2026-12-01T23:00:00.1Z"))}, "2026-12-03T15:00:00Z"},
		"not after, at a start":   {windows, []foc.Option{foc.NotAfter(at(t, "2026-12-01T15:00:00Z"))}, "2026-12-01T15:00:00Z"},
		"an instant":              {[]porting.FOCWindow{window(t, "2026-12-01T15:00:00Z", "2026-12-01T15:00:00Z")}, nil, "2026-12-01T15:00:00Z"},
		"a start with a fraction": {[]porting.FOCWindow{window(t, "2026-12-01T15:00:00.5Z", "2026-12-01T16:00:00Z")}, nil, "2026-12-01T15:00:01Z"},
		"without what is empty": {append([]porting.FOCWindow{{}, window(t, "2026-11-02T15:00:00Z", "2026-11-01T15:00:00Z"), window(t, "2026-11-01T15:00:00Z", ""),
			window(t, "", "2026-11-01T15:00:00Z"), window(t, "2026-11-01T15:00:00.1Z", "2026-11-01T15:00:00.9Z")}, windows...), nil, "2026-12-01T15:00:00Z"},
		"windows that touch": {[]porting.FOCWindow{window(t, "2026-12-01T15:00:00Z", "2026-12-01T16:00:00Z"), window(t, "2026-12-01T16:00:00Z", "2026-12-01T17:00:00Z")},
			[]foc.Option{foc.NotBefore(at(t, "2026-12-01T16:00:00Z"))}, "2026-12-01T16:00:00Z"},
		"an offset":           {[]porting.FOCWindow{window(t, "2026-12-01T09:00:00-06:00", "2026-12-01T17:00:00-06:00")}, nil, "2026-12-01T15:00:00Z"},
		"a business day":      {days(t, "05", "06", "07"), []foc.Option{foc.BusinessDays(chicago, foc.Weekdays)}, "2026-12-07T15:00:00Z"},
		"a default calendar":  {days(t, "05", "06", "07"), []foc.Option{foc.BusinessDays(nil, nil)}, "2026-12-07T15:00:00Z"},
		"Monday somewhere":    {[]porting.FOCWindow{window(t, "2026-12-05T00:00:00Z", "2026-12-08T00:00:00Z")}, []foc.Option{foc.BusinessDays(zone(t, "Pacific/Auckland"), nil)}, "2026-12-06T11:00:00Z"},
		"Friday somewhere":    {[]porting.FOCWindow{window(t, "2026-12-05T05:00:00Z", "2026-12-08T00:00:00Z")}, []foc.Option{foc.BusinessDays(chicago, nil)}, "2026-12-05T05:00:00Z"},
		"before the calendar": {[]porting.FOCWindow{window(t, "2026-12-05T06:00:00Z", "9999-12-31T00:00:00Z")}, []foc.Option{foc.BusinessDays(chicago, nil), foc.NotBefore(at(t, "2050-01-01T06:00:00Z"))}, "2050-01-03T06:00:00Z"},
		"several options":     {windows, []foc.Option{foc.NotBefore(at(t, "2026-12-02T00:00:00Z")), foc.NotAfter(at(t, "2026-12-03T16:00:00Z")), foc.During(at(t, "2026-12-03T00:00:00Z"))}, "2026-12-03T15:00:00Z"},
		"an older year":       {[]porting.FOCWindow{window(t, "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z")}, []foc.Option{foc.NotAfter(at(t, "2026-12-01T00:00:00Z"))}, "0000-01-01T00:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := slices.Clone(test.windows)
			got, err := foc.Earliest(test.windows, test.opts...)
			require.NoError(t, err)
			assert.Equal(t, test.want, got.Time.Format(time.RFC3339Nano))
			assert.Equal(t, time.UTC, got.Time.Location())
			assert.True(t, got.Window.Contains(got.Time))
			assert.Contains(t, test.windows, got.Window)
			assert.Equal(t, foc.ReasonEarliest, got.Reason)
			assert.Equal(t, before, test.windows, "the caller's windows changed")
		})
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	windows := days(t, "01", "03")
	for name, test := range map[string]struct {
		wish, want string
		tolerance  time.Duration
		reason     foc.Reason
		off        time.Duration
	}{
		"in a window":        {"2026-12-03T16:00:00Z", "2026-12-03T16:00:00Z", 0, foc.ReasonExact, 0},
		"at an end":          {"2026-12-01T23:00:00Z", "2026-12-01T23:00:00Z", 0, foc.ReasonExact, 0},
		"in another zone":    {"2026-12-03T10:00:00-06:00", "2026-12-03T16:00:00Z", 0, foc.ReasonExact, 0},
		"before all":         {"2026-12-01T13:30:00Z", "2026-12-01T15:00:00Z", 90 * time.Minute, foc.ReasonLater, 90 * time.Minute},
		"behind all":         {"2026-12-04T00:00:00Z", "2026-12-03T23:00:00Z", time.Hour, foc.ReasonEarlier, -time.Hour},
		"of two the earlier": {"2026-12-02T19:00:00Z", "2026-12-01T23:00:00Z", 20 * time.Hour, foc.ReasonEarlier, -20 * time.Hour},
		"between":            {"2026-12-02T19:00:01Z", "2026-12-03T15:00:00Z", foc.Unbounded, foc.ReasonLater, 20*time.Hour - time.Second},
		"a fraction":         {"2026-12-01T16:00:00.75Z", "2026-12-01T16:00:01Z", time.Second, foc.ReasonLater, 250 * time.Millisecond},
		"a smaller fraction": {"2026-12-01T16:00:00.25Z", "2026-12-01T16:00:00Z", time.Second, foc.ReasonEarlier, -250 * time.Millisecond},
		"centuries away":     {"0001-06-01T00:00:00Z", "2026-12-01T15:00:00Z", foc.Unbounded, foc.ReasonLater, foc.Unbounded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := foc.Nearest(windows, at(t, test.wish), test.tolerance)
			require.NoError(t, err)
			assert.Equal(t, test.want, got.Time.Format(time.RFC3339Nano))
			assert.Equal(t, test.reason, got.Reason)
			assert.Equal(t, test.off, got.Off)
			assert.True(t, got.Window.Contains(got.Time))

			if test.tolerance == 0 || test.tolerance == foc.Unbounded || test.off%time.Second != 0 {
				return
			}
			_, err = foc.Nearest(windows, at(t, test.wish), test.tolerance-1)
			var noFit *foc.NoFitError
			require.ErrorAs(t, err, &noFit)
			assert.Equal(t, foc.CauseTooFar, noFit.Cause)
			assert.Equal(t, got, noFit.Nearest)
		})
	}
}

func TestOnDay(t *testing.T) {
	t.Parallel()
	always := []porting.FOCWindow{window(t, "2000-01-01T00:00:00Z", "2030-01-01T00:00:00Z")}
	for name, test := range map[string]struct {
		zone        string
		year        int
		month       time.Month
		day         int
		first, last string // of the day
	}{
		"UTC":                       {"UTC", 2026, time.December, 1, "2026-12-01T00:00:00Z", "2026-12-01T23:59:59Z"},
		"a common day":              {"America/Chicago", 2026, time.December, 1, "2026-12-01T06:00:00Z", "2026-12-02T05:59:59Z"},
		"ahead of UTC":              {"Pacific/Kiritimati", 2026, time.December, 1, "2026-11-30T10:00:00Z", "2026-12-01T09:59:59Z"},
		"23 hours":                  {"America/Chicago", 2026, time.March, 8, "2026-03-08T06:00:00Z", "2026-03-09T04:59:59Z"},
		"25 hours":                  {"America/Chicago", 2026, time.November, 1, "2026-11-01T05:00:00Z", "2026-11-02T05:59:59Z"},
		"no midnight":               {"America/Sao_Paulo", 2017, time.October, 15, "2017-10-15T03:00:00Z", "2017-10-16T01:59:59Z"},
		"midnight twice":            {"America/Sao_Paulo", 2018, time.February, 17, "2018-02-17T02:00:00Z", "2018-02-18T02:59:59Z"},
		"in two parts":              {"America/St_Johns", 2010, time.November, 7, "2010-11-07T02:30:00Z", "2010-11-08T03:29:59Z"},
		"the day before has an end": {"America/St_Johns", 2010, time.November, 6, "2010-11-06T02:30:00Z", "2010-11-07T03:29:59Z"},
		"the leap day":              {"Europe/London", 2028, time.February, 29, "2028-02-29T00:00:00Z", "2028-02-29T23:59:59Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			day := time.Date(test.year, test.month, test.day, 12, 0, 0, 0, zone(t, test.zone))
			got, err := foc.OnDay(always, day)
			require.NoError(t, err)
			assert.Equal(t, test.first, got.Time.Format(time.RFC3339))
			got, err = foc.Nearest(always, day.AddDate(1, 0, 0), foc.Unbounded, foc.During(day))
			require.NoError(t, err)
			assert.Equal(t, test.last, got.Time.Format(time.RFC3339))
		})
	}

	t.Run("a day that never was", func(t *testing.T) {
		t.Parallel()
		apia := zone(t, "Pacific/Apia")
		_, err := foc.OnDay(always, time.Date(2011, time.December, 29, 12, 0, 0, 0, apia))
		require.NoError(t, err)
		// No time.Time has the date that Samoa left out; a calendar can be asked about it.
		_, err = foc.Earliest(always, foc.BusinessDays(apia, func(year int, month time.Month, day int) bool {
			return year == 2011 && month == time.December && day == 30
		}), foc.NotBefore(time.Date(2011, time.December, 1, 0, 0, 0, 0, apia)), foc.NotAfter(time.Date(2012, time.February, 1, 0, 0, 0, 0, apia)))
		var noFit *foc.NoFitError
		require.ErrorAs(t, err, &noFit)
		assert.Equal(t, foc.CauseClosed, noFit.Cause)
	})
}

// between the two parts of the day in St. John's lies an hour of the day before.
func TestADayInTwoParts(t *testing.T) {
	t.Parallel()
	windows := []porting.FOCWindow{window(t, "2010-11-07T02:31:00Z", "2010-11-07T03:30:00Z")} // from 00:01, set back to 23:01, to 00:00
	day := time.Date(2010, time.November, 7, 12, 0, 0, 0, zone(t, "America/St_Johns"))
	got, err := foc.OnDay(windows, day)
	require.NoError(t, err)
	assert.Equal(t, "2010-11-07T03:30:00Z", got.Time.Format(time.RFC3339))
	got, err = foc.OnDay(windows, day.AddDate(0, 0, -1))
	require.NoError(t, err)
	assert.Equal(t, "2010-11-07T02:31:00Z", got.Time.Format(time.RFC3339))
}

func TestNoFit(t *testing.T) {
	t.Parallel()
	windows := days(t, "04", "05")
	chicago := zone(t, "America/Chicago")
	for name, test := range map[string]struct {
		windows []porting.FOCWindow
		opts    []foc.Option
		cause   foc.Cause
		nearest string
		text    string
	}{
		"no windows": {nil, nil, foc.CauseNoWindows, "", "foc: there are no windows"},
		"empty windows": {[]porting.FOCWindow{{}, window(t, "2026-12-02T00:00:00Z", "2026-12-01T00:00:00Z")}, nil, foc.CauseNoWindows, "",
			"foc: no window can be used: 2 are empty, reversed or lack an end"},
		"all before": {windows, []foc.Option{foc.NotBefore(at(t, "2026-12-06T00:00:00Z"))}, foc.CauseBefore, "2026-12-05T23:00:00Z",
			"foc: all that fits is before 2026-12-06T00:00:00Z; the nearest is 2026-12-05T23:00:00Z"},
		"all after": {windows, []foc.Option{foc.NotAfter(at(t, "2026-12-04T14:59:59.9Z"))}, foc.CauseAfter, "2026-12-04T15:00:00Z",
			"foc: all that fits is after 2026-12-04T14:59:59Z; the nearest is 2026-12-04T15:00:00Z"},
		"not on the day": {windows, []foc.Option{foc.During(time.Date(2026, time.December, 6, 0, 0, 0, 0, chicago))}, foc.CauseDay, "2026-12-05T23:00:00Z",
			"foc: nothing fits on 2026-12-06 in America/Chicago; the nearest is 2026-12-05T23:00:00Z"},
		"closed": {days(t, "05", "06"), []foc.Option{foc.BusinessDays(chicago, nil)}, foc.CauseClosed, "2026-12-05T15:00:00Z",
			"foc: nothing fits on a business day; the nearest on another is 2026-12-05T15:00:00Z"},
		"the second option": {windows, []foc.Option{foc.NotBefore(at(t, "2026-12-05T16:00:00Z")), foc.NotAfter(at(t, "2026-12-05T12:00:00Z"))}, foc.CauseAfter, "2026-12-05T16:00:00Z",
			"foc: all that fits is after 2026-12-05T12:00:00Z; the nearest is 2026-12-05T16:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := foc.Earliest(test.windows, test.opts...)
			assert.Zero(t, got)
			var noFit *foc.NoFitError
			require.ErrorAs(t, err, &noFit)
			assert.Equal(t, test.cause, noFit.Cause)
			assert.EqualError(t, err, test.text)
			if test.nearest != "" {
				assert.Equal(t, test.nearest, noFit.Nearest.Time.Format(time.RFC3339))
			}
		})
	}
	_, err := foc.Nearest(windows, at(t, "2026-12-07T00:00:00Z"), 24*time.Hour)
	assert.EqualError(t, err, "foc: the nearest is 2026-12-05T23:00:00Z, 25h0m0s away; the tolerance is 24h0m0s")
	_, err = foc.Nearest(windows, at(t, "2026-12-05T18:00:00Z"), time.Hour, foc.NotAfter(at(t, "2026-12-01T00:00:00Z")))
	var noFit *foc.NoFitError
	require.ErrorAs(t, err, &noFit)
	assert.Equal(t, "2026-12-05T18:00:00Z", noFit.Nearest.Time.Format(time.RFC3339), "nearest to the wish")
}

func TestCommon(t *testing.T) {
	t.Parallel()
	of := func(a, b, c []porting.FOCWindow) map[porting.SubRequestID][]porting.FOCWindow {
		return map[porting.SubRequestID][]porting.FOCWindow{"a": a, "b": b, "c": c}
	}
	got, err := foc.Common(of(days(t, "01", "02", "04"), days(t, "04", "02"), days(t, "02", "03", "04")), foc.NotBefore(at(t, "2026-12-02T23:00:01Z")))
	require.NoError(t, err)
	assert.Equal(t, "2026-12-04T15:00:00Z", got.Time.Format(time.RFC3339))

	touching := []porting.FOCWindow{window(t, "2026-12-01T23:00:00Z", "2026-12-02T03:00:00Z")}
	got, err = foc.Common(of(days(t, "01"), touching, days(t, "01")))
	require.NoError(t, err)
	assert.Equal(t, "2026-12-01T23:00:00Z", got.Time.Format(time.RFC3339), "ends are included")
	assert.Equal(t, got.Window.Start, got.Window.End, "the overlap")

	for name, test := range map[string]struct {
		windows map[porting.SubRequestID][]porting.FOCWindow
		subs    []porting.SubRequestID
		text    string
	}{
		"two apart":      {of(days(t, "01", "02"), days(t, "02"), days(t, "01")), []porting.SubRequestID{"b", "c"}, "foc: sub requests [b c] have no instant in common"},
		"three apart":    {of(days(t, "01", "02"), days(t, "02", "03"), days(t, "03", "01")), []porting.SubRequestID{"a", "b", "c"}, "foc: sub requests [a b c] have no instant in common"},
		"one has none":   {of(days(t, "01"), nil, days(t, "01")), []porting.SubRequestID{"b"}, "foc: sub request b: there are no windows"},
		"no sub request": {nil, nil, "foc: there are no windows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := foc.Common(test.windows)
			var noFit *foc.NoFitError
			require.ErrorAs(t, err, &noFit)
			assert.Equal(t, test.subs, noFit.SubRequests)
			assert.EqualError(t, err, test.text)
		})
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	windows := map[porting.SubRequestID][]porting.FOCWindow{"a": days(t, "01", "07"), "b": days(t, "02"), "c": days(t, "03", "08")}
	got, err := foc.Spread(windows)
	require.NoError(t, err)
	times := map[porting.SubRequestID]string{}
	for id, c := range got.Choices {
		times[id] = c.Time.Format(time.RFC3339)
		assert.Equal(t, foc.ReasonSpread, c.Reason)
		assert.Contains(t, windows[id], c.Window)
	}
	assert.Equal(t, map[porting.SubRequestID]string{"a": "2026-12-01T23:00:00Z", "b": "2026-12-02T15:00:00Z", "c": "2026-12-03T15:00:00Z"}, times)
	assert.Equal(t, 40*time.Hour, got.Size())

	got, err = foc.Spread(map[porting.SubRequestID][]porting.FOCWindow{"a": days(t, "01", "02", "03"), "b": days(t, "03", "02")})
	require.NoError(t, err)
	assert.Zero(t, got.Size())
	assert.Equal(t, "2026-12-02T15:00:00Z", got.First.Format(time.RFC3339), "one in common, and the earliest of them")

	_, err = foc.Spread(windows, foc.NotAfter(at(t, "2026-12-02T23:00:00Z")))
	assert.EqualError(t, err, "foc: sub request c: all that fits is after 2026-12-02T23:00:00Z; the nearest is 2026-12-03T15:00:00Z")
	_, err = foc.Spread(nil)
	assert.Error(t, err)
}

func TestOverlapOfNothing(t *testing.T) {
	t.Parallel()
	assert.Empty(t, foc.Overlap())
	assert.Equal(t, days(t, "01", "02"), foc.Overlap(days(t, "02", "01")))
	assert.Empty(t, foc.Overlap(days(t, "01"), nil, days(t, "01")))
}

// TestManyDays checks a zone's days with and behind the transitions that its tables have.
func TestManyDays(t *testing.T) {
	t.Parallel()
	chicago := zone(t, "America/Chicago")
	always := []porting.FOCWindow{window(t, "2000-01-01T00:00:00Z", "2110-01-01T00:00:00Z")}
	for day := time.Date(2035, time.January, 1, 12, 0, 0, 0, chicago); day.Year() < 2045; day = day.AddDate(0, 0, 1) {
		got, err := foc.OnDay(always, day)
		require.NoError(t, err)
		require.Equal(t, day.Format(time.DateOnly)+" 00:00:00", got.Time.In(chicago).Format(time.DateTime))
	}
}
