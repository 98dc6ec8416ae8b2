package portingtest

import (
	"regexp"
	"strconv"
)

// Enum values of the contract.
const (
	genericCategory       = "nanp_generic"
	tollFreeCategory      = "nanp_toll_free"
	internationalCategory = "international"
	invalidCategory       = "invalid"

	pendingPortability     = "pending"
	confirmedPortability   = "confirmed"
	provisionalPortability = "provisional"

	invalidNumber      = "invalid_phone_number"
	lrnNotFound        = "lrn_data_not_found"
	noCoverage         = "no_coverage"
	alreadyBeingPorted = "already_being_ported"
	telnyxNumber       = "telnyx_number"

	wireline = "0"
	wireless = "1"
	voip     = "2"
)

// The carriers. All are fictional.
const (
	firstCarrier    = "Quillback Telephone"
	secondCarrier   = "Ostrich Bell"
	thirdCarrier    = "Marzipan Telecom"
	wirelessCarrier = "Tumbleweed Wireless"
	tollFreeCarrier = "Lighthouse Toll-Free"
)

// facts are what the sandbox knows of a number.
type facts struct {
	Category    string // coverage category
	Carrier     string // empty when unknown
	SvType      string // service type
	Portability string // portability status; empty when not portable
	Reason      string // why it can't be ported; empty when it can
}

// endings is the fate of the numbers +1 NPA 555 01xx by their last two digits.
// The ranges follow each other without a gap. An empty category is that of the
// area code.
var endings = []struct {
	first, last int
	facts       facts
}{
	{0, 49, facts{Carrier: firstCarrier, SvType: wireline, Portability: confirmedPortability}},
	{50, 54, facts{Carrier: secondCarrier, SvType: wireline, Portability: confirmedPortability}},
	{55, 59, facts{Carrier: thirdCarrier, SvType: wireline, Portability: confirmedPortability}},
	{60, 64, facts{Carrier: wirelessCarrier, SvType: wireless, Portability: confirmedPortability}},
	{65, 69, facts{Carrier: secondCarrier, SvType: voip, Portability: confirmedPortability}},
	{70, 74, facts{Carrier: firstCarrier, SvType: wireline, Portability: pendingPortability}},
	{75, 79, facts{Carrier: firstCarrier, SvType: wireline, Portability: provisionalPortability}},
	{80, 80, facts{Category: invalidCategory, Reason: invalidNumber}},
	{81, 81, facts{Reason: lrnNotFound}},
	{82, 82, facts{Carrier: firstCarrier, Reason: noCoverage}},
	{83, 83, facts{Carrier: firstCarrier, Reason: alreadyBeingPorted}},
	{84, 84, facts{Reason: telnyxNumber}},
	{85, 99, facts{Carrier: firstCarrier, SvType: wireline, Portability: confirmedPortability}},
}

// tollFree has the toll-free area codes.
var tollFree = map[string]bool{
	"800": true, "833": true, "844": true, "855": true, "866": true, "877": true, "888": true,
}

// areaCarriers serve the area codes: an area code has the carrier at its
// remainder.
var areaCarriers = []string{firstCarrier, secondCarrier, thirdCarrier}

var (
	e164      = regexp.MustCompile(`^\+[1-9]\d{1,14}$`)
	nanp      = regexp.MustCompile(`^\+1([2-9]\d{2})[2-9]\d{6}$`)
	fictional = regexp.MustCompile(`^\+1[2-9]\d{2}55501(\d{2})$`)
)

// lookUp gives the facts of a number, which depend on the number alone.
func lookUp(number string) facts {
	area := nanp.FindStringSubmatch(number)
	if area == nil {
		if e164.MatchString(number) && number[1] != '1' {
			return facts{Category: internationalCategory, Reason: noCoverage}
		}
		return facts{Category: invalidCategory, Reason: invalidNumber}
	}
	category := genericCategory
	if tollFree[area[1]] {
		category = tollFreeCategory
	}
	if ending := fictional.FindStringSubmatch(number); ending != nil {
		return fate(ending[1], category)
	}
	if category == tollFreeCategory {
		return facts{Category: category, Carrier: tollFreeCarrier, SvType: wireline, Portability: confirmedPortability}
	}
	code, _ := strconv.Atoi(area[1]) // three digits, by the expression
	carrier := areaCarriers[code%len(areaCarriers)]
	return facts{Category: category, Carrier: carrier, SvType: wireline, Portability: confirmedPortability}
}

// fate gives the facts of a fictional number.
func fate(ending, category string) facts {
	digits, _ := strconv.Atoi(ending)
	var f facts
	for _, row := range endings {
		if row.first <= digits && digits <= row.last {
			f = row.facts
		}
	}
	if f.Category == "" {
		f.Category = category
	}
	return f
}
