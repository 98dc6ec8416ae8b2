package porting_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// TestErrorBodies has answers that aren't a 2xx. What shapes of a body are read is tested
// in internal/errorbody.
func TestErrorBodies(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, want string }{
		{"a message", `{"message":"no"}`, ": no (GET)"},
		{"an envelope", `{"success":false,"message":"draft is incomplete"}`, ": draft is incomplete (GET)"},
		{"a title and a detail", `{"title":"Invalid","detail":"postal_code is not in IL"}`, ": postal_code is not in IL (GET)"},
		{"a detail", `{"detail":"Not allowed for draft status submitted"}`, ": Not allowed for draft status submitted (GET)"},
		{"details with locations", `{"detail":[{"loc":["body","postal_code"],"msg":"field required"}]}`, ": postal_code: field required (GET)"},
		{"a Message", `{"Message":"no"}`, ": no (GET)"},
		{"a fault", `{"fault":{"faultstring":"no"}}`, ": no (GET)"},
		{"a reason", `{"reason":"no"}`, ": no (GET)"},
		{"a code and a msg", `{"code":40012,"msg":"no"}`, ": no (GET, code 40012)"},
		{"an OAuth error", `{"error":"invalid_token","error_description":"it has expired"}`, ": it has expired (GET, code invalid_token)"},
		{"a TITLE", "<HTML><TITLE>No</TITLE></HTML>", ": No (GET)"},
		{"a heading", "<html><body><h1>No</h1></body></html>", ": No (GET)"},
		{"a text", "No.\nReally.", ": No. (GET)"},
		{"a byte order mark", "\uFEFF{\"message\":\"no\"}", ": no (GET)"},
		{"nothing", "", " (GET)"},
		{"what isn't understood", `{"why":"locked"}`, `: {"why":"locked"} (GET)`},
		{"an object with an id", `{"id":"d1","pin_passcode":"7319"}`, " (GET)"},

		{"the status", "<title>422 Unprocessable Entity</title>", " (GET)"},
		{"the status' text", "Unprocessable entity.", " (GET)"},
		{"the status and more", "unprocessable entity: no", ": no (GET)"},
		{"the status and another text", "422 Not Like This", ": Not Like This (GET)"},
		{"a number that is the status", "422 numbers are bad", ": 422 numbers are bad (GET)"},
		{"a word that the status begins", "Unprocessable Entity types", ": Unprocessable Entity types (GET)"},

		{"the same of two fields", `{"message":"locality is missing","errors":{"locality":"is missing","postal_code":"is missing"}}`, ": locality is missing; postal_code: is missing (GET)"},
		{"fields that the message has", `{"message":"a is bad, b is bad, c is bad, d is bad, e is bad, f is bad","errors":{"a":"is bad","b":"is bad","c":"is bad","d":"is bad","e":"is bad","f":"is bad"}}`, ": a is bad, b is bad, c is bad, d is bad, e is bad, f is bad (GET)"},
		{"every field", `{"errors":{"a":"1","b":"2","c":"3","d":"4","e":"5","f":"6","g":"7","h":"8","i":"9"}}`, ": a: 1; b: 2; c: 3; d: 4; e: 5; f: 6; g: 7; h: 8; i: 9 (GET)"},
		{"each field once", `{"message":"no","errors":[{"field":"a","message":"bad"},{"field":"a","message":"bad"}]}`, ": no; a: bad (GET)"},
		{"a field within another", `{"message":"person_name is bad","errors":{"name":"is bad"}}`, ": person_name is bad; name: is bad (GET)"},
		{"a field with a code alone", `{"message":"no","errors":[{"field":"a","code":"blank"}]}`, ": no; a: blank (GET, code blank)"},
		{"a code alone", `{"errors":[{"code":"10011"}]}`, " (GET, code 10011)"},
		{"a field's name alone", `{"message":"no","errors":{"a":""}}`, ": no; a (GET)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := clientOf(t, "GET", "/a", answer(422, tt.body)).Do(t.Context(), "GET", "/a", nil, nil, nil)
			assert.EqualError(t, err, "porting: Do: 422 Unprocessable Entity"+tt.want)
			assert.Equal(t, tt.body, string(errorAs[*porting.APIError](t, err).Body))
		})
	}

	t.Run("its fields", func(t *testing.T) {
		t.Parallel()
		err := clientOf(t, "GET", "/a", answer(422, `{"code":1234567890123456789,"errors":{"a":"is bad"}}`)).Do(t.Context(), "GET", "/a", nil, nil, nil)
		e := errorAs[*porting.APIError](t, err)
		assert.Equal(t, "1234567890123456789", e.Code)
		assert.Equal(t, "a: is bad", e.Message)
		assert.Equal(t, []porting.FieldError{{Field: "a", Message: "is bad"}}, e.Fields)
	})
	t.Run("2 MiB", func(t *testing.T) {
		t.Parallel()
		err := clientOf(t, "GET", "/a", answer(400, `{"message":"`+strings.Repeat("x", 2<<20)+`"}`)).Do(t.Context(), "GET", "/a", nil, nil, nil)
		e := errorAs[*porting.APIError](t, err)
		assert.Len(t, e.Body, 1<<20)
		assert.Less(t, len(err.Error()), 1000)
	})
	t.Run("HTML by its content type", func(t *testing.T) {
		t.Parallel()
		err := clientOf(t, "GET", "/a", answer(400, "Sorry\n<title>Busy</title>", "Content-Type", "text/html; charset=utf-8")).Do(t.Context(), "GET", "/a", nil, nil, nil)
		assert.Equal(t, "Busy", errorAs[*porting.APIError](t, err).Message)
	})
}

