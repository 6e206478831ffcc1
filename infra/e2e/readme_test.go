package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
)

// commandsOf returns the commands that a document shows in a section: the lines that
// are indented by four spaces.
func commandsOf(t testing.TB, document, section string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root(t), document))
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
		t.Fatalf("%s shows no command below %q", document, section)
	}
	return commands
}

// types types commands into a shell in a terminal.
func (o *owner) types(commands ...string) *terminal.Terminal {
	o.t.Helper()
	script := filepath.Join(o.t.TempDir(), "commands")
	text := "set -e\n" + strings.Join(commands, "\n") + "\n"
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
	shell := exec.Command("bash", script)
	shell.Dir, shell.Env = o.clone, append(o.env, "TERM=dumb")
	return terminal.Start(o.t, shell, 80)
}

// An answer is what a person types when a question is shown.
type answer struct{ question, line string }

// reads types a document's commands into a shell in a terminal, with the answers to
// what they ask, and returns what was shown.
func (o *owner) reads(commands []string, answers ...answer) string {
	o.t.Helper()
	term := o.types(commands...)
	for _, a := range answers {
		term.Answer(a.question, a.line)
	}
	code, said := term.End()
	if code != 0 || strings.Contains(said, o.token) {
		o.t.Fatalf("code %d, or the token is shown:\n%s", code, said)
	}
	return said
}
