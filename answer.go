package porting

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/numberporting/porting/internal/errorbody"
	"github.com/numberporting/porting/internal/transport"
)

// verdict returns the error of an outcome, or nil for a success whose body is whole.
func verdict(op *Operation, out *transport.Outcome) (err error) {
	unsafe := op.Retry == RetryUnsafe
	var unknown bool
	switch {
	case out.Success() && out.Err == nil:
		return nil
	case out.Success() && errors.Is(out.Err, transport.ErrTooLarge):
		return decodeError(op, out, "", out.Err)
	case out.StatusCode == 0 || out.Success():
		unknown = unsafe && out.Sent
		if unknown { // not a ConnectionError, which says that repeating does no harm
			err = fmt.Errorf("no answer: %w", out.Err)
		} else {
			err = &ConnectionError{op.Name, op.Method, op.Route, out.Attempts, out.Err, "", newMask(out)}
		}
	default:
		err = apiError(op, out)
		unknown = unsafe && isUnknown(out.StatusCode)
		if errors.Is(out.Err, context.Canceled) || errors.Is(out.Err, context.DeadlineExceeded) {
			err = &interrupted{err, out.Err, newMask(out)}
		}
	}
	switch {
	case out.WaitErr != nil && out.Attempts > 0:
		return &interrupted{err, out.WaitErr, newMask(out)}
	case unknown:
		return lostAnswer(op, out, err)
	}
	return err
}

// apiError makes an error of an answer that isn't a 2xx.
func apiError(op *Operation, out *transport.Outcome) error {
	e := &APIError{
		Operation:  op.Name,
		Method:     op.Method,
		Route:      op.Route,
		StatusCode: out.StatusCode,
		RequestID:  requestID(out.Header, out.Call.Header),
		Header:     out.Header,
		Body:       bytes.Clone(out.Body),
		Attempts:   out.Attempts,
		isStorage:  op == storageDownload || op == storageUpload,
		mask:       newMask(out),
	}
	said := errorbody.Read(out.Body, out.Header.Get("Content-Type"), out.Err == nil)
	e.Message, e.Code = said.Message, said.Code
	for _, f := range said.Fields {
		e.Fields = append(e.Fields, FieldError(f))
	}
	if e.isStorage {
		return e
	}
	switch out.StatusCode {
	case http.StatusUnauthorized:
		return &UnauthorizedError{e}
	case http.StatusNotFound:
		return &NotFoundError{e}
	case http.StatusUnprocessableEntity:
		return &ValidationError{e}
	case http.StatusTooManyRequests:
		return &RateLimitError{e, out.RetryAfter}
	}
	if location := out.Header.Get("Location"); location != "" && out.StatusCode < 400 {
		e.Message = "a redirect to an unreadable address"
		if target, err := out.Call.URL.Parse(location); err == nil {
			e.Message = "a redirect to " + target.Host + " that is not followed"
		}
	}
	return e
}

// decode decodes the body of a success into result.
func decode(op *Operation, out *transport.Outcome, result any) error {
	if len(bytes.TrimSpace(out.Body)) == 0 {
		return decodeError(op, out, "", errors.New("it is empty"))
	}
	err := decodeJSON(out.Body, result)
	if err == nil {
		return nil
	}
	field, reason := explainJSON(err)
	_, missing := errors.AsType[*missingError](err)
	if missing && op.Retry != RetrySafe {
		reason = fmt.Errorf("%w, and whether the server did it isn't known", reason)
	}
	if contentType := out.Header.Get("Content-Type"); contentType != "" && !strings.Contains(contentType, "json") {
		reason = fmt.Errorf("%w (its content type is %q)", reason, contentType)
	}
	e := decodeError(op, out, field, reason)
	e.changed = e.changed && !missing // the answer can be a refusal with a status of 200
	return e
}

func decodeError(op *Operation, out *transport.Outcome, field string, reason error) *DecodeError {
	const kept = 1 << 20
	return &DecodeError{
		Operation:  op.Name,
		Field:      field,
		StatusCode: out.StatusCode,
		RequestID:  requestID(out.Header, out.Call.Header),
		Message:    errorbody.Message(out.Body),
		Check:      op.Check,
		Err:        reason,
		Header:     out.Header,
		Body:       bytes.Clone(out.Body[:min(len(out.Body), kept)]),
		changed:    op.Retry != RetrySafe,
		mask:       newMask(out),
	}
}
