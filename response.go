package porting

import (
	"bytes"
	"context"
	"net/http"

	"github.com/numberporting/porting/internal/transport"
)

// A Response is an answer as it came. It prints and logs without its header and
// body, which can hold secrets.
type Response struct {
	StatusCode int         // 0: there was no answer
	Header     http.Header `json:"-"` // not to be changed
	Body       []byte      `json:"-"` // as far as it was read; nil if it was streamed
	Attempts   int         // how often the call was tried
	RequestID  string      // the server's id of the answer
}

type captureKey struct{}

// CaptureResponse returns a context that stores in into the last answer of a call
// made with it: for headers that no model has, or a body that didn't decode. Each
// call overwrites what the one before has stored, so calls that run at the same
// time need a context each.
func CaptureResponse(ctx context.Context, into *Response) context.Context {
	return context.WithValue(ctx, captureKey{}, into)
}

// captured returns where the answer of a call is to be stored, or nil.
func captured(ctx context.Context) *Response {
	into, _ := ctx.Value(captureKey{}).(*Response)
	return into
}

func capture(ctx context.Context, out *transport.Outcome) {
	into := captured(ctx)
	if into == nil {
		return
	}
	*into = Response{
		StatusCode: out.StatusCode,
		Header:     out.Header,
		Body:       bytes.Clone(out.Body),
		Attempts:   out.Attempts,
		RequestID:  requestID(out.Header, out.Call.Header),
	}
}
