package drafts_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"strconv"
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

// short is a problem without what its code says: the sub request, the path and the code.
func short(problems []drafts.Problem) []string {
	list := make([]string, len(problems))
	for i, p := range problems {
		list[i] = strings.TrimSpace(string(p.SubRequest) + " " + p.Path + " " + p.Code)
	}
	return list
}

// TestPreflightOfTwelveFaults plants twelve faults in a draft of four sub requests.
func TestPreflightOfTwelveFaults(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	client := server.Client()
	id := createdDraft(t, client, "+13125550100", "+13125550150", "+13125550160", "+18005550101") // 1: mixed with a toll-free number
	subs := wholeDraft(t, client, id).SubRequests
	require.Len(t, subs, 4)

	sound := bakery()
	sound.FOCDateRequestedByUser = firstWindow.Add(5 * 24 * time.Hour)
	sound.PortingOption = porting.PortingOption{Type: porting.PortingOptionTypeFull}
	sound.PINPasscode = "" // 8: which the wireless number needs
	fill := func(i int, plant func(*enduser.Profile)) {
		profile := sound
		plant(&profile)
		_, err := client.Drafts.UpdateSubRequest(t.Context(), id, subs[i].ID, profile.Update())
		require.NoError(t, err)
	}
	fill(0, func(p *enduser.Profile) {
		p.FOCDateRequestedByUser = firstWindow // 2, 3: soon, and outside the windows, once the clock has moved
		p.Locality = ""                        // 4
		p.AdministrativeArea = "Illinois"      // 5
		p.AccountNumber = ""                   // 6
	})
	fill(1, func(p *enduser.Profile) { // 7: no new billing number
		p.PortingOption = porting.PortingOption{Type: porting.PortingOptionTypePartial, RemainingNumbersAction: porting.RemainingNumbersActionKeep}
	})
	fill(2, func(*enduser.Profile) {})
	fill(3, func(p *enduser.Profile) {
		p.DefaultMessageProfileID = ""        // 9
		p.BillingPhoneNumber = "+13125550199" // 10: not ported
	})
	// 11, 12: no documents

	server.Advance(2 * 24 * time.Hour)
	report, err := drafts.Preflight(t.Context(), client, id, &drafts.PreflightOptions{Now: server.Now})
	require.NoError(t, err)
	in := func(i int, problem string) string { return string(subs[i].ID) + " " + problem }
	assert.Equal(t, []string{
		"phone_numbers mixed_toll_free",
		"supporting_documents no_loa",
		"supporting_documents no_invoice",
		in(0, "foc_date_requested_by_user foc_soon"),
		in(0, "foc_date_requested_by_user foc_outside"),
		in(0, "locality required"),
		in(0, "administrative_area bad_state"),
		in(0, "account_number no_account"),
		in(1, "porting_option.new_billing_phone_number new_billing_missing"),
		in(2, "pin_passcode no_pin"),
		in(3, "billing_phone_number billing_not_ported"),
		in(3, "default_message_profile_id no_message_profile"),
	}, short(report.Problems))
	assert.Equal(t, []string{
		in(0, "locality required"),
		in(1, "porting_option.new_billing_phone_number new_billing_missing"),
	}, short(report.Errors()))
	assert.Len(t, report.Windows, 4)
	assert.Equal(t, id, report.Draft.ID)
	server.AssertClean(t)
}

func TestPreflightOfASoundDraft(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	t.Cleanup(server.Close)
	id, subs := server.AddDraft("+13125550100", "+13125550160")
	report, err := drafts.Preflight(t.Context(), server.Client(), id, &drafts.PreflightOptions{Now: server.Now})
	require.NoError(t, err)
	assert.Equal(t, []string{
		string(subs[0]) + " default_message_profile_id no_message_profile",
		string(subs[1]) + " default_message_profile_id no_message_profile",
	}, short(report.Problems))
	assert.Empty(t, report.Errors())
	assert.Len(t, report.Documents, 2)
	assert.Equal(t, 1, server.Count("Drafts.Get"))
	assert.Equal(t, 2, server.Count("Drafts.AllowedFOCDates"))
}

