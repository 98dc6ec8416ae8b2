package enduser_test

import (
	"encoding/json"
	"fmt"

	"github.com/numberporting/porting/workflow/intake/enduser"
)

// A profile from JSON, for any number of sub requests.
func ExampleProfile_Update() {
	var profile enduser.Profile
	err := json.Unmarshal([]byte(`{
		"person_or_company_name": "Example Bakery",
		"postal_code": "02134",
		"pin_passcode": "0042"
	}`), &profile)
	if err != nil {
		fmt.Println(err)
		return
	}
	update := profile.Update() // for Drafts.UpdateSubRequest
	fmt.Println(update.PersonOrCompanyName, update.PostalCode, update.PINPasscode, update.Locality)
	// Output: Example Bakery 02134 [redacted] unset
}
