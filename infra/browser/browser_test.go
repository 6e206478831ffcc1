// Package browser_test drives the page of `hearthgate simulator --web` in a real browser:
// the built command, with the function and a home behind it.
package browser_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/chromium"
)

// built is the command that all tests run.
var built = sync.OnceValues(func() (string, error) {
	root, err := project.Root()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "browser-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "hearthgate")
	cmd := exec.Command("go", "build", "-o", path, "./infra/cmd/hearthgate")
	cmd.Dir = root
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New(string(said))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// root returns the root of the workspace.
func root(t *testing.T) string {
	t.Helper()
	dir, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// serve starts the simulator with a page and returns its address. It ends with the test,
// by Ctrl-C.
func serve(t *testing.T, env []string, args ...string) (address string) {
	t.Helper()
	return serveIn(t, root(t), env, args...)
}

// serveIn is serve for a clone in a folder.
func serveIn(t *testing.T, dir string, env []string, args ...string) (address string) {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"simulator", "--web", "--print"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "HOME_ASSISTANT_URL=", "HOME_ASSISTANT_TOKEN="), env...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGINT)
		io.Copy(io.Discard, out)
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 130 {
			t.Errorf("the simulator ended with code %d, want 130 after Ctrl-C: %s", code, said.String())
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "Open ")
	if err != nil || !ok {
		t.Fatalf("it printed %q, %v", line, err)
	}
	return address
}

// A page is that of one simulator.
type page struct {
	*chromium.Browser
	host string
}

// open opens the page of a new simulator.
func open(t *testing.T, env []string, args ...string) page {
	t.Helper()
	return openIn(t, root(t), env, args...)
}

// openIn is open for a clone in a folder.
func openIn(t *testing.T, dir string, env []string, args ...string) page {
	t.Helper()
	b := chromium.Start(t)
	address := serveIn(t, dir, env, args...)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	b.Open(address)
	b.Sees("h1", "hearthgate simulator")
	b.Sees("#conversation", "discover devices")
	b.Wait(`document.documentElement.dataset.live === "yes"`)
	return page{b, u.Host}
}

// says types a sentence and sends it.
func (p page) says(sentence string) { p.Type("#sentence", sentence+"\r") }

// card returns the selector of something in a device's card.
func card(entity, rest string) string { return `[data-entity="` + entity + `"] ` + rest }

// TestALampLights says a sentence, and sees what comes of it everywhere on the page. No
// request leaves the page's own address.
func TestALampLights(t *testing.T) {
	p := open(t, nil)
	p.Sees(card("light.kitchen_light", ".state"), "off")
	p.says("turn on kitchen light")
	p.Sees(card("light.kitchen_light", ".state"), "on, brightness 50 %")
	p.Sees("#conversation li:last-of-type", "Alexa: OK.")
	p.Sees("#turn", "off → on, brightness 50 %")
	for _, want := range []string{"http_client.make_request", "circuit_breaker.call", "lambda.handle_alexa", `"correlationToken": "[secret]"`, `"HomeDuration"`} {
		p.Sees("#turn", want)
	}
	p.Click(card("light.kitchen_light", "[aria-label^='Turn off']"))
	p.Sees(card("light.kitchen_light", ".state"), "off")
	p.Run(`{ const r = document.querySelector('[data-entity="light.kitchen_light"] [type=range]'); r.value = 30; r.dispatchEvent(new Event("change", {bubbles: true})) }`)
	p.Sees(card("light.kitchen_light", ".state"), "on, brightness 30 %")
	p.says("open faithful butler")
	p.Sees("#conversation li:last-of-type", "What would you like to do?")
	p.Sees("#turn", "<speak>Your home is ready.")
	p.says("turn on the outlet")
	p.Sees(card("switch.outlet", ".state"), "on")
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("the browser complains of %q", c)
	}
	p.says("SetBrightness Kitchen Light {40}")
	p.Sees("#problem", "not JSON")
	if all := p.Elsewhere(p.host); len(all) > 0 || len(p.Requested()) < 10 {
		t.Errorf("of %d requests, these left the page's own address: %q", len(p.Requested()), all)
	}
}

// TestAFault breaks the network and mends it, and restarts the home, which ends by itself.
func TestAFault(t *testing.T) {
	p := open(t, nil)
	toggles := func(fault string, on string) {
		p.Click("#fault-" + fault)
		p.Wait(`document.querySelector("#fault-` + fault + `").getAttribute("aria-checked") === "` + on + `"`)
	}
	toggles("network", "true")
	p.says("turn on kitchen light")
	p.Sees("#conversation li:last-of-type", "not responding")
	p.Sees("#turn tr.bad", "failed: refused")
	p.Sees(card("light.kitchen_light", ".state"), "off")
	toggles("network", "false")
	p.says("turn on kitchen light")
	p.Sees("#conversation li:last-of-type", "Alexa: OK.")
	p.Sees(card("light.kitchen_light", ".state"), "on")
	toggles("restart", "true")
	p.Wait(`document.querySelector("#fault-restart").getAttribute("aria-checked") === "false"`)
}

