package transport_test

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/internal/transport"
)

// policy is that of a client with default settings.
var policy = transport.Policy{
	MaxAttempts: 4,
	MinWait:     500 * time.Millisecond,
	MaxWait:     8 * time.Second,
	MaxElapsed:  time.Minute,
}

// A script is a RoundTripper: it answers the nth request, from 1. Where it says
// nothing, the last answer is repeated.
type script struct {
	answers []answer
	sent    atomic.Int32
}

// An answer is an error, or a status with a header and a body.
type answer struct {
	err    error
	status int
	header string // "Key: value"
	body   string
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	n := int(s.sent.Add(1))
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	a := s.answers[min(n, len(s.answers))-1]
	if a.err != nil {
		return nil, a.err
	}
	header := http.Header{}
	if key, value, ok := strings.Cut(a.header, ": "); ok {
		header.Set(key, value)
	}
	return &http.Response{
		StatusCode:    a.status,
		Header:        header,
		Body:          io.NopCloser(strings.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Request:       r,
	}, nil
}

// client sends through the script, or to any host if it is nil.
func client(rt http.RoundTripper) *transport.Client {
	return &transport.Client{Pool: transport.NewPool(&http.Client{Transport: rt}), Policy: policy}
}

// safe and unsafe are calls to address.
func safe(t *testing.T, address string) *transport.Call {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return &transport.Call{Method: http.MethodGet, URL: u, Header: http.Header{}, Repeatable: true, MaxBytes: 1 << 20}
}

func unsafe(t *testing.T, address string) *transport.Call {
	t.Helper()
	call := safe(t, address)
	call.Method = http.MethodPost
	call.Repeatable = false
	call.Body = func() io.Reader { return strings.NewReader("body") }
	call.BodySize = int64(len("body"))
	return call
}

// accept serves each connection on a goroutine of its own.
func accept(listener net.Listener, serve func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			serve(conn)
		}()
	}
}

// answerOnce acts on an HTTP/1 request.
func answerOnce(conn net.Conn, acted *atomic.Int32) {
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	acted.Add(1)
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
}

// breakStreams acts on each request, asks for the next one on another connection, and
// breaks the stream off.
func breakStreams(conn net.Conn, acted *atomic.Int32) {
	serveHTTP2(conn, func(f framer, stream uint32) {
		acted.Add(1)
		f.goAway(stream, noError)
		f.reset(stream, protocolError)
	})
}

// serveHTTP2 calls respond for each request, once it has come whole.
func serveHTTP2(conn net.Conn, respond func(f framer, stream uint32)) {
	f := framer{conn}
	preface := make([]byte, 24)
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	f.write(settings, 0, 0)
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		size := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, conn, size); err != nil {
			return
		}
		switch frame, flags := head[3], head[4]; {
		case frame == settings && flags&ack == 0:
			f.write(settings, ack, 0)
		case (frame == headers || frame == data) && flags&endStream != 0:
			respond(f, binary.BigEndian.Uint32(head[5:]))
		}
	}
}

const (
	data, headers, resetStream, settings, goAway  = 0, 1, 3, 4, 7 // frames
	endStream, ack, endHeaders                    = 1, 1, 4       // flags
	noError, protocolError, internalError, refuse = 0, 1, 2, 7    // codes
)

// A framer writes frames.
type framer struct{ conn net.Conn }

func (f framer) write(frame, flags byte, stream uint32, payload ...byte) {
	head := []byte{0, 0, byte(len(payload)), frame, flags, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[5:], stream)
	_, _ = f.conn.Write(append(head, payload...))
}

func (f framer) answer(stream uint32) { f.write(headers, endHeaders|endStream, stream, 0x88) } // :status 200
func (f framer) reset(stream uint32, code byte) {
	f.write(resetStream, 0, stream, 0, 0, 0, code)
}

func (f framer) goAway(last uint32, code byte) {
	f.write(goAway, 0, 0, append(binary.BigEndian.AppendUint32(nil, last), 0, 0, 0, code)...)
}
