package chromium_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/chromium"
)

// TestStart starts a browser, which the next test does without one.
func TestStart(t *testing.T) {
	b := chromium.Start(t)
	b.Open("data:text/html,<h1>it works</h1>")
	b.Sees("h1", "it works")
}

// TestClickOfWhatMoves clicks a button that the first click misses: the page moves it as
// soon as the mouse is over it.
func TestClickOfWhatMoves(t *testing.T) {
	b := chromium.Start(t)
	b.Open(`data:text/html,<p id=said>no</p><button onmouseover="if (!this.style.position) this.style = 'position:absolute;left:300px;top:300px'" onclick="said.innerText = 'yes'">say</button>`)
	b.Click("button")
	b.Sees("#said", "yes")
}

// TestWithoutChromium runs a test where there is no Chromium: it is skipped and says so,
// and fails in CI.
func TestWithoutChromium(t *testing.T) {
	for ci, want := range map[string]struct {
		code int
		text string
	}{"": {0, "--- SKIP"}, "true": {1, "--- FAIL"}} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestStart$", "-test.v")
		cmd.Env = append(os.Environ(), "PATH=", "CI="+ci)
		said, _ := cmd.CombinedOutput() // the code says how it ended
		if code := cmd.ProcessState.ExitCode(); code != want.code || !strings.Contains(string(said), want.text) || !strings.Contains(string(said), "skipped: Chromium is missing; install it") {
			t.Errorf("with CI=%q: code %d, want %d: %s", ci, code, want.code, said)
		}
	}
}
