package porting_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// sentBy returns the body that the call sends.
func sentBy(t *testing.T, method, path string, call func(*porting.Client) error) string {
	t.Helper()
	var sent []byte
	client := clientOf(t, method, path, func(r *http.Request) (*http.Response, error) {
		sent, _ = io.ReadAll(r.Body)
		return answer(200, `{"id":"1"}`)(r)
	})
	require.NoError(t, call(client))
	return string(sent)
}

const (
	subPath      = api + "/port_requests/a/sub_requests/b"
	draftSubPath = api + "/draft_port_requests/a/sub_requests/b"
)

func update(ctx context.Context, c *porting.Client, u porting.SubRequestUpdate) error {
	_, err := c.SubRequests.Update(ctx, "a", "b", u)
	return err
}

func draftUpdate(ctx context.Context, c *porting.Client, u porting.DraftSubRequestUpdate) error {
	_, err := c.Drafts.UpdateSubRequest(ctx, "a", "b", u)
	return err
}

// rules are the updates that can't work, as both types take them.
var rules = []struct {
	name  string
	sub   porting.SubRequestUpdate
	draft porting.DraftSubRequestUpdate
	field string
}{
	{"nothing", porting.SubRequestUpdate{}, porting.DraftSubRequestUpdate{}, "update"},
	{
		"zero time",
		porting.SubRequestUpdate{FOCDateRequestedByUser: porting.Set(time.Time{})},
		porting.DraftSubRequestUpdate{FOCDateRequestedByUser: porting.Set(time.Time{})},
		"foc_date_requested_by_user",
	},
	{
		"year of five digits",
		porting.SubRequestUpdate{FOCDateRequestedByUser: porting.Set(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))},
		porting.DraftSubRequestUpdate{FOCDateRequestedByUser: porting.Set(time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -7200)))},
		"foc_date_requested_by_user",
	},
	{
		"billing number",
		porting.SubRequestUpdate{BillingPhoneNumber: porting.Set("3125550100")},
		porting.DraftSubRequestUpdate{BillingPhoneNumber: porting.Set("+")},
		"billing_phone_number",
	},
	{
		"country",
		porting.SubRequestUpdate{CountryCode: porting.Set("USA")},
		porting.DraftSubRequestUpdate{CountryCode: porting.Set("")},
		"country_code",
	},
	{
		"option without a type",
		porting.SubRequestUpdate{PortingOption: porting.Set(porting.PortingOption{})},
		porting.DraftSubRequestUpdate{PortingOption: porting.Set(porting.PortingOption{RemainingNumbersAction: "keep"})},
		"porting_option.type",
	},
	{
		"option's type",
		porting.SubRequestUpdate{PortingOption: porting.Set(porting.PortingOption{Type: "half"})},
		porting.DraftSubRequestUpdate{PortingOption: porting.Set(porting.PortingOption{Type: "Full"})},
		"porting_option.type",
	},
	{
		"option's action",
		porting.SubRequestUpdate{PortingOption: porting.Set(porting.PortingOption{Type: "partial", RemainingNumbersAction: "sell"})},
		porting.DraftSubRequestUpdate{PortingOption: porting.Set(porting.PortingOption{Type: "full", RemainingNumbersAction: "none"})},
		"porting_option.remaining_numbers_action",
	},
	{
		"redacted PIN",
		porting.SubRequestUpdate{PINPasscode: porting.Set[porting.Secret]("[redacted]")},
		porting.DraftSubRequestUpdate{PINPasscode: porting.Set[porting.Secret]("[redacted]")},
		"pin_passcode",
	},
	{
		"redacted account number",
		porting.SubRequestUpdate{AccountNumber: porting.Set[porting.Secret](" [redacted]")},
		porting.DraftSubRequestUpdate{AccountNumber: porting.Set[porting.Secret]("[redacted]\n")},
		"account_number",
	},
	{
		"redacted tax identifier",
		porting.SubRequestUpdate{TaxIdentifier: porting.Set[porting.Secret]("[redacted]")},
		porting.DraftSubRequestUpdate{TaxIdentifier: porting.Set[porting.Secret]("[redacted]")},
		"tax_identifier",
	},
	{
		"redacted business identifier",
		porting.SubRequestUpdate{BusinessIdentifier: porting.Set[porting.Secret]("[redacted]")},
		porting.DraftSubRequestUpdate{BusinessIdentifier: porting.Set[porting.Secret]("[redacted]")},
		"business_identifier",
	},
	{
		"not UTF-8",
		porting.SubRequestUpdate{Locality: porting.Set("Chi\xffcago")},
		porting.DraftSubRequestUpdate{Locality: porting.Set("Chi\xffcago")},
		"locality",
	},
	{
		"secret that is not UTF-8",
		porting.SubRequestUpdate{PINPasscode: porting.Set[porting.Secret]("hush\xff")},
		porting.DraftSubRequestUpdate{PINPasscode: porting.Set[porting.Secret]("hush\xff")},
		"pin_passcode",
	},
}

