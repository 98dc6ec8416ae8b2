package porting

import "slices"

// The API's enumerations are open: a value that isn't in these lists is kept as
// it is, and its Known method returns false.

func isOneOf[T ~string](value T, known ...T) bool { return slices.Contains(known, value) }

// PortabilityStatus says whether the vendor could confirm for a number's rate center
// whether it can be ported: "pending", "confirmed" or "provisional".
type PortabilityStatus string

// The documented portability statuses.
const (
	PortabilityStatusPending     PortabilityStatus = "pending"
	PortabilityStatusConfirmed   PortabilityStatus = "confirmed"
	PortabilityStatusProvisional PortabilityStatus = "provisional"
)

// Known tells whether s is one of the documented values.
func (s PortabilityStatus) Known() bool { return isOneOf(s, "pending", "confirmed", "provisional") }

// CoverageCategory is the kind of number by its numbering plan: "nanp_generic",
// "nanp_toll_free", "international" or "invalid". A portability check can answer all four;
// the numbers of a port request have the two of NANP.
type CoverageCategory string

// The documented coverage categories.
const (
	CoverageCategoryNANPGeneric   CoverageCategory = "nanp_generic"
	CoverageCategoryNANPTollFree  CoverageCategory = "nanp_toll_free"
	CoverageCategoryInternational CoverageCategory = "international"
	CoverageCategoryInvalid       CoverageCategory = "invalid"
)

// Known tells whether c is one of the documented values.
func (c CoverageCategory) Known() bool {
	return isOneOf(c, "nanp_generic", "nanp_toll_free", "international", "invalid")
}

// NonPortableReason is why a number can't be ported: "invalid_phone_number",
// "lrn_data_not_found", "no_coverage", "already_being_ported" or "telnyx_number".
type NonPortableReason string

// The documented reasons.
const (
	NonPortableReasonInvalidPhoneNumber NonPortableReason = "invalid_phone_number"
	NonPortableReasonLRNDataNotFound    NonPortableReason = "lrn_data_not_found"
	NonPortableReasonNoCoverage         NonPortableReason = "no_coverage"
	NonPortableReasonAlreadyBeingPorted NonPortableReason = "already_being_ported"
	NonPortableReasonTelnyxNumber       NonPortableReason = "telnyx_number"
)

// Known tells whether r is one of the documented values.
func (r NonPortableReason) Known() bool {
	return isOneOf(r, "invalid_phone_number", "lrn_data_not_found", "no_coverage", "already_being_ported", "telnyx_number")
}

// ServiceType is what kind of line a number is on (svtype). The API writes it as a digit:
// "0" is wireline, "1" wireless and "2" VOIP.
type ServiceType string

// The documented service types.
const (
	ServiceTypeWireline ServiceType = "0"
	ServiceTypeWireless ServiceType = "1" // its account needs a PIN
	ServiceTypeVOIP     ServiceType = "2"
)

// Known tells whether t is one of the documented values.
func (t ServiceType) Known() bool { return isOneOf(t, "0", "1", "2") }

// SubRequestStatus is how far a sub request is: "unassigned", "in-process", "submitted",
// "exception", "foc-date-confirmed", "ported", "cancelled" or "cancel-pending".
//
// Sub requests skip statuses, and new statuses appear, so nothing here limits which may
// follow which. That "submitted" follows an exception that was resolved, and that
// "cancelled" is final, is documented for the vendor's V2.
type SubRequestStatus string

// The documented sub request statuses.
const (
	SubRequestStatusUnassigned       SubRequestStatus = "unassigned"         // of numbers that are in no sub request
	SubRequestStatusInProcess        SubRequestStatus = "in-process"         // received, and not yet sent to the losing carrier
	SubRequestStatusSubmitted        SubRequestStatus = "submitted"          // the losing carrier's answer is awaited
	SubRequestStatusException        SubRequestStatus = "exception"          // rejected: the data differ from the losing carrier's records
	SubRequestStatusFOCDateConfirmed SubRequestStatus = "foc-date-confirmed" // the losing carrier has confirmed the FOC date
	SubRequestStatusPorted           SubRequestStatus = "ported"             // done for calls; messaging can follow later
	SubRequestStatusCancelled        SubRequestStatus = "cancelled"
	SubRequestStatusCancelPending    SubRequestStatus = "cancel-pending" // its cancellation is being reviewed
)

// Known tells whether s is one of the documented values.
func (s SubRequestStatus) Known() bool {
	return isOneOf(s, "unassigned", "in-process", "submitted", "exception", "foc-date-confirmed", "ported", "cancelled", "cancel-pending")
}

// Terminal tells whether nothing more will happen: the sub request is ported or cancelled.
func (s SubRequestStatus) Terminal() bool {
	return s == SubRequestStatusPorted || s == SubRequestStatusCancelled
}

// NeedsAction tells whether the user has to do something: resolve an exception.
func (s SubRequestStatus) NeedsAction() bool { return s == SubRequestStatusException }

// PortingOptionType says whether all numbers of an account leave the losing carrier
// ("full") or some of them stay ("partial"). In an update it must be one of the two.
type PortingOptionType string

// The documented porting option types.
const (
	PortingOptionTypePartial PortingOptionType = "partial"
	PortingOptionTypeFull    PortingOptionType = "full"
)

// Known tells whether t is one of the documented values.
func (t PortingOptionType) Known() bool { return isOneOf(t, "partial", "full") }

// RemainingNumbersAction says what happens to the numbers that a partial port leaves
// behind: "keep" or "disconnect". In an update it must be one of the two, or empty.
type RemainingNumbersAction string

// The documented actions.
const (
	RemainingNumbersActionKeep       RemainingNumbersAction = "keep"
	RemainingNumbersActionDisconnect RemainingNumbersAction = "disconnect"
)

// Known tells whether a is one of the documented values.
func (a RemainingNumbersAction) Known() bool { return isOneOf(a, "keep", "disconnect") }

// DraftStatus is whether a draft has been submitted: "pending" or "submitted". The values
// are documented for the filter of a list; that a draft itself has the same is inferred.
type DraftStatus string

// The documented draft statuses.
const (
	DraftStatusPending   DraftStatus = "pending"
	DraftStatusSubmitted DraftStatus = "submitted"
)

// Known tells whether s is one of the documented values.
func (s DraftStatus) Known() bool { return isOneOf(s, "pending", "submitted") }

// PortRequestListStatus is the filter of a list of port requests: "incomplete" or
// "complete". A port request itself has no status.
type PortRequestListStatus string

// The documented filter values.
const (
	PortRequestListStatusIncomplete PortRequestListStatus = "incomplete" // those that aren't complete yet; one that completes is left out from then on
	PortRequestListStatusComplete   PortRequestListStatus = "complete"
)

// Known tells whether s is one of the documented values.
func (s PortRequestListStatus) Known() bool { return isOneOf(s, "incomplete", "complete") }

// DocumentType is what a supporting document is: "loa", "invoice", "csr" or "other". Only
// "loa" is documented; the others are inferred from the vendor's V2.
type DocumentType string

// The known document types.
const (
	DocumentTypeLOA     DocumentType = "loa"     // a letter of authorization
	DocumentTypeInvoice DocumentType = "invoice" // the losing carrier's latest bill
	DocumentTypeCSR     DocumentType = "csr"     // a customer service record
	DocumentTypeOther   DocumentType = "other"
)

// Known tells whether t is one of the values above.
func (t DocumentType) Known() bool { return isOneOf(t, "loa", "invoice", "csr", "other") }
