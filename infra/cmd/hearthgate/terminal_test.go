package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
)

// sits starts a command of the owner in a terminal.
func (o *owner) sits(env []string, args ...string) *terminal.Terminal {
	o.t.Helper()
	path, err := hearthgate()
	if err != nil {
		o.t.Fatal(err)
	}
	return o.opens(exec.Command(path, args...), env)
}

// sitsAt starts a command of the owner in a terminal of so many columns.
func (o *owner) sitsAt(columns int, args ...string) *terminal.Terminal {
	o.t.Helper()
	path, err := hearthgate()
	if err != nil {
		o.t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = o.clone, append(cmd.Environ(), o.env...)
	return terminal.Start(o.t, cmd, columns)
}

// opens starts a command in a terminal.
func (o *owner) opens(cmd *exec.Cmd, env []string) *terminal.Terminal {
	o.t.Helper()
	cmd.Dir, cmd.Env = o.clone, append(append(cmd.Environ(), o.env...), env...)
	return terminal.Start(o.t, cmd, 0)
}

func TestATerminal(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "init", "--locale", "de-DE", "--url", homeURL), 0)
	t.Run("the token is not shown", func(t *testing.T) {
		term := o.sits(nil, "token")
		term.Answer("it is not shown", canary)
		code, shown := term.End()
		if code != 0 || strings.Contains(shown, canary) || !strings.Contains(shown, "version 1") {
			t.Errorf("code %d: %s", code, shown)
		}
		if p := o.cloud.Parameter("eu-west-1", "/hearthgate/dev/home-assistant/token"); p == nil || p.Value != canary {
			t.Errorf("parameter %+v", p)
		}
	})
	t.Run("nor are secret headers", func(t *testing.T) {
		term := o.sits(nil, "headers", "--offline")
		term.Answer("CF-Access-Client-Id (it is not shown)", "canary-id")
		term.Answer("CF-Access-Client-Secret (it is not shown)", "canary-secret")
		code, shown := term.End()
		if code != 0 || strings.Contains(shown, "canary") || !strings.Contains(shown, "/hearthgate/dev/home-assistant/headers, version 1") {
			t.Errorf("code %d: %s", code, shown)
		}
	})
	t.Run("colour", func(t *testing.T) {
		for env, want := range map[string]bool{"NO_COLOR=": true, "NO_COLOR=1": false} {
			code, shown := o.sits([]string{"TERM=xterm", env}, "doctor").End()
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
			term.Interrupt(tt.question)
			_, shown := term.End()
			if !strings.Contains(shown, "stopped\r\ncode 130") || strings.Contains(shown, "-echo ") || strings.Contains(shown, "-icanon") {
				t.Errorf("it shows %s", shown)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(o.clone, "config/stages/dev.json")); err != nil {
		t.Error(err)
	}
}
