package intake_test

import (
	"fmt"
	"strings"

	"github.com/numberporting/porting/workflow/intake"
)

// The numbers of a mail.
func ExampleText() {
	mail := `Hello,
please port (312) 555-0100 and 312.555.0101 ext. 12, and these:
- +1 312 555 0102
- 1.31255E+10
- +1-312-555-0100
Our office is in London: +44 (0)20 7946 0018`

	for row, err := range intake.Text(strings.NewReader(mail), &intake.Options{Region: "US"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, n := range row.Numbers {
			fmt.Println(n)
		}
		for _, d := range row.Duplicates {
			fmt.Println("duplicate:", d)
		}
		for _, r := range row.Rejected {
			fmt.Println("rejected: ", r)
		}
	}
	// Output:
	// +13125550100
	// +13125550101
	// +13125550102
	// rejected:  line 4, column 3: a spreadsheet made it a floating-point number; its digits may be lost
	// duplicate: line 5, column 3: the number of line 2, column 13
	// +442079460018
}

// A spreadsheet with an end user in each row.
func ExampleCSV() {
	file := `Phone Number;Company;BTN;Street;City;State;ZIP;Country;Account #;PIN
(617) 555-0100;Example Bakery;617-555-0100;1 Main Street;Boston;MA;02134;US;0017;0042
(617) 555-0101;Example Bakery;617-555-0100;1 Main Street;Boston;MA;02134;US;0017;0042
(312) 555-0100;Example Florist;312-555-0100;2 Main Street;Chicago;IL;60601;US;1.2E+11;
`
	report, err := intake.Collect(intake.CSV(strings.NewReader(file), &intake.Options{Region: "US"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	for user, numbers := range report.ByProfile() {
		fmt.Println(user.PersonOrCompanyName, user.PostalCode, user.AccountNumber, numbers)
	}
	fmt.Println(report.Rejected)
	// Output:
	// Example Bakery 02134 [redacted] [+16175550100 +16175550101]
	// Example Florist 60601  [+13125550100]
	// [line 4, column 79 (account_number): a spreadsheet made it a floating-point number; its digits may be lost]
}

// A file whose columns have other names, with ranges of numbers.
func ExampleOptions() {
	file := "Rufnummer;Ort;Notiz\n+49 30 1234500 bis 4599;Berlin;\n+49 30 1234600 to 4601;Berlin;eilig\n"
	report, err := intake.Collect(intake.CSV(strings.NewReader(file), &intake.Options{
		Ranges:  100,
		Columns: map[string]string{"Rufnummer": "phone_number", "Ort": "locality", "Notiz": ""},
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.E164())
	for _, r := range report.Rejected {
		fmt.Printf("%q: %v\n", r.Raw.Reveal(), r.Reason)
	}
	// Output:
	// [+49301234600 +49301234601]
	// "+49 30 1234500 bis 4599": it has letters
}

func ExampleParseNumber() {
	n, err := intake.ParseNumber("tel:+1-312-555-0100;ext=12", nil)
	fmt.Println(n, n.Extension, err)

	_, err = intake.ParseNumber("(312) 555-0100", nil)
	fmt.Println(err)
	// Output:
	// +13125550100 12 <nil>
	// intake: not accepted as a number: it has no country code, and there is no default region
}