// TestStoragesAnswersAreNotTheAPIs has a storage host say what would be a sentinel of the API's.
func TestStoragesAnswersAreNotTheAPIs(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			return answer(201, `{"url":"https://files.example.com/a"}`)(r)
		}
		return answer(404, "")(r)
	})).Documents.Download(t.Context(), porting.DraftID("a"), "b", io.Discard)
	assert.Equal(t, 404, errorAs[*porting.APIError](t, err).StatusCode)
	require.NotErrorIs(t, err, porting.ErrNotFound)
	require.ErrorIs(t, &porting.APIError{Operation: "Documents.Download", StatusCode: 404}, porting.ErrNotFound)
}

// TestSuccessesThatSayNo has a 2xx with something else than what was asked for.
func TestSuccessesThatSayNo(t *testing.T) {
	t.Parallel()
	const says = `{"success":false,"message":"draft of Ada Example, +1 312 555 0100, is incomplete"}`
	client := always(t, answer(201, says, "Location", "/drafts/d1", "X-Request-Id", "req-1"))
	err := client.Do(t.Context(), "POST", "/a", nil, map[string]string{"a": "Ada Example"}, new([]string))
	e := errorAs[*porting.DecodeError](t, err)
	assert.Equal(t, "draft of Ada Example, +1 312 555 0100, is incomplete", e.Message)
	assert.Equal(t, "/drafts/d1", e.Header.Get("Location"))
	assert.EqualError(t, err, "porting: Do: the answer can't be read: an object where an array belongs; it says: draft of [value], [number], is incomplete (request req-1)")

	err = always(t, answer(201, "", "Location", "/drafts/d1")).Do(t.Context(), "POST", "/a", nil, nil, new([]string))
	assert.Equal(t, "/drafts/d1", errorAs[*porting.DecodeError](t, err).Header.Get("Location"))
	assert.EqualError(t, err, "porting: Do: the server did it, but its answer can't be read: it is empty")
}

