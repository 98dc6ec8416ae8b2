package drafts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// firstWindow is an instant in the first FOC window of a sandbox at its start.
var firstWindow = time.Date(2026, time.March, 5, 15, 0, 0, 0, time.UTC)

// bakery is a profile with a value in every field.
func bakery() enduser.Profile {
	return enduser.Profile{
		FOCDateRequestedByUser:  firstWindow,
		PersonOrCompanyName:     "Example Bakery",
		AuthPersonName:          "Ada Example",
		BillingPhoneNumber:      "+13125550100",
		StreetAddress:           "1 Main Street",
		ExtendedAddress:         "Suite 5",
		Locality:                "Chicago",
		AdministrativeArea:      "IL",
		PostalCode:              "60601",
		CountryCode:             "US",
		DefaultConnectionID:     "1293384261075731499",
		DefaultMessageProfileID: "40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11",
		PortingOption: porting.PortingOption{
			Type: porting.PortingOptionTypePartial, RemainingNumbersAction: porting.RemainingNumbersActionKeep, NewBillingPhoneNumber: "+13125550120",
		},
		PINPasscode:        "0042-pin",
		AccountNumber:      "0017-account",
		TaxIdentifier:      "EX-tax",
		BusinessIdentifier: "EX-business",
	}
}

// createdDraft makes a draft that isn't filled in.
func createdDraft(t *testing.T, client *porting.Client, numbers ...string) porting.DraftID {
	t.Helper()
	d, err := client.Drafts.Create(t.Context(), numbers...)
	require.NoError(t, err)
	return d.ID
}

