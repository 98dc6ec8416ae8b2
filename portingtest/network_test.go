package portingtest_test

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// TestNetwork serves a sandbox that other machines reach by a name.
func TestNetwork(t *testing.T) {
	t.Parallel()
	s, err := portingtest.Listen("0.0.0.0:0", portingtest.WithNetwork("sandbox"), portingtest.WithControl(), portingtest.WithStorageAddress("0.0.0.0:0"))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	api, err := url.Parse(s.URL())
	require.NoError(t, err)
	storage, err := url.Parse(s.StorageURL())
	require.NoError(t, err)
	assert.Equal(t, "sandbox", api.Hostname())
	assert.Equal(t, "sandbox", storage.Hostname())

	// A client that resolves the name, as the one of a container network does.
	client := &http.Client{Transport: &http.Transport{Proxy: func(r *http.Request) (*url.URL, error) {
		return &url.URL{Scheme: "http", Host: net.JoinHostPort("127.0.0.1", r.URL.Port())}, nil
	}}}
	defer client.CloseIdleConnections()
	r := newCall(t, s, "POST", "/files/upload_requests", `{"content_type":"application/pdf"}`)
	answer, err := client.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusCreated, answer.StatusCode)
	assert.Contains(t, string(body), `"url":"`+s.StorageURL()+`"`)

	for address, opts := range map[string][]portingtest.Option{
		"0.0.0.0:0":   nil,
		":0":          {portingtest.WithRemoteControl()},
		"127.0.0.1:0": {portingtest.WithStorageAddress("0.0.0.0:0")},
	} {
		_, err := portingtest.Listen(address, opts...)
		require.ErrorContains(t, err, "isn't on loopback", address)
	}
	for _, name := range []string{"a b", "http://sandbox", "sandbox:8642", "sandbox/"} {
		_, err := portingtest.Listen("0.0.0.0:0", portingtest.WithNetwork(name))
		require.ErrorContains(t, err, "is no hostname", name)
	}
}

// TestHTTP2 speaks HTTP/2 without TLS to both hosts.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	s := open(t)
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()

	answer, err := transport.RoundTrip(newCall(t, s, "POST", draftsPath, numbersBody("+12065550100")))
	require.NoError(t, err)
	answer.Body.Close()
	assert.Equal(t, http.StatusCreated, answer.StatusCode)
	assert.Equal(t, 2, answer.ProtoMajor)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.StorageURL(), nil)
	require.NoError(t, err)
	answer, err = transport.RoundTrip(r)
	require.NoError(t, err)
	answer.Body.Close()
	assert.Equal(t, 2, answer.ProtoMajor)

	s.Inject(portingtest.Fault{Operation: "Drafts.Create", Nth: 1, Effect: portingtest.DropAfter()})
	_, err = transport.RoundTrip(newCall(t, s, "POST", draftsPath, numbersBody("+12065550101"))) //nolint:bodyclose // there is none
	require.Error(t, err)
	assert.Len(t, must(t, s, http.StatusOK, "GET", draftsPath, "").list(t), 2, "it acted")

	upgrade := newCall(t, s, "GET", draftsPath, "")
	upgrade.Header.Set("Connection", "Upgrade, HTTP2-Settings")
	upgrade.Header.Set("Upgrade", "h2c")
	upgrade.Header.Set("Http2-Settings", "AAMAAABkAAQAAP__")
	assert.Equal(t, http.StatusOK, do(t, upgrade).Status, "in HTTP/1.1")
}

// TestLinksOutliveAFastClock uploads and downloads at speeds at which an hour of the
// sandbox is over before the next request.
func TestLinksOutliveAFastClock(t *testing.T) {
	t.Parallel()
	for _, speed := range []float64{86400, 1e6} {
		s := open(t, portingtest.WithClockSpeed(speed))
		f := newForm(t, s)
		for start := s.Now(); s.Now().Sub(start) < 2*time.Hour; { // a moment
			runtime.Gosched()
		}
		key := f.prefix(t) + "loa.pdf"
		stored := do(t, newUpload(t, f.URL, f.parts(key, "x")))
		require.Equal(t, http.StatusNoContent, stored.Status, "%g: %s", speed, stored.Body)
	}
	still := open(t)
	f := newForm(t, still)
	still.Advance(time.Hour)
	stored := do(t, newUpload(t, f.URL, f.parts(f.prefix(t)+"loa.pdf", "x")))
	assert.Equal(t, http.StatusForbidden, stored.Status)
	assert.Contains(t, stored.Body, "it expired")

	fast := open(t, portingtest.WithClockSpeed(60))
	draft, _ := createDraft(t, fast, "+12065550100")
	document := uploadDocument(t, fast, draft, "loa", "x")
	link := must(t, fast, http.StatusCreated, "POST", document+"/download_links", "").object(t)["url"].(string)
	assert.Contains(t, link, "X-Amz-Expires=36000")
	fast.Advance(9 * time.Hour)
	assert.Equal(t, http.StatusOK, get(t, link).Status)
	fast.Advance(time.Hour)
	assert.Equal(t, http.StatusForbidden, get(t, link).Status)
	assert.True(t, strings.HasPrefix(link, fast.StorageURL()))
}
