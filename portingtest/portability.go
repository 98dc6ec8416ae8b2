package portingtest

import (
	"encoding/json"
	"strconv"
)

// checkPortability is POST portability_checks.
func (b *sandbox) checkPortability(r *request) (any, error) {
	numbers, err := readNumbers(r.body)
	if err != nil {
		return nil, err
	}
	results := make([]portabilityResult, len(numbers))
	for i, raw := range numbers {
		f := b.factsOf(raw)
		results[i] = portabilityResult{
			RawNumber:         raw,
			Portable:          f.Reason == "",
			PortabilityStatus: orNull(f.Portability),
			CarrierName:       orNull(f.Carrier),
			CoverageCategory:  f.Category,
			NonPortableReason: orNull(f.Reason),
		}
		if e164.MatchString(raw) {
			results[i].E164Number = &numbers[i]
		}
	}
	return []portabilityAnswer{{PhoneNumbers: results}}, nil
}

// readNumbers gives the numbers of the one body that names some:
// {"phone_numbers":[{"phone_number":"+1…"}]}.
func readNumbers(body json.RawMessage) ([]string, error) {
	var bad problems
	fields := readObject(body, "", []string{"phone_numbers"}, &bad)
	list, ok := fields["phone_numbers"]
	if !ok {
		bad.add("/phone_numbers", "required", "is missing")
		return nil, bad.err()
	}
	elements := readArray(list, "/phone_numbers", &bad)
	numbers := make([]string, len(elements))
	for i, element := range elements {
		pointer := numberPointer(i)
		fields := readObject(element, pointer, []string{"phone_number"}, &bad)
		if value, ok := fields["phone_number"]; ok {
			numbers[i] = readString(value, pointer+"/phone_number", &bad)
		} else if fields != nil {
			bad.add(pointer+"/phone_number", "required", "is missing")
		}
	}
	return numbers, bad.err()
}

func numberPointer(i int) string { return "/phone_numbers/" + strconv.Itoa(i) }

// factsOf gives what is true of a number now.
func (b *sandbox) factsOf(number string) facts {
	f := lookUp(number)
	if f.Portability == pendingPortability {
		if _, seen := b.FirstSeen[number]; !seen {
			b.FirstSeen[number] = b.Clock
		}
		f.Portability = b.portability(number, f)
	}
	if reason, taken := b.Taken[number]; taken {
		f.Portability, f.Reason = "", reason
	}
	return f
}

// portability gives the portability status that a number has by now.
func (b *sandbox) portability(number string, f facts) string {
	seen, waiting := b.FirstSeen[number]
	if f.Portability == pendingPortability && waiting && !b.Clock.Before(seen.Add(b.config.timings.Pending)) {
		return confirmedPortability
	}
	return f.Portability
}
