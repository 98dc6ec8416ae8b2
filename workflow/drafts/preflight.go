package drafts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/foc"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// Missing returns what is wrong with a draft, or may be, as far as the draft itself shows
// it: the problems of the draft first, then those of each sub request. The draft must have
// been read with its numbers and sub requests.
//
// Errors are what can't work: the API documents that it refuses it, or nothing could come
// of it. All else is a warning, since carriers differ, and people send odd values on
// purpose. What the losing carrier will say to the data is in neither.
//
// Where the server's Complete and the errors that are found differ, that is a warning, too.
func Missing(d *porting.DraftPortRequest) []Problem {
	split := SplitDraft(d)
	problems := draftProblems(d, split)
	for i := range d.SubRequests {
		problems = append(problems, subRequestProblems(&d.SubRequests[i], split)...)
	}
	return problems
}

// PreflightOptions say how a draft is looked at. Nil are the defaults.
type PreflightOptions struct {
	// Allow has errors that are known and shall not count as errors: they become
	// warnings. Each is a code, as "required", or a path and a code, as
	// "postal_code:required".
	Allow []string

	// Documents are the types of documents that will be there before the submit: they
	// aren't missing.
	Documents []porting.DocumentType

	// Zone is where a weekend is looked for; the default is UTC.
	Zone *time.Location

	// Now is the clock; the default is [time.Now].
	Now func() time.Time
}

// A Report is what was found of a draft.
type Report struct {
	Draft     *porting.DraftPortRequest                    `json:"draft"`     // with its numbers and sub requests
	Windows   map[porting.SubRequestID][]porting.FOCWindow `json:"windows"`   // those that are allowed, of the sub requests that have a FOC date
	Documents []porting.SupportingDocument                 `json:"documents"` // what has been uploaded
	Problems  []Problem                                    `json:"problems"`  // of the draft first, then of each sub request
}

// Errors returns the problems that are errors.
func (r *Report) Errors() []Problem {
	var list []Problem
	for _, p := range r.Problems {
		if p.Severity == SeverityError {
			list = append(list, p)
		}
	}
	return list
}

// Preflight looks at a draft before it is submitted, and reports every problem at once:
// those of [Missing], those of the FOC dates by the clock and by the windows that the
// server allows, and the documents that are missing. Nothing is changed.
//
// It makes one or two reads of the draft, one of its documents, and one of the windows of
// each sub request that has a FOC date. If the server refuses one of the last two kinds,
// that is a warning. An error of Preflight's is one of the client's, or an
// [*porting.ArgumentError] for the options; problems are no error.
func Preflight(ctx context.Context, client *porting.Client, draft porting.DraftID, opts *PreflightOptions) (*Report, error) {
	o := PreflightOptions{}
	if opts != nil {
		o = *opts
	}
	for i, allowed := range o.Allow {
		if _, known := codes[allowed[strings.LastIndexByte(allowed, ':')+1:]]; !known {
			return nil, &porting.ArgumentError{
				Operation: "drafts.Preflight", Field: fmt.Sprintf("allow.%d", i),
				Reason: `must be a code, as "required", or a path and a code, as "postal_code:required"`,
			}
		}
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Now == nil {
		o.Now = time.Now
	}

	d, err := readWhole(ctx, client, draft)
	if err != nil {
		return nil, err
	}
	r := &Report{Draft: d, Windows: map[porting.SubRequestID][]porting.FOCWindow{}}
	split := SplitDraft(d)
	r.Problems = draftProblems(d, split)
	documents, err := documentProblems(ctx, client, r, o.Documents)
	if err != nil {
		return nil, err
	}
	r.Problems = append(r.Problems, documents...)
	for i := range d.SubRequests {
		sub := &d.SubRequests[i]
		windows, err := windowProblems(ctx, client, r, sub)
		if err != nil {
			return nil, err
		}
		r.Problems = slices.Concat(r.Problems, clockProblems(sub, o.Now(), o.Zone), windows, subRequestProblems(sub, split))
	}
	for i := range r.Problems {
		p := &r.Problems[i]
		if slices.Contains(o.Allow, p.Code) || slices.Contains(o.Allow, p.Path+":"+p.Code) {
			p.Severity = SeverityWarning
		}
	}
	return r, nil
}

// draftProblems are those of the draft as a whole.
func draftProblems(d *porting.DraftPortRequest, split Split) []Problem {
	var problems []Problem
	add := func(path, code string) { problems = append(problems, problem("", path, code)) }
	if d.Status == porting.DraftStatusSubmitted || d.PortRequestID != "" {
		add("status", CodeSubmitted)
	}
	if len(split.Rows) == 0 {
		add("phone_numbers", CodeNoNumbers)
	}
	if len(d.SubRequests) == 0 {
		add("sub_requests", CodeNoSubRequests)
	}
	tollFree, geographic := false, false
	for i, row := range split.Rows {
		path := fmt.Sprintf("phone_numbers.%d.", i)
		switch {
		case isOddNANP(row.Number):
			problems = append(problems, problem(row.SubRequest, path+"phone_number", CodeNotNANP))
		case isTollFree(row.Number):
			tollFree = true
		default:
			geographic = true
		}
		if row.SubRequest == "" && len(d.SubRequests) > 0 {
			add(path+"sub_request_id", CodeUnassigned)
		}
	}
	if tollFree && geographic {
		add("phone_numbers", CodeMixedTollFree)
	}
	return problems
}

var (
	e164 = regexp.MustCompile(`^\+[1-9]\d{1,14}$`)
	nanp = regexp.MustCompile(`^\+1[2-9]\d{2}[2-9]\d{6}$`)

	twoLetters = regexp.MustCompile(`^[A-Za-z]{2}$`)
)

// isOddNANP tells whether a number begins as a North American one, and has another form.
func isOddNANP(number string) bool {
	return e164.MatchString(number) && strings.HasPrefix(number, "+1") && !nanp.MatchString(number)
}

func isTollFree(number string) bool {
	return nanp.MatchString(number) && slices.Contains([]string{"800", "833", "844", "855", "866", "877", "888"}, number[2:5])
}

// subRequestProblems are those of what a sub request is filled in with.
func subRequestProblems(sub *porting.DraftSubRequest, split Split) []Problem {
	p := draftProfile(sub)
	var problems []Problem
	add := func(path, code string) { problems = append(problems, problem(sub.ID, path, code)) }

	// What is missing is an error if the documentation leaves no doubt, and is doubtful if
	// the server's Complete may wait for it or not.
	missing, doubtful := false, false
	if sub.FOCDateRequestedByUser.IsZero() {
		missing = true
		add(focPath, CodeRequired)
	}
	for _, f := range fields {
		if f.required && isBlank(*f.of(&p)) {
			missing = true
			add(f.path, CodeRequired)
		}
	}
	for _, bad := range malformed(&p) {
		add(bad.path, bad.code)
	}
	for _, bad := range optionProblems(&p, split) {
		missing = missing || bad.code == CodeNewBillingMissing
		doubtful = doubtful || bad.code == CodeNewBillingUnclear
		add(bad.path, bad.code)
	}
	if isOddNANP(p.BillingPhoneNumber) {
		add(billingPath, CodeNotNANP)
	}
	if isOddNANP(p.PortingOption.NewBillingPhoneNumber) {
		add(newBillingPath, CodeNotNANP)
	}
	country := strings.ToUpper(p.CountryCode)
	if (country == "US" || country == "CA") && !isBlank(p.AdministrativeArea) && !twoLetters.MatchString(p.AdministrativeArea) {
		add("administrative_area", CodeBadState)
	}
	if isBlank(p.DefaultMessageProfileID) {
		add("default_message_profile_id", CodeNoMessageProfile)
	}
	if isBlank(p.PINPasscode.Reveal()) && hasWireless(sub.ID, split) {
		doubtful = true
		add("pin_passcode", CodeNoPIN)
	}
	if isBlank(p.AccountNumber.Reveal()) {
		add("account_number", CodeNoAccount)
	}
	switch {
	case sub.Complete && missing:
		add("complete", CodeServerSaysComplete)
	case !sub.Complete && !missing && !doubtful:
		add("complete", CodeServerSaysNotComplete)
	}
	return problems
}

// A finding is a problem that isn't of a sub request yet.
type finding struct{ path, code string }

// malformed finds the values that the API takes in no case.
func malformed(p *enduser.Profile) []finding {
	var found []finding
	number := func(path, number string) {
		if !isBlank(number) && !e164.MatchString(number) {
			found = append(found, finding{path, CodeNotE164})
		}
	}
	number(billingPath, p.BillingPhoneNumber)
	if !isBlank(p.CountryCode) && !twoLetters.MatchString(p.CountryCode) {
		found = append(found, finding{"country_code", CodeBadCountry})
	}
	option := p.PortingOption
	if option == (porting.PortingOption{}) {
		return found
	}
	if !option.Type.Known() {
		found = append(found, finding{optionTypePath, CodeBadOption})
	}
	if option.RemainingNumbersAction != "" && !option.RemainingNumbersAction.Known() {
		found = append(found, finding{optionActionPath, CodeBadOption})
	}
	number(newBillingPath, option.NewBillingPhoneNumber)
	return found
}

// optionProblems finds where the porting option and the numbers don't fit together.
func optionProblems(p *enduser.Profile, split Split) []finding {
	var found []finding
	add := func(path, code string) { found = append(found, finding{path, code}) }
	option := p.PortingOption
	_, billingPorts := split.Of(p.BillingPhoneNumber)
	_, newBillingPorts := split.Of(option.NewBillingPhoneNumber)
	switch option.Type {
	case porting.PortingOptionTypeFull:
		if option.RemainingNumbersAction != "" {
			add(optionActionPath, CodeOptionIgnored)
		}
		if option.NewBillingPhoneNumber != "" {
			add(newBillingPath, CodeOptionIgnored)
		}
		if !billingPorts && !isBlank(p.BillingPhoneNumber) {
			add(billingPath, CodeBillingNotPorted)
		}
	case porting.PortingOptionTypePartial:
		keep := option.RemainingNumbersAction == porting.RemainingNumbersActionKeep && isBlank(option.NewBillingPhoneNumber)
		switch {
		case newBillingPorts:
			add(newBillingPath, CodeNewBillingPorts)
		case keep && (billingPorts || isBlank(p.BillingPhoneNumber)):
			add(newBillingPath, CodeNewBillingMissing)
		case keep:
			add(newBillingPath, CodeNewBillingUnclear)
		}
	}
	return found
}

// clockProblems are those of the requested FOC date by the clock.
func clockProblems(sub *porting.DraftSubRequest, now time.Time, zone *time.Location) []Problem {
	first, last := focSpan(sub)
	if first.IsZero() {
		return nil
	}
	const soon, far = 48 * time.Hour, 30 * 24 * time.Hour
	var problems []Problem
	switch {
	case last.Before(now):
		problems = append(problems, problem(sub.ID, focPath, CodeFOCPast))
	case last.Before(now.Add(soon)):
		problems = append(problems, problem(sub.ID, focPath, CodeFOCSoon))
	case first.After(now.Add(far)):
		problems = append(problems, problem(sub.ID, focPath, CodeFOCFar))
	}
	if sub.FOCDateRequestedByUser.DateOnly() {
		zone = time.UTC // the date is no instant, which could be on another day there
	}
	if year, month, day := first.In(zone).Date(); !foc.Weekdays(year, month, day) {
		problems = append(problems, problem(sub.ID, focPath, CodeFOCWeekend))
	}
	return problems
}

// focSpan returns the requested FOC date as the first and last second that it can mean.
func focSpan(sub *porting.DraftSubRequest) (first, last time.Time) {
	at := sub.FOCDateRequestedByUser
	if at.DateOnly() {
		return at.Time, at.Add(24*time.Hour - time.Second)
	}
	return at.Time, at.Time
}

// windowProblems reads the allowed windows into the report, and compares the requested FOC
// date with them.
func windowProblems(ctx context.Context, client *porting.Client, r *Report, sub *porting.DraftSubRequest) ([]Problem, error) {
	first, last := focSpan(sub)
	if first.IsZero() {
		return nil, nil
	}
	windows, err := client.Drafts.AllowedFOCDates(ctx, r.Draft.ID, sub.ID)
	if err != nil {
		return orUnknown(err, problem(sub.ID, focPath, CodeFOCWindowsUnknown))
	}
	r.Windows[sub.ID] = windows
	first = first.Truncate(time.Second)
	if _, err := foc.Earliest(windows, foc.NotBefore(first), foc.NotAfter(last)); err == nil {
		return nil, nil
	}
	outside := problem(sub.ID, focPath, CodeFOCOutside)
	if nearest, err := foc.Nearest(windows, first, foc.Unbounded); err == nil {
		outside.Hint += "; the nearest is " + nearest.Time.Format(time.RFC3339)
	} else {
		outside.Hint += "; there are none"
	}
	return []Problem{outside}, nil
}

// documentProblems reads the documents into the report, and finds the types that are missing.
func documentProblems(ctx context.Context, client *porting.Client, r *Report, coming []porting.DocumentType) ([]Problem, error) {
	const path = "supporting_documents"
	documents, err := client.Documents.List(ctx, r.Draft.ID)
	if err != nil {
		return orUnknown(err, problem("", path, CodeDocumentsUnknown))
	}
	r.Documents = documents
	there := slices.Clone(documents)
	for _, kind := range coming {
		there = append(there, porting.SupportingDocument{DocumentType: kind})
	}
	codes := map[porting.DocumentType]string{porting.DocumentTypeLOA: CodeNoLOA, porting.DocumentTypeInvoice: CodeNoInvoice}
	var problems []Problem
	for _, kind := range Needed(r.Draft, there) {
		problems = append(problems, problem("", path, codes[kind]))
	}
	return problems, nil
}

// orUnknown makes a warning of an answer that refuses what only completes the report. The
// routes for drafts are known from another client of the API only.
func orUnknown(err error, unknown Problem) ([]Problem, error) {
	api, ok := errors.AsType[*porting.APIError](err)
	if !ok {
		return nil, err
	}
	switch status := api.StatusCode; {
	case status == http.StatusUnauthorized, status == http.StatusRequestTimeout, status == http.StatusTooManyRequests,
		status < 400, status >= 500:
		return nil, err
	}
	return []Problem{unknown}, nil
}

func hasWireless(sub porting.SubRequestID, split Split) bool {
	return slices.ContainsFunc(split.Rows, func(row SplitRow) bool {
		return row.SubRequest == sub && row.Service == porting.ServiceTypeWireless
	})
}

func isBlank(text string) bool { return strings.TrimSpace(text) == "" }
