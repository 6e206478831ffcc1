// Package mosquitto runs Eclipse Mosquitto, which was not written with hearthgate, as the
// broker of a relay: the function comes by its WebSockets, and the home with a certificate.
// Its lists of rights are compiled from the policies of the stack.
//
// Four things that AWS IoT Core judges it cannot: the signature in the address of a
// WebSocket, which it does not read; the function's client id, as it has no name for who
// comes there; the right to subscribe, since it refuses no filter and withholds the messages
// instead; and RetainPublish, which is a right to publish. Package broker judges them.
package mosquitto

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/testkit/testnet"
)

// A Broker is a running Mosquitto that has the relay of one stage.
type Broker struct {
	dir       string
	ports     [2]int // for homes, and for WebSockets
	command   func() *exec.Cmd
	authority *authority

	mu      sync.Mutex
	process *exec.Cmd // guarded by mu; nil while it does not run
	said    bytes.Buffer
}

// Start runs a Mosquitto with the relay of a stage for the length of a test. The test is
// skipped where there is none and Debian's cannot be fetched, and fails there with CI=true.
func Start(t testing.TB, root, stage string) *Broker {
	t.Helper()
	program, libraries, err := find(t.Context(), filepath.Join(root, ".build", "mosquitto"))
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("skipped: there is no mosquitto: ", err)
	}
	fatal(t, err)
	b := &Broker{dir: t.TempDir()}
	b.authority, err = newAuthority()
	fatal(t, err)
	for i := range b.ports {
		b.ports[i], err = testnet.FreePort()
		fatal(t, err)
	}
	fatal(t, b.configure(stage))
	b.command = func() *exec.Cmd {
		cmd := exec.Command(program, "-c", filepath.Join(b.dir, "mosquitto.conf"))
		cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+libraries)
		cmd.Stdout, cmd.Stderr = &b.said, &b.said
		return cmd
	}
	t.Cleanup(func() {
		b.Close()
		if t.Failed() {
			t.Logf("mosquitto: %.4000s", b.said.String())
		}
	})
	fatal(t, b.run())
	return b
}

// configure writes the files that Mosquitto reads.
func (b *Broker) configure(stage string) error {
	home, err := compile(broker.Options{}.HomePolicy(stage))
	if err != nil {
		return err
	}
	function, err := compile(broker.Options{}.FunctionPolicy(stage))
	if err != nil {
		return err
	}
	certificate, key, err := b.authority.server()
	if err != nil {
		return err
	}
	revoked, err := b.authority.revocations()
	if err != nil {
		return err
	}
	// A Mosquitto of this version starts only if it has a port without WebSockets. It takes
	// the name in a home's certificate for the client's id, whichever the client gives.
	const conf = `user root
per_listener_settings true
set_tcp_nodelay true

listener %[2]d 127.0.0.1
certfile %[1]s/server.pem
keyfile %[1]s/key.pem
cafile %[1]s/authority.pem
crlfile %[1]s/revoked.pem
require_certificate true
use_identity_as_username true
use_username_as_clientid true
acl_file %[1]s/home.acl

listener %[3]d 127.0.0.1
protocol websockets
certfile %[1]s/server.pem
keyfile %[1]s/key.pem
allow_anonymous true
acl_file %[1]s/function.acl
`
	for name, text := range map[string]string{
		"server.pem": certificate, "key.pem": key, "authority.pem": b.authority.pem(), "revoked.pem": revoked,
		"home.acl": "user " + home.client + "\n" + home.topics, "function.acl": function.topics,
		"mosquitto.conf": fmt.Sprintf(conf, b.dir, b.ports[0], b.ports[1]),
	} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// run starts the process and returns when it listens.
func (b *Broker) run() error {
	cmd := b.command()
	if err := cmd.Start(); err != nil {
		return err
	}
	b.mu.Lock()
	b.process = cmd
	b.mu.Unlock()
	for _, port := range b.ports {
		if err := await(port); err != nil {
			b.Close()
			return fmt.Errorf("mosquitto does not start: %w: %.1000s", err, b.said.String())
		}
	}
	return nil
}

// Close ends the process. It may be called more than once.
func (b *Broker) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.process == nil {
		return
	}
	const patience = 5 * time.Second
	_ = b.process.Process.Signal(os.Interrupt)
	kill := time.AfterFunc(patience, func() { _ = b.process.Process.Kill() })
	_ = b.process.Wait()
	kill.Stop()
	b.process = nil
}

// Restart closes the broker and starts it at the same ports. Retained messages are lost.
func (b *Broker) Restart() error {
	b.Close()
	return b.run()
}

// Stage makes both ends of the relay of a stage. Those of another one than it was started
// with have no rights.
func (b *Broker) Stage(name string) (s broker.Stage, err error) {
	var request []byte
	if s.Key, request, err = broker.Request("hearthgate"); err != nil {
		return s, err
	}
	if s.Certificate, err = b.authority.sign(request, relay.HomeClient(name)); err != nil {
		return s, err
	}
	s.Pairing = relay.Pairing{Stage: name, Endpoint: "localhost", Port: b.ports[0], Certificate: s.Certificate.PEM, Authority: b.authority.pem()}
	s.Environment = append(broker.NewCredentials().Environment("us-east-1"),
		config.EnvStage+"="+name, config.EnvConnection+"="+string(config.Relay),
		config.EnvRelayEndpoint+"="+fmt.Sprint("localhost:", b.ports[1]), config.EnvCA+"="+b.authority.pem())
	return s, nil
}

// Revoke makes a certificate invalid. Mosquitto reads its list when it starts.
func (b *Broker) Revoke(id string) error {
	b.authority.revoke(id)
	text, err := b.authority.revocations()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(b.dir, "revoked.pem"), []byte(text), 0o600); err != nil {
		return err
	}
	return b.Restart()
}

// await waits until something listens at a port.
func await(port int) error {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			return conn.Close()
		}
		if time.Now().After(end) {
			return err
		}
	}
}

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