func TestErrorTexts(t *testing.T) {
	t.Parallel()
	lost := errors.New("reset")
	busy := &porting.APIError{Operation: "Drafts.Create", Method: "POST", Route: "/drafts", StatusCode: 503, Message: "busy"}
	tests := []struct {
		err  error
		want string
	}{
		{&porting.ArgumentError{Operation: "Drafts.Get", Field: "id", Reason: "is empty"}, "porting: Drafts.Get: id: is empty (nothing was sent)"},
		{&porting.APIError{Operation: "Do", Method: "GET", StatusCode: 599}, "porting: Do: 599 (GET)"},
		{&porting.APIError{
			Operation: "Drafts.Get", Method: "GET", Route: "/drafts/{id}", StatusCode: 422, Message: "a: no", Code: "10005", RequestID: "req-1", Attempts: 3,
			Fields: []porting.FieldError{{Field: "a", Message: "no"}, {Message: "two"}, {Field: "c", Message: "three"}, {Field: "d", Message: "4"}, {Field: "e", Message: "5"}, {Field: "f", Message: "6"}, {Field: "g", Message: "7"}},
		}, "porting: Drafts.Get: 422 Unprocessable Entity: a: no; two; c: three; d: 4; e: 5; f: 6; g: 7 (GET /drafts/{id}, code 10005, request req-1, 3 attempts)"},
		{&porting.NotFoundError{APIError: &porting.APIError{Operation: "Drafts.Get", Method: "GET", Route: "/drafts/{id}", StatusCode: 404, Attempts: 1}}, "porting: Drafts.Get: 404 Not Found (GET /drafts/{id})"},
		{&porting.RateLimitError{APIError: busy}, "porting: Drafts.Create: 503 Service Unavailable: busy (POST /drafts)"},
		{&porting.RateLimitError{APIError: busy, RetryAfter: time.Minute}, "porting: Drafts.Create: 503 Service Unavailable: busy (POST /drafts); retry after 1m0s"},
		{&porting.ConnectionError{Operation: "Drafts.Get", Method: "GET", Route: "/drafts/{id}", Attempts: 2, Err: lost}, "porting: Drafts.Get: no answer: reset (GET /drafts/{id}, 2 attempts)"},
		{&porting.ConnectionError{Operation: "Do", Method: "GET", Attempts: 1, Err: lost}, "porting: Do: no answer: reset (GET)"},
		{&porting.OutcomeUnknownError{Operation: "Drafts.Create", Check: "look there", Err: busy}, "porting: Drafts.Create: outcome unknown, the server may have acted; look there: 503 Service Unavailable: busy (POST /drafts)"},
		{&porting.OutcomeUnknownError{Operation: "Do", Err: lost}, "porting: Do: outcome unknown, the server may have acted: reset"},
		{&porting.DecodeError{Operation: "Drafts.Get", Field: "created_at", Err: lost, RequestID: "req-1"}, "porting: Drafts.Get: the answer can't be read: created_at: reset (request req-1)"},
		{&porting.DecodeError{Operation: "Drafts.Get", Err: lost}, "porting: Drafts.Get: the answer can't be read: reset"},
		{&porting.UploadError{Draft: "d", Step: porting.UploadStepStore, Err: lost}, `porting: Documents.Upload: draft d: step "store" failed: reset`},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, tt.err.Error())
		assert.Equal(t, tt.want, fmt.Sprint(tt.err))
	}
}

func TestDecodeErrorTexts(t *testing.T) {
	t.Parallel()
	tests := []struct{ body, want string }{
		{`{"sub_requests":[{"phone_number_count":99999999999999999999}]}`, "sub_requests.0.phone_number_count: a number that is out of range"},
		{`{"sub_requests":[{"phone_number_count":1.5}]}`, "sub_requests.0.phone_number_count: a number where an integer belongs"},
		{`{"sub_requests":[{"phone_number_count":"hush"}]}`, "sub_requests.0.phone_number_count: a string where an integer belongs"},
		{`{"sub_requests":[{"pin_passcode":5550100}]}`, "sub_requests.0.pin_passcode: a number where a string belongs"},
		{`{"sub_requests":{"0":"hush"}}`, "sub_requests: an object where an array belongs"},
		{`{"sub_requests":["hush"]}`, "sub_requests.0: a string where an object belongs"},
		{`{"sub_requests":[{"porting_option":[]}]}`, "sub_requests.0.porting_option: an array where an object belongs"},
		{`{"sub_requests":[{"foc_date":"soon"}]}`, `sub_requests.0.foc_date: a text of 4 bytes is not a time`},
		{`{"created_at":"2024-13-14T25:00:00Z"}`, `created_at: "2024-13-14T25:00:00Z" is not a time`},
		{`{"created_at":"20240314T250405Z"}`, "created_at: a text of 16 bytes is not a time"},
		{`{"created_at":"+13125550100 Ada Example"}`, "created_at: a text of 24 bytes is not a time"},
		{`{"created_at":"5550100"}`, "created_at: a text of 7 bytes is not a time"},
		{`{"created_at":"731946"}`, "created_at: a text of 6 bytes is not a time"},
		{`{"created_at":"555-0100 2024-03-14"}`, "created_at: a text of 19 bytes is not a time"},
		{`{"created_at":"2024-03-14 5550100"}`, "created_at: a text of 18 bytes is not a time"},
		{`{"created_at":"2024-03-14` + strings.Repeat(" ", 40) + `"}`, "created_at: a text of 50 bytes is not a time"},
		{`{"created_at":"2024-03-14 Ada"}`, "created_at: a text of 14 bytes is not a time"},
		{`{"id":false}`, "id: a boolean where a string belongs"},
		{`null`, "null where an object belongs"},
		{``, "it is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.body, func(t *testing.T) {
			t.Parallel()
			_, err := clientOf(t, "GET", api+"/port_requests/a", answer(200, tt.body)).PortRequests.Get(t.Context(), "a", nil)
			requireAs[*porting.DecodeError](t, err)
			assert.EqualError(t, err, "porting: PortRequests.Get: the answer can't be read: "+tt.want)
		})
	}
}

