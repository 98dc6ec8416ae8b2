package drafts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// Profiles are the end user's data for the sub requests of a draft. Default goes into
// all of them; the others go over it where they fit, field by field: first those of the
// category, then those of the carrier, then those of the single sub request. A porting
// option goes over another as a whole.
//
// Profiles are loaded from JSON with encoding/json, and their parts from CSV with package
// intake. They marshal with all they hold except the secrets, which are [redacted]:
// profiles that were stored lack them, and [Fill] refuses the placeholder.
type Profiles struct {
	Default enduser.Profile `json:"default,omitzero"`
	// Carriers are by the carriers' names as the API has them. Case and the number of
	// blanks don't matter.
	Carriers map[string]enduser.Profile `json:"carriers,omitzero"`
	// Categories are by coverage category, such as "nanp_toll_free".
	Categories  map[string]enduser.Profile               `json:"categories,omitzero"`
	SubRequests map[porting.SubRequestID]enduser.Profile `json:"sub_requests,omitzero"`
}

// For returns the profile of a draft's sub request. If the sub request has several
// carriers or categories, what the first of them gives counts.
func (p Profiles) For(sub *porting.DraftSubRequest) enduser.Profile {
	profile := p.Default
	carriers := slices.Clone(sub.UnderlyingCarrierNames)
	var categories []string
	for _, n := range sub.PhoneNumbers {
		carriers = append(carriers, n.CarrierName)
		categories = append(categories, string(n.CoverageCategory))
	}
	profile = overlayAll(profile, p.Categories, categories)
	profile = overlayAll(profile, p.Carriers, carriers)
	return overlay(profile, p.SubRequests[sub.ID])
}

// overlayAll puts the profiles of some names over another, that of the first name last.
func overlayAll(under enduser.Profile, profiles map[string]enduser.Profile, names []string) enduser.Profile {
	if len(profiles) == 0 {
		return under
	}
	seen := map[string]bool{}
	names = slices.DeleteFunc(names, func(name string) bool {
		again := seen[name] || name == ""
		seen[name] = true
		return again
	})
	for _, name := range slices.Backward(names) {
		over, ok := profiles[name]
		for _, key := range slices.Sorted(maps.Keys(profiles)) {
			if !ok && sameText(key, name) {
				over, ok = profiles[key], true
			}
		}
		under = overlay(under, over)
	}
	return under
}

