package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// The server is this program once more, as a process of its own: what it allocates
// and collects is not counted among the contenders'.

// serveVar is set in the environment of the server's process: to the latency that it
// adds to every answer.
const serveVar = "PORTING_BENCH_SERVE"

// wrappedPrefix in a path asks for payloads.wrapped.
const wrappedPrefix = "/wrapped"

// A server answers on loopback until it is closed.
type server struct {
	url    string
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
}

// startServer starts a server that waits for the latency before each answer.
func startServer(ctx context.Context, latency time.Duration) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), serveVar+"="+latency.String())
	cmd.Stderr = os.Stderr
	s := &server{cmd: cmd}
	if s.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.stdout = bufio.NewReader(stdout)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if s.url, err = s.line(); err != nil {
		s.close()
		return nil, fmt.Errorf("the server didn't start: %w", err)
	}
	return s, nil
}

// connections returns how many connections the server has accepted.
func (s *server) connections() (int, error) {
	if _, err := fmt.Fprintln(s.stdin); err != nil {
		return 0, err
	}
	line, err := s.line()
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(line)
}

func (s *server) line() (string, error) {
	line, err := s.stdout.ReadString('\n')
	return strings.TrimSpace(line), err
}

// close ends the server's process.
func (s *server) close() {
	_ = s.stdin.Close()
	_ = s.cmd.Wait()
}

// serveIfAsked makes this process the server, if it was started as such.
func serveIfAsked() {
	asked := os.Getenv(serveVar)
	if asked == "" {
		return
	}
	latency, err := time.ParseDuration(asked)
	if err == nil {
		err = serve(latency)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve prints the server's address, and the number of connections for each line
// on the standard input. It returns at the input's end, so that the server never
// outlives the program that started it.
func serve(latency time.Duration) error {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var connections atomic.Int64
	srv := &http.Server{
		Handler:           newHandler(latency),
		ReadHeaderTimeout: 10 * time.Second,
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				connections.Add(1)
			}
		},
	}
	go func() { _ = srv.Serve(listener) }()
	fmt.Printf("http://%s\n", listener.Addr())
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		fmt.Println(connections.Load())
	}
	return input.Err()
}

func newHandler(latency time.Duration) http.Handler {
	plain := newPayloads()
	wrapped := plain.wrapped()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(latency)
		p := plain
		if strings.Contains(r.URL.Path, wrappedPrefix) {
			p = wrapped
		}
		body := p.body(r.URL)
		if body == nil {
			http.NotFound(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		maps.Copy(w.Header(), answerHeader)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
	})
}

// memory answers without a network: what is left is the library's own work.
type memory struct{ plain, wrapped *payloads }

func newMemory() *memory {
	plain := newPayloads()
	return &memory{plain, plain.wrapped()}
}

// memoryURL is the base URL of contenders that use memory; nothing is dialled.
const memoryURL = "http://127.0.0.1"

// RoundTrip implements [http.RoundTripper].
func (m *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
	}
	p := m.plain
	if strings.Contains(req.URL.Path, wrappedPrefix) {
		p = m.wrapped
	}
	body := p.body(req.URL)
	return &http.Response{
		Status:        "200 OK",
		StatusCode:    http.StatusOK,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        answerHeader, // nobody changes it
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       req,
	}, nil
}
