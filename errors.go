package porting

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/numberporting/porting/internal/mask"
)

// Sentinels for [errors.Is]. Each matches every [*APIError] with its status.
var (
	ErrUnauthorized  = errors.New("porting: unauthorized")         // 401
	ErrNotFound      = errors.New("porting: not found")            // 404
	ErrUnprocessable = errors.New("porting: unprocessable entity") // 422
	ErrRateLimited   = errors.New("porting: rate limited")         // 429
)

var sentinels = map[int]error{
	http.StatusUnauthorized:        ErrUnauthorized,
	http.StatusNotFound:            ErrNotFound,
	http.StatusUnprocessableEntity: ErrUnprocessable,
	http.StatusTooManyRequests:     ErrRateLimited,
}

// Errors of All, for [errors.Is].
var (
	// ErrListChanges says that the list was read ten times, and each time its totals changed
	// on the way, or items moved from page to page. What has come until then was yielded.
	ErrListChanges = errors.New("the list keeps changing while it is read")

	// ErrRepeatedPage says that a page had only items of the pages before it, although the
	// totals held still: the server ignores which page was asked for, or items move as fast
	// as they are read.
	ErrRepeatedPage = errors.New("the server repeats pages")
)

// An ArgumentError says that a call can't work as it was made. Nothing was sent.
type ArgumentError struct {
	Operation string // such as "Drafts.Create"
	Field     string // in the API's spelling: "port_request_id", "phone_numbers.0.phone_number"
	Reason    string // the rule that is broken; never the value
}

// Error names the operation, the field and the rule.
func (e *ArgumentError) Error() string {
	return fmt.Sprintf("porting: %s: %s: %s (nothing was sent)", e.Operation, e.Field, e.Reason)
}

// An APIError is an answer that says no: any status but 2xx, and redirects that
// may not be followed.
//
// Its text shows what the server says, but hides what is private: phone numbers, the
// queries of URLs, and what the request held, such as credentials, names, addresses and
// PINs, if the server repeats it letter by letter. Case, the number of blanks, and escapes for
// JSON, HTML or a URL make no difference. A value that the server splits, joins to others
// or encodes otherwise is shown; so are values of fewer than three bytes, a single word
// within a longer one, a time, an IP address, a UUID, and the API's own words, such as
// "full". The error's fields are as they came, but for a RequestID that repeats a credential.
//
// For 401, 404, 422 and 429 the error is an [*UnauthorizedError], [*NotFoundError],
// [*ValidationError] or [*RateLimitError] that wraps the APIError.
type APIError struct {
	Operation  string
	Method     string
	Route      string // the route with its parameters in braces; empty for Client.Do and for storage
	StatusCode int
	RequestID  string       // to quote to support; the server's X-Request-Id or the nearest to it
	Code       string       // the first code of the body, if it has one
	Message    string       // what the body says, if it can be read
	Fields     []FieldError // what the body says of single fields
	Header     http.Header  `json:"-"`
	Body       []byte       `json:"-"` // at most 1 MiB
	Attempts   int          // how often the call was tried

	isStorage bool // it is the storage host's answer, not the API's
	mask      mask.Mask
}

// A FieldError is what an answer says about one field of the request.
type FieldError struct {
	Field   string // a path such as "phone_numbers.0.phone_number"; empty if the server didn't say
	Code    string
	Message string
}

// Error names the operation, the status, what the server said, the route and the request id.
func (e *APIError) Error() string {
	if e == nil {
		return "porting: API error"
	}
	message := e.messageAfterStatus()
	return fmt.Sprintf("porting: %s: %d", e.Operation, e.StatusCode) +
		after(" ", http.StatusText(e.StatusCode)) +
		after(": ", e.mask.Text(message)) +
		after("; ", e.mask.Text(e.fieldsBesides(message))) +
		inParentheses(e.Method+after(" ", e.Route), after("code ", e.mask.Text(e.Code)),
			after("request ", e.mask.Name(e.RequestID)), attempts(e.Attempts))
}

// after is a text after what introduces it, or nothing if there is no text.
func after(intro, text string) string {
	if text == "" {
		return ""
	}
	return intro + text
}

// inParentheses lists the texts that aren't empty, if there are any.
func inParentheses(texts ...string) string {
	texts = slices.DeleteFunc(texts, func(text string) bool { return text == "" })
	if len(texts) == 0 {
		return ""
	}
	return " (" + strings.TrimSpace(strings.Join(texts, ", ")) + ")"
}

// attempts says how often a call was tried, if that was more than once.
func attempts(n int) string {
	if n <= 1 {
		return ""
	}
	return strconv.Itoa(n) + " attempts"
}

// messageAfterStatus is the message without the status that it may begin with, as the
// titles of proxies' pages do.
func (e *APIError) messageAfterStatus() string {
	message := strings.TrimSpace(e.Message)
	rest, found := strings.CutPrefix(message, strconv.Itoa(e.StatusCode)+" ")
	if found && rest != "" && unicode.IsUpper(rune(rest[0])) {
		message = rest
	}
	text := http.StatusText(e.StatusCode)
	if text == "" || len(message) < len(text) || !strings.EqualFold(message[:len(text)], text) {
		return message
	}
	rest = message[len(text):]
	if more := strings.TrimLeft(rest, " .:"); more == "" || rest[0] == ':' {
		return more
	}
	return message
}

// fieldsBesides is what the answer says of each field, once, without what the message
// says already.
func (e *APIError) fieldsBesides(message string) string {
	const enough = 8 << 10 // what comes after so many bytes isn't shown
	message = message[:min(len(message), enough)]
	seen := map[string]bool{}
	var b strings.Builder
	for _, f := range e.Fields {
		said := cmp.Or(f.Message, f.Code)
		text := strings.TrimSuffix(strings.TrimPrefix(f.Field+": "+said, ": "), ": ")
		isKnown := strings.Contains(message, said) && containsWord(message, f.Field)
		if text != "" && text != e.Code && !isKnown && !seen[text] && b.Len() <= enough {
			seen[text] = true
			b.WriteString("; " + text)
		}
	}
	return strings.TrimPrefix(b.String(), "; ")
}

// containsWord tells whether a text has a name that isn't a part of a longer one.
func containsWord(text, name string) bool {
	inName := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	for name != "" {
		before, after, found := strings.Cut(text, name)
		if !found {
			return false
		}
		last, _ := utf8.DecodeLastRuneInString(before)
		first, _ := utf8.DecodeRuneInString(after)
		if !inName(last) && !inName(first) {
			return true
		}
		text = text[len(before)+len(name):]
	}
	return true
}

// Is matches the sentinel of the error's status, unless the answer is storage's.
func (e *APIError) Is(target error) bool {
	return e != nil && !e.isStorage && target != nil && target == sentinels[e.StatusCode]
}

// An UnauthorizedError is a 401: the credentials are missing or wrong.
type UnauthorizedError struct{ *APIError }

// Unwrap returns the [*APIError].
func (e *UnauthorizedError) Unwrap() error { return e.APIError }

// A NotFoundError is a 404.
type NotFoundError struct{ *APIError }

// Unwrap returns the [*APIError].
func (e *NotFoundError) Unwrap() error { return e.APIError }

// A ValidationError is a 422: the server understood the request and refuses it.
// Its Message and Fields say why.
type ValidationError struct{ *APIError }

// Unwrap returns the [*APIError].
func (e *ValidationError) Unwrap() error { return e.APIError }

// A RateLimitError is a 429 that was the answer to the last try, or one whose wait
// was too long to begin.
type RateLimitError struct {
	*APIError
	RetryAfter time.Duration // what the server asked to wait; 0 if it didn't say
}

// Error is the [*APIError]'s text and the wait that was asked for.
func (e *RateLimitError) Error() string {
	if e.RetryAfter == 0 {
		return e.APIError.Error()
	}
	return fmt.Sprintf("%v; retry after %v", e.APIError, e.RetryAfter)
}

// Unwrap returns the [*APIError].
func (e *RateLimitError) Unwrap() error { return e.APIError }

// A ConnectionError says that no whole answer came: the network failed, a timeout
// or the context ended the call, or the limiter refused it. Repeating the call does
// no harm: either nothing was sent, or the operation is safe to repeat. An
// [*OutcomeUnknownError] never wraps one.
type ConnectionError struct {
	Operation string
	Method    string
	Route     string
	Attempts  int // how often the call was tried; 0: nothing was sent
	Err       error

	what string // went wrong; empty: there is no answer
	mask mask.Mask
}

// Error names the operation and what ended it.
func (e *ConnectionError) Error() string {
	what := cmp.Or(e.what, "no answer")
	if e.Attempts == 0 {
		what = "not sent"
	}
	return "porting: " + e.Operation + ": " + what + ": " + e.mask.Text(fmt.Sprint(e.Err)) +
		inParentheses(e.Method+after(" ", e.Route), attempts(e.Attempts))
}

// Unwrap returns what ended the call, such as [context.DeadlineExceeded].
func (e *ConnectionError) Unwrap() error { return e.Err }

// Timeout tells whether time ran out.
func (e *ConnectionError) Timeout() bool {
	var timeout interface{ Timeout() bool }
	return errors.As(e.Err, &timeout) && timeout.Timeout()
}

// A DecodeError says that the server accepted the call (the status is a 2xx), but that its
// answer can't be read: the answer is empty, too large, not JSON, or not the object that was
// asked for, or a value has the wrong type. A change that was asked for has probably been
// made, unless a proxy gave the answer or the object isn't there: don't repeat it before you
// have looked where Check says. Of the answer, the error's text shows only the Message, a
// time that can't be read, and names that look like the API's. What the call sent is hidden
// in it as in the text of an [*APIError].
type DecodeError struct {
	Operation  string
	Field      string // the path of the value that can't be read, such as "sub_requests.0.foc_date"; empty if unknown
	StatusCode int
	RequestID  string
	Message    string // what the answer says instead, such as {"success":false,"message":"draft is incomplete"}; usually empty
	Check      string // where to see what the call has changed, for a person; empty if it can be repeated, and for Client.Do
	Err        error
	Header     http.Header `json:"-"` // a Location can tell the id of what was created
	Body       []byte      `json:"-"` // at most 1 MiB

	changed bool // the operation changes something
	mask    mask.Mask
}

// Error names the operation, the field, why it can't be read, and the answer's message.
func (e *DecodeError) Error() string {
	what := "the answer can't be read: "
	if e.changed && e.Message == "" {
		what = "the server did it, but its answer can't be read: "
	}
	if e.Field != "" {
		what += e.mask.Text(shownField(e.Field)) + ": "
	}
	return "porting: " + e.Operation + ": " + what + e.mask.Text(fmt.Sprint(e.Err)) +
		after("; it says: ", e.mask.Text(e.Message)) + inParentheses(after("request ", e.mask.Name(e.RequestID)))
}

// shownField is the path of a field without those of its names that aren't the API's: they
// could be anything.
func shownField(path string) string {
	names := strings.Split(path, ".")
	for i, name := range names {
		if len(name) > 40 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || mask.Numbers(name) != name {
			names[i] = "[name]"
		}
	}
	return strings.Join(names, ".")
}

// Unwrap returns why the answer can't be read.
func (e *DecodeError) Unwrap() error { return e.Err }

// An UploadError says which step of [DocumentsService.Upload] failed, and how far
// it came.
type UploadError struct {
	Draft DraftID
	Step  UploadStep
	Key   string // the file's key in storage, known from the second step on
	Err   error
}

// An UploadStep is one of the three steps of an upload.
type UploadStep string

// The steps of an upload, in order.
const (
	UploadStepRequest  UploadStep = "request"  // asking where to send the file
	UploadStepStore    UploadStep = "store"    // sending the file there
	UploadStepDocument UploadStep = "document" // telling the draft about it
)

// Error names the draft, the step and why it failed.
func (e *UploadError) Error() string {
	return fmt.Sprintf("porting: Documents.Upload: draft %s: step %q failed: %s", e.Draft, e.Step,
		strings.TrimPrefix(fmt.Sprint(e.Err), "porting: Documents.Upload: "))
}

// Unwrap returns the error of the step.
func (e *UploadError) Unwrap() error { return e.Err }

// interrupted is what the last try had come to, and why there was no further one or
// no whole answer: a context or a limiter ended it.
type interrupted struct {
	last, reason error
	mask         mask.Mask
}

func (e *interrupted) Error() string {
	return fmt.Sprintf("%v; then %s", e.last, e.mask.Text(fmt.Sprint(e.reason)))
}

func (e *interrupted) Unwrap() []error { return []error{e.last, e.reason} }