// check returns an error for the first value that can't work.
func (p Profiles) check(operation string) error {
	err := checkProfileValues(operation, "profiles.default", p.Default)
	for _, group := range []struct {
		path     string
		profiles map[string]enduser.Profile
	}{{"profiles.categories.", p.Categories}, {"profiles.carriers.", p.Carriers}} {
		for _, key := range slices.Sorted(maps.Keys(group.profiles)) {
			if err == nil {
				err = checkProfileValues(operation, group.path+key, group.profiles[key])
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.SubRequests)) {
		if err == nil {
			err = checkProfileValues(operation, "profiles.sub_requests."+string(id), p.SubRequests[id])
		}
	}
	return err
}

// checkProfileValues returns an error for the first value of a profile that can't work.
// An option without a type would be passed over, and a placeholder be taken for a secret.
func checkProfileValues(operation, path string, p enduser.Profile) error {
	for _, f := range fields {
		if f.secret && isPlaceholder(*f.of(&p)) {
			return &porting.ArgumentError{Operation: operation, Field: path + "." + f.path, Reason: "is the placeholder that a Secret prints as, not the secret"}
		}
	}
	for _, bad := range malformed(&p) {
		return &porting.ArgumentError{Operation: operation, Field: path + "." + bad.path, Reason: codes[bad.code].hint}
	}
	return nil
}

// Filled is what became of one sub request of a draft.
type Filled struct {
	// SubRequest is the sub request as it was read back, or as it was if nothing was sent.
	SubRequest *porting.DraftSubRequest
	// Update is what was sent, or would have been if Err says that it couldn't be. It is
	// the zero value if the sub request already was as it should be.
	Update porting.DraftSubRequestUpdate
	// NotTaken are the fields that have another value than they should, in the API's
	// spelling: the server accepted the update and didn't take them, or lost what it had.
	NotTaken []string
	// Unverified are the fields that should have a value which the API doesn't show.
	Unverified []string
	// Err is why the update failed.
	Err error
}

// Fill fills in the sub requests of a draft. Each is sent what [Diff] finds, and nothing
// if there is nothing to change, so that it can be called again. Then the draft is read
// again, and each field compared: not only those that were sent, since a server may also
// lose others.
//
// A field counts as taken if the server has changed no more of it than upper and lower
// case or blanks. Of a billing number the digits count, and of a secret every letter. Diff
// is stricter, so a server that changes what it is given gets it again with the next Fill.
// A secret that the API doesn't show, or shows masked, is unverified and sent each time.
// So is a FOC date that it shows without its time of day.
//
// Profiles with a value that can't work are an [*porting.ArgumentError], and nothing is
// sent. A sub request that the server refuses (400 or 422) doesn't keep the others from
// being filled in; with any other error Fill ends. The result has the sub requests
// that were reached, in the order of the draft, whatever the error. The error has those
// of all sub requests, and a [*NotTakenError] if fields weren't taken. A draft without
// sub requests is [ErrNotSplit].
//
// It makes two reads and one update for each sub request that differs.
func Fill(ctx context.Context, client *porting.Client, draft porting.DraftID, profiles Profiles) ([]Filled, error) {
	if err := profiles.check("drafts.Fill"); err != nil {
		return nil, err
	}
	d, err := readWhole(ctx, client, draft)
	if err != nil {
		return nil, err
	}
	if len(d.SubRequests) == 0 {
		return nil, fmt.Errorf("drafts: draft %s: %w", draft, ErrNotSplit)
	}
	var filled []Filled
	var errs []error
	should := map[porting.SubRequestID]enduser.Profile{}
	for i := range d.SubRequests {
		sub := &d.SubRequests[i]
		profile := profiles.For(sub)
		f := Filled{SubRequest: sub, Update: Diff(sub, profile)}
		if f.Update != (porting.DraftSubRequestUpdate{}) {
			_, f.Err = client.Drafts.UpdateSubRequest(ctx, draft, sub.ID, f.Update)
			if f.Err == nil {
				should[sub.ID] = overlay(draftProfile(sub), profile)
			}
		}
		filled = append(filled, f)
		if f.Err != nil {
			errs = append(errs, inSubRequest(sub.ID, f.Err))
			if !concernsOne(f.Err) {
				break
			}
		}
	}
	if len(should) > 0 {
		errs = append(errs, readBack(ctx, client, draft, filled, should))
	}
	return filled, errors.Join(errs...)
}

// readBack reads the draft again and compares the sub requests that were updated.
func readBack(ctx context.Context, client *porting.Client, draft porting.DraftID, filled []Filled, should map[porting.SubRequestID]enduser.Profile) error {
	now := map[porting.SubRequestID]*porting.DraftSubRequest{}
	d, err := readWhole(ctx, client, draft)
	if err == nil {
		for i := range d.SubRequests {
			now[d.SubRequests[i].ID] = &d.SubRequests[i]
		}
	}
	errs := []error{err}
	notTaken := &NotTakenError{Fields: map[porting.SubRequestID][]string{}}
	for i := range filled {
		f := &filled[i]
		id := f.SubRequest.ID
		want, sent := should[id]
		is := now[id]
		switch {
		case is != nil && sent:
			f.SubRequest = is
			f.NotTaken, f.Unverified = verify(draftProfile(is), want, is.FOCDateRequestedByUser)
			if len(f.NotTaken) > 0 {
				notTaken.Fields[id] = f.NotTaken
			}
		case is != nil:
			f.SubRequest = is
		case sent && err == nil:
			f.Err = errSubRequestGone
			errs = append(errs, inSubRequest(id, f.Err))
			fallthrough
		case sent:
			f.Unverified = pathsOf(want)
		}
	}
	if len(notTaken.Fields) > 0 {
		errs = append(errs, notTaken)
	}
	return errors.Join(errs...)
}

// readWhole reads a draft with its numbers and sub requests, and these with their numbers.
// That a single draft includes them when asked to is known from another client of the
// API only, so what it lacks is put together of what it has.
func readWhole(ctx context.Context, client *porting.Client, draft porting.DraftID) (*porting.DraftPortRequest, error) {
	d, err := client.Drafts.Get(ctx, draft, &porting.GetOptions{IncludePhoneNumbers: porting.Set(true), IncludeSubRequests: porting.Set(true)})
	if err != nil {
		return nil, err
	}
	if d.SubRequests == nil {
		if d.SubRequests, err = client.Drafts.ListSubRequests(ctx, draft); err != nil {
			return nil, err
		}
	}
	for i := range d.SubRequests {
		sub := &d.SubRequests[i]
		for _, n := range d.PhoneNumbers {
			if sub.PhoneNumbers == nil && n.SubRequestID == sub.ID {
				sub.PhoneNumbers = append(sub.PhoneNumbers, n)
			}
		}
	}
	return d, nil
}

// Diff returns the smallest update that leads a draft's sub request from what it is to
// what a profile says: of the fields that the profile gives, it sets those that differ.
// Texts are compared letter by letter, and FOC dates to the second, because an update
// has no fractions. The update is the zero value if there is nothing to change.
func Diff(is *porting.DraftSubRequest, should enduser.Profile) porting.DraftSubRequestUpdate {
	changed := difference(draftProfile(is), should)
	return changed.Update()
}

// Corrected is what became of the sub request of a port request.
type Corrected struct {
	// SubRequest is the sub request as it was read back, or as it was if nothing was sent.
	SubRequest *porting.SubRequest
	// Update is what was sent. It is the zero value if there was nothing to send.
	Update porting.SubRequestUpdate
	// NotTaken and Unverified are as in [Filled]. The default message profile of a
	// submitted sub request can't be changed by this API; if it should be another, it
	// is not taken.
	NotTaken, Unverified []string
}

// Correct changes the sub request of a port request to what a profile says, as after an
// exception. If a field differs, the update has what differs and the nine fields that the
// API documents as required ([porting.SubRequest.Unchanged]); else nothing is sent.
// Then the sub request is read again and compared as [Fill] does.
//
// The update is sent once, whatever the client's retries are: each one can go on to the
// losing carrier. If its answer is lost or can't be read, what is read then tells whether it
// took: fields that the server showed otherwise before are as they should be now. If they
// aren't, or only secrets that the API doesn't show were changed, the error is a
// [*CorrectUnknownError].
//
// A profile with a value that can't work is an [*porting.ArgumentError]. If fields were
// not taken, the error is a [*NotTakenError]. The result isn't nil if an update was sent
// and the server is known to have it, whatever the error.
func Correct(ctx context.Context, client *porting.Client, portRequest porting.PortRequestID, sub porting.SubRequestID, profile enduser.Profile) (*Corrected, error) {
	if err := checkProfileValues("drafts.Correct", "profile", profile); err != nil {
		return nil, err
	}
	was, err := client.SubRequests.Get(ctx, portRequest, sub)
	if err != nil {
		return nil, err
	}
	c := &Corrected{SubRequest: was}
	should := overlay(submittedProfile(was), profile)
	changed := difference(submittedProfile(was), profile)
	changed.DefaultMessageProfileID = "" // no update can set it
	if changed != (enduser.Profile{}) {
		c.Update = was.Unchanged()
		set(&c.Update, changed.Update())
		once := client.With(porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1}))
		answer, err := once.SubRequests.Update(ctx, portRequest, sub, c.Update)
		if err != nil && !isUpdateUnknown(err) {
			return nil, err
		}
		is, look := client.SubRequests.Get(ctx, portRequest, sub)
		switch {
		case err != nil && (look != nil || !hasTaken(was, is, changed)):
			return nil, &CorrectUnknownError{PortRequest: portRequest, SubRequest: sub, Err: err, Look: look}
		case look != nil:
			c.SubRequest, c.Unverified = answer, pathsOf(should)
			return c, look
		}
		c.SubRequest = is
	}
	c.NotTaken, c.Unverified = verify(submittedProfile(c.SubRequest), should, c.SubRequest.FOCDateRequestedByUser)
	if len(c.NotTaken) > 0 {
		return c, &NotTakenError{Fields: map[porting.SubRequestID][]string{sub: c.NotTaken}}
	}
	return c, nil
}

