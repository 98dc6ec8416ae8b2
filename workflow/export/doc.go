// Package export writes the state of many ports as a table: CSV for spreadsheets, JSON lines
// for programs, Markdown for people.
//
//	all := client.PortRequests.All(ctx, &porting.PortRequestListOptions{
//		IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true),
//	})
//	n, err := export.CSV(file, export.BySubRequest(all), nil)   // a row for each sub request
//	n, err := export.JSONLines(file, export.ByNumber(all), nil) // or for each number
//
// Nothing is collected: a row is written as it comes, and only the port request that it
// is of is in memory. If a port request can't be read, the rows before are written, and the
// error is returned.
//
// # Spreadsheets
//
// A spreadsheet takes a cell that begins with =, +, - or @ for a formula. In CSV, such a sign
// gets an apostrophe before it, and so does a cell that begins with a tab or another character
// that is skipped. That is what marks a text there, so all digits of a phone number stay as they
// are: '+12065550100. Package intake reads such a cell as the number.
//
// Where a spreadsheet expects semicolons and the file has commas, or the reverse, it splits
// cells at its own separator, in spite of their quotes. So the sign gets its apostrophe
// within a text, too: behind a comma, a semicolon, a tab, a vertical bar and a line break, also
// with blanks or quotes between. Behind a blank alone it gets none: a spreadsheet splits at
// blanks only when it is told to, and a second number in a cell stays as it is.
//
// A program that reads the CSV finds these apostrophes in it. JSON lines and Markdown have the
// plain text.
//
// # Privacy
//
// A row has phone numbers and a name, and no PIN, account number, tax or business
// identifier. [Options].Columns leaves out what isn't wanted.
package export
