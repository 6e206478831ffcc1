package main_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
)

// cabinToken is the token of a second home. Where it is shown, so is the canary in it.
const cabinToken = canary + "-of-the-cabin"

// village returns an owner whose stage dev is deployed and gets two more homes: cabin by
// https, and office with a relay. The first can be stopped, the second connected.
func village(t *testing.T) (o *owner, cabin *demohome.Server, connect func()) {
	t.Helper()
	o = prepared(t)
	home := demohome.New(cabinToken)
	o.internet.Serve(t, "cabin.example.com", home)
	first := &demohome.Server{Handler: o.home}
	cabin = &demohome.Server{Handler: home}
	for _, server := range []*demohome.Server{first, cabin} {
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Stop)
	}
	b, err := broker.Start(broker.Options{Region: "eu-west-1", Account: fakeaws.AccountID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	office, err := b.Stage("dev_office")
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"HOME_ASSISTANT_URL=" + first.URL(), "HOME_ASSISTANT_URL__CABIN=" + cabin.URL()}
	for _, variable := range office.Environment { // the relay's, of a home that is not the first
		name, value, _ := strings.Cut(variable, "=")
		switch name {
		case "HEARTHGATE_RELAY_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN":
			env = append(env, variable)
		case "HOME_ASSISTANT_CA":
			env = append(env, "HOME_ASSISTANT_CA__OFFICE="+value)
		}
	}
	o.cloud.Rerun(env...)
	o.sees(o.types("", "deploy", "--bootstrap"), 0, "it answers")
	return o, cabin, func() {
		agent, err := relayagent.Start(t.Context(), relayagent.Options{Pairing: office.Pairing, Key: office.Key, Home: relayagent.Behind{Handler: o.home, Token: canary}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = agent.Stop() })
	}
}