// isUpdateUnknown tells whether the error of an update that was sent once leaves open
// whether the server has it.
func isUpdateUnknown(err error) bool {
	if api, ok := errors.AsType[*porting.APIError](err); ok {
		return api.StatusCode == http.StatusSeeOther || api.StatusCode == http.StatusRequestTimeout || api.StatusCode >= http.StatusInternalServerError
	}
	if lost, ok := errors.AsType[*porting.ConnectionError](err); ok {
		return lost.Attempts > 0
	}
	_, isUnread := errors.AsType[*porting.DecodeError](err)
	return isUnread
}

// hasTaken tells whether a sub request shows that an update has taken: all that was to
// change is so or hidden, and something that is shown wasn't so before.
func hasTaken(was, is *porting.SubRequest, changed enduser.Profile) bool {
	before, _ := verify(submittedProfile(was), changed, was.FOCDateRequestedByUser)
	missing, hidden := verify(submittedProfile(is), changed, is.FOCDateRequestedByUser)
	return len(missing) == 0 && slices.ContainsFunc(before, func(path string) bool { return !slices.Contains(hidden, path) })
}

// A CorrectUnknownError says that [Correct] has sent an update, and that it isn't known
// whether the server has it: the answer was lost, and the sub request doesn't show it. It may
// still come. Run Correct again, after some minutes rather than at once.
type CorrectUnknownError struct {
	PortRequest porting.PortRequestID
	SubRequest  porting.SubRequestID
	Err         error // of SubRequests.Update
	Look        error // why the look afterwards failed; nil if it didn't show the update
}

