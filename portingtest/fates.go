package portingtest

import (
	"cmp"
	"fmt"
	"strconv"
)

// Fate is what is true of a number and what becomes of it: a row of the
// catalogue in the package documentation, or what [WithNumber] says instead.
//
// An empty field is as for any number without a row: portable, confirmed,
// wireline, of the category and a carrier that follow from the area code. A
// number that can't be ported has no carrier and no service type but those
// given here. Values that the contract doesn't know are taken as they are.
type Fate struct {
	CarrierName       string   `json:"carrier_name,omitempty"`
	SvType            string   `json:"svtype,omitempty"`              // "0" wireline, "1" wireless, "2" VOIP
	CoverageCategory  string   `json:"coverage_category,omitempty"`   // nanp_generic, nanp_toll_free, international, invalid
	PortabilityStatus string   `json:"portability_status,omitempty"`  // pending, confirmed, provisional
	NonPortableReason string   `json:"non_portable_reason,omitempty"` // one makes it not portable, whatever the status says
	Behavior          Behavior `json:"behavior,omitempty"`
}

// Behavior is what becomes of a number once it is submitted. It is that of the
// whole sub request; of several numbers, the first with a behavior other than
// [Normal] decides.
type Behavior string

// The behaviors.
const (
	// Normal is to be submitted, get the requested FOC date and be ported on it.
	Normal Behavior = ""
	// ExceptionOnce is to be rejected by the carrier, with a comment, in place
	// of a FOC date. Once the user's update changes something, the sub request
	// starts over, and is ported.
	ExceptionOnce Behavior = "exception-once"
	// FOCMoved is to have the confirmed FOC date moved by the carrier, once and
	// to a later day, with a comment.
	FOCMoved Behavior = "foc-moved"
	// LateSplit is to move into a new sub request some time after the
	// submission. A number that is alone in its sub request stays.
	LateSplit Behavior = "late-split"
	// CarrierCancels is to be cancelled by the carrier, with a comment, in place
	// of a FOC date.
	CarrierCancels Behavior = "carrier-cancels"
	// NeverLeaves is to stay in-process.
	NeverLeaves Behavior = "never-leaves"
)

// WithNumber sets the fate of a number, in place of the catalogue's. It panics
// if the number isn't E.164 or the behavior isn't one of this package.
func WithNumber(number string, fate Fate) Option {
	if !e164.MatchString(number) {
		panic(fmt.Sprintf("portingtest: WithNumber(%q): not an E.164 number", number))
	}
	if _, known := lives[fate.Behavior]; !known {
		panic(fmt.Sprintf("portingtest: WithNumber: unknown behavior %q", fate.Behavior))
	}
	return func(c *config) { c.Fates[number] = fate }
}

// lookUp gives the fate of a number: the one of its own, or its row of the
// catalogue, over what is ordinary.
func lookUp(number string, own map[string]Fate) Fate {
	ending := fictional.FindStringSubmatch(number)
	fate := ordinary(number, ending != nil)
	if f, ok := own[number]; ok {
		return fate.with(f)
	}
	if ending == nil {
		return fate
	}
	digits, _ := strconv.Atoi(ending[1]) // two digits, by the expression
	for _, row := range endings {
		if row.first <= digits && digits <= row.last {
			return fate.with(row.fate)
		}
	}
	return fate
}

// ordinary gives the fate of a number without a row in the catalogue.
func ordinary(number string, fictional bool) Fate {
	area := nanp.FindStringSubmatch(number)
	if area == nil {
		if e164.MatchString(number) && number[1] != '1' {
			return Fate{CoverageCategory: internationalCategory, NonPortableReason: noCoverage}
		}
		return Fate{CoverageCategory: invalidCategory, NonPortableReason: invalidNumber}
	}
	fate := Fate{CoverageCategory: genericCategory, SvType: wireline, PortabilityStatus: confirmedPortability}
	if tollFree[area[1]] {
		fate.CoverageCategory = tollFreeCategory
	}
	switch {
	case fictional:
		fate.CarrierName = firstCarrier
	case fate.CoverageCategory == tollFreeCategory:
		fate.CarrierName = tollFreeCarrier
	default:
		code, _ := strconv.Atoi(area[1]) // three digits, by the expression
		fate.CarrierName = areaCarriers[code%len(areaCarriers)]
	}
	return fate
}

// with puts a fate over what is ordinary.
func (f Fate) with(over Fate) Fate {
	f.CoverageCategory = cmp.Or(over.CoverageCategory, f.CoverageCategory)
	f.Behavior = over.Behavior
	if over.NonPortableReason != "" {
		f.CarrierName, f.SvType, f.PortabilityStatus = over.CarrierName, over.SvType, ""
		f.NonPortableReason = over.NonPortableReason
		return f
	}
	f.CarrierName = cmp.Or(over.CarrierName, f.CarrierName)
	f.SvType = cmp.Or(over.SvType, f.SvType)
	f.PortabilityStatus = cmp.Or(over.PortabilityStatus, f.PortabilityStatus)
	if f.PortabilityStatus != "" { // of a number without coverage, say
		f.CarrierName = cmp.Or(f.CarrierName, firstCarrier)
		f.SvType = cmp.Or(f.SvType, wireline)
		f.NonPortableReason = ""
	}
	return f
}
