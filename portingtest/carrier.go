package portingtest

import (
	"strconv"
	"strings"
	"time"
)

// What the carrier remarks on, besides a status.
const (
	focMoved       = "FOC moved"
	splitTo        = "split to"
	carrierCancels = "carrier cancels"
	userCancels    = "user cancels"
)

// remarks are the carrier's comments.
var remarks = map[string]string{
	submitted:        "LSR sent to {carrier} under {order}. Pls allow 1-2 bus. days for a response.",
	focDateConfirmed: "FOC rec'd from {carrier}: {date}.",
	focMoved:         "{carrier} had to move the FOC date, no tech available. New FOC: {date}.",
	splitTo:          "{carrier} wants a separate LSR for 1 TN of {order}. It is on {other} now.",
	ported:           "Port completed, {count} TN(s) active. Thank you!",
	carrierCancels:   "{carrier} cancelled {order}: end user told them to stay. Pls contact end user.",
	userCancels:      "Cancellation request for {order} rec'd. Our porting team reviews it w/ {carrier}.",
	cancelled:        "{carrier} confirmed the cancellation of {order}.",
}

// rejections are the carrier's comments to an exception. The last digit of the
// sub request's first number decides which it is.
var rejections = []string{
	"REJECT from {carrier}: acct # not found. Pls verify acct # w/ end user and supp {order}.",
	"REJECT from {carrier}: svc address does not match CSR. Pls supp {order} with address as on latest bill.",
	"REJECT from {carrier}: end user name does not match acct. Pls correct and supp {order}.",
	"REJECT from {carrier}: PIN/passcode missing or invalid. Pls supp {order}.",
	"REJECT from {carrier}: BTN is not on this acct. Pls verify BTN and supp {order}.",
}

// remark adds the carrier's comment on something, if there is one.
func (b *sandbox) remark(p *portRequest, sub *subRequest, on string, other ...string) {
	text := remarks[on]
	if on == exception {
		text = rejections[lastDigit(p, sub)%len(rejections)]
	}
	if text == "" {
		return
	}
	var date string
	if sub.FOCDate != nil {
		date = sub.FOCDate.Format(time.RFC3339)
	}
	b.carrierComment(p, sub.ID, strings.NewReplacer(
		"{carrier}", carrierName(p, sub),
		"{order}", sub.SupportKey,
		"{other}", strings.Join(other, ", "),
		"{count}", strconv.Itoa(len(sub.Numbers)),
		"{date}", date,
	).Replace(text))
}

// carrierComment adds a comment of the carrier on a sub request, or, if its id is
// empty, on the whole port request.
func (b *sandbox) carrierComment(p *portRequest, sub, body string) {
	p.Comments = append(p.Comments, comment{
		ID: b.newID(), Body: body, SubRequestID: sub, CreatedAt: b.Clock,
	})
}

// carrierName is the carrier of a sub request's first number.
func carrierName(p *portRequest, sub *subRequest) string {
	if len(sub.Numbers) == 0 || p.Numbers[sub.Numbers[0]].Fate.CarrierName == "" {
		return "The carrier"
	}
	return p.Numbers[sub.Numbers[0]].Fate.CarrierName
}

// lastDigit is that of a sub request's first number.
func lastDigit(p *portRequest, sub *subRequest) int {
	if len(sub.Numbers) == 0 {
		return 0
	}
	number := p.Numbers[sub.Numbers[0]].PhoneNumber
	return int(number[len(number)-1]-'0') % 10
}
