package e2e_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// TestMoving moves a real Home Assistant from https with `alexa:` in its configuration to the
// relay, and from Home Assistant Cloud: Alexa finds the same devices, by the same ids and
// names.
func TestMoving(t *testing.T) { eachHome(t, moved) }

func moved(t *testing.T, v realhome.Version) {
	i := prepared(t, realhome.Options{Version: v})
	byYAML := names(t, start(t, localrun.Options{}, at(i.URL, i.Token)...).ask(discover()).Payload)

	// Paired beside the YAML, the home is not connected, and says what to do first.
	i.line, i.id = i.pair(t, false)
	i.awaitIssue(t, "yaml_alexa_test", true)
	unlabelled := i.takeOver(t, "yaml", "Alexa")
	if len(unlabelled) == 0 {
		t.Error("every entity can carry a label, and this test wants one that cannot")
	}
	i.restartWithoutYAML(t, v)
	i.awaitIssue(t, "yaml_alexa_test", false)
	r := &relayed{Broker: i.broker}
	r.Environment = i.env
	f := r.start(t)
	want := maps.Clone(byYAML)
	for _, entity := range unlabelled {
		id := strings.Replace(entity, ".", "#", 1)
		if want[id] == "" {
			t.Errorf("%s cannot carry a label, and Alexa did not have it", entity)
		}
		delete(want, id)
	}
	same := func(f *function, want map[string]string) {
		t.Helper()
		got := names(t, f.ask(discover()).Payload)
		for _, id := range slices.Sorted(maps.Keys(want)) {
			if got[id] != want[id] {
				t.Errorf("%s is %q over the relay, want %q", id, got[id], want[id])
			}
		}
		for id := range got {
			if _, ok := want[id]; !ok {
				t.Errorf("%s is new over the relay", id)
			}
		}
	}
	same(f, want)
	if len(want) < 20 {
		t.Errorf("%d devices were taken over, want two dozen and more", len(want))
	}

	// With the choice of all, those that can carry no label come too.
	i.options(t, "entities", map[string]any{"exposed": "all"})
	everything, err := f.send(t.Context(), discover().event()) // some of it is not valid
	if err != nil {
		t.Fatal(err)
	}
	for id, name := range names(t, everything.Payload) {
		if was, ok := byYAML[id]; ok && was != name {
			t.Errorf("%s is %q over the relay, want %q", id, name, was)
		}
		delete(byYAML, id)
	}
	if len(byYAML) > 0 {
		t.Errorf("Alexa loses %v", byYAML)
	}

	// From Home Assistant Cloud: exactly what its page has, whatever `alexa:` is.
	configuration, err := os.OpenFile(filepath.Join(i.Dir(), "configuration.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = configuration.WriteString("\nalexa: {smart_home: {filter: wrong}}\ncloud: {alexa: {filter: wrong}}\n")
	}
	if err = errors.Join(err, configuration.Close()); err != nil {
		t.Fatal(err)
	}
	const outlet, lamp = "switch.outlet", "light.kitchen_light"
	i.command(t, "homeassistant/expose_entity", map[string]any{"assistants": []string{"cloud.alexa"}, "entity_ids": []string{outlet, lamp}, "should_expose": true}, nil)
	if left := i.takeOver(t, "cloud", "From the Cloud"); len(left) > 0 {
		t.Errorf("%v cannot carry a label", left)
	}
	f = r.start(t) // one that has not seen the many devices, and so believes that there are two
	same(f, map[string]string{"switch#outlet": want["switch#outlet"], "light#kitchen_light": want["light#kitchen_light"]})
}

// TestNamesStay updates a Home Assistant to a release that names entities in another way:
// Alexa keeps the name that its owner gave an entity.
func TestNamesStay(t *testing.T) {
	versions := realhome.Versions()
	i := integrate(t, versions[len(versions)-1])
	i.await(t, relay.Online)
	i.options(t, "entities", map[string]any{"exposed": "all"})
	const entity, given = "light.bed_light", "Above the bed"
	i.command(t, "config/entity_registry/update", map[string]any{"entity_id": entity, "name": given}, nil)
	i.Stop()
	i.editStorage(t, "core.entity_registry", func(file map[string]any) {
		file["minor_version"] = 23
		for _, e := range file["data"].(map[string]any)["entities"].([]any) {
			delete(e.(map[string]any), "compat_name")
			e.(map[string]any)["options"] = map[string]any{} // it is not exposed to Assist, whose names stay anyway
		}
	})
	if err := os.Remove(filepath.Join(i.Dir(), ".storage", "alexa")); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err) // it says that names were kept already
	}
	if err := i.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.await(t, relay.Online)
	r := &relayed{Broker: i.broker}
	r.Environment = i.env
	everything, err := r.start(t).send(t.Context(), discover().event()) // some of it is not valid
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, everything.Payload)[strings.Replace(entity, ".", "#", 1)]; got != given {
		t.Errorf("Alexa knows it as %q, want %q", got, given)
	}
}

