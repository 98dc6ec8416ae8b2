package portingtest

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How long an upload form and a download link work: an hour by the sandbox's
// clock, but if that runs by itself, no less than so much real time.
const (
	linkLife     = time.Hour
	realLinkLife = 10 * time.Minute
)

// linkLife is how long a form or a link works, by the sandbox's clock. Beyond a
// hundred years, the clock's own end comes into sight.
func (b *sandbox) linkLife() time.Duration {
	const most = 100 * 365 * 24 * time.Hour
	return max(linkLife, time.Duration(min(b.config.speed*float64(realLinkLife), float64(most))).Truncate(time.Second))
}

// documentTypes are the types that a document can have. The contract shows the
// first; the rest are those of the newer API.
var documentTypes = []string{"loa", "invoice", "csr", "other"}

// What the forms of the storage say of it.
const (
	bucket     = "portingtest"
	algorithm  = "AWS4-HMAC-SHA256"
	amzTime    = "20060102T150405Z"
	keyPrefix  = "direct-uploads/"
	policyTime = "2006-01-02T15:04:05.000Z"
)

// createUploadRequest is POST /files/upload_requests, the first step of an
// upload: a form for the storage. Its policy fixes the prefix of the key.
func (b *sandbox) createUploadRequest(r *request) (any, error) {
	bad := r.problems()
	fields := readObject(r.body, "", []string{"content_type"}, &bad)
	var contentType string
	if raw, sent := fields["content_type"]; sent {
		contentType = readString(raw, "/content_type", &bad)
	}
	if kind, _, err := mime.ParseMediaType(contentType); err != nil || !strings.Contains(kind, "/") {
		bad.add("/content_type", "invalid", "must be a media type, as application/pdf")
	}
	if err := bad.err(); err != nil {
		return nil, err
	}

	prefix := keyPrefix + b.newID() + "/"
	b.Uploads[prefix] = upload{ContentType: contentType}
	form := map[string]string{
		"x-amz-algorithm":  algorithm,
		"x-amz-credential": "sandbox/" + b.Clock.Format("20060102") + "/us-east-1/s3/aws4_request",
		"x-amz-date":       b.Clock.Format(amzTime),
	}
	conditions := []any{
		map[string]string{"bucket": bucket},
		[]string{"starts-with", "$key", prefix},
	}
	for _, name := range []string{"x-amz-algorithm", "x-amz-credential", "x-amz-date"} {
		conditions = append(conditions, map[string]string{name: form[name]})
	}
	policy, err := json.Marshal(map[string]any{
		"expiration": bounded(b.Clock.Add(b.linkLife())).Format(policyTime),
		"conditions": conditions,
	})
	if err != nil {
		return nil, err
	}
	form["policy"] = base64.StdEncoding.EncodeToString(policy)
	form["x-amz-signature"] = b.sign(form["policy"])
	if b.Settings.UploadKey {
		form["key"] = prefix + "document"
	}
	return uploadObject{URL: b.storageURL, HTTPMethod: http.MethodPost, FormFields: form}, nil
}

// createDocument is POST draft_port_requests/{draft}/supporting_documents, the
// last step of an upload.
func (b *sandbox) createDocument(r *request) (any, error) {
	d, err := b.openDraft(r)
	if err != nil {
		return nil, err
	}
	bad := r.problems()
	fields := readObject(r.body, "", []string{"document_type", "body"}, &bad)
	doc := document{CreatedAt: b.Clock}
	if raw, sent := fields["document_type"]; sent {
		doc.Type = readString(raw, "/document_type", &bad)
	}
	if !slices.Contains(documentTypes, doc.Type) {
		bad.add("/document_type", "invalid", "must be one of "+strings.Join(documentTypes, ", "))
	}
	if raw, sent := fields["body"]; sent {
		doc.Key = readString(raw, "/body", &bad)
	}
	if stored, ok := b.Objects[doc.Key]; !ok {
		bad.add("/body", "invalid", "must be the key of a file in the storage")
	} else if len(stored.Data) == 0 {
		bad.add("/body", "invalid", "is the key of an empty file")
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	doc.ID = b.newID()
	b.doubleDocument(d, doc)
	d.Documents = append(d.Documents, doc)
	return doc.object(), nil
}

// listDocuments is GET …/supporting_documents of a draft or of a port request.
func (b *sandbox) listDocuments(r *request) (any, error) {
	documents, err := b.documents(r)
	if err != nil {
		return nil, err
	}
	objects := make([]documentObject, len(documents))
	for i, doc := range documents {
		objects[i] = doc.object()
	}
	return objects, nil
}

// getDocument is GET …/supporting_documents/{document} of a draft or of a port
// request.
func (b *sandbox) getDocument(r *request) (any, error) {
	doc, err := b.findDocument(r)
	if err != nil {
		return nil, err
	}
	return doc.object(), nil
}

// createDownloadLink is POST …/supporting_documents/{document}/download_links
// of a draft or of a port request.
func (b *sandbox) createDownloadLink(r *request) (any, error) {
	doc, err := b.findDocument(r)
	if err != nil {
		return nil, err
	}
	date := b.Clock.Format(amzTime)
	link := url.URL{Path: "/" + doc.Key, RawQuery: url.Values{
		"X-Amz-Algorithm": {algorithm},
		"X-Amz-Date":      {date},
		"X-Amz-Expires":   {strconv.Itoa(int(b.linkLife().Seconds()))},
		"X-Amz-Signature": {b.signLink(doc.Key, date)},
	}.Encode()}
	return linkObject{b.storageURL + link.String()}, nil
}

// signLink gives the signature of a download link.
func (b *sandbox) signLink(key, date string) string { return b.sign(date + "\n" + key) }

// documents gives those of the draft or port request that the path names.
func (b *sandbox) documents(r *request) ([]document, error) {
	if _, ofDraft := r.ids["draft"]; ofDraft {
		d, err := b.findDraft(r)
		if err != nil {
			return nil, err
		}
		return d.Documents, nil
	}
	p, err := b.findPortRequest(r)
	if err != nil {
		return nil, err
	}
	return p.Documents, nil
}

// findDocument gives the document that the path names.
func (b *sandbox) findDocument(r *request) (document, error) {
	documents, err := b.documents(r)
	if err != nil {
		return document{}, err
	}
	i := slices.IndexFunc(documents, func(doc document) bool { return doc.ID == r.ids["document"] })
	if i < 0 {
		return document{}, missing("supporting document")
	}
	return documents[i], nil
}

// object is what the API answers for a document.
func (doc document) object() documentObject {
	return documentObject{ID: doc.ID, Body: doc.Key, DocumentType: doc.Type, CreatedAt: doc.CreatedAt}
}
