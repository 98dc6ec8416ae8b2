package porting_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// TestUnchanged reads a sub request, changes one thing and sends all that the API requires.
func TestUnchanged(t *testing.T) {
	t.Parallel()
	sub, err := always(t, answer(200, testdata(t, "sub_requests_get"))).SubRequests.Get(t.Context(), "a", "b")
	require.NoError(t, err)
	change := sub.Unchanged()
	change.Locality = porting.Set("Evanston")
	sent := sentBy(t, "PUT", subPath, func(c *porting.Client) error { return update(t.Context(), c, change) })
	assert.JSONEq(t, `{"foc_date_requested_by_user":"2024-03-14T15:00:00Z","auth_person_name":"Ada Example","billing_phone_number":"+13125550100",`+
		`"street_address":"311 W Superior St","locality":"Evanston","administrative_area":"IL","postal_code":"60654","country_code":"US",`+
		`"default_connection_id":"1293384261075731499"}`, sent)

	assert.Equal(t, porting.SubRequestUpdate{}, porting.SubRequest{ID: "b"}.Unchanged(), "what isn't there stays unset")
	date := porting.SubRequest{FOCDateRequestedByUser: day("2024-03-14"), PostalCode: "60654"}
	assert.Equal(t, porting.SubRequestUpdate{PostalCode: porting.Set("60654")}, date.Unchanged(), "a date is not midnight")
}