// clientThrough returns a client whose requests go to the server through a handler.
func clientThrough(t *testing.T, handler http.HandlerFunc) *porting.Client {
	t.Helper()
	host := httptest.NewServer(handler)
	t.Cleanup(host.Close)
	client, err := porting.NewClient(porting.UserToken(portingtest.User, portingtest.Token),
		porting.WithBaseURL(host.URL), porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	return client
}

// changing passes requests on, with their bodies and those of the answers changed.
func changing(server *portingtest.Server, sent, answered func(string) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPut && sent != nil {
			body = []byte(sent(string(body)))
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, r)
		text := answer.Body.String()
		if answered != nil {
			text = answered(text)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(answer.Code)
		_, _ = io.WriteString(w, text)
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	client := server.Client()
	id := createdDraft(t, client, "+13125550100", "+13125550160", "+18005550101")

	profiles := drafts.Profiles{
		Default:    bakery(),
		Carriers:   map[string]enduser.Profile{"tumbleweed  WIRELESS": {PINPasscode: "9999", ExtendedAddress: "Shop"}},
		Categories: map[string]enduser.Profile{"nanp_toll_free": {DefaultConnectionID: "42"}},
	}
	filled, err := drafts.Fill(t.Context(), client, id, profiles)
	require.NoError(t, err)
	require.Len(t, filled, 3)
	for _, f := range filled {
		assert.True(t, f.SubRequest.Complete)
		assert.Empty(t, f.NotTaken)
		assert.Empty(t, f.Unverified)
		assert.NoError(t, f.Err)
		assert.Zero(t, drafts.Diff(f.SubRequest, profiles.For(f.SubRequest)))
	}
	assert.Equal(t, "0042-pin", filled[0].SubRequest.PINPasscode.Reveal())
	assert.Equal(t, "9999", filled[1].SubRequest.PINPasscode.Reveal())
	assert.Equal(t, "Shop", filled[1].SubRequest.ExtendedAddress)
	assert.Equal(t, "42", filled[2].SubRequest.DefaultConnectionID)
	assert.Equal(t, "Chicago", filled[2].SubRequest.Locality)
	assert.Equal(t, 3, server.Count("Drafts.UpdateSubRequest"))
	assert.Equal(t, 2, server.Count("Drafts.Get"))

	filled, err = drafts.Fill(t.Context(), client, id, profiles)
	require.NoError(t, err)
	assert.Len(t, filled, 3)
	assert.Equal(t, 3, server.Count("Drafts.UpdateSubRequest"), "there was nothing to change")
	assert.Equal(t, 3, server.Count("Drafts.Get"), "nor to read back")

	profiles.SubRequests = map[porting.SubRequestID]enduser.Profile{filled[0].SubRequest.ID: {Locality: "Evanston"}}
	_, err = drafts.Fill(t.Context(), client, id, profiles)
	require.NoError(t, err)
	assert.JSONEq(t, `{"locality": "Evanston"}`, server.LastBody("Drafts.UpdateSubRequest"))
	server.AssertClean(t)
}

func TestFillOfADraftWithoutSubRequestsInIt(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	id := createdDraft(t, server.Client(), "+13125550100")
	client := clientThrough(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = "" // as if the server knew no include_ of single drafts
		server.ServeHTTP(w, r)
	})
	filled, err := drafts.Fill(t.Context(), client, id, drafts.Profiles{Default: bakery()})
	require.NoError(t, err)
	require.Len(t, filled, 1)
	assert.True(t, filled[0].SubRequest.Complete)

	empty := clientThrough(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"id": "draft", "sub_requests": []}`)
	})
	_, err = drafts.Fill(t.Context(), empty, "draft", drafts.Profiles{})
	assert.ErrorIs(t, err, drafts.ErrNotSplit)
}

func TestFillNamesWhatWasNotTaken(t *testing.T) {
	t.Parallel()
	replace := func(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }
	for name, test := range map[string]struct {
		sent, answered       func(string) string
		notTaken, unverified []string
	}{
		"all is taken": {},
		"nothing is taken": {
			sent: func(string) string { return `{"description": null}` },
			notTaken: []string{
				"foc_date_requested_by_user", "person_or_company_name", "auth_person_name", "billing_phone_number", "street_address",
				"extended_address", "locality", "administrative_area", "postal_code", "country_code", "default_connection_id",
				"default_message_profile_id", "porting_option.type", "porting_option.remaining_numbers_action", "porting_option.new_billing_phone_number",
			},
			unverified: []string{"pin_passcode", "account_number", "tax_identifier", "business_identifier"},
		},
		"other values": {
			sent: replace("Chicago", "Boston", "keep", "disconnect", "0042-pin", "0042-PIN", "550120", "550121"),
			notTaken: []string{
				"locality", "pin_passcode", "porting_option.remaining_numbers_action", "porting_option.new_billing_phone_number",
			},
		},
		"another time":  {answered: replace("2026-03-05T15:00:00Z", "2026-03-05T15:00:01Z"), notTaken: []string{"foc_date_requested_by_user"}},
		"a date only":   {answered: replace("2026-03-05T15:00:00Z", "2026-03-05"), unverified: []string{"foc_date_requested_by_user"}},
		"another date":  {answered: replace("2026-03-05T15:00:00Z", "2026-03-06"), notTaken: []string{"foc_date_requested_by_user"}},
		"other blanks":  {sent: replace("Example Bakery", " example  BAKERY ", "Chicago", "CHICAGO", "60601", "606 01")},
		"other digits":  {answered: replace(`"+13125550100"`, `"1 (312) 555-0100"`, `"+13125550120"`, `"13125550120"`)},
		"no secrets":    {answered: replace(`"0042-pin"`, "null", `"0017-account"`, `""`), unverified: []string{"pin_passcode", "account_number"}},
		"masked":        {answered: replace("0042-pin", "****-pin", "0017-account", "[redacted]"), unverified: []string{"pin_passcode", "account_number"}},
		"trimmed":       {answered: replace("0042-pin", " 0042-pin ")},
		"a lost option": {answered: replace(`"type":"partial"`, `"type":"full"`), notTaken: []string{"porting_option.type"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer(portingtest.WithLenient())
			t.Cleanup(server.Close)
			id := createdDraft(t, server.Client(), "+13125550100")
			filled, err := drafts.Fill(t.Context(), clientThrough(t, changing(server, test.sent, test.answered)), id, drafts.Profiles{Default: bakery()})
			require.Len(t, filled, 1)
			assert.Equal(t, test.notTaken, filled[0].NotTaken)
			assert.Equal(t, test.unverified, filled[0].Unverified)
			assert.Equal(t, 1, server.Count("Drafts.UpdateSubRequest"))
			if len(test.notTaken) == 0 {
				assert.NoError(t, err)
				return
			}
			var notTaken *drafts.NotTakenError
			require.ErrorAs(t, err, &notTaken)
			sub := filled[0].SubRequest.ID
			assert.Equal(t, map[porting.SubRequestID][]string{sub: test.notTaken}, notTaken.Fields)
			assert.EqualError(t, err, "drafts: fields were not taken: sub request "+string(sub)+": "+strings.Join(test.notTaken, ", "))
		})
	}
}

// TestFillFindsWhatAnUpdateLost has an update wipe what it doesn't send.
func TestFillFindsWhatAnUpdateLost(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	id := createdDraft(t, server.Client(), "+13125550100")
	_, err := drafts.Fill(t.Context(), server.Client(), id, drafts.Profiles{Default: bakery()})
	require.NoError(t, err)
	wiping := clientThrough(t, changing(server, func(string) string { return `{"locality": "Evanston", "extended_address": null}` }, nil))
	filled, err := drafts.Fill(t.Context(), wiping, id, drafts.Profiles{Default: enduser.Profile{Locality: "Evanston"}})
	require.Error(t, err)
	assert.Equal(t, []string{"extended_address"}, filled[0].NotTaken)
}

func TestFillGoesOnBehindARefusal(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	client := server.Client()
	id := createdDraft(t, client, "+13125550100", "+13125550160", "+13125550150")
	subs := wholeDraft(t, client, id).SubRequests
	profiles := drafts.Profiles{
		Default: bakery(),
		SubRequests: map[porting.SubRequestID]enduser.Profile{
			subs[0].ID: {FOCDateRequestedByUser: firstWindow.Add(-24 * time.Hour)}, // in no window
		},
	}
	filled, err := drafts.Fill(t.Context(), client, id, profiles)
	require.Len(t, filled, 3)
	var refused *porting.ValidationError
	require.ErrorAs(t, err, &refused)
	assert.ErrorIs(t, filled[0].Err, porting.ErrUnprocessable)
	assert.False(t, filled[0].SubRequest.Complete)
	assert.NotZero(t, filled[0].Update)
	assert.Empty(t, filled[0].NotTaken)
	for _, f := range filled[1:] {
		assert.NoError(t, f.Err)
		assert.True(t, f.SubRequest.Complete)
	}
}

func TestFillEndsWithAnOutage(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	client := server.Client(porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1}))
	id := createdDraft(t, client, "+13125550100", "+13125550160", "+13125550150")
	server.Inject(portingtest.Fault{Operation: "Drafts.UpdateSubRequest", Nth: 2, Effect: portingtest.BadGateway()})
	filled, err := drafts.Fill(t.Context(), client, id, drafts.Profiles{Default: bakery()})
	var outage *porting.APIError
	require.ErrorAs(t, err, &outage)
	assert.Equal(t, http.StatusBadGateway, outage.StatusCode)
	require.Len(t, filled, 2, "the third wasn't reached")
	assert.True(t, filled[0].SubRequest.Complete, "the first was read back")
	assert.Error(t, filled[1].Err)

	filled, err = drafts.Fill(t.Context(), client, id, drafts.Profiles{Default: bakery()})
	require.NoError(t, err)
	assert.Zero(t, filled[0].Update)
	assert.NotZero(t, filled[1].Update)
	assert.Equal(t, 4, server.Count("Drafts.UpdateSubRequest"))
}

func TestFillThatCannotReadBack(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]portingtest.Effect{
		"an outage":       portingtest.BadGateway(),
		"no sub requests": portingtest.Respond(http.StatusOK, `{"id": "draft", "sub_requests": []}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			t.Cleanup(server.Close)
			client := server.Client(porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1}))
			id := createdDraft(t, client, "+13125550100")
			server.Inject(portingtest.Fault{Operation: "Drafts.Get", Nth: 2, Effect: effect})
			filled, err := drafts.Fill(t.Context(), client, id, drafts.Profiles{Default: enduser.Profile{Locality: "Chicago", PINPasscode: "0042"}})
			require.Error(t, err)
			require.Len(t, filled, 1)
			assert.Equal(t, []string{"locality", "pin_passcode"}, filled[0].Unverified)
		})
	}
}

