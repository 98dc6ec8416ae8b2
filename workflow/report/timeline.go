package report

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

const (
	chartDays   = 28 // so many days the chart shows
	mostEntries = 12 // so many sub requests are named for a day
)

// A timeline is what is ahead, by the day.
type timeline struct {
	Days  []day // those with something on them
	Chart []column
	Most  int // numbers on the busiest day of the chart
	Later int // sub requests behind the chart's end
}

// A day is a day with FOC dates.
type day struct {
	Date       string // 2006-01-02
	Text       string
	Away       string // "today", "in 3 days"
	Confirmed  int    // numbers
	Requested  int    // numbers whose date isn't confirmed yet
	SubCount   int
	Entries    []*subView
	MoreHidden int // sub requests that aren't among the entries
}

// A column is a day of the chart.
type column struct {
	Date                        string // Mon 2006-01-02
	Label                       string // the day of the month
	Weekend                     bool
	First                       bool // of its week, or of the chart
	Confirmed, Requested, Total int  // numbers

	// Where it is drawn: its span, the bars in it and the total above them.
	Left, X, Middle             int
	ConfirmedY, ConfirmedHeight int
	RequestedY, RequestedHeight int
	TotalY                      int
}

// The chart's measures, in its own units.
const (
	columnWidth = 30
	chartHeight = 120
	chartTop    = 16
)

// timeline sorts the FOC dates that are ahead by the day.
func (vr *viewer) timeline(ports []*portView) timeline {
	byDay := map[string][]*subView{}
	for _, p := range ports {
		for _, s := range p.Subs {
			if isAhead(s) && s.Advice.Date.ISO != "" && !vr.isLate(s) {
				date := vr.dayOf(s.Advice.Date)
				byDay[date] = append(byDay[date], s)
			}
		}
	}
	var t timeline
	today, _ := time.Parse(time.DateOnly, vr.now.In(vr.zone).Format(time.DateOnly))
	end := today.AddDate(0, 0, chartDays)
	byDate := map[string]*day{}
	for date, subs := range byDay {
		at, _ := time.Parse(time.DateOnly, date)
		slices.SortStableFunc(subs, func(a, b *subView) int { return cmp.Compare(a.Advice.Date.Unix, b.Advice.Date.Unix) })
		d := &day{Date: date, Text: at.Format(dayText), Away: awayOf(int(at.Sub(today).Hours() / 24)), SubCount: len(subs)}
		for _, s := range subs {
			if s.Advice.Confirmed {
				d.Confirmed += s.NumberCount
			} else {
				d.Requested += s.NumberCount
			}
		}
		d.Entries = subs[:min(len(subs), mostEntries)]
		d.MoreHidden = len(subs) - len(d.Entries)
		if !at.Before(end) {
			t.Later += len(subs)
		}
		byDate[date] = d
	}
	for _, d := range byDate {
		t.Days = append(t.Days, *d)
	}
	slices.SortFunc(t.Days, func(a, b day) int { return cmp.Compare(a.Date, b.Date) })
	t.Chart, t.Most = chart(today, byDate)
	return t
}

// dayOf is the day of a moment in the page's zone.
func (vr *viewer) dayOf(m moment) string {
	if len(m.ISO) == len(time.DateOnly) {
		return m.ISO
	}
	return time.Unix(m.Unix, 0).In(vr.zone).Format(time.DateOnly)
}

func awayOf(days int) string {
	switch days {
	case 0:
		return "today"
	case 1:
		return "tomorrow"
	}
	return "in " + strconv.Itoa(days) + " days"
}

// chart draws the days from today on.
func chart(today time.Time, days map[string]*day) (columns []column, most int) {
	for i := range chartDays {
		if d := days[today.AddDate(0, 0, i).Format(time.DateOnly)]; d != nil {
			most = max(most, d.Confirmed+d.Requested)
		}
	}
	if most == 0 {
		return nil, 0
	}
	for i := range chartDays {
		at := today.AddDate(0, 0, i)
		c := column{
			Date: at.Format(dayText), Label: at.Format("2"),
			Weekend: at.Weekday() == time.Saturday || at.Weekday() == time.Sunday,
			First:   i == 0 || at.Weekday() == time.Monday,
			Left:    i * columnWidth, X: i*columnWidth + 2, Middle: i*columnWidth + columnWidth/2,
		}
		if d := days[at.Format(time.DateOnly)]; d != nil {
			c.Confirmed, c.Requested, c.Total = d.Confirmed, d.Requested, d.Confirmed+d.Requested
			height := func(n int) int {
				if n == 0 {
					return 0
				}
				return max(2, n*(chartHeight-chartTop)/most)
			}
			c.ConfirmedHeight, c.RequestedHeight = height(d.Confirmed), height(d.Requested)
			c.ConfirmedY = chartHeight - c.ConfirmedHeight
			c.RequestedY = c.ConfirmedY - c.RequestedHeight
			c.TotalY = c.RequestedY - 4
		}
		columns = append(columns, c)
	}
	return columns, most
}
