package checks_test

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// TestA1A10O12Advice has the home offer devices of which Alexa gets less, or gets what
// a person stumbles over: all is well, and each is named.
func TestA1A10O12Advice(t *testing.T) {
	named := func(id, name string) string {
		return `{"endpointId":"` + id + `","friendlyName":"` + name + `","capabilities":[{}]}`
	}
	for _, tt := range []struct {
		name, endpoints string
		want            []string // of the one advice; none for no advice
	}{
		{"A1: a fan without modes", `{"endpointId":"fan#a","friendlyName":"A","capabilities":[{},{"interface":"Alexa.ModeController","instance":"fan.preset_mode","configuration":{"supportedModes":[]}}]}`,
			[]string{"fan.a", "Alexa.ModeController fan.preset_mode has fewer than two modes", "the rest of the device works"}},
		{"A10: two without a name", named("input_number#dimmer_level", "") + "," + named("script#good_night", ""),
			[]string{`input_number.dimmer_level as "dimmer level"; script.good_night as "good night"`, "entity_config"}},
		{"O12: two of one name", named("light#a", "Lamp") + "," + named("switch#b", "lamp ") + "," + named("light#c", "Other"),
			[]string{`light.a, switch.b ("lamp")`, "rename"}},
		{"O12: a name made up is another's", named("light#lamp", "") + "," + named("light#b", "Lamp"), []string{"light.lamp as", `light.lamp, light.b ("lamp")`}},
		{"nothing", named("light#a", "A") + "," + named("light#b", "B"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(house{discover: says(200, found(tt.endpoints))})
			defer server.Close()
			got := diagnose(t, map[string]string{"HOME_ASSISTANT_URL": server.URL, "HOME_ASSISTANT_TOKEN": canary})
			advice := strings.Join(got.Advice, "\n")
			if !got.OK || (advice == "") != (len(tt.want) == 0) {
				t.Errorf("got %+v, want it to be well, with advice: %v", got, tt.want)
			}
			for _, want := range tt.want {
				if !strings.Contains(advice, want) {
					t.Errorf("the advice is %q, want %q in it", advice, want)
				}
			}
		})
	}
}

// TestT2ListOfOneOfSeveral has a home offer a list that is too long beside two others, and
// is not when it is alone.
func TestT2ListOfOneOfSeveral(t *testing.T) {
	long := `{"endpointId":"light#a","friendlyName":"A","capabilities":[{}]},` + strings.Repeat(`{"endpointId":"light#b"},`, 3000) + `"` + strings.Repeat("x", 5<<20) + `"`
	server := httptest.NewServer(house{discover: says(200, found(long))})
	defer server.Close()
	for homes, ok := range map[string]bool{"": true, "b": true, "b,c": false} {
		env := map[string]string{"HOME_ASSISTANT_URL": server.URL, "HOME_ASSISTANT_TOKEN": canary, "HEARTHGATE_HOMES": homes}
		got := diagnose(t, env)
		if got.OK != ok || got.Name != "discover" || !ok && !strings.Contains(got.Fix, "offer Alexa fewer devices") {
			t.Errorf("beside %q: %+v, want ok: %v", homes, got, ok)
		}
	}
}
