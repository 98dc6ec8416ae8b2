package transport

import (
	"bytes"
	"fmt"
	"io"
)

// open opens the call's body for one request. A content that isn't in memory is watched:
// if it can't be read to its end, that isn't the network's failure.
func open(call *Call) io.ReadCloser {
	r := call.Body()
	if _, inMemory := r.(*bytes.Reader); inMemory {
		return io.NopCloser(r) // net/http knows it, and sends it together with the head
	}
	return io.NopCloser(&content{r, call.BodySize})
}

// A ContentError says that the content of a call could not be read to its end.
type ContentError struct{ Err error }

// Error says why.
func (e *ContentError) Error() string { return fmt.Sprintf("reading the content: %v", e.Err) }

// Unwrap returns the reader's error.
func (e *ContentError) Unwrap() error { return e.Err }

// A content is a body that isn't in memory. net/http passes its errors on.
type content struct {
	io.Reader
	left int64 // bytes that are still to come
}

func (c *content) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.left -= int64(n)
	switch {
	case err == io.EOF && c.left > 0:
		err = &ContentError{fmt.Errorf("it got shorter while it was sent, by %d bytes", c.left)}
	case err != nil && err != io.EOF:
		err = &ContentError{err}
	}
	return n, err
}
