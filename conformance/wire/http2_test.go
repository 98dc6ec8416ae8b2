package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// A mishap is how a server breaks off a stream.
type mishap struct {
	name  string
	early bool // before the server has read the body
	acts  bool // the server has done what was asked
	after bool // the server answers then
	// send sends what the client sees of it, and tells whether the connection is closed then.
	send func(f *http2.Framer, stream uint32) bool
}

// lastStream is what a server says in a GOAWAY that announces another one.
const lastStream = math.MaxInt32

// Those that say, by the protocol's word, that the server has not processed the request.
var unprocessed = []mishap{
	{name: "REFUSED_STREAM", send: resetWith(http2.ErrCodeRefusedStream)},
	{name: "REFUSED_STREAM before the body", early: true, send: resetWith(http2.ErrCodeRefusedStream)},
	{name: "GOAWAY below the stream", send: goAwayBelow(http2.ErrCodeNo)},
	{name: "GOAWAY below the stream, before the body", early: true, send: goAwayBelow(http2.ErrCodeNo)},
	{name: "GOAWAY below the stream, ENHANCE_YOUR_CALM", send: goAwayBelow(http2.ErrCodeEnhanceYourCalm)},
	{name: "GOAWAY announced, then below the stream", send: func(f *http2.Framer, stream uint32) bool {
		_ = f.WriteGoAway(lastStream, http2.ErrCodeNo, nil)
		return goAwayBelow(http2.ErrCodeNo)(f, stream)
	}},
}

// Those that leave it open.
var open = []mishap{
	{name: "GOAWAY at the stream, then closed", acts: true, send: func(f *http2.Framer, stream uint32) bool {
		_ = f.WriteGoAway(stream, http2.ErrCodeNo, nil)
		return true
	}},
	{name: "GOAWAY above the stream, then closed", acts: true, send: func(f *http2.Framer, _ uint32) bool {
		_ = f.WriteGoAway(lastStream, http2.ErrCodeNo, nil)
		return true
	}},
	{name: "GOAWAY at the stream, INTERNAL_ERROR", acts: true, send: func(f *http2.Framer, stream uint32) bool {
		_ = f.WriteGoAway(stream, http2.ErrCodeInternal, nil)
		return true
	}},
	{name: "INTERNAL_ERROR", acts: true, send: resetWith(http2.ErrCodeInternal)},
	{name: "PROTOCOL_ERROR", acts: true, send: resetWith(http2.ErrCodeProtocol)},
	{name: "PROTOCOL_ERROR and GOAWAY at the stream", acts: true, send: func(f *http2.Framer, stream uint32) bool {
		_ = f.WriteGoAway(stream, http2.ErrCodeNo, nil)
		return resetWith(http2.ErrCodeProtocol)(f, stream)
	}},
	{name: "CANCEL", acts: true, send: resetWith(http2.ErrCodeCancel)},
	{name: "ENHANCE_YOUR_CALM", acts: true, send: resetWith(http2.ErrCodeEnhanceYourCalm)},
	{name: "NO_ERROR", acts: true, send: resetWith(http2.ErrCodeNo)},
	{name: "closed", acts: true, send: func(*http2.Framer, uint32) bool { return true }},
}

func resetWith(code http2.ErrCode) func(*http2.Framer, uint32) bool {
	return func(f *http2.Framer, stream uint32) bool {
		_ = f.WriteRSTStream(stream, code)
		return false
	}
}

// goAwayBelow says that the stream and those after it aren't processed. The client closes the connection.
func goAwayBelow(code http2.ErrCode) func(*http2.Framer, uint32) bool {
	return func(f *http2.Framer, stream uint32) bool {
		_ = f.WriteGoAway(max(stream, 2)-2, code, nil)
		return false
	}
}

// A framed is a server that speaks HTTP/2 frame by frame. It breaks off the first requests, and has the sandbox handle
// the others.
type framed struct {
	sandbox *portingtest.Server
	mishap  mishap
	times   int64 // how many requests it breaks off

	listener net.Listener
	seen     atomic.Int64 // requests
	serving  sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
}

// breakOff starts a server.
func breakOff(t *testing.T, sandbox *portingtest.Server, m mishap, times int64) *framed {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{certificate},
		NextProtos:   []string{http2.NextProtoTLS},
	})
	require.NoError(t, err)
	s := &framed{sandbox: sandbox, mishap: m, times: times, listener: listener}
	s.serving.Go(s.accept)
	t.Cleanup(s.close)
	return s
}