// A world is what a server answers, with no problem in it.
type world struct {
	draft     porting.DraftPortRequest
	windows   []porting.FOCWindow
	documents []porting.SupportingDocument
	status    map[string]int // of the answers, by the end of the path
	now       time.Time
	opts      drafts.PreflightOptions
}

// sub is the only sub request.
func (w *world) sub() *porting.DraftSubRequest { return &w.draft.SubRequests[0] }

func soundWorld() *world {
	at := func(t time.Time) porting.Timestamp { return porting.Timestamp{Time: t} }
	number := porting.DraftPortRequestPhoneNumber{PhoneNumber: "+13125550100", SubRequestID: "sub", SvType: porting.ServiceTypeWireline}
	return &world{
		now: firstWindow.Add(-5 * 24 * time.Hour),
		draft: porting.DraftPortRequest{
			ID: "draft", Status: porting.DraftStatusPending, PhoneNumbers: []porting.DraftPortRequestPhoneNumber{number},
			SubRequests: []porting.DraftSubRequest{{
				ID: "sub", Complete: true, PhoneNumbers: []porting.DraftPortRequestPhoneNumber{number},
				FOCDateRequestedByUser: at(firstWindow), AuthPersonName: "Ada Example", BillingPhoneNumber: "+13125550100",
				StreetAddress: "1 Main Street", Locality: "Chicago", AdministrativeArea: "IL", PostalCode: "60601", CountryCode: "US",
				DefaultConnectionID: "42", DefaultMessageProfileID: "profile", AccountNumber: "EX-100",
			}},
		},
		windows:   []porting.FOCWindow{{Start: at(firstWindow), End: at(firstWindow.Add(8 * time.Hour))}},
		documents: []porting.SupportingDocument{{ID: "1", DocumentType: "loa"}, {ID: "2", DocumentType: "invoice"}},
	}
}

func (w *world) preflight(t *testing.T) (*drafts.Report, error) {
	t.Helper()
	client := clientThrough(t, func(answer http.ResponseWriter, r *http.Request) {
		end := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		answer.Header().Set("Content-Type", "application/json")
		if status := w.status[end]; status != 0 {
			answer.WriteHeader(status)
			_, _ = io.WriteString(answer, `{"message": "no"}`)
			return
		}
		_ = json.NewEncoder(answer).Encode(map[string]any{"draft": w.draft, "allowed_foc_dates": w.windows, "supporting_documents": w.documents}[end])
	})
	opts := w.opts
	opts.Now = func() time.Time { return w.now }
	return drafts.Preflight(t.Context(), client, "draft", &opts)
}

// ported adds a number.
func (w *world) ported(number porting.DraftPortRequestPhoneNumber) {
	w.draft.PhoneNumbers = append(w.draft.PhoneNumbers, number)
	if number.SubRequestID == "sub" {
		w.sub().PhoneNumbers = append(w.sub().PhoneNumbers, number)
	}
}

func (w *world) foc(at time.Time) {
	w.sub().FOCDateRequestedByUser = porting.Timestamp{Time: at}
	w.windows = []porting.FOCWindow{{Start: porting.Timestamp{Time: at}, End: porting.Timestamp{Time: at}}}
}

// dateOnly is a date without a time of day.
func dateOnly(date string) (t porting.Timestamp) {
	if err := t.UnmarshalText([]byte(date)); err != nil {
		panic(err)
	}
	return t
}

const partial, keep, disconnect = porting.PortingOptionTypePartial, porting.RemainingNumbersActionKeep, porting.RemainingNumbersActionDisconnect

