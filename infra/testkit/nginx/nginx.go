// Package nginx puts Debian's nginx in front of a home, as its owner would: with TLS, and,
// if it is asked to, letting in only who shows a client certificate. For tests only.
package nginx

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/project/procgroup"
)

// Options say what the proxy does.
type Options struct {
	Upstream string // address of what is behind it
	Clients  string // PEM of the authorities whose client certificates are let in; default: everyone is
	Revoked  string // PEM of their list of revocations; default: none
}

// A Proxy is an nginx in front of something. It is not safe for concurrent use.
type Proxy struct {
	URL       string
	Authority *Authority // that signed its certificate

	dir     string
	own     Identity
	port    int
	options Options
	process *procgroup.Process
}

// Start starts a proxy, for the length of the test. Without nginx the test is skipped, and
// fails in CI.
func Start(t testing.TB, o Options) *Proxy {
	t.Helper()
	if _, err := program(); err != nil {
		const text = "skipped: nginx is missing: install Debian's package nginx-light"
		if os.Getenv("CI") == "true" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	authority, err := NewAuthority("an authority of nginx")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Authority: authority, dir: t.TempDir(), options: o}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	p.URL = fmt.Sprintf("https://127.0.0.1:%d", p.port)
	t.Cleanup(p.Kill)
	if err := errors.Join(p.Renew(), p.Run()); err != nil {
		t.Fatal(err)
	}
	return p
}

// program finds nginx, which ordinary users do not have on their path.
func program() (string, error) {
	if path, err := exec.LookPath("nginx"); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/nginx")
}

// Renew gives the proxy a new certificate with a new key, from its next start on.
func (p *Proxy) Renew() error {
	var err error
	if p.own, err = p.Authority.Sign("127.0.0.1", time.Now().Add(24*time.Hour)); err != nil {
		return err
	}
	return errors.Join(p.write("server.pem", p.own.Certificate), p.write("key.pem", p.own.Key))
}

func (p *Proxy) write(name, text string) error {
	return os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600)
}

// Run starts a stopped proxy at its port, and returns when it listens.
func (p *Proxy) Run() error {
	var clients strings.Builder
	if p.options.Clients != "" {
		fmt.Fprintf(&clients, "ssl_client_certificate %s/clients.pem; ssl_verify_client on; ", p.dir)
	}
	if p.options.Revoked != "" {
		fmt.Fprintf(&clients, "ssl_crl %s/revoked.pem;", p.dir)
	}
	conf := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log info;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
	server {
		listen 127.0.0.1:%[2]d ssl;
		ssl_certificate %[1]s/server.pem; ssl_certificate_key %[1]s/key.pem; %[3]s
		location / { proxy_pass %[4]s; proxy_http_version 1.1; proxy_next_upstream off; }
	}
}
`, p.dir, p.port, &clients, p.options.Upstream)
	if err := errors.Join(p.write("nginx.conf", conf), p.write("clients.pem", p.options.Clients), p.write("revoked.pem", p.options.Revoked)); err != nil {
		return err
	}
	nginx, err := program()
	if err != nil {
		return err
	}
	cmd := exec.Command(nginx, "-p", p.dir, "-c", filepath.Join(p.dir, "nginx.conf"), "-e", filepath.Join(p.dir, "error.log"))
	if p.process, err = procgroup.Start(cmd); err != nil {
		return err
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", p.port))
		if err == nil {
			return conn.Close()
		}
		if time.Now().After(end) {
			log, _ := os.ReadFile(filepath.Join(p.dir, "error.log"))
			return fmt.Errorf("nginx does not start: %w: %.1000s", err, log)
		}
	}
}

// Kill ends the proxy at once, in the middle of whatever it does.
func (p *Proxy) Kill() {
	if p.process != nil {
		p.process.Kill()
		p.process = nil
	}
}

// Pin returns the base64 of the SHA-256 of the key that the proxy has from its next start on.
func (p *Proxy) Pin() string { return p.own.Pin }