func TestFillOfACanceledContext(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	id := createdDraft(t, server.Client(), "+13125550100", "+13125550160")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	client := clientThrough(t, func(w http.ResponseWriter, r *http.Request) {
		server.ServeHTTP(w, r)
		if r.Method == http.MethodPut {
			cancel()
		}
	})
	_, err := drafts.Fill(ctx, client, id, drafts.Profiles{Default: bakery()})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, server.Count("Drafts.UpdateSubRequest"))
}

// TestFillReadOnly has a client that changes nothing: the result says what would be sent.
func TestFillReadOnly(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	id := createdDraft(t, server.Client(), "+13125550100", "+13125550160")
	filled, err := drafts.Fill(t.Context(), server.Client().With(porting.WithReadOnly()), id, drafts.Profiles{Default: enduser.Profile{Locality: "Chicago"}})
	require.Error(t, err)
	require.Len(t, filled, 2)
	for _, f := range filled {
		assert.Equal(t, porting.DraftSubRequestUpdate{Locality: porting.Set("Chicago")}, f.Update)
		var notSent *porting.ArgumentError
		assert.ErrorAs(t, f.Err, &notSent)
	}
	assert.Zero(t, server.Count("Drafts.UpdateSubRequest"))
	assert.Equal(t, 1, server.Count("Drafts.Get"))
}

