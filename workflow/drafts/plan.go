package drafts

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/foc"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// A Plan says what [Run] does. It is read from JSON with encoding/json, which refuses keys
// that it doesn't know: a date whose key is misspelt isn't lost without a word.
//
// Its profiles hold PINs and account numbers. They come in with the JSON, but go out as
// [redacted], as any [porting.Secret] does. A plan that was written and is read again
// lacks them, and Run refuses the placeholder. So keep the plan that a person wrote, or put
// the secrets in after reading it:
//
//	plan.Sets[0].Profiles.Default.PINPasscode = porting.Secret(os.Getenv("PIN"))
//
// Printed with fmt or logged, a plan is no more than its counts.
type Plan struct {
	Sets []Set `json:"sets"`

	// Submit tells whether the drafts are submitted. Without it they are made ready and
	// looked at ([Preflight]).
	Submit bool `json:"submit,omitzero"`

	// Allow names problems that don't keep a draft from being submitted, as
	// [PreflightOptions] does.
	Allow []string `json:"allow,omitzero"`
}

// A Set is the numbers of one draft, and what their port needs. Of its numbers, [Run]
// makes one port request.
type Set struct {
	Name     string   `json:"name,omitzero"` // what progress and outcome call it
	Numbers  []string `json:"numbers"`       // in E.164 form; a number is in one set of a plan only
	Profiles Profiles `json:"profiles,omitzero"`

	// FOC says which FOC date to ask for. If it is nil, the dates are those of the
	// profiles.
	FOC *Wish `json:"foc,omitzero"`

	Documents []File `json:"documents,omitzero"`

	// LeaveOut goes on without the numbers that can't be ported. If it is false, one such
	// number ends the set with a [*NotPortableError] before anything is created.
	LeaveOut bool `json:"leave_out,omitzero"`
}

// A File is a document that [Run] uploads.
type File struct {
	Type porting.DocumentType `json:"type"`
	Path string               `json:"path"` // what [RunOptions].Open takes
}

// A Wish says which FOC date to ask for. The zero Wish is the earliest that there is.
type Wish struct {
	NotBefore time.Time `json:"not_before,omitzero"`
	NotAfter  time.Time `json:"not_after,omitzero"`
	Day       string    `json:"day,omitzero"`  // only on this day, such as "2026-12-01"
	Zone      string    `json:"zone,omitzero"` // the time zone of Day, such as "America/Chicago"; empty: UTC

	// Nearest asks for the date that is nearest to this instant, within the bounds above.
	// If it is zero, the earliest is asked for.
	Nearest time.Time `json:"nearest,omitzero"`

	// Common asks for one instant for all sub requests, so that their numbers move
	// together. If there is none, that is a [*foc.NoFitError].
	Common bool `json:"common,omitzero"`
}

// UnmarshalJSON reads a plan, and refuses unknown keys.
func (p *Plan) UnmarshalJSON(data []byte) error {
	type plain Plan
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var read plain
	if err := decoder.Decode(&read); err != nil {
		return fmt.Errorf("drafts: plan: %w", err)
	}
	*p = Plan(read)
	return nil
}

// check returns the first thing that can't work.
func (p *Plan) check() error {
	if p == nil {
		return badPlan("plan", "is nil")
	}
	if len(p.Sets) == 0 {
		return badPlan("sets", "is empty")
	}
	seen := map[string]bool{}
	for i := range p.Sets {
		if err := p.Sets[i].check(fmt.Sprintf("sets.%d", i), seen); err != nil {
			return err
		}
	}
	return nil
}

func (s *Set) check(path string, seen map[string]bool) error {
	if len(s.Numbers) == 0 {
		return badPlan(path+".numbers", "is empty")
	}
	for i, number := range s.Numbers {
		field := fmt.Sprintf("%s.numbers.%d", path, i)
		switch {
		case !isE164(number):
			return badPlan(field, "is not an E.164 number: a plus and 2 to 15 digits, the first not 0")
		case seen[number]:
			return badPlan(field, "is in the plan twice")
		}
		seen[number] = true
	}
	if err := s.Profiles.check("drafts.Run"); err != nil {
		if argument, ok := errors.AsType[*porting.ArgumentError](err); ok {
			argument.Field = path + "." + argument.Field
		}
		return err
	}
	if s.FOC != nil {
		if err := s.FOC.check(path + ".foc"); err != nil {
			return err
		}
		if s.Profiles.dated() {
			return badPlan(path+".foc", "chooses the FOC date, and a profile gives one too")
		}
	}
	for i, file := range s.Documents {
		field := fmt.Sprintf("%s.documents.%d", path, i)
		switch {
		case file.Type == "":
			return badPlan(field+".type", "is empty")
		case file.Path == "":
			return badPlan(field+".path", "is empty")
		case slices.Contains(s.Documents[:i], file):
			return badPlan(field, "is in the set twice")
		}
	}
	return nil
}

