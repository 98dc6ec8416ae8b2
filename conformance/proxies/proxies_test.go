package proxies

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/pem"
	"flag"
	"fmt"
	"log"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

var (
	full     = flag.Bool("full", false, "make all calls, instead of so many that the tests last some seconds")
	required = flag.Bool("required", false, "fail where nginx or HAProxy is missing")
)

// certificates is the folder with those of the proxies. Their authority is made for the run.
var certificates string

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run makes the authority one of the system's, which are read once: so the client's own pool trusts it.
func run(m *testing.M) int {
	if err := flag.Set("test.parallel", "32"); err != nil { // most of the time the tests wait, each for itself
		log.Print(err)
		return 1
	}
	flag.Parse()
	dir, err := os.MkdirTemp("", "porting-proxies-")
	if err != nil {
		log.Print(err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	certificates = dir
	if err := issue(dir); err != nil {
		log.Print(err)
		return 1
	}
	if err := os.Setenv("SSL_CERT_FILE", filepath.Join(dir, "authority.pem")); err != nil {
		log.Print(err)
		return 1
	}
	return m.Run()
}

// issue makes a certificate authority, and a certificate of it for 127.0.0.1.
func issue(dir string) error {
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serverKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	authority := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "proxies in tests"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageCertSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		NotBefore:    authority.NotBefore,
		NotAfter:     authority.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	authorityCert, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	if err != nil {
		return err
	}
	serverCert, err := x509.CreateCertificate(rand.Reader, server, authority, serverKey.Public(), authorityKey)
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(serverKey)
	if err != nil {
		return err
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: serverCert})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	for name, data := range map[string][]byte{
		"authority.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorityCert}),
		"server.pem":    cert,
		"server.key":    private,
		"both.pem":      append(cert, private...),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

var (
	//go:embed nginx.conf.tmpl
	nginxConfig string
	//go:embed haproxy.cfg.tmpl
	haproxyConfig string
)

// A program is a proxy that the distribution has. It runs in the foreground with the arguments and its configuration.
type program struct {
	name   string
	config string
	args   []string
}

var (
	nginx   = program{"nginx", nginxConfig, []string{"-e", os.DevNull, "-c"}}
	haproxy = program{"haproxy", haproxyConfig, []string{"-db", "-q", "-f"}}
)

// path is where the program is. The test is skipped where it isn't installed.
func (p program) path(t *testing.T) string {
	t.Helper()
	for _, name := range []string{p.name, "/usr/sbin/" + p.name, "/usr/local/sbin/" + p.name} { // not in everybody's PATH
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	if *required {
		t.Fatalf("%s is not installed", p.name)
	}
	t.Skipf("skipped: %s is not installed; nothing is proved about it (conformance/proxies/run --install installs it)", p.name)
	return ""
}

// A proxy is a program that runs in front of a sandbox.
type proxy struct {
	process   *exec.Cmd
	addresses map[string]string // by the names in its configuration
	exited    chan struct{}
	output    bytes.Buffer // once it has exited
}

// start starts a program in front of a sandbox, on ports that nobody uses.
func start(t *testing.T, program program, sandbox *portingtest.Server) *proxy {
	t.Helper()
	path := program.path(t)
	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // what connects there waits
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	dir := t.TempDir()
	for _, name := range []string{"server.pem", "server.key", "both.pem"} {
		data, err := os.ReadFile(filepath.Join(certificates, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	for attempt := 1; ; attempt++ { // a port can be taken by somebody else before the proxy has it
		p := &proxy{addresses: map[string]string{}, exited: make(chan struct{})}
		configured := template.Must(template.New(program.name).Funcs(template.FuncMap{
			"listen": func(name string) (string, error) {
				address, err := freeAddress()
				p.addresses[name] = address
				return address, err
			},
		}).Parse(program.config))
		var config bytes.Buffer
		require.NoError(t, configured.Execute(&config, map[string]any{
			"Dir":     dir,
			"Root":    os.Getuid() == 0,
			"Sandbox": strings.TrimPrefix(sandbox.URL(), "http://"),
			"Silent":  silent.Addr().String(),
		}))
		file := filepath.Join(dir, program.name+".conf")
		require.NoError(t, os.WriteFile(file, config.Bytes(), 0o600))
		p.process = exec.Command(path, append(slices.Clip(program.args), file)...) //nolint:noctx // it is asked to end, so that its children do
		p.process.Stdout, p.process.Stderr = &p.output, &p.output
		require.NoError(t, p.process.Start())
		go func() {
			_ = p.process.Wait()
			close(p.exited)
		}()
		if p.listens(t) {
			t.Cleanup(p.stop)
			return p
		}
		p.stop()
		require.Less(t, attempt, 5, "%s doesn't start: %s", program.name, &p.output)
	}
}

// given are the addresses that freeAddress has returned.
var given sync.Map

// freeAddress is one on loopback whose port nobody uses. It is none of those that outgoing connections are given.
func freeAddress() (string, error) {
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20_000+mathrand.IntN(12_000))
		if _, taken := given.LoadOrStore(address, true); taken {
			continue
		}
		if listener, err := net.Listen("tcp", address); err == nil { //nolint:noctx // it doesn't wait
			return address, listener.Close()
		}
	}
	return "", fmt.Errorf("all ports are in use")
}

// listens waits until the proxy listens on all its addresses, and tells whether it does.
func (p *proxy) listens(t *testing.T) bool {
	t.Helper()
	dialer := net.Dialer{Timeout: time.Second}
	deadline := time.After(20 * time.Second)
	for _, address := range p.addresses {
		for {
			conn, err := dialer.DialContext(t.Context(), "tcp", address)
			if err == nil {
				_ = conn.Close()
				break
			}
			select {
			case <-time.After(10 * time.Millisecond):
			case <-p.exited:
				return false
			case <-deadline:
				return false
			}
		}
	}
	select {
	case <-p.exited: // somebody else listens
		return false
	case <-time.After(10 * time.Millisecond):
		return true
	}
}

// address is that of one of the proxy's servers.
func (p *proxy) address(t *testing.T, name string) string {
	t.Helper()
	address := p.addresses[name]
	require.NotEmpty(t, address, "the configuration has no %q", name)
	return address
}

// reload has nginx start anew with its configuration, as after a renewed certificate: the connections that are open end
// once what is under way has been answered.
func (p *proxy) reload(t *testing.T) {
	t.Helper()
	assert.NoError(t, p.process.Process.Signal(syscall.SIGHUP))
}

// stop ends the proxy.
func (p *proxy) stop() {
	_ = p.process.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(5 * time.Second):
		_ = p.process.Process.Kill()
		<-p.exited
	}
}

// distant is the address of a line to address, or that itself if there is no delay. The delay is for one direction.
func distant(t *testing.T, address string, delay time.Duration) string {
	t.Helper()
	if delay == 0 {
		return address
	}
	line, err := NewLine(address, delay)
	require.NoError(t, err)
	t.Cleanup(line.Close)
	return line.Addr()
}
