package export

import (
	"slices"
	"strconv"
	"strings"

	"github.com/numberporting/porting"
)

// Options say what is written. Nil options are the zero ones.
type Options struct {
	// Columns are the columns, in order, by their keys: those that [Columns] lists. If it is
	// empty, CSV and JSON lines have all, and Markdown those that fit a page.
	Columns []string

	// ByteOrderMark writes one before CSV, by which Excel knows that the file is UTF-8.
	ByteOrderMark bool

	// Comma separates the cells of CSV. At 0, it is a comma. Where a comma is the
	// decimal point, spreadsheets take a semicolon.
	Comma rune
}

// A column is a part of a row.
type column struct {
	key  string
	text func(*Row) string
	json func(*Row) any
}

// columns are all that there are, in order. The keys are the API's.
var columns = []column{
	textColumn("port_request_id", func(r *Row) string { return string(r.PortRequest) }),
	textColumn("support_key", func(r *Row) string { return r.SupportKey }),
	textColumn("sub_request_id", func(r *Row) string { return string(r.SubRequest) }),
	textColumn("status", func(r *Row) string { return string(r.Status) }),
	{"needs_action", func(r *Row) string { return strconv.FormatBool(r.NeedsAction) }, func(r *Row) any { return r.NeedsAction }},
	listColumn("phone_numbers", func(r *Row) []string { return r.PhoneNumbers }, " "),
	{"phone_number_count", func(r *Row) string { return strconv.Itoa(r.PhoneCount) }, func(r *Row) any { return r.PhoneCount }},
	listColumn("underlying_carrier_names", func(r *Row) []string { return r.Carriers }, ", "),
	timeColumn("foc_date_requested_by_user", func(r *Row) porting.Timestamp { return r.FOCRequested }),
	timeColumn("foc_date", func(r *Row) porting.Timestamp { return r.FOCConfirmed }),
	textColumn("person_or_company_name", func(r *Row) string { return r.Company }),
	textColumn("billing_phone_number", func(r *Row) string { return r.BillingNumber }),
	timeColumn("created_at", func(r *Row) porting.Timestamp { return r.CreatedAt }),
	timeColumn("updated_at", func(r *Row) porting.Timestamp { return r.UpdatedAt }),
}

// pageColumns are those that fit a page.
var pageColumns = []string{"support_key", "status", "phone_numbers", "underlying_carrier_names", "foc_date_requested_by_user", "foc_date"}

func textColumn(key string, of func(*Row) string) column {
	return column{key, of, func(r *Row) any { return of(r) }}
}

func listColumn(key string, of func(*Row) []string, between string) column {
	return column{key, func(r *Row) string { return strings.Join(of(r), between) }, func(r *Row) any {
		if list := of(r); list != nil {
			return list
		}
		return []string{}
	}}
}

// timeColumn has RFC 3339 in UTC, a date if the API gave no time of day, or nothing.
func timeColumn(key string, of func(*Row) porting.Timestamp) column {
	return column{key, func(r *Row) string {
		text, _ := of(r).MarshalText() // a Timestamp that was read can be written
		return string(text)
	}, func(r *Row) any { return of(r) }}
}

// Columns lists the keys of all columns, in order. They are the API's, but for needs_action.
func Columns() []string {
	keys := make([]string, len(columns))
	for i, c := range columns {
		keys[i] = c.key
	}
	return keys
}

// choose returns the columns that are asked for.
func choose(operation string, keys, otherwise []string) ([]column, error) {
	if len(keys) == 0 {
		keys = otherwise
	}
	chosen := make([]column, len(keys))
	for i, key := range keys {
		at := slices.IndexFunc(columns, func(c column) bool { return c.key == key })
		if at < 0 {
			return nil, &porting.ArgumentError{Operation: operation, Field: "columns." + strconv.Itoa(i), Reason: "is none of those that export.Columns lists"}
		}
		chosen[i] = columns[at]
	}
	return chosen, nil
}
