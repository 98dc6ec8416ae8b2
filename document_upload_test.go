package porting_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// A form is what storage is sent.
type form struct {
	order    []string
	fields   map[string]string
	filename string
	fileType string
	content  string
}

func readForm(t *testing.T, r *http.Request) (f form) {
	t.Helper()
	f.fields = map[string]string{}
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	assert.NoError(t, err)
	whole, err := io.ReadAll(r.Body)
	assert.NoError(t, err)
	assert.EqualValues(t, len(whole), r.ContentLength)
	parts := multipart.NewReader(bytes.NewReader(whole), params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			assert.Equal(t, io.EOF, err)
			return f
		}
		data, err := io.ReadAll(part)
		assert.NoError(t, err)
		f.order = append(f.order, part.FormName())
		if part.FormName() == "file" {
			f.filename, f.fileType, f.content = part.FileName(), part.Header.Get("Content-Type"), string(data)
			continue
		}
		f.fields[part.FormName()] = string(data)
	}
}

// policy is a signed policy with the conditions.
func policy(conditions string) string {
	return base64.StdEncoding.EncodeToString([]byte(`{"expiration":"2024-02-27T09:05:00Z","conditions":` + conditions + `}`))
}

func TestUploadForm(t *testing.T) {
	t.Parallel()
	prefix := policy(`[{"bucket":"b"},["starts-with","$key","uploads/1/"],["eq","$Content-Type","image/png"],["content-length-range",1,9],["eq","$acl"],[],7]`)
	tests := []struct {
		name     string
		filename string
		given    string // the form_fields of the answer
		fields   map[string]string
		key      string
	}{
		{"key given", "loa.png", `{"key":"k/1","b":"2"}`, map[string]string{"key": "k/1", "b": "2"}, "k/1"},
		{"key with a placeholder", "loa.png", `{"key":"k/${filename}"}`, map[string]string{"key": "k/${filename}"}, "k/loa.png"},
		{"key of the policy", "dir/loa.png", `{"policy":"` + prefix + `"}`, map[string]string{"policy": prefix, "key": "uploads/1/loa.png", "Content-Type": "image/png"}, "uploads/1/loa.png"},
		{"content type given", `C:\dir\loa.png`, `{"key":"k","Content-Type":"image/x","policy":"` + prefix + `"}`, map[string]string{"policy": prefix, "key": "k", "Content-Type": "image/x"}, "k"},
		{"whole key in the policy", "loa.png", `{"policy":"` + policy(`[{"key":"k/whole"}]`) + `"}`, map[string]string{"policy": policy(`[{"key":"k/whole"}]`), "key": "k/whole"}, "k/whole"},
		{"any key", "loa.png", `{"policy":"` + policy(`[["starts-with","$key",""]]`) + `"}`, map[string]string{"policy": policy(`[["starts-with","$key",""]]`), "key": "loa.png"}, "loa.png"},
		{"name to be escaped", "l\"ö ä\\.png", `{"key":"k"}`, map[string]string{"key": "k"}, "k"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t)
			expect(t, mock, "POST", baseURL+"/files/upload_requests", 1, answer(201, `{"url":"`+storageURL+`","http_method":"POST","form_fields":`+tt.given+`}`))
			expect(t, mock, "POST", storageURL, 2, inOrder(answer(503, ""), func(r *http.Request) (*http.Response, error) {
				assert.Len(t, r.Header, 2, "no credentials: %v", r.Header)
				assert.Regexp(t, userAgent, r.UserAgent())
				f := readForm(t, r)
				assert.Equal(t, tt.fields, f.fields)
				assert.Equal(t, "file", f.order[len(f.order)-1], "the file comes last")
				assert.Equal(t, "image/png", f.fileType)
				assert.Equal(t, "content", f.content)
				return answer(204, "")(r)
			}))
			expect(t, mock, "POST", baseURL+tellPath, 1, func(r *http.Request) (*http.Response, error) {
				body, _ := io.ReadAll(r.Body)
				assert.JSONEq(t, `{"document_type":"invoice","body":"`+tt.key+`"}`, string(body))
				return answer(201, testdata(t, "draft_documents_create"))(r)
			})
			_, err := newClient(t, mock).Documents.Upload(t.Context(), draftID, porting.DocumentUpload{
				Type: porting.DocumentTypeInvoice, Filename: tt.filename, Content: strings.NewReader("content"),
			})
			require.NoError(t, err)
		})
	}
}