func TestProfilesThatCannotWork(t *testing.T) {
	t.Parallel()
	client := clientThrough(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	for field, profiles := range map[string]drafts.Profiles{
		"profiles.default.billing_phone_number":                             {Default: enduser.Profile{BillingPhoneNumber: "312-555-0100"}},
		"profiles.carriers.Example.pin_passcode":                            {Carriers: map[string]enduser.Profile{"Example": {PINPasscode: "[redacted]"}}},
		"profiles.categories.nanp_generic.country_code":                     {Categories: map[string]enduser.Profile{"nanp_generic": {CountryCode: "USA"}}},
		"profiles.sub_requests.sub.porting_option.type":                     {SubRequests: map[porting.SubRequestID]enduser.Profile{"sub": {PortingOption: porting.PortingOption{RemainingNumbersAction: "keep"}}}},
		"profiles.sub_requests.sub.porting_option.new_billing_phone_number": {SubRequests: map[porting.SubRequestID]enduser.Profile{"sub": {PortingOption: porting.PortingOption{Type: "partial", NewBillingPhoneNumber: "1"}}}},
		"profiles.default.porting_option.remaining_numbers_action":          {Default: enduser.Profile{PortingOption: porting.PortingOption{Type: "partial", RemainingNumbersAction: "drop"}}},
		"profiles.categories.nanp_toll_free.porting_option.type":            {Categories: map[string]enduser.Profile{"nanp_toll_free": {PortingOption: porting.PortingOption{Type: "all"}}}},
		"profiles.default.business_identifier":                              {Default: enduser.Profile{BusinessIdentifier: " [redacted] "}},
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			filled, err := drafts.Fill(t.Context(), client, "draft", profiles)
			assert.Nil(t, filled)
			requireArgument(t, err, "drafts.Fill", field)
			assert.NotContains(t, err.Error(), "55501")
		})
	}
}

func TestProfilesFor(t *testing.T) {
	t.Parallel()
	profiles := drafts.Profiles{
		Default: enduser.Profile{
			Locality: "default", PostalCode: "default", StreetAddress: "default", AuthPersonName: "default",
			PortingOption: porting.PortingOption{Type: "partial", RemainingNumbersAction: "disconnect"},
		},
		Categories: map[string]enduser.Profile{
			"nanp_toll_free": {PostalCode: "category", StreetAddress: "category", AuthPersonName: "category", PortingOption: porting.PortingOption{Type: "full"}},
			"nanp_generic":   {PostalCode: "second", ExtendedAddress: "second"},
		},
		Carriers: map[string]enduser.Profile{
			"example bell":  {StreetAddress: "carrier", AuthPersonName: "carrier"},
			"Example  Bell": {StreetAddress: "another spelling"},
			"Second":        {StreetAddress: "second", DefaultConnectionID: "second"},
			"":              {CountryCode: "none"},
		},
		SubRequests: map[porting.SubRequestID]enduser.Profile{"sub": {AuthPersonName: "sub request"}},
	}
	sub := &porting.DraftSubRequest{
		ID: "sub", UnderlyingCarrierNames: []string{"example bell", "Second"},
		PhoneNumbers: []porting.DraftPortRequestPhoneNumber{{CoverageCategory: "nanp_toll_free"}, {CoverageCategory: "nanp_generic"}},
	}
	assert.Equal(t, enduser.Profile{
		Locality: "default", PostalCode: "category", StreetAddress: "carrier", AuthPersonName: "sub request",
		ExtendedAddress: "second", DefaultConnectionID: "second", PortingOption: porting.PortingOption{Type: "full"},
		CountryCode: "",
	}, profiles.For(sub))

	byNumber := &porting.DraftSubRequest{PhoneNumbers: []porting.DraftPortRequestPhoneNumber{{CarrierName: "SECOND"}}}
	assert.Equal(t, "second", profiles.For(byNumber).StreetAddress)
	assert.Equal(t, profiles.Default, profiles.For(&porting.DraftSubRequest{}))
}

