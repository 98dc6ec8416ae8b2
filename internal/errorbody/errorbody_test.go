package errorbody_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting/internal/errorbody"
)

type (
	said   = errorbody.Said
	fields = []errorbody.Field
)

func TestRead(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 10_000)
	tests := []struct {
		name string
		body string
		want said
	}{
		{"message", `{"message":"no"}`, said{"no", "", nil}},
		{"envelope", `{"success":false,"message":"draft is incomplete"}`, said{"draft is incomplete", "", nil}},
		{"message and code", `{"message":"no","code":"10005"}`, said{"no", "10005", nil}},
		{"numeric code", `{"message":"no","code":10005}`, said{"no", "10005", nil}},
		{"code of 19 digits", `{"message":"no","code":1234567890123456789}`, said{"no", "1234567890123456789", nil}},
		{"whole code with a point", `{"message":"no","code":10005.0}`, said{"no", "10005", nil}},
		{"whole code with an exponent", `{"message":"no","code":1e4}`, said{"no", "10000", nil}},
		{"code out of range", `{"message":"no","code":1e999}`, said{"no", "1e999", nil}},
		{"message of fields", `{"message":{"b":["is bad","is worse"],"a":"is missing"}}`, said{"a: is missing", "", fields{
			{"a", "", "is missing"}, {"b", "", "is bad"}, {"b", "", "is worse"},
		}}},
		{"message of nested fields", `{"message":{"a":{"b":["is bad"]}}}`, said{"a.b: is bad", "", fields{{"a.b", "", "is bad"}}}},
		{"message of texts", `{"message":["one","two"]}`, said{"one", "", fields{{"", "", "one"}, {"", "", "two"}}}},
		{"error", `{"error":"no"}`, said{"no", "", nil}},
		{"message before error", `{"error":"second","message":"first"}`, said{"first", "", nil}},
		{"error object", `{"error":{"code":"c","message":"no"}}`, said{"no", "c", fields{{"", "c", "no"}}}},
		{"error object with errors", `{"error":{"code":400,"message":"no","errors":[{"param":"a","message":"bad"}]}}`, said{"no", "400", fields{{"", "400", "no"}, {"a", "", "bad"}}}},
		{"errors", `{"errors":[{"code":"10011","title":"Title","detail":"Detail","source":{"pointer":"/a/0/b"}},{"title":"Only a title","source":{"parameter":"page"}}]}`, said{"a.0.b: Detail", "10011", fields{
			{"a.0.b", "10011", "Detail"}, {"page", "", "Only a title"},
		}}},
		{"errors with an escaped pointer", `{"errors":[{"detail":"no","source":{"pointer":"/a~1b/c~0d"}}]}`, said{"a/b.c~d: no", "", fields{{"a/b.c~d", "", "no"}}}},
		{"errors with a pointer of their own", `{"errors":[{"detail":"no","pointer":"#/a/0"}]}`, said{"a.0: no", "", fields{{"a.0", "", "no"}}}},
		{"errors with numeric code", `{"errors":[{"code":10011,"message":"no","field":"a"}]}`, said{"a: no", "10011", fields{{"a", "10011", "no"}}}},
		{"errors with a code alone", `{"errors":[{"code":"10011"}]}`, said{"", "10011", fields{{"", "10011", ""}}}},
		{"errors of texts", `{"errors":["one","two"]}`, said{"one", "", fields{{"", "", "one"}, {"", "", "two"}}}},
		{"errors of fields", `{"errors":{"b":["is bad"],"a":["is missing","is late"]}}`, said{"a: is missing", "", fields{
			{"a", "", "is missing"}, {"a", "", "is late"}, {"b", "", "is bad"},
		}}},
		{"errors of fields that look like an error's", `{"errors":{"message":["is too long"],"code":["is bad"]}}`, said{"code: is bad", "", fields{
			{"code", "", "is bad"}, {"message", "", "is too long"},
		}}},
		{"message and errors", `{"message":"no","errors":{"a":["is bad"]}}`, said{"no", "", fields{{"a", "", "is bad"}}}},
		{"array", `[{"detail":"no"}]`, said{"no", "", fields{{"", "", "no"}}}},
		{"JSON string", `"no"`, said{"no", "", nil}},

		{"title and detail", `{"title":"Invalid","status":422,"detail":"postal_code is not in IL"}`, said{"postal_code is not in IL", "", nil}},
		{"title alone", `{"title":"Invalid","status":422}`, said{"Invalid", "", nil}},
		{"detail", `{"detail":"Not allowed for draft status submitted"}`, said{"Not allowed for draft status submitted", "", nil}},
		{"message and detail", `{"message":"no","detail":"postal_code is not in IL"}`, said{"no: postal_code is not in IL", "", nil}},
		{"details with locations", `{"detail":[{"loc":["body","postal_code"],"msg":"field required"},{"loc":["body","phone_numbers",0],"msg":"bad"},{"loc":["body"],"msg":"worse"}]}`, said{"postal_code: field required", "", fields{
			{"postal_code", "", "field required"}, {"phone_numbers.0", "", "bad"}, {"body", "", "worse"},
		}}},
		{"Message", `{"Message":"no","Code":7}`, said{"no", "7", nil}},
		{"Message before MESSAGE", `{"MESSAGE":"second","Message":"first"}`, said{"first", "", nil}},
		{"fault", `{"fault":{"faultstring":"no","detail":{"errorcode":"oauth.v2.InvalidApiKey"}}}`, said{"no", "oauth.v2.InvalidApiKey", fields{{"", "oauth.v2.InvalidApiKey", "no"}}}},
		{"reason", `{"reason":"no"}`, said{"no", "", nil}},
		{"code and msg", `{"code":40012,"msg":"no"}`, said{"no", "40012", nil}},
		{"OAuth", `{"error":"invalid_grant","error_description":"no"}`, said{"no", "invalid_grant", nil}},
		{"invalid parameters", `{"title":"Invalid","invalid-params":[{"name":"a","reason":"is bad"}]}`, said{"Invalid", "", fields{{"a", "", "is bad"}}}},
		{"lists of fields alone", `{"b":["is bad"],"a":["is missing","is late"],"status":"failed"}`, said{"a: is missing", "", fields{
			{"a", "", "is missing"}, {"a", "", "is late"}, {"b", "", "is bad"},
		}}},
		{"a byte order mark", "\uFEFF" + `{"message":"no"}`, said{"no", "", nil}},
		{"a name twice", `{"message":"first","message":"last"}`, said{"last", "", nil}},
		{"not UTF-8 in JSON", "{\"message\":\"bad \xff byte\"}", said{"bad \uFFFD byte", "", nil}},

		{"an object that isn't understood", ` {"why": "locked"}`, said{`{"why": "locked"}`, "", nil}},
		{"a message of nothing", `{"message":null}`, said{`{"message":null}`, "", nil}},
		{"a message of a number", `{"message":5}`, said{`{"message":5}`, "", nil}},
		{"errors of nothing", `{"errors":[null,5,[],{}]}`, said{`{"errors":[null,5,[],{}]}`, "", nil}},
		{"an object with an id", `{"data":{"id":"d1","pin_passcode":"7319"}}`, said{}},
		{"JSON number", `5`, said{}},
		{"JSON null", `null`, said{}},
		{"empty object", `{ }`, said{}},
		{"empty array", `[ ]`, said{}},
		{"nothing", "", said{}},
		{"blank", " \n ", said{}},
		{"text", "  upstream timed out\r\nat line 2\n", said{"upstream timed out", "", nil}},
		{"text after a byte order mark", "\uFEFFupstream timed out", said{"upstream timed out", "", nil}},
		{"long text", long, said{long, "", nil}},
		{"JSON that ends early", `{"message":"n`, said{`{"message":"n`, "", nil}},
		{"JSON that goes on", `{"message":"no"} and more`, said{`{"message":"no"} and more`, "", nil}},
		{"HTML", "<!doctype html><html><head>\n<title> 502 Bad Gateway\n</title></head></html>", said{"502 Bad Gateway", "", nil}},
		{"HTML in capitals", "<HTML><HEAD><TITLE>Access\nDenied</TITLE></HEAD></HTML>", said{"Access Denied", "", nil}},
		{"HTML with attributes", `<title lang="en">Busy &amp; sad</title >`, said{"Busy & sad", "", nil}},
		{"HTML with a heading", "<html><style>h1 {}</style><body><h1><b>503</b> Service Unavailable</h1>\nNo server</body></html>", said{"503 Service Unavailable", "", nil}},
		{"HTML with neither", "<html><!-- x --><style>p {}</style>\n<script>f()</script><body><p>Access denied</p>\nhush</body></html>", said{"Access denied", "", nil}},
		{"HTML with an endless title", "<html><title>Access denied", said{"Access denied", "", nil}},
		{"storage's XML", `<?xml version="1.0"?><Error><Code>EntityTooLarge</Code><Message>Too large</Message></Error>`, said{"Too large", "EntityTooLarge", nil}},
		{"SOAP", `<s:Envelope><s:Body><s:Fault><faultcode>s:Server</faultcode><s:faultstring>no</s:faultstring></s:Fault></s:Body></s:Envelope>`, said{"no", "", nil}},
		{"binary", "\x00\x01\x02", said{}},
		{"not UTF-8", "bad \xff byte", said{"bad \uFFFD byte", "", nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, errorbody.Read([]byte(tt.body), "", true))
		})
	}
	t.Run("HTML by its content type", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, said{"Busy", "", nil}, errorbody.Read([]byte("Sorry\n<title>Busy</title>"), "text/html; charset=utf-8", true))
	})
}