func TestUploadContent(t *testing.T) {
	t.Parallel()
	middle := strings.NewReader("skipped, sent")
	_, err := middle.Seek(9, io.SeekStart)
	require.NoError(t, err)
	tests := []struct {
		name    string
		content io.Reader
	}{
		{"from where it stands", middle},
		{"bytes", bytes.NewReader([]byte("sent"))},
		{"can't be rewound", io.MultiReader(strings.NewReader("se"), strings.NewReader("nt"))},
		{"one byte at a time", iotest.OneByteReader(strings.NewReader("sent"))},
		{"seeker that can't seek", &unseekable{strings.NewReader("sent"), 0}},
		{"seeker that doesn't find the end", &unseekable{strings.NewReader("sent"), 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t)
			expect(t, mock, "POST", baseURL+"/files/upload_requests", 1, answer(201, testdata(t, "upload_requests_create")))
			stores := inOrder(broken(errors.New("reset")), answer(201, ""))
			expect(t, mock, "POST", storageURL, 2, func(r *http.Request) (*http.Response, error) {
				assert.Equal(t, "sent", readForm(t, r).content, "each try sends it whole")
				return stores(r)
			})
			expect(t, mock, "POST", baseURL+tellPath, 1, func(r *http.Request) (*http.Response, error) {
				body, _ := io.ReadAll(r.Body)
				assert.JSONEq(t, `{"body":"mine","document_type":"loa","note":{"a":1}}`, string(body))
				return answer(201, testdata(t, "draft_documents_create"))(r)
			})
			_, err := newClient(t, mock).Documents.Upload(t.Context(), draftID, porting.DocumentUpload{
				Type: porting.DocumentTypeLOA, Filename: "a", ContentType: "image/png", Content: tt.content,
				Extra: map[string]any{"note": map[string]int{"a": 1}, "body": "mine"},
			})
			require.NoError(t, err)
		})
	}
}

// unseekable claims to be an io.Seeker, as a pipe's *os.File does.
type unseekable struct {
	*strings.Reader
	seeks int // that go well
}

func (u *unseekable) Seek(offset int64, whence int) (int64, error) {
	if u.seeks--; u.seeks < 0 {
		return 0, errors.New("illegal seek")
	}
	return u.Reader.Seek(offset, whence)
}

func TestUploadRefuses(t *testing.T) {
	t.Parallel()
	ok := func(change func(*porting.DocumentUpload)) porting.DocumentUpload {
		u := porting.DocumentUpload{Type: porting.DocumentTypeLOA, Filename: "loa.pdf", Content: strings.NewReader("a")}
		change(&u)
		return u
	}
	tests := []struct {
		name   string
		upload porting.DocumentUpload
		field  string
	}{
		{"no type", ok(func(u *porting.DocumentUpload) { u.Type = "" }), "document_type"},
		{"no name", ok(func(u *porting.DocumentUpload) { u.Filename, u.ContentType = "", "image/png" }), "filename"},
		{"dots", ok(func(u *porting.DocumentUpload) { u.Filename, u.ContentType = "a/..", "image/png" }), "filename"},
		{"root", ok(func(u *porting.DocumentUpload) { u.Filename, u.ContentType = "/", "image/png" }), "filename"},
		{"line break", ok(func(u *porting.DocumentUpload) { u.Filename = "a\r\n.pdf" }), "filename"},
		{"unknown extension", ok(func(u *porting.DocumentUpload) { u.Filename = "loa.unheard-of" }), "content_type"},
		{"not a media type", ok(func(u *porting.DocumentUpload) { u.ContentType = "pdf file" }), "content_type"},
		{"no content", ok(func(u *porting.DocumentUpload) { u.Content = nil }), "content"},
		{"empty content", ok(func(u *porting.DocumentUpload) { u.Content = strings.NewReader("") }), "content"},
		{"empty stream", ok(func(u *porting.DocumentUpload) { u.Content = iotest.OneByteReader(strings.NewReader("")) }), "content"},
		{"endless stream", ok(func(u *porting.DocumentUpload) { u.Content = endless{} }), "content"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, newMock(t)).Documents.Upload(t.Context(), draftID, tt.upload)
			requireArgument(t, err, "Documents.Upload", tt.field)
		})
	}
	bad := errors.New("bad sector")
	_, err := newClient(t, newMock(t)).Documents.Upload(t.Context(), draftID, ok(func(u *porting.DocumentUpload) { u.Content = iotest.ErrReader(bad) }))
	require.ErrorIs(t, err, bad)
	assert.Contains(t, err.Error(), "nothing was sent")
}

