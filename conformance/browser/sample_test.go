package browser

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/report"
)

// The made-up customers.
var trades = strings.Fields(`Bakery Dental Florist Plumbing Optics Books Garage Bistro Legal Travel
	Pharmacy Roofing Pets Yoga Printing Hardware Catering Bikes Tailors Records
	Daycare Surveys Towing Gardens Insurance Brewery Movers Ceramics Tutoring Locksmith
	Outfitters Cinema Dairy Electric Framing Guitars Hostel Imports Joinery Kennels`)

// Area codes, each of which is used for two ports.
var areas = []int{206, 212, 213, 214, 215, 216, 303, 305, 312, 313, 404, 412, 415, 503, 512, 602, 612, 617, 702, 713}

// rejections are what carriers say of the ports that end as exceptions.
var rejections = []string{
	"LSP states the account number and PIN are both incorrect. Please supp with the valid account number.",
	"Business name mismatch - CSR shows Example Holdings LLC. Zip code does not match.",
	"DSL on line. Customer must contact the current provider.",
	"We have your order.",
}

// sample are 40 made-up ports of two weeks, in every state, and the time on the sandbox's clock.
func sample(t *testing.T) ([]report.Port, time.Time) {
	t.Helper()
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), t.Context()
	rejected := 0
	for i, trade := range trades {
		numbers := []string{}
		for k := range 1 + i*7%5 {
			numbers = append(numbers, fmt.Sprintf("+1%d5550%03d", areas[i%len(areas)], 100+i/len(areas)*25+k))
		}
		if i%6 == 1 { // a wireless number, which makes a second sub request
			numbers = append(numbers, fmt.Sprintf("+1%d5550%03d", areas[i%len(areas)], 160+i/len(areas)))
		}
		id, subs := server.AddPortRequest(numbers...)
		for k, sub := range subs {
			fill(ctx, t, client, id, sub, "Example "+trade, (i*5+k)%10, i%5)
		}
		switch {
		case i%10 == 6:
			server.Move(subs[0], porting.SubRequestStatusException)
			server.AddComment(id, subs[0], rejections[rejected])
			rejected++
		case i == 33:
			server.Script(numbers[0], portingtest.Step{Status: "awaiting-activation", Comment: "Activation is being prepared."})
		case i == 8 || i == 12:
			date := server.Now().AddDate(0, 0, 3).Truncate(24 * time.Hour).Add(15 * time.Hour)
			server.Script(numbers[0], portingtest.Step{After: time.Hour, FOCDate: date, Status: "foc-date-confirmed"})
		case i%9 == 4:
			_, err := client.SubRequests.Cancel(ctx, id, subs[0])
			require.NoError(t, err)
		}
		server.Advance(9 * time.Hour)
	}
	ports, err := report.Collect(ctx, client, nil)
	require.NoError(t, err)
	server.AssertClean(t)
	return ports, server.Now()
}

// fill gives a sub request a customer, and asks for the FOC date in the nth window.
func fill(ctx context.Context, t *testing.T, client *porting.Client, id porting.PortRequestID, subID porting.SubRequestID, customer string, window, hour int) {
	t.Helper()
	sub, err := client.SubRequests.Get(ctx, id, subID)
	require.NoError(t, err)
	windows, err := client.SubRequests.AllowedFOCDates(ctx, id, subID)
	require.NoError(t, err)
	update := sub.Unchanged()
	update.PersonOrCompanyName = porting.Set(customer)
	update.FOCDateRequestedByUser = porting.Set(windows[window].Start.Add(time.Duration(hour) * time.Hour))
	_, err = client.SubRequests.Update(ctx, id, subID, update)
	require.NoError(t, err)
}

// many are so many ports, made of those of the sample with other ids, keys and days.
func many(ports []report.Port, n int) []report.Port {
	all := make([]report.Port, 0, n)
	for i := range n {
		p := ports[i%len(ports)]
		round := i / len(ports)
		p.PortRequest.ID += porting.PortRequestID(fmt.Sprintf("-%d", round))
		p.PortRequest.SupportKey += fmt.Sprintf("%d", round)
		p.PortRequest.SubRequests = slices.Clone(p.PortRequest.SubRequests)
		for k := range p.PortRequest.SubRequests {
			sub := &p.PortRequest.SubRequests[k]
			sub.SupportKey += fmt.Sprintf("%d", round)
			sub.PersonOrCompanyName += fmt.Sprintf(" %d", round)
			if !sub.FOCDate.IsZero() && !sub.Status.Terminal() {
				sub.FOCDate.Time = sub.FOCDate.AddDate(0, 0, round%20)
			}
		}
		all = append(all, p)
	}
	return all
}