func TestNumbersAreMasked(t *testing.T) {
	t.Parallel()
	tests := []struct{ message, shown string }{
		{"+13125550100 is taken", "[number] is taken"},
		{"13125550100,+44 and 5550100", "[number],+44 and [number]"},
		{"call 555010", "call 555010"},
		{"++13125550100+", "+[number]+"},
		{"12345678901234567890", "[number]"},
		{"+", "+"},
		{"+1 312 555 0100 or (312) 555-0100, 312-555-0100, 312.555.0100", "[number] or [number], [number], [number]"},
		{"see https://bucket.example.com/key?X-Amz-Signature=abc%2Fdef&X-Amz-Date=1 or http://a?b=c today", "see https://bucket.example.com/key?[query] or http://a?[query] today"},
		{"really? https://example.com/a is it?", "really? https://example.com/a is it?"},
		{"on 2024-03-14 at 15:00:00, " + portID, "on 2024-03-14 at 15:00:00, " + portID},
	}
	for _, tt := range tests {
		t.Run(tt.message, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]any{"message": tt.message, "errors": map[string]string{"+13125550199": tt.message + "!"}})
			require.NoError(t, err)
			err = clientOf(t, "GET", "/a", answer(422, string(body))).Do(t.Context(), "GET", "/a", nil, nil, nil)
			assert.Equal(t, "porting: Do: 422 Unprocessable Entity: "+tt.shown+"; [number]: "+tt.shown+"! (GET)", err.Error())
			e := errorAs[*porting.APIError](t, err)
			assert.Equal(t, tt.message, e.Message)
			assert.Equal(t, []porting.FieldError{{Field: "+13125550199", Message: tt.message + "!"}}, e.Fields)
		})
	}
}

func TestEchoedValuesAreMasked(t *testing.T) {
	t.Parallel()
	const message = "Ada Example of 311 W Superior St gave PIN 7319, which is wrong"
	responder := answer(422, `{"message":"`+message+`"}`)
	tests := []struct {
		name, method, path string
		call               func(*porting.Client) error
	}{
		{"body", "PUT", draftSubPath, func(c *porting.Client) error {
			return draftUpdate(t.Context(), c, porting.DraftSubRequestUpdate{
				AuthPersonName: porting.Set("Ada Example"), StreetAddress: porting.Set("311 W Superior St"), PINPasscode: porting.Set[porting.Secret]("7319"),
			})
		}},
		{"nested body", "POST", "/a", func(c *porting.Client) error {
			body := map[string]any{"a": []any{"Ada Example", map[string]any{"b": "311 W Superior St"}, porting.Secret("7319")}}
			return c.Do(t.Context(), "POST", "/a", nil, body, nil)
		}},
		{"query", "GET", "/a?q=Ada+Example&q=311+W+Superior+St&r=7319", func(c *porting.Client) error {
			return c.Do(t.Context(), "GET", "/a", url.Values{"q": {"Ada Example", "311 W Superior St"}, "r": {"7319"}}, nil, nil)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.call(clientOf(t, tt.method, tt.path, responder))
			assert.Equal(t, message, errorAs[*porting.APIError](t, err).Message)
			for _, value := range []string{"Ada", "Superior", "7319"} {
				assert.NotContains(t, err.Error(), value)
			}
			assert.Contains(t, err.Error(), "which is wrong")
		})
	}
}

// TestShortValuesAreShown masks values of three bytes and more. Shorter ones are in every text, and tell nothing.
func TestShortValuesAreShown(t *testing.T) {
	t.Parallel()
	err := clientOf(t, "POST", "/a", answer(422, `{"message":"IL in USA is no state"}`)).
		Do(t.Context(), "POST", "/a", nil, map[string]string{"state": "IL", "country": "USA"}, nil)
	assert.Contains(t, err.Error(), "IL in [value] is no state")
}

// hush is in everything that must not be shown.
const hush = "hush-5550100"

