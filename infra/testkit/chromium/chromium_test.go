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
