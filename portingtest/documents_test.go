package portingtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

func TestUploadRequest(t *testing.T) {
	t.Parallel()
	s := open(t)
	f := newForm(t, s)
	assert.Equal(t, s.StorageURL(), f.URL)
	assert.NotEqual(t, s.URL(), f.URL)
	assert.Equal(t, http.MethodPost, f.Method)
	assert.Equal(t, "20260302T090000Z", f.Fields["x-amz-date"])
	assert.Equal(t, "AWS4-HMAC-SHA256", f.Fields["x-amz-algorithm"])
	assert.NotContains(t, f.Fields, "key")
	assert.Regexp(t, `^direct-uploads/[0-9a-f-]{36}/$`, f.prefix(t))
	assert.NotEqual(t, f.prefix(t), newForm(t, s).prefix(t))

	for body, message := range map[string]string{
		`{}`:                                  "content_type must be a media type",
		`{"content_type":"pdf"}`:              "content_type must be a media type",
		`{"content_type":1}`:                  "content_type must be a string",
		`{"content_type":"image/png","x":""}`: "x is no key",
	} {
		r := must(t, s, http.StatusUnprocessableEntity, "POST", "/files/upload_requests", body)
		assert.Contains(t, r.message(t), message, body)
	}
}

func TestUploadKey(t *testing.T) {
	t.Parallel()
	s := open(t, portingtest.WithUploadKey())
	f := newForm(t, s)
	assert.Equal(t, f.prefix(t)+"document", f.Fields["key"])
	r := do(t, newUpload(t, f.URL, f.parts("", "x")[1:]))
	assert.Equal(t, http.StatusNoContent, r.Status, r.Body)
}

func TestDocument(t *testing.T) {
	t.Parallel()
	s := open(t)
	draft, subs := createDraft(t, s, "+12065550100")
	assert.Equal(t, "[]", must(t, s, http.StatusOK, "GET", draft+"/supporting_documents", "").Body)
	loa := uploadDocument(t, s, draft, "loa", "the letter")
	uploadDocument(t, s, draft, "invoice", "the bill")
	object := must(t, s, http.StatusOK, "GET", loa, "").object(t)
	assert.Equal(t, map[string]any{
		"id": object["id"], "body": object["body"], "document_type": "loa", "created_at": "2026-03-02T09:00:00Z",
	}, object)
	assert.Equal(t, object, must(t, s, http.StatusOK, "GET", draft+"/supporting_documents", "").list(t)[0])

	fillIn(t, s, subs...)
	submitted := must(t, s, http.StatusCreated, "POST", draft+"/submit", "").object(t)
	request := requestsPath + "/" + submitted["port_request_id"].(string)
	for _, owner := range []string{draft, request} {
		document := owner + "/supporting_documents/" + object["id"].(string)
		assert.Equal(t, object, must(t, s, http.StatusOK, "GET", document, "").object(t))
		link := must(t, s, http.StatusCreated, "POST", document+"/download_links", "").object(t)["url"].(string)
		require.True(t, strings.HasPrefix(link, s.StorageURL()+"/"), link)
		file := get(t, link)
		assert.Equal(t, http.StatusOK, file.Status)
		assert.Equal(t, "the letter", file.Body)
		assert.Equal(t, "application/pdf", file.Header.Get("Content-Type"))
	}
	assert.Empty(t, s.Violations())
}

func TestDocumentIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	draft, _ := createDraft(t, s, "+12065550100")
	f := newForm(t, s)
	empty, notSent := f.prefix(t)+"empty", f.prefix(t)+"not-sent"
	require.Equal(t, http.StatusNoContent, do(t, newUpload(t, f.URL, f.parts(empty, ""))).Status)
	for name, test := range map[string]struct{ body, message string }{
		"nothing":         {`{}`, "document_type must be one of loa, invoice, csr, other; body must be the key"},
		"unknown type":    {text(t, map[string]string{"document_type": "selfie", "body": empty}), "document_type must be one of"},
		"not stored":      {text(t, map[string]string{"document_type": "loa", "body": notSent}), "body must be the key of a file in the storage"},
		"empty file":      {text(t, map[string]string{"document_type": "loa", "body": empty}), "body is the key of an empty file"},
		"wrong type":      {`{"document_type":"loa","body":1}`, "body must be a string"},
		"unknown key":     {`{"document_type":"loa","body":"","filename":"x"}`, "filename is no key"},
		"type of no text": {`{"document_type":null,"body":""}`, "document_type must be a string"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := must(t, s, http.StatusUnprocessableEntity, "POST", draft+"/supporting_documents", test.body)
			assert.Contains(t, r.message(t), test.message)
		})
	}
}
