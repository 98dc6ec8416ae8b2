package porting

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/numberporting/porting/internal/transport"
)

// DocumentUpload is a document to be added to a draft.
type DocumentUpload struct {
	Type        DocumentType
	Filename    string // its last element names the file in storage
	ContentType string // a media type; empty: the usual one of the file name's extension

	// Content is sent from where it stands to its end. An *os.File, a *bytes.Reader
	// or the like is read while it is sent, and may still be read for a moment after Upload
	// has returned with an error. Any other reader is read before anything is sent, and may
	// hold up to 32 MiB. If the context ends while a Read hangs, Upload returns without
	// waiting for the Read.
	Content io.Reader

	// Extra adds members to the body of the last step, or replaces its document_type
	// and body, because what that step takes isn't documented.
	Extra map[string]any
}

// maxBuffered is how much of a content that can't be rewound is kept for another try.
const maxBuffered = 32 << 20

// storageUpload is the second step of an upload; it isn't one of the API's operations.
var storageUpload = &Operation{Name: "Documents.Upload", Method: http.MethodPost, Retry: RetryIdempotent}

// Upload adds a document to a draft in three steps: it asks where to send the file,
// sends it to that storage host, without credentials, and tells the draft about it.
// Only the first step is documented. The second follows the usual convention of
// signed forms. The third sends document_type and, as body, the file's key in
// storage. Neither has been verified.
//
// An [*UploadError] says which step failed. If the outcome of the last step is unknown, it
// wraps an [*OutcomeUnknownError]: the document was added if one of the draft's documents
// has the error's Key as its Body.
//
//	POST /files/upload_requests: safe
//	POST to storage: idempotent
//	POST /origination/porting/draft_port_requests/{draft_port_request_id}/supporting_documents: unsafe
//
// https://developers.telnyx.com/api/v1/mission-control/create-draft-port-request-supporting-document
func (s *DocumentsService) Upload(ctx context.Context, draft DraftID, upload DocumentUpload) (*SupportingDocument, error) {
	c := s.client
	if ctx == nil {
		return nil, &ArgumentError{opDraftDocumentsCreate.Name, "ctx", "is nil"}
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	if err := c.checkReadOnly(opDraftDocumentsCreate); err != nil {
		return nil, err
	}
	file, err := upload.file(ctx, draft)
	if err != nil {
		return nil, err
	}
	failed := func(step UploadStep, key string, err error) (*SupportingDocument, error) {
		return nil, &UploadError{Draft: draft, Step: step, Key: key, Err: err}
	}

	form, err := get[uploadRequest](ctx, c, &request{
		op:   opUploadRequestsCreate,
		body: map[string]string{"content_type": file.contentType},
	})
	if err != nil {
		return failed(UploadStepRequest, "", err)
	}
	key, call, err := form.call(c, file)
	if err != nil {
		return failed(UploadStepRequest, "", err)
	}

	call.Header.Set("User-Agent", c.config.product)
	call.TryTimeout = c.config.tryTimeout
	if _, err := c.exchange(ctx, storageUpload, call, func(*transport.Outcome) error { return nil }); err != nil {
		return failed(UploadStepStore, key, err)
	}

	body := map[string]any{"document_type": upload.Type, "body": key}
	maps.Copy(body, upload.Extra)
	document, err := get[SupportingDocument](ctx, c, &request{
		op:   opDraftDocumentsCreate,
		ids:  []string{string(draft)},
		body: body,
	})
	if err != nil {
		return failed(UploadStepDocument, key, err)
	}
	return document, nil
}

// A file is a content that can be read again for each try.
type file struct {
	name        string
	contentType string
	size        int64
	open        func() io.Reader
}

// file checks the upload and the draft's id before anything is sent.
func (u DocumentUpload) file(ctx context.Context, draft DraftID) (*file, error) {
	op := opDraftDocumentsCreate
	if _, err := expand(op, []string{string(draft)}); err != nil {
		return nil, err
	}
	f := &file{
		name:        path.Base(strings.ReplaceAll(u.Filename, `\`, "/")),
		contentType: cmp.Or(u.ContentType, mime.TypeByExtension(path.Ext(u.Filename))),
	}
	if _, err := encodeJSON(map[string]any{"extra": u.Extra}); err != nil {
		return nil, inOperation(op, err)
	}
	_, _, mediaErr := mime.ParseMediaType(f.contentType)
	err := firstBroken(op.Name,
		rule{u.Type == "", "document_type", "is empty"},
		rule{f.name == "." || f.name == ".." || f.name == "/", "filename", "names no file"},
		rule{!isHeaderValue(f.name), "filename", "has a control character"},
		rule{f.contentType == "", "content_type", "is empty, and the file name's extension doesn't tell it"},
		rule{mediaErr != nil, "content_type", "is not a media type"},
		rule{!utf8.ValidString(f.name) || !utf8.ValidString(string(u.Type)), "filename", "or document_type is not UTF-8"},
		rule{u.Content == nil, "content", "is nil"},
		rule{isFolder(u.Content), "content", "is a folder"},
	)
	if err != nil {
		return nil, err
	}
	if !f.rewind(u.Content) {
		data, err := readAll(ctx, io.LimitReader(u.Content, maxBuffered+1))
		switch {
		case err != nil:
			return nil, fmt.Errorf("porting: %s: reading the content (nothing was sent): %w", op.Name, err)
		case len(data) > maxBuffered:
			return nil, &ArgumentError{op.Name, "content", "is larger than 32 MiB and can't be rewound; give a reader with ReadAt and Seek"}
		}
		f.size = int64(len(data))
		f.open = func() io.Reader { return bytes.NewReader(data) }
	}
	if f.size == 0 {
		return nil, &ArgumentError{op.Name, "content", "is empty"}
	}
	return f, nil
}

// readAll reads until the reader ends or the context does.
func readAll(ctx context.Context, r io.Reader) ([]byte, error) {
	var data []byte
	var err error
	var panicked any
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { panicked = recover() }()
		data, err = io.ReadAll(r)
	}()
	select {
	case <-done:
		if panicked != nil {
			panic(panicked) // where the caller can recover it
		}
		return data, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// isFolder tells whether a content is an open folder, which can be seeked but not read.
func isFolder(content io.Reader) bool {
	file, ok := content.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.IsDir()
}

// rewind makes the file of a content that can be read at any place, so that one
// try's reader is independent of another's. It reports whether it could.
func (f *file) rewind(content io.Reader) bool {
	r, ok := content.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return false
	}
	start, err := r.Seek(0, io.SeekCurrent)
	if err != nil {
		return false
	}
	end, err := r.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = r.Seek(start, io.SeekStart)
	}
	if err != nil {
		return false
	}
	f.size = max(0, end-start)
	f.open = func() io.Reader { return io.NewSectionReader(r, start, f.size) }
	return true
}

// uploadRequest is where and how a file is to be sent.
type uploadRequest struct {
	URL        string            `json:"url"`
	HTTPMethod string            `json:"http_method"`
	FormFields map[string]string `json:"form_fields"`
}

// call makes the request that sends the file, and tells the key under which storage will
// keep it.
func (u *uploadRequest) call(c *Client, f *file) (key string, call *transport.Call, err error) {
	unusable := func(field, reason string) error {
		return &DecodeError{Operation: storageUpload.Name, Field: field, Err: errors.New(reason)}
	}
	target, err := c.storageURL(u.URL)
	if err != nil {
		return "", nil, unusable("url", err.Error())
	}
	if u.HTTPMethod != "" && u.HTTPMethod != http.MethodPost {
		return "", nil, unusable("http_method", "is not POST")
	}
	fields := map[string]string{}
	maps.Copy(fields, u.FormFields)
	policy := readPolicy(fields["policy"])
	if fieldOf(fields, "key") == "" {
		demanded, ok := policy["key"]
		if !ok {
			return "", nil, unusable("form_fields", "have no key, and their policy demands none")
		}
		if strings.HasSuffix(demanded, "/") || demanded == "" {
			demanded += f.name
		}
		fields["key"] = demanded
	}
	if _, ok := policy["content-type"]; ok && fieldOf(fields, "Content-Type") == "" {
		fields["Content-Type"] = f.contentType
	}
	head, form, err := writeForm(fields, f)
	if err != nil {
		return "", nil, unusable("form_fields", err.Error())
	}
	tail := "\r\n--" + form.Boundary() + "--\r\n"
	texts := append(slices.Collect(maps.Values(fields)), f.name) // not f: an error keeps them, and must not keep the content
	return strings.ReplaceAll(fieldOf(fields, "key"), "${filename}", f.name), &transport.Call{
		AnyHost: true,
		Method:  http.MethodPost,
		URL:     target,
		Header:  http.Header{"Content-Type": {form.FormDataContentType()}},
		Body: func() io.Reader {
			return io.MultiReader(bytes.NewReader(head), f.open(), strings.NewReader(tail))
		},
		BodySize:   int64(len(head)) + f.size + int64(len(tail)),
		Repeatable: true,
		Texts:      slices.Values(texts),
		MaxBytes:   defaultMaxResponseBytes,
	}, nil
}

// writeForm writes a form up to the file's content.
//
// The boundary is a hash of the form's fields and of the file's name, type and size, so a
// recorded upload can be played back. Nobody can have put it into the file, because the
// server signs the fields anew for each upload.
func writeForm(fields map[string]string, f *file) (head []byte, form *multipart.Writer, err error) {
	const digits = 60 // as many as a random boundary of mime/multipart has

	hash := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d", fields, f.name, f.contentType, f.size)) // fmt prints a map in order

	var b bytes.Buffer
	form = multipart.NewWriter(&b)
	err = form.SetBoundary(hex.EncodeToString(hash[:])[:digits])
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		err = errors.Join(err, form.WriteField(name, fields[name]))
	}
	_, partErr := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("file", f.name)},
		"Content-Type":        {f.contentType},
	})
	return b.Bytes(), form, errors.Join(err, partErr)
}

// fieldOf returns the value of a form's field of the name, in any case.
func fieldOf(fields map[string]string, name string) string {
	for field, value := range fields {
		if strings.EqualFold(field, name) && value != "" {
			return value
		}
	}
	return ""
}

// readPolicy returns what a signed policy demands of the form: a field's name, in
// lower case, to its value or to the prefix of it. A policy that can't be read
// demands nothing.
func readPolicy(encoded string) map[string]string {
	var policy struct {
		Conditions []any `json:"conditions"`
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || decodeJSON(data, &policy) != nil {
		return nil
	}
	demands := map[string]string{}
	for _, condition := range policy.Conditions {
		switch condition := condition.(type) {
		case map[string]any: // {"bucket": "name"}
			for name, value := range condition {
				demands[strings.ToLower(name)] = textOf(value)
			}
		case []any: // ["starts-with", "$key", "prefix/"]
			if len(condition) == 3 && strings.HasPrefix(textOf(condition[1]), "$") {
				demands[strings.ToLower(textOf(condition[1])[1:])] = textOf(condition[2])
			}
		}
	}
	return demands
}
