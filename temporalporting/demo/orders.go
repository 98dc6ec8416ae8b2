package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// orders is a source of invented orders: "order-7" is that of the number with the ending 07 of
// the first area code. A real one is a database.
type orders struct{}

var areaCodes = []string{"206", "312", "415", "512", "617", "702", "808", "919"}

// orderKey is the key of an order of a number: an ending, and the place of an area code.
func orderKey(areaCode, ending int) string { return fmt.Sprintf("order-%d-%d", areaCode, ending) }

func (orders) number(key string) (string, error) {
	var areaCode, ending int
	if _, err := fmt.Sscanf(key, "order-%d-%d", &areaCode, &ending); err != nil || areaCode < 0 || areaCode >= len(areaCodes) {
		return "", fmt.Errorf("no order %q", key)
	}
	return fmt.Sprintf("+1%s55501%02d", areaCodes[areaCode], ending), nil
}

// Set returns an order.
func (o orders) Set(_ context.Context, key string) (*drafts.Set, error) {
	number, err := o.number(key)
	if err != nil {
		return nil, err
	}
	return &drafts.Set{
		Numbers: []string{number},
		Profiles: drafts.Profiles{Default: enduser.Profile{
			PersonOrCompanyName: "Quince Bakery", AuthPersonName: "Ada Lovejoy", BillingPhoneNumber: number,
			StreetAddress: "1 Marmalade Street", Locality: "Chicago", AdministrativeArea: "IL", PostalCode: "60601", CountryCode: "US",
			DefaultConnectionID: "1293384261075731499", DefaultMessageProfileID: "40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11",
			PortingOption: porting.PortingOption{Type: porting.PortingOptionTypeFull},
			PINPasscode:   "8830-pin", AccountNumber: "ACC-20451",
		}},
		FOC: &drafts.Wish{},
		Documents: []drafts.File{
			{Type: porting.DocumentTypeLOA, Path: key + "-loa.pdf"}, {Type: porting.DocumentTypeInvoice, Path: key + "-invoice.pdf"},
		},
	}, nil
}

// Fix returns what resolves an exception.
func (orders) Fix(context.Context, string, porting.SubRequestID) (exceptions.Fix, error) {
	return exceptions.Fix{Profile: enduser.Profile{PostalCode: "60602"}, Comment: "The postal code is corrected."}, nil
}

// Open opens a document.
func (orders) Open(_ context.Context, path string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("%PDF-1.7 " + path)), nil
}
