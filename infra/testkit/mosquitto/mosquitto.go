// Package mosquitto runs Eclipse Mosquitto, which was not written with hearthgate, as the
// broker of a relay. It has neither AWS's policies nor its signatures; homes need a
// certificate all the same. Debian builds it without WebSockets, so a bridge carries the
// function's.
package mosquitto

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

// A Broker is a running Mosquitto.
type Broker struct {
	Endpoint  string // host and port for WebSockets
	Port      int    // for homes, at localhost
	Authority string // PEM, that signed the broker's certificates
}

// Start runs a Mosquitto for the length of a test, which knows the certificates of homes
// that clients has signed. The test is skipped where there is none and Debian's cannot be
// fetched, and fails there with CI=true.
func Start(t testing.TB, root string, clients *broker.Broker) *Broker {
	t.Helper()
	program, libraries, err := find(t.Context(), filepath.Join(root, ".build", "mosquitto"))
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("skipped: there is no mosquitto: ", err)
	}
	fatal(t, err)
	ca, err := faultyhome.NewCA()
	fatal(t, err)
	conf, err := ca.TLS(faultyhome.Certificate{Host: "localhost"})
	fatal(t, err)
	dir, plain, secure := t.TempDir(), freePort(t), freePort(t)
	key, err := x509.MarshalPKCS8PrivateKey(conf.Certificates[0].PrivateKey)
	fatal(t, err)
	files := map[string]string{
		"server.pem":  string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: conf.Certificates[0].Certificate[0]})),
		"key.pem":     string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
		"clients.pem": clients.Authority(),
	}
	for name, text := range files {
		fatal(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	settings := filepath.Join(dir, "mosquitto.conf")
	fatal(t, os.WriteFile(settings, fmt.Appendf(nil, "user root\nallow_anonymous true\nlistener %d 127.0.0.1\nlistener %d 127.0.0.1\ncertfile %[3]s/server.pem\nkeyfile %[3]s/key.pem\ncafile %[3]s/clients.pem\nrequire_certificate true\n", plain, secure, dir), 0o644))
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "-c", settings)
	cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+libraries)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	fatal(t, cmd.Start())
	t.Cleanup(func() { stop(); _ = cmd.Wait() })
	await(t, plain)
	await(t, secure)
	door := httptest.NewUnstartedServer(bridge(plain))
	door.TLS = conf
	door.StartTLS()
	t.Cleanup(door.Close)
	_, port, _ := net.SplitHostPort(door.Listener.Addr().String())
	return &Broker{Endpoint: "localhost:" + port, Port: secure, Authority: ca.PEM}
}

// bridge carries the messages of WebSockets to a port and back.
func bridge(port int) http.Handler {
	up := websocket.Upgrader{Subprotocols: []string{"mqtt"}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err != nil {
			return
		}
		defer conn.Close()
		go func() {
			defer ws.Close()
			b := make([]byte, 32<<10)
			for {
				n, err := conn.Read(b)
				if err != nil || ws.WriteMessage(websocket.BinaryMessage, b[:n]) != nil {
					return
				}
			}
		}()
		for {
			_, message, err := ws.NextReader()
			if err != nil {
				return
			}
			if _, err := io.Copy(conn, message); err != nil {
				return
			}
		}
	})
}

// find returns the program and where its libraries are: the machine's own, or Debian's,
// unpacked into dir. It installs nothing.
func find(ctx context.Context, dir string) (program, libraries string, err error) {
	if program, err := exec.LookPath("mosquitto"); err == nil {
		return program, "", nil
	}
	program = filepath.Join(dir, "root", "usr", "sbin", "mosquitto")
	found := func() bool {
		all, _ := filepath.Glob(filepath.Join(dir, "root", "usr", "lib", "*-linux-gnu"))
		if len(all) > 0 {
			libraries = all[0]
		}
		_, err := os.Stat(program)
		return err == nil
	}
	if found() {
		return program, libraries, nil
	}
	if err := os.MkdirAll(filepath.Join(dir, "partial"), 0o755); err != nil {
		return "", "", err
	}
	if said, err := exec.CommandContext(ctx, "apt-get", "install", "--yes", "--reinstall", "--download-only", "--no-install-recommends", "-o", "Debug::NoLocking=1", "-o", "Dir::Cache::archives="+dir, "mosquitto").CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("apt-get cannot fetch it: %w: %.500s", err, said)
	}
	packages, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil {
		return "", "", err
	}
	for _, p := range packages {
		if said, err := exec.CommandContext(ctx, "dpkg", "-x", p, filepath.Join(dir, "root")).CombinedOutput(); err != nil {
			return "", "", fmt.Errorf("dpkg cannot unpack it: %w: %.500s", err, said)
		}
	}
	if !found() {
		return "", "", errors.New("the package of Debian has no /usr/sbin/mosquitto")
	}
	return program, libraries, nil
}

// freePort returns a port on which nothing listens now.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// await waits until something listens at a port.
func await(t testing.TB, port int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; {
		conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatal("mosquitto does not start: ", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
