package porting

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/numberporting/porting/internal/transport"
)

// streamed iterates over the items of one answer, which is decoded as it comes.
func streamed[T any](ctx context.Context, c *Client, r *request, decode func(io.Reader, func(*T) bool) error) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		if err := stream(ctx, c, r, decode, yield); err != nil {
			yield(nil, err)
		}
	}
}

// failed iterates over nothing but an error.
func failed[T any](err error) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) { yield(nil, err) }
}

// stream is as [Client.call] up to the first byte of a success; from there on, what
// goes wrong is an error and not tried again.
func stream[T any](ctx context.Context, c *Client, r *request, decode func(io.Reader, func(*T) bool) error, yield func(*T, error) bool) error {
	call, err := c.prepare(r)
	if err != nil {
		return err
	}
	call.Stream = true
	call.TryTimeout = c.config.tryTimeout // the reader's time isn't the server's
	call.HeadTimeout = defaultTryTimeout
	_, err = c.exchange(ctx, r.op, call, func(out *transport.Outcome) error {
		body := &noting{r: out.Stream, limit: c.config.maxBytes, perItem: defaultMaxResponseBytes}
		stopped := false
		err := decode(body, func(item *T) bool {
			body.seen = body.read
			stopped = !yield(item, nil)
			return !stopped
		})
		switch {
		case stopped:
			return nil
		case body.err != nil:
			return body.verdict(r.op, out)
		case err == nil:
			return nil
		case body.read == 0:
			err = errEmpty
		case errors.Is(err, io.EOF):
			err = io.ErrUnexpectedEOF
		}
		field, reason := explainJSON(err)
		return decodeError(r.op, out, field, reason)
	})
	return err
}

// A noting reader ends with [transport.ErrTooLarge] after limit bytes (0: no limit),
// and keeps its error, to tell it from that of whoever reads.
type noting struct {
	r     io.Reader
	limit int64
	read  int64
	err   error

	perItem int64 // how many bytes may come without an item (0: any number)
	seen    int64 // bytes read when there was the last one
}

func (n *noting) Read(p []byte) (int, error) {
	if n.perItem > 0 && n.read-n.seen > n.perItem {
		n.err = transport.ErrTooLarge
		return 0, n.err
	}
	read, err := n.r.Read(p)
	n.read += int64(read)
	if n.limit > 0 && n.read > n.limit {
		read -= int(n.read - n.limit)
		n.read = n.limit
		err = transport.ErrTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		n.err = err
	}
	return read, err
}

// verdict is the error of a success whose body couldn't be read to its end, if so.
func (n *noting) verdict(op *Operation, out *transport.Outcome) error {
	switch {
	case n.err == nil:
		return nil
	case errors.Is(n.err, transport.ErrTooLarge):
		return decodeError(op, out, "", n.err)
	}
	return connectionError(op, out, n.err)
}