func TestUpdatesThatCannotWork(t *testing.T) {
	t.Parallel()
	for _, tt := range rules {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, newMock(t))
			for operation, err := range map[string]error{
				"SubRequests.Update":      update(t.Context(), client, tt.sub),
				"Drafts.UpdateSubRequest": draftUpdate(t.Context(), client, tt.draft),
			} {
				requireArgument(t, err, operation, tt.field)
				assert.NotContains(t, err.Error(), "5550100", "the value is shown")
				assert.NotContains(t, err.Error(), "hush", "the value is shown")
			}
		})
	}
}

func TestUpdatesThatTheServerMayJudge(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		sub   porting.SubRequestUpdate
		draft porting.DraftSubRequestUpdate
		sent  string
	}{
		{
			"only null",
			porting.SubRequestUpdate{CountryCode: porting.Null[string]()}, porting.DraftSubRequestUpdate{CountryCode: porting.Null[string]()},
			`{"country_code":null}`,
		},
		{
			"nulls of checked fields",
			porting.SubRequestUpdate{FOCDateRequestedByUser: porting.Null[time.Time](), BillingPhoneNumber: porting.Null[string](), PortingOption: porting.Null[porting.PortingOption](), PINPasscode: porting.Null[porting.Secret]()},
			porting.DraftSubRequestUpdate{FOCDateRequestedByUser: porting.Null[time.Time](), BillingPhoneNumber: porting.Null[string](), PortingOption: porting.Null[porting.PortingOption](), PINPasscode: porting.Null[porting.Secret]()},
			`{"foc_date_requested_by_user":null,"billing_phone_number":null,"porting_option":null,"pin_passcode":null}`,
		},
		{
			"empty secret",
			porting.SubRequestUpdate{PINPasscode: porting.Set[porting.Secret]("")}, porting.DraftSubRequestUpdate{PINPasscode: porting.Set[porting.Secret]("")},
			`{"pin_passcode":""}`,
		},
		{
			"secret like the placeholder",
			porting.SubRequestUpdate{PINPasscode: porting.Set[porting.Secret]("redacted")}, porting.DraftSubRequestUpdate{PINPasscode: porting.Set[porting.Secret]("redacted")},
			`{"pin_passcode":"redacted"}`,
		},
		{
			"lower case country and another billing number",
			porting.SubRequestUpdate{CountryCode: porting.Set("us"), BillingPhoneNumber: porting.Set("+13125550100"), PortingOption: porting.Set(porting.PortingOption{Type: "partial", NewBillingPhoneNumber: "+13125550101"})},
			porting.DraftSubRequestUpdate{CountryCode: porting.Set("us"), BillingPhoneNumber: porting.Set("+13125550100"), PortingOption: porting.Set(porting.PortingOption{Type: "partial", NewBillingPhoneNumber: "+13125550101"})},
			`{"billing_phone_number":"+13125550100","country_code":"us","porting_option":{"type":"partial","new_billing_phone_number":"+13125550101"}}`,
		},
		{
			"a billing number that stays",
			porting.SubRequestUpdate{BillingPhoneNumber: porting.Set("+13125550100"), PortingOption: porting.Set(porting.PortingOption{Type: "partial", RemainingNumbersAction: "keep", NewBillingPhoneNumber: "+13125550100"})},
			porting.DraftSubRequestUpdate{BillingPhoneNumber: porting.Set("+13125550100"), PortingOption: porting.Set(porting.PortingOption{Type: "partial", RemainingNumbersAction: "keep", NewBillingPhoneNumber: "+13125550100"})},
			`{"billing_phone_number":"+13125550100","porting_option":{"type":"partial","remaining_numbers_action":"keep","new_billing_phone_number":"+13125550100"}}`,
		},
		{
			"the placeholder where no secret belongs",
			porting.SubRequestUpdate{Locality: porting.Set("[redacted]")}, porting.DraftSubRequestUpdate{Locality: porting.Set("[redacted]")},
			`{"locality":"[redacted]"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.sent, sentBy(t, "PUT", subPath, func(c *porting.Client) error { return update(t.Context(), c, tt.sub) }))
			assert.Equal(t, tt.sent, sentBy(t, "PUT", draftSubPath, func(c *porting.Client) error { return draftUpdate(t.Context(), c, tt.draft) }))
		})
	}
	assert.JSONEq(t, `{"customer_rating":0}`, sentBy(t, "PUT", subPath, func(c *porting.Client) error {
		return update(t.Context(), c, porting.SubRequestUpdate{CustomerRating: porting.Set(0)})
	}))
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	good := []string{"+13125550100", "+12", "+123456789012345", "+18005550199", "+442079460000"}
	bad := []string{
		"", "+", "+1", "+1234567890123456", "13125550100", "+03125550100", "+1312555010a", "+1 3125550100", " +13125550100",
		"+13125550100 ", "++3125550100", "+1312-5550100", "tel:+13125550100", "+١٢٣٤٥٦٧", "+13125550100\n", "\xff",
	}
	for _, number := range good {
		sent := sentBy(t, "POST", api+"/draft_port_requests", func(c *porting.Client) error {
			_, err := c.Drafts.Create(t.Context(), number)
			return err
		})
		assert.Equal(t, `{"phone_numbers":[{"phone_number":"`+number+`"}]}`, sent)
	}
	client := newClient(t, newMock(t))
	for _, number := range bad {
		_, err := client.Drafts.Create(t.Context(), "+13125550100", number)
		requireArgument(t, err, "Drafts.Create", "phone_numbers.1.phone_number")
		err = update(t.Context(), client, porting.SubRequestUpdate{BillingPhoneNumber: porting.Set(number)})
		requireArgument(t, err, "SubRequests.Update", "billing_phone_number")
	}
	_, err := client.Drafts.Create(t.Context())
	requireArgument(t, err, "Drafts.Create", "phone_numbers")
	_, err = client.Portability.Check(t.Context())
	requireArgument(t, err, "Portability.Check", "phone_numbers")
	_, err = client.Portability.Check(t.Context(), "+13125550100", "")
	requireArgument(t, err, "Portability.Check", "phone_numbers.1.phone_number")
	_, err = client.Portability.Check(t.Context(), "\xff")
	requireArgument(t, err, "Portability.Check", "phone_numbers.0.phone_number")

	sent := sentBy(t, "POST", api+"/portability_checks", func(c *porting.Client) error {
		_, err := c.Portability.Check(t.Context(), "3125550100 ", "not a number", "+13125550100", "+13125550100")
		if isA[*porting.DecodeError](err) {
			err = nil // the mock's answer has no results
		}
		return err
	})
	assert.JSONEq(t, `{"phone_numbers":[{"phone_number":"3125550100 "},{"phone_number":"not a number"},{"phone_number":"+13125550100"},{"phone_number":"+13125550100"}]}`, sent)
}

func TestCountryCodes(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", "U", "USA", "U1", "u ", "ÜS", "é", "🇺🇸", "\xff\xff", "ı", "ſ", "@A", "{}", "[S", "K"} {
		err := update(t.Context(), newClient(t, newMock(t)), porting.SubRequestUpdate{CountryCode: porting.Set(code)})
		requireArgument(t, err, "SubRequests.Update", "country_code")
	}
}

func TestComments(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", " ", "\n\t", "\u00a0"} {
		_, err := newClient(t, newMock(t)).Comments.Create(t.Context(), "a", porting.CommentCreate{Body: body})
		requireArgument(t, err, "Comments.Create", "body")
	}
	_, err := newClient(t, newMock(t)).Comments.Create(t.Context(), "a", porting.CommentCreate{Body: "hush\xff"})
	requireArgument(t, err, "Comments.Create", "body")
	assert.NotContains(t, err.Error(), "hush")

	sent := sentBy(t, "POST", api+"/port_requests/a/comments", func(c *porting.Client) error {
		_, err := c.Comments.Create(t.Context(), "a", porting.CommentCreate{Body: " \"ü\u2028\n"})
		return err
	})
	assert.JSONEq(t, `{"body":" \"ü\u2028\n"}`, sent)
	assert.NotContains(t, sent, "sub_request_id", "the whole port request")
}
