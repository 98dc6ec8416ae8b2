package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// How much there is of everything.
const (
	smallNumbers = 11     // of the small port request: 4 KB
	largeNumbers = 10_000 // of the large one: 2.4 MB
	pageCount    = 50
	perPage      = 100
	checked      = 1000 // numbers in a portability check
)

// payloads are the bodies of all answers, made once.
type payloads struct {
	small, large, check []byte
	pages               [][]byte
}

func newPayloads() *payloads {
	p := &payloads{
		small: encode(newPortRequest("small", smallNumbers, 1)),
		large: encode(newPortRequest("large", largeNumbers, 1)),
		check: encode(newCheckAnswer()),
	}
	for n := range pageCount {
		page := make([]portRequest, perPage)
		for i := range page {
			page[i] = newPortRequest(uuid(n*perPage+i), 2, 0)
		}
		p.pages = append(p.pages, encode(page))
	}
	return p
}

// wrapped returns the same bodies, each as the member "items" of an object: what a
// library needs that can't read an array.
func (p *payloads) wrapped() *payloads {
	w := &payloads{small: wrap(p.small), large: wrap(p.large), check: wrap(p.check)}
	for _, page := range p.pages {
		w.pages = append(w.pages, wrap(page))
	}
	return w
}

func wrap(body []byte) []byte { return fmt.Appendf(nil, `{"items":%s}`, body) }

// body returns the answer to a request for u; nil: there is none.
func (p *payloads) body(u *url.URL) []byte {
	switch {
	case strings.HasSuffix(u.Path, "/port_requests/small"):
		return p.small
	case strings.HasSuffix(u.Path, "/port_requests/large"):
		return p.large
	case strings.HasSuffix(u.Path, "/portability_checks"):
		return p.check
	case strings.HasSuffix(u.Path, "/port_requests"):
		if n, err := strconv.Atoi(u.Query().Get("page")); err == nil && n >= 1 && n <= pageCount {
			return p.pages[n-1]
		}
	}
	return nil
}

// answerHeader is the header of every answer.
var answerHeader = http.Header{
	"Content-Type": {"application/json"},
	"Total":        {strconv.Itoa(pageCount * perPage)},
	"Total-Pages":  {strconv.Itoa(pageCount)},
}

// numbersToCheck are the numbers of a portability check.
func numbersToCheck() []string {
	numbers := make([]string, checked)
	for i := range numbers {
		numbers[i] = number(i)
	}
	return numbers
}

var (
	carriers = []string{
		"Level 3 Communications", "Verizon Wireless", "AT&T Mobility", "Bandwidth.com CLEC", "Peerless Network",
		"Comcast Phone", "Onvoy Spectrum", "T-Mobile USA",
	}
	statuses = []string{"in-process", "submitted", "foc-date-confirmed", "exception"}
	day      = time.Date(2024, 3, 1, 10, 0, 0, 0, time.UTC)
)

func number(i int) string { return fmt.Sprintf("+1312%07d", 5550000+i) }

func uuid(i int) string { return fmt.Sprintf("%08x-cbe5-4de4-b765-%012x", i*0x10001, i) }

func newPortRequest(id string, numbers, subRequests int) portRequest {
	r := portRequest{
		ID:         id,
		SupportKey: "pr_" + id[:5],
		CreatedAt:  day,
		UpdatedAt:  day.Add(26 * time.Hour),
		PhoneNumberCountsByStatus: []statusCount{
			{statuses[0], numbers - numbers/2},
			{statuses[1], numbers / 2},
		},
	}
	for i := range numbers {
		sub := i / 500 // numbers in a sub request
		r.PhoneNumbers = append(r.PhoneNumbers, phoneNumber{
			PhoneNumber:       number(i),
			SvType:            strconv.Itoa(i % 3),
			CarrierName:       carriers[i%len(carriers)],
			CoverageCategory:  "nanp_generic",
			SubRequestID:      uuid(sub),
			SubRequestStatus:  statuses[sub%len(statuses)],
			PortabilityStatus: "confirmed",
		})
	}
	for i := range subRequests {
		r.SubRequests = append(r.SubRequests, newSubRequest(i, numbers))
	}
	return r
}

func newSubRequest(i, numbers int) subRequest {
	return subRequest{
		ID:                      uuid(i),
		FOCDate:                 day.Add(14 * 24 * time.Hour),
		Status:                  statuses[i%len(statuses)],
		SupportKey:              "sr_10b316",
		PhoneNumberCount:        numbers,
		UnderlyingCarrierNames:  carriers[:2],
		FOCDateRequestedByUser:  day.Add(13 * 24 * time.Hour),
		PersonOrCompanyName:     "Example Dental Practice LLC",
		AuthPersonName:          "Jordan Example",
		BillingPhoneNumber:      number(0),
		StreetAddress:           "311 West Superior Street",
		ExtendedAddress:         "Suite 504",
		Locality:                "Chicago",
		AdministrativeArea:      "IL",
		PostalCode:              "60654",
		CountryCode:             "US",
		CreatedAt:               day,
		UpdatedAt:               day.Add(time.Hour),
		DefaultConnectionID:     "1293384261075731499",
		DefaultMessageProfileID: uuid(77),
		PortingOption:           &portingOption{"partial", "keep", number(1)},
		PINPasscode:             "4711",
		AccountNumber:           "A-100-200-300",
		Description:             "Main office and the two branches",
	}
}

func newCheckAnswer() checkAnswer {
	answer := make(checkAnswer, 1)
	for i, n := range numbersToCheck() {
		r := checkResult{
			RawNumber:         n,
			E164Number:        n,
			Portable:          i%8 != 0,
			PortabilityStatus: "confirmed",
			CarrierName:       carriers[i%len(carriers)],
			CoverageCategory:  "nanp_generic",
		}
		if !r.Portable {
			r.NonPortableReason = "already_being_ported"
		}
		answer[0].PhoneNumbers = append(answer[0].PhoneNumbers, r)
	}
	return answer
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // the models above have nothing that JSON hasn't
	}
	return data
}
