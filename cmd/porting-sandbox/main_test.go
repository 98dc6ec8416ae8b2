package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRun does what the printed line says, and stops the sandbox.
func TestRun(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"-address", "127.0.0.1:0", "-seed", "7", "-speed", "0"}, in)
		_ = in.Close()
	}()
	request := readCurl(t, out)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	var draft struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&draft))
	assert.Equal(t, http.StatusCreated, answer.StatusCode)
	assert.Equal(t, "pending", draft.Status)
	assert.NotEmpty(t, draft.ID)
	assert.True(t, net.ParseIP(request.URL.Hostname()).IsLoopback())

	stop()
	select {
	case err := <-done:
		assert.NoError(t, err)
	case <-time.After(5 * time.Second):
		t.Fatal("it doesn't stop")
	}
	_, err = new(net.Dialer).DialContext(t.Context(), "tcp", request.URL.Host)
	assert.Error(t, err, "nobody listens any more")
}

// readCurl gives the request of the curl line in a text, and goes on reading.
func readCurl(t *testing.T, out io.Reader) *http.Request {
	t.Helper()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		words := regexp.MustCompile(`'[^']*'|\S+`).FindAllString(lines.Text(), -1)
		if len(words) == 0 || words[0] != "curl" {
			continue
		}
		go func() {
			for lines.Scan() { // the writer mustn't wait
			}
		}()
		return parseCurl(t, words[1:])
	}
	t.Fatal("no curl line was printed")
	return nil
}

func parseCurl(t *testing.T, words []string) *http.Request {
	t.Helper()
	header, body, target := http.Header{}, "", ""
	for i := 0; i < len(words); i++ {
		switch words[i] {
		case "-sS":
		case "-H":
			i++
			name, value, _ := strings.Cut(strings.Trim(words[i], "'"), ": ")
			header.Set(name, value)
		case "-d":
			i++
			body = strings.Trim(words[i], "'")
		default:
			require.Empty(t, target, "curl would take %s for another URL", words[i])
			target = words[i]
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
	require.NoError(t, err)
	request.Header = header
	return request
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	busy, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = busy.Close() })
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"busy address":    {[]string{"-address", busy.Addr().String()}, "address already in use"},
		"every interface": {[]string{"-address", ":0"}, "isn't on loopback"},
		"other interface": {[]string{"-address", "192.0.2.1:0"}, "isn't on loopback"},
		"no address":      {[]string{"-address", "8642"}, "missing port"},
		"negative speed":  {[]string{"-speed", "-1"}, "-speed must be 0 or more"},
		"endless speed":   {[]string{"-speed", "Inf"}, "-speed must be 0 or more"},
		"no speed":        {[]string{"-speed", "NaN"}, "-speed must be 0 or more"},
		"unknown flag":    {[]string{"-port", "1"}, "not defined: -port"},
		"no flag":         {[]string{"8642"}, `what is "8642"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			err := run(ctx, test.args, io.Discard)
			require.ErrorContains(t, err, test.want)
			require.NoError(t, ctx.Err(), "it served")
		})
	}
	require.ErrorIs(t, run(t.Context(), []string{"-help"}, io.Discard), flag.ErrHelp)
	require.Error(t, run(t.Context(), []string{"-address", "127.0.0.1:0"}, broken{}))
}

// broken is an output that nothing can be written to.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }
