package wire

import (
	"crypto/tls"
	"encoding/pem"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Numbers that the sandbox treats in different ways; see [portingtest.NewServer].
const (
	wireline = "+12065550101"
	wireless = "+12065550160"
	voip     = "+12065550165"
)

// certificate is httptest's, which is the same for all servers.
var certificate tls.Certificate

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run makes httptest's certificate one of the system's, which are read once: this is the only way to reach into a
// client's own pool of connections.
func run(m *testing.M) int {
	server := httptest.NewTLSServer(nil)
	server.Close()
	certificate = server.TLS.Certificates[0]

	dir, err := os.MkdirTemp("", "porting-conformance-")
	if err != nil {
		log.Print(err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "cert.pem")
	trusted := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	if err := os.WriteFile(file, trusted, 0o600); err != nil {
		log.Print(err)
		return 1
	}
	if err := os.Setenv("SSL_CERT_FILE", file); err != nil {
		log.Print(err)
		return 1
	}
	return m.Run()
}

// needsTrust skips a test that speaks TLS with the client's own pool of connections where the system's certificates
// can't be set.
func needsTrust(t *testing.T) {
	t.Helper()
	switch runtime.GOOS {
	case "windows", "darwin", "ios":
		t.Skip("the system's certificates can't be set")
	}
}
