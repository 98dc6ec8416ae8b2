package porting_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"html"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// private is what the table of operations sends and its answers hold, and what must
// never stand in an error, a log line or an event.
var private = []string{
	apiUser, apiToken, gatewayKey, // credentials
	"731946", "AC-5550-8812", "IE6388047V", "IE-482911", // PIN, account number, tax and business identifiers
	"X-Amz-Signature", "c2lnbmVk", "0f0e0d0c", "eyJjb25kaXRpb25zIjpbXX0", // signed URLs and forms
	"5550100", "5550177", "Ada Example", "Example Bakery", "311 W Superior St", // personal data
}

// gatewayKey is what a header carries besides the API's credentials.
const gatewayKey = "k3y-of-the-gateway"

// asked is a request, its headers included, in one line.
func asked(r *http.Request) string {
	var all bytes.Buffer
	_ = r.Header.Write(&all)
	all.WriteString(r.URL.String() + " ")
	if r.Body != nil {
		_, _ = all.ReadFrom(r.Body)
	}
	return strings.Join(strings.Fields(all.String()), " ")
}

func quote(s string) string {
	data, _ := json.Marshal(s) //nolint:errchkjson // it is a string
	return string(data)
}

// failures are servers that fail, and repeat what they were sent.
func failures() map[string]roundTrip {
	return map[string]roundTrip{
		"422 with a message": func(r *http.Request) (*http.Response, error) {
			return answer(422, `{"message":`+quote("refused: "+asked(r))+`}`)(r)
		},
		"422 with fields": func(r *http.Request) (*http.Response, error) {
			return answer(422, `{"errors":[{"detail":`+quote(asked(r))+`},{"detail":"second"}]}`)(r)
		},
		"401": func(r *http.Request) (*http.Response, error) { return answer(401, asked(r))(r) },
		"401 with single words": func(r *http.Request) (*http.Response, error) {
			_, token, _ := strings.Cut(r.Header.Get("X-Gateway-Key"), " ")
			return answer(401, r.Header.Get("X-Api-Token")+" of "+r.Header.Get("X-Api-User")+" behind "+token)(r)
		},
		"403 of storage": func(r *http.Request) (*http.Response, error) {
			return answer(403, "<Error><Code>AccessDenied</Code><Message>"+html.EscapeString(asked(r))+"</Message></Error>")(r)
		},
		"500 with a page": func(r *http.Request) (*http.Response, error) {
			return answer(500, "<title>"+asked(r)+"</title>", "Content-Type", "text/html")(r)
		},
		"redirect": func(r *http.Request) (*http.Response, error) {
			return answer(307, "", "Location", "http://"+apiToken+".example.com/?X-Amz-Signature=c2lnbmVk")(r)
		},
		"numbers where texts belong": func(r *http.Request) (*http.Response, error) {
			return answer(200, `[{"phone_numbers":[{"raw_number":731946}],"pin_passcode":731946,"id":731946,"url":5550100,"start":731946}]`)(r)
		},
		"texts where times belong": func(r *http.Request) (*http.Response, error) {
			return answer(200, `[{"created_at":"Ada Example 731946","start":"731946","url":"+13125550100"}]`)(r)
		},
		"texts where objects belong": func(r *http.Request) (*http.Response, error) {
			return answer(200, `"731946 5550100 Ada Example"`)(r)
		},
		"truncated": func(r *http.Request) (*http.Response, error) {
			return answer(200, `{"id":"AC-5550-8812","pin_passcode":"731946`)(r)
		},
		"network": func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: r.Method, URL: "https://x/?X-Amz-Signature=c2lnbmVk&" + asked(r), Err: io.ErrUnexpectedEOF}
		},
	}
}

// TestNothingPrivateGetsOut drives every operation into success and every kind of
// failure, with a server that repeats what it was sent.
func TestNothingPrivateGetsOut(t *testing.T) {
	t.Parallel()
	for _, op := range operations(t) {
		t.Run(op.file, func(t *testing.T) {
			t.Parallel()
			out := new(seen)
			for name, fail := range failures() {
				_, err := op.call(t.Context(), newClient(t, &detour{fail, op}, out.options()...), op.ids)
				require.Error(t, err, name)
				out.print(err)
			}
			client := newClient(t, &detour{roundTrip(answer(200, testdata(t, op.file))), op}, out.options()...)
			_, err := op.call(t.Context(), client, op.ids)
			require.NoError(t, err)

			assert.Contains(t, out.String(), op.route(), "there is something to look at")
			out.requireNothingPrivate(t)
		})
	}
}

