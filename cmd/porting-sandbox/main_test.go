package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRun does what the printed lines say, and stops the sandbox.
func TestRun(t *testing.T) {
	t.Parallel()
	printed, url, stop := start(t, "-seed", "7", "-speed", "0")
	lines := curlLines(printed)
	require.Len(t, lines, 3)
	status, body := curl(t, lines[0], "")
	assert.Equal(t, http.StatusCreated, status, body)
	var draft struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &draft))
	assert.Equal(t, "pending", draft.Status)
	assert.NotEmpty(t, draft.ID)
	for _, line := range lines[1:] {
		status, body := curl(t, line, "")
		assert.Equal(t, http.StatusOK, status, body)
	}
	assert.True(t, strings.HasPrefix(url, "http://127.0.0.1:"), url)

	stop()
	_, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	assert.Error(t, err, "nobody listens any more")
}

// start runs a sandbox, and gives what it prints up to its last line, its URL, and
// what ends it.
func start(t *testing.T, args ...string) (printed, url string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, append([]string{"-address", "127.0.0.1:0"}, args...), in)
		_ = in.Close()
	}()
	stop = func() {
		cancel()
		select {
		case err := <-done:
			assert.NoError(t, err)
		case <-time.After(10 * time.Second):
			t.Error("it doesn't stop")
		}
	}
	lines := bufio.NewScanner(out)
	for !strings.HasPrefix(lines.Text(), "Ctrl-C") {
		require.True(t, lines.Scan(), "it ends: %s", printed)
		printed += lines.Text() + "\n"
	}
	return printed, regexp.MustCompile(`API +(\S+)`).FindStringSubmatch(printed)[1], stop
}

// serve runs a sandbox until the test ends.
func serve(t *testing.T, args ...string) (printed, url string) {
	t.Helper()
	printed, url, stop := start(t, args...)
	t.Cleanup(stop)
	return printed, url
}

// curlLines gives the curl lines of a text.
func curlLines(text string) []string {
	return regexp.MustCompile(`(?m)^(?:  |//\t)(curl .*)$`).FindAllString(text, -1)
}

// curl does what a line says, in a folder, and gives the answer.
func curl(t *testing.T, line, folder string) (status int, body string) {
	t.Helper()
	header, method, send, target, file := http.Header{}, "", "", "", ""
	words := regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1)
	words = words[slices.Index(words, "curl")+1:]
	for i := 0; i < len(words); i++ {
		switch flag := words[i]; flag {
		case "-sS":
		case "-H", "-d", "-X", "-o", "-T":
			i++
			word := strings.Trim(words[i], "'")
			switch flag {
			case "-H":
				name, value, _ := strings.Cut(word, ": ")
				header.Set(name, value)
			case "-d":
				send, method = word, cmp.Or(method, http.MethodPost)
			case "-X":
				method = word
			case "-o":
				file = filepath.Join(folder, word)
			case "-T":
				content, err := os.ReadFile(filepath.Join(folder, word))
				require.NoError(t, err)
				send, method = string(content), http.MethodPut
			}
		default:
			require.Empty(t, target, "curl would take %s for another URL", words[i])
			target = strings.Trim(words[i], "'")
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), cmp.Or(method, http.MethodGet), target, strings.NewReader(send))
	require.NoError(t, err)
	request.Header = header
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	if file != "" {
		require.NoError(t, os.WriteFile(file, got, 0o600))
	}
	return answer.StatusCode, string(got)
}

// TestDocumentation does what the curl lines of the documentation say, one after the
// other.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("main.go")
	require.NoError(t, err)
	doc, _, _ := strings.Cut(string(source), "package main")
	_, url := serve(t, "-speed", "0")
	folder := t.TempDir()
	lines := curlLines(doc)
	require.NotEmpty(t, lines)
	ids := map[string]string{}
	routes := map[string]bool{}
	for _, line := range lines {
		line = strings.ReplaceAll(line, "http://127.0.0.1:8642", url)
		for name, id := range ids {
			line = strings.ReplaceAll(line, `"`+name+`"`, `"`+id+`"`)
		}
		status, body := curl(t, line, folder)
		require.Equal(t, 2, status/100, "%s\n%s", line, body)
		path := regexp.MustCompile(`/_sandbox/\w*`).FindString(line)
		routes[path] = true
		var object struct {
			ID          string `json:"id"`
			SubRequests []struct {
				ID string `json:"id"`
			} `json:"sub_requests"`
		}
		switch path {
		case "/_sandbox/drafts":
			require.NoError(t, json.Unmarshal([]byte(body), &object))
			ids["DRAFT"] = object.ID
		case "/_sandbox/port_requests":
			require.NoError(t, json.Unmarshal([]byte(body), &object))
			ids["PORT_REQUEST"], ids["SUB_REQUEST"] = object.ID, object.SubRequests[0].ID
		case "/_sandbox/findings":
			assert.Equal(t, "[]", body)
		case "/_sandbox/":
			for _, route := range regexp.MustCompile(`/_sandbox/\w*`).FindAllString(body, -1) {
				assert.True(t, routes[route], "no line shows %s", route)
			}
		}
	}
}

