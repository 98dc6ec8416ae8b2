package portingtest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

const (
	draftsPath   = "/origination/porting/draft_port_requests"
	requestsPath = "/origination/porting/port_requests"
	checksPath   = "/origination/porting/portability_checks"
)

// open starts a sandbox that the end of the test closes.
func open(t *testing.T, opts ...portingtest.Option) *portingtest.Server {
	t.Helper()
	s := portingtest.NewServer(opts...)
	t.Cleanup(s.Close)
	return s
}

// reply is an answer that was read.
type reply struct {
	Status int
	Header http.Header
	Body   string
}

// object gives the members of the object that the body has to be.
func (r reply) object(t *testing.T) map[string]any {
	t.Helper()
	var object map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.Body), &object), r.Body)
	return object
}

// list gives the objects of the array that the body has to be.
func (r reply) list(t *testing.T) []map[string]any {
	t.Helper()
	var list []map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.Body), &list), r.Body)
	return list
}

// message gives the message of an error.
func (r reply) message(t *testing.T) string {
	t.Helper()
	message, _ := r.object(t)["message"].(string)
	return message
}

// do sends a request and reads the answer.
func do(t *testing.T, r *http.Request) reply {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return reply{answer.StatusCode, answer.Header, string(body)}
}

// newCall is a request to the API with credentials; an empty body is none.
func newCall(t *testing.T, s *portingtest.Server, method, path, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("X-Api-User", portingtest.User)
	r.Header.Set("X-Api-Token", portingtest.Token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// call sends a request with credentials.
func call(t *testing.T, s *portingtest.Server, method, path, body string) reply {
	t.Helper()
	return do(t, newCall(t, s, method, path, body))
}

// must sends a request that has to be answered with a status.
func must(t *testing.T, s *portingtest.Server, status int, method, path, body string) reply {
	t.Helper()
	r := call(t, s, method, path, body)
	require.Equal(t, status, r.Status, r.Body)
	return r
}

// numbersBody is the body of a portability check and of a new draft.
func numbersBody(numbers ...string) string {
	type number struct {
		PhoneNumber string `json:"phone_number"`
	}
	list := []number{}
	for _, n := range numbers {
		list = append(list, number{n})
	}
	body, _ := json.Marshal(map[string]any{"phone_numbers": list})
	return string(body)
}

// createDraft makes a draft and gives its path and those of its sub requests.
func createDraft(t *testing.T, s *portingtest.Server, numbers ...string) (path string, subs []string) {
	t.Helper()
	r := must(t, s, http.StatusCreated, "POST", draftsPath, numbersBody(numbers...))
	path = draftsPath + "/" + r.object(t)["id"].(string)
	return path, subPaths(t, s, path)
}

// subPaths gives the paths of the sub requests of a draft or port request.
func subPaths(t *testing.T, s *portingtest.Server, path string) []string {
	t.Helper()
	var subs []string
	for _, sub := range must(t, s, http.StatusOK, "GET", path+"/sub_requests", "").list(t) {
		subs = append(subs, path+"/sub_requests/"+sub["id"].(string))
	}
	return subs
}

// firstWindow is the start of the first FOC window of a sub request.
func firstWindow(t *testing.T, s *portingtest.Server, sub string) string {
	t.Helper()
	return must(t, s, http.StatusOK, "GET", sub+"/allowed_foc_dates", "").list(t)[0]["start"].(string)
}

// profile is a full update of a draft's sub request.
func profile(focDate string) map[string]any {
	return map[string]any{
		"foc_date_requested_by_user": focDate,
		"person_or_company_name":     "Example Company",
		"auth_person_name":           "Ada Example",
		"billing_phone_number":       "+12065550100",
		"street_address":             "1 Main Street",
		"locality":                   "Seattle",
		"administrative_area":        "WA",
		"postal_code":                "98101",
		"country_code":               "US",
		"default_connection_id":      "1293384261075731499",
		"pin_passcode":               "0000",
	}
}

func text(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	require.NoError(t, err)
	return string(data)
}

// fillIn completes the sub requests of a draft.
func fillIn(t *testing.T, s *portingtest.Server, subs ...string) {
	t.Helper()
	for _, sub := range subs {
		r := must(t, s, http.StatusOK, "PUT", sub, text(t, profile(firstWindow(t, s, sub))))
		require.Equal(t, true, r.object(t)["complete"])
	}
}

// submit puts a port request into the sandbox and gives its path and those of its
// sub requests.
func submit(s *portingtest.Server, numbers ...string) (path string, subs []string) {
	id, ids := s.AddPortRequest(numbers...)
	path = requestsPath + "/" + string(id)
	for _, sub := range ids {
		subs = append(subs, path+"/sub_requests/"+string(sub))
	}
	return path, subs
}

// form is a form for the storage.
type form struct {
	URL    string            `json:"url"`
	Method string            `json:"http_method"`
	Fields map[string]string `json:"form_fields"`
}

// newForm asks for a form.
func newForm(t *testing.T, s *portingtest.Server) form {
	t.Helper()
	r := must(t, s, http.StatusCreated, "POST", "/files/upload_requests", `{"content_type":"application/pdf"}`)
	var f form
	require.NoError(t, json.Unmarshal([]byte(r.Body), &f))
	return f
}

// prefix gives what the policy of a form says that a key must start with.
func (f form) prefix(t *testing.T) string {
	t.Helper()
	policy, err := base64.StdEncoding.DecodeString(f.Fields["policy"])
	require.NoError(t, err)
	var conditions struct {
		Conditions []any `json:"conditions"`
	}
	require.NoError(t, json.Unmarshal(policy, &conditions))
	for _, condition := range conditions.Conditions {
		if rule, ok := condition.([]any); ok && rule[0] == "starts-with" && rule[1] == "$key" {
			return rule[2].(string)
		}
	}
	t.Fatal("the policy has no prefix")
	return ""
}

// part is a field of a multipart form.
type part struct{ name, value string }

// parts gives the fields of a form with a key, and the file at its end.
func (f form) parts(key, content string) []part {
	parts := []part{{"key", key}}
	for name, value := range f.Fields {
		if name != "key" || key == "" {
			parts = append(parts, part{name, value})
		}
	}
	return append(parts, part{"file", content})
}

// newUpload is a request to the storage host.
func newUpload(t *testing.T, url string, parts []part) *http.Request {
	t.Helper()
	var body bytes.Buffer
	writer := multipart.NewWriter(&body)
	for _, p := range parts {
		var w io.Writer
		var err error
		if p.name == "file" {
			w, err = writer.CreateFormFile("file", "scan.pdf")
		} else {
			w, err = writer.CreateFormField(p.name)
		}
		require.NoError(t, err)
		_, err = io.WriteString(w, p.value)
		require.NoError(t, err)
	}
	require.NoError(t, writer.Close())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, &body)
	require.NoError(t, err)
	r.Header.Set("Content-Type", writer.FormDataContentType())
	return r
}

// uploadDocument does the three steps of an upload and gives the path of the
// document.
func uploadDocument(t *testing.T, s *portingtest.Server, draft, kind, content string) string {
	t.Helper()
	f := newForm(t, s)
	key := f.prefix(t) + kind + ".pdf"
	stored := do(t, newUpload(t, f.URL, f.parts(key, content)))
	require.Equal(t, http.StatusNoContent, stored.Status, stored.Body)
	r := must(t, s, http.StatusCreated, "POST", draft+"/supporting_documents", text(t, map[string]string{
		"document_type": kind, "body": key,
	}))
	return draft + "/supporting_documents/" + r.object(t)["id"].(string)
}

// get reads a URL without credentials.
func get(t *testing.T, url string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	return do(t, r)
}

// at gives the time that a text of an answer is.
func at(t *testing.T, value any) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, value.(string))
	require.NoError(t, err)
	return parsed
}