// TestNothingPrivateGetsOutOfStorage is the same for the steps of an upload and a
// download that go to storage.
func TestNothingPrivateGetsOutOfStorage(t *testing.T) {
	t.Parallel()
	calls := map[string]func(*porting.Client) error{
		"Documents.Upload": func(c *porting.Client) error {
			_, err := c.Documents.Upload(t.Context(), draftID, porting.DocumentUpload{
				Type: porting.DocumentTypeLOA, Filename: "Ada Example.pdf", Content: strings.NewReader("%PDF-1.7"),
			})
			return err
		},
		"Documents.Download": func(c *porting.Client) error {
			_, err := c.Documents.Download(t.Context(), porting.DraftID(draftID), documentID, io.Discard)
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := new(seen)
			for failure, fail := range failures() {
				if failure == "texts where objects belong" || failure == "truncated" || strings.HasSuffix(failure, "texts belong") || strings.HasSuffix(failure, "times belong") {
					continue // storage may answer a success as it likes
				}
				wire := roundTrip(func(r *http.Request) (*http.Response, error) {
					switch {
					case r.URL.Host == "files.example.com":
						return fail(r)
					case strings.HasSuffix(r.URL.Path, "/upload_requests"):
						return answer(201, testdata(t, "upload_requests_create"))(r)
					default:
						return answer(201, `{"url":"https://files.example.com/signed-c2lnbmVk/6a1f?expires=1&signature=c2lnbmVk%2b%2B"}`)(r)
					}
				})
				err := call(newClient(t, wire, out.options()...))
				require.Error(t, err, failure)
				out.print(err)
			}
			assert.Contains(t, out.String(), "403 Forbidden: ", "there is something to look at")
			out.requireNothingPrivate(t)
		})
	}
}

// timeless leaves out what holds any digits by chance.
func timeless(_ []string, a slog.Attr) slog.Attr {
	if a.Key == "time" || a.Key == "duration" || a.Key == "wait" {
		return slog.Attr{}
	}
	return a
}

// seen collects what gets out.
type seen struct {
	mutex sync.Mutex
	bytes.Buffer
}

func (s *seen) Write(p []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.Buffer.Write(p)
}

func (s *seen) add(text string) { _, _ = io.WriteString(s, text+"\n") }

// options watch a client, and give it a gateway's key.
func (s *seen) options() []porting.Option {
	return []porting.Option{
		porting.WithLogger(slog.New(slog.NewJSONHandler(s, &slog.HandlerOptions{Level: slog.LevelDebug - 100, ReplaceAttr: timeless}))),
		porting.WithObserver(s),
		porting.WithHeader("X-Gateway-Key", "Key "+gatewayKey),
	}
}

// print shows the error in every way there is.
func (s *seen) print(err error) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t"} {
		s.add(fmt.Sprintf(verb, err))
	}
	s.add(fmt.Sprintf("%v %+v %s", []error{err}, []error{err}, []error{err}))
	for _, handler := range []slog.Handler{
		slog.NewJSONHandler(s, &slog.HandlerOptions{ReplaceAttr: timeless}),
		slog.NewTextHandler(s, &slog.HandlerOptions{ReplaceAttr: timeless}),
	} {
		slog.New(handler).Error("failed", "err", err, "all", []any{err})
	}
	data, _ := json.Marshal(err) //nolint:errchkjson // what can't be marshaled isn't shown
	s.add(string(data))
}

func (s *seen) requireNothingPrivate(t *testing.T) {
	t.Helper()
	for _, secret := range private {
		for _, form := range []string{secret, fmt.Sprintf("%x", secret)} {
			i := strings.Index(s.String(), form)
			require.Negative(t, i, "%q got out: %s", form, s.around(i))
		}
	}
}

// around is what stands around the i-th byte.
func (s *seen) around(i int) string {
	text := s.String()
	return text[max(0, i-100):min(len(text), max(0, i)+100)]
}

func (s *seen) Observe(_ context.Context, e porting.Event) {
	e.Duration, e.Wait = 0, 0
	s.add(fmt.Sprintf("%+v", e))
}

