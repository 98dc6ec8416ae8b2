package portingtest

import "strings"

// listComments is GET port_requests/{port_request}/comments.
func (b *sandbox) listComments(r *request) (any, error) {
	p, err := b.findPortRequest(r)
	if err != nil {
		return nil, err
	}
	objects := make([]commentObject, len(p.Comments))
	for i, c := range p.Comments {
		objects[i] = c.object()
	}
	return objects, nil
}

// createComment is POST port_requests/{port_request}/comments.
func (b *sandbox) createComment(r *request) (any, error) {
	p, err := b.findPortRequest(r)
	if err != nil {
		return nil, err
	}
	bad := r.problems()
	fields := readObject(r.body, "", []string{"body", "sub_request_id"}, &bad)
	c := comment{UserID: b.UserID, CreatedAt: b.Clock, SentAt: r.sentAt}
	if raw, sent := fields["body"]; sent {
		c.Body = readString(raw, "/body", &bad)
	}
	if strings.TrimSpace(c.Body) == "" {
		bad.add("/body", "required", "must not be empty")
	}
	if raw, sent := fields["sub_request_id"]; sent {
		if id := readOptionalString(raw, "/sub_request_id", &bad); id != nil {
			c.SubRequestID = *id
			if p.subRequest(*id) == nil {
				bad.add("/sub_request_id", "invalid", "must be a sub request of the port request")
			}
		}
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	c.ID = b.newID()
	b.doubleComment(p, c)
	p.Comments = append(p.Comments, c)
	return c.object(), nil
}

// object is what the API answers for a comment.
func (c comment) object() commentObject {
	return commentObject{
		ID:           c.ID,
		Body:         c.Body,
		SubRequestID: orNull(&c.SubRequestID),
		UserID:       orNull(&c.UserID),
		CreatedAt:    c.CreatedAt,
	}
}
