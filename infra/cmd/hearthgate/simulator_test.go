package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
)

func TestSimulatorScript(t *testing.T) {
	dir := t.TempDir()
	script := func(text string) string {
		path := filepath.Join(dir, "script.txt")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name, text string
		args       []string
		code       int
		out, err   string
	}{
		{"as expected", "turn on kitchen light\nexpect says OK.\nexpect state Kitchen Light: on\n", nil, 0, "off -> on, brightness 50 %", "everything was as expected"},
		{"not as expected", "turn on kitchen light\nexpect says No.\n", nil, 2, "OK.", `line 2: says is "OK.", expected "No."`},
		{"a line that cannot be run", "break lamp\n", nil, 1, "", "line 1"},
		{"a script that cannot be run", "expect nonsense\n", nil, 1, "", "line 1"},
		{"in JSON", "turn on kitchen light\n", []string{"--json"}, 0, `"alexa":"OK."`, ""},
		{"in another language", "schalte kitchen light ein\nexpect outcome succeeded\nist front door verriegelt?\nexpect says Front Door ist verriegelt.\n", []string{"--locale", "de-DE"}, 0, "Front Door ist verriegelt.", ""},
		{"in no language", "turn on a\n", []string{"--locale", "xx-XX"}, 1, "", "xx-XX"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := command(t, noHome, append([]string{"simulator", "--script", script(tt.text)}, tt.args...)...)
			if r.code != tt.code || !strings.Contains(r.out, tt.out) || !strings.Contains(r.err, tt.err) {
				t.Errorf("code %d, out %s, err %s", r.code, r.out, r.err)
			}
		})
	}
	if r := command(t, noHome, "simulator", "--script", filepath.Join(dir, "nope")); r.code != 1 || !strings.Contains(r.err, "the script cannot be read") {
		t.Errorf("code %d, err %s", r.code, r.err)
	}
	if r := command(t, atHome("http://127.0.0.1:1"), "simulator", "--devices", "300"); r.code != 1 || !strings.Contains(r.err, "leave one of them out") {
		t.Errorf("code %d, err %s", r.code, r.err)
	}
}

// TestSimulatorPiped gives it lines as a program does: each turn is a line of JSON.
func TestSimulatorPiped(t *testing.T) {
	home := httptest.NewServer(demohome.New(canary))
	defer home.Close()
	r := commandIn(t, root(t), "turn on outlet\n\n# said by a person\nis the outlet on?\nquit\nturn off outlet\n", atHome(home.URL), "simulator", "--json")
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	if r.code != 0 || len(lines) != 2 || strings.Contains(r.out+r.err, "canary") {
		t.Fatalf("code %d, out %s, err %s", r.code, r.out, r.err)
	}
	var turn struct{ Alexa, Before, After string }
	if err := json.Unmarshal([]byte(lines[1]), &turn); err != nil || turn.Alexa != "Outlet is on." || turn.After != "on" {
		t.Errorf("%v: %+v", err, turn)
	}
	if r := commandIn(t, root(t), "TurnOn\n", noHome, "simulator"); r.code != 1 || !strings.Contains(r.err, "write its name behind it") {
		t.Errorf("code %d, err %s", r.code, r.err)
	}
}

// TestSimulatorCommands asks for what there is to see of a turn: its JSON, its way through
// the gateways, what the policy allows, and the same turn again.
func TestSimulatorCommands(t *testing.T) {
	env := append([]string{`DIRECTIVE_POLICY=[{"effect":"deny","name":"Unlock"}]`}, noHome...)
	r := commandIn(t, root(t), "turn on outlet\njson\ntrail\npolicy Unlock \"front door\"\npolicy TurnOn outlet\npolicy\nturn off outlet\nreplay 2\nunlock front door\n", env, "simulator")
	for _, want := range []string{
		`"name": "TurnOn"`, `"endpointId": "switch#outlet"`, "lambda.handle_alexa", "circuit_breaker.call", "http_client.make_request",
		"denied", "allowed", "Front Door", "home  on -> off",
	} {
		if !strings.Contains(r.out, want) {
			t.Errorf("nothing says %q:\n%s%s", want, r.out, r.err)
		}
	}
	if n := strings.Count(r.out, "home  off -> on"); n != 2 || r.code != 0 {
		t.Errorf("code %d; the outlet was turned on %d times, want 2 with the replay:\n%s%s", r.code, n, r.out, r.err)
	}
}

// simulator starts it in a terminal of a shell, which stays to show what became of the
// terminal.
func simulatorIn(t *testing.T) *terminal.Terminal {
	t.Helper()
	path, err := hearthgate()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `trap : INT; "$0" simulator; echo code $?; stty -a`, path)
	cmd.Dir, cmd.Env = root(t), append(append(os.Environ(), noHome...), "TERM=xterm", "NO_COLOR=1")
	return terminal.Start(t, cmd, 100)
}

// restored fails unless the terminal is as it was, and the code is this one.
func restored(t *testing.T, shown, code string) {
	t.Helper()
	if !strings.Contains(shown, "code "+code) || strings.Contains(shown, "-echo ") || strings.Contains(shown, "-icanon") {
		t.Errorf("want code %s and a terminal as it was: %s", code, shown)
	}
}

