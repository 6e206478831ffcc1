package invoke_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"

	"net/http/httptest"
)

// suited are devices of the demo home that the samples suit.
var suited = map[string]string{
	"lock": "lock.front_door", "set-temperature": "climate#thermostat", "activate": "scene.movie",
}

func TestTheHomeDoesEverySample(t *testing.T) {
	for _, s := range invoke.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			endpoint := ""
			if s.Endpoint {
				endpoint = "light.kitchen_light"
				if other := suited[s.Name]; other != "" {
					endpoint = other
				}
			}
			event, err := invoke.SampleEvent(s.Name, endpoint, `to"ken`)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest("POST", "/api/alexa/smart_home", strings.NewReader(string(event)))
			r.Header.Set("Authorization", "Bearer t")
			w := httptest.NewRecorder()
			demohome.New("t").ServeHTTP(w, r)
			if w.Code != 200 || strings.Contains(w.Body.String(), "ErrorResponse") {
				t.Errorf("%s: the home answers %d %s", event, w.Code, w.Body)
			}
		})
	}
}

func TestEventRefuses(t *testing.T) {
	for _, tt := range []struct{ name, endpoint, want string }{
		{"nonsense", "", "discover, report-state"},
		{"turn-on", "", "--endpoint"},
		{"discover", "light#a", "leave --endpoint out"},
	} {
		if _, err := invoke.SampleEvent(tt.name, tt.endpoint, "t"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %s: %v, want %q", tt.name, tt.endpoint, err, tt.want)
		}
	}
}