func repeat(text string, times int) string { return strings.Repeat(text, times) }

// subOf gives the sub request that a path names.
func subOf(t *testing.T, s *portingtest.Server, path string) map[string]any {
	t.Helper()
	return must(t, s, http.StatusOK, "GET", path, "").list(t)[0]
}

// ids gives the ids of a list, in its order.
func ids(t *testing.T, r reply) []string {
	t.Helper()
	found := []string{}
	for _, object := range r.list(t) {
		found = append(found, object["id"].(string))
	}
	return found
}

// check gives the reason why a number can't be ported, or nil.
func check(t *testing.T, s *portingtest.Server, number string) any {
	t.Helper()
	answer := must(t, s, http.StatusCreated, "POST", checksPath, numbersBody(number)).list(t)
	return answer[0]["phone_numbers"].([]any)[0].(map[string]any)["non_portable_reason"]
}

// counts gives the numbers by status of a port request, as a text, and holds
// them to its numbers.
func counts(t *testing.T, s *portingtest.Server, request string) string {
	t.Helper()
	object := must(t, s, http.StatusOK, "GET", request+"?include_sub_requests=true", "").object(t)
	byNumber, bySub, documented := map[string]int{}, map[string]int{}, map[string]int{}
	statuses := map[any]any{}
	for _, v := range object["sub_requests"].([]any) {
		sub := v.(map[string]any)
		statuses[sub["id"]] = sub["status"]
		bySub[sub["status"].(string)] += int(sub["phone_number_count"].(float64))
		assert.Len(t, sub["phone_numbers"], int(sub["phone_number_count"].(float64)))
	}
	for _, v := range object["phone_numbers"].([]any) {
		number := v.(map[string]any)
		assert.Equal(t, statuses[number["sub_request_id"]], number["sub_request_status"])
		byNumber[number["sub_request_status"].(string)]++
	}
	for _, v := range object["phone_number_counts_by_status"].([]any) {
		count := v.(map[string]any)
		documented[count["status"].(string)] = int(count["count"].(float64))
	}
	assert.Equal(t, documented, byNumber)
	assert.Equal(t, documented, bySub)
	return fmt.Sprint(documented)
}

// patient is a client that retries at once, up to four tries.
func patient(s *portingtest.Server, opts ...porting.Option) *porting.Client {
	quick := porting.WithRetry(porting.RetryPolicy{MaxAttempts: 4, MinWait: time.Millisecond, MaxWait: time.Millisecond})
	return s.Client(append([]porting.Option{quick}, opts...)...)
}
