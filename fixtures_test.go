package porting_test

import "github.com/numberporting/porting"

// The ids in testdata.
const (
	portID     = "59b0762a-b274-4f76-ac32-4d5cf0272e66"
	subID      = "9787fb5f-cbe5-4de4-b765-3303774ee9fe"
	draftID    = "0d8f1a52-6a0e-4d2b-9f0c-7f1f4c3f5b11"
	draftSubID = "4f6f0a6c-1f1e-47c3-8d54-0c0f2f0d3a22"
	documentID = "e3b0c442-98fc-4c14-9afb-f4c8996fb944"
)

// An enum turns a documented value into the one that a file of testdata has.
type enum func(documented string) string

func known(documented string) string { return documented }
func unheard(string) string          { return "unheard-of" }

// What follows are the objects of testdata as Go values, field by field.

func wantChecks(e enum) any {
	return []porting.PortabilityResult{{
		RawNumber:         "+13125550100",
		E164Number:        "+13125550100",
		Portable:          false,
		PortabilityStatus: porting.PortabilityStatus(e("provisional")),
		CarrierName:       "Lakeside Telephone",
		CoverageCategory:  porting.CoverageCategory(e("nanp_generic")),
		NonPortableReason: porting.NonPortableReason(e("already_being_ported")),
	}, {
		RawNumber:         "+18005550199",
		E164Number:        "+18005550199",
		Portable:          true,
		PortabilityStatus: porting.PortabilityStatus(e("confirmed")),
		CarrierName:       "Prairie Wireless",
		CoverageCategory:  porting.CoverageCategory(e("nanp_toll_free")),
		NonPortableReason: porting.NonPortableReason(e("telnyx_number")),
	}}
}

func portRequest(e enum) porting.PortRequest {
	return porting.PortRequest{
		ID:           portID,
		PhoneNumbers: []porting.PortRequestPhoneNumber{portNumber(e)},
		SupportKey:   "pr_4bec1a",
		CreatedAt:    utc("2024-02-28T09:15:42.123Z"),
		UpdatedAt:    utc("2024-03-01T10:02:03Z"),
		PhoneNumberCountsByStatus: []porting.PhoneNumberCount{
			{Status: porting.SubRequestStatus(e("foc-date-confirmed")), Count: 1},
			{Status: porting.SubRequestStatus(e("unassigned")), Count: 2},
		},
		SubRequests: []porting.SubRequest{subRequest(e)},
	}
}

func portNumber(e enum) porting.PortRequestPhoneNumber {
	return porting.PortRequestPhoneNumber{
		PhoneNumber:       "+13125550100",
		SvType:            porting.ServiceType(e("1")),
		CarrierName:       "Lakeside Telephone",
		CoverageCategory:  porting.CoverageCategory(e("nanp_generic")),
		SubRequestID:      subID,
		SubRequestStatus:  porting.SubRequestStatus(e("foc-date-confirmed")),
		PortabilityStatus: porting.PortabilityStatus(e("confirmed")),
	}
}

func subRequest(e enum) porting.SubRequest {
	return porting.SubRequest{
		ID:                      subID,
		PhoneNumbers:            []porting.PortRequestPhoneNumber{portNumber(e)},
		FOCDate:                 utc("2024-03-14T16:30:00Z"),
		Status:                  porting.SubRequestStatus(e("foc-date-confirmed")),
		SupportKey:              "sr_10b316",
		PhoneNumberCount:        1,
		UnderlyingCarrierNames:  []string{"Lakeside Telephone", "Prairie Wireless"},
		FOCDateRequestedByUser:  utc("2024-03-14T15:00:00Z"),
		PersonOrCompanyName:     "Example Bakery",
		AuthPersonName:          "Ada Example",
		BillingPhoneNumber:      "+13125550100",
		StreetAddress:           "311 W Superior St",
		ExtendedAddress:         "Suite 504",
		Locality:                "Chicago",
		AdministrativeArea:      "IL",
		PostalCode:              "60654",
		CountryCode:             "US",
		CreatedAt:               utc("2024-02-28T09:15:42.123Z"),
		UpdatedAt:               utc("2024-03-01T10:02:03Z"),
		DefaultConnectionID:     "1293384261075731499",
		DefaultMessageProfileID: "40017be3-2f5c-4b8f-9a2b-66cc1f5d3b01",
		PortingOption:           portingOption(e),
		PINPasscode:             "731946",
		AccountNumber:           "AC-5550-8812",
		Description:             "Head office",
		TaxIdentifier:           "IE6388047V",
		BusinessIdentifier:      "IE-482911",
		CustomerRating:          new(5),
		CustomerRatingComment:   "Quick and quiet",
	}
}

