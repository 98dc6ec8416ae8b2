package porting_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

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
