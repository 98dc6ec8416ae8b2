package portingtest

import (
	"fmt"
	"net/http"
	"strconv"
)

// checkPortability is POST portability_checks.
func (b *sandbox) checkPortability(r *request) (any, error) {
	numbers, err := readNumbers(r)
	if err != nil {
		return nil, err
	}
	if limit := b.Settings.CheckLimit; limit.Most > 0 && len(numbers) > limit.Most {
		return nil, &statusError{Status: limit.Status, Fair: true, Message: fmt.Sprintf("%s: phone_numbers are %d, and a check takes %d at most",
			http.StatusText(limit.Status), len(numbers), limit.Most)}
	}
	results := make([]portabilityResult, len(numbers))
	for i, raw := range numbers {
		f := b.fateOf(raw)
		results[i] = portabilityResult{
			RawNumber:         raw,
			Portable:          f.NonPortableReason == "",
			PortabilityStatus: orNull(&f.PortabilityStatus),
			CarrierName:       orNull(&f.CarrierName),
			CoverageCategory:  f.CoverageCategory,
			NonPortableReason: orNull(&f.NonPortableReason),
		}
		if e164.MatchString(raw) {
			results[i].E164Number = &numbers[i]
		}
	}
	return []portabilityAnswer{{PhoneNumbers: results}}, nil
}

// readNumbers gives the numbers of the one body that names some:
// {"phone_numbers":[{"phone_number":"+1…"}]}.
func readNumbers(r *request) ([]string, error) {
	bad := r.problems()
	fields := readObject(r.body, "", []string{"phone_numbers"}, &bad)
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

// fateOf gives what is true of a number now.
func (b *sandbox) fateOf(number string) Fate {
	f := lookUp(number, b.Settings.Fates)
	if f.PortabilityStatus == pendingPortability {
		if _, seen := b.FirstSeen[number]; !seen {
			b.FirstSeen[number] = b.Clock
		}
		f.PortabilityStatus = b.portability(number, &f)
	}
	if reason, taken := b.Taken[number]; taken {
		f.PortabilityStatus, f.NonPortableReason = "", reason
	}
	return f
}

// portability gives the portability status that a number has by now.
func (b *sandbox) portability(number string, f *Fate) string {
	if f.PortabilityStatus != pendingPortability {
		return f.PortabilityStatus
	}
	seen, waiting := b.FirstSeen[number]
	if waiting && !b.Clock.Before(seen.Add(b.Settings.Timings.Pending)) {
		return confirmedPortability
	}
	return pendingPortability
}
