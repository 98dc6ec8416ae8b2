package drafts

import (
	"fmt"

	"github.com/numberporting/porting"
)

// Severity says whether a draft can work in spite of a problem.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"   // it can't work
	SeverityWarning Severity = "warning" // it may
)

// Source says who knows of a problem.
type Source string

// The sources.
const (
	SourceDocumented Source = "documented" // the vendor's documentation says so
	SourceDerived    Source = "derived"    // it follows from what is known of porting
	SourceServer     Source = "server"     // the server's answers say so
)

// A Problem is something that is wrong with a draft, or that may be. It has no number,
// name or other value of the draft's.
type Problem struct {
	SubRequest porting.SubRequestID `json:"sub_request_id,omitzero"` // empty: it is about the whole draft
	Path       string               `json:"path"`                    // the field, in the API's spelling: "postal_code", "phone_numbers.0.phone_number"
	Code       string               `json:"code"`                    // one of the codes below
	Severity   Severity             `json:"severity"`
	Source     Source               `json:"source"`
	Hint       string               `json:"hint"` // what it is, in words that follow the path
}

// String returns all of the problem in a line.
func (p Problem) String() string {
	where := ""
	if p.SubRequest != "" {
		where = fmt.Sprintf("sub request %s: ", p.SubRequest)
	}
	return fmt.Sprintf("%s: %s%s %s (%s, %s)", p.Severity, where, p.Path, p.Hint, p.Code, p.Source)
}

// The codes of the problems that are errors.
const (
	CodeNoNumbers         = "no_numbers"          // the draft has no numbers, or came without them
	CodeNoSubRequests     = "no_sub_requests"     // the draft has no sub requests, or came without them
	CodeRequired          = "required"            // a field that the API needs before a submit is empty
	CodeNotE164           = "not_e164"            // a billing number isn't in E.164 form
	CodeBadCountry        = "bad_country"         // the country isn't two letters
	CodeBadOption         = "bad_option"          // a word of the porting option is none of the documented ones
	CodeNewBillingPorts   = "new_billing_ports"   // the new billing number is ported itself
	CodeNewBillingMissing = "new_billing_missing" // "keep" without a new billing number, and the old one ports or isn't known
)

// The codes of the problems that are warnings.
const (
	CodeSubmitted             = "submitted"                // the draft was submitted already
	CodeUnassigned            = "unassigned"               // a number is in no sub request
	CodeNotNANP               = "not_nanp"                 // +1, and not the form of a North American number
	CodeMixedTollFree         = "mixed_toll_free"          // toll-free and geographic numbers in one draft
	CodeOptionIgnored         = "option_ignored"           // a full port with what only a partial one has
	CodeBillingNotPorted      = "billing_not_ported"       // a full port without the billing number
	CodeNewBillingUnclear     = "new_billing_unclear"      // "keep" without a new billing number, and the old one remains
	CodeBadState              = "bad_state"                // a state of the US or Canada isn't two letters
	CodeNoPIN                 = "no_pin"                   // wireless numbers without a PIN
	CodeNoAccount             = "no_account"               // no account number
	CodeNoMessageProfile      = "no_message_profile"       // no default message profile
	CodeFOCPast               = "foc_past"                 // the FOC date is over
	CodeFOCSoon               = "foc_soon"                 // the FOC date is less than 48 hours ahead
	CodeFOCFar                = "foc_far"                  // the FOC date is more than 30 days ahead
	CodeFOCWeekend            = "foc_weekend"              // the FOC date is a Saturday or Sunday
	CodeFOCOutside            = "foc_outside"              // the FOC date is in none of the allowed windows
	CodeFOCWindowsUnknown     = "foc_windows_unknown"      // the server doesn't tell the windows
	CodeNoLOA                 = "no_loa"                   // North American numbers without a letter of authorization
	CodeNoInvoice             = "no_invoice"               // North American numbers without an invoice
	CodeDocumentsUnknown      = "documents_unknown"        // the server doesn't tell the documents
	CodeServerSaysComplete    = "server_says_complete"     // the server finds a sub request complete that lacks something
	CodeServerSaysNotComplete = "server_says_not_complete" // the server finds a sub request incomplete that lacks nothing
)

