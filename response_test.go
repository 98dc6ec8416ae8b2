package porting_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

func TestCaptureResponse(t *testing.T) {
	t.Parallel()
	const body = `{"id":"a"}`
	tests := []struct {
		name   string
		times  int
		server func(*http.Request) (*http.Response, error)
		fails  bool
		want   porting.Response
	}{
		{"success", 1, answer(200, body, "X-Request-Id", "req-1"), false, porting.Response{
			StatusCode: 200, Header: http.Header{"X-Request-Id": {"req-1"}}, Body: []byte(body), Attempts: 1, RequestID: "req-1",
		}},
		{"API error", 1, answer(404, body, "Cf-Ray", "ray-1"), true, porting.Response{
			StatusCode: 404, Header: http.Header{"Cf-Ray": {"ray-1"}}, Body: []byte(body), Attempts: 1, RequestID: "ray-1",
		}},
		{"decode error", 1, answer(200, "[]"), true, porting.Response{StatusCode: 200, Header: http.Header{}, Body: []byte("[]"), Attempts: 1}},
		{"retry", 2, inOrder(answer(503, "busy"), answer(200, body)), false, porting.Response{
			StatusCode: 200, Header: http.Header{}, Body: []byte(body), Attempts: 2,
		}},
		{"no answer", 3, broken(errors.New("reset")), true, porting.Response{Attempts: 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := porting.Response{StatusCode: 999, Body: []byte("of the call before")}
			mock := newMock(t)
			expect(t, mock, "GET", baseURL+api+"/draft_port_requests/a", tt.times, tt.server)
			_, err := newClient(t, mock).Drafts.Get(porting.CaptureResponse(t.Context(), &got), "a", nil)
			assert.Equal(t, tt.fails, err != nil)
			assert.Equal(t, tt.want, got)
		})
	}

	t.Run("an argument error leaves it as it was", func(t *testing.T) {
		t.Parallel()
		got := porting.Response{StatusCode: 999}
		_, err := newClient(t, newMock(t)).Drafts.Get(porting.CaptureResponse(t.Context(), &got), "", nil)
		require.Error(t, err)
		assert.Equal(t, porting.Response{StatusCode: 999}, got)
	})
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	headers := []string{"X-Request-Id", "X-Correlation-Id", "X-Amzn-Requestid", "X-Amz-Request-Id", "Cf-Ray"}
	for i := range headers {
		var all []string
		for _, key := range headers[i:] { // the first of them counts
			all = append(all, key, "id of "+key)
		}
		var got porting.Response
		client := clientOf(t, "GET", "/a", answer(200, "", all...))
		require.NoError(t, client.Do(porting.CaptureResponse(t.Context(), &got), "GET", "/a", nil, nil, nil))
		assert.Equal(t, "id of "+headers[i], got.RequestID)
	}
}