// TestProblems has at least one row for each code: what is planted, and all that is found.
func TestProblems(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name  string
		plant func(*world)
		found []string // nothing: no problem
	}{
		{"nothing", func(*world) {}, nil},

		// Errors.
		{"no numbers", func(w *world) { w.draft.PhoneNumbers, w.sub().PhoneNumbers = nil, nil }, []string{"phone_numbers no_numbers"}},
		{"no sub requests", func(w *world) { w.draft.SubRequests = []porting.DraftSubRequest{} }, []string{"sub_requests no_sub_requests"}},
		{"required", func(w *world) {
			sub := w.sub()
			*sub = porting.DraftSubRequest{ID: sub.ID, PhoneNumbers: sub.PhoneNumbers, AccountNumber: "EX-100", DefaultMessageProfileID: "profile", PostalCode: "  "}
		}, []string{
			"sub foc_date_requested_by_user required", "sub auth_person_name required", "sub billing_phone_number required", "sub street_address required",
			"sub locality required", "sub administrative_area required", "sub postal_code required", "sub country_code required", "sub default_connection_id required",
		}},
		{"not E.164", func(w *world) {
			w.sub().BillingPhoneNumber = "3125550100"
			w.sub().PortingOption = &porting.PortingOption{Type: partial, NewBillingPhoneNumber: "+0125550100"}
		}, []string{"sub billing_phone_number not_e164", "sub porting_option.new_billing_phone_number not_e164"}},
		{"country of three letters", func(w *world) { w.sub().CountryCode = "USA" }, []string{"sub country_code bad_country"}},
		{"country in small letters", func(w *world) { w.sub().CountryCode = "us" }, nil},
		{"words of the option", func(w *world) {
			w.sub().PortingOption = &porting.PortingOption{Type: "some", RemainingNumbersAction: "drop"}
		}, []string{"sub porting_option.type bad_option", "sub porting_option.remaining_numbers_action bad_option"}},
		{"an option of nulls", func(w *world) { w.sub().PortingOption = &porting.PortingOption{} }, nil},
		{"new billing number is ported", func(w *world) {
			w.sub().PortingOption = &porting.PortingOption{Type: partial, RemainingNumbersAction: keep, NewBillingPhoneNumber: "+13125550100"}
		}, []string{"sub porting_option.new_billing_phone_number new_billing_ports"}},
		{"no new billing number", func(w *world) {
			w.sub().PortingOption = &porting.PortingOption{Type: partial, RemainingNumbersAction: keep}
			w.sub().Complete = false
		}, []string{"sub porting_option.new_billing_phone_number new_billing_missing"}},
		{"no new billing number, the old one unknown", func(w *world) {
			w.sub().PortingOption = &porting.PortingOption{Type: partial, RemainingNumbersAction: keep}
			w.sub().BillingPhoneNumber, w.sub().Complete = "", false
		}, []string{"sub billing_phone_number required", "sub porting_option.new_billing_phone_number new_billing_missing"}},
		{"disconnect needs none", func(w *world) {
			w.sub().PortingOption = &porting.PortingOption{Type: partial, RemainingNumbersAction: disconnect}
		}, nil},

		// Warnings.
		{"submitted", func(w *world) { w.draft.PortRequestID = "port" }, []string{"status submitted"}},
		{"unassigned", func(w *world) {
			w.ported(porting.DraftPortRequestPhoneNumber{PhoneNumber: "+13125550101"})
		}, []string{"phone_numbers.1.sub_request_id unassigned"}},
		{"not NANP", func(w *world) {
			w.ported(porting.DraftPortRequestPhoneNumber{PhoneNumber: "+11125550101", SubRequestID: "sub"})
			w.ported(porting.DraftPortRequestPhoneNumber{PhoneNumber: "+442079460018", SubRequestID: "sub"})
			w.sub().BillingPhoneNumber = "+1312555010"
			w.sub().PortingOption = &porting.PortingOption{Type: partial, NewBillingPhoneNumber: "+13121550100"}
		}, []string{"sub phone_numbers.1.phone_number not_nanp", "sub billing_phone_number not_nanp", "sub porting_option.new_billing_phone_number not_nanp"}},
		{"toll-free and geographic", func(w *world) {
			w.ported(porting.DraftPortRequestPhoneNumber{PhoneNumber: "+18885550100", SubRequestID: "sub"})
		}, []string{"phone_numbers mixed_toll_free"}},
		{"a full port with the rest", func(w *world) {
			w.sub().PortingOption = &porting.PortingOption{Type: porting.PortingOptionTypeFull, RemainingNumbersAction: disconnect, NewBillingPhoneNumber: "+13125550199"}
		}, []string{"sub porting_option.remaining_numbers_action option_ignored", "sub porting_option.new_billing_phone_number option_ignored"}},
		{"a full port without the billing number", func(w *world) {
			w.sub().PortingOption = &porting.PortingOption{Type: porting.PortingOptionTypeFull}
			w.sub().BillingPhoneNumber = "+13125550199"
		}, []string{"sub billing_phone_number billing_not_ported"}},
		{"a partial port without the billing number", func(w *world) {
			w.sub().PortingOption = &porting.PortingOption{Type: partial, RemainingNumbersAction: keep, NewBillingPhoneNumber: "+13125550198"}
			w.sub().BillingPhoneNumber = "+13125550199"
		}, nil},
		{"no new billing number, the old one remains", func(w *world) {
			w.sub().PortingOption = &porting.PortingOption{Type: partial, RemainingNumbersAction: keep}
			w.sub().BillingPhoneNumber, w.sub().Complete = "+13125550199", false // the server may wait for it
		}, []string{"sub porting_option.new_billing_phone_number new_billing_unclear"}},
		{"state in full", func(w *world) { w.sub().AdministrativeArea, w.sub().CountryCode = "Ontario", "ca" }, []string{"sub administrative_area bad_state"}},
		{"state of elsewhere", func(w *world) {
			w.sub().AdministrativeArea, w.sub().CountryCode = "Greater London", "GB"
		}, nil},
		{"no PIN", func(w *world) {
			w.draft.PhoneNumbers[0].SvType, w.sub().Complete = porting.ServiceTypeWireless, false // the server may wait for it
		}, []string{"sub pin_passcode no_pin"}},
		{"no account number", func(w *world) { w.sub().AccountNumber = "" }, []string{"sub account_number no_account"}},
		{"no message profile", func(w *world) { w.sub().DefaultMessageProfileID = "" }, []string{"sub default_message_profile_id no_message_profile"}},
		{"FOC past", func(w *world) { w.now = firstWindow.Add(time.Second) }, []string{"sub foc_date_requested_by_user foc_past"}},
		{"FOC soon", func(w *world) { w.now = firstWindow.Add(-48*time.Hour + time.Second) }, []string{"sub foc_date_requested_by_user foc_soon"}},
		{"FOC not so soon", func(w *world) { w.now = firstWindow.Add(-48 * time.Hour) }, nil},
		{"FOC far", func(w *world) { w.now = firstWindow.Add(-30*24*time.Hour - time.Second) }, []string{"sub foc_date_requested_by_user foc_far"}},
		{"FOC not so far", func(w *world) { w.now = firstWindow.Add(-30 * 24 * time.Hour) }, nil},
		{"FOC on a weekend", func(w *world) { w.foc(time.Date(2026, time.March, 7, 3, 0, 0, 0, time.UTC)) }, []string{"sub foc_date_requested_by_user foc_weekend"}},
		{"FOC on a Friday there", func(w *world) {
			w.foc(time.Date(2026, time.March, 7, 3, 0, 0, 0, time.UTC))
			w.opts.Zone = time.FixedZone("CST", -6*60*60)
		}, nil},
		{"FOC outside", func(w *world) {
			w.foc(firstWindow)
			w.sub().FOCDateRequestedByUser.Time = firstWindow.Add(time.Second)
		}, []string{"sub foc_date_requested_by_user foc_outside"}},
		{"FOC without windows", func(w *world) { w.windows = []porting.FOCWindow{} }, []string{"sub foc_date_requested_by_user foc_outside"}},
		{"FOC with a fraction at the end of a window", func(w *world) {
			w.foc(firstWindow)
			w.sub().FOCDateRequestedByUser.Time = firstWindow.Add(time.Millisecond)
		}, nil},
		{"FOC is a date with a window", func(w *world) {
			w.sub().FOCDateRequestedByUser = dateOnly("2026-03-05")
			w.windows = append([]porting.FOCWindow{{Start: porting.Timestamp{Time: firstWindow.Add(-24 * time.Hour)}, End: porting.Timestamp{Time: firstWindow.Add(-16 * time.Hour)}}}, w.windows...)
		}, nil},
		{"FOC is a date without a window", func(w *world) { w.sub().FOCDateRequestedByUser = dateOnly("2026-03-06") }, []string{"sub foc_date_requested_by_user foc_outside"}},
		{"FOC is the date of today", func(w *world) {
			w.sub().FOCDateRequestedByUser = dateOnly("2026-03-05")
			w.now = firstWindow.Add(time.Second)
		}, []string{"sub foc_date_requested_by_user foc_soon"}},
		{"FOC is a Saturday's date", func(w *world) {
			w.foc(time.Date(2026, time.March, 7, 15, 0, 0, 0, time.UTC))
			w.sub().FOCDateRequestedByUser = dateOnly("2026-03-07")
			w.opts.Zone = time.FixedZone("CST", -6*60*60)
		}, []string{"sub foc_date_requested_by_user foc_weekend"}},
		{"windows unknown", func(w *world) { w.status = map[string]int{"allowed_foc_dates": http.StatusNotFound} }, []string{"sub foc_date_requested_by_user foc_windows_unknown"}},
		{"no LOA", func(w *world) { w.documents = w.documents[1:] }, []string{"supporting_documents no_loa"}},
		{"an LOA in capital letters", func(w *world) { w.documents[0].DocumentType = "LOA" }, nil},
		{"no invoice", func(w *world) { w.documents = w.documents[:1] }, []string{"supporting_documents no_invoice"}},
		{"documents that are to come", func(w *world) {
			w.documents = nil
			w.documents = []porting.SupportingDocument{}
			w.opts.Documents = []porting.DocumentType{porting.DocumentTypeInvoice, porting.DocumentTypeLOA}
		}, nil},
		{"no documents for numbers elsewhere", func(w *world) {
			w.documents = []porting.SupportingDocument{}
			w.draft.PhoneNumbers[0].PhoneNumber, w.sub().PhoneNumbers[0].PhoneNumber = "+442079460018", "+442079460018"
		}, nil},
		{"documents unknown", func(w *world) {
			w.status = map[string]int{"supporting_documents": http.StatusMethodNotAllowed}
		}, []string{"supporting_documents documents_unknown"}},
		{"complete, and lacks something", func(w *world) { w.sub().Locality = "" }, []string{"sub locality required", "sub complete server_says_complete"}},
		{"not complete, and lacks nothing", func(w *world) { w.sub().Complete = false }, []string{"sub complete server_says_not_complete"}},
	}
	seen := map[string]bool{}
	for _, row := range rows {
		for _, found := range row.found {
			seen[found[strings.LastIndexByte(found, ' ')+1:]] = true
		}
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := soundWorld()
			row.plant(w)
			report, err := w.preflight(t)
			require.NoError(t, err)
			got := short(report.Problems)
			if len(row.found) == 0 {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, row.found, got)
			}
			for _, p := range report.Problems {
				assert.NotEmpty(t, p.Hint)
				assert.NotEmpty(t, p.Source)
				assert.Equal(t, errorCodes[p.Code], p.Severity == drafts.SeverityError)
				assert.NotContains(t, p.String(), "555", "a number")
			}
		})
	}
	for _, code := range codesInSource(t) {
		assert.True(t, seen[code], "no row has %s", code)
	}
}

