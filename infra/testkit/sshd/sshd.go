// Package sshd runs OpenSSH's server on a loopback port, with keys that are thrown away, and
// makes an ssh that knows them: what is typed in front of it is what a person types.
package sshd

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"testing"
	"time"
)

// Options say what is unusual about a server.
type Options struct {
	Forced string // runs in place of each command, which it has in SSH_ORIGINAL_COMMAND; default: none
	Path   string // of programs that go before those of the machine; default: none
}

// A Server is a running sshd. The name of its machine is "homeassistant".
type Server struct {
	User string // who may log in
	Bin  string // the folder of an ssh that finds the server and has its keys
	Port int

	t    testing.TB
	dir  string
	said bytes.Buffer
}

// Start runs a server for the length of a test. The test is skipped where there is no sshd,
// and fails there with CI=true.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	program, err := find("sshd")
	if err == nil {
		_, err = find("ssh")
	}
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("skipped: there is no sshd; install Debian's package openssh-server: ", err)
	}
	fatal(t, err)
	who, err := user.Current()
	fatal(t, err)
	s := &Server{User: who.Username, t: t, dir: t.TempDir()}
	s.Bin = filepath.Join(s.dir, "bin")
	fatal(t, os.Mkdir(s.Bin, 0o755))
	if os.Geteuid() == 0 {
		fatal(t, os.MkdirAll("/run/sshd", 0o755)) // where it gives up its rights
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	s.Port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	for _, name := range []string{"host", "person", "other"} {
		said, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", filepath.Join(s.dir, name)).CombinedOutput()
		if err != nil {
			t.Fatalf("ssh-keygen: %v: %s", err, said)
		}
	}
	s.write("authorized", s.read("person.pub"))
	settings := fmt.Sprintf("ListenAddress 127.0.0.1\nPort %d\nHostKey %[2]s/host\nAuthorizedKeysFile %[2]s/authorized\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n", s.Port, s.dir)
	if o.Forced != "" {
		settings += "ForceCommand " + o.Forced + "\n"
	}
	if o.Path != "" {
		settings += "SetEnv PATH=" + o.Path + ":/usr/sbin:/usr/bin:/sbin:/bin\n"
	}
	s.write("sshd_config", settings)
	s.Known("host")
	s.Key("person")
	cmd := exec.Command(program, "-D", "-e", "-f", filepath.Join(s.dir, "sshd_config"))
	cmd.Stderr = &s.said
	fatal(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		kill := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
		if t.Failed() {
			t.Logf("sshd: %.4000s", s.said.String())
		}
	})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", s.Port))
		if err == nil {
			conn.Close()
			return s
		}
		if time.Now().After(end) {
			t.Fatalf("sshd does not start: %s", s.said.String())
		}
	}
}

// Known has the ssh know the server by a key: that of "host", or an "other" one.
func (s *Server) Known(key string) {
	s.write("known_hosts", fmt.Sprintf("[127.0.0.1]:%d %s", s.Port, s.read(key+".pub")))
}

// Key has the ssh log in with a key: that of a "person" whom the server knows, or an "other"
// one. At the port nothing needs to listen any more.
func (s *Server) Key(key string) {
	program, err := find("ssh")
	fatal(s.t, err)
	s.write("ssh_config", fmt.Sprintf("Host homeassistant\nHostName 127.0.0.1\nPort %d\nIdentityFile %[2]s/%s\nIdentitiesOnly yes\nUserKnownHostsFile %[2]s/known_hosts\nGlobalKnownHostsFile none\nStrictHostKeyChecking yes\nBatchMode yes\n", s.Port, s.dir, key))
	s.write("bin/ssh", fmt.Sprintf("#!/bin/sh\nexec %s -F %s/ssh_config \"$@\"\n", program, s.dir))
	fatal(s.t, os.Chmod(filepath.Join(s.Bin, "ssh"), 0o755))
}

// find returns a program of the machine, those of its administrator included.
func find(name string) (string, error) {
	if program, err := exec.LookPath(name); err == nil {
		return program, nil
	}
	return exec.LookPath("/usr/sbin/" + name)
}

func (s *Server) write(name, text string) {
	s.t.Helper()
	fatal(s.t, os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600))
}

func (s *Server) read(name string) string {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	fatal(s.t, err)
	return string(b)
}

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