// endless is a reader without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestUploadErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		request string // the answer to the first step; empty: the usual one
		storage func(*http.Request) (*http.Response, error)
		times   int // of the second step
		tell    func(*http.Request) (*http.Response, error)
		step    porting.UploadStep
		field   string // of the DecodeError
		unknown bool
	}{
		{name: "no URL", request: `{"form_fields":{"key":"a"}}`, step: porting.UploadStepRequest, field: "url"},
		{name: "http URL", request: `{"url":"http://files.example.com","form_fields":{"key":"a"}}`, step: porting.UploadStepRequest, field: "url"},
		{name: "other method", request: `{"url":"` + storageURL + `","http_method":"PUT","form_fields":{"key":"a"}}`, step: porting.UploadStepRequest, field: "http_method"},
		{name: "no key", request: `{"url":"` + storageURL + `"}`, step: porting.UploadStepRequest, field: "form_fields"},
		{name: "unreadable policy", request: `{"url":"` + storageURL + `","form_fields":{"policy":"%"}}`, step: porting.UploadStepRequest, field: "form_fields"},
		{name: "storage refuses", storage: answer(403, "<Error><Code>AccessDenied</Code></Error>"), times: 1, step: porting.UploadStepStore},
		{name: "storage is away", storage: broken(errors.New("reset")), times: 3, step: porting.UploadStepStore},
		{name: "draft refuses", storage: answer(204, ""), times: 1, tell: answer(422, `{"message":"no"}`), step: porting.UploadStepDocument},
		{name: "draft's answer is lost", storage: answer(204, ""), times: 1, tell: broken(errors.New("reset")), step: porting.UploadStepDocument, unknown: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t)
			request, key := tt.request, ""
			if request == "" {
				request, key = testdata(t, "upload_requests_create"), storageKey
			}
			expect(t, mock, "POST", baseURL+"/files/upload_requests", 1, answer(201, request))
			if tt.storage != nil {
				expect(t, mock, "POST", storageURL, tt.times, tt.storage)
			}
			if tt.tell != nil {
				expect(t, mock, "POST", baseURL+tellPath, 1, tt.tell)
			}
			got, err := newClient(t, mock).Documents.Upload(t.Context(), draftID, porting.DocumentUpload{
				Type: porting.DocumentTypeLOA, Filename: "loa.pdf", Content: strings.NewReader("hush"),
			})
			assert.Nil(t, got)
			e := errorAs[*porting.UploadError](t, err)
			assert.Equal(t, porting.UploadError{Draft: draftID, Step: tt.step, Key: key, Err: e.Err}, *e)
			assert.Equal(t, tt.unknown, isA[*porting.OutcomeUnknownError](err))
			if tt.field != "" {
				assert.Equal(t, tt.field, errorAs[*porting.DecodeError](t, err).Field)
			}
			for _, part := range []string{draftID, string(tt.step), "Documents.Upload"} {
				assert.Contains(t, err.Error(), part)
			}
			assert.NotContains(t, err.Error(), "hush")
		})
	}
}

// TestUploadOfWhatHangs ends with its context, although the content is still being read.
func TestUploadOfWhatHangs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		context time.Duration // its limit
		opts    []porting.Option
	}{
		{"the context ends", time.Second, nil},
		{"the call's time is over", time.Hour, []porting.Option{porting.WithTimeout(time.Second)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				content, end := io.Pipe()
				defer func() { _ = end.Close() }()
				ctx, cancel := context.WithTimeout(t.Context(), tt.context)
				defer cancel()
				began := time.Now()
				_, err := newClient(t, newMock(t), tt.opts...).Documents.Upload(ctx, draftID, porting.DocumentUpload{
					Type: porting.DocumentTypeLOA, Filename: "loa.pdf", Content: content,
				})
				require.ErrorIs(t, err, context.DeadlineExceeded)
				assert.ErrorContains(t, err, "nothing was sent")
				assert.Equal(t, time.Second, time.Since(began))
			})
		})
	}
}

// TestUploadHoldsSoMuch has a content that can't be rewound be as large as is held, and larger.
func TestUploadHoldsSoMuch(t *testing.T) {
	t.Parallel()
	const most = 32 << 20
	for size, step := range map[int64]porting.UploadStep{most: porting.UploadStepRequest, most + 1: ""} {
		_, err := always(t, answer(404, "")).Documents.Upload(t.Context(), draftID, porting.DocumentUpload{
			Type: porting.DocumentTypeLOA, Filename: "loa.pdf", Content: io.LimitReader(spaces{}, size),
		})
		if step == "" {
			requireArgument(t, err, "Documents.Upload", "content")
			continue
		}
		assert.Equal(t, step, errorAs[*porting.UploadError](t, err).Step)
	}
}

// TestUploadNeedsAContext refuses none before anything is read.
func TestUploadNeedsAContext(t *testing.T) {
	t.Parallel()
	for _, content := range []io.Reader{strings.NewReader("x"), io.MultiReader(strings.NewReader("x"))} {
		_, err := newClient(t, newMock(t)).Documents.Upload(noContext, draftID, porting.DocumentUpload{
			Type: porting.DocumentTypeLOA, Filename: "loa.pdf", Content: content,
		})
		requireArgument(t, err, "Documents.Upload", "ctx")
	}
}