// errorCodes are those of the problems that are errors.
var errorCodes = map[string]bool{
	drafts.CodeNoNumbers: true, drafts.CodeNoSubRequests: true, drafts.CodeRequired: true, drafts.CodeNotE164: true,
	drafts.CodeBadCountry: true, drafts.CodeBadOption: true, drafts.CodeNewBillingPorts: true, drafts.CodeNewBillingMissing: true,
}

// codesInSource are the values of the constants whose names begin with Code.
func codesInSource(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "problems.go", nil, 0)
	require.NoError(t, err)
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Code") {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		require.True(t, ok)
		code, err := strconv.Unquote(literal.Value)
		require.NoError(t, err)
		codes = append(codes, code)
		return true
	})
	require.Greater(t, len(codes), 25)
	return codes
}

func TestPreflightAllows(t *testing.T) {
	t.Parallel()
	plant := func(allow ...string) *world {
		w := soundWorld()
		w.sub().Locality, w.sub().PostalCode, w.sub().Complete = "", "", false
		w.sub().CountryCode = "USA"
		w.opts.Allow = allow
		return w
	}
	for name, test := range map[string]struct{ allow, errors []string }{
		"nothing":         {nil, []string{"sub locality required", "sub postal_code required", "sub country_code bad_country"}},
		"a code":          {[]string{"required"}, []string{"sub country_code bad_country"}},
		"a path's code":   {[]string{"postal_code:required"}, []string{"sub locality required", "sub country_code bad_country"}},
		"another path":    {[]string{"auth_person_name:required"}, []string{"sub locality required", "sub postal_code required", "sub country_code bad_country"}},
		"all of them":     {[]string{drafts.CodeRequired, drafts.CodeBadCountry}, []string{}},
		"a warning's own": {[]string{drafts.CodeNoPIN}, []string{"sub locality required", "sub postal_code required", "sub country_code bad_country"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := plant(test.allow...).preflight(t)
			require.NoError(t, err)
			assert.Equal(t, test.errors, short(report.Errors()))
			assert.Len(t, report.Problems, 3, "they are still there")
		})
	}
	for _, allow := range []string{"", "postal_code", "required:postal_code", "Required"} {
		_, err := plant(drafts.CodeRequired, allow).preflight(t)
		requireArgument(t, err, "drafts.Preflight", "allow.1")
	}
}