// secretive returns a value of every type that holds what must not be shown.
func secretive(t *testing.T) map[string]any {
	t.Helper()
	credentials := porting.UserToken(hush, hush)
	client, err := porting.NewClient(credentials, porting.WithHeader("X-Gateway-Key", hush))
	require.NoError(t, err)
	api := &porting.APIError{Operation: "Drafts.Get", StatusCode: 400, Header: http.Header{"Set-Cookie": {hush}}, Body: []byte(hush)}
	sub, draftSub := subRequest(known), draftSubRequest(known)
	sub.PINPasscode, sub.AccountNumber, sub.TaxIdentifier, sub.BusinessIdentifier = hush, hush, hush, hush
	draftSub.PINPasscode, draftSub.AccountNumber, draftSub.TaxIdentifier, draftSub.BusinessIdentifier = hush, hush, hush, hush
	port, draft := portRequest(known), draftPortRequest(known)
	port.SubRequests[0], draft.SubRequests[0] = sub, draftSub
	secret := porting.Set[porting.Secret](hush)
	return map[string]any{
		"APIError":            api,
		"UnauthorizedError":   &porting.UnauthorizedError{APIError: api},
		"NotFoundError":       &porting.NotFoundError{APIError: api},
		"ValidationError":     &porting.ValidationError{APIError: api},
		"RateLimitError":      &porting.RateLimitError{APIError: api, RetryAfter: time.Second},
		"ConnectionError":     &porting.ConnectionError{Operation: "Drafts.Get", Err: api},
		"OutcomeUnknownError": &porting.OutcomeUnknownError{Operation: "Drafts.Create", Err: &porting.NotFoundError{APIError: api}, Body: []byte(hush)},
		"DecodeError":         &porting.DecodeError{Operation: "Drafts.Get", Err: api, Header: http.Header{"Set-Cookie": {hush}}, Body: []byte(hush)},
		"UploadError":         &porting.UploadError{Draft: "d", Err: &porting.DecodeError{Err: api, Body: []byte(hush)}},
		"joined errors":       errors.Join(api, &porting.DecodeError{Err: api, Body: []byte(hush)}),
		"Response":            porting.Response{Header: http.Header{"Set-Cookie": {hush}}, Body: []byte(hush)},
		"Secret":              porting.Secret(hush),
		"Optional":            secret,
		"Credentials":         credentials,
		"token":               porting.Token(hush),
		"key":                 porting.BearerKey(hush),
		"Client":              client,
		"With":                client.With(porting.WithTimeout(time.Second)),
		"client by value":     *client,
		"PortabilityService":  client.Portability,
		"PortRequestsService": client.PortRequests,
		"SubRequestsService":  client.SubRequests,
		"DraftsService":       client.Drafts,
		"CommentsService":     client.Comments,
		"DocumentsService":    client.Documents,
		"unexported fields": struct {
			c     *porting.Client
			creds porting.Credentials
		}{client, credentials},
		"DownloadLink":          porting.DownloadLink{URL: "https://files.example.com/" + hush},
		"SubRequest":            sub,
		"PortRequest":           &port,
		"DraftSubRequest":       draftSub,
		"DraftPortRequest":      &draft,
		"Page":                  &porting.Page[porting.PortRequest]{Items: []porting.PortRequest{port}},
		"SubRequestUpdate":      porting.SubRequestUpdate{PINPasscode: secret, AccountNumber: secret, TaxIdentifier: secret, BusinessIdentifier: secret},
		"DraftSubRequestUpdate": &porting.DraftSubRequestUpdate{PINPasscode: secret, AccountNumber: secret, TaxIdentifier: secret, BusinessIdentifier: secret},
	}
}

// requireHushed checks that the text shows nothing that must not be shown, in any
// of the forms in which it could.
func requireHushed(t *testing.T, text string, how ...any) {
	t.Helper()
	for _, form := range []string{hush, base64.StdEncoding.EncodeToString([]byte(hush)), fmt.Sprint([]byte(hush)), fmt.Sprintf("%x", hush), fmt.Sprintf("%X", hush), fmt.Sprintf("% x", hush)} {
		assert.NotContains(t, text, strings.Trim(form, "[]"), how...)
	}
	assert.NotContains(t, text, "PANIC", how...)
}

// TestSecretiveIsComplete has a new type say whether it has something to hide.
func TestSecretiveIsComplete(t *testing.T) {
	t.Parallel()
	open := map[string]bool{ // types that print as they are
		"ArgumentError": true, "Event": true, "FieldError": true, "Operation": true, "RetryPolicy": true,
		"Comment": true, "CommentCreate": true, "DocumentUpload": true, "SupportingDocument": true,
		"DraftPortRequestPhoneNumber": true, "PortRequestPhoneNumber": true, "PhoneNumberCount": true, "PortabilityResult": true,
		"DraftListOptions": true, "GetOptions": true, "PortRequestListOptions": true,
		"FOCWindow": true, "PortingOption": true, "Timestamp": true,
	}
	secretive := secretive(t)
	var seen []string
	for _, typ := range packageDoc(t).Types {
		spec, ok := typ.Decl.Specs[0].(*ast.TypeSpec)
		require.True(t, ok)
		if _, isStruct := spec.Type.(*ast.StructType); !isStruct {
			continue
		}
		seen = append(seen, typ.Name)
		assert.NotEqual(t, open[typ.Name], secretive[typ.Name] != nil, "%s: put it into secretive or open", typ.Name)
	}
	for name := range open {
		assert.Contains(t, seen, name)
	}
	assert.Greater(t, len(seen), 40, "the package's source was not read")
}