// codes say what is the same for all problems of a code.
var codes = map[string]struct {
	severity Severity
	source   Source
	hint     string
}{
	CodeNoNumbers:         {SeverityError, SourceDerived, "is empty, or the draft was read without its numbers"},
	CodeNoSubRequests:     {SeverityError, SourceDerived, "is empty, or the draft was read without its sub requests"},
	CodeRequired:          {SeverityError, SourceDocumented, "must be filled in before the draft is submitted"},
	CodeNotE164:           {SeverityError, SourceDocumented, "is not an E.164 number: a plus and 2 to 15 digits, the first not 0"},
	CodeBadCountry:        {SeverityError, SourceDocumented, "is not a country code of two letters"},
	CodeBadOption:         {SeverityError, SourceDocumented, "is not one of the documented words"},
	CodeNewBillingPorts:   {SeverityError, SourceDocumented, "is one of the numbers that are ported; it must be one of those that remain"},
	CodeNewBillingMissing: {SeverityError, SourceDocumented, `is needed with "keep", because the billing number is ported or not known`},

	CodeSubmitted:             {SeverityWarning, SourceServer, "says that the draft was submitted; it can't change any more"},
	CodeUnassigned:            {SeverityWarning, SourceServer, "is empty: the number is in no sub request"},
	CodeNotNANP:               {SeverityWarning, SourceDerived, "begins with +1, but doesn't have the form of a North American number"},
	CodeMixedTollFree:         {SeverityWarning, SourceDerived, "has toll-free and geographic numbers, which are ported apart"},
	CodeOptionIgnored:         {SeverityWarning, SourceDocumented, "is to be left out of a full port"},
	CodeBillingNotPorted:      {SeverityWarning, SourceDerived, "is none of the draft's numbers, although it is a full port"},
	CodeNewBillingUnclear:     {SeverityWarning, SourceDocumented, `is needed with "keep"; the billing number remains, and could be given`},
	CodeBadState:              {SeverityWarning, SourceDocumented, "is not a state or province of two letters"},
	CodeNoPIN:                 {SeverityWarning, SourceDocumented, "is needed for accounts with wireless numbers; it is empty, or isn't shown"},
	CodeNoAccount:             {SeverityWarning, SourceDerived, "is what the losing carrier looks for; it is empty, or isn't shown"},
	CodeNoMessageProfile:      {SeverityWarning, SourceDocumented, "should be given: newer pages of the vendor's reference require it"},
	CodeFOCPast:               {SeverityWarning, SourceDerived, "is in the past"},
	CodeFOCSoon:               {SeverityWarning, SourceDerived, "is less than 48 hours ahead"},
	CodeFOCFar:                {SeverityWarning, SourceDerived, "is more than 30 days ahead"},
	CodeFOCWeekend:            {SeverityWarning, SourceDerived, "is on a weekend"},
	CodeFOCOutside:            {SeverityWarning, SourceServer, "is in none of the windows that are allowed"},
	CodeFOCWindowsUnknown:     {SeverityWarning, SourceServer, "can't be checked: the server doesn't tell the windows that are allowed"},
	CodeNoLOA:                 {SeverityWarning, SourceDocumented, "lack a letter of authorization (loa), which North American numbers need"},
	CodeNoInvoice:             {SeverityWarning, SourceDocumented, "lack an invoice, which North American numbers need"},
	CodeDocumentsUnknown:      {SeverityWarning, SourceServer, "can't be checked: the server doesn't tell the documents"},
	CodeServerSaysComplete:    {SeverityWarning, SourceServer, "is true, although required fields are empty"},
	CodeServerSaysNotComplete: {SeverityWarning, SourceServer, "is false, although no required field is empty: the server needs more than is documented"},
}

// problem makes a problem of a code.
func problem(sub porting.SubRequestID, path, code string) Problem {
	c := codes[code]
	return Problem{sub, path, code, c.severity, c.source, c.hint}
}
