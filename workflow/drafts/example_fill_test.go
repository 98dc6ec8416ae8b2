package drafts_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/intake"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

func ExampleSplitDraft() {
	draft := &porting.DraftPortRequest{
		PhoneNumbers: []porting.DraftPortRequestPhoneNumber{
			{PhoneNumber: "+13125550100", SubRequestID: "one", CarrierName: "Quillback Telephone", CoverageCategory: "nanp_generic", SvType: "0"},
			{PhoneNumber: "+13125550160", SubRequestID: "two", CarrierName: "Tumbleweed Wireless", CoverageCategory: "nanp_generic", SvType: "1"},
			{PhoneNumber: "+13125550101", CoverageCategory: "nanp_generic"},
		},
		SubRequests: []porting.DraftSubRequest{{ID: "one", Complete: true}, {ID: "two"}},
	}
	split := drafts.SplitDraft(draft)
	fmt.Println(split)
	fmt.Println(split.In("one"), split.In(""))
	fmt.Print(split.String())
	// Output:
	// sub requests: 2, numbers in them: 2, in none: 1
	// [+13125550100] [+13125550101]
	// NUMBER        SUB REQUEST  CARRIER              CATEGORY      SERVICE   STATUS
	// +13125550100  one          Quillback Telephone  nanp_generic  wireline  complete
	// +13125550160  two          Tumbleweed Wireless  nanp_generic  wireless  incomplete
	// +13125550101  -            -                    nanp_generic  -         unassigned
}

func ExampleFill() {
	server := portingtest.NewServer() // or the real API
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	draft, err := client.Drafts.Create(ctx, "+13125550100", "+13125550160")
	if err != nil {
		fmt.Println(err)
		return
	}

	var profiles drafts.Profiles
	err = json.Unmarshal([]byte(`{
		"default": {
			"foc_date_requested_by_user": "2026-03-05T10:00:00-06:00",
			"auth_person_name": "Ada Example",
			"billing_phone_number": "+13125550100",
			"street_address": "1 Main Street",
			"locality": "Chicago",
			"administrative_area": "IL",
			"postal_code": "60601",
			"country_code": "US",
			"default_connection_id": "1293384261075731499"
		},
		"carriers": {"Tumbleweed Wireless": {"pin_passcode": "0042"}}
	}`), &profiles)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 { // the second time, nothing is left to do
		filled, err := drafts.Fill(ctx, client, draft.ID, profiles)
		for _, f := range filled {
			fmt.Print(f.SubRequest.UnderlyingCarrierNames, " complete: ", f.SubRequest.Complete, "; ")
		}
		fmt.Println(err, server.Count("Drafts.UpdateSubRequest"), "updates")
	}
	// Output:
	// [Quillback Telephone] complete: true; [Tumbleweed Wireless] complete: true; <nil> 2 updates
	// [Quillback Telephone] complete: true; [Tumbleweed Wireless] complete: true; <nil> 2 updates
}

// A server can accept a value and not take it.
func ExampleFill_notTaken() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	draft, err := client.Drafts.Create(ctx, "+13125550100")
	if err != nil {
		fmt.Println(err)
		return
	}
	server.Inject(portingtest.Fault{ // an answer of 200, and nothing is done
		Operation: "Drafts.UpdateSubRequest",
		Effect:    portingtest.Respond(200, `{"id": "sub"}`),
	})
	profiles := drafts.Profiles{Default: enduser.Profile{Locality: "Chicago", PostalCode: "60601", PINPasscode: "0042"}}
	filled, err := drafts.Fill(ctx, client, draft.ID, profiles)
	fmt.Println("an error:", err != nil)
	fmt.Println("not taken:", filled[0].NotTaken)
	fmt.Println("not shown:", filled[0].Unverified)
	// Output:
	// an error: true
	// not taken: [locality postal_code]
	// not shown: [pin_passcode]
}

// A CSV file has the numbers and where they are used. The split tells which sub requests
// that is for.
func ExampleProfiles_csv() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	const file = "Number;City;ZIP;PIN\n" +
		"+13125550100;Chicago;60601;\n" +
		"+12065550160;Seattle;98101;0042\n"
	read, err := intake.Collect(intake.CSV(strings.NewReader(file), nil))
	if err != nil {
		fmt.Println(err)
		return
	}
	created, err := client.Drafts.Create(ctx, read.Numbers[0].E164, read.Numbers[1].E164)
	if err != nil {
		fmt.Println(err)
		return
	}

	split := drafts.SplitDraft(created)
	profiles := drafts.Profiles{
		Default:     enduser.Profile{CountryCode: "US"},
		SubRequests: map[porting.SubRequestID]enduser.Profile{},
	}
	for _, number := range read.Numbers {
		if row, ok := split.Of(number.E164); ok {
			profiles.SubRequests[row.SubRequest] = *number.Profile
		}
	}
	filled, err := drafts.Fill(ctx, client, created.ID, profiles)
	for _, f := range filled {
		fmt.Println(f.SubRequest.Locality, f.SubRequest.PostalCode, f.SubRequest.CountryCode)
	}
	fmt.Println(err)
	// Output:
	// Chicago 60601 US
	// Seattle 98101 US
	// <nil>
}

func ExampleDiff() {
	is := &porting.DraftSubRequest{Locality: "Chicago", PostalCode: "60601", AccountNumber: "EX-100"}
	should := enduser.Profile{Locality: "Chicago", PostalCode: "60602"}
	update := drafts.Diff(is, should)
	fmt.Println(update.Locality, update.PostalCode, update.AccountNumber)
	// Output: unset 60602 unset
}

// After an exception, the postal code is corrected.
func ExampleCorrect() {
	server := portingtest.NewServer()
	defer server.Close()
	portRequest, subs := server.AddPortRequest("+12065550100")
	server.Move(subs[0], porting.SubRequestStatusException)

	got, err := drafts.Correct(context.Background(), server.Client(), portRequest, subs[0], enduser.Profile{PostalCode: "98102"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(got.SubRequest.PostalCode, got.SubRequest.Status, got.NotTaken)
	fmt.Println("sent as well:", got.Update.Locality, got.Update.AuthPersonName)
	// Output:
	// 98102 submitted []
	// sent as well: Seattle Ada Example
}

func ExamplePreflight() {
	server := portingtest.NewServer()
	defer server.Close()
	client, ctx := server.Client(), context.Background()
	draft, subs := server.AddDraft("+13125550100")
	if _, err := client.Drafts.UpdateSubRequest(ctx, draft, subs[0], porting.DraftSubRequestUpdate{
		Locality:           porting.Set(""),
		AdministrativeArea: porting.Set("Illinois"),
	}); err != nil {
		fmt.Println(err)
		return
	}

	report, err := drafts.Preflight(ctx, client, draft, &drafts.PreflightOptions{Now: server.Now})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, problem := range report.Problems {
		fmt.Println(problem.Severity, problem.Path, problem.Hint)
	}
	fmt.Println("errors:", len(report.Errors()))
	// Output:
	// error locality must be filled in before the draft is submitted
	// warning administrative_area is not a state or province of two letters
	// warning default_message_profile_id should be given: newer pages of the vendor's reference require it
	// errors: 1
}
