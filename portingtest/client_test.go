package portingtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

func TestClient(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithCredentials("me", "t0", "k0"))
	client, ctx := s.Client(), t.Context()

	draft, err := client.Drafts.Create(ctx, "+12065550100", "+12065550160")
	require.NoError(t, err)
	subs, err := client.Drafts.ListSubRequests(ctx, draft.ID)
	require.NoError(t, err)
	require.Len(t, subs, 2)
	for _, sub := range subs {
		windows, err := client.Drafts.AllowedFOCDates(ctx, draft.ID, sub.ID)
		require.NoError(t, err)
		updated, err := client.Drafts.UpdateSubRequest(ctx, draft.ID, sub.ID, porting.DraftSubRequestUpdate{
			FOCDateRequestedByUser: porting.Set(windows[0].Start.Time),
			AuthPersonName:         porting.Set("Ada Example"),
			BillingPhoneNumber:     porting.Set("+12065550100"),
			StreetAddress:          porting.Set("1 Main Street"),
			Locality:               porting.Set("Seattle"),
			AdministrativeArea:     porting.Set("WA"),
			PostalCode:             porting.Set("98101"),
			CountryCode:            porting.Set("US"),
			DefaultConnectionID:    porting.Set("1293384261075731499"),
			PINPasscode:            porting.Set(porting.Secret("0042")),
		})
		require.NoError(t, err)
		assert.True(t, updated.Complete)
	}
	for _, kind := range []porting.DocumentType{"loa", "invoice"} {
		_, err := client.Documents.Upload(ctx, draft.ID, porting.DocumentUpload{
			Type: kind, Filename: "scan.pdf", ContentType: "application/pdf", Content: strings.NewReader("the " + string(kind)),
		})
		require.NoError(t, err)
	}
	draft, err = client.Drafts.Submit(ctx, draft.ID)
	require.NoError(t, err)
	s.Advance(7 * 24 * time.Hour)

	request, err := client.PortRequests.Get(ctx, draft.PortRequestID, nil)
	require.NoError(t, err)
	assert.Equal(t, []porting.PhoneNumberCount{{Status: "ported", Count: 2}}, request.PhoneNumberCountsByStatus)
	documents, err := client.Documents.List(ctx, request.ID)
	require.NoError(t, err)
	require.Len(t, documents, 2)
	var content strings.Builder
	_, err = client.Documents.Download(ctx, request.ID, documents[1].ID, &content)
	require.NoError(t, err)
	assert.Equal(t, "the invoice", content.String())
	assert.Empty(t, s.Violations())
}

func TestClientErrors(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, err := s.Client().Drafts.Create(t.Context(), "+12065550100", "+12065550182")
	var invalid *porting.ValidationError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, http.StatusUnprocessableEntity, invalid.StatusCode)
	assert.NotEmpty(t, invalid.RequestID)
	require.Len(t, invalid.Fields, 1)
	assert.Equal(t, "phone_numbers.1.phone_number", invalid.Fields[0].Field)
	assert.Equal(t, "no_coverage", invalid.Fields[0].Code)
	assert.Panics(t, func() { s.Client(porting.WithBaseURL("::")) })
}