func (s *framed) url() string { return "https://" + s.listener.Addr().String() }

// close closes every connection, and waits until nothing is handled any more.
func (s *framed) close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for _, conn := range s.conns {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.serving.Wait()
}

func (s *framed) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns = append(s.conns, conn)
		s.mu.Unlock()
		s.serving.Go(func() {
			defer func() { _ = conn.Close() }()
			s.serve(conn)
		})
	}
}

// A stream is a request on its way.
type stream struct {
	request *http.Request
	body    bytes.Buffer
	broken  bool // off, or about to be
}

// serve serves a connection, until it is closed.
func (s *framed) serve(conn net.Conn) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(conn, preface); err != nil || string(preface) != http2.ClientPreface {
		return
	}
	f := http2.NewFramer(conn, conn)
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = f.WriteSettings()
	streams := map[uint32]*stream{}
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		id := frame.Header().StreamID
		ended := false
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				_ = f.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !frame.IsAck() {
				_ = f.WritePing(true, frame.Data)
			}
		case *http2.MetaHeadersFrame:
			st := &stream{request: request(frame)}
			if !isGreeting(st.request) {
				st.broken = s.seen.Add(1) <= s.times
			}
			if st.broken && s.mishap.early {
				if s.mishap.send(f, id) {
					return
				}
				if !s.mishap.after {
					continue
				}
				st.broken = false
			}
			streams[id] = st
			ended = frame.StreamEnded()
		case *http2.DataFrame:
			if st := streams[id]; st != nil {
				_, _ = st.body.Write(frame.Data())
				ended = frame.StreamEnded()
			}
		case *http2.RSTStreamFrame:
			delete(streams, id)
		}
		if ended && s.finish(f, id, streams[id]) {
			return
		}
	}
}

// isGreeting tells whether a request is the list with which a client meets the server. It is neither counted nor broken off.
func isGreeting(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Path == "/origination/porting/draft_port_requests"
}

// request is what a header asks for.
func request(header *http2.MetaHeadersFrame) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), header.PseudoValue("method"), header.PseudoValue("path"), nil)
	for _, field := range header.RegularFields() {
		r.Header.Add(field.Name, field.Value)
	}
	return r
}

// finish handles a request that was read whole, and tells whether the connection is closed then.
func (s *framed) finish(f *http2.Framer, id uint32, st *stream) bool {
	st.request.Body = io.NopCloser(&st.body)
	st.request.ContentLength = int64(st.body.Len())
	if !st.broken {
		answer := httptest.NewRecorder()
		s.sandbox.ServeHTTP(answer, st.request)
		respond(f, id, answer)
		return false
	}
	if s.mishap.acts {
		s.sandbox.ServeHTTP(httptest.NewRecorder(), st.request)
	}
	return s.mishap.send(f, id)
}

// respond sends an answer.
func respond(f *http2.Framer, id uint32, answer *httptest.ResponseRecorder) {
	var header bytes.Buffer
	encoder := hpack.NewEncoder(&header)
	_ = encoder.WriteField(hpack.HeaderField{Name: ":status", Value: strconv.Itoa(answer.Code)})
	for key, values := range answer.Header() {
		for _, value := range values {
			_ = encoder.WriteField(hpack.HeaderField{Name: strings.ToLower(key), Value: value})
		}
	}
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: header.Bytes(), EndHeaders: true})
	_ = f.WriteData(id, true, answer.Body.Bytes())
}

// An action is a call that must not be repeated.
type action struct {
	name string
	call func(ctx context.Context, client *porting.Client, draft porting.DraftID) error
}

var actions = []action{
	{"Drafts.Create", func(ctx context.Context, client *porting.Client, _ porting.DraftID) error {
		_, err := client.Drafts.Create(ctx, wireless)
		return err
	}},
	{"Drafts.Submit", func(ctx context.Context, client *porting.Client, draft porting.DraftID) error {
		_, err := client.Drafts.Submit(ctx, draft)
		return err
	}},
}

// hasty is a client's policy of tries in a test.
var hasty = porting.WithRetry(porting.RetryPolicy{MinWait: time.Millisecond, MaxWait: 10 * time.Millisecond})

// prepared is a sandbox with a draft that can be submitted.
func prepared(t *testing.T) (*portingtest.Server, porting.DraftID) {
	t.Helper()
	sandbox := portingtest.NewServer()
	t.Cleanup(sandbox.Close)
	draft, _ := sandbox.AddDraft(wireline)
	return sandbox, draft
}

