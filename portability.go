package porting

import (
	"context"
	"strconv"
)

// PortabilityService checks whether numbers can be ported.
type PortabilityService struct{ client *Client }

// Check asks for each number whether it can be ported here. The numbers should be in
// E.164 form (+13125550100). One in another form is no error: its result says that it
// is invalid.
//
// Check returns all results that the server gives, in the server's order. Don't pair them
// with the numbers by position: that there is one result for each number, in the same
// order, isn't documented and isn't checked. A result's RawNumber is the number as it was
// sent. A number that no RawNumber equals has no result; nothing is known of it.
//
// A 422 for one number fails the whole check. How many numbers one check may have
// isn't documented.
//
//	POST /origination/porting/portability_checks: safe
//
// It is safe although it is a POST, because it changes nothing. The documented answer is
// an array of objects whose phone_numbers are results. A single such object and a plain
// array of results are read, too.
//
// https://developers.telnyx.com/api/v1/mission-control/run-portability-check
func (s *PortabilityService) Check(ctx context.Context, numbers ...string) ([]PortabilityResult, error) {
	notEmpty := func(number string) bool { return number != "" } // the API itself says which are not in E.164 form
	body, err := numbersBody(opPortabilityCheck, numbers, notEmpty, "is empty")
	if err != nil {
		return nil, err
	}
	var answer portabilityAnswer
	if _, err := s.client.call(ctx, &request{op: opPortabilityCheck, body: body}, &answer); err != nil {
		return nil, err
	}
	return answer, nil
}

// phoneNumbers is the body of a portability check and of a new draft.
type phoneNumbers struct {
	PhoneNumbers []phoneNumber `json:"phone_numbers"`
}

type phoneNumber struct {
	PhoneNumber string `json:"phone_number"`
}

// numbersBody makes the body from the numbers; reason is the error's text for a number that
// isn't good.
func numbersBody(op *Operation, numbers []string, good func(number string) bool, reason string) (*phoneNumbers, error) {
	if len(numbers) == 0 {
		return nil, &ArgumentError{op.Name, "phone_numbers", "is empty"}
	}
	body := &phoneNumbers{make([]phoneNumber, len(numbers))}
	for i, n := range numbers {
		if !good(n) {
			return nil, &ArgumentError{op.Name, "phone_numbers." + strconv.Itoa(i) + ".phone_number", reason}
		}
		body.PhoneNumbers[i].PhoneNumber = n
	}
	return body, nil
}
