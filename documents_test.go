package porting_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

const (
	linkPath  = api + "/draft_port_requests/" + draftID + "/supporting_documents/" + documentID + "/download_links"
	tellPath  = api + "/draft_port_requests/" + draftID + "/supporting_documents"
	signedURL = "https://files.example.com/loa.pdf?signature=hush"
)

func TestDownload(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("%PDF-1.7\x00\xff", 10)
	tests := []struct {
		name    string
		options []porting.Option
	}{
		{"without a limit", nil},
		{"up to the limit", []porting.Option{porting.WithMaxResponseBytes(int64(len(content)))}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t)
			expect(t, mock, "POST", baseURL+linkPath, 1, answer(201, `{"url":"`+signedURL+`"}`))
			expect(t, mock, "GET", signedURL, 2, inOrder(answer(503, ""), func(r *http.Request) (*http.Response, error) {
				assert.Len(t, r.Header, 1, "only a User-Agent")
				assert.Regexp(t, userAgent, r.UserAgent())
				return answer(200, content)(r)
			}))
			var got bytes.Buffer
			n, err := newClient(t, mock, tt.options...).Documents.Download(t.Context(), porting.DraftID(draftID), documentID, &got)
			require.NoError(t, err)
			assert.EqualValues(t, len(content), n)
			assert.Equal(t, content, got.String())
		})
	}
}

func TestDownloadFails(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	lost := errors.New("connection reset")
	tests := []struct {
		name    string
		storage func(*http.Request) (*http.Response, error)
		times   int
		to      io.Writer
		options []porting.Option
		written int64
		check   func(t *testing.T, err error)
	}{
		{"storage refuses", answer(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"), 1, io.Discard, nil, 0, func(t *testing.T, err error) {
			t.Helper()
			e := errorAs[*porting.APIError](t, err)
			assert.Equal(t, "Documents.Download", e.Operation)
			assert.Equal(t, "AccessDenied", e.Code)
			assert.Equal(t, "Request has expired", e.Message)
			assert.Empty(t, e.Route)
		}},
		{"storage is away", broken(lost), 3, io.Discard, nil, 0, func(t *testing.T, err error) {
			t.Helper()
			require.ErrorIs(t, err, lost)
			assert.Equal(t, 3, errorAs[*porting.ConnectionError](t, err).Attempts)
		}},
		{"cut off", func(r *http.Request) (*http.Response, error) {
			resp, err := answer(200, "")(r)
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("12345"), iotest.ErrReader(lost)))
			return resp, err
		}, 1, io.Discard, nil, 5, func(t *testing.T, err error) {
			t.Helper()
			require.ErrorIs(t, err, lost)
			requireAs[*porting.ConnectionError](t, err)
		}},
		{"too large", answer(200, strings.Repeat("x", 101)), 1, io.Discard, []porting.Option{porting.WithMaxResponseBytes(100)}, 100, func(t *testing.T, err error) {
			t.Helper()
			assert.Equal(t, "Documents.Download", errorAs[*porting.DecodeError](t, err).Operation)
		}},
		{"can't be written", answer(200, "123456"), 1, failingWriter{full}, nil, 0, func(t *testing.T, err error) {
			t.Helper()
			require.ErrorIs(t, err, full)
			assert.False(t, isA[*porting.ConnectionError](err))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mock := newMock(t)
			expect(t, mock, "POST", baseURL+linkPath, 1, answer(201, `{"url":"`+signedURL+`"}`))
			expect(t, mock, "GET", signedURL, tt.times, tt.storage)
			n, err := newClient(t, mock, tt.options...).Documents.Download(t.Context(), porting.DraftID(draftID), documentID, tt.to)
			assert.Equal(t, tt.written, n)
			tt.check(t, err)
			assert.Contains(t, err.Error(), "Documents.Download")
			assert.NotContains(t, err.Error(), "hush")
		})
	}
}

// TestStorageOnLoopback is http only where the API itself is on loopback, and storage is, too.
func TestStorageOnLoopback(t *testing.T) {
	t.Parallel()
	for link, ok := range map[string]bool{
		"http://127.0.0.1:8080/a": true, "https://files.example.com/a": true,
		"http://files.example.com/a": false, "ftp://127.0.0.1/a": false,
	} {
		client := newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return answer(201, `{"url":"`+link+`"}`)(r)
			}
			assert.True(t, ok, link)
			return answer(200, "document")(r)
		}), porting.WithBaseURL("http://localhost:8080"))
		_, err := client.Documents.Download(t.Context(), porting.DraftID("a"), "b", io.Discard)
		assert.Equal(t, ok, err == nil, "%s: %v", link, err)
	}
}

// failingWriter is a writer that fails with err.
type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestDownloadRefusesLinks(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"", "/relative", "ftp://files.example.com/a", "http://files.example.com/a", "https://me:hush@files.example.com", "https://exa mple"} {
		client := clientOf(t, "POST", linkPath, answer(201, `{"url":"`+link+`"}`))
		n, err := client.Documents.Download(t.Context(), porting.DraftID(draftID), documentID, io.Discard)
		assert.Zero(t, n)
		assert.Equal(t, "url", errorAs[*porting.DecodeError](t, err).Field, link)
		assert.NotContains(t, err.Error(), "hush")
	}
	client := clientOf(t, "POST", linkPath, answer(404, ""))
	_, err := client.Documents.Download(t.Context(), porting.DraftID(draftID), documentID, io.Discard)
	require.ErrorIs(t, err, porting.ErrNotFound)
}

func TestDownloadRefusesAPart(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	expect(t, mock, "POST", baseURL+linkPath, 1, answer(201, `{"url":"https://files.example.com/a"}`))
	expect(t, mock, "GET", "https://files.example.com/a", 1, answer(206, "par"))
	_, err := newClient(t, mock).Documents.Download(t.Context(), porting.DraftID(draftID), documentID, io.Discard)
	assert.ErrorContains(t, errorAs[*porting.DecodeError](t, err), "not the whole document")
}

// TestStorageIsNotTheAPI keeps a storage host's 404 apart from the API's.
func TestStorageIsNotTheAPI(t *testing.T) {
	t.Parallel()
	mock := newMock(t)
	expect(t, mock, "POST", baseURL+linkPath, 1, answer(201, `{"url":"https://files.example.com/a"}`))
	expect(t, mock, "GET", "https://files.example.com/a", 1, answer(404, ""))
	_, err := newClient(t, mock).Documents.Download(t.Context(), porting.DraftID(draftID), documentID, io.Discard)
	assert.Equal(t, 404, errorAs[*porting.APIError](t, err).StatusCode)
	assert.NotErrorIs(t, err, porting.ErrNotFound)
	assert.False(t, isA[*porting.NotFoundError](err))
}