// TestBeginnings has bodies whose end is missing.
func TestBeginnings(t *testing.T) {
	t.Parallel()
	for body, message := range map[string]string{
		"PIN hunter2":                      "",
		"refused\nPIN hunter2":             "refused",
		`{"message":"PIN hunter2`:          "",
		"<title>Busy</title><p>PIN hunter": "Busy",
		"<p>PIN hunter":                    "",
		"<p>" + strings.Repeat("x", 1<<20): "",
	} {
		assert.Equal(t, message, errorbody.Read([]byte(body), "", false).Message, "%.50s", body)
	}
	assert.Empty(t, errorbody.Read([]byte("<p>"+strings.Repeat("x", 1<<20)), "", true).Message)
}

func TestMessage(t *testing.T) {
	t.Parallel()
	for body, message := range map[string]string{
		`{"success":false,"message":"draft is incomplete"}`: "draft is incomplete",
		`{"error":"nope"}`: "nope",
		`{"errors":[{"field":"a","detail":"is missing"}]}`: "a: is missing",
		"\uFEFF" + `{"message":"no"}`:                      "no",
		`{"id":"d1","a":["b"]}`:                            "",
		`{"data":{"id":"d1"}}`:                             "",
		`[{"message":"no"}]`:                               "",
		`"no"`:                                             "",
		`no`:                                               "",
		``:                                                 "",
		`{"message":"` + strings.Repeat("x", 1<<20) + `"}`: "",
	} {
		assert.Equal(t, message, errorbody.Message([]byte(body)), "%.50s", body)
	}
}