// Under %w outside of Errorf and under %p, fmt asks no value how it prints. They are
// mistakes that go vet reports.
const (
	letters   = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	unasked   = "wp"
	textVerbs = "vsxXqd" // under which fmt asks errors what they are, or prints where they are
)

func TestNothingSecretIsPrinted(t *testing.T) {
	t.Parallel()
	for name, value := range secretive(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range letters {
				if strings.ContainsRune(unasked, verb) || name == "joined errors" && !strings.ContainsRune(textVerbs, verb) {
					continue // fmt doesn't ask what is in another package's error
				}
				var printed strings.Builder
				for _, flags := range []string{"", "+", "#", "-", " ", "0", "+#", "10.3", "[1]"} {
					for _, v := range nestings(value) {
						fmt.Fprintf(&printed, "%"+flags+string(verb)+"\n", v)
					}
				}
				requireHushed(t, printed.String(), "%%%c", verb)
			}
		})
	}
}

// nestings returns the value, and other things that hold it.
func nestings(value any) []any {
	return []any{value, []any{value}, struct{ V any }{value}, &struct{ V any }{value}, map[string]any{"v": value}}
}

func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	for name, value := range secretive(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireHushed(t, logged(text, value))
			requireHushed(t, logged(jsonLog, value))
			for _, nested := range []any{[]any{value}, struct{ V any }{value}, map[string]any{"v": value}} {
				requireHushed(t, logged(text, nested))
				requireHushed(t, logged(jsonLog, nested))
			}
		})
	}
}

func text(b *bytes.Buffer) slog.Handler    { return slog.NewTextHandler(b, nil) }
func jsonLog(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) }

// logged is the line that logs the value.
func logged(handler func(*bytes.Buffer) slog.Handler, value any) string {
	var b bytes.Buffer
	slog.New(handler(&b)).Info("line", "value", value)
	return b.String()
}

// TestErrorsByValueAreTexts prints errors that aren't pointers, and structs that hold them.
func TestErrorsByValueAreTexts(t *testing.T) {
	t.Parallel()
	client := clientOf(t, "PUT", draftSubPath, answer(422, `{"message":"`+hush+` is taken"}`, "Set-Cookie", hush))
	err := draftUpdate(t.Context(), client, porting.DraftSubRequestUpdate{PINPasscode: porting.Set[porting.Secret](hush)})
	api := errorAs[*porting.APIError](t, err)
	page := template.Must(template.New("page").Parse(`<a title="{{.}}" onclick="f({{.}})">{{.}}</a><script>var e = {{.}}</script>`))
	for _, value := range []any{
		*api, porting.UnauthorizedError{APIError: api}, porting.NotFoundError{APIError: api}, porting.ValidationError{APIError: api},
		porting.RateLimitError{APIError: api, RetryAfter: time.Second}, porting.OutcomeUnknownError{Operation: "Drafts.Create", Err: err, Body: []byte(hush)},
		porting.ConnectionError{Operation: "Drafts.Get", Err: err}, porting.UploadError{Draft: "d", Err: err, Key: hush},
		porting.DecodeError{Operation: "Drafts.Get", Err: err, Body: []byte(hush), Header: http.Header{"Location": {hush}}},
		porting.ArgumentError{Operation: "Drafts.Get", Field: "id", Reason: "is empty"},
	} {
		name := fmt.Sprintf("%T", value)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%t"} {
			requireHushed(t, fmt.Sprintf(verb, value), "%s: %s", name, verb)
		}
		requireHushed(t, logged(text, value), name)
		requireHushed(t, logged(jsonLog, value), name)
		data, err := json.Marshal([]any{value, &struct{ V any }{value}})
		require.NoError(t, err)
		requireHushed(t, string(data), name)
		want, err := json.Marshal(fmt.Sprint(value))
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf(`[%s,{"V":%s}]`, want, want), string(data))
		var html strings.Builder
		require.NoError(t, page.Execute(&html, value))
		requireHushed(t, html.String(), name)
		assert.Contains(t, html.String(), "porting: ", name)
	}
}

