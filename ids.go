package porting

// PortRequestID identifies a port request.
type PortRequestID string

// SubRequestID identifies a sub request, of a port request or of a draft. The two
// have different ids: submitting a draft makes new ones.
type SubRequestID string

// DraftID identifies a draft port request.
type DraftID string

// CommentID identifies a comment.
type CommentID string

// DocumentID identifies a supporting document.
type DocumentID string

// DocumentOwner is what supporting documents belong to: a [PortRequestID] or a
// [DraftID]. Anything else is an [*ArgumentError].
type DocumentOwner interface{ ownsDocuments() }

func (PortRequestID) ownsDocuments() {}
func (DraftID) ownsDocuments()       {}
