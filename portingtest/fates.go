package portingtest

import (
	"cmp"
	"fmt"
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
	// goes to the carrier once more, and is ported.
	ExceptionOnce Behavior = "exception-once"
	// FOCMoved is to have the confirmed FOC date moved by the carrier, once and
	// to a later day, with a comment.
	FOCMoved Behavior = "foc-moved"
	// LateSplit is to move into a new sub request some time after the
	// submission, or after the split before: numbers move one at a time, each into
	// a sub request of its own. A number that is alone in its sub request stays.
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

// endings is the catalogue: the fate of the numbers +1 NPA 555 01xx by their
// last two digits. The ranges follow each other without a gap. The package
// documentation shows it.
var endings = []struct {
	first, last int
	fate        Fate
}{
	{0, 49, Fate{CarrierName: firstCarrier}},
	{50, 54, Fate{CarrierName: secondCarrier}},
	{55, 59, Fate{CarrierName: thirdCarrier}},
	{60, 64, Fate{CarrierName: wirelessCarrier, SvType: wireless}},
	{65, 69, Fate{CarrierName: secondCarrier, SvType: voip}},
	{70, 74, Fate{CarrierName: firstCarrier, PortabilityStatus: pendingPortability}},
	{75, 79, Fate{CarrierName: firstCarrier, PortabilityStatus: provisionalPortability}},
	{80, 80, Fate{CoverageCategory: invalidCategory, NonPortableReason: invalidNumber}},
	{81, 81, Fate{NonPortableReason: lrnNotFound}},
	{82, 82, Fate{CarrierName: firstCarrier, NonPortableReason: noCoverage}},
	{83, 83, Fate{CarrierName: firstCarrier, NonPortableReason: alreadyBeingPorted}},
	{84, 84, Fate{NonPortableReason: telnyxNumber}},
	{85, 86, Fate{CarrierName: firstCarrier, Behavior: ExceptionOnce}},
	{87, 88, Fate{CarrierName: firstCarrier, Behavior: FOCMoved}},
	{89, 90, Fate{CarrierName: firstCarrier, Behavior: LateSplit}},
	{91, 92, Fate{CarrierName: firstCarrier, Behavior: CarrierCancels}},
	{93, 94, Fate{CarrierName: firstCarrier, Behavior: NeverLeaves}},
	{95, 99, Fate{CarrierName: firstCarrier}}, // reserved
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