// Error tells what is unknown, and what to do.
func (e *CorrectUnknownError) Error() string {
	look := "it doesn't show the update"
	if e.Look != nil {
		look = "looking at it failed: " + e.Look.Error()
	}
	return fmt.Sprintf("drafts: Correct: whether the sub request %s was updated is unknown, and %s; run Correct again in some minutes, or look at it: %v", e.SubRequest, look, e.Err)
}

// Unwrap returns what SubRequests.Update failed with, and the look afterwards.
func (e *CorrectUnknownError) Unwrap() []error { return callAndLook(e.Err, e.Look) }

// set sets the fields of an update that a draft's update sets.
func set(u *porting.SubRequestUpdate, from porting.DraftSubRequestUpdate) {
	setIf(&u.FOCDateRequestedByUser, from.FOCDateRequestedByUser)
	setIf(&u.PersonOrCompanyName, from.PersonOrCompanyName)
	setIf(&u.AuthPersonName, from.AuthPersonName)
	setIf(&u.BillingPhoneNumber, from.BillingPhoneNumber)
	setIf(&u.StreetAddress, from.StreetAddress)
	setIf(&u.ExtendedAddress, from.ExtendedAddress)
	setIf(&u.Locality, from.Locality)
	setIf(&u.AdministrativeArea, from.AdministrativeArea)
	setIf(&u.PostalCode, from.PostalCode)
	setIf(&u.CountryCode, from.CountryCode)
	setIf(&u.DefaultConnectionID, from.DefaultConnectionID)
	setIf(&u.PortingOption, from.PortingOption)
	setIf(&u.PINPasscode, from.PINPasscode)
	setIf(&u.AccountNumber, from.AccountNumber)
	setIf(&u.TaxIdentifier, from.TaxIdentifier)
	setIf(&u.BusinessIdentifier, from.BusinessIdentifier)
}

func setIf[T any](to *porting.Optional[T], from porting.Optional[T]) {
	if !from.IsZero() {
		*to = from
	}
}

// ErrNotSplit says that the server has made no sub requests of a draft, so that there is
// nothing to fill in.
var ErrNotSplit = errors.New("it has no sub requests")

var errSubRequestGone = errors.New("it isn't in the draft any more")

// A NotTakenError says that the server accepted an update, but that fields then had
// another value than they should. Its text has ids and names of fields, no values.
type NotTakenError struct {
	Fields map[porting.SubRequestID][]string // in the API's spelling
}

// Error names the sub requests and the fields.
func (e *NotTakenError) Error() string {
	var parts []string
	for _, id := range slices.Sorted(maps.Keys(e.Fields)) {
		parts = append(parts, fmt.Sprintf("sub request %s: %s", id, strings.Join(e.Fields[id], ", ")))
	}
	return "drafts: fields were not taken: " + strings.Join(parts, "; ")
}

func inSubRequest(id porting.SubRequestID, err error) error {
	return fmt.Errorf("drafts: sub request %s: %w", id, err)
}

// concernsOne tells whether an error is about the values of one sub request, so that the
// others can go on.
func concernsOne(err error) bool {
	if _, bad := errors.AsType[*porting.ArgumentError](err); bad {
		return true
	}
	api, ok := errors.AsType[*porting.APIError](err)
	return ok && (api.StatusCode == http.StatusBadRequest || api.StatusCode == http.StatusUnprocessableEntity)
}