// editStorage changes a file of the storage of a stopped home.
func (i *integrated) editStorage(t *testing.T, name string, change func(map[string]any)) {
	t.Helper()
	path := filepath.Join(i.Dir(), ".storage", name)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	change(file)
	if b, err = json.Marshal(file); err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// names returns the endpoints of a discovery: their names by their ids.
func names(t *testing.T, answer []byte) map[string]string {
	t.Helper()
	var r struct {
		Event struct {
			Payload struct {
				Endpoints []struct{ EndpointID, FriendlyName string }
			}
		}
	}
	if err := json.Unmarshal(answer, &r); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range r.Event.Payload.Endpoints {
		all[e.EndpointID] = e.FriendlyName
	}
	return all
}

// restartWithoutYAML takes `alexa:` out of the configuration, as the repair asks.
func (i *integrated) restartWithoutYAML(t *testing.T, v realhome.Version) {
	t.Helper()
	i.Stop()
	if err := i.Configure(realhome.Options{Version: v, WithoutAlexa: true, Integration: "x"}); err != nil {
		t.Fatal(err)
	}
	if err := i.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.await(t, relay.Online)
}

// A page of the options of the integration.
type page struct {
	ID           string            `json:"flow_id"`
	Type         string            `json:"type"`
	Step         string            `json:"step_id"`
	Menu         []string          `json:"menu_options"`
	Placeholders map[string]string `json:"description_placeholders"`
	Errors       map[string]string `json:"errors"`
}

// options goes through the pages of a step of the options, and returns the last one.
func (i *integrated) options(t *testing.T, step string, answers ...map[string]any) (last page) {
	t.Helper()
	var entries []struct {
		ID string `json:"entry_id"`
	}
	if err := i.Ask(t.Context(), "GET", "/api/config/config_entries/entry?domain=hearthgate", nil, &entries); err != nil {
		t.Fatal(err)
	}
	const flows = "/api/config/config_entries/options/flow"
	if err := i.Ask(t.Context(), "POST", flows, map[string]string{"handler": entries[0].ID}, &last); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(last.Menu, step) {
		t.Fatalf("the options are %q, want %s", last.Menu, step)
	}
	flow := last.ID
	for _, answer := range append([]map[string]any{{"next_step_id": step}}, answers...) {
		last = page{}
		if err := i.Ask(t.Context(), "POST", flows+"/"+flow, answer, &last); err != nil {
			t.Fatal(err)
		}
	}
	return last
}

// takeOver has the integration take over what Alexa has by another way, with a label, and
// returns the entities that can carry none.
func (i *integrated) takeOver(t *testing.T, way, label string) []string {
	t.Helper()
	shown := i.options(t, "moving", map[string]any{"source": way})
	if shown.Step != "label" {
		t.Fatalf("the page is %+v", shown)
	}
	if last := i.options(t, "moving", map[string]any{"source": way}, map[string]any{"name": label}); last.Type != "create_entry" {
		t.Fatalf("the page is %+v", last)
	}
	var left []string
	for entity := range strings.SplitSeq(shown.Placeholders["unlabelled"], ", ") {
		if entity = strings.Trim(entity, "`"); entity != "-" {
			left = append(left, entity)
		}
	}
	return left
}
