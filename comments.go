package porting

import (
	"context"
	"strings"
)

// CommentsService reads and writes the comments of port requests. When a sub request
// becomes an exception, a comment says why.
type CommentsService struct{ client *Client }

// CommentCreate is a new comment.
type CommentCreate struct {
	Body         string       `json:"body"`
	SubRequestID SubRequestID `json:"sub_request_id,omitzero"` // empty: on the whole port request
}

// List returns the comments of a port request.
//
//	GET /origination/porting/port_requests/{port_request_id}/comments: safe
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *CommentsService) List(ctx context.Context, portRequest PortRequestID) ([]Comment, error) {
	return listAll[Comment](ctx, s.client, opCommentsList, string(portRequest))
}

// Create writes a comment. If the answer is lost, the error is an
// [*OutcomeUnknownError]: list the comments before writing it again.
//
//	POST /origination/porting/port_requests/{port_request_id}/comments: unsafe
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *CommentsService) Create(ctx context.Context, portRequest PortRequestID, comment CommentCreate) (*Comment, error) {
	if strings.TrimSpace(comment.Body) == "" {
		return nil, &ArgumentError{opCommentsCreate.Name, "body", "is empty"}
	}
	return get[Comment](ctx, s.client, &request{
		op:   opCommentsCreate,
		ids:  []string{string(portRequest)},
		body: comment,
	})
}