// TestARetry has a home that drops the connection once in the middle of a question, which is
// asked again, and then a network that is broken until the circuit breaker opens.
func TestARetry(t *testing.T) {
	const token = "canary-of-the-home"
	h := demohome.New(token)
	var drop atomic.Bool
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && drop.CompareAndSwap(true, false) {
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	}))
	defer home.Close()
	p := open(t, []string{"HOME_ASSISTANT_URL=" + home.URL, "HOME_ASSISTANT_TOKEN=" + token})
	drop.Store(true)
	p.says("is the front door locked?")
	p.Sees("#turn", "the home was tried 2 times")
	p.Sees("#turn tr.good", "ok")
	p.Wait(`[...document.querySelectorAll("#turn tr")].some(r => r.innerText.includes("http_client.make_request") && r.innerText.includes("tried 2 times"))`)
	p.Click("#fault-network")
	p.Wait(`document.querySelector("#fault-network").getAttribute("aria-checked") === "true"`)
	for n := 3; n < 12 && !chromium.Eval[bool](p.Browser, `document.querySelector("#turn").innerText.includes("the circuit breaker is open")`); n++ {
		p.says("turn on kitchen light")
		p.Wait(fmt.Sprintf(`document.querySelectorAll("#turns li.turn").length >= %d`, n))
		p.Sees("#turn", fmt.Sprintf("What happened in turn %d", n))
	}
	p.Sees("#turn", "the circuit breaker is open")
	p.Wait(`[...document.querySelectorAll("#turn tr.bad")].some(r => r.innerText.includes("circuit_breaker.call") && r.innerText.includes("failed: breaker_open"))`)
}

// TestAnAlarm breaks the network until the alarm turns, and mends it until it ends. The
// graphs show the points.
func TestAnAlarm(t *testing.T) {
	p := open(t, nil)
	p.says("turn on kitchen light")
	p.Sees("#alarm-outage", "outage")
	p.Click("#fault-network")
	p.Wait(`document.querySelector("#fault-network").getAttribute("aria-checked") === "true"`)
	for n := 3; n < 7; n++ {
		p.says("turn off kitchen light")
		p.Wait(fmt.Sprintf(`document.querySelectorAll("#turns li.turn").length >= %d`, n))
		time.Sleep(1100 * time.Millisecond) // a minute of the alarm
	}
	p.Sees("#alarm-outage.ALARM", "ALARM")
	p.Sees("#alarm-failures.ALARM", "ALARM")
	p.Click("#fault-network")
	p.Wait(`document.querySelector("#fault-network").getAttribute("aria-checked") === "false"`)
	for n := 7; n < 12; n++ {
		p.says("turn on kitchen light")
		p.Wait(fmt.Sprintf(`document.querySelectorAll("#turns li.turn").length >= %d`, n))
	}
	p.Sees("#alarm-outage.OK", "OK")
	p.Sees("#monitoring figcaption", "Does Alexa get answers? (%)")
	p.Sees("#monitoring", "What failed last?")
	if rows := chromium.Eval[[]string](p.Browser, `[...document.querySelectorAll("#monitoring h4")].filter(h => h.innerText === "Why did directives fail?").flatMap(h => [...h.nextElementSibling.querySelectorAll("tbody tr")].map(r => r.cells[0].innerText + " " + r.cells[1].innerText))`); len(rows) != 1 || rows[0] != "refused 4" {
		t.Errorf("the causes are %q, want 4 times refused", rows)
	}
	const numbers = `[...document.querySelectorAll(".numbers > div")].map(d => d.innerText.replace("\n", "=")).join(";")`
	p.Wait(numbers + `.includes("directives=" + document.querySelectorAll("#turns li.turn").length)`) // the last turn is counted
	shown := chromium.Eval[string](p.Browser, numbers)
	turns := chromium.Eval[int](p.Browser, `document.querySelectorAll("#turns li.turn").length`)
	for _, want := range []string{fmt.Sprintf("directives=%d", turns), "failed=4", "success, %=" + number(100-4*100/float64(turns))} {
		if !strings.Contains(shown+";", want+";") {
			t.Errorf("the numbers are %s, want %s", shown, want)
		}
	}
	if n := chromium.Eval[int](p.Browser, `[...document.querySelectorAll("#monitoring figure")].filter(f => f.querySelector(".dot")).length`); n < 5 {
		t.Errorf("%d graphs have points", n)
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("the browser complains of %q", c)
	}
}

// number returns a value as the page writes it.
func number(v float64) string { return fmt.Sprintf("%.3g", v) }

// TestKeyboard uses the page without a mouse: it types where the focus is at first, and the
// focus stays where it was when the page changes.
func TestKeyboard(t *testing.T) {
	p := open(t, nil)
	p.Press("turn on outlet\r")
	p.Sees(card("switch.outlet", ".state"), "on")
	p.Run(`document.getElementById("off-switch#outlet").focus()`)
	p.Press("\r")
	p.Sees(card("switch.outlet", ".state"), "off")
	p.Wait(`document.activeElement.id === "off-switch#outlet"`)
}