// A detour answers the steps that a call makes besides the one in question; all
// else goes over the wire.
type detour struct {
	wire http.RoundTripper
	op   *operation
}

func (d *detour) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, s := range append(d.op.before, d.op.after...) {
		if r.Method == s.method && strings.HasSuffix(s.target(), r.URL.Path) && !strings.HasSuffix(d.op.url, r.URL.Path) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return nil, err
			}
			return s.responder(r)
		}
	}
	return d.wire.RoundTrip(r)
}

// refusal is the error's text after a 422 with the message, of a call that sent the body.
func refusal(t *testing.T, message string, body any) string {
	t.Helper()
	data, err := json.Marshal(map[string]string{"message": message})
	require.NoError(t, err)
	text := always(t, answer(422, string(data))).Do(t.Context(), "POST", "/a", nil, body, nil).Error()
	text = strings.TrimPrefix(text, "porting: Do: 422 Unprocessable Entity: ")
	return strings.TrimSuffix(text, " (POST)")
}

// TestWhatWasSentIsHidden has a server repeat values of a request. What forms of a value
// are found is tested in internal/mask.
func TestWhatWasSentIsHidden(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, sent, says, want string }{
		{"in another case", "Zoë & Söhne", "no ZOË & SÖHNE here", "no [value] here"},
		{"with other blanks", "Zoë & Söhne", "no Zoë  &\tSöhne here", "no [value] here"},
		{"for JSON", "Zoë & Söhne", `no Zo\u00eb \u0026 S\u00F6hne here`, "no [value] here"},
		{"for HTML", "Zoë & Söhne", "no Zo&euml; &amp; S&#246;hne here", "no [value] here"},
		{"for a form", "Zoë & Söhne", "no Zo%C3%AB+%26+S%C3%B6hne here", "no [value] here"},
		{"within a word", "hunter2", "no xhunter2x here", "no x[value]x here"},
		{"with a quote and an escape", "a\"b\\c\u2028d", "no a\"b\\c\u2028d here", "no [value] here"},
		{"the second of its lines", "Call first\nAda Example, PIN 7319", "no ada example, pin 7319 here", "no [value] here"},
		{"the last part of a key", "uploads/0f0e/ada.pdf", "no ada.pdf here", "no [value] here"},
		{"a short PIN", "731", "no 731 here", "no [value] here"},
		{"a word of it", "Zoë & Söhne", "no ZOË here", "no ZOË here"},
		{"in pieces", "Zoë & Söhne", "no Zoë und Söhne here", "no Zoë und Söhne here"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, refusal(t, tt.says, map[string]string{"a": tt.sent}))
			assert.Equal(t, tt.want, refusal(t, tt.says, map[string]porting.Secret{"a": porting.Secret(tt.sent)}))
		})
	}
	t.Run("a number", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "no [value] here", refusal(t, "no 7319 here", map[string]int{"pin": 7319}))
		assert.Equal(t, "no x[value]x here", refusal(t, "no x1234567890123456789x here", map[string]any{"a": []any{1, int64(1234567890123456789), true, nil}}))
	})
	t.Run("no names of members", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "no canary of [value]", refusal(t, "no canary of hunter2", map[string]string{"canary": "hunter2"}))
	})
	t.Run("what URLs are signed with", func(t *testing.T) {
		t.Parallel()
		assert.NotContains(t, refusal(t, "see https://s3.example.com/a?X-Amz-Signature=deadbeefcafe", map[string]string{"a": "https://example.com/b"}), "deadbeef")
	})
	t.Run("a number that wasn't sent", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "call [number]", refusal(t, "call +1 (312) 555-0100", nil))
	})
	t.Run("a credential that looks like an id", func(t *testing.T) {
		t.Parallel()
		client, err := porting.NewClient(porting.Token(portID), porting.WithHTTPClient(&http.Client{Transport: roundTrip(answer(401, "no "+portID))}))
		require.NoError(t, err)
		assert.NotContains(t, client.Do(t.Context(), "GET", "/a", nil, nil, nil).Error(), portID)
	})
	t.Run("a query", func(t *testing.T) {
		t.Parallel()
		client := always(t, answer(422, `{"message":"nothing for Ada Example, 250 is too much, 100 is allowed"}`))
		err := client.Do(t.Context(), "GET", "/a", url.Values{"search": {"Ada Example"}, "per_page": {"250"}, "x": {"100"}}, nil, nil)
		assert.ErrorContains(t, err, "nothing for [value], 250 is too much, [value] is allowed")
	})
}