func TestNestedJSONLogsHaveNoNumbers(t *testing.T) {
	t.Parallel()
	err := &porting.APIError{Operation: "Drafts.Create", StatusCode: 422, Message: "+13125550100 is taken"}
	assert.NotContains(t, logged(jsonLog, []any{err}), "+13125550100")
}

func TestWhatIsPrinted(t *testing.T) {
	t.Parallel()
	client := newClient(t, newMock(t), porting.WithBaseURL("https://api.example.com/v1"))
	response := porting.Response{StatusCode: 404, Attempts: 2, RequestID: "req-1"}
	tests := []struct {
		format string
		value  any
		want   string
	}{
		{"%v", porting.Secret("1234"), "[redacted]"},
		{"%q", porting.Secret("1234"), `"[redacted]"`},
		{"%#v", porting.Secret("1234"), `"[redacted]"`},
		{"%v", porting.Secret(""), ""},
		{"%s", porting.Secret("1234").String(), "[redacted]"},
		{"%s", porting.Secret("1234").Reveal(), "1234"},
		{"%v", porting.UserToken("a", "b"), "[redacted]"},
		{"%v", client, "porting.Client(https://api.example.com/v1)"},
		{"%v", new(porting.Client), "porting.Client()"},
		{"%v", porting.DownloadLink{URL: "https://a"}, "{[redacted]}"},
		{"%v", porting.DownloadLink{}, "{}"},
		{"%v", response, `{404, 2 attempts, request "req-1"}`},
		{"%v", porting.Set(5), "5"},
		{"%03d", porting.Set(5), "005"},
		{"%v", porting.Null[int](), "null"},
		{"%v", porting.Optional[int]{}, "unset"},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, fmt.Sprintf(tt.format, tt.value), tt.format)
	}

	api := &porting.APIError{Operation: "Drafts.Get", Route: "/drafts/{id}", StatusCode: 404, Code: "c", RequestID: "req-1"}
	for _, err := range []error{api, &porting.OutcomeUnknownError{Operation: "Drafts.Get", Err: api}, &porting.ConnectionError{Operation: "Drafts.Get"}} {
		assert.Contains(t, logged(jsonLog, err), `"value":"porting: Drafts.Get: `, "each kind of error is a text in the log")
	}
	assert.Contains(t, logged(jsonLog, response), `"value":{"status":404,"attempts":2,"request_id":"req-1"}`)
	assert.Contains(t, logged(jsonLog, porting.DownloadLink{URL: "https://a"}), `"value":"[redacted]"`)
	assert.Contains(t, logged(jsonLog, porting.UserToken("a", "b")), `"value":"[redacted]"`)
	assert.Contains(t, logged(jsonLog, porting.Set[porting.Secret]("1234")), `"value":"[redacted]"`)
	assert.Contains(t, logged(jsonLog, porting.Set(5)), `"value":5`)
	assert.Contains(t, logged(jsonLog, porting.Null[int]()), `"value":null`)
}

func TestZeroErrors(t *testing.T) {
	t.Parallel()
	var none *porting.APIError
	zero := []error{
		none, &porting.APIError{}, &porting.UnauthorizedError{}, &porting.NotFoundError{}, &porting.ValidationError{}, &porting.RateLimitError{},
		&porting.ArgumentError{}, &porting.ConnectionError{}, &porting.OutcomeUnknownError{}, &porting.DecodeError{}, &porting.UploadError{},
	}
	for _, err := range zero {
		t.Run(fmt.Sprintf("%T", err), func(t *testing.T) {
			t.Parallel()
			assert.NotPanics(t, func() {
				assert.NotEmpty(t, err.Error())
				for _, target := range []error{porting.ErrUnauthorized, porting.ErrNotFound, porting.ErrUnprocessable, porting.ErrRateLimited, context.Canceled} {
					assert.NotErrorIs(t, err, target)
				}
				isA[*porting.DecodeError](err)
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
					assert.NotContains(t, fmt.Sprintf(verb, err), "PANIC", verb)
				}
				logged(text, err)
				logged(jsonLog, err)
			})
		})
	}
}

func TestSentinelsMatchOnlyTheirStatus(t *testing.T) {
	t.Parallel()
	e := &porting.APIError{StatusCode: 404}
	require.ErrorIs(t, e, porting.ErrNotFound)
	require.ErrorIs(t, &porting.OutcomeUnknownError{Err: e}, porting.ErrNotFound)
	assert.NotErrorIs(t, e, porting.ErrUnauthorized)
	assert.NotErrorIs(t, e, porting.ErrRepeatedPage)
}

