// Package intake reads phone numbers and end users from what people send: mails, tickets,
// spreadsheets saved as CSV. It needs no client and no network.
//
//	report, err := intake.Collect(intake.CSV(file, &intake.Options{Region: "US"}))
//	results, err := client.Portability.Check(ctx, report.E164()...)
//
// [Text] finds the numbers in any text, [CSV] reads a file with a header, and
// [ParseNumber] reads one number. The first two go through inputs of any size a row at a
// time; besides the row, they keep some 100 bytes for each number, to find duplicates.
// [Collect] makes a [Report] of all rows.
//
// # Accepted
//
// A number is accepted if the text says which one it is: with a plus and a country code;
// or as it is written or dialed in [Options.Region], if there is one. What is between the
// digits doesn't matter, be it blanks, points, dashes of any kind, brackets, or characters
// that nobody sees; nor do full-width digits, tel: links, extensions and a spreadsheet's
// marks for a text. Vanity letters and ranges are options.
//
// Numbers with +1 must have the form of the North American Numbering Plan, others a length
// that their country has. National formats must be valid in the region by the metadata of
// [github.com/nyaruka/phonenumbers]; those age, so a number in a new range may have to be
// written with its country code.
//
// # Rejected
//
// Nothing is guessed. A number that a spreadsheet has mangled (1.31255E+10, a lost plus, a
// lost leading zero) is rejected even where only one number would fit, and so is all
// else that isn't clear. A [Rejection] has the line, the column, the [Reason] and the text
// itself. A number that comes twice, perhaps in other spellings, is a [Duplicate]
// with both places.
//
// # Privacy
//
// What people send is personal data. The text of a rejection is in a field of type
// [porting.Secret], which prints, logs and marshals as [redacted]: Reveal shows it. No
// error of this package has any of it.
package intake
