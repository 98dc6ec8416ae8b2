package exceptions

// A Cause is why a carrier rejects a sub request, in the words of the vendor's V2. The list is
// open there. V1 has no such words: a cause here is always a guess.
type Cause string

// The causes that the vendor's V2 knows.
const (
	CauseAccountNumberMismatch        Cause = "ACCOUNT_NUMBER_MISMATCH"
	CauseAuthPersonMismatch           Cause = "AUTH_PERSON_MISMATCH"
	CauseBTNATNMismatch               Cause = "BTN_ATN_MISMATCH"
	CauseEntityNameMismatch           Cause = "ENTITY_NAME_MISMATCH"
	CauseFOCExpired                   Cause = "FOC_EXPIRED"
	CauseFOCRejected                  Cause = "FOC_REJECTED"
	CauseLocationMismatch             Cause = "LOCATION_MISMATCH"
	CauseLSRPending                   Cause = "LSR_PENDING"
	CauseMainBTNPorting               Cause = "MAIN_BTN_PORTING"
	CauseOSPIrresponsive              Cause = "OSP_IRRESPONSIVE"
	CauseOther                        Cause = "OTHER" // never a hint: a text without one has none
	CausePasscodePINInvalid           Cause = "PASSCODE_PIN_INVALID"
	CausePhoneNumberHasSpecialFeature Cause = "PHONE_NUMBER_HAS_SPECIAL_FEATURE"
	CausePhoneNumberMismatch          Cause = "PHONE_NUMBER_MISMATCH"
	CausePhoneNumberNotPortable       Cause = "PHONE_NUMBER_NOT_PORTABLE"
	CausePortTypeIncorrect            Cause = "PORT_TYPE_INCORRECT"
	CausePortingOrderSplitRequired    Cause = "PORTING_ORDER_SPLIT_REQUIRED"
	CausePostalCodeMismatch           Cause = "POSTAL_CODE_MISMATCH"
	CauseRateCenterNotPortable        Cause = "RATE_CENTER_NOT_PORTABLE"
	CauseSVConflict                   Cause = "SV_CONFLICT"
	CauseSVUnknownFailure             Cause = "SV_UNKNOWN_FAILURE"
)

// A Move says who has to act.
type Move string

// Whose move it can be.
const (
	MoveOurs    Move = "ours"     // correct the sub request and resubmit it
	MoveEndUser Move = "end_user" // the customer has to talk to the losing carrier
	MoveTheirs  Move = "theirs"   // the vendor's or the losing carrier's
)

// Todo says what has to be done, or by whom. It is empty for a move that isn't known.
func (m Move) Todo() string { return todo[m] }

var todo = map[Move]string{
	MoveOurs:    "correct it and resubmit",
	MoveEndUser: "the customer has to talk to the losing carrier",
	MoveTheirs:  "the vendor's or the losing carrier's move",
}

// remedies say, of each cause, which fields it is about and whose move it is.
var remedies = map[Cause]struct {
	fields []string
	move   Move
}{
	CauseAccountNumberMismatch:        {[]string{"account_number"}, MoveOurs},
	CauseAuthPersonMismatch:           {[]string{"auth_person_name"}, MoveOurs},
	CauseBTNATNMismatch:               {[]string{"billing_phone_number"}, MoveOurs},
	CauseEntityNameMismatch:           {[]string{"person_or_company_name"}, MoveOurs},
	CauseFOCExpired:                   {[]string{"foc_date_requested_by_user"}, MoveOurs},
	CauseFOCRejected:                  {[]string{"foc_date_requested_by_user"}, MoveOurs},
	CauseLocationMismatch:             {[]string{"street_address", "extended_address", "locality", "administrative_area"}, MoveOurs},
	CauseLSRPending:                   {nil, MoveEndUser},
	CauseMainBTNPorting:               {[]string{"porting_option.new_billing_phone_number"}, MoveOurs},
	CauseOSPIrresponsive:              {nil, MoveTheirs},
	CausePasscodePINInvalid:           {[]string{"pin_passcode"}, MoveOurs},
	CausePhoneNumberHasSpecialFeature: {nil, MoveEndUser},
	CausePhoneNumberMismatch:          {[]string{"phone_numbers", "account_number"}, MoveOurs},
	CausePhoneNumberNotPortable:       {[]string{"phone_numbers"}, MoveEndUser},
	CausePortTypeIncorrect:            {[]string{"porting_option.type"}, MoveOurs},
	CausePortingOrderSplitRequired:    {[]string{"phone_numbers"}, MoveOurs},
	CausePostalCodeMismatch:           {[]string{"postal_code"}, MoveOurs},
	CauseRateCenterNotPortable:        {[]string{"phone_numbers"}, MoveOurs},
	CauseSVConflict:                   {nil, MoveTheirs},
	CauseSVUnknownFailure:             {nil, MoveTheirs},
}