func TestProfilesMarshalAllButTheirSecrets(t *testing.T) {
	t.Parallel()
	profiles := drafts.Profiles{
		Default:     bakery(),
		Carriers:    map[string]enduser.Profile{"Example Bell": {PINPasscode: "1234", PostalCode: "02134"}},
		Categories:  map[string]enduser.Profile{"nanp_toll_free": {PortingOption: porting.PortingOption{RemainingNumbersAction: "keep"}}},
		SubRequests: map[porting.SubRequestID]enduser.Profile{"sub": {FOCDateRequestedByUser: firstWindow}},
	}
	data, err := json.Marshal(profiles)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "0042")
	assert.NotContains(t, string(data), "1234")
	var loaded drafts.Profiles
	require.NoError(t, json.Unmarshal(data, &loaded))

	want := profiles
	want.Default.PINPasscode, want.Default.AccountNumber = "[redacted]", "[redacted]"
	want.Default.TaxIdentifier, want.Default.BusinessIdentifier = "[redacted]", "[redacted]"
	want.Carriers = map[string]enduser.Profile{"Example Bell": {PINPasscode: "[redacted]", PostalCode: "02134"}}
	assert.Equal(t, want, loaded)

	data, err = json.Marshal(drafts.Profiles{})
	require.NoError(t, err)
	assert.JSONEq(t, `{}`, string(data))
}

func TestCorrect(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer(portingtest.WithFullUpdates())
	t.Cleanup(server.Close)
	client := server.Client()
	id, subs := server.AddPortRequest("+13125550100")
	server.Move(subs[0], porting.SubRequestStatusException)

	got, err := drafts.Correct(t.Context(), client, id, subs[0], enduser.Profile{PostalCode: "98102", AccountNumber: "EX-200"})
	require.NoError(t, err)
	assert.Equal(t, "98102", got.SubRequest.PostalCode)
	assert.Equal(t, porting.SubRequestStatusSubmitted, got.SubRequest.Status)
	assert.Empty(t, got.NotTaken)
	assert.Empty(t, got.Unverified)
	var body map[string]any
	require.NoError(t, json.Unmarshal([]byte(server.LastBody("SubRequests.Update")), &body))
	delete(body, "account_number") // masked
	assert.Equal(t, map[string]any{
		"foc_date_requested_by_user": "2026-03-05T15:00:00Z", "auth_person_name": "Ada Example", "billing_phone_number": "+13125550100",
		"street_address": "1 Main Street", "locality": "Seattle", "administrative_area": "WA", "postal_code": "98102", "country_code": "US",
		"default_connection_id": "1293384261075731499",
	}, body)

	got, err = drafts.Correct(t.Context(), client, id, subs[0], enduser.Profile{PostalCode: "98102"})
	require.NoError(t, err)
	assert.Zero(t, got.Update)
	assert.Equal(t, 1, server.Count("SubRequests.Update"), "there was nothing to change")
	assert.Equal(t, 3, server.Count("SubRequests.Get"))

	got, err = drafts.Correct(t.Context(), client, id, subs[0], enduser.Profile{DefaultMessageProfileID: "profile"})
	var notTaken *drafts.NotTakenError
	require.ErrorAs(t, err, &notTaken)
	assert.Equal(t, []string{"default_message_profile_id"}, got.NotTaken)
	assert.Equal(t, 1, server.Count("SubRequests.Update"), "no update has the field")
	server.AssertClean(t)
}

func TestCorrectSendsEveryField(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	id, subs := server.AddPortRequest("+13125550101")
	profile := bakery()
	profile.FOCDateRequestedByUser = firstWindow.Add(24 * time.Hour)
	profile.DefaultMessageProfileID = ""
	got, err := drafts.Correct(t.Context(), server.Client(), id, subs[0], profile)
	require.NoError(t, err)
	assert.Empty(t, got.NotTaken)
	assert.Equal(t, "Example Bakery", got.SubRequest.PersonOrCompanyName)
	assert.Equal(t, &profile.PortingOption, got.SubRequest.PortingOption)
	assert.Equal(t, "EX-business", got.SubRequest.BusinessIdentifier.Reveal())
	assert.True(t, got.SubRequest.FOCDateRequestedByUser.Equal(profile.FOCDateRequestedByUser))
}

