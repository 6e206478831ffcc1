package main_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
)

// noHome is the environment of a person who has set nothing.
var noHome = []string{"HOME_ASSISTANT_URL=", "HOME_ASSISTANT_TOKEN="}

func TestTheFunctionOfThisMachine(t *testing.T) {
	home := httptest.NewServer(demohome.New(canary))
	defer home.Close()
	file := filepath.Join(t.TempDir(), "event.json")
	event := `{"directive":{"header":{"namespace":"Alexa","name":"ReportState","payloadVersion":"3","messageId":"m"},"endpoint":{"endpointId":"switch#outlet","scope":{"token":"canary-of-the-link"}},"payload":{}}}`
	if err := os.WriteFile(file, []byte(event), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		env      []string
		args     []string
		code     int
		out, err string
	}{
		{"sample at a demo home", noHome, []string{"invoke", "discover"}, 0, "Kitchen Light", ""},
		{"sample without devices", atHome("http://127.0.0.1:1"), []string{"invoke", "discover"}, 0, "The list is empty: `hearthgate doctor` says why", ""},
		{"sample at a home", atHome(home.URL), []string{"invoke", "turn-on", "--endpoint", "switch.outlet", "--json"}, 0, `"namespace": "Alexa"`, ""},
		{"which the home has done", atHome(home.URL), []string{"invoke", file}, 0, `"value": "ON"`, ""},
		{"failed", noHome, []string{"invoke", "turn-on", "--endpoint", "light#nope"}, 1, "NO_SUCH_ENDPOINT", ""},
		{"no such file", noHome, []string{"invoke", "nope.json"}, 1, "", "discover, report-state"},
		{"not for a device", noHome, []string{"invoke", "discover", "--endpoint", "light.a"}, 1, "", "leave --endpoint out"},
		{"operation", noHome, []string{"op", "utility.generate_correlation_id"}, 0, `"source": "generated"`, ""},
		{"operation with input", noHome, []string{"op", "cache.set", `{"key": "a", "value": 1}`}, 0, "cache.set: ok", ""},
		{"operation of the older system", noHome, []string{"op", "cache.GET_STATS"}, 0, "lookups", ""},
		{"operation that refuses its input", noHome, []string{"op", "cache.set", `{"nonsense": 1}`}, 1, "nonsense", ""},
		{"operations", noHome, []string{"op"}, 0, "cache.set", ""},
		{"operations in JSON", noHome, []string{"op", "--json"}, 0, `"name": "lambda.operations"`, ""},
		{"operation that refuses its input, once", noHome, []string{"op", "cache.set", `{"nonsense": 1}`}, 1, "there is no field", ""},
		{"no such operation, once", noHome, []string{"op", "cache.nonsense"}, 1, "there is no operation", ""},
		{"no such operation", noHome, []string{"op", "cache.nonsense", "--json"}, 1, `"success": false`, ""},
		{"input that is no JSON", noHome, []string{"op", "cache.set", "a"}, 1, "", "not JSON"},
		{"status", atHome(home.URL), []string{"status"}, 0, "100 of 100  this machine\n  stage     local", ""},
		{"policy without devices", atHome("http://127.0.0.1:1"), []string{"policy"}, 0, "`hearthgate doctor` says why", ""},
		{"no such stage", noHome, []string{"status", "--stage", "nope"}, 1, "", "hearthgate init --stage nope"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := command(t, tt.env, tt.args...)
			if r.code != tt.code || !strings.Contains(r.out, tt.out) || !strings.Contains(r.err, tt.err) {
				t.Errorf("code %d, out %s, err %s", r.code, r.out, r.err)
			}
			if strings.Contains(r.out+r.err, "canary") {
				t.Errorf("a token is shown: %s %s", r.out, r.err)
			}
		})
	}
	t.Run("settings of the environment", func(t *testing.T) {
		env := append(atHome(home.URL), `HOME_ASSISTANT_HEADERS={"X-Gate":"canary-of-the-gate"}`, "DIRECTIVE_CONFIRM=valve", "HOME_ASSISTANT_CONVERSATION_AGENT=conversation.house")
		r := command(t, env, "op", "initialization.settings")
		for _, want := range []string{"HOME_ASSISTANT_HEADERS\",\n      \"value\": \"[secret]\"", `"valve"`, `"conversation.house"`} {
			if r.code != 0 || !strings.Contains(r.out, want) {
				t.Errorf("code %d, no %s in %s%s", r.code, want, r.out, r.err)
			}
		}
		if strings.Contains(r.out+r.err, "canary") {
			t.Errorf("a secret is shown: %s%s", r.out, r.err)
		}
	})
	t.Run("status in JSON", func(t *testing.T) {
		r := command(t, noHome, "status", "--local", "--json")
		var response struct {
			Success bool
			Data    map[string]any
		}
		if err := json.Unmarshal([]byte(r.out), &response); err != nil || !response.Success || response.Data["stage"] != "demo" {
			t.Errorf("%v: %s", err, r.out)
		}
	})
}
