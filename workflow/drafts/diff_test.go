package drafts_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// randomProfile gives about half of the fields, each a value of a few, so that two
// profiles often agree.
func randomProfile(r *rand.Rand) enduser.Profile {
	var p enduser.Profile
	v := reflect.ValueOf(&p).Elem()
	for i := range v.NumField() {
		if r.IntN(2) == 0 {
			continue
		}
		switch field := v.Field(i).Addr().Interface().(type) {
		case *time.Time:
			*field = firstWindow.Add(time.Duration(r.IntN(3)) * 700 * time.Millisecond)
			if r.IntN(3) == 0 {
				*field = field.In(time.FixedZone("", -6*60*60))
			}
		case *porting.PortingOption:
			*field = []porting.PortingOption{
				{Type: porting.PortingOptionTypeFull},
				{Type: porting.PortingOptionTypePartial, RemainingNumbersAction: porting.RemainingNumbersActionDisconnect},
				{Type: porting.PortingOptionTypePartial, RemainingNumbersAction: porting.RemainingNumbersActionKeep, NewBillingPhoneNumber: "+13125550120"},
				{RemainingNumbersAction: porting.RemainingNumbersActionKeep}, // without a type, it isn't given
			}[r.IntN(4)]
		default:
			v.Field(i).SetString([]string{"Example", "example", " Example", "0042"}[r.IntN(4)])
		}
	}
	return p
}

// put is a model of the API's update: it changes what is sent and keeps all else.
func put(is porting.DraftSubRequest, update porting.DraftSubRequestUpdate) porting.DraftSubRequest {
	from, to := reflect.ValueOf(update), reflect.ValueOf(&is).Elem()
	for i := range from.NumField() {
		got := from.Field(i).MethodByName("Get").Call(nil)
		if !got[1].Bool() {
			continue
		}
		switch value := got[0].Interface().(type) {
		case time.Time:
			is.FOCDateRequestedByUser = porting.Timestamp{Time: value.UTC().Truncate(time.Second)}
		case porting.PortingOption:
			is.PortingOption = &value
		default:
			to.FieldByName(from.Type().Field(i).Name).Set(got[0])
		}
	}
	return is
}

// expected is what a sub request must be after an update, field by field.
func expected(is porting.DraftSubRequest, should enduser.Profile) porting.DraftSubRequest {
	from, to := reflect.ValueOf(should), reflect.ValueOf(&is).Elem()
	for i := range from.NumField() {
		switch value := from.Field(i).Interface().(type) {
		case time.Time:
			if at := value.UTC().Truncate(time.Second); !value.IsZero() && !at.Equal(is.FOCDateRequestedByUser.Truncate(time.Second)) {
				is.FOCDateRequestedByUser = porting.Timestamp{Time: at}
			}
		case porting.PortingOption:
			if value.Type != "" {
				is.PortingOption = &value
			}
		default:
			if !from.Field(i).IsZero() {
				to.FieldByName(from.Type().Field(i).Name).Set(from.Field(i))
			}
		}
	}
	return is
}

// without is an update without one of its fields.
func without(update porting.DraftSubRequestUpdate, i int) porting.DraftSubRequestUpdate {
	reflect.ValueOf(&update).Elem().Field(i).SetZero()
	return update
}

// TestDiff applies random updates to random sub requests.
func TestDiff(t *testing.T) {
	t.Parallel()
	const seed = 20261126
	r := rand.New(rand.NewPCG(seed, 0))
	empty, set := 0, 0
	for range 5_000 {
		was := randomProfile(r)
		is := put(porting.DraftSubRequest{ID: "sub", Description: "stays"}, was.Update())
		should := randomProfile(r)
		if r.IntN(10) == 0 {
			should = was
		}
		update := drafts.Diff(&is, should)
		want := expected(is, should)
		require.Equal(t, want, put(is, update), "the update leads from is to should")
		require.Zero(t, drafts.Diff(&want, should), "there is nothing left to change")

		if update == (porting.DraftSubRequestUpdate{}) {
			empty++
		}
		for i := range reflect.ValueOf(update).NumField() {
			if reflect.ValueOf(update).Field(i).IsZero() {
				continue
			}
			set++
			require.NotEqual(t, want, put(is, without(update, i)), "%s isn't needed", reflect.TypeOf(update).Field(i).Name)
		}
	}
	assert.Greater(t, empty, 100)
	assert.Greater(t, set, 10_000)
}