func portingOption(e enum) *porting.PortingOption {
	return &porting.PortingOption{
		Type:                   porting.PortingOptionType(e("partial")),
		RemainingNumbersAction: porting.RemainingNumbersAction(e("keep")),
		NewBillingPhoneNumber:  "+13125550177",
	}
}

func draftPortRequest(e enum) porting.DraftPortRequest {
	return porting.DraftPortRequest{
		ID:               draftID,
		CreatedAt:        utc("2024-02-27T08:00:00Z"),
		Status:           porting.DraftStatus(e("submitted")),
		PhoneNumberCount: 1,
		PhoneNumbers:     []porting.DraftPortRequestPhoneNumber{draftNumber(e)},
		SubRequests:      []porting.DraftSubRequest{draftSubRequest(e)},
		PortRequestID:    portID,
	}
}

func draftNumber(e enum) porting.DraftPortRequestPhoneNumber {
	return porting.DraftPortRequestPhoneNumber{
		PhoneNumber:       "+13125550100",
		SvType:            porting.ServiceType(e("2")),
		CarrierName:       "Lakeside Telephone",
		CoverageCategory:  porting.CoverageCategory(e("nanp_toll_free")),
		SubRequestID:      draftSubID,
		PortabilityStatus: porting.PortabilityStatus(e("pending")),
	}
}

func draftSubRequest(e enum) porting.DraftSubRequest {
	return porting.DraftSubRequest{
		ID:                      draftSubID,
		Complete:                true,
		PhoneNumbers:            []porting.DraftPortRequestPhoneNumber{draftNumber(e)},
		FOCDateRequestedByUser:  utc("2024-03-14T15:00:00Z"),
		PhoneNumberCount:        1,
		UnderlyingCarrierNames:  []string{"Lakeside Telephone"},
		PersonOrCompanyName:     "Example Bakery",
		AuthPersonName:          "Ada Example",
		BillingPhoneNumber:      "+13125550100",
		StreetAddress:           "311 W Superior St",
		ExtendedAddress:         "Suite 504",
		Locality:                "Chicago",
		AdministrativeArea:      "IL",
		PostalCode:              "60654",
		CountryCode:             "US",
		CreatedAt:               day("2024-02-27"),
		DefaultConnectionID:     "1293384261075731499",
		DefaultMessageProfileID: "40017be3-2f5c-4b8f-9a2b-66cc1f5d3b01",
		PortingOption:           portingOption(e),
		PINPasscode:             "731946",
		AccountNumber:           "AC-5550-8812",
		Description:             "Head office",
		TaxIdentifier:           "IE6388047V",
		BusinessIdentifier:      "IE-482911",
	}
}

func wantWindows(enum) any {
	return []porting.FOCWindow{
		{Start: utc("2024-03-14T15:00:00Z"), End: utc("2024-03-14T23:00:00Z")},
		{Start: utc("2024-03-15T15:00:00Z"), End: utc("2024-03-15T23:00:00Z")},
	}
}

func comment() porting.Comment {
	return porting.Comment{
		ID:           "7c1e9d38-52d0-4b0e-a1c4-5b7f9c2f8e33",
		Body:         "The losing carrier asks for the PIN.",
		SubRequestID: subID,
		UserID:       "b7a4f0c1-3d5e-4f6a-8b9c-0d1e2f3a4b55",
		CreatedAt:    utc("2024-03-01T10:00:00Z"),
	}
}

func document(e enum) porting.SupportingDocument {
	return porting.SupportingDocument{
		ID:           documentID,
		Body:         storageKey,
		DocumentType: porting.DocumentType(e("loa")),
		CreatedAt:    utc("2024-02-27T08:05:00Z"),
	}
}

// Where the file in testdata/upload_requests_create.json is to be sent.
const (
	storageURL = "https://files.example.com/bucket"
	storageKey = "direct-uploads/6a1f/loa.pdf"
)

func wantLink(enum) any {
	return porting.DownloadLink{URL: "https://files.example.com/loa.pdf?signature=c2lnbmVk"}
}

// one and listOf make a want of a model.
func one[T any](model func(enum) T) func(enum) any {
	return func(e enum) any { return model(e) }
}

func listOf[T any](model func(enum) T) func(enum) any {
	return func(e enum) any { return []T{model(e)} }
}

func anyComment(enum) porting.Comment { return comment() }