// TestDeepErrorBodies nests an error body deeply: it is read up to a bound.
func TestDeepErrorBodies(t *testing.T) {
	t.Parallel()
	const deep = 5000
	body := `{"errors":` + strings.Repeat(`{"field":`, deep) + `"x"` + strings.Repeat("}", deep) + `}`
	err := clientOf(t, "GET", "/a", answer(422, body)).Do(t.Context(), "GET", "/a", nil, nil, nil)
	invalid := errorAs[*porting.ValidationError](t, err)
	assert.Empty(t, invalid.Fields)
	assert.Equal(t, body, string(invalid.Body))
}

// TestTextsAtTheBound has a message that is just as long as what is shown, and a longer one.
func TestTextsAtTheBound(t *testing.T) {
	t.Parallel()
	read := func(body string) *porting.APIError {
		return errorAs[*porting.APIError](t, clientOf(t, "GET", "/a", answer(422, body)).Do(t.Context(), "GET", "/a", nil, nil, nil))
	}
	message := func(long int) string { return `{"message":"` + strings.Repeat("x", long) + `"}` }
	assert.NotContains(t, read(message(1000)).Error(), "…")
	assert.Contains(t, read(message(1001)).Error(), strings.Repeat("x", 1000)+"…")
}

// TestErrorTextsAreShortAndInOneLine has a server say too much.
func TestErrorTextsAreShortAndInOneLine(t *testing.T) {
	t.Parallel()
	secret := "hunter2secret"
	body := map[string]porting.Secret{"pin": porting.Secret(secret)}
	for _, says := range []string{
		`{"message":"` + strings.Repeat("x", 990) + secret + `"}`,
		`{"message":"` + strings.Repeat("x", 996) + `5550100"}`,
		`{"message":"no","code":"PIN ` + secret + `"}`,
		`{"message":"no","code":"+13125550100 ` + strings.Repeat("z", 90_000) + `"}`,
		`{"message":"no\nlevel=ERROR forged"}`,
	} {
		client := clientOf(t, "POST", "/a", answer(422, says, "X-Request-Id", strings.Repeat("r", 9000)))
		text := client.Do(t.Context(), "POST", "/a", nil, body, nil).Error()
		assert.Less(t, len(text), 4000)
		for _, bad := range []string{"hunter2", "5550", "\n"} {
			assert.NotContains(t, text, bad)
		}
	}
}

// TestCutTextsHaveNoHalfSecrets has a body end, or its text be cut, within a secret.
func TestCutTextsHaveNoHalfSecrets(t *testing.T) {
	t.Parallel()
	const secret = "hunter2secret"
	pad := func(bytes int) string { return strings.Repeat("x", bytes-len("hunter2")) }
	tests := []struct {
		name    string
		body    io.Reader
		message string
	}{
		{"at 300 bytes", strings.NewReader(pad(300) + secret), pad(300) + secret},
		{"at 1000 bytes", strings.NewReader(pad(1000) + secret), pad(1000) + secret},
		{"at 8 KiB", strings.NewReader(strings.Repeat(secret, 8<<10/len(secret)) + secret), strings.Repeat(secret, 8<<10/len(secret)) + secret},
		{"at 1 MiB", strings.NewReader(pad(1<<20) + secret), ""},
		{"at 1 MiB, of many", strings.NewReader(strings.Repeat(strings.Repeat("y", 100_000), 12)), ""},
		{"in a broken answer", io.MultiReader(strings.NewReader("PIN hunter2"), brokenReader{}), ""},
		{"in the second line of a broken answer", io.MultiReader(strings.NewReader("refused\nPIN hunter2"), brokenReader{}), "refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, "POST", "/a", func(r *http.Request) (*http.Response, error) {
				resp, err := answer(422, "")(r)
				resp.Body = io.NopCloser(tt.body)
				return resp, err
			})
			body := map[string]porting.Secret{"pin": secret, "long": porting.Secret(strings.Repeat("y", 100_000))}
			err := client.Do(t.Context(), "POST", "/a", nil, body, nil)
			assert.Equal(t, tt.message, errorAs[*porting.APIError](t, err).Message)
			for _, half := range []string{"hunt", "yyy"} {
				assert.NotContains(t, err.Error(), half)
			}
			assert.Less(t, len(err.Error()), 1200)
		})
	}
}
