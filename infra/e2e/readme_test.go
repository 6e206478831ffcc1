package e2e_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// commandsOf returns the commands that the README shows in a section: the lines that
// are indented by four spaces.
func commandsOf(t testing.TB, section string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), "\n## "+section+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	var commands []string
	for line := range strings.Lines(text) {
		if command, ok := strings.CutPrefix(line, "    "); ok && !strings.HasPrefix(command, " ") {
			commands = append(commands, strings.TrimSpace(command))
		}
	}
	if len(commands) == 0 {
		t.Fatalf("the README shows no command below %q", section)
	}
	return commands
}

// An answer is what a person types when a question is shown.
type answer struct{ question, line string }

// reads types the README's commands into a shell in a terminal, with the answers to
// what they ask, and returns what was shown.
func (o *owner) reads(commands []string, answers ...answer) string {
	o.t.Helper()
	script := filepath.Join(o.t.TempDir(), "commands")
	text := "set -e\n" + strings.Join(commands, "\n") + "\n"
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
	shell := exec.Command("bash", script)
	shell.Dir, shell.Env = o.clone, append(o.env, "TERM=dumb")
	keys, err := pty.Start(shell)
	if err != nil {
		o.t.Fatal(err)
	}
	defer keys.Close()
	var shown screen
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		io.Copy(&shown, keys)
	}()
	for _, a := range answers {
		if !shown.waits(a.question, ended) {
			shell.Process.Kill()
			o.t.Fatalf("nobody asked %q:\n%s", a.question, shown.String())
		}
		io.WriteString(keys, a.line+"\r")
	}
	err = shell.Wait()
	<-ended
	if said := shown.String(); err != nil || strings.Contains(said, o.token) {
		o.t.Fatalf("%v, or the token is shown:\n%s", err, said)
	}
	return shown.String()
}

// A screen is what a terminal has shown.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
	read int          // guarded by mu; up to where it was answered
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// waits reports whether a question comes after the last one, before the end.
func (s *screen) waits(question string, ended <-chan struct{}) bool {
	every := time.NewTicker(10 * time.Millisecond)
	defer every.Stop()
	for {
		s.mu.Lock()
		at := strings.Index(s.text.String()[s.read:], question)
		if at >= 0 {
			s.read += at + len(question)
		}
		s.mu.Unlock()
		if at >= 0 {
			return true
		}
		select {
		case <-ended:
			return false
		case <-every.C:
		}
	}
}