// TestUploadIsBounded has a storage host answer without end, and not at all.
func TestUploadIsBounded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		limit   time.Duration
		storage roundTrip
		want    error
	}{
		{"an answer without end", time.Hour, func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(spaces{})}, nil
		}, nil},
		{"no answer in the time of a try", 20 * time.Millisecond, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, context.DeadlineExceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
					if r.URL.String() == storageURL {
						return tt.storage(r)
					}
					return answer(201, testdata(t, "upload_requests_create"))(r)
				}), porting.WithTryTimeout(tt.limit))
				_, err := client.Documents.Upload(t.Context(), draftID, porting.DocumentUpload{
					Type: porting.DocumentTypeLOA, Filename: "loa.pdf", Content: strings.NewReader("x"),
				})
				assert.Equal(t, porting.UploadStepStore, errorAs[*porting.UploadError](t, err).Step)
				if tt.want == nil {
					assert.ErrorContains(t, err, "larger than the limit")
					return
				}
				assert.ErrorIs(t, err, tt.want)
			})
		})
	}
}

// TestUploadOfWhatPanics has the caller's reader panic where the caller can recover it.
func TestUploadOfWhatPanics(t *testing.T) {
	t.Parallel()
	assert.PanicsWithValue(t, "no disk", func() {
		_, _ = newClient(t, newMock(t)).Documents.Upload(t.Context(), draftID, porting.DocumentUpload{
			Type: porting.DocumentTypeLOA, Filename: "loa.pdf", Content: panicking{},
		})
	})
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("no disk") }

func TestUploadChecksAllBeforeItSends(t *testing.T) {
	t.Parallel()
	for field, upload := range map[string]porting.DocumentUpload{
		"extra.n":  {Type: "loa", Filename: "a.pdf", Content: strings.NewReader("x"), Extra: map[string]any{"n": math.NaN()}},
		"filename": {Type: "loa", Filename: "a\xff.pdf", Content: strings.NewReader("x")},
	} {
		_, err := newClient(t, newMock(t)).Documents.Upload(t.Context(), "1", upload)
		requireArgument(t, err, "Documents.Upload", field)
	}
}

// TestUploadsReplay sends the same upload in the same bytes, and another one with another
// boundary, which doesn't stand in the content even if that begins with an earlier one.
func TestUploadsReplay(t *testing.T) {
	t.Parallel()
	const request = `{"url":"` + storageURL + `","form_fields":{"key":"k","x-amz-signature":"5f2c"}}`
	send := func(request, filename, contentType, content string) (boundary, body string) {
		t.Helper()
		client := always(t, func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "files.example.com" {
				_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
				assert.NoError(t, err)
				data, err := io.ReadAll(r.Body)
				assert.NoError(t, err)
				boundary, body = params["boundary"], string(data)
				assert.Equal(t, content, readForm(t, &http.Request{Header: r.Header, ContentLength: int64(len(data)), Body: io.NopCloser(bytes.NewReader(data))}).content)
			}
			return answer(200, strings.Replace(request, "{", `{"id":"d",`, 1))(r)
		})
		_, err := client.Documents.Upload(t.Context(), draftID, porting.DocumentUpload{
			Type: "loa", Filename: filename, ContentType: contentType, Content: strings.NewReader(content),
		})
		require.NoError(t, err)
		return boundary, body
	}
	first, body := send(request, "a.pdf", "image/png", "content")
	assert.Len(t, first, 60)
	again, bodyAgain := send(request, "a.pdf", "image/png", "content")
	assert.Equal(t, first, again)
	assert.Equal(t, body, bodyAgain)

	seen := map[string]bool{first: true}
	for name, other := range map[string][4]string{
		"fields":       {strings.Replace(request, "5f2c", "5f2d", 1), "a.pdf", "image/png", "content"},
		"key":          {strings.Replace(request, `"k"`, `"k2"`, 1), "a.pdf", "image/png", "content"},
		"name":         {request, "b.pdf", "image/png", "content"},
		"content type": {request, "a.pdf", "image/jpg", "content"},
		"size":         {request, "a.pdf", "image/png", "contents"},
		"boundary":     {request, "a.pdf", "image/png", "\r\n--" + first + "--\r\n"},
	} {
		boundary, _ := send(other[0], other[1], other[2], other[3])
		assert.False(t, seen[boundary], name)
		assert.NotContains(t, other[3], boundary)
		seen[boundary] = true
	}
}
