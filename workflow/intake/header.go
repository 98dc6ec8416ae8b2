package intake

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

const numberKey = "phone_number"

// A field is what a column fills, and the usual names of such a column, in the form that
// plainName gives them. The key is a name, too.
type field struct {
	key   string
	names string
	set   func(p *parser, to *enduser.Profile, cell string) Reason // nil for the number
}

var fields = []field{
	{numberKey, "phone number numbers telephone telephonenumber tel tn tns did dids ddi e164 e164number ptn wtn msisdn portednumber numbertoport", nil},
	{"foc_date_requested_by_user", "foc focdate requestedfoc requestedfocdate focrequested desiredduedate", setInstant},
	{"person_or_company_name", "company companyname business businessname customer customername enduser endusername entityname subscribername", text(func(p *enduser.Profile) *string { return &p.PersonOrCompanyName })},
	{"auth_person_name", "authperson authname authorizedperson authorisedperson authorizedpersonname authorizedname authorizeduser signer signatory", text(func(p *enduser.Profile) *string { return &p.AuthPersonName })},
	{"billing_phone_number", "btn billingnumber billingtelephonenumber billingtelephone billingtn", number(func(p *enduser.Profile) *string { return &p.BillingPhoneNumber })},
	{"street_address", "street address address1 addressline1 streetaddress1 serviceaddress billingaddress", text(func(p *enduser.Profile) *string { return &p.StreetAddress })},
	{"extended_address", "address2 addressline2 streetaddress2 suite unit apt apartment", text(func(p *enduser.Profile) *string { return &p.ExtendedAddress })},
	{"locality", "city town", text(func(p *enduser.Profile) *string { return &p.Locality })},
	{"administrative_area", "state stateprovince province", text(func(p *enduser.Profile) *string { return &p.AdministrativeArea })},
	{"postal_code", "postcode zip zipcode", identifier(func(p *enduser.Profile) *string { return &p.PostalCode })},
	{"country_code", "country countryiso isocountry", setCountry},
	{"default_connection_id", "connectionid connection sipconnection", identifier(func(p *enduser.Profile) *string { return &p.DefaultConnectionID })},
	{"default_message_profile_id", "messageprofileid messagingprofileid messagingprofile defaultmessagingprofileid", identifier(func(p *enduser.Profile) *string { return &p.DefaultMessageProfileID })},
	{"porting_option.type", "portingoption porttype", word(func(p *enduser.Profile) *porting.PortingOptionType { return &p.PortingOption.Type })},
	{"porting_option.remaining_numbers_action", "remainingnumbersaction remainingnumbers", word(func(p *enduser.Profile) *porting.RemainingNumbersAction {
		return &p.PortingOption.RemainingNumbersAction
	})},
	{"porting_option.new_billing_phone_number", "newbillingphonenumber newbillingtelephonenumber newbillingnumber newbtn", number(func(p *enduser.Profile) *string { return &p.PortingOption.NewBillingPhoneNumber })},
	{"pin_passcode", "pin passcode accountpin portpin portoutpin transferpin", identifier(func(p *enduser.Profile) *porting.Secret { return &p.PINPasscode })},
	{"account_number", "account accountno accountid acct acctnumber acctno ban billingaccountnumber", identifier(func(p *enduser.Profile) *porting.Secret { return &p.AccountNumber })},
	{"tax_identifier", "taxid vat vatid vatnumber", identifier(func(p *enduser.Profile) *porting.Secret { return &p.TaxIdentifier })},
	{"business_identifier", "businessid companyid companynumber registrationnumber", identifier(func(p *enduser.Profile) *porting.Secret { return &p.BusinessIdentifier })},
}

var (
	fieldOfKey  = map[string]*field{}
	fieldOfName = map[string]*field{}
)

func init() {
	for i := range fields {
		f := &fields[i]
		fieldOfKey[f.key] = f
		for _, name := range append(strings.Fields(f.names), plainName(f.key)) {
			fieldOfName[name] = f
		}
	}
}

// Keys returns the keys of what a column can hold: "phone_number", and those of
// [enduser.Profile] as the API has them, with a point between "porting_option" and its own.
func Keys() []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}

// plainName returns a column's name without case, blanks and signs.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// A HeaderError says why the first row of a CSV file can't be its header. It doesn't
// hold what stands there: in a file without a header, those are data.
type HeaderError struct {
	Key     string // what has no column, or several
	Columns []int  // the cells that name it, from 1
}

// Error names the field and the columns.
func (e *HeaderError) Error() string {
	switch {
	case e.Key == "":
		return "intake: the first row names no column that is known; Options.Columns can name more"
	case len(e.Columns) == 0:
		return "intake: the first row has no column for " + e.Key + "; Options.Columns can name one, and Text reads a list of numbers"
	}
	return fmt.Sprintf("intake: several columns are for %s: %v; Options.Columns can leave some out", e.Key, e.Columns)
}

// A header knows what each column fills: nil for one that isn't read.
type header struct {
	columns []*field
	number  int // the column of numbers, or -1
}

// of returns the column of a key, or -1.
func (h *header) of(key string) int {
	return slices.IndexFunc(h.columns, func(f *field) bool { return f != nil && f.key == key })
}

// readHeader finds out what each column holds. Columns that aren't known are in unknown.
func readHeader(cells []string, opts *Options) (h header, unknown []int, err error) {
	own := map[string]*field{}
	for name, key := range opts.Columns {
		f, known := fieldOfKey[key]
		if !known && key != "" {
			return header{}, nil, &OptionError{"Columns", fmt.Sprintf("has %q, which isn't a key; Keys lists them", key)}
		}
		own[plainName(name)] = f
	}
	h = header{columns: make([]*field, len(cells)), number: -1}
	of := map[string][]int{}
	for i, cell := range cells {
		name := plainName(cell)
		f, known := own[name]
		if !known {
			f, known = fieldOfName[name]
		}
		h.columns[i] = f
		switch {
		case f != nil:
			of[f.key] = append(of[f.key], i+1)
		case !known && name != "":
			unknown = append(unknown, i)
		}
	}
	for _, f := range fields { // in a fixed order
		if columns := of[f.key]; len(columns) > 1 {
			return header{}, nil, &HeaderError{f.key, columns}
		}
	}
	switch columns := of[numberKey]; {
	case len(of) == 0:
		return header{}, nil, &HeaderError{}
	case len(columns) == 1:
		h.number = columns[0] - 1
	case !opts.ProfilesOnly:
		return header{}, nil, &HeaderError{Key: numberKey}
	}
	return h, unknown, nil
}