// TestDiffSeesEveryField has each field of a profile, alone, lead to an update of that
// field alone.
func TestDiffSeesEveryField(t *testing.T) {
	t.Parallel()
	whole := reflect.ValueOf(bakery())
	for i := range whole.NumField() {
		name := whole.Type().Field(i).Name
		var profile enduser.Profile
		reflect.ValueOf(&profile).Elem().Field(i).Set(whole.Field(i))
		update := drafts.Diff(&porting.DraftSubRequest{}, profile)
		for j := range reflect.ValueOf(update).NumField() {
			field := reflect.TypeOf(update).Field(j).Name
			assert.Equal(t, field == name, !reflect.ValueOf(update).Field(j).IsZero(), "%s of %s", field, name)
		}
		is := put(porting.DraftSubRequest{}, update)
		assert.Zero(t, drafts.Diff(&is, bakeryOnly(t, name)), name)
	}
}

func bakeryOnly(t *testing.T, name string) enduser.Profile {
	t.Helper()
	var profile enduser.Profile
	field := reflect.ValueOf(&profile).Elem().FieldByName(name)
	require.True(t, field.IsValid())
	field.Set(reflect.ValueOf(bakery()).FieldByName(name))
	return profile
}

// TestDiffOfADateOnly has a FOC date that isn't an instant: whatever is asked for differs.
func TestDiffOfADateOnly(t *testing.T) {
	t.Parallel()
	is := porting.DraftSubRequest{FOCDateRequestedByUser: dateOnly("2026-03-05")}
	midnight := time.Date(2026, time.March, 5, 0, 0, 0, 0, time.UTC)
	at, ok := drafts.Diff(&is, enduser.Profile{FOCDateRequestedByUser: midnight}).FOCDateRequestedByUser.Get()
	assert.True(t, ok)
	assert.Equal(t, midnight, at)
}

// TestFillTwice fills in a draft with random profiles, each over the one before. When one
// comes twice, nothing is sent.
func TestFillTwice(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	client := server.Client()
	id := createdDraft(t, client, "+13125550100", "+13125550160", "+18005550101")
	const seed = 20261127
	r := rand.New(rand.NewPCG(seed, 0))
	for range 60 {
		before := wholeDraft(t, client, id).SubRequests
		profiles := drafts.Profiles{
			Default:     workable(randomProfile(r)),
			Carriers:    map[string]enduser.Profile{"Quillback Telephone": workable(randomProfile(r))},
			Categories:  map[string]enduser.Profile{"nanp_toll_free": workable(randomProfile(r))},
			SubRequests: map[porting.SubRequestID]enduser.Profile{before[1].ID: workable(randomProfile(r))},
		}
		first, err := drafts.Fill(t.Context(), client, id, profiles)
		require.NoError(t, err)
		for i, f := range first {
			want := expected(before[i], profiles.For(&before[i]))
			want.Complete = f.SubRequest.Complete
			require.Equal(t, want, *f.SubRequest)
			require.Empty(t, f.NotTaken)
			require.Empty(t, f.Unverified)
		}
		sent := server.Count("Drafts.UpdateSubRequest")
		second, err := drafts.Fill(t.Context(), client, id, profiles)
		require.NoError(t, err)
		require.Len(t, second, len(first))
		require.Equal(t, sent, server.Count("Drafts.UpdateSubRequest"))
	}
	server.AssertClean(t)
}

// workable replaces the values that the API refuses.
func workable(p enduser.Profile) enduser.Profile {
	if p.BillingPhoneNumber != "" {
		p.BillingPhoneNumber = "+13125550100"
	}
	if p.CountryCode != "" {
		p.CountryCode = "US"
	}
	if p.PortingOption.Type == "" {
		p.PortingOption = porting.PortingOption{}
	}
	return p
}

// TestProfilesInJSON stores and loads random profiles.
func TestProfilesInJSON(t *testing.T) {
	t.Parallel()
	const seed = 20261128
	r := rand.New(rand.NewPCG(seed, 0))
	for range 500 {
		profiles := drafts.Profiles{
			Default:    plain(randomProfile(r)),
			Carriers:   map[string]enduser.Profile{"a": plain(randomProfile(r)), "": plain(randomProfile(r))},
			Categories: map[string]enduser.Profile{},
		}
		data, err := json.Marshal(profiles)
		require.NoError(t, err)
		var loaded drafts.Profiles
		require.NoError(t, json.Unmarshal(data, &loaded))
		require.Equal(t, profiles, loaded)
	}
}

// plain has no secrets, and its date in UTC.
func plain(p enduser.Profile) enduser.Profile {
	p.PINPasscode, p.AccountNumber, p.TaxIdentifier, p.BusinessIdentifier = "", "", "", ""
	p.FOCDateRequestedByUser = p.FOCDateRequestedByUser.UTC()
	return p
}