// TestWhatHelpsIsShown has a server say what must not be taken for something private.
func TestWhatHelpsIsShown(t *testing.T) {
	t.Parallel()
	for _, says := range []string{
		"Your IP 203.0.113.77 is not allowed",
		"not before 2026-01-07T15:00:00.123456Z",
		"not before 01/07/2026 15:00",
		"larger than 1048576 bytes",
		"one of: partial, full",
		"person_or_company_name of 59b0762a-b274-4f76-ac32-4d5cf0272e66 is no phone_number",
		"2026-03-05T15:00:00Z is not offered",
		"cannot plan",
		`100% of Ada's \ "AT&T" numbers & more: see Ada`,
	} {
		body := map[string]any{
			"type": "full", "person_or_company_name": "name", "body": "phone number", "pin": "0485", "a": "203", "b": "b274", "c": "Ann",
			"sub_request_id": "59b0762a-b274-4f76-ac32-4d5cf0272e66", "foc_date": "2026-03-05T15:00:00Z", "d": "Ada Example", "e": "IL",
		}
		assert.Equal(t, says, refusal(t, says, body))
	}
	err := always(t, answer(422, `{"errors":{"name":["is missing"],"person_or_company_name":["is the name"]}}`)).
		Do(t.Context(), "POST", "/a", nil, map[string]string{"a": "name", "b": "Company"}, nil)
	assert.EqualError(t, err, "porting: Do: 422 Unprocessable Entity: name: is missing; person_or_company_name: is the name (POST)")
}

// TestTheAPIsWordsAreShown has a server name each value of an enumeration and each field,
// of a request that held the same.
func TestTheAPIsWordsAreShown(t *testing.T) {
	t.Parallel()
	words := map[string]bool{}
	for _, typ := range packageDoc(t).Types {
		for _, group := range typ.Consts {
			for _, spec := range group.Decl.Specs {
				for _, value := range spec.(*ast.ValueSpec).Values {
					if literal, ok := value.(*ast.BasicLit); ok && !strings.HasPrefix(typ.Name, "E") && typ.Name != "UploadStep" && typ.Name != "RetryClass" {
						words[strings.Trim(literal.Value, `"`)] = true
					}
				}
			}
		}
	}
	assert.Greater(t, len(words), 30, "the package's source was not read")
	for _, model := range []any{
		porting.PortRequest{}, porting.PortRequestPhoneNumber{}, porting.PhoneNumberCount{}, porting.SubRequest{}, porting.SubRequestUpdate{},
		porting.DraftPortRequest{}, porting.DraftPortRequestPhoneNumber{}, porting.DraftSubRequest{}, porting.DraftSubRequestUpdate{},
		porting.PortingOption{}, porting.FOCWindow{}, porting.Comment{}, porting.CommentCreate{}, porting.SupportingDocument{},
		porting.DownloadLink{}, porting.PortabilityResult{},
	} {
		for field := range reflect.TypeOf(model).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			words[name] = true
			for word := range strings.SplitSeq(name, "_") {
				words[word] = true
			}
		}
	}
	all := slices.Sorted(maps.Keys(words))
	for len(all) > 0 { // as much as is shown of one text
		n := min(50, len(all))
		text := strings.TrimSpace(strings.Join(all[:n], " / "))
		assert.Equal(t, text, refusal(t, text, map[string][]string{"a": all[:n]}))
		all = all[n:]
	}
}