func TestPreflightFails(t *testing.T) {
	t.Parallel()
	for end, statuses := range map[string][]int{
		"draft":                {http.StatusNotFound, http.StatusBadGateway, http.StatusUnauthorized},
		"allowed_foc_dates":    {http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusUnauthorized, http.StatusRequestTimeout},
		"supporting_documents": {http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusUnauthorized, http.StatusRequestTimeout},
	} {
		for _, status := range statuses {
			w := soundWorld()
			w.status = map[string]int{end: status}
			report, err := w.preflight(t)
			assert.Nil(t, report)
			var api *porting.APIError
			require.ErrorAs(t, err, &api, end)
			assert.Equal(t, status, api.StatusCode)
		}
	}
	w := soundWorld()
	w.windows = nil // null is no list
	_, err := w.preflight(t)
	var unread *porting.DecodeError
	assert.ErrorAs(t, err, &unread)
}

func TestMissingIsWhatTheDraftShows(t *testing.T) {
	t.Parallel()
	w := soundWorld()
	assert.Empty(t, drafts.Missing(&w.draft))
	w.sub().Locality = ""
	assert.Equal(t, []drafts.Problem{
		{
			SubRequest: "sub", Path: "locality", Code: drafts.CodeRequired, Severity: drafts.SeverityError, Source: drafts.SourceDocumented,
			Hint: "must be filled in before the draft is submitted",
		},
		{
			SubRequest: "sub", Path: "complete", Code: drafts.CodeServerSaysComplete, Severity: drafts.SeverityWarning, Source: drafts.SourceServer,
			Hint: "is true, although required fields are empty",
		},
	}, drafts.Missing(&w.draft))
	assert.Equal(t, []string{"phone_numbers no_numbers", "sub_requests no_sub_requests"}, short(drafts.Missing(&porting.DraftPortRequest{})))
}

func TestProblemsInText(t *testing.T) {
	t.Parallel()
	w := soundWorld()
	w.sub().FOCDateRequestedByUser.Time = firstWindow.Add(-24 * time.Hour)
	w.documents = w.documents[:1]
	report, err := w.preflight(t)
	require.NoError(t, err)
	require.Len(t, report.Problems, 2)
	assert.Equal(t, "warning: supporting_documents lack an invoice, which North American numbers need (no_invoice, documented)", report.Problems[0].String())
	assert.Equal(t, "warning: sub request sub: foc_date_requested_by_user is in none of the windows that are allowed; "+
		"the nearest is 2026-03-05T15:00:00Z (foc_outside, server)", report.Problems[1].String())
	data, err := json.Marshal(report.Problems[0])
	require.NoError(t, err)
	assert.JSONEq(t, `{"path": "supporting_documents", "code": "no_invoice", "severity": "warning", "source": "documented",
		"hint": "lack an invoice, which North American numbers need"}`, string(data))
}
