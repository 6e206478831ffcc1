package invoke_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/invoke"
)

const (
	good   = `{"timestamp":"2026-11-24T13:11:28Z","level":"INFO","message":"Alexa.PowerController.TurnOn","namespace":"Alexa.PowerController","name":"TurnOn","endpoint":"light#a","success":true,"duration":12.4,"Success":1,"Duration":12.3,"ColdStart":1,"reply":"Alexa.Response"}`
	failed = `{"timestamp":"2026-11-24T13:11:28Z","level":"ERROR","message":"Alexa.BrightnessController.SetBrightness","namespace":"Alexa.BrightnessController","name":"SetBrightness","endpoint":"light#a","success":false,"duration":1,"cause":"refused","error":"nothing listens there"}`
	start  = `{"timestamp":"2026-11-24T13:11:28Z","level":"ERROR","message":"the function is not ready: HOME_ASSISTANT_URL is missing"}`
)

func TestReplayEvent(t *testing.T) {
	for _, tt := range []struct{ name, record, payload, want, problem string }{
		{"line", good, "", `"name":"TurnOn"`, ""},
		{"line whose directive says more", failed, "", "", "--payload"},
		{"and with it", failed, `{"brightness":40}`, `"payload":{"brightness":40}`, ""},
		{"with a broken one", failed, `{`, "", "not JSON"},
		{"whole event", `{"directive":{"endpoint":{"scope":{"token":"[secret]"}}}}`, "", `{"directive":{"endpoint":{"scope":{"token":"a\"token"}}}}`, ""},
		{"start", start, "", "", "neither"},
		{"nonsense", "x", "", "", "neither"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := invoke.ReplayEvent([]byte(tt.record), tt.payload, `a"token`)
			if (err == nil) != (tt.problem == "") || err != nil && !strings.Contains(err.Error(), tt.problem) {
				t.Fatalf("error %v, want %q", err, tt.problem)
			}
			if err == nil && (!strings.Contains(string(got), tt.want) || !json.Valid(got)) {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
