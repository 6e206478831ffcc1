package e2e_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/setup/pairing"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

const outlet, bell = "switch.outlet", "event.front_door"

// A reporter is a real Home Assistant that reports to Amazon, and the function that brings it
// the grant.
type reporter struct {
	*integrated
	amazon *amazon
	f      *function
}

// TestEvents has a real Home Assistant report to Alexa what happens in it: from the grant
// that comes over the relay until Alexa takes no more.
func TestEvents(t *testing.T) { eachHome(t, reported) }

func reported(t *testing.T, v realhome.Version) {
	a := newAmazon(t)
	i := unpaired(t, realhome.Options{Version: v, StandIns: a.hosts()})
	i.line, i.id = i.pair(t, false)
	i.await(t, relay.Online)
	i.ring(t, "unknown")
	all, err := i.States(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		i.expose(t, e.ID == bell || e.ID == outlet, e.ID)
	}
	function := &relayed{Broker: i.broker}
	function.Environment = i.env
	r := &reporter{i, a, function.start(t)}
	for _, step := range []struct {
		name string
		test func(*testing.T, *reporter)
	}{
		{"credentials", reporterCredentials},
		{"grant", reporterGrant},
		{"once", reporterOnce},
		{"an expired token", reporterRefresh},
		{"exposed entities", reporterExposure},
		{"Home Assistant restarts", reporterRestart},
		{"refused", reporterRefused},
		{"no secret leaves", func(t *testing.T, r *reporter) { r.secretsStay(t, r.amazon) }},
	} {
		if !t.Run(step.name, func(t *testing.T) { r.f.t = t; step.test(t, r) }) {
			return // each goes on from where the one before ended
		}
	}
}

// declares fails unless the home's devices declare that they report changes, or that they
// do not.
func (r *reporter) declares(t *testing.T, want bool) {
	t.Helper()
	if got := bytes.Contains(r.f.ask(discover()).Payload, []byte(`"proactivelyReported":true`)); got != want {
		t.Errorf("the home declares that it reports: %v, want %v", got, want)
	}
}

// reporterCredentials has Alexa offer a grant to a home that cannot use it: it says so.
func reporterCredentials(t *testing.T, r *reporter) {
	r.f.ask(acceptGrant()).expect(t, "ACCEPT_GRANT_FAILED", "server_error")
	home := pairing.Home{URL: r.URL, Token: r.Token}
	id, secret := r.amazon.id, r.amazon.secret
	for _, wrong := range []pairing.Events{{}, {ClientID: "amzn1.ask.skill.1", Secret: secret}, {ClientID: id}, {ClientID: id, Secret: "a b"}} {
		if _, err := home.SetEvents(t.Context(), "test", wrong); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if _, err := home.SetEvents(t.Context(), "test", pairing.Events{ClientID: id, Secret: secret + "x"}); err != nil {
		t.Fatal(err)
	}
	r.f.ask(acceptGrant()).expect(t, "ACCEPT_GRANT_FAILED", "server_error")
	if _, err := home.SetEvents(t.Context(), "test", pairing.Events{ClientID: id, Secret: secret}); err != nil {
		t.Fatal(err)
	}
	r.declares(t, false)
	r.amazon.asked()
}

// reporterGrant has the home take a grant: it gets tokens for it, and reports to the gateway
// of its region.
func reporterGrant(t *testing.T, r *reporter) {
	grant := acceptGrant()
	r.f.ask(grant).done(t)
	if asked := r.amazon.asked(); len(asked) != 1 || asked[0].Get("grant_type") != "authorization_code" || asked[0].Get("code") != grant.code {
		t.Fatalf("Login with Amazon was asked %v", asked)
	}
	added := r.amazon.await(t, "AddOrUpdateReport event#front_door switch#outlet")
	if got := added[0].host; got != "api.eu.amazonalexa.com" {
		t.Errorf("a home in Germany reports to %s", got)
	}
	r.declares(t, true)
}

// reporterOnce sees that a change and a press arrive once.
func reporterOnce(t *testing.T, r *reporter) {
	r.f.ask(command("PowerController.TurnOn", "switch#outlet", "{}")).done(t)
	on := r.amazon.await(t, "ChangeReport switch#outlet")[0].Event
	if p := on.Payload.Change.Properties[0]; p.Name != "powerState" || p.Value != "ON" {
		t.Errorf("the change is %v", p)
	}
	r.ring(t, time.Now().UTC().Format(time.RFC3339Nano))
	r.amazon.await(t, "DoorbellPress event#front_door")
	r.f.ask(acceptGrant()).done(t) // the skill was enabled again: it listens once, as before
	r.amazon.await(t, "AddOrUpdateReport event#front_door switch#outlet")
	r.switchOutlet(t, "turn_off")
	r.amazon.await(t, "ChangeReport switch#outlet")
	r.ring(t, time.Now().UTC().Format(time.RFC3339Nano))
	r.amazon.await(t, "DoorbellPress event#front_door") // and no second report of the outlet came before it
}

func reporterRefresh(t *testing.T, r *reporter) {
	r.amazon.set(func() { r.amazon.lasts = 200 }) // less than Home Assistant keeps in reserve
	r.f.ask(acceptGrant()).done(t)
	r.amazon.await(t, "AddOrUpdateReport event#front_door switch#outlet")
	r.amazon.asked()
	r.switchOutlet(t, "turn_on")
	r.amazon.await(t, "ChangeReport switch#outlet")
	if asked := r.amazon.asked(); len(asked) != 1 || asked[0].Get("grant_type") != "refresh_token" {
		t.Errorf("an expired token made the home ask %v", asked)
	}
}

// reporterExposure sees that Alexa follows the page of exposed entities.
func reporterExposure(t *testing.T, r *reporter) {
	const lamp = "light.kitchen_light"
	r.expose(t, true, lamp)
	r.amazon.await(t, "AddOrUpdateReport light#kitchen_light")
	r.expose(t, false, lamp, outlet)
	r.amazon.await(t, "DeleteReport light#kitchen_light switch#outlet")
	r.expose(t, true, outlet)
	r.amazon.await(t, "AddOrUpdateReport switch#outlet")
}

func reporterRestart(t *testing.T, r *reporter) {
	r.Stop()
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.await(t, relay.Online)
	r.awaitReporting(t)
	r.ring(t, "unknown")
	r.switchOutlet(t, "turn_off")
	r.amazon.awaits(t, "ChangeReport switch#outlet")
}

// reporterRefused has Alexa take no more: the owner hears of it, the home sends nothing, and
// reports again after another grant.
func reporterRefused(t *testing.T, r *reporter) {
	r.amazon.set(func() { r.amazon.refuses, r.amazon.events = "SKILL_DISABLED_EXCEPTION", nil })
	r.switchOutlet(t, "turn_on")
	r.amazon.await(t, "ChangeReport switch#outlet")
	r.awaitIssue(t, "events_refused_test", true)
	r.switchOutlet(t, "turn_off")
	r.f.ask(reportState("switch#outlet")).done(t)
	r.declares(t, false)
	r.amazon.set(func() {
		if len(r.amazon.events) > 0 {
			t.Errorf("after a refusal came %v", r.amazon.events)
		}
		r.amazon.refuses = ""
	})
	r.f.ask(acceptGrant()).done(t)
	r.amazon.await(t, "AddOrUpdateReport event#front_door switch#outlet")
	r.awaitIssue(t, "events_refused_test", false)
}

// switchOutlet switches the outlet as someone in the house would.
func (i *integrated) switchOutlet(t *testing.T, service string) {
	t.Helper()
	if err := i.Call(t.Context(), "switch", service, map[string]any{"entity_id": outlet}); err != nil {
		t.Fatal(err)
	}
}

// ring sets the state of a doorbell: the time of its last press.
func (i *integrated) ring(t *testing.T, state string) {
	t.Helper()
	body := map[string]any{"state": state, "attributes": map[string]any{"device_class": "doorbell", "friendly_name": "Front door", "event_types": []string{"ring"}}}
	if err := i.Ask(t.Context(), "POST", "/api/states/"+bell, body, nil); err != nil {
		t.Fatal(err)
	}
}

// awaitIssue returns when Home Assistant shows a problem, or no longer.
func (i *integrated) awaitIssue(t *testing.T, id string, shown bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if slices.Contains(i.issues(t), id) == shown {
			return
		}
	}
	t.Fatalf("the problem %s is shown: %v, want %v\n%s", id, !shown, shown, i.Log())
}

// issues returns the problems that Home Assistant shows of the integration.
func (i *integrated) issues(t *testing.T) (ids []string) {
	t.Helper()
	var found struct {
		Issues []struct {
			Domain string
			ID     string `json:"issue_id"`
		}
	}
	i.command(t, "repairs/list_issues", nil, &found)
	for _, one := range found.Issues {
		if one.Domain == "hearthgate" {
			ids = append(ids, one.ID)
		}
	}
	return ids
}

// awaits waits until an event has come, whatever else comes, and forgets them all.
func (a *amazon) awaits(t *testing.T, want string) {
	t.Helper()
	var got []string
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		a.set(func() {
			for _, e := range a.events {
				got = append(got, e.String())
			}
			a.events = nil
		})
		if slices.Contains(got, want) {
			return
		}
	}
	t.Fatalf("the events are %q, want %q", got, want)
}

// secretsStay sees that the credentials and tokens are in Home Assistant's own storage, and
// nowhere else.
func (i *integrated) secretsStay(t *testing.T, a *amazon) {
	t.Helper()
	i.Stop()
	err := filepath.WalkDir(i.Dir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		name := d.Name()
		mine := filepath.Base(filepath.Dir(path)) == ".storage" && (name == "core.config_entries" || name == "hearthgate.test.alexa_auth")
		for _, secret := range append(a.tokens, a.secret, "Atzr|") {
			if bytes.Contains(b, []byte(secret)) && !mine {
				t.Errorf("%s has %s", path, secret)
			}
		}
		if info, _ := d.Info(); name == "hearthgate.test.alexa_auth" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	diagnostics := string(i.diagnostics(t))
	for _, secret := range append(a.tokens, a.secret, a.id, "Atzr|") {
		if strings.Contains(diagnostics, secret) {
			t.Errorf("the diagnostics have %s", secret)
		}
	}
	i.awaitReporting(t)
}

// awaitReporting returns when the home reports to Alexa.
func (i *integrated) awaitReporting(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var said struct {
			Data struct {
				Home struct{ Events struct{ Reporting bool } }
			}
		}
		if json.Unmarshal(i.diagnostics(t), &said) == nil && said.Data.Home.Events.Reporting {
			return
		}
	}
	t.Fatalf("the home does not report\n%s", i.Log())
}

// diagnostics returns what Home Assistant lets its owner download.
func (i *integrated) diagnostics(t *testing.T) (said json.RawMessage) {
	t.Helper()
	var entries []struct {
		ID string `json:"entry_id"`
	}
	if err := i.Ask(t.Context(), "GET", "/api/config/config_entries/entry?domain=hearthgate", nil, &entries); err != nil {
		t.Fatal(err)
	}
	if err := i.Ask(t.Context(), "GET", "/api/diagnostics/config_entry/"+entries[0].ID, nil, &said); err != nil {
		t.Fatal(err)
	}
	return said
}
