package enduser_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

func whole() enduser.Profile {
	return enduser.Profile{
		FOCDateRequestedByUser:  time.Date(2026, time.December, 1, 16, 0, 0, 0, time.UTC),
		PersonOrCompanyName:     "Example Bakery",
		AuthPersonName:          "Ada Example",
		BillingPhoneNumber:      "+13125550100",
		StreetAddress:           "1 Main Street",
		ExtendedAddress:         "Suite 5",
		Locality:                "Chicago",
		AdministrativeArea:      "IL",
		PostalCode:              "02134",
		CountryCode:             "US",
		DefaultConnectionID:     "1293384261075731499",
		DefaultMessageProfileID: "40017f1c-7c7e-4f0e-9d2b-5d3f7f6f0c11",
		PortingOption:           porting.PortingOption{Type: porting.PortingOptionTypeFull},
		PINPasscode:             "0042-secret",
		AccountNumber:           "0017-secret",
		TaxIdentifier:           "tax-secret",
		BusinessIdentifier:      "business-secret",
	}
}

func TestProfileFieldsAreTheUpdates(t *testing.T) {
	t.Parallel()
	profile, update := reflect.TypeFor[enduser.Profile](), reflect.TypeFor[porting.DraftSubRequestUpdate]()
	require.Equal(t, update.NumField(), profile.NumField())
	filled := reflect.ValueOf(new(whole()).Update())
	none := reflect.ValueOf(new(enduser.Profile).Update())
	p := whole()
	for i := range update.NumField() {
		name := update.Field(i).Name
		field, ok := profile.FieldByName(name)
		require.True(t, ok, name)
		assert.Equal(t, update.Field(i).Tag, field.Tag, name)
		assert.True(t, none.Field(i).IsZero(), "%s is set by an empty profile", name)

		got := filled.Field(i).MethodByName("Get").Call(nil)
		assert.Equal(t, reflect.ValueOf(p).FieldByName(name).Interface(), got[0].Interface(), name)
		assert.True(t, got[1].Bool(), name)
	}
}

func TestProfileLoadsFromJSON(t *testing.T) {
	t.Parallel()
	var p enduser.Profile
	require.NoError(t, json.Unmarshal([]byte(`{
		"foc_date_requested_by_user": "2026-12-01T10:00:00-06:00",
		"auth_person_name": "Ada Example",
		"postal_code": "02134",
		"porting_option": {"type": "partial", "remaining_numbers_action": "disconnect"},
		"pin_passcode": "0042"
	}`), &p))
	assert.True(t, p.FOCDateRequestedByUser.Equal(time.Date(2026, time.December, 1, 16, 0, 0, 0, time.UTC)))
	assert.Equal(t, "Ada Example", p.AuthPersonName)
	assert.Equal(t, "02134", p.PostalCode)
	assert.Equal(t, porting.PortingOption{Type: "partial", RemainingNumbersAction: "disconnect"}, p.PortingOption)
	assert.Equal(t, "0042", p.PINPasscode.Reveal())
	assert.Error(t, json.Unmarshal([]byte(`{"foc_date_requested_by_user": "2026-12-01"}`), &p), "a date is no instant")
}

func TestProfileHidesItsSecrets(t *testing.T) {
	t.Parallel()
	p := whole()
	var text bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&text, verb+" ", p)
		fmt.Fprintf(&text, verb+" ", &p)
		fmt.Fprintf(&text, verb+" ", []enduser.Profile{p})
	}
	slog.New(slog.NewTextHandler(&text, nil)).Info("x", "profile", p)
	slog.New(slog.NewJSONHandler(&text, nil)).Info("x", "profile", &p)
	require.NoError(t, json.NewEncoder(&text).Encode(p))
	assert.NotContains(t, text.String(), "secret")
	assert.Contains(t, text.String(), "Ada Example")
	assert.Contains(t, text.String(), "[redacted]")
}
