package portingtest_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// TestNotJSON says of each way in which a body isn't JSON where and why.
func TestNotJSON(t *testing.T) {
	t.Parallel()
	s := open(t)
	good := numbersBody("+12065550100")
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, err := io.WriteString(w, good)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for name, test := range map[string]struct{ body, message string }{
		"byte order mark":   {"\ufeff" + good, "byte order mark"},
		"gzip":              {zipped.String(), "compressed with gzip"},
		"UTF-16":            {"{\x00\"\x00", "UTF-16"},
		"UTF-16 with mark":  {"\xff\xfe{\x00", "UTF-16"},
		"blank":             {" \r\n", "nothing but space"},
		"truncated":         {good[:20], "breaks off after 20 bytes"},
		"truncated string":  {`{"phone_num`, "breaks off after 11 bytes"},
		"Latin-1":           {"{\"body\":\n\"Z\xfcrich\"}", "line 2, column 3: not UTF-8"},
		"single quotes":     {"{\n  'phone_numbers': []}", "line 2, column 3: invalid character"},
		"after an umlaut":   {`{"é": é}`, "line 1, column 7: invalid character"},
		"trailing comma":    {`{"phone_numbers":[],}`, "line 1, column 21: invalid character"},
		"form":              {"phone_numbers=%2B12065550100", "line 1, column 1: invalid character"},
		"Python's None":     {`{"phone_numbers":None}`, "line 1, column 18: invalid character"},
		"two values":        {good + "\n" + good, "line 2, column 1: more after the end of the value"},
		"a million of them": {repeat("[", 1_000_000), "line 1, column 10001"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := must(t, s, http.StatusBadRequest, "POST", draftsPath, test.body)
			assert.Contains(t, r.message(t), "the body is not valid JSON: ")
			assert.Contains(t, r.message(t), test.message)
		})
	}
	for header, message := range map[string]string{
		"Content-Type":                     "has to be application/json, and there is none",
		"Content-Type: text/plain":         `has to be application/json, not "text/plain"`,
		"Content-Encoding: gzip":           `the Content-Encoding "gzip" isn't taken`,
		"Content-Type: " + repeat("x", 99): `not "` + repeat("x", 64) + `…"`,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			name, value, set := strings.Cut(header, ": ")
			r := newCall(t, s, "POST", draftsPath, good)
			if r.Header.Set(name, value); !set {
				r.Header.Del(name)
			}
			answer := do(t, r)
			assert.Equal(t, http.StatusUnsupportedMediaType, answer.Status)
			assert.Contains(t, answer.message(t), message)
		})
	}
	request := newCall(t, s, "POST", draftsPath, good)
	request.Header.Set("Content-Encoding", "identity")
	assert.Equal(t, http.StatusCreated, do(t, request).Status)
}

// TestExpectContinue asks before it sends a body: it is told to go on only if what
// it has sent so far is right.
func TestExpectContinue(t *testing.T) {
	t.Parallel()
	s := open(t)
	right := "Authorization: Token " + portingtest.Token
	s.Inject(portingtest.Fault{Operation: "Comments.Create", Effect: portingtest.BadGateway().AfterHandling()})
	for name, test := range map[string]struct {
		head, auth string
		want       []string // the status lines
	}{
		"right":             {"POST " + draftsPath, right, []string{"100 Continue", "201 Created"}},
		"no credentials":    {"POST " + draftsPath, "X-None: 1", []string{"401 Unauthorized"}},
		"wrong credentials": {"POST " + draftsPath, "Authorization: Token wrong", []string{"401 Unauthorized"}},
		"no such path":      {"POST /nowhere", right, []string{"404 Not Found"}},
		"no such method":    {"PATCH " + draftsPath, right, []string{"405 Method Not Allowed"}},
		"too large":         {"POST " + draftsPath, right + "\r\nContent-Length: 9000000", []string{"413 Request Entity Too Large"}},
		"fault":             {"POST " + requestsPath + "/x/comments", "X-None: 1", []string{"502 Bad Gateway"}},
		"unknown query key": {"POST " + draftsPath + "?x=1", right, []string{"422 Unprocessable Entity"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL(), "http://"))
			require.NoError(t, err)
			defer func() { _ = conn.Close() }()
			require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
			body := numbersBody("+12065550100")
			head := test.auth
			if !strings.Contains(head, "Content-Length") {
				head += fmt.Sprintf("\r\nContent-Length: %d", len(body))
			}
			fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n%s\r\n\r\n", test.head, head)
			answers := bufio.NewReader(conn)
			for i, want := range test.want {
				answer, err := http.ReadResponse(answers, nil)
				require.NoError(t, err)
				assert.Equal(t, want, answer.Status)
				answer.Body.Close()
				if i == 0 && len(test.want) > 1 {
					_, err := io.WriteString(conn, body)
					require.NoError(t, err)
				}
			}
		})
	}
}