// dated tells whether a profile gives a FOC date.
func (p Profiles) dated() bool {
	all := slices.Concat([]enduser.Profile{p.Default}, slices.Collect(maps.Values(p.Carriers)),
		slices.Collect(maps.Values(p.Categories)), slices.Collect(maps.Values(p.SubRequests)))
	return slices.ContainsFunc(all, func(p enduser.Profile) bool { return !p.FOCDateRequestedByUser.IsZero() })
}

func (w *Wish) check(path string) error {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		return badPlan(path+".zone", "must be the name of a time zone, such as America/Chicago")
	}
	_, err = time.ParseInLocation(time.DateOnly, w.Day, zone)
	switch {
	case w.Day != "" && err != nil:
		return badPlan(path+".day", "must be a date, such as 2026-12-01")
	case w.Day == "" && w.Zone != "":
		return badPlan(path+".zone", "must not be given without day")
	case !w.NotAfter.IsZero() && w.NotAfter.Before(w.NotBefore):
		return badPlan(path+".not_after", "must not be before not_before")
	}
	return nil
}

// options are the bounds of a wish that was checked.
func (w *Wish) options(now time.Time) []foc.Option {
	opts := []foc.Option{foc.NotBefore(now)}
	if !w.NotBefore.IsZero() {
		opts = append(opts, foc.NotBefore(w.NotBefore))
	}
	if !w.NotAfter.IsZero() {
		opts = append(opts, foc.NotAfter(w.NotAfter))
	}
	if zone, err := time.LoadLocation(w.Zone); w.Day != "" && err == nil {
		if day, err := time.ParseInLocation(time.DateOnly, w.Day, zone); err == nil {
			opts = append(opts, foc.During(day))
		}
	}
	return opts
}

// choose picks a date for each sub request.
func (w *Wish) choose(windows map[porting.SubRequestID][]porting.FOCWindow, now time.Time) (map[porting.SubRequestID]foc.Choice, error) {
	if len(windows) == 0 {
		return nil, nil //nolint:nilnil // nothing is to be chosen
	}
	opts := w.options(now)
	choices := make(map[porting.SubRequestID]foc.Choice, len(windows))
	if w.Common {
		common, err := foc.Common(windows, opts...)
		if err == nil && !w.Nearest.IsZero() {
			common, err = foc.Nearest(foc.Overlap(slices.Collect(maps.Values(windows))...), w.Nearest, foc.Unbounded, opts...)
		}
		if err != nil {
			return nil, err
		}
		for id := range windows {
			choices[id] = common
		}
		return choices, nil
	}
	for _, id := range slices.Sorted(maps.Keys(windows)) {
		choice, err := w.pick(windows[id], opts)
		if noFit, ok := errors.AsType[*foc.NoFitError](err); ok {
			noFit.SubRequests = []porting.SubRequestID{id}
		}
		if err != nil {
			return nil, err
		}
		choices[id] = choice
	}
	return choices, nil
}

func (w *Wish) pick(windows []porting.FOCWindow, opts []foc.Option) (foc.Choice, error) {
	if w.Nearest.IsZero() {
		return foc.Earliest(windows, opts...)
	}
	return foc.Nearest(windows, w.Nearest, foc.Unbounded, opts...)
}

func (p Plan) summary() string {
	numbers := 0
	for i := range p.Sets {
		numbers += len(p.Sets[i].Numbers)
	}
	return fmt.Sprintf("a plan of %d sets, %d numbers", len(p.Sets), numbers)
}

// Format prints the counts under every verb.
func (p Plan) Format(f fmt.State, _ rune) { fmt.Fprint(f, p.summary()) }

// LogValue logs the counts.
func (p Plan) LogValue() slog.Value { return slog.StringValue(p.summary()) }

func (s Set) summary() string { return fmt.Sprintf("set %q of %d numbers", s.Name, len(s.Numbers)) }

// Format prints the name and the count of numbers under every verb.
func (s Set) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.summary()) }

// LogValue logs the name and the count of numbers.
func (s Set) LogValue() slog.Value { return slog.StringValue(s.summary()) }

// sorted returns the set's numbers in an order that doesn't depend on how they were given.
func (s *Set) sorted() []string { return slices.Sorted(slices.Values(s.Numbers)) }

// fingerprint tells sets apart in a journal.
func (s *Set) fingerprint() string {
	sum := sha256.Sum256([]byte(strings.Join(s.sorted(), "\n")))
	return hex.EncodeToString(sum[:16])
}

func badPlan(field, reason string) error {
	return &porting.ArgumentError{Operation: "drafts.Run", Field: field, Reason: reason}
}