// TestFlags looks at what the flags change.
func TestFlags(t *testing.T) {
	t.Parallel()
	snapshot := filepath.Join(t.TempDir(), "state.json")
	_, url := serve(t, "-speed", "0", "-start", "2026-05-04T12:00:00+02:00", "-timing", "in_process=30m", "-timing", "submitted=0s",
		"-number", `+12065550100={"carrier_name":"Ostrich Bell"}`, "-check-limit", "2:422", "-lenient", "-documents-optional", "-pin-optional",
		"-full-updates", "-upload-key", "-user", "me", "-token", "t0", "-key", "k0")
	get := func(url, path string) (int, string) {
		return curl(t, "curl -H 'Authorization: token t0' "+url+path, "")
	}
	post := func(url, path, body string) (int, string) {
		return curl(t, "curl -H 'Authorization: Bearer k0' -H 'Content-Type: application/json' -d '"+body+"' "+url+path, "")
	}
	_, body := get(url, "/_sandbox/clock")
	assert.JSONEq(t, `{"now":"2026-05-04T10:00:00Z"}`, body)
	status, body := get(url, "/origination/porting/port_requests?colour=red")
	assert.Equal(t, 200, status, body)
	status, body = post(url, "/origination/porting/portability_checks", `{"phone_numbers":[{"phone_number":"+12065550100"}]}`)
	assert.Equal(t, 201, status)
	assert.Contains(t, body, "Ostrich Bell")
	number := `{"phone_number":"+12065550100"}`
	status, _ = post(url, "/origination/porting/portability_checks", `{"phone_numbers":[`+number+","+number+","+number+`]}`)
	assert.Equal(t, 422, status)
	_, body = post(url, "/files/upload_requests", `{"content_type":"image/png"}`)
	assert.Contains(t, body, `"key":`)
	_, body = post(url, "/_sandbox/port_requests", `{"numbers":["+12065550100"]}`)
	id := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(body)[1]
	_, _ = post(url, "/_sandbox/advance", `{"by":"30m"}`)
	_, body = get(url, "/origination/porting/port_requests/"+id)
	assert.Contains(t, body, "foc-date-confirmed")
	_, body = get(url, "/_sandbox/snapshot")
	for _, set := range []string{"documents_optional", "pin_optional", "full_updates"} {
		assert.Regexp(t, `"`+set+`": true`, body)
	}

	require.NoError(t, os.WriteFile(snapshot, []byte(body), 0o600))
	_, again := serve(t, "-speed", "0", "-restore", snapshot, "-token", "t0", "-control=false")
	status, _ = get(again, "/origination/porting/port_requests/"+id)
	assert.Equal(t, 200, status)
	status, body = get(again, "/_sandbox/clock")
	assert.Equal(t, 404, status)
	assert.Contains(t, body, "the control routes are off")
}

// TestNetwork reads what the sandbox says when other machines can reach it.
func TestNetwork(t *testing.T) {
	t.Parallel()
	printed, url := serve(t, "-address", "0.0.0.0:0", "-storage-address", "0.0.0.0:0", "-network", "sandbox", "-remote-control")
	assert.True(t, strings.HasPrefix(url, "http://sandbox:"), url)
	assert.Contains(t, printed, "WARNING: other machines can reach this sandbox")
	assert.Contains(t, printed, "WARNING: the control routes answer other machines as well")
	status, _ := curl(t, "curl "+strings.Replace(url, "sandbox", "127.0.0.1", 1)+"/_sandbox/", "")
	assert.Equal(t, 200, status)

	printed, _ = serve(t)
	assert.NotContains(t, printed, "WARNING")
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
		"no hostname":     {[]string{"-network", "a b", "-address", ":0"}, "is no hostname"},
		"storage address": {[]string{"-storage-address", ":0", "-address", "127.0.0.1:0"}, "isn't on loopback"},
		"remote, but off": {[]string{"-remote-control", "-control=false"}, "-remote-control goes without"},
		"no start":        {[]string{"-start", "today"}, "-start"},
		"no timing":       {[]string{"-timing", "lunch=1h"}, `there is no timing "lunch"`},
		"no time":         {[]string{"-timing", "in_process=long"}, "-timing"},
		"no number":       {[]string{"-number", `555={}`}, "not an E.164 number"},
		"no behavior":     {[]string{"-number", `+12065550100={"behavior":"sulk"}`}, "unknown behavior"},
		"no such fate":    {[]string{"-number", `+12065550100={"colour":"red"}`}, "colour"},
		"no limit":        {[]string{"-check-limit", "0"}, "a limit is at least 1"},
		"no such limit":   {[]string{"-check-limit", "many"}, "invalid syntax"},
		"wrong status":    {[]string{"-check-limit", "9:500"}, "the status 413 or 422"},
		"lenient or not":  {[]string{"-lenient=maybe"}, "must be true or false"},
		"no snapshot":     {[]string{"-restore", "nowhere.json", "-address", "127.0.0.1:0"}, "nowhere.json"},
		"other snapshot":  {[]string{"-restore", "main.go", "-address", "127.0.0.1:0"}, "not a snapshot"},
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
	var help strings.Builder
	require.ErrorIs(t, run(t.Context(), []string{"-help"}, &help), flag.ErrHelp)
	assert.Contains(t, help.String(), "for 10 real minutes at least")
	require.Error(t, run(t.Context(), []string{"-address", "127.0.0.1:0"}, broken{}))
}

// broken is an output that nothing can be written to.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }
