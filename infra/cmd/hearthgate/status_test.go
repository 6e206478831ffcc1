package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/terminal"
)

// TestStatus sees that the report begins with what counts, and is one to read.
func TestStatus(t *testing.T) {
	o := newOwner(t)
	s := o.deployed()
	o.sees(o.types("", "status"), 0, "dev  no directive came yet", "version   ", "answered  nothing yet")
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 0)
	r := o.types("", "status")
	o.sees(r, 0, "dev  well: 1 directive, 100 % answered", "last", "TurnOn switch#outlet, ok", "half below", "cold starts", "directives: 1, skill requests: 0; of the latest 100 % succeeded")
	for _, raw := range []string{"_", "hit rate 0.", "hit rate 1,", " 0,"} {
		if strings.Contains(r.out, raw) {
			t.Errorf("%q is not for a person:\n%s", raw, r.out)
		}
	}
	if gateways := regexp.MustCompile(`(?m)^ *\d+ of 100  [a-z ]+ `).FindAllString(r.out, -1); len(gateways) != 10 {
		t.Errorf("%d lines of gateways: %s", len(gateways), r.out)
	}

	o.cloud.SetParameter(s.Region, fakeaws.Parameter{Name: s.TokenParameterName(), Type: "SecureString", Value: "another"})
	if err := o.cloud.Deploy(s.Region, config.StackName(s.Name), fakeaws.StageTemplate(s)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev")
	}
	o.sees(o.types("", "logs", "--failed"), 0, "rejected the token")
	r = o.types("", "status", "--json")
	o.sees(r, 1, "TurnOn")
	var home struct {
		Level, Verdict string
		Activity       struct {
			Directives, Failed int
			Devices            []struct {
				ID     string
				Failed int
			}
		}
		Process struct{ Directives int }
	}
	if err := json.Unmarshal([]byte(r.out), &home); err != nil || home.Activity.Directives != 4 || home.Activity.Failed != 3 || home.Process.Directives != 3 ||
		len(home.Activity.Devices) != 1 || home.Activity.Devices[0].ID != "switch#outlet" {
		t.Errorf("%v: %+v", err, home)
	}
	if home.Level != "trouble" || !strings.HasPrefix(home.Verdict, "3 of 4 directives failed: Home Assistant rejected the token (401)") {
		t.Errorf("%s: %s", home.Level, home.Verdict)
	}

	o.sees(o.types("", "status", "--since", "400h"), 1, "--since is 400h0m0s", "336h")
	o.sees(o.types("", "status", "--watch", "--every", "1s"), 1, "--every is 1s")
	o.cloud.Deny("monitoring.GetMetricData", "AccessDeniedException", "no")
	o.sees(o.types("", "status"), 1, "dev  AWS does not allow", "answered")
}

// TestStatusWatch draws the status again, until Ctrl-C.
func TestStatusWatch(t *testing.T) {
	o := newOwner(t)
	o.deployed()
	path, err := hearthgate()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "status", "--watch", "--every", "10s")
	cmd.Dir, cmd.Env = o.clone, append(os.Environ(), o.env...)
	const columns = 100
	term := terminal.Start(t, cmd, columns)
	term.Interrupt("every 10s; Ctrl-C ends it")
	code, written := term.End()
	if code != 130 || !strings.Contains(written, "\x1b[H\x1b[2J") || !strings.Contains(terminal.Render(written, columns), "stopped") {
		t.Errorf("code %d:\n%s", code, terminal.Render(written, columns))
	}
}

// TestManyHomes has one command for several stages, one of which is half written.
func TestManyHomes(t *testing.T) {
	o := newOwner(t)
	o.sees(o.types("", "status", "--all"), 1, "no stage in config/stages yet", "hearthgate init")
	o.deployed()
	o.write(filepath.Join(config.StagesDir, "half.json"), `{"locale": "de-DE", "homeAssist`)
	o.sees(o.types("", "init", "--stage", "empty", "--locale", "de-DE", "--url", homeURL), 0)
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 0)
	r := o.types("", "status", "--all")
	o.sees(r, 1, "? half   config/stages/half.json ends too early", "? empty  ", "+ dev    well: 1 directive", "3 homes: 2 not known, 1 well.")
	o.sees(o.types("", "cost", "--all"), 1, "half: config/stages/half.json ends too early", "Account 111122223333")
	o.sees(o.types("", "status", "--stage", "dev,dev"), 0, "1 home: 1 well")
	o.sees(o.types("", "status", "--stage", "dev,nope"), 1, `there is no stage "nope"`, "+ dev ")
	o.sees(o.types("", "status", "--stage", "dev", "--all"), 1, "use only one of them")
	o.sees(o.types("", "__complete", "status", "--stage", "dev,"), 0, "dev,empty\ndev,half\n")
	var homes []struct {
		Stage, Level string
		Error        string
		Code         int `json:"exit_code"`
		Result       struct{ Verdict string }
	}
	r = o.types("", "status", "--all", "--json")
	if err := json.Unmarshal([]byte(r.out), &homes); err != nil || len(homes) != 3 || homes[2].Stage != "dev" || homes[2].Code != 0 || homes[2].Result.Verdict == "" || homes[0].Code != 1 || homes[0].Error == "" {
		t.Errorf("%v: %+v", err, homes)
	}
}