// TestBounds has bodies that are just within the bounds of what is read, and just beyond.
func TestBounds(t *testing.T) {
	t.Parallel()
	read := func(body string) []errorbody.Field { return errorbody.Read([]byte(body), "", true).Fields }
	nested := func(levels int) string {
		return `{"errors":` + strings.Repeat(`{"f":`, levels) + `"x"` + strings.Repeat("}", levels) + `}`
	}
	assert.Len(t, read(nested(11)), 1)
	assert.Empty(t, read(nested(12)))
	assert.Empty(t, read(nested(5000)))
	many := func(errors int) string { return `{"errors":["x"` + strings.Repeat(`,"x"`, errors-1) + `]}` }
	assert.Len(t, read(many(1000)), 1000)
	assert.Len(t, read(many(1001)), 1000)
	named := func(bytes int) string { return `{"errors":{"` + strings.Repeat("k", bytes) + `":"x"}}` }
	assert.Len(t, read(named(1000)), 1)
	assert.Empty(t, read(named(1001)))
}

// FuzzRead reads any body: what it says is text, and bounded.
func FuzzRead(f *testing.F) {
	for _, body := range []string{
		"", `{"message":"+13125550100 is taken"}`, `{"message":{"a":["b"]}}`,
		`{"errors":[{"code":"10011","title":"t","detail":"d","source":{"pointer":"/a/0/b"}}]}`, `{"errors":{"a":["b"]}}`,
		`{"error":{"message":"no","errors":[{"loc":["body","a"],"msg":"b"}]}}`, `{"fault":{"faultstring":"a","detail":{"errorcode":"b"}}}`,
		`{"a":["b"]}`, `"no"`, `[["no"]]`, "<title>no</title>", "<H1>no", "<Error><Code>a</Code><Message>b</Message></Error>", "no\x00", "\xff", "\uFEFF1e9",
	} {
		f.Add(body, "application/json", true)
		f.Add(body, "text/html", false)
	}
	f.Fuzz(func(t *testing.T, body, contentType string, whole bool) {
		said := errorbody.Read([]byte(body), contentType, whole)
		assert.True(t, utf8.ValidString(said.Message), "%q", said.Message)
		assert.True(t, utf8.ValidString(said.Code), "%q", said.Code)
		assert.LessOrEqual(t, len(said.Fields), 1000)
		assert.LessOrEqual(t, len(said.Message), 3*len(body)+2)
		for _, field := range said.Fields {
			assert.True(t, utf8.ValidString(field.Field+field.Code+field.Message))
		}
		errorbody.Message([]byte(body))
	})
}
