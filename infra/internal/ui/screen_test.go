package ui_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func env(m map[string]string) func(string) string { return func(name string) string { return m[name] } }

func TestColoured(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  map[string]string
		want bool
	}{
		{"terminal", map[string]string{"TERM": "xterm"}, true},
		{"NO_COLOR", map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, false},
		{"NO_COLOR with any value", map[string]string{"NO_COLOR": "false"}, false},
		{"dumb", map[string]string{"TERM": "dumb"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ui.Coloured(env(tt.env)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestNoTerminalNoColour(t *testing.T) {
	var b bytes.Buffer
	s := ui.New(&b, env(nil))
	s.Printf("%s %s %s", s.Good("a"), s.Bad("b"), s.Bold("c"))
	if got := b.String(); got != "a b c" {
		t.Errorf("buffer: %q", got)
	}
	f, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := ui.New(f, env(nil)).Good("a"); got != "a" {
		t.Errorf("file: %q", got)
	}
}

func TestPaint(t *testing.T) {
	var b bytes.Buffer
	s := ui.Paint(&b, true)
	s.Printf("%s", s.Good("a")+s.Bad(""))
	if got, want := b.String(), "\x1b[32ma\x1b[0m"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
