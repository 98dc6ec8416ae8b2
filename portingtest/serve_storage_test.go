package portingtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

func TestStorageHoldsAFormToItsPolicy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(f form, parts []part) []part
		wait   time.Duration
		status int
		code   string
		fair   bool // it isn't a violation
	}{
		"as it is": {status: 204, fair: true},
		"just in time": {
			wait: time.Hour - 1, status: 204, fair: true,
		},
		"too late": {
			wait: time.Hour, status: 403, code: "AccessDenied", fair: true,
		},
		"other key": {
			change: func(_ form, parts []part) []part { return replace(parts, "key", "elsewhere/loa.pdf") },
			status: 403, code: "AccessDenied",
		},
		"prefix alone": {
			change: func(f form, parts []part) []part {
				return replace(parts, "key", strings.TrimSuffix(parts[0].value, "loa.pdf"))
			},
			status: 403, code: "AccessDenied",
		},
		"no key": {
			change: func(_ form, parts []part) []part { return parts[1:] },
			status: 403, code: "AccessDenied",
		},
		"key too long": {
			change: func(_ form, parts []part) []part {
				return replace(parts, "key", parts[0].value+strings.Repeat("x", 1024))
			},
			status: 400, code: "KeyTooLongError", fair: true,
		},
		"other date": {
			change: func(_ form, parts []part) []part { return replace(parts, "x-amz-date", "20260302T090001Z") },
			status: 403, code: "AccessDenied",
		},
		"other signature": {
			change: func(_ form, parts []part) []part { return replace(parts, "x-amz-signature", "00") },
			status: 403, code: "SignatureDoesNotMatch",
		},
		"other policy": {
			change: func(_ form, parts []part) []part { return replace(parts, "policy", "e30=") },
			status: 403, code: "SignatureDoesNotMatch",
		},
		"no fields": {
			change: func(_ form, parts []part) []part { return parts[len(parts)-1:] },
			status: 403, code: "AccessDenied",
		},
		"extra field": {
			change: func(_ form, parts []part) []part { return append([]part{{"acl", "public-read"}}, parts...) },
			status: 403, code: "AccessDenied",
		},
		"repeated field": {
			change: func(_ form, parts []part) []part { return append([]part{parts[0]}, parts...) },
			status: 400, code: "InvalidArgument",
		},
		"large field": {
			change: func(_ form, parts []part) []part {
				return append([]part{{"x", strings.Repeat("x", 65<<10)}}, parts...)
			},
			status: 400, code: "MaxPostPreDataLengthExceeded",
		},
		"no file": {
			change: func(_ form, parts []part) []part { return parts[:len(parts)-1] },
			status: 400, code: "InvalidArgument",
		},
		"file before the end": {
			change: func(_ form, parts []part) []part { return append(parts[1:], parts[0]) },
			status: 400, code: "InvalidArgument",
		},
		"large file": {
			change: func(_ form, parts []part) []part { return replace(parts, "file", strings.Repeat("x", 16<<20)) },
			status: 400, code: "EntityTooLarge", fair: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			f := newForm(t, s)
			parts := f.parts(f.prefix(t)+"loa.pdf", "the letter")
			if test.change != nil {
				parts = test.change(f, parts)
			}
			s.Advance(test.wait)
			r := do(t, newUpload(t, f.URL, parts))
			assert.Equal(t, test.status, r.Status, r.Body)
			assert.NotEmpty(t, r.Header.Get("X-Request-Id"))
			if test.code != "" {
				assert.Equal(t, "application/xml", r.Header.Get("Content-Type"))
				assert.Contains(t, r.Body, "<Error><Code>"+test.code+"</Code>")
			}
			if test.fair {
				assert.Empty(t, s.Violations())
			} else {
				assert.Len(t, s.Violations(), 1)
			}
		})
	}
}

// replace gives parts of which one has another value.
func replace(parts []part, name, value string) []part {
	changed := make([]part, len(parts))
	for i, p := range parts {
		if p.name == name {
			p.value = value
		}
		changed[i] = p
	}
	return changed
}

func TestStorageRefuses(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, test := range map[string]struct {
		method, path, body string
		status             int
	}{
		"no form":        {"POST", "/", "plain", 412},
		"other method":   {"PUT", "/key", "", 405},
		"no signature":   {"GET", "/key", "", 403},
		"bad signature":  {"GET", "/key?X-Amz-Date=20260302T090000Z&X-Amz-Signature=00", "", 403},
		"path upwards":   {"GET", "/../../etc/passwd", "", 403},
		"route of API":   {"GET", draftsPath, "", 403},
		"unread queries": {"GET", "/key?%zz", "", 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), test.method, s.StorageURL()+test.path, strings.NewReader(test.body))
			require.NoError(t, err)
			answer := do(t, r)
			assert.Equal(t, test.status, answer.Status, answer.Body)
			assert.Contains(t, answer.Body, "<Error>")
		})
	}
}

func TestDownloadLinkExpires(t *testing.T) {
	t.Parallel()
	s := open(t)
	draft, _ := createDraft(t, s, "+12065550100")
	document := uploadDocument(t, s, draft, "loa", "the letter")
	mint := func() string {
		return must(t, s, http.StatusCreated, "POST", document+"/download_links", "{}").object(t)["url"].(string)
	}
	s.Advance(10 * time.Hour)
	link := mint()
	s.Advance(time.Hour - 1)
	assert.Equal(t, "the letter", get(t, link).Body)
	s.Advance(1)
	old := get(t, link)
	assert.Equal(t, http.StatusForbidden, old.Status)
	assert.Contains(t, old.Body, "Request has expired")
	assert.Equal(t, http.StatusOK, get(t, mint()).Status)

	later := strings.Replace(link, "20260302T190000Z", "20260302T200000Z", 1)
	require.NotEqual(t, link, later)
	assert.Equal(t, http.StatusForbidden, get(t, later).Status, "the signature covers the date")
	assert.Equal(t, http.StatusForbidden, get(t, strings.Replace(mint(), "loa.pdf", "bill.pdf", 1)).Status)
}

func TestStorageSeesNoCredentials(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header, value, query, field string
		want                        string
	}{
		"token":           {header: "X-Api-Token", value: "whatever", want: "header X-Api-Token"},
		"user":            {header: "X-Api-User", value: portingtest.User, want: "header X-Api-User"},
		"authorization":   {header: "Authorization", value: "Bearer x", want: "header Authorization"},
		"other header":    {header: "X-Other", value: "Token " + portingtest.Token, want: "header X-Other"},
		"query":           {query: "?k=" + portingtest.Key, want: "query key k"},
		"field of a form": {field: portingtest.Token, want: "form field extra"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			f := newForm(t, s)
			parts := f.parts(f.prefix(t)+"loa.pdf", "x")
			if test.field != "" {
				parts = append([]part{{"extra", test.field}}, parts...)
			}
			r := newUpload(t, f.URL+"/"+test.query, parts)
			if test.header != "" {
				r.Header.Set(test.header, test.value)
			}
			answer := do(t, r)
			assert.Equal(t, http.StatusBadRequest, answer.Status)
			require.Len(t, s.Violations(), 1)
			assert.Equal(t, "POST to the storage host: 400 The storage host takes no credentials of the API: "+test.want, s.Violations()[0])
			if test.value != "" {
				assert.NotContains(t, answer.Body+s.Violations()[0], test.value)
			}
		})
	}
}
