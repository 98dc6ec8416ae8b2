package portingtest

import (
	"fmt"
	"net/http"
	"regexp"
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

// tollFree has the toll-free area codes.
var tollFree = map[string]bool{
	"800": true, "833": true, "844": true, "855": true, "866": true, "877": true, "888": true,
}

// deadAreas have the area codes, besides N11, in which no number can be ported, and
// why: those kept for toll-free numbers to come, and the one of premium rates.
var deadAreas = map[string]string{"822": invalidNumber, "880": invalidNumber, "900": noCoverage}

// areaCarriers serve the area codes: an area code has the carrier at its
// remainder.
var areaCarriers = []string{firstCarrier, secondCarrier, thirdCarrier}

var (
	e164      = regexp.MustCompile(`^\+[1-9]\d{1,14}$`)
	nanp      = regexp.MustCompile(`^\+1([2-9]\d{2})[2-9]\d{6}$`)
	fictional = regexp.MustCompile(`^\+1[2-9]\d{2}55501(\d{2})$`)
)

// lookUp gives the fate of a number: the one of its own, or its row of the
// catalogue, over what is ordinary.
func lookUp(number string, own map[string]Fate) Fate {
	ending := fictional.FindStringSubmatch(number)
	fate := ordinary(number, ending != nil)
	if f, ok := own[number]; ok {
		return fate.with(f)
	}
	if ending == nil || fate.NonPortableReason != "" {
		return fate
	}
	digits, _ := strconv.Atoi(ending[1]) // two digits, by the expression
	for _, row := range endings {
		if row.first <= digits && digits <= row.last {
			return fate.with(row.fate)
		}
	}
	return fate
}

// ordinary gives the fate of a number without a row in the catalogue.
func ordinary(number string, fictional bool) Fate {
	area := nanp.FindStringSubmatch(number)
	if area == nil {
		if e164.MatchString(number) && number[1] != '1' {
			return Fate{CoverageCategory: internationalCategory, NonPortableReason: noCoverage}
		}
		return Fate{CoverageCategory: invalidCategory, NonPortableReason: invalidNumber}
	}
	switch reason := deadAreas[area[1]]; {
	case reason == invalidNumber, area[1][1:] == "11":
		return Fate{CoverageCategory: invalidCategory, NonPortableReason: invalidNumber}
	case reason != "":
		return Fate{CoverageCategory: genericCategory, NonPortableReason: reason}
	}
	fate := Fate{CoverageCategory: genericCategory, SvType: wireline, PortabilityStatus: confirmedPortability}
	if tollFree[area[1]] {
		fate.CoverageCategory = tollFreeCategory
	}
	switch {
	case fictional:
		fate.CarrierName = firstCarrier
	case fate.CoverageCategory == tollFreeCategory:
		fate.CarrierName = tollFreeCarrier
	default:
		code, _ := strconv.Atoi(area[1]) // three digits, by the expression
		fate.CarrierName = areaCarriers[code%len(areaCarriers)]
	}
	return fate
}
