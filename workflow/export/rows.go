package export

import (
	"iter"
	"slices"

	"github.com/numberporting/porting"
)

// A Row is the state of a sub request, or of a number.
type Row struct {
	PortRequest   porting.PortRequestID    `json:"port_request_id"`
	SupportKey    string                   `json:"support_key"`    // of the sub request, or of the port request if there is none
	SubRequest    porting.SubRequestID     `json:"sub_request_id"` // empty for numbers that are in none
	Status        porting.SubRequestStatus `json:"status"`
	NeedsAction   bool                     `json:"needs_action"`               // it is the user's move
	PhoneNumbers  []string                 `json:"phone_numbers"`              // E.164; none if the port request was read without
	PhoneCount    int                      `json:"phone_number_count"`         // also if PhoneNumbers has none
	Carriers      []string                 `json:"underlying_carrier_names"`   // each once
	FOCRequested  porting.Timestamp        `json:"foc_date_requested_by_user"` // zero until it is asked for
	FOCConfirmed  porting.Timestamp        `json:"foc_date"`                   // zero until it is known
	Company       string                   `json:"person_or_company_name"`
	BillingNumber string                   `json:"billing_phone_number"`
	CreatedAt     porting.Timestamp        `json:"created_at"`
	UpdatedAt     porting.Timestamp        `json:"updated_at"`
}

// BySubRequest makes a row of each sub request, and one more of the numbers that are in none.
// The port requests must have been read with their sub requests: one without, though it has
// numbers, is a [*porting.ArgumentError] and ends the rows. An error of the port requests ends
// them as well.
func BySubRequest(requests iter.Seq2[*porting.PortRequest, error]) iter.Seq2[Row, error] {
	return rows(requests, func(r *porting.PortRequest, yield func(Row) bool) bool {
		for i := range r.SubRequests {
			if !yield(rowOf(r, &r.SubRequests[i], numbersOf(r, r.SubRequests[i].ID))) {
				return false
			}
		}
		unassigned := numbersOf(r, "")
		return len(unassigned) == 0 || yield(rowOf(r, nil, unassigned))
	})
}

// ByNumber makes a row of each number, in the order of the port request. The port requests
// must have been read with their numbers and their sub requests.
func ByNumber(requests iter.Seq2[*porting.PortRequest, error]) iter.Seq2[Row, error] {
	return rows(requests, func(r *porting.PortRequest, yield func(Row) bool) bool {
		subs := map[porting.SubRequestID]*porting.SubRequest{}
		for i := range r.SubRequests {
			subs[r.SubRequests[i].ID] = &r.SubRequests[i]
		}
		for i := range r.PhoneNumbers {
			number := &r.PhoneNumbers[i]
			row := rowOf(r, subs[number.SubRequestID], r.PhoneNumbers[i:i+1])
			row.SubRequest, row.PhoneCount = number.SubRequestID, 1
			if number.SubRequestStatus != "" {
				row.Status, row.NeedsAction = number.SubRequestStatus, number.SubRequestStatus.NeedsAction()
			}
			if !yield(row) {
				return false
			}
		}
		return true
	})
}

// rows makes rows of port requests.
func rows(requests iter.Seq2[*porting.PortRequest, error], split func(*porting.PortRequest, func(Row) bool) bool) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for r, err := range requests {
			switch {
			case err != nil:
				yield(Row{}, err)
				return
			case r.SubRequests == nil && (len(r.PhoneNumbers) > 0 || len(r.PhoneNumberCountsByStatus) > 0):
				yield(Row{}, &porting.ArgumentError{Operation: "export", Field: "sub_requests", Reason: "isn't in a port request: read them with IncludeSubRequests"})
				return
			case !split(r, func(row Row) bool { return yield(row, nil) }):
				return
			}
		}
	}
}

// numbersOf are the numbers of a sub request. A list may give them at the port request only,
// and a single object at the sub request only.
func numbersOf(r *porting.PortRequest, id porting.SubRequestID) []porting.PortRequestPhoneNumber {
	for i := range r.SubRequests {
		if sub := &r.SubRequests[i]; sub.ID == id && sub.PhoneNumbers != nil {
			return sub.PhoneNumbers
		}
	}
	var numbers []porting.PortRequestPhoneNumber
	for _, n := range r.PhoneNumbers {
		if n.SubRequestID == id {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// rowOf makes a row of numbers that are in a sub request, or in none.
func rowOf(r *porting.PortRequest, sub *porting.SubRequest, numbers []porting.PortRequestPhoneNumber) Row {
	row := Row{
		PortRequest: r.ID,
		SupportKey:  r.SupportKey,
		Status:      porting.SubRequestStatusUnassigned,
		PhoneCount:  len(numbers),
		CreatedAt:   r.CreatedAt,
		UpdatedAt:   r.UpdatedAt,
	}
	for _, n := range numbers {
		row.PhoneNumbers = append(row.PhoneNumbers, n.PhoneNumber)
		row.Carriers = appendOnce(row.Carriers, n.CarrierName)
	}
	if sub == nil {
		return row
	}
	if len(numbers) == 0 {
		row.PhoneCount = sub.PhoneNumberCount
		for _, name := range sub.UnderlyingCarrierNames {
			row.Carriers = appendOnce(row.Carriers, name)
		}
	}
	row.SubRequest, row.SupportKey = sub.ID, sub.SupportKey
	row.Status, row.NeedsAction = sub.Status, sub.Status.NeedsAction()
	row.FOCRequested, row.FOCConfirmed = sub.FOCDateRequestedByUser, sub.FOCDate
	row.Company, row.BillingNumber = sub.PersonOrCompanyName, sub.BillingPhoneNumber
	row.CreatedAt, row.UpdatedAt = sub.CreatedAt, sub.UpdatedAt
	return row
}

// appendOnce appends a name unless it is empty or there already.
func appendOnce(names []string, name string) []string {
	if name == "" || slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}