// TestHTTP2Unprocessed has a server not process requests, and say so: calls that must not be repeated are sent again.
func TestHTTP2Unprocessed(t *testing.T) {
	t.Parallel()
	needsTrust(t)
	for _, m := range unprocessed {
		for _, a := range actions {
			for _, times := range []int64{1, 3} {
				t.Run(m.name+", "+strconv.FormatInt(times, 10)+" times/"+a.name, func(t *testing.T) {
					t.Parallel()
					sandbox, draft := prepared(t)
					server := breakOff(t, sandbox, m, times)
					client := sandbox.Client(porting.WithBaseURL(server.url()), hasty)
					assert.NoError(t, a.call(t.Context(), client, draft))
					client.CloseIdleConnections()
					server.close()
					assert.Equal(t, 1, sandbox.Count(a.name), "acted")
					assert.Equal(t, times+1, server.seen.Load(), "sent")
					sandbox.AssertClean(t)
				})
			}
			t.Run(m.name+", always/"+a.name, func(t *testing.T) {
				t.Parallel()
				sandbox, draft := prepared(t)
				server := breakOff(t, sandbox, m, math.MaxInt64)
				client := sandbox.Client(porting.WithBaseURL(server.url()), hasty, porting.WithTimeout(2*time.Second))
				err := a.call(t.Context(), client, draft)
				require.Error(t, err)
				if _, ok := errors.AsType[*porting.ConnectionError](err); !ok { // the time may end while a request is under way
					assert.ErrorIs(t, err, context.DeadlineExceeded, "the server has acted on nothing, but: %v", err)
				}
				assert.Less(t, server.seen.Load(), int64(20), "sent")
				assert.Zero(t, sandbox.Count(a.name), "acted")
			})
		}
	}
}

// TestHTTP2Open has a server break off streams without a word about what it has done, again and again: calls that must
// not be repeated are sent once, by net/http too.
func TestHTTP2Open(t *testing.T) {
	t.Parallel()
	needsTrust(t)
	for _, m := range open {
		for _, a := range actions {
			t.Run(m.name+"/"+a.name, func(t *testing.T) {
				t.Parallel()
				sandbox, draft := prepared(t)
				server := breakOff(t, sandbox, m, math.MaxInt64)
				client := sandbox.Client(porting.WithBaseURL(server.url()), hasty)
				err := a.call(t.Context(), client, draft)
				_, ok := errors.AsType[*porting.OutcomeUnknownError](err)
				assert.True(t, ok, "the server may have acted, but: %v", err)
				client.CloseIdleConnections()
				server.close()
				assert.Equal(t, 1, sandbox.Count(a.name), "acted")
				sandbox.AssertClean(t)
			})
		}
	}
}

// TestHTTP2Safe has a server break off one stream in each way: calls that may be repeated are.
func TestHTTP2Safe(t *testing.T) {
	t.Parallel()
	needsTrust(t)
	for _, mishaps := range [][]mishap{unprocessed, open} {
		for _, m := range mishaps {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				sandbox, draft := prepared(t)
				server := breakOff(t, sandbox, m, 1)
				client := sandbox.Client(porting.WithBaseURL(server.url()), hasty)
				_, err := client.Drafts.Get(t.Context(), draft, nil)
				assert.NoError(t, err)
				assert.EqualValues(t, 2, server.seen.Load(), "sent")
			})
		}
	}
}

// TestHTTP2Announced has a server announce that it will close the connection, and answer all the same.
func TestHTTP2Announced(t *testing.T) {
	t.Parallel()
	needsTrust(t)
	for _, a := range actions {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			sandbox, draft := prepared(t)
			server := breakOff(t, sandbox, mishap{early: true, after: true, send: func(f *http2.Framer, stream uint32) bool {
				_ = f.WriteGoAway(lastStream, http2.ErrCodeNo, nil)
				_ = f.WriteGoAway(stream, http2.ErrCodeNo, nil)
				return false
			}}, 1)
			client := sandbox.Client(porting.WithBaseURL(server.url()), hasty)
			assert.NoError(t, a.call(t.Context(), client, draft))
			assert.Equal(t, 1, sandbox.Count(a.name), "acted")
			assert.EqualValues(t, 1, server.seen.Load(), "sent")
		})
	}
}
