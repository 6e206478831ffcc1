package terminal_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
)

func TestAnswers(t *testing.T) {
	const script = `printf 'your\nname? '; read a; printf 'your name? '; read b; echo "<$a> <$b>"; exit 3`
	term := terminal.Start(t, exec.Command("sh", "-c", script), 80)
	term.Answer("name?", "one")
	term.Answer("your name?", "two")
	if code, written := term.End(); code != 3 || !strings.Contains(written, "<one> <two>") {
		t.Errorf("code %d: %s", code, written)
	}
}

func TestWrappedQuestion(t *testing.T) {
	term := terminal.Start(t, exec.Command("sh", "-c", `printf 'a long\nquestion? '; read a; echo "<$a>"`), 80)
	term.Answer("a long question?", "yes")
	if code, written := term.End(); code != 0 || !strings.Contains(written, "<yes>") {
		t.Errorf("code %d: %s", code, written)
	}
}

func TestInterrupt(t *testing.T) {
	term := terminal.Start(t, exec.Command("sh", "-c", `trap 'echo caught; exit 130' INT; echo ready; while :; do sleep 0.1; done`), 80)
	term.Interrupt("ready")
	if code, written := term.End(); code != 130 || !strings.Contains(written, "caught") {
		t.Errorf("code %d: %s", code, written)
	}
}

func TestColumns(t *testing.T) {
	term := terminal.Start(t, exec.Command("stty", "size"), 60)
	if _, written := term.End(); !strings.Contains(written, " 60") {
		t.Errorf("the size is %q", written)
	}
}

func TestRender(t *testing.T) {
	got := terminal.Render("\x1b[31mone\x1b[0m two   \r\nworking 1\r\x1b[Kdone\r\n\r\n", 20)
	if got != "one two\ndone\n" {
		t.Errorf("it shows %q", got)
	}
}

func TestBroken(t *testing.T) {
	const text = "a word at the edge\r\nhttps://home.example.com/a/long/address\r\n"
	if got := terminal.Broken(text, 16); !slices.Equal(got, []string{"edge"}) {
		t.Errorf("broken %q", got)
	}
	if got := terminal.Broken(text, 40); len(got) != 0 {
		t.Errorf("broken %q", got)
	}
}
