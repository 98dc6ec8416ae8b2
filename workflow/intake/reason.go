package intake

// A Reason says why something was refused. Its value is a short code for programs, and
// it prints as a sentence for people. The set may grow.
type Reason string

// Reasons for which a number is refused.
const (
	ReasonEmpty       Reason = "empty"               // a row without a number
	ReasonNoDigits    Reason = "no_digits"           // a text without a digit
	ReasonTooShort    Reason = "too_short"           // fewer digits than a number of the country has
	ReasonTooLong     Reason = "too_long"            // more digits than a number of the country has, or than 15
	ReasonLength      Reason = "length"              // a length between two that numbers of the country have
	ReasonLetters     Reason = "letters"             // letters that spell digits need Options.Vanity
	ReasonCharacter   Reason = "character"           // something that stands in no number
	ReasonSeveral     Reason = "several"             // more than one number where one belongs
	ReasonNoRegion    Reason = "no_region"           // a national format without Options.Region
	ReasonCallingCode Reason = "calling_code"        // no country has what follows the plus
	ReasonNANP        Reason = "nanp"                // +1 and not the form of a number there
	ReasonInvalid     Reason = "invalid"             // a national format that the region doesn't have
	ReasonLostPlus    Reason = "lost_plus"           // an international number without its plus
	ReasonLostZero    Reason = "lost_zero"           // a national number without the 0 in front of it
	ReasonScientific  Reason = "scientific_notation" // a spreadsheet's 1.31255E+10
	ReasonDecimal     Reason = "decimal"             // a spreadsheet's 13125550100.0
	ReasonRange       Reason = "range"               // a range needs Options.Ranges
	ReasonRangeSize   Reason = "range_size"          // more numbers than Options.Ranges
	ReasonRangeEnds   Reason = "range_ends"          // an end that isn't behind the start, or that differs in more than four digits
	ReasonAmbiguous   Reason = "ambiguous"           // a number, or a range
)

// Reasons for which another cell, a row or a column of a CSV file is refused. A cell of
// numbers can also have one of them.
const (
	ReasonEncoding Reason = "encoding"     // not UTF-8
	ReasonRounded  Reason = "rounded"      // a long identifier whose last digits a spreadsheet made zeros
	ReasonRedacted Reason = "redacted"     // the placeholder that a Secret prints as
	ReasonInstant  Reason = "instant"      // a time without date, clock or zone
	ReasonCountry  Reason = "country_code" // not two letters
	ReasonOption   Reason = "option"       // a word that the field doesn't have
	ReasonQuote    Reason = "quote"        // a quote that CSV doesn't allow there
	ReasonCells    Reason = "cells"        // more cells than the header has
	ReasonColumn   Reason = "column"       // a column that isn't known
)

var reasons = map[Reason]string{
	ReasonEmpty:       "the row has no number",
	ReasonNoDigits:    "it has no digits",
	ReasonTooShort:    "it has too few digits",
	ReasonTooLong:     "it has too many digits",
	ReasonLength:      "its country has no numbers with so many digits",
	ReasonLetters:     "it has letters",
	ReasonCharacter:   "it has a character that stands in no number",
	ReasonSeveral:     "it is more than one number",
	ReasonNoRegion:    "it has no country code, and there is no default region",
	ReasonCallingCode: "no country has this calling code",
	ReasonNANP:        "area code and exchange of a +1 number begin with 2 to 9",
	ReasonInvalid:     "it is no number of the default region; if it is right, write it with a plus and the country code",
	ReasonLostPlus:    "it has a country code but no plus",
	ReasonLostZero:    "it has no 0 in front; a spreadsheet drops it",
	ReasonScientific:  "a spreadsheet made it a floating-point number; its digits may be lost",
	ReasonDecimal:     "a spreadsheet made it a decimal number",
	ReasonRange:       "it is a range",
	ReasonRangeSize:   "the range has more numbers than are allowed",
	ReasonRangeEnds:   "the ends of the range don't fit together",
	ReasonAmbiguous:   "it can be a number or a range",
	ReasonEncoding:    "it isn't UTF-8",
	ReasonRounded:     "a spreadsheet keeps only 15 digits and made the others zeros",
	ReasonRedacted:    "it is the placeholder of a secret, not the secret",
	ReasonInstant:     "it isn't a time with a date, a clock and a zone, as 2026-12-01T10:00:00-06:00",
	ReasonCountry:     "it isn't a country code of two letters",
	ReasonOption:      "it isn't one of the words that the field has",
	ReasonQuote:       "a quote stands where CSV allows none",
	ReasonCells:       "the row has more cells than the header",
	ReasonColumn:      "the column isn't known, and its cells aren't read",
}

// String returns the reason as a sentence.
func (r Reason) String() string {
	if sentence, ok := reasons[r]; ok {
		return sentence
	}
	return string(r)
}