func TestSimulatorInATerminal(t *testing.T) {
	t.Run("talks", func(t *testing.T) {
		term := simulatorIn(t)
		term.Type("alexa>", "turn on kit\t\r") // completed
		term.Wait("off -> on, brightness 50 %")
		term.Type("alexa>", "set it to 40 percent\r")
		term.Wait("on, brightness 50 % -> on, brightness 40 %")
		term.Type("alexa>", "\x1b[A\x1b[A\r") // the line before the last
		term.Wait("turn on Kitchen Light")
		term.Type("alexa>", "turn on \t")
		term.Wait("turn on Color Light") // listed
		term.Type("turn on Thermostat", "nothing\r")
		term.Wait("couldn't find")
		term.Answer("alexa>", "nonsense NOT understood")
		term.Answer("alexa>", "break network")
		term.Answer("broken: network", "lock front door")
		term.Wait("not responding")
		term.Answer("alexa>", "trail")
		term.Wait("circuit_breaker.call")
		term.Answer("alexa>", "break nothing")
		term.Wait("cannot be broken")
		term.Answer("alexa>", "mend")
		term.Answer("nothing is broken", "open faithful butler")
		term.Answer("skill>", "help")
		term.Wait("You can talk to your home")
		term.Answer("skill>", "/help")
		term.Wait("the way through the gateways")
		term.Type("skill>", "\x04") // Ctrl-D
		_, shown := term.End()
		restored(t, shown, "0")
	})
	t.Run("Ctrl-C at the prompt", func(t *testing.T) {
		term := simulatorIn(t)
		term.Type("alexa>", "half a sen\x03")
		_, shown := term.End()
		restored(t, shown, "130")
		if !strings.Contains(shown, "stopped") {
			t.Error(shown)
		}
	})
	t.Run("Ctrl-C in the middle of a directive", func(t *testing.T) {
		term := simulatorIn(t)
		term.Answer("alexa>", "break slow 30s")
		term.Answer("broken: slow", "turn on kitchen light")
		term.Interrupt("turn on kitchen light")
		_, shown := term.End()
		restored(t, shown, "130")
	})
}

// TestSimulatorAtAStage talks to a deployed function: a question is sent, and what changes
// something only when it is confirmed.
func TestSimulatorAtAStage(t *testing.T) {
	o := newOwner(t)
	o.deployed()
	o.sees(o.types("ist outlet an?\n", "simulator", "--stage", "dev"), 0, "Outlet ist aus.", "powerState OFF")
	o.sees(o.types("schalte outlet ein\n", "simulator", "--stage", "dev"), 1, "there is no terminal to ask at")
	o.sees(o.types("schalte outlet ein\nist outlet an?\n", "simulator", "--stage", "dev", "--yes"), 0, "Outlet ist an.")
	o.sees(o.types("break network\n", "simulator", "--stage", "dev"), 1, "a deployed home is not broken from here")
	o.sees(o.types("öffne zuhause\n", "simulator", "--stage", "dev"), 1, "has no custom skill")
	term := o.sits(nil, "simulator", "--stage", "dev")
	term.Answer("alexa>", "schalte outlet aus")
	term.Answer("Send Alexa.PowerController.TurnOff switch.outlet", "n")
	term.Wait("nothing was changed")
	term.Answer("alexa>", "schalte outlet aus")
	term.Answer("[y/N]", "y")
	term.Wait("OK.")
	term.Answer("alexa>", "quit")
	if code, shown := term.End(); code != 0 {
		t.Errorf("code %d: %s", code, shown)
	}
}

// TestSimulatorPageOfAStage sends what the page sends: what may change a deployed home comes
// back as a question, until the person has confirmed it.
func TestSimulatorPageOfAStage(t *testing.T) {
	o := newOwner(t)
	o.deployed()
	term := o.sits(nil, "simulator", "--web", "--print", "--stage", "dev")
	term.Wait("Ctrl-C ends it")
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/\?key=\w+`).FindString(term.Written())
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	send := func(method, url string, form url.Values) (int, string) {
		r, err := http.NewRequest(method, url, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", address[:strings.LastIndex(address, "/")])
		res, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b)
	}
	base := address[:strings.LastIndex(address, "/")]
	if code, _ := send("GET", address, nil); code != 200 {
		t.Fatalf("the page is answered with %d", code)
	}
	for _, tt := range []struct {
		sentence, confirmed string
		code                int
		text                string
	}{
		{"ist outlet an?", "", 204, ""},
		{"schalte outlet ein", "", 409, "Send Alexa.PowerController.TurnOn switch.outlet to hearthgate-dev in eu-west-1?"},
		{"schalte outlet ein", "yes", 204, ""},
	} {
		if code, text := send("POST", base+"/say", url.Values{"sentence": {tt.sentence}, "confirmed": {tt.confirmed}}); code != tt.code || !strings.Contains(text, tt.text) {
			t.Errorf("%q: %d %s", tt.sentence, code, text)
		}
	}
	if _, page := send("GET", base+"/", nil); !strings.Contains(page, "A deployed home is not broken from here.") || !strings.Contains(page, "powerState ON") && !strings.Contains(page, "powerState OFF") {
		t.Errorf("the page shows %s", page)
	}
	term.Interrupt("")
	if code, shown := term.End(); code != 130 || !strings.Contains(shown, "stopped") {
		t.Errorf("code %d: %s", code, shown)
	}
}
