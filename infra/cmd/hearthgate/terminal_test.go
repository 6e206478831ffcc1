package main_test

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

// A terminal is one in front of which somebody runs hearthgate.
type terminal struct {
	t    *testing.T
	cmd  *exec.Cmd
	keys io.Writer
	done chan struct{} // closed when nothing more is shown

	mu   sync.Mutex
	seen bytes.Buffer // guarded by mu
}

// sits starts a command of the owner in a terminal.
func (o *owner) sits(env []string, args ...string) *terminal {
	o.t.Helper()
	path, err := hearthgate()
	if err != nil {
		o.t.Fatal(err)
	}
	return o.opens(exec.Command(path, args...), env)
}

// opens starts a command in a terminal.
func (o *owner) opens(cmd *exec.Cmd, env []string) *terminal {
	o.t.Helper()
	term := &terminal{t: o.t, cmd: cmd, done: make(chan struct{})}
	term.cmd.Dir, term.cmd.Env = o.clone, append(append(term.cmd.Environ(), o.env...), env...)
	f, err := pty.Start(term.cmd)
	if err != nil {
		o.t.Fatal(err)
	}
	term.keys = f
	go func() {
		defer close(term.done)
		io.Copy(term, f)
	}()
	o.t.Cleanup(func() {
		term.cmd.Process.Kill()
		f.Close()
		<-term.done
	})
	return term
}

// Write takes what is shown.
func (term *terminal) Write(b []byte) (int, error) {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.seen.Write(b)
}

func (term *terminal) shows() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.seen.String()
}

// answers types a line once a question is shown.
func (term *terminal) answers(question, line string) {
	term.t.Helper()
	term.types(question, line+"\r")
}

// interrupts types Ctrl-C once a question is shown.
func (term *terminal) interrupts(question string) {
	term.t.Helper()
	term.types(question, "\x03")
}

func (term *terminal) types(question, keys string) {
	term.t.Helper()
	term.waits(question)
	io.WriteString(term.keys, keys)
}

// waits waits until something is shown.
func (term *terminal) waits(question string) {
	term.t.Helper()
	for range 2000 {
		if strings.Contains(term.shows(), question) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	term.t.Fatalf("no question %q in %s", question, term.shows())
}

// ends waits for the end and returns the exit code and what was shown.
func (term *terminal) ends() (int, string) {
	term.cmd.Wait()
	<-term.done
	return term.cmd.ProcessState.ExitCode(), term.shows()
}

func TestATerminal(t *testing.T) {
	o := newOwner(t)
	t.Run("questions", func(t *testing.T) {
		term := o.sits(nil, "init")
		term.answers("Locale of your Amazon account", "german")
		term.answers("no region is known", "de-DE")
		term.answers("Address of Home Assistant", homeURL)
		term.answers("stored or linked", "")
		term.answers("Id of the Smart Home skill", "")
		term.answers("Id of the custom skill", "")
		term.answers("E-mail address", "")
		if code, shown := term.ends(); code != 0 || !strings.Contains(shown, "eu-west-1") {
			t.Errorf("code %d: %s", code, shown)
		}
	})
	t.Run("a change that is not wanted", func(t *testing.T) {
		term := o.sits(nil, "init", "--locale", "en-US", "--url", homeURL, "--token-source", "stored", "--smart-home-skill", "", "--custom-skill", "", "--alarm-email", "")
		term.answers("Change the file?", "")
		if code, shown := term.ends(); code != 1 || !strings.Contains(shown, "nothing was changed") {
			t.Errorf("code %d: %s", code, shown)
		}
	})
	t.Run("the token is not shown", func(t *testing.T) {
		term := o.sits(nil, "token")
		term.answers("it is not shown", canary)
		code, shown := term.ends()
		if code != 0 || strings.Contains(shown, canary) || !strings.Contains(shown, "version 1") {
			t.Errorf("code %d: %s", code, shown)
		}
		if p := o.cloud.Parameter("eu-west-1", "/hearthgate/dev/home-assistant/token"); p == nil || p.Value != canary {
			t.Errorf("parameter %+v", p)
		}
	})
	t.Run("nor are secret headers", func(t *testing.T) {
		term := o.sits(nil, "headers", "--offline")
		term.answers("CF-Access-Client-Id (it is not shown)", "canary-id")
		term.answers("CF-Access-Client-Secret (it is not shown)", "canary-secret")
		code, shown := term.ends()
		if code != 0 || strings.Contains(shown, "canary") || !strings.Contains(shown, "/hearthgate/dev/home-assistant/headers, version 1") {
			t.Errorf("code %d: %s", code, shown)
		}
	})
	t.Run("colour", func(t *testing.T) {
		for env, want := range map[string]bool{"NO_COLOR=": true, "NO_COLOR=1": false} {
			code, shown := o.sits([]string{"TERM=xterm", env}, "doctor").ends()
			if code != 2 || strings.Contains(shown, "\x1b[31m") != want {
				t.Errorf("%s: code %d, %q", env, code, shown)
			}
		}
	})
}

func TestCtrlC(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL), 0)
	path, err := hearthgate()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ command, question string }{
		{"init", "Locale of your Amazon account"},
		{"init --locale en-US --url " + homeURL + " --token-source stored --smart-home-skill= --custom-skill= --alarm-email=", "Change the file?"},
		{"token", "it is not shown"},
		{"headers", "CF-Access-Client-Id (it is not shown)"},
	} {
		t.Run(tt.command, func(t *testing.T) {
			// The shell stays, to show what became of the terminal.
			script := `trap : INT; "$0" ` + tt.command + `; echo code $?; stty -a`
			term := o.opens(exec.Command("sh", "-c", script, path), nil)
			term.interrupts(tt.question)
			_, shown := term.ends()
			if !strings.Contains(shown, "stopped\r\ncode 130") || strings.Contains(shown, "-echo ") || strings.Contains(shown, "-icanon") {
				t.Errorf("it shows %s", shown)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(o.clone, "config/stages/dev.json")); err != nil {
		t.Error(err)
	}
}
