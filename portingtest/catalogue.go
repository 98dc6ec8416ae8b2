package portingtest

import "regexp"

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
