package e2e_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// TestSeveralHomes has one function reach two, and then five, real Home Assistants. Each
// carries out its own commands and no other's. Then one of them hangs: its devices stay in
// the list, and the others work as before.
func TestSeveralHomes(t *testing.T) {
	const most = 5
	homes := make([]*realhome.Home, most)
	for i := range homes { // one after the other: several starts at once take too much of a small machine
		homes[i] = ownHome(t, realhome.Options{})
	}
	for _, number := range []int{2, most} {
		t.Run(fmt.Sprint(number), func(t *testing.T) { testVillage(t, homes[:number]) })
	}
}

// prefix returns what begins the ids of the devices of a home, by its place.
func prefix(i int) string {
	if i == 0 {
		return ""
	}
	return fmt.Sprintf("h%d:", i)
}

func testVillage(t *testing.T, homes []*realhome.Home) {
	const entity, endpoint = "switch.outlet", "switch#outlet"
	env := at(homes[0].URL, homes[0].Token)
	var names []string
	for i, h := range homes[1:] {
		name := strings.TrimSuffix(prefix(i+1), ":")
		names = append(names, name)
		for variable, value := range map[string]string{config.EnvURL: h.URL, config.EnvToken: h.Token, config.EnvTimeout: "3"} {
			env = append(env, config.HomeVariable(variable, name)+"="+value)
		}
	}
	f := start(t, localrun.Options{}, append(env, config.EnvHomes+"="+strings.Join(names, ","))...)
	all := devices(t, f)
	if len(all) != len(homes) {
		t.Fatalf("the devices of %d homes are found, want those of %d", len(all), len(homes))
	}

	turn := func(i int, what string) {
		t.Helper()
		f.ask(command("PowerController.Turn"+what, prefix(i)+endpoint, "{}")).done(t)
		for j, h := range homes {
			want := map[bool]string{true: strings.ToLower(what), false: "off"}[i == j]
			if _, err := h.Await(t.Context(), entity, func(e realhome.Entity) bool { return e.State == want }); err != nil {
				t.Errorf("after Turn%s at home %d, home %d: %v; its log: %s", what, i, j, err, h.Log())
			}
		}
	}
	for i := range homes {
		f.ask(command("PowerController.TurnOff", prefix(i)+endpoint, "{}")).done(t)
	}
	for i := range homes {
		turn(i, "On")
		report := f.ask(reportState(prefix(i) + endpoint))
		if report.expect(t, "StateReport", ""); report.reply.value("Alexa.PowerController", "powerState") != "ON" || !strings.Contains(string(report.Payload), `"`+prefix(i)+endpoint+`"`) {
			t.Errorf("home %d reports %s", i, report.Payload)
		}
		turn(i, "Off")
	}

	frozen := len(homes) - 1
	if err := homes[frozen].Freeze(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = homes[frozen].Thaw() }()
	began := time.Now()
	if now := devices(t, f); fmt.Sprint(now) != fmt.Sprint(all) {
		t.Errorf("while one hangs the homes have %v devices, before %v", now, all)
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("the discovery took %v, and Alexa waits 8 s", took)
	}
	for range 6 {
		if o := f.ask(command("PowerController.TurnOn", prefix(frozen)+endpoint, "{}")); o.reply.kind() != "BRIDGE_UNREACHABLE" {
			t.Errorf("the home that hangs answers %s", o.Payload)
		}
	}
	for i := range homes[:frozen] {
		f.ask(command("PowerController.TurnOn", prefix(i)+endpoint, "{}")).done(t)
		if e, err := homes[i].Await(t.Context(), entity, isOn); err != nil {
			t.Errorf("while another hangs, home %d is %v, %v", i, e, err)
		}
	}
	if err := homes[frozen].Thaw(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); ; {
		if o := f.ask(reportState(prefix(frozen) + endpoint)); o.line.Cause == "" {
			break
		} else if time.Now().After(end) {
			t.Fatalf("the home that hung does not come back: %s", o.line.Error)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// isOn reports whether e is on. Home Assistant answers most commands before it has carried
// them out: await what they do.
func isOn(e realhome.Entity) bool { return e.State == "on" }

// devices returns how many devices each home has in a discovery, by its place.
func devices(t *testing.T, f *function) map[string]int {
	t.Helper()
	o := f.ask(discover())
	o.expect(t, "Discover.Response", "")
	n := map[string]int{}
	for _, raw := range o.reply.Event.Payload.Endpoints {
		var e struct{ EndpointID string }
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		home, _ := config.CutEndpointID(e.EndpointID, func(string) bool { return true })
		n[home]++
	}
	if total := len(o.reply.Event.Payload.Endpoints); total > 300 {
		t.Errorf("%d devices are offered, and Alexa accepts 300", total)
	}
	return n
}