// TestEveryPartOfAnErrorIsHidden has what was sent in parts of an answer other than its message.
func TestEveryPartOfAnErrorIsHidden(t *testing.T) {
	t.Parallel()
	const canary, plain, account = "c4nary-in-the-mine", "c4nary", "12345678"
	body := map[string]string{"a": canary, "b": plain, "c": account}
	post := func(responder roundTrip) error {
		return newClient(t, responder).Do(t.Context(), "POST", "/a", nil, body, new(map[string]map[string]int))
	}
	tests := map[string]roundTrip{
		"second field": roundTrip(answer(422, `{"errors":[{"detail":"first"},{"detail":"`+canary+`"}]}`)),
		"code":         roundTrip(answer(422, `{"message":"no","code":"`+canary+`"}`)),
		"request id":   roundTrip(answer(422, `{"message":"no"}`, "X-Request-Id", canary)),
		"own-like key": roundTrip(answer(200, `{"`+plain+`":{"b":"x"}}`)),
		"number as id": roundTrip(answer(422, `{"message":"no"}`, "X-Request-Id", "req-"+account)),
		"cut type":     roundTrip(answer(200, `<`, "Content-Type", "text/"+strings.Repeat("a", 50)+"; "+canary)),
		"broken off": func(r *http.Request) (*http.Response, error) {
			resp, err := answer(404, "")(r)
			resp.Body = io.NopCloser(iotest.ErrReader(fmt.Errorf("%w after header [%s]", context.Canceled, canary)))
			return resp, err
		},
		"key":          roundTrip(answer(200, `{"`+canary+`":{"b":`)),
		"another key":  roundTrip(answer(200, `{"Ada c4nary":{"b":"x"}}`)),
		"number's key": roundTrip(answer(200, `{"c4nary 3125550100":{"b":"x"}}`)),
		"content type": roundTrip(answer(200, `<`, "Content-Type", "text/"+canary)),
		"escape":       roundTrip(answer(200, `{"a":"\uc4na"}`)),
		"host":         roundTrip(answer(307, "", "Location", "http://"+strings.ToUpper(canary)+".example.com")),
		"network": func(*http.Request) (*http.Response, error) {
			return nil, errors.New("proxy refused header [" + canary + "]")
		},
	}
	for name, responder := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := post(responder)
			require.Error(t, err)
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
				text := strings.ToLower(fmt.Sprintf(verb, err))
				assert.NotContains(t, text, "c4na", verb)
				assert.NotContains(t, text, account, verb)
			}
		})
	}
}

// TestMalformedHeadsAreHidden has a server answer with a head that net/http refuses, and repeats.
func TestMalformedHeadsAreHidden(t *testing.T) {
	t.Parallel()
	for _, head := range []string{"HTTP/1.1 200 OK\r\n%s\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n", "HTTP/1.1 %s\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n"} {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = io.Copy(io.Discard, r.Body)
					_, _ = fmt.Fprintf(conn, head, r.Header.Get("X-Api-Token")+" of Ada Example, +13125550100")
				}
				_ = conn.Close()
			}
		}()
		c := client(t, "http://"+listener.Addr().String(), porting.WithRetry(fast))
		_, err = c.Comments.Create(t.Context(), "a", porting.CommentCreate{Body: "Ada Example"})
		requireAs[*porting.OutcomeUnknownError](t, err)
		for _, private := range []string{apiToken, "Ada", "5550100"} {
			assert.NotContains(t, err.Error(), private, head)
		}
		_, err = c.Drafts.Get(t.Context(), "a", nil)
		requireAs[*porting.ConnectionError](t, err)
		assert.NotContains(t, err.Error(), apiToken, head)
	}
}

// TestSignaturesOfRedirectsAreHidden has a second storage host repeat what it was asked with.
func TestSignaturesOfRedirectsAreHidden(t *testing.T) {
	t.Parallel()
	mock := roundTrip(func(r *http.Request) (*http.Response, error) {
		switch {
		case r.Method == http.MethodPost:
			return answer(201, `{"url":"https://one.example.com/a?sig=f1rst"}`)(r)
		case r.URL.Host == "one.example.com":
			return answer(302, "", "Location", "https://two.example.com/p4th/doc?sig=s3cond")(r)
		}
		return answer(403, "refused: "+r.URL.Query().Get("sig")+" of "+r.URL.Path+" and "+r.URL.String())(r)
	})
	_, err := newClient(t, mock).Documents.Download(t.Context(), porting.DraftID("a"), "b", io.Discard)
	require.Error(t, err)
	for _, secret := range []string{"s3cond", "f1rst", "p4th"} {
		assert.NotContains(t, err.Error(), secret)
	}
}