func TestCorrectNamesWhatWasNotTaken(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	id, subs := server.AddPortRequest("+13125550100")
	client := clientThrough(t, changing(server, func(string) string { return `{"locality": "Tacoma"}` },
		strings.NewReplacer(`"EX-100"`, "null").Replace))
	got, err := drafts.Correct(t.Context(), client, id, subs[0], enduser.Profile{PostalCode: "98102", AccountNumber: "EX-200"})
	var notTaken *drafts.NotTakenError
	require.ErrorAs(t, err, &notTaken)
	assert.Equal(t, []string{"locality", "postal_code"}, got.NotTaken)
	assert.Equal(t, []string{"account_number"}, got.Unverified)
}

func TestCorrectFails(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	id, subs := server.AddPortRequest("+13125550100")
	client := server.Client(porting.WithRetry(porting.RetryPolicy{MaxAttempts: 1}))

	_, err := drafts.Correct(t.Context(), client, id, subs[0], enduser.Profile{CountryCode: "USA"})
	requireArgument(t, err, "drafts.Correct", "profile.country_code")
	assert.Zero(t, server.Count("SubRequests.Get"))

	got, err := drafts.Correct(t.Context(), client, id, subs[0], enduser.Profile{FOCDateRequestedByUser: firstWindow.Add(-24 * time.Hour)})
	assert.ErrorIs(t, err, porting.ErrUnprocessable)
	assert.Nil(t, got)

	server.Inject(portingtest.Fault{Operation: "SubRequests.Get", Nth: 2, Effect: portingtest.BadGateway()})
	got, err = drafts.Correct(t.Context(), client, id, subs[0], enduser.Profile{Locality: "Tacoma"})
	require.Error(t, err)
	assert.Equal(t, "Tacoma", got.SubRequest.Locality, "as the update was answered")
	assert.Contains(t, got.Unverified, "locality")
}

// TestCorrectAfterALostAnswer tells from the sub request whether the update took.
func TestCorrectAfterALostAnswer(t *testing.T) {
	t.Parallel()
	hidePIN := strings.NewReplacer(`"PIN-2"`, `"****"`, `"EX-100"`, "null").Replace
	for _, test := range []struct {
		name    string
		profile enduser.Profile
		effect  portingtest.Effect
		shown   func(string) string // of an answer
		taken   bool
	}{
		{"it took", enduser.Profile{PostalCode: "98102"}, portingtest.DropAfter(), nil, true},
		{"it didn't", enduser.Profile{PostalCode: "98102"}, portingtest.DropBefore(), nil, false},
		{"it comes later", enduser.Profile{PostalCode: "98102"}, portingtest.DropThenAct(time.Hour), nil, false},
		{"a field that is shown tells it of one that is hidden", enduser.Profile{PostalCode: "98102", PINPasscode: "PIN-2"}, portingtest.DropAfter(), hidePIN, true},
		{"a secret that is hidden doesn't tell it", enduser.Profile{PINPasscode: "PIN-2"}, portingtest.DropAfter(), hidePIN, false},
		{"a field that differed in its letters only doesn't tell it", enduser.Profile{Locality: "SEATTLE"}, portingtest.DropBefore(), nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := portingtest.NewServer()
			t.Cleanup(server.Close)
			id, subs := server.AddPortRequest("+13125550100")
			server.Inject(portingtest.Fault{Operation: "SubRequests.Update", Effect: test.effect})
			client := clientThrough(t, changing(server, nil, test.shown)).With(porting.WithRetry(porting.RetryPolicy{MinWait: time.Millisecond, MaxWait: time.Millisecond}))
			got, err := drafts.Correct(t.Context(), client, id, subs[0], test.profile)
			assert.Equal(t, 1, server.Count("SubRequests.Update"))
			if test.taken {
				require.NoError(t, err)
				assert.Equal(t, "98102", got.SubRequest.PostalCode)
				return
			}
			var lost *drafts.CorrectUnknownError
			require.ErrorAs(t, err, &lost)
			assert.NoError(t, lost.Look)
			assert.NotContains(t, err.Error(), "98102")
			assert.Nil(t, got)
		})
	}
}
