package completion_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
	"github.com/hearthgate/hearthgate/infra/internal/ui/completion"
)

func script(shell string, to io.Writer) error {
	_, err := fmt.Fprintf(to, "script of %s\n", shell)
	return err
}

// person makes a person with a home and these shells, of which zsh searches some folders.
func person(t *testing.T, fpath string, shells ...string) (home string, getenv func(string) string) {
	t.Helper()
	home, bin := t.TempDir(), t.TempDir()
	for _, name := range shells {
		program := "#!/bin/sh\necho 'welcome to " + name + "'\nprintf '%s\\n' " + strings.ReplaceAll(fpath, "~", home) + "\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(program), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)
	return home, func(name string) string { return map[string]string{"HOME": home}[name] }
}

func TestInstall(t *testing.T) {
	for _, tt := range []struct {
		name, fpath string
		shells      []string
		want        []string // files below the home, with what is said of them
	}{
		{"none", "", nil, nil},
		{"bash and fish", "", []string{"bash", "fish"}, []string{".local/share/bash-completion/completions/hearthgate", ".config/fish/completions/hearthgate.fish"}},
		{"zsh with a folder of the user", "/usr/share/zsh/functions ~/.zsh/completions ~/more", []string{"zsh"}, []string{".zsh/completions/_hearthgate"}},
		{"zsh without", "/usr/share/zsh/functions relative", []string{"zsh"}, []string{".local/share/zsh/site-functions/_hearthgate"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home, getenv := person(t, tt.fpath, tt.shells...)
			for range 2 {
				all, err := completion.Install(t.Context(), getenv, script)
				if err != nil || len(all) != len(tt.want) {
					t.Fatalf("got %v, %v", all, err)
				}
				for i, f := range all {
					text, err := os.ReadFile(f.File)
					if f.File != filepath.Join(home, tt.want[i]) || err != nil || string(text) != "script of "+f.Shell+"\n" || f.Problem != "" {
						t.Errorf("got %+v with %q, %v; want %s", f, text, err, tt.want[i])
					}
					if hinted := strings.Contains(f.Hint, "fpath=("+filepath.Dir(f.File)+" $fpath)"); hinted != (tt.name == "zsh without") {
						t.Errorf("hint %q", f.Hint)
					}
				}
			}
			removed := completion.Uninstall(t.Context(), getenv)
			if len(removed) != len(tt.want) {
				t.Errorf("removed %v, want %v", removed, tt.want)
			}
			for _, f := range removed {
				if _, err := os.Stat(f.File); !os.IsNotExist(err) || f.Problem != "" {
					t.Errorf("%+v: %v", f, err)
				}
			}
			if again := completion.Uninstall(t.Context(), getenv); len(again) != 0 {
				t.Errorf("the second time it removed %v", again)
			}
		})
	}
}

// TestNoPlace installs where nothing can be written: it says so, with what to do.
func TestNoPlace(t *testing.T) {
	for home, want := range map[string]string{"/dev/null": "hearthgate cannot be written: not a directory; check", "": "HOME is not set"} {
		person(t, "", "bash")
		all, err := completion.Install(t.Context(), func(name string) string { return map[string]string{"HOME": home}[name] }, script)
		if err != nil || len(all) != 1 || !strings.Contains(all[0].Problem, want) {
			t.Fatalf("HOME=%q: %+v, %v, want %q", home, all, err, want)
		}
		var out bytes.Buffer
		all.Show(ui.Paint(&out, false))
		if want := "was not installed: " + all[0].Problem + ". `hearthgate completion bash` prints it\n"; !strings.HasSuffix(out.String(), want) {
			t.Errorf("got %q", out.String())
		}
		if removed := completion.Uninstall(t.Context(), func(string) string { return "/dev/null" }); len(removed) != 0 {
			t.Errorf("removed %+v", removed)
		}
	}
}