// TestRequestIDsAreNoCredentials has a server give a credential for the request's id.
func TestRequestIDsAreNoCredentials(t *testing.T) {
	t.Parallel()
	for _, creds := range []porting.Credentials{porting.UserToken(apiUser, apiToken), porting.Token(apiToken), porting.BearerKey(apiToken)} {
		var told events
		var log strings.Builder
		c, err := porting.NewClient(creds, porting.WithObserver(&told), porting.WithLogger(slog.New(slog.NewTextHandler(&log, nil))),
			porting.WithHTTPClient(&http.Client{Transport: roundTrip(answer(404, "", "X-Request-Id", "req-"+apiToken))}))
		require.NoError(t, err)
		err = c.Do(t.Context(), "GET", "/a", nil, nil, nil)
		assert.Empty(t, errorAs[*porting.NotFoundError](t, err).RequestID)
		assert.NotContains(t, log.String()+fmt.Sprint(told, err), apiToken)
	}
}

// TestTextsAreCheap has answers and requests whose error text could take long. The
// bounds are those of a machine that does nothing else; the test allows for the race
// detector on a busy one. Package mask has a benchmark.
func TestTextsAreCheap(t *testing.T) {
	t.Parallel()
	const load = 400
	numbers := make([]string, 100_000)
	for i := range numbers {
		numbers[i] = fmt.Sprintf("+1312%07d", i)
	}
	var comment, fields strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&comment, "line %x\n", i)
		fmt.Fprintf(&fields, `,"%d":["not 555-0100","2026-01-07"]`, i)
	}
	tests := []struct {
		name   string
		bound  time.Duration
		answer string
		call   func(*porting.Client) error
	}{
		{"100,000 numbers", 50 * time.Millisecond, `{"message":"invalid: ` + strings.Join(numbers[:40_000], ", ") + `"}`, func(c *porting.Client) error {
			_, err := c.Portability.Check(t.Context(), numbers...)
			return err
		}},
		{"a comment of 200 kB", 5 * time.Millisecond, `{"message":` + quote(comment.String()[:40_000]) + `}`, func(c *porting.Client) error {
			_, err := c.Comments.Create(t.Context(), "a", porting.CommentCreate{Body: comment.String()})
			return err
		}},
		{"a long word", 5 * time.Millisecond, `{"message":"` + strings.Repeat("ada ", 10_000) + `"}`, func(c *porting.Client) error {
			_, err := c.Comments.Create(t.Context(), "a", porting.CommentCreate{Body: strings.Repeat("ada ", 40_000)})
			return err
		}},
		{"many fields", 5 * time.Millisecond, `{"errors":{"a":"x"` + fields.String() + `}}`, func(c *porting.Client) error {
			return c.Do(t.Context(), "GET", "/a", nil, nil, nil)
		}},
		{"digits", 5 * time.Millisecond, `{"message":"` + strings.Repeat("5 ", 20_000) + `"}`, func(c *porting.Client) error {
			return c.Do(t.Context(), "GET", "/a", nil, nil, nil)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.call(always(t, answer(422, tt.answer)))
			began := time.Now()
			text := err.Error()
			took := time.Since(began)
			t.Logf("%v", took)
			assert.Less(t, took, load*tt.bound)
			assert.Less(t, len(text), 2300)
			assert.NotContains(t, text, "312000")
			assert.NotContains(t, text, "line 1")
			assert.NotContains(t, text, "ada")
		})
	}
}