// TestSeveralHomes adds two homes to a deployed stage, uses, breaks and removes them.
func TestSeveralHomes(t *testing.T) {
	o, cabin, connect := village(t)
	o.sees(o.types("", "token", "--stage", "dev/cabin"), 1, `the stage dev has no home "cabin"`, "it has only one", "hearthgate config set homes.NAME.homeAssistantUrl")
	o.sees(o.types("", "config", "set", "homes.cabin.homeAssistantUrl", "http://cabin.example.com"), 1, "homes.cabin.homeAssistantUrl is http")
	o.sees(o.types("", "config", "set", "homes.cabin.homeAssistantUrl", "https://cabin.example.com"), 0, "homes", "hearthgate deploy --stage dev")
	o.sees(o.types("", "config", "set", "homes.office.connection", "relay"), 0)
	o.sees(o.types("", "config", "get", "homes.cabin.homeAssistantUrl"), 0, "https://cabin.example.com")
	o.sees(o.types("", "__complete", "token", "--stage", ""), 0, "dev\n", "dev/cabin\n", "dev/office\n")

	o.sees(o.types("", "deploy"), 1, "token of cabin", "/hearthgate/dev/homes/cabin/home-assistant/token", "hearthgate token --stage dev/cabin")
	o.sees(o.types(canary, "token", "--stage", "dev/cabin"), 1, "rejected the token (401)") // that of the first home
	o.sees(o.types(cabinToken, "token", "--stage", "dev/cabin"), 0, "stored", "/hearthgate/dev/homes/cabin/home-assistant/token")
	o.sees(o.types(cabinToken, "token", "--stage", "dev/office"), 1, "dev/office has a relay", "hearthgate pair --stage dev/office")
	o.sees(o.types("", "deploy", "--stage", "dev/cabin"), 1, "is one home of a stage", "write --stage dev")
	o.sees(o.types("", "deploy"), 0, "it answers")

	line, _ := signingLine(t)
	r := o.types(line+"\n", "pair", "--stage", "dev/office")
	o.sees(r, 0, "Paste this line", "hearthgate doctor --stage dev/office")
	if p := pairingOf(t, r.out); p.Stage != "dev_office" {
		t.Errorf("the pairing is %+v", p)
	}
	connect()

	t.Run("all work", func(t *testing.T) {
		o.t = t
		r := o.types("", "invoke", "discover", "--stage", "dev")
		o.sees(r, 0, `"endpointId": "switch#outlet"`, `"endpointId": "cabin:switch#outlet"`, `"endpointId": "office:switch#outlet"`)
		for _, endpoint := range []string{"switch.outlet", "cabin:switch.outlet", "office:switch.outlet"} {
			o.sees(o.types("", "invoke", "turn-on", "--endpoint", endpoint, "--stage", "dev"), 0, `"name": "Response"`, strings.ReplaceAll(endpoint, ".", "#"))
		}
		o.sees(o.types("", "doctor"), 0, "first parameter", "cabin parameter", "office relay_policy", "hearthgate-dev_office-home, 6 rights", "office round_trip", "cabin discover")
		r = o.types("", "doctor", "--stage", "dev/cabin", "--json")
		o.sees(r, 0, `"home": "cabin"`)
		if strings.Contains(r.out, `"home": "first"`) {
			t.Errorf("the first home is examined too: %s", r.out)
		}
		o.sees(o.types("", "pair", "--list", "--stage", "dev/office"), 0, "yes")
	})
	t.Run("policy", func(t *testing.T) {
		o.t = t
		o.sees(o.types("", "config", "set", "homes.cabin.policy", `[{"effect":"deny","name":"TurnOn","endpoint":"switch.*"}]`), 0)
		o.sees(o.types("", "deploy"), 0)
		o.sees(o.types("", "policy", "--stage", "dev"), 0, "cabin: rule 1")
		o.sees(o.types("", "policy", "--stage", "dev", "--try", "TurnOn", "cabin:switch.outlet"), 3, "denied")
		o.sees(o.types("", "policy", "--stage", "dev", "--try", "TurnOn", "switch.outlet"), 0, "allowed")
		o.sees(o.types("", "invoke", "turn-on", "--endpoint", "cabin:switch.outlet", "--stage", "dev"), 1, "INSUFFICIENT_PERMISSIONS")
		o.sees(o.types("", "config", "unset", "homes.cabin.policy"), 0)
		o.sees(o.types("", "deploy"), 0)
	})
	t.Run("rotation", func(t *testing.T) {
		o.t = t
		o.sees(o.types("wrong", "token", "--rotate", "--offline", "--stage", "dev/cabin"), 1, "cannot use the new token", "The token before is in place again")
		o.sees(o.types(cabinToken, "token", "--rotate", "--stage", "dev/cabin"), 0, "delete the old token")
		o.sees(o.types("dev "+canary+"\ndev/cabin "+cabinToken+"\n", "token", "--rotate", "--all"), 0, "dev/cabin", "stored")
	})
	t.Run("export", func(t *testing.T) {
		o.t = t
		file := filepath.Join(t.TempDir(), "dev.age")
		o.sees(o.types(phrase+"\n", "export", "--out", file), 0, "/hearthgate/dev/homes/cabin/home-assistant/token")
		there := elsewhere(t, "444455556666")
		there.sees(there.types(phrase+"\n", "import", file, "--yes"), 0, "/hearthgate/dev/homes/cabin/home-assistant/token", "wrote config/stages/dev.json")
		if p := there.cloud.Parameter("eu-west-1", "/hearthgate/dev/homes/cabin/home-assistant/token"); p == nil || p.Value != cabinToken {
			t.Errorf("the imported parameter is %+v", p)
		}
	})
	t.Run("one is down", func(t *testing.T) {
		o.t = t
		cabin.Stop()
		o.sees(o.types("", "invoke", "discover", "--stage", "dev"), 0, "cabin:switch#outlet")
		o.sees(o.types("", "invoke", "turn-on", "--endpoint", "cabin:switch.outlet", "--stage", "dev"), 1, "BRIDGE_UNREACHABLE")
		o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 0, `"name": "Response"`)
		r := o.types("", "doctor", "--json")
		var report struct {
			Steps []struct {
				Home, Name string
				OK         bool
			}
		}
		if err := json.Unmarshal([]byte(r.out), &report); err != nil || r.code != 5 {
			t.Fatalf("code %d, %v: %s", r.code, err, r.out)
		}
		for _, s := range report.Steps {
			if s.OK == (s.Home == "cabin" && s.Name == "tcp") {
				t.Errorf("the step %s of %q is %v", s.Name, s.Home, s.OK)
			}
		}
	})
	t.Run("removed", func(t *testing.T) {
		o.t = t
		o.sees(o.types("", "config", "unset", "homes.office"), 0)
		o.sees(o.types("", "deploy"), 1, "the home is still paired", "hearthgate pair --stage dev/office --revoke all")
		o.sees(o.types("", "pair", "--stage", "dev/office", "--revoke", "all"), 0, "revoked")
		o.sees(o.types("", "config", "unset", "homes.cabin"), 0)
		o.sees(o.types("", "deploy"), 0)
		o.sees(o.types("", "destroy", "--yes"), 0, "deleted the secrets of homes that the stage no longer has: /hearthgate/dev/homes/cabin/home-assistant/token\n")
		for _, name := range []string{"/hearthgate/dev/home-assistant/token", "/hearthgate/dev/homes/cabin/home-assistant/token"} {
			if o.cloud.Parameter("eu-west-1", name) != nil {
				t.Errorf("%s is left", name)
			}
		}
	})
}