// TestFieldsOfErrorsAreShort has a key of half a megabyte stand above a thousand others.
func TestFieldsOfErrorsAreShort(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"errors":{"` + strings.Repeat("k", 500_000) + `":{"a":"x"`)
	for i := range 1000 {
		fmt.Fprintf(&b, `,"a%d":"x"`, i)
	}
	err := always(t, answer(422, b.String()+"}}}")).Do(t.Context(), "GET", "/a", nil, nil, nil)
	size := 0
	for _, f := range errorAs[*porting.APIError](t, err).Fields {
		size += len(f.Field)
	}
	assert.Less(t, size, 1_100_000)
}

// TestErrorsHoldNothingOfTheCallers keeps the errors of an upload and of a call whose
// context held something.
func TestErrorsHoldNothingOfTheCallers(t *testing.T) {
	t.Parallel()
	type contents struct {
		*strings.Reader
		_ [1 << 10]byte
	}
	client := newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.String() == storageURL {
			return answer(403, "refused")(r)
		}
		return answer(201, testdata(t, "upload_requests_create"))(r)
	}), porting.WithObserver(new(events)))
	var uploading, getting error
	fail := func() (content weak.Pointer[contents], value weak.Pointer[[64]byte]) {
		c, v := &contents{Reader: strings.NewReader("x")}, new([64]byte)
		_, uploading = client.Documents.Upload(t.Context(), draftID, porting.DocumentUpload{Type: "loa", Filename: "a.pdf", Content: c})
		_, getting = always(t, answer(404, "")).With(porting.WithObserver(new(events))).Drafts.Get(context.WithValue(t.Context(), contextKey{}, v), "a", nil)
		return weak.Make(c), weak.Make(v)
	}
	content, value := fail()
	require.Error(t, uploading)
	require.Error(t, getting)
	for range 50 {
		if runtime.GC(); content.Value() == nil && value.Value() == nil {
			break
		}
	}
	assert.Nil(t, content.Value(), "the content of an upload")
	assert.Nil(t, value.Value(), "a context's value")
	runtime.KeepAlive([]error{uploading, getting})
}

// contextKey is of a value that an observer and a logger look for.
type contextKey struct{}

// TestNamesOfFilesAreMasked has a storage host repeat what a file is called.
func TestNamesOfFilesAreMasked(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	expect(t, mock, "POST", baseURL+"/files/upload_requests", 1, answer(201, testdata(t, "upload_requests_create")))
	expect(t, mock, "POST", storageURL, 1, answer(400, "Ada Example.pdf is refused"))
	_, err := newClient(t, mock).Documents.Upload(t.Context(), draftID, porting.DocumentUpload{
		Type: porting.DocumentTypeLOA, Filename: "/home/me/Ada Example.pdf", Content: strings.NewReader("x"),
	})
	assert.ErrorContains(t, err, "[value] is refused")
}

// TestWhatHeadersCarryIsMasked has a server repeat parts of the request's headers.
func TestWhatHeadersCarryIsMasked(t *testing.T) {
	t.Parallel()
	const agent = "porting/0.1 (+https://github.com/numberporting/porting)"
	const user, token, cookie = "gwuser", `t&k/"n+=`, "s3ssion"
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	jar.SetCookies(&url.URL{Scheme: "https", Host: "api.telnyx.com"}, []*http.Cookie{{Name: "session", Value: cookie}})
	tests := []struct {
		name  string
		creds porting.Credentials
		key   string // of the header
		value string
		says  string
		want  string
	}{
		{"user and token", porting.UserToken(user, token), "X-Trace", "1", user + " with " + token, "[value] with [value]"},
		{"token", porting.Token(token), "X-Trace", "1", "Token " + token + ", the Token is " + token, "[value], the Token is [value]"},
		{"bearer key", porting.BearerKey(token), "X-Trace", "1", "Bearer key " + token, "Bearer key [value]"},
		{"gateway's key", porting.Token("k3y"), "X-Key", token, "key " + token, "key [value]"},
		{"gateway's pair", porting.Token("k3y"), "X-Key", "Basic " + user + ":" + token, "Basic " + user + " has no " + token, "Basic [value] has no [value]"},
		{"escaped for a URL", porting.Token(token), "X-Trace", "1", "t%26k%2F%22n%2B%3D", "[value]"},
		{"escaped for a path", porting.Token(token), "X-Trace", "1", "t&k%2F%22n+=", "[value]"},
		{"escaped for JSON", porting.Token(token), "X-Trace", "1", `t&k/\"n+=`, "[value]"},
		{"escaped for HTML", porting.Token(token), "X-Trace", "1", "<title>t&amp;k/&#34;n+=</title>", "[value]"},
		{"cookie", porting.Token("k3y"), "X-Trace", "1", "the session " + cookie, "the session [value]"},
		{"what isn't private", porting.Token("k3y"), "X-Request-Id", "trace-1", "application/json of " + agent + " in trace-1", "application/json of " + agent + " in trace-1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, err := porting.NewClient(tt.creds, porting.WithHeader(tt.key, tt.value),
				porting.WithHTTPClient(&http.Client{Jar: jar, Transport: roundTrip(answer(400, tt.says))}))
			require.NoError(t, err)
			assert.EqualError(t, client.Do(t.Context(), "GET", "/a", nil, nil, nil), "porting: Do: 400 Bad Request: "+tt.want+" (GET)")
		})
	}
}
